# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The manifest of an image store: which images lie in it, what is known of each, and which of them make a release.

The document (YAML)::

    version: 1
    images:
      hw05/aos/apc_hw05_aos_722.bin:                 # path below the store
        {sha256: <hex>, size: 3134720, component: aos, hardware_token: hw05, application: null, version: 7.2.2}
    releases:
      - {hardware_token: hw05, application: rpdu2g, version: 7.2.6, aos: 7.2.2, boot_monitor: 1.0.9, delivery: direct}

An image is identified by its SHA-256; names prove nothing, and equal names may lie in several folders.
"""

from __future__ import annotations

import enum
import re
import typing as t
from dataclasses import dataclass
from pathlib import PurePosixPath

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component, ImageFacts
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version

FORMAT = 1
NAME = "manifest.yml"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[a-z0-9]{1,32}")
_MOST = 100_000


class Delivery(str, enum.Enum):
    """How a release reaches a card: by this collection, or by a program of the vendor."""

    DIRECT = "direct"
    SNS_TOOL = "sns_tool"
    IT_EXPERT = "it_expert"
    DATA_CENTER_EXPERT = "data_center_expert"


@dataclass(frozen=True)
class StoredImage:
    """An image in a store: its path below it (POSIX), its SHA-256 (hex), its size in bytes, and what is known of it."""

    path: str
    sha256: str
    size: int
    facts: ImageFacts

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name


@dataclass(frozen=True)
class StoredRelease:
    """What ships together for one application on one hardware token; ``version`` is the application's."""

    hardware_token: str
    application: str
    version: Version
    aos: Version | None = None
    boot_monitor: Version | None = None
    delivery: Delivery = Delivery.DIRECT

    @property
    def key(self) -> tuple[str, str, Version]:
        return self.hardware_token, self.application, self.version

    @property
    def components(self) -> dict[Component, Version]:
        found = {Component.BOOT_MONITOR: self.boot_monitor, Component.AOS: self.aos, Component.APPLICATION: self.version}
        return {component: version for component, version in found.items() if version is not None}


@dataclass(frozen=True)
class Manifest:
    """Everything that a store holds."""

    images: tuple[StoredImage, ...] = ()
    releases: tuple[StoredRelease, ...] = ()

    def release(self, hardware_token: str, application: str, version: Version) -> StoredRelease | None:
        return next((release for release in self.releases if release.key == (hardware_token, application, version)), None)

    def image(self, wanted: ImageFacts) -> StoredImage | None:
        """The image of exactly these facts; None also when several different ones claim them."""
        found = {image.sha256: image for image in self.images if image.facts == wanted}
        return next(iter(found.values())) if len(found) == 1 else None

    def newest_of_major(self, hardware_token: str, application: str, major: int) -> StoredRelease | None:
        """The newest release of a major version that can be sent directly."""
        fitting = [
            release
            for release in self.releases
            if (release.hardware_token, release.application, release.version.major) == (hardware_token, application, major)
            and release.delivery is Delivery.DIRECT
        ]
        return max(fitting, key=lambda release: release.version, default=None)


@dataclass(frozen=True)
class Store:
    """A manifest and where its images are: a directory or an HTTPS base URL, without a slash at the end."""

    location: str
    manifest: Manifest

    def locate(self, image: StoredImage) -> str:
        return f"{self.location}/{image.path}"


def merge(manifest: Manifest, *, images: t.Iterable[StoredImage], releases: t.Iterable[StoredRelease]) -> Manifest:
    """The manifest with these images and releases in it; what is already there under the same path or key is replaced."""
    by_path = {image.path: image for image in (*manifest.images, *images)}
    by_key = {release.key: release for release in (*manifest.releases, *releases)}
    ordered = sorted(by_key.values(), key=lambda release: (release.hardware_token, release.application, release.version))
    return Manifest(tuple(by_path[path] for path in sorted(by_path)), tuple(ordered))


# --- to and from the document --------------------------------------------------------------------------------------


def to_document(manifest: Manifest) -> dict[str, t.Any]:
    """Plain types in a stable order."""
    return {
        "version": FORMAT,
        "images": {image.path: _image_document(image) for image in manifest.images},
        "releases": [_release_document(release) for release in manifest.releases],
    }


