# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the demo stands on: its images, what its inventories cannot know beforehand, its licensing bridge, and how it runs a playbook."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import yaml

from emulator.testing import Emulator, make_image

if t.TYPE_CHECKING:
    from demo.told import Rows

    from licensing.testing import Licensing

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCRATCH = ROOT / ".demo"
IMAGES = SCRATCH / "images"
VARIABLES = SCRATCH / "variables.yml"
REPORTS = SCRATCH / "reports"
FOUND = ("sites.nmc.yml", "inventory.yml")

# file name: what the emulated image holds
IMAGE_SET: t.Mapping[str, dict[str, str]] = {
    "apc_hw21_su_2-5-5-1.nmc3": {"application": "su", "version": "2.5.5.1", "aos_version": "2.5.5.1", "boot_monitor_version": "1.5.1.1"},
    "apc_hw21_su_3-4-0-8.nmc3": {"application": "su", "version": "3.4.0.8", "aos_version": "3.4.0.8"},
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

# What the bridge's organisation has bought for the card that has no subscription yet.
BOUGHT_ID = "DEMO-ACTIVATION-ECHO-0001"
LICENSING_STOCK: t.Mapping[str, t.Any] = {
    "tokens": ["demo-licensing-token-0001"],
    "activation_ids": {BOUGHT_ID: {"sku": "SWNMC3SU-1Y-DIGI", "seats": 1}},
}


def make_scratch() -> None:
    """An empty directory with the images in it."""
    shutil.rmtree(SCRATCH, ignore_errors=True)
    IMAGES.mkdir(parents=True)
    for name, image in IMAGE_SET.items():
        held: dict[str, t.Any] = dict(image)
        make_image(IMAGES / name, hardware_token=name.split("_")[1], size=2_000_000, **held)


def write_variables(emulator: Emulator, licensing: Licensing) -> None:
    """What the inventories cannot know beforehand."""
    checksums = {path.name: f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" for path in IMAGES.iterdir()}
    variables = {
        "demo_ssh_port": emulator.ssh_port,
        "demo_snmp_port": emulator.snmp_port,
        "demo_known_hosts": str(emulator.known_hosts),
        "demo_images": str(IMAGES),
        "demo_backups": str(SCRATCH / "config"),
        "demo_reports": str(REPORTS),
        "demo_ledger": f"sqlite:///{SCRATCH}/ledger.sqlite",
        "demo_checksums": checksums,
        "demo_licensing": {"url": licensing.url, "ca_path": licensing.ca_path, "token": licensing.token},
        "demo_days": _days(dt.datetime.now(dt.UTC).date()),
    }
    VARIABLES.write_text(yaml.safe_dump(variables), encoding="utf-8")


def _days(today: dt.date) -> dict[str, str]:
    """The days that the stories of the cards need."""
    away = {
        "more_than_a_year_ago": -380,
        "almost_a_year_ago": -345,
        "half_a_year_ago": -180,
        "yesterday": -1,
        "next_month": 30,
        "contract_end": 730,
    }
    return {name: (today + dt.timedelta(days=days)).isoformat() for name, days in away.items()}


def show_inventory() -> None:
    """Find the cards, and show them by group."""
    _run(["ansible-inventory", "--graph"], FOUND, SCRATCH / "none.jsonl")


def play(playbook: str, name: str, *options: str, inventories: t.Sequence[str] = FOUND) -> Rows:
    """Run a playbook of the collection; the results of its cards are kept under a name."""
    results = SCRATCH / f"{name}.jsonl"
    _run(["ansible-playbook", f"secure_power.nmc.{playbook}", *options], inventories, results)
    rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()] if results.exists() else []
    return {row["card"]: row for row in rows}


def audited(client: str) -> Rows:
    """The findings in the report of a client."""
    report = json.loads((REPORTS / f"{client}.json").read_text(encoding="utf-8"))
    return {finding["host"]: {**finding, "msg": finding["sentence"]} for finding in report["findings"]}


def _run(command: t.Sequence[str], inventories: t.Sequence[str], results: Path) -> None:
    shown = [*command, *(word for name in inventories for word in ("-i", f"tests/demo/{name}"))]
    print("$", shlex.join(shown), end="\n\n", flush=True)
    given = ["-e", f"@{VARIABLES}", *(word for name in inventories for word in ("-i", str(HERE / name)))]
    program = str(Path(sys.executable).with_name(command[0]))
    subprocess.run([program, *command[1:], *given], env=_environment(results), cwd=SCRATCH, check=False)


def _environment(results: Path) -> dict[str, str]:
    return {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".tree"),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "demo_results",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "ANSIBLE_FORKS": "12",
        "ANSIBLE_INVENTORY_CACHE_CONNECTION": str(SCRATCH / "inventory"),
        "ANSIBLE_LOCAL_TEMP": str(SCRATCH / "tmp"),
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "DEMO_RESULTS": str(results),
    }
