# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SNMP in pure Python: with the messages of `snmp_codec` for v1 and v2c, with the engine of pysnmp for v3."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import functools
import random
import socket
import time
import typing as t
import warnings

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._deps import PYSNMP
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import snmp_codec
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp_endpoint import (
    Fetch,
    SnmpEndpoint,
    SnmpValue,
    denial,
    refusal,
    silence,
    unreadable,
    values_of,
)

_LONGEST_DATAGRAM = 65535

_AUTH = {
    "md5": "USM_AUTH_HMAC96_MD5",
    "sha": "USM_AUTH_HMAC96_SHA",
    "sha224": "USM_AUTH_HMAC128_SHA224",
    "sha256": "USM_AUTH_HMAC192_SHA256",
    "sha384": "USM_AUTH_HMAC256_SHA384",
    "sha512": "USM_AUTH_HMAC384_SHA512",
}
_PRIVACY = {
    "des": "USM_PRIV_CBC56_DES",
    "3des": "USM_PRIV_CBC168_3DES",
    "aes": "USM_PRIV_CFB128_AES",
    "aes192": "USM_PRIV_CFB192_AES_BLUMENTHAL",
    "aes256": "USM_PRIV_CFB256_AES_BLUMENTHAL",
    "aes192c": "USM_PRIV_CFB192_AES",
    "aes256c": "USM_PRIV_CFB256_AES",
}

# What a v3 card, or our own engine on reading its answer, can object to (RFC 3414 section 5, RFC 3412 section 5).
_OBJECTIONS = {
    "UnknownUserName": "it does not know the user",
    "UnknownSecurityName": "it does not know the user",
    "WrongDigest": "wrong authentication password or protocol",
    "AuthenticationFailure": "wrong authentication password or protocol",
    "AuthenticationError": "wrong authentication password or protocol",
    "DecryptionError": "wrong privacy password or protocol",
    "UnsupportedSecurityLevel": "the user may not use this security level",
    "UnsupportedAuthProtocol": "it does not support the authentication protocol",
    "UnsupportedPrivProtocol": "it does not support the privacy protocol",
    "NotInTimeWindow": "its clock and ours do not agree on the time of the request",
}
_NO_ACCESS = {"authorizationError", "noAccess"}

# Loaded MIBs with which nothing is under way and that know no user: loading them is most of what a new engine costs.
_SPARE_DISPATCHERS: collections.deque[t.Any] = collections.deque(maxlen=32)


@contextlib.contextmanager
def open_session(endpoint: SnmpEndpoint, address: str) -> t.Iterator[Fetch]:
    """Yield the function that asks the card once, with retries; it raises what `snmp.converse` raises."""
    PYSNMP.load(endpoint.card)
    kind = _UserSession if endpoint.version == "v3" else _CommunitySession
    with contextlib.closing(kind(endpoint, address)) as session:
        yield session.fetch


class _CommunitySession:
    """v1 and v2c: build a message, send it, wait for the answer to it."""

    def __init__(self, endpoint: SnmpEndpoint, address: str) -> None:
        self._endpoint = endpoint
        self._has_bad_answer = False
        self._socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            # Connected, so that the system only hands over what comes from the card's own address.
            self._socket.connect((address, endpoint.port))
        except OSError as error:
            self._socket.close()
            raise silence(endpoint) from error

    def close(self) -> None:
        self._socket.close()

    def fetch(self, oids: t.Sequence[str]) -> dict[str, SnmpValue]:
        endpoint, identifier = self._endpoint, random.randint(snmp_codec.FIRST_ID, snmp_codec.LAST_ID)
        datagram = snmp_codec.get_request(endpoint.version, endpoint.community, oids, identifier=identifier)
        for _try in range(endpoint.retries + 1):
            with contextlib.suppress(OSError):
                self._socket.send(datagram)
                return self._receive(identifier)
        raise unreadable(endpoint) if self._has_bad_answer else silence(endpoint)

    def _receive(self, identifier: int) -> dict[str, SnmpValue]:
        """Wait for the answer to this very request; what is malformed or answers another one is passed over."""
        until = time.monotonic() + self._endpoint.timeout
        while True:
            self._socket.settimeout(max(0.0001, until - time.monotonic()))
            datagram = self._socket.recv(_LONGEST_DATAGRAM)
            try:
                message = snmp_codec.read(datagram)
            except snmp_codec.MalformedError:
                self._has_bad_answer = True
                continue
            if message.identifier == identifier and message.answers(self._endpoint.version, self._endpoint.community):
                return values_of(message, self._endpoint)


