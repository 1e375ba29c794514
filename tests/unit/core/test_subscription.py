# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.subscriptions import BEGIN, DAY, END, card, day, ended, included, platform, purchased, renewed

from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import (
    Colour,
    Coverage,
    Platform,
    Source,
    State,
    Subscription,
    had_year,
    includes_year,
    present,
    recorded_coverage,
    running,
    years_after,
)

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Entry

_DAYS = st.dates(date(2020, 1, 1), date(2080, 12, 31))


# --- dates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "years", "end"),
    [
        ("2026-03-10", 1, "2027-03-10"),
        ("2026-03-10", 6, "2032-03-10"),
        ("2027-12-31", 1, "2028-12-31"),
        ("2028-02-28", 1, "2029-02-28"),
        ("2028-02-29", 1, "2029-02-28"),
        ("2028-02-29", 4, "2032-02-29"),
        ("2027-03-01", 1, "2028-03-01"),
    ],
)
def test_a_term_is_in_calendar_years(begin: str, years: int, end: str) -> None:
    assert years_after(day(begin), years) == day(end)


@given(_DAYS, st.integers(1, 6))
def test_a_term_is_never_longer_than_its_years(begin: date, years: int) -> None:
    end = years_after(begin, years)
    assert 365 * years <= (end - begin).days <= 365 * years + 2
    assert (end.month, end.day) <= (begin.month, begin.day)


@pytest.mark.parametrize(("bought", "included_year"), [("2024-03-31", False), ("2024-04-01", True), ("2024-04-02", True)])
def test_g4a_the_first_day_with_a_year_counts(bought: str, included_year: bool) -> None:
    assert includes_year(day(bought)) is included_year


def test_g4a_can_be_read_the_other_way() -> None:
    assert includes_year(day("2024-04-01"), first_day=day("2024-04-02")) is False


def test_without_a_date_of_purchase_nobody_knows_of_a_year() -> None:
    assert includes_year(None) is None


# --- the present day -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "state", "days_left", "colour", "expiring"),
    [
        (BEGIN - DAY, State.UNKNOWN, None, None, False),
        (BEGIN, State.SUBSCRIBED, 365, Colour.GREEN, False),
        (END - 31 * DAY, State.SUBSCRIBED, 31, Colour.GREEN, False),
        (END - 30 * DAY, State.SUBSCRIBED, 30, Colour.AMBER, True),
        (END - 29 * DAY, State.SUBSCRIBED, 29, Colour.AMBER, True),
        (END - DAY, State.SUBSCRIBED, 1, Colour.AMBER, True),
        (END, State.SUBSCRIBED, 0, Colour.AMBER, True),
        (END + DAY, State.EXPIRED, -1, Colour.RED, False),
    ],
)
def test_g9_and_t12_the_days_around_every_boundary(
    today: date, state: State, days_left: int | None, colour: Colour | None, expiring: bool
) -> None:
    entry = purchased()
    assert present(card(), [entry], today=today) == Subscription(state, entry, days_left, colour, expiring)


@pytest.mark.parametrize(("warn_days", "expiring"), [(0, False), (59, False), (60, True), (90, True)])
def test_the_warning_can_come_at_another_day_while_amber_stays_the_vendors(warn_days: int, expiring: bool) -> None:
    found = present(card(), [purchased()], today=END - 60 * DAY, warn_days=warn_days)
    assert (found.expiring, found.colour) == (expiring, Colour.GREEN)


def test_a_subscription_in_plain_types() -> None:
    assert present(card(), [purchased()], today=END).as_dict() == {
        "state": "subscribed",
        "source": "purchased",
        "sku": "SWNMC3SU-1Y-DIGI",
        "family": "SWNMC3SU",
        "activated_on": "2026-03-10",
        "expires_on": "2027-03-10",
        "evidence": "computed",
        "days_left": 0,
        "colour": "amber",
        "expiring": True,
    }
    nothing = dict.fromkeys(["source", "sku", "family", "activated_on", "expires_on", "evidence", "days_left", "colour"])
    assert present(card(), [], today=END).as_dict() == {"state": "unsubscribed", "expiring": False, **nothing}


def test_an_included_year_has_a_state_of_its_own() -> None:
    assert present(card(), [included()], today=BEGIN).state is State.INCLUDED_ACTIVE


