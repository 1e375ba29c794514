# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cards, images and releases in few words, for the tests of plans and results."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card, identify
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component, ImageFacts
from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import Module, Observation
from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import (
    Image,
    Release,
    describe_image,
    make_release,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family

AOS, APPLICATION, BOOT = Component.AOS, Component.APPLICATION, Component.BOOT_MONITOR
SERIAL = "ZA2215342271"
SHA256 = "ab" * 32


def version(text: str) -> Version:
    found = parse_version(text)
    assert found is not None
    return found


def card_of(
    token: str | None = "hw05",
    application: str | None = "sumx",
    *,
    aos: str | None = None,
    app: str | None = None,
    boot: str | None = None,
    missing: bool = False,
    family: Family | None = None,
) -> Card:
    """A card that says these versions; None is what it does not say."""
    file = f"apc_{token}_aos_1.0.bin" if token else None
    return identify(
        Observation(
            source="ssh",
            aos=Module("aos", aos, file),
            application=Module(application, app),
            boot_monitor=Module("bootmon", boot),
            application_missing=missing,
            serial=SERIAL,
        ),
        product_family=family,
    )


def image_of(name: str, *, sha256: str | None = SHA256, declared: ImageFacts | None = None) -> Image:
    facts = describe_image(name, declared or ImageFacts())
    assert isinstance(facts, ImageFacts)
    return Image(f"/images/{name}", name, facts, sha256)


def release_of(*images: Image | str, **versions: str) -> Release:
    """A release of these images; versions are given as aos=, app= and boot=."""
    names = {"aos": AOS, "app": APPLICATION, "boot": BOOT}
    made = [image_of(image) if isinstance(image, str) else image for image in images]
    found = make_release(
        declared={names[name]: version(text) for name, text in versions.items()},
        images={image.facts.component or APPLICATION: image for image in made},
    )
    assert isinstance(found, Release)
    return found


def nmc2(text: str, *, application: str = "sumx", boot: str | None = None) -> Release:
    """A release of AOS and application (and boot monitor) for an NMC2, versions in three digits."""
    compact = text.replace(".", "")
    names = [f"apc_hw05_aos_{compact}.bin", f"apc_hw05_{application}_{compact}.bin"]
    if boot:
        names.append(f"apc_hw05_bootmon_{boot.replace('.', '')}.bin")
    return release_of(*names)


def nmc3(text: str, *, application: str = "su", **versions: str) -> Release:
    """A release of one file for an NMC3."""
    return release_of(f"apc_hw21_{application}_{text.replace('.', '-')}.nmc3", **versions)