class _UserSession:
    """v3: the library's engine, in an event loop of our own; not for a thread in which another loop runs.

    Each card has an engine of its own, because cards that were cloned share an engine ID but not a clock.
    """

    def __init__(self, endpoint: SnmpEndpoint, address: str) -> None:
        self._endpoint = endpoint
        self._library = PYSNMP.submodule("hlapi.v3arch.asyncio", endpoint.card)
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._give_up)
        self._exchange: asyncio.Task | None = None
        self._has_answered = False
        self._engine = self._library.SnmpEngine(msgAndPduDsp=_spare_dispatcher())
        self._user = self._library.UsmUserData(endpoint.user, **_keys(endpoint))
        self._address = address

    def close(self) -> None:
        with _no_warnings():
            self._loop.run_until_complete(self._shut_down())
        self._loop.close()

    def fetch(self, oids: t.Sequence[str]) -> dict[str, SnmpValue]:
        self._has_answered = False
        with _no_warnings():
            self._exchange = self._loop.create_task(self._get(oids))
            try:
                problem, status, _index, answered = self._loop.run_until_complete(self._exchange)
            except asyncio.CancelledError as error:
                raise self._failure("what it answers cannot be read") from error
        if problem is not None:
            raise self._objection(problem)
        if status:
            return _after_error(self._endpoint, str(getattr(status, "prettyPrint", status.__str__)()))
        self._has_answered = True
        return {str(oid): _plain(value) for oid, value in answered}

    def _give_up(self, _loop: asyncio.AbstractEventLoop, _context: dict[str, t.Any]) -> None:
        """The library fell over what the card said, and would wait forever for the answer that it has dropped."""
        if self._exchange is not None:
            self._exchange.cancel()

    async def _shut_down(self) -> None:
        if self._has_answered:
            self._library.cmdgen.LCD.unconfigure(self._engine)
        self._engine.close_dispatcher()
        if self._has_answered:
            _SPARE_DISPATCHERS.append(self._engine.message_dispatcher)

    async def _get(self, oids: t.Sequence[str]) -> t.Any:
        library = self._library
        target = library.Udp6TransportTarget if ":" in self._address else library.UdpTransportTarget
        return await library.get_cmd(
            self._engine,
            self._user,
            await target.create((self._address, self._endpoint.port), timeout=self._endpoint.timeout, retries=self._endpoint.retries),
            library.ContextData(),
            *(library.ObjectType(library.ObjectIdentity(oid)) for oid in oids),
            lookupMib=False,
        )

    def _objection(self, problem: Exception) -> Exception:
        name = type(problem).__name__
        if name in ("RequestTimedOut", "EmptyResponse"):
            return silence(self._endpoint)
        if name in _OBJECTIONS:
            return refusal(self._endpoint, _OBJECTIONS[name])
        return self._failure(self._endpoint.scrub(problem))

    def _failure(self, why: str) -> AccessError:
        return AccessError(Reason.SNMP_REFUSED, f"{self._endpoint.card}: the SNMP exchange with {self._endpoint.host} failed: {why}.")


def _spare_dispatcher() -> t.Any:
    """One that an earlier card has left; None makes the library load a new one."""
    try:
        return _SPARE_DISPATCHERS.pop()
    except IndexError:
        return None


@contextlib.contextmanager
def _no_warnings() -> t.Iterator[None]:
    """Without what the library says of its own old names, and of those of cryptography that older releases use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _keys(endpoint: SnmpEndpoint) -> dict[str, t.Any]:
    if not endpoint.auth_protocol:
        return {}
    library, protocol = PYSNMP.submodule("hlapi.v3arch.asyncio", endpoint.card), _AUTH[endpoint.auth_protocol]
    hashing = PYSNMP.submodule("entity.config", endpoint.card).AUTH_SERVICES[getattr(library, protocol)]
    keys = {
        "authProtocol": getattr(library, protocol),
        "authKey": _master_key(hashing, endpoint.auth_password or ""),
        "authKeyType": library.USM_KEY_TYPE_MASTER,
    }
    if endpoint.privacy_protocol:
        keys["privProtocol"] = getattr(library, _PRIVACY[endpoint.privacy_protocol])
        keys["privKey"] = _master_key(hashing, endpoint.privacy_password or "")
        keys["privKeyType"] = library.USM_KEY_TYPE_MASTER
    return keys


@functools.lru_cache(maxsize=64)
def _master_key(hashing: t.Any, password: str) -> t.Any:
    """What takes a megabyte of hashing to make, and is the same on every card (RFC 3414, A.2)."""
    return hashing.hash_passphrase(password.encode("utf-8"))


def _after_error(endpoint: SnmpEndpoint, status: str) -> dict[str, SnmpValue]:
    if status in _NO_ACCESS:
        raise denial(endpoint)
    return {}


def _plain(value: t.Any) -> SnmpValue:
    """The library's value as plain Python; its class tells what it is."""
    kind = type(value).__name__
    if kind in ("NoSuchObject", "NoSuchInstance", "EndOfMibView", "Null"):
        return None
    if kind == "IpAddress":
        return ".".join(str(octet) for octet in bytes(value))
    if kind == "ObjectIdentifier":
        return str(value)
    return bytes(value) if hasattr(value, "asOctets") else int(value)
