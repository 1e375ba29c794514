# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Releases that only a program of the vendor brings to a card, and the work that is left to a person."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Delivery
from ansible_collections.secure_power.nmc.plugins.module_utils._core.skus import DOWNLOAD_PAGE, TOOLS

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Store
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Release

_PROGRAMS: t.Mapping[Delivery, str] = {
    Delivery.SNS_TOOL: "the Secure NMC System Tool",
    Delivery.IT_EXPERT: "EcoStruxure IT Expert",
    Delivery.DATA_CENTER_EXPERT: "Data Center Expert",
}

# The major version of NMC3 from which firmware is certified, and is part of the tool of a product family. Source: Secure NMC FAQ.
_CERTIFIED_MAJOR = 3
_NMC2_DOWNLOADS = "the software and firmware downloads of www.apc.com"


@dataclass(frozen=True)
class WorkItem:
    """What a person has to do: with which program (and its part number, where it has one), to which card, up to which release."""

    program: str
    part_number: str | None
    card_serial: str | None
    release: str


def origin(card: Card, release: Release) -> str:
    """Where a person gets the images of a release."""
    if card.generation != 3:
        return _NMC2_DOWNLOADS
    version = release.targets.get(Component.APPLICATION) or release.targets.get(Component.AOS)
    if version is None or version.major < _CERTIFIED_MAJOR:
        return DOWNLOAD_PAGE
    tool = TOOLS.get(card.product_family)
    return f"{DOWNLOAD_PAGE}, inside {f'the {tool.name} ({tool.part_number})' if tool else 'the Secure NMC System Tool'}"


def external_work(card: Card, target: Release, store: Store | None) -> WorkItem | None:
    """The work that a target means when its release is not delivered directly; None when it is."""
    version = target.targets.get(Component.APPLICATION)
    if store is None or card.hardware_token is None or card.application is None or version is None:
        return None
    stored = store.manifest.release(card.hardware_token, card.application, version)
    if stored is None or stored.delivery is Delivery.DIRECT:
        return None
    tool = TOOLS.get(card.product_family) if stored.delivery is Delivery.SNS_TOOL else None
    return WorkItem(_PROGRAMS[stored.delivery], tool.part_number if tool else None, card.serial, str(target))
