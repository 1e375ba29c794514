# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attempts to bring an image onto a card, each written down before its first byte."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import (
    Attempt,
    AttemptState,
    Undertaking,
    may_send,
    open_attempt,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Change
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import parse_version
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.schema import tables
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.section import Section, is_card

if t.TYPE_CHECKING:
    import sqlalchemy as sa

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.database import Transaction
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.section import Condition

_STATES = [state.value for state in AttemptState]
_REASONS = {reason.value for reason in Reason}


class Attempts(Section):
    """What was tried on which card. An attempt is changed by who holds the card's lease, and after it has ended only by its proof."""

    def of(self, card: CardKey) -> list[Attempt]:
        """The history of a card, the oldest first."""
        with self._database.read() as transaction:
            return self._find(transaction, is_card(tables().attempts, card))

    def open_at(self, host: str) -> Attempt | None:
        """What was begun on a card of a host and not ended, whatever card answers there by now."""
        table = tables().attempts
        with self._database.read() as transaction:
            return open_attempt(self._find(transaction, table.c.host == host, table.c.ended_at.is_(None)))

    def ended_within(self, seconds: float) -> list[Attempt]:
        """What ended lately on any card of the client, the oldest first."""
        with self._database.read() as transaction:
            since = transaction.now - dt.timedelta(seconds=seconds)
            return self._find(transaction, tables().attempts.c.ended_at >= since)

    def everything(self) -> list[Attempt]:
        """The attempts of all cards of the client, the oldest first."""
        with self._database.read() as transaction:
            return self._find(transaction)

    def begin(self, card: CardKey, undertaking: Undertaking) -> Attempt:
        """Write down what shall be sent, before anything is sent.

        An open attempt with the same image is taken over; one with another image is over.
        """
        table = tables().attempts
        with self._database.write(self._topic(table)) as transaction:
            left = open_attempt(self._find(transaction, is_card(table, card)))
            if left is not None and left.undertaking.sha256 == undertaking.sha256:
                return left
            if left is not None:
                self._mark(transaction, left, AttemptState.SUPERSEDED, ended_at=transaction.now)
            now = transaction.now
            row = {**_columns(undertaking), "state": AttemptState.BEGUN.value, "transfers": 0, "begun_at": now, "marked_at": now}
            return self._one(transaction, self._insert(transaction, table, serial=card.serial, mac=card.mac, **row))

    def sending(self, attempt: Attempt) -> Attempt:
        """Count a transfer, before its first byte."""
        if not may_send(attempt):
            raise ValueError("an attempt has no more transfers")
        return self._change(attempt, AttemptState.SENDING, transfers=attempt.transfers + 1)

    def alive(self, attempt: Attempt) -> Attempt:
        """It is as it was, and is not given up."""
        return self._change(attempt, attempt.state)

    def sent(self, attempt: Attempt) -> Attempt:
        """The last byte is out; from now on the card may restart."""
        return self._change(attempt, AttemptState.SENT)

    def end(self, attempt: Attempt, state: AttemptState, reason: Reason | None = None) -> Attempt:
        return self._change(attempt, state, reason=reason.value if reason else None, ended=True)

    def _change(self, attempt: Attempt, state: AttemptState, *, ended: bool = False, **values: t.Any) -> Attempt:
        with self._database.write(self._topic(tables().attempts)) as transaction:
            end = {"ended_at": transaction.now} if ended else {}
            self._mark(transaction, attempt, state, **values, **end)
            return self._one(transaction, attempt.id)

    def _mark(self, transaction: Transaction, attempt: Attempt, state: AttemptState, **values: t.Any) -> None:
        """Only what is as the caller knows it may be changed: a run that was thought dead must not go on with it."""
        table = tables().attempts
        known = (table.c.id == attempt.id) & _is_in(table, attempt.state) & (table.c.transfers == attempt.transfers)
        change = table.update().where(self._mine(table), known).values(state=state.value, marked_at=transaction.now, **values)
        if transaction.execute(change).rowcount != 1:
            raise self._database.location.unwritable("another run has gone on with this attempt")

    def _one(self, transaction: Transaction, identifier: int) -> Attempt:
        (attempt,) = self._find(transaction, tables().attempts.c.id == identifier)
        return attempt

    def _find(self, transaction: Transaction, *conditions: Condition) -> list[Attempt]:
        table = tables().attempts
        rows = transaction.execute(table.select().where(self._mine(table), *conditions).order_by(table.c.id))
        try:
            return [_attempt(row) for row in rows]
        except ValueError as error:
            raise self._database.location.unreadable(f"another version of the collection has written an attempt ({error})") from error


def _is_in(table: sa.Table, state: AttemptState) -> Condition:
    return table.c.state.not_in(_STATES) if state is AttemptState.UNKNOWN else table.c.state == state.value


def _columns(undertaking: Undertaking) -> dict[str, t.Any]:
    return {
        "application": undertaking.application,
        "image": undertaking.image,
        "sha256": undertaking.sha256,
        "component": undertaking.component.value,
        "changes": json.dumps([[change.component.value, _text(change.before), _text(change.after)] for change in undertaking.changes]),
        "operator": undertaking.operator,
        "controller": undertaking.controller,
        "change_reference": undertaking.change_reference,
        "host": undertaking.host,
    }


def _text(version: Version | None) -> str | None:
    return str(version) if version is not None else None


def _attempt(row: sa.Row[t.Any]) -> Attempt:
    return Attempt(
        id=row.id,
        card=CardKey(row.serial, row.mac),
        undertaking=Undertaking(
            application=row.application,
            image=row.image,
            sha256=row.sha256,
            component=Component(row.component),
            changes=tuple(_changes(row.changes)),
            operator=row.operator,
            controller=row.controller,
            change_reference=row.change_reference,
            host=row.host,
        ),
        state=AttemptState(row.state) if row.state in _STATES else AttemptState.UNKNOWN,
        transfers=row.transfers,
        begun_at=row.begun_at,
        marked_at=row.marked_at,
        ended_at=row.ended_at,
        reason=Reason(row.reason) if row.reason in _REASONS else None,
    )


def _changes(text: str) -> t.Iterator[Change]:
    for component, before, after in json.loads(text):
        yield Change(Component(component), parse_version(before), t.cast("Version", parse_version(after)))
