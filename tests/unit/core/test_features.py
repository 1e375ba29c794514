# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The feature table of the Secure NMC FAQ, row by row and model by model."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.samples import NO_FEATURES

from ansible_collections.secure_power.nmc.plugins.module_utils._core.features import features
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family

_LANGUAGES = {"English", "French", "German", "Italian", "Japanese", "Korean", "Portuguese", "Spanish", "Simplified Chinese", "Russian"}
_CODES = {
    "en": "English",
    "fr": "French",
    "de": "German",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "pt": "Portuguese",
    "es": "Spanish",
    "zh": "Simplified Chinese",
    "ru": "Russian",
}
_MODELS = ["AP9640", "AP9641", "AP9643", "AP9544"]
_FAMILIES = {
    "AP9640": Family.SMART_UPS,
    "AP9641": Family.SMART_UPS,
    "AP9643": Family.SMART_UPS,
    "AP9544": Family.EASY_UPS_ONLINE,
}
# The rows of the FAQ in its own order: AP9640, AP9641, AP9643, AP9544. Smart battery management is that of an SRT.
_ROWS: t.Mapping[str, list[t.Any]] = {
    "snmp": [True, True, True, True],
    "modbus_tcp": [True, True, True, True],
    "bacnet": [True, True, True, False],
    "notifications": [True, True, True, True],
    "ipv6": [True, True, True, True],
    "smart_battery": [True, True, True, False],
    "software_integrations": [True, True, True, True],
    "temperature_sensors": [[], ["AP9335T", "AP9335TH"], ["AP9335T", "AP9335TH"], []],
    "dry_contact_io": [[], ["AP9810"], ["AP9810"], ["AP9811"]],
    "modbus_rtu_4_wire": [False, False, True, False],
}


def of_model(model: str | None, family: Family, *device_names: str | None, generation: int | None = 3) -> dict[str, t.Any]:
    return features(generation=generation, family=family, card_model=model, device_names=device_names)


@pytest.mark.parametrize("name", _ROWS)
def test_every_row_of_the_table_holds_for_every_model(name: str) -> None:
    assert [of_model(model, _FAMILIES[model], "SRT3000XLI")[name] for model in _MODELS] == _ROWS[name]


@pytest.mark.parametrize("model", _MODELS)
def test_every_model_speaks_the_ten_languages(model: str) -> None:
    spoken = of_model(model, _FAMILIES[model])["languages"]
    assert len(spoken) == 10
    assert {_CODES[code] for code in spoken} == _LANGUAGES


def test_there_is_no_row_beyond_those_of_the_table() -> None:
    assert set(of_model("AP9640", Family.SMART_UPS)) == {*_ROWS, "languages"} == set(NO_FEATURES)


@pytest.mark.parametrize(
    ("names", "has"),
    [
        (("Smart-UPS SRT 3000", None), True),
        ((None, "SRT3000XLI"), True),
        ((None, "SRTL3KRM1UNC"), True),
        (("Smart-UPS SRTL 2200", None), True),
        (("srt5krmxlt", None), True),
        (("Smart-UPS 750", "SMT750IC"), False),
        (("Smart-UPS X 3000", "SMX3000RMHV2U"), False),
        (("SMTL1000RMI2UC", None), False),
        (("SURT3000XL", None), False),
        (("SURTD5000", None), False),
        (("SRTG5KXLI", None), False),
        (("ASRT1000", None), False),
        ((None, None), None),
        (("", None), None),
    ],
)
def test_smart_battery_management_is_for_srt_and_srtl_only(names: tuple[str | None, ...], has: bool | None) -> None:
    for model in ("AP9640", "AP9641", "AP9643"):
        assert of_model(model, Family.SMART_UPS, *names)["smart_battery"] is has


def test_no_other_feature_depends_on_the_ups() -> None:
    with_srt, without = (of_model("AP9643", Family.SMART_UPS, name) for name in ("SRT3000XLI", "SMT750IC"))
    assert {name for name in with_srt if with_srt[name] != without[name]} == {"smart_battery"}


@pytest.mark.parametrize("model", ["0N-1570-07K", "AP9999"])
@pytest.mark.parametrize("family", [Family.SMART_UPS, Family.SMART_UPS_ULTRA, Family.RACK_PDU])
def test_an_embedded_card_counts_as_ap9641(model: str, family: Family) -> None:
    expected = of_model("AP9641", family, "SRT3000XLI")
    assert of_model(model, family, "SRT3000XLI") == expected


def test_a_rack_pdu_counts_as_ap9641_without_naming_its_card_and_has_no_battery() -> None:
    assert of_model(None, Family.RACK_PDU, "APDU9959EU3") == {**of_model("AP9641", Family.SMART_UPS), "smart_battery": False}


def test_a_ups_card_that_does_not_name_itself_is_not_guessed_at() -> None:
    assert of_model(None, Family.SMART_UPS, "SRT3000XLI") == NO_FEATURES
    assert of_model(None, Family.SMART_UPS_ULTRA) == NO_FEATURES


@pytest.mark.parametrize("family", [Family.RACK_ATS, Family.COOLING, Family.ENVIRONMENT, Family.THREE_PHASE_UPS, Family.UNKNOWN])
def test_an_embedded_card_in_another_product_is_not_in_the_table(family: Family) -> None:
    assert of_model("AP4423A", family) == NO_FEATURES


@pytest.mark.parametrize("model", ["AP9640", "AP9641", "AP9643"])
def test_a_slot_card_in_a_symmetra_is_in_the_table(model: str) -> None:
    column = _MODELS.index(model)
    found = of_model(model, Family.SYMMETRA_1P, "Symmetra LX")
    assert {name: found[name] for name in _ROWS if name != "smart_battery"} == {
        name: row[column] for name, row in _ROWS.items() if name != "smart_battery"
    }
    assert found["smart_battery"] is False


@given(st.sampled_from([None, 1, 2, 4]), st.sampled_from(Family), st.none() | st.sampled_from(_MODELS) | st.text())
def test_of_other_generations_nothing_is_said(generation: int | None, family: Family, model: str | None) -> None:
    assert of_model(model, family, "SRT3000XLI", generation=generation) == NO_FEATURES


def test_results_do_not_share_lists() -> None:
    first, second = of_model("AP9641", Family.SMART_UPS), of_model("AP9641", Family.SMART_UPS)
    first["languages"].clear()
    first["temperature_sensors"].clear()
    assert len(second["languages"]) == 10
    assert second["temperature_sensors"] == ["AP9335T", "AP9335TH"]
