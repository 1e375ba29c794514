# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests and answers of many cards over one socket for each address family, so that silence costs no more than a packet."""

from __future__ import annotations

import collections
import contextlib
import heapq
import itertools
import random
import selectors
import socket
import time
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._transport import snmp_codec
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp_endpoint import silence, unreadable

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.dialogue import Exchange, Peer

    Outcome = snmp_codec.Message | NmcError

_LONGEST_DATAGRAM = 65535
_BUFFER = 4 * 1024 * 1024  # octets; the system may give less
_DRAIN = 1024  # datagrams that are read before anything else gets its turn
_BURST = 0.02  # seconds of the pace that may be sent at once
_SOON = 0.002  # seconds to sleep when the pace or the system does not let us send

_Work = t.TypeVar("_Work")


class _Request(t.Generic[_Work]):
    """A request on its way, which every try sends unchanged: so a late answer to an earlier try counts."""

    __slots__ = ("datagram", "endpoint", "has_bad_answer", "identifier", "key", "peer", "tried", "work")

    def __init__(self, work: _Work, exchange: Exchange, identifier: int) -> None:
        self.work = work
        self.endpoint = exchange.endpoint
        self.peer = exchange.peer
        self.key = _key(exchange.peer)
        self.identifier = identifier
        self.datagram = exchange.datagram(identifier)
        self.tried = 0
        self.has_bad_answer = False

    def next_wait(self) -> float:
        """Each wait is twice as long as the one before, and all together are as long as the endpoint says."""
        tries = self.endpoint.retries + 1
        return self.endpoint.timeout * tries * (1 << self.tried - 1) / ((1 << tries) - 1)

    def failure(self) -> NmcError:
        return unreadable(self.endpoint) if self.has_bad_answer else silence(self.endpoint)


class Radio(t.Generic[_Work]):
    """Sends at a bounded pace, tries again with growing patience, and drops what answers no request."""

    def __init__(self, *, packets_per_second: int, wake: socket.socket) -> None:
        self._pace = packets_per_second
        self._credit, self._credited = 0.0, time.monotonic()
        self._sockets: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(wake, selectors.EVENT_READ)
        self._by_identifier: dict[int, _Request[_Work]] = {}
        self._by_peer: dict[Peer, set[_Request[_Work]]] = {}
        self._knocks: collections.deque[_Request[_Work]] = collections.deque()
        self._requests: collections.deque[_Request[_Work]] = collections.deque()
        self._timers: list[tuple[float, int, _Request[_Work]]] = []
        self._order = itertools.count()

    @property
    def queued(self) -> int:
        return len(self._knocks) + len(self._requests)

    def ask(self, work: _Work, exchange: Exchange) -> None:
        request = _Request(work, exchange, self._identifier())
        self._by_identifier[request.identifier] = request
        self._by_peer.setdefault(request.key, set()).add(request)
        (self._knocks if exchange.is_knock else self._requests).append(request)

    def outcomes(self, longest: float, *, may_knock: bool, is_short_enough: int) -> t.Iterator[tuple[_Work, Outcome]]:
        """Send what may be sent, wait at most so long (s) for something to happen, and yield what came of requests.

        It is not waited for answers while no more than `is_short_enough` requests are queued.
        """
        self._send(may_knock=may_knock)
        if self._selector.select(0.0 if self.queued <= is_short_enough else self._patience(longest, may_knock=may_knock)):
            for sock in self._sockets.values():
                yield from self._receive(sock)
        yield from self._expire()

    def close(self) -> None:
        self._selector.close()
        for sock in self._sockets.values():
            sock.close()

    def _identifier(self) -> int:
        while True:
            identifier = random.randint(snmp_codec.FIRST_ID, snmp_codec.LAST_ID)
            if identifier not in self._by_identifier:
                return identifier

    # sending

    def _send(self, *, may_knock: bool) -> None:
        now = time.monotonic()
        self._credit = min(max(1.0, self._pace * _BURST), self._credit + (now - self._credited) * self._pace)
        self._credited = now
        while self._credit >= 1 and (queue := self._requests or (self._knocks if may_knock else None)):
            request = queue.popleft()
            if not self._is_open(request):
                continue
            if not self._try(request):
                queue.appendleft(request)
                return
            self._credit -= 1
            request.tried += 1
            heapq.heappush(self._timers, (now + request.next_wait(), next(self._order), request))

    def _try(self, request: _Request[_Work]) -> bool:
        """Send it; False when the system has no room now. Where there is no way to send, the request goes unanswered."""
        try:
            self._socket_for(request.peer).sendto(request.datagram, request.peer)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def _socket_for(self, peer: Peer) -> socket.socket:
        family = socket.AF_INET if len(peer) == 2 else socket.AF_INET6
        if family not in self._sockets:
            sock = self._sockets[family] = socket.socket(family, socket.SOCK_DGRAM)
            sock.setblocking(False)
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            self._selector.register(sock, selectors.EVENT_READ)
        return self._sockets[family]

    def _patience(self, longest: float, *, may_knock: bool) -> float:
        if self._requests or (may_knock and self._knocks):
            return min(longest, _SOON)
        return min(longest, max(0.0, self._timers[0][0] - time.monotonic())) if self._timers else longest

    # receiving

    def _receive(self, sock: socket.socket) -> t.Iterator[tuple[_Work, Outcome]]:
        for _datagram in range(_DRAIN):
            try:
                datagram, peer = sock.recvfrom(_LONGEST_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                continue
            answered = self._match(datagram, _key(peer))
            if answered is not None:
                yield answered

    def _match(self, datagram: bytes, key: Peer) -> tuple[_Work, Outcome] | None:
        waiting = self._by_peer.get(key)
        if waiting is None:
            return None
        try:
            message = snmp_codec.read(datagram)
        except snmp_codec.MalformedError:
            for request in waiting:
                request.has_bad_answer = True
            return None
        request_or_none = self._by_identifier.get(message.identifier)
        if request_or_none is None or request_or_none.key != key or not _fits(message, request_or_none):
            return None
        self._forget(request_or_none)
        return request_or_none.work, message

    def _expire(self) -> t.Iterator[tuple[_Work, Outcome]]:
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            request = heapq.heappop(self._timers)[2]
            if not self._is_open(request):
                continue
            if request.tried <= request.endpoint.retries:
                self._requests.append(request)
                continue
            self._forget(request)
            yield request.work, request.failure()

    def _is_open(self, request: _Request[_Work]) -> bool:
        """Whether it waits for its answer; a request that does not may have left its identifier to another one."""
        return self._by_identifier.get(request.identifier) is request

    def _forget(self, request: _Request[_Work]) -> None:
        del self._by_identifier[request.identifier]
        waiting = self._by_peer[request.key]
        waiting.discard(request)
        if not waiting:
            del self._by_peer[request.key]


def _fits(message: snmp_codec.Message, request: _Request[t.Any]) -> bool:
    return message.answers(request.endpoint.version, request.endpoint.community)


def _key(peer: Peer) -> Peer:
    """Address, port and scope, however the system writes them."""
    return (peer[0].partition("%")[0], peer[1], *peer[3:])
