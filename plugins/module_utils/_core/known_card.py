# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules of subscriptions need to know of a card, taken from its facts: those just read, or those of a cache."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family, SecureNmc, secure_nmc
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version


@dataclass(frozen=True)
class KnownCard:
    """A card by its facts; None is what they do not say. ``running`` is the version of its application."""

    serial: str | None
    generation: int | None
    family: Family
    running: Version | None

    @property
    def secure_nmc(self) -> SecureNmc:
        return secure_nmc(self.generation, self.family)

    def __str__(self) -> str:
        return self.serial or "the card"


def known_card(facts: t.Mapping[str, t.Any]) -> KnownCard:
    """Read the dict that `nmc_facts` returns. What a cache may have spoilt counts as not said."""
    serial, generation, family = (facts.get(key) for key in ("serial", "generation", "product_family"))
    return KnownCard(
        serial=serial if isinstance(serial, str) else None,
        generation=generation if isinstance(generation, int) and not isinstance(generation, bool) else None,
        family=Family(family) if family in [known.value for known in Family] else Family.UNKNOWN,
        running=_running(facts),
    )


def _running(facts: t.Mapping[str, t.Any]) -> Version | None:
    version: t.Any = facts
    for key in ("firmware", "application", "version"):
        version = version.get(key) if isinstance(version, dict) else None
    return parse_version(version) if isinstance(version, str) else None
