# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way an upgrade can go, on both generations: what the result says, what the card really holds, and who else was touched.

That no other card was touched is what the fixture `take` checks at the end of each test.
"""

from __future__ import annotations

import typing as t

import pytest
from unit.tasks.emulated import RESULT_KEYS, is_untouched
from unit.tasks.fault_table import STATES, WAYS, Holds, Way

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason, advice
from emulator.faults import FAULTS

if t.TYPE_CHECKING:
    from unit.tasks.conftest import Take
    from unit.tasks.emulated import ImageStore

pytestmark = pytest.mark.every_fault

_CASES = [pytest.param(each, kind, id=f"{each}-{kind}") for each in WAYS for kind in each.kinds]


def way(title: str) -> Way:
    return next(each for each in WAYS if each.title == title)


def test_every_fault_is_in_the_table() -> None:
    assert {each.fault_name for each in WAYS} == {*FAULTS, *STATES}


@pytest.mark.parametrize(("each", "kind"), _CASES)
def test_every_way_is_told(take: Take, store: ImageStore, each: Way, kind: str) -> None:
    card = take(kind)
    ran = each.go(card, store, kind)
    assert (*ran.verdict, ran["changed"]) == (each.status, each.reason, each.changed)
    assert ran["recovery"] == advice(Reason(each.reason), untouched=not each.changed)
    if each.status != "compliant":
        assert set(ran.result) == {*RESULT_KEYS, "unreachable" if each.status == "unreachable" else "failed"}
        assert ran["msg"].startswith("ups1: ")
        assert ran["msg"].endswith(f" {ran['recovery']}")
    assert is_untouched(card) is not each.changed
    if each.holds is not Holds.NO_MATTER:
        assert card.holds == each.holds.versions(kind)
