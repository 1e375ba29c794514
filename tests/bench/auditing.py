# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole audit of a fleet: from the start of `ansible-playbook` to the report."""

from __future__ import annotations

import ipaddress
import json
import tempfile
import typing as t
from pathlib import Path

from bench.figures import BenchError, Figure, Findings, Row, Scale, at_most
from bench.memory import Memory
from bench.plays import COMMUNITY, Plays, addresses, fleet

from emulator.testing import start_emulator

_DOCUMENT = {"name": "bench", "rules": [{"name": "free", "version": "3.4.0.8", "entitlement": "free"}]}
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
    empty, clean, again, memory = _clean(scale.fleet)
    mixed = _mixed(scale.fleet)
    work = f"playbook `audit` on {scale.fleet:,} cards, read and reported"
    rows = (
        Row(work=work, figure=Figure(clean, "s"), limit=at_most(30)),
        Row(work="the same once more", figure=Figure(again, "s"), limit=at_most(30)),
        Row(work="the same, memory of Ansible and its worker at its highest", figure=Figure(memory, "GB"), limit=at_most(1.5)),
        Row(work="an empty playbook over the same inventory, in JSON", figure=Figure(empty, "s")),
        Row(
            work=f"`audit` with 5 % silent, 2 % wrong communities, 1 % garbage, 1 % no card, less one timeout of {_TIMEOUT:g} s",
            figure=Figure(max(0.0, mixed - _TIMEOUT), "s"),
            against="all of them answer",
            reference=Figure(clean, "s"),
            limit=at_most(1.5),
        ),
    )
    remark = (
        "Audits read every card over SNMPv2c; the findings of both runs must be the same, and those of the mixed fleet what its cards are."
    )
    return Findings(rows, (remark,))


def _clean(cards: int) -> tuple[float, float, float, float]:
    """Seconds of an empty playbook, of an audit and of the next one, and the memory of that (GB)."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, start_emulator(fleet(cards), known_hosts=False) as emulator:
        plays = _plays(Path(scratch), cards, emulator.snmp_port)
        empty = plays.empty()
        first = _audit(plays, Path(scratch))
        before = _report(Path(scratch))
        with Memory(emulator.pid) as memory:
            again = _audit(plays, Path(scratch))
        if _report(Path(scratch)) != before or before["summary"]["statuses"]["drift"] != cards:
            raise BenchError("two audits of one fleet differ, or did not find all of its cards behind")
    return empty, first, again, memory.highest / 1024 / 1024


def _mixed(cards: int) -> float:
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, start_emulator(_troubled(cards), known_hosts=False) as emulator:
        taken = _audit(_plays(Path(scratch), cards, emulator.snmp_port), Path(scratch))
        found = _report(Path(scratch))["summary"]["statuses"]
    if {status: found[status] for status in _EXPECTED} != {status: cards * share // 100 for status, share in _EXPECTED.items()}:
        raise BenchError(f"the cards of a mixed fleet were reported as something else: {found}")
    return taken


def _plays(folder: Path, cards: int, snmp_port: int) -> Plays:
    baseline = folder / "baseline.json"
    baseline.write_text(json.dumps(_DOCUMENT), encoding="utf-8")
    return Plays(folder, cards=cards, nmc_snmp_port=snmp_port, nmc_snmp_community=COMMUNITY, nmc_baseline_file=str(baseline))


def _audit(plays: Plays, folder: Path) -> float:
    options = {"audit_report_directory": str(folder / "reports"), "audit_gather": "always"}
    return plays.whole("secure_power.nmc.audit", "-e", json.dumps(options), NMC_LEDGER_URL=f"sqlite:///{folder}/ledger.sqlite")


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
