# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys, digests and ciphers of the user-based security model (RFC 3414, 3826, 7860 and the two drafts for long keys)."""

from __future__ import annotations

import functools
import hashlib
import hmac
import typing as t
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_MEGABYTE = 1 << 20

# protocol -> hash name, bytes of the digest that are sent
_AUTH = {
    "md5": ("md5", 12),
    "sha": ("sha1", 12),
    "sha224": ("sha224", 16),
    "sha256": ("sha256", 24),
    "sha384": ("sha384", 32),
    "sha512": ("sha512", 48),
}
# protocol -> length of the localized key, how a key that is too short grows
_PRIVACY = {
    "des": (16, "none"),
    "3des": (32, "reeder"),
    "aes": (16, "none"),
    "aes192": (24, "blumenthal"),
    "aes256": (32, "blumenthal"),
    "aes192c": (24, "reeder"),
    "aes256c": (32, "reeder"),
}


class DecryptionError(ValueError):
    """The message cannot have been encrypted with this key."""


@dataclass(frozen=True)
class Authentication:
    """A user's localized authentication key."""

    hash_name: str
    size: int
    key: bytes

    @classmethod
    def of(cls, protocol: str, password: str, engine_id: bytes) -> Authentication:
        hash_name, size = _AUTH[protocol]
        return cls(hash_name, size, localized_key(hash_name, password.encode(), engine_id))

    def digest(self, message: bytes) -> bytes:
        """The digest of a message whose own digest field holds zeros."""
        return hmac.digest(self.key, message, self.hash_name)[: self.size]


@dataclass(frozen=True)
class Privacy:
    """A user's localized privacy key."""

    protocol: str
    key: bytes

    @classmethod
    def of(cls, protocol: str, password: str, *, auth_protocol: str, engine_id: bytes) -> Privacy:
        hash_name = _AUTH[auth_protocol][0]
        size, growth = _PRIVACY[protocol]
        key = localized_key(hash_name, password.encode(), engine_id)
        while len(key) < size:
            key += _GROWTHS[growth](hash_name, key, engine_id)
        return cls(protocol, key[:size])

    def encrypt(self, data: bytes, *, boots: int, time: int, salt: bytes) -> bytes:
        block = 8 if self._is_des else 1
        padded = data + bytes(-len(data) % block)
        encryptor = self._cipher(boots, time, salt).encryptor()
        return encryptor.update(padded) + encryptor.finalize()

    def decrypt(self, data: bytes, *, boots: int, time: int, salt: bytes) -> bytes:
        if len(salt) != 8 or (self._is_des and len(data) % 8):
            raise DecryptionError
        decryptor = self._cipher(boots, time, salt).decryptor()
        return decryptor.update(data) + decryptor.finalize()

    @property
    def _is_des(self) -> bool:
        return self.protocol in ("des", "3des")

    def _cipher(self, boots: int, time: int, salt: bytes) -> Cipher[t.Any]:
        if not self._is_des:
            vector = boots.to_bytes(4, "big") + time.to_bytes(4, "big") + salt
            return Cipher(algorithms.AES(self.key), CFB(vector))
        key = self.key[:24] if self.protocol == "3des" else self.key[:8] * 3
        before = self.key[24:32] if self.protocol == "3des" else self.key[8:16]
        vector = bytes(a ^ b for a, b in zip(before, salt, strict=True))
        return Cipher(TripleDES(key), modes.CBC(vector))


def localized_key(hash_name: str, password: bytes, engine_id: bytes) -> bytes:
    """A password's key for one engine."""
    key = _password_key(hash_name, password)
    return _hash(hash_name, key + engine_id + key)


@functools.lru_cache(maxsize=256)
def _password_key(hash_name: str, password: bytes) -> bytes:
    """The hash of a megabyte of the repeated password; the same for all cards that share it."""
    return _hash(hash_name, (password * (_MEGABYTE // len(password) + 1))[:_MEGABYTE])


def _hash(hash_name: str, data: bytes) -> bytes:
    return hashlib.new(hash_name, data, usedforsecurity=False).digest()


def _blumenthal(hash_name: str, key: bytes, _engine_id: bytes) -> bytes:
    return _hash(hash_name, key)


_GROWTHS: dict[str, t.Callable[[str, bytes, bytes], bytes]] = {"blumenthal": _blumenthal, "reeder": localized_key}
