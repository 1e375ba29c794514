# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Linked rack PDUs: what the host shows of its guests, and how they follow it."""

from __future__ import annotations

import asyncio
import typing as t

import pytest
from unit.emulator.cards import card, until

from emulator import ber
from emulator.firmware import Image
from emulator.fleet import FleetError, parse_fleet
from emulator.mib import View

if t.TYPE_CHECKING:
    from emulator.card import Card

IDENTITY = "1.3.6.1.4.1.318.1.1.26.2.1"
GENERATIONS = pytest.mark.parametrize(("profile", "target"), [("rack_pdu_nmc3", "2.5.5.1"), ("rack_pdu_nmc2", "6.7.9")])


def host(profile: str, **overrides: t.Any) -> Card:
    version = card(profile).settings.application_version
    guests = [{"serial": f"3F34000000{n}", "model": "AP8641", "application_version": version} for n in (1, 2)]
    return card(profile, guests=guests, guest_seconds=0.02, reboot_seconds=0.01, check_seconds=0.01, **overrides)


def column(shown: Card, number: int) -> list[bytes | None]:
    """The texts of a column of the identity table, row by row."""
    values = [View(shown).value(ber.oid_content(f"{IDENTITY}.{number}.{row}")) for row in (1, 2, 3, 4)]
    return [value and value[2:] for value in values]


def versions(shown: Card) -> list[str]:
    return [guest.application_version for guest in shown.group.guests]


def upgrade(target: Card, version: str, *, until_versions: list[str]) -> None:
    async def run() -> None:
        token = target.profile.hardware_token
        target.image_arrived(Image(token, "application", "rpdu2g", version), 5000)
        await until(lambda: versions(target) == until_versions)
        await asyncio.sleep(0.1)  # long enough for a guest that must not follow

    asyncio.run(run())


@GENERATIONS
def test_a_host_shows_its_guests_as_further_rows(profile: str, target: str) -> None:
    shown = host(profile)
    version, boot_monitor = shown.settings.application_version.encode(), shown.settings.boot_monitor.encode()
    assert column(shown, 6) == [version, version, version, None]
    assert column(shown, 8)[1:] == [b"AP8641", b"AP8641", None]
    assert column(shown, 9)[1:] == [b"3F340000001", b"3F340000002", None]
    assert column(shown, 11) == [boot_monitor, boot_monitor, boot_monitor, None]


@GENERATIONS
def test_guests_follow_their_host(profile: str, target: str) -> None:
    updated = host(profile)
    upgrade(updated, target, until_versions=[target, target])
    assert column(updated, 6)[:3] == [target.encode()] * 3


@GENERATIONS
def test_a_guest_may_stay_behind(profile: str, target: str) -> None:
    updated = host(profile, faults=[{"name": "guest_stays_behind", "times": 1}])
    old = updated.settings.application_version
    upgrade(updated, target, until_versions=[old, target])
    assert versions(updated) == [old, target]


@GENERATIONS
def test_every_guest_may_stay_behind(profile: str, target: str) -> None:
    updated = host(profile, faults=["guest_stays_behind"])
    old = updated.settings.application_version
    upgrade(updated, target, until_versions=[old, old])
    assert versions(updated) == [old, old]


@pytest.mark.parametrize(
    ("profile", "guests", "complaint"),
    [
        ("smart_ups_nmc3", [{}], "only a rack PDU"),
        ("rack_pdu_nmc3", [{}] * 4, "there are 3 at most"),
        ("rack_pdu_nmc3", [{"serial": "A", "model": "B"}], "application_version: None is not of the right type"),
        ("rack_pdu_nmc3", [{"colour": "red"}], "unknown key 'colour'"),
    ],
)
def test_bad_guests_are_refused(profile: str, guests: list[dict[str, str]], complaint: str) -> None:
    with pytest.raises(FleetError, match=complaint):
        parse_fleet({"cards": [{"address": "127.0.0.1", "profile": profile, "guests": guests}]})
