# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is killed with SIGKILL, anywhere: the next one ends at the target, or in a named reason."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
import time
import typing as t

import pytest
from unit.tasks.emulated import UPGRADES
from unit.tasks.fault_table import Holds

if t.TYPE_CHECKING:
    import pathlib

    from unit.tasks.conftest import Take
    from unit.tasks.emulated import EmulatedCard, ImageStore, Options

    from emulator.testing import State

pytestmark = pytest.mark.every_fault

_RUN = """
import json, sys
from unit.tasks.emulated import run_task
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import FIRMWARE
run_task(FIRMWARE, json.load(sys.stdin), on_note=lambda note: print(note, flush=True))
"""
_MOMENTS = {"ups3": 4.0, "ups2": 8.0}  # about as long as a whole run takes (s)


@contextlib.contextmanager
def running(card: EmulatedCard, options: Options, output: pathlib.Path) -> t.Iterator[subprocess.Popen[str]]:
    """An upgrade in a process of its own, that is killed at the end."""
    given = {**card.options(), "backup_directory": str(card.backups), "https_port": card.emulator.https_port, **options}
    with output.open("w") as said:
        process = subprocess.Popen([sys.executable, "-c", _RUN], stdin=subprocess.PIPE, stdout=said, stderr=said, text=True)
        try:
            assert process.stdin is not None
            with process.stdin as stdin:
                json.dump(given, stdin)
            yield process
        finally:
            process.kill()
            process.wait()


def await_said(process: subprocess.Popen[str], output: pathlib.Path, text: str, *, timeout: float = 60.0) -> None:
    deadline = time.monotonic() + timeout
    while text not in output.read_text(encoding="utf-8"):
        assert process.poll() is None, output.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, output.read_text(encoding="utf-8")
        time.sleep(0.02)


def is_quiet(state: State) -> bool:
    return state["phase"] == "up" and not state["sessions"]


def mend(card: EmulatedCard, store: ImageStore, kind: str) -> tuple[str, str]:
    """The next run, and where it asks for the expected application one with it."""
    ran = card.firmware(**store.upgrade(kind))
    if ran.verdict == ("blocked", "application_missing"):
        ran = card.firmware(**store.upgrade(kind), expected_application=card.state()["application"])
    return ran.verdict


def test_an_nmc2_killed_between_aos_and_application_needs_the_expected_application(
    take: Take, store: ImageStore, tmp_path: pathlib.Path
) -> None:
    card, output = take("ups2"), tmp_path / "output"
    with running(card, store.upgrade("ups2"), output) as process:
        await_said(process, output, "aos_720.bin is sent")
        process.kill()
    card.emulator.wait(card.address, lambda state: state["counters"]["reboots"] == 2 and is_quiet(state))
    assert card.holds == {"aos": "7.2.0", "application": None, "boot_monitor": "1.0.9"}
    ran = card.firmware(**store.upgrade("ups2"))
    assert (*ran.verdict, ran["changed"]) == ("blocked", "application_missing", False)
    assert card.counters["uploads"] == 2
    ran = card.firmware(**store.upgrade("ups2"), expected_application="ats4g", allow_rack_ats=True)
    assert (ran["status"], ran["changed"]) == ("blocked", False)
    assert card.firmware(**store.upgrade("ups2"), expected_application="sumx").verdict == ("compliant", "upgraded")
    assert card.holds == UPGRADES["ups2"].after
    assert card.counters["uploads"] == 3


@pytest.mark.parametrize("kind", UPGRADES)
@pytest.mark.parametrize("seed", range(6))
def test_the_run_after_a_killed_one_reaches_the_target(take: Take, store: ImageStore, tmp_path: pathlib.Path, kind: str, seed: int) -> None:
    card, output = take(kind), tmp_path / "output"
    moment = random.Random(f"{kind} {seed}").uniform(0, _MOMENTS[kind])
    with running(card, store.upgrade(kind), output) as process:
        await_said(process, output, "transfer 1 of")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(moment)
    # A card that has just taken an image is about to restart, which the next run would meet as unreachable.
    card.emulator.wait(card.address, is_quiet)
    verdict = mend(card, store, kind)
    if verdict[0] == "unreachable":
        card.emulator.wait(card.address, is_quiet)
        verdict = mend(card, store, kind)
    assert verdict in (("compliant", "upgraded"), ("compliant", "at_target"))
    assert card.holds == Holds.NEW.versions(kind)
