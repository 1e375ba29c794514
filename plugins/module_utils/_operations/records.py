# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the work on a card's subscription needs to remember. The ledger does; it is the controller's, so a jump host has none."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from datetime import datetime

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_request import ActivationId, Decision, Declared, Known
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.stock import HeldId, Stocked
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Entry


@dataclass(frozen=True)
class Filed:
    """What was remembered of a card when it was looked up; ``replaces`` is the serial of the card whose history ``known`` has too."""

    history: tuple[Entry, ...]
    known: Known
    replaces: str | None = None


class Records(t.Protocol):
    """The subscriptions of one client's cards. Everything here may raise `LedgerError`."""

    def now(self) -> datetime:
        """The time by which subscriptions begin and end."""

    def activation(self, activation_id: str) -> ActivationId:
        """What stands for an Activation ID where the ID itself must not be seen."""

    def voucher(self, code: str) -> str:
        """What stands for a voucher."""

    def of(self, card: Card, declared: Declared) -> Filed:
        """What is remembered of a card, and of what is declared for it. Raises `BlockedError` IDENTITY_UNKNOWN."""

    def add(self, card: Card, filed: Filed, decision: Decision) -> None:
        """Remember what was decided on what was looked up."""

    def stock(self) -> tuple[Stocked, ...]:
        """The Activation IDs that the client holds, in the order in which they came."""

    def is_elsewhere(self, activation: ActivationId) -> bool:
        """Whether an Activation ID is another client's; whose stays hidden."""

    def take_in(self, stock: t.Sequence[HeldId]) -> None:
        """Hold Activation IDs, or correct what is known of them."""

    def take_out(self, fingerprints: t.Sequence[str]) -> None:
        """Hold Activation IDs no longer."""
