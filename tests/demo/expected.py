# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the demo must show; anything else fails it."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from demo.told import Rows

# Status and reason of each card.
Verdicts = t.Mapping[str, tuple[str, str]]

_UPGRADED, _AT_TARGET = ("compliant", "upgraded"), ("compliant", "at_target")

FLEET: Verdicts = {
    "alpha-ups-1": _UPGRADED,
    "alpha-ups-2": _UPGRADED,
    "alpha-ups-3": _AT_TARGET,
    "alpha-ultra-1": _UPGRADED,
    "bravo-pdu-1": _UPGRADED,
    "bravo-pdu-2": _UPGRADED,
    "bravo-ats-1": ("blocked", "rack_ats_needs_consent"),
    "bravo-inrow-1": ("blocked", "image_wrong_hardware"),
    "charlie-ups-1": _UPGRADED,
    "charlie-sym-1": _UPGRADED,
    "charlie-easy-1": _AT_TARGET,
    "charlie-ups-9": ("unreachable", "connection_failed"),
}

# Three cards in trouble, and the one whose trouble is over in the next run.
TROUBLE: Verdicts = {
    "delta-ups-1": ("failed", "transfer_interrupted"),
    "delta-ups-2": ("failed", "still_old_version"),
    "delta-pdu-1": ("failed", "host_key_changed"),
}
MENDED: Verdicts = {"delta-ups-1": _UPGRADED}

# Six cards that shall run certified firmware: their subscriptions, what the baseline makes of them, and the card for which one is
# bought then.
SUBSCRIPTIONS: Verdicts = {
    "echo-ups-1": ("not_entitled", "not_subscribed"),
    "echo-ups-2": ("compliant", "subscription_expiring"),
    "echo-ups-3": ("not_entitled", "expired_cannot_renew"),
    "echo-ups-4": ("compliant", "platform_covered"),
    "echo-ups-5": ("not_entitled", "not_subscribed"),
    "echo-ups-6": ("compliant", "subscribed"),
}
CERTIFIED: Verdicts = {
    "echo-ups-1": ("not_entitled", "not_subscribed"),
    "echo-ups-2": _AT_TARGET,
    "echo-ups-3": ("not_entitled", "expired_cannot_renew"),
    "echo-ups-4": _UPGRADED,
    "echo-ups-5": ("waived", "waived"),
    "echo-ups-6": _UPGRADED,
}
BOUGHT: Verdicts = {"echo-ups-1": ("compliant", "subscribed")}
NOW_CERTIFIED: Verdicts = {"echo-ups-1": _UPGRADED}
AUDITED: Verdicts = {
    **{f"echo-ups-{number}": _AT_TARGET for number in (1, 2, 4, 6)},
    "echo-ups-3": ("not_entitled", "expired_cannot_renew"),
    "echo-ups-5": ("waived", "waived"),
}


def changes_foretold(planned: Rows) -> list[str]:
    """Where check mode said something else than what the real run is to do."""
    foretold = {card: bool(planned.get(card, {}).get("changed")) for card in FLEET}
    return [f"{card}: check mode says changed={said}" for card, said in foretold.items() if said is not (FLEET[card] == _UPGRADED)]


def nothing_changed(again: Rows) -> list[str]:
    """Where the second run did something."""
    problems = [f"{card} changed again in the second run" for card, row in again.items() if row["changed"]]
    return problems if len(again) == len(FLEET) else [*problems, f"the second run has {len(again)} results of {len(FLEET)}"]


def unlike(rows: Rows, expected: Verdicts) -> list[str]:
    """The cards that did not go as they must."""
    problems = []
    for card, (status, reason) in expected.items():
        row = rows.get(card, {})
        if (row.get("status"), row.get("reason")) != (status, reason):
            problems.append(f"{card} is {row.get('status')} ({row.get('reason')}), expected {status} ({reason}): {row.get('msg')}")
    return problems
