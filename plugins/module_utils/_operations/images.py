# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Image files on the controller: opened, hashed and compared with what was declared before a byte is sent."""

from __future__ import annotations

import typing as t
from contextlib import contextmanager
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.hashing import sha256_of

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Image
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.downloads import Downloads


@dataclass(frozen=True)
class Measured:
    """What an image was when it was verified: size in bytes and SHA-256 in hex."""

    size: int
    sha256: str


@dataclass(frozen=True)
class VerifiedImage(Measured):
    """An open image, at its beginning."""

    file: t.BinaryIO

    @property
    def measured(self) -> Measured:
        return Measured(self.size, self.sha256)


@contextmanager
def verified(card: str, image: Image, downloads: Downloads) -> t.Iterator[VerifiedImage]:
    """Open an image and compare it with its declared checksum; what is sent is the very file that was hashed.

    Raises `BlockedError` IMAGE_UNREADABLE or CHECKSUM_MISMATCH.
    """
    with _opened(card, image, downloads) as file:
        digest = sha256_of(file)
        size = file.tell()
        file.seek(0)
        if size == 0:
            raise BlockedError(Reason.IMAGE_UNREADABLE, f"{card}: the image {image.path} is empty.")
        if image.sha256 is not None and image.sha256 != digest:
            message = f"{card}: the image {image.path} has sha256:{digest}, declared is sha256:{image.sha256}."
            raise BlockedError(Reason.CHECKSUM_MISMATCH, message, evidence={"sha256": digest})
        yield VerifiedImage(size, digest, file)


def _opened(card: str, image: Image, downloads: Downloads) -> t.BinaryIO:
    try:
        return downloads.local(image.path, image.sha256).open("rb")
    except OSError as error:
        message = f"{card}: the image {image.path} cannot be read: {error.strerror}."
        raise BlockedError(Reason.IMAGE_UNREADABLE, message) from error
