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
    """What the operator says of what comes in. ``application`` says what the names of application images leave out."""

    application: ImageFacts = field(default_factory=ImageFacts)
    aos: Version | None = None
    boot_monitor: Version | None = None
    delivery: Delivery = Delivery.DIRECT


def describe(name: str, word: Word) -> ImageFacts | Refusal:
    """All that is known of an image file; a refusal where something is missing that a store needs."""
    named = parse_image_name(name)
    speaks_of_it = named.component in (None, Component.APPLICATION)
    declared = word.application if speaks_of_it else ImageFacts(hardware_token=word.application.hardware_token)
    facts = describe_image(name, declared)
    if isinstance(facts, Refusal):
        return facts
    needed = {"hardware_token": facts.hardware_token, "component": facts.component, "version": facts.version}
    if facts.component is Component.APPLICATION:
        needed["application"] = facts.application
    missing = [key for key, value in needed.items() if value is None]
    if missing:
        return Refusal(Reason.IMAGE_FACTS_MISSING, f"the name of {name} does not say {' and '.join(missing)}")
    return facts


def releases_of(images: t.Sequence[ImageFacts], word: Word) -> list[StoredRelease]:
    """The releases that images make which came together, in one package or one folder.

    One for each application image; AOS and boot monitor are what the operator says, else the only ones that came along.
    """
    applications = [facts for facts in images if facts.component is Component.APPLICATION]
    return [
        StoredRelease(
            hardware_token=facts.hardware_token or "",
            application=facts.application or "",
            version=t.cast("Version", facts.version),
            aos=word.aos or _only(images, Component.AOS, facts.hardware_token),
            boot_monitor=word.boot_monitor or _only(images, Component.BOOT_MONITOR, facts.hardware_token),
            delivery=word.delivery,
        )
        for facts in applications
    ]


def release_without_images(word: Word) -> StoredRelease | Refusal:
    """A release that only the vendor's programs deliver: nothing of it lies in the store."""
    facts = word.application
    if facts.hardware_token is None or facts.application is None or facts.version is None:
        return Refusal(Reason.INVALID_OPTION, "a release without source needs hardware_token, application and version")
    return StoredRelease(facts.hardware_token, facts.application, facts.version, word.aos, word.boot_monitor, word.delivery)


def _only(images: t.Sequence[ImageFacts], component: Component, hardware_token: str | None) -> Version | None:
    versions = {facts.version for facts in images if (facts.component, facts.hardware_token) == (component, hardware_token)}
    return versions.pop() if len(versions) == 1 else None
