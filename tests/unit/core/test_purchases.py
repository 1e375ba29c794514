# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be bought for a client's cards, and what is activated when."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.subscriptions import day

from ansible_collections.secure_power.nmc.plugins.module_utils._core.purchases import Do, Has, Plan, Prospect, WaitingId, plan_for
from ansible_collections.secure_power.nmc.plugins.module_utils._core.skus import SKUS
from ansible_collections.secure_power.nmc.plugins.module_utils._core.stock import HeldId, Stocked

TODAY = day("2026-11-22")
FAMILY = "SWNMC3SU"
UPS = Prospect("ups1", FAMILY)


def held(number: int = 1, *, years: int = 1, seats: int = 1, taken: int = 0, until: date | None = None, family: str = FAMILY) -> Stocked:
    return Stocked(HeldId(f"f{number}", f"000{number}", f"{family}-{years}Y-DIGI", family, seats, until), taken)


def planned(*cards: Prospect, stock: t.Sequence[Stocked] = (), days: int = 90) -> Plan:
    return plan_for(cards, stock, today=TODAY, days=days)


def bought(plan: Plan) -> list[tuple[str, int, str]]:
    return [(purchase.sku, purchase.count, purchase.first_needed.isoformat()) for purchase in plan.purchases]


def activated(plan: Plan) -> list[tuple[str, str | None, str, str | None]]:
    return [(step.host, step.id, step.on.isoformat(), step.until.isoformat() if step.until else None) for step in plan.activations]


# --- which term ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contract_end", "years"),
    [("2026-11-23", 1), ("2027-11-22", 1), ("2027-11-23", 2), ("2029-11-22", 3), ("2029-11-23", 4), ("2032-11-22", 6)],
)
def test_the_shortest_term_that_reaches_the_end_of_the_contract(contract_end: str, years: int) -> None:
    plan = planned(replace(UPS, contract_end=day(contract_end)))
    assert bought(plan) == [(f"SWNMC3SU-{years}Y-DIGI", 1, "2026-11-22")]
    assert plan.purchases[0].steps[0].why == f"the shortest term that reaches the end of the contract on {contract_end}; nothing runs today"


def test_a_longer_contract_gets_the_longest_term_and_again() -> None:
    plan = planned(replace(UPS, contract_end=day("2034-01-01")))
    assert bought(plan) == [("SWNMC3SU-2Y-DIGI", 1, "2032-11-22"), ("SWNMC3SU-6Y-DIGI", 1, "2026-11-22")]
    assert "more is needed after it" in plan.purchases[1].steps[0].why


@pytest.mark.parametrize("contract_end", ["2026-11-21", "2020-01-01"])
def test_for_a_contract_that_has_ended_nothing_is_bought(contract_end: str) -> None:
    assert bought(planned(replace(UPS, contract_end=day(contract_end)))) == []


@pytest.mark.parametrize("family", ["SWNMC3SU", "SWNMC3PDU", "FWENMC1P"])
def test_every_family_has_its_own_part_numbers(family: str) -> None:
    (purchase,) = planned(replace(UPS, family=family, contract_end=day("2028-01-01"))).purchases
    assert (SKUS[purchase.sku].family, SKUS[purchase.sku].years) == (family, 2)


def test_cards_that_want_the_same_are_counted_together() -> None:
    cards = [replace(UPS, host=f"ups{number}", contract_end=day("2027-06-01")) for number in range(3)]
    assert bought(planned(*cards)) == [("SWNMC3SU-1Y-DIGI", 3, "2026-11-22")]


# --- what the card has ---------------------------------------------------------------------------------------------


def test_the_included_year_is_used_up_before_what_is_bought() -> None:
    card = replace(UPS, has=Has.INCLUDED, until=day("2027-03-10"), contract_end=day("2029-03-10"))
    plan = planned(card)
    assert bought(plan) == [("SWNMC3SU-2Y-DIGI", 1, "2027-03-10")]
    assert "the included year, which an earlier activation would end, ends on 2027-03-10" in plan.purchases[0].steps[0].why


