# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an earlier run has left on a card: an open attempt is waited for and brought to an end, a missing proof is made good."""

from __future__ import annotations

import time
import typing as t
from datetime import timedelta

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import (
    AttemptState,
    Fate,
    fate,
    open_attempt,
    restart_due,
    runs,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.proof import FINAL, another_card, is_starting
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, ProofError, ReplyError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.login import confirm_over_ssh, read

if t.TYPE_CHECKING:
    from datetime import datetime

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import Attempt
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Reading
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.order import Job

# Between two readings of a card that may be about to restart (s).
_INTERVAL = 2.0
# Beyond the restart itself a claim covers the readings around it (s).
_MARGIN = 120.0
# How a card that restarts may fail to answer.
_NOT_NOW = (UnreachableError, AccessError, ReplyError)


def meet(job: Job, *, check_mode: bool) -> Reading:
    """The first reading of a card. One that is away because an earlier run restarted it is waited for."""
    try:
        return read(job)
    except _NOT_NOW as error:
        left = None if error.reason in (*FINAL, Reason.NAME_UNRESOLVED) else job.memory.left_open()
        if left is None or left.state is AttemptState.BEGUN:
            raise
        if check_mode:
            raise type(error)(error.reason, f"{error.message} {_open(left)}.", evidence=error.evidence) from error
        with job.memory.claimed(left.card, seconds=job.order.limits.reboot_timeout + _MARGIN):
            left = job.memory.left_open()
            return read(job) if left is None else _Adoption(job, left).meet(error)


def adopt(job: Job, card: Card) -> Card:
    """The card as it is once its open attempt is settled, by this run or meanwhile by another one."""
    with job.memory.claimed(card, seconds=job.order.limits.reboot_timeout + _MARGIN):
        attempt = open_attempt(job.memory.history(card))
        return card if attempt is None else _Adoption(job, attempt).settle(card)


def let_in_again(job: Job, card: Card, left: Attempt, *, check_mode: bool) -> Card:
    """The card, asked over SSH because its last upgrade ended with nobody being let in any more: SNMP would hide that it still is so."""
    if card.source == "snmp" and job.access.ssh is None:
        job.outcome.warnings.append(
            f"{job.card}: {_since(left)}. Whether it lets somebody in now cannot be seen without credentials for SSH."
        )
        return card
    if card.source == "snmp":
        try:
            card = confirm_over_ssh(job, card)
        except AccessError as error:
            raise AccessError(error.reason, f"{error.message} {_since(left)}.", evidence=error.evidence) from error
    if runs(left, card.firmware_versions) and not check_mode:
        with job.memory.claimed(card, seconds=_MARGIN):
            job.memory.end(left, AttemptState.PROVEN)
    return card


def _open(left: Attempt) -> str:
    return f"An earlier run has left {left.undertaking.image} {left.state.value} on {left.marked_at:%Y-%m-%d %H:%M} UTC"


def _since(left: Attempt) -> str:
    why = left.reason.value if left.reason else "unknown"
    return f"The upgrade with {left.undertaking.image} on {left.marked_at:%Y-%m-%d} ended with {why}"


class _Adoption:
    """One open attempt. The ledger says how old it is; how long it is waited for is measured, whatever becomes of that clock."""

    def __init__(self, job: Job, attempt: Attempt) -> None:
        self._job, self._attempt = job, attempt
        self._began, self._began_at = time.monotonic(), max(job.memory.now(), attempt.marked_at)

    def meet(self, error: NmcError) -> Reading:
        """A reading of a card that did not answer, as soon as it does; whose card answers there is for others to see."""
        self._job.say(f"{_open(self._attempt)}; waiting for the card")
        while self._now() < restart_due(self._attempt, reboot_timeout=self._reboot_timeout):
            time.sleep(_INTERVAL)
            try:
                return read(self._job)
            except _NOT_NOW as again:
                if again.reason in FINAL:
                    raise
                error = again
        raise self._never_came_back() if isinstance(error, UnreachableError) else error

    def settle(self, card: Card) -> Card:
        left = f"{self._attempt.undertaking.image} {self._attempt.state.value}"
        self._job.say(f"an earlier run has left {left}; finding out what became of it")
        verdict = self._fate(card)
        while verdict is Fate.WAIT:
            time.sleep(_INTERVAL)
            again = self._read_again(card)
            if again is not None:
                card, verdict = again, self._fate(again)
            elif self._now() >= restart_due(self._attempt, reboot_timeout=self._reboot_timeout):
                raise self._never_came_back()
        if verdict is not Fate.PROVEN and card.source == "snmp" and self._job.access.ssh is not None:
            # SNMP may not say every version that the image brings.
            card = confirm_over_ssh(self._job, card)
            verdict = self._fate(card)
        if verdict is Fate.PROVEN:
            self._job.memory.end(self._attempt, AttemptState.PROVEN)
        elif verdict is Fate.GIVE_UP and card.source == "ssh":
            self._job.memory.end(self._attempt, AttemptState.FAILED, Reason.STILL_OLD_VERSION)
        return card

    @property
    def _reboot_timeout(self) -> float:
        return self._job.order.limits.reboot_timeout

    def _now(self) -> datetime:
        return self._began_at + timedelta(seconds=time.monotonic() - self._began)

    def _fate(self, card: Card) -> Fate:
        """What a reading means that was made just now. A card that starts has not said its last word."""
        if is_starting(card) and self._now() < restart_due(self._attempt, reboot_timeout=self._reboot_timeout):
            return Fate.WAIT
        return fate(
            self._attempt,
            card.firmware_versions,
            uptime_seconds=card.uptime_seconds,
            now=self._now(),
            reboot_timeout=self._reboot_timeout,
        )

    def _read_again(self, before: Card) -> Card | None:
        """None while it restarts. A refused password is not tried again."""
        try:
            card = read(self._job).card
        except _NOT_NOW as error:
            if error.reason in FINAL:
                raise
            return None
        stranger = another_card(before, card)
        if stranger is not None:
            raise ProofError.of(stranger, self._job.card)
        return card

    def _never_came_back(self) -> ProofError:
        self._job.memory.end(self._attempt, AttemptState.FAILED, Reason.NEVER_CAME_BACK)
        message = f"{self._job.card}: an earlier run sent {self._attempt.undertaking.image}, and the card is still away."
        return ProofError(Reason.NEVER_CAME_BACK, message)
