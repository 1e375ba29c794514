# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait while a person or a program of the vendor brings a card to a release, and prove the outcome like one's own."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.proof import another_card
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError, ProofError, ReplyError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, gather

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Release

# The interval between two readings grows with the time waited, between these bounds (seconds).
_SHORTEST, _LONGEST = 1.0, 60.0
# The program of the vendor may hold the only session, and a card that starts breaks connections off.
_PASSING = (Reason.SESSION_LIMIT, Reason.SSH_FAILED)


def await_release(access: Access, before: Card, target: Release, *, timeout: float, seen: t.Callable[[Card], None]) -> None:
    """Read the card until it runs the target; ``seen`` is called with every reading. ``timeout`` in seconds.

    A card that is away, busy or cannot be understood is waited for, since it restarts on the way. Raises `ProofError`
    EXTERNAL_NOT_DONE or IDENTITY_CHANGED, and what `gather` raises when the card lets nobody in.
    """
    started, said = time.monotonic(), _said(before, target)
    while True:
        try:
            card = gather(access).card
        except NmcError as error:
            if not (isinstance(error, (UnreachableError, ReplyError)) or error.reason in _PASSING):
                raise
            said = error.message
        else:
            seen(card)
            stranger = another_card(before, card)
            if stranger is not None:
                raise ProofError.of(stranger, access.card)
            if all(card.version(component) == wanted for component, wanted in target.targets.items()):
                return
            said = _said(card, target)
        waited = time.monotonic() - started
        if waited >= timeout:
            raise ProofError(Reason.EXTERNAL_NOT_DONE, f"{access.card}: after {waited:.0f} s the card does not run {target}; {said}.")
        time.sleep(min(_LONGEST, max(_SHORTEST, waited / 20), timeout - waited))


def _said(card: Card, target: Release) -> str:
    versions = (f"{component.value} {card.version(component) or 'unknown'}" for component in target.targets)
    return f"it says {', '.join(versions)}"
