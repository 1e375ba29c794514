# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.builders import AOS, APPLICATION, BOOT, SERIAL, card_of, version

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import (
    MAX_REFUSALS,
    MAX_TRANSFERS,
    Attempt,
    AttemptState,
    Fate,
    Undertaking,
    fate,
    locked_out,
    open_attempt,
    quarantine,
    recorded_application,
    restart_due,
    suspicion,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey, card_key, is_same_card
from ansible_collections.secure_power.nmc.plugins.module_utils._core.leases import (
    Hold,
    Lease,
    Occupied,
    card_resources,
    client_resource,
    site_resource,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Change

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component

NOW = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)
REBOOT = 900.0
KEY = CardKey(SERIAL, "00:c0:b7:11:22:33")
OLD, NEW = {AOS: version("6.9.6")}, {AOS: version("7.2.0")}
SENT_STATES = [AttemptState.SENDING, AttemptState.SENT]


def undertaking(**changes: t.Any) -> Undertaking:
    plain = Undertaking(
        application="sumx",
        image="apc_hw05_aos_720.bin",
        sha256="ab" * 32,
        component=AOS,
        changes=(Change(AOS, version("6.9.6"), version("7.2.0")),),
        operator="anna",
        controller="awx-1",
    )
    return dataclasses.replace(plain, **changes)


def attempt(state: AttemptState = AttemptState.SENT, *, age: float = 10, transfers: int = 1, **changes: t.Any) -> Attempt:
    """An attempt whose state last changed so many seconds ago."""
    marked = NOW - dt.timedelta(seconds=age)
    plain = Attempt(1, KEY, undertaking(), state, transfers=transfers, begun_at=marked, marked_at=marked)
    return dataclasses.replace(plain, **changes)


def judged(left: Attempt, versions: t.Mapping[t.Any, t.Any], uptime: float | None = None) -> Fate:
    return fate(left, versions, uptime_seconds=uptime, now=NOW, reboot_timeout=REBOOT)


# an attempt that an earlier run has left open


@pytest.mark.parametrize("state", [state for state in AttemptState if state.value in ("begun", "sending", "sent")])
def test_an_attempt_that_nobody_ended_is_open(state: AttemptState) -> None:
    left = attempt(state)
    assert open_attempt([attempt(AttemptState.PROVEN), left]) is left


@pytest.mark.parametrize("state", [state for state in AttemptState if state.value in ("proven", "failed", "unsent", "superseded")])
def test_an_attempt_that_ended_is_not_open(state: AttemptState) -> None:
    assert open_attempt([attempt(state)]) is None


@pytest.mark.parametrize("state", SENT_STATES)
@pytest.mark.parametrize("age", [0, 10, REBOOT - 1, REBOOT, 86400])
def test_a_card_that_runs_the_image_proves_the_attempt_however_long_ago(state: AttemptState, age: float) -> None:
    assert judged(attempt(state, age=age), NEW) is Fate.PROVEN


@pytest.mark.parametrize("state", SENT_STATES)
@pytest.mark.parametrize(("age", "expected"), [(0, Fate.WAIT), (REBOOT - 0.001, Fate.WAIT), (REBOOT, Fate.RESUME)])
def test_a_card_with_its_old_version_is_waited_for_until_its_restart_is_overdue(state: AttemptState, age: float, expected: Fate) -> None:
    assert judged(attempt(state, age=age), OLD) is expected


@pytest.mark.parametrize(
    ("uptime", "expected"),
    [(None, Fate.WAIT), (86400.0, Fate.WAIT), (300.0, Fate.WAIT), (240.1, Fate.WAIT), (240.0, Fate.RESUME), (0.0, Fate.RESUME)],
)
def test_a_card_that_restarted_since_is_not_waited_for_any_longer(uptime: float | None, expected: Fate) -> None:
    assert judged(attempt(age=300), OLD, uptime) is expected


def test_an_image_that_changes_no_version_is_proven_by_the_restart_only() -> None:
    same = undertaking(changes=(Change(AOS, version("7.2.0"), version("7.2.0")),))
    assert judged(attempt(age=300, undertaking=same), NEW) is Fate.WAIT
    assert judged(attempt(age=300, undertaking=same), NEW, 0.0) is Fate.PROVEN


def test_a_card_that_runs_only_a_part_of_the_image_has_not_taken_it() -> None:
    both = undertaking(changes=(*undertaking().changes, Change(APPLICATION, None, version("7.2.0"))))
    assert judged(attempt(age=REBOOT, undertaking=both), {**NEW, APPLICATION: None}) is Fate.RESUME
    assert judged(attempt(undertaking=both), {**NEW, APPLICATION: version("7.2.0"), BOOT: None}) is Fate.PROVEN


@pytest.mark.parametrize(("transfers", "expected"), [(1, Fate.RESUME), (MAX_TRANSFERS, Fate.GIVE_UP), (MAX_TRANSFERS + 1, Fate.GIVE_UP)])
def test_an_image_is_sent_twice_in_an_attempt_at_most(transfers: int, expected: Fate) -> None:
    assert judged(attempt(age=REBOOT, transfers=transfers), OLD) is expected


def test_an_attempt_of_which_nothing_was_sent_is_resumed_at_once() -> None:
    left = attempt(AttemptState.BEGUN, age=0, transfers=0)
    assert restart_due(left, reboot_timeout=REBOOT) == NOW
    assert judged(left, OLD) is Fate.RESUME


@given(
    state=st.sampled_from(SENT_STATES),
    age=st.floats(0, 10 * REBOOT),
    transfers=st.integers(1, 5),
    uptime=st.none() | st.floats(0, 1e7),
)
def test_nothing_is_sent_while_a_restart_may_come(state: AttemptState, age: float, transfers: int, uptime: float | None) -> None:
    left = attempt(state, age=age, transfers=transfers)
    found = judged(left, OLD, uptime)
    if found is Fate.RESUME:
        assert transfers < MAX_TRANSFERS
        assert restart_due(left, reboot_timeout=REBOOT) <= NOW or (uptime is not None and uptime < age)
    assert found is not Fate.PROVEN


def test_the_application_is_what_the_card_said_last() -> None:
    said, silent = attempt(AttemptState.PROVEN), attempt(undertaking=undertaking(application=None))
    older = attempt(AttemptState.PROVEN, undertaking=undertaking(application="sy"))
    assert recorded_application([older, said, silent]) == "sumx"
    assert recorded_application([silent]) is None


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], False),
        ([(AttemptState.FAILED, Reason.HOST_KEY_CHANGED)], True),
        ([(AttemptState.FAILED, Reason.LOGIN_LOST), (AttemptState.UNSENT, None)], True),
        ([(AttemptState.FAILED, Reason.LOGIN_LOST), (AttemptState.PROVEN, None)], False),
        ([(AttemptState.FAILED, Reason.LOGIN_LOST), (AttemptState.FAILED, Reason.STILL_OLD_VERSION)], False),
        ([(AttemptState.FAILED, None)], False),
    ],
)
def test_a_card_is_locked_when_its_last_upgrade_ended_with_nobody_let_in(
    history: list[tuple[AttemptState, Reason | None]], expected: bool
) -> None:
    assert (locked_out([attempt(state, reason=reason) for state, reason in history]) is not None) is expected


