# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many processes at one ledger: ``python -m unit.ledger.swarm JOB URL WORKERS`` forks workers as Ansible does, which start at once.

Each says what it did in lines of JSON. The exit status is the number of workers that failed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
import traceback
import typing as t

from unit.core.builders import card_of
from unit.ledger.kept import card_number, database_of, entry, ledger_of, undertaking

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import AttemptState
from ansible_collections.secure_power.nmc.plugins.module_utils._core.leases import Lease, Resource
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Event
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.migrations import STEPS, prepare
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.schema import tables
from ansible_collections.secure_power.nmc.plugins.plugin_utils._memory import LedgerMemory

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.database import Transaction
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import Ledger

Said = dict[str, t.Any]
Job = t.Callable[[str, int], None]
SITE = Resource("site paris", 3)
SITE_LIMIT, CLIENT_LIMIT = 2, 4
CREDENTIAL = "cc" * 32
_MAX_SECONDS = 240


def say(**said: t.Any) -> None:
    """One write, so that lines of several workers do not mix, and what a killed worker said is whole."""
    os.write(sys.stdout.fileno(), (json.dumps(said) + "\n").encode())


# --- what a worker does --------------------------------------------------------------------------------------------


def open_it(url: str, _number: int) -> None:
    say(key=ledger_of(url).fingerprints.key)


def migrate(url: str, _number: int) -> None:
    say(version=prepare(database_of(url), steps=(*STEPS, _add_colour)).version)


def die_while_migrating(url: str, _number: int) -> None:
    prepare(database_of(url), steps=(*STEPS, _add_colour, _die))


def write(url: str, number: int) -> None:
    """What an upgrade of one card writes, and what all cards write to the same place."""
    upgrade(ledger_of(url), number)


def write_on(url: str, number: int) -> None:
    """Until it is killed."""
    ledger = ledger_of(url)
    for turn in itertools.count():
        upgrade(ledger, number, turn)


def lease(url: str, number: int) -> None:
    """Try once, with a local clock that is days off, another way in every worker."""
    set_clock_off(dt.timedelta(days=1 + number) * (-1) ** number)
    found = ledger_of(url).leases.acquire(SITE, holder=f"worker {number}", seconds=600)
    say(got=isinstance(found, Lease), holder=f"worker {number}")


def upgrade_in_turn(url: str, number: int) -> None:
    """Try until there is a place, stay for a moment and tell when that was."""
    site = f"site {number % 3}"
    memory = LedgerMemory(f"ups{number}", "acme", site, ledger_url=url, site_limit=SITE_LIMIT, client_limit=CLIENT_LIMIT)
    card = dataclasses.replace(card_of(), serial=card_number(number).serial)
    while True:
        try:
            with memory.claimed(card, seconds=60, to_send=True):
                began = time.monotonic()
                time.sleep(0.1)
                say(site=site, **{"from": began, "until": time.monotonic()})
                return
        except BlockedError:
            time.sleep(random.uniform(0.02, 0.2))


def upgrade(ledger: Ledger, number: int, turn: int = 0) -> None:
    card, attempts = card_number(number), ledger.attempts
    begun = attempts.begin(card, undertaking(sha256=f"{os.getpid()} {turn}"))
    say(attempt=begun.id, state="begun")
    sent = attempts.sent(attempts.sending(begun))
    say(attempt=sent.id, state="sent")
    ended = attempts.end(sent, AttemptState.PROVEN)
    say(attempt=ended.id, state="proven")
    history = ledger.subscriptions.of(card)
    ledger.subscriptions.append(card, [entry(Event.OVERRIDDEN), entry()], after=history)
    ledger.refusals.record(CREDENTIAL, host=f"ups{number}")
    ledger.observations.record([(card, {"turn": turn})])


def _add_colour(transaction: Transaction) -> None:
    transaction.connection.exec_driver_sql("ALTER TABLE holds ADD COLUMN colour TEXT")


def _die(_transaction: Transaction) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def set_clock_off(difference: dt.timedelta) -> None:
    """Every way to ask this process for the time of day is off."""
    real_time, real_time_ns, seconds = time.time, time.time_ns, difference.total_seconds()

    class Wrong(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> t.Self:
            return super().now(tz) + difference

    time.time = lambda: real_time() + seconds
    time.time_ns = lambda: real_time_ns() + int(seconds * 1e9)
    dt.datetime = Wrong  # type: ignore[misc]  # a clock that goes wrong, for all that asks it


JOBS: t.Mapping[str, Job] = {job.__name__: job for job in (open_it, migrate, die_while_migrating, write, write_on, lease, upgrade_in_turn)}


# --- starting them -------------------------------------------------------------------------------------------------


def run(job: str, url: str, workers: int, *, failures: int = 0) -> list[Said]:
    """Run a job to its end in many processes, of which so many must fail, and return what they said."""
    with _started(job, url, workers) as process:
        output, errors = process.communicate(timeout=_MAX_SECONDS)
    assert (process.returncode, errors) == (failures, ""), errors
    return [json.loads(line) for line in output.splitlines()]


def run_and_kill(job: str, url: str, workers: int, *, seconds: float) -> list[Said]:
    """Start a job, kill all its processes as long after their first words, and return what they said."""
    with _started(job, url, workers) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)
        output, errors = process.communicate(timeout=_MAX_SECONDS)
    assert errors == "", errors
    return [json.loads(line) for line in (first + output).splitlines()]


@contextlib.contextmanager
def _started(job: str, url: str, workers: int) -> t.Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "unit.ledger.swarm", job, url, str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _main(job: str, url: str, workers: int) -> int:
    tables()
    database_of(url)  # before the fork, as libraries are loaded in Ansible's main process: it connects nowhere
    start, go = os.pipe()
    children = [_fork(JOBS[job], url, number, start, go) for number in range(workers)]
    os.close(start)
    os.close(go)  # all of them wait for this
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


def _fork(job: Job, url: str, number: int, start: int, go: int) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.close(go)
        os.read(start, 1)
        signal.alarm(_MAX_SECONDS)
        job(url, number)
        status = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(status)


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
