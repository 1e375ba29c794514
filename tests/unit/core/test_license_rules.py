# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every guard and every transition by its name, and the days around every boundary."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from unit.core.builders import SERIAL
from unit.core.subscriptions import BEGIN, CLIENT, DAY, END, SKU, at, card, day, ended, included, platform, purchased, renewed

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
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_work import RENEWAL_ROUTES, Task
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import (
    Event,
    Evidence,
    Platform,
    Source,
    State,
    years_after,
)

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Entry

ID, OTHER_ID = ActivationId("f1", "0001"), ActivationId("f2", "0002")
KNOWN = Known(CLIENT)
_MIDDLE = BEGIN + 100 * DAY
_INCLUDED = Declared(source=Source.INCLUDED, purchase_date=BEGIN - 30 * DAY)
_PURCHASED = Declared(source=Source.PURCHASED, sku=SKU, activation=ID)
_SECOND = replace(_PURCHASED, activation=OTHER_ID)


def judge(
    declared: Declared,
    *history: Entry,
    today: date = _MIDDLE,
    of: Card | None = None,
    known: Known = KNOWN,
    readings: Readings | None = None,
) -> Decision:
    return decide(of or card(), history, declared, known=known, now=at(today), readings=readings or Readings())


def outcome(decision: Decision) -> tuple[Verdict, Reason]:
    return decision.verdict, decision.reason


def task_of(decision: Decision) -> Task | None:
    return decision.work.task if decision.work else None


# --- guards --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("generation", "reason"), [(1, Reason.SUBSCRIPTION_NOT_APPLICABLE), (2, Reason.NMC2_FREE), (4, Reason.SUBSCRIPTION_NOT_APPLICABLE)]
)
def test_g1_and_t1_another_generation_is_refused_what_it_asks_for_and_else_left_alone(generation: int, reason: Reason) -> None:
    other = card(generation=generation)
    assert outcome(judge(_PURCHASED, of=other)) == (Verdict.REFUSE, reason)
    left = judge(Declared(), of=other)
    assert (*outcome(left), left.status, left.subscription.state) == (
        Verdict.LEAVE,
        reason,
        Status.NOT_APPLICABLE,
        State.NOT_APPLICABLE,
    )
    assert {"T1", "G1"} <= set(left.rules)


@pytest.mark.parametrize("family", [Family.COOLING, Family.RACK_ATS, Family.THREE_PHASE_UPS, Family.ENVIRONMENT])
def test_g2_and_t1_another_product_is_refused_what_it_asks_for_and_else_left_alone(family: Family) -> None:
    refused = judge(_PURCHASED, of=card(family))
    assert outcome(refused) == (Verdict.REFUSE, Reason.SUBSCRIPTION_NOT_APPLICABLE)
    assert refused.rules == ("T1", "G2")
    assert judge(Declared(), of=card(family)).verdict is Verdict.LEAVE


@pytest.mark.parametrize(
    ("of", "reason"), [(card(generation=None), Reason.GENERATION_UNKNOWN), (card(Family.UNKNOWN), Reason.FAMILY_UNKNOWN)]
)
def test_g1_and_g2_a_card_that_does_not_say_what_it_is_gets_nothing(of: Card, reason: Reason) -> None:
    refused = judge(_PURCHASED, of=of)
    assert (*outcome(refused), refused.status) == (Verdict.REFUSE, reason, Status.UNKNOWN)


_FAMILIES = {
    Family.SMART_UPS: "SWNMC3SU-1Y-DIGI",
    Family.SMART_UPS_ULTRA: "SWNMC3SU-1Y-DIGI",
    Family.SYMMETRA_1P: "SWNMC3SU-1Y-DIGI",
    Family.RACK_PDU: "SWNMC3PDU-1Y-DIGI",
    Family.EASY_UPS_ONLINE: "FWENMC1P-ST1Y-DIGI",
}


@pytest.mark.parametrize("sku", sorted(set(_FAMILIES.values())))
@pytest.mark.parametrize("family", list(_FAMILIES))
def test_g3_a_subscription_fits_its_own_family_and_no_other(family: Family, sku: str) -> None:
    decision = judge(replace(_PURCHASED, sku=sku), of=card(family))
    fits = _FAMILIES[family] == sku
    assert decision.reason is (Reason.NOT_ACTIVATED if fits else Reason.FAMILY_MISMATCH)
    assert decision.verdict is (Verdict.WORK if fits else Verdict.REFUSE)


def test_g3_what_the_activation_id_was_bought_as_counts_too() -> None:
    pdu = Known(CLIENT, held=Held("SWNMC3PDU-1Y-DIGI"))
    assert outcome(judge(replace(_PURCHASED, sku=None), known=pdu)) == (Verdict.REFUSE, Reason.FAMILY_MISMATCH)
    longer = Known(CLIENT, held=Held("SWNMC3SU-3Y-DIGI"))
    assert outcome(judge(_PURCHASED, known=longer)) == (Verdict.REFUSE, Reason.INVALID_OPTION)


def test_g3_an_unknown_part_number_is_refused() -> None:
    assert outcome(judge(replace(_PURCHASED, sku="SWNMC3SU-9Y-DIGI"))) == (Verdict.REFUSE, Reason.UNKNOWN_SKU)


