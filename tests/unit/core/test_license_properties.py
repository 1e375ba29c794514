# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever is declared in whatever order: one subscription at a time, no day more than was bought, no right without a cause."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from unit.core.subscriptions import CLIENT, at, card

from ansible_collections.secure_power.nmc.plugins.module_utils._core.entitlement import Answer, Question, entitlement
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_request import (
    ActivationId,
    Decision,
    Declared,
    Held,
    Known,
    Readings,
    Verdict,
    Wanted,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_rules import decide
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import (
    Entry,
    Event,
    Evidence,
    Platform,
    Source,
    State,
    years_after,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version

_START = date(2026, 2, 20)
_CERTIFIED = Version((3, 4, 0, 8))
# What was bought: the term of each Activation ID in years, and its part number.
_BOUGHT = {"f1": (1, "SWNMC3SU-1Y-DIGI"), "f2": (2, "SWNMC3SU-2Y-DIGI"), "f3": (6, "SWNMC3SU-6Y-DIGI"), "f4": (1, "SWNMC3PDU-1Y-DIGI")}
_IDS = st.sampled_from(sorted(_BOUGHT))
_BACK = st.integers(0, 900)


def activation(fingerprint: str) -> ActivationId:
    return ActivationId(fingerprint, f"000{fingerprint[1]}")


class Life(RuleBasedStateMachine):
    """The life of one card: time passes, operators declare what they like, and every entry of a decision is recorded.

    The model beside it knows only what was confirmed and not taken back: which term began when, how far renewals and platforms reach.
    """

    def __init__(self) -> None:
        super().__init__()
        self.today = _START
        self.card = card()
        self.history: list[Entry] = []
        self.subscribed: list[tuple[date, date]] = []
        self.covered: list[tuple[date, date]] = []

    # --- what can happen ---

    @rule(days=st.integers(1, 500))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(fingerprint=_IDS, override=st.booleans(), minimum=st.sampled_from([0, 30, 400]))
    def an_activation_id_is_declared(self, fingerprint: str, override: bool, minimum: int) -> None:
        decision = self.declare(
            Declared(
                source=Source.PURCHASED,
                sku=_BOUGHT[fingerprint][1],
                activation=activation(fingerprint),
                allow_override_included=override,
                min_days_left=minimum,
            )
        )
        assert not decision.entries, "nothing is recorded before anybody says that it was done"

    @rule(fingerprint=_IDS, back=_BACK, override=st.booleans())
    def an_activation_is_confirmed(self, fingerprint: str, back: int, override: bool) -> None:
        begin = self.today - timedelta(days=back)
        years, sku = _BOUGHT[fingerprint]
        declared = Declared(
            source=Source.PURCHASED,
            sku=sku,
            activation=activation(fingerprint),
            activated_on=begin,
            allow_override_included=override,
        )
        decision = self.confirm(declared, begin, years_after(begin, years))
        assert override or Event.OVERRIDDEN not in [entry.event for entry in decision.entries], "nothing is lost without consent (T7)"

    @rule(back=_BACK, bought=st.sampled_from([None, date(2024, 3, 31), date(2024, 4, 1)]))
    def the_included_year_is_confirmed(self, back: int, bought: date | None) -> None:
        begin = self.today - timedelta(days=back)
        declared = Declared(source=Source.INCLUDED, purchase_date=bought, activated_on=begin)
        self.confirm(declared, begin, years_after(begin, 1))

    @rule(days=st.integers(-10, 2500), voucher=st.sampled_from([None, "v1", "v2"]))
    def a_renewal_is_confirmed(self, days: int, voucher: str | None) -> None:
        until = self.today + timedelta(days=days)
        before = self.state
        decision = self.confirm(Declared(source=Source.PURCHASED, renewed_until=until, voucher=voucher), self.today, until)
        assert not decision.entries or before in (State.INCLUDED_ACTIVE, State.SUBSCRIBED), "only what is valid can be renewed (G7)"

    @rule(voucher=st.sampled_from(["v1", "v2"]))
    def a_voucher_is_declared(self, voucher: str) -> None:
        assert not self.declare(Declared(source=Source.PURCHASED, voucher=voucher)).entries

    @rule(days=st.integers(0, 1000) | st.none())
    def a_platform_is_declared(self, days: int | None) -> None:
        until = None if days is None else self.today + timedelta(days=days)
        self.declare(Declared(platform=Platform.DATA_CENTER_EXPERT, platform_expires=until))
        self.covered = [(self.today, until or date.max)]

    @precondition(lambda self: self.history)
    @rule(source=st.sampled_from([None, Source.PLATFORM]))
    def the_record_is_forgotten(self, source: Source | None) -> None:
        self.declare(Declared(wanted=Wanted.FORGOTTEN, source=source))
        if source is Source.PLATFORM:
            self.covered = []
        else:
            self.subscribed = []
            assert self.state is State.UNSUBSCRIBED

    # --- what holds ---

    @invariant()
    def a_right_has_a_cause(self) -> None:
        found = self.decision(Declared())
        asked = Question(self.card, _CERTIFIED, found.subscription, found.coverage, self.today)
        if entitlement(asked).answer is Answer.YES:
            assert any(begin <= self.today <= end for begin, end in (*self.subscribed, *self.covered))

    @invariant()
    def no_term_is_longer_than_what_was_bought(self) -> None:
        begun: dict[str | None, set[date | None]] = {}
        for entry in self.history:
            if entry.event is not Event.ACTIVATED or entry.source is Source.PLATFORM:
                continue
            assert entry.evidence is Evidence.COMPUTED
            assert entry.activated_on is not None
            years = 1 if entry.fingerprint is None else _BOUGHT[entry.fingerprint][0]
            assert entry.expires_on == years_after(entry.activated_on, years)
            begun.setdefault(entry.fingerprint, set()).add(entry.activated_on)
        assert all(len(days) == 1 for days in begun.values()), "no term begins twice"

    @invariant()
    def one_subscription_runs_at_a_time(self) -> None:
        """Told from the entries alone: what is activated while something runs beyond that day is preceded by its end."""
        running: Entry | None = None
        for entry in self.history:
            if entry.source is Source.PLATFORM:
                continue
            if entry.event is Event.ACTIVATED and running is not None:
                assert running.expires_on is not None
                assert entry.activated_on is not None
                assert running.expires_on <= entry.activated_on
                assert running.activated_on is not None
                assert running.activated_on <= entry.activated_on
            if entry.event is Event.RENEWED:
                assert running is not None
                assert running.expires_on is not None
                assert entry.expires_on is not None
                assert running.expires_on < entry.expires_on <= years_after(running.expires_on, 6)
            running = entry if entry.event in (Event.ACTIVATED, Event.RENEWED) else None

    @invariant()
    def an_override_was_of_an_included_year(self) -> None:
        assert {entry.source for entry in self.history if entry.event is Event.OVERRIDDEN} <= {Source.INCLUDED}

    @invariant()
    def the_other_family_was_never_recorded(self) -> None:
        assert "f4" not in [entry.fingerprint for entry in self.history]

    # --- how it is asked ---

    @property
    def state(self) -> State:
        return self.decision(Declared()).subscription.state

    def decision(self, declared: Declared) -> Decision:
        return decide(self.card, self.history, declared, known=Known(CLIENT), now=at(self.today))

    def declare(self, declared: Declared) -> Decision:
        """Decide and record; deciding once more finds nothing to record, and judges the same."""
        decision = self.decision(declared)
        assert decision.verdict is not Verdict.REFUSE or not decision.changes
        self.history.extend(decision.entries)
        again = self.decision(declared)
        assert not again.changes
        if declared.wanted is Wanted.ACTIVE:
            assert (again.verdict, again.reason, again.subscription) == (decision.verdict, decision.reason, decision.subscription)
        return decision

    def confirm(self, declared: Declared, begin: date, end: date) -> Decision:
        decision = self.declare(declared)
        if Event.OVERRIDDEN in [entry.event for entry in decision.entries]:
            self.subscribed = [(first, min(last, begin)) for first, last in self.subscribed]
        if decision.entries:
            self.subscribed.append((begin, end))
        return decision


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


# --- any declaration whatever ----------------------------------------------------------------------------------------

_DAYS = st.none() | st.dates(date(2023, 1, 1), date(2030, 1, 1))
_DECLARED = st.builds(
    Declared,
    wanted=st.sampled_from(Wanted),
    source=st.none() | st.sampled_from(Source),
    sku=st.sampled_from([None, "SWNMC3SU-1Y-DIGI", "SWNMC3PDU-2Y-DIGI", "nothing"]),
    activation=st.none() | st.sampled_from([activation("f1"), activation("f2")]),
    activated_on=_DAYS,
    expires_on=_DAYS,
    purchase_date=_DAYS,
    platform=st.none() | st.sampled_from(Platform),
    platform_expires=_DAYS,
    renewed_until=_DAYS,
    voucher=st.sampled_from([None, "v1"]),
    replaces=st.sampled_from([None, "OLD1"]),
    min_days_left=st.sampled_from([0, 30]),
    allow_override_included=st.booleans(),
)
_ENTRIES = st.builds(
    Entry,
    event=st.sampled_from(Event),
    source=st.sampled_from([Source.INCLUDED, Source.PURCHASED]),
    client=st.just(CLIENT),
    recorded_at=st.just(at(_START)),
    sku=st.sampled_from([None, "SWNMC3SU-1Y-DIGI"]),
    family=st.sampled_from([None, "SWNMC3SU", "SWNMC3PDU"]),
    activated_on=_DAYS,
    expires_on=_DAYS,
    evidence=st.sampled_from(Evidence),
    fingerprint=st.sampled_from([None, "f1"]),
    voucher=st.sampled_from([None, "v1"]),
)
_KNOWN = st.builds(
    Known,
    client=st.just(CLIENT),
    held=st.none() | st.builds(Held, sku=st.sampled_from(["SWNMC3SU-1Y-DIGI", "FWENMC1P-ST1Y-DIGI"]), hold_until=_DAYS),
    id_elsewhere=st.booleans(),
    card_elsewhere=st.booleans(),
    replaced=st.lists(_ENTRIES, max_size=3),
    included_missing=st.booleans(),
)
_READINGS = st.builds(Readings, **{name: st.booleans() for name in Readings.__dataclass_fields__ if name != "first_day"})
_CARDS = st.builds(card, st.sampled_from(Family), generation=st.sampled_from([1, 2, 3, 3, 3, None]))


@settings(max_examples=500)
@given(_CARDS, st.lists(_ENTRIES, max_size=4), _DECLARED, _KNOWN, _READINGS, st.dates(date(2025, 1, 1), date(2029, 1, 1)))
def test_everything_that_can_be_declared_is_decided_and_said_in_words(
    of: t.Any, history: list[Entry], declared: Declared, known: Known, readings: Readings, today: date
) -> None:
    decision = decide(of, history, declared, known=known, now=at(today), readings=readings)
    assert decision.sentence
    assert decision.sentence[-1] not in ".!"
    assert decision.next_action
    assert decision.verdict is not Verdict.REFUSE or not decision.changes
    assert all(entry.client == CLIENT and entry.recorded_at == at(today) for entry in (*decision.entries, *decision.replaced_entries))
    again = decide(
        of,
        [*history, *decision.entries],
        declared,
        known=dataclasses.replace(known, replaced=[*known.replaced, *decision.replaced_entries]),
        now=at(today),
        readings=readings,
    )
    assert not again.changes
