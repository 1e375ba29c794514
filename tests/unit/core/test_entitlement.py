# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole space of decisions against a table that is written out here, row by row, from the sentences of the FAQ."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

import pytest
from unit.core.subscriptions import BEGIN, DAY, END, card, included, purchased

from ansible_collections.secure_power.nmc.plugins.module_utils._core.entitlement import Answer, Question, Row, entitlement
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Coverage, Platform, present
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version_range import VersionRange, parse_range

if t.TYPE_CHECKING:
    from datetime import date

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.entitlement import Entitlement
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Entry

_COVERED = (Family.SMART_UPS, Family.SMART_UPS_ULTRA, Family.SYMMETRA_1P, Family.EASY_UPS_ONLINE, Family.RACK_PDU)
_NOT_COVERED = (Family.RACK_ATS, Family.COOLING, Family.ENVIRONMENT, Family.THREE_PHASE_UPS)
_SOLD_FOR = {
    Family.SMART_UPS: "SWNMC3SU",
    Family.SMART_UPS_ULTRA: "SWNMC3SU",
    Family.SYMMETRA_1P: "SWNMC3SU",
    Family.EASY_UPS_ONLINE: "FWENMC1P",
    Family.RACK_PDU: "SWNMC3PDU",
}
# Lines by the version that stands for them. "older" was sold before there were subscriptions, "between" belongs to no line.
_LINES = {"older": "1.5.1.1", "free": "2.5.5.1", "newer free": "2.5.9.9", "between": "2.6.0.1", "certified": "3.2.0.1", "newer": "3.4.0.8"}
_TODAY = BEGIN + 100 * DAY


def version(text: str) -> Version:
    found = parse_version(text)
    assert found is not None
    return found


def lines(text: str) -> VersionRange:
    found = parse_range(text)
    assert found is not None
    return found


def ask(
    family: Family = Family.SMART_UPS,
    *,
    generation: int | None = 3,
    history: t.Sequence[Entry] = (),
    runs: str | None = "2.5.5.1",
    target: str = "3.4.0.8",
    today: date = _TODAY,
    purchase_date: date | None = None,
    doubtful: bool = False,
    **more: t.Any,
) -> Entitlement:
    asked = card(family, generation=generation, runs=runs)
    subscription = present(asked, history, today=today, purchase_date=purchase_date, doubtful=doubtful)
    return entitlement(Question(asked, version(target), subscription, more.pop("coverage", None), today, **more))


# --- the whole space -----------------------------------------------------------------------------------------------

_HISTORIES: t.Mapping[str, t.Callable[[str], list[Entry]]] = {
    "none": lambda _family: [],
    "included": lambda family: [included(family=family)],
    "purchased": lambda family: [purchased(family=family)],
    "wrong family": lambda family: [purchased(family="SWNMC3PDU" if family != "SWNMC3PDU" else "SWNMC3SU")],
    "expired": lambda family: [purchased(BEGIN - 1000 * DAY, family=family)],
    "expired year": lambda family: [included(BEGIN - 1000 * DAY, family=family)],
    "nobody knows": lambda _family: [],
}
_COVERAGES = {
    "none": None,
    "platform": Coverage(Platform.DATA_CENTER_EXPERT),
    "platform expired": Coverage(Platform.DATA_CENTER_EXPERT, _TODAY - DAY),
}


@dataclass(frozen=True)
class Situation:
    """One point of the space, by the names of its coordinates."""

    generation: int | None
    family: Family
    holds: str
    platform: str
    runs: str
    target: str
    image_for: int | None

    @property
    def free(self) -> bool:
        return self.target in ("free", "newer free")

    @property
    def on_certified(self) -> bool:
        return self.runs in ("certified", "newer")


