# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of faults, written by running every fault once: `python -m pages.faults > docs/faults.md`.

Ends with 1 when a fault did not go as the table says.
"""

from __future__ import annotations

import sys
import tempfile
import typing as t
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pages.header import HEADER
from unit.tasks.emulated import EmulatedCard, ImageStore, addresses_of_kind, fleet
from unit.tasks.fault_table import WAYS, Way

from emulator.testing import Emulator, start_emulator

if t.TYPE_CHECKING:
    from unit.tasks.emulated import Ran

_HEAD = """
# Every way an upgrade can go

What `nmc_firmware` makes of each fault, on an NMC2 that takes three images and an NMC3 that takes one. `make pages` writes this page
by running every fault once on emulated cards that restart within a second and with short timeouts, so the seconds compare the faults
with each other only: a real card needs minutes where these need seconds. The way is SSH where nothing else is said.
`docs/reasons.md` says what to do about each reason.

A line that garbles less than every answer is random: tests with three seeds find that it is never a success that is none.

| What happens | Fault of the emulated card | Way | Card | Status | Reason | Changed | Seconds until known |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
_GENERATIONS = {"ups2": "NMC2", "ups3": "NMC3", "rack_pdu2_host": "NMC2 of a rack PDU", "rack_pdu3_host": "NMC3 of a rack PDU"}
_AT_ONCE = 6

Case = tuple[Way, str]


def run_all(emulator: Emulator, store: ImageStore) -> list[tuple[Case, Ran]]:
    """Every fault on a card of its own."""
    fresh = {kind: iter(addresses_of_kind(kind)) for kind in _GENERATIONS}
    cases = [(way, kind) for way in WAYS for kind in sorted(way.kinds)]
    cards = [EmulatedCard(emulator, next(fresh[kind])) for _way, kind in cases]

    def run(case: Case, card: EmulatedCard) -> Ran:
        way, kind = case
        return way.go(card, store, kind)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(zip(cases, pool.map(run, cases, cards), strict=True))


def render(results: list[tuple[Case, Ran]]) -> str:
    """The page as Markdown."""
    return HEADER + _HEAD + "".join(_row(way, kind, ran) for (way, kind), ran in results)


def _row(way: Way, kind: str, ran: Ran) -> str:
    status, reason = ran.verdict
    by = [*way.over, "ftp"] if way.uses_ftp else way.over
    changed = "yes" if ran["changed"] else "no"
    cells = [
        way.title,
        f"`{way.fault_name}`",
        ", ".join(by).upper(),
        _GENERATIONS[kind],
        status,
        f"`{reason}`",
        changed,
        f"{ran['duration_seconds']:.0f}",
    ]
    return f"| {' | '.join(cells)} |\n"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, start_emulator(fleet()) as emulator:
        results = run_all(emulator, ImageStore(Path(folder)))
    print(render(results), end="")
    unlike = [(way, kind, ran) for (way, kind), ran in results if (*ran.verdict, ran["changed"]) != (way.status, way.reason, way.changed)]
    for way, kind, ran in unlike:
        print(f"{way}, {kind}: {ran.verdict} instead of {(way.status, way.reason)}: {ran['msg']}", file=sys.stderr)
    return 1 if unlike else 0


if __name__ == "__main__":
    sys.exit(main())