def test_g3_a_record_of_another_family_is_void_until_it_is_forgotten() -> None:
    pdu = card(Family.RACK_PDU)
    assert outcome(judge(Declared(), purchased(), of=pdu)) == (Verdict.REFUSE, Reason.FAMILY_MISMATCH)
    assert judge(Declared(), purchased(), of=pdu, today=END + DAY).reason is Reason.EXPIRED_CANNOT_RENEW
    assert judge(Declared(wanted=Wanted.FORGOTTEN), purchased(), of=pdu).changes


def test_g3_is_seen_while_another_subscription_still_runs() -> None:
    assert judge(replace(_SECOND, sku="SWNMC3PDU-1Y-DIGI"), included()).reason is Reason.FAMILY_MISMATCH


@pytest.mark.parametrize(
    ("bought", "verdict", "reason", "state"),
    [
        ("2024-03-31", Verdict.REFUSE, Reason.INCLUDED_NOT_ELIGIBLE, State.UNSUBSCRIBED),
        ("2024-04-01", Verdict.WORK, Reason.NOT_ACTIVATED, State.INCLUDED_ELIGIBLE),
        ("2024-04-02", Verdict.WORK, Reason.NOT_ACTIVATED, State.INCLUDED_ELIGIBLE),
    ],
)
def test_g4_and_g4a_the_year_came_with_what_was_bought_from_april_2024_on(
    bought: str, verdict: Verdict, reason: Reason, state: State
) -> None:
    decision = judge(replace(_INCLUDED, purchase_date=day(bought)))
    assert (*outcome(decision), decision.subscription.state) == (verdict, reason, state)


def test_g4a_can_be_read_the_other_way() -> None:
    strict = Readings(first_day=day("2024-04-02"))
    assert judge(replace(_INCLUDED, purchase_date=day("2024-04-01")), readings=strict).reason is Reason.INCLUDED_NOT_ELIGIBLE


def test_g4_a_confirmed_activation_cannot_contradict_the_day_of_purchase() -> None:
    early = replace(_INCLUDED, purchase_date=day("2024-03-31"), activated_on=day("2025-01-01"))
    assert outcome(judge(early)) == (Verdict.REFUSE, Reason.INCLUDED_NOT_ELIGIBLE)
    before = Declared(source=Source.INCLUDED, activated_on=day("2024-03-31"))
    assert outcome(judge(before)) == (Verdict.REFUSE, Reason.INCLUDED_NOT_ELIGIBLE)


def test_g5_the_term_begins_with_the_activation_and_not_with_the_purchase() -> None:
    declared = replace(_PURCHASED, purchase_date=BEGIN - 300 * DAY, activated_on=BEGIN, sku="SWNMC3SU-3Y-DIGI")
    (entry,) = judge(declared).entries
    assert (entry.activated_on, entry.expires_on, entry.evidence) == (BEGIN, years_after(BEGIN, 3), Evidence.COMPUTED)


def test_g5_a_held_id_loses_nothing() -> None:
    waits = judge(_PURCHASED, today=END + 2000 * DAY)
    assert outcome(waits) == (Verdict.WORK, Reason.NOT_ACTIVATED)


def test_g6_an_override_ends_the_included_year_on_that_day() -> None:
    declared = replace(_PURCHASED, activated_on=_MIDDLE, allow_override_included=True)
    over, new = judge(declared, included()).entries
    assert (over.event, over.source, over.expires_on) == (Event.OVERRIDDEN, Source.INCLUDED, _MIDDLE)
    assert (new.event, new.source, new.expires_on) == (Event.ACTIVATED, Source.PURCHASED, years_after(_MIDDLE, 1))


@pytest.mark.parametrize(
    ("today", "reason"), [(END - DAY, Reason.SUBSCRIBED), (END, Reason.SUBSCRIBED), (END + DAY, Reason.EXPIRED_CANNOT_RENEW)]
)
def test_g7_a_renewal_counts_until_the_last_valid_day(today: date, reason: Reason) -> None:
    decision = judge(replace(_PURCHASED, renewed_until=years_after(END, 1)), purchased(), today=today)
    assert decision.reason is reason
    assert bool(decision.entries) is (reason is Reason.SUBSCRIBED)


@pytest.mark.parametrize(("today", "renewed_then"), [(END - DAY, True), (END, False)])
def test_g7_the_last_day_can_be_read_as_too_late(today: date, renewed_then: bool) -> None:
    strict = Readings(last_day_renews=False)
    decision = judge(replace(_PURCHASED, renewed_until=years_after(END, 1)), purchased(), today=today, readings=strict)
    assert bool(decision.entries) is renewed_then


def test_g8_after_the_end_a_new_activation_id_is_needed() -> None:
    over = judge(_PURCHASED, purchased(), today=END + DAY)
    assert (*outcome(over), task_of(over)) == (Verdict.WORK, Reason.EXPIRED_CANNOT_RENEW, Task.BUY)
    assert "G8" in over.rules
    new = judge(_SECOND, purchased(), today=END + DAY)
    assert (*outcome(new), task_of(new)) == (Verdict.WORK, Reason.NOT_ACTIVATED, Task.ACTIVATE)


