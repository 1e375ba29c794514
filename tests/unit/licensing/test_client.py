# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client against a real service: what it gets, what is refused, and that nothing is ever done twice."""

from __future__ import annotations

import concurrent.futures
import functools
import subprocess
import sys
import time
import typing as t
from dataclasses import replace
from datetime import date

import pytest
from unit.licensing.cases import SKU, TOKEN, Case

from ansible_collections.secure_power.nmc.plugins.module_utils._core.licensing_answers import HeldActivationId
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Source, State
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import LicensingError, NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import licensing as client
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.licensing import activate, activate_included, look_up, read, renew
from licensing.faults import Fault

pytestmark = pytest.mark.every_fault

# For answers that never come; long enough for those that do.
_QUICK = 1.5
_PROBLEM = {"type": "about:blank", "title": "x", "status": 409}


def fails(work: t.Callable[[], object], reason: Reason, code: str | None = None) -> str:
    with pytest.raises(NmcError) as caught:
        work()
    assert (caught.value.reason, caught.value.evidence.get("code")) == (reason, code)
    assert caught.value.message.startswith("ups1: ")
    assert caught.value.message.endswith(".")
    return caught.value.message


# --- what it gets ------------------------------------------------------------------------------------------------------


def test_a_purchased_subscription_begins_on_the_day_and_takes_a_seat(case: Case) -> None:
    found = case.activate()
    assert (found.serial, found.state, found.source) == (case.serial, State.SUBSCRIBED, Source.PURCHASED)
    assert (found.sku, found.family, found.activated_on, found.expires_on) == (SKU, "SWNMC3SU", date(2026, 11, 22), date(2027, 11, 22))
    assert (found.seats, found.seats_left, case.seats_taken()) == (2, 1, 1)
    assert read(case.endpoint, case.serial) == found


def test_the_included_year_begins_on_the_day(case: Case) -> None:
    assert read(case.endpoint, case.included_card.serial).state is State.INCLUDED_ELIGIBLE
    found = case.do("activate_included")
    assert (found.state, found.source, found.sku, found.seats) == (State.INCLUDED_ACTIVE, Source.INCLUDED, None, None)
    assert (found.activated_on, found.expires_on) == (date(2026, 11, 22), date(2027, 11, 22))


def test_a_renewal_adds_its_term_to_the_end(case: Case) -> None:
    assert read(case.endpoint, case.renewable_card.serial).expires_on == date(2027, 3, 1)
    assert case.do("renew").expires_on == date(2028, 3, 1)


def test_an_included_year_is_given_up_when_asked_to(case: Case) -> None:
    case.do("activate_included")
    work: dict[str, t.Any] = {"activation_id": case.activation_id, "sku": SKU}
    fails(lambda: activate(case.endpoint, case.included_card, **work), Reason.WOULD_OVERRIDE_INCLUDED, "would_override_included")
    found = activate(case.endpoint, case.included_card, **work, override_included=True)
    assert (found.state, found.source) == (State.SUBSCRIBED, Source.PURCHASED)


def test_seats_can_be_asked_for(case: Case) -> None:
    assert look_up(case.endpoint, case.activation_id) == HeldActivationId(SKU, "SWNMC3SU", 2, 2)
    case.activate()
    assert look_up(case.endpoint, case.activation_id).seats_left == 1


def test_a_card_that_was_never_heard_of_is_unsubscribed(case: Case) -> None:
    found = read(case.endpoint, case.serial)
    assert (found.state, found.is_active, found.request_key) == (State.UNSUBSCRIBED, False, None)


# --- nothing is done twice ---------------------------------------------------------------------------------------------

_LOSSES: dict[str, dict[str, t.Any]] = {
    "silence": {"answer": "silence"},
    "cut_off": {"answer": "cut_off"},
    "huge": {"answer": "huge"},
    "trickle": {"answer": "trickle"},
    "error": {"answer": "said", "status": 500, "body": {**_PROBLEM, "code": "internal_error"}},
    "unavailable": {"answer": "said", "status": 503, "headers": {"Retry-After": "0"}},
    "garbage": {"answer": "said", "body": "<html>It works!</html>"},
    "nothing": {"answer": "said", "status": 204, "body": ""},
    "accepted": {"answer": "said", "status": 202, "body": {}},
    "redirect": {"answer": "said", "status": 303, "headers": {"Location": "https://127.0.0.1:1/done"}},
    "other_card": {"answer": "said", "body": {"serial": "5AOTHER1", "state": "unsubscribed"}},
}


