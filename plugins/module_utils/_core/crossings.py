# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operator should know before certain version boundaries are crossed."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Release


@dataclass(frozen=True)
class Crossing:
    """A boundary: cards of the generation that come from below it to it or beyond."""

    generation: int
    boundary: Version
    sentence: str
    source: str


CROSSINGS: tuple[Crossing, ...] = (
    Crossing(
        generation=3,
        boundary=Version((3, 4)),
        sentence="from 3.4 on the card can ask for a second factor by e-mail; a local user without an e-mail address avoids that",
        source="field notes; the vendor's release notes were not at hand",
    ),
)


def crossed(card: Card, target: Release) -> list[Crossing]:
    """The boundaries that lie between what a card runs and a target, on AOS or application."""
    return [crossing for crossing in CROSSINGS if crossing.generation == card.generation and _crosses(card, target, crossing.boundary)]


def _crosses(card: Card, target: Release, boundary: Version) -> bool:
    steps = ((card.version(part), target.targets.get(part)) for part in (Component.AOS, Component.APPLICATION))
    return any(before is not None and after is not None and before < boundary <= after for before, after in steps)
