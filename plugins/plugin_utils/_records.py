# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger as the memory of the work on a card's subscription."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_request import ActivationId, Held, Known
from ansible_collections.secure_power.nmc.plugins.module_utils._core.stock import Stocked
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.records import Filed
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.fingerprints import last_four

if t.TYPE_CHECKING:
    from datetime import datetime

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_request import Decision, Declared
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.stock import HeldId
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import Ledger
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._memory import LedgerMemory


@dataclass(frozen=True)
class LedgerRecords:
    """The same ledger as the memory's, asked about subscriptions."""

    memory: LedgerMemory

    def now(self) -> datetime:
        return self._ledger.subscriptions.now()

    def activation(self, activation_id: str) -> ActivationId:
        return ActivationId(self._ledger.fingerprints.activation_id(activation_id), last_four(activation_id))

    def voucher(self, code: str) -> str:
        return self._ledger.fingerprints.voucher(code)

    def of(self, card: Card, declared: Declared) -> Filed:
        key, cards = self.memory.key(card), self._ledger.subscriptions
        history = cards.of(key)
        replaced = cards.of(CardKey(declared.replaces, None)) if declared.replaces else ()
        known = Known(
            self.memory.client,
            held=self._held(declared.activation),
            id_elsewhere=declared.activation is not None and self.is_elsewhere(declared.activation),
            card_elsewhere=cards.is_known_elsewhere(key),
            used_by=self._used_by(declared.activation),
            replaced=replaced,
        )
        return Filed(history, known, declared.replaces)

    def add(self, card: Card, filed: Filed, decision: Decision) -> None:
        if decision.entries:
            self._ledger.subscriptions.append(self.memory.key(card), decision.entries, after=filed.history)
        if decision.replaced_entries:
            replaced = CardKey(filed.replaces, None)
            self._ledger.subscriptions.append(replaced, decision.replaced_entries, after=filed.known.replaced)

    def stock(self) -> tuple[Stocked, ...]:
        return stock_of(self._ledger)

    def is_elsewhere(self, activation: ActivationId) -> bool:
        return self._ledger.activation_ids.is_held_elsewhere(activation.fingerprint)

    def take_in(self, stock: t.Sequence[HeldId]) -> None:
        self._ledger.activation_ids.hold(*stock)

    def take_out(self, fingerprints: t.Sequence[str]) -> None:
        self._ledger.activation_ids.drop(*fingerprints)

    @property
    def _ledger(self) -> Ledger:
        return self.memory.ledger

    def _held(self, activation: ActivationId | None) -> Held | None:
        found = self._ledger.activation_ids.find(activation.fingerprint) if activation else None
        return Held(found.sku, found.seats, found.hold_until) if found else None

    def _used_by(self, activation: ActivationId | None) -> list[str]:
        taken = self._ledger.subscriptions.activated_with(activation.fingerprint) if activation else []
        return [key.serial or key.mac or "" for key in taken]


def stock_of(ledger: Ledger) -> tuple[Stocked, ...]:
    """The stock of a ledger's client, with the seats that its cards took."""
    taken = ledger.subscriptions.activated_with
    return tuple(Stocked(held, len(taken(held.fingerprint))) for held in ledger.activation_ids.everything())
