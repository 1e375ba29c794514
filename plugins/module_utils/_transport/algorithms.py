# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which SSH algorithms are used, best first, and which only where a card has nothing better."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

# The lists of a KEXINIT message in their order on the wire (RFC 4253, section 7.1), as far as they are of interest.
OFFERED = ("key exchange", "host key", "cipher", "cipher", "MAC", "MAC")


@dataclass(frozen=True)
class Offer:
    """What a server offers; of the two directions the one from us to the card counts."""

    key_exchange: tuple[str, ...]
    host_key: tuple[str, ...]
    cipher: tuple[str, ...]
    _cipher_back: tuple[str, ...]
    mac: tuple[str, ...]
    _mac_back: tuple[str, ...]

    def __str__(self) -> str:
        return "; ".join(f"{kind}: {', '.join(getattr(self, _field(kind)))}" for kind in MODERN)


# SHA-2 and elliptic curves, counter and GCM modes.
MODERN: t.Mapping[str, tuple[str, ...]] = {
    "key exchange": (
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group14-sha256",
        "diffie-hellman-group-exchange-sha256",
    ),
    "host key": (
        "ssh-ed25519",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "rsa-sha2-512",
        "rsa-sha2-256",
    ),
    "cipher": ("aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"),
    "MAC": ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"),
}

# SHA-1, MD5, CBC and 3DES: all that an NMC2 has for one purpose or another. Each list is tried after the modern one.
RETIRED: t.Mapping[str, tuple[str, ...]] = {
    "key exchange": ("diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"),
    "host key": ("ssh-rsa",),
    "cipher": ("aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"),
    "MAC": ("hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96"),
}

# The library's names of the same four lists.
_SECURITY_OPTIONS = {"key exchange": "kex", "host key": "key_types", "cipher": "ciphers", "MAC": "digests"}


def prefer(options: t.Any, *, legacy: bool, key_types: t.Sequence[str]) -> None:
    """Set the library's security options; types of host key that are known come first, so that the card shows such a key."""
    for kind, modern in MODERN.items():
        wanted = modern + (RETIRED[kind] if legacy else ())
        available = getattr(options, _SECURITY_OPTIONS[kind])
        if kind == "host key":
            wanted = tuple(sorted(wanted, key=lambda name: _key_type(name) not in key_types))
        setattr(options, _SECURITY_OPTIONS[kind], [name for name in wanted if name in available])


def is_legacy_only(offer: Offer) -> bool:
    """Whether an agreement fails with the modern algorithms alone and is possible with the retired ones."""
    return bool(_without_modern(offer)) and all(_offers(offer, kind, MODERN) or _offers(offer, kind, RETIRED) for kind in MODERN)


def describe_retired(offer: Offer) -> str:
    """The kinds for which a server has nothing modern, with what it has: `host key ssh-rsa`."""
    return "; ".join(f"{kind} {', '.join(getattr(offer, _field(kind)))}" for kind in _without_modern(offer))


def _without_modern(offer: Offer) -> list[str]:
    return [kind for kind in MODERN if not _offers(offer, kind, MODERN)]


def _offers(offer: Offer, kind: str, table: t.Mapping[str, tuple[str, ...]]) -> bool:
    return not set(table[kind]).isdisjoint(getattr(offer, _field(kind)))


def _field(kind: str) -> str:
    return kind.lower().replace(" ", "_")


def _key_type(algorithm: str) -> str:
    """The type of key that a host key algorithm signs with."""
    return "ssh-rsa" if algorithm.startswith("rsa-sha2-") else algorithm