# quarantine


def test_a_card_that_failed_is_quarantined_for_that_image_only() -> None:
    failed = attempt(AttemptState.FAILED, ended_at=NOW, reason=Reason.STILL_OLD_VERSION)
    refusal = quarantine([failed], ["cd" * 32, "ab" * 32], versions=OLD)
    assert refusal == Refusal(
        Reason.QUARANTINED, "apc_hw05_aos_720.bin was sent to it on 2026-11-22 03:00 UTC and failed (still_old_version)"
    )
    assert quarantine([failed], ["cd" * 32], versions=OLD) is None
    assert quarantine([failed], ["ab" * 32], versions=OLD, retry_failed=True) is None


@pytest.mark.parametrize(("transfers", "expected"), [((1,), False), ((2,), True), ((1, 1), True), ((0, 0, 1), False)])
def test_runs_that_were_killed_on_the_way_to_changing_targets_do_not_send_an_image_for_ever(
    transfers: tuple[int, ...], expected: bool
) -> None:
    history = [attempt(AttemptState.SUPERSEDED, id=number, transfers=count) for number, count in enumerate(transfers, start=1)]
    assert (quarantine(history, ["ab" * 32], versions=OLD) is not None) is expected
    assert quarantine(history, ["ab" * 32], versions=OLD, retry_failed=True) is None
    assert quarantine([*history, attempt(AttemptState.PROVEN, id=9)], ["ab" * 32], versions=OLD) is None


