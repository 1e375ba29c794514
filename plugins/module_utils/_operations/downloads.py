# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Image stores behind HTTPS: the manifest over verified TLS, the images into a cache where their SHA-256 is their name."""

from __future__ import annotations

import hashlib
import os
import tempfile
import typing as t
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ansible_collections.secure_power.nmc.plugins.module_utils._core import manifest as manifests
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import LARGEST
from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Store
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError, InputError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.hashing import sha256_at
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.store import LARGEST_MANIFEST, parse_manifest, read_manifest
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.https import FAILURES, BodyError, open_https, whole_body

_SCHEME = "https://"


@dataclass(frozen=True)
class Downloads:
    """How files come from an HTTPS store to the controller.

    ``cache`` is where images are kept; ``ca_path`` has the authorities that are trusted, None for the system's; ``timeout`` is
    how long a server may say nothing (seconds); ``card`` is for which card this is, in messages.
    """

    cache: Path
    ca_path: str | None = None
    timeout: float = 30.0
    card: str = "image store"

    def open_store(self, location: str) -> Store:
        """Read the manifest of a store in a directory or behind an HTTPS URL. Raises `BlockedError` or `InputError`."""
        with self._for_card():
            if "://" in location:
                return self._open_url(location)
            directory = Path(location).expanduser()
            if not _is_file(directory / manifests.NAME):
                raise BlockedError(Reason.STORE_UNREADABLE, f"{directory} is no image store: there is no {manifests.NAME} in it.")
            return Store(str(directory), read_manifest(directory))

    def local(self, path: str, sha256: str | None) -> Path:
        """A file on the controller for a path or URL; what comes from a URL must have the SHA-256 of the manifest.

        A kept file is used as long as it is whole. Raises `BlockedError`.
        """
        if not path.startswith(_SCHEME):
            return Path(path).expanduser()
        with self._for_card():
            if sha256 is None:
                raise BlockedError(Reason.IMAGE_UNVERIFIED, f"no checksum is known for {path}.")
            kept = self.cache / sha256
            try:
                if sha256_at(kept) != sha256:
                    self._fetch(path, kept, sha256)
            except OSError as error:
                message = f"the image cache {self.cache} cannot be used: {error.strerror or error}."
                raise BlockedError(Reason.STORE_UNWRITABLE, message) from error
            return kept

    @contextmanager
    def _for_card(self) -> t.Iterator[None]:
        try:
            yield
        except BlockedError as error:
            raise BlockedError(error.reason, f"{self.card}: {error.message}") from error

    def _open_url(self, location: str) -> Store:
        problem = _problem(location)
        if problem is None and self.ca_path is not None and not _is_file(Path(self.ca_path)):
            problem = f"image_store_ca_path is {self.ca_path}, and there is no such file"
        if problem is not None:
            raise InputError(Reason.INVALID_OPTION, f"{self.card}: {problem}.")
        base = location.rstrip("/")
        url = f"{base}/{manifests.NAME}"
        return Store(base, parse_manifest(b"".join(self._chunks(url, LARGEST_MANIFEST)), url))

    def _fetch(self, url: str, target: Path, sha256: str) -> None:
        self.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=self.cache, prefix=".download.")
        temporary = Path(name)
        try:
            digest = hashlib.sha256()
            with os.fdopen(descriptor, "wb") as file:
                for chunk in self._chunks(url, LARGEST):
                    digest.update(chunk)
                    file.write(chunk)
            if digest.hexdigest() != sha256:
                message = f"{url} has sha256:{digest.hexdigest()}, the manifest says sha256:{sha256}."
                raise BlockedError(Reason.CHECKSUM_MISMATCH, message)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def _chunks(self, url: str, limit: int) -> t.Iterator[bytes]:
        """What a URL holds, whole."""
        try:
            with open_https(url, timeout=self.timeout, ca_path=self.ca_path) as answer:
                yield from whole_body(answer, limit=limit, timeout=self.timeout)
        except BodyError as error:
            raise BlockedError(Reason.STORE_UNREADABLE, f"{url} {error}.") from error
        except FAILURES as error:
            raise BlockedError(Reason.STORE_UNREADABLE, f"{url} cannot be fetched: {error}.") from error


def _is_file(path: Path) -> bool:
    """Whether there is one that we can see."""
    try:
        return path.is_file()
    except OSError:
        return False


def _problem(location: str) -> str | None:
    """What is wrong with the URL of a store. Nothing of it is repeated: it may hold a password."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return "image_store is no URL that can be understood"
    if not location.startswith(_SCHEME) or not parts.hostname:
        return "image_store can be a directory or an https:// URL, and is another URL"
    if "@" in parts.netloc:
        return "image_store has credentials in its URL; put them into ~/.netrc, from where nothing shows them"
    if parts.query or parts.fragment:
        return "image_store is a URL with a query or a fragment, below which no files can lie"
    return None