@pytest.mark.parametrize(
    ("days_left", "reason"), [(31, Reason.SUBSCRIBED), (30, Reason.SUBSCRIPTION_EXPIRING), (29, Reason.SUBSCRIPTION_EXPIRING)]
)
def test_g9_and_t9_the_warning_comes_at_thirty_days(days_left: int, reason: Reason) -> None:
    decision = judge(_PURCHASED, purchased(), today=END - days_left * DAY)
    assert outcome(decision) == (Verdict.LEAVE, reason)
    assert (task_of(decision) is Task.RENEW) is (days_left <= 30)


def test_g10_without_a_subscription_the_next_step_is_to_buy_one() -> None:
    decision = judge(Declared(source=Source.PURCHASED, sku=SKU))
    assert (*outcome(decision), task_of(decision)) == (Verdict.WORK, Reason.NOT_SUBSCRIBED, Task.BUY)
    assert SKU in decision.next_action
    assert "free line" in MEANINGS[Reason.NOT_SUBSCRIBED].recovery


def test_g11_and_t14_a_platform_is_recorded_once_and_changes_no_state() -> None:
    declared = Declared(platform=Platform.ECOSTRUXURE_IT_EXPERT, platform_expires=END)
    first = judge(declared, purchased())
    assert outcome(first) == (Verdict.LEAVE, Reason.PLATFORM_COVERED)
    assert first.subscription == judge(_PURCHASED, purchased()).subscription
    assert not judge(declared, purchased(), *first.entries).entries


@pytest.mark.parametrize(("today", "verdict"), [(END - DAY, Verdict.LEAVE), (END, Verdict.LEAVE), (END + DAY, Verdict.WORK)])
def test_t14_a_platform_counts_until_its_last_day(today: date, verdict: Verdict) -> None:
    declared = Declared(platform=Platform.DATA_CENTER_EXPERT, platform_expires=END)
    assert judge(declared, today=today).verdict is verdict


def test_t14_a_platform_ends_when_it_is_forgotten() -> None:
    gone = judge(Declared(wanted=Wanted.FORGOTTEN, source=Source.PLATFORM), purchased(), platform())
    assert [(entry.event, entry.source) for entry in gone.entries] == [(Event.ENDED, Source.PLATFORM)]
    assert gone.subscription.state is State.SUBSCRIBED
    assert gone.coverage is None


def test_g12_an_activation_before_the_present_one_is_not_recorded() -> None:
    older = replace(_SECOND, activated_on=BEGIN - DAY)
    assert outcome(judge(older, purchased())) == (Verdict.REFUSE, Reason.INVALID_OPTION)


def test_g13_the_included_year_is_taken_up_in_the_tool_of_the_family() -> None:
    decision = judge(_INCLUDED, of=card(Family.SMART_UPS_ULTRA))
    assert decision.work is not None
    assert (decision.work.task, decision.work.part_number) == (Task.ACTIVATE_INCLUDED, "SFNCM3FMTSUCAN")
    assert decision.work.download_page == "www.se.com/secure-nmc"
    assert decision.work.systems == ("Windows", "Linux", "macOS")
    assert "G13" in decision.rules


def test_g14_the_end_takes_no_function_from_a_card() -> None:
    over = judge(_PURCHASED, purchased(), today=END + DAY)
    assert "G14" in over.rules
    assert "works on as it is" in MEANINGS[over.reason].recovery


@pytest.mark.parametrize(("family", "said"), [(Family.SMART_UPS, False), (Family.SMART_UPS_ULTRA, True), (Family.RACK_PDU, False)])
def test_g3_what_is_only_a_reading_of_the_vendors_list_is_said_before_money_is_spent(family: Family, said: bool) -> None:
    assert ("is a reading of the vendor's list" in judge(Declared(source=Source.PURCHASED), of=card(family)).next_action) is said


# --- transitions ---------------------------------------------------------------------------------------------------


def test_t2_a_device_that_came_with_a_year_waits_for_it() -> None:
    decision = judge(_INCLUDED)
    assert (decision.subscription.state, decision.reason) == (State.INCLUDED_ELIGIBLE, Reason.NOT_ACTIVATED)


def test_t3_without_a_day_of_purchase_nothing_is_guessed() -> None:
    decision = judge(Declared())
    assert (*outcome(decision), decision.status) == (Verdict.WORK, Reason.PURCHASE_DATE_UNKNOWN, Status.UNKNOWN)
    assert decision.subscription.state is State.UNSUBSCRIBED


def test_t3_a_device_from_before_is_unsubscribed() -> None:
    decision = judge(Declared(purchase_date=day("2023-05-01")))
    assert (*outcome(decision), decision.subscription.state) == (Verdict.WORK, Reason.NOT_SUBSCRIBED, State.UNSUBSCRIBED)


@pytest.mark.parametrize("bought", [BEGIN - 30 * DAY, None])
def test_t4_an_activated_year_is_recorded_once_even_if_nobody_knows_the_day_of_purchase(bought: date | None) -> None:
    declared = replace(_INCLUDED, purchase_date=bought, activated_on=BEGIN)
    first = judge(declared)
    (entry,) = first.entries
    assert (entry.source, entry.activated_on, entry.expires_on, entry.sku) == (Source.INCLUDED, BEGIN, END, None)
    assert (*outcome(first), first.subscription.state) == (Verdict.LEAVE, Reason.SUBSCRIBED, State.INCLUDED_ACTIVE)
    again = judge(declared, entry)
    assert not again.changes
    assert outcome(again) == outcome(first)


