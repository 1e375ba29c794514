# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attempts as the ledger keeps them."""

from __future__ import annotations

import dataclasses
import time

import pytest
from unit.core.builders import AOS, APPLICATION, version
from unit.ledger.kept import CARD, OTHER_CARD, database_of, ledger_of, undertaking

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import AttemptState, quarantine
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Change
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import LedgerError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.schema import tables


def test_an_attempt_is_kept_as_it_was_begun(url: str) -> None:
    attempts = ledger_of(url).attempts
    wanted = undertaking(changes=(Change(AOS, None, version("7.2.0")), Change(APPLICATION, version("6.0.2.a"), version("7.2.0"))))
    begun = attempts.begin(CARD, wanted)
    assert (begun.card, begun.undertaking, begun.state, begun.transfers) == (CARD, wanted, AttemptState.BEGUN, 0)
    assert begun.begun_at == begun.marked_at
    assert (begun.ended_at, begun.reason) == (None, None)
    assert ledger_of(url).attempts.of(CARD) == [begun]
    assert attempts.of(OTHER_CARD) == []


def test_an_attempt_goes_its_way_from_begun_to_proven(url: str) -> None:
    attempts = ledger_of(url).attempts
    sending = attempts.sending(attempts.begin(CARD, undertaking()))
    sent = attempts.sent(sending)
    proven = attempts.end(sent, AttemptState.PROVEN)
    assert [(attempt.state.value, attempt.transfers) for attempt in (sending, sent, proven)] == [("sending", 1), ("sent", 1), ("proven", 1)]
    assert sending.begun_at <= sending.marked_at <= sent.marked_at <= proven.marked_at
    assert proven.ended_at == proven.marked_at
    assert proven.marked_at <= attempts.now()
    assert attempts.of(CARD) == attempts.everything() == attempts.ended_within(60) == [proven]


def test_what_is_open_is_found_by_the_host_that_it_was_begun_on(url: str) -> None:
    attempts = ledger_of(url).attempts
    attempts.end(attempts.begin(CARD, undertaking(host="ups1")), AttemptState.PROVEN)
    assert attempts.open_at("ups1") is None
    begun = attempts.begin(CARD, undertaking(host="ups1"))
    attempts.begin(OTHER_CARD, undertaking(host="ups2"))
    assert attempts.open_at("ups1") == begun
    assert ledger_of(url, "umbrella").attempts.open_at("ups1") is None


def test_a_sign_of_life_makes_an_attempt_younger_and_nothing_else(url: str) -> None:
    attempts = ledger_of(url).attempts
    sending = attempts.sending(attempts.begin(CARD, undertaking()))
    deadline = time.monotonic() + 10
    while (alive := attempts.alive(sending)).marked_at == sending.marked_at:
        assert time.monotonic() < deadline
    assert dataclasses.replace(alive, marked_at=sending.marked_at) == sending
    assert attempts.of(CARD) == [alive]


def test_an_attempt_that_failed_says_why_and_quarantines_the_card(url: str) -> None:
    attempts = ledger_of(url).attempts
    attempts.end(attempts.sending(attempts.begin(CARD, undertaking())), AttemptState.FAILED, Reason.IMAGE_REJECTED)
    refusal = quarantine(attempts.of(CARD), [undertaking().sha256], versions={})
    assert refusal is not None
    assert refusal.sentence.endswith("failed (image_rejected)")
    assert quarantine(attempts.of(OTHER_CARD), [undertaking().sha256], versions={}) is None


def test_the_next_run_goes_on_with_an_open_attempt_and_its_count_of_transfers(url: str) -> None:
    left = ledger_of(url).attempts.sending(ledger_of(url).attempts.begin(CARD, undertaking()))
    attempts = ledger_of(url).attempts
    adopted = attempts.begin(CARD, undertaking(operator="bert", controller="awx-2"))
    assert adopted == left
    assert attempts.sending(adopted).transfers == 2
    with pytest.raises(ValueError, match="no more transfers"):
        attempts.sending(attempts.of(CARD)[0])


def test_an_open_attempt_with_another_image_is_over(url: str) -> None:
    attempts = ledger_of(url).attempts
    left = attempts.sending(attempts.begin(CARD, undertaking()))
    begun = attempts.begin(CARD, undertaking(sha256="cd" * 32))
    assert begun.transfers == 0
    assert [(attempt.id, attempt.state) for attempt in attempts.of(CARD)] == [
        (left.id, AttemptState.SUPERSEDED),
        (begun.id, AttemptState.BEGUN),
    ]


