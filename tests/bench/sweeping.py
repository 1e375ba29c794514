# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sweeps: against the fastest library's own loop, over addresses that are mostly empty, and over a fleet with faults."""

from __future__ import annotations

import collections
import ipaddress
import time
import typing as t

from bench.figures import BenchError, Figure, Findings, Row, Scale, alternate, at_least, at_most, median_of
from bench.plays import COMMUNITY, addresses, fleet
from gufo.snmp import SnmpVersion
from gufo.snmp.sync import SnmpSession
from unit.sweep.agents import agent, answer, text

from ansible_collections.secure_power.nmc.plugins.module_utils._core.snmp_tables import CARD_OIDS, SYS_DESCR, device_kind, device_oids
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp import SnmpEndpoint
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.sweep import Target, sweep
from emulator.testing import Emulator, start_emulator

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.snmp_tables import Values

_REPEATS = 3
_TIMEOUT = 6.0  # seconds until an address counts as silent, in three tries
_RANGE = ipaddress.IPv4Network("127.50.0.0/16")
_SMALL = 100
_GARBAGE, _PRINTER = "127.49.0.1", "127.49.0.2"
_REMARK = (
    "A sweep does more than the loop that it is compared with: it makes a card of the values. Silence costs a sweep no more than three "
    "packets and the time to wait for the others. What is said of SNMP v1 and v2c holds for both engines, because a sweep writes and reads "
    "these messages itself; they differ in v3."
)


def measure_sweeping(scale: Scale) -> Findings:
    with start_emulator(fleet(2 * scale.fleet), known_hosts=False) as emulator:
        everybody = addresses(2 * scale.fleet)
        hosts = everybody[: scale.fleet]
        _loop(emulator, everybody)  # cards fill their tables when first asked
        rows = (*_rates(emulator, hosts), _flatness(emulator, everybody), _faults(emulator, hosts))
    with start_emulator(fleet(scale.fleet // 5), known_hosts=False) as emulator:
        return Findings((*rows, _range(emulator, scale.fleet // 5)), (_REMARK,))


def _rates(emulator: Emulator, hosts: t.Sequence[str]) -> tuple[Row, ...]:
    rates = alternate(
        _REPEATS,
        loop=lambda: len(hosts) / _loop(emulator, hosts),
        gufo=lambda: len(hosts) / clocked(_targets(emulator, hosts), "gufo", read=len(hosts)).number,
        pysnmp=lambda: len(hosts) / clocked(_targets(emulator, hosts), "pysnmp", read=len(hosts)).number,
    )
    loop, gufo, pysnmp = (median_of(rates[name], "cards/s") for name in ("loop", "gufo", "pysnmp"))
    work = f"sweep of {len(hosts):,} cards, SNMP v2c"
    bare = "a bare loop of gufo_snmp"
    return (
        Row(work=f"{work}, gufo_snmp", figure=gufo, against=bare, reference=loop, limit=at_least(0.7)),
        Row(work=f"{work}, pysnmp", figure=pysnmp, limit=at_least(500)),
    )


def _flatness(emulator: Emulator, hosts: t.Sequence[str]) -> Row:
    """Processor time, so that nobody else on the machine counts."""
    many = _processor_time(emulator, hosts)
    few = _processor_time(emulator, [*hosts[:_SMALL]] * (len(hosts) // _SMALL // 10 or 1))
    work = f"sweep: processor time for each of {len(hosts):,} cards"
    return Row(work=work, figure=many, against=f"of {_SMALL}, again and again", reference=few, limit=at_most(1.5))


def _faults(emulator: Emulator, hosts: t.Sequence[str]) -> Row:
    clean = clocked(_targets(emulator, hosts), "auto", read=len(hosts))
    with (
        agent(lambda _request, send, _other: send(b"\x30"), _GARBAGE) as garbage,
        agent(lambda request, send, _other: send(answer(request, text(SYS_DESCR, b"printer"))), _PRINTER) as printer,
    ):
        kinds = [
            *((COMMUNITY, _RANGE[0], emulator.snmp_port),) * 5,
            *(("wrong", None, emulator.snmp_port),) * 2,
            (COMMUNITY, _GARBAGE, garbage),
            (COMMUNITY, _PRINTER, printer),
        ]
        mixed = [
            _target(str(kinds[number % 100][1] or host), kinds[number % 100][2], kinds[number % 100][0])
            if number % 100 < len(kinds)
            else _target(host, emulator.snmp_port)
            for number, host in enumerate(hosts)
        ]
        took = clocked(mixed, "auto", read=len(hosts) * 91 // 100)
    reference = Figure(clean.number + _TIMEOUT / 1.5, "s")
    work = f"the same sweep with 5 % silent, 2 % wrong credentials, 1 % garbage, 1 % no cards, a timeout being {_TIMEOUT:g} s"
    return Row(work=work, figure=took, against="without, and two thirds of the timeout", reference=reference, limit=at_most(1.5))


def _range(emulator: Emulator, cards: int) -> Row:
    took = clocked((_target(str(host), emulator.snmp_port) for host in _RANGE), "auto", read=cards)
    return Row(work=f"sweep of {_RANGE.num_addresses:,} addresses with {cards:,} cards", figure=took, limit=at_most(60))


def _targets(emulator: Emulator, hosts: t.Iterable[str]) -> t.Iterator[Target]:
    return (_target(host, emulator.snmp_port) for host in hosts)


def _target(host: str, port: int, community: str = COMMUNITY) -> Target:
    endpoint = SnmpEndpoint(host, host, port, community=community, timeout=_TIMEOUT / 3, retries=2)
    return Target(host, (Access(host, None, endpoint),))


def clocked(targets: t.Iterable[Target], engine: str, *, read: int) -> Figure:
    started = time.perf_counter()
    found = collections.Counter(swept.error.reason.value if swept.error else "read" for swept in sweep(targets, engine=engine))
    took = time.perf_counter() - started
    if found["read"] != read:
        raise BenchError(f"a sweep that was to read {read} cards ended with {dict(found)}")
    return Figure(took, "s")


def _processor_time(emulator: Emulator, hosts: t.Sequence[str]) -> Figure:
    before = time.process_time()
    clocked(_targets(emulator, hosts), "auto", read=len(hosts))
    return Figure((time.process_time() - before) / len(hosts) * 1_000_000, "µs")


def _loop(emulator: Emulator, hosts: t.Sequence[str]) -> float:
    started = time.perf_counter()
    for host in hosts:
        session = SnmpSession(host, port=emulator.snmp_port, community=COMMUNITY, version=SnmpVersion.v2c, timeout=5.0)
        session.get_many(device_oids(device_kind(t.cast("Values", session.get_many(CARD_OIDS)))))
    return time.perf_counter() - started
