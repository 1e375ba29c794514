# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rack PDUs that are linked to the one that is upgraded: it updates them by itself, and the proof covers them."""

from __future__ import annotations

import typing as t

import pytest
from unit.tasks.emulated import LINKED_UPGRADES
from unit.tasks.test_remembered import Remember, remember, upon

if t.TYPE_CHECKING:
    from unit.tasks.conftest import Take
    from unit.tasks.emulated import EmulatedCard, ImageStore

__all__ = ["remember"]


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


def release(store: ImageStore, version: str) -> dict[str, t.Any]:
    digits = version.replace(".", "")
    images = store.images(aos=f"apc_hw05_aos_{digits}.bin", application=f"apc_hw05_rpdu2g_{digits}.bin")
    return {"components": dict.fromkeys(("aos", "application"), version), **images}


@pytest.mark.parametrize("stays_behind", [False, True])
def test_the_next_release_waits_until_the_guests_have_the_stepping_stone(take: Take, store: ImageStore, stays_behind: bool) -> None:
    card = take("rack_pdu2_host_old").reached("ssh", "snmp")
    if stays_behind:
        card.suffers({"guest_stays_behind": None, "times": 1})
    stone, target = (release(store, version) for version in ("6.9.6", "7.2.0"))
    seen: list[list[str]] = []
    ran = card.firmware(
        stepping_stones=[stone], **target, guest_timeout=8.0, on_note=upon("transfer 3 of 4", lambda: seen.append(guests_run(card)))
    )
    assert ran.verdict == (("failed", "guest_not_updated") if stays_behind else ("compliant", "upgraded"))
    assert seen == ([] if stays_behind else [["6.9.6", "6.9.6"]])
    assert card.counters["uploads"] == (2 if stays_behind else 4)


@pytest.mark.every_fault
def test_so_it_does_where_the_run_that_brought_the_stepping_stone_was_killed(remember: Remember, store: ImageStore) -> None:
    pdu = remember("rack_pdu2_host_old", "ssh", "snmp")
    options = {"stepping_stones": [release(store, "6.9.6")], "guest_timeout": 20.0, **release(store, "7.2.0")}
    pdu.patch(guest_seconds=4.0)
    pdu.run_until("waiting for the linked PDUs", **options)
    seen: list[list[str]] = []
    ran = pdu.run(on_note=upon("transfer 1 of 2", lambda: seen.append(guests_run(pdu.card))), **options)
    assert ran.verdict == ("compliant", "upgraded")
    assert seen == [["6.9.6", "6.9.6"]]