def test_what_another_version_of_the_collection_has_begun_is_open_and_what_it_has_ended_counts_as_sent() -> None:
    left = attempt(AttemptState.UNKNOWN)
    assert open_attempt([left]) is left
    assert judged(left, NEW) is Fate.PROVEN
    assert judged(left, OLD) is Fate.WAIT
    ended = dataclasses.replace(left, ended_at=NOW)
    assert open_attempt([ended]) is None
    assert quarantine([ended], ["ab" * 32], versions=OLD) is None
    assert quarantine([ended, ended], ["ab" * 32], versions=OLD) is not None


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (AttemptState.PROVEN, False),
        (AttemptState.FAILED, True),
        (AttemptState.UNSENT, True),
        (AttemptState.SUPERSEDED, True),
        (AttemptState.SENT, True),
    ],
)
def test_only_a_proof_ends_a_quarantine(later: AttemptState, expected: bool) -> None:
    history = [attempt(AttemptState.FAILED), attempt(later)]
    assert (quarantine(history, ["ab" * 32], versions=OLD) is not None) is expected


@pytest.mark.parametrize("state", [state for state in AttemptState if state is not AttemptState.FAILED])
def test_what_did_not_fail_is_no_reason_for_a_quarantine(state: AttemptState) -> None:
    assert quarantine([attempt(state)], ["ab" * 32], versions=OLD) is None


# a card that does not keep what it was proven to run


def proof(before: str, after: str, *, image: str = "ab", part: Component = AOS, **changes: t.Any) -> Attempt:
    change = Change(part, version(before), version(after))
    return attempt(AttemptState.PROVEN, undertaking=undertaking(sha256=image * 32, component=part, changes=(change,)), **changes)


def refused(history: list[Attempt], runs: str | None = "6.9.6", image: str = "ab") -> Reason | None:
    refusal = quarantine(history, [image * 32], versions={AOS: version(runs) if runs else None})
    return refusal.reason if refusal else None


UP, BACK = proof("6.9.6", "7.2.0"), proof("7.2.0", "6.9.6", image="cd")


def test_a_card_that_went_back_twice_by_itself_is_not_sent_the_image_again_until_somebody_says_so() -> None:
    assert refused([UP]) is None
    assert refused([UP, UP]) is Reason.KEEPS_REVERTING
    assert refused([UP, UP], image="cd") is None
    assert quarantine([UP, UP], ["ab" * 32], versions=OLD, retry_failed=True) is None
    found = quarantine([UP, UP], ["ab" * 32], versions=OLD)
    assert found is not None
    assert found.sentence == (
        "apc_hw05_aos_720.bin was proven on it 2 times, last on 2026-11-22 02:59 UTC, and each time it went back by itself"
    )


def test_a_card_that_still_runs_the_image_or_does_not_say_what_it_runs_has_not_gone_back() -> None:
    assert refused([UP, UP], runs="7.2.0") is None
    assert refused([UP, UP], runs=None) is None


def test_who_goes_back_and_forth_on_purpose_is_not_stopped() -> None:
    assert refused([UP, BACK, UP, BACK, UP, BACK]) is None
    assert refused([UP, BACK, UP, UP, BACK, UP]) is Reason.KEEPS_REVERTING


def test_a_stepping_stone_is_no_way_back() -> None:
    stone, last = proof("5.1.7", "6.9.6", image="cd"), proof("6.9.6", "7.2.0")
    assert refused([stone, last, stone, last], runs="5.1.7") is Reason.KEEPS_REVERTING
    assert refused([stone, last, stone, last], runs="5.1.7", image="cd") is None


