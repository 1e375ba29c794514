# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins that cards refused, counted by credential across the fleet."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.schema import tables
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.section import Section

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.database import Transaction


class Refusals(Section):
    """``fingerprint`` is that of a credential, see `Fingerprints.credential`."""

    def count(self, fingerprint: str) -> int:
        """How often a credential was refused since a card last took it."""
        with self._database.read() as transaction:
            return self._count(transaction, fingerprint)

    def record(self, fingerprint: str, *, host: str) -> int:
        """Note a refusal by a host, whose card nobody could read, and return the count."""
        table = tables().refusals
        with self._database.write(self._topic(table)) as transaction:
            self._insert(transaction, table, fingerprint=fingerprint, host=host, refused_at=transaction.now)
            return self._count(transaction, fingerprint)

    def clear(self, fingerprint: str) -> None:
        """A card took the credential. Costs a read only, unless there is something to clear."""
        if not self.count(fingerprint):
            return
        table = tables().refusals
        with self._database.write(self._topic(table)) as transaction:
            transaction.execute(table.delete().where(self._mine(table), table.c.fingerprint == fingerprint))

    def _count(self, transaction: Transaction, fingerprint: str) -> int:
        table = tables().refusals
        return len(transaction.execute(table.select().where(self._mine(table), table.c.fingerprint == fingerprint)).all())
