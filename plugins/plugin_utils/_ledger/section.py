# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the parts of the ledger share: each sees the rows of one client, and knows cards by their keys."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    import datetime as dt

    import sqlalchemy as sa

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.database import Database, Transaction

    Condition = sa.ColumnElement[bool]


class Section:
    """One table as one client sees it. Every query starts from `_mine`, every row from `_insert`."""

    def __init__(self, database: Database, client: str) -> None:
        self._database = database
        self._client = client

    def now(self) -> dt.datetime:
        """The time of the database's clock."""
        with self._database.read() as transaction:
            return transaction.now

    def _mine(self, table: sa.Table) -> Condition:
        return table.c.client == self._client

    def _insert(self, transaction: Transaction, table: sa.Table, **values: t.Any) -> int:
        """Write a row and return its id."""
        made = transaction.execute(table.insert().values(client=self._client, **values))
        return int(t.cast("sa.Row[t.Any]", made.inserted_primary_key)[0])

    def _topic(self, table: sa.Table) -> str:
        """What writers of these rows take turns at."""
        return f"{table.name} of {self._client}"


def is_card(table: sa.Table, card: CardKey) -> Condition:
    """Rows of this card: they agree with its key in a half at least, and differ in none. `is_same_card` says the same of two keys."""
    serial, mac = table.c.serial, table.c.mac
    if card.mac is None:
        return serial == card.serial
    if card.serial is None:
        return mac == card.mac
    return (
        ((serial == card.serial) & (mac == card.mac)) | ((serial == card.serial) & mac.is_(None)) | ((mac == card.mac) & serial.is_(None))
    )
