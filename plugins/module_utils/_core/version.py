# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Firmware versions: how cards, file names and people write them, and which is newer."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

# 6.9.6 (NMC2), 2.5.0.8 (NMC3), 6.0.2.a (a letter for a patch, after three numbers); cards put a "v" in front.
# 2.5.x and 2.5.5.x are what people write for any number: x, y and z are no letters of patches.
_DOTTED = re.compile(r"v?(?:(\d{1,5}(?:\.\d{1,5}){2})\.([a-w])|(\d{1,5}(?:\.\d{1,5}){1,4}))", re.ASCII | re.IGNORECASE)
# File names: 696 is 6.9.6 and 602a is 6.0.2.a. Four digits could be read in two ways, so they are not read.
_COMPACT = re.compile(r"(\d)(\d)(\d)([a-w])?", re.ASCII | re.IGNORECASE)


@functools.total_ordering
@dataclass(frozen=True, eq=False)
class Version:
    """A firmware version, ordered numerically part by part.

    Missing parts count as zero (``2.5`` equals ``2.5.0.0``); a letter is newer than none and older than the next number
    (``6.0.2`` < ``6.0.2.a`` < ``6.0.2.b`` < ``6.0.3``).
    """

    parts: tuple[int, ...]
    letter: str = ""

    @property
    def major(self) -> int:
        return self.parts[0]

    @property
    def _key(self) -> tuple[tuple[int, str], ...]:
        key = [(number, "") for number in self.parts]
        if self.letter:
            key.append((0, self.letter))
        while key and key[-1] == (0, ""):
            key.pop()
        return tuple(key)

    def __str__(self) -> str:
        return ".".join([*(str(number) for number in self.parts), *([self.letter] if self.letter else [])])

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, Version) else NotImplemented

    def __lt__(self, other: Version) -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)


@functools.lru_cache(maxsize=1024)  # a fleet runs few versions, and each card says its own several times
def parse_version(text: str | None) -> Version | None:
    """Read a version as cards and people write it (``v2.5.0.8``, ``6.0.2.a``); None if it is none."""
    match = _DOTTED.fullmatch(text.strip()) if text else None
    if match is None:
        return None
    return Version(tuple(int(part) for part in (match[1] or match[3]).split(".")), (match[2] or "").lower())


def parse_file_version(text: str) -> Version | None:
    """Read the version part of a firmware file name: ``696``, ``602a``, ``2-5-5-1``, ``2.5.0.8``; None if it is ambiguous."""
    compact = _COMPACT.fullmatch(text)
    if compact is not None:
        return Version(tuple(int(digit) for digit in compact.group(1, 2, 3)), (compact[4] or "").lower())
    return parse_version(text.replace("-", "."))
