# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What SSH and HTTPS share: connections are accepted and handed to the card that they are for."""

from __future__ import annotations

import abc
import asyncio
import typing as t

from emulator import sockets

if t.TYPE_CHECKING:
    import socket

    from emulator.card import Card


class TcpFace(abc.ABC):
    """A protocol over TCP. The methods that accept take what waits on a non-blocking listening socket."""

    def __init__(self, cards: dict[str, Card]) -> None:
        self._cards = cards
        self._tasks: set[asyncio.Task[None]] = set()

    def accept_all(self, listener: socket.socket) -> None:
        """The destination address says which card is meant."""
        for sock in sockets.accepted(listener):
            self._hand_over(sock, self._cards.get(sock.getsockname()[0]), otherwise=sockets.reset)

    def accept_for(self, card: Card, listener: socket.socket) -> None:
        """All are for one card."""
        for sock in sockets.accepted(listener):
            self._hand_over(sock, card, otherwise=sockets.reset)

    def accept_forwarded(self, card: Card, listener: socket.socket) -> None:
        """The same behind a NAT, which accepts also for a card that does not answer, and then hangs up."""
        for sock in sockets.accepted(listener):
            self._hand_over(sock, card, otherwise=lambda forwarded: forwarded.close())

    def _hand_over(self, sock: socket.socket, card: Card | None, *, otherwise: t.Callable[[socket.socket], None]) -> None:
        if card is None or not card.answers or not self._admits(card):
            otherwise(sock)
            return
        task = asyncio.get_running_loop().create_task(self._serve(sock, card))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @abc.abstractmethod
    def _admits(self, card: Card) -> bool:
        """Whether a card that is up takes this connection."""

    @abc.abstractmethod
    async def _serve(self, sock: socket.socket, card: Card) -> None:
        """Speak the protocol until the connection ends."""
