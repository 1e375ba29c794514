# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a card is known by from one run to the next: its serial and MAC address, never its address or name."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card


@dataclass(frozen=True)
class CardKey:
    """At least one of the two is known. Make it with `card_key`."""

    serial: str | None
    mac: str | None


def card_key(card: Card) -> CardKey | Refusal:
    """The key of a card that was read."""
    if card.serial is None and card.mac is None:
        return Refusal(Reason.IDENTITY_UNKNOWN, "the card says neither its serial nor its MAC address")
    return CardKey(card.serial, card.mac)


def is_same_card(first: CardKey, second: CardKey) -> bool:
    """Whether two keys agree in one of the two at least, and differ in none."""
    pairs = [pair for pair in ((first.serial, second.serial), (first.mac, second.mac)) if None not in pair]
    return bool(pairs) and all(one == other for one, other in pairs)
