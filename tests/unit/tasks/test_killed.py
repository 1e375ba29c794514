# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An upgrade whose process is killed with SIGKILL, anywhere: the next runs end at the target, or in a named reason."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
import typing as t

import pytest
from unit.tasks.emulated import LARGE, UPGRADES
from unit.tasks.killing import TARGET, at_once, await_that, is_quiet, reach_target

if t.TYPE_CHECKING:
    import pathlib

    from unit.tasks.conftest import Take
    from unit.tasks.emulated import EmulatedCard, ImageStore, Options
    from unit.tasks.killing import Verdict

    from emulator.testing import State

pytestmark = pytest.mark.every_fault

_RUN = """
import json, sys
from unit.tasks.emulated import run_task
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import FIRMWARE
run_task(FIRMWARE, json.load(sys.stdin), on_note=lambda note: print(note, flush=True))
"""
_SOON = 0.6  # from a milestone to the kill, at most (s)


def _counts(**least: int) -> t.Callable[[State], bool]:
    return lambda state: all(state["counters"][name] >= count for name, count in least.items())


def _restarts(count: int, phase: str) -> t.Callable[[State], bool]:
    return lambda state: state["counters"]["reboots"] >= count and state["phase"] == phase


# What a card has seen of an upgrade before its process is killed. Only an NMC2 takes more than one image.
_MILESTONES: dict[str, t.Callable[[State], bool]] = {
    "nothing": lambda _state: True,
    "a connection": _counts(connections=1),
    "a login to read": _counts(logins=1),
    "a login for config.ini": _counts(logins=2),
    "bytes of an image": _counts(bytes_received=1),
    "an image": _restarts(1, "rebooting"),
    "a restart": _restarts(1, "up"),
}
_MILESTONES_OF_MANY = {
    "bytes of the second image": _counts(bytes_received=LARGE + 1),
    "the second image": _restarts(2, "rebooting"),
    "all but one image": _restarts(2, "up"),
}
_CASES = [
    *((kind, seen) for kind in sorted(UPGRADES) for seen in _MILESTONES),
    *(("ups2", seen) for seen in _MILESTONES_OF_MANY),
]


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


def test_an_nmc2_killed_between_aos_and_application_needs_the_expected_application(
    take: Take, store: ImageStore, tmp_path: pathlib.Path
) -> None:
    card, output = take("ups2"), tmp_path / "output"
    with running(card, store.upgrade("ups2"), output):
        await_that(lambda: "aos_720.bin is sent" in output.read_text(encoding="utf-8"), "sent")
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


def test_the_runs_after_a_killed_one_reach_the_target(take: Take, store: ImageStore, tmp_path: pathlib.Path) -> None:
    cases = [(kind, seen, take(kind)) for kind, seen in _CASES]

    def strike_and_mend(case: tuple[str, str, EmulatedCard]) -> list[Verdict]:
        kind, seen, card = case
        milestone = {**_MILESTONES, **_MILESTONES_OF_MANY}[seen]
        with running(card, store.upgrade(kind), tmp_path / card.address) as process:
            card.emulator.wait(card.address, milestone, timeout=60.0)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(random.Random(f"{kind} {seen}").uniform(0, _SOON))
        return reach_target(kind, card, store)

    verdicts = dict(zip(_CASES, at_once(strike_and_mend, cases), strict=True))
    assert {case: found for case, found in verdicts.items() if found[-1] not in TARGET} == {}
