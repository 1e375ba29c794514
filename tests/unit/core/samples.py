# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sysDescr as agents of real devices answered it, and what is to be read from it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.sysdescr import SysDescr

NO_FEATURES = dict.fromkeys(
    [
        *["snmp", "modbus_tcp", "bacnet", "notifications", "ipv6", "smart_battery", "software_integrations"],
        *["temperature_sensors", "dry_contact_io", "modbus_rtu_4_wire", "languages"],
    ]
)
NO_SERVICES = dict.fromkeys(
    [
        *["ipv4", "ipv6", "ping_response", "http", "https", "ftp", "telnet", "ssh"],
        *["snmpv1", "snmpv3", "modbus_tcp", "bacnet_ip"],
    ]
)
# The facts of a card that says nothing at all over SNMP; each sample names what differs.
SILENT_FACTS: t.Mapping[str, t.Any] = {
    "generation": None,
    "hardware_token": None,
    "application": None,
    "application_missing": False,
    "product_family": "unknown",
    "inferred": [],
    "model": None,
    "serial": None,
    "hardware_revision": None,
    "manufacture_date": None,
    "mac": None,
    "name": None,
    "location": None,
    "contact": None,
    "uptime_seconds": None,
    "firmware": {
        "aos": {"version": None, "file": None},
        "application": {"name": None, "version": None, "file": None},
        "boot_monitor": {"version": None},
    },
    "device": {
        **dict.fromkeys(["kind", "model", "sku", "serial", "firmware", "on_battery", "self_test"]),
    },
    "services": NO_SERVICES,
    "secure_nmc": {"eligible": None, "subscription_family": None, "reason": "generation_unknown"},
    "features": NO_FEATURES,
    "linked": [],
    "unread": [],
    "source": "snmp",
    "read_at": "now",
}
READ_AT = "now"


@dataclass(frozen=True)
class Sample:
    """One answer: sysObjectID and sysDescr, the fields to be read, and the facts that differ from those of a silent card."""

    name: str
    object_id: str
    text: str
    fields: SysDescr
    facts: t.Mapping[str, t.Any]

    @property
    def all_facts(self) -> dict[str, t.Any]:
        return {**SILENT_FACTS, **self.facts}


def _firmware(aos: tuple[str, str], application: tuple[str | None, str, str]) -> dict[str, t.Any]:
    return {
        "aos": {"version": aos[0], "file": aos[1]},
        "application": {"name": application[0], "version": application[1], "file": application[2]},
        "boot_monitor": {"version": None},
    }


def _device(kind: str | None, model: str | None = None) -> dict[str, t.Any]:
    return {**SILENT_FACTS["device"], "kind": kind, "model": model}


def _secure(eligible: bool | None, family: str | None, reason: str) -> dict[str, t.Any]:
    return {"eligible": eligible, "subscription_family": family, "reason": reason}


_LANGUAGES = ["de", "en", "es", "fr", "it", "ja", "ko", "pt", "ru", "zh"]
AP9641_FEATURES: t.Mapping[str, t.Any] = {
    "snmp": True,
    "modbus_tcp": True,
    "bacnet": True,
    "notifications": True,
    "ipv6": True,
    "smart_battery": None,
    "software_integrations": True,
    "temperature_sensors": ["AP9335T", "AP9335TH"],
    "dry_contact_io": ["AP9810"],
    "modbus_rtu_4_wire": False,
    "languages": _LANGUAGES,
}

