# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the work on one card claims in the ledger, against everybody else's work."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import typing as t

import pytest
from unit.core.builders import card_of
from unit.ledger import swarm
from unit.ledger.kept import CARD, ledger_of, undertaking

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._memory import LedgerMemory

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card

BOTH = dataclasses.replace(card_of(), serial=CARD.serial, mac=CARD.mac)
SERIAL_ONLY, MAC_ONLY = dataclasses.replace(BOTH, mac=None), dataclasses.replace(BOTH, serial=None)


def memory_of(url: str, **options: t.Any) -> LedgerMemory:
    return LedgerMemory("ups1", "acme", ledger_url=url, **options)


def blocked(memory: LedgerMemory, card: Card, *, to_send: bool = False) -> Reason | None:
    """Why a card cannot be claimed; None if it can."""
    try:
        with memory.claimed(card, seconds=60, to_send=to_send):
            return None
    except BlockedError as error:
        return error.reason


@pytest.mark.parametrize(("first", "second"), [(BOTH, SERIAL_ONLY), (BOTH, MAC_ONLY), (SERIAL_ONLY, BOTH), (MAC_ONLY, BOTH), (BOTH, BOTH)])
def test_a_card_is_claimed_whichever_half_of_its_key_was_read(url: str, first: Card, second: Card) -> None:
    with memory_of(url).claimed(first, seconds=60):
        assert blocked(memory_of(url), second) is Reason.LEASE_HELD
    assert blocked(memory_of(url), second) is None


def test_two_halves_that_an_earlier_reading_had_together_are_one_card(url: str) -> None:
    assert CARD.serial is not None
    ledger_of(url).attempts.begin(CARD, undertaking())
    with memory_of(url).claimed(SERIAL_ONLY, seconds=60):
        assert blocked(memory_of(url), MAC_ONLY) is Reason.LEASE_HELD


def test_who_gets_one_half_only_keeps_none(url: str) -> None:
    with memory_of(url).claimed(SERIAL_ONLY, seconds=60):
        assert blocked(memory_of(url), BOTH) is Reason.LEASE_HELD
        assert blocked(memory_of(url), MAC_ONLY) is None


def test_a_claim_that_lost_one_half_is_lost(url: str) -> None:
    memory = memory_of(url)
    with contextlib.ExitStack() as claims:
        prolong = claims.enter_context(memory.claimed(BOTH, seconds=-1))
        claims.enter_context(memory_of(url).claimed(MAC_ONLY, seconds=60))
        with pytest.raises(BlockedError, match="the claim on the card ended before this run did"):
            prolong(60)


# how many at once


def another(number: int) -> Card:
    return dataclasses.replace(BOTH, serial=f"ZA{number:010}", mac=None)


@pytest.mark.parametrize("limit", [{"site": "paris", "site_limit": 2}, {"client_limit": 2}])
def test_no_more_cards_are_upgraded_at_once_than_may(url: str, limit: dict[str, t.Any]) -> None:
    with contextlib.ExitStack() as claims:
        for number in range(2):
            claims.enter_context(memory_of(url, **limit).claimed(another(number), seconds=60, to_send=True))
        assert blocked(memory_of(url, **limit), another(2), to_send=True) is Reason.LIMIT_REACHED
        assert blocked(memory_of(url, **limit), another(0), to_send=True) is Reason.LEASE_HELD
        assert blocked(memory_of(url, **limit), another(2)) is None
        assert blocked(memory_of(url), another(2), to_send=True) is None
        assert blocked(memory_of(url, site="london", site_limit=1), another(2), to_send=True) is None
    assert blocked(memory_of(url, **limit), another(2), to_send=True) is None


def test_another_client_has_places_of_its_own(url: str) -> None:
    limit: dict[str, t.Any] = {"site": "paris", "site_limit": 1, "client_limit": 1}
    with memory_of(url, **limit).claimed(another(0), seconds=60, to_send=True):
        assert blocked(LedgerMemory("ups1", "umbrella", ledger_url=url, **limit), another(1), to_send=True) is None


def test_who_is_too_late_for_one_limit_takes_no_place_of_another(url: str) -> None:
    crowded: dict[str, t.Any] = {"site": "paris", "site_limit": 1}
    free: dict[str, t.Any] = {"site": "london", "site_limit": 1}
    with memory_of(url, **crowded, client_limit=2).claimed(another(0), seconds=60, to_send=True):
        for _time in range(3):
            assert blocked(memory_of(url, **crowded, client_limit=2), another(1), to_send=True) is Reason.LIMIT_REACHED
        assert blocked(memory_of(url, **free, client_limit=2), another(1), to_send=True) is None


@pytest.mark.every_fault
def test_many_processes_that_try_again_and_again_keep_to_both_limits_and_all_get_their_turn(url: str) -> None:
    said = swarm.run("upgrade_in_turn", url, 24)
    assert len(said) == 24
    assert most_at_once(said) <= swarm.CLIENT_LIMIT
    for site in {line["site"] for line in said}:
        assert most_at_once([line for line in said if line["site"] == site]) <= swarm.SITE_LIMIT


def most_at_once(said: list[swarm.Said]) -> int:
    moments = sorted([(line["from"], 1) for line in said] + [(line["until"], -1) for line in said])
    return max(itertools.accumulate(step for _moment, step in moments))
