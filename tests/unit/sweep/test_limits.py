# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much a sweep does at once, how long it takes, and that nothing is left when it is ended."""

from __future__ import annotations

import collections
import contextlib
import itertools
import pathlib
import resource
import socket
import time
import typing as t

import pytest
from unit.sweep.agents import Send, agent, relayed, snmp_access, target, told
from unit.sweep.test_fleets import SSH_CARDS, V3, ssh

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.sweep import Limits, Swept, Target, sweep

if t.TYPE_CHECKING:
    from emulator.testing import Emulator

pytestmark = [pytest.mark.usefixtures("nothing_left"), pytest.mark.every_fault]

Running = t.Generator[Swept, None, None]
CARD = "127.61.0.1"
SILENT = "127.62.0.1"


def test_ten_thousand_silent_addresses_hold_nobody_up(fleet: Emulator) -> None:
    started = time.monotonic()
    targets = [target(f"127.62.{number // 250}.{number % 250}", fleet.snmp_port) for number in range(10_000)]
    found = told(sweep([*targets, target(CARD, fleet.snmp_port, timeout=2.0)]))
    assert time.monotonic() - started < 20
    assert collections.Counter(found.values())["snmp_silent"] == 10_000
    assert found[CARD] not in list(Reason)


def test_a_card_behind_silent_ones_is_known_before_they_are(fleet: Emulator) -> None:
    targets = [target(f"127.62.0.{number}", fleet.snmp_port) for number in range(200)]
    first = next(t.cast("Running", sweep([*targets, target(CARD, fleet.snmp_port)])))
    assert first.target.name == CARD


def test_ssh_sessions_that_nobody_answers_hold_no_snmp_up(fleet: Emulator) -> None:
    cards = [f"127.61.0.{number}" for number in range(1, 41)]
    with unanswered() as port:
        dead = [Target(f"dead-{number}", (Access("dead", ssh(fleet, "127.0.0.1", port=port, timeout=2.0), None),)) for number in range(200)]
        running = t.cast("Running", sweep([*dead, *(target(host, fleet.snmp_port, timeout=2.0) for host in cards)]))
        first = [swept.target.name for swept in itertools.islice(running, len(cards))]
        running.close()
    assert sorted(first) == sorted(cards)


def test_hosts_that_take_no_connection_occupy_no_ssh_session(fleet: Emulator) -> None:
    with unanswered() as port:
        dead = [Target(f"dead-{number}", (Access("dead", ssh(fleet, "127.0.0.1", port=port, timeout=1.0), None),)) for number in range(120)]
        started = time.monotonic()
        found = collections.Counter(told(sweep(dead, Limits(ssh_sessions=2))).values())
    assert found == {"connection_failed": 120}
    assert time.monotonic() - started < 20, "two sessions at once would take a minute"


def test_no_more_ssh_sessions_are_open_at_once_than_allowed(fleet: Emulator) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:  # which greets nobody
        here: dict[str, t.Any] = {"port": server.getsockname()[1], "timeout": 0.5}
        cards = [Target(f"ups{number}", (Access("ups", ssh(fleet, "127.0.0.1", **here), None),)) for number in range(12)]
        started = time.monotonic()
        assert set(told(sweep(cards, Limits(ssh_sessions=3))).values()) == {"no_ssh_banner"}
    assert 2.0 <= time.monotonic() - started < 5.0, "one after the other takes 6 s, all at once half a second"


def test_a_deadline_waits_for_no_session_that_has_not_begun(fleet: Emulator) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        here: dict[str, t.Any] = {"port": server.getsockname()[1], "timeout": 0.5}
        cards = [Target(f"ups{number}", (Access("ups", ssh(fleet, "127.0.0.1", **here), None),)) for number in range(40)]
        started = time.monotonic()
        assert set(told(sweep(cards, Limits(ssh_sessions=2, deadline=0.3))).values()) == {"sweep_ended"}
    assert time.monotonic() - started < 4.0, "all sessions together take 10 s"


