# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator itself, which must not be what the other figures measure."""

from __future__ import annotations

import os
import time
import typing as t
from pathlib import Path

from bench.figures import Figure, Findings, Row, Scale, at_least, at_most
from bench.plays import COMMUNITY, addresses, fleet
from gufo.snmp import SnmpVersion
from gufo.snmp.sync import SnmpSession

from ansible_collections.secure_power.nmc.plugins.module_utils._core.snmp_tables import CARD_OIDS
from emulator.testing import Emulator, start_emulator

_SYSTEM_GROUP = tuple(f"1.3.6.1.2.1.1.{number}.0" for number in range(1, 7))
_TICKS = os.sysconf("SC_CLK_TCK")
_FIELDS_BEFORE_TIMES = 11


def measure_emulator(scale: Scale) -> Findings:
    """One process; every card is asked before its memory is measured, because cards fill their tables when asked."""
    started = time.perf_counter()
    with start_emulator(fleet(scale.fleet), known_hosts=False) as emulator:
        start = time.perf_counter() - started
        hosts = addresses(scale.fleet)
        first = _gets_per_processor_second(emulator, hosts, CARD_OIDS)
        asked = [hosts[number % len(hosts)] for number in range(scale.gets)]
        small = _gets_per_processor_second(emulator, asked, _SYSTEM_GROUP)
        large = _gets_per_processor_second(emulator, asked, CARD_OIDS)
        memory = Figure(_memory_kib(emulator.pid) / 1024 / 1024, "GB")
    name = f"emulator, {scale.fleet:,} cards"
    rows = (
        Row(work=f"{name}: start", figure=Figure(start, "s"), limit=at_most(10)),
        Row(work=f"{name}: memory after every card was asked", figure=memory, limit=at_most(1.5)),
        Row(work=f"{name}: GETs of {len(_SYSTEM_GROUP)} values on one core", figure=small, limit=at_least(5_000)),
        Row(work=f"{name}: GETs of the {len(CARD_OIDS)} values that `nmc_facts` asks for first", figure=large),
        Row(work=f"{name}: the same, each card's first", figure=first),
    )
    return Findings(rows, ("The emulator's rate is for each second of its own processor time, so its client's speed does not count.",))


def _gets_per_processor_second(emulator: Emulator, hosts: t.Sequence[str], oids: t.Sequence[str]) -> Figure:
    before = _processor_seconds(emulator.pid)
    for host in hosts:
        session = SnmpSession(host, port=emulator.snmp_port, community=COMMUNITY, version=SnmpVersion.v2c, timeout=5.0)
        session.get_many(oids)
    return Figure(len(hosts) / (_processor_seconds(emulator.pid) - before), "GETs/s")


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return sum(int(field) for field in fields[_FIELDS_BEFORE_TIMES : _FIELDS_BEFORE_TIMES + 2]) / _TICKS


def _memory_kib(pid: int) -> int:
    """The largest resident size so far."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])
