# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger knows of all cards of one client, in a few queries for a whole audit."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import recorded_application
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey, card_key, is_same_card
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import present, recorded_coverage

if t.TYPE_CHECKING:
    from datetime import date

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import Attempt
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import Rights
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import Ledger
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.observations import Sighting

_Kept = t.TypeVar("_Kept")
# How an upgrade ends after which nobody has heard of the card.
_LOST = (Reason.NEVER_CAME_BACK, Reason.NOT_READABLE_AFTER, Reason.TRANSFER_INTERRUPTED)


class ByCard(t.Generic[_Kept]):
    """Things kept by the keys of cards, in the order in which they came; a key that lacks a half finds them too."""

    def __init__(self, kept: t.Iterable[tuple[CardKey, _Kept]]) -> None:
        self._by_half: dict[str, list[tuple[int, CardKey, _Kept]]] = {}
        for number, (card, thing) in enumerate(kept):
            for half in filter(None, (card.serial, card.mac)):
                self._by_half.setdefault(half, []).append((number, card, thing))

    def of(self, card: CardKey) -> list[_Kept]:
        halves = filter(None, (card.serial, card.mac))
        found = {number: thing for half in halves for number, key, thing in self._by_half.get(half, ()) if is_same_card(key, card)}
        return [found[number] for number in sorted(found)]


@dataclass(frozen=True)
class Lost:
    """A card that did not come back from its last upgrade: why, since when, and the host that it was last seen as."""

    card: CardKey
    reason: Reason
    since: datetime
    host: str | None


class AuditMemory:
    """One client's ledger, of which each part is read as a whole when it is first asked for."""

    def __init__(self, ledger: Ledger, *, today: date) -> None:
        self._ledger, self._today = ledger, today

    def rights(self, card: Card, *, purchase_date: date | None = None) -> Rights:
        """The same answer as the memory of one card gives."""
        key = card_key(card)
        if isinstance(key, Refusal):
            return present(card, (), today=self._today, doubtful=True), None
        history = self._subscriptions.of(key)
        doubtful = not history and bool(self._elsewhere.of(key))
        found = present(card, history, today=self._today, purchase_date=purchase_date, doubtful=doubtful)
        return found, recorded_coverage(history)

    def lost_application(self, card: Card) -> str | None:
        """What a card without an application ran when an upgrade of it began."""
        key = card_key(card)
        return None if isinstance(key, Refusal) or not card.application_missing else recorded_application(self._attempts.of(key))

    def tried_at(self, card: Card) -> datetime | None:
        """When an upgrade of the card was last heard of: what was read before may no longer be so."""
        key = card_key(card)
        attempts = () if isinstance(key, Refusal) else self._attempts.of(key)
        return attempts[-1].marked_at if attempts else None

    def lost_in(self, host: str, card: Card | None, read_at: datetime | None) -> Reason | None:
        """Why the last upgrade of an unread host's card failed, if nobody has read the card since. ``card`` is what was known of it."""
        key = card_key(card) if card else None
        for lost in self._lost:
            if isinstance(key, CardKey):
                if is_same_card(lost.card, key) and (read_at is None or read_at < lost.since):
                    return lost.reason
            elif lost.host == host:
                return lost.reason
        return None

    def record(self, seen: t.Iterable[tuple[CardKey, t.Mapping[str, t.Any]]]) -> None:
        self._ledger.observations.record(seen)

    @functools.cached_property
    def _subscriptions(self) -> ByCard[t.Any]:
        return ByCard(self._ledger.subscriptions.everything())

    @functools.cached_property
    def _elsewhere(self) -> ByCard[bool]:
        return ByCard((card, True) for card in self._ledger.subscriptions.known_elsewhere())

    @functools.cached_property
    def _everything_tried(self) -> list[Attempt]:
        return self._ledger.attempts.everything()

    @functools.cached_property
    def _attempts(self) -> ByCard[Attempt]:
        return ByCard((attempt.card, attempt) for attempt in self._everything_tried)

    @functools.cached_property
    def _lost(self) -> list[Lost]:
        """The few cards of which the last attempt ended in silence, each asked about by itself."""
        last = {self._attempts.of(attempt.card)[-1].id for attempt in self._everything_tried}
        silent = (attempt for attempt in self._everything_tried if attempt.id in last and attempt.reason in _LOST)
        return [lost for lost in map(self._seen_last, silent) if lost is not None]

    def _seen_last(self, attempt: Attempt) -> Lost | None:
        """Where the card was when it was last seen; None if that was after the attempt."""
        seen = self._ledger.observations.of(attempt.card)
        if attempt.reason is None or any(_read_at(sighting) > attempt.marked_at for sighting in seen):
            return None
        return Lost(attempt.card, attempt.reason, attempt.marked_at, seen[-1].facts.get("host") if seen else None)


def _read_at(sighting: Sighting) -> datetime:
    """When the card was read, which may be long before an audit noted it."""
    return datetime.fromisoformat(sighting.facts["read_at"]) if "read_at" in sighting.facts else sighting.observed_at
