# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet that an inventory finds, and a way to run the plugin on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from emulator.testing import start_emulator

if t.TYPE_CHECKING:
    from emulator.testing import Emulator

_TREE = Path(__file__).resolve().parents[3] / ".tree"
HOSTILE = "{{ lookup('ansible.builtin.pipe', 'touch PWNED') }}"
QUIET = "Quiet-Lake-77"
_TWICE = {"profile": "smart_ups_nmc3", "serial": "ZA2261000021", "snmp": {"community": "acme"}}
FLEET: dict[str, t.Any] = {
    "cards": [
        {"address": "127.61.2.1", "name": "two-faced", "mac": "28:29:86:61:00:21", **_TWICE},
        {"address": "127.61.2.2", "name": "janus", "mac": "28:29:86:61:00:21", **_TWICE},
        {"address": "127.61.2.3", "name": "same-serial", "mac": "28:29:86:61:00:22", **_TWICE},
        {"address": "127.61.0.1", "profile": "smart_ups_nmc3", "name": "ups-1", "serial": "ZA2261000001", "snmp": {"community": "acme"}},
        {"address": "127.61.0.2", "profile": "rack_pdu_nmc2", "name": "pdu-1", "serial": "ZA2261000002", "snmp": {"community": "acme"}},
        {
            "address": "127.61.0.3",
            "profile": "smart_ups_nmc3",
            "name": "localhost",
            "serial": "ZA2261000003",
            "snmp": {"community": "acme"},
        },
        {"address": "127.61.0.4", "profile": "smart_ups_nmc3", "name": "db01", "serial": "ZA2261000004", "snmp": {"community": "acme"}},
        {"address": "127.61.0.5", "profile": "smart_ups_nmc3", "name": HOSTILE, "serial": "ZA2261000005", "snmp": {"community": "acme"}},
        {
            "address": "127.61.0.6",
            "profile": "smart_ups_nmc3",
            "name": "webservers",
            "location": "all\n{{ 6 * 7 }}/Row 4",
            "serial": "ZA2261000006",
            "snmp": {"community": "acme"},
        },
        {"address": "127.61.0.7", "profile": "smart_ups_nmc3", "name": "at-home", "serial": "ZA2261000007", "snmp": {"community": "acme"}},
        {"address": "127.61.0.8", "profile": "smart_ups_nmc3", "name": "quiet", "password": QUIET, "snmp": {"v1v2c_enabled": False}},
        {"address": "127.61.1.1", "profile": "smart_ups_nmc3", "name": "ups-1", "serial": "ZA2261000011", "snmp": {"community": "globex"}},
    ]
}


@dataclass(frozen=True)
class Inventory:
    """What `ansible-inventory` says of a file, beside another source that has a host and a group."""

    emulator: Emulator
    folder: Path

    def run(self, *options: str, others: bool = True, **document: t.Any) -> subprocess.CompletedProcess[str]:
        folder = self.folder
        (folder / "static.yml").write_text(yaml.safe_dump(STATIC), encoding="utf-8")
        (folder / "cards.nmc.yml").write_text(yaml.safe_dump(self.document(**document)), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("ansible-inventory"))]
        command += ["-i", "static.yml"] if others else []
        command += ["-i", "cards.nmc.yml", *(options or ("--list", "--export"))]
        environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(_TREE), "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"), "HOME": str(folder)}
        environment |= {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", "NMC_TEST_COMMUNITY": "acme"}
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)

    def document(self, **document: t.Any) -> dict[str, t.Any]:
        community = "{{ lookup('ansible.builtin.env', 'NMC_TEST_COMMUNITY') }}"
        ways = {"read": {"snmp_community": community, "snmp_port": self.emulator.snmp_port, "timeout": 1.5}}
        source = {"client": "acme", "site": "paris", "ranges": ["127.61.0.0/28"], "credentials": ["read"]}
        return {"plugin": "secure_power.nmc.nmc", "credentials": ways, "sources": [source], **document}

    def hosts(self, **document: t.Any) -> dict[str, dict[str, t.Any]]:
        """The variables of every host that the plugin has found or knows."""
        done = self.run(**document)
        assert done.returncode == 0, done.stderr
        found: dict[str, dict[str, t.Any]] = json.loads(done.stdout)["_meta"]["hostvars"]
        return {name: plain(variables) for name, variables in found.items() if "nmc_discovered" in variables}

    def refusal(self, **document: t.Any) -> str:
        done = self.run(**document)
        assert done.returncode != 0, done.stdout
        assert "Traceback" not in done.stderr
        return " ".join(done.stderr.split())


STATIC = {
    "webservers": {"hosts": {"db01": {"ansible_password": "of the database"}}},
    "cards": {"hosts": {"known-card": {"ansible_host": "127.61.0.{{ 3 + 4 }}", "nmc_site": "rome", "nmc_timeout": 9}}},
    "others": {"hosts": {"other-card": {"ansible_host": "127.61.0.1"}}, "vars": {"nmc_client": "globex"}},
}


def plain(value: t.Any) -> t.Any:
    """Without the marks by which core shows what it does not template."""
    if isinstance(value, dict):
        return plain(value["__ansible_unsafe"]) if set(value) == {"__ansible_unsafe"} else {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


@pytest.fixture(scope="session")
def discoverable() -> t.Iterator[Emulator]:
    with start_emulator(FLEET, known_hosts=False) as emulator:
        yield emulator


@pytest.fixture
def inventory(discoverable: Emulator, tmp_path: Path) -> Inventory:
    return Inventory(discoverable, tmp_path)
