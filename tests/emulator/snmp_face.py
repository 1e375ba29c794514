# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SNMP v1, v2c and v3 for any number of cards on one socket; the destination address says which card is asked."""

from __future__ import annotations

import ipaddress
import socket
import struct
import typing as t

from emulator import ber, usm
from emulator.mib import View
from emulator.sockets import IP_PKTINFO

if t.TYPE_CHECKING:
    from emulator.card import Card

GET, GET_NEXT, RESPONSE, SET, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5
V1, V2C = 0, 1
TOO_BIG, NO_SUCH_NAME, READ_ONLY, NO_ACCESS = 1, 2, 4, 6
MAX_MESSAGE = 1472
MAX_BINDINGS = 128

_BATCH = 64  # datagrams answered before other work gets its turn
_PKTINFO = struct.Struct("=I4s4s")
_NULL = ber.tlv(ber.NULL, b"")
_END_OF_MIB = ber.tlv(ber.END_OF_MIB_VIEW, b"")
_NO_OBJECT = ber.tlv(ber.NO_SUCH_OBJECT, b"")
_NO_INSTANCE = ber.tlv(ber.NO_SUCH_INSTANCE, b"")

Binding = tuple[bytes, bytes]  # content of the object identifier, complete value


class Pdu(t.NamedTuple):
    """A request as it arrived."""

    kind: int
    request_id: int
    first: int  # error-status, or non-repeaters of a GETBULK
    second: int  # error-index, or max-repetitions
    names: list[bytes]
    raw_bindings: bytes


class Views:
    """The views of all cards, made when first asked for and again after a change."""

    def __init__(self) -> None:
        self._views: dict[str, tuple[int, View]] = {}

    def of(self, card: Card) -> View:
        known = self._views.get(card.address)
        if known and known[0] == card.revision:
            return known[1]
        view = View(card)
        self._views[card.address] = (card.revision, view)
        return view


class SnmpFace:
    """Answers datagrams; silent wherever a card would be silent."""

    def __init__(self, cards: dict[str, Card]) -> None:
        self._views = Views()
        self._engines: dict[str, usm.Engine] = {}
        self._cards = {ipaddress.IPv4Address(address).packed: card for address, card in cards.items()}

    def answer_all(self, sock: socket.socket) -> None:
        """Answer what has arrived on a non-blocking socket with IP_PKTINFO."""
        for _turn in range(_BATCH):
            try:
                data, control, _flags, peer = sock.recvmsg(65535, 64)
            except (BlockingIOError, ConnectionError):
                return
            packed = _destination(control)
            card = self._cards.get(packed)
            answer = self.answer(card, data) if card else None
            if answer:
                _send(sock, answer, packed, peer)

    def answer_for(self, card: Card, sock: socket.socket) -> None:
        """The same on a socket of which everything is for one card."""
        for _turn in range(_BATCH):
            try:
                data, peer = sock.recvfrom(65535)
                answer = self.answer(card, data)
                if answer:
                    sock.sendto(answer, peer)
            except (BlockingIOError, ConnectionError):
                return

    def answer(self, card: Card, data: bytes) -> bytes | None:
        """The reply of a card to one datagram, None for silence."""
        if not card.answers or not card.snmp_enabled or card.suffers("snmp_silent"):
            return None
        try:
            return self._answer(card, data)
        except ber.BerError:
            return None

    def _answer(self, card: Card, data: bytes) -> bytes | None:
        _tag, start, _end = ber.read(data, 0, ber.SEQUENCE)
        version, start = ber.read_integer(data, start)
        if version == usm.V3:
            return self._answer_v3(card, data)
        if version not in (V1, V2C):
            return None
        community, start = ber.read_octets(data, start)
        settings = card.settings.snmp
        if not settings.v1v2c_enabled or community != settings.community.encode() or card.suffers("wrong_community"):
            return None
        card.counters.snmp_requests += 1
        pdu = read_pdu(data, start)
        prefix = ber.integer(version) + ber.octets(community)
        reply = respond(self._views.of(card), pdu, v1=version == V1, room=MAX_MESSAGE - len(prefix) - 8)
        return ber.tlv(ber.SEQUENCE, prefix + reply) if reply else None

    def _answer_v3(self, card: Card, data: bytes) -> bytes | None:
        if card.settings.snmp.v3 is None:
            return None
        engine = self._engines.get(card.address)
        if engine is None:
            engine = self._engines[card.address] = usm.Engine(card)
        view = self._views.of(card)
        return engine.answer(data, lambda pdu, room: respond(view, read_pdu(pdu, 0), v1=False, room=room))