@pytest.mark.parametrize(("bought", "state"), [(BEGIN - 30 * DAY, State.INCLUDED_ELIGIBLE), (None, State.UNSUBSCRIBED)])
def test_t5_a_year_that_was_not_retrieved_is_a_question_to_the_vendor(bought: date | None, state: State) -> None:
    decision = judge(replace(_INCLUDED, purchase_date=bought), known=replace(KNOWN, included_missing=True))
    assert (*outcome(decision), task_of(decision)) == (Verdict.WORK, Reason.INCLUDED_NOT_RETRIEVED, Task.ASK)
    assert "Customer Care Center" in decision.next_action
    assert decision.subscription.state is state


def test_t5_a_device_from_before_has_no_year_to_ask_for() -> None:
    declared = replace(_INCLUDED, purchase_date=day("2024-03-31"))
    assert judge(declared, known=replace(KNOWN, included_missing=True)).reason is Reason.INCLUDED_NOT_ELIGIBLE


@pytest.mark.parametrize(
    ("history", "purchase_date"),
    [([], None), ([], BEGIN - 30 * DAY), ([purchased(BEGIN - 400 * DAY, fingerprint="f0")], None), ([included(BEGIN - 400 * DAY)], None)],
    ids=["unsubscribed", "included_eligible", "expired", "included year expired"],
)
def test_t6_an_activation_id_is_work_until_its_day_is_declared_and_then_recorded_once(
    history: list[Entry], purchase_date: date | None
) -> None:
    declared = replace(_PURCHASED, purchase_date=purchase_date)
    waits = judge(declared, *history)
    assert (*outcome(waits), waits.changes) == (Verdict.WORK, Reason.NOT_ACTIVATED, False)
    done = judge(replace(declared, activated_on=_MIDDLE), *history)
    (entry,) = done.entries
    assert (entry.event, entry.sku, entry.family, entry.fingerprint, entry.last_four) == (Event.ACTIVATED, SKU, "SWNMC3SU", "f1", "0001")
    assert (*outcome(done), done.subscription.state) == (Verdict.LEAVE, Reason.SUBSCRIBED, State.SUBSCRIBED)
    assert not judge(replace(declared, activated_on=_MIDDLE), *history, entry).changes


def test_t7_a_confirmed_override_needs_consent() -> None:
    declared = replace(_PURCHASED, activated_on=_MIDDLE)
    refused = judge(declared, included())
    assert (*outcome(refused), refused.entries) == (Verdict.REFUSE, Reason.WOULD_OVERRIDE_INCLUDED, ())
    assert "265 days are left" in refused.sentence
    allowed = judge(replace(declared, allow_override_included=True), included())
    assert allowed.subscription.state is State.SUBSCRIBED


def test_t7_without_consent_the_activation_id_waits_for_the_end_of_the_year() -> None:
    waits = judge(_PURCHASED, included())
    assert (*outcome(waits), waits.status) == (Verdict.LEAVE, Reason.ACTIVATION_WAITS, Status.COMPLIANT)
    assert str(END) in waits.sentence
    assert "T7" in waits.rules


def test_t7_with_consent_the_activation_is_asked_for_at_once() -> None:
    decision = judge(replace(_PURCHASED, allow_override_included=True), included())
    assert outcome(decision) == (Verdict.WORK, Reason.NOT_ACTIVATED)
    assert "T7" in decision.rules


@pytest.mark.parametrize(
    ("today", "verdict", "reason"),
    [
        (END - DAY, Verdict.LEAVE, Reason.ACTIVATION_WAITS),
        (END, Verdict.WORK, Reason.NOT_ACTIVATED),
        (END + DAY, Verdict.WORK, Reason.NOT_ACTIVATED),
    ],
)
def test_t7_and_t12_the_held_id_is_due_on_the_last_day_so_that_no_day_is_without_right(
    today: date, verdict: Verdict, reason: Reason
) -> None:
    assert outcome(judge(_PURCHASED, included(), today=today)) == (verdict, reason)
    done = judge(replace(_PURCHASED, activated_on=END), included(), today=max(today, END))
    assert [entry.event for entry in done.entries] == [Event.ACTIVATED]


def test_t7_who_wants_more_days_than_the_year_has_left_must_consent() -> None:
    hurried = replace(_PURCHASED, min_days_left=40)
    assert judge(hurried, included(), today=END - 41 * DAY).reason is Reason.ACTIVATION_WAITS
    for days_left in (40, 1):
        refused = judge(hurried, included(), today=END - days_left * DAY)
        assert outcome(refused) == (Verdict.REFUSE, Reason.WOULD_OVERRIDE_INCLUDED)
        assert f"{days_left} days are left" in refused.sentence
    assert outcome(judge(hurried, included(), today=END)) == (Verdict.WORK, Reason.NOT_ACTIVATED)


