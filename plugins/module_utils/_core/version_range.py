# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ranges of firmware versions, as a baseline writes them: ``>=2.5.5.1,<3``."""

from __future__ import annotations

import operator
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version

_COMPARISON = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([^\s<>=!,]+)\s*")
_OPERATORS: t.Mapping[str, t.Callable[[Version, Version], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True)
class VersionRange:
    """Versions that fulfil every comparison."""

    comparisons: tuple[tuple[str, Version], ...]

    def __contains__(self, version: Version) -> bool:
        return all(_OPERATORS[sign](version, bound) for sign, bound in self.comparisons)

    @property
    def only(self) -> Version | None:
        """The one version that fulfils them, where one is named outright."""
        return self.comparisons[0][1] if [sign for sign, _bound in self.comparisons] == ["=="] else None

    @property
    def least(self) -> Version:
        """The bound at the lower end; of a range that has none, its first bound."""
        lower = (bound for sign, bound in self.comparisons if sign in (">", ">=", "=="))
        return next(lower, self.comparisons[0][1])

    @property
    def is_empty(self) -> bool:
        """Whether a lower end lies above an upper one, so that no version can fulfil both."""
        lower = [(bound, sign) for sign, bound in self.comparisons if sign in (">", ">=", "==")]
        upper = [(bound, sign) for sign, bound in self.comparisons if sign in ("<", "<=", "==")]
        return any(low > high or (low == high and {above, below} & {"<", ">"}) for low, above in lower for high, below in upper)

    def exceeds(self, version: Version) -> bool:
        """Whether a version is too new: it breaks a comparison that has an upper end."""
        return any(
            sign in ("<", "<=", "==") and version >= bound and not _OPERATORS[sign](version, bound) for sign, bound in self.comparisons
        )

    def __str__(self) -> str:
        return ",".join(f"{sign}{bound}" for sign, bound in self.comparisons)


def parse_range(text: str) -> VersionRange | None:
    """Read comparisons between commas, each a sign and a version; None if it is anything else. `2.5.5.1` alone is no range."""
    comparisons = []
    for part in text.split(","):
        match = _COMPARISON.fullmatch(part)
        bound = _bound(match[2]) if match else None
        if match is None or bound is None:
            return None
        comparisons.append((match[1], bound))
    return VersionRange(tuple(comparisons))


def _bound(text: str) -> Version | None:
    """A version, or a major number alone, which no card says but people write as the end of a line."""
    return Version((int(text),)) if re.fullmatch(r"\d{1,5}", text, re.ASCII) else parse_version(text)
