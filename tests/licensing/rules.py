# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vendor's back office: who may activate and renew what, written from the Secure NMC FAQ."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    import datetime as dt

_UPS = ("smart_ups", "smart_ups_ultra", "symmetra_1p")
# Subscription family: the beginning of its part numbers, and the product families that it is for.
_FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "SWNMC3SU": ("SWNMC3SU-", _UPS),
    "SWNMC3PDU": ("SWNMC3PDU-", ("rack_pdu",)),
    "FWENMC1P": ("FWENMC1P-ST", ("easy_ups_online",)),
}
# Part number: subscription family and years.
SKUS = {f"{start}{years}Y-DIGI": (family, years) for family, (start, _products) in _FAMILIES.items() for years in range(1, 7)}
_NMC3 = 3

# Code: HTTP status and what a person reads.
REFUSALS = {
    "unknown_id": (404, "Nobody bought this Activation ID."),
    "unknown_voucher": (404, "There is no such voucher."),
    "key_reused": (409, "This Idempotency-Key was used for another request."),
    "superseded": (409, "This request was carried out before, and the subscription was changed since."),
    "not_applicable": (409, "No card of this generation or product family can have a subscription."),
    "sku_mismatch": (409, "The Activation ID is of another part number."),
    "family_mismatch": (409, "What was bought is for another product family."),
    "seats_exhausted": (409, "Every seat of the Activation ID is taken."),
    "second_subscription": (409, "A subscription is still valid on this card."),
    "would_override_included": (409, "The included year is still running; its remaining days would be lost."),
    "included_not_eligible": (409, "The card has no included year, or has used it up."),
    "included_not_retrieved": (409, "The back office has no included year for this card; ask the Customer Care Center."),
    "not_subscribed": (409, "The card never had a subscription."),
    "expired_cannot_renew": (409, "The subscription has ended; buy a new one with a new Activation ID."),
    "voucher_used": (409, "The voucher was redeemed before."),
}


