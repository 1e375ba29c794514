# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page that the figures are published on."""

from __future__ import annotations

import textwrap
import typing as t

from pages.header import HEADER

if t.TYPE_CHECKING:
    from bench.figures import Findings, Row

_HEAD = """
# Performance

Written by `make bench`, which measures everything in one run on one machine: run it to have your own. Contestants take turns, figures
are medians. A ratio is the figure divided by what it is compared with; a limit is one on the ratio where there is one. Rows without a limit
explain the others. Nothing fails because a limit is missed: machines differ and are shared. Where others use the machine, processor time
says more than time.

With the environment that `make bench` makes, `tests/bench/run.py --only upload` measures a part and `--quick` a little of everything; both
only print.
"""
_WIDTH = 140
_COLUMNS = ("Work", "Median", "Against", "Ratio", "Limit", "Holds")


def table(rows: t.Iterable[Row]) -> str:
    """A Markdown table, aligned so that it can be read as it is."""
    lines = [_COLUMNS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_COLUMNS))]
    lines.insert(1, tuple("-" * width for width in widths))
    return "".join(f"| {' | '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))} |\n" for line in lines)


def page(findings: t.Sequence[Findings], machine: t.Mapping[str, str]) -> str:
    rows = [row for found in findings for row in found.rows]
    facts = "".join(f"- {name}: {text}\n" for name, text in machine.items())
    remarks = "".join(f"\n{textwrap.fill(remark, _WIDTH)}\n" for found in findings for remark in found.remarks)
    return f"{HEADER}{_HEAD}\n## Figures\n\n{table(rows)}\n## Where the time goes\n{remarks}\n## Measured on\n\n{facts}"


def _cells(row: Row) -> tuple[str, ...]:
    against = f"{row.against}: {row.reference}" if row.reference else row.against
    ratio = "" if row.ratio is None else f"{row.ratio:{'.2g' if row.ratio < 0.1 else '.2f'}}"
    holds = "" if row.holds is None else "yes" if row.holds else "**no**"
    return row.work, str(row.figure or row.note), against, ratio, str(row.limit or ""), holds
