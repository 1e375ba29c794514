# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Agents that lie, stammer, or answer for somebody else: none of them ends a sweep or is believed."""

from __future__ import annotations

import threading
import typing as t

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.sweep.agents import Send, agent, answer, asked, relayed, target, text, told

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.snmp_tables import SYS_DESCR
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import snmp_codec
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.sweep import Limits, sweep

if t.TYPE_CHECKING:
    from emulator.testing import Emulator

CARD = "127.61.0.1"


@pytest.fixture
def serial(fleet: Emulator) -> str:
    (swept,) = sweep([target(CARD, fleet.snmp_port, timeout=2.0)])
    assert swept.reading is not None
    return str(swept.reading.card.serial)


def outcome(port: int, host: str = "127.0.0.1", **changes: t.Any) -> str:
    return told(sweep([target(host, port, **changes)]))[host]


def test_an_answer_from_another_address_is_dropped(fleet: Emulator) -> None:
    def react(request: bytes, _send: Send, send_from_elsewhere: Send) -> None:
        send_from_elsewhere(relayed(request, CARD, fleet.snmp_port))

    with agent(react) as port:
        assert outcome(port) == "snmp_silent"


def test_an_answer_from_the_address_of_another_card_is_dropped(fleet: Emulator) -> None:
    earlier: list[bytes] = []

    def react(request: bytes, send: Send, _other: Send) -> None:
        for meant_for_another in earlier:
            send(relayed(meant_for_another, CARD, fleet.snmp_port))
        earlier.append(request)

    with agent(react, "127.61.9.5", "127.61.9.6") as port:
        found = told(sweep([target(host, port, retries=0) for host in ("127.61.9.5", "127.61.9.6")]))
    assert found == {"127.61.9.5": "snmp_silent", "127.61.9.6": "snmp_silent"}
    assert len(earlier) == 2, "a card was believed to have answered"


def test_an_answer_to_another_request_is_dropped_and_the_right_one_still_taken(fleet: Emulator, serial: str) -> None:
    def react(request: bytes, send: Send, _other: Send) -> None:
        send(answer(request, text(SYS_DESCR, b"APC Web/SNMP Management Card (MB:v1 PF:v1 SN:FORGED)"), identifier=0x11111111))
        send(relayed(request, CARD, fleet.snmp_port))

    with agent(react) as port:
        assert outcome(port) == serial


def test_answers_to_other_requests_alone_are_silence() -> None:
    with agent(lambda request, send, _other: send(answer(request, identifier=0x11111111))) as port:
        assert outcome(port) == "snmp_silent"


def test_an_answer_with_another_community_is_dropped() -> None:
    with agent(lambda request, send, _other: send(answer(request).replace(b"public", b"secret"))) as port:
        assert outcome(port) == "snmp_silent"


def test_an_answer_that_comes_twice_counts_once(fleet: Emulator, serial: str) -> None:
    def react(request: bytes, send: Send, _other: Send) -> None:
        for _time in range(2):
            send(relayed(request, CARD, fleet.snmp_port))

    with agent(react) as port:
        assert outcome(port) == serial


def test_an_answer_that_comes_after_the_next_try_counts(fleet: Emulator, serial: str) -> None:
    earlier: list[bytes] = []

    def react(request: bytes, send: Send, _other: Send) -> None:
        if request in earlier:
            send(relayed(request, CARD, fleet.snmp_port))
        earlier.append(request)

    with agent(react) as port:
        assert outcome(port, retries=2) == serial
    assert len(earlier) == 2 * len(set(earlier))


