# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""YAML from elsewhere, read as plain data in bounded time and memory: no aliases, no tags, no key twice, no deep nesting.

Aliases are how a page of YAML grows to gigabytes, and a key twice is an entry that somebody believes to be in force.
"""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._deps import YAML

_DEEPEST = 8
_LONGEST = 1000  # characters of a key or value


class NotPlainError(ValueError):
    """What is wrong with a text, and in which line."""


def load_plain(text: str, where: str) -> t.Any:
    """The one document in a text. Raises `NotPlainError`, and `InputError` MISSING_LIBRARY."""
    yaml = YAML.load(where)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        shape = _Shape(yaml)
        for event in yaml.parse(text, Loader=loader):
            shape.follow(event)
        return yaml.load(text, Loader=loader)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise NotPlainError(" ".join(str(error).split())) from error


class _Shape:
    """Follows the events of a document: the keys of each open mapping so far, and None for each open list."""

    def __init__(self, yaml: t.Any) -> None:
        self._scalar, self._mapping, self._list = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
        self._nodes = (self._scalar, self._mapping, self._list, yaml.AliasEvent)
        self._ends = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
        self._open: list[_Keys | None] = []

    def follow(self, event: t.Any) -> None:
        kind = type(event)
        if kind in self._nodes:
            problem = self._problem(event, event.value if kind is self._scalar else None)
            if problem is not None:
                raise NotPlainError(f"line {event.start_mark.line + 1}: {problem}")
        if kind is self._mapping or kind is self._list:
            self._open.append(_Keys() if kind is self._mapping else None)
        elif kind in self._ends:
            self._open.pop()

    def _problem(self, event: t.Any, value: str | None) -> str | None:
        if event.anchor is not None:
            return "anchors and aliases are not taken"
        if event.tag is not None:
            return "tags are not taken"
        if value is not None and len(value) > _LONGEST:
            return f"more than {_LONGEST} characters in one value"
        if len(self._open) >= _DEEPEST:
            return "nested too deeply"
        keys = self._open[-1] if self._open else None
        if keys is not None and not keys.take(value):
            return f"{value!r} is there twice"
        return None


class _Keys:
    """The keys of a mapping, of which every other node is one."""

    def __init__(self) -> None:
        self._seen: set[str | None] = set()
        self._is_key = False

    def take(self, value: str | None) -> bool:
        """Whether the next node may be there: every value may, and each key once."""
        self._is_key = not self._is_key
        if not self._is_key:
            return True
        fresh = value not in self._seen
        self._seen.add(value)
        return fresh
