# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a card with a credential that other cards may have refused: every refusal counts, and too many end its use."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import suspicion
from ansible_collections.secure_power.nmc.plugins.module_utils._core.preflight import confirm
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, BlockedError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import gather, gather_ssh

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Reading
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.order import Job


def read(job: Job) -> Reading:
    """A credential that cards have refused several times is not tried on another; SNMP can still say that there is nothing to do."""
    access = job.access
    if _suspicion(job) is not None and access.snmp is not None and access.transport != "ssh":
        return gather(replace(access, ssh=None))
    if access.snmp is not None and access.transport == "snmp":
        return gather(access)
    with _counting_refusals(job):
        reading = gather(access)
    if reading.card.source == "ssh":
        job.memory.login_taken()
    return reading


def confirm_over_ssh(job: Job, over_snmp: Card) -> Card:
    """Log in where an image would be sent."""
    family = over_snmp.product_family
    with _counting_refusals(job):
        over_ssh = gather_ssh(job.access if family is Family.UNKNOWN else replace(job.access, product_family=family))
        confirmed = confirm(over_snmp, over_ssh)
        if isinstance(confirmed, Refusal):
            raise BlockedError.of(confirmed, job.card)
    job.memory.login_taken()
    return confirmed


@contextlib.contextmanager
def _counting_refusals(job: Job) -> t.Iterator[None]:
    suspected = _suspicion(job)
    if job.access.ssh is not None and suspected is not None:
        raise BlockedError.of(suspected, job.card)
    try:
        yield
    except AccessError as error:
        if error.reason is Reason.LOGIN_REFUSED:
            job.memory.login_refused()
        raise


def _suspicion(job: Job) -> Refusal | None:
    return suspicion(job.memory.refusals(), retry_failed=job.order.retry_failed)
