# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One target in a process of its own, with limits: ``python -m fuzz.child FOLDER TARGET INPUTS SEED [guided]``.

Guided, atheris watches which branches of the collection an input reaches and goes on with those that reach new ones.
"""

from __future__ import annotations

import contextlib
import importlib
import pathlib
import random
import resource
import signal
import sys
import typing as t

from fuzz.journal import Journal
from fuzz.mutation import LARGEST, mutate

if t.TYPE_CHECKING:
    from fuzz.target import Check, Target

_WATCHED = ["ansible_collections.secure_power.nmc", "ftplib"]
# Seconds that one input may take on a busy machine, kilobytes that it may add to the process, bytes of the whole process.
_LONGEST = 20.0
_MOST_KILOBYTES = 64 << 10
_MOST_MEMORY = 3 << 30
# Octets of a guided input: longer ones are slow and reach nothing new.
_LONGEST_GUIDED = 8192


class HangError(BaseException):
    """One input took too long. No `Exception`, so that no parser takes it for an error of its own."""


class LimitedCheck:
    """A target's check within limits of time and memory."""

    def __init__(self, check: Check, journal: Journal) -> None:
        self._check = check
        self._journal = journal
        signal.signal(signal.SIGALRM, self._give_up)

    def __call__(self, data: bytes) -> None:
        data = data[:LARGEST]
        self._journal.note(data)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        signal.setitimer(signal.ITIMER_REAL, _LONGEST)
        try:
            self._check(data)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < _MOST_KILOBYTES, f"one input took {grown} kB of memory"

    def _give_up(self, *_signal: object) -> t.NoReturn:
        raise HangError(f"no end after {_LONGEST:g} s")


def repeat(name: str, data: bytes, folder: pathlib.Path) -> None:
    """Feed one input."""
    with _started(_target(name), folder) as check:
        check(data)


def feed(name: str, *, inputs: int, seed: int, folder: pathlib.Path) -> None:
    """Feed the seeds and mutations of them; the same seed number gives the same inputs."""
    target = _target(name)
    dice = random.Random(f"{name} {seed}")
    with _started(target, folder) as check:
        for data in target.seeds[:inputs]:
            check(data)
        for _time in range(inputs - len(target.seeds)):
            check(mutate(dice.choice(target.seeds), target.seeds, dice))


def feed_guided(name: str, *, inputs: int, seed: int, folder: pathlib.Path) -> None:
    """Let atheris choose; it ends the process when it is done."""
    atheris: t.Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=_WATCHED):
        target = _target(name)
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, data in enumerate(target.seeds):
        (corpus / str(number)).write_bytes(data)

    def vary(data: bytes, largest: int, number: int) -> bytes:
        """Half of the mutations are the library's, which follow what the code compares with."""
        dice = random.Random(number)
        return bytes(atheris.Mutate(data, largest)) if dice.random() < 0.5 else mutate(data, target.seeds, dice)[:largest]

    settings = [f"-artifact_prefix={folder}/", f"-max_len={_LONGEST_GUIDED}", "-timeout=0", "-rss_limit_mb=0"]
    with _started(target, folder) as check:
        atheris.Setup([name, f"-runs={inputs}", f"-seed={seed + 1}", *settings, str(corpus)], check, custom_mutator=vary)
        atheris.Fuzz()


def _target(name: str) -> Target:
    found: Target = importlib.import_module("fuzz.targets").TARGETS[name]
    return found


@contextlib.contextmanager
def _started(target: Target, folder: pathlib.Path) -> t.Iterator[LimitedCheck]:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    with target.start() as check:
        yield LimitedCheck(check, Journal(folder / "journal"))


if __name__ == "__main__":
    place, wanted, how_many, number, *guided = sys.argv[1:]
    (feed_guided if guided else feed)(wanted, inputs=int(how_many), seed=int(number), folder=pathlib.Path(place))
