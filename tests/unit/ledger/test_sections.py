# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Subscriptions, Activation IDs, refused logins and observations as the ledger keeps them."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from unit.ledger.kept import CARD, OTHER_CARD, card_number, entry, held, ledger_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Event, Evidence, Platform, Source
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import LedgerError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.fingerprints import Fingerprints, last_four

# subscriptions


def test_an_entry_is_kept_as_it_was_decided_but_for_the_time_which_is_the_ledgers(url: str) -> None:
    subscriptions = ledger_of(url).subscriptions
    decided = [
        entry(evidence=Evidence.TOOL, voucher="aa" * 32),
        entry(
            Event.ENDED,
            source=Source.PLATFORM,
            platform=Platform.DATA_CENTER_EXPERT,
            sku=None,
            family=None,
            activated_on=None,
            expires_on=None,
            fingerprint=None,
            last_four=None,
        ),
    ]
    kept = subscriptions.append(CARD, decided, after=())
    assert kept[0].recorded_at == kept[1].recorded_at
    assert kept == tuple(dataclasses.replace(found, recorded_at=kept[0].recorded_at) for found in decided)
    assert abs((kept[0].recorded_at - dt.datetime.now(dt.UTC)).total_seconds()) < 60
    assert ledger_of(url).subscriptions.of(CARD) == kept
    assert subscriptions.of(OTHER_CARD) == ()


def test_a_history_grows_at_its_end(url: str) -> None:
    subscriptions = ledger_of(url).subscriptions
    first = subscriptions.append(CARD, [entry()], after=())
    second = subscriptions.append(CARD, [entry(Event.RENEWED), entry(Event.ENDED)], after=first)
    assert second[:1] == first
    assert [found.event for found in second] == [Event.ACTIVATED, Event.RENEWED, Event.ENDED]
    assert subscriptions.everything() == [(CARD, found) for found in second]


def test_a_decision_on_an_outdated_history_is_not_kept(url: str) -> None:
    subscriptions = ledger_of(url).subscriptions
    subscriptions.append(CARD, [entry()], after=())
    with pytest.raises(LedgerError) as caught:
        subscriptions.append(CARD, [entry()], after=())
    assert caught.value.reason is Reason.LEDGER_UNWRITABLE
    assert "another run has added to the subscription of this card meanwhile" in caught.value.message
    assert len(subscriptions.of(CARD)) == 1


def test_the_cards_that_took_a_seat_are_counted_once_each(url: str) -> None:
    subscriptions = ledger_of(url).subscriptions
    for number in (1, 2):
        history = subscriptions.append(card_number(number), [entry()], after=())
        subscriptions.append(card_number(number), [entry(Event.RENEWED), entry()], after=history)
    subscriptions.append(card_number(3), [entry(fingerprint="00" * 32)], after=())
    assert subscriptions.activated_with("fe" * 32) == [card_number(1), card_number(2)]


# Activation IDs


def test_an_activation_id_in_stock_is_found_corrected_and_dropped(url: str) -> None:
    stock = ledger_of(url).activation_ids
    stock.hold(held())
    stock.hold(held(fingerprint="aa" * 32, hold_until=None))
    assert stock.find("fe" * 32) == held()
    stock.hold(held(seats=5))
    assert stock.everything() == [held(fingerprint="aa" * 32, hold_until=None), held(seats=5)]
    stock.drop("fe" * 32)
    assert stock.find("fe" * 32) is None


# refused logins


def test_refusals_of_a_credential_are_counted_until_a_card_takes_it(url: str) -> None:
    refusals = ledger_of(url).refusals
    assert [refusals.record("aa", host=f"ups{number}") for number in (1, 2, 3)] == [1, 2, 3]
    assert refusals.record("bb", host="ups1") == 1
    refusals.clear("aa")
    refusals.clear("cc")
    assert [refusals.count(fingerprint) for fingerprint in ("aa", "bb", "cc")] == [0, 1, 0]


# observations


def test_what_was_seen_is_kept_in_order_and_forgotten_when_it_is_old(url: str) -> None:
    observations = ledger_of(url).observations
    observations.record([(CARD, {"status": "drift", "aos": None}), (OTHER_CARD, {"status": "compliant"})])
    observations.record([(CARD, {"status": "compliant", "aos": "7.2.0"})])
    observations.record([])
    assert [sighting.facts["status"] for sighting in observations.of(CARD)] == ["drift", "compliant"]
    assert [sighting.card for sighting in observations.within(3600)] == [CARD, OTHER_CARD, CARD]
    assert observations.within(-1) == []
    assert observations.forget(older_than=3600) == 0
    assert observations.forget(older_than=-1) == 3
    assert observations.of(CARD) == []


def test_a_fleet_is_written_in_one_go(url: str) -> None:
    observations = ledger_of(url).observations
    observations.record((card_number(number), {"number": number}) for number in range(2500))
    assert len(observations.within(60)) == 2500
    assert observations.of(card_number(2499))[0].facts == {"number": 2499}


# fingerprints


def test_fingerprints_depend_on_the_ledger_the_kind_and_every_part() -> None:
    one, two = Fingerprints("00" * 32), Fingerprints("01" * 32)
    found = [
        one.activation_id("secret"),
        two.activation_id("secret"),
        one.voucher("secret"),
        one.credential(client="", username="apc", password="secret"),
        one.credential(client="acme", username="apc", password="secret"),
        one.credential(client="ac", username="meapc", password="secret"),
    ]
    assert len(set(found)) == len(found)
    assert one.activation_id(" secret\n") == one.activation_id("secret")
    assert one.activation_id("SECRET") != one.activation_id("secret")


@pytest.mark.parametrize(("secret", "shown"), [("ABCD-EFGH-9Z8Y\n", "9Z8Y"), ("12345678", "5678"), ("1234567", ""), ("", "")])
def test_of_a_short_secret_not_even_the_end_is_kept(secret: str, shown: str) -> None:
    assert last_four(secret) == shown
