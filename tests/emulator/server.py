# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One process that is a whole fleet."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import json
import os
import signal
import typing as t
from dataclasses import dataclass

from aiohttp import web

from emulator import control, sockets
from emulator.card import Card
from emulator.certificates import Certificates
from emulator.ftp_face import FtpFace
from emulator.https_face import HttpsFace
from emulator.keys import HostKeys
from emulator.snmp_face import SnmpFace
from emulator.ssh_face import SshFace

if t.TYPE_CHECKING:
    import pathlib
    import socket

    from emulator.fleet import Fleet, Forward


NAT_ADDRESS = "127.0.0.1"  # where forwarded ports listen
IPV6_ADDRESS = "::1"


@dataclass(frozen=True)
class ServerOptions:
    """What the command line says; port 0 is any free port, no limit in seconds is for ever."""

    state_dir: pathlib.Path
    ssh_port: int = 0
    snmp_port: int = 0
    https_port: int = 0
    ftp_port: int = 0
    control_port: int = 0
    ready_file: pathlib.Path | None = None
    known_hosts: pathlib.Path | None = None
    max_seconds: float | None = None


async def serve(fleet: Fleet, options: ServerOptions) -> None:
    """Listen until SIGTERM, SIGINT or the time limit."""
    stop = _stop_on_signals()
    cards = {settings.address: Card(settings) for settings in fleet.cards}
    gc.freeze()  # the fleet stays; the collector need not walk it again and again
    keys = HostKeys(options.state_dir)
    async with contextlib.AsyncExitStack() as stack:
        doors = _Doors(stack, cards, _Faces.of(cards, keys, options))
        ports = doors.open_all(options)
        ports["control"] = await _start_control(control.application(cards, keys), options.control_port, stack)
        forwards = [doors.forward(forward) for forward in fleet.forwards]
        if fleet.ipv6_card:
            doors.open_ipv6(cards[fleet.ipv6_card], ports)
        if options.known_hosts:
            _write(options.known_hosts, "".join(_known_hosts(fleet, cards, keys, ssh=ports["ssh"], forwards=forwards)))
        if options.ready_file:
            _write(options.ready_file, json.dumps({**ports, "forwards": forwards, "pid": os.getpid()}))
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), options.max_seconds)
        for card in cards.values():
            card.drop_connections()


class _Faces(t.NamedTuple):
    ssh: SshFace
    https: HttpsFace
    snmp: SnmpFace

    @classmethod
    def of(cls, cards: dict[str, Card], keys: HostKeys, options: ServerOptions) -> _Faces:
        return cls(SshFace(cards, keys), HttpsFace(cards, Certificates(options.state_dir)), SnmpFace(cards))


class _Doors:
    """Sockets that the faces look after, closed with the stack; methods return their ports."""

    def __init__(self, stack: contextlib.AsyncExitStack, cards: dict[str, Card], faces: _Faces) -> None:
        self._stack = stack
        self._cards = cards
        self._faces = faces

    def open_all(self, options: ServerOptions) -> dict[str, int]:
        return {
            "ssh": self._open(sockets.tcp_listener(options.ssh_port), self._faces.ssh.accept_all),
            "snmp": self._open(sockets.udp_listener(options.snmp_port), self._faces.snmp.answer_all),
            "https": self._open(sockets.tcp_listener(options.https_port), self._faces.https.accept_all),
            "ftp": self._open_ftp(options.ftp_port),
        }

    def forward(self, forward: Forward) -> int:
        serve_all = functools.partial(self._faces.ssh.accept_forwarded, self._cards[forward.to])
        return self._open(sockets.tcp_listener(forward.port, host=NAT_ADDRESS), serve_all)

    def open_ipv6(self, card: Card, ports: dict[str, int]) -> None:
        """The same ports at ::1, for one card and without FTP."""
        for name, face in (("ssh", self._faces.ssh), ("https", self._faces.https)):
            self._open(sockets.tcp_listener(ports[name], host=IPV6_ADDRESS), functools.partial(face.accept_for, card))
        self._open(sockets.udp_listener_at(IPV6_ADDRESS, ports["snmp"]), functools.partial(self._faces.snmp.answer_for, card))

    def _open_ftp(self, port: int) -> int:
        listener = sockets.tcp_listener(port)
        self._stack.enter_context(contextlib.closing(FtpFace(self._cards, listener)))
        return _port(listener)

    def _open(self, sock: socket.socket, serve_all: t.Callable[[socket.socket], None]) -> int:
        self._stack.enter_context(contextlib.closing(sock))
        asyncio.get_running_loop().add_reader(sock, serve_all, sock)
        return _port(sock)


def _known_hosts(fleet: Fleet, cards: dict[str, Card], keys: HostKeys, *, ssh: int, forwards: list[int]) -> t.Iterator[str]:
    for card in cards.values():
        yield keys.known_hosts_line(card, ssh)
    for forward, port in zip(fleet.forwards, forwards, strict=True):
        yield keys.known_hosts_line(cards[forward.to], port, host=NAT_ADDRESS)
    if fleet.ipv6_card:
        yield keys.known_hosts_line(cards[fleet.ipv6_card], ssh, host=IPV6_ADDRESS)


async def _start_control(application: web.Application, port: int, stack: contextlib.AsyncExitStack) -> int:
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return t.cast("int", runner.addresses[0][1])


def _stop_on_signals() -> asyncio.Event:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def _port(sock: socket.socket) -> int:
    return t.cast("int", sock.getsockname()[1])


def _write(path: pathlib.Path, text: str) -> None:
    """All at once, so that a reader who sees the file sees it complete."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