def test_a_year_that_was_not_activated_is_activated_first() -> None:
    plan = planned(replace(UPS, year_waits=True, contract_end=day("2028-11-22")))
    assert activated(plan) == [("ups1", None, "2026-11-22", "2027-11-22")]
    assert plan.activations[0].do is Do.ACTIVATE_INCLUDED
    assert bought(plan) == [("SWNMC3SU-1Y-DIGI", 1, "2027-11-22")]


def test_a_purchased_subscription_can_also_be_renewed() -> None:
    card = replace(UPS, has=Has.PURCHASED, until=day("2027-03-10"), contract_end=day("2028-01-01"))
    assert "or renew in the portal by 2027-03-10" in planned(card).purchases[0].steps[0].why
    expired = replace(card, until=day("2026-11-21"))
    assert "renew" not in planned(expired).purchases[0].steps[0].why


@pytest.mark.parametrize(("until", "needed"), [("2026-11-21", "2026-11-22"), ("2026-11-22", "2026-11-22"), ("2026-11-23", "2026-11-23")])
def test_the_next_one_begins_on_the_last_valid_day_and_after_it_at_once(until: str, needed: str) -> None:
    plan = planned(replace(UPS, has=Has.PURCHASED, until=day(until), contract_end=day("2027-06-01")))
    assert bought(plan) == [("SWNMC3SU-1Y-DIGI", 1, needed)]


def test_what_a_platform_covers_without_end_needs_nothing() -> None:
    card = replace(UPS, has=Has.PLATFORM, contract_end=day("2030-01-01"), year_waits=True, waiting=WaitingId("f1", "...0001"))
    plan = planned(card)
    assert (plan.purchases, plan.activations, plan.undecided) == ((), (), ())


def test_without_the_end_of_a_contract_what_ends_soon_gets_the_shortest_term() -> None:
    soon, later = (replace(UPS, host=until, has=Has.PURCHASED, until=day(until)) for until in ("2027-02-20", "2027-02-21"))
    plan = planned(soon, later)
    assert [step.host for step in plan.purchases[0].steps] == ["2027-02-20"]
    assert "nmc_contract_end does not say" in plan.purchases[0].steps[0].why


def test_a_card_that_never_had_anything_and_wants_nothing_is_asked_about() -> None:
    plan = planned(UPS)
    assert (plan.purchases, [host for host, _why in plan.undecided]) == ((), ["ups1"])


def test_a_hint_comes_with_the_first_thing_to_buy() -> None:
    plan = planned(replace(UPS, contract_end=day("2034-01-01"), hint="ask first"))
    assert [step.why.endswith("; ask first") for purchase in plan.purchases for step in purchase.steps] == [False, True]


@pytest.mark.parametrize(("until", "listed"), [("2020-01-01", True), ("2027-02-20", True), ("2027-02-21", False)])
def test_what_has_ended_or_ends_soon_is_listed(until: str, listed: bool) -> None:
    plan = planned(replace(UPS, has=Has.PURCHASED, until=day(until)))
    assert [ending.host for ending in plan.ending] == ["ups1"] * listed


# --- what is at hand -----------------------------------------------------------------------------------------------


def test_a_declared_id_is_held_until_the_included_year_ends() -> None:
    card = replace(
        UPS,
        has=Has.INCLUDED,
        until=day("2027-03-10"),
        contract_end=day("2028-03-10"),
        waiting=WaitingId("f1", "...0001", "SWNMC3SU-1Y-DIGI"),
    )
    plan = planned(card)
    assert activated(plan) == [("ups1", "...0001", "2027-03-10", "2028-03-10")]
    assert (plan.activations[0].unentitled_days, plan.purchases) == (0, ())


def test_what_was_bought_is_looked_up_in_the_stock() -> None:
    card = replace(UPS, contract_end=day("2029-01-01"), waiting=WaitingId("f1", "...0001"))
    plan = planned(card, stock=[held(years=3)])
    assert (activated(plan), plan.purchases) == ([("ups1", "...0001", "2026-11-22", "2029-11-22")], ())


