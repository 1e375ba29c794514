# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo: what would change on a small fleet, the change, the proof, a second run that changes nothing, and three cards in trouble."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import yaml
from demo.picture import svg
from demo.told import Rows, in_words, table

from emulator.testing import Emulator, make_image, start_emulator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCRATCH = ROOT / ".demo"
IMAGES = SCRATCH / "images"

# file name: what the emulated image holds
IMAGE_SET: t.Mapping[str, dict[str, str]] = {
    "apc_hw21_su_2-5-5-1.nmc3": {"application": "su", "version": "2.5.5.1", "aos_version": "2.5.5.1", "boot_monitor_version": "1.5.1.1"},
    "apc_hw21_suu_2-5-5-1.nmc3": {"application": "suu", "version": "2.5.5.1", "aos_version": "2.5.5.1"},
    "apc_hw21_rpdu2g_2-5-2-5.nmc3": {"application": "rpdu2g", "version": "2.5.2.5", "aos_version": "2.5.3.2"},
    "apc_hw05_bootmon_109.bin": {"component": "boot_monitor", "version": "1.0.9"},
    "apc_hw05_aos_704.bin": {"component": "aos", "version": "7.0.4"},
    "apc_hw05_sy_704.bin": {"application": "sy", "version": "7.0.4"},
    "apc_hw05_aos_720.bin": {"component": "aos", "version": "7.2.0"},
    "apc_hw05_sumx_720.bin": {"application": "sumx", "version": "7.2.0"},
    "apc_hw05_aos_722.bin": {"component": "aos", "version": "7.2.2"},
    "apc_hw05_rpdu2g_726.bin": {"application": "rpdu2g", "version": "7.2.6"},
}

# What the demo must show; anything else fails it.
UPGRADED, AT_TARGET = ("compliant", "upgraded"), ("compliant", "at_target")
EXPECTED: t.Mapping[str, tuple[str, str]] = {
    "alpha-ups-1": UPGRADED,
    "alpha-ups-2": UPGRADED,
    "alpha-ups-3": AT_TARGET,
    "alpha-ultra-1": UPGRADED,
    "bravo-pdu-1": UPGRADED,
    "bravo-pdu-2": UPGRADED,
    "bravo-ats-1": ("blocked", "rack_ats_needs_consent"),
    "bravo-inrow-1": ("blocked", "image_wrong_hardware"),
    "charlie-ups-1": UPGRADED,
    "charlie-sym-1": UPGRADED,
    "charlie-easy-1": AT_TARGET,
    "charlie-ups-9": ("unreachable", "connection_failed"),
}

# The same of the cards in trouble, and of the one whose trouble is over in the next run.
TROUBLE: t.Mapping[str, tuple[str, str]] = {
    "delta-ups-1": ("failed", "transfer_interrupted"),
    "delta-ups-2": ("failed", "still_old_version"),
    "delta-pdu-1": ("failed", "host_key_changed"),
}
MENDED: t.Mapping[str, tuple[str, str]] = {"delta-ups-1": UPGRADED}


def main(picture: Path | None) -> int:
    started = time.monotonic()
    shutil.rmtree(SCRATCH, ignore_errors=True)
    IMAGES.mkdir(parents=True)
    checksums = _make_images()
    with start_emulator(HERE / "fleet.yml", max_seconds=300) as emulator:
        variables = _variables(emulator, checksums)
        _heading("1. Check mode: the plan, and what would change")
        planned = _play(variables, "planned", "--check", "--diff")
        _heading("2. The real run: send, wait for the restart, read again")
        applied = _play(variables, "applied")
        _heading("3. The same run again: nothing changes")
        again = _play(variables, "again")
        _heading("What happened")
        print(table(applied))
        print("\nThe blocked and the unreachable cards belong to the demo: nothing was sent to them.")
        _heading("4. Three cards in trouble: a link that breaks, a card that keeps its firmware, a new host key")
        failed = _play(variables, "trouble", inventory="trouble.yml")
        _heading("What the operator reads")
        print(in_words(failed))
        _heading("5. The link is repaired: the same run again, on its card")
        mended = _play(variables, "mended", "--limit", *MENDED, "-e", "enforce_retry_failed=true", inventory="trouble.yml")
        _heading("What the operator reads")
        print(in_words(mended))
    if picture is not None:
        picture.write_text(svg(f"$ make demo\n\n{table(applied)}\n\n\n{in_words(failed)}"), encoding="utf-8")
    problems = [*_problems(planned, applied, again), *_unlike(failed, TROUBLE), *_unlike(mended, MENDED)]
    print()
    for problem in problems:
        print(f"NOT AS EXPECTED: {problem}")
    changes = [sum(bool(row["changed"]) for row in rows.values()) for rows in (planned, applied, again)]
    print("Cards that would change: {}, changed: {}, changed again: {}.".format(*changes), end=" ")
    print(f"Took {time.monotonic() - started:.0f} s.")
    return 1 if problems else 0