def test_t8_a_second_id_waits_while_the_first_is_valid() -> None:
    assert outcome(judge(_SECOND, purchased())) == (Verdict.LEAVE, Reason.ACTIVATION_WAITS)
    assert outcome(judge(replace(_SECOND, min_days_left=40), purchased(), today=END - 40 * DAY)) == (
        Verdict.REFUSE,
        Reason.SECOND_SUBSCRIPTION,
    )


def test_t8_what_a_bridge_does_not_do_on_the_last_day_waits_for_the_next() -> None:
    refused = Known("acme", refused_beside=True)
    waits = judge(_SECOND, purchased(), today=END, known=refused)
    assert outcome(waits) == (Verdict.LEAVE, Reason.ACTIVATION_WAITS)
    assert outcome(judge(_SECOND, purchased(), today=END + DAY, known=refused)) == (Verdict.WORK, Reason.NOT_ACTIVATED)


def test_t8_a_confirmed_second_activation_is_refused_unless_it_is_read_otherwise() -> None:
    declared = replace(_SECOND, activated_on=_MIDDLE)
    assert outcome(judge(declared, purchased())) == (Verdict.REFUSE, Reason.SECOND_SUBSCRIPTION)
    forced = judge(declared, purchased(), readings=Readings(second_subscription=True))
    assert [entry.event for entry in forced.entries] == [Event.OVERRIDDEN, Event.ACTIVATED]
    assert forced.subscription.entry == forced.entries[-1]


def test_t8_an_included_year_cannot_begin_beside_a_purchased_one() -> None:
    declared = replace(_INCLUDED, activated_on=_MIDDLE)
    assert outcome(judge(declared, purchased())) == (Verdict.REFUSE, Reason.SECOND_SUBSCRIPTION)


def test_t9_the_work_of_a_renewal_names_the_four_routes_the_portal_and_the_address() -> None:
    decision = judge(replace(_PURCHASED, po_email="orders@example.com"), purchased(), today=END - 10 * DAY)
    text = decision.next_action
    assert all(route in text for route in RENEWAL_ROUTES)
    assert len(RENEWAL_ROUTES) == 4
    assert "mySchneider Software Management portal" in text
    assert "registers first" in text
    assert "orders@example.com" in text
    assert "Digital Locker" in text
    assert str(END) in text


def test_t9_fewer_days_than_wanted_are_work() -> None:
    declared = replace(_PURCHASED, min_days_left=60)
    assert judge(declared, purchased(), today=END - 61 * DAY).verdict is Verdict.LEAVE
    due = judge(declared, purchased(), today=END - 60 * DAY)
    assert (*outcome(due), due.status, task_of(due)) == (Verdict.WORK, Reason.RENEWAL_DUE, Status.DRIFT, Task.RENEW)


def test_t10_a_renewal_is_recorded_once_and_carries_what_was_activated() -> None:
    declared = replace(_PURCHASED, renewed_until=years_after(END, 1), voucher="v1")
    first = judge(declared, purchased(), today=END - 10 * DAY)
    (entry,) = first.entries
    assert (entry.event, entry.expires_on, entry.fingerprint, entry.voucher, entry.evidence) == (
        Event.RENEWED,
        years_after(END, 1),
        "f1",
        "v1",
        Evidence.TOOL,
    )
    assert entry.activated_on == BEGIN
    assert not judge(declared, purchased(), entry, today=END + 20 * DAY).changes


@pytest.mark.parametrize(("readings", "end"), [(Readings(), years_after(END, 1)), (Readings(renewal_extends=False), END + 355 * DAY)])
def test_t10_the_expected_end_is_the_old_one_and_the_term_unless_it_is_read_otherwise(readings: Readings, end: date) -> None:
    decision = judge(_PURCHASED, purchased(), today=END - 10 * DAY, readings=readings)
    assert decision.work is not None
    assert decision.work.expected_end == end


@pytest.mark.parametrize("until", [END, END - DAY, years_after(END, 6) + DAY])
def test_t10_a_renewal_leads_further_and_no_further_than_the_longest_term(until: date) -> None:
    assert outcome(judge(replace(_PURCHASED, renewed_until=until), purchased())) == (Verdict.REFUSE, Reason.INVALID_OPTION)


def test_t10_without_a_subscription_there_is_nothing_to_renew() -> None:
    assert outcome(judge(Declared(renewed_until=END))) == (Verdict.REFUSE, Reason.NOT_SUBSCRIBED)


def test_t10_a_voucher_waits_to_be_redeemed_while_there_is_time() -> None:
    decision = judge(replace(_PURCHASED, voucher="v1"), purchased())
    assert (*outcome(decision), task_of(decision)) == (Verdict.WORK, Reason.RENEWAL_DUE, Task.RENEW)
    assert decision.work is not None
    assert decision.work.steps[0].startswith("Redeem the voucher")


def test_t10_a_redeemed_voucher_stays_redeemed_after_the_next_end() -> None:
    longer = renewed(purchased(), years_after(END, 1), voucher="v1")
    declared = replace(_PURCHASED, voucher="v1")
    assert judge(declared, purchased(), longer).reason is Reason.SUBSCRIBED
    assert judge(declared, purchased(), longer, today=years_after(END, 1) + DAY).reason is Reason.EXPIRED_CANNOT_RENEW


