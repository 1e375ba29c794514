# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sweeps against the high-level use that pysnmp documents, and with either library over SNMP v3."""

from __future__ import annotations

import asyncio
import time
import typing as t

from bench.figures import BenchError, Findings, Row, Scale, alternate, median_of
from bench.plays import COMMUNITY, addresses, fleet
from bench.sweeping import clocked
from pysnmp.hlapi.v3arch import asyncio as pysnmp

from ansible_collections.secure_power.nmc.plugins.module_utils._core.snmp_tables import CARD_OIDS, device_kind, device_oids
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp import SnmpEndpoint
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.sweep import Target
from emulator.testing import start_emulator

_REPEATS = 3
_USER = {"user": "bench", "auth_protocol": "sha256", "auth_password": "bench-authentication"}
_USER |= {"privacy_protocol": "aes", "privacy_password": "bench-privacy"}


def measure_engines(scale: Scale) -> Findings:
    hosts = addresses(scale.sample)
    cards = fleet(scale.sample)
    with start_emulator(cards, known_hosts=False) as emulator:
        community = [SnmpEndpoint(host, host, emulator.snmp_port, community=COMMUNITY) for host in hosts]
        _swept(community, "pysnmp")  # cards fill their tables when first asked
        rates = alternate(
            _REPEATS, sweep=lambda: _swept(community, "pysnmp"), documented=lambda: asyncio.run(_documented(hosts, emulator.snmp_port))
        )
    cards["cards"][0]["snmp"] = {"v3": _USER}
    with start_emulator(cards, known_hosts=False) as emulator:
        user = [SnmpEndpoint(host, host, emulator.snmp_port, version="v3", **t.cast("t.Any", _USER)) for host in hosts]
        _swept(user, "gufo")
        rates |= alternate(_REPEATS, gufo=lambda: _swept(user, "gufo"), pysnmp=lambda: _swept(user, "pysnmp"))
    sweep, documented, gufo, complete = (median_of(rates[name], "cards/s") for name in ("sweep", "documented", "gufo", "pysnmp"))
    return Findings(
        (
            Row(
                work=f"sweep of {len(hosts)} cards, SNMP v2c, pysnmp", figure=sweep, against="pysnmp's high-level API", reference=documented
            ),
            Row(work=f"sweep of {len(hosts)} cards, SNMP v3 (SHA-256, AES), gufo_snmp", figure=gufo, against="pysnmp", reference=complete),
        )
    )


def _swept(endpoints: t.Sequence[SnmpEndpoint], engine: str) -> float:
    """Cards per second of a sweep."""
    targets = (Target(endpoint.card, (Access(endpoint.card, None, endpoint),)) for endpoint in endpoints)
    return len(endpoints) / clocked(targets, engine, read=len(endpoints)).number


async def _documented(hosts: t.Sequence[str], port: int) -> float:
    """Cards per second of one engine and one command after the other, without MIBs."""
    engine, started = pysnmp.SnmpEngine(), time.perf_counter()
    for host in hosts:
        target = await pysnmp.UdpTransportTarget.create((host, port))
        card = await _values(engine, target, CARD_OIDS)
        await _values(engine, target, device_oids(device_kind(card)))
    took = time.perf_counter() - started
    engine.close_dispatcher()
    return len(hosts) / took


async def _values(engine: pysnmp.SnmpEngine, target: pysnmp.UdpTransportTarget, oids: t.Sequence[str]) -> dict[str, t.Any]:
    wanted = (pysnmp.ObjectType(pysnmp.ObjectIdentity(oid)) for oid in oids)
    problem, status, _index, values = await pysnmp.get_cmd(
        engine, pysnmp.CommunityData(COMMUNITY), target, pysnmp.ContextData(), *wanted, lookupMib=False
    )
    if problem or status:
        raise BenchError(f"pysnmp's high-level API reads nothing: {problem or status}")
    return {str(oid): _plain(value) for oid, value in values}


def _plain(value: t.Any) -> t.Any:
    if type(value).__name__ in ("NoSuchObject", "NoSuchInstance"):
        return None
    return bytes(value) if hasattr(value, "asOctets") else str(value)
