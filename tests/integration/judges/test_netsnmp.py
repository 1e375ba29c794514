# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""net-snmp's tools must get from emulated cards what they get from real ones."""

from __future__ import annotations

import subprocess
import typing as t

import pytest
from integration.judges.judged_fleet import AUTH, GUEST, NMC2, NMC3, PRIVACY, RACK_PDU, SNMP_USERS, user_address

if t.TYPE_CHECKING:
    from emulator.testing import Emulator

SYS_DESCR = ".1.3.6.1.2.1.1.1.0"
SYS_NAME = ".1.3.6.1.2.1.1.5.0"
MODULES = ".1.3.6.1.4.1.318.1.4.2.4"
AUTH_NAMES = {"md5": "MD5", "sha": "SHA", **{name: f"SHA-{name[3:]}" for name in AUTH[2:]}}
PRIVACY_NAMES = dict(zip(PRIVACY, ("DES", "AES", "AES-192", "AES-256", "AES-192-C", "AES-256-C"), strict=True))


def run(tool: str, emulator: Emulator, address: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    flags, oids = [word for word in arguments if not word.startswith(".")], [o for o in arguments if o.startswith(".")]
    command = [tool, *flags, "-On", "-t", "1", "-r", "1", f"{address}:{emulator.snmp_port}", *oids]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("version", ["1", "2c"])
def test_snmpget_reads_several_objects(emulator: Emulator, version: str) -> None:
    result = run("snmpget", emulator, NMC3, f"-v{version}", "-cpublic", SYS_DESCR, f"{MODULES}.1.4.1", SYS_NAME)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f'{SYS_DESCR} = STRING: "APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.5.0.8 ')
    assert lines[1:] == [f'{MODULES}.1.4.1 = STRING: "v2.5.0.8"', f'{SYS_NAME} = STRING: "apc4D0003"']


def test_v1_refuses_the_whole_request_for_one_unknown_object(emulator: Emulator) -> None:
    result = run("snmpget", emulator, NMC3, "-v1", "-cpublic", "-Cf", SYS_NAME, ".1.3.6.1.2.1.99.0")
    assert result.returncode == 2
    assert "noSuchName" in result.stderr
    assert "Failed object: .1.3.6.1.2.1.99.0" in result.stderr


def test_v2c_tells_unknown_objects_from_unknown_instances(emulator: Emulator) -> None:
    result = run("snmpget", emulator, NMC3, "-v2c", "-cpublic", ".1.3.6.1.2.1.99.0", f"{MODULES}.1.4.9", SYS_NAME)
    assert "No Such Object" in result.stdout.splitlines()[0]
    assert "No Such Instance" in result.stdout.splitlines()[1]
    assert "apc4D0003" in result.stdout


@pytest.mark.parametrize("arguments", [("snmpwalk", "-v1"), ("snmpwalk", "-v2c"), ("snmpbulkwalk", "-v2c")])
def test_walks_see_every_object_once_and_in_order(emulator: Emulator, arguments: tuple[str, str]) -> None:
    tool, version = arguments
    result = run(tool, emulator, NMC2, version, "-cpublic", "-Oq", ".1.3.6.1")
    assert "not increasing" not in result.stdout + result.stderr
    lines = [line for line in result.stdout.splitlines() if "No more variables left" not in line]
    names = [line.split()[0] for line in lines if line.startswith(".1.3")]
    numbers = [tuple(map(int, name[1:].split("."))) for name in names]
    assert numbers == sorted(set(numbers))
    assert {SYS_DESCR, f"{MODULES}.1.4.3", ".1.3.6.1.4.1.318.2.4.3.1.0"} <= set(names)


def test_a_bulk_walk_of_the_module_table_is_the_table(emulator: Emulator) -> None:
    result = run("snmpbulkwalk", emulator, NMC2, "-v2c", "-cpublic", "-Oqv", f"{MODULES}.1.3")
    assert result.stdout.split() == [
        '"apc_hw05_aos_696.bin"',
        '"apc_hw05_sumx_696.bin"',
        '"apc_hw05_bootmon_109.bin"',
    ]


def test_a_large_bulk_request_gets_a_bounded_answer(emulator: Emulator) -> None:
    result = run("snmpbulkget", emulator, NMC2, "-v2c", "-cpublic", "-Cr200", ".1.3.6.1")
    assert result.returncode == 0, result.stderr
    assert 10 < len(result.stdout.splitlines()) < 100


def test_a_wrong_community_is_met_with_silence(emulator: Emulator) -> None:
    result = run("snmpget", emulator, NMC3, "-v2c", "-cwrong", SYS_NAME)
    assert "Timeout" in result.stderr


@pytest.mark.parametrize(("auth", "privacy"), [user for user in SNMP_USERS if user[1] != "3des"])
def test_every_v3_protocol_reads_and_walks(emulator: Emulator, auth: str | None, privacy: str | None) -> None:
    address = user_address(auth, privacy)
    result = run("snmpget", emulator, address, *credentials(auth, privacy), SYS_NAME)
    assert result.stdout.startswith(f'{SYS_NAME} = STRING: "apc4D01'), result.stderr
    walk = run("snmpbulkwalk", emulator, address, *credentials(auth, privacy), "-Oqv", f"{MODULES}.1.4")
    assert walk.stdout.split() == ['"v2.5.0.8"', '"v2.5.0.6"', '"v1.5.1.1"']


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (("-u", "nobody"), "Unknown user name"),
        (("-A", "another-password"), "Authentication failure"),
        (("-X", "another-password"), "Decryption error"),
        (("-l", "noAuthNoPriv"), "Unsupported security level"),
    ],
)
def test_v3_says_what_is_wrong(emulator: Emulator, changed: tuple[str, str], complaint: str) -> None:
    flags = [*credentials("sha256", "aes"), *changed]
    result = run("snmpget", emulator, user_address("sha256", "aes"), *flags, SYS_NAME)
    assert result.returncode != 0
    assert complaint in result.stderr


def test_v3_survives_a_reboot(emulator: Emulator) -> None:
    """Boots and time change; a client that starts afresh finds out by itself."""
    address = user_address("sha", "des")
    emulator.reboot(address)
    emulator.wait(address, lambda state: state["counters"]["reboots"] == 1 and state["phase"] == "up")
    assert run("snmpget", emulator, address, *credentials("sha", "des"), SYS_NAME).returncode == 0


def credentials(auth: str | None, privacy: str | None) -> list[str]:
    """net-snmp's flags for the user of the fleet."""
    level = "authPriv" if privacy else "authNoPriv" if auth else "noAuthNoPriv"
    flags = ["-v3", "-u", "auditor", "-l", level]
    if auth:
        flags += ["-a", AUTH_NAMES[auth], "-A", "authentic-password"]
    if privacy:
        flags += ["-x", PRIVACY_NAMES[privacy], "-X", "private-password"]
    return flags


def test_a_linked_rack_pdu_is_a_row_of_its_host(emulator: Emulator) -> None:
    identity = ".1.3.6.1.4.1.318.1.1.26.2.1"
    lines = run("snmpwalk", emulator, RACK_PDU, "-v2c", "-cpublic", "-Oqv", identity).stdout.splitlines()
    assert {f'"{GUEST[name]}"' for name in ("serial", "model", "application_version")} <= set(lines)
    result = run("snmpget", emulator, RACK_PDU, "-v2c", "-cpublic", "-Oqv", f"{identity}.9.2", f"{identity}.9.3")
    assert result.stdout.splitlines() == [f'"{GUEST["serial"]}"', "No Such Instance currently exists at this OID"]
