# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of real cards on their command line, without carriage returns, echo, result code and prompt.

Fields of NMC3 are separated by tabs, those of NMC2 by blanks.
"""

from __future__ import annotations

ABOUT_AP9640 = """\
Hardware Factory
---------------
Model Number: \t\tAP9640
Serial Number: \t\tF22200000001
Hardware Revision: \t5
Manufacture Date: \t01/01/2022
MAC Address: \t\t28 29 86 00 00 01
Management Uptime: \t42 Days 42 Hours 42 Minutes

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

ABOUT_AP9630 = """\
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

ABOUT_AP7920B = """\
Hardware Factory
---------------
Model Number:           AP7920B
Serial Number:          2A2548L01451
Hardware Revision:      B3
Manufacture Date:       11/25/2025

Network Management Card
---------------
Model Number:           0N-1570-07K
Serial Number:          2A2547L16570

Application Module
---------------
Name:                   rpdu2g
Version:                v2.5.2.5
Time:                   05:52:41

APC OS(AOS)
---------------
Name:                   aos
Version:                v2.5.3.2
"""

BANNER_AP9640 = """\


Schneider Electric                      Network Management Card AOS    v2.5.0.8
(c) Copyright 2023 All Rights Reserved  Smart-UPS APP                  v2.5.0.6
-------------------------------------------------------------------------------
Name      : APC-0007                                  Date : 01/01/2026
Contact   : Oxidized_Corporation                      Time : 12:12:12
Location  : Oxidized Headquarters                     User : Administrator
Up Time   : 42 Days 42 Hours 42 Minutes               Stat : P+ N4+ N6+ A+
-------------------------------------------------------------------------------
IPv4               : Enabled            IPv6               : Enabled
Ping Response      : Enabled
-------------------------------------------------------------------------------
HTTP               : Enabled            HTTPS              : Enabled
FTP                : Enabled            Telnet             : Disabled
SSH/SCP            : Enabled            SNMPv1             : Read/Write
SNMPv3             : Enabled            Modbus TCP         : Disabled
BACnet/IP          : Disabled
-------------------------------------------------------------------------------
Super User         : Enabled            RADIUS             : Enabled
Administrator      : 1 Enabled          Device User        : Disabled
Read-Only User     : 1 Enabled          Network-Only User  : Disabled


Type ? for command listing
Use tcpip command for IP address(-i), subnet(-s), and gateway(-g)

apc>"""

BANNER_AP9630 = """\
Schneider Electric                      Network Management Card AOS      v6.9.6
(c) Copyright 2020 All Rights Reserved  Smart-UPS & Matrix-UPS APP       v6.9.6
-------------------------------------------------------------------------------
Name      : apc9943CD                                 Date : 08/21/2021
Contact   : Unknown                                   Time : 23:03:49
Location  : Unknown                                   User : Super User
Up Time   : 0 Days 0 Hours 0 Minutes                  Stat : P+ N4+ N6+ A+
-------------------------------------------------------------------------------
IPv4               : Enabled            IPv6               : Enabled
Ping Response      : Enabled
-------------------------------------------------------------------------------
HTTP               : Disabled           HTTPS              : Enabled
FTP                : Disabled           Telnet             : Disabled
SSH/SCP            : Enabled            SNMPv1             : Disabled
SNMPv3             : Disabled
-------------------------------------------------------------------------------
Super User         : Enabled            RADIUS             : Enabled
Administrator      : Disabled           Device User        : Disabled
Read-Only User     : Disabled           Network-Only User  : Disabled


Type ? for command listing
Use tcpip command for IP address(-i), subnet(-s), and gateway(-g)
"""

SYSTEM_NMC2 = """\
Host Name Sync: Enabled
Name:           apc1500
Contact:        ops@example.com
Location:       Ufa
Message:        UPS for example.com
DateTime:       08/24/2021:20:25:40
User:           apc
Up Time:        0 Days 0 Hours 27 Minutes
Stat:           P+ N+ A+
Bootmon:        bootmon:v1.0.9
AOS:            aos:v6.9.6
App:            sumx:v6.9.6
"""

SYSTEM_NMC3 = """\
Host Name Sync: \tDisabled
Name: \t\tAPC-0007
Contact: \tOxidized_Corporation
Location: \tOxidized Headquarters
Up Time: \t0 Days 1 Hour 15 Minutes
Stat: \t\tP+ N4+ N6+ A+
Bootmon: \tboot:v1.1.0.2
AOS: \t\taos:v1.4.2.1
App: \t\tsu:v1.4.2.1
"""

UPSABOUT_SMT750 = """\
Model: Smart-UPS 750
SKU: SMT750IC
Serial Number: 3S2100000001
Firmware Revision: UPS 03.8 (ID1015)\x20
Manufacture Date: 01/24/2021
Apparent Power Rating: 750 VA
Real Power Rating: 500 W
Battery SKU: APCRBC48
"""

UPSABOUT_OLD = """\
Model: Smart-UPS 1500
Serial Number: AS0712345678
Firmware Revision: 601.3.I
Manufacture Date: 03/21/07
"""

DIR_NMC2_5_1 = """\
--wx-wx-wx  1 admin      admin      2287872 May 11 2011   apc_hw05_aos_516.bin
--wx-wx-wx  1 admin      admin      2143508 Aug 11 2011   apc_hw05_sumx_516.bin
-rw-rw-rw-  1 admin      admin        45000 Aug 18 22:45  config.ini
drwxrwxrwx  1 admin      admin            0 Sep 13 2001   db/
drwxrwxrwx  1 admin      admin            0 Nov 22 2011   ssl/
"""

DIR_NMC2_6_9_6 = """\
     3137536 Nov  5  2020  apc_hw05_aos_696.bin
     3018116 Nov  6  2020  apc_hw05_sumx_696.bin
       45000 Aug 21 22:31  config.ini
           0 Feb  6  2136  db/
           0 Nov  5  2012  ssl/
           0 Nov  5  2012  ssh/
           0 Nov  5  2012  logs/
           0 Nov  5  2012  upsfw/
           0 Aug 21 19:20  tmp/
"""

DIR_NMC3 = """\
        1024 May 12  2023  apc_hw21_aos_2.5.0.8.bin
     6795900 May 12  2023  apc_hw21_su_2.5.0.6.bin
       45000 Jun  2 13:12  config.ini
           0 Oct 18  2021  db/
           0 Oct 18  2021  ssl/
           0 Oct 18  2021  e...
"""

DIR_RACK_PDU_NMC3 = """\
        1024 Nov 25  2025  apc_hw21_aos_2.5.3.2.bin
     6795900 Nov 25  2025  apc_hw21_rpdu2g_2.5.2.5.bin
       45000 Jun  2 13:12  config.ini
"""
