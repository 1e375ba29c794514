# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs that are almost right: seeds in which a few things are cut, doubled, exchanged or blown up."""

from __future__ import annotations

import functools
import random
import re
import typing as t

LARGEST = 60_000

_WORD = re.compile(rb"[A-Za-z0-9_]+|[^A-Za-z0-9_]")
_NUMBER = re.compile(rb"[0-9]+")
# What tends to be forgotten: ends of lines, control sequences, digits and blanks beyond ASCII, broken UTF-8, limits of numbers.
_NASTY = (
    *[b"\0", b"\x01", b"\x1b[2J", b"\x7f", b"\xff", b"\xc3", b"\r\n", b"\n", b"\t", b" ", b"", b"%s", b"{{ 1 }}", b"../", b"'", b'"'],
    *["\u2028".encode(), "\u00a0".encode(), "\u0663".encode(), "\u0130".encode(), "\u202e".encode(), "\ufeff".encode()],
    *[b"0", b"-1", b"255", b"256", b"65536", b"2147483648", b"99999", b"9" * 20, b"9" * 5000, b"1:" * 200 + b"1.0", b"0x10", b"1e999"],
)


@functools.cache
def _vocabulary(seeds: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(sorted({word for seed in seeds for word in _WORD.findall(seed[:20_000])})) + _NASTY


def mutate(data: bytes, seeds: tuple[bytes, ...], dice: random.Random) -> bytes:
    """A few random edits; the same dice give the same input."""
    changed = bytearray(data)
    for _edit in range(dice.choice((1, 1, 1, 2, 3, 5, 8))):
        dice.choice(_EDITS)(changed, seeds, dice)
    return bytes(changed[:LARGEST])


def _place(data: bytearray, dice: random.Random, longest: int = 40) -> slice:
    start = dice.randint(0, len(data))
    return slice(start, start + dice.randint(0, longest))


def _exchange_octet(data: bytearray, _seeds: tuple[bytes, ...], dice: random.Random) -> None:
    if data:
        data[dice.randrange(len(data))] = dice.choice((0, 0x7F, 0x80, 0xFF, dice.randrange(256)))


def _cut(data: bytearray, _seeds: tuple[bytes, ...], dice: random.Random) -> None:
    del data[_place(data, dice)]


def _end(data: bytearray, _seeds: tuple[bytes, ...], dice: random.Random) -> None:
    del data[dice.randint(0, len(data)) :]


def _double(data: bytearray, _seeds: tuple[bytes, ...], dice: random.Random) -> None:
    part = data[_place(data, dice)]
    data[_place(data, dice, 0)] = part * dice.choice((1, 1, 2, 10))


def _blow_up(data: bytearray, _seeds: tuple[bytes, ...], dice: random.Random) -> None:
    """Rarely, because long inputs are slow."""
    part = data[_place(data, dice, 6)]
    data[_place(data, dice, 0)] = part * dice.choice((3, 30, 30, 300, 300, 9000))


def _put_word(data: bytearray, seeds: tuple[bytes, ...], dice: random.Random) -> None:
    data[_place(data, dice, 4)] = dice.choice(_vocabulary(seeds))


def _exchange_word(data: bytearray, seeds: tuple[bytes, ...], dice: random.Random) -> None:
    start = dice.randint(0, len(data))
    found = _WORD.search(data, start)
    if found:
        data[found.start() : found.end()] = dice.choice(_vocabulary(seeds))


def _exchange_number(data: bytearray, _seeds: tuple[bytes, ...], dice: random.Random) -> None:
    found = _NUMBER.search(data, dice.randint(0, len(data)))
    if found:
        data[found.start() : found.end()] = str(dice.choice((0, 1, dice.getrandbits(8), dice.getrandbits(40)))).encode()


def _put_rubbish(data: bytearray, _seeds: tuple[bytes, ...], dice: random.Random) -> None:
    data[_place(data, dice, 8)] = dice.randbytes(dice.randint(1, 12))


def _cross(data: bytearray, seeds: tuple[bytes, ...], dice: random.Random) -> None:
    """Go on with a part of another seed."""
    other = dice.choice(seeds)
    start = dice.randint(0, len(other))
    data[dice.randint(0, len(data)) :] = other[start:]


_Edit = t.Callable[[bytearray, "tuple[bytes, ...]", random.Random], None]
_EDITS: tuple[_Edit, ...] = (
    *(_exchange_octet, _cut, _double, _put_word, _exchange_word, _exchange_number, _put_rubbish) * 3,
    *(_end, _cross, _blow_up),
)
