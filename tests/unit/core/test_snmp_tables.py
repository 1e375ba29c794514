# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cards over SNMP: from the values of one reading to the facts."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.samples import READ_AT, SAMPLES, STRANGERS, Sample

from ansible_collections.secure_power.nmc.plugins.module_utils._core import snmp_tables
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card, identify
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family

_BY_NAME = pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
_APC = "1.3.6.1.4.1.318"
_SMT = f"{_APC}.1.3.27"
_UPS_STATUS = f"{_APC}.1.1.1.4.1.1.0"
_SELF_TEST = f"{_APC}.1.1.1.7.2.3.0"


def card_of(
    text: str,
    object_id: str | None = _SMT,
    card: snmp_tables.Values | None = None,
    device: snmp_tables.Values | None = None,
) -> Card:
    values = {snmp_tables.SYS_DESCR: text.encode(), snmp_tables.SYS_OBJECT_ID: object_id, **(card or {})}
    return identify(snmp_tables.observe(values, device or {}))


def described(
    *,
    aos: str = "PF:v2.5.0.8 PN:apc_hw21_aos_2.5.0.8.bin",
    application: str = "AF1:v2.5.0.6 AN1:apc_hw21_su_2.5.0.6.bin",
    model: str = "AP9640",
) -> str:
    return f"APC Web/SNMP Management Card (MB:v4.2.9 {aos} {application} MN:{model} HR:5 SN: ZA2215342271 MD:04/18/2022)"


# --- sysDescr alone ------------------------------------------------------------------------------------------------


@_BY_NAME
def test_every_captured_card_gives_exactly_its_facts(sample: Sample) -> None:
    assert snmp_tables.is_card({snmp_tables.SYS_DESCR: sample.text.encode()})
    assert card_of(sample.text, sample.object_id).facts(READ_AT) == sample.all_facts


@pytest.mark.parametrize(("object_id", "text"), STRANGERS)
def test_what_is_no_card_is_told_so(object_id: str, text: str) -> None:
    values: snmp_tables.Values = {snmp_tables.SYS_DESCR: text.encode(), snmp_tables.SYS_OBJECT_ID: object_id}
    assert not snmp_tables.is_card(values)


@pytest.mark.parametrize("value", [None, 7, "APC SNMP Agent"])
def test_a_description_that_is_no_octet_string_is_no_card(value: t.Any) -> None:
    assert not snmp_tables.is_card({snmp_tables.SYS_DESCR: value})
    assert not snmp_tables.is_card({})


def test_a_card_that_once_shipped_with_1_1_0_on_hw02_is_generation_1() -> None:
    text = "APC Web/SNMP Management Card (MB:v3.6.1 PF:v1.1.0 PN:apc_hw02_aos_110.bin AF1:v1.1.0 AN1:apc_hw02_sumx_110.bin MN:AP9617)"
    card = card_of(text)
    assert (card.generation, card.hardware_token, str(card.version(Component.AOS))) == (1, "hw02", "1.1.0")
    assert card.secure_nmc.reason == "nmc1"


@pytest.mark.parametrize(
    ("token", "generation"),
    [("hw02", 1), ("hw03", 1), ("hw05", 2), ("hw06", 2), ("hw21", 3), ("HW21", 3), ("hw09", None), ("hw31", None)],
)
def test_the_generation_comes_from_the_hardware_token_only(token: str, generation: int | None) -> None:
    card = card_of(
        described(
            aos=f"PF:v6.9.6 PN:apc_{token}_aos_696.bin",
            application=f"AF1:v6.9.6 AN1:apc_{token}_su_696.bin",
            model="AP9641",
        )
    )
    assert (card.generation, card.hardware_token) == (generation, token.lower())


@pytest.mark.parametrize("text", ["vX.Y", "6.9.6.a.b", "unknown"])
def test_a_version_that_cannot_be_read_is_kept_as_text(text: str) -> None:
    card = card_of(described(aos=f"PF:{text} PN:apc_hw21_aos_2.5.0.8.bin"))
    assert card.version(Component.AOS) is None
    assert card.facts(READ_AT)["unread"] == [{"source": "version of aos", "text": text}]


@pytest.mark.parametrize("serial", ["<private>", "FFFFFFFFFFFF", "000000000000", "XXXXXXXXXXXX", "xxxx", "", "***", "a b", "AB1"])
def test_a_serial_that_is_none_is_null(serial: str) -> None:
    text = described().replace("ZA2215342271", serial)
    assert card_of(text).serial is None


@pytest.mark.parametrize("serial", ["ZA2215342271", "5A1274T28648", "JK1905001111", "E100221534", "FF00FF00FF01"])
def test_a_serial_that_is_one_is_kept_whole(serial: str) -> None:
    assert card_of(described().replace("ZA2215342271", serial)).serial == serial


@pytest.mark.parametrize(
    ("date", "read"),
    [("04/18/2022", "2022-04-18"), ("13/01/2022", None), ("02/30/2022", None), ("", None), ("2022-04-18", None)],
)
def test_a_manufacture_date_is_a_real_date_or_null(date: str, read: str | None) -> None:
    assert card_of(described().replace("04/18/2022", date)).manufacture_date == read


