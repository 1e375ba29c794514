# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the service knows when it starts, from a YAML file."""

from __future__ import annotations

import datetime as dt
import typing as t

from licensing.rules import SKUS, IncludedYear, Office, Purchase, Subscription, Voucher, years_after

if t.TYPE_CHECKING:
    from licensing.control import Clock

# The stock that the examples of docs/licensing-api.yml are about.
EXAMPLE: dict[str, t.Any] = {
    "tokens": ["example-token-0001"],
    "activation_ids": {"EXAMPLE-7F3A-91C2-0001": {"sku": "SWNMC3SU-1Y-DIGI", "seats": 2}},
    "vouchers": {"EXAMPLE-VOUCHER-0003": "FWENMC1P-ST1Y-DIGI"},
    "included": {"5A1234T00002": "retrieved"},
    "subscriptions": {"5A1234T00003": {"sku": "FWENMC1P-ST1Y-DIGI", "activated_on": "2026-03-01"}},
    "today": "2026-11-22",
}


class StockError(Exception):
    """The stock cannot be understood; the text says why."""


def office_of(stock: t.Mapping[str, t.Any], clock: Clock) -> Office:
    """Raises `StockError`."""
    try:
        if "today" in stock:
            clock.fixed = _date(stock["today"])
        return Office(
            clock.today,
            purchases={str(name): Purchase(**bought) for name, bought in stock.get("activation_ids", {}).items()},
            vouchers={str(code): Voucher(sku) for code, sku in stock.get("vouchers", {}).items()},
            included={str(serial): IncludedYear(retrieved=word == "retrieved") for serial, word in stock.get("included", {}).items()},
            subscriptions={str(serial): _subscription(**held) for serial, held in stock.get("subscriptions", {}).items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StockError(f"the stock cannot be understood: {error!r}") from error


def _subscription(*, activated_on: object, sku: str | None = None, family: str = "SWNMC3SU") -> Subscription:
    """Without a SKU it is an included year."""
    start = _date(activated_on)
    bought_for, years = SKUS[sku] if sku else (family, 1)
    return Subscription("purchased" if sku else "included", bought_for, sku, start, years_after(start, years))


def _date(said: object) -> dt.date:
    return dt.date.fromisoformat(str(said))
