# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many workers and controllers at one ledger, and what is left when they are killed."""

from __future__ import annotations

import random
import sqlite3
import time
import typing as t

import psycopg
import pytest
from unit.ledger import swarm
from unit.ledger.kept import CARD, card_number, database_of, ledger_of, undertaking

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import Attempt, AttemptState
from ansible_collections.secure_power.nmc.plugins.module_utils._core.leases import Lease
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Event
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.migrations import STEPS, prepare

pytestmark = pytest.mark.every_fault
NEWEST = 1 + len(STEPS)


def test_a_hundred_workers_writing_at_once_lose_nothing(url: str) -> None:
    said = swarm.run("write", url, 100)
    ledger = ledger_of(url)
    attempts = ledger.attempts.everything()
    assert sorted(attempt.id for attempt in attempts) == sorted(line["attempt"] for line in said if line["state"] == "proven")
    assert sorted(attempt.card.serial or "" for attempt in attempts) == [card_number(number).serial for number in range(100)]
    assert {(attempt.state, attempt.transfers) for attempt in attempts} == {(AttemptState.PROVEN, 1)}
    assert ledger.refusals.count(swarm.CREDENTIAL) == 100
    assert len(ledger.observations.within(3600)) == 100
    assert len(ledger.subscriptions.everything()) == 200


def test_workers_that_open_a_new_ledger_at_once_find_the_same(url: str) -> None:
    assert len({line["key"] for line in swarm.run("open_it", url, 30)}) == 1


def test_processes_that_migrate_at_once_do_it_once(url: str) -> None:
    ledger = ledger_of(url)
    ledger.attempts.begin(CARD, undertaking())
    assert [line["version"] for line in swarm.run("migrate", url, 20)] == [NEWEST + 1] * 20
    assert prepare(database_of(url), steps=(*STEPS, print)).key == ledger.fingerprints.key


def test_a_process_that_is_killed_while_it_migrates_leaves_the_old_schema(url: str) -> None:
    header = prepare(database_of(url))
    swarm.run("die_while_migrating", url, 1, failures=1)
    assert prepare(database_of(url)) == header
    assert [line["version"] for line in swarm.run("migrate", url, 2)] == [NEWEST + 1] * 2


def test_a_site_goes_to_as_many_as_may_whatever_their_clocks_say(url: str) -> None:
    said = swarm.run("lease", url, 30)
    holders = {line["holder"] for line in said if line["got"]}
    assert len(holders) == swarm.SITE.slots
    late = ledger_of(url).leases.acquire(swarm.SITE, holder="late", seconds=600)
    assert not isinstance(late, Lease)
    assert {lease.holder for lease in late.leases} == holders


@pytest.mark.parametrize("seed", range(4))
def test_processes_killed_anywhere_leave_a_ledger_that_is_whole(url: str, seed: int) -> None:
    chance, said = random.Random(seed), []
    for _turn in range(3):
        said += swarm.run_and_kill("write_on", url, 6, seconds=chance.uniform(0, 0.7))
    wait_until_nobody_is_connected(url)
    ledger = ledger_of(url)
    kept = {attempt.id: attempt for attempt in ledger.attempts.everything()}
    assert said
    for line in said:
        assert line["state"] in came_through(kept[line["attempt"]])
    for number in range(6):
        assert sum(attempt.is_open for attempt in ledger.attempts.of(card_number(number))) <= 1
        events = [entry.event for entry in ledger.subscriptions.of(card_number(number))]
        assert events == [Event.OVERRIDDEN, Event.ACTIVATED] * (len(events) // 2)
    assert ledger.attempts.begin(CARD, undertaking()).id not in {line["attempt"] for line in said}
    check_file(url)


def came_through(attempt: Attempt) -> list[str]:
    """The states that an attempt has had; one that the next turn has superseded was not proven."""
    states = ["begun", "sending", "sent", "proven"]
    last = "sent" if attempt.state is AttemptState.SUPERSEDED else attempt.state.value
    return states[: states.index(last) + 1]


def check_file(url: str) -> None:
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()


def wait_until_nobody_is_connected(url: str) -> None:
    """A server goes on with the last words of who was killed."""
    if url.startswith("sqlite"):
        return
    deadline = time.monotonic() + 30
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        while t.cast("tuple[int]", connection.execute(query).fetchone())[0]:
            assert time.monotonic() < deadline
            time.sleep(0.02)
