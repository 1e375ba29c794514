# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The memory that Ansible and its workers need."""

from __future__ import annotations

import contextlib
import os
import threading
import typing as t
from pathlib import Path

from bench.figures import Figure

SAMPLE_SECONDS = 1.0


class Memory(contextlib.AbstractContextManager["Memory"]):
    """The memory of all that this process starts meanwhile, but for the emulator, if there is one."""

    def __init__(self, emulator: int = 0) -> None:
        self._highest = 0  # KiB
        self._emulator = emulator
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> t.Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def highest(self) -> Figure:
        return Figure(self._highest / 1024 / 1024, "GB")

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_SECONDS):
            self._highest = max(self._highest, sum(_share(pid) for pid in _descendants() - {self._emulator}))


def _descendants() -> set[int]:
    """The processes that were started by this one, and those that they started."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    found: set[int] = set()
    wave = {os.getpid()}
    while wave:
        wave = {pid for pid, parent in parents.items() if parent in wave}
        found |= wave
    return found


def _parent(process: Path) -> int:
    with contextlib.suppress(OSError, IndexError, ValueError):
        return int((process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
    return 0


def _share(pid: int) -> int:
    """A process's own memory and its part of what it shares (KiB)."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return 0
