# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The places that the sources of an inventory name, without any card."""

from __future__ import annotations

import pathlib
import re
import time
import typing as t

import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.sources import Place, one_client_each, sources_from

WAYS = {"read": {"snmp_community": "SECRET-WORD"}, "other": {"snmp_community": "x", "snmp_port": 1161}}


def places(
    *sources: dict[str, t.Any],
    known: t.Mapping[str, str] | None = None,
    folder: pathlib.Path = pathlib.Path("nowhere"),
    warn: t.Callable[[str], None] = pytest.fail,
) -> list[Place]:
    made = sources_from([{"credentials": ["read"], **source} for source in sources], WAYS)
    return one_client_each(place for source in made for place in source.places(folder, lambda _group, _client: (known or {}).items(), warn))


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


def test_what_is_excluded_is_in_no_list_either() -> None:
    listed = {"hosts": ["192.0.2.7", "192.0.2.8", "ups1"], "exclude": ["192.0.2.8/29", "2001:db8::/32"]}
    assert addresses(listed) == ["192.0.2.7", "ups1"]


def test_ten_thousand_exclusions_are_no_load() -> None:
    began = time.monotonic()
    without = [f"10.0.{number // 100}.{number % 100 * 2 + 1}" for number in range(10_000)]
    assert len(addresses({"ranges": ["10.0.0.0/16"], "exclude": without})) == 65_534 - 10_000
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("option", ["ranges", "exclude"])
def test_a_wrong_range_is_named_with_its_source(option: str) -> None:
    with pytest.raises(InputError, match=rf"source 2: {option} has '192\.0\.2\.7/24', which is no range"):
        places({}, {option: ["192.0.2.7/24"]})


def test_rows_of_an_export_that_are_no_cards_are_left_out_and_said_once(tmp_path: pathlib.Path) -> None:
    bad = ["n/a", "192.0.2.7:161", "\0", "-oProxyCommand=id", "{{ 7 * 7 }}", "localhost", '"a\nb"']
    (tmp_path / "export.csv").write_text("\ufeffIP\r\n" + "\r\n".join([*bad, " 192.0.2.7 ", "", "ups1.example"]), encoding="utf-8")
    warnings: list[str] = []
    found = places({"csv": {"path": "export.csv", "columns": {"address": "IP"}}}, folder=tmp_path, warn=warnings.append)
    assert [place.address for place in found] == ["192.0.2.7", "ups1.example"]
    (warning,) = warnings
    assert "7 rows of" in warning
    assert "'n/a' in line 2, '192.0.2.7:161' in line 3" in warning


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


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"host": "192.0.2.7", "snmp_community": "SECRET-WORD"}, "credentials 'read': host is no option of theirs"),
        ({"snmp_community": "SECRET-WORD", "timeout": -1}, "credentials 'read': timeout is -1.0, which is no time to wait"),
        ({"snmp_community": "SECRET-WORD", "snmp_port": float("inf")}, "credentials 'read': the number in snmp_port is too large"),
        ({"snmp_community": 12345678, "snmp_port": "none"}, "credentials 'read': argument 'snmp_port' is of type"),
        ({"snmp_community": "SECRET-WORD", "port": "1e999999999"}, "credentials 'read': the number in port is too large"),
    ],
)
def test_credentials_that_can_work_with_no_card_are_refused(options: dict[str, t.Any], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)) as caught:
        sources_from([{"credentials": ["read"]}], {"read": options})
    assert "SECRET" not in str(caught.value)