@pytest.fixture
def few_files() -> t.Iterator[t.Callable[[int], None]]:
    """Let this process open only so many more files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)

    def allow(more: int) -> None:
        opened = {int(descriptor.name) for descriptor in pathlib.Path("/proc/self/fd").iterdir()}
        free = (number for number in itertools.count() if number not in opened)
        resource.setrlimit(resource.RLIMIT_NOFILE, (next(itertools.islice(free, more, None)), before[1]))

    yield allow
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_hosts_that_take_no_connection_are_told_apart_where_few_files_may_be_open(
    fleet: Emulator, few_files: t.Callable[[int], None]
) -> None:
    """As on macOS, where a process may have 256."""
    with unanswered() as port:
        dead = [Target(f"dead-{number}", (Access("dead", ssh(fleet, "127.0.0.1", port=port, timeout=0.3), None),)) for number in range(300)]
        few_files(256)
        messages = {str(swept.error) for swept in sweep(dead)}
    assert messages == {f"127.0.0.1: no connection to 127.0.0.1 port {port} (timed out)."}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # from asyncio, which deletes half a loop
@pytest.mark.parametrize("engine", ["gufo", "pysnmp"])
def test_a_system_that_opens_no_more_files_ends_no_sweep(fleet: Emulator, few_files: t.Callable[[int], None], engine: str) -> None:
    targets = [target(CARD, fleet.snmp_port), target("127.61.1.1", fleet.snmp_port, **V3)]
    list(sweep(targets, engine=engine))  # which loads all libraries
    few_files(3)
    found = told(sweep(targets, engine=engine))
    assert found.pop(CARD) not in list(Reason)
    assert found.pop("127.61.1.1") in (Reason.CONNECTION_FAILED, Reason.SNMP_SILENT)


@contextlib.contextmanager
def unanswered() -> t.Iterator[int]:
    """A port at which connections are neither taken nor refused, because too many wait already."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, contextlib.ExitStack() as stack:
        for _client in range(2):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def test_waits_grow_and_are_together_as_long_as_said() -> None:
    arrivals: list[float] = []
    with agent(lambda _request, _send, _other: arrivals.append(time.monotonic())) as port:
        started = time.monotonic()
        assert told(sweep([target("127.0.0.1", port, timeout=0.5, retries=2)])) == {"127.0.0.1": "snmp_silent"}
        took = time.monotonic() - started
    gaps = [later - earlier for earlier, later in itertools.pairwise(arrivals)]
    assert len(arrivals) == 3
    assert gaps[1] > 1.5 * gaps[0]
    assert 1.4 < took < 2.5


def test_the_pace_is_kept() -> None:
    arrivals: list[float] = []
    with agent(lambda _request, _send, _other: arrivals.append(time.monotonic())) as port:
        list(sweep([target("127.0.0.1", port, retries=0)] * 100, Limits(packets_per_second=100)))
    assert len(arrivals) == 100
    assert arrivals[-1] - arrivals[0] > 0.9


def test_no_more_targets_are_in_flight_than_allowed_and_they_are_taken_as_needed(fleet: Emulator) -> None:
    taken = []

    def targets() -> t.Iterator[Target]:
        for number in itertools.count():
            taken.append(number)
            yield target(SILENT, fleet.snmp_port)

    running = t.cast("Running", sweep(targets(), Limits(in_flight=10)))
    next(running)
    running.close()
    assert len(taken) == 10


