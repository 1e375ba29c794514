# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may work at once: leases, which end by themselves, and holds, which a person places and lifts."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal

if t.TYPE_CHECKING:
    import datetime as dt

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey


# A message names so many of those who are at work.
_SHOWN = 3


@dataclass(frozen=True)
class Resource:
    """What at most ``slots`` runs may have at once. Make it with `card_resources`, `site_resource` or `client_resource`.

    ``refused`` is why somebody gets none.
    """

    name: str
    slots: int = 1
    refused: Reason = Reason.LEASE_HELD


def card_resources(cards: t.Iterable[CardKey]) -> tuple[Resource, ...]:
    """One for each half of the keys that a card is known by: a run that has read one half only is kept off too."""
    halves = {half for card in cards for half in (card.serial, card.mac) if half is not None}
    return tuple(Resource(f"card {half}") for half in sorted(halves))


def site_resource(site: str, slots: int) -> Resource:
    return Resource(f"site {site}", slots, Reason.LIMIT_REACHED)


def client_resource(slots: int) -> Resource:
    return Resource("client", slots, Reason.LIMIT_REACHED)


@dataclass(frozen=True)
class Lease:
    """A slot of a resource, until a time of the ledger's clock."""

    id: int
    resource: Resource
    holder: str
    expires_at: dt.datetime


@dataclass(frozen=True)
class Occupied:
    """All slots of a resource are taken. ``leases`` are in force, the first to end first."""

    resource: Resource
    leases: tuple[Lease, ...]

    @property
    def refusal(self) -> Refusal:
        held = [f"{lease.holder} until {_minute(lease.expires_at)}" for lease in self.leases]
        shown = [*held[:_SHOWN], f"{len(held) - _SHOWN} more"] if len(held) > _SHOWN else held
        sentence = f"no more than {self.resource.slots} may work on {self.resource.name} at once: {', '.join(shown)}"
        return Refusal(self.resource.refused, sentence)


@dataclass(frozen=True)
class Hold:
    """A stop of all work at a site, or of a whole client when ``site`` is None; without ``expires_at`` until it is lifted."""

    id: int
    site: str | None
    reason: str
    owner: str
    placed_at: dt.datetime
    expires_at: dt.datetime | None

    @property
    def refusal(self) -> Refusal:
        where = f"at site {self.site}" if self.site is not None else "for the client"
        until = f"until {_minute(self.expires_at)}" if self.expires_at is not None else "until it is lifted"
        return Refusal(Reason.ON_HOLD, f"{self.owner} has stopped all work {where} {until}: {self.reason}")


def _minute(when: dt.datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
