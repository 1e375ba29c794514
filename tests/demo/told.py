# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person reads at the end of the demo: results as a table, and results in words."""

from __future__ import annotations

import textwrap
import typing as t

Row = dict[str, t.Any]
Rows = dict[str, Row]

_WIDTH = 116


def table(rows: Rows) -> str:
    """Each card with its versions before and after, and why."""
    header = ("card", "before (app / AOS / boot)", "after", "status", "why")
    return _table(
        header, [(card, _versions(row["before"]), _versions(row["after"]), row["status"], _why(row)) for card, row in sorted(rows.items())]
    )


def subscriptions(rows: Rows) -> str:
    """Each card with its subscription, and why."""
    header = ("card", "subscription", "valid until", "colour", "status", "why")
    return _table(header, [(card, *_subscription(row), row["status"], _why(row)) for card, row in sorted(rows.items())])


def _subscription(row: Row) -> tuple[str, str, str]:
    had, platform = row["subscription"], row["platform"]
    if platform:
        return platform["name"], platform["expires_on"] or "", ""
    return had["state"], had["expires_on"] or "", had["colour"] or ""


def _table(header: tuple[str, ...], body: t.Sequence[tuple[str, ...]]) -> str:
    """The last column is as wide as what is left, and is wrapped."""
    widths = [max(len(line[column]) for line in [header, *body]) for column in range(len(header) - 1)]
    return "\n".join(_line(line, widths) for line in [header, tuple("-" * width for width in (*widths, 60)), *body])


def _line(cells: t.Sequence[str], widths: t.Sequence[int]) -> str:
    left = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False))
    why = textwrap.wrap(cells[-1], 60) or [""]
    indent = " " * (len(left) + 2)
    return "\n".join([f"{left}  {why[0]}", *(indent + line for line in why[1:])])


def in_short(findings: Rows) -> str:
    """Each card with what the audit found."""
    return _table(
        ("card", "status", "reason", "why"), [(card, row["status"], row["reason"], row["msg"]) for card, row in sorted(findings.items())]
    )


def in_words(rows: Rows) -> str:
    """Each card with what happened, what it runs now and what to do."""
    return "\n\n".join(_words(card, row) for card, row in sorted(rows.items()))


def _words(card: str, row: Row) -> str:
    before, after = _versions(row["before"]), _versions(row["after"])
    runs = f"{after}, as before" if after == before else f"{after}, before {before}"
    told = [("happened", _why(row)), ("runs", f"{runs} (app / AOS / boot)"), ("to do", row["recovery"])]
    return "\n".join([f"{card}  {row['status']}  {row['reason']}", *(_told(label, text) for label, text in told)])


def _told(label: str, text: str) -> str:
    lead = f"    {label:<10}"
    return textwrap.fill(text, _WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False)


def _versions(versions: dict[str, str | None] | None) -> str:
    found = versions or {}
    parts = [found.get(name) or "?" for name in ("application", "aos", "boot_monitor")]
    return " / ".join(parts) if any(found.values()) else "not read"


def _why(row: Row) -> str:
    return str(row["msg"]).removeprefix(f"{row['card']}: ").removesuffix(f" {row['recovery']}")
