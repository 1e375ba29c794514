# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results: the same keys every time, and what success, failure and check mode mean in them."""

from __future__ import annotations

import typing as t

import pytest
from unit.core.builders import card_of, nmc2, nmc3

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions, make_plan
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import (
    AccessError,
    BlockedError,
    InputError,
    NmcError,
    ProofError,
    ReplyError,
    TransferError,
    UnreachableError,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.order import Outcome
from ansible_collections.secure_power.nmc.plugins.module_utils._results import error_result, facts_result, firmware_result

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Release

NMC2 = card_of("hw05", "sumx", aos="6.9.6", app="6.9.6", boot="1.0.8")
NMC3 = card_of("hw21", "su", aos="2.5.0.8", app="2.5.0.6", boot="1.5.1.1")
KEYS = {"changed", "msg", "status", "reason", "recovery", "evidence", "plan", "before", "after", "diff", "duration_seconds"}
ERRORS: list[type[NmcError]] = [InputError, UnreachableError, AccessError, ReplyError, BlockedError, TransferError, ProofError]


def planned(card: Card, release: Release) -> Outcome:
    outcome = Outcome()
    plan = outcome.planned(card, make_plan(card, [release], allow=Permissions()))
    outcome.conclude(plan.reason, f"ups1: {plan.sentence}.")
    return outcome


def result_of(outcome: Outcome, *, check_mode: bool = False, error: NmcError | None = None) -> dict[str, t.Any]:
    return firmware_result(outcome, card="ups1", check_mode=check_mode, seconds=12.34, error=error)


# --- facts ---------------------------------------------------------------------------------------------------------


def test_facts_are_facts_and_nothing_else() -> None:
    found = facts_result(NMC2)
    assert set(found) == {"changed", "ansible_facts"}
    assert found["changed"] is False
    assert set(found["ansible_facts"]) == {"nmc"}
    assert found["ansible_facts"]["nmc"]["read_at"].endswith("+00:00")


# --- errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", list(Reason))
def test_an_error_says_its_meaning_and_never_success(reason: Reason) -> None:
    found = error_result(NmcError(reason, "ups1: what was seen."), touched=False)
    meaning = MEANINGS[reason]
    is_unreachable = meaning.status is Status.UNREACHABLE
    assert found["msg"].startswith("ups1: what was seen.")
    assert (found["status"], found["reason"], found["recovery"]) == (meaning.status.value, reason.value, meaning.recovery)
    assert (found.get("unreachable", False), found.get("failed", False)) == (is_unreachable, not is_unreachable)
    assert found["changed"] is False


@pytest.mark.parametrize("touched", [True, None])
@pytest.mark.parametrize("reason", list(Reason))
def test_that_nothing_was_sent_is_not_said_where_something_was_or_nothing_could_be(reason: Reason, touched: bool | None) -> None:
    found = error_result(NmcError(reason, "ups1: what was seen."), touched=touched)
    assert "Nothing was sent" not in found["msg"]
    assert MEANINGS[reason].recovery.endswith(found["recovery"])


@pytest.mark.parametrize("reason", [reason for reason in Reason if MEANINGS[reason].status is Status.UNREACHABLE])
def test_a_card_that_was_written_to_is_failed_and_never_unreachable(reason: Reason) -> None:
    found = error_result(UnreachableError(reason, "ups1: gone."), touched=True)
    assert (found["changed"], found["failed"], found["status"]) == (True, True, "failed")
    assert "unreachable" not in found


def test_a_cards_own_words_move_no_cursor_and_fill_no_screen() -> None:
    error = NmcError(Reason.SSH_FAILED, f"ups1: \x1b[2J\u202e{'x' * 9000}", evidence={"text": f"a\tb\n{'y' * 9000}", "bytes_sent": 7})
    assert error.message == f"ups1:  [2J {'x' * 3989}..."
    assert error.evidence == {"text": f"a b\n{'y' * 3996}...", "bytes_sent": 7}
    assert str(error) == error.message


# --- firmware ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("error", [None, *(kind(Reason.CONNECTION_FAILED, "ups1: gone.") for kind in ERRORS)])
@pytest.mark.parametrize("outcome", [Outcome(), planned(NMC2, nmc2("7.2.2")), planned(NMC2, nmc2("6.9.6")), planned(NMC2, nmc2("6.8.2"))])
def test_the_keys_are_the_same_whatever_happened(outcome: Outcome, error: NmcError | None, check_mode: bool) -> None:
    found = result_of(outcome, check_mode=check_mode, error=error)
    assert set(found) - {"failed", "unreachable"} >= KEYS
    assert set(found["before"]) == set(found["after"]) == {"aos", "application", "boot_monitor"}
    assert set(found["diff"]) == {"before_header", "after_header", "before", "after"}
    assert found["duration_seconds"] == 12.3
    assert isinstance(found["plan"], list)
    assert isinstance(found["evidence"], dict)
    assert not ({"failed", "unreachable"} <= set(found))
    assert bool(error) <= bool({"failed", "unreachable"} & set(found))


def test_check_mode_shows_the_very_plan_and_what_it_leads_to() -> None:
    found = result_of(planned(NMC2, nmc2("7.2.2", boot="1.0.9")), check_mode=True)
    assert (found["changed"], found["status"], found["reason"]) == (True, "drift", "upgrade_planned")
    assert "failed" not in found
    assert [(step["component"], step["image"], step["sha256"]) for step in found["plan"]] == [
        ("boot_monitor", "apc_hw05_bootmon_109.bin", "ab" * 32),
        ("aos", "apc_hw05_aos_722.bin", "ab" * 32),
        ("application", "apc_hw05_sumx_722.bin", "ab" * 32),
    ]
    assert found["plan"][1]["changes"] == [{"component": "aos", "from": "6.9.6", "to": "7.2.2"}]
    assert found["before"] == {"aos": "6.9.6", "application": "6.9.6", "boot_monitor": "1.0.8"}
    assert found["after"] == {"aos": "7.2.2", "application": "7.2.2", "boot_monitor": "1.0.9"}
    assert found["diff"]["before"] == "aos: 6.9.6\napplication: 6.9.6\nboot_monitor: 1.0.8\n"
    assert found["diff"]["after"] == "aos: 7.2.2\napplication: 7.2.2\nboot_monitor: 1.0.9\n"


def test_what_an_nmc3_image_brings_undeclared_is_said_in_words() -> None:
    found = result_of(planned(NMC3, nmc3("2.5.5.1")), check_mode=True)
    assert found["after"] == {"aos": "as the image holds it", "application": "2.5.5.1", "boot_monitor": "as the image holds it"}
    declared = result_of(planned(NMC3, nmc3("2.5.5.1", aos="2.5.5.0")), check_mode=True)
    assert declared["after"]["aos"] == "2.5.5.0"


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_card_at_its_target_is_no_change(check_mode: bool) -> None:
    found = result_of(planned(NMC2, nmc2("6.9.6")), check_mode=check_mode)
    assert (found["changed"], found["status"], found["reason"], found["plan"]) == (False, "compliant", "at_target", [])
    assert found["before"] == found["after"]
    assert found["diff"]["before"] == found["diff"]["after"]
    assert "failed" not in found


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("card", "release", "status"),
    [
        (NMC2, nmc2("6.8.2"), "ahead"),
        (NMC2, nmc3("2.5.5.1", application="sumx"), "ahead"),
        (card_of("hw05", "sumx", aos="5.1.7", app="5.1.7"), nmc2("7.2.2"), "blocked"),
        (card_of(None, "sumx", aos="6.9.6", app="6.9.6"), nmc2("7.2.2"), "unknown"),
    ],
)
def test_a_refusal_fails_in_check_mode_too_and_changes_nothing(card: Card, release: Release, status: str, check_mode: bool) -> None:
    outcome = planned(card, release)
    found = result_of(outcome, check_mode=check_mode, error=BlockedError(outcome.reason, outcome.message))
    assert (found["failed"], found["changed"], found["status"], found["plan"]) == (True, False, status, [])
    assert found["msg"].startswith(outcome.message)
    assert found["after"] == found["before"]


