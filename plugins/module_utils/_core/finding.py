# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judgement on one card: what it is about, and the shape in which it is reported."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass, field

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import State, Subscription

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.advisories import Exposure
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline import Rule, Waiver
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.catalogue import Certification, KnownRelease
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.delivery import WorkItem
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.entitlement import Entitlement
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Release
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Coverage


NOT_KNOWN = Subscription(State.UNKNOWN)


@dataclass(frozen=True)
class Subject:
    """What is judged: a host of the inventory, and its card as it was read.

    ``facts`` is the dict that `nmc_facts` returns, for matching; both it and ``card`` are None when ``unread`` says why.
    ``lost_in`` is why the card's last upgrade failed, when it never answered since. ``subscription`` and ``coverage`` are what
    gives it a right to certified firmware.
    """

    host: str
    card: Card | None
    facts: t.Mapping[str, t.Any] | None
    client: str = "default"
    site: str | None = None
    groups: tuple[str, ...] = ()
    unread: Refusal | None = None
    lost_in: Reason | None = None
    subscription: Subscription = NOT_KNOWN
    coverage: Coverage | None = None

    @property
    def document(self) -> dict[str, t.Any]:
        """What rules and waivers are matched against."""
        return {**(self.facts or {}), "host": self.host, "client": self.client, "site": self.site, "groups": list(self.groups)}


@dataclass(frozen=True)
class Finding:
    """One card's status, why it has it, and what to do next. ``sentence`` has no capital and no full stop.

    ``target`` is what shall be installed, by this collection or, with a ``work_item``, by a person; None when nothing shall.
    ``instead_of`` is the status that a waiver covers.
    """

    subject: Subject
    baseline: str
    status: Status
    reason: Reason
    sentence: str
    rule: Rule | None = None
    target: Release | None = None
    known_target: KnownRelease | None = None
    certification: Certification | None = None
    entitlement: Entitlement | None = None
    work_item: WorkItem | None = None
    waiver: Waiver | None = None
    instead_of: Status | None = None
    expired_waivers: tuple[Waiver, ...] = ()
    exposures: tuple[Exposure, ...] = field(default=())

    @property
    def allows_downgrade(self) -> bool:
        """Whether the way to the target may lead back. What an unentitled card shall run is never a reason for that."""
        return self.rule is not None and self.rule.allows_downgrade and self.reason is not Reason.BEHIND_OTHERWISE

    @property
    def next_action(self) -> str:
        return MEANINGS[self.reason].recovery

    def as_dict(self) -> dict[str, t.Any]:
        """The finding in plain types: always the same keys, and the same for the same input."""
        subject, card, rule = self.subject, self.subject.card, self.rule
        return {
            "host": subject.host,
            "client": subject.client,
            "site": subject.site,
            "card": None if card is None else _card(card),
            "status": self.status.value,
            "reason": self.reason.value,
            "sentence": self.sentence,
            "next_action": self.next_action,
            "baseline": self.baseline,
            "rule": rule.name if rule else None,
            "because": list(rule.because) if rule else [],
            "wanted": str(rule.wanted) if rule and rule.wanted else None,
            "target": None if self.target is None else _target(self),
            "entitlement": None if self.entitlement is None else self.entitlement.as_dict(),
            "work_item": None if self.work_item is None else asdict(self.work_item),
            "waiver": None if self.waiver is None else _waiver(self.waiver),
            "instead_of": self.instead_of.value if self.instead_of else None,
            "expired_waivers": [_waiver(waiver) for waiver in self.expired_waivers],
            "exposures": [_exposure(exposure) for exposure in self.exposures],
        }


def _card(card: Card) -> dict[str, t.Any]:
    return {
        "serial": card.serial,
        "mac": card.mac,
        "name": card.name,
        "model": card.model,
        "generation": card.generation,
        "application": card.application,
        "product_family": card.product_family.value,
        "versions": {component.value: _text(version) for component, version in card.firmware_versions.items()},
    }


def _target(finding: Finding) -> dict[str, t.Any]:
    """What the release is, as far as anybody has said it; a certification is the operator's word."""
    release, known = finding.target, finding.known_target
    return {
        "components": {component.value: str(version) for component, version in release.targets.items()} if release else {},
        "line": known.line if known else None,
        "seen": known.seen if known else None,
        "source": known.source if known else None,
        "certification": asdict(finding.certification) if finding.certification else "unknown",
    }


def _waiver(waiver: Waiver) -> dict[str, t.Any]:
    return {"match": waiver.match, "reason": waiver.reason, "owner": waiver.owner, "expires": waiver.expires.isoformat()}


def _exposure(exposure: Exposure) -> dict[str, t.Any]:
    advisory = exposure.advisory
    return {
        "id": advisory.id,
        "state": exposure.state.value,
        "why": exposure.why,
        "cves": list(advisory.cves),
        "references": list(advisory.references),
        "fixed": str(advisory.fixed) if advisory.fixed else None,
        "source": advisory.source,
    }


def _text(version: object) -> str | None:
    return None if version is None else str(version)
