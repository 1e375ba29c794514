# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bringing a database to the schema that this version of the collection knows."""

from __future__ import annotations

import secrets
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._deps import SQLALCHEMY
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.schema import tables

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.database import Database, Transaction

Step = t.Callable[["Transaction"], None]

# Asked each time that a ledger is opened, and much quicker than SQLAlchemy's inspection.
_HAS_HEADER: t.Mapping[str, str] = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = 'nmc_ledger'",
    "postgresql": "SELECT 1 WHERE to_regclass('nmc_ledger') IS NOT NULL",
}


def _add_hosts_of_attempts(transaction: Transaction) -> None:
    for statement in ("ALTER TABLE attempts ADD COLUMN host TEXT", "CREATE INDEX attempts_by_host ON attempts (host, client)"):
        transaction.connection.exec_driver_sql(statement)


# The way from each version to the next; a new ledger is made as the newest at once.
STEPS: tuple[Step, ...] = (_add_hosts_of_attempts,)


@dataclass(frozen=True)
class Header:
    """The schema's version, and the random key of this ledger's fingerprints."""

    version: int
    key: str

    def __repr__(self) -> str:
        return f"Header(version={self.version})"


def prepare(database: Database, steps: t.Sequence[Step] = STEPS, *, migrate: bool = True) -> Header:
    """Make or migrate the tables if need be and if it may be, once however many ask at once, and return the header."""
    newest = 1 + len(steps)
    header = _peek(database)
    if header is None or header.version < newest:
        if not migrate:
            raise database.location.unreadable("its schema is older than this collection; a run without check mode brings it up to date")
        header = _migrate(database, steps)
    if header.version > newest:
        raise database.location.unreadable(f"its schema has version {header.version}, and this collection knows {newest}")
    return header


def is_made(database: Database) -> bool:
    """Whether there is a ledger, of whatever version."""
    return _peek(database) is not None


def _peek(database: Database) -> Header | None:
    """Read the header without a lock; None when the tables are not there yet."""
    if database.is_missing:
        return None
    with database.read() as transaction:
        return _header(transaction)


def _header(transaction: Transaction) -> Header | None:
    if transaction.connection.exec_driver_sql(_HAS_HEADER[transaction.connection.dialect.name]).first() is None:
        return None
    row = transaction.execute(tables().header.select()).one()
    return Header(row.version, row.key)


def _migrate(database: Database, steps: t.Sequence[Step]) -> Header:
    with database.write("schema") as transaction:
        header = _header(transaction)
        if header is None:
            return _make(database, transaction, version=1 + len(steps))
        for step in steps[header.version - 1 :]:
            step(transaction)
        version = max(header.version, 1 + len(steps))
        transaction.execute(tables().header.update().values(version=version))
        return Header(version, header.key)


def _make(database: Database, transaction: Transaction, *, version: int) -> Header:
    others = SQLALCHEMY.load("ledger").inspect(transaction.connection).get_table_names()
    if others:
        raise database.location.unreadable(f"it holds the tables of something else ({', '.join(sorted(others)[:3])})")
    tables().metadata.create_all(transaction.connection)
    header = Header(version, secrets.token_hex(32))
    transaction.execute(tables().header.insert().values(version=header.version, key=header.key))
    return header
