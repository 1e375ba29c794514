# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Advisories: who is exposed, and what stays out of the table."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from unit.core.builders import card_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core.advisories import ADVISORIES, Exposed, exposures
from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import DeviceReading
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card

AFFECTED, UNKNOWN = Exposed.AFFECTED, Exposed.UNKNOWN


def states(card: Card) -> dict[str, Exposed]:
    return {exposure.advisory.id: exposure.state for exposure in exposures(card)}


def ups(generation: int, version: str, *, app: str | None = None) -> Card:
    tokens = {1: ("hw02", "sumx"), 2: ("hw05", "sumx"), 3: ("hw21", "su")}
    token, application = tokens[generation]
    return card_of(token, application, aos=version, app=app or version)


def pdu(generation: int, version: str, *, model: str | None, app: str | None = None) -> Card:
    card = card_of("hw21" if generation == 3 else "hw05", "rpdu2g", aos=version, app=app or version)
    return dataclasses.replace(card, device=DeviceReading(model=model))


@pytest.mark.parametrize(
    ("card", "advisory", "expected"),
    [
        # Ripple20: last affected, the gap, first fixed
        (ups(1, "3.9.2"), "ripple20-nmc1", AFFECTED),
        (ups(1, "3.9.3"), "ripple20-nmc1", UNKNOWN),
        (ups(1, "3.9.4"), "ripple20-nmc1", None),
        (ups(2, "6.9.4"), "ripple20-nmc2", AFFECTED),
        (ups(2, "6.9.5"), "ripple20-nmc2", UNKNOWN),
        (ups(2, "6.9.6"), "ripple20-nmc2", None),
        (ups(2, "6.9.10"), "ripple20-nmc2", None),
        (ups(3, "1.3.3.1"), "ripple20-nmc3", AFFECTED),
        (ups(3, "1.3.3.2"), "ripple20-nmc3", UNKNOWN),
        (ups(3, "1.4"), "ripple20-nmc3", None),
        # the web interface, 2021: affected by AOS, fixed by application
        (ups(3, "1.4.2.1"), "web-2021-nmc3-ups", AFFECTED),
        (ups(3, "1.4.2.2"), "web-2021-nmc3-ups", UNKNOWN),
        (ups(3, "1.4.2.1", app="1.5"), "web-2021-nmc3-ups", None),
        (ups(3, "1.5.1.1"), "web-2021-nmc3-ups", None),
        (ups(2, "6.9.8"), "web-2021-nmc2-ups", AFFECTED),
        (ups(2, "7.0.2"), "web-2021-nmc2-ups", UNKNOWN),
        (ups(2, "7.0.4"), "web-2021-nmc2-ups", None),
        (pdu(3, "1.4.0", model="APDU9959EU3"), "web-2021-nmc3-pdu", AFFECTED),
        (pdu(3, "1.4.0", model="AP8641"), "web-2021-nmc3-pdu", None),
        (pdu(3, "1.4.0", model=None), "web-2021-nmc3-pdu", AFFECTED),
        (pdu(3, "1.4.1", model="APDU9959EU3"), "web-2021-nmc3-pdu", UNKNOWN),
        (pdu(3, "2.5.0.8", model="APDU9959EU3"), "web-2021-nmc3-pdu", None),
        (pdu(2, "6.9.6", model="AP8641"), "web-2021-nmc2-pdu", AFFECTED),
        (pdu(2, "7.0.4", model="AP8641", app="7.0.4"), "web-2021-nmc2-pdu", UNKNOWN),
        (pdu(2, "7.0.4", model="AP8641", app="7.0.6"), "web-2021-nmc2-pdu", None),
        (card_of("hw05", "acrc", aos="6.9.6", app="6.1.0"), "web-2021-nmc2-other", AFFECTED),
        (card_of("hw05", "acrc", aos="7.0.4", app="6.1.0"), "web-2021-nmc2-other", None),
        # the token in links
        (pdu(3, "1.1.0.3", model="AP7811B"), "token-2021-nmc3-pdu-ap", AFFECTED),
        (pdu(3, "1.1.0.4", model="AP8641"), "token-2021-nmc3-pdu-ap", UNKNOWN),
        (pdu(3, "1.2.0.2", model="AP8641"), "token-2021-nmc3-pdu-ap", None),
        (pdu(3, "1.0.0.28", model="APDU9959EU3"), "token-2021-nmc3-pdu-apdu", AFFECTED),
        (pdu(3, "1.1.0.3", model="APDU9959EU3"), "token-2021-nmc3-pdu-apdu", UNKNOWN),
        (pdu(2, "6.9.6", model="AP8641"), "token-2021-nmc2-pdu", AFFECTED),
        (pdu(2, "7.0.6", model="AP8641"), "token-2021-nmc2-pdu", None),
        # one version is named, and no fix
        (ups(2, "6.5.6"), "credentials-2018-nmc2", AFFECTED),
        (ups(2, "7.2.2"), "credentials-2018-nmc2", UNKNOWN),
        (ups(3, "2.5.5.1"), "credentials-2018-nmc2", None),
    ],
)
def test_every_row_at_its_boundaries(card: Card, advisory: str, expected: Exposed | None) -> None:
    assert states(card).get(advisory) is expected


