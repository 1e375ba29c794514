# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must hold before the first byte of an image is sent, beside the plan itself."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.proof import is_starting
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import DeviceReading
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions

# The types of account that may change firmware, as the login banner names them. Source: CLI guides of both generations.
MAY_WRITE = ("Administrator", "Super User")
TESTING = "in_progress"


def confirm(over_snmp: Card, over_ssh: Card) -> Card | Refusal:
    """One card out of both readings. Images go where SSH answers: it must be the card that answered over SNMP.

    The MAC address counts where there are no two serials to compare; over SNMP it comes from an engine ID, which people can set.
    """
    told_apart_by = "mac" if None in (over_snmp.serial, over_ssh.serial) else "serial"
    for name in (told_apart_by, "hardware_token", "application"):
        first, second = getattr(over_snmp, name), getattr(over_ssh, name)
        if None not in (first, second) and first != second:
            return Refusal(Reason.WRONG_CARD, f"over SNMP the card says {name} {first}, over SSH {second}")
    return replace(over_ssh, device=_worst(over_ssh.device, over_snmp.device), linked=over_snmp.linked)


def _worst(first: DeviceReading, second: DeviceReading) -> DeviceReading:
    """Of two readings of a device, the states that speak against an upgrade."""
    testing = TESTING in (first.self_test, second.self_test)
    return replace(
        first,
        on_battery=first.on_battery or second.on_battery,
        self_test=TESTING if testing else first.self_test or second.self_test,
    )


def preflight(card: Card, allow: Permissions) -> Refusal | None:
    """What stands against sending an image now: the account, a card that starts, or a UPS that is not on mains and at rest.

    What is not said passes.
    """
    ups = card.device.model or "UPS"
    if card.user_type is not None and card.user_type not in MAY_WRITE:
        return Refusal(Reason.NOT_ADMINISTRATOR, f"the user is a {card.user_type} on the card, which may not change firmware")
    if is_starting(card):
        return Refusal(Reason.CARD_RESTARTING, "its application is still starting")
    if card.device.on_battery and not allow.on_battery:
        return Refusal(Reason.ON_BATTERY, f"the {ups} runs on battery")
    if card.device.self_test == TESTING and not allow.self_test:
        return Refusal(Reason.SELF_TEST_RUNNING, f"the {ups} is testing itself")
    return None
