# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must hold before the first byte of an image."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from unit.core.builders import card_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import DeviceReading, LinkedDevice
from ansible_collections.secure_power.nmc.plugins.module_utils._core.preflight import confirm, preflight
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions

CARD = card_of("hw05", "sumx")


def card(*, user: str | None = None, **device: t.Any) -> Card:
    return dataclasses.replace(CARD, user_type=user, device=DeviceReading(model="Smart-UPS 1500", **device))


@pytest.mark.parametrize("user", ["Administrator", "Super User", None])
def test_who_may_write_or_is_not_known_passes(user: str | None) -> None:
    assert preflight(card(user=user), Permissions()) is None


@pytest.mark.parametrize("user", ["Device User", "Read-Only User", "Network-Only User", "administrator", ""])
def test_who_may_not_write_is_refused_whatever_is_allowed(user: str) -> None:
    refusal = preflight(card(user=user), Permissions(on_battery=True, self_test=True, force=True))
    assert refusal is not None
    assert refusal.reason is Reason.NOT_ADMINISTRATOR


@pytest.mark.parametrize(
    ("state", "expected", "consent"),
    [
        ({"on_battery": True}, Reason.ON_BATTERY, {"on_battery": True}),
        ({"self_test": "in_progress"}, Reason.SELF_TEST_RUNNING, {"self_test": True}),
    ],
)
def test_a_ups_that_is_not_at_rest_needs_its_own_consent(state: dict[str, t.Any], expected: Reason, consent: dict[str, bool]) -> None:
    refusal = preflight(card(**state), Permissions())
    assert refusal is not None
    assert refusal.reason is expected
    assert "Smart-UPS 1500" in refusal.sentence
    others = {field.name: True for field in dataclasses.fields(Permissions) if field.name not in consent}
    assert preflight(card(**state), Permissions(**others)) == refusal
    assert preflight(card(**state), Permissions(**consent)) is None


@pytest.mark.parametrize("state", [{"on_battery": False}, {"on_battery": None}, {"self_test": "passed"}, {"self_test": None}])
def test_a_ups_at_rest_or_one_that_does_not_say_passes(state: dict[str, t.Any]) -> None:
    assert preflight(card(**state), Permissions()) is None


@pytest.mark.parametrize(("state", "expected"), [("?", Reason.CARD_RESTARTING), ("+", None), ("-", None), ("!", None), (None, None)])
def test_a_card_whose_application_is_starting_gets_nothing(state: str | None, expected: Reason | None) -> None:
    refusal = preflight(dataclasses.replace(CARD, application_state=state), Permissions(force=True, on_battery=True, self_test=True))
    assert (refusal.reason if refusal else None) is expected


# one card out of two readings


@pytest.mark.parametrize("change", [{"serial": "ZA9999999999"}, {"hardware_token": "hw21"}, {"application": "sy"}])
def test_over_both_transports_it_must_be_the_same_card(change: dict[str, t.Any]) -> None:
    found = confirm(CARD, dataclasses.replace(CARD, **change))
    assert isinstance(found, Refusal)
    assert found.reason is Reason.WRONG_CARD


def test_where_a_serial_is_missing_the_mac_address_tells_cards_apart() -> None:
    one, other = (dataclasses.replace(CARD, mac=f"00:c0:b7:11:22:3{number}") for number in range(2))
    assert isinstance(confirm(dataclasses.replace(one, serial=None), other), Refusal)
    assert isinstance(confirm(dataclasses.replace(one, serial=None), one), Card)
    assert isinstance(confirm(one, other), Card)


def test_what_one_transport_does_not_say_is_no_difference() -> None:
    assert isinstance(confirm(dataclasses.replace(CARD, serial=None), CARD), Card)


@pytest.mark.parametrize("swapped", [False, True])
def test_the_worse_state_of_the_ups_counts_whoever_says_it(swapped: bool) -> None:
    good, bad = card(on_battery=False, self_test="passed"), card(on_battery=True, self_test="in_progress")
    over_snmp, over_ssh = (bad, good) if swapped else (good, bad)
    found = confirm(over_snmp, over_ssh)
    assert isinstance(found, Card)
    assert (found.device.on_battery, found.device.self_test) == (True, "in_progress")


def test_linked_devices_are_those_that_snmp_names() -> None:
    linked = (LinkedDevice("guest", "AP8653", "ZA1", "2.5.0.6", "1.5.1.1"),)
    found = confirm(dataclasses.replace(CARD, linked=linked), CARD)
    assert isinstance(found, Card)
    assert found.linked == linked