def test_no_more_cards_of_a_site_are_read_at_once_than_allowed(fleet: Emulator) -> None:
    hosts = [f"127.63.0.{number}" for number in range(1, 31)]
    asked: dict[str, int] = collections.Counter()
    most = 0

    def react(request: bytes, send: Send, _other: Send) -> None:
        nonlocal most
        reply = relayed(request, CARD, fleet.snmp_port)
        if len(reply) != first_length:
            # The second request of a card: it is being read, and silent so that all that may be read come together.
            asked[request.hex()] += 1
            most = max(most, len(asked))
            return
        send(reply)

    first_length = 0

    def measure(request: bytes, send: Send, _other: Send) -> None:
        nonlocal first_length
        reply = relayed(request, CARD, fleet.snmp_port)
        first_length = first_length or len(reply)
        send(reply)

    with agent(measure) as port:
        told(sweep([target("127.0.0.1", port, timeout=2.0)]))
    with agent(react, *hosts) as port:
        slow = [target(host, port, site="branch", timeout=0.6, retries=0) for host in hosts[:15]]
        other = [target(host, port, site="office", timeout=0.6, retries=0) for host in hosts[15:]]
        running = t.cast("Running", sweep([*slow, *other], Limits(per_site=3)))
        next(running)
        at_once = most
        running.close()
    assert at_once == 6


def test_all_cards_of_a_site_are_read_in_their_turn(fleet: Emulator) -> None:
    cards = [target(f"127.61.0.{number}", fleet.snmp_port, site="branch", timeout=2.0) for number in range(1, 41)]
    users = [target(f"127.61.1.{number}", fleet.snmp_port, site="branch", timeout=2.0, **V3) for number in range(1, 5)]
    found = told(sweep([*cards, *users], Limits(per_site=2, deadline=30.0)))
    assert not set(found.values()) & set(Reason)
    assert len(found) == 44


def test_the_deadline_ends_a_sweep_and_names_who_was_not_read(fleet: Emulator) -> None:
    started = time.monotonic()
    targets = [target(SILENT, fleet.snmp_port, timeout=30.0)] * 20
    found = list(sweep([target(CARD, fleet.snmp_port), *targets], Limits(in_flight=10, deadline=0.5)))
    assert time.monotonic() - started < 3
    assert found[0].reading is not None
    errors = [each.error for each in found[1:]]
    assert {error.reason for error in errors if error} == {Reason.SWEEP_ENDED}
    messages = collections.Counter(error.message for error in errors if error)
    assert messages[f"{SILENT}: the 0.5 s for the whole sweep were over before the card had answered."] == 10
    assert messages[f"{SILENT}: the 0.5 s for the whole sweep were over before the card was asked."] == 10


def test_a_sweep_that_is_closed_half_way_leaves_nothing(fleet: Emulator) -> None:
    cards = [target(f"127.61.0.{number}", fleet.snmp_port) for number in range(1, 41)]
    users = [target(f"127.61.1.{number}", fleet.snmp_port, **V3) for number in range(1, 5)]
    over_ssh = [Target(host, (snmp_access(host, fleet.snmp_port, ssh=ssh(fleet, host)),)) for host in SSH_CARDS]
    silent = [target(f"127.62.0.{number}", fleet.snmp_port, timeout=60.0) for number in range(100)]
    running = t.cast("Running", sweep([*over_ssh, *users, *silent, *cards]))
    for _time in range(5):
        next(running)
    running.close()


def test_a_sweep_that_nobody_takes_results_of_leaves_nothing() -> None:
    sweep([target(CARD, 1)])


def test_targets_that_raise_end_the_sweep_with_that_and_leave_nothing(fleet: Emulator) -> None:
    def targets() -> t.Iterator[Target]:
        yield target(SILENT, fleet.snmp_port)
        raise LookupError("the list of targets is broken")

    with pytest.raises(LookupError, match="is broken"):
        list(sweep(targets()))


def test_no_targets_are_no_results() -> None:
    assert list(sweep([])) == []


def test_whoever_is_slow_with_results_misses_none(fleet: Emulator) -> None:
    found = 0
    for swept in sweep([target(f"127.61.0.{number}", fleet.snmp_port, timeout=0.1, retries=0) for number in range(1, 41)]):
        found += swept.reading is not None
        time.sleep(0.02)
    assert found == 40


@pytest.mark.parametrize("limits", [{"in_flight": 0}, {"packets_per_second": 0}, {"per_site": 0}, {"ssh_sessions": 0}])
def test_limits_that_would_never_end_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="one of everything"):
        Limits(**limits)