def test_of_an_id_of_which_nobody_knows_the_term_nothing_more_is_planned() -> None:
    plan = planned(replace(UPS, contract_end=day("2029-01-01"), waiting=WaitingId("f1", "...0001")))
    assert (activated(plan), plan.purchases) == ([("ups1", "...0001", "2026-11-22", None)], ())
    assert "declare nmc_sku" in plan.undecided[0][1]


def test_the_stock_is_used_before_anything_is_bought_and_goes_to_who_needs_it_first() -> None:
    first, second = (
        replace(UPS, host=host, has=Has.INCLUDED, until=day(until), contract_end=day("2028-01-01"))
        for host, until in (("late", "2027-06-01"), ("early", "2027-01-01"))
    )
    plan = planned(first, second, stock=[held()])
    assert [step.host for step in plan.activations] == ["early"]
    assert bought(plan) == [("SWNMC3SU-1Y-DIGI", 1, "2027-06-01")]


def test_a_card_that_needs_its_first_term_comes_before_one_that_needs_its_second() -> None:
    long, later = replace(UPS, host="long", contract_end=day("2037-01-01")), replace(UPS, host="later", has=Has.INCLUDED)
    later = replace(later, until=day("2026-12-01"), contract_end=day("2032-01-01"))
    plan = planned(long, later, stock=[held(1, years=6), held(2, years=6)])
    assert [(step.host, step.id) for step in plan.activations] == [("long", "...0001"), ("later", "...0002")]
    assert bought(plan) == [("SWNMC3SU-5Y-DIGI", 1, "2032-11-22")]


@pytest.mark.parametrize("stock", [[], [held()], [held(seats=2, taken=1)]], ids=["not in stock", "one seat", "one seat left"])
def test_an_id_that_is_declared_for_more_cards_than_it_has_seats_goes_to_who_needs_it_first(stock: list[Stocked]) -> None:
    waiting = WaitingId("f1", "...0001", "SWNMC3SU-1Y-DIGI")
    cards = [replace(UPS, host=host, contract_end=day("2027-06-01"), waiting=waiting) for host in ("ups2", "ups1")]
    plan = planned(*cards, stock=stock)
    assert ([step.host for step in plan.activations], plan.purchases) == (["ups1"], ())
    assert plan.undecided == (("ups2", "the Activation ID ...0001 is declared for more cards than it has seats"),)


@pytest.mark.parametrize(("seats", "stock"), [(2, []), (None, [held(seats=3, taken=1)]), (2, [held()])])
def test_an_id_is_for_as_many_cards_as_the_declaration_or_else_the_stock_says(seats: int | None, stock: list[Stocked]) -> None:
    waiting = WaitingId("f1", "...0001", "SWNMC3SU-1Y-DIGI", seats=seats)
    cards = [replace(UPS, host=host, contract_end=day("2027-06-01"), waiting=waiting) for host in ("ups1", "ups2")]
    assert [step.host for step in planned(*cards, stock=stock).activations] == ["ups1", "ups2"]


def test_what_is_declared_for_a_card_that_needs_nothing_is_not_given_to_another() -> None:
    covered = replace(UPS, host="covered", has=Has.PLATFORM, waiting=WaitingId("f1", "...0001"))
    plan = planned(covered, replace(UPS, contract_end=day("2027-06-01")), stock=[held()])
    assert (plan.activations, bought(plan)) == ((), [("SWNMC3SU-1Y-DIGI", 1, "2026-11-22")])


@pytest.mark.parametrize(("in_stock", "chosen"), [([1, 2, 6], "...0002"), ([1, 6, 3], "...0003"), ([1, 1], "...0001")])
def test_the_shortest_term_in_stock_that_is_long_enough_is_taken_and_else_the_longest(in_stock: list[int], chosen: str) -> None:
    plan = planned(
        replace(UPS, contract_end=day("2028-06-01")), stock=[held(number, years=years) for number, years in enumerate(in_stock, 1)]
    )
    assert plan.activations[0].id == chosen


