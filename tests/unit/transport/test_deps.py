# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys
import typing as t

import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._deps import GUFO_SNMP, PARAMIKO, PYSNMP, Dependency
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError
from emulator.testing import Emulator, start_emulator

if t.TYPE_CHECKING:
    import pathlib

_TRANSPORT = "ansible_collections.secure_power.nmc.plugins.module_utils._transport"


@pytest.fixture
def library(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[[str], None]:
    """Make a library `toolbox` of a version importable."""

    def make(version: str) -> None:
        (tmp_path / "toolbox.py").write_text(f"__version__ = {version!r}\n")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "toolbox", raising=False)

    return make


@pytest.mark.parametrize("dependency", [PARAMIKO, PYSNMP, GUFO_SNMP])
def test_the_installed_libraries_are_usable(dependency: Dependency) -> None:
    assert dependency.is_usable()
    assert dependency.load("ups1").__name__ == dependency.module


@pytest.mark.parametrize(
    ("number", "version", "fits"),
    [(1, "3.5", True), (2, "3.5.1", True), (3, "4.9rc1", True), (4, "3.4.9", False), (5, "5.0.0", False), (6, "5", False)],
)
def test_the_version_must_be_within_the_range(library: t.Callable[[str], None], number: int, version: str, fits: bool) -> None:
    library(version)
    # The number keeps the dependencies of the cases apart, whose look-ups are remembered.
    assert Dependency("toolbox", "toolbox", ">=3.5,<5", f"case {number}").is_usable() is fits


def test_a_wrong_version_is_named_with_its_place(library: t.Callable[[str], None], tmp_path: pathlib.Path) -> None:
    library("2.0")
    with pytest.raises(InputError) as caught:
        Dependency("toolbox", "toolbox", ">=3.5,<5", "Hammering").load("ups1")
    assert caught.value.reason is Reason.MISSING_LIBRARY
    assert caught.value.message == (
        f"ups1: Hammering needs the Python library toolbox >=3.5,<5; {sys.executable} finds version 2.0 at {tmp_path / 'toolbox.py'}."
    )


def test_a_missing_library_is_named_and_the_import_error_kept() -> None:
    with pytest.raises(InputError) as caught:
        Dependency("no-such-thing", "no_such_thing", ">=1", "Magic").load("ups1")
    assert caught.value.message == (
        f"ups1: Magic needs the Python library no-such-thing >=1; {sys.executable} cannot import it (No module named 'no_such_thing')."
    )
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_every_file_can_be_imported_without_the_libraries() -> None:
    code = (
        "import sys\n"
        "for name in ('paramiko', 'pysnmp', 'pyasn1', 'gufo'):\n    sys.modules[name] = None\n"
        f"from {_TRANSPORT} import ssh, shell, scp, snmp\n"
        "assert not snmp.snmp_gufo.can_ask(snmp.SnmpEndpoint('ups1', '127.0.0.1'))\n"
        "try:\n    snmp.converse(snmp.SnmpEndpoint('ups1', '127.0.0.1', community='public'), snmp.requests_for(['1.3']))\n"
        "except Exception as error:\n    print(error.reason.value)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("missing_library\n", "")


@pytest.fixture
def fleet() -> t.Iterator[Emulator]:
    with start_emulator({"cards": [{"address": "127.21.8.1", "profile": "smart_ups_nmc3", "name": "card"}]}, known_hosts=False) as running:
        yield running


def test_no_library_is_loaded_that_reading_does_not_need(fleet: Emulator) -> None:
    """A worker of Ansible lives for one card, so each would pay for it."""
    code = (
        "import sys\n"
        f"from {_TRANSPORT} import snmp\n"
        f"card = snmp.SnmpEndpoint('ups1', '127.21.8.1', {fleet.snmp_port}, community='public')\n"
        "found = snmp.converse(card, snmp.requests_for(['1.3.6.1.2.1.1.5.0']))\n"
        "print(list(found.values()), 'gufo' in sys.modules, 'pysnmp' in sys.modules, 'paramiko' in sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("[b'card'] True False False\n", "")
