# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Agents that answer what no card would, and targets that lead to them."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp import SnmpEndpoint
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.sweep import Swept, Target
from emulator import ber

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint

# What an agent does with a request: it is given the request, and two functions that send to whoever asked it, the first
# from its own address, the second from another one.
Send = t.Callable[[bytes], object]
React = t.Callable[[bytes, Send, Send], object]


def snmp_access(host: str, port: int, *, ssh: SshEndpoint | None = None, **changes: t.Any) -> Access:
    given: dict[str, t.Any] = {"community": "public", "timeout": 0.3, "retries": 1, **changes}
    return Access(card=host, ssh=ssh, snmp=SnmpEndpoint(host, host, port, **given))


def target(host: str, port: int, *, site: str | None = None, **changes: t.Any) -> Target:
    return Target(host, (snmp_access(host, port, **changes),), site)


def told(swept: t.Iterable[Swept]) -> dict[str, str]:
    """By name: the card's serial, or the reason why it has none."""
    return {each.target.name: _told(each) for each in swept}


def _told(swept: Swept) -> str:
    assert (swept.reading is None) != (swept.error is None)
    assert (swept.access is None) == (swept.reading is None)
    return swept.error.reason.value if swept.error else str(t.cast("t.Any", swept.reading).card.serial)


@contextlib.contextmanager
def agent(react: React, *hosts: str) -> t.Iterator[int]:
    """Let agents on these addresses (127.0.0.1 if none) react to every request; yield their port."""
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(_bound(hosts[0] if hosts else "127.0.0.1", 0))
        port = first.getsockname()[1]
        agents = [first, *(stack.enter_context(_bound(host, port)) for host in hosts[1:])]
        elsewhere = stack.enter_context(_bound("::1" if ":" in first.getsockname()[0] else "127.99.99.99", 0))
        stopped = threading.Event()

        def serve() -> None:
            with selectors.DefaultSelector() as selector:
                for sock in agents:
                    selector.register(sock, selectors.EVENT_READ)
                while not stopped.is_set():
                    for key, _events in selector.select(0.05):
                        sock = t.cast("socket.socket", key.fileobj)
                        request, peer = sock.recvfrom(65535)
                        react(request, _sender(sock, peer), _sender(elsewhere, peer))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield port
        finally:
            stopped.set()
            thread.join(10)


def _sender(sock: socket.socket, peer: t.Any) -> Send:
    return lambda datagram: sock.sendto(datagram, peer)


def _bound(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((host, port))
    return sock


def relayed(request: bytes, host: str, port: int) -> bytes:
    """What an emulated card answers to a request."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(request, (host, port))
        return client.recv(65535)


def answer(request: bytes, variables: bytes = b"", *, status: int = 0, identifier: int | None = None) -> bytes:
    """A response to a GET of v1 or v2c."""
    _tag, start, _end = ber.read(request, 0)
    pdu = ber.read(request, ber.read(request, start)[2])[2]
    _tag, begin, _end = ber.read(request, pdu)
    number = request[begin : ber.read(request, begin)[2]] if identifier is None else ber.integer(identifier)
    body = ber.tlv(0xA2, number + ber.integer(status) + ber.integer(0) + ber.tlv(ber.SEQUENCE, variables))
    return ber.tlv(ber.SEQUENCE, request[start:pdu] + body)


def asked(request: bytes) -> int:
    """How many values a GET asks for."""
    return request.count(b"\x05\x00")


def text(oid: str, value: bytes) -> bytes:
    return ber.tlv(ber.SEQUENCE, ber.oid(oid) + ber.octets(value))
