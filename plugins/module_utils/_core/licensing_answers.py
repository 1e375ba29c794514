# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a licensing bridge answers, read from JSON that is trusted no further than docs/licensing-api.yml goes."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass
from datetime import date

from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import clean
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Source, State

_DATE = re.compile(r"(20[2-9][0-9])-([0-9]{2})-([0-9]{2})")
_SKU = re.compile(r"(?=.{3,40}$)[A-Z0-9]+(-[A-Z0-9]+)+")
_FAMILIES = ("SWNMC3SU", "SWNMC3PDU", "FWENMC1P")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOST_SEATS = 1_000_000
_LONGEST_DETAIL = 500

# The states that a bridge may name, and the sources that belong to them.
_SOURCES: t.Mapping[State, tuple[Source | None, ...]] = {
    State.UNSUBSCRIBED: (None,),
    State.INCLUDED_ELIGIBLE: (None,),
    State.INCLUDED_ACTIVE: (Source.INCLUDED,),
    State.SUBSCRIBED: (Source.PURCHASED,),
    State.EXPIRED: (Source.INCLUDED, Source.PURCHASED),
}

# What a bridge refuses for a reason that the rules know too.
_REASONS: t.Mapping[str, Reason] = {
    "not_applicable": Reason.SUBSCRIPTION_NOT_APPLICABLE,
    "family_mismatch": Reason.FAMILY_MISMATCH,
    "seats_exhausted": Reason.SEATS_EXHAUSTED,
    "second_subscription": Reason.SECOND_SUBSCRIPTION,
    "would_override_included": Reason.WOULD_OVERRIDE_INCLUDED,
    "included_not_eligible": Reason.INCLUDED_NOT_ELIGIBLE,
    "included_not_retrieved": Reason.INCLUDED_NOT_RETRIEVED,
    "not_subscribed": Reason.NOT_SUBSCRIBED,
    "expired_cannot_renew": Reason.EXPIRED_CANNOT_RENEW,
}

_T = t.TypeVar("_T")
Fields = dict[str, t.Any]


class AnswerError(Exception):
    """What is wrong with an answer (no capital, no full stop). Nothing of the answer is repeated."""


@dataclass(frozen=True)
class BridgeSubscription:
    """What a card has. ``expires_on`` is the last valid day, ``request_key`` the key of the request that made it what it is.

    Source, family and dates are None in the states `unsubscribed` and `included_eligible`; SKU and seats also of an included year.
    """

    serial: str
    state: State
    source: Source | None = None
    sku: str | None = None
    family: str | None = None
    activated_on: date | None = None
    expires_on: date | None = None
    seats: int | None = None
    seats_left: int | None = None
    request_key: str | None = None

    @property
    def is_active(self) -> bool:
        return self.state in (State.INCLUDED_ACTIVE, State.SUBSCRIBED)


@dataclass(frozen=True)
class HeldActivationId:
    """What an Activation ID is for, and on how many cards it can be activated."""

    sku: str
    family: str
    seats: int
    seats_left: int


@dataclass(frozen=True)
class BridgeProblem:
    """Why the bridge did not do something; ``detail`` is for a person."""

    code: str
    detail: str | None

    @property
    def reason(self) -> Reason:
        return _REASONS.get(self.code, Reason.LICENSING_REFUSED)


def parse_subscription(content: bytes, *, serial: str) -> BridgeSubscription:
    """The subscription of the card that was asked for; raises `AnswerError`."""
    fields = _fields(content)
    if fields.get("serial") != serial:
        raise AnswerError("the answer is about another card")
    source = _optional(fields, "source", _source)
    seats = _optional(fields, "seats", _whole_number(1))
    found = BridgeSubscription(
        serial=serial,
        state=_state(fields.get("state")),
        source=source,
        sku=_optional(fields, "sku", _matching(_SKU)),
        family=_optional(fields, "subscription_family", _family),
        activated_on=_optional(fields, "activated_on", _day),
        expires_on=_optional(fields, "expires_on", _day),
        seats=seats,
        seats_left=_optional(fields, "seats_left", _whole_number(0)),
        request_key=_optional(fields, "request_key", _matching(_KEY)),
    )
    problem = _contradiction(found)
    if problem is not None:
        raise AnswerError(problem)
    return found


