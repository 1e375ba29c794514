# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""By which words before a login a card is known."""

from __future__ import annotations

import resource
import time
import typing as t
from pathlib import Path

import pytest

from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.greetings import greetings

if t.TYPE_CHECKING:
    import socket

    from emulator.testing import Emulator

Serve = t.Callable[[t.Callable[["socket.socket"], None]], int]
_FTP = b"220 AP9640 Network Management Card AOS v2.5.0.6 FTP server ready.\r\n"


def heard(protocol: str, port: int, timeout: float = 2.0) -> dict[str, str]:
    told: list[int] = []
    (said,) = greetings(["127.0.0.1"], {protocol: port}, timeout=timeout, progress=told.append)
    assert told == [int(bool(said))]
    return said


@pytest.mark.parametrize(("protocol", "line"), [("ftp", _FTP), ("ssh", b"SSH-2.0-cryptlib\r\n")])
def test_a_card_is_known_by_its_greeting(tcp_server: Serve, protocol: str, line: bytes) -> None:
    assert heard(protocol, tcp_server(lambda connection: connection.sendall(line))) == {protocol: line.decode().strip()}


@pytest.mark.parametrize(
    ("protocol", "line"),
    [
        ("ftp", b"220 ProFTPD ready.\r\n"),
        ("ftp", b"SSH-2.0-cryptlib\r\n"),
        ("ssh", b"SSH-2.0-OpenSSH_9.9\r\n"),
        ("ssh", b"SSH-2.0-cryptlib"),
        ("ssh", b"SSH-2.0-cryptlib" + 10_000 * b"x" + b"\r\n"),
        ("ssh", b"SSH-2.0-cryptlib\x1b[2J\r\n"),
        ("ftp", bytes(range(256)) + b"\n"),
        ("ftp", b""),
    ],
)
def test_nothing_else_is_taken_for_a_card(tcp_server: Serve, protocol: str, line: bytes) -> None:
    assert heard(protocol, tcp_server(lambda connection: connection.sendall(line))) == {}


def test_who_says_nothing_is_not_waited_for_longer_than_the_timeout(tcp_server: Serve) -> None:
    began = time.monotonic()
    assert heard("ssh", tcp_server(lambda connection: t.cast("None", connection.recv(1))), timeout=0.3) == {}
    assert 0.3 <= time.monotonic() - began < 5


def test_many_addresses_where_nobody_is_are_no_load() -> None:
    told: list[int] = []
    assert greetings(["127.0.0.1"] * 2000, {"ssh": 9, "ftp": 9}, timeout=2.0, progress=told.append) == [{}] * 2000
    assert told == [0] * 2000


def test_a_deadline_ends_all_of_it_and_keeps_what_was_said(tcp_server: Serve) -> None:
    ports = {"ftp": tcp_server(lambda connection: connection.sendall(_FTP)), "ssh": tcp_server(lambda one: t.cast("None", one.recv(1)))}
    began = time.monotonic()
    said = greetings(["127.0.0.1"] * 2000, ports, timeout=60.0, deadline=1.0, progress=lambda _cards: None)
    assert time.monotonic() - began < 20
    assert (len(said), said[0], said[-1]) == (2000, {"ftp": _FTP.decode().strip()}, {})


def test_no_card_is_missed_where_few_files_may_be_open(discoverable: Emulator) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * len(list(Path("/dev/fd").iterdir())) + 20, before[1]))
    try:
        said = greetings(["127.61.0.1"] * 200, {"ssh": discoverable.ssh_port}, timeout=30.0, progress=lambda _cards: None)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert said == [{"ssh": "SSH-2.0-cryptlib"}] * 200