def test_an_identifier_that_is_given_again_brings_no_earlier_request_back(fleet: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """By chance, that happens in one of a hundred sweeps of a large network: an answered request still has its timer."""
    monkeypatch.setattr(snmp_codec, "LAST_ID", snmp_codec.FIRST_ID)
    targets = [target(CARD, fleet.snmp_port, timeout=0.1), target("127.61.9.4", fleet.snmp_port, timeout=0.5)]
    found = told(sweep([*targets, target("127.61.0.2", fleet.snmp_port, timeout=2.0)], Limits(in_flight=1)))
    assert found.pop("127.61.9.4") == "snmp_silent"
    assert len(set(found.values()) - set(Reason)) == 2


@pytest.mark.parametrize("length", [0, 1, 2, 10, 40])
def test_a_truncated_answer_cannot_be_read(fleet: Emulator, length: int) -> None:
    with agent(lambda request, send, _other: send(relayed(request, CARD, fleet.snmp_port)[:length])) as port:
        assert outcome(port) == "unexpected_reply"


def test_an_answer_that_is_too_big_is_asked_for_in_parts(fleet: Emulator, serial: str) -> None:
    def react(request: bytes, send: Send, _other: Send) -> None:
        send(answer(request, status=1) if asked(request) > 3 else relayed(request, CARD, fleet.snmp_port))

    with agent(react) as port:
        assert outcome(port, timeout=2.0) == serial


def test_a_card_that_denies_access_is_said_to() -> None:
    with agent(lambda request, send, _other: send(answer(request, status=16))) as port:
        assert outcome(port) == "snmp_refused"


def test_what_is_no_card_is_said_as_nmc_facts_says_it() -> None:
    with agent(lambda request, send, _other: send(answer(request, text(SYS_DESCR, b"Linux \x1b[2J printer")))) as port:
        (swept,) = sweep([target("127.0.0.1", port)])
    assert swept.error is not None
    assert swept.error.reason is Reason.NOT_A_CARD
    assert "is not a network management card; sysDescr is 'Linux  [2J printer'" in swept.error.message


def test_an_agent_of_version_3_that_goes_on_with_nonsense_is_refused(fleet: Emulator) -> None:
    def react(request: bytes, send: Send, _other: Send) -> None:
        reply = relayed(request, "127.61.1.1", fleet.snmp_port)
        send(reply if asked(request) == 0 and len(request) < 70 else b"\x30\x03\x02\x01\x03")

    with agent(react) as port:
        reason = outcome(port, version="v3", community=None, user="reader")
    assert reason in ("snmp_refused", "unexpected_reply", "snmp_silent")


def test_ipv6(fleet: Emulator, serial: str) -> None:
    with agent(lambda request, send, _other: send(relayed(request, CARD, fleet.snmp_port)), "::1") as port:
        assert outcome(port, "::1") == serial
        assert outcome(port, "0:0::1") == serial


def test_two_targets_at_one_address_get_their_own_answers(fleet: Emulator, serial: str) -> None:
    def react(request: bytes, send: Send, _other: Send) -> None:
        send(relayed(request, CARD, fleet.snmp_port) if b"public" in request else b"garbage")

    with agent(react) as port:
        right, wrong = target("127.0.0.1", port), target("localhost", port, community="other")
        swept = list(sweep([right, right, wrong, right]))
    assert [each.reading.card.serial for each in swept if each.reading] == [serial] * 3
    assert sum(each.error is not None for each in swept) == 1


def test_nonsense_between_good_cards_is_reported_beside_them(fleet: Emulator) -> None:
    good = [target(f"127.61.0.{number}", fleet.snmp_port, timeout=2.0) for number in range(1, 41)]
    with (
        agent(lambda _request, send, _other: send(b"\x30"), "127.61.9.1", "127.61.9.2") as garbage,
        agent(lambda request, send, _other: send(answer(request, text(SYS_DESCR, b"Linux"))), "127.61.9.3") as other,
    ):
        bad = [target("127.61.9.1", garbage), target("127.61.9.2", garbage), target("127.61.9.3", other)]
        found = told(sweep([*good[:20], *bad, *good[20:], target("127.61.9.4", fleet.snmp_port)]))
    assert {name: found.pop(name) for name in ("127.61.9.1", "127.61.9.2", "127.61.9.3", "127.61.9.4")} == {
        "127.61.9.1": "unexpected_reply",
        "127.61.9.2": "unexpected_reply",
        "127.61.9.3": "not_a_card",
        "127.61.9.4": "snmp_silent",
    }
    assert len(set(found.values())) == 40
    assert not set(found.values()) & set(Reason)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6))
def test_damaged_answers_end_no_sweep(fleet: Emulator, flips: list[tuple[int, int]]) -> None:
    def react(request: bytes, send: Send, _other: Send) -> None:
        damaged = bytearray(relayed(request, CARD, fleet.snmp_port))
        for position, octet in flips:
            damaged[position % len(damaged)] = octet
        send(bytes(damaged))

    with agent(react) as port:
        assert len(list(sweep([target("127.0.0.1", port, timeout=0.05, retries=0)]))) == 1


@pytest.mark.parametrize("engine", ["auto", "gufo", "pysnmp"])
def test_credentials_that_cannot_be_sent_end_no_sweep(fleet: Emulator, engine: str, serial: str) -> None:
    wrong = [
        target("127.61.0.2", fleet.snmp_port, community="\udcff"),
        target("127.61.0.3", fleet.snmp_port, version="v3", user="\udcff"),
        target("127.61.0.4", fleet.snmp_port, version="v3", user="reader", auth_protocol="sha", auth_password="\udcff" * 8),
    ]
    found = told(sweep([*wrong, target(CARD, fleet.snmp_port, timeout=2.0)], engine=engine))
    assert found == {CARD: serial, **dict.fromkeys(("127.61.0.2", "127.61.0.3", "127.61.0.4"), "invalid_option")}


def test_two_sweeps_at_once_do_not_mix(fleet: Emulator) -> None:
    results: list[dict[str, str]] = []

    def run(first: int) -> None:
        hosts = [f"127.61.0.{number}" for number in range(first, first + 20)]
        results.append(told(sweep([target(host, fleet.snmp_port, timeout=2.0) for host in hosts], Limits(packets_per_second=400))))

    threads = [threading.Thread(target=run, args=(first,)) for first in (1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [len(result) for result in results] == [20, 20]
    assert len(set(results[0].values()) | set(results[1].values())) == 40