def test_what_is_sent_for_another_component_says_nothing_about_this_one() -> None:
    other = proof("6.9.6", "7.2.0", image="ef", part=APPLICATION)
    assert refused([UP, other, UP, other]) is Reason.KEEPS_REVERTING


def test_an_attempt_that_sent_nothing_still_says_what_the_card_ran() -> None:
    went_on = attempt(AttemptState.UNSENT, undertaking=undertaking(sha256="cd" * 32, changes=BACK.undertaking.changes))
    assert refused([UP, went_on, UP, went_on]) is None


@pytest.mark.parametrize("refusals", range(6))
def test_a_credential_is_suspected_from_the_third_refusal_on(refusals: int) -> None:
    found = suspicion(refusals)
    assert (found is not None) is (refusals >= MAX_REFUSALS == 3)
    assert found is None or found.reason is Reason.CREDENTIAL_SUSPECTED
    assert suspicion(refusals, retry_failed=True) is None


# who a card is


def test_a_card_is_known_by_serial_and_mac() -> None:
    card = card_of()
    assert card_key(card) == CardKey(SERIAL, None)
    refusal = card_key(dataclasses.replace(card, serial=None))
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.IDENTITY_UNKNOWN


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("S1", "M1"), ("S1", "M1"), True),
        (("S1", "M1"), ("S1", None), True),
        (("S1", "M1"), (None, "M1"), True),
        (("S1", "M1"), ("S2", "M1"), False),
        (("S1", "M1"), ("S1", "M2"), False),
        (("S1", None), (None, "M1"), False),
    ],
)
def test_two_keys_are_one_card_when_they_agree_as_far_as_they_go(
    first: tuple[str | None, str | None], second: tuple[str | None, str | None], expected: bool
) -> None:
    assert is_same_card(CardKey(*first), CardKey(*second)) is expected
    assert is_same_card(CardKey(*second), CardKey(*first)) is expected


# who may work


def test_who_finds_a_resource_occupied_learns_who_has_it_until_when() -> None:
    resource = site_resource("paris", 2)
    leases = tuple(Lease(number, resource, f"awx-{number}", NOW + dt.timedelta(minutes=number)) for number in (1, 2))
    assert Occupied(resource, leases).refusal == Refusal(
        Reason.LIMIT_REACHED,
        "no more than 2 may work on site paris at once: awx-1 until 2026-11-22 03:01 UTC, awx-2 until 2026-11-22 03:02 UTC",
    )


def test_of_many_who_are_at_work_the_first_three_are_named() -> None:
    resource = client_resource(20)
    leases = tuple(Lease(number, resource, f"awx-{number}", NOW) for number in range(20))
    assert Occupied(resource, leases).refusal.sentence.endswith("awx-2 until 2026-11-22 03:00 UTC, 17 more")
    assert Occupied(card_resources([KEY])[0], leases[:1]).refusal.reason is Reason.LEASE_HELD


def test_a_card_has_one_slot_whichever_part_of_its_key_is_known() -> None:
    (serial,), (mac,) = (card_resources([CardKey(*halves)]) for halves in ((SERIAL, None), (None, KEY.mac)))
    assert set(card_resources([KEY])) == {serial, mac} == set(card_resources([CardKey(SERIAL, None), KEY]))
    assert serial.slots == mac.slots == 1


@pytest.mark.parametrize(
    ("site", "expires", "expected"),
    [
        ("paris", NOW, "dc-ops has stopped all work at site paris until 2026-11-22 03:00 UTC: change freeze"),
        (None, None, "dc-ops has stopped all work for the client until it is lifted: change freeze"),
    ],
)
def test_a_hold_says_who_where_until_when_and_why(site: str | None, expires: dt.datetime | None, expected: str) -> None:
    hold = Hold(1, site, "change freeze", "dc-ops", NOW, expires)
    assert hold.refusal == Refusal(Reason.ON_HOLD, expected)
