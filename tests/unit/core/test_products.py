# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Product families, and who may have a Secure NMC subscription. The expectations are written out, not derived from the tables."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.samples import READ_AT, SILENT_FACTS

from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import identify
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import DeviceReading, Module, Observation, Unread
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import (
    BY_APPLICATION,
    BY_CARD_MODEL,
    BY_SYS_OBJECT_ID,
    DEVICE_KINDS,
    GENERATIONS,
    REFUSED_APPLICATIONS,
    Family,
    family_of_sys_object_id,
    family_row,
    secure_nmc,
)

_PREFIX = "1.3.6.1.4.1.318.1.3."

_APPLICATIONS = {
    "smart_ups": ["sumx", "su"],
    "symmetra_1p": ["sy"],
    "three_phase_ups": ["sy3p", "eu3p"],
    "rack_pdu": ["rpdu", "rpdu2g", "ms"],
    "rack_ats": ["ats4g", "ats5g", "g2ats"],
    "cooling": ["acrc", "acrc2g", "rd3xx", "unflrsp", "nairfm"],
    "environment": ["mem", "nb200", "nb250"],
}
# Object identifiers below 1.3.6.1.4.1.318.1.3, as cards send them, by the family that they alone say.
_ARCS: t.Mapping[str | None, list[str]] = {
    "smart_ups": ["2.1", "2.7", "2.17", "2.19", "27"],
    "smart_ups_ultra": ["39"],
    "easy_ups_online": ["37.1"],
    "three_phase_ups": ["37.2", "37.3", "13.1", "17.2", "23.1", "28.1", "28.11"],
    "symmetra_1p": ["5.1", "5.4"],
    "rack_pdu": ["4.2", "4.5", "4.6", "4.8", "4.9"],
    "environment": ["8.1", "8.4", "8.5"],
    "rack_ats": ["11", "32", "38"],
    "cooling": ["14.1", "14.5", "14.8", "14.10", "14.21", "14.23"],
    None: ["15", "3", "1", "37", "37.10", "370.1", "277", "33.1", ""],
}
_OBJECT_IDS = {arcs: family for family, many in _ARCS.items() for arcs in many}
_KINDS: t.Mapping[str | None, list[str]] = {
    "ups": ["smart_ups", "smart_ups_ultra", "symmetra_1p", "easy_ups_online", "three_phase_ups"],
    "rack_pdu": ["rack_pdu"],
    "rack_ats": ["rack_ats"],
    "cooling": ["cooling"],
    "environment": ["environment"],
    None: ["unknown"],
}


# --- families ------------------------------------------------------------------------------------------------------


def test_every_application_has_its_family() -> None:
    assert {key: row.family.value for key, row in BY_APPLICATION.items()} == {
        application: family for family, many in _APPLICATIONS.items() for application in many
    }


@pytest.mark.parametrize(("arcs", "family"), _OBJECT_IDS.items())
def test_every_object_identifier_has_its_family(arcs: str, family: str | None) -> None:
    row = family_of_sys_object_id(_PREFIX + arcs)
    assert (row.family.value if row else None) == family


def test_every_row_of_object_identifiers_is_tested() -> None:
    assert {key for key in BY_SYS_OBJECT_ID if not any(arcs == key or arcs.startswith(f"{key}.") for arcs in _OBJECT_IDS)} == set()


@pytest.mark.parametrize("oid", [None, "", "1.3.6.1.4.1.318", "1.3.6.1.4.1.705.1.2", "1.3.6.1.4.1.318.1.1.32.1", "1.3.6.1.4.1.318.1.3"])
def test_what_is_no_product_identifier_says_nothing(oid: str | None) -> None:
    assert family_of_sys_object_id(oid) is None


def test_only_readings_of_the_sources_are_marked_as_such() -> None:
    assert [key for key, row in BY_APPLICATION.items() if not row.verified] == ["ats5g"]
    assert [key for key, row in BY_SYS_OBJECT_ID.items() if not row.verified] == ["39", "37.1"]
    assert [key for key, row in BY_CARD_MODEL.items() if not row.verified] == ["AP9544"]


def test_every_row_has_a_source_and_its_own_key() -> None:
    for table in (BY_APPLICATION, BY_SYS_OBJECT_ID, BY_CARD_MODEL):
        for key, row in table.items():
            assert row.key == key
            assert row.source


