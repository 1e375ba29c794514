# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the ledger.

Every table but the header has a client, and cards in it are known by serial and MAC address. Times are milliseconds since
1970 in the database, and aware datetimes everywhere else.
"""

from __future__ import annotations

import datetime as dt
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


@functools.cache
def tables() -> Tables:
    """Built once, when SQLAlchemy is known to be there."""
    sa: t.Any = SQLALCHEMY.load("ledger")
    time, text = _time_type(), sa.Text
    metadata = sa.MetaData()

    def table(name: str, *columns: t.Any) -> sa.Table:
        return t.cast("sa.Table", sa.Table(name, metadata, *columns, sqlite_autoincrement=True))

    def identifier() -> t.Any:
        return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)

    def client() -> t.Any:
        return sa.Column("client", text, nullable=False)

    def some(name: str, kind: t.Any = text) -> t.Any:
        return sa.Column(name, kind, nullable=False)

    def maybe(name: str, kind: t.Any = text) -> t.Any:
        return sa.Column(name, kind)

    def of_card(name: str, *columns: t.Any) -> sa.Table:
        """A table with the key of a card in every row, to be found by each of its halves."""
        by_serial = sa.Index(f"{name}_by_serial", "client", "serial")
        by_mac = sa.Index(f"{name}_by_mac", "client", "mac")
        known = sa.CheckConstraint("serial IS NOT NULL OR mac IS NOT NULL", name=f"{name}_names_a_card")
        return table(name, identifier(), client(), maybe("serial"), maybe("mac"), *columns, by_serial, by_mac, known)

    return Tables(
        header=table("nmc_ledger", some("version", sa.Integer), some("key")),
        attempts=of_card(
            "attempts",
            maybe("application"),
            some("image"),
            some("sha256"),
            some("component"),
            some("changes"),
            some("operator"),
            some("controller"),
            maybe("change_reference"),
            some("state"),
            some("transfers", sa.Integer),
            some("begun_at", time),
            some("marked_at", time),
            maybe("ended_at", time),
            maybe("reason"),
        ),
        refusals=table(
            "refusals",
            identifier(),
            client(),
            some("fingerprint"),
            some("host"),
            some("refused_at", time),
            sa.Index("refusals_by_fingerprint", "client", "fingerprint"),
        ),
        leases=table(
            "leases",
            identifier(),
            client(),
            some("resource"),
            some("holder"),
            some("expires_at", time),
            sa.Index("leases_by_resource", "client", "resource"),
        ),
        holds=table(
            "holds",
            identifier(),
            client(),
            maybe("site"),
            some("reason"),
            some("owner"),
            some("placed_at", time),
            maybe("expires_at", time),
            maybe("lifted_at", time),
            sa.Index("holds_by_client", "client"),
        ),
        activation_ids=table(
            "activation_ids",
            identifier(),
            client(),
            some("fingerprint"),
            some("last_four"),
            some("sku"),
            some("family"),
            some("seats", sa.Integer),
            maybe("hold_until", sa.Date),
            some("recorded_at", time),
            sa.UniqueConstraint("client", "fingerprint", name="activation_ids_are_held_once"),
            sa.Index("activation_ids_by_fingerprint", "fingerprint"),
        ),
        subscriptions=of_card(
            "subscriptions",
            some("event"),
            some("source"),
            maybe("sku"),
            maybe("family"),
            maybe("platform"),
            maybe("activated_on", sa.Date),
            maybe("expires_on", sa.Date),
            some("evidence"),
            maybe("fingerprint"),
            maybe("last_four"),
            maybe("voucher"),
            some("recorded_at", time),
            sa.Index("subscriptions_by_fingerprint", "client", "fingerprint"),
        ),
        observations=of_card("observations", some("observed_at", time), some("facts")),
    )


def _time_type() -> TypeEngine[dt.datetime]:
    types = SQLALCHEMY.submodule("types", "ledger")

    base: t.Any = types.TypeDecorator

    class Time(base):  # type: ignore[misc]
        impl = types.BigInteger
        cache_ok = True

        def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:
            return None if value is None else (value - _EPOCH) // _MILLISECOND

        def process_result_value(self, value: int | None, dialect: Dialect) -> dt.datetime | None:
            return None if value is None else from_milliseconds(value)

    return t.cast("TypeEngine[dt.datetime]", Time())
