# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of a card's subscription, what is known beside its history, and what is decided about it."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import AMBER_DAYS, FIRST_DAY_WITH_YEAR, Source

if t.TYPE_CHECKING:
    from datetime import date

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_work import LicenseWork
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Coverage, Entry, Platform, Subscription


class Wanted(str, enum.Enum):
    """The desired state."""

    ACTIVE = "active"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True)
class ActivationId:
    """An Activation ID by its keyed fingerprint and its last four characters. The rules never see the ID itself."""

    fingerprint: str
    last_four: str

    def __str__(self) -> str:
        return f"...{self.last_four}"


@dataclass(frozen=True)
class Declared:
    """What an operator declares of one card.

    ``activated_on`` says that a person or a bridge has activated it, ``expires_on`` what the tool then shows. ``voucher`` is a fingerprint;
    ``renewed_until`` says that a renewal was carried out. ``replaces`` is the serial of a card that this one stands in for.
    """

    wanted: Wanted = Wanted.ACTIVE
    source: Source | None = None
    sku: str | None = None
    activation: ActivationId | None = None
    activated_on: date | None = None
    expires_on: date | None = None
    purchase_date: date | None = None
    platform: Platform | None = None
    platform_expires: date | None = None
    renewed_until: date | None = None
    voucher: str | None = None
    replaces: str | None = None
    po_email: str | None = None
    min_days_left: int = 0
    warn_days: int = AMBER_DAYS
    allow_override_included: bool = False

    @property
    def means(self) -> Source:
        """The source that is declared, or the one that the rest of the declaration speaks of."""
        if self.source is not None:
            return self.source
        if self.platform is not None:
            return Source.PLATFORM
        return Source.PURCHASED if self.activation or self.sku else Source.INCLUDED

    @property
    def asks(self) -> bool:
        """Whether anything is declared that only makes sense for a card that can be subscribed."""
        return any((self.source, self.sku, self.activation, self.activated_on, self.expires_on, self.renewed_until, self.voucher))


@dataclass(frozen=True)
class Held:
    """What was bought with the declared Activation ID."""

    sku: str
    seats: int = 1
    hold_until: date | None = None


@dataclass(frozen=True)
class Known:
    """What is known beside the history of the card.

    ``id_elsewhere`` and ``card_elsewhere``: another client has this Activation ID, or had this card. ``used_by`` are the serials of the
    cards that took a seat of the ID, ``replaced`` is the history of the card that this one replaces. ``included_missing``: the tool, or a
    bridge, found no included year for the card. ``refused_beside``: a bridge enters no Activation ID as long as the present subscription
    is valid, not even on its last day.
    """

    client: str
    held: Held | None = None
    id_elsewhere: bool = False
    card_elsewhere: bool = False
    used_by: t.Collection[str] = ()
    replaced: t.Sequence[Entry] = ()
    included_missing: bool = False
    refused_beside: bool = False


@dataclass(frozen=True)
class Readings:
    """How the vendor's FAQ is read where it can be read in two ways.

    ``first_day``: the first day of purchase that brings a year (G4a). ``last_day_renews``: renewal is open on the last valid day (G7).
    ``second_subscription``: a second Activation ID may replace one that runs (T8). ``renewal_extends``: a renewal begins at the old
    end, and not on the day it is redeemed (T10). ``voucher_renews_included``: an included year can be renewed like a purchased one (T11).
    """

    first_day: date = FIRST_DAY_WITH_YEAR
    last_day_renews: bool = True
    second_subscription: bool = False
    renewal_extends: bool = True
    voucher_renews_included: bool = True


class Verdict(str, enum.Enum):
    """What is left to do when the entries of a decision are recorded."""

    LEAVE = "leave"
    WORK = "work"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Decision:
    """What is decided, by which rules (G1 to G14, T1 to T14), and how the card stands then.

    ``entries`` are to be added to the card's history, ``replaced_entries`` to that of the card it replaces; a refusal has none.
    ``work`` is what a person does; an activator may do it instead.
    """

    verdict: Verdict
    reason: Reason
    sentence: str
    rules: tuple[str, ...]
    subscription: Subscription
    coverage: Coverage | None
    entries: tuple[Entry, ...] = ()
    replaced_entries: tuple[Entry, ...] = ()
    work: LicenseWork | None = None

    @property
    def status(self) -> Status:
        return MEANINGS[self.reason].status

    @property
    def changes(self) -> bool:
        return bool(self.entries or self.replaced_entries)

    @property
    def next_action(self) -> str:
        return " ".join(self.work.steps) if self.work else MEANINGS[self.reason].recovery
