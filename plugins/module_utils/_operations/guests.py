# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Linked rack PDUs: the host updates its guests by itself, over the link cable, and the proof covers them."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import parse_version
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError, ProofError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, gather_snmp

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import LinkedDevice

# The interval between two readings grows with the time waited, between these bounds (seconds).
_SHORTEST, _LONGEST = 0.5, 30.0


def await_guests(access: Access, before: Card, *, timeout: float) -> tuple[LinkedDevice, ...]:
    """Wait until every guest that was linked before runs the host's application. ``timeout`` in seconds.

    Returns the guests as read last. Raises `ProofError` GUEST_NOT_UPDATED.
    """
    started = time.monotonic()
    behind = list(before.linked)
    while behind:
        try:
            card = gather_snmp(access)
            wanted = card.version(Component.APPLICATION)
            found = {guest.serial: guest for guest in card.linked}
            behind = [found.get(guest.serial, guest) for guest in before.linked if _version(found.get(guest.serial)) != wanted]
            if not behind:
                return card.linked
        except NmcError:
            pass  # The host is busy with its guests and may not answer; only the deadline counts.
        if time.monotonic() - started > timeout:
            said = ", ".join(f"{guest.serial} {guest.application}" for guest in behind)
            raise ProofError(Reason.GUEST_NOT_UPDATED, f"{access.card}: after {timeout:.0f} s these linked PDUs are not updated: {said}.")
        time.sleep(min(_LONGEST, max(_SHORTEST, (time.monotonic() - started) / 20)))
    return ()


def _version(guest: LinkedDevice | None) -> t.Any:
    return parse_version(guest.application) if guest else None
