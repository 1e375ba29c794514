# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read many cards at once, in one process."""

from __future__ import annotations

import collections
import itertools
import math
import time
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import tell
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.crew import Crew
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.dialogue import Actions, Exchange, Job, read_with_any
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.radio import Radio
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.turns import Turns

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, Reading

# New targets are started while fewer requests than this wait to be sent, so that they are taken as lazily as possible.
_QUEUE = 256

# A clock cannot be looked at more rarely (s): the longest that the loop sleeps.
_NAP = 1.0


@dataclass(frozen=True)
class Target:
    """A card to read. `accesses` are tried in their order; `name` is who it is in results and messages.

    `site` is what `Limits.per_site` counts, None for a card of which nobody knows where it is.
    """

    name: str
    accesses: tuple[Access, ...]
    site: str | None = None


@dataclass(frozen=True)
class Limits:
    """How hard a sweep works.

    `in_flight` targets are being worked on; `packets_per_second` are sent over SNMP v1 and v2c, and as first knocks of v3;
    `per_site` cards of one site are being read, not counting those that have not answered yet; `ssh_sessions` are open; after
    `deadline` seconds all that was not read is given up.
    """

    in_flight: int = 16_384
    packets_per_second: int = 10_000
    per_site: int = 32
    ssh_sessions: int = 32
    deadline: float | None = None

    def __post_init__(self) -> None:
        if min(self.in_flight, self.packets_per_second, self.per_site, self.ssh_sessions) < 1:
            raise ValueError("a sweep must be allowed one of everything")


@dataclass(frozen=True)
class Swept:
    """What became of a target: exactly one of `reading` and `error`. `access` is the one that the card answered to."""

    target: Target
    access: Access | None
    reading: Reading | None
    error: NmcError | None


def sweep(targets: t.Iterable[Target], limits: Limits | None = None, *, engine: str = "auto") -> t.Iterator[Swept]:
    """Read all targets, and yield what became of each as soon as it is known.

    Targets are taken as they are needed. `engine` is that of `snmp.converse`. To close the generator ends the sweep, once the
    sessions in threads that are open have ended; they cannot be interrupted.
    """
    with _Sweep(limits or Limits(), engine) as running:
        yield from running.results(iter(targets))


class _Work:
    """A target that is being worked on."""

    __slots__ = ("actions", "target")

    def __init__(self, target: Target, engine: str) -> None:
        self.target = target
        self.actions: Actions[tuple[Access, Reading]] = read_with_any(target.name, target.accesses, engine=engine)


class _Sweep:
    """One thread with a loop: dialogues yield what they need, and go on when it is there."""

    def __init__(self, limits: Limits, engine: str) -> None:
        self._limits = limits
        self._engine = engine
        self._ends = math.inf if limits.deadline is None else time.monotonic() + limits.deadline
        self._crew: Crew[_Work] = Crew(ssh_sessions=limits.ssh_sessions)
        self._radio: Radio[_Work] = Radio(packets_per_second=limits.packets_per_second, wake=self._crew.wake)
        self._turns: Turns[_Work] = Turns(per_site=limits.per_site)
        self._open: set[_Work] = set()
        self._ready: collections.deque[tuple[_Work, t.Any]] = collections.deque()

    def __enter__(self) -> _Sweep:
        return self

    def __exit__(self, *_error: object) -> None:
        for work in self._open:
            work.actions.close()
        self._crew.close()
        self._radio.close()

    def results(self, targets: t.Iterator[Target]) -> t.Iterator[Swept]:
        is_more = True
        while is_more or self._open:
            if time.monotonic() >= self._ends:
                yield from self._given_up(targets)
                return
            is_more = is_more and self._start(targets)
            while self._ready:
                swept = self._go_on(*self._ready.popleft())
                if swept is not None:
                    yield swept
            if is_more or self._open:
                self._wait(is_more=is_more)

    def _start(self, targets: t.Iterator[Target]) -> bool:
        """Take up targets as far as there is room; whether there may be more of them."""
        room = min(_QUEUE - self._radio.queued, self._limits.in_flight - len(self._open))
        if self._turns.is_crowded or room <= 0:
            return True
        started = 0
        for target in itertools.islice(targets, room):
            work = _Work(target, self._engine)
            self._open.add(work)
            self._ready.append((work, None))
            started += 1
        return started == room

    def _go_on(self, work: _Work, outcome: t.Any) -> Swept | None:
        """Hand a dialogue what it waited for, and see to what it needs next."""
        try:
            action = tell(work.actions, outcome)
        except StopIteration as end:
            return self._ended(_read(work.target, end.value), work)
        except NmcError as error:
            return self._ended(Swept(work.target, None, None, error), work)
        if isinstance(action, Exchange):
            self._radio.ask(work, action)
        elif isinstance(action, Job):
            self._crew.send(work, action)
            self._let_in(self._turns.step_aside(work))
        else:
            self._let_in(self._turns.wait(work, work.target.site))
        return None

    def _ended(self, swept: Swept, work: _Work) -> Swept:
        self._open.discard(work)
        self._let_in(self._turns.leave(work, work.target.site))
        return swept

    def _let_in(self, works: t.Iterable[_Work]) -> None:
        self._ready.extend((work, None) for work in works)

    def _wait(self, *, is_more: bool) -> None:
        has_room = is_more and not self._turns.is_crowded and len(self._open) < self._limits.in_flight
        longest = 0.0 if self._ready else min(_NAP, max(0.0, self._ends - time.monotonic()))
        outcomes = self._radio.outcomes(longest, may_knock=not self._turns.is_crowded, is_short_enough=_QUEUE // 2 if has_room else -1)
        self._ready.extend(outcomes)
        self._ready.extend(self._crew.outcomes())

    def _given_up(self, targets: t.Iterator[Target]) -> t.Iterator[Swept]:
        for work in list(self._open):
            yield self._late(work.target, "had answered")
        for target in targets:
            yield self._late(target, "was asked")

    def _late(self, target: Target, missed: str) -> Swept:
        message = f"{target.name}: the {self._limits.deadline:g} s for the whole sweep were over before the card {missed}."
        return Swept(target, None, None, UnreachableError(Reason.SWEEP_ENDED, message))


def _read(target: Target, answered: tuple[Access, Reading]) -> Swept:
    access, reading = answered
    return Swept(target, access, reading, None)