@pytest.mark.parametrize(
    ("application", "arcs", "model", "family"),
    [
        ("su", "27", "AP9641", "smart_ups"),
        ("su", "39", "AP9641", "smart_ups_ultra"),
        ("anything", "39", None, "smart_ups_ultra"),
        ("anything", "37.1", "AP9544", "easy_ups_online"),
        ("su", "27", "AP9544", "easy_ups_online"),
        ("anything", None, "AP9544", "easy_ups_online"),
        ("eu3p", "37.2", "AP9547", "three_phase_ups"),
        ("anything", None, "AP9547", "three_phase_ups"),
        ("sumx", "17.1", "AP9635", "three_phase_ups"),
        ("sumx", "28.2", "AP9635", "three_phase_ups"),
        ("sy", "27", "AP9631", "symmetra_1p"),
        ("rpdu2g", "27", None, "rack_pdu"),
        ("anything", "4.6", None, "rack_pdu"),
        (None, "32", None, "rack_ats"),
        (None, None, None, None),
        ("anything", "99", "AP9999", None),
    ],
)
def test_what_refines_wins_over_the_application_and_that_over_the_rest(
    application: str | None, arcs: str | None, model: str | None, family: str | None
) -> None:
    row = family_row(application=application, sys_object_id=_PREFIX + arcs if arcs else None, card_model=model)
    assert (row.family.value if row else None) == family


def test_every_family_has_a_kind() -> None:
    assert {family.value: kind for family, kind in DEVICE_KINDS.items()} == {
        family: kind for kind, many in _KINDS.items() for family in many
    }


def test_every_hardware_token_has_its_generation() -> None:
    assert GENERATIONS == {"hw02": 1, "hw03": 1, "hw05": 2, "hw06": 2, "hw21": 3}


def test_the_application_of_the_dangerous_switch_is_refused() -> None:
    assert frozenset({"g2ats"}) == REFUSED_APPLICATIONS


# --- Secure NMC ----------------------------------------------------------------------------------------------------

_ON_NMC3: t.Mapping[str, tuple[bool | None, str | None, str]] = {
    "smart_ups": (True, "SWNMC3SU", "family_covered"),
    "smart_ups_ultra": (True, "SWNMC3SU", "family_covered"),
    "symmetra_1p": (True, "SWNMC3SU", "family_covered"),
    "easy_ups_online": (True, "FWENMC1P", "family_covered"),
    "rack_pdu": (True, "SWNMC3PDU", "family_covered"),
    "rack_ats": (False, None, "rack_ats"),
    "cooling": (False, None, "cooling"),
    "environment": (False, None, "environment"),
    "three_phase_ups": (False, None, "three_phase"),
    "unknown": (None, None, "family_unknown"),
}


@pytest.mark.parametrize("family", list(Family))
def test_who_may_subscribe_with_an_nmc3(family: Family) -> None:
    found = secure_nmc(3, family)
    assert (found.eligible, found.subscription_family, found.reason) == _ON_NMC3[family.value]


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("generation", [1, 2, 4])
def test_nobody_may_subscribe_with_another_generation(generation: int, family: Family) -> None:
    found = secure_nmc(generation, family)
    assert (found.eligible, found.subscription_family, found.reason) == (False, None, f"nmc{generation}")


@pytest.mark.parametrize("family", list(Family))
def test_with_an_unknown_generation_only_a_family_that_is_never_covered_is_decided(family: Family) -> None:
    found = secure_nmc(None, family)
    never = _ON_NMC3[family.value][0] is False
    expected = _ON_NMC3[family.value] if never else (None, None, "generation_unknown")
    assert (found.eligible, found.subscription_family, found.reason) == expected


# --- what is inferred is marked ------------------------------------------------------------------------------------


def observed(*, arcs: str | None = None, application: str = "su", model: str | None = "AP9641", token: str = "hw21") -> Observation:
    return Observation(
        source="snmp",
        sys_object_id=_PREFIX + arcs if arcs else None,
        aos=Module("aos", "v2.5.0.8", f"apc_{token}_aos_2.5.0.8.bin"),
        application=Module(None, "v2.5.0.6", f"apc_{token}_{application}_2.5.0.6.bin"),
        printed_model=model,
    )


