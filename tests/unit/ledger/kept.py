# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests keep in a ledger, in few words."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from unit.core.builders import AOS, version

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import Undertaking
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
from ansible_collections.secure_power.nmc.plugins.module_utils._core.stock import HeldId
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Entry, Event, Source
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Change
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.database import Database
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import Ledger, open_ledger
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.location import locate

CARD = CardKey("ZA2215342271", "00:c0:b7:11:22:33")
OTHER_CARD = CardKey("ZA2215349999", "00:c0:b7:99:99:99")


def ledger_of(url: str, client: str | None = "acme") -> Ledger:
    return open_ledger(url, client=client, card="ups1")


def database_of(url: str) -> Database:
    return Database(locate(url, card="ups1"))


def card_number(number: int) -> CardKey:
    return CardKey(f"ZA{number:010}", None)


def undertaking(**changes: t.Any) -> Undertaking:
    plain = Undertaking(
        application="sumx",
        image="apc_hw05_aos_720.bin",
        sha256="ab" * 32,
        component=AOS,
        changes=(Change(AOS, version("6.9.6"), version("7.2.0")),),
        operator="anna",
        controller="awx-1",
        change_reference="CHG0042",
    )
    return dataclasses.replace(plain, **changes)


def entry(event: Event = Event.ACTIVATED, **changes: t.Any) -> Entry:
    plain = Entry(
        event=event,
        source=Source.PURCHASED,
        client="acme",
        recorded_at=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
        sku="SWNMC3SU-3Y-DIGI",
        family="SWNMC3SU",
        activated_on=dt.date(2026, 11, 22),
        expires_on=dt.date(2029, 11, 21),
        fingerprint="fe" * 32,
        last_four="9Z8Y",
    )
    return dataclasses.replace(plain, **changes)


def held(**changes: t.Any) -> HeldId:
    plain = HeldId(
        fingerprint="fe" * 32, last_four="9Z8Y", sku="SWNMC3SU-3Y-DIGI", family="SWNMC3SU", seats=2, hold_until=dt.date(2027, 1, 31)
    )
    return dataclasses.replace(plain, **changes)
