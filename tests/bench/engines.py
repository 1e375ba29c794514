# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The libraries that read over SNMP, one card after the other in one process."""

from __future__ import annotations

import time

from bench.figures import Findings, Row, Scale, alternate, median_of
from bench.plays import COMMUNITY, addresses, fleet

from ansible_collections.secure_power.nmc.plugins.module_utils._core.snmp_tables import CARD_OIDS
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import snmp
from emulator.testing import start_emulator

_REPEATS = 3


def measure_engines(scale: Scale) -> Findings:
    hosts = addresses(scale.cards)
    with start_emulator(fleet(scale.cards), known_hosts=False) as emulator:
        _cards_per_second(hosts, emulator.snmp_port, "gufo")  # cards fill their tables when first asked
        rates = alternate(
            _REPEATS,
            gufo=lambda: _cards_per_second(hosts, emulator.snmp_port, "gufo"),
            pysnmp=lambda: _cards_per_second(hosts, emulator.snmp_port, "pysnmp"),
        )
    work = f"`snmp.get` of {len(CARD_OIDS)} values, one card after the other, "
    fast, complete = (median_of(rates[engine], "cards/s") for engine in ("gufo", "pysnmp"))
    return Findings((Row(work=f"{work}gufo_snmp", figure=fast, against="pysnmp", reference=complete),))


def _cards_per_second(hosts: list[str], port: int, engine: str) -> float:
    started = time.perf_counter()
    for host in hosts:
        snmp.get(snmp.SnmpEndpoint(card=host, host=host, port=port, community=COMMUNITY), CARD_OIDS, engine=engine)
    return len(hosts) / (time.perf_counter() - started)
