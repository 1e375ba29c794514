# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts of a plan: what the variables of each say, and what `nmc_license` has found out of its card."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field

from ansible.errors import AnsibleError, AnsibleValueOmittedError
from ansible.utils.vars import transform_to_native_types

from ansible_collections.secure_power.nmc.plugins.module_utils._core.purchases import Has, Prospect, WaitingId
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import State
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import day_from

if t.TYPE_CHECKING:
    from datetime import date

Variables = t.Mapping[str, t.Any]
# Templates a value with the variables of one host.
Template = t.Callable[[t.Any, Variables], t.Any]

NOBODY = "default"
_PURCHASE_DATE = "declare nmc_purchase_date before you order: a year may have come with the device"


@dataclass(frozen=True)
class Host:
    """A host of the play. ``result`` is that of `nmc_license`, None where there is none; ``error`` says what its variables lack."""

    name: str
    client: str
    ledger_url: str | None = field(repr=False)
    contract_end: date | None
    result: Variables | None = field(repr=False)
    error: str | None = None

    def prospect(self) -> Prospect | str | None:
        """The card as a plan sees it; why nothing can be planned for it; None where no subscription is sold for it."""
        if self.error is not None:
            return self.error
        if self.result is None:
            return "nobody has looked at its subscription in this play"
        state = (self.result.get("subscription") or {}).get("state")
        if state == State.NOT_APPLICABLE.value:
            return None
        if self.result.get("failed") or self.result.get("unreachable") or state in (None, State.UNKNOWN.value):
            said = str(self.result.get("msg", "nmc_license says nothing of it")).removeprefix(f"{self.name}: ").removesuffix(".")
            return f"{self.result.get('reason', 'no reason')}: {said}"
        return _prospect(self, self.result, State(state))


def read_host(name: str, variables: Variables, *, template: Template, result_variable: str) -> Host:
    """What is said of one host, by its own variables only."""
    found: dict[str, t.Any] = {}
    error: str | None = None
    for variable in ("nmc_client", "nmc_ledger_url", "nmc_contract_end"):
        try:
            found[variable] = _value(variables.get(variable), variables, template)
        except AnsibleError as failure:
            error = f"{variable} cannot be used: {failure.message}"
    contract_end = None
    try:
        contract_end = day_from(found, "nmc_contract_end", name)
    except InputError as failure:
        error = failure.message.removeprefix(f"{name}: ").removesuffix(".")
    result = transform_to_native_types(variables.get(result_variable), redact=False)
    return Host(
        name=name,
        client=found.get("nmc_client") or NOBODY,
        ledger_url=found.get("nmc_ledger_url") or os.environ.get("NMC_LEDGER_URL"),
        contract_end=contract_end,
        result=result if isinstance(result, dict) else None,
        error=error,
    )


def _value(value: t.Any, variables: Variables, template: Template) -> str | None:
    """As text, because YAML makes a date of a day without quotes; what is omitted is not set."""
    if value is None:
        return None
    try:
        found = transform_to_native_types(template(value, variables), redact=False)
    except AnsibleValueOmittedError:
        return None
    return None if found is None else str(found)


def _prospect(host: Host, result: Variables, state: State) -> Prospect:
    found = result["subscription"]
    until = _day(found["expires_on"])
    has = Has(found["source"]) if found["source"] else Has.NOTHING
    platform = result.get("platform")
    if platform is not None:
        ends = _day(platform["expires_on"])
        if ends is None or until is None or ends > until:
            has, until = Has.PLATFORM, ends
    return Prospect(
        host=host.name,
        family=result["evidence"]["subscription_family"],
        has=has,
        until=until,
        year_waits=state is State.INCLUDED_ELIGIBLE,
        waiting=_waiting(result.get("waiting")),
        contract_end=host.contract_end,
        hint=_PURCHASE_DATE if result.get("reason") == Reason.PURCHASE_DATE_UNKNOWN.value else None,
    )


def _waiting(said: Variables | None) -> WaitingId | None:
    if said is None:
        return None
    return WaitingId(said["fingerprint"], said["id"], said["sku"], _day(said["hold_until"]), said["seats"])


def _day(text: str | None) -> date | None:
    return day_from({"day": text}, "day", "plan")
