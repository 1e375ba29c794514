# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: find a small fleet, what would change on it, the change, the proof, a second run that changes nothing; three cards in
trouble; and six cards that need a right to the firmware that they shall run."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from demo import expected
from demo.picture import svg
from demo.stage import BOUGHT_ID, HERE, LICENSING_STOCK, audited, make_scratch, play, show_inventory, write_variables
from demo.told import in_short, in_words, subscriptions, table

from emulator.testing import start_emulator
from licensing.testing import start_licensing


def main(picture: Path | None) -> int:
    started = time.monotonic()
    make_scratch()
    with start_emulator(HERE / "fleet.yml", max_seconds=400) as emulator, start_licensing(LICENSING_STOCK, max_seconds=400) as licensing:
        write_variables(emulator, licensing)
        fleet, drawn, changes = _fleet()
        trouble, told = _trouble()
        told = told.replace(str(emulator.known_hosts), "~/.ssh/known_hosts")
        problems = [*fleet, *trouble, *_rights()]
    if picture is not None:
        picture.write_text(svg(f"$ make demo\n\n{drawn}\n\n\n{told}"), encoding="utf-8")
    print()
    for problem in problems:
        print(f"NOT AS EXPECTED: {problem}")
    print("Cards that would change: {}, changed: {}, changed again: {}.".format(*changes), end=" ")
    print(f"Took {time.monotonic() - started:.0f} s.")
    return 1 if problems else 0


def _fleet() -> tuple[list[str], str, list[int]]:
    _heading("1. Find the cards: two networks are searched, a third has a list")
    show_inventory()
    _heading("2. Check mode: the plan, and what would change")
    planned = play("enforce", "planned", "--check", "--diff")
    _heading("3. The real run: send, wait for the restart, read again")
    applied = play("enforce", "applied")
    _heading("4. The same run again: nothing changes")
    again = play("enforce", "again")
    _heading("What happened")
    print(table(applied))
    print("\nThe blocked and the unreachable cards belong to the demo: nothing was sent to them.")
    problems = [*expected.unlike(applied, expected.FLEET), *expected.changes_foretold(planned), *expected.nothing_changed(again)]
    return problems, table(applied), [sum(bool(row["changed"]) for row in rows.values()) for rows in (planned, applied, again)]


def _trouble() -> tuple[list[str], str]:
    _heading("5. Three cards in trouble: a link that breaks, a card that keeps its firmware, a new host key")
    failed = play("enforce", "trouble", inventories=["trouble.yml"])
    _heading("What the operator reads")
    print(in_words(failed))
    _heading("6. The link is repaired: the same run again, on its card")
    mended = play("enforce", "mended", "--limit", *expected.MENDED, "-e", "enforce_retry_failed=true", inventories=["trouble.yml"])
    _heading("What the operator reads")
    print(in_words(mended))
    return [*expected.unlike(failed, expected.TROUBLE), *expected.unlike(mended, expected.MENDED)], in_words(failed)


def _rights() -> list[str]:
    card, buying = "echo-ups-1", f'{{"nmc_activator": "http", "nmc_activation_id": "{BOUGHT_ID}", "nmc_sku": "SWNMC3SU-1Y-DIGI"}}'
    _heading("7. Certified firmware needs a right: what the cards have, what ends soon, what to buy")
    declared = play("subscriptions", "declared", inventories=["subscriptions.yml"])
    _heading("What the cards have")
    print(subscriptions(declared))
    _heading("8. The baseline wants certified firmware: who may have it gets it")
    certified = play("enforce", "certified", inventories=["subscriptions.yml"])
    _heading("What happened")
    print(table(certified))
    _heading("9. A subscription is bought for the first card, and the licensing bridge activates it")
    bought = play("subscriptions", "bought", "--limit", card, "-e", buying, inventories=["subscriptions.yml"])
    _heading("10. The same run again, on that card")
    now_certified = play("enforce", "now-certified", "--limit", card, inventories=["subscriptions.yml"])
    _heading("What happened")
    print(subscriptions(bought), table(now_certified), sep="\n\n")
    _heading("11. The audit: all cards in one pass, and a report for each client")
    play("audit", "audited", inventories=["subscriptions.yml"])
    findings = audited("echo")
    print(in_short(findings))
    return [
        *expected.unlike(declared, expected.SUBSCRIPTIONS),
        *expected.unlike(certified, expected.CERTIFIED),
        *expected.unlike(bought, expected.BOUGHT),
        *expected.unlike(now_certified, expected.NOW_CERTIFIED),
        *expected.unlike(findings, expected.AUDITED),
    ]


def _heading(text: str) -> None:
    print(f"\n=== {text} {'=' * max(3, 110 - len(text))}\n", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, help="also draw the table into this SVG file, for the README")
    sys.exit(main(parser.parse_args().picture))
