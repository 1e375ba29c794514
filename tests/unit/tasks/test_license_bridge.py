# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`nmc_license` with a licensing bridge: the work is done once, whatever answer is lost and whoever is killed."""

from __future__ import annotations

import typing as t

import pytest
from unit.tasks.licensed import SKU, TODAY, TOKEN, Licensed

if t.TYPE_CHECKING:
    from unit.tasks.conftest import TakeLicensed
    from unit.tasks.emulated import Options, Ran

pytestmark = pytest.mark.every_fault

INCLUDED: Options = {"source": "included", "purchase_date": "2026-10-01"}
SOON = "2027-11-01"


def stands(ran: Ran) -> tuple[str, str | None, str | None]:
    """State, begin and end of the subscription."""
    said = ran["subscription"]
    return said["state"], said["activated_on"], said["expires_on"]


def started(take_licensed: TakeLicensed) -> Licensed:
    """A card with a purchased subscription from the bridge, until 2027-11-22."""
    ups = take_licensed()
    assert ups.run(**ups.purchased, **ups.http)["changed"] is True
    return ups


# --- the work ------------------------------------------------------------------------------------------------------


def test_a_purchased_subscription_is_activated_once(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ran = ups.settle(**ups.purchased, **ups.http)
    assert (*ran.verdict, ran["changed"], ran["entitled"]) == ("compliant", "subscribed", True, "yes")
    assert stands(ran) == ("subscribed", TODAY, "2027-11-22")
    assert (ran["subscription"]["evidence"], ran["work_item"]) == ("tool", None)
    assert ran["evidence"]["bridge"] == {"activated_on": TODAY, "expires_on": "2027-11-22"}
    assert (ups.done_by_bridge(), ups.events) == (["activate"], ["activated"])


def test_the_sku_need_not_be_declared_where_the_bridge_knows_it(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ran = ups.settle(activation_id=ups.second_id, **ups.http)
    assert (stands(ran)[2], ran["subscription"]["sku"]) == ("2028-11-22", "SWNMC3SU-2Y-DIGI")


def test_the_included_year_is_activated_once(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ran = ups.settle(**INCLUDED, **ups.http)
    assert (*ran.verdict, stands(ran)) == ("compliant", "subscribed", ("included_active", TODAY, "2027-11-22"))
    assert ups.done_by_bridge() == ["activate_included"]


def test_a_year_that_the_vendor_has_not_is_asked_for_by_a_person(take_licensed: TakeLicensed) -> None:
    ups = take_licensed("without_year")
    ran = ups.run(**INCLUDED, **ups.http)
    assert (*ran.verdict, ran["changed"]) == ("not_entitled", "included_not_retrieved", False)
    assert (ran["work_item"]["task"], ran["work_item"]["program"]) == ("ask", "Customer Care Center")
    assert ups.run(**INCLUDED, **ups.http, on_pending="report").result.get("failed") is None
    assert (ups.events, ups.done_by_bridge()) == ([], [])


@pytest.mark.parametrize("consent", [False, True])
def test_a_running_included_year_is_given_up_with_consent_only(take_licensed: TakeLicensed, consent: bool) -> None:
    ups = take_licensed()
    ups.run(**INCLUDED, **ups.http)
    ran = ups.settle(**ups.purchased, **ups.http, allow_override_included=consent)
    assert ran.verdict == ("compliant", "subscribed" if consent else "activation_waits")
    assert ups.done_by_bridge() == ["activate_included", "activate"][: 1 + consent]
    assert ups.events == ["activated", "overridden", "activated"] if consent else ["activated"]


def test_a_purchased_subscription_follows_the_included_year_without_a_gap(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ups.run(**INCLUDED, **ups.http)
    ups.bridge.set_today("2027-11-22")
    ran = ups.run(**ups.purchased, **ups.http, today="2027-11-22")
    assert (stands(ran), ran["entitled"]) == (("subscribed", "2027-11-22", "2028-11-22"), "yes")


def test_what_a_bridge_refuses_on_the_last_day_waits_for_the_next_and_is_no_failure(take_licensed: TakeLicensed) -> None:
    ups = started(take_licensed)
    ups.bridge.set_today("2027-11-22")
    ran = ups.run(activation_id=ups.second_id, **ups.http, today="2027-11-22")
    assert (*ran.verdict, ran["changed"], ran.result.get("failed")) == ("compliant", "activation_waits", False, None)
    assert (ran["entitled"], ran["waiting"]["sku"]) == ("yes", "SWNMC3SU-2Y-DIGI")
    assert "waits for tomorrow's run" in ran["msg"]
    ups.bridge.set_today("2027-11-23")
    ran = ups.run(activation_id=ups.second_id, **ups.http, today="2027-11-23")
    assert (stands(ran), ran["changed"], ran["waiting"]) == (("subscribed", "2027-11-23", "2029-11-23"), True, None)


def test_a_voucher_is_redeemed_once(take_licensed: TakeLicensed) -> None:
    ups = started(take_licensed)
    ups.bridge.set_today(SOON)
    ran = ups.settle(**ups.purchased, **ups.http, voucher=ups.voucher, today=SOON)
    assert (*ran.verdict, stands(ran)) == ("compliant", "subscribed", ("subscribed", TODAY, "2028-11-22"))
    assert (ups.done_by_bridge(), ups.events) == (["activate", "renew"], ["activated", "renewed"])


def test_a_voucher_that_is_declared_from_the_start_is_redeemed_in_the_same_run(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ran = ups.settle(**ups.purchased, **ups.http, voucher=ups.voucher)
    assert (*ran.verdict, ran["changed"], stands(ran)[2]) == ("compliant", "subscribed", True, "2028-11-22")
    assert (ups.done_by_bridge(), ups.events) == (["activate", "renew"], ["activated", "renewed"])


def test_a_voucher_that_was_redeemed_is_not_taken_for_another(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ran = ups.settle(**ups.purchased, **ups.http, voucher=ups.voucher, min_days_left=2000, on_pending="report")
    assert (*ran.verdict, stands(ran)[2]) == ("drift", "renewal_due", "2028-11-22")
    assert ups.done_by_bridge() == ["activate", "renew"]


def test_a_voucher_that_nobody_bought_leaves_the_activation_recorded(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ran = ups.run(**ups.purchased, **ups.http, voucher="VOUCHER-NEVER-BOUGHT")
    assert (*ran.verdict, ran["changed"], ups.events) == ("blocked", "licensing_refused", True, ["activated"])
    assert (stands(ran), ran["entitled"]) == (("subscribed", TODAY, "2027-11-22"), "yes")
    assert ups.run(**ups.purchased, **ups.http)["changed"] is False


def test_a_renewal_without_a_voucher_is_left_to_a_person(take_licensed: TakeLicensed) -> None:
    ups = started(take_licensed)
    asked = len(ups.bridge.requests())
    ran = ups.settle(**ups.purchased, **ups.http, today=SOON, min_days_left=60)
    assert (ran.verdict, ran["work_item"]["task"]) == (("drift", "renewal_due"), "renew")
    assert len(ups.bridge.requests()) == asked


def test_what_has_ended_is_bought_anew_by_a_person_and_activated_by_the_bridge(take_licensed: TakeLicensed) -> None:
    ups = started(take_licensed)
    ups.bridge.set_today("2027-12-01")
    ran = ups.settle(**ups.purchased, **ups.http, voucher=ups.voucher, today="2027-12-01")
    assert ran.verdict == ("not_entitled", "renewal_lost")
    ran = ups.settle(activation_id=ups.second_id, **ups.http, today="2027-12-01")
    assert stands(ran) == ("subscribed", "2027-12-01", "2029-12-01")


def test_what_is_declared_as_done_is_not_asked_of_the_bridge(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    asked = len(ups.bridge.requests())
    assert ups.settle(**ups.purchased, **ups.http, activated_on=TODAY)["changed"] is True
    assert ups.settle(state="forgotten", **ups.http)["changed"] is True
    assert len(ups.bridge.requests()) == asked


# --- what the bridge refuses ---------------------------------------------------------------------------------------


def test_an_id_of_another_family_is_refused_before_anything_is_asked_for(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    assert ups.settle(activation_id=ups.pdu_id, **ups.http).verdict == ("not_entitled", "family_mismatch")
    assert ups.settle(activation_id=ups.pdu_id, sku=SKU, **ups.http).result["failed"] is True
    assert (ups.events, ups.done_by_bridge()) == ([], [])


def test_an_id_that_nobody_bought_is_refused(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ran = ups.settle(activation_id="ACT-NEVER-BOUGHT", sku=SKU, **ups.http)
    assert (ran.verdict, ran["evidence"]["code"], ups.events) == (("blocked", "licensing_refused"), "unknown_id", [])


def test_the_seats_of_an_id_are_those_that_the_bridge_knows(take_licensed: TakeLicensed) -> None:
    first, second, third = (take_licensed() for _card in range(3))
    for ups in (first, second):
        assert ups.settle(activation_id=first.shared_id, **ups.http)["changed"] is True
    assert third.settle(activation_id=first.shared_id, **third.http).verdict == ("blocked", "seats_exhausted")


def test_an_id_of_another_client_never_reaches_the_bridge(take_licensed: TakeLicensed) -> None:
    ups, other = started(take_licensed), take_licensed().of_client("rival")
    asked = len(ups.bridge.requests())
    assert other.settle(activation_id=ups.activation_id, sku=SKU, **other.http).verdict == ("blocked", "other_client")
    assert len(ups.bridge.requests()) == asked


def test_a_subscription_that_only_the_bridge_knows_of_is_not_replaced(take_licensed: TakeLicensed) -> None:
    ups = started(take_licensed)
    ups.run(state="forgotten")
    ran = ups.run(activation_id=ups.second_id, **ups.http)
    assert (*ran.verdict, ran["changed"]) == ("blocked", "second_subscription", False)
    assert ups.done_by_bridge() == ["activate"]


# --- what goes wrong -----------------------------------------------------------------------------------------------

FAULTS: dict[str, tuple[Options, str]] = {
    "an error of the server": ({"answer": "said", "status": 500, "body": {"code": "broken"}}, "licensing_unreachable"),
    "garbage": ({"answer": "said", "body": "<html>"}, "licensing_unexpected"),
    "a body that breaks off": ({"answer": "cut_off"}, "licensing_unexpected"),
    "a redirect": ({"answer": "said", "status": 302, "headers": {"location": "https://example.com/"}}, "licensing_unexpected"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_bridge_that_fails_changes_nothing_and_is_asked_again_by_the_next_run(take_licensed: TakeLicensed, name: str) -> None:
    ups = take_licensed()
    fault, reason = FAULTS[name]
    ups.bridge.set_faults({**fault, "operation": "activate"})
    ran = ups.run(**ups.purchased, **ups.http)
    assert (ran["status"], ran["reason"], ran["changed"], ups.events) == ("failed", reason, False, [])
    assert (stands(ran)[0], ran["next_action"], ran["work_item"]) == ("unsubscribed", ran["recovery"], None)
    ups.bridge.set_faults()
    assert ups.settle(**ups.purchased, **ups.http)["changed"] is True
    assert ups.done_by_bridge() == ["activate"]


@pytest.mark.parametrize("answer", ["silence", "cut_off"])
@pytest.mark.parametrize("operation", ["activate", "activate_included", "renew"])
def test_an_answer_that_is_lost_after_the_work_is_resolved_by_reading(take_licensed: TakeLicensed, operation: str, answer: str) -> None:
    ups = started(take_licensed) if operation == "renew" else take_licensed()
    told: Options = INCLUDED if operation == "activate_included" else ups.purchased
    today = TODAY
    if operation == "renew":
        today, told = SOON, {**told, "voucher": ups.voucher}
        ups.bridge.set_today(SOON)
    ups.bridge.set_faults({"answer": answer, "done": True, "operation": operation, "times": 1})
    options: Options = {**told, **ups.http, "licensing_timeout": 1.0}
    assert ups.run(today=today, **options).verdict == ("compliant", "subscribed")
    assert ups.run(today=today, **options)["changed"] is False
    assert ups.done_by_bridge()[-1:] == [operation]
    assert ups.done_by_bridge().count(operation) == 1


def test_when_nobody_knows_whether_it_was_done_the_next_run_finds_out(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    lost: Options = {"answer": "said", "status": 503, "done": True, "operation": "activate"}
    ups.bridge.set_faults(lost, {"answer": "said", "status": 503, "operation": "read", "skip": 1})
    ran = ups.run(**ups.purchased, **ups.http)
    assert (*ran.verdict, ran["changed"], ups.events) == ("failed", "licensing_uncertain", False, [])
    ups.bridge.set_faults()
    ran = ups.run(**ups.purchased, **ups.http)
    assert (*ran.verdict, ran["changed"]) == ("compliant", "subscribed", True)
    assert (ups.done_by_bridge(), ups.events) == (["activate"], ["activated"])


@pytest.mark.parametrize("operation", ["activate", "activate_included", "renew"])
def test_a_run_that_is_killed_before_it_wrote_down_what_was_done_is_completed_by_the_next(
    take_licensed: TakeLicensed, operation: str
) -> None:
    ups = started(take_licensed) if operation == "renew" else take_licensed()
    told: Options = INCLUDED if operation == "activate_included" else ups.purchased
    today = TODAY
    if operation == "renew":
        today, told = SOON, {**told, "voucher": ups.voucher}
        ups.bridge.set_today(SOON)
    events = ups.events
    ups.die(today=today, **told, **ups.http)
    assert (ups.done_by_bridge()[-1], ups.events) == (operation, events)
    ran = ups.settle(today=today, **told, **ups.http)
    assert (*ran.verdict, ran["changed"]) == ("compliant", "subscribed", True)
    assert ups.done_by_bridge().count(operation) == 1
    assert len(ups.events) == len(events) + 1


def test_a_run_that_was_killed_days_ago_is_recorded_with_the_day_of_its_activation(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ups.die(**ups.purchased, **ups.http)
    ups.bridge.set_today("2026-12-24")
    assert stands(ups.run(today="2026-12-24", **ups.purchased, **ups.http)) == ("subscribed", TODAY, "2027-11-22")
    assert ups.done_by_bridge() == ["activate"]


def test_a_bridge_in_another_day_is_said_and_recorded_when_the_day_has_come(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ups.bridge.set_today("2026-11-24")
    ran = ups.run(**ups.purchased, **ups.http)
    assert (*ran.verdict, ran["changed"], ups.events) == ("failed", "licensing_unexpected", True, [])
    assert ran["evidence"]["bridge"]["activated_on"] == "2026-11-24"
    assert ups.run(**ups.purchased, **ups.http, today="2026-11-24").verdict == ("compliant", "subscribed")
    assert ups.done_by_bridge() == ["activate"]


def test_nothing_is_asked_for_where_somebody_has_stopped_all_work(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ups.ledger.holds.place(site="paris", reason="audit", owner="finance")
    ran = ups.run(**ups.purchased, **ups.http, site="paris")
    assert (ran.verdict, ups.done_by_bridge()) == (("blocked", "on_hold"), [])
    assert ups.run(**ups.purchased, **ups.http, site="lyon")["changed"] is True


def test_a_wrong_token_is_said_and_a_url_that_is_none(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    assert ups.settle(**ups.purchased, **{**ups.http, "licensing_token": "another"}).verdict == ("failed", "licensing_denied")
    ran = ups.settle(**ups.purchased, **{**ups.http, "licensing_url": "http://localhost/"})
    assert (ran.verdict, "licensing_url must be an https:// URL" in ran["msg"]) == (("failed", "invalid_option"), True)


@pytest.mark.parametrize("fault", [{}, *(fault for fault, _reason in FAULTS.values())])
def test_no_secret_is_in_what_is_said_or_kept(take_licensed: TakeLicensed, fault: Options) -> None:
    ups = take_licensed()
    secrets = [ups.activation_id, ups.voucher, TOKEN, ups.pdu_id, "another-token-0001"]
    if fault:
        echo = {"code": "refused", "detail": f"{ups.activation_id} {ups.voucher} {TOKEN}"}
        ups.bridge.set_faults({**fault, "times": 3}, {"answer": "said", "status": 409, "body": echo, "operation": "renew", "times": 1})
    spoken = [
        ups.run(**ups.purchased, **ups.http),
        ups.run(**ups.purchased, **ups.http),
        ups.run(**ups.purchased, **ups.http, voucher=ups.voucher),
        ups.run(**ups.purchased, **{**ups.http, "licensing_token": "another-token-0001"}, voucher=f"{ups.voucher}-2"),
        ups.run(activation_id=ups.pdu_id, **ups.http, allow_override_included=True),
    ]
    said = "".join(ran.everything_said for ran in spoken).encode()
    kept = b"".join(file.read_bytes() for file in ups.folder.glob("ledger.sqlite*"))
    assert [secret for secret in secrets if secret.encode() in said + kept] == []
