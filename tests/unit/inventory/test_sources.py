# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The places that the sources of an inventory name, without any card."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.sources import Place, one_client_each, sources_from

WAYS = {"read": {"snmp_community": "SECRET-WORD"}, "other": {"snmp_community": "x", "snmp_port": 1161}}


def places(*sources: dict[str, t.Any], known: t.Mapping[str, str] | None = None) -> list[Place]:
    made = sources_from([{"credentials": ["read"], **source} for source in sources], WAYS)
    folder = pathlib.Path("nowhere")
    return one_client_each(place for source in made for place in source.places(folder, lambda _group, _client: (known or {}).items()))


def addresses(*sources: dict[str, t.Any]) -> list[str]:
    return [place.address for place in places(*sources)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"ranges": ["192.0.2.0/30"]}, ["192.0.2.1", "192.0.2.2"]),
        ({"ranges": ["192.0.2.0/31"]}, ["192.0.2.0", "192.0.2.1"]),
        ({"ranges": ["192.0.2.7"]}, ["192.0.2.7"]),
        ({"ranges": ["2001:db8::/127"]}, ["2001:db8::", "2001:db8::1"]),
        ({"ranges": ["192.0.2.0/30", "192.0.2.0/29"], "exclude": ["192.0.2.4/30"]}, ["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
        ({"ranges": ["192.0.2.7"], "exclude": ["2001:db8::/32"]}, ["192.0.2.7"]),
        ({"hosts": ["2001:DB8::0:1"], "ranges": ["2001:db8::1"]}, ["2001:db8::1"]),
        ({}, []),
    ],
)
def test_ranges_and_lists_become_addresses(source: dict[str, t.Any], expected: list[str]) -> None:
    assert addresses(source) == expected


def test_what_is_listed_counts_wherever_a_range_has_it_too() -> None:
    (place,) = places({"ranges": ["192.0.2.7"]}, {"hosts": ["192.0.2.7"], "site": "paris"})
    assert (place.listed, place.source.site) == (True, "paris")


def test_a_place_of_several_ranges_is_that_of_the_first() -> None:
    (place,) = places({"ranges": ["192.0.2.7"], "site": "paris"}, {"ranges": ["192.0.2.7"], "site": "rome"})
    assert place.source.site == "paris"


def test_cards_behind_one_address_have_different_ports() -> None:
    assert [place.port for place in places({"hosts": ["192.0.2.7"]}, {"hosts": ["192.0.2.7"], "credentials": ["other"]})] == [161, 1161]


def test_one_name_for_two_addresses_is_refused() -> None:
    with pytest.raises(InputError, match=r"ups1 is at ups1 by one source, and at 192\.0\.2\.7 by another"):
        places({"hosts": ["ups1"]}, {"inventory_groups": ["cards"]}, known={"ups1": "192.0.2.7"})


def test_two_clients_cannot_claim_one_address_in_whatever_way_it_is_written() -> None:
    with pytest.raises(InputError, match="is an address of the clients acme and globex"):
        places({"client": "acme", "hosts": ["2001:db8::1"]}, {"client": "globex", "hosts": ["2001:DB8:0::1"]})


@pytest.mark.parametrize("name", ["localhost", "all", "a b", "a\nb", "{{ x }}", "x" * 300, ""])
def test_what_is_neither_address_nor_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="neither an address nor a name"):
        places({"hosts": [name]})


def test_only_a_location_that_the_operator_knows_is_a_site() -> None:
    (source,) = sources_from([{"site": "somewhere", "site_by_location": {"Paris, row 4": "paris"}}], WAYS)
    assert [source.site_of(said) for said in ("Paris, row 4", "paris", None)] == ["paris", "somewhere", "somewhere"]


def test_no_secret_is_in_what_a_place_shows_of_itself_or_hands_on() -> None:
    (place,) = places({"hosts": ["192.0.2.7"]})
    assert "SECRET-WORD" not in repr(place)
    assert place.source.settings("read") == {}


def test_settings_are_those_of_the_credentials_that_worked_or_what_all_have_in_common() -> None:
    ways = {"a": {"snmp_user": "audit", "snmp_port": 1161}, "b": {"snmp_community": "x", "snmp_port": 1161}}
    (source,) = sources_from([{"credentials": ["a", "b"]}], ways)
    assert source.settings("a") == {"snmp_user": "audit", "snmp_port": 1161}
    assert source.settings(None) == {"snmp_port": 1161}


def test_no_more_credentials_are_tried_than_look_like_an_attack() -> None:
    with pytest.raises(InputError, match="would look like an attack"):
        places({"credentials": ["read"] * 9})
