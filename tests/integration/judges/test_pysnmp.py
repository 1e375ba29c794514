# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pysnmp is the judge of triple DES, which net-snmp's tools do not have, and a second one of the rest."""

from __future__ import annotations

import asyncio
import typing as t

import pytest
from integration.judges.judged_fleet import AUTH, PRIVACY, user_address
from pysnmp.hlapi.v3arch import asyncio as hlapi

if t.TYPE_CHECKING:
    from emulator.testing import Emulator

AUTH_PROTOCOLS = {
    "md5": hlapi.usmHMACMD5AuthProtocol,
    "sha": hlapi.usmHMACSHAAuthProtocol,
    "sha224": hlapi.usmHMAC128SHA224AuthProtocol,
    "sha256": hlapi.usmHMAC192SHA256AuthProtocol,
    "sha384": hlapi.usmHMAC256SHA384AuthProtocol,
    "sha512": hlapi.usmHMAC384SHA512AuthProtocol,
}
PRIVACY_PROTOCOLS = {
    "des": hlapi.usmDESPrivProtocol,
    "3des": hlapi.usm3DESEDEPrivProtocol,
    "aes": hlapi.usmAesCfb128Protocol,
    "aes192": hlapi.usmAesBlumenthalCfb192Protocol,
    "aes256": hlapi.usmAesBlumenthalCfb256Protocol,
    "aes192c": hlapi.usmAesCfb192Protocol,
    "aes256c": hlapi.usmAesCfb256Protocol,
}


async def read_name(emulator: Emulator, auth: str, privacy: str) -> str:
    user = hlapi.UsmUserData(
        "auditor",
        "authentic-password",
        "private-password",
        authProtocol=AUTH_PROTOCOLS[auth],
        privProtocol=PRIVACY_PROTOCOLS[privacy],
    )
    address = (user_address(auth, privacy), emulator.snmp_port)
    target = await hlapi.UdpTransportTarget.create(address, timeout=5, retries=0)
    engine = hlapi.SnmpEngine()
    asked = hlapi.ObjectType(hlapi.ObjectIdentity("1.3.6.1.2.1.1.5.0"))
    failure, status, _index, bindings = await hlapi.get_cmd(engine, user, target, hlapi.ContextData(), asked)
    engine.close_dispatcher()
    assert not failure, failure
    assert not status
    return str(bindings[0][1])


@pytest.mark.parametrize("auth", AUTH)
@pytest.mark.parametrize("privacy", ["3des", *PRIVACY])
def test_pysnmp_reads_with_every_protocol(emulator: Emulator, auth: str, privacy: str) -> None:
    assert asyncio.run(read_name(emulator, auth, privacy)).startswith("apc4D")
