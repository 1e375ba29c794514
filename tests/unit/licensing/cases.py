# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A card of its own for every test, and what was bought for it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.secure_power.nmc.plugins.module_utils._transport.licensing import (
    LicensedCard,
    LicensingEndpoint,
    activate,
    activate_included,
    renew,
)

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.licensing_answers import BridgeSubscription
    from licensing.testing import Licensing

TODAY = "2026-11-22"
TOKEN = "token-of-the-tests-0001"
SKU = "SWNMC3SU-1Y-DIGI"
_MOST = 400


@dataclass(frozen=True)
class Case:
    """The service, and one card with its number in everything that is its own."""

    service: Licensing
    number: int
    timeout: float = 5.0

    @property
    def endpoint(self) -> LicensingEndpoint:
        return LicensingEndpoint(self.service.url, self.service.token, self.service.ca_path, self.timeout, "ups1")

    @property
    def serial(self) -> str:
        return f"5AUPS{self.number:06}"

    @property
    def card(self) -> LicensedCard:
        return LicensedCard(self.serial, "00:c0:b7:00:00:01", "AS1234567890", 3, "smart_ups")

    @property
    def activation_id(self) -> str:
        """Has two seats."""
        return f"ACT-{self.number:06}-FIRST"

    @property
    def second_id(self) -> str:
        """Has one seat."""
        return f"ACT-{self.number:06}-SECOND"

    @property
    def pdu_id(self) -> str:
        return f"ACT-{self.number:06}-PDU"

    @property
    def voucher(self) -> str:
        return f"VOUCHER-{self.number:06}"

    @property
    def included_card(self) -> LicensedCard:
        return replace(self.card, serial=f"5AINC{self.number:06}")

    @property
    def renewable_card(self) -> LicensedCard:
        """Has a purchased subscription until 2027-03-01."""
        return replace(self.card, serial=f"5AREN{self.number:06}")

    def activate(self, **options: t.Any) -> BridgeSubscription:
        return activate(self.endpoint, self.card, **{"activation_id": self.activation_id, "sku": SKU, **options})

    def do(self, operation: str) -> BridgeSubscription:
        """Carry out an operation on the card that is fit for it."""
        works: dict[str, t.Callable[[], BridgeSubscription]] = {
            "activate": self.activate,
            "activate_included": lambda: activate_included(self.endpoint, self.included_card),
            "renew": lambda: renew(self.endpoint, self.renewable_card, voucher=self.voucher),
        }
        return works[operation]()

    def changes(self) -> list[str]:
        """What the service carried out for the cards of this case."""
        return [change["operation"] for change in self.service.state()["changes"] if change["serial"].endswith(f"{self.number:06}")]

    def posted(self) -> list[dict[str, t.Any]]:
        """Requests for changes that came for the cards of this case."""
        mine = f'{self.number:06}", "mac"'
        return [request for request in self.service.requests() if request["method"] == "POST" and mine in request["body"]]

    def seats_taken(self) -> int:
        return int(self.service.state()["activation_ids"][self.activation_id]["taken"])


def stock() -> dict[str, t.Any]:
    cases = [Case(t.cast("Licensing", None), number) for number in range(_MOST)]
    return {
        "tokens": [TOKEN],
        "today": TODAY,
        "activation_ids": {
            name: bought
            for case in cases
            for name, bought in (
                (case.activation_id, {"sku": SKU, "seats": 2}),
                (case.second_id, {"sku": "SWNMC3SU-2Y-DIGI"}),
                (case.pdu_id, {"sku": "SWNMC3PDU-1Y-DIGI"}),
            )
        },
        "vouchers": {case.voucher: SKU for case in cases},
        "included": {case.included_card.serial: "retrieved" for case in cases} | {"5AMISSING": "missing"},
        "subscriptions": {case.renewable_card.serial: {"sku": SKU, "activated_on": "2026-03-01"} for case in cases},
    }