@pytest.mark.parametrize("done", [True, False], ids=["after the work", "before the work"])
@pytest.mark.parametrize("loss", list(_LOSSES))
def test_a_lost_answer_costs_one_seat(case: Case, loss: str, done: bool) -> None:
    case.service.set_faults({**_LOSSES[loss], "done": done, "operation": "activate", "times": 1})
    found = replace(case, timeout=_QUICK if loss in ("silence", "trickle") else case.timeout).activate()
    assert (found.state, found.seats_left) == (State.SUBSCRIBED, 1)
    assert (case.changes(), case.seats_taken()) == (["activate"], 1)
    assert len(case.posted()) == (1 if done else 2)


@pytest.mark.parametrize("done", [True, False], ids=["after the work", "before the work"])
@pytest.mark.parametrize("operation", ["activate_included", "renew"])
def test_a_lost_answer_to_any_change_is_read_back(case: Case, operation: str, done: bool) -> None:
    case.service.set_faults({"answer": "silence", "done": done, "operation": operation, "times": 1})
    assert replace(case, timeout=_QUICK).do(operation).is_active
    assert case.changes() == [operation]


@pytest.mark.parametrize("operation", ["activate", "activate_included", "renew"])
def test_what_was_done_is_recognised_without_asking_for_it_again(case: Case, operation: str) -> None:
    first = case.do(operation)
    case.service.forget_keys()
    assert case.do(operation) == first
    assert (len(case.posted()), case.changes()) == (1, [operation])


def test_a_bridge_that_fails_every_time_is_asked_twice_and_nothing_was_done(case: Case) -> None:
    case.service.set_faults({**_LOSSES["error"], "operation": "activate"})
    said = fails(case.activate, Reason.LICENSING_UNREACHABLE, "internal_error")
    assert "So far nothing was changed, says the bridge." in said
    assert (len(case.posted()), case.changes()) == (2, [])


def test_every_attempt_has_the_same_key_and_every_change_its_own(case: Case) -> None:
    case.service.set_faults({"answer": "cut_off", "operation": "activate", "times": 2})
    fails(case.activate, Reason.LICENSING_UNEXPECTED)
    case.activate()
    case.do("activate_included")
    case.do("renew")
    keys = [request["headers"]["idempotency-key"] for request in case.posted()]
    assert (len(keys), len(set(keys)), len(set(keys[:3]))) == (5, 3, 1)


def test_when_nothing_can_be_read_back_it_is_not_known_and_the_next_run_knows(case: Case) -> None:
    case.service.set_faults(
        {"answer": "silence", "done": True, "operation": "activate", "times": 1}, {**_LOSSES["error"], "operation": "read", "skip": 1}
    )
    said = fails(replace(case, timeout=_QUICK).activate, Reason.LICENSING_UNCERTAIN)
    assert "Whether it was done cannot be read" in said
    case.service.set_faults()
    assert case.activate().is_active
    assert (len(case.posted()), case.changes()) == (1, ["activate"])


def subscription_of(serial: str) -> dict[str, t.Any]:
    """A subscription that some other request brought."""
    return {
        "serial": serial,
        "state": "subscribed",
        "source": "purchased",
        "sku": SKU,
        "subscription_family": "SWNMC3SU",
        "activated_on": "2026-11-22",
        "expires_on": "2027-11-22",
        "seats": None,
        "seats_left": None,
        "request_key": "0123456789abcdef",
    }


def test_when_someone_else_changed_the_subscription_meanwhile_nothing_is_repeated(case: Case) -> None:
    others = {"answer": "said", "body": subscription_of(case.serial), "operation": "read", "skip": 1}
    case.service.set_faults({**_LOSSES["error"], "operation": "activate"}, others)
    said = fails(case.activate, Reason.LICENSING_UNCERTAIN, "internal_error")
    assert "changed by someone else" in said
    assert len(case.posted()) == 1


def test_an_answer_about_another_request_is_not_believed(case: Case) -> None:
    case.service.set_faults({"answer": "said", "body": subscription_of(case.serial), "operation": "activate", "times": 1})
    assert case.activate().request_key != "0123456789abcdef"
    assert (len(case.posted()), case.changes()) == (2, ["activate"])


@pytest.mark.parametrize("status", [201, 202, 203, 206])
def test_an_answer_with_another_status_is_not_believed(case: Case, status: int) -> None:
    case.service.set_faults({"answer": "said", "status": status, "body": subscription_of(case.serial), "operation": "read"})
    assert f"answers {status}" in fails(lambda: read(case.endpoint, case.serial), Reason.LICENSING_UNEXPECTED)