SAMPLES = [
    Sample(
        "rack PDU AP8641, NMC2",
        "1.3.6.1.4.1.318.1.3.4.6",
        "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.7.2 PN:apc_hw05_aos_672.bin AF1:v6.7.2 AN1:apc_hw05_rpdu2g_672.bin "
        "MN:AP8641 HR:02 SN: 5A26833B4526 MD:04/16/2019)",
        SysDescr(
            "APC Web/SNMP Management Card",
            *["v6.7.2", "apc_hw05_aos_672.bin", "v6.7.2", "apc_hw05_rpdu2g_672.bin", "AP8641", "02", "5A26833B4526", "04/16/2019"],
        ),
        {
            "generation": 2,
            "hardware_token": "hw05",
            "application": "rpdu2g",
            "product_family": "rack_pdu",
            "serial": "5A26833B4526",
            "hardware_revision": "02",
            "manufacture_date": "2019-04-16",
            "firmware": _firmware(("6.7.2", "apc_hw05_aos_672.bin"), ("rpdu2g", "6.7.2", "apc_hw05_rpdu2g_672.bin")),
            "device": _device("rack_pdu", "AP8641"),
            "secure_nmc": _secure(False, None, "nmc2"),
        },
    ),
    Sample(
        "an agent without application",
        "1.3.6.1.4.1.318",
        "APC SNMP Agent",
        SysDescr("APC SNMP Agent"),
        {"application_missing": True, "unread": [{"source": "sysDescr", "text": "APC SNMP Agent"}]},
    ),
    Sample(
        "rack PDU APDU9959EU3, NMC3, trailing blank",
        "1.3.6.1.4.1.318.1.3.4.6",
        "APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.5.0.8 PN:apc_hw21_aos_2.5.0.8.bin AF1:v2.5.0.6 "
        "AN1:apc_hw21_rpdu2g_2.5.0.6.bin MN:APDU9959EU3 HR:01 SN: ZA2315013350 MD:04/11/2023) ",
        SysDescr(
            "APC Web/SNMP Management Card",
            *["v2.5.0.8", "apc_hw21_aos_2.5.0.8.bin", "v2.5.0.6", "apc_hw21_rpdu2g_2.5.0.6.bin"],
            *["APDU9959EU3", "01", "ZA2315013350", "04/11/2023"],
        ),
        {
            "generation": 3,
            "hardware_token": "hw21",
            "application": "rpdu2g",
            "product_family": "rack_pdu",
            "serial": "ZA2315013350",
            "hardware_revision": "01",
            "manufacture_date": "2023-04-11",
            "firmware": _firmware(("2.5.0.8", "apc_hw21_aos_2.5.0.8.bin"), ("rpdu2g", "2.5.0.6", "apc_hw21_rpdu2g_2.5.0.6.bin")),
            "device": _device("rack_pdu", "APDU9959EU3"),
            "secure_nmc": _secure(True, "SWNMC3PDU", "family_covered"),
            "features": {**AP9641_FEATURES, "smart_battery": False},
        },
    ),
    Sample(
        "rack ATS AP4423 with a redacted serial",
        "1.3.6.1.4.1.318.1.3.32",
        "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.4.6 PN:apc_hw05_aos_646.bin AF1:v6.4.7 AN1:apc_hw05_ats4g_647.bin "
        "MN:AP4423 HR:R01 SN: <private> MD:06/09/2018)",
        SysDescr(
            "APC Web/SNMP Management Card",
            *["v6.4.6", "apc_hw05_aos_646.bin", "v6.4.7", "apc_hw05_ats4g_647.bin", "AP4423", "R01", "<private>", "06/09/2018"],
        ),
        {
            "generation": 2,
            "hardware_token": "hw05",
            "application": "ats4g",
            "product_family": "rack_ats",
            "hardware_revision": "R01",
            "manufacture_date": "2018-06-09",
            "firmware": _firmware(("6.4.6", "apc_hw05_aos_646.bin"), ("ats4g", "6.4.7", "apc_hw05_ats4g_647.bin")),
            "device": _device("rack_ats", "AP4423"),
            "secure_nmc": _secure(False, None, "nmc2"),
        },
    ),
    Sample(
        "AP9605, before the present grammar",
        "1.3.6.1.4.1.318",
        "APC Embedded PowerNet SNMP Agent (FW v3.0.1 SW v2.2.4.a, HW B2, MOD: AP9605, Mfg: 04/02/1998, SN: WA9814786862)",
        SysDescr(
            "APC Embedded PowerNet SNMP Agent",
            model="AP9605",
            hardware_revision="B2",
            serial="WA9814786862",
            manufacture_date="04/02/1998",
        ),
        {
            "model": "AP9605",
            "serial": "WA9814786862",
            "hardware_revision": "B2",
            "manufacture_date": "1998-04-02",
            "unread": [
                {
                    "source": "sysDescr",
                    "text": "APC Embedded PowerNet SNMP Agent (FW v3.0.1 SW v2.2.4.a, HW B2, MOD: AP9605, Mfg: 04/02/1998, "
                    "SN: WA9814786862)",
                }
            ],
        },
    ),
    Sample(
        "InRow DX 300mm, hw06, letter suffix",
        "1.3.6.1.4.1.318.1.3.14.23",
        "APC InRow DX 300mm (MB:v4.1.0 PF:v6.8.8 PN:apc_hw06_aos_688.bin AF1:v6.6.9.b AN1:apc_hw06_rd3xx_669b.bin "
        "MN:0N-9580AC HR:06 SN: JK1905001111 MD:01/30/2019)",
        SysDescr(
            "APC InRow DX 300mm",
            *["v6.8.8", "apc_hw06_aos_688.bin", "v6.6.9.b", "apc_hw06_rd3xx_669b.bin", "0N-9580AC", "06", "JK1905001111", "01/30/2019"],
        ),
        {
            "generation": 2,
            "hardware_token": "hw06",
            "application": "rd3xx",
            "product_family": "cooling",
            "serial": "JK1905001111",
            "hardware_revision": "06",
            "manufacture_date": "2019-01-30",
            "firmware": _firmware(("6.8.8", "apc_hw06_aos_688.bin"), ("rd3xx", "6.6.9.b", "apc_hw06_rd3xx_669b.bin")),
            "device": _device("cooling", "0N-9580AC"),
            "secure_nmc": _secure(False, None, "nmc2"),
        },
    ),
    Sample(
        "InfraStruXure PDU, NMC1, without model and serial",
        "1.3.6.1.4.1.318.1.3.15",
        "APC Web/SNMP Management Card (MB:v3.9.2 PF:v3.7.3 PN:apc_hw02_aos_373.bin AF1:v3.7.3 AN1:apc_hw02_xpdu_373.bin) ",
        SysDescr(
            "APC Web/SNMP Management Card",
            *["v3.7.3", "apc_hw02_aos_373.bin", "v3.7.3", "apc_hw02_xpdu_373.bin"],
        ),
        {
            "generation": 1,
            "hardware_token": "hw02",
            "application": "xpdu",
            "firmware": _firmware(("3.7.3", "apc_hw02_aos_373.bin"), ("xpdu", "3.7.3", "apc_hw02_xpdu_373.bin")),
            "secure_nmc": _secure(False, None, "nmc1"),
        },
    ),
    Sample(
        "MasterSwitch AP9606, blanks after each colon, serial never programmed",
        "1.3.6.1.4.1.318.1.3.4.2",
        "APC Web/SNMP Management Card (MB:v3.2.0 PF:v3.0.9.a PN:aos309a.bin AF1:v2.2.5.a AN1:ms225a.bin MN: AP9606 HR: G9 "
        "SN: FFFFFFFFFFFF MD: 04/05/2000)",
        SysDescr(
            "APC Web/SNMP Management Card",
            *["v3.0.9.a", "aos309a.bin", "v2.2.5.a", "ms225a.bin", "AP9606", "G9", "FFFFFFFFFFFF", "04/05/2000"],
        ),
        {
            "product_family": "rack_pdu",
            "hardware_revision": "G9",
            "manufacture_date": "2000-04-05",
            "firmware": _firmware(("3.0.9.a", "aos309a.bin"), (None, "2.2.5.a", "ms225a.bin")),
            "device": _device("rack_pdu", "AP9606"),
        },
    ),
    Sample(
        "Smart-UPS, NMC2 AP9631",
        "1.3.6.1.4.1.318.1.3.27",
        "APC Web/SNMP Management Card (MB:v4.1.0 PF:v7.1.2 PN:apc_hw05_aos_712.bin AF1:v7.1.2 AN1:apc_hw05_sumx_712.bin "
        "MN:AP9631 HR:08 SN: 5A1274T28648 MD:04/06/2019) (Embedded PowerNet SNMP Agent SW v2.2 compatible)",
        SysDescr(
            "APC Web/SNMP Management Card",
            *["v7.1.2", "apc_hw05_aos_712.bin", "v7.1.2", "apc_hw05_sumx_712.bin", "AP9631", "08", "5A1274T28648", "04/06/2019"],
        ),
        {
            "generation": 2,
            "hardware_token": "hw05",
            "application": "sumx",
            "product_family": "smart_ups",
            "model": "AP9631",
            "serial": "5A1274T28648",
            "hardware_revision": "08",
            "manufacture_date": "2019-04-06",
            "firmware": _firmware(("7.1.2", "apc_hw05_aos_712.bin"), ("sumx", "7.1.2", "apc_hw05_sumx_712.bin")),
            "device": _device("ups"),
            "secure_nmc": _secure(False, None, "nmc2"),
        },
    ),
    Sample(
        "Smart-UPS, NMC3 AP9641",
        "1.3.6.1.4.1.318.1.3.27",
        "APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.3.1.1 PN:apc_hw21_aos_2.3.1.1.bin AF1:v2.3.1.1 AN1:apc_hw21_su_2.3.1.1.bin "
        "MN:AP9641 HR:5 SN: ZA2215342271 MD:04/18/2022) (Embedded PowerNet SNMP Agent SW v2.2 compatible)",
        SysDescr(
            "APC Web/SNMP Management Card",
            *["v2.3.1.1", "apc_hw21_aos_2.3.1.1.bin", "v2.3.1.1", "apc_hw21_su_2.3.1.1.bin"],
            *["AP9641", "5", "ZA2215342271", "04/18/2022"],
        ),
        {
            "generation": 3,
            "hardware_token": "hw21",
            "application": "su",
            "product_family": "smart_ups",
            "model": "AP9641",
            "serial": "ZA2215342271",
            "hardware_revision": "5",
            "manufacture_date": "2022-04-18",
            "firmware": _firmware(("2.3.1.1", "apc_hw21_aos_2.3.1.1.bin"), ("su", "2.3.1.1", "apc_hw21_su_2.3.1.1.bin")),
            "device": _device("ups"),
            "secure_nmc": _secure(True, "SWNMC3SU", "family_covered"),
            "features": AP9641_FEATURES,
        },
    ),
    Sample(
        "Symmetra LX, NMC2 AP9631",
        "1.3.6.1.4.1.318.1.3.5.4",
        "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.2.0 PN:apc_hw05_aos_620.bin AF1:v6.2.0 AN1:apc_hw05_sy_620.bin "
        "MN:AP9631 HR:05 SN: 5A1224T01862 MD:06/12/2012) (Embedded PowerNet SNMP Agent SW v2.2 compatible)",
        SysDescr(
            "APC Web/SNMP Management Card",
            *["v6.2.0", "apc_hw05_aos_620.bin", "v6.2.0", "apc_hw05_sy_620.bin", "AP9631", "05", "5A1224T01862", "06/12/2012"],
        ),
        {
            "generation": 2,
            "hardware_token": "hw05",
            "application": "sy",
            "product_family": "symmetra_1p",
            "model": "AP9631",
            "serial": "5A1224T01862",
            "hardware_revision": "05",
            "manufacture_date": "2012-06-12",
            "firmware": _firmware(("6.2.0", "apc_hw05_aos_620.bin"), ("sy", "6.2.0", "apc_hw05_sy_620.bin")),
            "device": _device("ups"),
            "secure_nmc": _secure(False, None, "nmc2"),
        },
    ),
]

# What answers but is no management card, and invented text.
STRANGERS = [
    ("1.3.6.1.4.1.318.1.1.32.1", "apcpdu"),
    ("1.3.6.1.4.1.705.1.2", "GALAXY 5000 30 kVA"),
    ("1.3.6.1.4.1.8072.3.2.10", "Linux db01 6.1.0-18-amd64 #1 SMP x86_64"),
    ("1.3.6.1.4.1.9.1.1208", "Cisco IOS Software (C2960-LANBASEK9-M), Version 15.0(2)SE11"),
    ("1.3.6.1.4.1.318.1.3.27", ""),
    ("1.3.6.1.4.1.318.1.3.27", "APC Web/SNMP Management Card"),
    ("1.3.6.1.4.1.318.1.3.27", "APC SNMP Agent 2"),
]