def test_t11_an_included_year_is_renewed_into_a_subscription() -> None:
    decision = judge(replace(_INCLUDED, renewed_until=years_after(END, 1)), included(), today=END - 10 * DAY)
    (entry,) = decision.entries
    assert (entry.event, entry.source, decision.subscription.state) == (Event.RENEWED, Source.PURCHASED, State.SUBSCRIBED)


def test_t11_or_followed_by_an_activation_id_when_it_is_read_so() -> None:
    by_id = Readings(voucher_renews_included=False)
    declared = replace(_INCLUDED, renewed_until=years_after(END, 1))
    assert outcome(judge(declared, included(), readings=by_id)) == (Verdict.REFUSE, Reason.NEEDS_ACTIVATION_ID)
    assert task_of(judge(_INCLUDED, included(), today=END - DAY, readings=by_id)) is Task.BUY
    assert outcome(judge(replace(_INCLUDED, voucher="v1"), included(), readings=by_id)) == (Verdict.REFUSE, Reason.NEEDS_ACTIVATION_ID)


@pytest.mark.parametrize("declared", [_PURCHASED, _INCLUDED])
@pytest.mark.parametrize(("today", "state"), [(END, State.SUBSCRIBED), (END + DAY, State.EXPIRED)])
def test_t12_a_subscription_ends_after_its_last_day(declared: Declared, today: date, state: State) -> None:
    assert judge(declared, purchased(), today=today).subscription.state is state


def test_t13_a_voucher_is_lost_with_the_end() -> None:
    declared = replace(_PURCHASED, voucher="v1")
    assert outcome(judge(declared, purchased(), today=END)) == (Verdict.WORK, Reason.RENEWAL_DUE)
    lost = judge(declared, purchased(), today=END + DAY)
    assert (*outcome(lost), lost.subscription.state) == (Verdict.REFUSE, Reason.RENEWAL_LOST, State.EXPIRED)
    assert lost.rules == ("T13", "G7", "G8")
    assert judge(replace(declared, activation=OTHER_ID), purchased(), today=END + DAY).reason is Reason.NOT_ACTIVATED


def test_t13_a_refusal_records_nothing_of_what_was_declared_with_it() -> None:
    declared = replace(_PURCHASED, activated_on=BEGIN, voucher="v1")
    refused = judge(declared, today=END + DAY)
    assert (*outcome(refused), refused.changes) == (Verdict.REFUSE, Reason.RENEWAL_LOST, False)
    assert refused.subscription.state is State.UNSUBSCRIBED


# --- Activation IDs ------------------------------------------------------------------------------------------------


def test_an_id_of_another_client_is_refused_and_the_client_is_not_named() -> None:
    refused = judge(_PURCHASED, known=replace(KNOWN, id_elsewhere=True))
    assert outcome(refused) == (Verdict.REFUSE, Reason.OTHER_CLIENT)


@pytest.mark.parametrize(("seats", "used_by", "free"), [(1, [], True), (1, ["A1"], False), (2, ["A1"], True), (2, ["A1", "A2"], False)])
def test_an_id_has_as_many_seats_as_were_bought(seats: int, used_by: list[str], free: bool) -> None:
    decision = judge(_PURCHASED, known=Known(CLIENT, held=Held(SKU, seats=seats), used_by=used_by))
    assert decision.reason is (Reason.NOT_ACTIVATED if free else Reason.SEATS_EXHAUSTED)


def test_an_id_that_is_not_in_stock_has_one_seat() -> None:
    assert judge(_PURCHASED, known=Known(CLIENT, used_by=["A1"])).reason is Reason.SEATS_EXHAUSTED


def test_the_cards_own_seat_and_that_of_the_card_it_replaces_are_free_for_it() -> None:
    declared = replace(_PURCHASED, replaces="OLD1")
    assert judge(declared, known=Known(CLIENT, used_by=["OLD1", SERIAL])).reason is Reason.NOT_ACTIVATED


@pytest.mark.parametrize(
    ("today", "reason"), [(_MIDDLE - DAY, Reason.HELD_UNTIL), (_MIDDLE, Reason.NOT_ACTIVATED), (_MIDDLE + DAY, Reason.NOT_ACTIVATED)]
)
def test_an_id_is_held_until_its_day(today: date, reason: Reason) -> None:
    assert outcome(judge(_PURCHASED, today=today, known=Known(CLIENT, held=Held(SKU, hold_until=_MIDDLE)))) == (Verdict.WORK, reason)


def test_the_part_number_of_the_stock_is_enough() -> None:
    declared = replace(_PURCHASED, sku=None, activated_on=_MIDDLE)
    (entry,) = judge(declared, known=Known(CLIENT, held=Held("SWNMC3SU-2Y-DIGI"))).entries
    assert entry.expires_on == years_after(_MIDDLE, 2)


def test_a_purchased_activation_needs_its_id_or_the_tools_date() -> None:
    nameless = replace(_PURCHASED, activation=None, activated_on=BEGIN)
    assert outcome(judge(nameless)) == (Verdict.REFUSE, Reason.INVALID_OPTION)
    (entry,) = judge(replace(nameless, expires_on=END)).entries
    assert (entry.evidence, entry.fingerprint) == (Evidence.TOOL, None)
    without_term = replace(_PURCHASED, sku=None, activated_on=BEGIN)
    assert outcome(judge(without_term)) == (Verdict.REFUSE, Reason.INVALID_OPTION)


