# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One process that is a whole fleet."""

from __future__ import annotations

import asyncio
import contextlib
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

    from emulator.fleet import CardSettings


Serve = t.Callable[["socket.socket"], None]


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


async def serve(fleet: list[CardSettings], options: ServerOptions) -> None:
    """Listen until SIGTERM, SIGINT or the time limit."""
    stop = _stop_on_signals()
    cards = {settings.address: Card(settings) for settings in fleet}
    gc.freeze()  # the fleet stays; the collector need not walk it again and again
    keys = HostKeys(options.state_dir)
    async with contextlib.AsyncExitStack() as stack:
        doors = _Doors(stack)
        ports = {
            "ssh": doors.tcp(options.ssh_port, SshFace(cards, keys).accept_all),
            "https": doors.tcp(options.https_port, HttpsFace(cards, Certificates(options.state_dir)).accept_all),
            "ftp": doors.ftp(options.ftp_port, cards),
            "snmp": doors.udp(options.snmp_port, SnmpFace(cards).answer_all),
        }
        ports["control"] = await _start_control(control.application(cards, keys), options.control_port, stack)
        if options.known_hosts:
            lines = (keys.known_hosts_line(card, ports["ssh"]) for card in cards.values())
            _write(options.known_hosts, "".join(lines))
        if options.ready_file:
            _write(options.ready_file, json.dumps({**ports, "pid": os.getpid()}))
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stop.wait(), options.max_seconds)
        for card in cards.values():
            card.drop_connections()


class _Doors:
    """Sockets that a face looks after, closed with the stack; each is told by its port."""

    def __init__(self, stack: contextlib.AsyncExitStack) -> None:
        self._stack = stack

    def tcp(self, port: int, serve_all: Serve) -> int:
        return self._open(sockets.tcp_listener(port), serve_all)

    def udp(self, port: int, serve_all: Serve) -> int:
        return self._open(sockets.udp_listener(port), serve_all)

    def ftp(self, port: int, cards: dict[str, Card]) -> int:
        listener = sockets.tcp_listener(port)
        self._stack.enter_context(contextlib.closing(FtpFace(cards, listener)))
        return t.cast("int", listener.getsockname()[1])

    def _open(self, sock: socket.socket, serve_all: Serve) -> int:
        self._stack.enter_context(contextlib.closing(sock))
        asyncio.get_running_loop().add_reader(sock, serve_all, sock)
        return t.cast("int", sock.getsockname()[1])


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


def _write(path: pathlib.Path, text: str) -> None:
    """All at once, so that a reader who sees the file sees it complete."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
