# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays of one task over many emulated cards, by the real ansible-playbook."""

from __future__ import annotations

import ipaddress
import json
import os
import subprocess
import sys
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from bench.figures import BenchError

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]
_PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
_LONGEST = 1200.0
INVENTORY = "inventory.json"
FORKS = 10

COMMUNITY = "bench-read"
FIRST_CARD = ipaddress.IPv4Address("127.50.0.1")


def fleet(cards: int) -> dict[str, t.Any]:
    """A fleet file of that many cards of one kind."""
    card = {"address": str(FIRST_CARD), "count": cards, "profile": "smart_ups_nmc3", "snmp": {"community": COMMUNITY}}
    return {"cards": [card]}


def addresses(cards: int) -> list[str]:
    return [str(FIRST_CARD + number) for number in range(cards)]


@dataclass(frozen=True)
class Clocked:
    """How long a task took over all hosts, and the processor time of Ansible's processes in it."""

    seconds: float
    processor_seconds: float


class Plays:
    """Runs tasks over the same inventory with the same settings, in a folder of its own."""

    def __init__(self, folder: Path, *, cards: int, collections: t.Sequence[Path] = (), **variables: t.Any) -> None:
        """`variables` are of all hosts; `collections` are directories of collections beside this one."""
        self.folder = folder
        self._cards = cards
        self._write_inventory(variables)
        self._write_settings(collections)

    def run(self, action: str, arguments: t.Mapping[str, t.Any] | None = None, *, forks: int = FORKS, **variables: str) -> Clocked:
        """Run one action on every host, all of which must succeed. `variables` are of the environment."""
        play = {"hosts": "nmc", "gather_facts": False, "tasks": [{"name": action, action: dict(arguments or {})}]}
        self._write("play.json", [play])
        self._clock.unlink(missing_ok=True)
        command = [str(_PLAYBOOK), "-i", INVENTORY, "--forks", str(forks), "play.json"]
        environment = self._environment(variables)
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=_LONGEST, check=False)
        measured = json.loads(self._clock.read_text(encoding="utf-8")) if self._clock.exists() else {}
        if done.returncode or measured.get("succeeded") != self._cards:
            raise BenchError(f"{action} did not succeed on {self._cards} hosts: {(done.stderr or done.stdout)[-500:]}")
        return Clocked(measured["seconds"], measured["processor_seconds"])

    def whole(self, playbook: str, *arguments: str, inventory: str = INVENTORY, **variables: str) -> float:
        """Run a whole playbook, which must succeed, and return its seconds from start to end."""
        taken, _said = self._clocked([str(_PLAYBOOK), "-i", inventory, playbook, *arguments], variables)
        return taken

    def once(self, action: str, arguments: t.Mapping[str, t.Any] | None = None, *, inventory: str = INVENTORY, **variables: str) -> float:
        """The seconds of a playbook of one action, once for all hosts."""
        task = {"name": action, action: dict(arguments or {}), "run_once": True}
        self._write("once.json", [{"hosts": "nmc", "gather_facts": False, "tasks": [task]}])
        return self.whole("once.json", inventory=inventory, **variables)

    def empty(self, *, inventory: str = INVENTORY) -> float:
        return self.once("ansible.builtin.debug", inventory=inventory)

    def listed(self, inventory: str) -> tuple[float, int]:
        """The seconds in which `ansible-inventory` lists an inventory, and how many hosts it has."""
        taken, said = self._clocked([str(_PLAYBOOK.with_name("ansible-inventory")), "-i", inventory, "--list"], {})
        return taken, len(json.loads(said)["_meta"]["hostvars"])

    def _clocked(self, command: t.Sequence[str], variables: t.Mapping[str, str]) -> tuple[float, str]:
        environment, started = self._environment(variables), time.monotonic()
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=_LONGEST, check=False)
        taken = time.monotonic() - started
        if done.returncode:
            raise BenchError(f"{' '.join(command[1:])} failed: {(done.stderr or done.stdout)[-500:]}")
        return taken, done.stdout

    @property
    def _clock(self) -> Path:
        return self.folder / "clock.json"

    def _environment(self, variables: t.Mapping[str, str]) -> dict[str, str]:
        return {**os.environ, **variables, "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"), "BENCH_CLOCK": str(self._clock)}

    def _write_inventory(self, variables: t.Mapping[str, t.Any]) -> None:
        hosts = {f"card-{number:05}": {"ansible_host": address} for number, address in enumerate(addresses(self._cards), 1)}
        self._write(INVENTORY, {"nmc": {"vars": dict(variables), "hosts": hosts}})

    def _write_settings(self, collections: t.Sequence[Path]) -> None:
        settings = {
            "collections_path": ":".join(map(str, (_ROOT / ".tree", *collections))),
            "action_plugins": _HERE / "action_plugins",
            "callback_plugins": _HERE / "callback_plugins",
            "callbacks_enabled": "bench_clock",
            "local_tmp": self.folder / "tmp",
        }
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        (self.folder / "ansible.cfg").write_text(f"[defaults]\n{lines}", encoding="utf-8")

    def _write(self, name: str, content: object) -> None:
        (self.folder / name).write_text(json.dumps(content), encoding="utf-8")
