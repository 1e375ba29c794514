# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rack PDUs that are linked to the one that is upgraded: it updates them by itself, and the proof covers them."""

from __future__ import annotations

import typing as t

import pytest
from unit.tasks.emulated import LINKED_UPGRADES

if t.TYPE_CHECKING:
    from unit.tasks.conftest import Take
    from unit.tasks.emulated import EmulatedCard, ImageStore


def guests_run(card: EmulatedCard) -> list[str]:
    return [guest["application_version"] for guest in card.state()["guests"]]


@pytest.mark.parametrize("kind", LINKED_UPGRADES)
def test_every_guest_is_proven(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind).reached("ssh", "snmp")
    ran = card.firmware(**store.upgrade(kind), guest_timeout=20.0)
    assert ran.verdict == ("compliant", "upgraded")
    assert set(guests_run(card)) == {ran["after"]["application"]}
    seen = {guest["application"] for guest in ran["evidence"]["linked"]} - {None}
    assert ran["after"]["application"] in seen


@pytest.mark.parametrize("kind", LINKED_UPGRADES)
def test_a_guest_that_stays_behind_is_named(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind).reached("ssh", "snmp")
    old = card.holds["application"]
    card.suffers({"guest_stays_behind": None, "times": 1})
    ran = card.firmware(**store.upgrade(kind), guest_timeout=3.0)
    assert (*ran.verdict, ran["changed"]) == ("failed", "guest_not_updated", True)
    assert guests_run(card) == [old, ran["after"]["application"]]
    [behind, _updated] = card.state()["guests"]
    assert f"{behind['serial']} {old}" in ran["msg"]
