# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SNMP answers of any octets, sent over the loopback to the real engines.

The first octet of an input says how much of the answer is as it should be: nothing, the message around the PDU, or all but the values.
After each hostile datagram comes a right one, so that an engine that passes over rubbish need not wait; of v3 only the first exchange
is fed, in which a card says who it is, and the wait is short.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t

from fuzz.target import Check, Target, check_facts, only_typed_errors, text_of
from unit.core.samples import SAMPLES
from unit.transport.asking import get

from ansible_collections.secure_power.nmc.plugins.module_utils._core import snmp_tables
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import identify
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp import SnmpEndpoint
from emulator import ber

_COMMUNITY = "public"
_V3 = 3
_RESPONSE, _GET, _REPORT = 0xA2, 0xA0, 0xA8
_OIDS = snmp_tables.CARD_OIDS


class _Agent:
    """Answers each request on a free port of 127.0.0.1 with the present input, and then rightly."""

    def __init__(self) -> None:
        self.data = b""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            request, peer = self._socket.recvfrom(65535)
            if not request:
                return
            for answer in (_answer(request, self.data), _answer(request, _RIGHT)):
                with contextlib.suppress(OSError):
                    self._socket.sendto(answer, peer)


def _answer(request: bytes, data: bytes) -> bytes:
    right_down_to, rest = (data[0] % 3 if data else 0), data[1:]
    if right_down_to == 0:
        return rest
    _tag, start, _end = ber.read(request, 0)
    version, after = ber.read_integer(request, start)
    if version == _V3:
        return ber.tlv(ber.SEQUENCE, request[start : ber.read(request, after)[2]] + rest)
    pdu_at = ber.read(request, ber.read(request, start)[2])[2]
    _tag, identifier_at, _end = ber.read(request, pdu_at)
    identifier = request[identifier_at : ber.read(request, identifier_at)[2]]
    body = identifier + (rest if right_down_to == 1 else ber.integer(0) * 2 + ber.tlv(ber.SEQUENCE, rest))
    return ber.tlv(ber.SEQUENCE, request[start:pdu_at] + ber.tlv(_RESPONSE, body))


def _binding(oid: str, value: bytes) -> bytes:
    return ber.tlv(ber.SEQUENCE, ber.oid(oid) + value)


def _bindings(object_id: str, descr: str) -> bytes:
    """What a card says of itself; of most it has no value."""
    engine = bytes.fromhex("8000013e03282986000001")
    said = {
        snmp_tables.SYS_DESCR: ber.octets(descr),
        snmp_tables.SYS_OBJECT_ID: ber.oid(object_id),
        snmp_tables.SYS_UP_TIME: ber.integer(123456, ber.TIME_TICKS),
        snmp_tables.SYS_NAME: ber.octets("ups1"),
        snmp_tables.ENGINE_ID: ber.octets(engine),
    }
    return b"".join(_binding(oid, said.get(oid, ber.tlv(ber.NO_SUCH_OBJECT, b""))) for oid in _OIDS)


_RIGHT = b"\2" + _bindings(SAMPLES[0].object_id, SAMPLES[0].text)
_ODD_VALUES = b"".join(
    _binding(_OIDS[number], value)
    for number, value in enumerate(
        [
            *(ber.integer(-1), ber.integer(2**63, 0x46), ber.tlv(ber.IP_ADDRESS, b"\x7f\0\0\1"), ber.tlv(ber.NULL, b"")),
            *(ber.tlv(0x44, b"\x30\x03\x02\x01\x01"), ber.octets(b"\xff\xfe"), ber.integer(7, ber.COUNTER32), ber.tlv(0x24, b"")),
        ]
    )
)
_HEAD = ber.integer(1) + ber.octets(_COMMUNITY)
_SEEDS = (
    *(b"\2" + _bindings(sample.object_id, sample.text) for sample in SAMPLES[:4]),
    b"\2" + _ODD_VALUES,
    b"\1" + ber.integer(0) * 2 + ber.tlv(ber.SEQUENCE, _bindings(SAMPLES[2].object_id, SAMPLES[2].text)),
    b"\1" + ber.integer(2) + ber.integer(1) + ber.tlv(ber.SEQUENCE, b""),
    b"\0" + ber.tlv(ber.SEQUENCE, _HEAD + ber.tlv(_RESPONSE, ber.integer(1) + ber.integer(0) * 2 + ber.tlv(ber.SEQUENCE, b""))),
    b"\0" + ber.tlv(ber.SEQUENCE, _HEAD + ber.tlv(_GET, b"")),
    b"\0" + b"\x30\x80" * 40,
)


_ENGINE = bytes.fromhex("8000013e03282986000001")
_UNKNOWN_ENGINES = _binding("1.3.6.1.6.3.15.1.1.4.0", ber.integer(7, ber.COUNTER32))
_SECURITY = ber.octets(ber.tlv(ber.SEQUENCE, ber.octets(_ENGINE) + ber.integer(3) + ber.integer(4000) + ber.octets(b"") * 3))
_SCOPED = ber.octets(_ENGINE) + ber.octets(b"")
_V3_SEEDS = tuple(
    b"\1" + _SECURITY + ber.tlv(ber.SEQUENCE, _SCOPED + ber.tlv(tag, ber.integer(1) + ber.integer(0) * 2 + ber.tlv(ber.SEQUENCE, bindings)))
    for tag, bindings in ((_REPORT, _UNKNOWN_ENGINES), (_REPORT, b""), (_RESPONSE, _bindings(SAMPLES[0].object_id, SAMPLES[0].text)))
)


@contextlib.contextmanager
def _engine(name: str, **options: t.Any) -> t.Iterator[Check]:
    with contextlib.closing(_Agent()) as agent:
        settings = {"community": _COMMUNITY, "timeout": 0.05, "retries": 1, **options}
        endpoint = SnmpEndpoint("ups1", "127.0.0.1", agent.port, **settings)

        def check(data: bytes) -> None:
            agent.data = data
            with only_typed_errors():
                _check_values(get(endpoint, _OIDS, engine=name), data[1:] + _RIGHT)

        yield check


def _check_values(values: dict[str, t.Any], said: bytes) -> None:
    assert list(values) == list(_OIDS)
    octets = [value for value in values.values() if isinstance(value, bytes)]
    assert all(value in said for value in octets), "octets that nobody sent"
    if snmp_tables.is_card(values):
        # The MAC stands in the engine ID as octets, and in no text.
        words = "\n".join([*map(text_of, octets), *(value.hex() for value in octets)])
        check_facts(identify(snmp_tables.observe(values, {})).facts("now"), words)


_USER = {"version": "v3", "user": "reader", "timeout": 0.02, "retries": 0}

TARGETS: tuple[Target, ...] = (
    Target("snmp_gufo", lambda: _engine("gufo"), _SEEDS, share=0.4),
    Target("snmp_pysnmp", lambda: _engine("pysnmp"), _SEEDS, share=0.2),
    Target("snmp_v3_gufo", lambda: _engine("gufo", **_USER), _V3_SEEDS, share=0.05),
    Target("snmp_v3_pysnmp", lambda: _engine("pysnmp", **_USER), _V3_SEEDS, share=0.003),
)
