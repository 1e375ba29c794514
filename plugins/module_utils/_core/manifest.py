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

An image is identified by its SHA-256; equal names may lie in several folders. What a name says must agree with its entry.
"""

from __future__ import annotations

import enum
import functools
import re
import typing as t
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import (
    LARGEST,
    Component,
    ImageFacts,
    is_application,
    is_file_name,
    is_hardware_token,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import describe_image
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version

FORMAT = 1
NAME = "manifest.yml"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST = 100_000
_SHOWN = 80  # characters of a wrong value in a message


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

    def __str__(self) -> str:
        facts = self.facts
        words = (facts.hardware_token, facts.application, facts.component and facts.component.value, facts.version)
        return f"{self.path} ({' '.join(str(word) for word in words if word)}, sha256:{self.sha256})"


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

    # An audit asks for the releases and images of thousands of cards.
    @functools.cached_property
    def _by_key(self) -> dict[tuple[str, str, Version], StoredRelease]:
        return {release.key: release for release in reversed(self.releases)}

    @functools.cached_property
    def _by_facts(self) -> dict[ImageFacts, StoredImage]:
        return {image.facts: image for image in reversed(self.images)}

    @functools.cached_property
    def _by_application(self) -> dict[tuple[str, str], tuple[StoredRelease, ...]]:
        newest_first = sorted(self.releases, key=lambda release: release.version, reverse=True)
        keys = {(release.hardware_token, release.application) for release in newest_first}
        return {key: tuple(each for each in newest_first if (each.hardware_token, each.application) == key) for key in keys}

    def release(self, hardware_token: str, application: str, version: Version) -> StoredRelease | None:
        return self._by_key.get((hardware_token, application, version))

    def releases_of(self, hardware_token: str | None, application: str | None) -> tuple[StoredRelease, ...]:
        """What there is for cards of this kind, the newest first."""
        return self._by_application.get((hardware_token or "", application or ""), ())

    def image(self, wanted: ImageFacts) -> StoredImage | None:
        """The image of exactly these facts."""
        return self._by_facts.get(wanted)

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


def find_conflict(images: t.Iterable[StoredImage]) -> str | None:
    """The first two images that cannot both be right, in a sentence.

    A place holds one file, a release of a card's component is one file, and one file is not two releases.
    """
    holders: dict[t.Any, StoredImage] = {}
    for image in images:
        for claim in (image.path, image.sha256, *([image.facts] if image.facts.version else [])):
            other = holders.setdefault(claim, image)
            if (other.sha256, other.facts) != (image.sha256, image.facts):
                return f"{image} contradicts {other}"
    return None


def merge(manifest: Manifest, *, images: t.Iterable[StoredImage], releases: t.Iterable[StoredRelease]) -> Manifest:
    """The manifest with these images and releases in it; the later word wins, and what it leaves out stays as it was."""
    by_path = {image.path: image for image in (*manifest.images, *images)}
    by_key: dict[tuple[str, str, Version], StoredRelease] = {}
    for release in (*manifest.releases, *releases):
        known = by_key.get(release.key, release)
        aos, boot_monitor = release.aos or known.aos, release.boot_monitor or known.boot_monitor
        by_key[release.key] = replace(release, aos=aos, boot_monitor=boot_monitor)
    return Manifest(tuple(by_path[path] for path in sorted(by_path)), tuple(by_key[key] for key in sorted(by_key)))


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
    try:
        return _manifest(document)
    except _EntryError as error:
        return Refusal(Reason.MANIFEST_INVALID, str(error))


class _EntryError(Exception):
    """What is wrong with one entry."""


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


def _manifest(document: t.Any) -> Manifest:
    document = _dictionary("the manifest", document, ("version", "images", "releases"))
    if not _is_number(document.get("version")) or document["version"] != FORMAT:
        raise _EntryError(f"it does not say version: {FORMAT}")
    images, releases = document.get("images", {}), document.get("releases", [])
    if not isinstance(images, dict) or not isinstance(releases, list):
        raise _EntryError("images must be a dictionary and releases a list")
    if len(images) + len(releases) > _MOST:
        raise _EntryError(f"it has more than {_MOST} entries")
    manifest = Manifest(tuple(_image(path, images[path]) for path in sorted(images, key=str)), _releases(releases))
    conflict = find_conflict(manifest.images)
    if conflict is not None:
        raise _EntryError(f"image {conflict}")
    return manifest


def _is_number(value: t.Any) -> bool:
    """YAML's true is a number for Python."""
    return isinstance(value, int) and not isinstance(value, bool)


