# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transactions on the ledger's database. No connection outlives its transaction, so nothing is shared with forked workers."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import random
import time
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._deps import SQLALCHEMY
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.schema import from_milliseconds

if t.TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import sqlalchemy as sa

    from ansible_collections.secure_power.nmc.plugins.module_utils._errors import LedgerError
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.location import Location

# How long a transaction waits for those of others (s). Each takes milliseconds, so this is enough for thousands of them.
_PATIENCE = 30
_CONNECT_SECONDS = 10
_NOW: t.Mapping[str, str] = {
    "sqlite": "SELECT CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)",
    "postgresql": "SELECT CAST(FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000) AS BIGINT)",
}
# What PostgreSQL says when all its connections are taken; there is no code for it before the connection is there. SQLite does not wait by
# itself while others recover a ledger whose writers were killed, or make it one with a write-ahead log.
_CROWDED = ("too many clients", "too many connections", "connection slots are reserved", "database is locked")
_POSTGRESQL_OPTIONS: t.Mapping[str, t.Any] = {
    "connect_timeout": _CONNECT_SECONDS,
    "tcp_user_timeout": _PATIENCE * 1000,
    "application_name": "secure_power.nmc",
    "prepare_threshold": None,  # a pooler in front of the server may give each statement to another connection
}


class Transaction:
    """What is read and written here is done as a whole, or not at all."""

    def __init__(self, connection: sa.Connection) -> None:
        self.execute = connection.execute
        self.connection = connection

    @functools.cached_property
    def now(self) -> dt.datetime:
        """The time of the database's clock, the same throughout the transaction."""
        return from_milliseconds(self.connection.exec_driver_sql(_NOW[self.connection.dialect.name]).scalar_one())


class Database:
    """One place for connecting, locking, and for turning what goes wrong into a `LedgerError`."""

    def __init__(self, location: Location) -> None:
        self.location = location
        self._engine = _sqlite(location) if location.is_sqlite else _postgresql(location)

    @property
    def is_missing(self) -> bool:
        """Whether there is no file yet; SQLite would make one, and not only for its owner."""
        with self._errors(self.location.unreadable):
            return self.location.file is not None and not self.location.file.exists()

    @contextlib.contextmanager
    def read(self) -> t.Iterator[Transaction]:
        with self._errors(self.location.unreadable), self._connect() as connection, connection.begin():
            yield Transaction(connection)

    @contextlib.contextmanager
    def write(self, topic: str) -> t.Iterator[Transaction]:
        """Writers of one topic take turns; SQLite lets all of them take turns."""
        with self._errors(self.location.unwritable):
            if self.location.file is not None:
                _make_file(self.location.file)
            with self._connect().execution_options(writes=True) as connection, connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE}s'")
                    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_lock_number(topic),))
                yield Transaction(connection)

    def _connect(self) -> sa.Connection:
        """Connect, and wait for a free place when many workers want one at once."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return self._engine.connect()
            except _exc().OperationalError as error:
                crowded = any(text in str(error.orig) for text in _CROWDED)
                if not crowded or time.monotonic() > deadline:
                    raise
            time.sleep(random.uniform(0.02, 0.2))

    @contextlib.contextmanager
    def _errors(self, error: t.Callable[[object], LedgerError]) -> t.Iterator[None]:
        try:
            yield
        except _exc().DBAPIError as failure:
            raise error(failure.orig) from failure
        except _exc().SQLAlchemyError as failure:
            raise error(failure) from failure
        except OSError as failure:
            raise error(failure.strerror or failure) from failure


def _exc() -> t.Any:
    return SQLALCHEMY.submodule("exc", "ledger")


def _engine(location: Location, options: t.Mapping[str, t.Any]) -> sa.Engine:
    pools = SQLALCHEMY.submodule("pool", location.card)
    in_memory = location.is_sqlite and location.file is None
    engine: sa.Engine = SQLALCHEMY.load(location.card).create_engine(
        location.url,
        poolclass=pools.StaticPool if in_memory else pools.NullPool,
        hide_parameters=True,
        connect_args=dict(options),
    )
    return engine


def _postgresql(location: Location) -> sa.Engine:
    given = location.url.query
    return _engine(location, {name: value for name, value in _POSTGRESQL_OPTIONS.items() if name not in given})


def _sqlite(location: Location) -> sa.Engine:
    engine = _engine(location, {"timeout": _PATIENCE})
    listen = SQLALCHEMY.submodule("event", location.card).listen
    listen(engine, "connect", _on_sqlite_connect)
    listen(engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: t.Any, _record: object) -> None:
    """Readers do not wait for writers (WAL); what is committed has reached the disk, so that a power cut takes no attempt back."""
    connection.isolation_level = None  # the driver's own idea of when a transaction begins misses reads
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}").close()


def _on_sqlite_begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_file(file: Path) -> None:
    """A new ledger is its owner's alone; SQLite gives its side files the same mode."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _lock_number(topic: str) -> int:
    return int.from_bytes(hashlib.sha256(f"secure_power.nmc {topic}".encode()).digest()[:8], "big", signed=True)
