# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cards that are reached at another address than their own: behind a NAT, and over IPv6."""

from __future__ import annotations

import asyncio
import socket
import ssl
import typing as t

import asyncssh
import pytest
from unit.emulator.live import snmp_answers

from emulator.fleet import FleetError, parse_fleet
from emulator.testing import Emulator, start_emulator

ONE, OTHER = "127.7.0.1", "127.7.0.2"
FLEET = {
    "defaults": {"profile": "smart_ups_nmc3"},
    "cards": [{"address": ONE, "name": "one"}, {"address": OTHER, "name": "other"}],
    "forwards": [{"port": 0, "to": ONE}, {"to": OTHER}],
    "ipv6_card": OTHER,
}


@pytest.fixture(scope="module")
def emulator() -> t.Iterator[Emulator]:
    with start_emulator(FLEET) as running:
        yield running


def name_at(emulator: Emulator, host: str, port: int) -> str:
    """The name in the banner; the host key must be the one in known_hosts."""

    async def run() -> str:
        trusted = str(emulator.known_hosts)
        async with asyncssh.connect(host, port, username="apc", password="apc", known_hosts=trusted, client_keys=None) as connection:
            process = await connection.create_process(term_type="vt100")
            banner = t.cast("str", await process.stdout.readuntil("apc>"))
            return banner.split("Name      : ")[1].split()[0]

    return asyncio.run(asyncio.wait_for(run(), 20))


def test_two_cards_are_behind_one_address(emulator: Emulator) -> None:
    assert [name_at(emulator, "127.0.0.1", port) for port in emulator.forwards] == ["one", "other"]
    assert name_at(emulator, ONE, emulator.ssh_port) == "one"


def test_the_nat_hangs_up_while_its_card_reboots(emulator: Emulator) -> None:
    emulator.set_faults(ONE, ["never_come_back"])
    emulator.reboot(ONE)
    emulator.wait(ONE, lambda state: state["phase"] == "gone")
    with socket.create_connection(("127.0.0.1", emulator.forwards[0]), timeout=5) as sock:
        assert sock.recv(100) == b""
    assert name_at(emulator, "127.0.0.1", emulator.forwards[1]) == "other"
    emulator.set_faults(ONE, [])
    emulator.reboot(ONE)
    emulator.wait_until_up(ONE)


def test_one_card_is_reached_over_ipv6(emulator: Emulator) -> None:
    assert name_at(emulator, "::1", emulator.ssh_port) == "other"
    assert snmp_answers(emulator, "::1")
    own, over_ipv6 = (ssl.get_server_certificate((host, emulator.https_port), timeout=5) for host in (OTHER, "::1"))
    assert own == over_ipv6


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"forwards": [{"to": "127.7.0.9"}]}, r"forwards\[0\]: to: there is no card at 127.7.0.9"),
        ({"forwards": [{"port": 1}]}, r"forwards\[0\]: to: there is no card at None"),
        ({"forwards": {}, "ipv6_card": "127.7.0.9"}, "ipv6_card: there is no card at 127.7.0.9"),
        ({"forwards": "x"}, "forwards: must be a list"),
        ({"forwards": [{"port": "x", "to": ONE}]}, "port: 'x' is not of the right type"),
    ],
)
def test_what_leads_nowhere_is_refused(more: dict[str, t.Any], complaint: str) -> None:
    with pytest.raises(FleetError, match=complaint):
        parse_fleet({**FLEET, **more})
