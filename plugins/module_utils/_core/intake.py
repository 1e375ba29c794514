# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What comes into an image store: the operator's word beside the names of files, and which images make a release."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component, ImageFacts, parse_image_name
from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Delivery, StoredRelease
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import describe_image

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version


@dataclass(frozen=True)
class Word:
    """What the operator says of what comes in: what the names of images leave out, and what ships with the application."""

    application: ImageFacts = field(default_factory=ImageFacts)
    aos: Version | None = None
    boot_monitor: Version | None = None
    delivery: Delivery = Delivery.DIRECT

    @property
    def speaks_of_applications(self) -> bool:
        return self.application.application is not None or self.application.version is not None


def describe(name: str, word: Word) -> ImageFacts | Refusal:
    """All that is known of an image file; a refusal where something is missing that a store needs."""
    facts = describe_image(name, _declared(parse_image_name(name).component, word))
    if isinstance(facts, Refusal):
        return facts
    needed = {"hardware_token": facts.hardware_token, "component": facts.component, "version": facts.version}
    if facts.component is Component.APPLICATION:
        needed["application"] = facts.application
    missing = [key for key, value in needed.items() if value is None]
    if missing:
        return Refusal(Reason.IMAGE_FACTS_MISSING, f"the name of {name} does not say {' and '.join(missing)}")
    return facts


def releases_of(images: t.Sequence[ImageFacts], word: Word) -> list[StoredRelease] | Refusal:
    """The releases that images make which came together, in one package or one folder.

    One for each application image; AOS and boot monitor are what the operator says, else those that came along.
    """
    releases = []
    for facts in (facts for facts in images if facts.component is Component.APPLICATION):
        token, application, version = facts.hardware_token or "", facts.application or "", t.cast("Version", facts.version)
        shipped = {component: _beside(images, component, token) for component in (Component.AOS, Component.BOOT_MONITOR)}
        for component, versions in shipped.items():
            if len(versions) > 1:
                several = f"{component.value} {', '.join(map(str, versions))}"
                return Refusal(
                    Reason.INVALID_OPTION, f"{several} lie beside {application} {version}; take in the files of one release at a time"
                )
        aos, boot_monitor = (next(iter(versions), None) for versions in shipped.values())
        releases.append(StoredRelease(token, application, version, word.aos or aos, word.boot_monitor or boot_monitor, word.delivery))
    return releases


def release_without_images(word: Word) -> StoredRelease | Refusal:
    """A release that only the vendor's programs deliver: nothing of it lies in the store."""
    facts = word.application
    if facts.hardware_token is None or facts.application is None or facts.version is None:
        return Refusal(Reason.INVALID_OPTION, "a release without source needs hardware_token, application and version")
    if word.delivery is Delivery.DIRECT:
        return Refusal(
            Reason.INVALID_OPTION, "a release without source needs another delivery than direct, for which its images are needed"
        )
    return StoredRelease(facts.hardware_token, facts.application, facts.version, word.aos, word.boot_monitor, word.delivery)


def _declared(component: Component | None, word: Word) -> ImageFacts:
    """What the operator says of an image whose name says this component."""
    if component in (None, Component.APPLICATION):
        return word.application
    return ImageFacts(hardware_token=word.application.hardware_token, version=word.aos if component is Component.AOS else word.boot_monitor)


def _beside(images: t.Sequence[ImageFacts], component: Component, hardware_token: str) -> list[Version]:
    """The versions of a component that came along, the oldest first."""
    found = {facts.version for facts in images if (facts.component, facts.hardware_token) == (component, hardware_token)}
    return sorted(version for version in found if version is not None)