def test_a_failure_before_the_first_byte_changed_nothing() -> None:
    error = BlockedError(Reason.CHECKSUM_MISMATCH, "ups1: not the file.", evidence={"sha256": "00"})
    found = result_of(planned(NMC2, nmc2("7.2.2")), check_mode=True, error=error)
    assert (found["changed"], found["failed"], found["reason"]) == (False, True, "checksum_mismatch")
    assert found["evidence"]["sha256"] == "00"
    assert found["after"] == found["before"]


def test_a_failure_after_the_first_byte_says_changed_and_what_is_not_known() -> None:
    outcome = planned(NMC2, nmc2("7.2.2"))
    outcome.record_transfer("apc_hw05_aos_722.bin", size=3_134_720, sha256="ab" * 32)["bytes_sent"] = 1
    found = result_of(outcome, error=UnreachableError(Reason.CONNECTION_FAILED, "ups1: gone."))
    assert (found["changed"], found["failed"], found["status"]) == (True, True, "failed")
    assert "unreachable" not in found
    assert found["after"] == {"aos": None, "application": None, "boot_monitor": None}
    assert found["evidence"]["transfers"][0]["bytes_sent"] == 1


def test_an_upgrade_shows_what_the_card_says_afterwards() -> None:
    outcome = planned(NMC2, nmc2("7.2.2"))
    outcome.record_transfer("apc_hw05_aos_722.bin", size=10, sha256="ab" * 32)["bytes_sent"] = 10
    outcome.saw(card_of("hw05", "sumx", aos="7.2.2", app="7.2.2", boot="1.0.8"))
    outcome.conclude(Reason.UPGRADED, "ups1: now at aos 7.2.2.")
    found = result_of(outcome)
    assert (found["changed"], found["status"], found["reason"]) == (True, "compliant", "upgraded")
    assert found["after"] == {"aos": "7.2.2", "application": "7.2.2", "boot_monitor": "1.0.8"}
