# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may be read now: so many cards in all, and so many of each site."""

from __future__ import annotations

import collections
import typing as t

# Cards that are read at once over all sites with requests of our own. Each has one on its way, and their answers must fit into
# the socket's buffer while whoever takes the results looks elsewhere.
_AT_ONCE = 128
# So many that have answered may wait for that; then nobody else is asked whether he is there.
_CROWD = 256

_Work = t.TypeVar("_Work", bound=t.Hashable)


class Turns(t.Generic[_Work]):
    """Hands out turns in the order in which they were asked for, first within a site, then over all."""

    def __init__(self, *, per_site: int) -> None:
        self._per_site = per_site
        self._reading: set[_Work] = set()
        self._admitted: set[_Work] = set()
        self._of_site: collections.Counter[str] = collections.Counter()
        self._before_site: dict[str, collections.deque[_Work]] = {}
        self._line: collections.deque[_Work] = collections.deque()

    @property
    def is_crowded(self) -> bool:
        return len(self._line) >= _CROWD

    def wait(self, work: _Work, site: str | None) -> list[_Work]:
        """Ask for a turn; return who may go on now."""
        if site is not None and self._of_site[site] >= self._per_site:
            self._before_site.setdefault(site, collections.deque()).append(work)
            return []
        self._admit(work, site)
        return self._next()

    def step_aside(self, work: _Work) -> list[_Work]:
        """Go on where others are not in the way, still as one of the site; return who may go on now."""
        self._reading.discard(work)
        return self._next()

    def leave(self, work: _Work, site: str | None) -> list[_Work]:
        """Give the turn back, if there was one; return who may go on now."""
        self._reading.discard(work)
        if work in self._admitted and site is not None:
            self._of_site[site] -= 1
            waiting = self._before_site.get(site)
            if waiting:
                self._admit(waiting.popleft(), site)
        self._admitted.discard(work)
        return self._next()

    def _admit(self, work: _Work, site: str | None) -> None:
        self._admitted.add(work)
        if site is not None:
            self._of_site[site] += 1
        self._line.append(work)

    def _next(self) -> list[_Work]:
        called = []
        while self._line and len(self._reading) < _AT_ONCE:
            called.append(self._line.popleft())
            self._reading.add(called[-1])
        return called