def parse_held(content: bytes) -> HeldActivationId:
    """What an Activation ID is for; raises `AnswerError`."""
    fields = _fields(content)
    held = HeldActivationId(
        sku=_required(fields, "sku", _matching(_SKU)),
        family=_required(fields, "subscription_family", _family),
        seats=_required(fields, "seats", _whole_number(1)),
        seats_left=_required(fields, "seats_left", _whole_number(0)),
    )
    if held.seats_left > held.seats:
        raise AnswerError("more seats are left than there are")
    return held


def parse_problem(content: bytes) -> BridgeProblem:
    """Why something was refused; raises `AnswerError`."""
    fields = _fields(content)
    detail = fields.get("detail")
    said = clean(detail[:_LONGEST_DETAIL]) if isinstance(detail, str) else None
    return BridgeProblem(_required(fields, "code", _matching(_CODE)), said)


def _fields(content: bytes) -> Fields:
    try:
        said = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise AnswerError("the answer is no JSON") from error
    if not isinstance(said, dict):
        raise AnswerError("the answer is no JSON object")
    return said


def _contradiction(found: BridgeSubscription) -> str | None:
    """What cannot be true of a subscription."""
    dates = (found.activated_on, found.expires_on)
    if found.source not in _SOURCES[found.state]:
        return "state and source contradict each other"
    if found.source is None:
        return None if (found.sku, *dates) == (None, None, None) else "there is no subscription, and it has an SKU or a date"
    if found.activated_on is None or found.expires_on is None or found.family is None:
        return "the subscription has no dates or no family"
    if found.expires_on <= found.activated_on:
        return "the subscription ends before it begins"
    if (found.sku is None) is (found.source is Source.PURCHASED):
        return "source and SKU contradict each other"
    return _seats_contradiction(found)


def _seats_contradiction(found: BridgeSubscription) -> str | None:
    if (found.seats is None) is not (found.seats_left is None):
        return "seats and seats_left go together"
    if found.seats is not None and found.seats_left is not None and found.seats_left > found.seats:
        return "more seats are left than there are"
    return None


def _required(fields: Fields, name: str, read: t.Callable[[t.Any], _T | None]) -> _T:
    value = read(fields.get(name))
    if value is None:
        raise AnswerError(f"{name} is missing or not what the contract says")
    return value


def _optional(fields: Fields, name: str, read: t.Callable[[t.Any], _T | None]) -> _T | None:
    """A field that must be there and may be null."""
    if name in fields and fields[name] is None:
        return None
    return _required(fields, name, read)


def _state(said: t.Any) -> State:
    state = next((state for state in _SOURCES if state.value == said), None)
    if state is None:
        raise AnswerError("state is none of those that the contract names")
    return state


def _source(said: t.Any) -> Source | None:
    return next((source for source in (Source.INCLUDED, Source.PURCHASED) if source.value == said), None)


def _family(said: t.Any) -> str | None:
    return next((family for family in _FAMILIES if family == said), None)


def _matching(pattern: re.Pattern[str]) -> t.Callable[[t.Any], str | None]:
    return lambda said: said if isinstance(said, str) and pattern.fullmatch(said) else None


def _whole_number(least: int) -> t.Callable[[t.Any], int | None]:
    def read(said: t.Any) -> int | None:
        fits = isinstance(said, int) and not isinstance(said, bool) and least <= said <= _MOST_SEATS
        return said if fits else None

    return read


def _day(said: t.Any) -> date | None:
    """A date of this century; `date.fromisoformat` alone takes other forms too, and other years."""
    match = _DATE.fullmatch(said) if isinstance(said, str) else None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None
