# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a card that was sent an image has to say."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from unit.core.builders import AOS, APPLICATION, card_of, image_of, version

from ansible_collections.secure_power.nmc.plugins.module_utils._core.proof import another_card, has_restarted, has_stayed_up, shortfall
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Change, Step

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component

OLD = card_of("hw21", "su", aos="1.4.2.1", app="1.4.2.1")
NEW = card_of("hw21", "su", aos="2.5.5.1", app="2.5.5.1")
NAME = "apc_hw21_su_2-5-5-1.nmc3"


def step(name: str = NAME, component: Component = APPLICATION, *, before: str = "1.4.2.1", after: str = "2.5.5.1") -> Step:
    return Step(image_of(name), component, (Change(component, version(before), version(after)),))


def reason(before: Card, after: Card, taken: Step) -> Reason | None:
    refusal = shortfall(before, after, taken)
    return refusal.reason if refusal else None


# the application


def test_the_application_of_the_image_is_right() -> None:
    assert shortfall(OLD, NEW, step()) is None


def test_the_image_says_what_a_card_that_forgot_its_application_must_run() -> None:
    forgetful = card_of("hw21", None, missing=True)
    assert shortfall(forgetful, NEW, step()) is None
    assert reason(forgetful, card_of("hw21", "sy", app="2.5.5.1"), step()) is Reason.WRONG_APPLICATION_LOADED


def test_another_application_is_told_by_name() -> None:
    refusal = shortfall(OLD, card_of("hw21", "rpdu2g", app="2.5.5.1"), step())
    assert refusal is not None
    assert refusal.reason is Reason.WRONG_APPLICATION_LOADED
    assert "runs the application rpdu2g instead of su" in refusal.sentence


def test_no_application_is_a_broken_one() -> None:
    assert reason(OLD, card_of("hw21", None, missing=True), step()) is Reason.APPLICATION_BROKEN


def test_between_aos_and_application_an_nmc2_may_be_without_one() -> None:
    aos = step("apc_hw05_aos_722.bin", AOS, before="6.9.6", after="7.2.2")
    before = card_of("hw05", "sumx", aos="6.9.6", app="6.9.6")
    assert shortfall(before, card_of("hw05", None, aos="7.2.2", missing=True), aos) is None


# versions


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("1.4.2.1", Reason.STILL_OLD_VERSION),
        ("2.5.0.8", Reason.UNEXPECTED_VERSION),
        (None, Reason.UNEXPECTED_VERSION),
        ("2.5.5.1", None),
    ],
)
def test_the_version_must_be_the_one_that_was_sent(said: str | None, expected: Reason | None) -> None:
    assert reason(OLD, card_of("hw21", "su", app=said), step()) is expected


# the restart


@pytest.mark.parametrize(
    ("uptime_before", "uptime_after", "restarted"),
    [
        (90_000.0, 60.0, True),
        (90_000.0, 90_100.0, False),
        (90_000.0, 100.0, False),  # not smaller than the seconds since the last byte
        (60.0, 90.0, False),  # it ran on
        (60.0, 60.0, False),
        (None, 60.0, False),
        (90_000.0, None, False),
    ],
)
def test_an_uptime_that_began_anew_is_a_restart(uptime_before: float | None, uptime_after: float | None, restarted: bool) -> None:
    before, after = (dataclasses.replace(OLD, uptime_seconds=uptime) for uptime in (uptime_before, uptime_after))
    assert has_restarted(before, after, step(), seconds=100.0) is restarted


def test_new_versions_are_a_restart_whatever_the_uptime_says() -> None:
    assert has_restarted(OLD, NEW, step(), seconds=1.0)


@pytest.mark.parametrize(("uptime", "expected"), [(None, False), (0.0, False), (100.0, False), (160.0, False), (161.0, True), (1e6, True)])
def test_a_card_that_is_up_for_longer_than_since_the_last_byte_has_stayed_up(uptime: float | None, expected: bool) -> None:
    assert has_stayed_up(dataclasses.replace(NEW, uptime_seconds=uptime), seconds=100.0) is expected


def test_the_version_that_was_there_before_proves_no_restart() -> None:
    assert not has_restarted(NEW, NEW, step(before="2.5.5.1"), seconds=1.0)


# identity


@pytest.mark.parametrize("name", ["serial", "mac"])
def test_another_serial_or_mac_is_another_card(name: str) -> None:
    before, after = (dataclasses.replace(OLD, **t.cast("t.Any", {name: text})) for text in ("ZA1111111111", "ZA2222222222"))
    refusal = another_card(before, after)
    assert refusal is not None
    assert refusal.reason is Reason.IDENTITY_CHANGED
    assert "ZA1111111111" in refusal.sentence
    assert "ZA2222222222" in refusal.sentence


def test_what_one_reading_does_not_say_is_no_difference() -> None:
    assert another_card(OLD, dataclasses.replace(OLD, serial=None, mac=None)) is None
