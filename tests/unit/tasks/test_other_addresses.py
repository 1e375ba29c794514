# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole tasks on cards that are reached at another address than their own: two behind one NAT, and one over IPv6."""

from __future__ import annotations

import concurrent.futures
import socket
import typing as t

import pytest
from unit.tasks.emulated import COMMUNITY, KINDS, UPGRADES, EmulatedCard, is_untouched

from emulator.testing import Emulator, start_emulator

if t.TYPE_CHECKING:
    from unit.tasks.emulated import ImageStore, Options, Ran

NAT = "127.0.0.1"
# Behind ports of the NAT, in this order.
RESTARTS, STAYS_AWAY, NEIGHBOUR = "127.31.0.1", "127.31.0.2", "127.31.0.3"
OVER_IPV6 = "127.31.0.4"
BEHIND_NAT = (RESTARTS, STAYS_AWAY, NEIGHBOUR)


@pytest.fixture(scope="module")
def emulator() -> t.Iterator[Emulator]:
    fleet = {
        "defaults": {**KINDS["ups3"], "reboot_seconds": 2.0, "check_seconds": 0.1, "snmp": {"community": COMMUNITY}},
        "cards": [{"address": address} for address in (*BEHIND_NAT, OVER_IPV6)],
        "forwards": [{"to": address} for address in BEHIND_NAT],
        "ipv6_card": OVER_IPV6,
    }
    with start_emulator(fleet) as running:
        yield running


def behind_nat(emulator: Emulator, address: str) -> tuple[EmulatedCard, Options]:
    """A card, and where it is found from outside."""
    return EmulatedCard(emulator, address), {"host": NAT, "port": emulator.forwards[BEHIND_NAT.index(address)]}


def what_the_nat_says(where: Options) -> bytes:
    with socket.create_connection((where["host"], where["port"]), timeout=5) as connection:
        return connection.recv(100)


def is_away(state: dict[str, t.Any]) -> bool:
    return state["phase"] in ("rebooting", "gone")


def test_a_card_restarts_behind_a_nat_that_goes_on_to_answer_and_its_neighbour_is_left_alone(emulator: Emulator, store: ImageStore) -> None:
    card, where = behind_nat(emulator, RESTARTS)
    neighbour, its_port = behind_nat(emulator, NEIGHBOUR)
    with concurrent.futures.ThreadPoolExecutor() as threads:
        upgrade: concurrent.futures.Future[Ran] = threads.submit(card.firmware, **where, **store.upgrade("ups3"))
        emulator.wait(RESTARTS, is_away)
        assert what_the_nat_says(where) == b""
        assert neighbour.facts(**its_port)["ansible_facts"]["nmc"]["serial"] == neighbour.state()["serial"]
        ran = upgrade.result(timeout=60)
    assert ran.verdict == ("compliant", "upgraded")
    assert ran["after"] == card.holds == UPGRADES["ups3"].after
    assert ran["evidence"]["restarts"][0]["seen_away"] is True
    assert is_untouched(neighbour)


def test_a_card_that_stays_away_is_not_taken_for_the_nat_that_answers(emulator: Emulator, store: ImageStore) -> None:
    card, where = behind_nat(emulator, STAYS_AWAY)
    card.suffers("never_come_back")
    ran = card.firmware(**where, **store.upgrade("ups3"), reboot_timeout=4.0)
    assert what_the_nat_says(where) == b""
    assert (*ran.verdict, ran["changed"]) == ("failed", "never_came_back", True)
    assert is_untouched(EmulatedCard(emulator, NEIGHBOUR))


def test_a_card_behind_another_port_than_was_thought_is_told_by_its_serial(emulator: Emulator, store: ImageStore) -> None:
    neighbour, its_port = behind_nat(emulator, NEIGHBOUR)
    meant = EmulatedCard(emulator, OVER_IPV6)
    ran = neighbour.firmware(**its_port, **store.upgrade("ups3"), serial=meant.state()["serial"])
    assert ran.verdict == ("blocked", "wrong_card")
    assert is_untouched(neighbour)


@pytest.mark.parametrize("over", [("ssh",), ("snmp",)], ids=" and ".join)
def test_a_card_is_read_over_ipv6(emulator: Emulator, over: tuple[str, ...]) -> None:
    card = EmulatedCard(emulator, OVER_IPV6, over)
    nmc = card.facts(host="::1")["ansible_facts"]["nmc"]
    assert (nmc["serial"], nmc["source"]) == (card.state()["serial"], over[0])


def test_a_card_is_upgraded_over_ipv6(emulator: Emulator, store: ImageStore) -> None:
    card = EmulatedCard(emulator, OVER_IPV6, ("ssh", "snmp"))
    ran = card.firmware(host="::1", **store.upgrade("ups3"))
    assert ran.verdict == ("compliant", "upgraded")
    assert ran["after"] == card.holds == UPGRADES["ups3"].after
