# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an earlier run has left open on a card: waited for, and brought to an end where that can be told."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import AttemptState, Fate, fate, open_attempt
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, ReplyError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import gather

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import Attempt
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.order import Job

# Between two readings of a card that may be about to restart (s).
_INTERVAL = 2.0
# Beyond the restart itself a claim covers the readings around it (s).
_MARGIN = 120.0


def adopt(job: Job, card: Card) -> Card:
    """The card as it is once an open attempt is settled; at once where there is none."""
    if open_attempt(job.memory.history(card)) is None:
        return card
    with job.memory.claimed(card, seconds=job.order.limits.reboot_timeout + _MARGIN):
        attempt = open_attempt(job.memory.history(card))
        return card if attempt is None else _settle(job, card, attempt)


def _settle(job: Job, card: Card, attempt: Attempt) -> Card:
    job.say(f"an earlier run has left {attempt.undertaking.image} {attempt.state.value}; finding out what became of it")
    verdict = _fate(job, card, attempt)
    while verdict is Fate.WAIT:
        time.sleep(_INTERVAL)
        card = _read_again(job) or card
        verdict = _fate(job, card, attempt)
    if verdict is Fate.PROVEN:
        job.memory.end(attempt, AttemptState.PROVEN)
    elif verdict is Fate.GIVE_UP:
        job.memory.end(attempt, AttemptState.FAILED, Reason.STILL_OLD_VERSION)
    return card


def _fate(job: Job, card: Card, attempt: Attempt) -> Fate:
    return fate(
        attempt,
        card.firmware_versions,
        uptime_seconds=card.uptime_seconds,
        now=job.memory.now(),
        reboot_timeout=job.order.limits.reboot_timeout,
    )


def _read_again(job: Job) -> Card | None:
    """None while it restarts."""
    try:
        return gather(job.access).card
    except (UnreachableError, AccessError, ReplyError):
        return None