def test_a_running_subscription_can_be_taken_from_the_tool_alone() -> None:
    decision = judge(Declared(source=Source.PURCHASED, expires_on=END))
    (entry,) = decision.entries
    assert (entry.activated_on, entry.expires_on, entry.family) == (None, END, "SWNMC3SU")
    assert outcome(decision) == (Verdict.LEAVE, Reason.SUBSCRIBED)


# --- what the tool shows -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [END - 3 * DAY, END, END + 3 * DAY])
def test_the_tools_date_wins_over_the_computed_one_and_is_recorded_once(shown: date) -> None:
    declared = replace(_PURCHASED, activated_on=BEGIN, expires_on=shown)
    for history in ([], [purchased()]):
        (entry,) = judge(declared, *history).entries
        assert (entry.event, entry.expires_on, entry.evidence, entry.fingerprint) == (Event.ACTIVATED, shown, Evidence.TOOL, "f1")
        assert not judge(declared, *history, entry).changes


def test_a_reading_that_a_renewal_has_superseded_does_not_come_back() -> None:
    declared = replace(_PURCHASED, expires_on=END)
    shown = purchased(evidence=Evidence.TOOL)
    decision = judge(declared, shown, renewed(shown, years_after(END, 1)), today=END + DAY)
    assert not decision.changes
    assert decision.subscription.state is State.SUBSCRIBED


def test_a_reading_of_the_year_does_not_bring_it_back_after_its_override() -> None:
    over = replace(included(), event=Event.OVERRIDDEN, expires_on=_MIDDLE)
    declared = replace(_INCLUDED, activated_on=BEGIN, expires_on=END - DAY)
    assert not judge(declared, included(), over, purchased(_MIDDLE)).changes


def test_a_reading_corrects_a_renewal_too() -> None:
    longer = renewed(purchased(), years_after(END, 1))
    (entry,) = judge(replace(_PURCHASED, expires_on=years_after(END, 1) + DAY), purchased(), longer).entries
    assert (entry.event, entry.expires_on) == (Event.RENEWED, years_after(END, 1) + DAY)


@pytest.mark.parametrize("history", [[], [purchased()]])
def test_no_reading_leads_further_than_the_longest_term(history: list[Entry]) -> None:
    declared = replace(_PURCHASED, activated_on=BEGIN, expires_on=years_after(END, 6) + DAY)
    assert outcome(judge(declared, *history)) == (Verdict.REFUSE, Reason.INVALID_OPTION)


def test_another_day_for_the_same_activation_is_refused() -> None:
    for declared, entry in ((_PURCHASED, purchased()), (_INCLUDED, included())):
        refused = judge(replace(declared, activated_on=BEGIN + DAY), entry)
        assert outcome(refused) == (Verdict.REFUSE, Reason.ACTIVATION_RECORDED)


def test_an_included_year_is_not_had_twice() -> None:
    forgotten = [included(), ended(Source.INCLUDED, _MIDDLE)]
    assert judge(replace(_INCLUDED, activated_on=END), *forgotten, today=END).reason is Reason.ACTIVATION_RECORDED
    assert outcome(judge(_INCLUDED, *forgotten)) == (Verdict.REFUSE, Reason.INCLUDED_NOT_ELIGIBLE)


def test_what_was_forgotten_by_mistake_is_recorded_again() -> None:
    forgotten = [purchased(), ended(Source.PURCHASED, _MIDDLE)]
    (entry,) = judge(replace(_PURCHASED, activated_on=BEGIN), *forgotten).entries
    assert (entry.activated_on, entry.expires_on) == (BEGIN, END)
    assert outcome(judge(_PURCHASED, *forgotten)) == (Verdict.WORK, Reason.SUBSCRIPTION_UNKNOWN)


# --- forgetting, replacing, another client -------------------------------------------------------------------------


def test_forgetting_ends_the_record_once() -> None:
    declared = Declared(wanted=Wanted.FORGOTTEN)
    first = judge(declared, purchased())
    (entry,) = first.entries
    assert (entry.event, entry.source, entry.fingerprint) == (Event.ENDED, Source.PURCHASED, "f1")
    assert (*outcome(first), first.subscription.state) == (Verdict.LEAVE, Reason.SUBSCRIPTION_FORGOTTEN, State.UNSUBSCRIBED)
    assert not judge(declared, purchased(), entry).changes
    assert not judge(declared).changes


def test_a_replaced_cards_record_ends_and_the_new_card_is_unknown_until_the_vendor_has_moved_it() -> None:
    declared = replace(_PURCHASED, replaces="OLD1")
    first = judge(declared, known=replace(KNOWN, replaced=[purchased()]))
    assert (*outcome(first), first.status, task_of(first)) == (
        Verdict.WORK,
        Reason.TRANSFER_NEEDS_VENDOR,
        Status.UNKNOWN,
        Task.TRANSFER,
    )
    assert first.subscription.state is State.UNKNOWN
    assert first.entries == ()
    (gone,) = first.replaced_entries
    assert (gone.event, gone.fingerprint) == (Event.ENDED, "f1")
    after = replace(KNOWN, replaced=[purchased(), gone])
    assert outcome(judge(declared, known=after)) == outcome(first)
    assert not judge(declared, known=after).changes


