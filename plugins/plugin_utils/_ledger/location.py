# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the ledger is: a file of SQLite, or a PostgreSQL server."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._deps import PSYCOPG, SQLALCHEMY
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, LedgerError
from ansible_collections.secure_power.nmc.plugins.module_utils._secrets import scrub

if t.TYPE_CHECKING:
    from sqlalchemy.engine import URL

SQLITE, POSTGRESQL = "sqlite", "postgresql+psycopg"
_SECRETS = ("password", "sslpassword")


@dataclass(frozen=True)
class Location:
    """A checked ``ledger_url``. Its texts never hold the password."""

    url: URL
    card: str

    @property
    def is_sqlite(self) -> bool:
        return self.url.drivername == SQLITE

    @property
    def file(self) -> Path | None:
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    def __str__(self) -> str:
        return str(self.file or f"{self.url.host or 'the local server'}, database {self.url.database or 'of the user'}")

    def __repr__(self) -> str:
        return f"Location({self})"

    def unreadable(self, said: object) -> LedgerError:
        return self._error(Reason.LEDGER_UNREADABLE, "cannot be used", said)

    def unwritable(self, said: object) -> LedgerError:
        return self._error(Reason.LEDGER_UNWRITABLE, "cannot be written", said)

    def _error(self, reason: Reason, what: str, said: object) -> LedgerError:
        line = " ".join(scrub(str(said), self._secrets()).split()).rstrip(".?!")
        return LedgerError(reason, f"{self.card}: the ledger at {self} {what}: {line}.")

    def _secrets(self) -> list[str | None]:
        return [self.url.password, *(str(self.url.query.get(name)) for name in _SECRETS if name in self.url.query)]


def nowhere(card: str) -> Location:
    """A ledger in memory, which is gone with the process."""
    return Location(SQLALCHEMY.submodule("engine", card).URL.create(SQLITE), card)


def locate(ledger_url: str | None, *, card: str) -> Location:
    """Check a ``ledger_url``; without one the ledger is a file below the user's data directory."""
    engine = SQLALCHEMY.submodule("engine", card)
    if ledger_url is None:
        return Location(engine.URL.create(SQLITE, database=str(_expanded(_default_file(), card))), card)
    try:
        url: URL = engine.make_url(ledger_url)
    except (SQLALCHEMY.submodule("exc", card).ArgumentError, ValueError):
        raise _invalid(card) from None
    if url.drivername == POSTGRESQL:
        PSYCOPG.load(card)
        return Location(url, card)
    if url.drivername != SQLITE or url.host or url.query or url.database in (None, "", ":memory:"):
        raise _invalid(card)
    return Location(url.set(database=str(_expanded(Path(url.database), card))), card)


def _default_file() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share") / "secure_power.nmc" / "ledger.sqlite"


def _expanded(path: Path, card: str) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise InputError(Reason.INVALID_OPTION, f"{card}: {path} has no home directory; set ledger_url to an absolute path.") from None


def _invalid(card: str) -> InputError:
    # The text itself may hold a password.
    return InputError(
        Reason.INVALID_OPTION, f"{card}: ledger_url must be sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."
    )
