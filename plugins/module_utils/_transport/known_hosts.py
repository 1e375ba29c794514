# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenSSH's known_hosts file: which keys a host may show, and adding one without losing another's."""

from __future__ import annotations

import base64
import binascii
import contextlib
import enum
import fcntl
import hashlib
import hmac
import os
import re
import typing as t
from dataclasses import dataclass

if t.TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class HostKey:
    """A public key: its type as known_hosts names it (`ssh-rsa`) and its wire form."""

    key_type: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """The form that OpenSSH prints: `SHA256:` and unpadded base64."""
        digest = hashlib.sha256(self.blob).digest()
        return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


class Verdict(enum.Enum):
    KNOWN = "known"
    UNKNOWN = "unknown"
    CHANGED = "changed"
    REVOKED = "revoked"


@dataclass(frozen=True)
class KnownHosts:
    """The keys that a known_hosts file holds for one host."""

    trusted: tuple[HostKey, ...] = ()
    revoked: tuple[HostKey, ...] = ()

    def judge(self, key: HostKey) -> Verdict:
        """A key of another type than the known ones counts as changed: nobody may talk us into an unknown key."""
        if key in self.revoked:
            return Verdict.REVOKED
        if key in self.trusted:
            return Verdict.KNOWN
        return Verdict.CHANGED if self.trusted else Verdict.UNKNOWN


def host_name(host: str, port: int) -> str:
    """The name of a host in the file: `[host]:port` unless the port is 22."""
    return host.lower() if port == 22 else f"[{host.lower()}]:{port}"


def parse(text: str, name: str) -> KnownHosts:
    """Read the entries for one host from the text of a file; as in OpenSSH, lines that make no sense are passed over."""
    trusted: list[HostKey] = []
    revoked: list[HostKey] = []
    for line in text.splitlines():
        marker, patterns, encoded = _entry(line)
        key = _key(*encoded) if _matches(patterns, name) else None
        if key is None:
            continue
        if marker == "@revoked":
            revoked.append(key)
        elif not marker:
            trusted.append(key)
    return KnownHosts(tuple(trusted), tuple(revoked))


def read(path: Path, name: str) -> KnownHosts:
    """Read the entries for one host; a file that does not exist is empty. Raises OSError."""
    try:
        return parse(path.read_text(encoding="utf-8", errors="replace"), name)
    except FileNotFoundError:
        return KnownHosts()


def remember(path: Path, name: str, key: HostKey) -> Verdict:
    """Add the key of a host that is still unknown, under a lock; return the file's verdict before. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path) as file:
        text = file.read().decode("utf-8", errors="replace")
        verdict = parse(text, name).judge(key)
        if verdict is Verdict.UNKNOWN:
            line = f"{name} {key.key_type} {base64.b64encode(key.blob).decode('ascii')}\n"
            file.write(("" if text.endswith("\n") or not text else "\n").encode() + line.encode())
        return verdict


@contextlib.contextmanager
def _locked(path: Path) -> t.Iterator[t.BinaryIO]:
    """Open for reading and appending, locked; opened again if somebody (ssh-keygen -R) replaced the file meanwhile."""
    while True:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_file_at(file, path):
                yield t.cast("t.BinaryIO", file)
                return


def _is_file_at(file: t.IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _entry(line: str) -> tuple[str, str, tuple[str, str]]:
    """Take one line apart: marker, host patterns, and type and base64 of the key; patterns are empty if the line holds no key."""
    fields = line.split(None, 4)
    marker = fields.pop(0) if fields and fields[0].startswith("@") else ""
    if len(fields) < 3 or fields[0].startswith("#"):
        return marker, "", ("", "")
    return marker, fields[0], (fields[1], fields[2])


def _key(key_type: str, encoded: str) -> HostKey | None:
    try:
        return HostKey(key_type, base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        return None


def _matches(patterns: str, name: str) -> bool:
    if patterns.startswith("|"):
        return _matches_hashed(patterns, name)
    wanted = [pattern for pattern in patterns.split(",") if not pattern.startswith("!")]
    excluded = [pattern[1:] for pattern in patterns.split(",") if pattern.startswith("!")]
    return any(_matches_one(p, name) for p in wanted) and not any(_matches_one(p, name) for p in excluded)


def _matches_one(pattern: str, name: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return pattern.lower() == name
    expression = re.escape(pattern.lower()).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, name, re.DOTALL) is not None


def _matches_hashed(hashed: str, name: str) -> bool:
    """OpenSSH's HashKnownHosts: `|1|salt|HMAC-SHA1(salt, name)`, both in base64."""
    parts = hashed.split("|")
    if len(parts) != 4 or parts[1] != "1":
        return False
    try:
        salt, expected = (base64.b64decode(part, validate=True) for part in parts[2:])
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(hmac.new(salt, name.encode("utf-8"), hashlib.sha1).digest(), expected)
