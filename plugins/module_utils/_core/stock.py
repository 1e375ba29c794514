# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stock: Activation IDs that were bought and wait for their cards."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class HeldId:
    """An Activation ID in stock, by its fingerprint. ``hold_until`` is the day before which it shall not be used."""

    fingerprint: str
    last_four: str
    sku: str
    family: str
    seats: int = 1
    hold_until: date | None = None

    def __str__(self) -> str:
        return f"...{self.last_four}"


@dataclass(frozen=True)
class Stocked:
    """An Activation ID in stock, and how many of its seats are taken."""

    held: HeldId
    taken: int

    @property
    def free(self) -> int:
        """The seats that are left; more may be taken than were bought, as of a card and the one that replaces it."""
        return max(0, self.held.seats - self.taken)

    def as_dict(self) -> dict[str, t.Any]:
        """The ID in plain types, without anything of it but its last four characters."""
        held = self.held
        return {
            "id": str(held),
            "fingerprint": held.fingerprint,
            "sku": held.sku,
            "family": held.family,
            "seats": held.seats,
            "seats_taken": self.taken,
            "hold_until": held.hold_until.isoformat() if held.hold_until else None,
        }
