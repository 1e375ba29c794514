# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Activation IDs that were bought and wait for their cards, by fingerprint and last four characters."""

from __future__ import annotations

import typing as t
from dataclasses import asdict

from ansible_collections.secure_power.nmc.plugins.module_utils._core.stock import HeldId
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.schema import tables
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.section import Section

if t.TYPE_CHECKING:
    import sqlalchemy as sa

    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.database import Transaction


class ActivationIds(Section):
    """The stock of one client. How many seats are taken is told by `Subscriptions.activated_with`."""

    def hold(self, *stock: HeldId) -> None:
        """Take IDs into the stock, or correct what is known of them."""
        table = tables().activation_ids
        with self._database.write(self._topic(table)) as transaction:
            for held in stock:
                transaction.execute(table.delete().where(self._mine(table), table.c.fingerprint == held.fingerprint))
                self._insert(transaction, table, **asdict(held), recorded_at=transaction.now)

    def drop(self, *fingerprints: str) -> None:
        table = tables().activation_ids
        with self._database.write(self._topic(table)) as transaction:
            transaction.execute(table.delete().where(self._mine(table), table.c.fingerprint.in_(fingerprints)))

    def find(self, fingerprint: str) -> HeldId | None:
        with self._database.read() as transaction:
            found = self._find(transaction, tables().activation_ids.c.fingerprint == fingerprint)
            return found[0] if found else None

    def everything(self) -> list[HeldId]:
        with self._database.read() as transaction:
            return self._find(transaction)

    def is_held_elsewhere(self, fingerprint: str) -> bool:
        """Whether another client has bought or used this ID; which one stays hidden."""
        with self._database.read() as transaction:
            for table in (tables().activation_ids, tables().subscriptions):
                elsewhere = table.select().where(table.c.client != self._client, table.c.fingerprint == fingerprint).limit(1)
                if transaction.execute(elsewhere).first() is not None:
                    return True
            return False

    def _find(self, transaction: Transaction, *conditions: sa.ColumnElement[bool]) -> list[HeldId]:
        table = tables().activation_ids
        rows = transaction.execute(table.select().where(self._mine(table), *conditions).order_by(table.c.id))
        return [HeldId(row.fingerprint, row.last_four, row.sku, row.family, row.seats, row.hold_until) for row in rows]
