# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results of `nmc_license`: the same keys and types every time."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS
from ansible_collections.secure_power.nmc.plugins.module_utils._results import Result, error_result

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_request import Decision
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Coverage
    from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.license import LicenseOutcome, Standing

# What changes by itself from day to day is no difference.
_COMPARED = ("state", "source", "sku", "family", "activated_on", "expires_on")


def license_result(outcome: LicenseOutcome, *, card: str, error: NmcError | None = None) -> Result:
    """A result, of success and failure alike."""
    verdict = error_result(error) if error else _verdict(t.cast("Decision", outcome.decision), card)
    decision, entry = outcome.decision, outcome.after.subscription.entry
    declared = outcome.activation.fingerprint if outcome.activation else None
    return {
        **verdict,
        "changed": outcome.changed,
        "evidence": {**outcome.evidence, **(error.evidence if error else {})},
        "subscription": outcome.after.subscription.as_dict(),
        "platform": _platform(outcome.after.coverage),
        "entitled": outcome.entitled.value,
        "next_action": decision.next_action if decision else verdict["recovery"],
        "work_item": decision.work.as_dict() if decision and decision.work else None,
        "activation_fingerprint": declared or (entry.fingerprint if entry else None),
        "waiting": _waiting(outcome),
        "diff": _diff(card, outcome),
    }


def _waiting(outcome: LicenseOutcome) -> Result | None:
    """The declared Activation ID that the card does not have yet."""
    activation, held = outcome.activation, outcome.waiting
    if activation is None or held is None:
        return None
    until = held.hold_until.isoformat() if held.hold_until else None
    bought = {"sku": held.sku or None, "seats": held.seats, "hold_until": until}
    return {"id": str(activation), "fingerprint": activation.fingerprint, **bought}


def _verdict(decision: Decision, card: str) -> Result:
    meaning = MEANINGS[decision.reason]
    return {
        "msg": f"{card}: {decision.sentence}.",
        "status": meaning.status.value,
        "reason": decision.reason.value,
        "recovery": meaning.recovery,
    }


def _platform(coverage: Coverage | None) -> Result | None:
    if coverage is None:
        return None
    return {"name": coverage.platform.value, "expires_on": coverage.expires_on.isoformat() if coverage.expires_on else None}


def _diff(card: str, outcome: LicenseOutcome) -> dict[str, str]:
    header = f"{card} subscription"
    return {"before_header": header, "after_header": header, "before": _text(outcome.before), "after": _text(outcome.after)}


def _text(standing: Standing) -> str:
    said, entry, platform = standing.subscription.as_dict(), standing.subscription.entry, _platform(standing.coverage) or {}
    lines: dict[str, str | None] = {name: said[name] for name in _COMPARED}
    lines["activation_id"] = f"...{entry.last_four}" if entry and entry.last_four else None
    lines.update({f"platform_{name}": value for name, value in platform.items()})
    return "".join(f"{name}: {value}\n" for name, value in lines.items() if value is not None)
