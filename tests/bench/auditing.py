# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole audit of a fleet: from the start of `ansible-playbook` to the report."""

from __future__ import annotations

import ipaddress
import json
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

from bench.figures import BenchError, Figure, Findings, Row, Scale, at_most
from bench.memory import Memory
from bench.plays import COMMUNITY, INVENTORY, Plays, addresses, fleet

from emulator.testing import start_emulator

_DOCUMENT = {"name": "bench", "rules": [{"name": "free", "version": "3.4.0.8", "entitlement": "free"}]}
_BASELINE = "baseline.json"
_GARBAGE = "APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.5.0.8 PN:apc_hw21_aos_2.5.0.8.bin AF1:vNEXT AN1:apc_hw21_su_2.5.0.6.bin)"
# What is wrong with how many per cent of a mixed fleet.
_TROUBLE: t.Mapping[int, dict[str, t.Any]] = {
    5: {"faults": ["snmp_silent"]},
    2: {"faults": ["wrong_community"]},
    1: {"sys_descr": _GARBAGE},
}
_STRANGERS = 1
_EXPECTED = {"drift": 91, "unreachable": 7, "unknown": 2}
_TIMEOUT = 6.0  # how long a silent card is waited for, all tries together


def measure_auditing(scale: Scale) -> Findings:
    few, many, most = scale.fleet // 100, scale.fleet, 2 * scale.fleet
    smallest = _clean(few)
    clean = _clean(many)
    largest = _clean(most)
    mixed = _mixed(many)
    work = f"playbook `audit` on {many:,} cards, read and reported"
    rows = (
        Row(work=work, figure=Figure(clean.first, "s"), limit=at_most(30)),
        Row(work="the same once more", figure=Figure(clean.again, "s"), limit=at_most(30)),
        Row(work="the same, memory of Ansible and its worker at its highest", figure=clean.memory, limit=at_most(1.5)),
        Row(work="an empty playbook over the same inventory, in JSON", figure=Figure(clean.empty, "s")),
        Row(
            work=f"`audit`: each card more, from {many:,} to {most:,}",
            figure=Figure((largest.again - clean.again) / (most - many) * 1000, "ms"),
            against=f"from {few:,} to {many:,}",
            reference=Figure((clean.again - smallest.again) / (many - few) * 1000, "ms"),
            limit=at_most(1.5),
        ),
        Row(
            work=f"`audit` with 5 % silent, 2 % wrong communities, 1 % garbage, 1 % no card, less one timeout of {_TIMEOUT:g} s",
            figure=Figure(max(0.0, mixed - _TIMEOUT), "s"),
            against="all of them answer",
            reference=Figure(clean.first, "s"),
            limit=at_most(1.5),
        ),
    )
    remark = (
        "Audits read every card over SNMPv2c; the findings of both runs must be the same, and those of the mixed fleet what its cards are."
    )
    return Findings(rows, (remark, clean.told))


@dataclass(frozen=True)
class _Clean:
    """Seconds of an empty playbook, of an audit and of the next one; its memory; where its time goes."""

    empty: float
    first: float
    again: float
    memory: Figure
    told: str


def _clean(cards: int) -> _Clean:
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, start_emulator(fleet(cards), known_hosts=False) as emulator:
        folder = Path(scratch)
        plays = plays_for_audits(folder, cards, emulator.snmp_port)
        empty = plays.empty()
        first = audit(plays)
        before = _report(folder)
        with Memory(emulator.pid) as memory:
            again = audit(plays)
        if _report(folder) != before or before["summary"]["statuses"]["drift"] != cards:
            raise BenchError("two audits of one fleet differ, or did not find all of its cards behind")
        told = _parts(plays, cards, empty)
    return _Clean(empty, first, again, memory.highest, told)


def _mixed(cards: int) -> float:
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, start_emulator(_troubled(cards), known_hosts=False) as emulator:
        folder = Path(scratch)
        taken = audit(plays_for_audits(folder, cards, emulator.snmp_port))
        found = _report(folder)["summary"]["statuses"]
    if {status: found[status] for status in _EXPECTED} != {status: cards * share // 100 for status, share in _EXPECTED.items()}:
        raise BenchError(f"the cards of a mixed fleet were reported as something else: {found}")
    return taken


def plays_for_audits(folder: Path, cards: int, snmp_port: int) -> Plays:
    (folder / _BASELINE).write_text(json.dumps(_DOCUMENT), encoding="utf-8")
    return Plays(folder, cards=cards, nmc_snmp_port=snmp_port, nmc_snmp_community=COMMUNITY)


def audit(plays: Plays, *, gather: str = "always", inventory: str = INVENTORY) -> float:
    """The seconds of the whole playbook."""
    options = {f"audit_{name}": value for name, value in _options(plays, gather).items()}
    return plays.whole("secure_power.nmc.audit", "-e", json.dumps(options), inventory=inventory, NMC_LEDGER_URL=_ledger(plays))


def _options(plays: Plays, gather: str) -> dict[str, str]:
    return {"baseline_file": str(plays.folder / _BASELINE), "report_directory": str(plays.folder / "reports"), "gather": gather}


def _ledger(plays: Plays) -> str:
    return f"sqlite:///{plays.folder}/ledger.sqlite"


def _parts(plays: Plays, cards: int, empty: float) -> str:
    """Where the time of one more audit goes."""
    noted = plays.folder / "parts.json"
    options = {**_options(plays, "always"), "ledger_url": _ledger(plays)}
    taken = plays.once("bench_timed_compliance", options, BENCH_PARTS=str(noted))
    parts: dict[str, float] = json.loads(noted.read_text(encoding="utf-8"))
    whole = parts.pop("whole")
    parts["everything else in it"] = whole - sum(parts.values())
    told = ", ".join(f"{part} {Figure(seconds, 's')}" for part, seconds in parts.items())
    return (
        f"Of the {Figure(taken, 's')} of one more audit of {cards:,} cards, {Figure(whole, 's')} pass in `nmc_compliance`: {told}. "
        f"The rest is Ansible's start and the loading of the inventory, which alone take {Figure(empty, 's')}."
    )


def _report(folder: Path) -> dict[str, t.Any]:
    """The report without its times."""
    report = json.loads((folder / "reports" / "default.json").read_text(encoding="utf-8"))
    return {name: content for name, content in report.items() if name not in ("generated_at", "read_at")}


def _troubled(cards: int) -> dict[str, t.Any]:
    """A fleet of which some do not answer as cards do."""
    (good,) = fleet(cards)["cards"]
    first, groups = ipaddress.IPv4Address(addresses(1)[0]), []
    shares = [*_TROUBLE.items(), (_STRANGERS, {"profile": "foreign_host"})]
    for share, trouble in [(100 - sum(share for share, _trouble in shares), {}), *shares]:
        count = cards * share // 100
        groups.append({**good, **trouble, "address": str(first), "count": count})
        first += count
    return {"cards": groups}
