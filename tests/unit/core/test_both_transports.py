# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same card over both transports."""

from __future__ import annotations

import typing as t

import pytest
from unit.core import cli_samples as texts
from unit.core.samples import READ_AT
from unit.core.test_cli_answers import card_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core import snmp_tables
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import identify

_APC = "1.3.6.1.4.1.318"
_SAME_CARDS: dict[str, tuple[dict[str, t.Any], dict[str, str], str]] = {
    "Smart-UPS NMC3": (
        {
            snmp_tables.SYS_DESCR: b"APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.5.0.8 PN:apc_hw21_aos_2.5.0.8.bin AF1:v2.5.0.6 "
            b"AN1:apc_hw21_su_2.5.0.6.bin MN:AP9640 HR:5 SN: F22200000001 MD:01/01/2022) (Embedded PowerNet SNMP Agent SW v2.2 compatible)",
            snmp_tables.SYS_OBJECT_ID: f"{_APC}.1.3.27",
            snmp_tables.SYS_NAME: b"APC-0007",
            snmp_tables.SYS_LOCATION: b"Oxidized Headquarters",
            snmp_tables.SYS_CONTACT: b"Oxidized_Corporation",
            snmp_tables.SYS_UP_TIME: 378252000,
            snmp_tables.ENGINE_ID: bytes.fromhex("8000013e03282986000001"),
            f"{_APC}.1.4.2.4.1.4.3": b"v1.5.1.1",
            f"{_APC}.1.1.1.1.1.1.0": b"Smart-UPS 750",
            f"{_APC}.1.1.1.1.2.5.0": b"SMT750IC",
            f"{_APC}.1.1.1.1.2.3.0": b"3S2100000001",
            f"{_APC}.1.1.1.1.2.1.0": b"UPS 03.8 (ID1015) ",
            f"{_APC}.1.1.1.4.1.1.0": 2,
            f"{_APC}.1.1.1.7.2.3.0": 1,
        },
        {
            "banner": texts.BANNER_AP9640,
            "system": texts.SYSTEM_NMC3,
            "directory": texts.DIR_NMC3,
            "ups_about": texts.UPSABOUT_SMT750,
            "ups_status": "Status of UPS: On Line\nSelf-Test Result: Passed",
        },
        texts.ABOUT_AP9640,
    ),
    "Smart-UPS NMC2": (
        {
            snmp_tables.SYS_DESCR: b"APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.9.6 PN:apc_hw05_aos_696.bin AF1:v6.9.6 "
            b"AN1:apc_hw05_sumx_696.bin MN:AP9630 HR:05 SN: ZA1246002369 MD:11/05/2012) (Embedded PowerNet SNMP Agent SW v2.2 compatible)",
            snmp_tables.SYS_OBJECT_ID: f"{_APC}.1.3.27",
            snmp_tables.SYS_NAME: b"apc1500",
            snmp_tables.SYS_UP_TIME: 114000,
            snmp_tables.ENGINE_ID: bytes.fromhex("8000013e0300c0b79943cd"),
            f"{_APC}.1.4.2.4.1.4.3": b"v1.0.9",
            f"{_APC}.1.1.1.1.1.1.0": b"Smart-UPS 1500",
        },
        {"system": texts.SYSTEM_NMC2, "directory": texts.DIR_NMC2_6_9_6, "ups_about": texts.UPSABOUT_OLD},
        texts.ABOUT_AP9630,
    ),
    "rack PDU NMC3": (
        {
            snmp_tables.SYS_DESCR: b"APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.5.3.2 PN:apc_hw21_aos_2.5.3.2.bin AF1:v2.5.2.5 "
            b"AN1:apc_hw21_rpdu2g_2.5.2.5.bin MN:AP7920B HR:B3 SN: 2A2547L16570 MD:11/25/2025) ",
            snmp_tables.SYS_OBJECT_ID: f"{_APC}.1.3.4.8",
            f"{_APC}.1.1.26.2.1.8.1": b"AP7920B",
            f"{_APC}.1.1.26.2.1.9.1": b"2A2548L01451",
            f"{_APC}.1.1.26.2.1.13.1": b"2A2547L16570",
        },
        {"directory": texts.DIR_RACK_PDU_NMC3},
        texts.ABOUT_AP7920B,
    ),
}


@pytest.mark.parametrize("name", _SAME_CARDS)
def test_a_card_says_the_same_over_snmp_and_ssh_where_both_say_something(name: str) -> None:
    values, answers, about_text = _SAME_CARDS[name]
    over_snmp = identify(snmp_tables.observe(values, values)).facts(READ_AT)
    over_ssh = card_of(about_text, **answers).facts(READ_AT)
    for facts in (over_snmp, over_ssh):
        del facts["source"]
    both = {key: (value, leaves(over_ssh)[key]) for key, value in leaves(over_snmp).items() if None not in (value, leaves(over_ssh)[key])}
    assert {key for key, (first, second) in both.items() if first != second} == set()
    assert {"generation", "application", "serial", "firmware.aos.version", "firmware.application.file", "device.model"} <= set(both)


def leaves(facts: t.Mapping[str, t.Any], prefix: str = "") -> dict[str, t.Any]:
    found: dict[str, t.Any] = {}
    for key, value in facts.items():
        found.update(leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return found
