# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One card's subscription as it is decided about: card, history, declaration, what else is known, and what follows from them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import timezone

from ansible_collections.secure_power.nmc.plugins.module_utils._core.skus import Sku, parse_sku
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import (
    Entry,
    Event,
    Source,
    State,
    Subscription,
    present,
    recorded_coverage,
    running,
)

if t.TYPE_CHECKING:
    from datetime import date, datetime

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_request import Declared, Known, Readings
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Coverage


@dataclass(frozen=True)
class Case:
    """Everything that a decision rests on. ``now`` is aware of its time zone."""

    card: Card
    history: tuple[Entry, ...]
    declared: Declared
    known: Known
    now: datetime
    readings: Readings

    def after(self, entries: tuple[Entry, ...]) -> Case:
        return replace(self, history=(*self.history, *entries))

    @property
    def today(self) -> date:
        return self.now.astimezone(timezone.utc).date()

    @property
    def subscription(self) -> Subscription:
        return present(
            self.card,
            self.history,
            today=self.today,
            purchase_date=self.declared.purchase_date,
            warn_days=self.declared.warn_days,
            doubtful=self.client_changed or self.awaits_transfer,
            first_day=self.readings.first_day,
        )

    @property
    def coverage(self) -> Coverage | None:
        return recorded_coverage(self.history)

    @property
    def entry(self) -> Entry | None:
        """What was activated last and is neither overridden nor forgotten; it may have expired."""
        return running(self.history)

    @property
    def sku(self) -> Sku | None:
        """What was bought, by the operator's word or by that of the stock; a part number that is none counts as nothing."""
        text = self.declared.sku or (self.known.held.sku if self.known.held else None)
        sku = parse_sku(text) if text else None
        return sku if isinstance(sku, Sku) else None

    @property
    def is_fresh(self) -> bool:
        """Whether an Activation ID is declared that this card has never had."""
        activation = self.declared.activation
        return activation is not None and not any(entry.fingerprint == activation.fingerprint for entry in self.history)

    @property
    def something_runs_on(self) -> bool:
        """Whether an activation today would cost days: the last valid day has none left to lose."""
        return self.subscription.active and (self.subscription.days_left or 0) > 0

    @property
    def client_changed(self) -> bool:
        """Whether the card came from another client, whose history of it stays hidden."""
        return self.known.card_elsewhere and all(entry.source is Source.PLATFORM for entry in self.history)

    @property
    def transferable(self) -> Entry | None:
        """The subscription that the replaced card had, when it has not run out since."""
        had = [entry for entry in self.known.replaced if entry.runs and entry.source is not Source.PLATFORM]
        if self.declared.replaces is None or not had:
            return None
        return had[-1] if had[-1].expires_on is None or had[-1].expires_on >= self.today else None

    @property
    def awaits_transfer(self) -> bool:
        return self.transferable is not None and self.entry is None and not self._brings_another_id

    @property
    def _brings_another_id(self) -> bool:
        """Whether the card that replaces another is declared to get an Activation ID of its own."""
        activation = self.declared.activation
        return activation is not None and not any(entry.fingerprint == activation.fingerprint for entry in self.known.replaced)

    @property
    def expired(self) -> bool:
        return self.subscription.state is State.EXPIRED

    def is_of_declared(self, entry: Entry) -> bool:
        """Whether an activation is the one that is declared: by its ID, or by its source alone when no ID is declared."""
        activation = self.declared.activation
        return entry.source is self.declared.means and (activation is None or entry.fingerprint == activation.fingerprint)

    def activations(self, history: t.Iterable[Entry]) -> list[Entry]:
        """Those entries that record the declared activation, corrections included."""
        return [entry for entry in history if entry.event is Event.ACTIVATED and self.is_of_declared(entry)]
