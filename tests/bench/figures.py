# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a measurement gives: rows of a table, each judged by its limit, and a few words."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from statistics import median


class BenchError(RuntimeError):
    """Something that was to be measured did not run; the text says what."""


class MissingError(RuntimeError):
    """Something cannot be measured on this machine; the text says what it lacks."""


@dataclass(frozen=True)
class Figure:
    number: float
    unit: str

    def __str__(self) -> str:
        digits = 0 if self.number >= 100 else 1 if self.number >= 10 else 2
        return f"{self.number:,.{digits}f} {self.unit}"


@dataclass(frozen=True)
class Limit:
    """A bound on the ratio of a row that has one, else on its figure."""

    bound: float
    is_upper: bool

    def holds(self, number: float) -> bool:
        return number <= self.bound if self.is_upper else number >= self.bound

    def __str__(self) -> str:
        return f"{'at most' if self.is_upper else 'at least'} {self.bound:,g}"


def at_most(bound: float) -> Limit:
    return Limit(bound, is_upper=True)


def at_least(bound: float) -> Limit:
    return Limit(bound, is_upper=False)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table. Without a limit it is there for information; without a figure `note` says why it has none."""

    work: str
    figure: Figure | None = None
    against: str = ""
    reference: Figure | None = None
    limit: Limit | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.figure.number / self.reference.number if self.figure and self.reference else None

    @property
    def holds(self) -> bool | None:
        judged = self.ratio if self.reference or self.figure is None else self.figure.number
        return None if self.limit is None or judged is None else self.limit.holds(judged)


@dataclass(frozen=True)
class Scale:
    """How much is measured; `make bench` measures all, a developer less."""

    cards: int = 1_000
    play_repeats: int = 5
    upload_repeats: int = 15
    fleet: int = 10_000
    gets: int = 20_000
    enforced: int = 200
    reboot: float = 20.0
    sample: int = 100


@dataclass(frozen=True)
class Findings:
    """What one measurement found: its rows, and paragraphs that explain them."""

    rows: tuple[Row, ...]
    remarks: tuple[str, ...] = ()


_Measured = t.TypeVar("_Measured")


def alternate(repeats: int, **contestants: t.Callable[[], _Measured]) -> dict[str, list[_Measured]]:
    """Run the contestants in turn, again and again, so that a change of the machine's load meets all of them."""
    results: dict[str, list[_Measured]] = {name: [] for name in contestants}
    for _repeat in range(repeats):
        for name, run in contestants.items():
            results[name].append(run())
    return results


def median_of(results: t.Iterable[float], unit: str) -> Figure:
    return Figure(median(results), unit)