def _image(path: t.Any, entry: t.Any) -> StoredImage:
    where = f"image {_shown(path)}"
    if not isinstance(path, str) or not all(is_file_name(part) for part in path.split("/")):
        raise _EntryError(f"{where} is no path below the store of letters, digits, dots, dashes, underscores and slashes")
    entry = _dictionary(where, entry, ("sha256", "size", "component", "hardware_token", "application", "version"))
    sha256, size = entry.get("sha256"), entry.get("size")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise _EntryError(f"{where}: sha256 is not 64 hexadecimal digits in lower case")
    if not _is_number(size) or not 0 < size <= LARGEST:
        raise _EntryError(f"{where}: size is {_shown(size)}, which is no number of bytes of an image")
    facts = ImageFacts(
        component=_choice(where, entry, "component", Component),
        hardware_token=_word(where, entry, "hardware_token", is_hardware_token),
        application=_word(where, entry, "application", is_application),
        version=_version(where, entry, "version"),
    )
    if facts.application is not None and facts.component is not Component.APPLICATION:
        raise _EntryError(f"{where}: application is {facts.application}, but component is not application")
    described = describe_image(PurePosixPath(path).name, facts)
    if isinstance(described, Refusal):
        raise _EntryError(f"{where}: {described.sentence}")
    return StoredImage(path, sha256, size, described)


def _releases(entries: list[t.Any]) -> tuple[StoredRelease, ...]:
    numbers: dict[tuple[str, str, Version], int] = {}
    releases = []
    for number, entry in enumerate(entries, start=1):
        release = _release(f"release {number}", entry)
        first = numbers.setdefault(release.key, number)
        if first != number:
            raise _EntryError(f"release {number} is release {first} again: {' '.join(map(str, release.key))}")
        releases.append(release)
    return tuple(releases)


def _release(where: str, entry: t.Any) -> StoredRelease:
    entry = _dictionary(where, entry, ("hardware_token", "application", "version", "aos", "boot_monitor", "delivery"))
    token = _word(where, entry, "hardware_token", is_hardware_token)
    application = _word(where, entry, "application", is_application)
    version = _version(where, entry, "version")
    if token is None or application is None or version is None:
        raise _EntryError(f"{where} must name hardware_token, application and version")
    delivery = _choice(where, entry, "delivery", Delivery) or Delivery.DIRECT
    return StoredRelease(token, application, version, _version(where, entry, "aos"), _version(where, entry, "boot_monitor"), delivery)


def _dictionary(where: str, entry: t.Any, keys: t.Sequence[str]) -> dict[str, t.Any]:
    if not isinstance(entry, dict):
        raise _EntryError(f"{where} is no dictionary")
    for key in entry:
        if key not in keys:
            raise _EntryError(f"{where}: the key {_shown(key)} is not known; known are {', '.join(keys)}")
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
        raise _EntryError(f"{where}: {key} is {_shown(value)} and not one of {allowed}") from None


def _word(where: str, entry: dict[str, t.Any], key: str, fits: t.Callable[[str], bool]) -> str | None:
    value = entry.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not fits(value):
        raise _EntryError(f"{where}: {key} is {_shown(value)}, which is none")
    return value


def _version(where: str, entry: dict[str, t.Any], key: str) -> Version | None:
    value = entry.get(key)
    if value is None:
        return None
    version = parse_version(value) if isinstance(value, str) else None
    if version is None:
        raise _EntryError(f"{where}: {key} is {_shown(value)}; versions are text such as '7.2.2', in quotes where YAML reads a number")
    return version


def _shown(value: t.Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _text(version: Version | None) -> str | None:
    return str(version) if version else None