def test_a_bridge_that_still_works_on_it_is_given_time(case: Case) -> None:
    busy = {"answer": "said", "status": 409, "body": {**_PROBLEM, "code": "in_progress"}, "headers": {"Retry-After": "0"}}
    case.service.set_faults({**busy, "done": True, "operation": "activate", "times": 1})
    assert case.activate().is_active
    assert (len(case.posted()), case.changes()) == (1, ["activate"])


def test_a_bridge_that_does_not_get_done_leaves_it_open(case: Case) -> None:
    busy = {"answer": "said", "status": 409, "body": {**_PROBLEM, "code": "in_progress"}, "operation": "activate"}
    case.service.set_faults(busy)
    assert "still being worked on" in fails(case.activate, Reason.LICENSING_UNCERTAIN, "in_progress")
    assert len(case.posted()) == 2


def test_as_long_as_a_bridge_asks_for_is_waited_within_reason(case: Case) -> None:
    wait = {"answer": "said", "status": 429, "headers": {"Retry-After": "1"}, "operation": "activate", "times": 1}
    case.service.set_faults(wait)
    started = time.monotonic()
    assert case.activate().is_active
    assert 1.0 <= time.monotonic() - started < 5.0


_RUN = """
import sys
from unit.licensing.cases import Case
from licensing.testing import Licensing
url, ca_path, token, number = sys.argv[1:]
Case(Licensing(url, ca_path, token, 0), int(number), timeout=60.0).activate()
"""


@pytest.mark.parametrize("done", [True, False], ids=["after the work", "before the work"])
def test_a_run_that_was_killed_while_it_waited_is_taken_up_by_the_next(case: Case, done: bool) -> None:
    case.service.set_faults({"answer": "silence", "done": done, "operation": "activate", "times": 1})
    where = (case.service.url, str(case.service.ca_path), case.service.token, str(case.number))
    with subprocess.Popen([sys.executable, "-c", _RUN, *where]) as process:
        deadline = time.monotonic() + 60
        while not (case.changes() if done else case.posted()):
            assert (process.poll(), time.monotonic() < deadline) == (None, True)
            time.sleep(0.02)
        process.kill()
    assert case.activate().is_active
    keys = [request["headers"]["idempotency-key"] for request in case.posted()]
    assert (len(keys), len(set(keys))) == ((1, 1) if done else (2, 1))
    assert (case.changes(), case.seats_taken()) == (["activate"], 1)


def test_many_runs_at_once_activate_a_card_once(case: Case) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _number: case.activate(), range(8)))
    assert len(set(found)) == 1
    assert (case.changes(), case.seats_taken()) == (["activate"], 1)


def test_many_cards_at_once_take_no_more_seats_than_there_are(case: Case) -> None:
    def work(number: int) -> str:
        card = replace(case.card, serial=f"{case.serial}-{number}")
        try:
            return activate(case.endpoint, card, activation_id=case.activation_id, sku=SKU).state.value
        except LicensingError as error:
            return str(error.evidence["code"])

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        results = sorted(pool.map(work, range(4)))
    assert results == ["seats_exhausted", "seats_exhausted", "subscribed", "subscribed"]
    assert case.seats_taken() == 2


