# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Discovery by the inventory plugin, and an audit of the cards that it remembers."""

from __future__ import annotations

import ipaddress
import json
import tempfile
import typing as t
from pathlib import Path

from bench.auditing import audit, plays_for_audits
from bench.figures import BenchError, Figure, Findings, Row, Scale, at_most
from bench.memory import Memory
from bench.plays import COMMUNITY, FIRST_CARD, Plays, fleet

from emulator.testing import start_emulator

_SOURCES = "cards.nmc.yml"
_WIDEST = 16  # bits of a range of 65,536 addresses


def measure_discovering(scale: Scale) -> Findings:
    return Findings((*_mostly_empty(scale.fleet // 5), *_remembered(scale.fleet)))


def _mostly_empty(cards: int) -> tuple[Row, ...]:
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, start_emulator(fleet(cards), known_hosts=False) as emulator:
        plays = _plays(Path(scratch), cards, emulator.snmp_port, bits=_WIDEST)
        with Memory(emulator.pid) as memory:
            taken = _listed(plays, cards)
    work = f"`ansible-inventory` on a range of {1 << _WIDEST:,} addresses with {cards:,} cards"
    return (
        Row(work=work, figure=Figure(taken, "s"), limit=at_most(60)),
        Row(work="the same, memory at its highest", figure=memory.highest),
    )


def _remembered(cards: int) -> tuple[Row, ...]:
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, start_emulator(fleet(cards), known_hosts=False) as emulator:
        plays = _plays(Path(scratch), cards, emulator.snmp_port, bits=(cards + 1).bit_length())
        found = _listed(plays, cards)
        empty = plays.empty(inventory=_SOURCES)
        judged = audit(plays, gather="missing", inventory=_SOURCES)
    work = f"playbook `audit` on {cards:,} cards out of the cache of the inventory plugin, none of which need be read"
    return (
        Row(work=f"`ansible-inventory` that finds {cards:,} cards and fills its cache", figure=Figure(found, "s")),
        Row(work="an empty playbook over that inventory, out of the cache", figure=Figure(empty, "s")),
        Row(work=work, figure=Figure(judged, "s"), limit=at_most(30)),
    )


def _plays(folder: Path, cards: int, snmp_port: int, *, bits: int) -> Plays:
    sources: dict[str, t.Any] = {
        "plugin": "secure_power.nmc.nmc",
        "credentials": {"read": {"snmp_community": COMMUNITY, "snmp_port": snmp_port}},
        "sources": [{"ranges": [str(ipaddress.ip_network((FIRST_CARD, 32 - bits), strict=False))], "credentials": ["read"]}],
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(folder / "cache"),
        "cache_timeout": 86_400,
    }
    (folder / _SOURCES).write_text(json.dumps(sources), encoding="utf-8")
    return plays_for_audits(folder, cards, snmp_port)


def _listed(plays: Plays, cards: int) -> float:
    """Seconds in which the inventory plugin finds all cards."""
    taken, hosts = plays.listed(_SOURCES)
    if hosts != cards:
        raise BenchError(f"the inventory plugin found {hosts:,} of {cards:,} cards")
    return taken
