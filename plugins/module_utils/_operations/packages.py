# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find images on the controller: as files, and in the vendor's packages, which are self-extracting ZIP archives."""

from __future__ import annotations

import hashlib
import stat
import typing as t
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import ImageFacts, names_ups_firmware, parse_image_name
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError

# The largest known image is below 8 MB and a package holds some dozens of files; beyond these it is no firmware package.
_LARGEST_IMAGE = 64 << 20
_LARGEST_PACKAGE = 512 << 20
_MOST_MEMBERS = 2000
_MOST_FILES = 20_000
_CHUNK = 1 << 20

_IMAGE_ENDINGS = (".bin", ".nmc3", ".nmc")
_PACKAGE_ENDINGS = (".exe", ".zip")

_ZIP_ERRORS = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)


@dataclass(frozen=True)
class FoundImage:
    """An image file, or one inside of a package: where it is, its size in bytes, its SHA-256 (hex), and what its name says.

    ``package`` is None for a plain file, else the path of the package, and ``path`` is the name inside of it.
    """

    path: str
    package: str | None
    size: int
    sha256: str
    facts: ImageFacts

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name if self.package else Path(self.path).name

    @property
    def is_ups_firmware(self) -> bool:
        return names_ups_firmware(self.name)


def find_images(path: Path) -> list[FoundImage]:
    """Every image in a file, a package, or a directory and what is below it, in the order of their paths.

    A package without images gives none. Raises `BlockedError` IMAGE_UNREADABLE or PACKAGE_UNREADABLE.
    """
    try:
        files = sorted(_walk(path)) if path.is_dir() else [path]
        found = [image for file in files for image in _in_file(file, named=file == path)]
    except OSError as error:
        raise BlockedError(Reason.IMAGE_UNREADABLE, f"{path} cannot be read: {error.strerror or error}.") from error
    return found


def _walk(directory: Path) -> list[Path]:
    """Regular files below a directory; links are not followed, so that no loop and no foreign tree is walked."""
    files = []
    for file in directory.rglob("*"):
        if not file.is_symlink() and file.is_file():
            files.append(file)
        if len(files) > _MOST_FILES:
            raise BlockedError(Reason.IMAGE_UNREADABLE, f"{directory} holds more than {_MOST_FILES} files.")
    return files


def _in_file(file: Path, *, named: bool) -> list[FoundImage]:
    """``named``: the file was asked for by its name, so its ending does not have to be that of an image."""
    ending = file.suffix.lower()
    if ending in _PACKAGE_ENDINGS:
        return _in_package(file)
    if ending not in _IMAGE_ENDINGS and not named:
        return []
    if not stat.S_ISREG(file.stat().st_mode):
        raise BlockedError(Reason.IMAGE_UNREADABLE, f"{file} is no regular file.")
    with file.open("rb") as stream:
        size, sha256 = _hash(stream, str(file))
    return [FoundImage(str(file), None, size, sha256, parse_image_name(file.name))]


def _in_package(file: Path) -> list[FoundImage]:
    with _archive(file) as archive:
        found = []
        for member in _image_members(archive, file):
            with archive.open(member) as stream:
                size, sha256 = _hash(stream, f"{member.filename} in {file}")
            facts = parse_image_name(PurePosixPath(member.filename).name)
            found.append(FoundImage(member.filename, str(file), size, sha256, facts))
        return sorted(found, key=lambda image: image.path)


@contextmanager
def open_found(image: FoundImage) -> t.Iterator[t.IO[bytes]]:
    """Open an image for reading, out of its package if it is in one. Raises as `find_images` does."""
    try:
        if image.package is None:
            with Path(image.path).open("rb") as stream:
                yield stream
            return
        with _archive(Path(image.package)) as archive, archive.open(image.path) as stream:
            yield stream
    except OSError as error:
        raise BlockedError(Reason.IMAGE_UNREADABLE, f"{image.path} cannot be read: {error.strerror or error}.") from error


@contextmanager
def _archive(file: Path) -> t.Iterator[zipfile.ZipFile]:
    try:
        if file.stat().st_size > _LARGEST_PACKAGE:
            raise BlockedError(Reason.PACKAGE_UNREADABLE, f"{file} is larger than {_LARGEST_PACKAGE >> 20} MB.")
        with zipfile.ZipFile(file) as archive:
            yield archive
    except _ZIP_ERRORS as error:
        raise BlockedError(Reason.PACKAGE_UNREADABLE, f"{file} cannot be read as a package: {error}.") from error


def _image_members(archive: zipfile.ZipFile, file: Path) -> list[zipfile.ZipInfo]:
    """Only the name without its folders is ever used, so a member cannot lead outside of anything."""
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise BlockedError(Reason.PACKAGE_UNREADABLE, f"{file} holds more than {_MOST_MEMBERS} files.")
    images = [member for member in members if _is_image(member)]
    names = [PurePosixPath(member.filename).name for member in images]
    if len(set(names)) != len(names):
        raise BlockedError(Reason.PACKAGE_UNREADABLE, f"{file} holds several images of one name.")
    return images


def _is_image(member: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(member.filename).name
    return not member.is_dir() and parse_image_name(name).component is not None


def _hash(stream: t.IO[bytes], what: str) -> tuple[int, str]:
    """Count what really comes: the size that an archive declares is its word only."""
    digest, size = hashlib.sha256(), 0
    for chunk in iter(lambda: stream.read(_CHUNK), b""):
        size += len(chunk)
        if size > _LARGEST_IMAGE:
            raise BlockedError(Reason.IMAGE_UNREADABLE, f"{what} is larger than {_LARGEST_IMAGE >> 20} MB, which no image is.")
        digest.update(chunk)
    return size, digest.hexdigest()
