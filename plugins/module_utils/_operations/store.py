# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An image store on the controller: a directory of images with a manifest, written so that a killed run leaves it whole."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import time
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core import manifest as manifests
from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Manifest, StoredImage, StoredRelease
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._deps import YAML
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.hashing import sha256_at
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.packages import FoundImage, read_found
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.plain_yaml import NotPlainError, load_plain

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import ImageFacts

LARGEST_MANIFEST = 32 << 20
# Seconds to wait for another run that writes to the same store.
_PATIENCE, _INTERVAL = 120.0, 0.05


@dataclass(frozen=True)
class Intake:
    """What comes into a store: images with all their facts known, and the releases that they make."""

    images: tuple[tuple[FoundImage, ImageFacts], ...]
    releases: tuple[StoredRelease, ...]


@dataclass(frozen=True)
class Difference:
    """The manifest before, as far as its images lie where it says, and after."""

    before: Manifest
    after: Manifest

    @property
    def changed(self) -> bool:
        return self.before != self.after


def read_manifest(store: Path) -> Manifest:
    """The manifest of a store; an empty one where there is none. Raises `BlockedError` MANIFEST_INVALID or STORE_UNREADABLE."""
    path = store / manifests.NAME
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            raise BlockedError(Reason.MANIFEST_INVALID, f"{path} is larger than {LARGEST_MANIFEST >> 20} MB.")
        return parse_manifest(path.read_bytes(), str(path))
    except FileNotFoundError:
        return Manifest()
    except OSError as error:
        raise BlockedError(Reason.STORE_UNREADABLE, f"{path} cannot be read: {error.strerror}.") from error


def parse_manifest(content: bytes, where: str) -> Manifest:
    """The manifest in the content of a file. Raises `BlockedError` MANIFEST_INVALID."""
    try:
        found = manifests.from_document(load_plain(content.decode("utf-8"), where))
    except (NotPlainError, UnicodeDecodeError) as error:
        raise BlockedError(Reason.MANIFEST_INVALID, f"{where} is no manifest: {error}.") from error
    if isinstance(found, Refusal):
        raise BlockedError(found.reason, f"{where}: {found.sentence}.")
    return found


def place(facts: ImageFacts, name: str) -> str:
    """Where an image lies in a store: by hardware token, and by application or component."""
    folder = facts.application or (facts.component.value if facts.component else "unknown")
    return f"{facts.hardware_token}/{folder}/{name}"


def compare(store: Path, intake: Intake) -> Difference:
    """What the manifest will be.

    Raises `BlockedError` IMAGE_CONFLICT when there are other bytes for the same place or facts, and what `read_manifest` raises.
    """
    before = read_manifest(store)
    images = [StoredImage(place(facts, found.name), found.sha256, found.size, facts) for found, facts in intake.images]
    conflict = manifests.find_conflict([*before.images, *images])
    if conflict is not None:
        raise BlockedError(Reason.IMAGE_CONFLICT, f"{conflict}.")
    listed = {image.path for image in before.images}
    lost = {image.path for image in images if not _lies_there(store, image, listed=image.path in listed)}
    whole = replace(before, images=tuple(image for image in before.images if image.path not in lost))
    return Difference(whole, manifests.merge(before, images=images, releases=intake.releases))


def _lies_there(store: Path, image: StoredImage, *, listed: bool) -> bool:
    """Whether the store has the bytes of an image. Others in its place are only replaced when the manifest knows the right ones."""
    path = store / image.path
    try:
        found = sha256_at(path)
    except OSError as error:
        raise BlockedError(Reason.STORE_UNREADABLE, f"{path} cannot be read: {error.strerror}.") from error
    if found not in (None, image.sha256) and not listed:
        message = f"{path} is there with sha256:{found}, of which the manifest says nothing, in the place of {image}."
        raise BlockedError(Reason.IMAGE_CONFLICT, message)
    return found == image.sha256


def put(store: Path, intake: Intake) -> Difference:
    """Bring images into a store, images first and the manifest last, under a lock. Raises `BlockedError`."""
    try:
        store.mkdir(parents=True, exist_ok=True, mode=0o755)
        with _locked(store):
            difference = compare(store, intake)
            there = {image.path for image in difference.before.images}
            for found, facts in intake.images:
                path = place(facts, found.name)
                if path not in there:
                    _copy(found, store / path)
            if difference.changed:
                _write(store / manifests.NAME, [render(difference.after).encode("utf-8")])
            return difference
    except OSError as error:
        raise BlockedError(Reason.STORE_UNWRITABLE, f"the image store {store} cannot be written: {error.strerror or error}.") from error


def render(manifest: Manifest) -> str:
    """The manifest as YAML text."""
    yaml = YAML.load("image store")
    return "---\n" + t.cast("str", yaml.safe_dump(manifests.to_document(manifest), sort_keys=False, allow_unicode=True))


@contextlib.contextmanager
def _locked(store: Path) -> t.Iterator[None]:
    deadline = time.monotonic() + _PATIENCE
    with (store / ".lock").open("a") as lock:
        while not _lock(lock):
            if time.monotonic() > deadline:
                raise BlockedError(Reason.STORE_UNWRITABLE, f"another run has been writing to {store} for {_PATIENCE:.0f} s.")
            time.sleep(_INTERVAL)
        yield


def _lock(file: t.IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _copy(found: FoundImage, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    _write(target, _as_found(found))


def _as_found(found: FoundImage) -> t.Iterator[bytes]:
    """The bytes of an image, which must still be those that were found."""
    digest = hashlib.sha256()
    for chunk in read_found(found):
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != found.sha256:
        raise BlockedError(Reason.CHECKSUM_MISMATCH, f"{found.path} changed while it was read.")


def _write(path: Path, chunks: t.Iterable[bytes]) -> None:
    """Write a file that is either there as a whole or not at all. The lock makes the temporary name this run's own."""
    temporary = path.with_name(f".{path.name}.part")
    temporary.unlink(missing_ok=True)
    try:
        with temporary.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