def test_nobody_can_make_us_wait_for_a_day(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_LONGEST_PAUSE", 0.1)
    case.service.set_faults({"answer": "said", "status": 503, "headers": {"Retry-After": "86400"}, "operation": "activate", "times": 1})
    started = time.monotonic()
    assert case.activate().is_active
    assert time.monotonic() - started < 30


# --- what is refused ---------------------------------------------------------------------------------------------------


# Codes that have a reason of another name; every other code has one of its own.
_REASONS = {
    "unknown_id": Reason.LICENSING_REFUSED,
    "unknown_voucher": Reason.LICENSING_REFUSED,
    "voucher_used": Reason.LICENSING_REFUSED,
    "sku_mismatch": Reason.LICENSING_REFUSED,
    "superseded": Reason.LICENSING_REFUSED,
    "not_applicable": Reason.SUBSCRIPTION_NOT_APPLICABLE,
    "ended": Reason.EXPIRED_CANNOT_RENEW,
}


def refused(case: Case, work: t.Callable[[], object], code: str) -> None:
    before = case.service.state()
    posted = len(case.posted())
    fails(work, _REASONS.get(code) or Reason(code), code)
    assert case.service.state() == before
    assert len(case.posted()) - posted <= 1, "a refusal is not asked for again"


def test_an_activation_id_that_nobody_bought_is_refused(case: Case) -> None:
    refused(case, lambda: case.activate(activation_id="NOBODY-BOUGHT-IT"), "unknown_id")
    refused(case, lambda: look_up(case.endpoint, "NOBODY-BOUGHT-IT"), "unknown_id")


def test_an_activation_id_of_another_part_number_is_refused(case: Case) -> None:
    refused(case, lambda: case.activate(sku="SWNMC3SU-6Y-DIGI"), "sku_mismatch")


def test_an_activation_id_of_another_family_is_refused(case: Case) -> None:
    refused(case, lambda: case.activate(activation_id=case.pdu_id, sku="SWNMC3PDU-1Y-DIGI"), "family_mismatch")


@pytest.mark.parametrize("family", ["rack_ats", "cooling", "environment", "three_phase_ups", "unknown"])
def test_families_without_subscriptions_are_refused(case: Case, family: str) -> None:
    card = replace(case.card, product_family=family)
    refused(case, lambda: activate(case.endpoint, card, activation_id=case.activation_id, sku=SKU), "not_applicable")


def test_other_generations_are_refused(case: Case) -> None:
    for generation in (1, 2, 4):
        card = replace(case.included_card, generation=generation)
        refused(case, functools.partial(activate_included, case.endpoint, card), "not_applicable")


def test_more_cards_than_seats_are_refused(case: Case) -> None:
    activate(case.endpoint, case.card, activation_id=case.second_id, sku="SWNMC3SU-2Y-DIGI")
    other = replace(case.card, serial=f"{case.serial}-2")
    refused(case, lambda: activate(case.endpoint, other, activation_id=case.second_id, sku="SWNMC3SU-2Y-DIGI"), "seats_exhausted")


def test_a_second_subscription_is_refused(case: Case) -> None:
    case.activate()
    refused(case, lambda: case.activate(activation_id=case.second_id, sku="SWNMC3SU-2Y-DIGI"), "second_subscription")
    refused(case, lambda: activate_included(case.endpoint, case.card), "second_subscription")


def test_a_card_without_an_included_year_is_refused(case: Case) -> None:
    refused(case, lambda: activate_included(case.endpoint, case.card), "included_not_eligible")


def test_an_included_year_that_the_office_does_not_know_is_refused(case: Case) -> None:
    card = replace(case.card, serial="5AMISSING")
    refused(case, lambda: activate_included(case.endpoint, card), "included_not_retrieved")


def test_vouchers_that_do_not_exist_or_were_used_are_refused(case: Case) -> None:
    refused(case, lambda: renew(case.endpoint, case.renewable_card, voucher="NO-SUCH-VOUCHER"), "unknown_voucher")
    case.do("renew")
    case.activate()
    refused(case, lambda: renew(case.endpoint, case.card, voucher=case.voucher), "voucher_used")


def test_what_was_never_begun_cannot_be_renewed(case: Case) -> None:
    refused(case, lambda: renew(case.endpoint, case.card, voucher=case.voucher), "not_subscribed")


def test_what_has_ended_cannot_be_renewed(case: Case) -> None:
    case.service.set_today("2027-03-02")
    refused(case, lambda: case.do("renew"), "expired_cannot_renew")


def test_an_activation_id_whose_term_is_over_brings_nothing_back(case: Case) -> None:
    case.activate()
    case.service.set_today("2027-11-23")
    refused(case, case.activate, "ended")


def test_a_request_that_was_overtaken_by_another_is_not_repeated(case: Case) -> None:
    case.activate()
    renew(case.endpoint, case.card, voucher=case.voucher)
    refused(case, case.activate, "superseded")


def test_what_was_done_for_another_part_number_is_said(case: Case) -> None:
    case.activate()
    assert f"SKU {SKU}" in fails(lambda: case.activate(sku="SWNMC3SU-2Y-DIGI"), Reason.LICENSING_UNEXPECTED)


@pytest.mark.parametrize("token", ["another-token-0002", TOKEN.upper(), f"{TOKEN}x"])
def test_a_token_that_is_not_accepted_is_tried_once(case: Case, token: str) -> None:
    before = len(case.service.requests())
    fails(lambda: read(replace(case.endpoint, token=token), case.serial), Reason.LICENSING_DENIED, "unauthorized")
    assert len(case.service.requests()) - before == 1


def test_faults_are_checked_by_the_service() -> None:
    with pytest.raises(ValueError, match="no answer"):
        Fault("nonsense")
