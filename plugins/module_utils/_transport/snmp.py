# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading values over SNMP v1, v2c and v3, with whichever library is there.

Names of the protocols: authentication md5, sha, sha224, sha256, sha384, sha512; privacy des, 3des, aes, aes192, aes256,
aes192c, aes256c. The key of AES-192 and AES-256 is longer than what a short authentication hash gives: `aes192` and `aes256`
extend it as draft-blumenthal-aes-usm-04 says (net-snmp's AES-256), those with a `c` as draft-reeder-snmpv3-usm-3desede does
(Cisco's way, net-snmp's AES-256-C). With sha256 and longer hashes nothing is extended, and both are the same.
"""

from __future__ import annotations

import contextlib
import functools
import re
import socket
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._deps import GUFO_SNMP, PYSNMP
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, InputError, ReplyError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import snmp_gufo, snmp_pysnmp
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp_endpoint import (
    Fetch,
    SnmpEndpoint,
    SnmpValue,
)

__all__ = [
    "AUTH_PROTOCOLS",
    "ENGINES",
    "PRIVACY_PROTOCOLS",
    "VERSIONS",
    "Requests",
    "SnmpEndpoint",
    "SnmpValue",
    "check",
    "converse",
    "requests_for",
    "resolve",
]

_End = t.TypeVar("_End")
# Yields the OIDs of one request after the other, and is sent what was answered: the values by OID, perhaps none.
Requests = t.Generator[t.Sequence[str], "dict[str, SnmpValue]", _End]

VERSIONS = ("v1", "v2c", "v3")
ENGINES = ("auto", "gufo", "pysnmp")
AUTH_PROTOCOLS = ("md5", "sha", "sha224", "sha256", "sha384", "sha512")
PRIVACY_PROTOCOLS = ("des", "3des", "aes", "aes192", "aes256", "aes192c", "aes256c")

# Request and answer stay well below what a card's agent takes (484 octets must work, 1,500 do).
_OIDS_PER_REQUEST = 24

# RFC 3414, section 11.2.
_SHORTEST_PASSWORD = 8

# Surrogates, which no encoding can send.
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def converse(endpoint: SnmpEndpoint, requests: Requests[_End], *, engine: str = "auto") -> _End:
    """Send one request after the other in one session, and return what they lead to.

    `engine` is auto (gufo_snmp where it is installed and can, else pysnmp), gufo or pysnmp.
    Raises InputError (INVALID_OPTION, NO_CREDENTIALS, MISSING_LIBRARY), UnreachableError (NAME_UNRESOLVED, SNMP_SILENT),
    AccessError SNMP_REFUSED, ReplyError UNEXPECTED_REPLY.
    """
    check(endpoint, engine)
    with _open_session(endpoint, resolve(endpoint), engine) as fetch:
        try:
            answered = fetch(next(requests))
            while True:
                answered = fetch(requests.send(answered))
        except StopIteration as end:
            return t.cast("_End", end.value)


@contextlib.contextmanager
def _open_session(endpoint: SnmpEndpoint, address: str, engine: str) -> t.Iterator[Fetch]:
    if engine == "pysnmp" or (engine == "auto" and not snmp_gufo.can_ask(endpoint)):
        with snmp_pysnmp.open_session(endpoint, address) as complete:
            yield complete
        return
    GUFO_SNMP.load(endpoint.card)
    if not snmp_gufo.can_ask(endpoint):
        raise _invalid(endpoint, f"gufo_snmp cannot do the privacy protocol {endpoint.privacy_protocol}")
    with snmp_gufo.open_session(endpoint, address) as fast:
        yield fast if engine == "gufo" else functools.partial(_ask_again, endpoint, address, fast)


def _ask_again(endpoint: SnmpEndpoint, address: str, fast: Fetch, oids: t.Sequence[str]) -> dict[str, SnmpValue]:
    """gufo_snmp does not say what the card objects to, and does not read everything."""
    try:
        return fast(oids)
    except (AccessError, ReplyError):
        if not PYSNMP.is_usable():
            raise
        with snmp_pysnmp.open_session(endpoint, address) as complete:
            return complete(oids)


def requests_for(oids: t.Sequence[str]) -> Requests[dict[str, SnmpValue]]:
    """Ask for these OIDs (dotted, no leading dot) in as many requests as it takes, and return all values, None where there is none."""
    values: dict[str, SnmpValue] = dict.fromkeys(oids)
    for start in range(0, len(oids), _OIDS_PER_REQUEST):
        values.update((yield from _ask(oids[start : start + _OIDS_PER_REQUEST])))
    return values


def _ask(oids: t.Sequence[str]) -> Requests[dict[str, SnmpValue]]:
    """Ask for all at once; where one of them spoils the answer (v1: noSuchName) or all are too many (tooBig), ask in halves."""
    answered = yield oids
    values = {oid: value for oid, value in answered.items() if oid in oids}
    if values or len(oids) == 1:
        return values
    half = len(oids) // 2
    return {**(yield from _ask(oids[:half])), **(yield from _ask(oids[half:]))}


def resolve(endpoint: SnmpEndpoint) -> str:
    """The address of the card. Raises UnreachableError NAME_UNRESOLVED."""
    try:
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_DGRAM)
    except (socket.gaierror, UnicodeError) as error:
        raise UnreachableError(Reason.NAME_UNRESOLVED, f"{endpoint.card}: {endpoint.host} has no address ({error}).") from error
    return str(found[0][4][0])


def check(endpoint: SnmpEndpoint, engine: str) -> None:
    """Raises InputError (INVALID_OPTION, NO_CREDENTIALS) for what cannot be asked at all."""
    if engine not in ENGINES:
        raise _invalid(endpoint, f"the SNMP engine must be one of {', '.join(ENGINES)}")
    if endpoint.version not in VERSIONS:
        raise _invalid(endpoint, f"snmp_version must be one of {', '.join(VERSIONS)}")
    _check_texts(endpoint)
    if endpoint.version != "v3":
        if not endpoint.community:
            raise InputError(Reason.NO_CREDENTIALS, f"{endpoint.card}: SNMP {endpoint.version} needs snmp_community.")
        return
    if not endpoint.user:
        raise InputError(Reason.NO_CREDENTIALS, f"{endpoint.card}: SNMP v3 needs snmp_user.")
    _check_key(endpoint, "auth", AUTH_PROTOCOLS)
    _check_key(endpoint, "privacy", PRIVACY_PROTOCOLS)
    if endpoint.privacy_protocol and not endpoint.auth_protocol:
        raise _invalid(endpoint, "snmp_privacy_protocol needs snmp_auth_protocol")


def _check_texts(endpoint: SnmpEndpoint) -> None:
    for option in ("community", "user", "auth_password", "privacy_password"):
        if _HALF_CHARACTER.search(getattr(endpoint, option) or ""):
            raise _invalid(endpoint, f"snmp_{option} holds half of a character, as a text does that was read in the wrong encoding")


def _check_key(endpoint: SnmpEndpoint, kind: str, protocols: t.Sequence[str]) -> None:
    protocol, password = getattr(endpoint, f"{kind}_protocol"), getattr(endpoint, f"{kind}_password")
    if bool(protocol) != bool(password):
        raise _invalid(endpoint, f"snmp_{kind}_protocol and snmp_{kind}_password only make sense together")
    if protocol and protocol not in protocols:
        raise _invalid(endpoint, f"snmp_{kind}_protocol must be one of {', '.join(protocols)}")
    if password and len(password.encode("utf-8")) < _SHORTEST_PASSWORD:
        raise _invalid(endpoint, f"snmp_{kind}_password must have at least {_SHORTEST_PASSWORD} characters")


def _invalid(endpoint: SnmpEndpoint, what: str) -> InputError:
    return InputError(Reason.INVALID_OPTION, f"{endpoint.card}: {what}.")
