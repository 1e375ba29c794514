# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""netmiko's ``apc_aos`` driver knows real cards: it must feel at home."""

from __future__ import annotations

import re
import typing as t

import pytest
from integration.judges.judged_fleet import NMC2, NMC2_7, NMC3, RACK_PDU
from netmiko import ConnectHandler

if t.TYPE_CHECKING:
    from netmiko import BaseConnection

    from emulator.testing import Emulator

CARDS = {NMC2: "sumx", NMC2_7: "sumx", NMC3: "su", RACK_PDU: "rpdu2g"}


def connect(emulator: Emulator, address: str) -> BaseConnection:
    return ConnectHandler(device_type="apc_aos", host=address, port=emulator.ssh_port, username="apc", password="apc", fast_cli=True)


@pytest.mark.parametrize("address", CARDS)
def test_netmiko_logs_in_and_finds_the_prompt(emulator: Emulator, address: str) -> None:
    with connect(emulator, address) as card:
        assert card.find_prompt() == "apc>"


@pytest.mark.parametrize("address", CARDS)
def test_netmiko_reads_about(emulator: Emulator, address: str) -> None:
    with connect(emulator, address) as card:
        about = str(card.send_command("about"))
    assert about.startswith("E000: Success\nHardware Factory\n---------------\nModel Number:")
    assert re.search(rf"^Application Module\n-+\nName:\s+{CARDS[address]}$", about, re.MULTILINE)
    assert ("Network Management Card\n" in about) == (address == RACK_PDU)


@pytest.mark.parametrize("address", CARDS)
def test_netmiko_reads_system(emulator: Emulator, address: str) -> None:
    versions = emulator.state(address)["versions"]
    with connect(emulator, address) as card:
        system = str(card.send_command("system"))
    assert system.startswith("E000: Success\nHost Name Sync: Enabled\n")
    assert re.search(rf"^App:\s+{CARDS[address]}:v{re.escape(versions['application'])}$", system, re.MULTILINE)


@pytest.mark.parametrize("address", [NMC2, NMC3])
def test_sessions_end_when_netmiko_disconnects(emulator: Emulator, address: str) -> None:
    with connect(emulator, address):
        assert len(emulator.state(address)["sessions"]) == 1
    emulator.wait(address, lambda state: not state["sessions"])
