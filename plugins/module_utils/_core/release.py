# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a card shall run, and the image files that bring it there."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, fields

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import (
    Component,
    ImageFacts,
    is_file_name,
    names_ups_firmware,
    parse_image_name,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Store
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version


@dataclass(frozen=True)
class Image:
    """One firmware file: where it lies, what is known of it and the SHA-256 (hex) that the operator declared for it."""

    path: str
    name: str
    facts: ImageFacts
    sha256: str | None = None


@dataclass(frozen=True)
class Release:
    """Versions by component, and the images that hold them. Components that are not named stay as they are."""

    targets: t.Mapping[Component, Version]
    images: t.Mapping[Component, Image]

    def __str__(self) -> str:
        return ", ".join(f"{component.value} {version}" for component, version in self.targets.items())


def describe_image(name: str, declared: ImageFacts) -> ImageFacts | Refusal:
    """Join what a file name says with what is declared; where both speak they must agree."""
    if not is_file_name(name):
        return Refusal(
            Reason.INVALID_OPTION, f"{name!r} cannot be the name of a file on a card: letters, digits, dots, dashes, underscores"
        )
    if names_ups_firmware(name):
        return Refusal(Reason.UPS_FIRMWARE, f"{name} is UPS firmware by its name")
    named = parse_image_name(name)
    joined: dict[str, t.Any] = {}
    for field in fields(ImageFacts):
        by_name, by_operator = getattr(named, field.name), getattr(declared, field.name)
        if None not in (by_name, by_operator) and by_name != by_operator:
            reason = Reason.IMAGE_WRONG_COMPONENT if field.name == "component" else Reason.INVALID_OPTION
            return Refusal(
                reason,
                f"the name of {name} says {field.name} {_plain(by_name)}, but {_plain(by_operator)} was declared for it",
            )
        joined[field.name] = by_name if by_operator is None else by_operator
    return ImageFacts(**joined)


def make_release(*, declared: t.Mapping[Component, Version], images: t.Mapping[Component, Image]) -> Release | Refusal:
    """Declared versions win; a component that only has an image gets the version that the image's name says."""
    by_image = {component: image.facts.version for component, image in images.items() if image.facts.version is not None}
    targets = {**by_image, **declared}
    if not targets:
        return Refusal(
            Reason.INVALID_OPTION,
            "no target version is given: set version or components, or an image whose name says its version",
        )
    return Release({component: targets[component] for component in Component if component in targets}, dict(images))


def complete(release: Release, store: Store, *, hardware_token: str, application: str) -> Release:
    """Add what a store knows of a release: the versions that ship with its application, and the images. What was declared wins."""
    version = release.targets.get(Component.APPLICATION)
    stored = store.manifest.release(hardware_token, application, version) if version else None
    targets = {**(stored.components if stored else {}), **release.targets}
    images = dict(release.images)
    for component, target in targets.items():
        wanted = ImageFacts(component, hardware_token, application if component is Component.APPLICATION else None, target)
        image = store.manifest.image(wanted)
        if component not in images and image is not None:
            images[component] = Image(store.locate(image), image.name, image.facts, image.sha256)
    return Release({component: targets[component] for component in Component if component in targets}, images)


def gate(image: Image, *, component: Component, hardware_token: str, application: str, target: Version | None) -> Refusal | None:
    """Whether an image may go to a card: token, application, component and version must all be known and equal."""
    facts, name = image.facts, image.name
    wants_application = application if component is Component.APPLICATION else None
    missing = [
        field
        for field, value, needed in (
            ("hardware_token", facts.hardware_token, True),
            ("application", facts.application, wants_application is not None),
            ("version", facts.version, True),
        )
        if needed and value is None
    ]
    if missing:
        return Refusal(Reason.IMAGE_FACTS_MISSING, f"the name of {name} does not say {' and '.join(missing)}")
    if facts.hardware_token != hardware_token:
        return Refusal(Reason.IMAGE_WRONG_HARDWARE, f"{name} is for {facts.hardware_token}, the card is {hardware_token}")
    if facts.component is not component:
        held = facts.component.value if facts.component else "nothing known"
        return Refusal(Reason.IMAGE_WRONG_COMPONENT, f"{name} is {held}, and was given as {component.value}")
    refusal = mix_up(image, application) if wants_application else None
    if refusal is not None:
        return refusal
    if facts.version != target:
        return Refusal(Reason.IMAGE_WRONG_VERSION, f"{name} holds {facts.version}, the target of {component.value} is {target}")
    return None


def mix_up(image: Image, application: str | None) -> Refusal | None:
    """Whether an image says that it is for another application than the card runs."""
    if image.facts.application in (None, application):
        return None
    said = f"{image.name} is for the application {image.facts.application}, the card runs {application}"
    return Refusal(Reason.IMAGE_WRONG_APPLICATION, said)


def _plain(value: t.Any) -> str:
    return str(value.value if isinstance(value, Component) else value)
