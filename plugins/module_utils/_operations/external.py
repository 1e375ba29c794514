# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait while a person or a program of the vendor brings a card to a release, and prove the outcome like one's own."""

from __future__ import annotations

import time
import typing as t
from contextlib import suppress

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import ProofError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, gather
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.identity import check_same_card

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Release

# The interval between two readings grows with the time waited, between these bounds (seconds).
_SHORTEST, _LONGEST = 1.0, 60.0


def await_release(access: Access, before: Card, target: Release, *, timeout: float, seen: t.Callable[[Card], None]) -> None:
    """Read the card until it runs the target; ``seen`` is called with every reading. ``timeout`` in seconds.

    A card that is away is waited for, since it restarts on the way. Raises `ProofError` EXTERNAL_NOT_DONE or IDENTITY_CHANGED,
    and what `gather` raises when the card lets nobody in.
    """
    started = time.monotonic()
    card = before
    while time.monotonic() - started < timeout:
        with suppress(UnreachableError):
            card = gather(access).card
            seen(card)
            check_same_card(access.card, before, card)
            if all(card.version(component) == wanted for component, wanted in target.targets.items()):
                return
        time.sleep(min(_LONGEST, max(_SHORTEST, (time.monotonic() - started) / 20)))
    said = ", ".join(f"{component.value} {card.version(component)}" for component in target.targets)
    raise ProofError(Reason.EXTERNAL_NOT_DONE, f"{access.card}: after {timeout:.0f} s the card still says {said}.")
