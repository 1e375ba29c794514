# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the work on one card claims in the ledger, against everybody else's work."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

import pytest
from unit.core.builders import card_of
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


def blocked(memory: LedgerMemory, card: Card) -> Reason | None:
    """Why a card cannot be claimed; None if it can."""
    try:
        with memory.claimed(card, seconds=60):
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