def test_what_is_declared_for_one_card_is_not_given_to_another() -> None:
    own = replace(UPS, host="own", contract_end=day("2027-06-01"), waiting=WaitingId("f1", "...0001"))
    other = replace(UPS, host="other", contract_end=day("2027-06-01"))
    plan = planned(other, own, stock=[held()])
    assert [step.host for step in plan.activations] == ["own"]
    assert [step.host for step in plan.purchases[0].steps] == ["other"]


@pytest.mark.parametrize(
    "stock",
    [held(taken=1), held(family="SWNMC3PDU"), held(until=TODAY + timedelta(1))],
    ids=["no seat left", "another family", "held for later"],
)
def test_what_cannot_be_used_is_not_counted(stock: Stocked) -> None:
    plan = planned(replace(UPS, contract_end=day("2027-06-01")), stock=[stock])
    assert (plan.activations, len(plan.purchases)) == ((), 1)


def test_seats_are_given_one_by_one() -> None:
    cards = [replace(UPS, host=f"ups{number}", contract_end=day("2027-06-01")) for number in range(4)]
    plan = planned(*cards, stock=[held(seats=3, taken=1)])
    assert ([step.host for step in plan.activations], bought(plan)) == (["ups0", "ups1"], [("SWNMC3SU-1Y-DIGI", 2, "2026-11-22")])


@pytest.mark.parametrize(("taken", "free"), [(0, [2]), (1, [1]), (2, []), (3, [])])
def test_what_has_no_seat_left_is_no_stock_any_more(taken: int, free: list[int]) -> None:
    assert [stocked.free for stocked in planned(stock=[held(seats=2, taken=taken)]).stock] == free


def test_days_without_right_are_counted_where_an_id_is_held_too_long() -> None:
    waiting = WaitingId("f1", "...0001", "SWNMC3SU-1Y-DIGI", day("2026-12-11"))
    card = replace(UPS, has=Has.INCLUDED, until=day("2026-12-01"), contract_end=day("2027-06-01"), waiting=waiting)
    assert planned(card).activations[0].unentitled_days == 9
    assert planned(replace(card, until=day("2026-12-10"))).activations[0].unentitled_days == 0


# --- whatever comes ------------------------------------------------------------------------------------------------

_DAYS = st.dates(TODAY - timedelta(400), TODAY + timedelta(2000))
_PROSPECTS = st.builds(
    Prospect,
    host=st.sampled_from([f"ups{number}" for number in range(5)]),
    family=st.sampled_from(["SWNMC3SU", "SWNMC3PDU"]),
    has=st.sampled_from(list(Has)),
    until=st.none() | _DAYS,
    year_waits=st.booleans(),
    contract_end=_DAYS,
)
_STOCK = st.lists(
    st.builds(held, st.integers(1, 9), years=st.integers(1, 6), seats=st.integers(1, 3), until=st.none() | _DAYS),
    max_size=4,
    unique_by=lambda stocked: stocked.held.fingerprint,
)


@given(st.lists(_PROSPECTS, max_size=5, unique_by=lambda card: card.host), _STOCK, st.randoms())
def test_no_day_until_the_end_of_the_contract_is_without_right_and_no_seat_is_given_twice(
    cards: list[Prospect], stock: list[Stocked], order: t.Any
) -> None:
    cards = [card if card.has is not Has.NOTHING else replace(card, until=None) for card in cards]
    plan = planned(*cards, stock=stock)
    steps = [*plan.activations, *(step for purchase in plan.purchases for step in purchase.steps)]
    for card in cards:
        own = sorted((step.on, step.until or step.on) for step in steps if step.host == card.host)
        ends = [until for until in (card.until,) if until and until >= TODAY]
        for (_on, until), (begin, _until) in itertools.pairwise([(TODAY, (ends or [TODAY])[0]), *own]):
            assert begin == until
        if not card.endless and card.contract_end is not None and card.contract_end >= TODAY:
            assert max([*ends, *(until for _on, until in own)]) >= card.contract_end
    given_out = [step.id for step in steps if step.id is not None]
    assert all(given_out.count(str(stocked.held)) <= stocked.held.seats for stocked in stock)
    order.shuffle(cards)
    assert planned(*cards, stock=stock) == plan
