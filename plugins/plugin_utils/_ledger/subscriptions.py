# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The histories of the cards' subscriptions, which only grow."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import asdict

from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Entry, Event, Evidence, Platform, Source
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.schema import tables
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.section import Section, is_card

if t.TYPE_CHECKING:
    import sqlalchemy as sa

    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.database import Transaction
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.section import Condition

Record = tuple[CardKey, Entry]


class Subscriptions(Section):
    """Entries of one client's cards."""

    def of(self, card: CardKey) -> tuple[Entry, ...]:
        """The history of a card, the oldest entry first."""
        with self._database.read() as transaction:
            return tuple(entry for _key, entry in self._find(transaction, is_card(tables().subscriptions, card)))

    def everything(self) -> list[Record]:
        """All entries of the client's cards, the oldest first: one query for a whole audit."""
        with self._database.read() as transaction:
            return self._find(transaction)

    def append(self, card: CardKey, entries: t.Sequence[Entry], *, after: t.Sequence[Entry]) -> tuple[Entry, ...]:
        """Add entries to the history that they were decided on, all or none, and return the whole history.

        They are recorded at the ledger's time. A history that another run has added to meanwhile is left alone.
        """
        table = tables().subscriptions
        with self._database.write(self._topic(table)) as transaction:
            known = self._find(transaction, is_card(table, card))
            if len(known) != len(after):
                raise self._database.location.unwritable("another run has added to the subscription of this card meanwhile")
            for entry in entries:
                self._insert(transaction, table, serial=card.serial, mac=card.mac, recorded_at=transaction.now, **_columns(entry))
            return tuple(entry for _key, entry in self._find(transaction, is_card(table, card)))

    def activated_with(self, fingerprint: str) -> list[CardKey]:
        """The cards that took a seat of an Activation ID."""
        table = tables().subscriptions
        with self._database.read() as transaction:
            taken = (table.c.fingerprint == fingerprint) & (table.c.event == Event.ACTIVATED.value)
            return list(dict.fromkeys(card for card, _entry in self._find(transaction, taken)))

    def is_known_elsewhere(self, card: CardKey) -> bool:
        """Whether the card has a history under another client; which one, and what is in it, stays hidden."""
        table = tables().subscriptions
        with self._database.read() as transaction:
            elsewhere = table.select().where(table.c.client != self._client, is_card(table, card)).limit(1)
            return transaction.execute(elsewhere).first() is not None

    def known_elsewhere(self) -> list[CardKey]:
        """The cards that have a history under any other client: one query for a whole audit, which says no more than yes or no of each."""
        table = tables().subscriptions
        with self._database.read() as transaction:
            rows = transaction.execute(
                table.select().where(table.c.client != self._client).with_only_columns(table.c.serial, table.c.mac).distinct()
            )
            return [CardKey(row.serial, row.mac) for row in rows]

    def _find(self, transaction: Transaction, *conditions: Condition) -> list[Record]:
        table = tables().subscriptions
        rows = transaction.execute(table.select().where(self._mine(table), *conditions).order_by(table.c.id))
        return [(CardKey(row.serial, row.mac), _entry(row)) for row in rows]


def _columns(entry: Entry) -> dict[str, t.Any]:
    values = {name: value for name, value in asdict(entry).items() if name not in ("client", "recorded_at")}
    return {name: value.value if isinstance(value, enum.Enum) else value for name, value in values.items()}


def _entry(row: sa.Row[t.Any]) -> Entry:
    return Entry(
        event=Event(row.event),
        source=Source(row.source),
        client=row.client,
        recorded_at=row.recorded_at,
        sku=row.sku,
        family=row.family,
        platform=Platform(row.platform) if row.platform else None,
        activated_on=row.activated_on,
        expires_on=row.expires_on,
        evidence=Evidence(row.evidence),
        fingerprint=row.fingerprint,
        last_four=row.last_four,
        voucher=row.voucher,
    )
