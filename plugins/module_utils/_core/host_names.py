# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which name a discovered card gets in the inventory.

What a card says about itself is anybody's word: a card that calls itself like a server must not become that server, whose variables and
passwords an inventory would then send to it.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from collections import Counter
from dataclasses import dataclass

# The longest name that DNS knows.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}")
# They mean something else to Ansible.
_RESERVED = frozenset({"all", "ungrouped", "localhost"})


@dataclass(frozen=True)
class Naming:
    """A card's possible names: the one that an operator gave it, or else what is preferred of its own words; its address is always left."""

    address: str
    given: str | None = None
    own: tuple[str | None, ...] = ()


def is_usable(text: str) -> bool:
    """Whether a card may be called by its own word. An address is none, with or without an ending: it may be that of another host."""
    return _NAME.fullmatch(text) is not None and text.lower() not in _RESERVED and not is_address(text.partition("_")[0])


def choose_names(cards: t.Sequence[Naming], taken: t.Iterable[str]) -> list[str]:
    """The name of each card, in their order. ``taken`` are hosts and groups that others brought.

    A word that two cards claim is given to neither, whatever its capitals. An operator's word counts as it is. An address that is the
    name of another host gets an ending, because that host's variables may be about another address.
    """
    used = {name.lower() for name in (*taken, *(card.given for card in cards if card.given is not None))}
    claims = Counter(word.lower() for card in cards if card.given is None for word in set(_words(card)))
    return [
        card.given or next((word for word in _words(card) if _is_free(word, used, claims)), None) or _by_address(card.address, used)
        for card in cards
    ]


def _by_address(address: str, used: t.Container[str]) -> str:
    return f"{address}_nmc" if address.lower() in used or address.lower() in _RESERVED else address


def _words(card: Naming) -> list[str]:
    return [word for word in card.own if word is not None and is_usable(word)]


def _is_free(word: str, used: set[str], claims: t.Mapping[str, int]) -> bool:
    return word.lower() not in used and claims[word.lower()] == 1


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
