# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults as a client meets them, over real connections to a real emulator process."""

from __future__ import annotations

import asyncio
import socket
import typing as t

import asyncssh
import pytest
from unit.emulator.live import connect, converse, snmp_answers, upload

from emulator.testing import Emulator, EmulatorError, make_image, start_emulator

if t.TYPE_CHECKING:
    import pathlib

NMC3, NMC2, HOST, NOBODY = "127.5.0.1", "127.5.0.2", "127.5.0.3", "127.5.0.99"
FLEET = {
    "defaults": {"reboot_seconds": 0.1, "check_seconds": 0.05},
    "cards": [
        {"address": NMC3, "profile": "smart_ups_nmc3"},
        {"address": NMC2, "profile": "smart_ups_nmc2", "aos": "5.1.6", "application_version": "5.1.6"},
        {"address": HOST, "profile": "foreign_host"},
    ],
}


@pytest.fixture(scope="module")
def running() -> t.Iterator[Emulator]:
    with start_emulator(FLEET) as emulator:
        yield emulator


@pytest.fixture
def emulator(running: Emulator) -> t.Iterator[Emulator]:
    """The same emulator for every test, without what the test before has set."""
    yield running
    for address in (NMC3, NMC2):
        running.set_faults(address, [])
        if running.state(address)["phase"] == "gone":
            running.reboot(address)
        running.wait_until_up(address)


def answers(emulator: Emulator, address: str, *commands: str) -> list[str]:
    """The replies of a shell, prompt included."""
    return converse(emulator, address, *commands)[1:]


@pytest.fixture
def image(tmp_path: pathlib.Path) -> pathlib.Path:
    return make_image(tmp_path / "apc_hw21_su_2-5-5-1.nmc3", hardware_token="hw21", application="su", version="2.5.5.1")


def test_refuse_resets_the_connection_so_many_times(emulator: Emulator) -> None:
    emulator.set_faults(NMC3, [{"name": "refuse", "times": 2}])
    for _turn in range(2):
        assert is_reset(emulator, NMC3)
    assert answers(emulator, NMC3, "whoami\n") == ["whoami\r\nE000: Success\r\napc\r\n\r\napc>"]


def test_an_address_without_a_card_is_reset(emulator: Emulator) -> None:
    assert is_reset(emulator, NOBODY)


def test_wrong_password_refuses_the_right_one(emulator: Emulator) -> None:
    emulator.set_faults(NMC3, ["wrong_password"])
    before = emulator.state(NMC3)["counters"]
    with pytest.raises(asyncssh.PermissionDenied):
        answers(emulator, NMC3)
    after = emulator.state(NMC3)["counters"]
    assert (after["failed_logins"], after["logins"]) == (before["failed_logins"] + 1, before["logins"])


def test_drop_after_bytes_cuts_the_transfer_and_changes_nothing(emulator: Emulator, image: pathlib.Path) -> None:
    before = emulator.state(NMC3)
    emulator.set_faults(NMC3, [{"drop_after_bytes": 100_000, "times": 1}])
    with pytest.raises((asyncssh.Error, OSError)):
        upload(emulator, NMC3, image)
    after = emulator.state(NMC3)
    assert 100_000 <= after["counters"]["bytes_received"] - before["counters"]["bytes_received"] < 200_000
    assert (after["slots"], after["counters"]["uploads"]) == (before["slots"], before["counters"]["uploads"])
    assert after["faults"] == []


def test_reject_image_says_why_and_changes_nothing(emulator: Emulator, image: pathlib.Path) -> None:
    before = emulator.state(NMC3)
    emulator.set_faults(NMC3, ["reject_image"])
    with pytest.raises(asyncssh.SFTPFailure, match="File type unknown"):
        upload(emulator, NMC3, image)
    after = emulator.state(NMC3)
    assert (after["slots"], after["phase"]) == (before["slots"], "up")


def test_keep_old_version_looks_like_a_success(emulator: Emulator, tmp_path: pathlib.Path) -> None:
    before = emulator.state(NMC3)
    emulator.set_faults(NMC3, ["keep_old_version"])
    version = "2.6.0.1"
    upload(emulator, NMC3, make_image(tmp_path / "su.nmc3", hardware_token="hw21", application="su", version=version))
    after = emulator.wait_for_reboot(NMC3, after=before["counters"]["reboots"])
    assert after["versions"] == before["versions"]
    assert after["counters"]["uploads"] == before["counters"]["uploads"] + 1


def test_never_come_back_is_silent_on_every_protocol(emulator: Emulator, image: pathlib.Path) -> None:
    emulator.set_faults(NMC3, ["never_come_back"])
    upload(emulator, NMC3, image)
    emulator.wait(NMC3, lambda state: state["phase"] == "gone")
    assert is_reset(emulator, NMC3)
    assert not snmp_answers(emulator, NMC3)


def test_snmp_silent_is_silent_until_cleared(emulator: Emulator) -> None:
    assert snmp_answers(emulator, NMC3)
    emulator.set_faults(NMC3, ["snmp_silent"])
    assert not snmp_answers(emulator, NMC3)
    emulator.set_faults(NMC3, [])
    assert snmp_answers(emulator, NMC3)