# --- an application that is missing --------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["apc_hw05_bootmon_109.bin", "apc_hw21_boot_1.5.1.1.bin"])
def test_a_boot_monitor_in_the_application_slot_is_a_missing_application(file: str) -> None:
    card = card_of(described(application=f"AF1:v1.0.9 AN1:{file}"))
    assert card.application_missing
    assert card.application is None
    assert card.product_family is Family.SMART_UPS


def test_a_bare_agent_is_not_guessed_at() -> None:
    card = card_of("APC SNMP Agent", _APC)
    assert card.application_missing
    assert (card.generation, card.application, card.product_family) == (None, None, Family.UNKNOWN)
    assert card.secure_nmc.eligible is None


# --- module table --------------------------------------------------------------------------------------------------

_TABLE = f"{_APC}.1.4.2.4.1"


def test_the_boot_monitor_is_read_from_the_module_table_and_never_from_mb() -> None:
    table: snmp_tables.Values = {
        f"{_TABLE}.3.1": b"apc_hw05_aos_672.bin",
        f"{_TABLE}.3.2": b"apc_hw05_rpdu2g_672.bin",
        f"{_TABLE}.3.3": b"apc_hw05_bootmon_108.bin",
        f"{_TABLE}.4.1": b"v6.7.2",
        f"{_TABLE}.4.2": b"v6.7.2",
        f"{_TABLE}.4.3": b"v1.0.8",
    }
    without, card = card_of(SAMPLES[0].text), card_of(SAMPLES[0].text, card=table)
    assert without.version(Component.BOOT_MONITOR) is None
    assert str(card.version(Component.BOOT_MONITOR)) == "1.0.8"


def test_the_description_wins_over_a_stale_module_table() -> None:
    stale: snmp_tables.Values = {f"{_TABLE}.4.1": b"v2.6.4", f"{_TABLE}.4.2": b"v2.6.5", f"{_TABLE}.3.1": b"apc_hw02_aos_264.bin"}
    card = card_of(described(), card=stale)
    assert card.facts(READ_AT)["firmware"]["aos"] == {"version": "2.5.0.8", "file": "apc_hw21_aos_2.5.0.8.bin"}
    assert card.generation == 3


def test_the_module_table_fills_what_the_description_leaves_out() -> None:
    table: snmp_tables.Values = {f"{_TABLE}.3.2": b"apc_hw21_su_2.5.0.6.bin", f"{_TABLE}.4.2": b"v2.5.0.6"}
    card = card_of("APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.5.0.8 PN:apc_hw21_aos_2.5.0.8.bin)", card=table)
    assert (card.application, str(card.version(Component.APPLICATION))) == ("su", "2.5.0.6")


# --- system group --------------------------------------------------------------------------------------------------


def test_names_places_and_uptime_are_read() -> None:
    card = card_of(
        described(),
        card={
            snmp_tables.SYS_NAME: "ups-köln".encode(),
            snmp_tables.SYS_LOCATION: b" Rack 4 ",
            snmp_tables.SYS_CONTACT: b"",
            snmp_tables.SYS_UP_TIME: 363_640,
        },
    )
    assert (card.name, card.location, card.contact, card.uptime_seconds) == ("ups-köln", "Rack 4", None, 3636.4)


def test_nothing_a_card_says_can_move_a_cursor() -> None:
    card = card_of(described(), card={snmp_tables.SYS_NAME: b"ups\x1b[2J\x07\x00\xff", snmp_tables.SYS_LOCATION: "a\u202eb".encode()})
    assert (card.name, card.location) == ("ups [2J  \ufffd", "a b")


@pytest.mark.parametrize(
    ("engine", "mac"),
    [
        ("8000013e03282986000001", "28:29:86:00:00:01"),
        ("8000013e0300c0b79943cd", "00:c0:b7:99:43:cd"),
        ("8000013e04282986000001", None),
        ("800000090328298600000a", None),
        ("8000013e0328298600", None),
        ("", None),
    ],
)
def test_the_mac_is_that_in_the_engine_id(engine: str, mac: str | None) -> None:
    assert card_of(described(), card={snmp_tables.ENGINE_ID: bytes.fromhex(engine)}).mac == mac


# --- device --------------------------------------------------------------------------------------------------------


def ups(values: snmp_tables.Values) -> Card:
    return card_of(described(), device=values)


def test_a_ups_is_described() -> None:
    device = ups(
        {
            f"{_APC}.1.1.1.1.1.1.0": b"Smart-UPS 750",
            f"{_APC}.1.1.1.1.2.5.0": b"SMT750IC",
            f"{_APC}.1.1.1.1.2.3.0": b"3S2100000001",
            f"{_APC}.1.1.1.1.2.1.0": b"UPS 16.0 (ID1047) ",
            _UPS_STATUS: 2,
            _SELF_TEST: 1,
        }
    ).facts(READ_AT)["device"]
    assert device == {
        "kind": "ups",
        "model": "Smart-UPS 750",
        "sku": "SMT750IC",
        "serial": "3S2100000001",
        "firmware": "UPS 16.0 (ID1047)",
        "on_battery": False,
        "self_test": "passed",
    }


