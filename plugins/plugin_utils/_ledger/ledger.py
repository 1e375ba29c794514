# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is remembered between runs, as one client sees it."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._deps import SQLALCHEMY
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.activation_ids import ActivationIds
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.attempts import Attempts
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.database import Database
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.fingerprints import Fingerprints
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.leases import Holds, Leases
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.location import locate, nowhere
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.migrations import is_made, prepare
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.observations import Observations
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.refusals import Refusals
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.schema import tables
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.subscriptions import Subscriptions


@dataclass(frozen=True)
class Ledger:
    """Made with `open_ledger`. It holds no connection, so it needs no closing and may be used on both sides of a fork."""

    fingerprints: Fingerprints
    attempts: Attempts
    refusals: Refusals
    leases: Leases
    holds: Holds
    activation_ids: ActivationIds
    subscriptions: Subscriptions
    observations: Observations


def preload() -> None:
    """Import the library in Ansible's main process: each worker is forked from it for one card, and would import it again."""
    if SQLALCHEMY.is_usable():
        tables()


def open_ledger(ledger_url: str | None, *, client: str | None, card: str, check_mode: bool = False) -> Ledger:
    """Open the ledger for one client, and make or migrate it if need be.

    In check mode none is made or migrated: one that is not there is empty, and what is written to that is gone with the process.
    ``card`` is whose task it is, for messages. Raises `InputError` for a URL or a library, `LedgerError` for everything else.
    """
    database = Database(locate(ledger_url, card=card))
    if check_mode and not is_made(database):
        database, check_mode = Database(nowhere(card)), False
    header = prepare(database, migrate=not check_mode)
    name = client or ""
    return Ledger(
        fingerprints=Fingerprints(header.key),
        attempts=Attempts(database, name),
        refusals=Refusals(database, name),
        leases=Leases(database, name),
        holds=Holds(database, name),
        activation_ids=ActivationIds(database, name),
        subscriptions=Subscriptions(database, name),
        observations=Observations(database, name),
    )
