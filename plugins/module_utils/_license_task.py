# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `nmc_license` does. It needs the records of subscriptions, which only the controller has."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import license_spec
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._license_requests import license_order_from
from ansible_collections.secure_power.nmc.plugins.module_utils._license_results import license_result
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.license import LicenseJob, LicenseOutcome, license_card
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Params, access_from
from ansible_collections.secure_power.nmc.plugins.module_utils._secrets import scrub
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import Run, Task

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._results import Result


def _license(params: Params, run: Run) -> Result:
    outcome = LicenseOutcome()
    failure: NmcError | None = None
    try:
        license_card(_job(params, run, outcome), check_mode=run.check_mode)
    except NmcError as error:
        failure = _scrubbed(error, [params[name] for name in LICENSE.secrets])
    for warning in outcome.warnings:
        run.warn(warning)
    return license_result(outcome, card=run.card, error=failure)


def _job(params: Params, run: Run, outcome: LicenseOutcome) -> LicenseJob:
    records, memory = run.surroundings.records, run.surroundings.memory
    if records is None:
        message = f"{run.card}: subscriptions are in the ledger, which is the controller's; nmc_license does not run anywhere else."
        raise InputError(Reason.INVALID_OPTION, message)
    order, access = license_order_from(params, card=run.card), access_from(params, card=run.card)
    return LicenseJob(access, order, records, memory, outcome)


def _scrubbed(error: NmcError, secrets: list[str | None]) -> NmcError:
    """A bridge may answer with any secret of the task, not only with those that it was just told."""
    evidence = {name: scrub(value, secrets) if isinstance(value, str) else value for name, value in error.evidence.items()}
    return type(error)(error.reason, scrub(error.message, secrets), evidence=evidence)


def _refuse(error: NmcError, card: str) -> Result:
    return license_result(LicenseOutcome(), card=card, error=error)


LICENSE = Task("nmc_license", license_spec, _license, _refuse, controller_only=True)
