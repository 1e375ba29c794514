# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be bought and downloaded for Secure NMC: the part numbers of subscriptions, and the vendor's tool for each family."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal

_FAQ = "Secure NMC FAQ"

# Every family is sold for one to six years.
LONGEST_TERM = 6


@dataclass(frozen=True)
class Sku:
    """A subscription as it is sold: for which subscription family, and for how many calendar years."""

    part_number: str
    family: str
    years: int
    source: str = _FAQ

    def __str__(self) -> str:
        return self.part_number


def _sold(family: str, pattern: str) -> t.Iterable[Sku]:
    return (Sku(pattern.format(years), family, years) for years in range(1, LONGEST_TERM + 1))


SKUS: t.Mapping[str, Sku] = {
    sku.part_number: sku
    for sku in (
        *_sold("SWNMC3SU", "SWNMC3SU-{}Y-DIGI"),
        *_sold("SWNMC3PDU", "SWNMC3PDU-{}Y-DIGI"),
        *_sold("FWENMC1P", "FWENMC1P-ST{}Y-DIGI"),
    )
}

# Licences for functions of the Easy UPS 3-phase card (AP9547), which are no subscriptions. Source: licence FAQ of 2023.
_FEATURE_LICENCE = re.compile(r"FWENMC3P-(?:ST|PM)\dY-DIGI")
# What may be shown where a part number is wanted: anything else may be an Activation ID in the wrong place.
_SHOWN = re.compile(r"(?:SWNMC|FWENMC|SFNCM)[A-Z0-9-]{0,20}")


def parse_sku(text: str) -> Sku | Refusal:
    """Read a part number as people copy it out of documents, with blanks in it and in any case."""
    part_number = "".join(text.split()).upper()
    if part_number in SKUS:
        return SKUS[part_number]
    if _FEATURE_LICENCE.fullmatch(part_number):
        return Refusal(Reason.UNKNOWN_SKU, f"{part_number} is a licence for functions of an Easy UPS 3-phase card, no subscription")
    shown = part_number if _SHOWN.fullmatch(part_number) else "what is given"
    return Refusal(Reason.UNKNOWN_SKU, f"{shown} is no part number of a Secure NMC subscription")


def sku_for(family: str, years: int) -> Sku | None:
    """The part number of a family and term; None where nothing like it is sold."""
    return next((sku for sku in SKUS.values() if (sku.family, sku.years) == (family, years)), None)


@dataclass(frozen=True)
class Tool:
    """The Secure NMC System Tool of one product family; the family's certified firmware comes inside it."""

    part_number: str
    name: str
    source: str = _FAQ


TOOLS: t.Mapping[Family, Tool] = {
    Family.SMART_UPS: Tool("SFNCM3FMTSU", "Secure NMC System Tool for Smart-UPS"),
    Family.SMART_UPS_ULTRA: Tool("SFNCM3FMTSUCAN", "Secure NMC System Tool for Smart-UPS Ultra"),
    Family.SYMMETRA_1P: Tool("SFNCM3FMTSY", "Secure NMC System Tool for 1-Phase Symmetra"),
    Family.EASY_UPS_ONLINE: Tool("SFNCM3FMTEU1P", "Secure NMC System Tool for Easy UPS On-Line"),
    Family.RACK_PDU: Tool("SFNCM3FMTRPDU", "Secure NMC System Tool for rPDU"),
}

# Where the tools and the free NMC3 firmware are, and what the tools run on. Source: Secure NMC FAQ.
DOWNLOAD_PAGE = "www.se.com/secure-nmc"
TOOL_SYSTEMS = ("Windows", "Linux", "macOS")