@pytest.mark.parametrize(
    ("said", "family", "inferred"),
    [
        (observed(arcs="27"), Family.SMART_UPS, ()),
        (observed(arcs="39"), Family.SMART_UPS_ULTRA, ("product_family", "secure_nmc")),
        (observed(arcs="37.1", application="x", model="AP9544"), Family.EASY_UPS_ONLINE, ("product_family", "secure_nmc")),
        (observed(application="x", model="AP9544"), Family.EASY_UPS_ONLINE, ("product_family", "secure_nmc")),
        (observed(arcs="4.6", application="rpdu2g", model="AP8641"), Family.RACK_PDU, ()),
        (observed(application="ats5g", model="AP4423A"), Family.RACK_ATS, ("product_family", "secure_nmc")),
        (observed(application="x", model="AP9999"), Family.UNKNOWN, ()),
    ],
)
def test_a_reading_of_the_sources_is_marked_in_the_facts(said: Observation, family: Family, inferred: tuple[str, ...]) -> None:
    card = identify(said)
    assert (card.product_family, card.inferred) == (family, inferred)


@pytest.mark.parametrize("family", [family for family in Family if family is not Family.UNKNOWN])
def test_the_operators_word_on_the_family_wins_and_is_no_inference(family: Family) -> None:
    card = identify(observed(arcs="39"), product_family=family)
    assert card.product_family is family
    assert card.secure_nmc == secure_nmc(3, family)
    assert card.inferred == (("secure_nmc",) if family is Family.SMART_UPS_ULTRA else ())
    assert card.facts(READ_AT)["device"]["kind"] == DEVICE_KINDS[family]


# --- the facts have one shape --------------------------------------------------------------------------------------

_TEXTS = st.none() | st.text(max_size=15) | st.sampled_from(["v2.5.0.8", "apc_hw21_su_2.5.0.6.bin", "apc_hw05_aos_696.bin", "AP9544"])
_MODULES = st.builds(Module, _TEXTS, _TEXTS, _TEXTS)
_OBSERVATIONS = st.builds(
    Observation,
    source=st.sampled_from(["snmp", "ssh"]),
    sys_object_id=st.none() | st.sampled_from([_PREFIX + arcs for arcs in _OBJECT_IDS]) | st.text(max_size=10),
    aos=_MODULES,
    application=_MODULES,
    boot_monitor=_MODULES,
    application_missing=st.booleans(),
    card_model=_TEXTS,
    printed_model=_TEXTS,
    serial=_TEXTS,
    uptime_seconds=st.none() | st.floats(),
    application_state=st.sampled_from([None, "+", "-", "?", "!"]),
    device=st.builds(DeviceReading, _TEXTS, _TEXTS, _TEXTS, _TEXTS, st.none() | st.booleans(), _TEXTS),
    services=st.dictionaries(st.sampled_from(["http", "ssh", "unheard_of"]), st.booleans()),
    unread=st.lists(st.builds(Unread, st.text(max_size=5), st.text(max_size=5)), max_size=2).map(tuple),
)


@given(_OBSERVATIONS, st.none() | st.sampled_from(Family))
def test_whatever_was_observed_the_facts_have_the_same_keys(said: Observation, family: Family | None) -> None:
    card = identify(said, product_family=family)
    facts = card.facts(READ_AT)
    assert set(facts) == set(SILENT_FACTS)
    for key in ("device", "services", "secure_nmc", "features", "firmware"):
        assert set(facts[key]) == set(SILENT_FACTS[key])
    assert set(card.firmware) == set(Component)
    assert {key: set(part) for key, part in facts["firmware"].items()} == {
        "aos": {"version", "file"},
        "application": {"name", "version", "file"},
        "boot_monitor": {"version"},
    }
    assert {"values", "items", "keys", "get", "pop", "update", "copy"}.isdisjoint(facts)


@given(_OBSERVATIONS)
def test_a_card_without_application_names_none_and_knows_no_generation_without_a_token(said: Observation) -> None:
    card = identify(said)
    assert not (card.application_missing and card.application)
    assert card.generation == GENERATIONS.get(card.hardware_token or "")
