# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier attempts to upgrade a card mean for the next one.

An attempt is one image for one card. It is written down before the first byte, so what a killed run leaves is an open attempt.
"""

from __future__ import annotations

import datetime as dt
import enum
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.proof import FINAL, UPTIME_GRAIN
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Change
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version

# Every transfer wears the card's flash memory, whether it arrives or not.
MAX_TRANSFERS = 2
# A card that went back by itself as often after it was proven would do so every night.
MAX_REVERSALS = 2
# Beyond these the credential is wrong rather than a card, and going on locks the account out everywhere.
MAX_REFUSALS = 3


class AttemptState(str, enum.Enum):
    """How far an attempt has come."""

    BEGUN = "begun"  # written down; nothing was sent
    SENDING = "sending"  # the first byte may be out
    SENT = "sent"  # the last byte is out, the card will restart
    PROVEN = "proven"  # the card runs the image
    FAILED = "failed"  # bytes were sent, and the card does not run the image
    UNSENT = "unsent"  # it ended before a byte was sent
    SUPERSEDED = "superseded"  # left open by an earlier run; another image is wanted now
    UNKNOWN = "unknown"  # never written: what another version of the collection calls it


_OPEN = (AttemptState.BEGUN, AttemptState.SENDING, AttemptState.SENT)
_VERDICTS = (AttemptState.PROVEN, AttemptState.FAILED)
_NO_VERDICTS = (AttemptState.SUPERSEDED, AttemptState.UNKNOWN)


@dataclass(frozen=True)
class Undertaking:
    """What shall be sent to a card, by whom, and what the card shall run afterwards.

    ``application`` is what the card ran before: a card that loses it on the way no longer says so itself. ``host`` is what the
    inventory called it, which tells nothing but whom to wait for when a host does not answer.
    """

    application: str | None
    image: str
    sha256: str
    component: Component
    changes: tuple[Change, ...]
    operator: str
    controller: str
    change_reference: str | None = None
    host: str | None = None


@dataclass(frozen=True)
class Attempt:
    """An undertaking and what became of it. All times are the ledger's.

    ``marked_at`` is when its state last changed; ``reason`` is why it failed, None also where another version alone knows it.
    """

    id: int
    card: CardKey
    undertaking: Undertaking
    state: AttemptState
    transfers: int
    begun_at: dt.datetime
    marked_at: dt.datetime
    ended_at: dt.datetime | None = None
    reason: Reason | None = None

    @property
    def is_open(self) -> bool:
        return self.state in _OPEN or (self.state is AttemptState.UNKNOWN and self.ended_at is None)


class Fate(enum.Enum):
    """What becomes of an open attempt whose run is gone."""

    WAIT = "wait"  # the card may be about to restart: read it again later
    PROVEN = "proven"  # the card runs the image
    RESUME = "resume"  # send the image again, in the same attempt
    GIVE_UP = "give_up"  # it was sent as often as it may be


def open_attempt(history: t.Iterable[Attempt]) -> Attempt | None:
    """What an earlier run has left open; ``history`` is that of one card, the oldest first."""
    return next((attempt for attempt in reversed(list(history)) if attempt.is_open), None)


def recorded_application(history: t.Iterable[Attempt]) -> str | None:
    """What the card ran when it last said so: the word to go by while it has lost its application."""
    return next((attempt.undertaking.application for attempt in reversed(list(history)) if attempt.undertaking.application), None)


def locked_out(history: t.Iterable[Attempt]) -> Attempt | None:
    """The last attempt that came to an end, where the card took the image and has let nobody in since."""
    last = next((attempt for attempt in reversed(list(history)) if attempt.state in _VERDICTS), None)
    return last if last is not None and last.state is AttemptState.FAILED and last.reason in FINAL.values() else None


def restart_due(attempt: Attempt, *, reboot_timeout: float) -> dt.datetime:
    """Until when the card of an open attempt may be unreachable, or show its old version, because it restarts.

    A card restarts by itself once it has the whole image; of a run that was killed while it sent, nobody knows whether it has.
    """
    patience = 0.0 if attempt.state is AttemptState.BEGUN else reboot_timeout
    return attempt.marked_at + dt.timedelta(seconds=patience)


def fate(
    attempt: Attempt,
    versions: t.Mapping[Component, Version | None],
    *,
    uptime_seconds: float | None,
    now: dt.datetime,
    reboot_timeout: float,
) -> Fate:
    """What an open attempt means, now that its card could be read. ``now`` is the ledger's."""
    changes = attempt.undertaking.changes
    elapsed = (now - attempt.marked_at).total_seconds()
    restarted = uptime_seconds is not None and uptime_seconds + UPTIME_GRAIN <= elapsed
    settled = restarted or now >= restart_due(attempt, reboot_timeout=reboot_timeout)
    # An image that is sent although the card runs it already changes nothing that could be seen.
    visible = any(change.before != change.after for change in changes)
    if runs(attempt, versions) and (visible or settled):
        return Fate.PROVEN
    if not settled:
        return Fate.WAIT
    return Fate.RESUME if may_send(attempt) else Fate.GIVE_UP


