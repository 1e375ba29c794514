# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was seen of the cards over time, for trends."""

from __future__ import annotations

import datetime as dt
import json
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.schema import tables
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.section import Section, is_card

if t.TYPE_CHECKING:
    import sqlalchemy as sa


@dataclass(frozen=True)
class Sighting:
    """What was seen of a card, in plain values, and when by the ledger's clock."""

    card: CardKey
    observed_at: dt.datetime
    facts: t.Mapping[str, t.Any]


class Observations(Section):
    def record(self, seen: t.Iterable[tuple[CardKey, t.Mapping[str, t.Any]]]) -> None:
        """Note what one run has seen of any number of cards, as a whole."""
        table = tables().observations
        with self._database.write(self._topic(table)) as transaction:
            rows = [
                {
                    "client": self._client,
                    "serial": card.serial,
                    "mac": card.mac,
                    "observed_at": transaction.now,
                    "facts": json.dumps(facts, sort_keys=True),
                }
                for card, facts in seen
            ]
            if rows:
                transaction.execute(table.insert(), rows)

    def of(self, card: CardKey) -> list[Sighting]:
        """The history of a card, the oldest first."""
        table = tables().observations
        return self._find(table.select().where(self._mine(table), is_card(table, card)))

    def within(self, seconds: float) -> list[Sighting]:
        """What was seen of all cards of the client lately, the oldest first."""
        table = tables().observations
        with self._database.read() as transaction:
            since = transaction.now - dt.timedelta(seconds=seconds)
        return self._find(table.select().where(self._mine(table), table.c.observed_at >= since))

    def forget(self, *, older_than: float) -> int:
        """Delete what was seen longer ago than so many seconds, and return how much that was."""
        table = tables().observations
        with self._database.write(self._topic(table)) as transaction:
            before = transaction.now - dt.timedelta(seconds=older_than)
            return transaction.execute(table.delete().where(self._mine(table), table.c.observed_at < before)).rowcount

    def _find(self, query: sa.Select[t.Any]) -> list[Sighting]:
        columns = tables().observations.c
        with self._database.read() as transaction:
            rows = transaction.execute(query.order_by(columns.observed_at, columns.id))
            return [Sighting(CardKey(row.serial, row.mac), row.observed_at, json.loads(row.facts)) for row in rows]
