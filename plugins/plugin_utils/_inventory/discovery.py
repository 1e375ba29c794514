# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What answers at the places of an inventory: cards over SNMP or SSH, and greetings of cards that say nothing else."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.greetings import greetings
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.sweep import Limits, Target, sweep

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.sources import Place
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.sweep import Swept

_PROGRESS_SECONDS = 5.0


@dataclass(frozen=True)
class Found:
    """What was found at an address, in a shape that a cache can keep: no secrets, plain values.

    ``facts`` are those of `nmc_facts`; ``greetings`` what the address said by protocol; ``reason`` why there are no facts.
    """

    address: str
    port: int
    client: str
    site: str | None
    listed: bool
    name: str | None = None
    suggested: str | None = None
    credentials: str | None = None
    facts: dict[str, t.Any] | None = None
    greetings: dict[str, str] = field(default_factory=dict)
    reason: str | None = None

    @property
    def is_here(self) -> bool:
        """Whether something answered that is a card, or greets like one."""
        return self.facts is not None or bool(self.greetings)

    @property
    def is_missing(self) -> bool:
        """Whether it was asked for and gave no sign of a card; what is known of it is from an earlier day."""
        return self.reason not in (None, Reason.NOT_READ.value) and not self.greetings

    @property
    def is_replaced(self) -> bool:
        """Whether something else answers there, so that a card that was there has gone."""
        return self.reason == Reason.NOT_A_CARD.value

    @property
    def key(self) -> tuple[str, str, int]:
        return self.client, self.address, self.port

    def as_dict(self) -> dict[str, t.Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Search:
    """How places are looked at. ``detect`` are the protocols by which a card is found: snmp, ssh, ftp; ``say`` shows progress."""

    detect: t.Sequence[str]
    limits: Limits
    timeout: float
    ssh_port: int
    ftp_port: int
    say: t.Callable[[str], None]

    def find(self, places: t.Sequence[Place]) -> list[Found]:
        """What was found, in the order of the places. Places of a range at which nothing answers are left out."""
        found: dict[int, Found] = {}
        began = time.monotonic()
        progress, cards = _Progress(self.say, "asked", len(places)), 0
        for swept in self._swept(places):
            asked = t.cast("_Asked", swept.target)
            found[asked.number] = _found(asked, swept)
            cards += found[asked.number].is_here
            progress.go_on(cards)
        self._greet(places, found, None if self.limits.deadline is None else began + self.limits.deadline - time.monotonic())
        seen = [found.get(number) or _unasked(place) for number, place in enumerate(places)]
        return [one for one in seen if one.is_here or one.listed or one.is_replaced]

    def _swept(self, places: t.Sequence[Place]) -> t.Iterator[Swept]:
        """Addresses of a range are asked over SNMP only: a login at each of them would be an attack."""
        return sweep((target for number, place in enumerate(places) if (target := self._target(number, place)) is not None), self.limits)

    def _target(self, number: int, place: Place) -> _Asked | None:
        ways = [(way.name, way.access(place.address, transport=None if place.listed else "snmp")) for way in place.source.credentials]
        usable = [(name, access) for name, access in ways if self._may_ask(access, listed=place.listed)]
        if not usable:
            return None
        names, accesses = zip(*usable, strict=True)
        site = f"{place.source.client}/{place.site or place.source.site or ''}"
        return _Asked(place.name or place.address, accesses, site, number, place, names)

    def _may_ask(self, access: Access, *, listed: bool) -> bool:
        return (access.snmp is not None and "snmp" in self.detect) or (listed and access.ssh is not None)

    def _greet(self, places: t.Sequence[Place], found: dict[int, Found], seconds: float | None) -> None:
        """Where nothing answers over SNMP, a greeting tells a card by."""
        ports = {name: port for name, port in (("ssh", self.ssh_port), ("ftp", self.ftp_port)) if name in self.detect}
        quiet = [number for number, place in enumerate(places) if not (found.get(number) or _unasked(place)).is_here]
        progress = _Progress(self.say, "listened to", len(quiet))
        addresses = [places[number].address for number in quiet]
        said = greetings(addresses, ports, timeout=self.timeout, deadline=seconds, progress=progress.go_on)
        for number, words in zip(quiet, said, strict=True):
            if words:
                found[number] = replace(found.get(number) or _unasked(places[number]), greetings=words)


class _Progress:
    """Says every few seconds how far it is."""

    def __init__(self, say: t.Callable[[str], None], what: str, total: int) -> None:
        self._say, self._what, self._total = say, what, total
        self._began = self._said = time.monotonic()
        self._done = 0

    def go_on(self, cards: int) -> None:
        """One more address is done, and so many cards were found until now."""
        self._done += 1
        now = time.monotonic()
        if now - self._said > _PROGRESS_SECONDS:
            self._said = now
            self._say(f"{self._done:,} of {self._total:,} addresses {self._what}, {cards:,} cards found, {now - self._began:.0f} s")


@dataclass(frozen=True)
class _Asked(Target):
    number: int = 0
    place: Place | None = None
    names: tuple[str, ...] = ()


def _found(asked: _Asked, swept: Swept) -> Found:
    found = _unasked(t.cast("Place", asked.place))
    if swept.reading is None or swept.access is None:
        return replace(found, reason=swept.error.reason.value if swept.error else None)
    facts = swept.reading.card.facts(datetime.now(UTC).isoformat(timespec="seconds"))
    which = next(name for name, access in zip(asked.names, asked.accesses, strict=True) if access is swept.access)
    return replace(found, facts=facts, credentials=which, reason=None, site=_site(t.cast("Place", asked.place), facts["location"]))


def _site(place: Place, location: str | None) -> str | None:
    return place.site or place.source.site_of(location)


def _unasked(place: Place) -> Found:
    return Found(
        address=place.address,
        port=place.port,
        client=place.source.client,
        site=_site(place, None),
        listed=place.listed,
        name=place.name,
        suggested=place.suggested,
        reason=Reason.NOT_READ.value,
    )
