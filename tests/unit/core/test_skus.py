# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family, secure_nmc
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.skus import SKUS, TOOLS, Sku, parse_sku, sku_for

# As the vendor lists them.
_SOLD = {
    "SWNMC3SU": [f"SWNMC3SU-{years}Y-DIGI" for years in (1, 2, 3, 4, 5, 6)],
    "SWNMC3PDU": [f"SWNMC3PDU-{years}Y-DIGI" for years in (1, 2, 3, 4, 5, 6)],
    "FWENMC1P": [f"FWENMC1P-ST{years}Y-DIGI" for years in (1, 2, 3, 4, 5, 6)],
}


def test_there_are_eighteen_part_numbers_in_three_families() -> None:
    assert len(SKUS) == 18
    assert {family: [sku.part_number for sku in SKUS.values() if sku.family == family] for family in _SOLD} == _SOLD
    assert all(sku.source for sku in SKUS.values())


@pytest.mark.parametrize("part_number", [part_number for many in _SOLD.values() for part_number in many])
def test_a_part_number_says_its_family_and_its_years(part_number: str) -> None:
    sku = parse_sku(part_number)
    assert isinstance(sku, Sku)
    assert part_number in _SOLD[sku.family]
    assert f"{sku.years}Y" in part_number
    assert sku_for(sku.family, sku.years) is sku
    assert str(sku) == part_number


@pytest.mark.parametrize(
    "written", ["SWNMC3SU-1Y-DIGI", " swnmc3su-1y-digi\n", "SWNMC3SU -1Y-DIGI", "SWNMC3SU-1Y- DIGI", "SWNMC3SU\u00a0-1Y-DIGI"]
)
def test_blanks_and_case_do_not_matter(written: str) -> None:
    assert parse_sku(written) is SKUS["SWNMC3SU-1Y-DIGI"]


@pytest.mark.parametrize(
    "written", ["", "SWNMC3SU", "SWNMC3SU-0Y-DIGI", "SWNMC3SU-7Y-DIGI", "SWNMC3SU-11Y-DIGI", "FWENMC1P-1Y-DIGI", "SFNCM3FMTSU", "AP9641"]
)
def test_what_is_no_part_number_of_a_subscription_is_refused(written: str) -> None:
    refused = parse_sku(written)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.UNKNOWN_SKU


@pytest.mark.parametrize(("written", "shown"), [("swnmc3su-9y -digi", "SWNMC3SU-9Y-DIGI"), ("ACT-0001-7F3A", "what is given")])
def test_what_may_be_an_activation_id_in_the_wrong_place_is_not_shown(written: str, shown: str) -> None:
    refused = parse_sku(written)
    assert isinstance(refused, Refusal)
    assert refused.sentence == f"{shown} is no part number of a Secure NMC subscription"


@pytest.mark.parametrize("written", ["FWENMC3P-ST1Y-DIGI", "FWENMC3P -PM3Y-DIGI"])
def test_a_licence_for_functions_of_a_card_is_told_from_a_subscription(written: str) -> None:
    refused = parse_sku(written)
    assert isinstance(refused, Refusal)
    assert "licence for functions" in refused.sentence


def test_nothing_longer_than_six_years_is_sold() -> None:
    assert sku_for("SWNMC3SU", 7) is None
    assert sku_for("SWNMC3XX", 1) is None


def test_every_family_that_can_subscribe_has_a_tool_of_its_own_and_no_other_has() -> None:
    assert {family.value: tool.part_number for family, tool in TOOLS.items()} == {
        "smart_ups": "SFNCM3FMTSU",
        "smart_ups_ultra": "SFNCM3FMTSUCAN",
        "symmetra_1p": "SFNCM3FMTSY",
        "easy_ups_online": "SFNCM3FMTEU1P",
        "rack_pdu": "SFNCM3FMTRPDU",
    }
    assert set(TOOLS) == {family for family in Family if secure_nmc(3, family).eligible}
    assert {secure_nmc(3, family).subscription_family for family in TOOLS} == set(_SOLD)