def _make_images() -> dict[str, str]:
    for name, image in IMAGE_SET.items():
        held: dict[str, t.Any] = dict(image)
        make_image(IMAGES / name, hardware_token=name.split("_")[1], size=2_000_000, **held)
    return {path.name: f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in IMAGES.iterdir()}


def _variables(emulator: Emulator, checksums: dict[str, str]) -> Path:
    """What the inventory cannot know beforehand."""
    path = SCRATCH / "variables.yml"
    variables = {
        "demo_ssh_port": emulator.ssh_port,
        "demo_snmp_port": emulator.snmp_port,
        "demo_known_hosts": str(emulator.known_hosts),
        "demo_images": str(IMAGES),
        "demo_backups": str(SCRATCH / "config"),
        "demo_ledger": f"sqlite:///{SCRATCH}/ledger.sqlite",
        "demo_checksums": checksums,
    }
    path.write_text(yaml.safe_dump(variables), encoding="utf-8")
    return path


def _play(variables: Path, name: str, *options: str, inventory: str = "inventory.yml") -> Rows:
    results = SCRATCH / f"{name}.jsonl"
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "secure_power.nmc.enforce"]
    command += ["-i", str(HERE / inventory), "-e", f"@{variables}", *options]
    print("$", *("ansible-playbook secure_power.nmc.enforce -i", f"tests/demo/{inventory}", *options), end="\n\n", flush=True)
    subprocess.run(command, env=_environment(results), cwd=SCRATCH, check=False)
    rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()] if results.exists() else []
    return {row["card"]: row for row in rows}


def _environment(results: Path) -> dict[str, str]:
    return {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".tree"),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "demo_results",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "ANSIBLE_FORKS": "12",
        "ANSIBLE_LOCAL_TEMP": str(SCRATCH / "tmp"),
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "DEMO_RESULTS": str(results),
    }


def _problems(planned: Rows, applied: Rows, again: Rows) -> list[str]:
    problems = _unlike(applied, EXPECTED)
    for card, expected in EXPECTED.items():
        would_change = bool(planned.get(card, {}).get("changed"))
        if would_change is not (expected == UPGRADED):
            problems.append(f"{card}: check mode says changed={would_change}")
    problems += [f"{card} changed again in the second run" for card, row in again.items() if row["changed"]]
    return problems if len(again) == len(EXPECTED) else [*problems, f"the second run has {len(again)} results of {len(EXPECTED)}"]


def _unlike(rows: Rows, expected: t.Mapping[str, tuple[str, str]]) -> list[str]:
    problems = []
    for card, (status, reason) in expected.items():
        row = rows.get(card, {})
        if (row.get("status"), row.get("reason")) != (status, reason):
            problems.append(f"{card} is {row.get('status')} ({row.get('reason')}), expected {status} ({reason}): {row.get('msg')}")
    return problems


def _heading(text: str) -> None:
    print(f"\n=== {text} {'=' * max(3, 110 - len(text))}\n", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, help="also draw the table into this SVG file, for the README")
    sys.exit(main(parser.parse_args().picture))
