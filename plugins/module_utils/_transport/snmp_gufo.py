# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SNMP with gufo_snmp, which is written in Rust: many times faster, but without 3DES."""

from __future__ import annotations

import contextlib
import functools
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._deps import GUFO_SNMP
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp_endpoint import (
    Fetch,
    SnmpEndpoint,
    SnmpValue,
    refusal,
    silence,
    unreadable,
)

_AUTH = {
    "md5": "Md5Key",
    "sha": "Sha1Key",
    "sha224": "Sha224Key",
    "sha256": "Sha256Key",
    "sha384": "Sha384Key",
    "sha512": "Sha512Key",
}
_PRIVACY = {
    "des": "DesKey",
    "aes": "Aes128Key",
    "aes192": "Aes192Key",
    "aes256": "Aes256Key",
    "aes192c": "Aes192Key",
    "aes256c": "Aes256Key",
}


def can_ask(endpoint: SnmpEndpoint) -> bool:
    return GUFO_SNMP.is_usable() and endpoint.privacy_protocol in (None, *_PRIVACY)


@contextlib.contextmanager
def open_session(endpoint: SnmpEndpoint, address: str) -> t.Iterator[Fetch]:
    """Yield the function that asks the card once, with retries; it raises what `snmp.converse` raises."""
    yield _Session(endpoint, address).fetch


class _Session:
    """A session of the library, which for v3 begins with learning the card's engine."""

    def __init__(self, endpoint: SnmpEndpoint, address: str) -> None:
        self._endpoint = endpoint
        self._library = GUFO_SNMP.load(endpoint.card)
        self._has_bad_answer = False
        self._is_ready = endpoint.version != "v3"
        self._session = self._open(address)

    def _open(self, address: str) -> t.Any:
        endpoint = self._endpoint
        user = _user(endpoint) if endpoint.version == "v3" else None
        try:
            return GUFO_SNMP.submodule("sync", endpoint.card).SnmpSession(
                address,
                port=endpoint.port,
                community=endpoint.community or "",
                user=user,
                version=getattr(self._library.SnmpVersion, endpoint.version),
                timeout=endpoint.timeout,
            )
        except OSError as error:
            raise silence(endpoint) from error

    def fetch(self, oids: t.Sequence[str]) -> dict[str, SnmpValue]:
        for _try in range(self._endpoint.retries + 1):
            values = self._ask(oids)
            if values is not None:
                return values
        raise unreadable(self._endpoint) if self._has_bad_answer else silence(self._endpoint)

    def _ask(self, oids: t.Sequence[str]) -> dict[str, SnmpValue] | None:
        """Try once; None when nothing comes, or nothing that can be read."""
        try:
            if not self._is_ready:
                self._session.refresh()
                self._is_ready = True
            return t.cast("dict[str, SnmpValue]", self._session.get_many(oids))
        except self._library.SnmpAuthError as error:
            why = "unknown user, wrong password or protocol, or a security level that it does not allow"
            raise refusal(self._endpoint, why) from error
        except (self._library.SnmpError, RuntimeError):
            # Of some answers the library says in a RuntimeError that it cannot decode them.
            self._has_bad_answer = True
            return None
        except OSError:
            return None
        except BaseException as error:
            # A panic in the library's Rust code, which some malformed answers cause, is no Exception and leaves it unusable.
            if type(error).__name__ != "PanicException":
                raise
            raise unreadable(self._endpoint) from error


def _user(endpoint: SnmpEndpoint) -> t.Any:
    keys = GUFO_SNMP.submodule("user", endpoint.card)
    expansion = "Cisco" if (endpoint.privacy_protocol or "").endswith("c") else "Blumenthal"
    hashing = getattr(keys, _AUTH[endpoint.auth_protocol]) if endpoint.auth_protocol else None
    encryption = getattr(keys, _PRIVACY[endpoint.privacy_protocol]) if endpoint.privacy_protocol else None
    master = keys.KeyType.Master
    return keys.User(
        endpoint.user,
        auth_key=hashing and hashing(_master_key(hashing, endpoint.auth_password or ""), master),
        priv_key=encryption and encryption(_master_key(hashing, endpoint.privacy_password or ""), master),
        key_expansion=getattr(keys.KeyExpansion, expansion),
    )


@functools.lru_cache(maxsize=64)
def _master_key(hashing: t.Any, password: str) -> bytes:
    """What takes a megabyte of hashing to make, and is the same on every card (RFC 3414, A.2)."""
    return t.cast("bytes", hashing.get_master_key(password.encode("utf-8")))
