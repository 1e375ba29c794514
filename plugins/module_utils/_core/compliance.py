# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judgement: how one card stands to a baseline.

Pure, and the same for an audit of thousands and for the upgrade of one: `nmc_firmware` acts on the very finding that an audit reports.
"""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.advisories import exposures
from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline import Baseline, Fit, Matcher, Rule, Waiver, Wanted
from ansible_collections.secure_power.nmc.plugins.module_utils._core.catalogue import known_release
from ansible_collections.secure_power.nmc.plugins.module_utils._core.delivery import origin
from ansible_collections.secure_power.nmc.plugins.module_utils._core.entitlement import Answer, Entitlement, Question, entitlement
from ansible_collections.secure_power.nmc.plugins.module_utils._core.finding import Finding, Subject
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status
from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Image, Release
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions, Plan, make_plan, obstacle

if t.TYPE_CHECKING:
    from datetime import date

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.advisories import Exposure
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Store


@dataclass(frozen=True)
class Circumstances:
    """What a judgement depends on beside the card and the baseline; ``store`` None judges without looking for images.

    ``stones`` and ``images`` are what an operator gives beside the store.
    """

    today: date
    store: Store | None = None
    allow: Permissions = field(default_factory=Permissions)
    stones: t.Sequence[Release] = ()
    images: t.Mapping[Component, Image] = field(default_factory=dict)


def evaluate(subject: Subject, baseline: Baseline, given: Circumstances) -> Finding:
    """Judge one card: the first rule that matches it counts, and a waiver covers what is not right."""
    if subject.card is None:
        return _unread(subject, baseline)
    try:
        return _judged(subject, subject.card, baseline, given)
    except _MatchError as error:
        exposed = exposures(subject.card, baseline.advisories)
        return Finding(subject, baseline.name, Status.UNKNOWN, Reason.MATCH_FAILED, str(error), exposures=exposed)


def _judged(subject: Subject, card: Card, baseline: Baseline, given: Circumstances) -> Finding:
    document = subject.document
    rule = next((rule for rule in baseline.rules if _holds(rule.matches, document, f"the rule {rule.name!r}")), None)
    finding = _Judge(subject, card, baseline, given, rule).finding()
    return finding if finding.status is Status.COMPLIANT else _waived(finding, baseline.waivers, document, given.today)


class _MatchError(Exception):
    """An expression that cannot be applied to this card."""


def _holds(matcher: Matcher, document: t.Mapping[str, t.Any], whose: str) -> bool:
    """What a card does not have is null to JMESPath, and no match."""
    try:
        said = matcher(document)
    except ValueError as error:
        raise _MatchError(f"the match of {whose} cannot be applied: {error}") from error
    if said is not None and not isinstance(said, bool):
        raise _MatchError(f"the match of {whose} gives {type(said).__name__} instead of true or false")
    return bool(said)


def _unread(subject: Subject, baseline: Baseline) -> Finding:
    if subject.unread is None:
        return Finding(subject, baseline.name, Status.UNKNOWN, Reason.NOT_READ, "the card was not read")
    status = MEANINGS[subject.unread.reason].status
    if status is Status.UNREACHABLE and subject.lost_in is not None:
        sentence = f"{subject.unread.sentence}, since an upgrade that ended as {subject.lost_in.value}"
        return Finding(subject, baseline.name, Status.NEEDS_SITE_VISIT, Reason.SITE_VISIT_NEEDED, sentence)
    return Finding(subject, baseline.name, status, subject.unread.reason, subject.unread.sentence)


def _waived(finding: Finding, waivers: t.Iterable[Waiver], document: t.Mapping[str, t.Any], today: date) -> Finding:
    """The finding under the waivers that match: one that holds covers it, those that have expired are named."""
    matching = [waiver for waiver in waivers if _holds(waiver.matches, document, f"the waiver of {waiver.owner}")]
    expired = tuple(waiver for waiver in matching if waiver.expires < today)
    in_force = next((waiver for waiver in matching if waiver.expires >= today), None)
    if in_force is None:
        return replace(finding, expired_waivers=expired) if expired else finding
    return replace(
        finding,
        status=Status.WAIVED,
        reason=Reason.WAIVED,
        sentence=f"{finding.sentence}; waived until {in_force.expires} by {in_force.owner}: {in_force.reason}",
        target=None,
        waiver=in_force,
        instead_of=finding.status,
        expired_waivers=expired,
    )


class _Judge:
    """One card that was read, and what it is judged by."""

    def __init__(self, subject: Subject, card: Card, baseline: Baseline, given: Circumstances, rule: Rule | None) -> None:
        self._subject, self._card, self._baseline, self._given, self._rule = subject, card, baseline, given, rule

    def finding(self) -> Finding:
        return self._by_rule(self._rule) if self._rule else self._said(Reason.NO_RULE, "no rule matches the card")

    def _by_rule(self, rule: Rule) -> Finding:
        if rule.wanted is None:
            return self._said(Reason.LEFT_ALONE, str(rule.not_applicable))
        fit = self._fit(rule.wanted)
        if fit is Fit.UNSAID:
            return self._unsaid(rule.wanted)
        if fit is Fit.WITHIN:
            return self._said(Reason.AT_TARGET, f"runs {self._running(rule.wanted)}")
        off = f"runs {self._running(rule.wanted)}, wanted is {rule.wanted}"
        if fit is Fit.ABOVE and not rule.allows_downgrade:
            return self._said(Reason.AHEAD_OF_BASELINE, off)
        return self._to(rule.wanted, rule, off, reason=Reason.BEHIND_BASELINE if fit is Fit.BELOW else Reason.DOWNGRADE_WANTED)

    def _fit(self, wanted: Wanted) -> Fit:
        """A card without its application is right by no rule; it is behind one that names a version of the application that it lost."""
        running, card = self._card.firmware_versions, self._card
        if card.application_missing or (card.lost_application and Component.APPLICATION not in wanted.versions):
            return Fit.UNSAID
        if not card.lost_application:
            return wanted.fit(running)
        rest = Wanted({part: versions for part, versions in wanted.versions.items() if part is not Component.APPLICATION}).fit(running)
        return Fit.BELOW if rest is Fit.WITHIN else rest

    def _unsaid(self, wanted: Wanted) -> Finding:
        stands_against = obstacle(self._card, self._given.allow)
        if stands_against is not None:
            return self._said(stands_against.reason, stands_against.sentence)
        if Component.APPLICATION not in wanted.versions and self._card.lost_application:
            return self._said(Reason.APPLICATION_MISSING, "the card runs no application, and the rule names no version of it")
        silent = [part.value for part in wanted.versions if self._card.version(part) is None]
        return self._said(Reason.VERSION_UNKNOWN, f"the card does not say the version of {' and '.join(silent)}")

    def _to(self, wanted: Wanted, rule: Rule, off: str, *, reason: Reason) -> Finding:
        """The card has to be changed: to the newest release that it may be given."""
        refusal: Entitlement | None = None
        for release in self._releases(wanted):
            answer = self._entitled(release, rule)
            if answer is None or answer.answer is Answer.YES:
                return self._planned(release, wanted, off, reason=reason, right=answer)
            if refusal is None or answer.answer is Answer.UNKNOWN:
                refusal = answer
        if refusal is None:
            source = origin(self._card, Release(wanted.least, {}))
            return self._said(Reason.IMAGE_MISSING, f"{off}, and the image store holds no release that will do; it comes from {source}")
        return self._not_entitled(rule, refusal, off, wanted)

    def _not_entitled(self, rule: Rule, refusal: Entitlement, off: str, wanted: Wanted) -> Finding:
        refused = replace(self._said(refusal.reason, f"{off}; {refusal.sentence}"), entitlement=refusal)
        if refusal.answer is Answer.UNKNOWN:
            return replace(refused, status=Status.UNKNOWN)
        if rule.otherwise is None or wanted is rule.otherwise:
            return replace(refused, status=Status.NOT_ENTITLED)
        return replace(self._otherwise(rule, rule.otherwise, refusal), entitlement=refusal)

    def _otherwise(self, rule: Rule, wanted: Wanted, refusal: Entitlement) -> Finding:
        """What an unentitled card shall run. It is never a reason for a downgrade."""
        fit, running = self._fit(wanted), self._running(wanted)
        if fit is Fit.UNSAID:
            return self._unsaid(wanted)
        if fit is Fit.WITHIN:
            return self._said(Reason.AT_OTHERWISE, f"runs {running}; {refusal.sentence}")
        if fit is Fit.ABOVE:
            return self._said(Reason.STAYS_ON_CURRENT, f"runs {running}, newer than {wanted}; {refusal.sentence}")
        off = f"runs {running}, wanted is {wanted} without entitlement"
        return self._to(wanted, rule, off, reason=Reason.BEHIND_OTHERWISE)

    def _releases(self, wanted: Wanted) -> t.Iterator[Release]:
        """The releases that will do, the newest first: the one that is named, those in the store, or the oldest that would do."""
        named, store = wanted.exact, self._given.store
        if named is not None:
            yield Release(named, {})
        elif store is None:
            yield Release(wanted.least, {})
        else:
            held = store.manifest.releases_of(self._card.hardware_token, self._card.application)
            yield from (Release(release.components, {}) for release in held if wanted.fit(release.components) is Fit.WITHIN)

    def _entitled(self, release: Release, rule: Rule) -> Entitlement | None:
        """None where the rule says that the release is free."""
        if not rule.needs_entitlement:
            return None
        version = release.targets.get(Component.APPLICATION) or release.targets.get(Component.AOS)
        if version is None:
            return None
        return entitlement(
            Question(
                card=self._card,
                target=version,
                subscription=self._subject.subscription,
                coverage=self._subject.coverage,
                today=self._given.today,
                free_lines=self._baseline.free_versions,
                downgrade=rule.allows_downgrade,
            )
        )

    def _planned(self, release: Release, wanted: Wanted, off: str, *, reason: Reason, right: Entitlement | None) -> Finding:
        """The plan that an upgrade would follow, so that what stands against it is known before."""
        stands_against = obstacle(self._card, self._given.allow)
        if stands_against is not None:
            return self._said(stands_against.reason, f"{off}; {stands_against.sentence}")
        finding = replace(self._said(reason, off), entitlement=right, **self._known(release))
        if self._given.store is None:
            # The end of a range need not lie within it, and then nobody knows what would.
            return replace(finding, target=release) if wanted.fit(release.targets) is Fit.WITHIN else finding
        allow = replace(self._given.allow, downgrade=self._given.allow.downgrade or finding.allows_downgrade)
        way = [*self._given.stones, replace(release, images=self._given.images)]
        plan = make_plan(self._card, way, allow=allow, store=self._given.store, majors=self._baseline.majors)
        if plan.reason is Reason.UPGRADE_PLANNED:
            return replace(finding, target=plan.target)
        return self._obstructed(finding, plan, off)

    def _obstructed(self, finding: Finding, plan: Plan, off: str) -> Finding:
        said = self._said(plan.reason, f"{off}; {plan.sentence}")
        target = plan.target if plan.work_item else None
        return replace(finding, status=said.status, reason=said.reason, sentence=said.sentence, work_item=plan.work_item, target=target)

    def _known(self, release: Release) -> dict[str, t.Any]:
        version = release.targets.get(Component.APPLICATION)
        if version is None or self._card.application is None:
            return {}
        return {
            "known_target": known_release(self._card.generation, self._card.application, version),
            "certification": self._baseline.certifications.get((self._card.application, version)),
        }

    def _running(self, wanted: Wanted) -> str:
        return ", ".join(f"{component.value} {self._card.version(component) or 'not said'}" for component in wanted.versions)

    def _said(self, reason: Reason, sentence: str) -> Finding:
        return Finding(
            self._subject,
            self._baseline.name,
            MEANINGS[reason].status,
            reason,
            sentence,
            rule=self._rule,
            exposures=self._exposures,
        )

    @functools.cached_property
    def _exposures(self) -> tuple[Exposure, ...]:
        return exposures(self._card, self._baseline.advisories)
