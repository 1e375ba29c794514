# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Subscriptions: what is remembered of a card, entry by entry, and what that makes of the present day.

Days are days in UTC. Terms are calendar years, and the end date is the last day on which a subscription is valid: the vendor says
neither, so both are readings. A term that begins on 29 February ends on 28 February where the year has no 29th.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass
from datetime import date, datetime

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card


class Source(str, enum.Enum):
    """What gives a card its right to certified firmware."""

    INCLUDED = "included"
    PURCHASED = "purchased"
    PLATFORM = "platform"


class Platform(str, enum.Enum):
    """Products of the vendor that bring the right to certified firmware along."""

    ECOSTRUXURE_IT_EXPERT = "ecostruxure_it_expert"
    DATA_CENTER_EXPERT = "data_center_expert"


PLATFORM_NAMES: t.Mapping[Platform, str] = {
    Platform.ECOSTRUXURE_IT_EXPERT: "EcoStruxure IT Expert",
    Platform.DATA_CENTER_EXPERT: "Data Center Expert",
}


class State(str, enum.Enum):
    """Where a card stands. That a subscription is about to end is no state but a flag on it."""

    NOT_APPLICABLE = "not_applicable"
    UNSUBSCRIBED = "unsubscribed"
    INCLUDED_ELIGIBLE = "included_eligible"
    INCLUDED_ACTIVE = "included_active"
    SUBSCRIBED = "subscribed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Event(str, enum.Enum):
    """What happened to a subscription."""

    ACTIVATED = "activated"
    OVERRIDDEN = "overridden"
    RENEWED = "renewed"
    ENDED = "ended"


class Evidence(str, enum.Enum):
    """Where an end date comes from: computed from the term, or read in the vendor's tool."""

    COMPUTED = "computed"
    TOOL = "tool"


class Colour(str, enum.Enum):
    """How a subscription is shown. Amber is the vendor's, at 30 days; green and red are this collection's."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class Entry:
    """One record of a card's history. A history only grows, and each entry says all that holds after it.

    ``recorded_at`` is in UTC, ``expires_on`` the last valid day. ``fingerprint`` and ``last_four`` stand for the Activation ID and
    ``voucher`` is the fingerprint of the voucher that renewed it: the secrets themselves are never kept. ``sku`` and ``family`` are None
    of a platform, and ``sku`` of an included year; ``platform`` is None of everything else.
    """

    event: Event
    source: Source
    client: str
    recorded_at: datetime
    sku: str | None = None
    family: str | None = None
    platform: Platform | None = None
    activated_on: date | None = None
    expires_on: date | None = None
    evidence: Evidence = Evidence.COMPUTED
    fingerprint: str | None = None
    last_four: str | None = None
    voucher: str | None = None

    @property
    def runs(self) -> bool:
        return self.event in (Event.ACTIVATED, Event.RENEWED)


# The vendor's tool shows a subscription in amber when so many days are left. Source: Secure NMC FAQ.
AMBER_DAYS = 30

# From this day on, devices are sold with a year. One sentence of the FAQ says "after", two say "from", which is the reading here.
FIRST_DAY_WITH_YEAR = date(2024, 4, 1)


@dataclass(frozen=True)
class Subscription:
    """A card's subscription on one day. ``days_left`` counts the days after that day, and is negative when it has ended."""

    state: State
    entry: Entry | None = None
    days_left: int | None = None
    colour: Colour | None = None
    expiring: bool = False

    @property
    def active(self) -> bool:
        return self.state in (State.INCLUDED_ACTIVE, State.SUBSCRIBED)

    def as_dict(self) -> dict[str, t.Any]:
        """The subscription in plain types: always the same keys."""
        entry = self.entry
        return {
            "state": self.state.value,
            "source": entry.source.value if entry else None,
            "sku": entry.sku if entry else None,
            "family": entry.family if entry else None,
            "activated_on": _text(entry.activated_on) if entry else None,
            "expires_on": _text(entry.expires_on) if entry else None,
            "evidence": entry.evidence.value if entry else None,
            "days_left": self.days_left,
            "colour": self.colour.value if self.colour else None,
            "expiring": self.expiring,
        }


@dataclass(frozen=True)
class Coverage:
    """A platform that brings the right along; ``expires_on`` None is without end."""

    platform: Platform
    expires_on: date | None = None

    def holds(self, today: date) -> bool:
        return self.expires_on is None or today <= self.expires_on


def years_after(day: date, years: int) -> date:
    """The same day of a later year; 28 February for a 29th that the year does not have."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def includes_year(purchase_date: date | None, *, first_day: date = FIRST_DAY_WITH_YEAR) -> bool | None:
    """Whether a device was sold with a year (G4, G4a); None when nobody says when it was bought."""
    return None if purchase_date is None else purchase_date >= first_day


def running(history: t.Sequence[Entry]) -> Entry | None:
    """What a history has come to: its last entry, unless that ends or overrides something. So nothing ever runs beside it (G12)."""
    last = next((entry for entry in reversed(history) if entry.source is not Source.PLATFORM), None)
    return last if last is not None and last.runs else None


def recorded_coverage(history: t.Sequence[Entry]) -> Coverage | None:
    """The platform that a history tells of, which may have ended since."""
    last = next((entry for entry in reversed(history) if entry.source is Source.PLATFORM), None)
    return Coverage(last.platform, last.expires_on) if last is not None and last.runs and last.platform is not None else None


def had_year(history: t.Sequence[Entry]) -> bool:
    """Whether the included year was ever activated; there is one for each device."""
    return any(entry.source is Source.INCLUDED and entry.event is Event.ACTIVATED for entry in history)


def present(
    card: Card,
    history: t.Sequence[Entry],
    *,
    today: date,
    purchase_date: date | None = None,
    warn_days: int = AMBER_DAYS,
    doubtful: bool = False,
    first_day: date = FIRST_DAY_WITH_YEAR,
) -> Subscription:
    """The subscription of a card today. ``doubtful``: it may have one that the history does not tell of."""
    eligible = card.secure_nmc.eligible
    if eligible is not True:
        return Subscription(State.UNKNOWN if eligible is None else State.NOT_APPLICABLE)
    entry = running(history)
    if entry is not None:
        return _on_day(entry, today, warn_days)
    if doubtful:
        return Subscription(State.UNKNOWN)
    waits = includes_year(purchase_date, first_day=first_day) and not had_year(history)
    return Subscription(State.INCLUDED_ELIGIBLE if waits else State.UNSUBSCRIBED)


def _on_day(entry: Entry, today: date, warn_days: int) -> Subscription:
    """A subscription that was activated. One without an end, or that begins after today, says nothing about today."""
    if entry.expires_on is None or (entry.activated_on is not None and entry.activated_on > today):
        return Subscription(State.UNKNOWN, entry)
    days_left = (entry.expires_on - today).days
    if days_left < 0:
        return Subscription(State.EXPIRED, entry, days_left, Colour.RED)
    state = State.INCLUDED_ACTIVE if entry.source is Source.INCLUDED else State.SUBSCRIBED
    colour = Colour.AMBER if days_left <= AMBER_DAYS else Colour.GREEN
    return Subscription(state, entry, days_left, colour, expiring=days_left <= warn_days)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
