# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of the modules: the same keys and types every time."""

from __future__ import annotations

import typing as t
from dataclasses import asdict
from datetime import datetime, timezone

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status, advice
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import RULES, Plan, Step

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.order import Outcome

Result = dict[str, t.Any]
Versions = dict[str, t.Optional[str]]

_ORDER = (Component.AOS, Component.APPLICATION, Component.BOOT_MONITOR)
_WITH_IMAGE = "as the image holds it"


def facts_result(card: Card) -> Result:
    """A success of `nmc_facts`: facts and nothing else."""
    read_at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return {"changed": False, "ansible_facts": {"nmc": card.facts(read_at)}}


def error_result(error: NmcError, *, touched: bool | None = None) -> Result:
    """A failure. ``touched``: whether a byte was sent to the card, None of a task that only reads, or has no card.

    From the first byte on it is ``failed``, whatever stood in the way.
    """
    unreachable = error.status is Status.UNREACHABLE and not touched
    status = Status.FAILED if touched else error.status
    recovery = advice(error.reason, untouched=touched is False)
    return {
        "changed": bool(touched),
        "unreachable" if unreachable else "failed": True,
        "msg": f"{error.message} {recovery}",
        "status": status.value,
        "reason": error.reason.value,
        "recovery": recovery,
        "evidence": error.evidence,
    }


def firmware_result(outcome: Outcome, *, card: str, check_mode: bool, seconds: float, error: NmcError | None = None) -> Result:
    """A result of `nmc_firmware`, of success and failure alike. ``seconds`` is how long it took."""
    before = _versions(outcome.before)
    after = _expected(outcome, before) if check_mode and error is None else _versions(outcome.after)
    return {
        **(_verdict(outcome, check_mode=check_mode) if error is None else error_result(error, touched=outcome.touched)),
        "evidence": {**outcome.evidence, **(error.evidence if error else {})},
        "plan": _plan(outcome.plan),
        "finding": outcome.plan.finding.as_dict() if outcome.plan and outcome.plan.finding else None,
        "work_item": asdict(outcome.plan.work_item) if outcome.plan and outcome.plan.work_item else None,
        "before": before,
        "after": after,
        "diff": _diff(card, before, after),
        "duration_seconds": round(seconds, 1),
    }


def _verdict(outcome: Outcome, *, check_mode: bool) -> Result:
    meaning = MEANINGS[outcome.reason]
    return {
        "changed": outcome.changed or (check_mode and outcome.reason is Reason.UPGRADE_PLANNED),
        "msg": outcome.message,
        "status": meaning.status.value,
        "reason": outcome.reason.value,
        "recovery": meaning.recovery,
    }


def _versions(card: Card | None) -> Versions:
    versions = card.firmware_versions if card else {}
    return {part.value: str(versions[part]) if versions.get(part) else None for part in _ORDER}


def _expected(outcome: Outcome, before: Versions) -> Versions:
    """The versions that a plan leads to; what an image brings along undeclared is said in words."""
    expected = dict(before)
    rules = RULES.get((outcome.before.generation if outcome.before else None) or 0)
    for step in outcome.plan.steps if outcome.plan else ():
        carried = rules.carries.get(step.component, ()) if rules else ()
        expected.update({part.value: _WITH_IMAGE for part in carried})
        expected.update({change.component.value: str(change.after) for change in step.changes})
    return expected


def _plan(plan: Plan | None) -> list[Result]:
    return [_step(step) for step in plan.steps] if plan else []


def _step(step: Step) -> Result:
    return {
        "component": step.component.value,
        "image": step.image.name,
        "sha256": step.image.sha256,
        "changes": [
            {
                "component": change.component.value,
                "from": str(change.before) if change.before else None,
                "to": str(change.after),
            }
            for change in step.changes
        ],
    }


def _diff(card: str, before: Versions, after: Versions) -> dict[str, str]:
    header = f"{card} firmware"
    return {"before_header": header, "after_header": header, "before": _text(before), "after": _text(after)}


def _text(versions: Versions) -> str:
    return "".join(f"{name}: {version}\n" for name, version in versions.items() if version is not None)
