# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Feeding one target in a process of its own, and what is to be said when that fails."""

from __future__ import annotations

import base64
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from fuzz.journal import read_journal

# Seconds to start, and inputs in a second: a target that is slower on a busy machine hangs.
_START = 120
_SLOWEST = 10
_SHOWN = 6000


@dataclass(frozen=True)
class Run:
    """How the inputs of one target ended; `problem` is None when all is well."""

    name: str
    inputs: int
    seconds: float
    problem: str | None

    def __str__(self) -> str:
        verdict = "FAILED" if self.problem else "passed"
        return f"{verdict} {self.name:16} {self.inputs:9,} inputs {self.seconds:7.1f} s {self.inputs / self.seconds:9,.0f}/s"


def run_target(name: str, inputs: int, *, seed: int, guided: bool) -> Run:
    """Feed that many inputs, or fewer if one of them is the end of it, which must come in time."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        log = pathlib.Path(folder, "log")
        ended = _feed(name, inputs, seed=seed, guided=guided, folder=folder, log=log)
        count, last = read_journal(pathlib.Path(folder, "journal"))
        is_well = ended is None and count >= inputs
        problem = None if is_well else _problem(name, ended or f"it ended after {count} inputs", last, log)
    return Run(name, count, time.monotonic() - started, problem)


def _feed(name: str, inputs: int, *, seed: int, guided: bool, folder: str, log: pathlib.Path) -> str | None:
    """How the process ended; None when it did so by itself and in peace."""
    command = [sys.executable, "-m", "fuzz.child", folder, name, str(inputs), str(seed), *(["guided"] if guided else [])]
    limit = _START + inputs / _SLOWEST
    # A panic in Rust would look for its symbols, which takes 80 MB.
    environment = {**os.environ, "RUST_BACKTRACE": "0"}
    with log.open("wb") as output:
        try:
            ended = subprocess.run(command, env=environment, stdout=output, stderr=subprocess.STDOUT, timeout=limit, check=False)
        except subprocess.TimeoutExpired:
            return f"no end after {limit:.0f} s"
    return f"exit status {ended.returncode}" if ended.returncode else None


def _problem(name: str, what: str, last: bytes, log: pathlib.Path) -> str:
    said = log.read_text("utf-8", "replace")[-_SHOWN:]
    encoded = base64.b64encode(last).decode()
    again = shlex.join([sys.executable, "-m", "fuzz", "--target", name, "--repeat", encoded])
    return f"{name}: {what}\n{said}\nThe input, in base64: {encoded}\nOnce more: PYTHONPATH={os.environ.get('PYTHONPATH', '')} {again}"
