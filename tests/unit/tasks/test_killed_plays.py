# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A play of many upgrades that ends by Ctrl-C, by `timeout:`, or because somebody kills `ansible-playbook`.

The cards are of different speed, so that one moment meets each of them somewhere else.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import typing as t

import pytest
from unit.tasks.emulated import LARGE
from unit.tasks.killing import TARGET, Moment, at_once, await_that, moment, next_runs, run_once

if t.TYPE_CHECKING:
    from unit.tasks.conftest import Take
    from unit.tasks.emulated import ImageStore, Options
    from unit.tasks.killing import Struck

pytestmark = pytest.mark.every_fault

_ROOT = pathlib.Path(__file__).resolve().parents[3]
_KINDS = [*["ups2"] * 6, *["ups3"] * 5]
_SENDING = (0.2, 5.0)  # how long the first image takes (s)
_AWAY = (2.0, 4.0)  # how long a restart takes (s)
# The longest `timeout:` of a task; even the fastest card needs longer.
_LONGEST_TASK = {"ups2": 7, "ups3": 2}


def test_ctrl_c_leaves_nobody_at_work_and_nothing_that_a_run_cannot_mend(take: Take, store: ImageStore, tmp_path: pathlib.Path) -> None:
    struck = _slow_cards(take, seed="Ctrl-C")
    with _play(struck, store, tmp_path) as process:
        _await_restarts(struck, 4)
        workers = _children(process)
        moments = {moment(card) for _kind, card in struck}
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(20) != 0
        await_that(lambda: not any(map(_is_alive, workers)), "without workers", timeout=10.0)
    assert len(workers) == len(struck)
    _check(struck, moments, store)


def test_workers_may_outlive_their_killed_play_and_meet_the_next_run(take: Take, store: ImageStore, tmp_path: pathlib.Path) -> None:
    struck = _slow_cards(take, seed="kill -9")
    with _play(struck, store, tmp_path) as process:
        _await_restarts(struck, 4)
        workers = _children(process)
        moments = {moment(card) for _kind, card in struck}
        process.kill()
        try:
            # Beside a worker that goes on sending, a run may end in any reason that has a name.
            at_once(lambda each: run_once(*each, store), struck)
        finally:
            for worker in workers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
    _check(struck, moments, store)


def test_a_task_that_ran_out_of_its_time_is_mended_by_the_next(take: Take, store: ImageStore, tmp_path: pathlib.Path) -> None:
    struck = _slow_cards(take, seed="timeout")
    with _play(struck, store, tmp_path, with_timeout=True) as process:
        process.wait(150)
    said = (tmp_path / "output").read_text(encoding="utf-8")
    # The exception of a timeout can strike where Python passes over exceptions; such a task goes on to its end.
    assert said.count('"timedout"') > len(struck) // 2, said
    _check(struck, {moment(card) for _kind, card in struck}, store)


def _check(struck: t.Sequence[Struck], moments: set[Moment], store: ImageStore) -> None:
    assert len(moments) > 1, "one moment met all cards at the same place"
    assert {each: found for each, found in next_runs(struck, store).items() if found[-1] not in TARGET} == {}


def _slow_cards(take: Take, *, seed: str) -> list[Struck]:
    chance = random.Random(seed)
    struck = [(kind, take(kind)) for kind in _KINDS]
    for _kind, card in struck:
        card.emulator.patch(card.address, reboot_seconds=chance.uniform(*_AWAY))
    return struck


def _await_restarts(struck: t.Sequence[Struck], count: int) -> None:
    await_that(lambda: sum(card.counters["reboots"] for _kind, card in struck) >= count, "restarted")


# --- the play --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _play(
    struck: t.Sequence[Struck], store: ImageStore, folder: pathlib.Path, *, with_timeout: bool = False
) -> t.Iterator[subprocess.Popen[str]]:
    """One play over the cards in a session of its own, as a shell would start it."""
    chance = random.Random(str(folder.name))
    hosts = {f"{kind}-{number}": _host(each, store, chance) for number, each in enumerate(struck) for kind in [each[0]]}
    task: Options = {"secure_power.nmc.nmc_firmware": {"components": "{{ components }}", "images": "{{ images }}"}}
    play = {"hosts": "all", "gather_facts": False, "tasks": [{**task, "timeout": "{{ seconds if with_timeout else 0 }}"}]}
    (folder / "play.json").write_text(json.dumps([{**play, "vars": {"with_timeout": with_timeout}}]), encoding="utf-8")
    (folder / "inventory.json").write_text(json.dumps({"nmc": {"hosts": hosts}}), encoding="utf-8")
    command = [str(pathlib.Path(sys.executable).with_name("ansible-playbook")), "-i", "inventory.json", "play.json"]
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(folder), stdout=output, stderr=output, text=True, start_new_session=True
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _host(struck: Struck, store: ImageStore, chance: random.Random) -> Options:
    kind, card = struck
    options: Options = {
        **card.options(),
        "reboot_timeout": 30,
        "backup_directory": str(card.backups),
        "rate_limit": int(LARGE / chance.uniform(*_SENDING)),
    }
    variables = {f"nmc_{name}": value for name, value in options.items()}
    return {**variables, **store.upgrade(kind), "seconds": chance.randint(1, _LONGEST_TASK[kind])}


def _environment(folder: pathlib.Path) -> dict[str, str]:
    settings = {"COLLECTIONS_PATH": str(_ROOT / ".tree"), "FORKS": str(len(_KINDS)), "HOME": str(folder), "NOCOLOR": "1"}
    ledger = {"NMC_LEDGER_URL": f"sqlite:///{folder}/ledger.sqlite"}
    return {**os.environ, **ledger, **{f"ANSIBLE_{name}": value for name, value in settings.items()}}


def _children(process: subprocess.Popen[str]) -> list[int]:
    """The workers of a play; each has a session of its own."""
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in children.read_text(encoding="ascii").split()]


def _is_alive(pid: int) -> bool:
    return pathlib.Path(f"/proc/{pid}").exists()