@pytest.mark.parametrize("end", [AttemptState.PROVEN, AttemptState.FAILED, AttemptState.UNSENT])
def test_a_run_that_was_thought_dead_cannot_go_on(url: str, end: AttemptState) -> None:
    attempts = ledger_of(url).attempts
    slow = attempts.begin(CARD, undertaking())
    attempts.end(attempts.begin(CARD, undertaking()), end)
    for change in (attempts.sending, attempts.sent, lambda left: attempts.end(left, AttemptState.PROVEN)):
        with pytest.raises(LedgerError) as caught:
            change(slow)
        assert caught.value.reason is Reason.LEDGER_UNWRITABLE
        assert "another run has gone on with this attempt" in caught.value.message
    assert [attempt.state for attempt in attempts.of(CARD)] == [end]


def reworded(url: str, **values: str) -> None:
    """Put into all attempts what only a newer version of the collection knows."""
    with database_of(url).write("test") as transaction:
        transaction.execute(tables().attempts.update().values(**values))


def test_a_state_that_this_version_does_not_know_is_unknown_and_can_be_ended(url: str) -> None:
    attempts = ledger_of(url).attempts
    begun = attempts.begin(CARD, undertaking())
    reworded(url, state="postponed")
    (left,) = attempts.of(CARD)
    assert (left.state, left.is_open) == (AttemptState.UNKNOWN, True)
    assert attempts.begin(CARD, undertaking()) == left
    with pytest.raises(LedgerError):
        attempts.end(begun, AttemptState.PROVEN)
    assert attempts.end(left, AttemptState.PROVEN).state is AttemptState.PROVEN
    with pytest.raises(LedgerError):
        attempts.end(left, AttemptState.FAILED)


def test_a_failure_for_a_reason_that_this_version_does_not_know_is_still_a_failure(url: str) -> None:
    attempts = ledger_of(url).attempts
    attempts.end(attempts.sending(attempts.begin(CARD, undertaking())), AttemptState.FAILED, Reason.IMAGE_REJECTED)
    reworded(url, reason="not_yet_invented")
    refusal = quarantine(attempts.of(CARD), [undertaking().sha256], versions={})
    assert refusal is not None
    assert refusal.sentence.endswith("failed (for a reason that is not known)")


def test_an_attempt_on_a_component_that_this_version_does_not_know_is_an_error_of_the_ledger(url: str) -> None:
    attempts = ledger_of(url).attempts
    attempts.begin(CARD, undertaking())
    reworded(url, component="language_pack")
    with pytest.raises(LedgerError, match="another version of the collection") as caught:
        attempts.of(CARD)
    assert caught.value.reason is Reason.LEDGER_UNREADABLE


def test_two_runs_cannot_both_count_the_same_transfer(url: str) -> None:
    attempts = ledger_of(url).attempts
    attempt = attempts.begin(CARD, undertaking())
    for transfers in (1, 2):
        counted = attempts.sending(attempt)
        with pytest.raises(LedgerError):
            attempts.sending(attempt)
        assert attempts.of(CARD) == [counted]
        assert counted.transfers == transfers
        attempt = counted


def test_what_ended_long_ago_is_not_among_what_ended_lately(url: str) -> None:
    attempts = ledger_of(url).attempts
    attempts.end(attempts.begin(CARD, undertaking()), AttemptState.UNSENT)
    attempts.begin(OTHER_CARD, undertaking())
    assert [attempt.card for attempt in attempts.ended_within(3600)] == [CARD]
    assert attempts.ended_within(-1) == []


def test_who_reads_for_long_keeps_no_writer_waiting_and_sees_what_was_there(url: str) -> None:
    attempts = ledger_of(url).attempts
    attempts.begin(CARD, undertaking())
    started = time.monotonic()
    with database_of(url).read() as reading, reading.execute(tables().attempts.select()) as rows:
        attempts.begin(OTHER_CARD, undertaking())
        assert len(rows.all()) == 1
    assert time.monotonic() - started < 20
    assert len(attempts.everything()) == 2


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (CardKey("S1", "M1"), {"both", "serial", "mac"}),
        (CardKey("S1", None), {"both", "serial", "other mac"}),
        (CardKey(None, "M1"), {"both", "mac"}),
        (CardKey("S1", "M2"), {"serial", "other mac"}),
        (CardKey("S2", "M1"), {"mac"}),
    ],
)
def test_a_card_is_found_by_what_is_known_of_it(url: str, asked: CardKey, found: set[str]) -> None:
    attempts = ledger_of(url).attempts
    keys = {
        "both": CardKey("S1", "M1"),
        "serial": CardKey("S1", None),
        "mac": CardKey(None, "M1"),
        "other mac": CardKey("S1", "M2"),
        "stranger": CardKey("S3", "M3"),
    }
    for name, key in keys.items():
        attempts.end(attempts.begin(key, undertaking(operator=name)), AttemptState.UNSENT)
    assert {attempt.undertaking.operator for attempt in attempts.of(asked)} == found
