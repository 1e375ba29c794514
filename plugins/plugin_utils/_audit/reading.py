# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the cards of an audit say: what is known of them, and a sweep for the others."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import access_from
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.sweep import Limits, Target, sweep

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.hosts import Host, Known

    TriedAt = t.Callable[[Host, Known], datetime | None]


@dataclass(frozen=True)
class Said:
    """What a host's card said and when, or why it said nothing."""

    answer: Card | NmcError | Refusal
    read_at: datetime | None = None

    @property
    def is_reading(self) -> bool:
        return self.read_at is not None


@dataclass(frozen=True)
class Asking:
    """Which cards are read: ``gather`` is missing, always or never, ``max_age`` how old facts may be; ``deadline`` in seconds."""

    gather: str
    max_age: timedelta
    deadline: float | None

    def ask(self, hosts: t.Sequence[Host], *, now: datetime, tried_at: TriedAt) -> dict[str, Said]:
        """What each host's card says, by the host's name. ``tried_at`` is when an upgrade of a card was last heard of."""
        said = {host.name: self._known(host, now, tried_at) for host in hosts}
        unread = [host for host in hosts if host.error is None and not said[host.name].is_reading]
        return said if self.gather == "never" else {**said, **dict(self._swept(unread))}

    def _known(self, host: Host, now: datetime, tried_at: TriedAt) -> Said:
        known = host.known
        if host.error is not None:
            return Said(host.error)
        if host.removed:
            return _not_read("a task before this one failed on the host, or did not reach it")
        if known is None or self.gather == "always":
            return _not_read("no facts of the card are at hand")
        if known.is_missing:
            return _not_read("the card was silent when the inventory was made")
        if abs(now - known.read_at) > self.max_age:
            return _not_read(
                f"the facts at hand are of {known.read_at.isoformat(timespec='seconds')}, which is further from now than max_age"
            )
        tried = tried_at(host, known)
        if tried is not None and known.read_at <= tried:
            return _not_read("the facts at hand are older than the last upgrade that was tried on the card")
        return Said(known.card, known.read_at)

    def _swept(self, hosts: t.Iterable[Host]) -> t.Iterator[tuple[str, Said]]:
        wrong: list[tuple[str, Said]] = []
        for swept in sweep(_targets(hosts, wrong), Limits(deadline=self.deadline)):
            if swept.reading is not None:
                yield swept.target.name, Said(swept.reading.card, datetime.now(UTC))
            elif swept.error is not None:
                yield swept.target.name, Said(swept.error)
        yield from wrong


def _targets(hosts: t.Iterable[Host], wrong: list[tuple[str, Said]]) -> t.Iterator[Target]:
    """The hosts that can be asked; the others are added to ``wrong``."""
    for host in hosts:
        try:
            access = access_from(host.options, card=host.name)
        except InputError as error:
            wrong.append((host.name, Said(error)))
        else:
            yield Target(host.name, (access,), f"{host.client}/{host.site}" if host.site else None)


def _not_read(sentence: str) -> Said:
    return Said(Refusal(Reason.NOT_READ, sentence))
