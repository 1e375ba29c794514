# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ledger as the memory of the work on one card."""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import typing as t
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from getpass import getuser
from pathlib import Path

from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey, card_key
from ansible_collections.secure_power.nmc.plugins.module_utils._core.leases import (
    Lease,
    Occupied,
    Resource,
    card_resources,
    client_resource,
    site_resource,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import present, recorded_coverage
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError, LedgerError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.memory import Prolong, undertake
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import Ledger, open_ledger

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import Attempt, AttemptState
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import Rights
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Step


@dataclass(frozen=True)
class LedgerMemory:
    """Opens the ledger when it is first asked; in check mode it writes nothing. ``host`` is the card's name in the inventory."""

    host: str
    client: str
    site: str | None = None
    change_reference: str | None = None
    ledger_url: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    check_mode: bool = False
    site_limit: int | None = None
    client_limit: int | None = None

    @functools.cached_property
    def ledger(self) -> Ledger:
        return open_ledger(self.ledger_url, client=self.client, card=self.host, check_mode=self.check_mode)

    def now(self) -> datetime:
        return self.ledger.attempts.now()

    def rights(self, card: Card, *, purchase_date: date | None = None) -> Rights:
        """A card without identity has no history, and nobody knows what it is entitled by."""
        key = card_key(card)
        if isinstance(key, Refusal):
            return present(card, (), today=_today(), doubtful=True), None
        history = self.ledger.subscriptions.of(key)
        doubtful = not history and self.ledger.subscriptions.is_known_elsewhere(key)
        found = present(card, history, today=_today(), purchase_date=purchase_date, doubtful=doubtful)
        return found, recorded_coverage(history)

    def history(self, card: Card) -> t.Sequence[Attempt]:
        key = card_key(card)
        return () if isinstance(key, Refusal) else self.ledger.attempts.of(key)

    def left_open(self) -> Attempt | None:
        return self.ledger.attempts.open_at(self.host)

    @contextlib.contextmanager
    def claimed(self, card: Card | CardKey, *, seconds: float, to_send: bool = False) -> t.Iterator[Prolong]:
        for hold in self.ledger.holds.in_force(site=self.site):
            raise BlockedError.of(hold.refusal, self.host)
        claim = _Claim(self.ledger, self.host)
        try:
            for resource in (*self._resources(card), *(self._limits() if to_send else ())):
                claim.take(resource, seconds)
            yield claim.prolong
        finally:
            claim.release()

    def _resources(self, card: Card | CardKey) -> t.Sequence[Resource]:
        """This reading may lack a half of the card's key that an earlier one had."""
        key = card if isinstance(card, CardKey) else self.key(card)
        return card_resources([key, *(attempt.card for attempt in self.ledger.attempts.of(key))])

    def _limits(self) -> t.Iterator[Resource]:
        if self.site is not None and self.site_limit is not None:
            yield site_resource(self.site, self.site_limit)
        if self.client_limit is not None:
            yield client_resource(self.client_limit)

    def begin(self, card: Card, step: Step, *, sha256: str) -> Attempt:
        plain = undertake(card, step, sha256=sha256, operator=getuser(), controller=socket.gethostname())
        undertaking = replace(plain, change_reference=self.change_reference, host=self.host)
        return self.ledger.attempts.begin(self.key(card), undertaking)

    def sending(self, attempt: Attempt) -> Attempt:
        return self.ledger.attempts.sending(attempt)

    def alive(self, attempt: Attempt) -> Attempt:
        return self.ledger.attempts.alive(attempt)

    def sent(self, attempt: Attempt) -> Attempt:
        return self.ledger.attempts.sent(attempt)

    def end(self, attempt: Attempt, state: AttemptState, reason: Reason | None = None) -> None:
        self.ledger.attempts.end(attempt, state, reason)

    def refusals(self) -> int:
        return self.ledger.refusals.count(self._credential) if self._credential else 0

    def login_refused(self) -> None:
        if self._credential and not self.check_mode:
            self.ledger.refusals.record(self._credential, host=self.host)

    def login_taken(self) -> None:
        if self._credential and not self.check_mode:
            self.ledger.refusals.clear(self._credential)

    @functools.cached_property
    def _credential(self) -> str | None:
        if self.username is None or self.password is None:
            return None
        return self.ledger.fingerprints.credential(client=self.client, username=self.username, password=self.password)

    def key(self, card: Card) -> CardKey:
        key = card_key(card)
        if isinstance(key, Refusal):
            raise BlockedError.of(key, self.host)
        return key


class _Claim:
    """Leases as long as they are held: all of them, or the work does not go on."""

    def __init__(self, ledger: Ledger, host: str) -> None:
        self._ledger, self._host = ledger, host
        self._leases: list[Lease] = []

    def take(self, resource: Resource, seconds: float) -> None:
        found = self._acquire(resource, seconds)
        if isinstance(found, Occupied):
            gone = [lease for lease in found.leases if _is_gone(lease.holder)]
            for lease in gone:
                # A run of this very machine that was killed holds nothing any more.
                self._ledger.leases.release(lease)
            found = self._acquire(resource, seconds) if gone else found
        if isinstance(found, Occupied):
            raise BlockedError.of(found.refusal, self._host)
        self._leases.append(found)

    def prolong(self, seconds: float) -> None:
        renewed = [self._ledger.leases.renew(lease, seconds=seconds) for lease in self._leases]
        if None in renewed:
            raise BlockedError(Reason.LEASE_HELD, f"{self._host}: the claim on the card ended before this run did.")
        self._leases = [lease for lease in renewed if lease is not None]

    def release(self) -> None:
        """A lease that cannot be given back ends by itself, and is no reason to hide how the work ended."""
        with contextlib.suppress(LedgerError):
            for lease in self._leases:
                self._ledger.leases.release(lease)

    def _acquire(self, resource: Resource, seconds: float) -> Lease | Occupied:
        return self._ledger.leases.acquire(resource, holder=_holder(), seconds=seconds)


def _holder() -> str:
    return f"{socket.gethostname()} ({_numbering()}) process {os.getpid()}"


@functools.cache
def _numbering() -> str:
    """Where a process number means the same process: until the machine starts anew, and in this container only."""
    try:
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii')[:8]} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return uuid.uuid4().hex[:8]


def _is_gone(holder: str) -> bool:
    """Whether the process that holds a lease was numbered like this one, and is no more."""
    place, _word, process = holder.rpartition(" process ")
    if place != f"{socket.gethostname()} ({_numbering()})" or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _today() -> date:
    return datetime.now(UTC).date()
