# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules do, the same on the controller and on a jump host: options in, a result out, never an exception.

The one place where errors become results.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass, field

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import (
    Spec,
    firmware_spec,
    secret_options,
    shared_spec,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import gather
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.install import install
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.order import Job, Outcome
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Params, Surroundings, access_from, order_from
from ansible_collections.secure_power.nmc.plugins.module_utils._results import (
    Result,
    error_result,
    facts_result,
    firmware_result,
)


@dataclass(frozen=True)
class Run:
    """How a task runs: the card's name in messages, check mode, where milestones and warnings go, and what the inventory knows."""

    card: str
    check_mode: bool
    notify: t.Callable[[str], None]
    warn: t.Callable[[str], None]
    surroundings: Surroundings = field(default_factory=Surroundings)


@dataclass(frozen=True)
class Task:
    """A module: its name, its options, what it does, how it fails before it begins, whether it changes cards, and whether it is only for
    the controller."""

    name: str
    spec: t.Callable[[], Spec]
    run: t.Callable[[Params, Run], Result]
    refuse: t.Callable[[NmcError, str], Result]
    changes_cards: bool = False
    controller_only: bool = False

    @property
    def secrets(self) -> list[str]:
        return secret_options(self.spec())


def _facts(params: Params, run: Run) -> Result:
    try:
        reading = gather(access_from(params, card=run.card))
    except NmcError as error:
        return error_result(error)
    for warning in reading.warnings:
        run.warn(warning)
    return facts_result(reading.card)


def _refuse_facts(error: NmcError, _card: str) -> Result:
    return error_result(error)


def _firmware(params: Params, run: Run) -> Result:
    started = time.monotonic()
    outcome = Outcome()
    failure: NmcError | None = None
    try:
        order = order_from(params, card=run.card, surroundings=run.surroundings)
        access = access_from(params, card=run.card)
        install(Job(access, order, outcome, run.notify, run.surroundings.memory), check_mode=run.check_mode)
    except NmcError as error:
        failure = error
    for warning in (*outcome.warnings, *_expired_waivers(outcome, run.card)):
        run.warn(warning)
    return firmware_result(outcome, card=run.card, check_mode=run.check_mode, seconds=time.monotonic() - started, error=failure)


def _expired_waivers(outcome: Outcome, card: str) -> list[str]:
    finding = outcome.plan.finding if outcome.plan else None
    return [
        f"{card}: the waiver of {waiver.owner} ended on {waiver.expires} and covers nothing any more ({waiver.reason})"
        for waiver in (finding.expired_waivers if finding else ())
    ]


def _refuse_firmware(error: NmcError, card: str) -> Result:
    return firmware_result(Outcome(), card=card, check_mode=False, seconds=0.0, error=error)


FACTS = Task("nmc_facts", shared_spec, _facts, _refuse_facts)
FIRMWARE = Task("nmc_firmware", firmware_spec, _firmware, _refuse_firmware, changes_cards=True)


def run_module(task: Task) -> None:
    """Run a task as a module, which is what happens on a jump host."""
    module = AnsibleModule(argument_spec=task.spec(), supports_check_mode=True)
    run = Run(card=module.params.get("host", task.name), check_mode=module.check_mode, notify=module.debug, warn=module.warn)
    result = task.run(module.params, run)
    module.exit_json(**result)
