# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the parts depend on each other, and the table of reasons."""

from __future__ import annotations

import ast
import importlib
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils._core import reasons
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status

_COLLECTION = "ansible_collections.secure_power.nmc"
_PACKAGE = f"{_COLLECTION}.plugins"
_CORE = f"{_PACKAGE}.module_utils._core"
_ROOT = pathlib.Path(reasons.__file__).parents[2]
_FILES = sorted(_ROOT.rglob("*.py"))
_THIRD_PARTY = ("paramiko", "pysnmp", "pyasn1", "gufo", "jmespath", "yaml", "sqlalchemy", "psycopg", "cryptography", "requests")


def imported(file: pathlib.Path) -> list[str]:
    """The modules that a file imports anywhere in it, also in functions and for types only."""
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.extend(f"{node.module}.{alias.name}" for alias in node.names)
            assert node.level == 0, f"{file} imports relatively"
    return found


def below(*folders: str) -> list[pathlib.Path]:
    return sorted(file for folder in folders for file in (_ROOT / folder).rglob("*.py"))


def named(file: pathlib.Path) -> str:
    return file.relative_to(_ROOT).as_posix()


@pytest.mark.parametrize("file", below("module_utils/_core"), ids=named)
def test_the_rules_import_the_standard_library_and_themselves_only(file: pathlib.Path) -> None:
    strangers = [name for name in imported(file) if not name.startswith(f"{_CORE}.") and name.split(".")[0] not in sys.stdlib_module_names]
    assert strangers == []


@pytest.mark.parametrize("file", below("module_utils/_core"), ids=named)
def test_the_rules_touch_no_network_file_clock_or_process(file: pathlib.Path) -> None:
    hands = {"socket", "ssl", "os", "io", "time", "subprocess", "threading", "asyncio", "random", "tempfile", "shutil", "urllib", "http"}
    assert {name.split(".")[0] for name in imported(file)} & hands == set()
    assert not [name for name in imported(file) if name in ("pathlib.Path", "datetime.date.today")]
    calls = [
        node.func.id for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    assert {"open", "print", "input", "eval", "exec"} & set(calls) == set()


@pytest.mark.parametrize("file", below("module_utils"), ids=named)
def test_what_may_run_on_a_jump_host_needs_nothing_of_the_controller(file: pathlib.Path) -> None:
    names = imported(file)
    assert [name for name in names if name.startswith((f"{_PACKAGE}.plugin_utils", f"{_PACKAGE}.action", f"{_PACKAGE}.modules"))] == []
    assert [name for name in names if name.split(".")[0] == "ansible" and not name.startswith("ansible.module_utils.")] == []


@pytest.mark.parametrize("file", below("module_utils/_transport"), ids=named)
def test_the_transports_know_nothing_of_operations(file: pathlib.Path) -> None:
    assert [name for name in imported(file) if f"{_PACKAGE}.module_utils._operations" in name] == []


@pytest.mark.parametrize("file", below("module_utils/_operations"), ids=named)
def test_the_operations_know_nothing_of_options_and_results(file: pathlib.Path) -> None:
    above = tuple(f"{_PACKAGE}.module_utils.{name}" for name in ("_tasks", "_requests", "_results", "_argspec"))
    assert [name for name in imported(file) if name.startswith(above)] == []


@pytest.mark.parametrize("file", _FILES, ids=named)
def test_no_file_catches_everything(file: pathlib.Path) -> None:
    caught = [node.type for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ExceptHandler)]
    assert None not in caught
    assert "Exception" not in [node.id for node in caught if isinstance(node, ast.Name)]


_IMPORT_ALL = """
import importlib, sys

class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"{{name}} is blocked", name=name)

sys.meta_path.insert(0, Block())
for name in {names!r}:
    importlib.import_module(name)
assert not [name for name in sys.modules if name.split(".")[0] in {blocked!r}]
print("imported", len({names!r}))
"""


@pytest.mark.parametrize("part", ["module_utils", "modules", "action", "doc_fragments", "plugin_utils"])
def test_every_file_can_be_imported_without_any_optional_library(part: str) -> None:
    names = [f"{_PACKAGE}.{named(file).removesuffix('.py').replace('/', '.')}" for file in below(part)]
    # Ansible itself needs YAML, and cryptography for its vault.
    blocked = tuple(name for name in _THIRD_PARTY if part == "module_utils" or name not in ("yaml", "cryptography"))
    script = _IMPORT_ALL.format(blocked=blocked, names=names)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert (ran.stdout, ran.returncode) == (f"imported {len(names)}\n", 0), ran.stderr
    assert names


# --- reasons -------------------------------------------------------------------------------------------------------


_TABLES = re.compile(r"reasons|reason_codes|meanings_")


def test_every_reason_has_a_meaning_and_nothing_else_has_one() -> None:
    assert list(MEANINGS) == list(Reason)


@pytest.mark.parametrize("reason", list(Reason))
def test_a_meaning_is_written_for_people(reason: Reason) -> None:
    meaning = MEANINGS[reason]
    for text in (meaning.sentence, meaning.recovery):
        assert text == text.strip()
        assert text[0].isupper()
        assert text.endswith(".")
        assert "  " not in text
    assert isinstance(meaning.status, Status)


def test_codes_are_the_names_in_lower_case() -> None:
    for code in (*Reason, *Status):
        assert code.value == code.name.lower()


def test_every_reason_is_used_outside_of_its_table() -> None:
    elsewhere = "".join(file.read_text(encoding="utf-8") for file in _FILES if not _TABLES.match(file.name))
    assert [reason.name for reason in Reason if f"Reason.{reason.name}" not in elsewhere] == []


def test_success_and_trouble_are_told_apart() -> None:
    good = {reason.value for reason in Reason if MEANINGS[reason].status in (Status.COMPLIANT, Status.DRIFT)}
    assert {"at_target", "upgraded", "upgrade_planned"} <= good
    assert {"never_came_back", "still_old_version", "image_rejected", "wrong_card", "checksum_mismatch"}.isdisjoint(good)


def test_the_package_of_the_rules_is_what_was_tested() -> None:
    module: t.Any = importlib.import_module(f"{_CORE}.reasons")
    assert module is reasons
