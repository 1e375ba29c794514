# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of BER that SNMP needs: small, quick, and strict about lengths."""

from __future__ import annotations

import functools

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER32, GAUGE32, TIME_TICKS = 0x40, 0x41, 0x42, 0x43
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW = 0x80, 0x81, 0x82

Oid = tuple[int, ...]


class BerError(ValueError):
    """Bytes that are not BER, or not what was expected."""


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    size = (value.bit_length() // 8) + 1
    return tlv(tag, value.to_bytes(size, "big", signed=True))


def octets(value: bytes | str) -> bytes:
    return tlv(OCTETS, value.encode() if isinstance(value, str) else value)


@functools.lru_cache(maxsize=4096)
def oid_content(dotted: str) -> bytes:
    """The content bytes of an OBJECT IDENTIFIER, ``1.3.6.1`` form."""
    return oid_from_numbers(tuple(map(int, dotted.split("."))))


def oid_from_numbers(numbers: Oid) -> bytes:
    encoded = bytearray((numbers[0] * 40 + numbers[1],))
    for number in numbers[2:]:
        encoded += _base128(number)
    return bytes(encoded)


def oid(dotted: str) -> bytes:
    return tlv(OID, oid_content(dotted))


def numbers_of(content: bytes) -> Oid:
    """The sub-identifiers of an OBJECT IDENTIFIER's content."""
    if not content or content[-1] & 0x80:
        raise BerError("truncated object identifier")
    numbers, value = [], 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return (first, numbers[0] - first * 40, *numbers[1:])


def read(data: bytes, start: int, expected: int | None = None) -> tuple[int, int, int]:
    """Tag, start and end of the content of the value at `start`."""
    try:
        tag, size, begin = data[start], data[start + 1], start + 2
    except IndexError:
        raise BerError("truncated value") from None
    if size & 0x80:
        width = size & 0x7F
        if not 1 <= width <= 4:
            raise BerError("unsupported length")
        size = int.from_bytes(data[begin : begin + width], "big")
        begin += width
    if begin + size > len(data):
        raise BerError("truncated value")
    if expected is not None and tag != expected:
        raise BerError(f"tag {tag:#x} instead of {expected:#x}")
    return tag, begin, begin + size


def read_integer(data: bytes, start: int) -> tuple[int, int]:
    """Value and end of the INTEGER at `start`."""
    _tag, begin, end = read(data, start, INTEGER)
    return int.from_bytes(data[begin:end], "big", signed=True), end


def read_octets(data: bytes, start: int) -> tuple[bytes, int]:
    _tag, begin, end = read(data, start, OCTETS)
    return data[begin:end], end


def _base128(number: int) -> bytes:
    if number < 128:
        return bytes((number,))
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))