# The first row that fits decides: the condition, answer and rule, and the words of the FAQ that the row rests on.
_TABLE: tuple[tuple[t.Callable[[Situation], bool], str, str, str], ...] = (
    (lambda at: at.generation is None, "unknown", "unknown", "nothing"),
    (
        lambda at: at.image_for not in (None, at.generation),
        "no",
        "D2",
        "removing the risk of accidentally uploading incorrect firmware files",
    ),
    (lambda at: at.generation == 2, "yes", "D1", "Firmware updates for NMC2 remain available from the APC web site."),
    (lambda at: at.generation != 3, "unknown", "unknown", "nothing"),
    (lambda at: at.runs == at.target, "yes", "D8", "no impact to the features or functionality of the Network Management Card"),
    (lambda at: at.free and not at.on_certified, "yes", "D3", "can continue to download the NMC3 firmware v2.5"),
    (lambda at: at.family is Family.UNKNOWN, "unknown", "unknown", "nothing"),
    (lambda at: at.family in _NOT_COVERED, "unknown", "G2", "not available for the following: Cooling units, Rack ... (ATS)"),
    (lambda at: at.holds in ("included", "purchased"), "yes", "D5", "A valid SNS subscription is required to use the ... Tool"),
    (lambda at: at.platform == "platform", "yes", "D7", "include access to the ... firmware without requiring a separate subscription"),
    (lambda at: at.holds == "nobody knows", "unknown", "unknown", "nothing"),
    (lambda at: at.free, "no", "D9", "nothing"),
    (lambda at: at.holds == "wrong family", "no", "D6", "it is not supported to use an rPDU subscription to activate a Smart-UPS"),
    (lambda at: at.target in ("older", "between"), "no", "G10", "can continue to download the NMC3 firmware v2.5"),
    (lambda at: True, "no", "D4", "must be renewed ... to stay ahead with the latest versions of ... certified ... firmware"),
)


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("generation", [None, 1, 2, 3, 4])
def test_the_whole_space_of_decisions(generation: int | None, family: Family) -> None:
    """2268 decisions of each family and generation: what is held, which platform, what runs, what is the target and for which hardware."""
    for holds, platform, runs, target, image_for in itertools.product(_HISTORIES, _COVERAGES, _LINES, _LINES, (None, 2, 3)):
        found = ask(
            family,
            generation=generation,
            history=_HISTORIES[holds](_SOLD_FOR.get(family, "SWNMC3SU")),
            coverage=_COVERAGES[platform],
            runs=_LINES[runs],
            target=_LINES[target],
            target_generation=image_for,
            doubtful=holds == "nobody knows",
        )
        situation = Situation(generation, family, holds, platform, runs, target, image_for)
        answer, rule = next((answer, rule) for fits, answer, rule, _words in _TABLE if fits(situation))
        assert (found.answer.value, found.row.value) == (answer, rule), situation
        assert (found.comes_from is not None) is (found.answer is Answer.YES and found.row is not Row.STAYS)
        assert found.sentence
        assert MEANINGS[found.reason].status in _FITTING[found.answer] or rule == "D2"


_FITTING = {
    Answer.YES: {Status.COMPLIANT, Status.NOT_APPLICABLE},
    Answer.NO: {Status.NOT_ENTITLED},
    Answer.UNKNOWN: {Status.UNKNOWN, Status.BLOCKED},
}


# --- one row after the other ---------------------------------------------------------------------------------------


def test_d1_nmc2_firmware_is_free_and_comes_from_the_apc_site() -> None:
    found = ask(generation=2, runs="6.9.6", target="7.2.2")
    assert (found.answer, found.reason, found.comes_from) == (Answer.YES, Reason.NMC2_FREE, "the APC web site")


@pytest.mark.parametrize(("generation", "image_for"), [(2, 3), (3, 2)])
def test_d2_firmware_of_another_generation_is_refused_whatever_is_subscribed(generation: int, image_for: int) -> None:
    found = ask(generation=generation, history=[purchased()], target_generation=image_for)
    assert (found.answer, found.reason, found.row) == (Answer.NO, Reason.IMAGE_WRONG_HARDWARE, Row.WRONG_HARDWARE)


@pytest.mark.parametrize("target", ["2.5.0.8", "2.5.5.1", "2.5.99.99"])
def test_d3_and_g10_the_free_line_is_for_every_nmc3(target: str) -> None:
    found = ask(runs="1.5.1.1", target=target)
    assert (found.answer, found.reason, found.comes_from) == (Answer.YES, Reason.FREE_LINE, "www.se.com/secure-nmc")


@pytest.mark.parametrize("target", ["2.4.9.9", "2.6", "2.9.1.1", "1.5.1.1"])
def test_g10_what_is_neither_free_nor_certified_is_refused_by_its_own_reason(target: str) -> None:
    found = ask(target=target)
    assert (found.answer, found.reason) == (Answer.NO, Reason.FREE_BASELINE_ONLY)


def test_g10_the_vendor_may_open_another_line() -> None:
    open_too = (lines(">=2.5,<2.6"), lines(">=3.2.7,<3.2.8"))
    assert ask(target="3.2.7.1", free_lines=open_too).row is Row.FREE_LINE
    assert ask(target="3.2.8", free_lines=open_too).row is Row.NOT_SUBSCRIBED


@pytest.mark.parametrize(
    ("history", "more", "reason"),
    [
        ([], {}, Reason.NOT_SUBSCRIBED),
        ([], {"purchase_date": BEGIN}, Reason.NOT_ACTIVATED),
        ([included(BEGIN - 1000 * DAY)], {}, Reason.EXPIRED_CANNOT_RENEW),
        ([], {"coverage": Coverage(Platform.DATA_CENTER_EXPERT, _TODAY - DAY)}, Reason.PLATFORM_EXPIRED),
        ([purchased(family="SWNMC3PDU")], {}, Reason.FAMILY_MISMATCH),
    ],
)
def test_d4_and_d6_why_there_is_no_right_is_said(history: list[Entry], more: dict[str, t.Any], reason: Reason) -> None:
    found = ask(history=history, **more)
    assert (found.answer, found.reason) == (Answer.NO, reason)


