# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan as people read it."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.purchases import Plan, Purchase, Step
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.stock import Stocked


def text_of(client: str, plan: Plan) -> str:
    """Every section is there, so that nobody wonders whether it was looked at."""
    wanted = sum(purchase.count for purchase in plan.purchases)
    sections = (
        (f"Ended, or ends within {plan.days} days", len(plan.ending), [f"{x.until}  {x.host}  {x.has.value}" for x in plan.ending]),
        ("To buy", wanted, [line for purchase in plan.purchases for line in _bought(purchase)]),
        ("To activate", len(plan.activations), [_activated(step) for step in plan.activations]),
        ("In stock", len(plan.stock), [_stocked(stocked) for stocked in plan.stock]),
        ("Undecided", len(plan.undecided), [f"{host}: {why}" for host, why in plan.undecided]),
    )
    body = "".join(f"\n{title}: {count}\n{''.join(f'  {line}{chr(10)}' for line in lines)}" for title, count, lines in sections)
    return f"Subscriptions of {client} on {plan.today}\n{body}"


def _bought(purchase: Purchase) -> t.Iterator[str]:
    yield f"{purchase.count} x {purchase.sku}, the first needed on {purchase.first_needed}"
    for step in purchase.steps:
        yield f"  {step.on} to {step.until}  {step.host}: {step.why}"


def _activated(step: Step) -> str:
    what = "the included year" if step.id is None else f"the Activation ID {step.id} ({step.sku or 'part number unknown'})"
    gap = f"; {step.unentitled_days} days before it are without right" if step.unentitled_days else ""
    return f"{step.on}  {step.host}: {what}, until {step.until or 'nobody knows when'}: {step.why}{gap}"


def _stocked(stocked: Stocked) -> str:
    held = stocked.held
    until = f", held until {held.hold_until}" if held.hold_until else ""
    return f"{held}  {held.sku}: {stocked.taken} of {held.seats} seats taken{until}"
