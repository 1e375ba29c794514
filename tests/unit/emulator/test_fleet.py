# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet file: what is derived, what is refused and how that is said."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from unit.emulator.cards import card

from emulator import fleet as fleet_module
from emulator.faults import Fault, FaultError, parse_faults
from emulator.fleet import FleetError, load_fleet, parse_fleet
from emulator.profiles import PROFILES


def test_a_count_makes_consecutive_cards_that_differ() -> None:
    cards = parse_fleet({"cards": [{"address": "127.0.0.250", "count": 10, "profile": "rack_pdu_nmc3", "name": "pdu"}]}).cards
    assert [each.address for each in cards][5:7] == ["127.0.0.255", "127.0.1.0"]
    assert [each.name for each in cards][:2] == ["pdu-1", "pdu-2"]
    for attribute in ("serial", "mac", "device_serial"):
        assert len({getattr(each, attribute) for each in cards}) == 10


def test_defaults_apply_and_can_be_overridden() -> None:
    fleet = {
        "defaults": {"profile": "smart_ups_nmc3", "password": "from-defaults", "reboot_seconds": 1},
        "cards": [{"address": "127.0.0.1"}, {"address": "127.0.0.2", "password": "own"}],
    }
    assert [each.password for each in parse_fleet(fleet).cards] == ["from-defaults", "own"]


def test_every_card_has_faults_of_its_own() -> None:
    fleet = {"defaults": {"faults": ["refuse"]}, "cards": [{"address": "127.0.0.1", "count": 2, "profile": "emu2"}]}
    first, second = parse_fleet(fleet).cards
    assert first.faults == second.faults
    assert first.faults[0] is not second.faults[0]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_makes_a_card_that_can_describe_itself(profile: str) -> None:
    state = card(profile).state()
    assert state["generation"] == PROFILES[profile].generation
    assert state["versions"]["aos"] == PROFILES[profile].aos


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "fleet: must be a mapping"),
        ({"cards": {}}, "cards: must be a list"),
        ({"card": []}, "fleet: unknown key 'card'"),
        ({"cards": [{"address": "127.0.0.1", "profile": "ups"}]}, r"cards\[0\]: unknown profile 'ups'; known: smart_ups"),
        ({"cards": [{"address": "10.0.0.1", "profile": "emu2"}]}, "10.0.0.1 is outside 127.0.0.0/8"),
        ({"cards": [{"address": "here", "profile": "emu2"}]}, "address: "),
        ({"cards": [{"address": "127.0.0.1", "profile": "emu2", "aos": 3.1}]}, "aos: 3.1 is not of the right type"),
        ({"cards": [{"address": "127.0.0.1", "profile": "emu2", "count": 2, "serial": "A"}]}, "belong to one card"),
        ({"cards": [{"address": "127.0.0.1", "profile": "emu2"}] * 2}, "127.0.0.1 is already another card"),
        ({"cards": [{"address": "127.0.0.1", "profile": "emu2", "faults": ["burn"]}]}, "unknown fault 'burn'"),
        ({"cards": [{"address": "127.0.0.1", "profile": "emu2", "snmp": {"community": 1}}]}, "snmp: community: 1"),
        (
            {"cards": [{"address": "127.0.0.1", "profile": "emu2", "snmp": {"v3": {"user": "u", "auth_protocol": "x"}}}]},
            "auth_protocol must be one of md5",
        ),
    ],
)
def test_a_bad_fleet_is_refused_with_its_place(document: object, complaint: str) -> None:
    with pytest.raises(FleetError, match=complaint):
        parse_fleet(document)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("refuse", Fault("refuse")),
        ({"name": "refuse", "times": 2}, Fault("refuse", times=2)),
        ({"drop_after_bytes": 4096}, Fault("drop_after_bytes", {"bytes": 4096})),
        ({"name": "drop_after_bytes", "bytes": 1, "times": 1}, Fault("drop_after_bytes", {"bytes": 1}, 1)),
        ({"drop_after_bytes": 5, "times": 1}, Fault("drop_after_bytes", {"bytes": 5}, 1)),
    ],
)
def test_faults_have_a_short_and_a_long_form(given: t.Any, fault: Fault) -> None:
    assert parse_faults([given]) == [fault]
    assert parse_faults([fault.describe()]) == [fault]


@pytest.mark.parametrize("given", ["", 1, {}, {"refuse": None, "reject_image": None}, {"name": "refuse", "bytes": 1}])
def test_what_is_no_fault_is_refused(given: t.Any) -> None:
    with pytest.raises(FaultError):
        parse_faults([given])


def test_drop_after_bytes_needs_its_bytes() -> None:
    with pytest.raises(FaultError, match="bytes must be a whole number"):
        parse_faults(["drop_after_bytes"])


def test_a_fault_with_times_is_used_up() -> None:
    shaky = card(faults=[{"name": "refuse", "times": 2}])
    assert [shaky.suffers("refuse") is not None for _turn in range(3)] == [True, True, False]


def test_the_example_fleet_has_every_profile() -> None:
    example = pathlib.Path(fleet_module.__file__).parent / "fleets" / "every-profile.yml"
    assert {each.profile.object_id for each in load_fleet(example).cards} == {each.object_id for each in PROFILES.values()}
