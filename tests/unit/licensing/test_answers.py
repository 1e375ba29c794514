# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a bridge answers is what the contract says, or an error."""

from __future__ import annotations

import contextlib
import json
import typing as t
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.licensing.contract import CONTRACT, named

from ansible_collections.secure_power.nmc.plugins.module_utils._core.licensing_answers import (
    AnswerError,
    BridgeSubscription,
    parse_held,
    parse_problem,
    parse_subscription,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Source, State

SERIAL = "5A1234T00001"
Fields = dict[str, t.Any]

EXAMPLES: dict[str, Fields] = {
    name: example["value"]
    for name, example in CONTRACT["components"]["responses"]["Subscription"]["content"]["application/json"]["examples"].items()
}
PURCHASED = EXAMPLES["purchased"]
HELD = {"sku": "SWNMC3SU-1Y-DIGI", "subscription_family": "SWNMC3SU", "seats": 2, "seats_left": 0}
PROBLEM = {"type": "about:blank", "title": "Conflict", "status": 409, "code": "seats_exhausted", "detail": "Taken."}
_SUBSCRIPTION, _HELD, _PROBLEM = named("Subscription"), named("HeldActivationId"), named("Problem")


def said(fields: object) -> bytes:
    return json.dumps(fields).encode()


def parse(fields: object) -> BridgeSubscription:
    return parse_subscription(said(fields), serial=SERIAL)


def refused(fields: object) -> str:
    with pytest.raises(AnswerError) as caught:
        parse(fields)
    return str(caught.value)


def test_a_purchased_subscription_is_read() -> None:
    assert parse(PURCHASED) == BridgeSubscription(
        SERIAL,
        State.SUBSCRIBED,
        Source.PURCHASED,
        "SWNMC3SU-1Y-DIGI",
        "SWNMC3SU",
        date(2026, 11, 22),
        date(2027, 11, 22),
        2,
        1,
        "4f6c0d3a7be2915d8e0b6a47c1f2395e",
    )


@pytest.mark.parametrize("state", ["unsubscribed", "included_eligible"])
def test_a_card_without_a_subscription_is_read(state: str) -> None:
    assert parse({**EXAMPLES["none"], "serial": SERIAL, "state": state}) == BridgeSubscription(SERIAL, State(state))


def test_fields_that_are_not_known_are_ignored() -> None:
    assert parse({**PURCHASED, "colour": "amber", "nested": [{}]}) == parse(PURCHASED)


@pytest.mark.parametrize("name", list(PURCHASED))
def test_every_field_must_be_there(name: str) -> None:
    refused({key: value for key, value in PURCHASED.items() if key != name})


_CONTRADICTIONS: list[Fields] = [
    {"serial": "5A1234T00002"},
    {"state": "included_active"},
    {"state": "unsubscribed"},
    {"state": "not_applicable"},
    {"state": "unknown"},
    {"source": None},
    {"source": "included"},
    {"source": "platform"},
    {"sku": None},
    {"subscription_family": None},
    {"subscription_family": "SWNMC3XX"},
    {"activated_on": None},
    {"expires_on": None},
    {"expires_on": "2026-11-22"},
    {"expires_on": "2026-11-21"},
    {"seats": None},
    {"seats_left": None},
    {"seats_left": 3},
    {"state": "unsubscribed", "source": None},
]


@pytest.mark.parametrize("change", _CONTRADICTIONS, ids=str)
def test_contradictions_are_refused(change: Fields) -> None:
    refused({**PURCHASED, **change})


_DATES = [
    "20261122",
    "2026-W48-1",
    "2026-13-01",
    "2026-02-29",
    "1999-12-31",
    "2100-01-01",
    "9999-12-31",
    "2026-11-22T00:00:00Z",
    "",
    " 2026-11-22",
]


@pytest.mark.parametrize("day", [*_DATES, "2026-11-22\n", "\u0662026-11-22", 20261122, 1.5, True, [], {}])
@pytest.mark.parametrize("name", ["activated_on", "expires_on"])
def test_what_is_no_date_of_our_time_is_refused(name: str, day: object) -> None:
    assert name in refused({**PURCHASED, name: day})


@pytest.mark.parametrize("number", [-1, 1_000_001, 10**400, 1.0, "2", True, [2], {}])
@pytest.mark.parametrize("name", ["seats", "seats_left"])
def test_what_is_no_number_of_seats_is_refused(name: str, number: object) -> None:
    assert name in refused({**PURCHASED, name: number})


_NO_OBJECTS = [
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"1",
    b"{",
    b"\xff\xfe{\x00}\x00",
    b"\x00",
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b"9" * 60_000,
    b"<html>",
]


@pytest.mark.parametrize("content", _NO_OBJECTS, ids=range(len(_NO_OBJECTS)))
def test_what_is_no_json_object_is_refused(content: bytes) -> None:
    for work in (parse_held, parse_problem, lambda said: parse_subscription(said, serial=SERIAL)):
        with pytest.raises(AnswerError):
            work(content)


def test_what_a_problem_says_moves_no_cursor_and_is_of_bounded_length() -> None:
    problem = parse_problem(said({**PROBLEM, "detail": "\x1b[2J\n\u202e\ud800" + "x" * 10_000}))
    assert problem.detail is not None
    assert problem.detail.isprintable()
    assert len(problem.detail) <= 500


@pytest.mark.parametrize("code", [None, 5, "", "Seats", "seats exhausted", "x" * 41, "5", "a\n"])
def test_a_problem_without_a_code_of_the_right_form_is_none(code: object) -> None:
    with pytest.raises(AnswerError):
        parse_problem(said({**PROBLEM, "code": code}))


# --- random answers ----------------------------------------------------------------------------------------------------

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
_DAYS = st.dates(date(2019, 1, 1), date(2101, 1, 1)).map(date.isoformat)
_LIKELY = (
    st.sampled_from([None, 0, 1, 2, 1_000_000, *(state.value for state in State), "included", "purchased", "SWNMC3SU", "FWENMC1P"])
    | _DAYS
    | st.sampled_from(["SWNMC3SU-1Y-DIGI", "A-B", "A" * 64, "0123456789abcdef", "seats_exhausted"])
    | _JSON
)


def changed(fields: Fields) -> st.SearchStrategy[Fields]:
    """An answer with some of its fields replaced by what may stand there, or may not."""
    return st.dictionaries(st.sampled_from(sorted(fields)), _LIKELY, max_size=3).map(lambda change: {**fields, **change})


@settings(max_examples=600, deadline=None)
@given(changed(PURCHASED))
def test_what_is_taken_for_a_subscription_fulfils_the_contract(fields: Fields) -> None:
    try:
        found = parse({**fields, "serial": SERIAL})
    except AnswerError:
        return
    _SUBSCRIPTION.validate({**fields, "serial": SERIAL})
    assert found.state.value == fields["state"]
    assert found.is_active <= (found.source is not None)
    if found.activated_on and found.expires_on:
        assert (found.activated_on.isoformat(), found.expires_on.isoformat()) == (fields["activated_on"], fields["expires_on"])
        assert found.activated_on < found.expires_on


@settings(max_examples=200, deadline=None)
@given(changed(HELD))
def test_what_is_taken_for_an_activation_id_fulfils_the_contract(fields: Fields) -> None:
    try:
        held = parse_held(said(fields))
    except AnswerError:
        return
    _HELD.validate(fields)
    assert held.seats_left <= held.seats


@settings(max_examples=200, deadline=None)
@given(changed(PROBLEM))
def test_what_is_taken_for_a_problem_has_a_code_of_the_contract(fields: Fields) -> None:
    try:
        problem = parse_problem(said(fields))
    except AnswerError:
        return
    _PROBLEM.validate({**PROBLEM, "code": problem.code, "detail": problem.detail or ""})


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_anything_at_all_is_an_answer_or_an_error(content: bytes) -> None:
    for work in (parse_held, parse_problem, lambda said: parse_subscription(said, serial=SERIAL)):
        with contextlib.suppress(AnswerError):
            work(content)
