# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Twenty thousand hostile inputs, the same every time; `make fuzz` feeds a million."""

from __future__ import annotations

import pytest
from fuzz.run import run_target
from fuzz.targets import TARGETS, shares

pytestmark = pytest.mark.every_fault


@pytest.mark.parametrize(("name", "inputs"), shares(20_000, TARGETS).items(), ids=list(TARGETS))
def test_no_input_breaks_a_parser_or_makes_it_say_what_was_not_said(name: str, inputs: int) -> None:
    run = run_target(name, inputs, seed=0, guided=False)
    assert run.problem is None, run.problem
