# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An image store on the controller: a directory of images with a manifest, written so that a killed run leaves it whole."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.secure_power.nmc.plugins.module_utils._core import manifest as manifests
from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Manifest, StoredImage, StoredRelease
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._deps import YAML
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.packages import FoundImage, open_found

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import ImageFacts

_LARGEST_MANIFEST = 32 << 20


@dataclass(frozen=True)
class Intake:
    """What comes into a store: images with all their facts known, and the releases that they make."""

    images: tuple[tuple[FoundImage, ImageFacts], ...]
    releases: tuple[StoredRelease, ...]


@dataclass(frozen=True)
class Difference:
    """The manifest before and after."""

    before: Manifest
    after: Manifest

    @property
    def changed(self) -> bool:
        return self.before != self.after


def read_manifest(store: Path) -> Manifest:
    """The manifest of a store; an empty one where there is none. Raises `BlockedError` MANIFEST_INVALID or IMAGE_UNREADABLE."""
    path = store / manifests.NAME
    try:
        if path.stat().st_size > _LARGEST_MANIFEST:
            raise BlockedError(Reason.MANIFEST_INVALID, f"{path} is larger than {_LARGEST_MANIFEST >> 20} MB.")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Manifest()
    except (OSError, UnicodeDecodeError) as error:
        raise BlockedError(Reason.IMAGE_UNREADABLE, f"{path} cannot be read: {error}.") from error
    return parse_manifest(text, str(path))


def parse_manifest(text: str, where: str) -> Manifest:
    """The manifest in a text. Raises `BlockedError` MANIFEST_INVALID."""
    yaml = YAML.load(where)
    try:
        found = manifests.from_document(yaml.safe_load(text))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BlockedError(Reason.MANIFEST_INVALID, f"{where} is no YAML: {error}.") from error
    if isinstance(found, Refusal):
        raise BlockedError(found.reason, f"{where}: {found.sentence}.")
    return found


def place(facts: ImageFacts, name: str) -> str:
    """Where an image lies in a store: by hardware token, and by application or component."""
    folder = facts.application or (facts.component.value if facts.component else "unknown")
    return f"{facts.hardware_token}/{folder}/{name}"


def compare(before: Manifest, intake: Intake) -> Difference:
    """What the manifest will be. Raises `BlockedError` IMAGE_CONFLICT when there are other bytes for the same place or facts."""
    images = [StoredImage(place(facts, found.name), found.sha256, found.size, facts) for found, facts in intake.images]
    holders: dict[t.Any, StoredImage] = {}
    for image in (*before.images, *images):
        for claim in (image.path, image.facts):
            other = holders.setdefault(claim, image)
            if other.sha256 != image.sha256:
                message = f"{image.path} is sha256:{image.sha256}, but {other.path} for the same card and version is sha256:{other.sha256}."
                raise BlockedError(Reason.IMAGE_CONFLICT, message)
    return Difference(before, manifests.merge(before, images=images, releases=intake.releases))


def put(store: Path, intake: Intake) -> Difference:
    """Bring images into a store, images first and the manifest last, under a lock. Raises `BlockedError`."""
    try:
        store.mkdir(parents=True, exist_ok=True, mode=0o755)
        with _locked(store):
            difference = compare(read_manifest(store), intake)
            for found, facts in intake.images:
                _copy(found, store / place(facts, found.name))
            if difference.changed:
                _write(store / manifests.NAME, render(difference.after))
            return difference
    except OSError as error:
        raise BlockedError(Reason.STORE_UNWRITABLE, f"the image store {store} cannot be written: {error}.") from error


def render(manifest: Manifest) -> str:
    """The manifest as YAML text."""
    yaml = YAML.load("image store")
    return "---\n" + t.cast("str", yaml.safe_dump(manifests.to_document(manifest), sort_keys=False, allow_unicode=True))


@contextlib.contextmanager
def _locked(store: Path) -> t.Iterator[None]:
    with (store / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _copy(found: FoundImage, target: Path) -> None:
    """Copy an image beside its place, compare, and move it there; one that already lies there stays."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with open_found(found) as source, _replacing(target) as file:
        shutil.copyfileobj(source, file, 1 << 20)


def _write(path: Path, text: str) -> None:
    with _replacing(path) as file:
        file.write(text.encode("utf-8"))


@contextlib.contextmanager
def _replacing(path: Path) -> t.Iterator[t.IO[bytes]]:
    """Write a file that is either there as a whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