def read_pdu(data: bytes, start: int) -> Pdu:
    kind, start, _end = ber.read(data, start)
    request_id, start = ber.read_integer(data, start)
    first, start = ber.read_integer(data, start)
    second, start = ber.read_integer(data, start)
    _tag, start, end = ber.read(data, start, ber.SEQUENCE)
    raw, names = data[start:end], []
    while start < end:
        _tag, begin, after = ber.read(data, start, ber.SEQUENCE)
        _tag, begin, stop = ber.read(data, begin, ber.OID)
        names.append(data[begin:stop])
        start = after
    return Pdu(kind, request_id, first, second, names[:MAX_BINDINGS], raw)


def respond(view: View, pdu: Pdu, *, v1: bool, room: int) -> bytes | None:
    """The response PDU, at most `room` bytes long; None for a PDU that asks nothing."""
    if pdu.kind == SET:
        return _error(pdu, NO_SUCH_NAME if v1 else NO_ACCESS, 1)
    if pdu.kind == GET_BULK and not v1:
        return _response(pdu, _bulk(view, pdu, room))
    if pdu.kind not in (GET, GET_NEXT):
        return None
    bindings = []
    for index, name in enumerate(pdu.names, 1):
        binding = _get(view, name) if pdu.kind == GET else _next(view, name)
        if v1 and binding[1][0] >= ber.NO_SUCH_OBJECT:
            return _error(pdu, NO_SUCH_NAME, index)
        bindings.append(_encoded(binding))
    reply = _response(pdu, bindings)
    return reply if len(reply) <= room else _error(pdu, TOO_BIG, 0, echo=v1)


def _get(view: View, name: bytes) -> Binding:
    value = view.value(name)
    if value is None:
        value = _NO_INSTANCE if view.has_object(name) else _NO_OBJECT
    return name, value


def _next(view: View, name: bytes) -> Binding:
    return view.after(ber.numbers_of(name)) or (name, _END_OF_MIB)


def _bulk(view: View, pdu: Pdu, room: int) -> list[bytes]:
    """Bindings of a GETBULK, cut where the message is full."""
    single = max(0, min(pdu.first, len(pdu.names)))
    encoded: list[bytes] = []
    left = room - 40
    for binding in _bulk_bindings(view, pdu.names[:single], pdu.names[single:], max(0, pdu.second)):
        encoded.append(_encoded(binding))
        left -= len(encoded[-1])
        if left < 0:
            return encoded[:-1]
    return encoded


def _bulk_bindings(view: View, single: list[bytes], repeated: list[bytes], repetitions: int) -> t.Iterator[Binding]:
    for name in single:
        yield _next(view, name)
    row = repeated
    for _turn in range(repetitions if repeated else 0):
        bindings = [_next(view, name) for name in row]
        yield from bindings
        if all(value == _END_OF_MIB for _name, value in bindings):
            return
        row = [name for name, _value in bindings]


def _encoded(binding: Binding) -> bytes:
    name, value = binding
    return ber.tlv(ber.SEQUENCE, ber.tlv(ber.OID, name) + value)


def _response(pdu: Pdu, bindings: list[bytes]) -> bytes:
    head = ber.integer(pdu.request_id) + b"\x02\x01\x00\x02\x01\x00"
    return ber.tlv(RESPONSE, head + ber.tlv(ber.SEQUENCE, b"".join(bindings)))


def _error(pdu: Pdu, status: int, index: int, *, echo: bool = True) -> bytes:
    head = ber.integer(pdu.request_id) + ber.integer(status) + ber.integer(index)
    return ber.tlv(RESPONSE, head + ber.tlv(ber.SEQUENCE, pdu.raw_bindings if echo else b""))


def _destination(control: list[tuple[int, int, bytes]]) -> bytes:
    for level, kind, data in control:
        if level == socket.IPPROTO_IP and kind == IP_PKTINFO:
            return _PKTINFO.unpack_from(data)[2]
    return b""


def _send(sock: socket.socket, answer: bytes, source: bytes, peer: tuple[str, int]) -> None:
    info = _PKTINFO.pack(0, source, b"\0\0\0\0")
    try:
        sock.sendmsg([answer], [(socket.IPPROTO_IP, IP_PKTINFO, info)], 0, peer)
    except (BlockingIOError, ConnectionError):
        return
