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

from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.discovery import Found
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.hosts import remembered

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.sources import Place

Find = t.Callable[[t.Sequence["Place"]], list[Found]]


@dataclass(frozen=True)
class Memory:
    """``cache`` is None where nothing is to be remembered.

    What was found is not looked for again before ``max_age`` seconds, 0 for ever; None looks for it in any case.
    """

    cache: t.MutableMapping[str, t.Any] | None
    prefix: str
    max_age: int | None

    def recall(self, client: str, places: t.Sequence[Place], detect: t.Sequence[str], *, find: Find) -> list[Found]:
        """What is at the places of one client."""
        if self.cache is None:
            return remembered(find(places), (), ())
        key, asked = f"{self.prefix}_{client.encode().hex()}", _digest(places, detect)
        at, asked_then, before = self._entry(key)
        if asked == asked_then and self._is_fresh(at):
            return before
        found = remembered(find(places), before, {place.key for place in places})
        self.cache[key] = {"at": time.time(), "asked": asked, "found": [one.as_dict() for one in found]}
        return found

    def _is_fresh(self, at: float) -> bool:
        return self.max_age is not None and (self.max_age == 0 or 0 <= time.time() - at <= self.max_age)

    def _entry(self, key: str) -> tuple[float, str, list[Found]]:
        """When it was looked, by which places, and what was found. What another release has written is forgotten."""
        try:
            # Through JSON, which leaves no tag of Ansible's on a value, several times faster than Ansible's own way to do it.
            entry = json.loads(json.dumps(t.cast("t.MutableMapping[str, t.Any]", self.cache)[key]))
            return float(entry["at"]), entry["asked"], [Found(**one) for one in entry["found"]]
        except (KeyError, TypeError, ValueError, RecursionError):
            return 0.0, "", []


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
