# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sweeps of emulated fleets: every version of SNMP, SSH, and credentials that are tried in turn."""

from __future__ import annotations

import typing as t

import pytest
from unit.sweep.agents import snmp_access, target, told
from unit.sweep.conftest import V3_USER

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, gather
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.sweep import Limits, Target, sweep

if t.TYPE_CHECKING:
    from emulator.testing import Emulator

pytestmark = [pytest.mark.usefixtures("nothing_left"), pytest.mark.every_fault]

COMMUNITY_CARDS = [f"127.61.0.{number}" for number in range(1, 41)]
USER_CARDS = [f"127.61.1.{number}" for number in range(1, 5)]
SSH_CARDS = ["127.61.2.1", "127.61.2.2"]
V3: dict[str, t.Any] = {"version": "v3", "community": None, **V3_USER}

every_engine = pytest.mark.parametrize("engine", ["auto", "gufo", "pysnmp"])


def ssh(fleet: Emulator, host: str, **changes: t.Any) -> SshEndpoint:
    known_hosts = str(fleet.known_hosts)
    return SshEndpoint(
        **{
            "card": host,
            "host": host,
            "port": fleet.ssh_port,
            "username": "apc",
            "password": "apc",
            "timeout": 10.0,
            "known_hosts": known_hosts,
            **changes,
        }
    )


@every_engine
@pytest.mark.parametrize("version", ["v1", "v2c"])
def test_a_sweep_reads_what_one_by_one_reads(fleet: Emulator, engine: str, version: str) -> None:
    targets = [target(host, fleet.snmp_port, version=version, timeout=2.0) for host in COMMUNITY_CARDS]
    found = {swept.target.name: swept for swept in sweep(targets, engine=engine)}
    assert sorted(found) == sorted(COMMUNITY_CARDS)
    for each in targets[::13]:
        swept = found[each.name]
        assert swept.access is each.accesses[0]
        assert swept.reading is not None
        expected = gather(each.accesses[0])
        assert swept.reading.warnings == expected.warnings
        assert _without_time(swept.reading.card) == _without_time(expected.card)


def _without_time(card: t.Any) -> dict[str, t.Any]:
    return {**card.facts("now"), "uptime_seconds": None}


@every_engine
def test_cards_of_all_versions_in_one_sweep(fleet: Emulator, engine: str) -> None:
    targets = [
        *(target(host, fleet.snmp_port, version=("v1", "v2c")[number % 2], timeout=2.0) for number, host in enumerate(COMMUNITY_CARDS)),
        *(target(host, fleet.snmp_port, timeout=2.0, **V3) for host in USER_CARDS),
    ]
    serials = told(sweep(targets, engine=engine))
    assert len(serials) == len(targets)
    assert len(set(serials.values())) == len(targets)


@every_engine
@pytest.mark.parametrize("wrong", [{"user": "nobody"}, {"auth_password": "not-the-password"}, {"privacy_password": "not-the-password"}])
def test_a_refused_user_is_said_as_nmc_facts_says_it(fleet: Emulator, engine: str, wrong: dict[str, str]) -> None:
    refused = target(USER_CARDS[0], fleet.snmp_port, timeout=1.0, **{**V3, **wrong})
    (swept,) = sweep([refused], engine=engine)
    assert swept.error is not None
    if engine == "auto":
        with pytest.raises(NmcError) as caught:
            gather(refused.accesses[0])
        assert (swept.error.reason, swept.error.message) == (caught.value.reason, caught.value.message)
    elif "privacy_password" not in wrong:
        assert swept.error.reason is Reason.SNMP_REFUSED


@pytest.mark.parametrize("host", [SSH_CARDS[0], "255.255.255.255", "fe80::1%lo", "2001:db8::1"])
def test_a_silent_address_is_said_as_nmc_facts_says_it(fleet: Emulator, host: str) -> None:
    silent = target(host, fleet.snmp_port)
    (swept,) = sweep([silent])
    with pytest.raises(NmcError) as caught:
        gather(silent.accesses[0])
    assert swept.error is not None
    assert (swept.error.reason, swept.error.message) == (Reason.SNMP_SILENT, caught.value.message)


def test_cards_without_snmp_are_read_over_ssh_with_a_note(fleet: Emulator) -> None:
    both = [Target(host, (snmp_access(host, fleet.snmp_port, ssh=ssh(fleet, host)),)) for host in SSH_CARDS]
    for swept in sweep(both, Limits(ssh_sessions=1)):
        assert swept.reading is not None
        assert swept.reading.card.source == "ssh"
        assert "read over SSH, because SNMP failed" in swept.reading.warnings[0]


def test_cards_that_are_to_be_read_over_ssh_are_not_asked_over_snmp(fleet: Emulator) -> None:
    before = fleet.state(COMMUNITY_CARDS[0])["counters"]["snmp_requests"]
    only = Access(COMMUNITY_CARDS[0], ssh(fleet, COMMUNITY_CARDS[0]), None, transport="ssh")
    (swept,) = sweep([Target("ups1", (only,))])
    assert swept.reading is not None
    assert fleet.state(COMMUNITY_CARDS[0])["counters"]["snmp_requests"] == before


def test_the_first_credentials_that_a_card_answers_to_count(fleet: Emulator) -> None:
    host = COMMUNITY_CARDS[0]
    accesses = tuple(snmp_access(host, fleet.snmp_port, community=word) for word in ("wrong", "public", "never-tried"))
    (swept,) = sweep([Target("ups1", accesses)])
    assert swept.access is accesses[1]


def test_users_are_tried_after_communities_and_the_refusal_is_what_is_said(fleet: Emulator) -> None:
    host, port = USER_CARDS[0], fleet.snmp_port
    wrong = {**V3, "auth_password": "not-the-password"}
    accesses = (snmp_access(host, port), snmp_access(host, port, **wrong), snmp_access(host, port, community="other"))
    (swept,) = sweep([Target("ups1", accesses)])
    assert swept.error is not None
    assert swept.error.reason is Reason.SNMP_REFUSED
    right = (*accesses, snmp_access(host, port, **V3))
    (swept,) = sweep([Target("ups1", right)])
    assert swept.access is right[3]


def test_no_more_than_two_logins_are_refused(fleet: Emulator) -> None:
    host = SSH_CARDS[1]
    before = fleet.state(host)["counters"]["failed_logins"]
    accesses = tuple(Access(host, ssh(fleet, host, password=f"wrong-{number}"), None) for number in range(5))
    (swept,) = sweep([Target("ups1", accesses)])
    assert swept.error is not None
    assert swept.error.reason is Reason.LOGIN_REFUSED
    assert fleet.state(host)["counters"]["failed_logins"] - before == 2


def test_a_target_without_credentials_is_said(fleet: Emulator) -> None:
    impossible = target(COMMUNITY_CARDS[0], fleet.snmp_port, community=None)
    assert told(sweep([Target("ups1", ()), impossible])) == {"ups1": "no_credentials", COMMUNITY_CARDS[0]: "no_credentials"}


def test_a_name_that_has_no_address_is_said_and_holds_nobody_up(fleet: Emulator) -> None:
    names = [target("no-such-card.invalid", fleet.snmp_port), target("localhost", fleet.snmp_port)]
    found = told(sweep([*names, target(COMMUNITY_CARDS[0], fleet.snmp_port)]))
    assert found["no-such-card.invalid"] == "name_unresolved"
    assert found["localhost"] == "snmp_silent"
    assert found[COMMUNITY_CARDS[0]] not in list(Reason)
