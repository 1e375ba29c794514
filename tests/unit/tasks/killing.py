# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Upgrades that are ended from outside, and the runs that find what they left."""

from __future__ import annotations

import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

from unit.tasks.emulated import UPGRADES

if t.TYPE_CHECKING:
    from unit.tasks.emulated import EmulatedCard, ImageStore, Options, Ran

    from emulator.testing import State

_AT_ONCE = 6
Verdict = tuple[str, str]  # status and reason
TARGET = (("compliant", "upgraded"), ("compliant", "at_target"))


class Moment(t.NamedTuple):
    """Where in its upgrade a card is."""

    logins: int
    megabytes: int
    images: int
    phase: str


Struck = tuple[str, "EmulatedCard"]  # the kind of card, and the card whose upgrade was killed
_Item = t.TypeVar("_Item")
_Result = t.TypeVar("_Result")


def await_that(holds: t.Callable[[], bool], what: str, *, timeout: float = 60.0) -> None:
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, f"not {what} after {timeout:.0f} s"
        time.sleep(0.05)


def is_quiet(state: State) -> bool:
    return state["phase"] == "up" and not state["sessions"]


def at_once(run: t.Callable[[_Item], _Result], over: t.Sequence[_Item]) -> list[_Result]:
    """Some at a time, because each is a process, or keeps one busy."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(run, over))


def moment(card: EmulatedCard) -> Moment:
    state = card.state()
    counters = state["counters"]
    return Moment(counters["logins"], counters["bytes_received"] // 1_000_000, counters["uploads"], state["phase"])


def next_runs(struck: t.Sequence[Struck], store: ImageStore) -> dict[Struck, list[Verdict]]:
    return dict(zip(struck, at_once(lambda each: reach_target(*each, store), struck), strict=True))


def run_once(kind: str, card: EmulatedCard, store: ImageStore) -> Verdict:
    """Run again at once, whatever is still going on. What is no success must say what to do."""
    return _verdict(card, _options(kind, store))


def reach_target(kind: str, card: EmulatedCard, store: ImageStore) -> list[Verdict]:
    """Run again at once, which may meet a card that restarts or somebody who still sends, then as the reasons advise.

    The verdicts of all runs; one that is no success must say what to do.
    """
    options = _options(kind, store)
    verdicts = [_verdict(card, options)]
    for _attempt in range(3):
        if verdicts[-1] in TARGET:
            break
        card.emulator.wait(card.address, is_quiet, timeout=30.0)
        if verdicts[-1] == ("blocked", "application_missing"):
            options["expected_application"] = card.state()["application"]
        verdicts.append(_verdict(card, options))
    card.emulator.wait(card.address, is_quiet, timeout=30.0)
    if verdicts[-1] in TARGET:
        assert card.holds == UPGRADES[kind].after
    return verdicts


def _options(kind: str, store: ImageStore) -> Options:
    return {"reboot_timeout": 20.0, "timeout": 5.0, **store.upgrade(kind)}


def _verdict(card: EmulatedCard, options: Options) -> Verdict:
    ran: Ran = card.firmware(**options)
    assert ran["status"] == "compliant" or (ran["recovery"] and ran["recovery"] in ran["msg"])
    return ran.verdict
