# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the name of a firmware file says about it.

The vendor's image format is not public: a file is judged by its name, by what is declared about it and by its checksum.
"""

from __future__ import annotations

import enum
import functools
import re
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_file_version


class Component(str, enum.Enum):
    """One firmware part of a card."""

    BOOT_MONITOR = "boot_monitor"
    AOS = "aos"
    APPLICATION = "application"


@dataclass(frozen=True)
class ImageFacts:
    """What is known of an image; None is what neither its name nor a declaration says.

    ``application`` is the application's code for an application image, None for the other components, which do not name one.
    """

    component: Component | None = None
    hardware_token: str | None = None
    application: str | None = None
    version: Version | None = None


# No known image is larger than 8 MB (bytes).
LARGEST = 64 << 20

_HARDWARE_TOKEN = re.compile(r"hw[0-9]{2}")
_APPLICATION = re.compile(r"[a-z0-9]{1,32}")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")

# apc_hw05_aos_722.bin, apc_hw05_sumx_669b.bin, apc_hw05_bootmon_109.bin, apc_hw21_su_2-5-5-1.nmc3; on the card itself
# apc_hw21_su_2.5.0.6.bin. Sources: vendor manuals (ATS AP44xx, AP8868) for NMC1 and NMC2, the vendor's download list for NMC3.
_VENDOR = re.compile(r"apc_(hw\d\d)_([a-z0-9]{1,32})_([0-9][0-9a-z.-]*)\.(bin|nmc3?)", re.ASCII | re.IGNORECASE)
# apcfwapp_v3.4.0.8.nmc3: as the vendor's tool for NMC3 version 3 leaves it. It names no family.
_TOOL = re.compile(r"apcfwapp_v([0-9][0-9.]*)\.nmc3", re.ASCII | re.IGNORECASE)
# UPS firmware travels under other names and to another directory; it can switch the outputs.
_UPS_FIRMWARE = re.compile(r"\.enc$|ups[_-]?fw|(?:^|[_ -])ups[_ -]?\d{2}[._-]\d", re.ASCII | re.IGNORECASE)
_COMPONENT_WORDS: t.Mapping[str, Component] = {
    "aos": Component.AOS,
    "bootmon": Component.BOOT_MONITOR,
    "boot": Component.BOOT_MONITOR,
}


@functools.lru_cache(maxsize=1024)  # a fleet runs few images
def parse_image_name(name: str) -> ImageFacts:
    """Read a file name (without directories); what it does not say is None."""
    vendor = _VENDOR.fullmatch(name)
    if vendor is not None:
        token, word, version = vendor[1].lower(), vendor[2].lower(), parse_file_version(vendor[3])
        component = _COMPONENT_WORDS.get(word, Component.APPLICATION)
        application = word if component is Component.APPLICATION else None
        return ImageFacts(component, token, application, version)
    tool = _TOOL.fullmatch(name)
    if tool is not None:
        return ImageFacts(Component.APPLICATION, version=parse_file_version(tool[1]))
    return ImageFacts()


def is_hardware_token(text: str) -> bool:
    return _HARDWARE_TOKEN.fullmatch(text) is not None


def is_application(text: str) -> bool:
    """Whether a word can be an application's code: lower case, and no other component's word."""
    return _APPLICATION.fullmatch(text) is not None and text not in _COMPONENT_WORDS


def is_file_name(text: str) -> bool:
    """Whether a file can have this name on a card and in a store: letters, digits, dots, dashes, underscores."""
    return _FILE_NAME.fullmatch(text) is not None


def names_ups_firmware(name: str) -> bool:
    """Whether a file name is that of UPS firmware."""
    return _VENDOR.fullmatch(name) is None and _UPS_FIRMWARE.search(name) is not None
