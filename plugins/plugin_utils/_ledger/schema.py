# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the ledger.

Every table but the header has a client, and cards in it are known by serial and MAC address. Times are milliseconds since
1970 in the database, and aware datetimes everywhere else.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._deps import SQLALCHEMY

if t.TYPE_CHECKING:
    import sqlalchemy as sa
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)


@dataclass(frozen=True)
class Tables:
    header: sa.Table
    attempts: sa.Table
    refusals: sa.Table
    leases: sa.Table
    holds: sa.Table
    activation_ids: sa.Table
    subscriptions: sa.Table
    observations: sa.Table

    @property
    def metadata(self) -> sa.MetaData:
        return self.header.metadata


def from_milliseconds(value: int) -> dt.datetime:
    return _EPOCH + value * _MILLISECOND


class _Kind(enum.Enum):
    TEXT = enum.auto()
    NUMBER = enum.auto()
    DAY = enum.auto()
    TIME = enum.auto()


@dataclass(frozen=True)
class _Column:
    name: str
    kind: _Kind = _Kind.TEXT
    optional: bool = False


@dataclass(frozen=True)
class _Layout:
    """The columns after id and client, and beside the key of a card; what is searched by, within a client; what is unique there."""

    columns: tuple[_Column, ...]
    of_card: bool = False
    searched: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()


def _text(*names: str) -> tuple[_Column, ...]:
    return tuple(_Column(name) for name in names)


def _maybe(*names: str, kind: _Kind = _Kind.TEXT) -> tuple[_Column, ...]:
    return tuple(_Column(name, kind, optional=True) for name in names)


def _number(*names: str) -> tuple[_Column, ...]:
    return tuple(_Column(name, _Kind.NUMBER) for name in names)


def _time(*names: str) -> tuple[_Column, ...]:
    return tuple(_Column(name, _Kind.TIME) for name in names)


_SERIAL_AND_MAC = _maybe("serial", "mac")
_LAYOUTS: t.Mapping[str, _Layout] = {
    "attempts": _Layout(
        (
            *_maybe("application"),
            *_text("image", "sha256", "component", "changes", "operator", "controller"),
            *_maybe("change_reference", "host"),
            *_text("state"),
            *_number("transfers"),
            *_time("begun_at", "marked_at"),
            *_maybe("ended_at", kind=_Kind.TIME),
            *_maybe("reason"),
        ),
        of_card=True,
        searched=("host",),
    ),
    "refusals": _Layout((*_text("fingerprint", "host"), *_time("refused_at")), searched=("fingerprint",)),
    "leases": _Layout((*_text("resource", "holder"), *_time("expires_at")), searched=("resource",)),
    "holds": _Layout(
        (
            *_maybe("site"),
            *_text("reason", "owner"),
            *_time("placed_at"),
            *_maybe("expires_at", "lifted_at", kind=_Kind.TIME),
        ),
        searched=("site",),
    ),
    "activation_ids": _Layout(
        (
            *_text("fingerprint", "last_four", "sku", "family"),
            *_number("seats"),
            *_maybe("hold_until", kind=_Kind.DAY),
            *_time("recorded_at"),
        ),
        unique=("fingerprint",),
    ),
    "subscriptions": _Layout(
        (
            *_text("event", "source"),
            *_maybe("sku", "family", "platform"),
            *_maybe("activated_on", "expires_on", kind=_Kind.DAY),
            *_text("evidence"),
            *_maybe("fingerprint", "last_four", "voucher"),
            *_time("recorded_at"),
        ),
        of_card=True,
        searched=("fingerprint",),
    ),
    "observations": _Layout((*_time("observed_at"), *_text("facts")), of_card=True, searched=("observed_at",)),
}


@functools.cache
def tables() -> Tables:
    """Built once, when SQLAlchemy is known to be there."""
    sa: t.Any = SQLALCHEMY.load("ledger")
    metadata = sa.MetaData()
    header = sa.Table("nmc_ledger", metadata, sa.Column("version", sa.Integer, nullable=False), sa.Column("key", sa.Text, nullable=False))
    return Tables(header, **{name: _table(metadata, name, layout) for name, layout in _LAYOUTS.items()})


def _table(metadata: sa.MetaData, name: str, layout: _Layout) -> sa.Table:
    sa: t.Any = SQLALCHEMY.load("ledger")
    columns = (_Column("client"), *(_SERIAL_AND_MAC if layout.of_card else ()), *layout.columns)
    searched = (*(column.name for column in _SERIAL_AND_MAC if layout.of_card), *layout.searched)
    return sa.Table(  # type: ignore[no-any-return]  # the library is loaded late, so mypy sees no types
        name,
        metadata,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        *(sa.Column(column.name, _types()[column.kind], nullable=column.optional) for column in columns),
        # The client comes second, because a few questions are about all others.
        *(sa.Index(f"{name}_by_{column}", column, "client") for column in searched),
        *(sa.UniqueConstraint(column, "client", name=f"{name}_have_one_{column}") for column in layout.unique),
        *([sa.CheckConstraint("serial IS NOT NULL OR mac IS NOT NULL", name=f"{name}_name_a_card")] if layout.of_card else []),
        sqlite_autoincrement=True,  # the id of a lease that is gone is never given again
    )


@functools.cache
def _types() -> t.Mapping[_Kind, t.Any]:
    sa: t.Any = SQLALCHEMY.load("ledger")
    return {_Kind.TEXT: sa.Text(), _Kind.NUMBER: sa.Integer(), _Kind.DAY: sa.Date(), _Kind.TIME: _time_type()}


def _time_type() -> TypeEngine[dt.datetime]:
    types = SQLALCHEMY.submodule("types", "ledger")
    base: t.Any = types.TypeDecorator

    class Time(base):  # type: ignore[misc]  # likewise
        impl = types.BigInteger
        cache_ok = True

        def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:
            return None if value is None else (value - _EPOCH) // _MILLISECOND

        def process_result_value(self, value: int | None, dialect: Dialect) -> dt.datetime | None:
            return None if value is None else from_milliseconds(value)

    return t.cast("TypeEngine[dt.datetime]", Time())
