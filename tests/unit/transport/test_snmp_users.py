# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one v3 exchange leaves for the next one in the same process: the loaded MIBs, and nothing else."""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import socket
import typing as t
import unittest.mock

import pytest
from pysnmp.smi.builder import MibBuilder
from unit.sweep.agents import Send, agent
from unit.transport.asking import get

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, gather_snmp
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import snmp_pysnmp
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp import SnmpEndpoint
from emulator.testing import Emulator, start_emulator

SYS_DESCR, SYS_NAME = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.5.0"
PASSWORD, OTHER_PASSWORD = "authentication-1", "authentication-2"
ONE, CLONE, OTHER, SILENT = (f"127.21.2.{number}" for number in range(1, 5))


def _card(address: str, password: str, **others: t.Any) -> dict[str, t.Any]:
    user = {"user": "reader", "auth_protocol": "sha256", "auth_password": password, "privacy_protocol": "aes", "privacy_password": password}
    return {"address": address, "profile": "smart_ups_nmc3", "name": f"card-{address[-1]}", "snmp": {"v3": user}, **others}


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Emulator]:
    cards = [
        _card(ONE, PASSWORD, mac="00:C0:B7:00:00:01"),
        _card(CLONE, PASSWORD, mac="00:C0:B7:00:00:01"),
        _card(OTHER, OTHER_PASSWORD),
        _card(SILENT, PASSWORD, faults=["snmp_silent"]),
    ]
    with start_emulator({"cards": cards}, known_hosts=False) as running:
        yield running


def endpoint(fleet: Emulator, host: str, password: str = PASSWORD, **changes: t.Any) -> SnmpEndpoint:
    made = SnmpEndpoint(
        host,
        host,
        fleet.snmp_port,
        version="v3",
        user="reader",
        auth_protocol="sha256",
        auth_password=password,
        privacy_protocol="aes",
        privacy_password=password,
        timeout=2.0,
    )
    return dataclasses.replace(made, **changes)


def name_of(endpoint: SnmpEndpoint) -> str:
    return t.cast("bytes", get(endpoint, [SYS_NAME, SYS_DESCR], engine="pysnmp")[SYS_NAME]).decode()


def test_a_user_with_another_password_is_another_user(fleet: Emulator) -> None:
    for _time in range(2):
        assert name_of(endpoint(fleet, ONE)) == "card-1"
        with pytest.raises(AccessError) as caught:
            name_of(endpoint(fleet, ONE, OTHER_PASSWORD))
        assert caught.value.reason is Reason.SNMP_REFUSED
        assert name_of(endpoint(fleet, OTHER, OTHER_PASSWORD)) == "card-3"


def test_a_user_without_keys_does_not_get_those_of_an_earlier_one(fleet: Emulator) -> None:
    assert name_of(endpoint(fleet, ONE)) == "card-1"
    bare = SnmpEndpoint(ONE, ONE, fleet.snmp_port, version="v3", user="reader")
    with pytest.raises(AccessError) as caught:
        name_of(bare)
    assert caught.value.reason is Reason.SNMP_REFUSED


def test_cards_that_were_cloned_have_one_engine_id_and_clocks_of_their_own(fleet: Emulator) -> None:
    reboots = fleet.state(CLONE)["counters"]["reboots"]
    fleet.reboot(CLONE)
    fleet.wait_for_reboot(CLONE, after=reboots)
    for host, name in ((CLONE, "card-2"), (ONE, "card-1")) * 2:
        assert name_of(endpoint(fleet, host)) == name


def test_what_comes_after_silence_is_not_disturbed(fleet: Emulator) -> None:
    for _time in range(2):
        with pytest.raises(UnreachableError):
            name_of(endpoint(fleet, SILENT, timeout=0.1, retries=0))
        assert name_of(endpoint(fleet, ONE)) == "card-1"


@pytest.mark.parametrize("engine", ["gufo", "pysnmp"])
def test_a_card_is_read_in_one_session(fleet: Emulator, engine: str) -> None:
    requests: list[bytes] = []

    def forward(request: bytes, send: Send, _other: Send) -> None:
        requests.append(request)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(5)
            client.sendto(request, (ONE, fleet.snmp_port))
            send(client.recv(65535))

    with agent(forward) as port:
        relayed = endpoint(fleet, "127.0.0.1", port=port)
        assert gather_snmp(Access(ONE, None, relayed), engine=engine).name == "card-1"
    anonymous = [request for request in requests if b"reader" not in request]
    assert len(anonymous) == 1


def test_mibs_are_loaded_for_the_first_card_only(fleet: Emulator) -> None:
    name_of(endpoint(fleet, ONE))
    with unittest.mock.patch.object(MibBuilder, "load_module", autospec=True, side_effect=MibBuilder.load_module) as load:
        for host, name, password in ((CLONE, "card-2", PASSWORD), (OTHER, "card-3", OTHER_PASSWORD)):
            assert name_of(endpoint(fleet, host, password)) == name
    assert not [call for call in load.call_args_list if call.args[1].startswith("SNMP-")]


def test_what_a_refused_exchange_has_loaded_is_not_used_again(fleet: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snmp_pysnmp, "_SPARE_DISPATCHERS", collections.deque())
    with pytest.raises(AccessError):
        name_of(endpoint(fleet, ONE, OTHER_PASSWORD))
    assert not snmp_pysnmp._SPARE_DISPATCHERS
    assert name_of(endpoint(fleet, ONE)) == "card-1"
    assert len(snmp_pysnmp._SPARE_DISPATCHERS) == 1


def test_many_threads_read_at_once(fleet: Emulator) -> None:
    cards = [(ONE, PASSWORD, "card-1"), (OTHER, OTHER_PASSWORD, "card-3")] * 12
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        names = threads.map(lambda card: name_of(endpoint(fleet, card[0], card[1])), cards)
        assert list(names) == [card[2] for card in cards]