def test_the_reply_comes_from_the_address_that_was_asked(emulator: Emulator) -> None:
    assert snmp_answers(emulator, NMC2)
    assert not snmp_answers(emulator, NOBODY)


def test_an_nmc2_is_upgraded_file_by_file_with_a_reboot_after_each(emulator: Emulator, tmp_path: pathlib.Path) -> None:
    stats = []
    for name in ("apc_hw05_bootmon_109.bin", "apc_hw05_aos_696.bin", "apc_hw05_sumx_696.bin"):
        file = tmp_path / name
        file.write_bytes(bytes(50_000))
        reboots = emulator.state(NMC2)["counters"]["reboots"]
        upload(emulator, NMC2, file)
        state = emulator.wait_for_reboot(NMC2, after=reboots)
        stats.append(state["stat"])
        if state["stat"] == "A-":
            assert "Application Module\r\n---------------\r\nInvalid Module Header!" in answers(emulator, NMC2, "about\n")[0]
    assert stats == ["A+", "A-", "A+"]
    assert state["versions"] == {"aos": "6.9.6", "application": "6.9.6", "boot_monitor": "1.0.9"}
    assert "sumx:v6.9.6" in answers(emulator, NMC2, "system\n")[0]


def test_a_reboot_by_command_needs_a_yes(emulator: Emulator) -> None:
    before = emulator.state(NMC3)["counters"]["reboots"]
    question, cancelled = answers(emulator, NMC3, "reboot\n", "\n")
    assert question.endswith("E000: Success\r\nReboot Management Interface\r\nEnter 'YES' to continue or <ENTER> to cancel : ")
    assert cancelled.endswith("apc>")
    answers(emulator, NMC3, "reboot -Y\n")
    assert emulator.wait_for_reboot(NMC3, after=before)["uptime_seconds"] < 60


def test_the_event_log_waits_for_escape(emulator: Emulator) -> None:
    page, after = answers(emulator, NMC3, "eventlog\n", "\x1b")
    assert "---- Event Log ----" in page
    assert page.endswith("<D>- Delete\r\n> ")
    assert after == "\r\napc>"


def test_the_sixth_session_is_turned_away(emulator: Emulator) -> None:
    async def run() -> str:
        async with connect(emulator, NMC3) as connection:
            shells = [await connection.create_process(term_type="vt100") for _turn in range(5)]
            for shell in shells:
                await shell.stdout.readuntil("apc>")
            sixth = await connection.create_process(term_type="vt100")
            return t.cast("str", await sixth.stdout.read())

    assert asyncio.run(asyncio.wait_for(run(), 20)) == "\r\nMax logins exceeded."


def test_an_idle_session_is_closed(emulator: Emulator) -> None:
    async def run() -> str:
        async with connect(emulator, NMC3) as connection:
            process = await connection.create_process(term_type="vt100")
            return t.cast("str", await process.stdout.read())

    emulator.patch(NMC3, idle_seconds=0.1)
    try:
        assert asyncio.run(asyncio.wait_for(run(), 20)).endswith("Connection Closed - Bye\r\n")
    finally:
        emulator.patch(NMC3, idle_seconds=180)


def test_a_foreign_host_is_no_card(emulator: Emulator) -> None:
    async def run() -> tuple[str, str]:
        async with connect(emulator, HOST) as connection:
            process = await connection.create_process(term_type="vt100")
            greeting = await process.stdout.readuntil("$ ")
            process.stdin.write("about\n")
            return greeting, await process.stdout.readuntil("$ ")

    greeting, reply = asyncio.run(asyncio.wait_for(run(), 20))
    assert "Network Management Card" not in greeting
    assert "about: not found" in reply


def test_the_control_port_explains_its_refusals(emulator: Emulator) -> None:
    for complaint, call in {
        "There is no card at 127.5.0.99": lambda: emulator.state(NOBODY),
        "unknown fault 'burn'; known: refuse": lambda: emulator.set_faults(NMC3, ["burn"]),
        "'colour' cannot be changed; these can: name": lambda: emulator.patch(NMC3, colour="red"),
        "serial: 5 is not of the right type": lambda: emulator.patch(NMC3, serial=5),
    }.items():
        with pytest.raises(EmulatorError, match=complaint):
            call()


def test_what_the_control_port_changes_is_what_the_card_says(emulator: Emulator) -> None:
    emulator.patch(NMC3, on_battery=True, contact="somebody else")
    assert "Status of UPS: On Battery" in answers(emulator, NMC3, "detstatus -ss\n")[0]
    assert "somebody else" in answers(emulator, NMC3, "system\n")[0]
    emulator.patch(NMC3, on_battery=False)


def is_reset(emulator: Emulator, address: str) -> bool:
    """Whether a connection is reset before the card says anything."""
    try:
        with socket.create_connection((address, emulator.ssh_port), timeout=5) as sock:
            return not sock.recv(100)
    except ConnectionResetError:
        return True
