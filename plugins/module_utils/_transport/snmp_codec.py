# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The messages of SNMP v1 and v2c that reading needs, and the question of v3 who is there (RFC 1157, 3416, 3412, 3414).

Hand-written, because it is what a sweep spends its time with: a general decoder takes a hundred times as long.
"""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp_endpoint import SnmpValue

_INTEGER, _OCTETS, _NULL, _OID, _SEQUENCE, _GET, _RESPONSE = 0x02, 0x04, 0x05, 0x06, 0x30, 0xA0, 0xA2
_IP_ADDRESS, _OPAQUE = 0x40, 0x44
_UNSIGNED = (0x41, 0x42, 0x43, 0x46, 0x47)  # Counter32, Gauge32, TimeTicks, Counter64, UInteger32
_NOTHING = (_NULL, 0x80, 0x81, 0x82)  # noSuchObject, noSuchInstance, endOfMibView
_LONGEST_OID = 640  # octets: 128 numbers of 32 bits
_LONGEST_NUMBER = 9  # octets: Counter64 with a leading zero

_VERSIONS = {"v1": 0, "v2c": 1}
_V3 = 3
_NO_ACCESS = (6, 16)  # noAccess, authorizationError

# Every request id is encoded in four octets, as most agents expect.
FIRST_ID, LAST_ID = 0x01000000, 0x7FFFFFFF

_Part = tuple[int, int, int]


class MalformedError(ValueError):
    """The datagram is not a message that could answer."""


@dataclass(frozen=True)
class Message:
    """What a datagram says. Of v3 only the identifier is read: that somebody answered."""

    version: int
    identifier: int
    community: bytes = field(default=b"", repr=False)
    status: int = 0
    answered: t.Mapping[str, SnmpValue] = field(default_factory=dict)

    def answers(self, version: str, community: str | None) -> bool:
        """Whether this is the answer to a request of that version and community; its identifier is not looked at."""
        if version == "v3":
            return self.version == _V3
        return self.version == _VERSIONS[version] and self.community == (community or "").encode("utf-8")

    @property
    def is_denial(self) -> bool:
        return self.status in _NO_ACCESS


def get_request(version: str, community: str | None, oids: t.Sequence[str], *, identifier: int) -> bytes:
    """A GET of v1 or v2c."""
    pdu = _tlv(_GET, _number(identifier) + _bindings(tuple(oids)))
    return _tlv(_SEQUENCE, _number(_VERSIONS[version]) + _tlv(_OCTETS, (community or "").encode("utf-8")) + pdu)


def discovery(*, identifier: int) -> bytes:
    """The v3 request that every agent answers with its engine ID (RFC 3414, section 4)."""
    header = _number(identifier) + _number(0xFFE3) + _tlv(_OCTETS, b"\x04") + _number(3)
    security = _tlv(_SEQUENCE, _tlv(_OCTETS, b"") + _number(0) * 2 + _tlv(_OCTETS, b"") * 3)
    scoped = _tlv(_OCTETS, b"") * 2 + _tlv(_GET, _number(identifier) + _bindings(()))
    return _tlv(_SEQUENCE, _number(_V3) + _tlv(_SEQUENCE, header) + _tlv(_OCTETS, security) + _tlv(_SEQUENCE, scoped))


def read(datagram: bytes) -> Message:
    """Raises MalformedError for whatever is not a response of v1 or v2c, or a message of v3."""
    tag, start, end = _part(datagram, 0, len(datagram))
    _insist(tag == _SEQUENCE)
    version, start = _read_number(datagram, start, end)
    tag, begin, after = _part(datagram, start, end)
    if version == _V3:
        _insist(tag == _SEQUENCE)
        return Message(version, _read_number(datagram, begin, after)[0])
    _insist(tag == _OCTETS)
    return _read_response(datagram, version, datagram[begin:after], _part(datagram, after, end))


def _read_response(data: bytes, version: int, community: bytes, pdu: _Part) -> Message:
    tag, start, end = pdu
    _insist(tag == _RESPONSE)
    identifier, start = _read_number(data, start, end)
    status, start = _read_number(data, start, end)
    _index, start = _read_number(data, start, end)
    tag, start, end = _part(data, start, end)
    _insist(tag == _SEQUENCE)
    return Message(version, identifier, community, status, {} if status else _read_bindings(data, start, end))


def _read_bindings(data: bytes, start: int, end: int) -> dict[str, SnmpValue]:
    values: dict[str, SnmpValue] = {}
    while start < end:
        tag, begin, start = _part(data, start, end)
        name, name_begin, name_end = _part(data, begin, start)
        kind, value_begin, value_end = _part(data, name_end, start)
        if tag != _SEQUENCE or name != _OID:
            raise MalformedError
        values[_dotted(data[name_begin:name_end])] = _value(kind, data[value_begin:value_end])
    return values


def _value(kind: int, content: bytes) -> SnmpValue:
    if kind in (_OCTETS, _OPAQUE):
        return content
    if kind == _INTEGER or kind in _UNSIGNED:
        _insist(0 < len(content) <= _LONGEST_NUMBER)
        return int.from_bytes(content, "big", signed=kind == _INTEGER)
    if kind == _OID:
        return _dotted(content)
    if kind == _IP_ADDRESS:
        _insist(len(content) == 4)
        return ".".join(map(str, content))
    _insist(kind in _NOTHING)
    return None


def _part(data: bytes, start: int, end: int) -> _Part:
    """Tag, begin and end of the content that stands at `start`."""
    begin = start + 2
    if begin > end:
        raise MalformedError
    length = data[begin - 1]
    if length > 0x7F:
        octets = length & 0x7F
        _insist(0 < octets <= 4 and begin + octets <= end)
        length, begin = int.from_bytes(data[begin : begin + octets], "big"), begin + octets
    if begin + length > end:
        raise MalformedError
    return data[start], begin, begin + length


def _read_number(data: bytes, start: int, end: int) -> tuple[int, int]:
    tag, begin, after = _part(data, start, end)
    _insist(tag == _INTEGER and 0 < after - begin <= _LONGEST_NUMBER)
    return int.from_bytes(data[begin:after], "big", signed=True), after


@functools.lru_cache(maxsize=1024)
def _dotted(content: bytes) -> str:
    _insist(0 < len(content) <= _LONGEST_OID and content[-1] < 0x80)
    numbers, number = [], 0
    for octet in content:
        number = number << 7 | octet & 0x7F
        if octet < 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def _insist(holds: bool) -> None:
    if not holds:
        raise MalformedError


@functools.lru_cache(maxsize=256)
def _bindings(oids: tuple[str, ...]) -> bytes:
    """Error status, error index and the variables of a request."""
    return _number(0) * 2 + _tlv(_SEQUENCE, b"".join(_tlv(_SEQUENCE, _tlv(_OID, _encoded(oid)) + b"\x05\x00") for oid in oids))


def _encoded(oid: str) -> bytes:
    first, second, *others = map(int, oid.split("."))
    return b"".join(map(_base128, (40 * first + second, *others)))


def _base128(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(number & 0x7F | 0x80)
    return bytes(reversed(octets))


def _number(number: int) -> bytes:
    return _tlv(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(size))) + size + content