def runs(attempt: Attempt, versions: t.Mapping[Component, Version | None]) -> bool:
    """Whether a card says that it runs everything that was sent."""
    return all(versions.get(change.component) == change.after for change in attempt.undertaking.changes)


def may_send(attempt: Attempt) -> bool:
    """Whether the image may be sent, or sent once more, in this attempt."""
    return attempt.transfers < MAX_TRANSFERS


def quarantine(
    history: t.Sequence[Attempt],
    sha256s: t.Collection[str],
    *,
    versions: t.Mapping[Component, Version | None],
    retry_failed: bool = False,
) -> Refusal | None:
    """What earlier attempts speak against one of these images, as long as nobody has said to try it again.

    The card has failed with it, was sent it as often as it may be, or did not keep it. ``versions`` is what the card runs now.
    """
    if retry_failed:
        return None
    found = (_against([attempt for attempt in history if attempt.undertaking.sha256 == sha256]) for sha256 in sha256s)
    lost = (_reversals(history, sha256, versions) for sha256 in sha256s)
    return next((refusal for refusal in (*found, *lost) if refusal is not None), None)


def _against(tries: t.Sequence[Attempt]) -> Refusal | None:
    """What the tries of one image speak against another; only a proof wipes them out."""
    verdict = next((attempt for attempt in reversed(tries) if attempt.state in _VERDICTS), None)
    if verdict is not None and verdict.state is AttemptState.FAILED:
        return Refusal(Reason.QUARANTINED, _failure(verdict))
    given_up = [attempt for attempt in tries if attempt.state in _NO_VERDICTS and (verdict is None or attempt.id > verdict.id)]
    transfers = sum(attempt.transfers for attempt in given_up)
    if transfers < MAX_TRANSFERS:
        return None
    sentence = (
        f"{given_up[-1].undertaking.image} was sent to it {transfers} times by runs that were ended before they knew what became of it"
    )
    return Refusal(Reason.QUARANTINED, sentence)


def _reversals(history: t.Sequence[Attempt], sha256: str, versions: t.Mapping[Component, Version | None]) -> Refusal | None:
    """Whether the card was proven to run an image and was found without it, again and again.

    Whoever brings it to another image finds it with this one; so a card that was brought back on purpose did not lose it.
    """
    proofs = [
        attempt
        for place, attempt in enumerate(history)
        if attempt.undertaking.sha256 == sha256
        and attempt.state is AttemptState.PROVEN
        and _is_lost(attempt.undertaking, history[place + 1 :], versions)
    ]
    if len(proofs) < MAX_REVERSALS:
        return None
    last = proofs[-1]
    sentence = (
        f"{last.undertaking.image} was proven on it {len(proofs)} times, last on {_ended(last)}, and each time it went back by itself"
    )
    return Refusal(Reason.KEEPS_REVERTING, sentence)


def _is_lost(proven: Undertaking, later: t.Sequence[Attempt], versions: t.Mapping[Component, Version | None]) -> bool:
    """Whether the card ran something else when it was next looked at. What it did not say then is no loss."""
    parts = {change.component for change in proven.changes}
    seen = ({change.component: change.before for change in attempt.undertaking.changes} for attempt in later)
    found: t.Mapping[Component, Version | None] = next((before for before in seen if parts & before.keys()), versions)
    return any(found.get(change.component) not in (None, change.after) for change in proven.changes)


def _failure(attempt: Attempt) -> str:
    why = attempt.reason.value if attempt.reason is not None else "for a reason that is not known"
    return f"{attempt.undertaking.image} was sent to it on {_ended(attempt)} and failed ({why})"


def _ended(attempt: Attempt) -> str:
    return f"{attempt.ended_at or attempt.marked_at:%Y-%m-%d %H:%M} UTC"


def suspicion(refusals: int, *, retry_failed: bool = False) -> Refusal | None:
    """Whether a credential must not be used, after so many refusals since a card last took it."""
    if retry_failed or refusals < MAX_REFUSALS:
        return None
    return Refusal(Reason.CREDENTIAL_SUSPECTED, f"{refusals} logins in a row with this user name and password were refused")