class RefusalError(Exception):
    """A rule says no; `code` is a key of `REFUSALS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Subscription:
    """What a card has; the text of the Activation ID stays in the office."""

    source: str
    family: str
    sku: str | None
    activated_on: dt.date
    expires_on: dt.date
    activation_id: str | None = None
    request_key: str | None = None


@dataclass
class Purchase:
    """An Activation ID."""

    sku: str
    seats: int = 1
    taken: int = 0


@dataclass
class Voucher:
    sku: str
    redeemed_for: str | None = None


@dataclass
class IncludedYear:
    """``retrieved``: the back office knows of it."""

    retrieved: bool = True
    used: bool = False


@dataclass
class Office:
    """Everything that is known; ``changes`` is the history of what was carried out."""

    today: t.Callable[[], dt.date]
    purchases: dict[str, Purchase] = field(default_factory=dict)
    vouchers: dict[str, Voucher] = field(default_factory=dict)
    included: dict[str, IncludedYear] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    changes: list[dict[str, str]] = field(default_factory=list)
    keys: dict[str, object] = field(default_factory=dict)

    def read(self, serial: str) -> dict[str, t.Any]:
        """The subscription of a card, as the contract says it."""
        held = self.subscriptions.get(serial)
        purchase = self.purchases.get(held.activation_id) if held and held.activation_id else None
        return {
            "serial": serial,
            "state": self._state(serial),
            "source": held and held.source,
            "sku": held and held.sku,
            "subscription_family": held and held.family,
            "activated_on": held and held.activated_on.isoformat(),
            "expires_on": held and held.expires_on.isoformat(),
            "seats": purchase and purchase.seats,
            "seats_left": purchase and purchase.seats - purchase.taken,
            "request_key": held and held.request_key,
        }

    def look_up(self, activation_id: str) -> dict[str, t.Any]:
        purchase = self._purchase(activation_id)
        family, _years = SKUS[purchase.sku]
        return {
            "sku": purchase.sku,
            "subscription_family": family,
            "seats": purchase.seats,
            "seats_left": purchase.seats - purchase.taken,
        }

    def change(self, operation: str, key: str, request: dict[str, t.Any]) -> dict[str, t.Any]:
        """Carry out one of `CHANGES` unless it was; raises `RefusalError`."""
        serial = request["card"]["serial"]
        if key in self.keys:
            if self.keys[key] != (operation, request):
                raise RefusalError("key_reused")
            if self.subscriptions[serial].request_key != key:
                raise RefusalError("superseded")
            return self.read(serial)
        self.subscriptions[serial] = CHANGES[operation](self, request, key)
        self.keys[key] = (operation, request)
        self.changes.append({"operation": operation, "serial": serial, "key": key})
        return self.read(serial)

    def activate(self, request: dict[str, t.Any], key: str) -> Subscription:
        serial, purchase = request["card"]["serial"], self._purchase(request["activation_id"])
        if purchase.sku != request["sku"]:
            raise RefusalError("sku_mismatch")
        family, years = _suits(request["card"], purchase.sku)
        if purchase.taken >= purchase.seats:
            raise RefusalError("seats_exhausted")
        state = self._state(serial)
        if state == "subscribed":
            raise RefusalError("second_subscription")
        if state == "included_active" and not request["override_included"]:
            raise RefusalError("would_override_included")
        purchase.taken += 1
        return self._begun("purchased", family, years, purchase.sku, request["activation_id"], key)

    def activate_included(self, request: dict[str, t.Any], key: str) -> Subscription:
        serial = request["card"]["serial"]
        family, year = _family(request["card"]), self.included.get(serial)
        if self._state(serial) in ("subscribed", "included_active"):
            raise RefusalError("second_subscription")
        if year is None or year.used:
            raise RefusalError("included_not_eligible")
        if not year.retrieved:
            raise RefusalError("included_not_retrieved")
        year.used = True
        return self._begun("included", family, 1, None, None, key)

    def renew(self, request: dict[str, t.Any], key: str) -> Subscription:
        """The new end is the old end and the term; an included year may be renewed too (the FAQ does not say how)."""
        serial, voucher = request["card"]["serial"], self.vouchers.get(request["voucher"])
        if voucher is None:
            raise RefusalError("unknown_voucher")
        family, years = _suits(request["card"], voucher.sku)
        if voucher.redeemed_for is not None:
            raise RefusalError("voucher_used")
        held = self.subscriptions.get(serial)
        if held is None:
            raise RefusalError("not_subscribed")
        if self.today() >= held.expires_on:
            raise RefusalError("expired_cannot_renew")
        voucher.redeemed_for = serial
        end = years_after(held.expires_on, years)
        return Subscription("purchased", family, voucher.sku, held.activated_on, end, held.activation_id, key)

    def _state(self, serial: str) -> str:
        held, year = self.subscriptions.get(serial), self.included.get(serial)
        if held is None:
            return "included_eligible" if year and year.retrieved and not year.used else "unsubscribed"
        if self.today() > held.expires_on:
            return "expired"
        return "subscribed" if held.source == "purchased" else "included_active"

    def _purchase(self, activation_id: str) -> Purchase:
        if activation_id not in self.purchases:
            raise RefusalError("unknown_id")
        return self.purchases[activation_id]

    def _begun(self, source: str, family: str, years: int, sku: str | None, activation_id: str | None, key: str) -> Subscription:
        start = self.today()
        return Subscription(source, family, sku, start, years_after(start, years), activation_id, key)


CHANGES: dict[str, t.Callable[[Office, dict[str, t.Any], str], Subscription]] = {
    "activate": Office.activate,
    "activate_included": Office.activate_included,
    "renew": Office.renew,
}


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day of another year; the 28th for a 29th of February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _family(card: dict[str, t.Any]) -> str:
    """The subscription family for a card."""
    families = [family for family, (_start, products) in _FAMILIES.items() if card["product_family"] in products]
    if card["generation"] != _NMC3 or not families:
        raise RefusalError("not_applicable")
    return families[0]


def _suits(card: dict[str, t.Any], sku: str) -> tuple[str, int]:
    """Family and years of a part number that is for this card."""
    family, years = SKUS[sku]
    if _family(card) != family:
        raise RefusalError("family_mismatch")
    return family, years