def test_a_record_without_an_end_says_nothing_of_today() -> None:
    found = present(card(), [purchased(expires_on=None)], today=BEGIN)
    assert (found.state, found.active, found.colour) == (State.UNKNOWN, False, None)


@pytest.mark.parametrize(
    ("bought", "history", "state"),
    [
        ("2024-04-01", [], State.INCLUDED_ELIGIBLE),
        ("2024-03-31", [], State.UNSUBSCRIBED),
        (None, [], State.UNSUBSCRIBED),
        ("2024-04-01", [included(), ended(Source.INCLUDED, BEGIN)], State.UNSUBSCRIBED),
        ("2024-04-01", [purchased(), ended(Source.PURCHASED, BEGIN)], State.INCLUDED_ELIGIBLE),
        ("2024-04-01", [platform()], State.INCLUDED_ELIGIBLE),
    ],
)
def test_t2_and_t3_what_a_card_without_a_subscription_is(bought: str | None, history: list[Entry], state: State) -> None:
    assert present(card(), history, today=BEGIN, purchase_date=day(bought) if bought else None).state is state


def test_a_history_that_may_be_incomplete_makes_an_unknown_state_and_no_other() -> None:
    assert present(card(), [], today=BEGIN, purchase_date=BEGIN, doubtful=True).state is State.UNKNOWN
    assert present(card(), [purchased()], today=BEGIN, doubtful=True).state is State.SUBSCRIBED


@pytest.mark.parametrize("generation", [1, 2, 3, 4, None])
@pytest.mark.parametrize("family", list(Family))
def test_t1_only_an_nmc3_in_a_covered_family_can_be_subscribed_whatever_was_recorded(generation: int | None, family: Family) -> None:
    known = card(family, generation=generation)
    state = present(known, [purchased()], today=BEGIN).state
    assert state is {True: State.SUBSCRIBED, False: State.NOT_APPLICABLE, None: State.UNKNOWN}[known.secure_nmc.eligible]


# --- histories -----------------------------------------------------------------------------------------------------


def test_the_last_entry_says_what_runs() -> None:
    first, second = included(), purchased(BEGIN + 200 * DAY)
    longer = renewed(second, years_after(END, 2))
    assert running([]) is None
    assert running([first]) is first
    assert running([first, second]) is second
    assert running([first, second, longer]) is longer
    assert running([first, second, longer, ended(Source.PURCHASED, END)]) is None


def test_t14_a_platform_changes_no_subscription() -> None:
    entry = purchased()
    assert running([entry, platform()]) is entry
    assert running([platform()]) is None


def test_the_last_platform_counts_until_it_ends() -> None:
    assert recorded_coverage([purchased()]) is None
    assert recorded_coverage([platform(), purchased()]) == Coverage(Platform.DATA_CENTER_EXPERT)
    assert recorded_coverage([platform(), platform(Platform.ECOSTRUXURE_IT_EXPERT, until=END)]) == Coverage(
        Platform.ECOSTRUXURE_IT_EXPERT, END
    )
    assert recorded_coverage([platform(), ended(Source.PLATFORM, END)]) is None


@pytest.mark.parametrize(("today", "holds"), [(END - DAY, True), (END, True), (END + DAY, False)])
def test_a_platform_holds_until_its_last_day(today: date, holds: bool) -> None:
    assert Coverage(Platform.DATA_CENTER_EXPERT, END).holds(today) is holds
    assert Coverage(Platform.DATA_CENTER_EXPERT).holds(today)


def test_an_included_year_is_had_once_it_was_activated() -> None:
    assert not had_year([purchased(), platform()])
    assert had_year([included(), ended(Source.INCLUDED, END), purchased()])


@given(st.lists(_DAYS, max_size=6), st.integers(-400, 2500))
def test_one_subscription_at_most_runs_on_any_day(begins: list[date], after: int) -> None:
    history = [purchased(begin, fingerprint=str(index)) for index, begin in enumerate(sorted(begins))]
    today = date(2030, 1, 1) + timedelta(days=after)
    found = present(card(), history, today=today)
    assert found.entry is (history[-1] if history else None)
    assert found.active is bool(
        history and history[-1].activated_on and history[-1].activated_on <= today and found.days_left in range(367)
    )