def from_document(document: t.Any) -> Manifest | Refusal:
    """Read what a YAML file held; a refusal names the entry and what is wrong with it."""
    if not isinstance(document, dict) or document.get("version") != FORMAT:
        return _wrong(f"it does not say version: {FORMAT}")
    images, releases = document.get("images") or {}, document.get("releases") or []
    if not isinstance(images, dict) or not isinstance(releases, list) or len(images) + len(releases) > _MOST:
        return _wrong("images must be a dictionary and releases a list")
    try:
        return Manifest(
            tuple(_image(path, entry) for path, entry in sorted(images.items(), key=lambda item: str(item[0]))),
            tuple(_release(number, entry) for number, entry in enumerate(releases, start=1)),
        )
    except _EntryError as error:
        return _wrong(str(error))


class _EntryError(Exception):
    """What is wrong with one entry."""


def _wrong(sentence: str) -> Refusal:
    return Refusal(Reason.MANIFEST_INVALID, sentence)


def _image_document(image: StoredImage) -> dict[str, t.Any]:
    facts = image.facts
    return {
        "sha256": image.sha256,
        "size": image.size,
        "component": facts.component.value if facts.component else None,
        "hardware_token": facts.hardware_token,
        "application": facts.application,
        "version": _text(facts.version),
    }


def _release_document(release: StoredRelease) -> dict[str, t.Any]:
    return {
        "hardware_token": release.hardware_token,
        "application": release.application,
        "version": str(release.version),
        "aos": _text(release.aos),
        "boot_monitor": _text(release.boot_monitor),
        "delivery": release.delivery.value,
    }


def _image(path: t.Any, entry: t.Any) -> StoredImage:
    where = f"image {path!r}"
    if not isinstance(path, str) or not is_inside(path):
        raise _EntryError(f"{where} is no path below the store")
    entry = _dictionary(where, entry)
    if not isinstance(entry.get("sha256"), str) or not _SHA256.fullmatch(entry["sha256"]):
        raise _EntryError(f"{where}: sha256 is not 64 hexadecimal digits")
    if type(entry.get("size")) is not int or entry["size"] <= 0:
        raise _EntryError(f"{where}: size is no number of bytes")
    facts = ImageFacts(
        component=_choice(where, entry, "component", Component),
        hardware_token=_word(where, entry, "hardware_token"),
        application=_word(where, entry, "application"),
        version=_version(where, entry, "version"),
    )
    return StoredImage(path, entry["sha256"], entry["size"], facts)


def _release(number: int, entry: t.Any) -> StoredRelease:
    where = f"release {number}"
    entry = _dictionary(where, entry)
    token, application = _word(where, entry, "hardware_token"), _word(where, entry, "application")
    version = _version(where, entry, "version")
    if token is None or application is None or version is None:
        raise _EntryError(f"{where} must name hardware_token, application and version")
    delivery = _choice(where, entry, "delivery", Delivery) or Delivery.DIRECT
    return StoredRelease(token, application, version, _version(where, entry, "aos"), _version(where, entry, "boot_monitor"), delivery)


def is_inside(path: str) -> bool:
    """Whether a relative POSIX path stays below the folder that it is relative to."""
    pure = PurePosixPath(path)
    return bool(pure.parts) and not pure.is_absolute() and ".." not in pure.parts and "\\" not in path and path.isprintable()


def _dictionary(where: str, entry: t.Any) -> dict[str, t.Any]:
    if not isinstance(entry, dict):
        raise _EntryError(f"{where} is no dictionary")
    return entry


_E = t.TypeVar("_E", bound=enum.Enum)


def _choice(where: str, entry: dict[str, t.Any], key: str, choices: type[_E]) -> _E | None:
    value = entry.get(key)
    if value is None:
        return None
    try:
        return choices(value)
    except ValueError:
        allowed = ", ".join(choice.value for choice in choices)
        raise _EntryError(f"{where}: {key} is {value!r} and not one of {allowed}") from None


def _word(where: str, entry: dict[str, t.Any], key: str) -> str | None:
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise _EntryError(f"{where}: {key} is {value!r}, which is no lower-case word")
    return value


def _version(where: str, entry: dict[str, t.Any], key: str) -> Version | None:
    value = entry.get(key)
    if value is None:
        return None
    version = parse_version(value) if isinstance(value, str) else None
    if version is None:
        raise _EntryError(f"{where}: {key} is {value!r}; versions are text such as '7.2.2', in quotes where YAML reads a number")
    return version


def _text(version: Version | None) -> str | None:
    return str(version) if version else None
