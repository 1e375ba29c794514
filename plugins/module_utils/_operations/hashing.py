# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SHA-256 of files, in pieces."""

from __future__ import annotations

import hashlib
import typing as t

if t.TYPE_CHECKING:
    from pathlib import Path

# Small enough that the C library takes it from memory that it has, instead of asking the system for new pages for each.
_CHUNK = 1 << 16


def chunks_of(stream: t.IO[bytes]) -> t.Iterator[bytes]:
    """What is left in a stream."""
    return iter(lambda: stream.read(_CHUNK), b"")


def sha256_of(stream: t.IO[bytes]) -> str:
    """The SHA-256 (hex) of what is left in a stream."""
    digest = hashlib.sha256()
    for chunk in chunks_of(stream):
        digest.update(chunk)
    return digest.hexdigest()


def sha256_at(path: Path) -> str | None:
    """The SHA-256 (hex) of a file; None where there is none. Raises `OSError`."""
    try:
        with path.open("rb") as file:
            return sha256_of(file)
    except FileNotFoundError:
        return None
