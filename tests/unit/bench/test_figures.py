# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from bench.figures import Figure, Limit, Row, alternate, at_least, at_most
from bench.page import table


def _row(number: float, reference: float | None = None, limit: Limit | None = None) -> Row:
    return Row(work="work", figure=Figure(number, "s"), reference=None if reference is None else Figure(reference, "s"), limit=limit)


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (_row(3.0, 2.0, at_most(1.5)), True),
        (_row(3.1, 2.0, at_most(1.5)), False),
        (_row(0.9, 1.0, at_least(0.9)), True),
        (_row(0.8, 1.0, at_least(0.9)), False),
        (_row(9.0, None, at_most(10)), True),
        (_row(11.0, None, at_most(10)), False),
        (_row(1.0, 1.0), None),
        (Row(work="work", limit=at_most(1), note="not measured"), None),
    ],
)
def test_a_limit_is_one_on_the_ratio_where_there_is_one(row: Row, holds: bool | None) -> None:
    assert row.holds is holds


def test_contestants_take_turns() -> None:
    order: list[str] = []
    alternate(2, ours=lambda: order.append("ours"), theirs=lambda: order.append("theirs"))
    assert order == ["ours", "theirs", "ours", "theirs"]


def test_the_table_says_no_where_a_limit_is_missed_and_why_where_nothing_was_measured() -> None:
    lines = table([_row(4.0, 2.0, at_most(1.5)), Row(work="upload", note="not measured: no sshd")]).splitlines()
    assert [cell.strip() for cell in lines[2].strip("|").split("|")] == ["work", "4.00 s", ": 2.00 s", "2.00", "at most 1.5", "**no**"]
    assert "not measured: no sshd" in lines[3]