@pytest.mark.parametrize(
    ("family", "tool"),
    [
        (Family.SMART_UPS, "SFNCM3FMTSU"),
        (Family.SMART_UPS_ULTRA, "SFNCM3FMTSUCAN"),
        (Family.SYMMETRA_1P, "SFNCM3FMTSY"),
        (Family.EASY_UPS_ONLINE, "SFNCM3FMTEU1P"),
        (Family.RACK_PDU, "SFNCM3FMTRPDU"),
    ],
)
def test_d5_certified_firmware_comes_in_the_tool_of_the_family(family: Family, tool: str) -> None:
    found = ask(family, history=[purchased(family=_SOLD_FOR[family])])
    assert (found.answer, found.reason) == (Answer.YES, Reason.SUBSCRIBED)
    assert tool in (found.comes_from or "")


@pytest.mark.parametrize(("today", "answer"), [(END - DAY, Answer.YES), (END, Answer.YES), (END + DAY, Answer.NO)])
@pytest.mark.parametrize("entry", [included(), purchased()], ids=["included", "purchased"])
def test_d5_and_t12_the_right_ends_with_the_last_valid_day(entry: Entry, today: date, answer: Answer) -> None:
    assert ask(history=[entry], today=today).answer is answer


def test_d5_a_record_without_a_family_counts_as_fitting() -> None:
    assert ask(history=[purchased(family=None, sku=None)]).row is Row.SUBSCRIBED


@pytest.mark.parametrize(("today", "answer"), [(END - DAY, Answer.YES), (END, Answer.YES), (END + DAY, Answer.NO)])
def test_d7_g11_and_t14_a_platform_gives_the_right_until_its_last_day(today: date, answer: Answer) -> None:
    found = ask(coverage=Coverage(Platform.ECOSTRUXURE_IT_EXPERT, END), today=today)
    assert found.answer is answer
    assert (found.comes_from == "EcoStruxure IT Expert") is (answer is Answer.YES)


def test_d7_a_platform_makes_good_what_a_subscription_of_another_family_does_not() -> None:
    found = ask(history=[purchased(family="SWNMC3PDU")], coverage=Coverage(Platform.DATA_CENTER_EXPERT))
    assert found.row is Row.PLATFORM


@pytest.mark.parametrize("family", [*_COVERED, *_NOT_COVERED, Family.UNKNOWN])
def test_d8_and_g14_a_card_keeps_what_it_runs(family: Family) -> None:
    found = ask(family, history=[purchased(BEGIN - 1000 * DAY)], runs="3.2.0.1", target="3.2.0.1")
    assert (found.answer, found.row) == (Answer.YES, Row.STAYS)


def test_d9_a_card_on_certified_firmware_is_not_brought_back() -> None:
    found = ask(history=[purchased(BEGIN - 1000 * DAY)], runs="3.2.0.1", target="2.5.5.1")
    assert (found.answer, found.reason) == (Answer.NO, Reason.STAYS_ON_CURRENT)


def test_d9_the_way_back_can_be_allowed() -> None:
    assert ask(runs="3.2.0.1", target="2.5.5.1", downgrade=True).row is Row.FREE_LINE


def test_d9_within_the_free_line_there_is_no_way_back() -> None:
    assert ask(runs="2.5.5.1", target="2.5.0.8").row is Row.FREE_LINE


def test_a_card_that_does_not_say_what_it_runs_is_unknown_for_the_free_line_only() -> None:
    assert (ask(runs=None, target="2.5.5.1").answer, ask(runs=None).answer) == (Answer.UNKNOWN, Answer.NO)


@pytest.mark.parametrize("family", _NOT_COVERED)
def test_g2_other_products_have_no_subscription_and_their_certified_firmware_is_unknown(family: Family) -> None:
    found = ask(family, history=[purchased()], coverage=Coverage(Platform.DATA_CENTER_EXPERT))
    assert (found.answer, found.reason) == (Answer.UNKNOWN, Reason.CERTIFICATION_UNKNOWN)


def test_what_may_have_been_subscribed_is_unknown_and_neither_yes_nor_no() -> None:
    found = ask(doubtful=True)
    assert (found.answer, found.reason) == (Answer.UNKNOWN, Reason.SUBSCRIPTION_UNKNOWN)


def test_a_decision_in_plain_types() -> None:
    assert ask().as_dict() == {
        "answer": "no",
        "reason": "not_subscribed",
        "rule": "D4",
        "sentence": "the card has no subscription",
        "comes_from": None,
    }


def test_no_subscription_of_any_state_makes_a_card_of_another_product_entitled() -> None:
    asked = card(Family.COOLING)
    of_another = present(card(), [purchased()], today=_TODAY)
    assert entitlement(Question(asked, version("3.4.0.8"), of_another, None, _TODAY)).answer is Answer.UNKNOWN
