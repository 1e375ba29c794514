# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of all unit tests: one emulator with a small mixed fleet, and servers that misbehave."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from unit.servers import SshServers, listening

from emulator.testing import Emulator, start_emulator

if t.TYPE_CHECKING:
    import pathlib
    import socket

_FLEET = {
    "cards": [
        {"address": "127.20.0.1", "profile": "smart_ups_nmc3"},
        {"address": "127.20.0.2", "profile": "smart_ups_nmc2"},
        {"address": "127.20.0.3", "profile": "rack_pdu_nmc3"},
        {"address": "127.20.0.4", "profile": "rack_pdu_nmc2"},
        {"address": "127.20.0.5", "profile": "smart_ups_nmc3", "reboot_seconds": 1},
        {"address": "127.20.0.6", "profile": "smart_ups_nmc2", "reboot_seconds": 1},
    ]
}


@pytest.fixture(scope="session")
def emulator() -> t.Iterator[Emulator]:
    """A running fleet; the last two cards are for tests that change something."""
    with start_emulator(_FLEET) as running:
        yield running


@pytest.fixture
def ssh_servers(tmp_path: pathlib.Path) -> t.Iterator[SshServers]:
    servers = SshServers(tmp_path)
    yield servers
    servers.stop()


@pytest.fixture
def tcp_server() -> t.Iterator[t.Callable[[t.Callable[[socket.socket], None]], int]]:
    """Return a function that starts a server of plain TCP and returns its port."""
    with contextlib.ExitStack() as stack:
        yield lambda react: stack.enter_context(listening(react))