def test_a_moved_subscription_keeps_its_term() -> None:
    declared = replace(_PURCHASED, replaces="OLD1", activated_on=BEGIN)
    known = replace(KNOWN, replaced=[purchased()])
    (entry,) = judge(declared, known=known).entries
    assert (entry.activated_on, entry.expires_on) == (BEGIN, END)
    assert judge(replace(declared, activated_on=_MIDDLE), known=known).reason is Reason.ACTIVATION_RECORDED


@pytest.mark.parametrize("today", [END, END + DAY])
def test_a_subscription_that_has_run_out_is_not_moved(today: date) -> None:
    decision = judge(replace(_PURCHASED, replaces="OLD1", activation=None), today=today, known=replace(KNOWN, replaced=[purchased()]))
    assert (decision.reason is Reason.TRANSFER_NEEDS_VENDOR) is (today == END)


def test_a_card_that_replaces_another_may_get_an_id_of_its_own() -> None:
    declared = replace(_SECOND, replaces="OLD1")
    assert judge(declared, known=replace(KNOWN, replaced=[purchased()])).reason is Reason.NOT_ACTIVATED


def test_a_card_of_another_client_is_unknown_until_somebody_has_looked() -> None:
    known = replace(KNOWN, card_elsewhere=True)
    decision = judge(_PURCHASED, known=known)
    assert (*outcome(decision), decision.status) == (Verdict.WORK, Reason.CLIENT_CHANGED, Status.UNKNOWN)
    assert decision.subscription.state is State.UNKNOWN
    looked = judge(replace(_PURCHASED, activated_on=BEGIN, expires_on=END), known=known)
    assert outcome(looked) == (Verdict.LEAVE, Reason.SUBSCRIBED)
    cleared = judge(Declared(wanted=Wanted.FORGOTTEN), known=known)
    assert [entry.event for entry in cleared.entries] == [Event.ENDED]
    assert judge(_PURCHASED, *cleared.entries, known=known).reason is Reason.NOT_ACTIVATED


def test_a_record_without_an_end_is_unknown() -> None:
    decision = judge(_PURCHASED, purchased(expires_on=None))
    assert (*outcome(decision), decision.status) == (Verdict.WORK, Reason.SUBSCRIPTION_UNKNOWN, Status.UNKNOWN)


# --- declarations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "named"),
    [
        (Declared(source=Source.PLATFORM), "platform"),
        (Declared(source=Source.PURCHASED, platform=Platform.DATA_CENTER_EXPERT), "platform"),
        (Declared(platform_expires=END), "platform_expires"),
        (Declared(source=Source.INCLUDED, activation=ID), "activation_id"),
        (Declared(source=Source.INCLUDED, sku=SKU), "sku"),
        (replace(_PURCHASED, activated_on=_MIDDLE + DAY), "activated_on"),
        (replace(_PURCHASED, purchase_date=_MIDDLE + DAY), "purchase_date"),
        (replace(_PURCHASED, activated_on=BEGIN, purchase_date=BEGIN + DAY), "purchase_date"),
        (replace(_PURCHASED, activated_on=BEGIN, expires_on=BEGIN - DAY), "expires_on"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(declared: Declared, named: str) -> None:
    refused = judge(declared)
    assert outcome(refused) == (Verdict.REFUSE, Reason.INVALID_OPTION)
    assert named in refused.sentence


@pytest.mark.parametrize(
    ("declared", "source"),
    [
        (Declared(), Source.INCLUDED),
        (Declared(sku=SKU), Source.PURCHASED),
        (Declared(activation=ID), Source.PURCHASED),
        (Declared(platform=Platform.DATA_CENTER_EXPERT), Source.PLATFORM),
    ],
)
def test_the_source_follows_from_what_is_declared(declared: Declared, source: Source) -> None:
    assert declared.means is source


@pytest.mark.parametrize(("hours", "today"), [(-12, END), (11, END), (13, END + DAY)])
def test_days_are_days_in_utc_wherever_the_controller_is(hours: int, today: date) -> None:
    noon = datetime(END.year, END.month, END.day, 12, tzinfo=UTC)
    there = (noon + timedelta(hours=hours)).astimezone(timezone(timedelta(hours=9)))
    found = decide(card(), [purchased()], _PURCHASED, known=KNOWN, now=there)
    assert found.subscription.days_left == (END - today).days


def test_work_in_plain_types() -> None:
    decision = judge(_PURCHASED, purchased(), today=END - DAY)
    assert decision.work is not None
    found = decision.work.as_dict()
    assert len(found.pop("steps")) == 6
    assert found == {
        "task": "renew",
        "program": "mySchneider Software Management portal",
        "part_number": None,
        "download_page": None,
        "systems": [],
        "card_serial": SERIAL,
        "card_mac": None,
        "device_serial": None,
        "sku": SKU,
        "activation_id": None,
        "expected_end": "2028-03-10",
    }


def test_no_work_item_names_more_of_an_id_than_its_last_four_characters() -> None:
    decision = judge(_PURCHASED)
    assert decision.work is not None
    assert decision.work.activation_id == "...0001"
    assert "f1" not in decision.next_action
