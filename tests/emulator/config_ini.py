# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""config.ini as a card makes it when it is asked for. Only the head and the clock differ from one time to the next."""

from __future__ import annotations

import time
import typing as t

from emulator import texts

if t.TYPE_CHECKING:
    from emulator.card import Card

Section = dict[str, str]

_EVENTS = """\
[EventActionConfig]
; Network Interface coldstarted.
; SNMP Trap: 0
E0001=ES,E[:::],T[:::::]

; Firmware Updated.
E0078=ES,E[:::],T[:::::]
"""
_PHRASES = """\
;    To change the User Profile Auth Phrase, or the
;    User Profile Encrypt Phrase, use the UserProfile#AuthPhrase, or
;    UserProfile#EncryptPhrase keywords respectively where # is
;    the number of the profile. i.e., UserProfile1EncryptPhrase=apc crypt passphrase
"""


def config_ini(card: Card, *, now: time.struct_time) -> bytes:
    sections = _sections(card, now)
    if card.config_changed:
        _lose_settings(sections)
    parts = [_head(card, now), *(_section(title, keys) for title, keys in sections.items()), _EVENTS]
    return "\n".join(parts).replace("\n", "\r\n").encode()


def _head(card: Card, now: time.struct_time) -> str:
    application, aos = card.slots.application, card.slots.aos
    made = f"{time.strftime('%m/%d/%Y at %H:%M:%S', now)} by {card.settings.user_type} {card.username}"
    return f"""\
; Schneider Electric
; Network Management Card AOS v{aos.version}
; {card.profile.application_title} v{application.version if application else ""}
; (c) {aos.built[0][-4:]} Schneider Electric. All rights reserved.
; Configuration file, generated on {made}
"""


def _sections(card: Card, now: time.struct_time) -> dict[str, Section]:
    snmp = card.settings.snmp
    return {
        "NetworkTCP/IP": {
            "Override": texts.mac(card),
            "SystemIP": card.address,
            "SubnetMask": "255.0.0.0",
            "DefaultGateway": "127.0.0.1",
            "IPv4": "enabled",
            "BootMode": "Manual",
            "HostName": card.name,
            "DomainName": "example.com",
            "PortSpeed": "Auto",
            "DHCPBootpVendorClass": "APC",
            "DHCPBootpClientID": "MAC",
        },
        "NetworkSNMP": {
            "Access": "enabled" if card.snmp_enabled and snmp.v1v2c_enabled else "disabled",
            "AccessControl1Community": snmp.community,
            "AccessControl1NMS": "0.0.0.0",
            "AccessControl1AccessType": "Read",
        },
        "SystemID": {"Name": card.name, "Contact": card.contact, "Location": card.location},
        "SystemDate/Time": {
            "Date": time.strftime("%m/%d/%Y", now),
            "Time": time.strftime("%H:%M:%S", now),
            "NTPEnable": "disabled",
        },
    }


def _lose_settings(sections: dict[str, Section]) -> None:
    """One setting changed, one removed, one added."""
    sections["NetworkTCP/IP"]["PortSpeed"] = "10 Half"
    del sections["NetworkTCP/IP"]["DHCPBootpClientID"]
    sections["NetworkSNMP"]["AccessControl2Community"] = "public"


def _section(title: str, keys: Section) -> str:
    comment = _PHRASES if title == "NetworkSNMP" else ""
    return f"[{title}]\n{comment}" + "".join(f"{key}={value}\n" for key, value in keys.items())
