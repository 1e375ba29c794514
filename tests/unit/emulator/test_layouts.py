# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a card prints against public captures, to the byte."""

from __future__ import annotations

import re

import pytest
from unit.emulator.cards import card

from emulator import cli, texts
from emulator.mib import description

_UPTIME = 42 * 86400 + 23 * 3600 + 42 * 60 + 5

ABOUT_NMC3 = """\
E000: Success
Hardware Factory
---------------
Model Number: \t\tAP9640
Serial Number: \t\tF22200000001
Hardware Revision: \t5
Manufacture Date: \t04/18/2022
MAC Address: \t\t28 29 86 00 00 01
Management Uptime: \t42 Days 23 Hours 42 Minutes

Application Module
---------------
Name: \t\t\tsu
Version: \t\tv2.5.0.6
Date: \t\t\tMay 12 2023
Time: \t\t\t19:08:29

APC OS(AOS)
---------------
Name: \t\t\taos
Version: \t\tv2.5.0.8
Date: \t\t\tMay 12 2023
Time: \t\t\t19:08:29

APC Boot Monitor
---------------
Name: \t\t\tboot
Version: \t\tv1.5.1.1
Date: \t\t\tMar 27 2023
Time: \t\t\t12:10:09
"""

ABOUT_NMC2 = """\
E000: Success
Hardware Factory
---------------
Model Number:           AP9630
Serial Number:          ZA1246002369
Hardware Revision:      05
Manufacture Date:       11/05/2012
MAC Address:            00 C0 B7 99 43 CD
Management Uptime:      0 Days 0 Hours 19 Minutes

Application Module
---------------
Name:                   sumx
Version:                v6.9.6
Date:                   Nov  6 2020
Time:                   11:08:39

APC OS(AOS)
---------------
Name:                   aos
Version:                v6.9.6
Date:                   Nov  5 2020
Time:                   08:31:17

APC Boot Monitor
---------------
Name:                   bootmon
Version:                v1.0.9
Date:                   Mar 27 2019
Time:                   16:23:06
"""

BANNER_NMC2 = """\


Schneider Electric                      Network Management Card AOS      v6.9.6
(c) Copyright 2020 All Rights Reserved  Smart-UPS & Matrix-UPS APP       v6.9.6
-------------------------------------------------------------------------------
Name      : apc9943CD                                 Date : DD/DD/DDDD
Contact   : Unknown                                   Time : DD:DD:DD
Location  : Unknown                                   User : Super User
Up Time   : 0 Days 0 Hours 19 Minutes                 Stat : P+ N4+ N6+ A+
-------------------------------------------------------------------------------
"""

SYSTEM_NMC3_TAIL = """\
Up Time: \t0 Days 1 Hour 15 Minutes
Stat: \t\tP+ N4+ N6+ A+
Bootmon: \tboot:v1.1.0.2
AOS: \t\taos:v1.4.2.1
App: \t\tsu:v1.4.2.1
"""

DIR_NMC3_HEAD = """\
E000: Success
        1024 May 12  2023  apc_hw21_aos_2.5.0.8.bin
     6795900 May 12  2023  apc_hw21_su_2.5.0.6.bin
"""

DIR_NMC2_5_HEAD = """\
E000: Success
--wx-wx-wx  1 admin      admin      3137536 Jan 15 2024   apc_hw05_aos_516.bin
--wx-wx-wx  1 admin      admin      3018116 Jan 15 2024   apc_hw05_sumx_516.bin
"""

UPSABOUT_NMC3 = """\
E000: Success
Model: Smart-UPS 750
SKU: SMT750IC
Serial Number: 3S2100000001
Firmware Revision: UPS 03.8 (ID1015)\x20
Manufacture Date: 01/24/2021
Apparent Power Rating: 750 VA
Real Power Rating: 500 W
Battery SKU: APCRBC48

"""


def test_about_of_an_nmc3() -> None:
    shown = card(model="AP9640", serial="F22200000001", mac="28 29 86 00 00 01", uptime_seconds=_UPTIME)
    assert cli.run(shown, "about", []).render() == ABOUT_NMC3


def test_about_of_an_nmc2() -> None:
    nmc2 = card("smart_ups_nmc2", model="AP9630", serial="ZA1246002369", mac="00c0b79943cd", uptime_seconds=19 * 60 + 1)
    assert cli.run(nmc2, "ABOUT", []).render() == ABOUT_NMC2


def test_about_of_a_rack_pdu_names_the_device_and_then_its_card() -> None:
    pdu = card("rack_pdu_nmc2", device={"model": "AP8853", "serial": "5A1234E00001"}, serial="5A1904E01715")
    sections = cli.run(pdu, "about", []).render().split("\n\n")
    assert "Model Number:           AP8853\nSerial Number:          5A1234E00001\n" in sections[0]
    assert sections[1] == ("Network Management Card\n---------------\nModel Number:           AP9538\nSerial Number:          5A1904E01715")


def test_the_banner_of_an_nmc2() -> None:
    nmc2 = card("smart_ups_nmc2", mac="00c0b79943cd", uptime_seconds=19 * 60 + 1)
    assert re.sub(r"\d\d([/:])\d\d\1(\d\d)+", _masked, texts.banner(nmc2)).startswith(BANNER_NMC2)


