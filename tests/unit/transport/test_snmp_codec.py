# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages of SNMP, against what a general codec makes of them, and against nonsense."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api, rfc1902

from ansible_collections.secure_power.nmc.plugins.module_utils._transport import snmp_codec

VERSIONS = {"v1": api.PROTOCOL_MODULES[api.SNMP_VERSION_1], "v2c": api.PROTOCOL_MODULES[api.SNMP_VERSION_2C]}
OID = "1.3.6.1.4.1.318.1.1.26.2.1.8.4294967295"

arcs = st.lists(st.integers(0, 2**32 - 1), max_size=20)


@pytest.mark.parametrize("version", VERSIONS)
@given(identifier=st.integers(snmp_codec.FIRST_ID, snmp_codec.LAST_ID), community=st.text(max_size=200), oids=st.lists(arcs, max_size=20))
def test_a_general_codec_reads_our_requests(version: str, identifier: int, community: str, oids: list[list[int]]) -> None:
    names = [".".join(map(str, (1, 3, *numbers))) for numbers in oids]
    protocol = VERSIONS[version]
    datagram = snmp_codec.get_request(version, community, names, identifier=identifier)
    message, rest = decoder.decode(datagram, asn1Spec=protocol.Message())
    pdu = protocol.apiMessage.get_pdu(message)
    assert rest == b""
    assert bytes(protocol.apiMessage.get_community(message)) == community.encode()
    assert int(protocol.apiPDU.get_request_id(pdu)) == identifier
    assert [str(name) for name, _value in protocol.apiPDU.get_varbinds(pdu)] == names


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (rfc1902.Integer32(-129), -129),
        (rfc1902.Integer32(2**31 - 1), 2**31 - 1),
        (rfc1902.Counter32(2**32 - 1), 2**32 - 1),
        (rfc1902.Counter64(2**64 - 1), 2**64 - 1),
        (rfc1902.Gauge32(0), 0),
        (rfc1902.TimeTicks(128), 128),
        (rfc1902.OctetString(b"x" * 300), b"x" * 300),
        (rfc1902.OctetString(b""), b""),
        (rfc1902.IpAddress("10.0.0.255"), "10.0.0.255"),
        (rfc1902.ObjectIdentifier(OID), OID),
        (rfc1902.ObjectIdentifier("2.999.1"), "2.999.1"),
        (rfc1902.ObjectIdentifier("0.0"), "0.0"),
    ],
)
def test_we_read_the_answers_of_a_general_codec(value: t.Any, expected: object) -> None:
    message = snmp_codec.read(_response([(OID, value)]))
    assert (message.identifier, message.status, dict(message.answered)) == (77, 0, {OID: expected})
    assert message.answers("v2c", "public")
    assert not message.answers("v2c", "private")
    assert not message.answers("v1", "public")


def _response(variables: list[tuple[str, t.Any]], *, status: int = 0) -> bytes:
    protocol = VERSIONS["v2c"]
    pdu = protocol.GetResponsePDU()
    protocol.apiPDU.set_defaults(pdu)
    protocol.apiPDU.set_request_id(pdu, 77)
    protocol.apiPDU.set_error_status(pdu, status)
    protocol.apiPDU.set_varbinds(pdu, variables)
    message = protocol.Message()
    protocol.apiMessage.set_defaults(message)
    protocol.apiMessage.set_community(message, b"public")
    protocol.apiMessage.set_pdu(message, pdu)
    return t.cast("bytes", encoder.encode(message))


@pytest.mark.parametrize(("status", "denied"), [(2, False), (6, True), (16, True)])
def test_an_error_has_no_values_and_may_be_a_denial(status: int, denied: bool) -> None:
    message = snmp_codec.read(_response([(OID, rfc1902.Integer32(1))], status=status))
    assert (dict(message.answered), message.is_denial) == ({}, denied)


def test_every_part_of_an_answer_is_too_short() -> None:
    whole = _response([(OID, rfc1902.OctetString(b"abc"))])
    for length in range(len(whole)):
        with pytest.raises(snmp_codec.MalformedError):
            snmp_codec.read(whole[:length])


def test_a_request_is_no_answer() -> None:
    with pytest.raises(snmp_codec.MalformedError):
        snmp_codec.read(snmp_codec.get_request("v2c", "public", [OID], identifier=77))


def test_the_discovery_is_known_by_its_identifier() -> None:
    message = snmp_codec.read(snmp_codec.discovery(identifier=0x01020304))
    assert (message.identifier, message.answers("v3", None), message.answers("v2c", "")) == (0x01020304, True, False)


@given(
    flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 200),
)
def test_whatever_comes_is_a_message_or_malformed(flips: list[tuple[int, int]], cut: int) -> None:
    datagram = bytearray(_response([(OID, rfc1902.Counter64(5)), (OID, rfc1902.IpAddress("1.2.3.4"))]))
    for position, octet in flips:
        datagram[position % len(datagram)] = octet
    with contextlib.suppress(snmp_codec.MalformedError):
        snmp_codec.read(bytes(datagram[:cut]))


def test_a_community_is_not_shown() -> None:
    assert "public" not in repr(snmp_codec.read(_response([])))
