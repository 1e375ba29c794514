# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`nmc_facts` on many cards, against an action that does nothing, and where the difference comes from."""

from __future__ import annotations

import json
import pstats
import tempfile
import typing as t
from pathlib import Path
from statistics import median

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from bench.figures import BenchError, Figure, Findings, Row, Scale, alternate, at_most, median_of
from bench.plays import COMMUNITY, FORKS, Clocked, Plays, addresses, fleet

from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import FACTS, Run
from emulator.testing import Emulator, start_emulator

_FACTS = "secure_power.nmc.nmc_facts"
_NOTHING = "an action that does nothing"
_PROFILED_FORKS = 1

# What the profile tells of: functions by file and name, whose time includes what they call.
_PARTS: t.Mapping[str, tuple[tuple[str, str], ...]] = {
    "options, from the task and the card's variables, templates included": (("_action.py", "_options"), ("arg_spec.py", "validate")),
    "SNMP": (("_transport/snmp.py", "_open_session"), ("_transport/snmp_gufo.py", "fetch")),
    "understanding what the card said": (("snmp_tables.py", "observe"), ("card.py", "identify")),
    "making the result": (("_results.py", "facts_result"),),
}
_WHOLE = ("_action.py", "run")
_IMPORT = ("importlib._bootstrap>", "_find_and_load")


def measure_facts_task(scale: Scale) -> Findings:
    """The same inventory, forks and callbacks for all; the time of the task alone, without Ansible's start."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, start_emulator(fleet(scale.cards), known_hosts=False) as emulator:
        folder = Path(scratch)
        plays = Plays(folder, cards=scale.cards, nmc_snmp_port=emulator.snmp_port, nmc_snmp_community=COMMUNITY)
        known = folder / "facts.json"
        known.write_text(json.dumps(_facts_of_one(emulator)), encoding="utf-8")
        taken = alternate(
            scale.play_repeats,
            nothing=lambda: plays.run("bench_nothing"),
            known=lambda: plays.run("bench_known_facts", BENCH_FACTS=str(known)),
            facts=lambda: plays.run(_FACTS),
        )
        profile = _profile(plays, folder)
    work = f"`nmc_facts` on {scale.cards:,} cards, SNMP v2c, {FORKS} forks"
    seconds = {name: median_of((run.seconds for run in runs), "s") for name, runs in taken.items()}
    used = {name: median_of((run.processor_seconds for run in runs), "s") for name, runs in taken.items()}
    rows = (
        Row(work=work, figure=seconds["facts"], against=_NOTHING, reference=seconds["nothing"], limit=at_most(1.5)),
        Row(work="the same, processor time of Ansible", figure=used["facts"], against=_NOTHING, reference=used["nothing"]),
        Row(
            work="facts that need not be read, to tell what carrying them costs",
            figure=seconds["known"],
            against=_NOTHING,
            reference=seconds["nothing"],
        ),
    )
    return Findings(rows, (_shares(taken, scale.cards), profile))


def _facts_of_one(emulator: Emulator) -> dict[str, t.Any]:
    options = {"host": addresses(1)[0], "snmp_port": emulator.snmp_port, "snmp_community": COMMUNITY}
    params = ArgumentSpecValidator(FACTS.spec()).validate(options).validated_parameters
    result = FACTS.run(params, Run(card="bench", check_mode=False, notify=print, warn=print))
    facts: dict[str, t.Any] = result["ansible_facts"]["nmc"]
    return facts


def _shares(taken: t.Mapping[str, t.Sequence[Clocked]], cards: int) -> str:
    used = {name: median(run.processor_seconds for run in runs) / cards * 1000 for name, runs in taken.items()}
    return (
        f"Of Ansible's processor time for one card, {used['nothing']:.1f} ms go to what every task costs (a worker is forked, runs "
        f"its task and sends the result back), {max(0, used['known'] - used['nothing']):.1f} ms more to carrying the facts, and "
        f"{max(0, used['facts'] - used['known']):.1f} ms more to `nmc_facts` itself."
    )


def _profile(plays: Plays, folder: Path) -> str:
    """Where a worker's time goes, as the profiler sees it in every worker of one more play."""
    profiles = folder / "profiles"
    profiles.mkdir()
    plays.run("bench_profiled_facts", forks=_PROFILED_FORKS, BENCH_PROFILES=str(profiles))
    files = [str(path) for path in profiles.iterdir()]
    found = pstats.Stats(*files)
    each = {name: Figure(1000 * sum(_seconds(found, *part) for part in parts) / len(files), "ms") for name, parts in _PARTS.items()}
    whole, imports = (Figure(1000 * _seconds(found, *part) / len(files), "ms") for part in (_WHOLE, _IMPORT))
    parts = "; ".join(f"{name} {figure}" for name, figure in each.items())
    return (
        f"Inside the worker, under Python's profiler and with one fork, the action takes {whole} a card, network included: {parts}. "
        f"Imports, wherever they happen, are {imports} of it: libraries are loaded before Ansible forks its workers, because a worker "
        "lives for one card."
    )


def _seconds(profile: pstats.Stats, file: str, function: str) -> float:
    """The time in a function and all that it calls; the outermost call counts."""
    entries: t.Mapping[tuple[str, int, str], tuple[int, int, float, float, t.Any]] = vars(profile)["stats"]
    seconds = [entry[3] for (path, _line, name), entry in entries.items() if path.endswith(file) and name == function]
    if not seconds:
        raise BenchError(f"{function} of {file}, of whose part the page tells, was never called")
    return sum(seconds)
