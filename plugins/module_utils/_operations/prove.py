# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prove an upgrade by what the card says afterwards: it went away, came back, is the same card and runs the target."""

from __future__ import annotations

import time
import typing as t
from contextlib import suppress
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core import proof
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError, ProofError, TransferError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, gather_snmp, gather_ssh
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import identification

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Step

# The knock interval grows with the time waited, between these bounds (seconds).
_KNOCK_MIN, _KNOCK_MAX = 0.5, 5.0
# While it was not seen away, the card is read after these seconds: it may have restarted between two knocks.
_LOOKS = (10.0, 30.0, 60.0, 120.0, 240.0, 480.0)
# A card whose last word was lost, and that is still up after this time, did not take the image (seconds). Source: a fleet script of
# the field allows a card as long to go down.
_GOES_DOWN = 300.0


@dataclass(frozen=True)
class Restart:
    """A proven restart: the card as it was read afterwards, and the seconds from the last byte to that reading."""

    card: Card
    seconds: float
    seen_away: bool


@dataclass(frozen=True)
class Awaited:
    """What to wait for: the card as it was, the step that was sent, when its last byte was out (monotonic) and how long to wait (s).

    ``taken`` says whether the card confirmed the transfer before it hung up.
    """

    before: Card
    step: Step
    taken: bool
    sent_at: float
    timeout: float


def await_restart(access: Access, awaited: Awaited, *, seen: t.Callable[[Card], None]) -> Restart:
    """Wait until the card has restarted with what was sent; ``seen`` is called with every reading on the way.

    Raises `ProofError` with what was seen instead, or `TransferError` when the card neither confirmed the transfer nor restarted.
    """
    return _Watch(access, awaited, seen).run()


class _Watch:
    def __init__(self, access: Access, awaited: Awaited, seen: t.Callable[[Card], None]) -> None:
        self._access, self._endpoint, self._seen = access, access.require_ssh(), seen
        self._before, self._step = awaited.before, awaited.step
        self._taken, self._sent_at, self._timeout = awaited.taken, awaited.sent_at, awaited.timeout
        self._seen_away = False
        self._looks = list(_LOOKS)
        self._last_error: NmcError | None = None

    def run(self) -> Restart:
        while self._elapsed() < self._patience():
            if identification(self._endpoint) is None:
                self._seen_away = True
            elif self._worth_a_look():
                restart = self._look()
                if restart is not None:
                    return restart
            time.sleep(min(_KNOCK_MAX, max(_KNOCK_MIN, self._elapsed() / 20)))
        raise self._nothing_came()

    def _patience(self) -> float:
        stays_up = not self._seen_away and self._last_error is None
        return min(self._timeout, _GOES_DOWN) if stays_up and not self._taken else self._timeout

    def _elapsed(self) -> float:
        return time.monotonic() - self._sent_at

    def _worth_a_look(self) -> bool:
        if self._seen_away:
            return True
        if not self._looks or self._elapsed() < self._looks[0]:
            return False
        self._looks.pop(0)
        return True

    def _look(self) -> Restart | None:
        """Read the card; None when it has to be waited for further."""
        try:
            card = gather_ssh(self._access)
        except NmcError as error:
            if error.reason in proof.FINAL:
                raise self._locked_out(error) from error
            self._last_error = error
            return None
        self._last_error = None
        self._seen(card)
        self._insist(proof.another_card(self._before, card))
        if not self._restarted(card) or proof.is_starting(card):
            return None
        self._insist(proof.shortfall(self._before, card, self._step))
        return Restart(card, self._elapsed(), self._seen_away)

    def _insist(self, refusal: Refusal | None) -> None:
        if refusal is not None:
            raise ProofError.of(refusal, self._access.card)

    def _restarted(self, card: Card) -> bool:
        elapsed = self._elapsed()
        if proof.has_stayed_up(card, seconds=elapsed):
            # It was the network between that was away.
            self._seen_away = False
        return self._seen_away or proof.has_restarted(self._before, card, self._step, seconds=elapsed)

    def _locked_out(self, error: NmcError) -> ProofError:
        """SSH lets nobody in any more. What the card runs is then asked over SNMP, if that is possible."""
        evidence, said = dict(error.evidence), "What it runs cannot be asked over SNMP."
        if self._access.snmp is not None:
            with suppress(NmcError):
                card = gather_snmp(self._access)
                self._seen(card)
                wrong = proof.off_target(card, self._step)
                evidence["versions_over_snmp"] = {part.value: str(version) for part, version in card.firmware_versions.items() if version}
                said = f"Over SNMP it says {proof.said_instead(card, wrong)}." if wrong else "Over SNMP it runs what was sent."
        message = f"{error.message} This came after {self._step.image.name} was sent. {said}"
        return ProofError(proof.FINAL[error.reason], message, evidence=evidence)

    def _nothing_came(self) -> NmcError:
        waited = f"{self._elapsed():.0f} s after {self._step.image.name} was sent"
        if self._last_error is not None:
            message = f"{self._access.card}: {waited} the card answers but cannot be read: {self._last_error.message}"
            return ProofError(Reason.NOT_READABLE_AFTER, message, evidence=self._last_error.evidence)
        if self._seen_away:
            return ProofError(Reason.NEVER_CAME_BACK, f"{self._access.card}: {waited} the card is still away.")
        if not self._taken:
            message = (
                f"{self._access.card}: the connection broke before the card confirmed the transfer, and {waited} it has not restarted."
            )
            return TransferError(Reason.TRANSFER_INTERRUPTED, message)
        return ProofError(Reason.NOT_RESTARTED, f"{self._access.card}: {waited} the card has not restarted.")
