# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""BER, the SNMP agent and USM without a network."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.emulator.cards import card

from emulator import ber
from emulator.mib import View
from emulator.snmp_face import GET, GET_BULK, SET, SnmpFace, read_pdu
from emulator.usm_crypto import Privacy, localized_key

SYS_NAME = "1.3.6.1.2.1.1.5.0"
ENGINE = bytes.fromhex("000000000000000000000002")

oids = st.lists(st.integers(0, 2**32 - 1), max_size=12).map(lambda tail: (1, 3, *tail))


def request(kind: int, *names: str, version: int = 1, first: int = 0, second: int = 0) -> bytes:
    bindings = b"".join(ber.tlv(ber.SEQUENCE, ber.oid(name) + ber.tlv(ber.NULL, b"")) for name in names)
    numbers = ber.integer(7) + ber.integer(first) + ber.integer(second)
    pdu = ber.tlv(kind, numbers + ber.tlv(ber.SEQUENCE, bindings))
    return ber.tlv(ber.SEQUENCE, ber.integer(version) + ber.octets("public") + pdu)


def answer(data: bytes, **overrides: t.Any) -> bytes | None:
    asked = card(**overrides)
    return SnmpFace({asked.address: asked}).answer(asked, data)


def bindings(reply: bytes) -> tuple[int, int, list[str]]:
    """Error status, error index and names of a response."""
    _tag, start, _end = ber.read(reply, 0, ber.SEQUENCE)
    _version, start = ber.read_integer(reply, start)
    _community, start = ber.read_octets(reply, start)
    pdu = read_pdu(reply, start)
    return pdu.first, pdu.second, [".".join(map(str, ber.numbers_of(name))) for name in pdu.names]


@given(oids)
def test_object_identifiers_survive_encoding(numbers: ber.Oid) -> None:
    assert ber.numbers_of(ber.oid_from_numbers(numbers)) == numbers


@given(st.integers(-(2**63), 2**63))
def test_integers_survive_encoding(value: int) -> None:
    encoded = ber.integer(value)
    assert ber.read_integer(encoded, 0) == (value, len(encoded))


@given(st.binary(max_size=300))
def test_octets_survive_encoding(value: bytes) -> None:
    encoded = ber.octets(value)
    assert ber.read_octets(encoded, 0) == (value, len(encoded))


@given(st.binary(max_size=200))
def test_random_datagrams_are_met_with_silence_or_an_answer(data: bytes) -> None:
    answer(data, snmp={"v3": {"user": "u", "auth_protocol": "md5", "auth_password": "password"}})


@given(st.integers(0, 300), st.integers(0, 255))
def test_a_damaged_request_never_breaks_the_agent(position: int, value: int) -> None:
    damaged = bytearray(request(GET, SYS_NAME, "1.3.6.1.2.1.1.1.0"))
    damaged[position % len(damaged)] = value
    answer(bytes(damaged))


def test_a_view_walks_every_object_in_order() -> None:
    view = View(card("rack_pdu_nmc2"))
    numbers: ber.Oid = ()
    seen: list[ber.Oid] = []
    while (binding := view.after(numbers)) is not None:
        numbers = ber.numbers_of(binding[0])
        seen.append(numbers)
    assert len(seen) > 50
    assert seen == sorted(set(seen))


def test_v1_answers_one_unknown_object_with_no_such_name_for_the_whole() -> None:
    reply = answer(request(GET, SYS_NAME, "1.3.6.1.2.1.99.0", version=0))
    assert reply
    assert bindings(reply) == (2, 2, [SYS_NAME, "1.3.6.1.2.1.99.0"])


def test_writing_is_refused() -> None:
    reply = answer(request(SET, SYS_NAME))
    assert reply
    assert bindings(reply)[0] == 6


def test_a_request_whose_answer_is_too_large_is_too_big() -> None:
    reply = answer(request(GET, *["1.3.6.1.2.1.1.1.0"] * 20))
    assert reply
    assert bindings(reply) == (1, 0, [])


def test_a_bulk_answer_is_cut_to_a_datagram() -> None:
    reply = answer(request(GET_BULK, "1.3.6.1", second=1000))
    assert reply
    assert len(reply) <= 1472
    assert len(bindings(reply)[2]) > 10


def test_a_disabled_agent_is_silent() -> None:
    assert answer(request(GET, SYS_NAME), snmp={"v1v2c_enabled": False}) is None


def test_values_follow_a_change_of_the_card() -> None:
    asked = card()
    face = SnmpFace({asked.address: asked})
    asked.change(name="renamed")
    assert b"renamed" in (face.answer(asked, request(GET, SYS_NAME)) or b"")


def test_a_card_without_an_application_answers_the_system_group_only() -> None:
    view = View(card("smart_ups_nmc2", application_missing=True))
    assert view.value(ber.oid_content("1.3.6.1.2.1.1.2.0")) == ber.oid("1.3.6.1.4.1.318")
    assert view.value(ber.oid_content("1.3.6.1.4.1.318.1.4.2.4.1.4.1")) is None


@pytest.mark.parametrize(
    ("hash_name", "key"),
    [
        ("md5", "526f5eed9fcce26f8964c2930787d82b"),
        ("sha1", "6695febc9288e36282235fc7151f128497b38f3f"),
    ],
)
def test_keys_are_those_of_rfc_3414(hash_name: str, key: str) -> None:
    assert localized_key(hash_name, b"maplesyrup", ENGINE).hex() == key


@pytest.mark.parametrize("protocol", ["des", "3des", "aes", "aes192", "aes256", "aes192c", "aes256c"])
@pytest.mark.parametrize("auth", ["md5", "sha", "sha512"])
def test_privacy_protocols_undo_themselves(protocol: str, auth: str) -> None:
    privacy = Privacy.of(protocol, "maplesyrup", auth_protocol=auth, engine_id=ENGINE)
    moment: dict[str, t.Any] = {"boots": 3, "time": 1_000_000, "salt": b"saltsalt"}
    secret = privacy.encrypt(b"thirteen char", **moment)
    assert b"thirteen" not in secret
    assert privacy.decrypt(secret, **moment).startswith(b"thirteen char")
