# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Enforcing a baseline on one card: the finding that an audit reports, and the plan that follows from it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.compliance import Circumstances, evaluate
from ansible_collections.secure_power.nmc.plugins.module_utils._core.finding import Subject
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Image, Release
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions, Plan, declared_card, make_plan

if t.TYPE_CHECKING:
    from datetime import date

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline import Baseline
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.finding import Finding
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Store
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Coverage, Subscription

Rights = tuple["Subscription", t.Optional["Coverage"]]

# Findings that leave a card as it is, with nothing wrong about that.
_SETTLED = (Status.COMPLIANT, Status.WAIVED, Status.NOT_APPLICABLE, Status.NO_RULE)


@dataclass(frozen=True)
class Policy:
    """A baseline, and what it needs to know of a host beside its card. ``rights`` tells what a card is entitled by."""

    baseline: Baseline
    host: str
    client: str
    site: str | None
    groups: tuple[str, ...]
    today: date
    rights: t.Callable[[Card], Rights]

    def judge(self, card: Card, given: Circumstances) -> Finding:
        subscription, coverage = self.rights(card)
        subject = Subject(
            host=self.host,
            card=card,
            facts=card.facts(self.today.isoformat()),
            client=self.client,
            site=self.site,
            groups=self.groups,
            subscription=subscription,
            coverage=coverage,
        )
        return evaluate(subject, self.baseline, given)


def plan_by_baseline(
    card: Card,
    policy: Policy,
    stones: t.Sequence[Release],
    images: t.Mapping[Component, Image],
    *,
    allow: Permissions,
    serial: str | None = None,
    expected_application: str | None = None,
    store: Store | None = None,
) -> Plan:
    """What brings a card to where its baseline wants it, over the ``stones`` where the way needs them.

    ``images`` are those that the operator gives, beside those of the store.
    """
    known = declared_card(card, serial=serial, expected_application=expected_application)
    if isinstance(known, Refusal):
        return Plan(known.reason, known.sentence)
    finding = policy.judge(known, Circumstances(policy.today, store, allow, stones, images))
    if finding.target is None:
        return Plan(finding.reason, finding.sentence, work_item=finding.work_item, finding=finding)
    target = Release(finding.target.targets, {**finding.target.images, **images})
    plan = make_plan(
        card,
        [*stones, target],
        allow=replace(allow, downgrade=allow.downgrade or finding.allows_downgrade),
        serial=serial,
        expected_application=expected_application,
        store=store,
        majors=policy.baseline.majors,
    )
    return replace(plan, finding=finding)


def is_settled(plan: Plan) -> bool:
    """Whether a plan without steps is an answer, and no refusal."""
    return plan.reason is Reason.STAYS_ON_CURRENT or MEANINGS[plan.reason].status in _SETTLED
