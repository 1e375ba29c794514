# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Image stores behind HTTPS: the manifest over verified TLS, the images into a cache where their SHA-256 is their name."""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from ansible.module_utils.urls import ConnectionError as UrlConnectionError
from ansible.module_utils.urls import open_url

from ansible_collections.secure_power.nmc.plugins.module_utils._core import manifest as manifests
from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Store
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError, InputError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.store import parse_manifest, read_manifest

_SCHEME = "https://"
_LARGEST_MANIFEST, _LARGEST_IMAGE = 32 << 20, 64 << 20
_CHUNK = 1 << 20
_FAILURES = (URLError, UrlConnectionError, http.client.HTTPException, OSError, ValueError)


@dataclass(frozen=True)
class Downloads:
    """How files come from an HTTPS store: where they are kept, which authorities are trusted beside the system's, seconds to wait."""

    cache: Path
    ca_path: str | None = None
    timeout: float = 30.0

    def open_store(self, location: str) -> Store:
        """Read the manifest of a store in a directory or behind an HTTPS URL. Raises `BlockedError` or `InputError`."""
        base = location.rstrip("/")
        if base.startswith(_SCHEME):
            url = f"{base}/{manifests.NAME}"
            text = b"".join(self._chunks(url, _LARGEST_MANIFEST)).decode("utf-8", "replace")
            return Store(base, parse_manifest(text, url))
        if "://" in base:
            raise InputError(Reason.INVALID_OPTION, f"image_store is {location}: only a directory or an https:// URL is taken.")
        return Store(base, read_manifest(Path(base)))

    def local(self, path: str, sha256: str | None) -> Path:
        """A file on the controller for a path or URL; what comes from a URL must have the SHA-256 of the manifest."""
        if not path.startswith(_SCHEME):
            return Path(path).expanduser()
        if sha256 is None:
            raise BlockedError(Reason.IMAGE_UNVERIFIED, f"no checksum is known for {path}.")
        kept = self.cache / sha256
        if not kept.exists():
            self._fetch(path, kept, sha256)
        return kept

    def _fetch(self, url: str, target: Path, sha256: str) -> None:
        self.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=self.cache, prefix=".download.")
        temporary = Path(name)
        try:
            digest = hashlib.sha256()
            with os.fdopen(descriptor, "wb") as file:
                for chunk in self._chunks(url, _LARGEST_IMAGE):
                    digest.update(chunk)
                    file.write(chunk)
            if digest.hexdigest() != sha256:
                message = f"{url} has sha256:{digest.hexdigest()}, the manifest says sha256:{sha256}."
                raise BlockedError(Reason.CHECKSUM_MISMATCH, message)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def _chunks(self, url: str, limit: int) -> t.Iterator[bytes]:
        """What a URL holds. Redirects are not followed: the store that was named is the one that is trusted."""
        try:
            with open_url(url, timeout=self.timeout, ca_path=self.ca_path, validate_certs=True, follow_redirects="none") as answer:
                received = 0
                for chunk in iter(lambda: answer.read(_CHUNK), b""):
                    received += len(chunk)
                    if received > limit:
                        raise BlockedError(Reason.IMAGE_UNREADABLE, f"{url} is larger than {limit >> 20} MB.")
                    yield chunk
        except _FAILURES as error:
            raise BlockedError(Reason.IMAGE_UNREADABLE, f"{url} cannot be fetched: {error}.") from error
