# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""net-snmp's agent as the judge of both SNMP engines: every version, security level and protocol, over IPv4 and IPv6."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import typing as t

import pytest
from integration.judges.servers import free_port, program, running
from unit.transport.asking import get

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp import (
    AUTH_PROTOCOLS,
    PRIVACY_PROTOCOLS,
    SnmpEndpoint,
    SnmpValue,
)

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
SYS_UPTIME = "1.3.6.1.2.1.1.3.0"
NOTHING = "1.3.6.1.4.1.318.9.9.9.0"
OIDS = (SYS_DESCR, SYS_OBJECT_ID, NOTHING, SYS_UPTIME)

AUTH_PASSWORD = "authentication-1"
PRIVACY_PASSWORD = "privacy-words-2"
AUTH_NAMES = {"md5": "MD5", "sha": "SHA", **{f"sha{bits}": f"SHA-{bits}" for bits in (224, 256, 384, 512)}}
# Triple DES is the one protocol that net-snmp does not have, and gufo_snmp does not either; the emulator has it.
NOT_IN_NET_SNMP = {"3des"}
PRIVACY_NAMES = {"des": "DES", "aes": "AES", "aes192": "AES-192", "aes256": "AES-256", "aes192c": "AES-192-C", "aes256c": "AES-256-C"}
LEVELS: list[tuple[str | None, str | None]] = [
    (None, None),
    *((auth, privacy) for auth in AUTH_NAMES for privacy in (None, *PRIVACY_NAMES)),
]

both_engines = pytest.mark.parametrize("engine", ["gufo", "pysnmp"])


def user_name(auth: str | None, privacy: str | None) -> str:
    return f"reader-{auth}-{privacy}"


def _user(auth: str | None, privacy: str | None) -> str:
    """A user in the words of snmpd.conf, who must ask at the level of the keys that he has."""
    keys = f" {AUTH_NAMES[auth]} {AUTH_PASSWORD}" if auth else ""
    keys += f" {PRIVACY_NAMES[privacy]} {PRIVACY_PASSWORD}" if privacy else ""
    level = "priv" if privacy else "auth" if auth else "noauth"
    name = user_name(auth, privacy)
    return f"createUser {name}{keys}\nrouser {name} {level}\n"


@pytest.fixture(scope="module", params=["127.0.0.1", "::1"])
def agent(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[SnmpEndpoint]:
    """The way to an agent with a community, and a user for each pair of protocols."""
    folder, host = tmp_path_factory.mktemp("snmpd"), request.param
    users = "".join(_user(*level) for level in LEVELS)
    (folder / "snmpd.conf").write_text(f"rocommunity public\nrocommunity6 public\n{users}", encoding="utf-8")
    port = free_port(host, socket.SOCK_DGRAM)
    where = f"udp6:[{host}]:{port}" if ":" in host else f"udp:{host}:{port}"
    command = [program("snmpd"), "-f", "-Lo", "-C", "-c", str(folder / "snmpd.conf"), where]
    endpoint = SnmpEndpoint("ups1", host, port, community="public", timeout=1.0)
    environment = {"SNMP_PERSISTENT_DIR": str(folder)}
    with running(command, is_up=lambda: _answers(endpoint), output=folder / "output", environment=environment):
        yield endpoint


def _answers(endpoint: SnmpEndpoint) -> bool:
    with contextlib.suppress(UnreachableError):
        return bool(get(dataclasses.replace(endpoint, timeout=0.2, retries=0), [SYS_DESCR]))
    return False


def as_user(agent: SnmpEndpoint, auth: str | None, privacy: str | None, **changes: t.Any) -> SnmpEndpoint:
    """The way of the user who has these keys, with changes to what he says."""
    given: dict[str, t.Any] = {
        "version": "v3",
        "user": user_name(auth, privacy),
        "auth_protocol": auth,
        "auth_password": AUTH_PASSWORD if auth else None,
        "privacy_protocol": privacy,
        "privacy_password": PRIVACY_PASSWORD if privacy else None,
    }
    return dataclasses.replace(agent, **{**given, **changes})


def check(values: dict[str, SnmpValue]) -> None:
    assert list(values) == list(OIDS)
    assert isinstance(values[SYS_DESCR], bytes)
    assert isinstance(values[SYS_OBJECT_ID], str)
    assert isinstance(values[SYS_UPTIME], int)
    assert values[NOTHING] is None


@both_engines
@pytest.mark.parametrize("version", ["v1", "v2c"])
def test_values_and_missing_values(agent: SnmpEndpoint, engine: str, version: str) -> None:
    check(get(dataclasses.replace(agent, version=version), OIDS, engine=engine))


@both_engines
@pytest.mark.parametrize(("auth", "privacy"), LEVELS)
def test_every_security_level_and_protocol(agent: SnmpEndpoint, engine: str, auth: str | None, privacy: str | None) -> None:
    check(get(as_user(agent, auth, privacy), OIDS, engine=engine))


def test_no_protocol_of_the_options_is_left_out() -> None:
    assert set(AUTH_PROTOCOLS) == set(AUTH_NAMES)
    assert set(PRIVACY_PROTOCOLS) == set(PRIVACY_NAMES) | NOT_IN_NET_SNMP


@both_engines
@pytest.mark.parametrize(
    ("level", "changes"),
    [
        (("sha256", "aes"), {"user": "nobody"}),
        (("sha256", "aes"), {"auth_password": "mistaken-words"}),
        (("sha256", "aes"), {"auth_protocol": "sha384"}),
        (("sha256", "aes"), {"privacy_protocol": None, "privacy_password": None}),
        (("sha256", None), {"privacy_protocol": "aes", "privacy_password": PRIVACY_PASSWORD}),
    ],
)
def test_who_does_not_say_what_the_agent_knows_is_refused(
    agent: SnmpEndpoint, engine: str, level: tuple[str, str | None], changes: dict[str, str | None]
) -> None:
    with pytest.raises(AccessError) as caught:
        get(as_user(agent, *level, **changes), OIDS, engine=engine)
    assert caught.value.reason is Reason.SNMP_REFUSED
    assert not any(secret in caught.value.message for secret in (AUTH_PASSWORD, PRIVACY_PASSWORD, "mistaken-words"))


@pytest.mark.parametrize(("auth", "differ"), [("md5", True), ("sha", True), ("sha256", False), ("sha512", False)])
@pytest.mark.parametrize(("one", "other"), [("aes256", "aes256c"), ("aes256c", "aes256")])
@both_engines
def test_two_ways_to_extend_a_key_are_told_apart_where_it_is_extended(
    agent: SnmpEndpoint, engine: str, auth: str, differ: bool, one: str, other: str
) -> None:
    endpoint = as_user(agent, auth, one, privacy_protocol=other, timeout=0.3, retries=0)
    if not differ:
        check(get(endpoint, OIDS, engine=engine))
        return
    with pytest.raises((AccessError, UnreachableError)):
        get(endpoint, OIDS, engine=engine)
