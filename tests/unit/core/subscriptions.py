# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cards, histories and declarations in few words, for the tests of the subscription rules."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from unit.core.builders import card_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family, secure_nmc
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import (
    Entry,
    Event,
    Evidence,
    Platform,
    Source,
    years_after,
)

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card

CLIENT = "acme"
SKU = "SWNMC3SU-1Y-DIGI"
BEGIN = date(2026, 3, 10)
END = date(2027, 3, 10)
DAY = timedelta(days=1)


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(today: date) -> datetime:
    """A moment on a day."""
    return datetime(today.year, today.month, today.day, 12, tzinfo=UTC)


def card(family: Family = Family.SMART_UPS, *, generation: int | None = 3, runs: str | None = "2.5.5.1") -> Card:
    """A card of any generation in any family, which runs this version of its application."""
    found = card_of("hw21", "su", app=runs, family=family)
    return replace(found, generation=generation, secure_nmc=secure_nmc(generation, family))


def included(begin: date = BEGIN, **more: t.Any) -> Entry:
    """The included year as it is activated."""
    given: dict[str, t.Any] = {"expires_on": years_after(begin, 1), "family": "SWNMC3SU", **more}
    return Entry(Event.ACTIVATED, Source.INCLUDED, CLIENT, at(begin), activated_on=begin, **given)


def purchased(begin: date = BEGIN, *, years: int = 1, **more: t.Any) -> Entry:
    """A purchased subscription as it is activated."""
    given: dict[str, t.Any] = {
        "expires_on": years_after(begin, years),
        "sku": f"SWNMC3SU-{years}Y-DIGI",
        "family": "SWNMC3SU",
        "fingerprint": "f1",
        "last_four": "0001",
        **more,
    }
    return Entry(Event.ACTIVATED, Source.PURCHASED, CLIENT, at(begin), activated_on=begin, **given)


def ended(source: Source, when: date) -> Entry:
    return Entry(Event.ENDED, source, CLIENT, at(when))


def renewed(entry: Entry, until: date, *, voucher: str | None = None) -> Entry:
    return Entry(
        Event.RENEWED,
        Source.PURCHASED,
        CLIENT,
        entry.recorded_at + DAY,
        sku=entry.sku,
        family=entry.family,
        activated_on=entry.activated_on,
        expires_on=until,
        evidence=Evidence.TOOL,
        fingerprint=entry.fingerprint,
        last_four=entry.last_four,
        voucher=voucher,
    )


def platform(which: Platform = Platform.DATA_CENTER_EXPERT, *, until: date | None = None) -> Entry:
    return Entry(Event.ACTIVATED, Source.PLATFORM, CLIENT, at(BEGIN), platform=which, activated_on=BEGIN, expires_on=until)
