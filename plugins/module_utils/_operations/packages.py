# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find images on the controller: as files, and in the vendor's packages, which are self-extracting ZIP archives."""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import typing as t
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import (
    LARGEST,
    ImageFacts,
    names_ups_firmware,
    parse_image_name,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.hashing import chunks_of

# A package holds some dozens of files; beyond these it is no firmware package. Sizes in bytes.
_LARGEST_PACKAGE = 512 << 20
_LARGEST_DIRECTORY = 4 << 20
_MOST_MEMBERS = 2000
_MOST_FILES = 20_000

_IMAGE_ENDINGS = (".bin", ".nmc3", ".nmc")
_PACKAGE_ENDINGS = (".exe", ".zip")
_VENDOR_PREFIX = "apc"

# What `zipfile` raises; KeyError for a member that is no longer there.
_ZIP_ERRORS = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, KeyError)


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
        return _member_name(self.path) if self.package else Path(self.path).name

    @property
    def is_ups_firmware(self) -> bool:
        return names_ups_firmware(self.name)


def find_images(path: Path) -> list[FoundImage]:
    """Every image in a file, a package, or a directory and what is below it, in the order of their paths.

    A package without images gives none. In a directory, an archive that cannot be read is passed over unless its name
    is of the vendor's kind. Raises `BlockedError` IMAGE_UNREADABLE or PACKAGE_UNREADABLE.
    """
    try:
        if path.is_dir():
            return [image for file in sorted(_walk(path)) for image in _in_directory(file)]
        return _in_package(path) if _is_package(path) else [_as_image(path)]
    except OSError as error:
        raise _unreadable(path, error) from error


def read_found(image: FoundImage) -> t.Iterator[bytes]:
    """The bytes of an image, out of its package if it is in one. Raises as `find_images` does."""
    try:
        if image.package is None:
            with Path(image.path).open("rb") as stream:
                yield from _limited(stream, image.path)
        else:
            with _archive(Path(image.package)) as archive, archive.open(image.path) as stream:
                yield from chunks_of(stream)
    except OSError as error:
        raise _unreadable(image.package or image.path, error) from error


def _unreadable(path: object, error: OSError) -> BlockedError:
    return BlockedError(Reason.IMAGE_UNREADABLE, f"{path} cannot be read: {error.strerror or error}.")


# --- files -----------------------------------------------------------------------------------------------------------


def _walk(directory: Path) -> list[Path]:
    """Regular files below a directory; links are not followed, so that no loop and no foreign tree is walked."""

    def give_up(error: OSError) -> t.NoReturn:
        raise error

    files = []
    for folder, _folders, names in os.walk(directory, onerror=give_up):
        files += [file for file in (Path(folder, name) for name in names) if stat.S_ISREG(file.lstat().st_mode)]
        if len(files) > _MOST_FILES:
            raise BlockedError(Reason.IMAGE_UNREADABLE, f"{directory} holds more than {_MOST_FILES} files.")
    return files


def _in_directory(file: Path) -> list[FoundImage]:
    if not _is_package(file):
        return [_as_image(file)] if file.suffix.lower() in _IMAGE_ENDINGS else []
    try:
        return _in_package(file)
    except BlockedError:
        if file.name.lower().startswith(_VENDOR_PREFIX):
            raise
        return []


def _is_package(file: Path) -> bool:
    return file.suffix.lower() in _PACKAGE_ENDINGS


def _as_image(file: Path) -> FoundImage:
    _check_regular(file)
    with file.open("rb") as stream:
        size, sha256 = _measure(_limited(stream, file))
    return FoundImage(str(file), None, size, sha256, parse_image_name(file.name))


def _check_regular(file: Path) -> None:
    if not stat.S_ISREG(file.stat().st_mode):
        raise BlockedError(Reason.IMAGE_UNREADABLE, f"{file} is no regular file.")


def _limited(stream: t.IO[bytes], what: object) -> t.Iterator[bytes]:
    """The chunks of a file, which may be larger than its size said or still grow."""
    size = 0
    for chunk in chunks_of(stream):
        size += len(chunk)
        if size > LARGEST:
            raise BlockedError(Reason.IMAGE_UNREADABLE, f"{what} is larger than {LARGEST >> 20} MB, which no image is.")
        yield chunk


def _measure(chunks: t.Iterable[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        digest.update(chunk)
    return size, digest.hexdigest()


# --- packages --------------------------------------------------------------------------------------------------------


class _Patient(io.BufferedReader):
    """A file that is never read in one piece longer than the table of contents of a package may be.

    `zipfile` reads that table at once and makes an object of each entry, before anybody can count them.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LARGEST_DIRECTORY:
            raise ValueError("its table of contents is too long")
        return super().read(size)


@contextmanager
def _archive(file: Path) -> t.Iterator[zipfile.ZipFile]:
    _check_regular(file)
    if file.stat().st_size > _LARGEST_PACKAGE:
        raise _no_package(file, f"is larger than {_LARGEST_PACKAGE >> 20} MB")
    try:
        with _Patient(io.FileIO(file)) as stream, zipfile.ZipFile(stream) as archive:
            yield archive
    except _ZIP_ERRORS as error:
        raise _no_package(file, f"cannot be read as a package: {error}") from error


def _no_package(file: Path, what: str) -> BlockedError:
    return BlockedError(Reason.PACKAGE_UNREADABLE, f"{file} {what}.")


def _in_package(file: Path) -> list[FoundImage]:
    with _archive(file) as archive:
        found = []
        for member in _image_members(archive, file):
            with archive.open(member) as stream:
                size, sha256 = _measure(chunks_of(stream))
            if size != member.file_size:
                raise _no_package(file, f"says that {member.filename!r} has {member.file_size} bytes, and it has {size}")
            facts = parse_image_name(_member_name(member.filename))
            found.append(FoundImage(member.filename, str(file), size, sha256, facts))
        return sorted(found, key=lambda image: image.path)


def _image_members(archive: zipfile.ZipFile, file: Path) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise _no_package(file, f"holds more than {_MOST_MEMBERS} files")
    images = [member for member in members if parse_image_name(_member_name(member.filename)).component is not None]
    names = [_member_name(member.filename) for member in images]
    if len(set(names)) != len(names):
        raise _no_package(file, "holds several images of one name")
    for member in images:
        problem = _problem(member)
        if problem is not None:
            raise _no_package(file, f"holds {member.filename!r}, which {problem}")
    if sum(member.file_size for member in images) > _LARGEST_PACKAGE:
        raise _no_package(file, f"holds images of more than {_LARGEST_PACKAGE >> 20} MB")
    return images


def _problem(member: zipfile.ZipInfo) -> str | None:
    """What stands against unpacking a member. `zipfile` never gives more bytes than its ``file_size``."""
    if member.flag_bits & 0x1:
        return "is encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed in a way that no package of the vendor is"
    if member.file_size > LARGEST:
        return f"is larger than {LARGEST >> 20} MB"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    return None


def _member_name(path: str) -> str:
    """The name without its folders, which packages made on Windows may separate by backslashes.

    Nothing else of a member's path is ever used, so it cannot lead outside of anything.
    """
    return re.split(r"[/\\]", path)[-1]