def test_what_a_card_does_not_say_is_not_safe() -> None:
    assert states(card_of("hw21", "su"))["ripple20-nmc3"] is UNKNOWN


def test_a_card_of_unknown_generation_is_in_no_row() -> None:
    assert states(card_of(None, "su", aos="1.0", app="1.0")) == {}


@pytest.mark.parametrize(
    ("token", "version", "expected"),
    [
        (
            "hw21",
            "1.0",
            ["ripple20-nmc3", "web-2021-nmc3-ups", "web-2021-nmc3-pdu", "token-2021-nmc3-pdu-ap", "token-2021-nmc3-pdu-apdu"],
        ),
        ("hw21", "1.4.5", ["web-2021-nmc3-ups", "web-2021-nmc3-pdu"]),
        ("hw21", "2.5.5.1", []),
        (
            "hw05",
            "6.9.8",
            ["web-2021-nmc2-ups", "web-2021-nmc2-pdu", "web-2021-nmc2-other", "token-2021-nmc2-pdu", "credentials-2018-nmc2"],
        ),
        ("hw05", "7.2.2", ["credentials-2018-nmc2"]),
    ],
)
def test_a_card_of_unknown_family_may_be_exposed_to_what_holds_for_its_generation(token: str, version: str, expected: list[str]) -> None:
    card = card_of(token, None, aos=version, app=version, family=Family.UNKNOWN)
    assert states(card) == dict.fromkeys(expected, UNKNOWN)


def test_what_holds_for_all_families_of_a_generation_holds_for_an_unknown_one() -> None:
    assert states(card_of("hw05", None, aos="6.9.4", app="6.9.4", family=Family.UNKNOWN))["ripple20-nmc2"] is AFFECTED
    assert states(card_of("hw05", None, family=Family.UNKNOWN))["web-2021-nmc2-ups"] is UNKNOWN


def test_a_current_card_is_exposed_to_nothing() -> None:
    assert states(ups(3, "2.5.5.1")) == {}
    assert states(pdu(3, "2.5.3.2", model="APDU9959EU3", app="2.5.2.5")) == {}


def test_the_sentence_names_versions_and_fix() -> None:
    (exposure,) = [found for found in exposures(ups(3, "1.4.2.2")) if found.advisory.id == "web-2021-nmc3-ups"]
    assert exposure.why == "aos 1.4.2.2 is not named as affected (<=1.4.2.1), and the first known fix is application >=1.5"


def test_rows_have_names_and_sources_of_their_own() -> None:
    assert len({advisory.id for advisory in ADVISORIES}) == len(ADVISORIES)
    assert all(advisory.source and advisory.cves and advisory.references for advisory in ADVISORIES)


# Published beside the cards' own advisories, and each for a reason no minimum version of a card.
_STAYS_OUT = {
    "CVE-2022-22805": "TLStorm is fixed in UPS firmware, by series and id of the UPS",
    "CVE-2022-22806": "TLStorm is fixed in UPS firmware, by series and id of the UPS",
    "CVE-2022-0715": "TLStorm is fixed in UPS firmware, by series and id of the UPS",
    "CVE-2023-27925": "a claim that NMC3 is fixed in 6.9.6, which is a number of NMC2",
    "CVE-2025-32433": "Erlang's SSH in Galaxy VS, VL and VXL: three-phase UPS, not these cards",
    "CVE-2020-7521": "Easy UPS On-Line monitoring software, not the card",
    "CVE-2020-7522": "Easy UPS On-Line monitoring software, not the card",
    "CVE-2023-29411": "Easy UPS online monitoring software, not the card",
    "CVE-2023-29412": "Easy UPS online monitoring software, not the card",
    "CVE-2023-29413": "Easy UPS online monitoring software, not the card",
    "CVE-2024-8530": "Data Center Expert, not the card",
    "CVE-2024-8531": "Data Center Expert, not the card",
    "CVE-2025-13957": "Data Center Expert, not the card",
    "CVE-2018-7243": "the MGE 66074 Transverse card, another product",
    "CVE-2018-7244": "the MGE 66074 Transverse card, another product",
    "CVE-2018-7245": "the MGE 66074 Transverse card, another product",
    "CVE-2018-7246": "the MGE 66074 Transverse card, another product",
}


@pytest.mark.parametrize("cve", _STAYS_OUT)
def test_what_no_version_of_a_card_mends_stays_out(cve: str) -> None:
    assert _STAYS_OUT[cve]
    assert not [advisory.id for advisory in ADVISORIES if cve in advisory.cves]
