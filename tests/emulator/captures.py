# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands whose captured text does not depend on the card: name -> text after ``E000: Success``."""

from __future__ import annotations

CAPTURES = {
    "clrrst": "",
    "dns": """\
Active Primary DNS Server:      127.0.0.1
Active Secondary DNS Server:    0.0.0.0

Override Manual DNS Settings:   disabled
Primary DNS Server:             0.0.0.0
Secondary DNS Server:           0.0.0.0
Domain Name:                    example.com
Domain Name IPv6:               example.com
System Name Sync:               Enabled
""",
    "eapol": """\

Active EAPoL Settings
--------------------

  Status:               disabled
  Passphrase:           <not set>
  CA file Status:       File not found
  Private Key Status:   File not found
  Public Key Status:    File not found
  Result:               Failed
""",
    "email": "\nNo email recipients configured\n",
    "firewall": "Firewall:       disabled\nFile name:      example.fwl\n",
    "lang": "\nLanguages\nenUs - English\n",
    "modbus": "\nTCP Status = DISABLED\nTCP Port Number = 502\n",
    "ntp": """\
Active Primary NTP Server:      0.0.0.0
Active Secondary NTP Server:    0.0.0.0

Override Manual NTP Settings:   Disabled
Primary NTP Server:             0.0.0.0
Secondary NTP Server            0.0.0.0
""",
    "portspeed": "Port Speed: Auto_negotiation\nCurrent Port Speed: 100 Full_Duplex\n",
    "userdflt": """\
Access: Disabled
User Permission: Administrator
User Description: User Description
Session Timeout: 3 minutes
Bad Login Attempts: 0
Event Log Color Coding: Enabled
Export Log Format: Tab
Temperature Scale: Metric
Date Format: mm/dd/yyyy
Language: English (enUs)
Strong Passwords: Disabled
Require Password Change: 0 day(s) (Disabled)
""",
    "web": "Service:        https\nHttp Port:      80\nHttps Port:     443\n",
}
