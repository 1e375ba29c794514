# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a search takes, and what is shown meanwhile."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory import discovery
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.discovery import Search
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.sources import Place, sources_from
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.sweep import Limits

if t.TYPE_CHECKING:
    import socket

    import pytest

Serve = t.Callable[[t.Callable[["socket.socket"], None]], int]
(SOURCE,) = sources_from([{"credentials": ["read"]}], {"read": {"snmp_community": "x", "snmp_port": 9, "timeout": 0.3}})


def test_a_long_search_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_PROGRESS_SECONDS", 0.0)
    told: list[str] = []
    search = Search(detect=["snmp", "ssh"], limits=Limits(), timeout=1.0, ssh_port=9, ftp_port=9, say=told.append)
    assert search.find([Place(SOURCE, "127.0.0.1"), Place(SOURCE, "127.0.0.2")]) == []
    assert [line.partition(",")[0] for line in told if "of 2 addresses" in line][-1] == "2 of 2 addresses listened to"
    assert any("2 of 2 addresses asked, 0 cards found" in line for line in told)


def test_a_short_search_says_nothing() -> None:
    told: list[str] = []
    search = Search(detect=["snmp"], limits=Limits(), timeout=1.0, ssh_port=9, ftp_port=9, say=told.append)
    assert search.find([Place(SOURCE, "127.0.0.1")]) == []
    assert told == []


def test_the_deadline_is_for_greetings_too(tcp_server: Serve) -> None:
    silent = tcp_server(lambda connection: t.cast("None", connection.recv(1)))
    search = Search(detect=["ssh"], limits=Limits(deadline=1.0), timeout=60.0, ssh_port=silent, ftp_port=9, say=lambda _text: None)
    began = time.monotonic()
    assert search.find([Place(SOURCE, "127.0.0.1")]) == []
    assert time.monotonic() - began < 30
