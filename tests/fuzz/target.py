# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is fed with hostile input, and what must hold whatever comes: typed errors, bounded texts, nothing that was not said."""

from __future__ import annotations

import contextlib
import functools
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError

Check = t.Callable[[bytes], None]

# Characters that a card can put into one fact, and into one message.
_LONGEST_FACT = 1000
_LONGEST_MESSAGE = 4003

# Facts that are words of ours, with a rule of their own in the unit tests.
_CONCLUDED = frozenset({"source", "read_at", "product_family", "inferred", "kind", "self_test", "secure_nmc", "features", "role"})
_NUMBERS = frozenset({"version", "manufacture_date"})


@dataclass(frozen=True)
class Target:
    """A parser behind its real entry: `start` gives the function that feeds one input and raises where something does not hold.

    Mutations begin with the `seeds`; of all inputs, `share` in the sum of all shares are for this target.
    """

    name: str
    start: t.Callable[[], t.ContextManager[Check]]
    seeds: tuple[bytes, ...]
    share: float = 1.0


def plain(name: str, check: Check, seeds: t.Iterable[str | bytes], *, share: float = 1.0) -> Target:
    """A target that needs nothing around it."""
    encoded = tuple(seed.encode() if isinstance(seed, str) else seed for seed in seeds)
    return Target(name, lambda: contextlib.nullcontext(check), encoded, share)


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "replace")


@contextlib.contextmanager
def only_typed_errors() -> t.Iterator[None]:
    """The one kind of exception that a card, a file or a network can cause, with a message that fits on a terminal."""
    try:
        yield
    except NmcError as error:
        check_text(error.message, longest=_LONGEST_MESSAGE)
        for text in texts_in(error.evidence):
            check_text(text, longest=_LONGEST_MESSAGE)


def check_text(text: str, *, longest: int = _LONGEST_FACT) -> None:
    assert len(text) <= longest, f"{len(text)} characters"
    assert text.replace("\n", "").isprintable(), f"not printable: {text!r}"


def texts_in(value: t.Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.items() for text in texts_in(inner)]
    return [text for inner in value for text in texts_in(inner)] if isinstance(value, (list, tuple)) else []


def check_said(value: str | None, said: str) -> None:
    """A text that was read stands in the input, apart from case, blanks and control characters."""
    if value is not None:
        check_text(value)
        assert _squeezed(value) in _heard(said), f"{value!r} was not said"


def check_facts(facts: dict[str, t.Any], said: str) -> None:
    """Every fact of a card stands in what it said."""
    for key, value in _leaves(facts):
        if key == "mac":
            assert value.replace(":", "") in re.sub(r"[\s:-]", "", said.lower()), f"{value} was not said"
        elif key in _NUMBERS:
            assert all(int(number) in _numbers(said) for number in re.findall("[0-9]+", value)), f"{value} was not said"
        else:
            check_said(value, said)


def _leaves(facts: dict[str, t.Any]) -> t.Iterator[tuple[str, str]]:
    for key, value in facts.items():
        if key in _CONCLUDED:
            continue
        if isinstance(value, str):
            yield key, value
        for inner in [value] if isinstance(value, dict) else value if isinstance(value, list) else []:
            yield from _leaves(inner)


def _squeezed(text: str) -> str:
    return "".join(filter(str.isprintable, text.casefold())).replace(" ", "")


@functools.lru_cache(maxsize=1)
def _heard(said: str) -> str:
    return _squeezed(said)


@functools.lru_cache(maxsize=1)
def _numbers(said: str) -> set[int]:
    return {int(number) for number in re.findall("[0-9]+", said) if len(number) < 10}
