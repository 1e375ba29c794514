# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet that foreign programs judge: one card of each behaviour, and one per SNMPv3 protocol."""

from __future__ import annotations

NMC2 = "127.77.0.2"  # AOS 6: CBC ciphers and SHA-1 only
NMC2_7 = "127.77.0.7"
NMC3 = "127.77.0.3"
RACK_PDU = "127.77.0.4"
FTP_NMC2 = "127.77.0.12"
FTP_NMC3 = "127.77.0.13"
GUEST = {"serial": "3F3400000077", "model": "AP8641", "application_version": "6.7.2"}  # linked to the rack PDU
USERS = "127.77.1."  # SNMPv3 cards, see SNMP_USERS

AUTH = ["md5", "sha", "sha224", "sha256", "sha384", "sha512"]
# all that net-snmp knows; pysnmp knows triple DES as well
PRIVACY = ["des", "aes", "aes192", "aes256", "aes192c", "aes256c"]
SNMP_USERS: list[tuple[str | None, str | None]] = [
    (None, None),
    *((auth, privacy) for auth in AUTH for privacy in (None, *PRIVACY, "3des")),
]


def snmp_user(auth: str | None, privacy: str | None) -> dict[str, str]:
    """The user of a card in the fleet file."""
    user = {"user": "auditor"}
    if auth:
        user |= {"auth_protocol": auth, "auth_password": "authentic-password"}
    if privacy:
        user |= {"privacy_protocol": privacy, "privacy_password": "private-password"}
    return user


def user_address(auth: str | None, privacy: str | None) -> str:
    return f"{USERS}{SNMP_USERS.index((auth, privacy)) + 1}"
