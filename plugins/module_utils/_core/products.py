# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The products: which application, sysObjectID or model belongs to which product family, and what that family may have.

Every row carries its source. ``verified`` is False where the row is a reading of the source and not its words.
"""

from __future__ import annotations

import enum
import functools
import typing as t
from dataclasses import dataclass


class Family(str, enum.Enum):
    """Product families, as baselines and reports name them."""

    SMART_UPS = "smart_ups"
    SMART_UPS_ULTRA = "smart_ups_ultra"
    SYMMETRA_1P = "symmetra_1p"
    EASY_UPS_ONLINE = "easy_ups_online"
    RACK_PDU = "rack_pdu"
    RACK_ATS = "rack_ats"
    COOLING = "cooling"
    ENVIRONMENT = "environment"
    THREE_PHASE_UPS = "three_phase_ups"
    UNKNOWN = "unknown"


# The hardware token in firmware file names decides the generation, never the model: the same UPS model ships with
# different generations. Source: sysDescr samples of real cards.
GENERATIONS: t.Mapping[str, int] = {"hw02": 1, "hw03": 1, "hw05": 2, "hw06": 2, "hw21": 3}

DEVICE_KINDS: t.Mapping[Family, str | None] = {
    Family.SMART_UPS: "ups",
    Family.SMART_UPS_ULTRA: "ups",
    Family.SYMMETRA_1P: "ups",
    Family.EASY_UPS_ONLINE: "ups",
    Family.THREE_PHASE_UPS: "ups",
    Family.RACK_PDU: "rack_pdu",
    Family.RACK_ATS: "rack_ats",
    Family.COOLING: "cooling",
    Family.ENVIRONMENT: "environment",
    Family.UNKNOWN: None,
}


@dataclass(frozen=True)
class FamilyRow:
    """One way to recognise a family. ``refines``: it wins over the application, which several families share."""

    key: str
    family: Family
    source: str
    verified: bool = True
    refines: bool = False


def _table(*rows: FamilyRow) -> t.Mapping[str, FamilyRow]:
    return {row.key: row for row in rows}


BY_APPLICATION = _table(
    FamilyRow("sumx", Family.SMART_UPS, "sysDescr and banner of NMC1 and NMC2 in Smart-UPS"),
    FamilyRow("su", Family.SMART_UPS, "sysDescr and banner of NMC3 in Smart-UPS"),
    FamilyRow("sy", Family.SYMMETRA_1P, "sysDescr of NMC2 in Symmetra LX; ICSA-21-313-01 for NMC3"),
    FamilyRow("sy3p", Family.THREE_PHASE_UPS, "vendor file names"),
    FamilyRow("eu3p", Family.THREE_PHASE_UPS, "sysDescr of AP9547 in Easy UPS 3-phase"),
    FamilyRow("rpdu", Family.RACK_PDU, "sysDescr of NMC1 in AP78xx and AP79xx"),
    FamilyRow("rpdu2g", Family.RACK_PDU, "sysDescr of NMC2 and NMC3 in AP84xx to AP89xx, AP79xxB, APDU9xxx"),
    FamilyRow("ms", Family.RACK_PDU, "sysDescr of MasterSwitch AP9606"),
    FamilyRow("ats4g", Family.RACK_ATS, "sysDescr of AP44xx"),
    FamilyRow(
        "ats5g",
        Family.RACK_ATS,
        "PowerNet-MIB automaticXferSwitch5G; the application's name is a reading",
        verified=False,
    ),
    FamilyRow("g2ats", Family.RACK_ATS, "FA156178 on AP77xx"),
    FamilyRow("acrc", Family.COOLING, "sysDescr of InRow RC"),
    FamilyRow("acrc2g", Family.COOLING, "sysDescr of ACRC301S"),
    FamilyRow("rd3xx", Family.COOLING, "sysDescr of InRow DX 300mm"),
    FamilyRow("unflrsp", Family.COOLING, "sysDescr of Uniflair SP"),
    FamilyRow("nairfm", Family.COOLING, "sysDescr of NetworkAIR FM"),
    FamilyRow("mem", Family.ENVIRONMENT, "sysDescr of AP9340"),
    FamilyRow("nb200", Family.ENVIRONMENT, "sysDescr of NetBotz Rack Monitor 200"),
    FamilyRow("nb250", Family.ENVIRONMENT, "sysDescr of NBRK0250"),
)

_MIB = "PowerNet-MIB 4.5.8"
# Keys are below 1.3.6.1.4.1.318.1.3; a longer key wins over a shorter one.
BY_SYS_OBJECT_ID = _table(
    FamilyRow("2", Family.SMART_UPS, _MIB),
    FamilyRow("27", Family.SMART_UPS, _MIB),
    FamilyRow("39", Family.SMART_UPS_ULTRA, f"{_MIB}: smartUPSUltra; no card was seen", verified=False, refines=True),
    FamilyRow("37.1", Family.EASY_UPS_ONLINE, f"{_MIB}: easyUPS1P; no card was seen", verified=False, refines=True),
    FamilyRow("37.2", Family.THREE_PHASE_UPS, _MIB, refines=True),
    FamilyRow("37.3", Family.THREE_PHASE_UPS, _MIB, refines=True),
    FamilyRow("5", Family.SYMMETRA_1P, _MIB),
    FamilyRow("13", Family.THREE_PHASE_UPS, _MIB, refines=True),
    FamilyRow("17", Family.THREE_PHASE_UPS, _MIB, refines=True),
    FamilyRow("23", Family.THREE_PHASE_UPS, _MIB, refines=True),
    FamilyRow("28", Family.THREE_PHASE_UPS, _MIB, refines=True),
    FamilyRow("4", Family.RACK_PDU, _MIB),
    FamilyRow("8", Family.ENVIRONMENT, _MIB),
    FamilyRow("11", Family.RACK_ATS, _MIB),
    FamilyRow("32", Family.RACK_ATS, _MIB),
    FamilyRow("38", Family.RACK_ATS, _MIB),
    FamilyRow("14", Family.COOLING, _MIB),
)

BY_CARD_MODEL = _table(
    FamilyRow(
        "AP9544",
        Family.EASY_UPS_ONLINE,
        "Secure NMC FAQ: AP9544 supports Easy UPS On-Line",
        verified=False,
        refines=True,
    ),
    FamilyRow("AP9547", Family.THREE_PHASE_UPS, "sysDescr of AP9547 in Easy UPS 3-phase", refines=True),
)

# Models of rack transfer switches, which stay under consent whatever application they name. Source: manuals of AP44xx and AP77xx.
RACK_ATS_MODELS = ("AP44", "AP77")

# FA156178: an update of the AP77xx transfer switch can damage it and drop the load.
REFUSED_APPLICATIONS: frozenset[str] = frozenset({"g2ats"})

_PREFIX = "1.3.6.1.4.1.318.1.3."


@functools.lru_cache(maxsize=256)  # a fleet has few kinds of devices
def family_of_sys_object_id(oid: str | None) -> FamilyRow | None:
    """The row of the longest key that the sysObjectID begins with."""
    if oid is None or not oid.startswith(_PREFIX):
        return None
    arcs = oid[len(_PREFIX) :].split(".")
    keys = (".".join(arcs[:length]) for length in range(len(arcs), 0, -1))
    return next((BY_SYS_OBJECT_ID[key] for key in keys if key in BY_SYS_OBJECT_ID), None)


def family_row(*, application: str | None, sys_object_id: str | None, card_model: str | None) -> FamilyRow | None:
    """The row that says the family: one that refines, else the application, else what is left."""
    by_oid = family_of_sys_object_id(sys_object_id)
    by_model = BY_CARD_MODEL.get(card_model or "")
    by_application = BY_APPLICATION.get(application or "")
    refining = (row for row in (by_oid, by_model) if row is not None and row.refines)
    return next(refining, None) or by_application or by_oid or by_model


@dataclass(frozen=True)
class SecureNmc:
    """Whether a card can have a Secure NMC subscription; ``eligible`` None is unknown."""

    eligible: bool | None
    subscription_family: str | None
    reason: str
    verified: bool = True


_FAMILY_SUBSCRIPTIONS: t.Mapping[Family, SecureNmc] = {
    Family.SMART_UPS: SecureNmc(True, "SWNMC3SU", "family_covered"),
    Family.SYMMETRA_1P: SecureNmc(True, "SWNMC3SU", "family_covered"),
    # The FAQ lists a tool for Ultra but no part number of its own.
    Family.SMART_UPS_ULTRA: SecureNmc(True, "SWNMC3SU", "family_covered", verified=False),
    Family.EASY_UPS_ONLINE: SecureNmc(True, "FWENMC1P", "family_covered"),
    Family.RACK_PDU: SecureNmc(True, "SWNMC3PDU", "family_covered"),
    Family.RACK_ATS: SecureNmc(False, None, "rack_ats"),
    Family.COOLING: SecureNmc(False, None, "cooling"),
    Family.THREE_PHASE_UPS: SecureNmc(False, None, "three_phase"),
    Family.ENVIRONMENT: SecureNmc(False, None, "environment"),
    Family.UNKNOWN: SecureNmc(None, None, "family_unknown"),
}


def secure_nmc(generation: int | None, family: Family) -> SecureNmc:
    """Who may subscribe: NMC3 in Smart-UPS, 1-phase Symmetra, Easy UPS On-Line and rack PDU. Source: Secure NMC FAQ."""
    if generation not in (3, None):
        return SecureNmc(False, None, f"nmc{generation}")
    by_family = _FAMILY_SUBSCRIPTIONS[family]
    if generation is None and by_family.eligible is not False:
        return SecureNmc(None, None, "generation_unknown")
    return by_family
