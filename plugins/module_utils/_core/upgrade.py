# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: what would be sent to one card, in which order, or why nothing may be sent.

Pure: the same card, releases and permissions give the same decision, in check mode and outside of it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.crossings import crossed
from ansible_collections.secure_power.nmc.plugins.module_utils._core.delivery import WorkItem, external_work, origin
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import (
    BY_APPLICATION,
    RACK_ATS_MODELS,
    REFUSED_APPLICATIONS,
    Family,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Image, Release, complete, gate, mix_up
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.finding import Finding
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Store


@dataclass(frozen=True)
class GenerationRules:
    """How cards of one generation take firmware.

    ``order``: the vendor's order of images. ``carries``: what an image brings with it besides its own component.
    ``majors``: the major versions that a way must not leap over.
    """

    order: tuple[Component, ...]
    carries: t.Mapping[Component, tuple[Component, ...]]
    majors: tuple[int, ...]
    source: str


RULES: t.Mapping[int, GenerationRules] = {
    2: GenerationRules(
        order=(Component.BOOT_MONITOR, Component.AOS, Component.APPLICATION),
        carries={},
        majors=(5, 6, 7),
        source="order: manual of the rack ATS AP44xx; majors: field notes, the vendor publishes no rule",
    ),
    3: GenerationRules(
        order=(Component.APPLICATION,),
        carries={Component.APPLICATION: (Component.AOS, Component.BOOT_MONITOR)},
        majors=(1, 2, 3),
        source="one .nmc3 file holds everything: field notes; majors: field notes, the vendor publishes no rule",
    ),
}


@dataclass(frozen=True)
class Permissions:
    """What the operator allows beyond the safe course."""

    downgrade: bool = False
    force: bool = False
    version_jump: bool = False
    rack_ats: bool = False
    unverified_image: bool = False
    on_battery: bool = False
    self_test: bool = False


@dataclass(frozen=True)
class Change:
    """One component on its way from a version to another; ``before`` None is not known."""

    component: Component
    before: Version | None
    after: Version


@dataclass(frozen=True)
class Step:
    """One image to send. The card restarts by itself afterwards and must then show every change."""

    image: Image
    component: Component
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Plan:
    """The decision: the steps, or none with the reason why. ``sentence`` is about this very card.

    ``finding`` is the judgement behind it, where a baseline decides.
    """

    reason: Reason
    sentence: str
    steps: tuple[Step, ...] = ()
    target: Release | None = None
    work_item: WorkItem | None = None
    warnings: tuple[str, ...] = ()
    finding: Finding | None = None


def make_plan(
    card: Card,
    releases: t.Sequence[Release],
    *,
    allow: Permissions,
    serial: str | None = None,
    expected_application: str | None = None,
    store: Store | None = None,
    majors: t.Mapping[int, t.Sequence[int]] | None = None,
) -> Plan:
    """Decide what brings a card to the last of the releases, over the ones before it where the way needs them.

    ``serial`` is the declared serial number of the card and ``expected_application`` the application of one that lost it,
    None where nothing is declared. ``store`` adds images, stepping stones and the versions that ship together; ``majors`` takes the place
    of the major versions of a generation that a way must not leap over.
    """
    known = declared_card(card, serial=serial, expected_application=expected_application)
    if isinstance(known, Refusal):
        return _refused(known)
    refusal = _unidentified(known)
    if refusal is not None:
        return _refused(refusal)
    completed = [_completed(known, release, store) for release in releases]
    plan = _decide(known, completed, allow=allow, store=store, majors=majors or {})
    warnings = tuple(crossing.sentence for crossing in crossed(known, completed[-1])) if plan.steps else ()
    return replace(plan, target=completed[-1], warnings=warnings)


def _decide(card: Card, releases: t.Sequence[Release], *, allow: Permissions, store: Store | None, majors: Majors) -> Plan:
    target = releases[-1]
    refusal = _silent(card, target)
    if refusal is not None:
        return _refused(refusal)
    if not allow.force and not _off_target(card.firmware_versions, target):
        return _at_target(card, target)
    refusal = _untouchable(card, allow) or _downgrade(card.firmware_versions, target, allow)
    if refusal is not None:
        return _refused(refusal)
    work_item = external_work(card, target, store)
    if work_item is not None:
        return Plan(Reason.EXTERNAL_DELIVERY, f"{target} reaches the card by {work_item.program}", work_item=work_item)
    # The images of the target come first: a wrong one says more than a stone that is missing on the way to it.
    last = _release_steps(card, card.firmware_versions, target, allow)
    way = last if isinstance(last, Refusal) else _way(card, releases, allow, store, majors)
    return _refused(way) if isinstance(way, Refusal) else _steps(card, way, allow)


def _at_target(card: Card, target: Release) -> Plan:
    """A card that loaded another application than it was sent can run the very version that was meant."""
    image = target.images.get(Component.APPLICATION)
    refusal = mix_up(image, card.application) if image else None
    return _refused(refusal) if refusal else Plan(Reason.AT_TARGET, f"already at {target}")


def _completed(card: Card, release: Release, store: Store | None) -> Release:
    if store is None or card.hardware_token is None or card.application is None:
        return release
    return complete(release, store, hardware_token=card.hardware_token, application=card.application)


def _refused(refusal: Refusal) -> Plan:
    return Plan(refusal.reason, refusal.sentence)


# --- what stands against touching the card -------------------------------------------------------------------------

Versions = t.Mapping[Component, t.Optional[Version]]
Majors = t.Mapping[int, t.Sequence[int]]


def obstacle(card: Card, allow: Permissions) -> Refusal | None:
    """What stands against any upgrade of a card, whatever the target."""
    return _unidentified(card) or _untouchable(card, allow)


def declared_card(card: Card, *, serial: str | None, expected_application: str | None) -> Card | Refusal:
    """The card under what is declared of it: it must be the one that is meant, and may have lost the application it had."""
    return _wrong_card(card, serial) or _with_application(card, expected_application)


def _wrong_card(card: Card, serial: str | None) -> Refusal | None:
    if serial is None or card.serial == serial:
        return None
    return Refusal(Reason.WRONG_CARD, f"the card says serial {card.serial or 'nothing'}, declared is {serial}")


def _with_application(card: Card, application: str | None) -> Card | Refusal:
    """The card with the application that it had, where a broken upgrade made it forget; the card's own word wins."""
    if application is None or application == card.application:
        return card
    if card.application is not None:
        return Refusal(Reason.APPLICATION_DIFFERS, f"the card runs {card.application}, expected is {application}")
    row = BY_APPLICATION.get(application)
    family = row.family if row and card.product_family is Family.UNKNOWN else card.product_family
    return replace(card, application=application, application_missing=False, product_family=family, lost_application=True)


_NO_TOKEN = "no firmware file name of the card carries a hardware token"


def _unidentified(card: Card) -> Refusal | None:
    if card.generation is None:
        sentence = f"the hardware token {card.hardware_token} is of no known generation" if card.hardware_token else _NO_TOKEN
        return Refusal(Reason.GENERATION_UNKNOWN, sentence)
    if card.application_missing:
        return Refusal(Reason.APPLICATION_MISSING, "the card runs no application")
    if card.application is None:
        return Refusal(Reason.APPLICATION_UNKNOWN, "the card does not name its application")
    return None


def _silent(card: Card, target: Release) -> Refusal | None:
    lost = (Component.APPLICATION,) if card.lost_application else ()
    silent = [part.value for part in target.targets if card.version(part) is None and part not in lost]
    if silent:
        return Refusal(Reason.VERSION_UNKNOWN, f"the card does not say the version of {' and '.join(silent)} over {card.source}")
    return None


def _untouchable(card: Card, allow: Permissions) -> Refusal | None:
    if card.application in REFUSED_APPLICATIONS:
        return Refusal(Reason.APPLICATION_REFUSED, f"the card runs {card.application}")
    if card.generation not in RULES:
        return Refusal(Reason.GENERATION_UNSUPPORTED, f"the card is an NMC{card.generation}")
    if _is_in_rack_ats(card) and not allow.rack_ats:
        return Refusal(Reason.RACK_ATS_NEEDS_CONSENT, f"the card sits in a rack ATS ({card.device.model or 'model not said'})")
    return None


def _is_in_rack_ats(card: Card) -> bool:
    """What the operator says of the family can add a rack ATS, and never hide one."""
    row = BY_APPLICATION.get(card.application or "")
    models = (card.model or "", card.device.model or "")
    return Family.RACK_ATS in (card.product_family, row.family if row else None) or any(
        model.startswith(RACK_ATS_MODELS) for model in models
    )


def _downgrade(versions: Versions, release: Release, allow: Permissions) -> Refusal | None:
    newer = [
        f"{component.value} {current} (target {wanted})"
        for component, wanted in release.targets.items()
        for current in [versions[component]]
        if current is not None and current > wanted
    ]
    if not newer or allow.downgrade:
        return None
    return Refusal(Reason.DOWNGRADE_REFUSED, f"the card runs {', '.join(newer)}")


# --- the way -------------------------------------------------------------------------------------------------------


def _off_target(versions: Versions, release: Release) -> list[Component]:
    return [component for component, wanted in release.targets.items() if versions[component] != wanted]


def _way(card: Card, releases: t.Sequence[Release], allow: Permissions, store: Store | None, majors: Majors) -> list[Release] | Refusal:
    """The releases to visit: the target, behind one of each major version that must not be leapt over.

    Majors are counted on the application, else on the AOS; a boot monitor has a numbering of its own.
    """
    target = releases[-1]
    measured = next((part for part in (Component.APPLICATION, Component.AOS) if part in target.targets), None)
    start = card.version(measured) if measured else None
    if allow.version_jump or measured is None or start is None:
        return [target]
    end = target.targets[measured]
    stones = []
    generation = _generation(card)
    for major in _majors_between(majors.get(generation, RULES[generation].majors), start.major, end.major):
        given = (release for release in releases[:-1] if _major(release, measured) == major)
        stone = next(given, None) or _stored_stone(card, major, store)
        if stone is None:
            return Refusal(Reason.STEPPING_STONE_NEEDED, f"from {measured.value} {start} to {end} a {major}.x release comes in between")
        stones.append(stone)
    return [*stones, target]


def _major(release: Release, component: Component) -> int | None:
    version = release.targets.get(component)
    return version.major if version else None


def _stored_stone(card: Card, major: int, store: Store | None) -> Release | None:
    if store is None or card.hardware_token is None or card.application is None:
        return None
    stored = store.manifest.newest_of_major(card.hardware_token, card.application, major)
    return _completed(card, Release(stored.components, {}), store) if stored else None


def _majors_between(majors: t.Sequence[int], start: int, end: int) -> list[int]:
    between = [major for major in majors if min(start, end) < major < max(start, end)]
    return between if start <= end else between[::-1]


def _steps(card: Card, way: t.Sequence[Release], allow: Permissions) -> Plan:
    versions = dict(card.firmware_versions)
    steps: list[Step] = []
    for release in way:
        planned = _downgrade(versions, release, allow) or _release_steps(card, versions, release, allow)
        if isinstance(planned, Refusal):
            return _refused(planned)
        steps.extend(planned)
        versions.update(release.targets)
    return Plan(
        Reason.UPGRADE_PLANNED, f"would be brought to {way[-1]} in {len(steps)} transfer{'s' if len(steps) != 1 else ''}", tuple(steps)
    )


def _release_steps(card: Card, versions: Versions, release: Release, allow: Permissions) -> list[Step] | Refusal:
    """One step for each image that brings something that is off its target, in the vendor's order."""
    rules = RULES[_generation(card)]
    wanted = list(release.targets) if allow.force else _off_target(versions, release)
    steps = []
    for component in rules.order:
        brings = [part for part in (component, *rules.carries.get(component, ())) if part in release.targets]
        if not any(part in wanted for part in brings):
            continue
        image = release.images.get(component)
        if image is None:
            return Refusal(
                Reason.IMAGE_MISSING,
                f"no image is given that brings {' and '.join(part.value for part in brings)} to {release}; "
                f"it comes from {origin(card, release)}",
            )
        refusal = _gate(card, component, image, release, allow)
        if refusal is not None:
            return refusal
        changes = tuple(Change(part, versions[part], release.targets[part]) for part in brings)
        steps.append(Step(image, component, changes))
    return steps


def _gate(card: Card, component: Component, image: Image, release: Release, allow: Permissions) -> Refusal | None:
    token, application = card.hardware_token or "", card.application or ""
    target = release.targets.get(component)
    refusal = gate(image, component=component, hardware_token=token, application=application, target=target)
    if refusal is None and image.sha256 is None and not allow.unverified_image:
        return Refusal(Reason.IMAGE_UNVERIFIED, f"no checksum is declared for {image.name}")
    return refusal


def _generation(card: Card) -> int:
    if card.generation is None:
        raise ValueError("the plan of a card of unknown generation was not refused")
    return card.generation
