# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person does about a subscription: with which program, for which card, in which steps.

No public interface drives the vendor's tool or portal, so every change of a subscription is somebody's work, or that of an activator.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import asdict, dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.skus import DOWNLOAD_PAGE, LONGEST_TERM, TOOL_SYSTEMS, TOOLS

if t.TYPE_CHECKING:
    from datetime import date

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card

PORTAL = "mySchneider Software Management portal"

# The four ways to renew that the vendor offers in the portal. Source: Secure NMC FAQ.
RENEWAL_ROUTES = (
    "order it online in the Schneider shop",
    "pay with Digital Locker credits of the mySchneider account",
    "look for a partner in the portal and ask there",
    "write to the partner that you prefer",
)


class Task(str, enum.Enum):
    """What is to be done."""

    ACTIVATE = "activate"
    ACTIVATE_INCLUDED = "activate_included"
    RENEW = "renew"
    BUY = "buy"
    TRANSFER = "transfer"
    ASK = "ask"


@dataclass(frozen=True)
class LicenseWork:
    """One piece of work. The vendor does not say to which of a card's numbers a subscription is bound, so all of them are given.

    ``activation_id`` shows no more than the last four characters; ``systems`` are those that the program runs on;
    ``expected_end`` is what the License Status column should show afterwards.
    """

    task: Task
    program: str
    part_number: str | None
    download_page: str | None
    systems: tuple[str, ...]
    card_serial: str | None
    card_mac: str | None
    device_serial: str | None
    sku: str | None
    activation_id: str | None
    expected_end: date | None
    steps: tuple[str, ...]

    def as_dict(self) -> dict[str, t.Any]:
        """The work in plain types: always the same keys."""
        end = self.expected_end.isoformat() if self.expected_end else None
        return {**asdict(self), "task": self.task.value, "systems": list(self.systems), "expected_end": end, "steps": list(self.steps)}


def activate(card: Card, *, sku: str | None, activation_id: str) -> LicenseWork:
    """Enter an Activation ID in the tool of the card's family."""
    steps = (
        _open_tool(card),
        f"Select the card {_named(card)} and enter the Activation ID {activation_id} for it; the term begins at once.",
        "Declare the day as activated_on, and the date in the License Status column as expires_on.",
    )
    return _in_tool(Task.ACTIVATE, card, steps, sku=sku, activation_id=activation_id)


def activate_included(card: Card) -> LicenseWork:
    """Take up the included year, which the tool retrieves by itself."""
    steps = (
        _open_tool(card),
        f"Add the card {_named(card)}: the tool retrieves its included year. Activate it.",
        "Declare the day as activated_on, and the date in the License Status column as expires_on.",
        "If the tool retrieves none, ask the Customer Care Center.",
    )
    return _in_tool(Task.ACTIVATE_INCLUDED, card, steps)


def ask_for_included(card: Card, purchase_date: date | None) -> LicenseWork:
    """The vendor's back office has no year for a card that should have one."""
    bought = f", bought on {purchase_date}" if purchase_date else ""
    steps = (f"Ask the Customer Care Center for the included year of the card {_named(card)}{bought}; keep the proof of purchase at hand.",)
    return _work(Task.ASK, card, "Customer Care Center", steps)


def renew(card: Card, *, sku: str | None, voucher: bool, po_email: str | None, ends: date | None, expected: date | None) -> LicenseWork:
    """Renew before the end: order in the portal, then redeem the voucher in the Digital Locker."""
    order = (
        f"Log on to the {PORTAL}; who is new there registers first.",
        f"The vendor's reminder goes to {po_email or 'the address in the order'}.",
        f"Renew the subscription of the card {_named(card)} in one of four ways: {'; '.join(RENEWAL_ROUTES)}.",
        "A Digital Voucher code comes by email.",
    )
    redeem = (
        f"Redeem the voucher in the Digital Locker by {ends or 'the last valid day'} and choose to renew; afterwards it is too late.",
        "Declare the new date in the License Status column as renewed_until.",
    )
    return _work(Task.RENEW, card, PORTAL, redeem if voucher else (*order, *redeem), sku=sku, expected_end=expected)


def buy(card: Card, *, sku: str | None) -> LicenseWork:
    """Buy a subscription, which brings an Activation ID."""
    family = card.secure_nmc.subscription_family
    what = sku or f"a subscription {family} of 1 to {LONGEST_TERM} years"
    steps: tuple[str, ...] = (
        f"Order {what} for the card {_named(card)} from an IT partner or in the {PORTAL}.",
        "The Activation ID comes by email: declare it as activation_id. No time is lost until it is activated.",
    )
    if not card.secure_nmc.verified:
        steps = (f"That {family} is for this product too is a reading of the vendor's list: ask before you order.", *steps)
    return _work(Task.BUY, card, PORTAL, steps, sku=sku)


def transfer(card: Card, *, replaced: str, activation_id: str | None) -> LicenseWork:
    """Have a subscription moved to the card that replaces another."""
    which = f" (Activation ID {activation_id})" if activation_id else ""
    steps = (
        f"Ask the Customer Care Center to move the subscription of the card {replaced}{which} to the card {_named(card)}.",
        "Declare what the License Status column then shows for the new card as activated_on and expires_on.",
    )
    return _work(Task.TRANSFER, card, "Customer Care Center", steps, activation_id=activation_id)


def _named(card: Card) -> str:
    return card.serial or card.mac or "in question"


def _open_tool(card: Card) -> str:
    tool = TOOLS[card.product_family]
    return f"Open the {tool.name} ({tool.part_number}, free from {DOWNLOAD_PAGE}, for {', '.join(TOOL_SYSTEMS)})."


def _in_tool(task: Task, card: Card, steps: tuple[str, ...], *, sku: str | None = None, activation_id: str | None = None) -> LicenseWork:
    tool = TOOLS[card.product_family]
    return LicenseWork(
        task,
        tool.name,
        tool.part_number,
        DOWNLOAD_PAGE,
        TOOL_SYSTEMS,
        card.serial,
        card.mac,
        card.device.serial,
        sku,
        activation_id,
        None,
        steps,
    )


def _work(
    task: Task,
    card: Card,
    program: str,
    steps: tuple[str, ...],
    *,
    sku: str | None = None,
    activation_id: str | None = None,
    expected_end: date | None = None,
) -> LicenseWork:
    numbers = (card.serial, card.mac, card.device.serial)
    return LicenseWork(task, program, None, None, (), *numbers, sku, activation_id, expected_end, steps)
