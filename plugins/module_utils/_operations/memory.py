# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the work on one card needs of a memory that outlives it, and a memory that does not.

The ledger is the one that does; it is the controller's. A module on a jump host forgets.
"""

from __future__ import annotations

import contextlib
import math
import time
import typing as t
from dataclasses import replace
from datetime import date, datetime, timezone

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import Attempt, AttemptState, Undertaking, may_send
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
from ansible_collections.secure_power.nmc.plugins.module_utils._core.finding import NOT_KNOWN
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import LedgerError

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import Rights
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Step

# The interval between two signs of life of a transfer (s).
SIGN_OF_LIFE = 30.0
# Prolongs a claim by so many seconds from now.
Prolong = t.Callable[[float], None]


class Memory(t.Protocol):
    """Everything here may raise `LedgerError`."""

    def now(self) -> datetime:
        """The time by which attempts are dated."""

    def rights(self, card: Card, *, purchase_date: date | None = None) -> Rights:
        """What a card is entitled by. A year may have come with the device when it was bought."""

    def history(self, card: Card) -> t.Sequence[Attempt]:
        """Earlier attempts on a card, the oldest first."""

    def left_open(self) -> Attempt | None:
        """What an earlier run has left open on the card that answered as this host then."""

    def claimed(self, card: Card | CardKey, *, seconds: float, to_send: bool = False) -> t.ContextManager[Prolong]:
        """Hold a card against all others, and where something is sent a place at its site and among its client's cards.

        Raises `BlockedError` LEASE_HELD, LIMIT_REACHED, ON_HOLD or IDENTITY_UNKNOWN.
        """

    def begin(self, card: Card, step: Step, *, sha256: str) -> Attempt:
        """Write down what shall be sent, or take over the open attempt with the same image."""

    def sending(self, attempt: Attempt) -> Attempt:
        """Count a transfer, before its first byte."""

    def alive(self, attempt: Attempt) -> Attempt:
        """It is still being sent."""

    def sent(self, attempt: Attempt) -> Attempt:
        """The last byte is out."""

    def end(self, attempt: Attempt, state: AttemptState, reason: Reason | None = None) -> None:
        """The attempt is over."""

    def refusals(self) -> int:
        """How often cards refused the SSH credentials of this task since one took them."""

    def login_refused(self) -> None:
        """Count another one."""

    def login_taken(self) -> None:
        """A card took them."""


class OneRun:
    """The memory of a run that nothing is remembered after."""

    def now(self) -> datetime:
        return datetime.now(timezone.utc)

    def rights(self, _card: Card, *, purchase_date: date | None = None) -> Rights:
        del purchase_date
        return NOT_KNOWN, None

    def history(self, _card: Card) -> t.Sequence[Attempt]:
        return ()

    def left_open(self) -> Attempt | None:
        return None

    @contextlib.contextmanager
    def claimed(self, _card: Card | CardKey, *, seconds: float, to_send: bool = False) -> t.Iterator[Prolong]:
        del seconds, to_send
        yield lambda _seconds: None

    def begin(self, card: Card, step: Step, *, sha256: str) -> Attempt:
        undertaking = undertake(card, step, sha256=sha256, operator="", controller="")
        now = self.now()
        return Attempt(0, CardKey(card.serial, card.mac), undertaking, AttemptState.BEGUN, transfers=0, begun_at=now, marked_at=now)

    def sending(self, attempt: Attempt) -> Attempt:
        return replace(attempt, state=AttemptState.SENDING, transfers=attempt.transfers + 1)

    def alive(self, attempt: Attempt) -> Attempt:
        return attempt

    def sent(self, attempt: Attempt) -> Attempt:
        return replace(attempt, state=AttemptState.SENT)

    def end(self, attempt: Attempt, state: AttemptState, reason: Reason | None = None) -> None:
        """Nobody asks later."""

    def refusals(self) -> int:
        return 0

    def login_refused(self) -> None:
        """Nobody counts."""

    def login_taken(self) -> None:
        """Nobody counts."""


class Trial:
    """One attempt as it goes on.

    From its first byte on, a memory that fails does not hide what becomes of the card: the attempt stays open, and the next run settles it.
    """

    def __init__(self, memory: Memory, attempt: Attempt, warn: t.Callable[[str], None]) -> None:
        self._memory, self._attempt, self._warn = memory, attempt, warn
        self._sent_earlier = attempt.transfers > 0
        self._sign_due = 0.0

    @property
    def may_send(self) -> bool:
        return may_send(self._attempt)

    def sending(self) -> None:
        self._attempt = self._memory.sending(self._attempt)
        self._sign_due = time.monotonic() + SIGN_OF_LIFE

    def alive(self) -> None:
        """Called as it is sent: when its run is killed, an attempt must not be older than what the card has of it."""
        if time.monotonic() < self._sign_due:
            return
        self._sign_due = math.inf  # a ledger that fails is told once
        with self._warned():
            self._attempt = self._memory.alive(self._attempt)
            self._sign_due = time.monotonic() + SIGN_OF_LIFE

    def sent(self) -> None:
        with self._warned():
            self._attempt = self._memory.sent(self._attempt)

    def proven(self) -> None:
        with self._warned():
            self._memory.end(self._attempt, AttemptState.PROVEN)

    def failed(self, reason: Reason, *, sent: bool) -> None:
        """``sent``: a byte has left in this run. What an earlier run has sent, and this one has not, stays open as it was found."""
        if sent or not self._sent_earlier:
            with self._warned():
                self._memory.end(self._attempt, AttemptState.FAILED if sent else AttemptState.UNSENT, reason)

    @contextlib.contextmanager
    def _warned(self) -> t.Iterator[None]:
        try:
            yield
        except LedgerError as error:
            self._warn(error.message)


def undertake(card: Card, step: Step, *, sha256: str, operator: str, controller: str) -> Undertaking:
    """What a step is, in the words of an attempt."""
    return Undertaking(
        application=card.application,
        image=step.image.name,
        sha256=sha256,
        component=step.component,
        changes=step.changes,
        operator=operator,
        controller=controller,
    )
