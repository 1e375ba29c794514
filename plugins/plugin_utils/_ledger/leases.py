# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leases on cards, sites and clients, and holds. All times are the database's, so the clocks of controllers do not matter."""

from __future__ import annotations

import datetime as dt
import typing as t
from dataclasses import asdict, replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.leases import Hold, Lease, Occupied, Resource
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.schema import tables
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.section import Section

if t.TYPE_CHECKING:
    import contextlib

    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.database import Transaction


class Leases(Section):
    """A lease that is not renewed ends by itself, so a killed run blocks nobody for long. Nobody waits for one."""

    def acquire(self, resource: Resource, *, holder: str, seconds: float) -> Lease | Occupied:
        table = tables().leases
        with self._write(resource) as transaction:
            transaction.execute(table.delete().where(self._mine(table), table.c.expires_at <= transaction.now))
            taken = self._of(transaction, resource)
            if len(taken) >= resource.slots:
                return Occupied(resource, tuple(taken))
            expires_at = _later(transaction, seconds)
            made = self._insert(transaction, table, resource=resource.name, holder=holder, expires_at=expires_at)
            return Lease(made, resource, holder, expires_at)

    def renew(self, lease: Lease, *, seconds: float) -> Lease | None:
        """The lease until later; None when it had ended and its slot may be another's by now."""
        table = tables().leases
        with self._write(lease.resource) as transaction:
            expires_at = _later(transaction, seconds)
            alive = (table.c.id == lease.id) & (table.c.expires_at > transaction.now)
            renewed = transaction.execute(table.update().where(self._mine(table), alive).values(expires_at=expires_at))
            return replace(lease, expires_at=expires_at) if renewed.rowcount else None

    def release(self, lease: Lease) -> None:
        table = tables().leases
        with self._write(lease.resource) as transaction:
            transaction.execute(table.delete().where(self._mine(table), table.c.id == lease.id))

    def _write(self, resource: Resource) -> contextlib.AbstractContextManager[Transaction]:
        return self._database.write(f"{self._topic(tables().leases)} on {resource.name}")

    def _of(self, transaction: Transaction, resource: Resource) -> list[Lease]:
        table = tables().leases
        rows = transaction.execute(
            table.select().where(self._mine(table), table.c.resource == resource.name).order_by(table.c.expires_at, table.c.id)
        )
        return [Lease(row.id, resource, row.holder, row.expires_at) for row in rows]


class Holds(Section):
    """Stops of all work, by people."""

    def place(self, *, site: str | None, reason: str, owner: str, seconds: float | None = None) -> Hold:
        """Stop all work at a site, or for the whole client; without ``seconds`` until it is lifted."""
        table = tables().holds
        with self._database.write(self._topic(table)) as transaction:
            expires_at = _later(transaction, seconds) if seconds is not None else None
            hold = Hold(0, site=site, reason=reason, owner=owner, placed_at=transaction.now, expires_at=expires_at)
            values = {name: value for name, value in asdict(hold).items() if name != "id"}
            return replace(hold, id=self._insert(transaction, table, **values))

    def lift(self, hold: Hold) -> None:
        table = tables().holds
        with self._database.write(self._topic(table)) as transaction:
            lifted = table.update().where(self._mine(table), table.c.id == hold.id, table.c.lifted_at.is_(None))
            transaction.execute(lifted.values(lifted_at=transaction.now))

    def in_force(self, *, site: str | None) -> list[Hold]:
        """The holds that stop work at a site, the oldest first; without a site, those of the whole client."""
        table = tables().holds
        with self._database.read() as transaction:
            there = table.c.site.is_(None) if site is None else table.c.site.is_(None) | (table.c.site == site)
            not_over = table.c.expires_at.is_(None) | (table.c.expires_at > transaction.now)
            rows = transaction.execute(
                table.select().where(self._mine(table), there, not_over, table.c.lifted_at.is_(None)).order_by(table.c.id)
            )
            return [Hold(row.id, row.site, row.reason, row.owner, row.placed_at, row.expires_at) for row in rows]


def _later(transaction: Transaction, seconds: float) -> dt.datetime:
    return transaction.now + dt.timedelta(seconds=seconds)
