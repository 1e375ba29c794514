# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inventory remembers of the cards of each client, in a cache of Ansible's."""

from __future__ import annotations

import hashlib
import json
import time
import typing as t
from dataclasses import dataclass

from ansible.errors import AnsibleError

from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.discovery import Found
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.hosts import remembered

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.sources import Place

_Thing = t.TypeVar("_Thing")
Find = t.Callable[[t.Sequence["Place"]], list[Found]]


@dataclass(frozen=True)
class Memory:
    """``cache`` is None where nothing is to be remembered.

    What was found is not looked for again before ``max_age`` seconds, 0 for ever; None looks for it in any case.
    """

    cache: t.MutableMapping[str, t.Any] | None
    prefix: str
    max_age: int | None

    def recall(self, places: t.Sequence[Place], detect: t.Sequence[str], *, find: Find) -> list[Found]:
        """What is at the places. All clients of whom nothing fresh is remembered are looked for at once."""
        if self.cache is None:
            return remembered(find(places), (), ())
        pasts = [self._past(client, mine, detect) for client, mine in _by_client(places, lambda place: place.source.client)]
        stale = [past for past in pasts if not past.is_fresh]
        seen = find([place for past in stale for place in past.places]) if stale else []
        now = dict(_by_client(seen, lambda one: one.client))
        return [one for past in pasts for one in (past.found if past.is_fresh else self._kept(past, now.get(past.client, [])))]

    def _past(self, client: str, places: list[Place], detect: t.Sequence[str]) -> _Past:
        key, asked = f"{self.prefix}_{hashlib.sha256(client.encode()).hexdigest()}", _digest(places, detect)
        at, asked_then, found = self._entry(key)
        return _Past(client, key, places, asked, found, is_fresh=asked == asked_then and self._is_fresh(at))

    def _kept(self, past: _Past, seen: t.Sequence[Found]) -> list[Found]:
        found = remembered(seen, past.found, {place.key for place in past.places})
        entry = {"at": time.time(), "asked": past.asked, "found": [one.as_dict() for one in found]}
        t.cast("t.MutableMapping[str, t.Any]", self.cache)[past.key] = entry
        return found

    def _is_fresh(self, at: float) -> bool:
        return self.max_age is not None and (self.max_age == 0 or 0 <= time.time() - at <= self.max_age)

    def _entry(self, key: str) -> tuple[float, str, list[Found]]:
        """When it was looked, by which places, and what was found. What another release has written, or nobody can read, is forgotten."""
        try:
            # Through JSON, which leaves no tag of Ansible's on a value, several times faster than Ansible's own way to do it.
            entry = json.loads(json.dumps(t.cast("t.MutableMapping[str, t.Any]", self.cache)[key]))
            return float(entry["at"]), entry["asked"], [Found(**one) for one in entry["found"]]
        except (AnsibleError, KeyError, TypeError, ValueError, RecursionError):
            return 0.0, "", []


class _Past(t.NamedTuple):
    """What is in the cache of the cards of a client, under ``key``; ``asked`` stands for the places that are asked today."""

    client: str
    key: str
    places: list[Place]
    asked: str
    found: list[Found]
    is_fresh: bool


def _by_client(things: t.Iterable[_Thing], client: t.Callable[[_Thing], str]) -> t.Iterable[tuple[str, list[_Thing]]]:
    sorted_out: dict[str, list[_Thing]] = {}
    for thing in things:
        sorted_out.setdefault(client(thing), []).append(thing)
    return sorted_out.items()


def _digest(places: t.Sequence[Place], detect: t.Sequence[str]) -> str:
    """Other places, or other words about them, have another one."""
    digest = hashlib.sha256(repr(list(detect)).encode())
    for place in places:
        source = place.source
        ways = [way.name for way in source.credentials]
        digest.update(
            repr((place.key, place.listed, place.name, place.suggested, place.site, source.site, source.locations, ways)).encode()
        )
    return digest.hexdigest()
