# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an upgrade must leave as it was: settings, SNMP, the web server's certificate, linked devices."""

from __future__ import annotations

import time
import typing as t
from dataclasses import asdict, dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError, ProofError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, gather_snmp
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.guests import await_guests
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.settings import (
    SavedSettings,
    changed_settings,
    fetch_settings,
    save_settings,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.tls import certificate_fingerprint

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card

# After a restart the SNMP agent can be later than SSH (seconds).
_SNMP_GRACE = 60.0
_TLS_TIMEOUT = 5.0

Evidence = dict[str, t.Any]


@dataclass(frozen=True)
class Backup:
    """Where config.ini is kept: below a directory of the client. ``allow_changes``: changed settings are no failure."""

    directory: Path
    client: str
    allow_changes: bool = False


@dataclass(frozen=True)
class Surroundings:
    """How a card was before an upgrade. ``certificate`` is a SHA-256 in hex, None where HTTPS does not answer."""

    card: Card
    answered_snmp: bool
    certificate: str | None
    saved: SavedSettings | None
    settings_may_change: bool


def survey(access: Access, card: Card, *, answered_snmp: bool, backup: Backup | None) -> Surroundings:
    """Look around before the first byte, and keep config.ini. Raises what `save_settings` raises."""
    endpoint = access.require_ssh()
    saved = save_settings(endpoint, card, directory=backup.directory, client=backup.client) if backup else None
    certificate = certificate_fingerprint(endpoint.host, access.https_port, timeout=_TLS_TIMEOUT)
    return Surroundings(card, answered_snmp, certificate, saved, backup is not None and backup.allow_changes)


def check(access: Access, before: Surroundings, *, guest_timeout: float, grace: float, evidence: Evidence) -> Reason:
    """Look around again, note everything in ``evidence``, and say with which reason the upgrade ends.

    ``grace`` is how long SNMP may take to come back (s), at most. Raises the `ProofError` of the first thing that is not as it was.
    """
    problems = [
        *_check_guests(access, before, guest_timeout, evidence),
        *_check_snmp(access, before, min(grace, _SNMP_GRACE)),
        *_check_settings(access, before, evidence),
    ]
    certificate_changed = _check_certificate(access, before, evidence)
    if problems:
        raise problems[0]
    return Reason.CERTIFICATE_CHANGED if certificate_changed else Reason.UPGRADED


def _check_guests(access: Access, before: Surroundings, timeout: float, evidence: Evidence) -> t.Iterator[ProofError]:
    if not before.card.linked:
        return
    try:
        evidence["linked"] = [asdict(guest) for guest in await_guests(access, before.card, timeout=timeout)]
    except ProofError as error:
        yield error


def _check_snmp(access: Access, before: Surroundings, grace: float) -> t.Iterator[ProofError]:
    deadline = time.monotonic() + grace
    while before.answered_snmp:
        try:
            gather_snmp(access)
            return
        except NmcError as error:
            if time.monotonic() > deadline:
                yield ProofError(Reason.SNMP_LOST, f"{access.card}: the upgrade is proven over SSH, but {error.message}")
                return
        time.sleep(0.5)


def _check_settings(access: Access, before: Surroundings, evidence: Evidence) -> t.Iterator[ProofError]:
    if before.saved is None:
        return
    evidence["config"] = {"saved_to": str(before.saved.path), "changes": []}
    try:
        changes = changed_settings(before.saved, fetch_settings(access.require_ssh()))
    except NmcError as error:
        yield ProofError(Reason.NOT_READABLE_AFTER, f"{access.card}: config.ini cannot be fetched after the upgrade: {error.message}")
        return
    evidence["config"]["changes"] = [{"kind": change.kind, **asdict(change)} for change in changes]
    lost = [f"[{change.section}] {change.key}" for change in changes if change.kind != "added"]
    if lost and not before.settings_may_change:
        shown = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        yield ProofError(Reason.CONFIG_CHANGED, f"{access.card}: the upgrade is proven, but settings are not as they were: {shown}.")


def _check_certificate(access: Access, before: Surroundings, evidence: Evidence) -> bool:
    if before.certificate is None:
        return False
    after = certificate_fingerprint(access.require_ssh().host, access.https_port, timeout=_TLS_TIMEOUT)
    evidence["certificate"] = {"before": before.certificate, "after": after}
    return after is not None and after != before.certificate
