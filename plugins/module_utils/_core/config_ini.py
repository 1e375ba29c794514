# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A card's config.ini: its settings, and what an upgrade did to them.

Comments (which carry the time of generation) do not count. Values are secrets until proven otherwise: they only ever leave
this module as keyed hashes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import typing as t
from dataclasses import dataclass

_SECTION = re.compile(r"\[([^\]\n]{1,80})\]")

# What differs from one reading to the next without anybody's doing.
VOLATILE: t.Mapping[str, frozenset[str]] = {"SystemDate/Time": frozenset({"Date", "Time"})}

Settings = dict[tuple[str, str], str]


@dataclass(frozen=True)
class SettingChange:
    """One setting that is not what it was: hashes of its values, None where it was or is not there."""

    section: str
    key: str
    before: str | None
    after: str | None

    @property
    def kind(self) -> str:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def parse_config(text: str) -> Settings:
    """The settings by section and key; of a key that stands twice the last counts, as it does for the card."""
    found: Settings = {}
    section = ""
    for line in text.splitlines():
        stripped = line.strip()
        heading = _SECTION.fullmatch(stripped)
        if heading is not None:
            section = heading[1]
        elif "=" in stripped and not stripped.startswith(";"):
            key, value = stripped.split("=", 1)
            found[section, key.strip()] = value.strip()
    return found


def compare_configs(before: Settings, after: Settings, *, key: bytes) -> list[SettingChange]:
    """What changed, in order. ``key`` makes the hashes comparable within one result and useless outside of it."""
    changes = []
    for section, name in sorted({*before, *after}):
        old, new = before.get((section, name)), after.get((section, name))
        if old != new and name not in VOLATILE.get(section, ()):
            changes.append(SettingChange(section, name, _hash(old, key), _hash(new, key)))
    return changes


def _hash(value: str | None, key: bytes) -> str | None:
    return None if value is None else hmac.new(key, value.encode("utf-8"), hashlib.sha256).hexdigest()[:12]