@pytest.mark.parametrize(("status", "on_battery"), [(1, None), (2, False), (3, True), (4, False), (12, False), (None, None)])
def test_output_states_say_whether_a_ups_runs_on_battery(status: int | None, on_battery: bool | None) -> None:
    assert ups({_UPS_STATUS: status}).device.on_battery is on_battery


@pytest.mark.parametrize(
    ("status", "result", "self_test"),
    [(2, 1, "passed"), (2, 2, "failed"), (2, 3, "invalid"), (2, 4, "in_progress"), (15, 1, "in_progress"), (2, 9, None), (2, None, None)],
)
def test_a_self_test_is_seen_in_its_result_and_in_the_output_state(status: int, result: int | None, self_test: str | None) -> None:
    assert ups({_UPS_STATUS: status, _SELF_TEST: result}).device.self_test == self_test


def test_a_rack_pdu_has_a_serial_beside_that_of_its_card() -> None:
    card = card_of(
        SAMPLES[0].text,
        SAMPLES[0].object_id,
        device={f"{_APC}.1.1.26.2.1.8.1": b"AP8641", f"{_APC}.1.1.26.2.1.9.1": b"3F503A169043", f"{_APC}.1.1.26.2.1.13.1": b"5A1904E01715"},
    )
    assert (card.serial, card.device.serial, card.device.model, card.model) == ("5A1904E01715", "3F503A169043", "AP8641", None)


@pytest.mark.parametrize(
    ("object_id", "kind", "asked"),
    [
        ("1.3.6.1.4.1.318.1.3.27", "ups", "1.3.6.1.4.1.318.1.1.1.4.1.1.0"),
        ("1.3.6.1.4.1.318.1.3.2.7", "ups", "1.3.6.1.4.1.318.1.1.1.1.2.3.0"),
        ("1.3.6.1.4.1.318.1.3.37.1", "ups", "1.3.6.1.4.1.318.1.1.1.7.2.3.0"),
        ("1.3.6.1.4.1.318.1.3.4.6", "rack_pdu", "1.3.6.1.4.1.318.1.1.26.2.1.13.1"),
        ("1.3.6.1.4.1.318.1.3.32", "rack_ats", "1.3.6.1.4.1.318.1.1.8.1.15.0"),
        ("1.3.6.1.4.1.318.1.3.38", "rack_ats", "1.3.6.1.4.1.318.1.1.33.2.1.5.1"),
        ("1.3.6.1.4.1.318.1.3.14.5", "cooling", "1.3.6.1.4.1.318.1.1.13.3.2.2.1.5.1"),
        ("1.3.6.1.4.1.318.1.3.8.4", "environment", "1.3.6.1.4.1.318.1.4.2.2.1.3.1"),
        ("1.3.6.1.4.1.318.1.3.15", None, "1.3.6.1.4.1.318.1.4.2.2.1.3.1"),
        ("1.3.6.1.4.1.318", None, "1.3.6.1.4.1.318.1.4.2.2.1.2.1"),
    ],
)
def test_what_is_asked_of_the_device_depends_on_its_kind(object_id: str, kind: str | None, asked: str) -> None:
    assert snmp_tables.device_kind({snmp_tables.SYS_OBJECT_ID: object_id}) == kind
    assert asked in snmp_tables.device_oids(kind)


def test_every_object_is_an_instance_without_leading_dot_and_asked_once() -> None:
    kinds: list[str | None] = ["ups", "rack_pdu", "rack_ats", "cooling", "environment", None]
    for oids in (snmp_tables.CARD_OIDS, *(snmp_tables.device_oids(kind) for kind in kinds)):
        assert len(set(oids)) == len(oids)
        assert all(oid.startswith("1.3.6.1.") and oid.replace(".", "").isdigit() for oid in oids)


# --- hostile values ------------------------------------------------------------------------------------------------

_KINDS = ["27", "4.6", "32", "14.5", "8.4", "999", "37.1", "39"]
_ALL = (
    *snmp_tables.CARD_OIDS,
    *(oid for kind in ("ups", "rack_pdu", "rack_ats", "cooling", None) for oid in snmp_tables.device_oids(kind)),
)
_SCALARS = st.none() | st.integers() | st.binary(max_size=60) | st.text(max_size=20)


@given(st.dictionaries(st.sampled_from(_ALL), _SCALARS), st.sampled_from(_KINDS), st.sampled_from(SAMPLES))
def test_no_value_of_any_type_changes_the_shape_of_the_facts(values: dict[str, t.Any], kind: str, sample: Sample) -> None:
    facts = card_of(sample.text, f"{_APC}.1.3.{kind}", card=values, device=values).facts(READ_AT)
    assert shape(facts) == shape(sample.all_facts)


def shape(facts: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {key: shape(value) if isinstance(value, dict) else None for key, value in facts.items()}
