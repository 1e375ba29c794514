# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`nmc_license` where a person does the work: what is declared is recorded once, and everything else is said and refused."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
from unit.tasks.emulated import EmulatedCard, run_task
from unit.tasks.licensed import RESULT_KEYS, SKU, TODAY, Licensed

from ansible_collections.secure_power.nmc.plugins.module_utils._core.stock import HeldId
from ansible_collections.secure_power.nmc.plugins.module_utils._license_task import LICENSE
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Surroundings

if t.TYPE_CHECKING:
    from unit.tasks.conftest import TakeLicensed
    from unit.tasks.emulated import Options, Ran

BOUGHT: Options = {"source": "included", "purchase_date": "2026-10-01"}


def stands(ran: Ran) -> tuple[str, str | None, str | None]:
    """State, begin and end of the subscription."""
    said = ran["subscription"]
    return said["state"], said["activated_on"], said["expires_on"]


def wait_for(ran: Ran) -> str:
    """The task of the work item of a run that failed for it."""
    assert ran.result.get("failed") is True
    assert ran["next_action"] == " ".join(ran["work_item"]["steps"])
    return str(ran["work_item"]["task"])


# --- what a person does --------------------------------------------------------------------------------------------


def test_an_included_year_waits_for_a_person_and_is_recorded_once(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ran = ups.settle(**BOUGHT)
    assert (*ran.verdict, ran["changed"], ran["entitled"]) == ("not_entitled", "not_activated", False, "no")
    assert wait_for(ran) == "activate_included"
    assert stands(ran)[0] == "included_eligible"
    ran = ups.settle(**BOUGHT, activated_on="2026-11-20")
    assert (*ran.verdict, ran["changed"], ran["entitled"]) == ("compliant", "subscribed", True, "yes")
    assert stands(ran) == ("included_active", "2026-11-20", "2027-11-20")
    assert ran["diff"]["before"] == "state: included_eligible\n"
    assert "expires_on: 2027-11-20\n" in ran["diff"]["after"]
    assert ran["work_item"] is None
    assert ups.events == ["activated"]
    assert stands(ups.run(**BOUGHT)) == stands(ran)


def test_an_activation_id_waits_for_a_person_who_sees_its_last_four_characters(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ran = ups.settle(**ups.purchased)
    assert ran["reason"] == "not_activated"
    assert wait_for(ran) == "activate"
    assert ran["work_item"]["activation_id"] == f"...{ups.activation_id[-4:]}"
    assert ran["work_item"]["part_number"] == "SFNCM3FMTSU"
    assert ups.activation_id not in ran.everything_said
    ran = ups.settle(**ups.purchased, activated_on=TODAY)
    assert stands(ran) == ("subscribed", TODAY, "2027-11-22")
    assert ran["activation_fingerprint"] == ups.history[0].fingerprint
    assert (ran["subscription"]["days_left"], ran["subscription"]["colour"]) == (365, "green")


@pytest.mark.parametrize(("on_pending", "failed"), [("fail", True), ("report", None)])
def test_pending_work_fails_unless_it_shall_only_be_reported(take_licensed: TakeLicensed, on_pending: str, failed: bool | None) -> None:
    ran = take_licensed().run(**BOUGHT, on_pending=on_pending)
    assert (ran.result.get("failed"), ran["changed"]) == (failed, False)
    assert (ran["reason"], ran["work_item"]["task"]) == ("not_activated", "activate_included")
    assert (ran["recovery"] in ran["msg"]) is bool(failed)


def test_a_card_with_nothing_declared_says_what_nobody_knows(take_licensed: TakeLicensed) -> None:
    assert take_licensed().settle().verdict == ("unknown", "purchase_date_unknown")


def test_the_end_that_the_tool_shows_wins(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ups.settle(**ups.purchased, activated_on=TODAY)
    ran = ups.settle(**ups.purchased, activated_on=TODAY, expires_on="2027-11-30")
    assert (stands(ran)[2], ran["subscription"]["evidence"], ran["changed"]) == ("2027-11-30", "tool", True)
    assert ups.settle(**ups.purchased, activated_on="2026-11-21").verdict == ("blocked", "activation_recorded")


def test_days_may_be_dates_of_yaml(take_licensed: TakeLicensed) -> None:

    ran = take_licensed().settle(**BOUGHT, activated_on=dt.date(2026, 11, 20))
    assert stands(ran) == ("included_active", "2026-11-20", "2027-11-20")


# --- the ends of subscriptions -------------------------------------------------------------------------------------


def test_a_subscription_turns_amber_then_ends_and_only_a_new_id_helps(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ups.settle(**ups.purchased, activated_on=TODAY)
    ran = ups.settle(**ups.purchased, today="2027-10-22")
    assert (ran["reason"], ran["subscription"]["colour"]) == ("subscribed", "green")
    ran = ups.settle(**ups.purchased, today="2027-10-23")
    assert (ran["status"], ran["reason"]) == ("compliant", "subscription_expiring")
    assert (ran["subscription"]["colour"], ran["subscription"]["expiring"], ran["work_item"]["task"]) == ("amber", True, "renew")
    assert ups.settle(**ups.purchased, today="2027-10-23", min_days_left=30).verdict == ("drift", "renewal_due")
    assert ups.settle(**ups.purchased, today="2027-11-22", warn_days=0)["entitled"] == "yes"
    ran = ups.settle(**ups.purchased, today="2027-11-23")
    assert (*ran.verdict, ran["entitled"]) == ("not_entitled", "expired_cannot_renew", "no")
    assert (wait_for(ran), ran["subscription"]["days_left"]) == ("buy", -1)
    ran = ups.settle(activation_id=ups.second_id, sku="SWNMC3SU-2Y-DIGI", activated_on="2027-11-23", today="2027-11-23")
    assert stands(ran) == ("subscribed", "2027-11-23", "2029-11-23")


def test_a_voucher_waits_is_recorded_when_redeemed_and_is_lost_afterwards(take_licensed: TakeLicensed) -> None:
    ups, late = take_licensed(), take_licensed()
    for card in (ups, late):
        card.settle(**card.purchased, activated_on=TODAY)
    ran = ups.settle(**ups.purchased, voucher=ups.voucher, po_email="orders@example.com", today="2027-11-01")
    assert (ran.verdict, wait_for(ran)) == (("drift", "renewal_due"), "renew")
    assert ran["work_item"]["expected_end"] == "2028-11-22"
    ran = ups.settle(**ups.purchased, voucher=ups.voucher, renewed_until="2028-11-22", today="2027-11-01")
    assert (*ran.verdict, stands(ran)[2]) == ("compliant", "subscribed", "2028-11-22")
    assert ups.events == ["activated", "renewed"]
    assert ups.settle(**ups.purchased, voucher=ups.voucher, today="2027-12-01").verdict == ("compliant", "subscribed")
    assert late.settle(**late.purchased, voucher=late.voucher, today="2027-11-23").verdict == ("not_entitled", "renewal_lost")


def test_an_activation_id_waits_for_the_end_of_the_included_year(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ups.settle(**BOUGHT, activated_on=TODAY)
    ran = ups.settle(**ups.purchased)
    assert (*ran.verdict, stands(ran)[0]) == ("compliant", "activation_waits", "included_active")
    assert wait_for(ups.settle(**ups.purchased, today="2027-11-22")) == "activate"


def test_the_included_year_is_overridden_with_consent_only(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ups.settle(**BOUGHT, activated_on="2026-11-01")
    ran = ups.settle(**ups.purchased, activated_on=TODAY)
    assert (*ran.verdict, ran["changed"]) == ("blocked", "would_override_included", False)
    assert stands(ran) == ("included_active", "2026-11-01", "2027-11-01")
    ran = ups.settle(**ups.purchased, activated_on=TODAY, allow_override_included=True)
    assert (stands(ran), ran["changed"]) == (("subscribed", TODAY, "2027-11-22"), True)
    assert ups.events == ["activated", "overridden", "activated"]


def test_a_record_is_forgotten_once_and_the_id_is_doubted_afterwards(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ups.settle(**ups.purchased, activated_on=TODAY)
    ran = ups.settle(state="forgotten")
    assert (*ran.verdict, ran["changed"]) == ("compliant", "subscription_forgotten", True)
    assert (stands(ran)[0], ran["entitled"], ups.events) == ("unsubscribed", "no", ["activated", "ended"])
    assert ups.settle(**ups.purchased).verdict == ("unknown", "subscription_unknown")


def test_a_platform_brings_the_right_along_until_its_contract_ends(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    covered: Options = {"platform": "ecostruxure_it_expert", "platform_expires": "2027-01-31"}
    ran = ups.settle(**covered)
    assert (*ran.verdict, ran["changed"], ran["entitled"]) == ("compliant", "platform_covered", True, "yes")
    assert ran["platform"] == {"name": "ecostruxure_it_expert", "expires_on": "2027-01-31"}
    assert stands(ran)[0] == "unsubscribed"
    assert "platform_name: ecostruxure_it_expert" in ran["diff"]["after"]
    assert ups.settle(**covered, today="2027-01-31")["entitled"] == "yes"
    assert ups.settle(**covered, today="2027-02-01").verdict == ("not_entitled", "platform_expired")


def test_a_replaced_card_loses_its_record_and_the_vendor_moves_the_subscription(take_licensed: TakeLicensed) -> None:
    old, new = take_licensed(), take_licensed()
    old.settle(**old.purchased, activated_on=TODAY)
    ran = new.settle(activation_id=old.activation_id, sku=SKU, replaces=old.serial)
    assert (*ran.verdict, ran["changed"], wait_for(ran)) == ("unknown", "transfer_needs_vendor", True, "transfer")
    assert (old.events, new.events) == (["activated", "ended"], [])
    told: Options = {"activated_on": TODAY, "expires_on": "2027-11-22"}
    ran = new.settle(activation_id=old.activation_id, sku=SKU, replaces=old.serial, **told)
    assert stands(ran) == ("subscribed", TODAY, "2027-11-22")


def test_a_card_cannot_replace_itself(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ups.settle(**ups.purchased, activated_on=TODAY)
    assert ups.settle(replaces=ups.serial).verdict == ("failed", "invalid_option")
    assert ups.events == ["activated"]


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"sku": "SWNMC3PDU-1Y-DIGI"}, "family_mismatch"),
        ({"sku": "FWENMC3P-ST1Y-DIGI"}, "unknown_sku"),
        ({"activated_on": "2026-11-23"}, "invalid_option"),
        ({"source": "included"}, "invalid_option"),
        ({"platform": "data_center_expert"}, "invalid_option"),
    ],
)
def test_what_cannot_be_is_refused_and_recorded_nowhere(take_licensed: TakeLicensed, told: Options, reason: str) -> None:
    ups = take_licensed()
    ran = ups.settle(**{**ups.purchased, "activated_on": TODAY, **told}, on_pending="report")
    assert (ran["reason"], ran["changed"], ran.result["failed"], ups.events) == (reason, False, True, [])


def test_an_id_of_another_client_is_refused_and_a_card_of_another_client_is_doubted(take_licensed: TakeLicensed) -> None:
    ups, other = take_licensed(), take_licensed().of_client("rival")
    ups.settle(**ups.purchased, activated_on=TODAY)
    ran = other.settle(activation_id=ups.activation_id, sku=SKU, activated_on=TODAY)
    assert (*ran.verdict, other.events) == ("blocked", "other_client", [])
    taken_over = ups.of_client("rival")
    assert taken_over.settle(**BOUGHT).verdict == ("unknown", "client_changed")
    assert taken_over.settle(state="forgotten")["changed"] is True
    assert taken_over.settle(**BOUGHT)["reason"] == "not_activated"


def test_an_id_has_as_many_seats_as_are_declared_or_held(take_licensed: TakeLicensed) -> None:
    cards = [take_licensed() for _card in range(4)]
    told: Options = {"activation_id": cards[0].shared_id, "sku": SKU, "activated_on": TODAY}
    assert cards[0].settle(**told)["changed"] is True
    assert cards[1].settle(**told).verdict == ("blocked", "seats_exhausted")
    assert cards[1].settle(**told, seats=2)["changed"] is True
    fingerprint = cards[0].ledger.fingerprints.activation_id(cards[0].shared_id)
    cards[0].ledger.activation_ids.hold(HeldId(fingerprint, "ARED", SKU, "SWNMC3SU", seats=3))
    assert cards[2].settle(activation_id=cards[0].shared_id, activated_on=TODAY)["subscription"]["sku"] == SKU
    assert cards[3].settle(**told).verdict == ("blocked", "seats_exhausted")


def test_an_id_can_be_held_until_a_day(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    held = ups.settle(**ups.purchased, hold_until="2026-12-01", seats=2)
    assert held.verdict == ("not_entitled", "held_until")
    assert [held["waiting"][said] for said in ("sku", "seats", "hold_until")] == [SKU, 2, "2026-12-01"]
    assert ups.settle(**ups.purchased, hold_until="2026-12-01", today="2026-12-01")["reason"] == "not_activated"


def test_cards_without_subscriptions_are_left_alone_unless_one_is_declared(take_licensed: TakeLicensed) -> None:
    nmc2 = take_licensed("ups2")
    ran = nmc2.settle()
    assert (*ran.verdict, ran["entitled"], ran.result.get("failed")) == ("not_applicable", "nmc2_free", "yes", None)
    ran = nmc2.settle(**nmc2.purchased)
    assert (*ran.verdict, ran.result["failed"]) == ("not_applicable", "nmc2_free", True)


def test_another_card_than_the_declared_one_is_refused(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ran = ups.settle(**ups.purchased, serial="ZA0000000000", activated_on=TODAY)
    assert (*ran.verdict, ups.events) == ("blocked", "wrong_card", [])


@pytest.mark.parametrize("name", ["activated_on", "expires_on", "purchase_date", "platform_expires", "renewed_until", "hold_until"])
@pytest.mark.parametrize("said", ["22.11.2026", "2026-11-31", "2026-11-22 00:00:00", "20261122", "1926-11-22", "9999-12-31", "soon"])
def test_a_day_that_is_none_is_refused_in_one_sentence(name: str, said: str) -> None:
    ran = _unread(**{name: said})
    assert ran.verdict == ("failed", "invalid_option")
    assert ran["msg"].startswith(f"ups1: {name} is no day such as 2026-11-30. ")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"min_days_left": -1}, "min_days_left is -1, and must be from 0 to 100000"),
        ({"seats": 0}, "seats is 0, and must be from 1 to 100000"),
        ({"readings": {"first_day": "April"}}, "first_day is no day such as 2026-11-30"),
        ({"activation_id": "two\nlines"}, "activation_id must be printable ASCII characters, 128 at the most"),
        ({"voucher": "x" * 129}, "voucher must be printable ASCII characters, 128 at the most"),
        ({"replaces": "no serial"}, "replaces is no serial number of a card"),
        ({"activator": "http"}, "activator http needs licensing_url and licensing_token"),
        (
            {"activator": "http", "licensing_url": "https://x", "licensing_token": "t", "licensing_timeout": -1.0},
            "licensing_timeout is -1.0, which is no time to wait",
        ),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_in_one_sentence(told: Options, sentence: str) -> None:
    ran = _unread(**told)
    assert ran.verdict == ("failed", "invalid_option")
    assert ran["msg"].startswith(f"ups1: {sentence}. ")


def _unread(**options: t.Any) -> Ran:
    """A run on a card that is not there, with a ledger that is not there: neither is asked."""

    nobody: t.Any = object()
    return run_task(LICENSE, {"host": "127.0.0.1", **options}, surroundings=Surroundings(records=nobody))


# --- what it needs -------------------------------------------------------------------------------------------------


def test_it_does_not_run_where_no_ledger_is() -> None:
    ran = run_task(LICENSE, {"host": "127.0.0.1"})
    assert set(ran.result) == {*RESULT_KEYS, "failed"}
    assert ran.verdict == ("failed", "invalid_option")
    assert "the controller's" in ran["msg"]


def test_a_ledger_that_cannot_be_used_is_said_before_the_card_is_asked(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    (ups.folder / "ledger.sqlite").write_bytes(b"this is no database, and long enough to be read as one" * 100)
    ran = ups.run(**ups.purchased)
    assert ran["reason"] == "ledger_unreadable"
    assert not any(ups.card.counters.values())


def test_a_card_that_does_not_answer_is_unreachable_and_nothing_is_recorded(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ups.card.suffers("snmp_silent")
    ran = ups.run(**ups.purchased, activated_on=TODAY, timeout=1.0)
    assert (ran["status"], ran.result["unreachable"], ran["subscription"]["state"]) == ("unreachable", True, "unknown")
    assert (ran["entitled"], ran["next_action"], ups.events) == ("unknown", ran["recovery"], [])


def test_a_card_is_known_again_by_its_other_way(take_licensed: TakeLicensed) -> None:
    ups = take_licensed()
    ups.settle(**ups.purchased, activated_on=TODAY)
    over_ssh = Licensed(EmulatedCard(ups.card.emulator, ups.card.address), ups.bridge, ups.folder, ups.serial)
    assert over_ssh.settle(**ups.purchased)["evidence"]["source"] == "ssh"
    assert ups.events == ["activated"]


# --- secrets -------------------------------------------------------------------------------------------------------

HOSTILE = [
    "{{ lookup('env', 'HOME') }}",
    "' OR 1=1; DROP TABLE subscriptions; --",
    "${jndi:ldap://example.com/a}",
    '"><script>alert(1)</script>',
    r"\\x00\\n(.*)+[a-z]{99}",
    "%s%n{0}{card}",
]


@pytest.mark.parametrize("secret", HOSTILE)
def test_no_secret_is_in_what_is_said_or_kept(take_licensed: TakeLicensed, secret: str) -> None:
    ups, code = take_licensed(), f"voucher {secret}"
    spoken = [
        ups.run(activation_id=secret),
        ups.run(activation_id=secret, activated_on=TODAY, expires_on="2027-11-22"),
        ups.run(activation_id=secret, voucher=code),
        ups.run(activation_id=secret, voucher=code, renewed_until="2028-11-22"),
        ups.run(activation_id=secret, voucher=code, today="2030-01-01"),
        ups.run(state="forgotten"),
        ups.run(activation_id=secret),
        ups.run(activation_id=secret, activated_on="never"),
    ]
    assert ups.events == ["activated", "renewed", "ended"]
    kept = b"".join(file.read_bytes() for file in ups.folder.glob("ledger.sqlite*"))
    said = "".join(ran.everything_said for ran in spoken)
    for hidden in (secret, code):
        assert json.dumps(hidden)[1:-1] not in said
        assert hidden.encode() not in kept