def test_two_lines_of_an_nmc3_banner_begin_with_a_carriage_return_after_a_bare_line_feed() -> None:
    sent = texts.wire(texts.banner(card()))
    assert sent.startswith(b"\r\n\r\nSchneider Electric                      Network Management Card AOS    v2.5.0.8\r\n")
    assert len(re.findall(rb"[^\r]\n\r[^\n]", sent)) == 2
    assert sent.endswith(b"Use tcpip command for IP address(-i), subnet(-s), and gateway(-g)\r\n\r\n")


def test_system_of_an_nmc3() -> None:
    shown = card(aos="1.4.2.1", application_version="1.4.2.1", boot_monitor="1.1.0.2", uptime_seconds=4530)
    assert cli.run(shown, "system", []).render().endswith(SYSTEM_NMC3_TAIL)


def test_dir_of_an_nmc3_shows_the_aos_as_a_stub() -> None:
    assert cli.run(card(), "dir", []).render().startswith(DIR_NMC3_HEAD)


def test_dir_of_aos_5_is_long() -> None:
    old = card("smart_ups_nmc2", aos="5.1.6", application_version="5.1.6")
    assert cli.run(old, "dir", []).render().startswith(DIR_NMC2_5_HEAD)


def test_upsabout_of_an_nmc3() -> None:
    shown = card(device={"serial": "3S2100000001"})
    assert cli.run(shown, "upsabout", []).render() == UPSABOUT_NMC3


def test_detstatus_ends_with_the_captured_line_end() -> None:
    sent = texts.wire(cli.run(card(), "detstatus", ["-ss"]).render())
    assert sent.endswith(b"Battery Health: Battery Life OK\n\r\r\n")


def test_some_result_codes_come_last() -> None:
    assert cli.run(card("smart_ups_nmc2"), "lastrst", []).render() == "04 Requested Reset\nE000: Success\n"
    assert cli.run(card(), "session", []).render().endswith("\nE000: Success\n")


def test_a_change_that_needs_a_reboot_answers_in_two_lines() -> None:
    answer = cli.run(card(), "ftp", ["-S", "enable"]).render()
    assert answer == "E002: Success\nReboot required for change to take effect.\n"


@pytest.mark.parametrize(
    ("profile", "aos", "name", "known"),
    [
        ("smart_ups_nmc2", "6.9.6", "bye", True),
        ("smart_ups_nmc2", "5.1.7", "bye", False),
        ("smart_ups_nmc2", "6.9.6", "ssl", False),
        ("smart_ups_nmc3", "2.5.0.8", "ssl", True),
        ("rack_pdu_nmc2", "6.7.2", "upsabout", False),
        ("smart_ups_nmc3", "2.5.0.8", "ver", False),
    ],
)
def test_a_command_exists_where_the_firmware_has_it(profile: str, aos: str, name: str, *, known: bool) -> None:
    answer = cli.run(card(profile, aos=aos, application_version=aos), name, []).render()
    assert (answer != "E101: Command Not Found\n") == known


@pytest.mark.parametrize(
    ("profile", "overrides", "text"),
    [
        (
            "rack_pdu_nmc2",
            {"serial": "5A26833B4526"},
            (
                "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.7.2 PN:apc_hw05_aos_672.bin AF1:v6.7.2 "
                "AN1:apc_hw05_rpdu2g_672.bin MN:AP8641 HR:02 SN: 5A26833B4526 MD:04/16/2019)"
            ),
        ),
        (
            "rack_pdu_nmc3",
            {"application_version": "2.5.0.6", "aos": "2.5.0.8", "serial": "ZA2315013350"},
            (
                "APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.5.0.8 PN:apc_hw21_aos_2.5.0.8.bin AF1:v2.5.0.6 "
                "AN1:apc_hw21_rpdu2g_2.5.0.6.bin MN:APDU9959EU3 HR:01 SN: ZA2315013350 MD:04/11/2023) "
            ),
        ),
        (
            "inrow_rd3xx",
            {"serial": "JK1905001111"},
            (
                "APC InRow DX 300mm (MB:v4.1.0 PF:v6.8.8 PN:apc_hw06_aos_688.bin AF1:v6.6.9.b "
                "AN1:apc_hw06_rd3xx_669b.bin MN:0N-9580AC HR:06 SN: JK1905001111 MD:01/30/2019)"
            ),
        ),
        (
            "smart_ups_nmc3",
            {"aos": "2.3.1.1", "application_version": "2.3.1.1", "serial": "ZA2215342271"},
            (
                "APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.3.1.1 PN:apc_hw21_aos_2.3.1.1.bin AF1:v2.3.1.1 "
                "AN1:apc_hw21_su_2.3.1.1.bin MN:AP9641 HR:5 SN: ZA2215342271 MD:04/18/2022) "
                "(Embedded PowerNet SNMP Agent SW v2.2 compatible)"
            ),
        ),
        (
            "symmetra_nmc2",
            {"serial": "5A1224T01862"},
            (
                "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.2.0 PN:apc_hw05_aos_620.bin AF1:v6.2.0 "
                "AN1:apc_hw05_sy_620.bin MN:AP9631 HR:05 SN: 5A1224T01862 MD:06/12/2012) "
                "(Embedded PowerNet SNMP Agent SW v2.2 compatible)"
            ),
        ),
        ("smart_ups_nmc2", {"application_missing": True}, "APC SNMP Agent"),
    ],
)
def test_sys_descr_is_that_of_real_agents(profile: str, overrides: dict[str, object], text: str) -> None:
    assert description(card(profile, **overrides)) == text


def _masked(match: re.Match[str]) -> str:
    return re.sub(r"\d", "D", match[0])
