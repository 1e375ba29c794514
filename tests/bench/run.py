# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure what the collection promises about speed, print the table and write docs/performance.md.

It fails when something does not run, never because something is slow.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import typing as t
from datetime import UTC, datetime
from pathlib import Path

from bench import machine
from bench.auditing import measure_auditing
from bench.discovering import measure_discovering
from bench.emulated import measure_emulator
from bench.enforcing import measure_enforcing
from bench.engines import measure_engines
from bench.facts import measure_facts_task
from bench.figures import BenchError, Findings, Scale
from bench.judging import measure_judging
from bench.others import measure_netmiko, measure_snmp_facts
from bench.page import page, table
from bench.sweeping import measure_sweeping
from bench.uploads import measure_upload_to_card, measure_upload_to_openssh

from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
from emulator.testing import EmulatorError

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
_QUICK = Scale(cards=40, play_repeats=1, upload_repeats=3, fleet=400, gets=2_000, enforced=10, reboot=1.0, sample=5)

_BREAKS = (BenchError, EmulatorError, NmcError, OSError, subprocess.SubprocessError)

# In the order of the table; each gives its rows.
MEASUREMENTS: tuple[t.Callable[[Scale], Findings], ...] = (
    measure_facts_task,
    measure_snmp_facts,
    measure_netmiko,
    measure_enforcing,
    measure_auditing,
    measure_discovering,
    measure_upload_to_card,
    measure_upload_to_openssh,
    measure_engines,
    measure_sweeping,
    measure_judging,
    measure_emulator,
)


def main(options: argparse.Namespace) -> int:
    started, load = datetime.now(UTC), machine.load()
    scale = _QUICK if options.quick else Scale()
    results = [_run(measure, scale) for measure in MEASUREMENTS if options.only in measure.__name__]
    findings = [found for found in results if found is not None]
    print(f"\n{table(row for found in findings for row in found.rows)}")
    for remark in (remark for found in findings for remark in found.remarks):
        print(f"{remark}\n")
    if len(findings) < len(results):
        return 1
    if not (options.quick or options.only):
        when = f"{started:%Y-%m-%d}, load average {load} before and {machine.load()} after"
        _PAGE.write_text(page(findings, {**machine.describe(), "Date": when}), encoding="utf-8")
    return 0


def _run(measure: t.Callable[[Scale], Findings], scale: Scale) -> Findings | None:
    """What one measurement found; None when it broke, which does not keep the others from running."""
    name = measure.__name__.removeprefix("measure_").replace("_", " ")
    print(f"measuring: {name}", flush=True)
    try:
        return measure(scale)
    except _BREAKS as error:
        print(f"FAILED: {name}: {error}", file=sys.stderr)
        return None


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="little of everything, to see that it runs; writes no page")
    parser.add_argument("--only", default="", metavar="WORD", help="only measurements with this in their name; writes no page")
    sys.exit(main(parser.parse_args()))
