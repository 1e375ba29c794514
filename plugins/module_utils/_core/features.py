# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a card model can do: the feature table of the Secure NMC FAQ for the stand-alone NMC3 cards.

An embedded NMC3 in a Smart-UPS or rack PDU has the functions of an AP9641. Nothing is said there about NMC2.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family

_MODELS = ("AP9640", "AP9641", "AP9643", "AP9544")
_EMBEDDED_AS = "AP9641"
_EMBEDDED_FAMILIES = (Family.SMART_UPS, Family.SMART_UPS_ULTRA, Family.RACK_PDU)
_SENSORS = ["AP9335T", "AP9335TH"]
_LANGUAGES = ["de", "en", "es", "fr", "it", "ja", "ko", "pt", "ru", "zh"]

# One row a feature, one column a model of _MODELS.
_TABLE: t.Mapping[str, tuple[t.Any, ...]] = {
    "snmp": (True, True, True, True),
    "modbus_tcp": (True, True, True, True),
    "bacnet": (True, True, True, False),
    "notifications": (True, True, True, True),
    "ipv6": (True, True, True, True),
    "smart_battery": (True, True, True, False),
    "software_integrations": (True, True, True, True),
    "temperature_sensors": ([], _SENSORS, _SENSORS, []),
    "dry_contact_io": ([], ["AP9810"], ["AP9810"], ["AP9811"]),
    "modbus_rtu_4_wire": (False, False, True, False),
    "languages": (_LANGUAGES, _LANGUAGES, _LANGUAGES, _LANGUAGES),
}

# Smart battery management is for the SRT and SRTL series only.
_SMART_BATTERY_UPS = re.compile(r"\bSRTL?(?:\d|\b)", re.IGNORECASE)


def features(*, generation: int | None, family: Family, card_model: str | None, device_names: t.Sequence[str | None]) -> dict[str, t.Any]:
    """Every feature with what the model can do; None where the table says nothing about this card.

    ``device_names``: model and SKU of the UPS, which decide on smart battery management.
    """
    column = _column(generation, family, card_model)
    if column is None:
        return dict.fromkeys(_TABLE)
    found = {name: list(row[column]) if isinstance(row[column], list) else row[column] for name, row in _TABLE.items()}
    if found["smart_battery"]:
        found["smart_battery"] = _has_smart_battery(family, device_names)
    return found


def _column(generation: int | None, family: Family, card_model: str | None) -> int | None:
    if generation != 3:
        return None
    if card_model in _MODELS:
        return _MODELS.index(card_model)
    # A rack PDU has no other than embedded cards; a UPS card that does not name itself may be any of the stand-alone ones.
    embedded = family is Family.RACK_PDU or (card_model is not None and family in _EMBEDDED_FAMILIES)
    return _MODELS.index(_EMBEDDED_AS) if embedded else None


def _has_smart_battery(family: Family, device_names: t.Sequence[str | None]) -> bool | None:
    if family is Family.RACK_PDU:
        return False
    known = [name for name in device_names if name]
    return any(_SMART_BATTERY_UPS.search(name) for name in known) if known else None
