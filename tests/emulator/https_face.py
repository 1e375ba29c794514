# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTPS: enough of the cards' web servers to show a certificate and the way to the login page."""

from __future__ import annotations

import asyncio
import functools
import typing as t

from emulator.tcp_face import TcpFace

if t.TYPE_CHECKING:
    import socket

    from emulator.card import Card
    from emulator.certificates import Certificates

_MAX_REQUEST = 8192
_HOME = "HTTP/1.1 303 See Other\r\nLocation: /home.htm\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_MISSING = "APC Management Web Server"
_NOT_FOUND = f"HTTP/1.1 404 Not Found\r\nContent-Length: {len(_MISSING)}\r\nConnection: close\r\n\r\n{_MISSING}"


class HttpsFace(TcpFace):
    """Turns accepted sockets into connections to cards' web servers."""

    def __init__(self, cards: dict[str, Card], certificates: Certificates) -> None:
        super().__init__(cards)
        self._certificates = certificates

    def _admits(self, card: Card) -> bool:
        return card.https_enabled

    async def _serve(self, sock: socket.socket, card: Card) -> None:
        context = self._certificates.context(card)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(functools.partial(_Page, card), sock, ssl=context)
        except OSError:
            sock.close()


class _Page(asyncio.Protocol):
    """One request and its answer."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = t.cast("asyncio.Transport", transport)
        self._card.connections.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._card.connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._request += data
        if b"\r\n\r\n" in self._request:
            self._transport.write((_HOME if self._request.startswith(b"GET / ") else _NOT_FOUND).encode())
            self._transport.close()
        elif len(self._request) > _MAX_REQUEST:
            self._transport.abort()
