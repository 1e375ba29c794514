# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SNMPv3 of one card: discovery, users, timeliness, authentication, privacy. The PDU inside is answered elsewhere."""

from __future__ import annotations

import hmac
import itertools
import typing as t
from dataclasses import dataclass, replace

from emulator import ber
from emulator.mib import engine_id
from emulator.usm_crypto import Authentication, DecryptionError, Privacy

if t.TYPE_CHECKING:
    from emulator.card import Card

V3, USM = 3, 3
REPORT = 0xA8
MAX_MESSAGE = 1472
_AUTH, _PRIV, _REPORTABLE = 1, 2, 4
_WINDOW_SECONDS = 150
_SIZE_MINIMUM = 484

_STATS = "1.3.6.1.6.3.15.1.1"
UNSUPPORTED_LEVEL, NOT_IN_WINDOW, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST, DECRYPTION = range(1, 7)

Respond = t.Callable[[bytes, int], bytes | None]  # PDU and room -> response PDU


class ReportError(Exception):
    """The request cannot be served; the agent says which rule it broke."""

    def __init__(self, counter: int, *, authenticated: bool = False) -> None:
        super().__init__(counter)
        self.counter = counter
        self.authenticated = authenticated


@dataclass(frozen=True)
class Message:
    """An SNMPv3 message with its USM fields."""

    message_id: int
    max_size: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    digest: bytes
    salt: bytes
    payload: bytes  # complete scoped PDU, or the encrypted one's octets
    digest_at: int = 0  # where the digest starts in the datagram


class Engine:
    """The authoritative engine of one card."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._id = engine_id(card)
        self._counters = dict.fromkeys(range(1, 7), 0)
        self._salts = itertools.count(1)
        user = card.settings.snmp.v3
        self._user = user
        self._auth = self._priv = None
        if user and user.auth_protocol:
            self._auth = Authentication.of(user.auth_protocol, user.auth_password, self._id)
            if user.privacy_protocol:
                self._priv = Privacy.of(
                    user.privacy_protocol,
                    user.privacy_password,
                    auth_protocol=user.auth_protocol,
                    engine_id=self._id,
                )

    def answer(self, data: bytes, respond: Respond) -> bytes | None:
        """The reply to a datagram; None for silence."""
        message = read_message(data)
        try:
            scoped = self._open(message, data)
            return self._reply(message, scoped, respond)
        except ReportError as error:
            return self._report(message, error)

    def _open(self, message: Message, data: bytes) -> bytes:
        """The scoped PDU of a message that is allowed in."""
        if message.engine_id != self._id:
            raise ReportError(UNKNOWN_ENGINE)
        if self._user is None or message.user != self._user.user.encode():
            raise ReportError(UNKNOWN_USER)
        if (message.flags & _AUTH and not self._auth) or (message.flags & _PRIV and not self._priv):
            raise ReportError(UNSUPPORTED_LEVEL)
        if self._needed_flags & ~message.flags:
            raise ReportError(UNSUPPORTED_LEVEL)
        if message.flags & _AUTH:
            self._authenticate(message, data)
        return self._decrypt(message) if message.flags & _PRIV else message.payload

    @property
    def _needed_flags(self) -> int:
        """A user is served at the level of its profile only (inferred)."""
        return (_AUTH if self._auth else 0) | (_PRIV if self._priv else 0)

    def _authenticate(self, message: Message, data: bytes) -> None:
        assert self._auth is not None
        size = len(message.digest)
        zeroed = data[: message.digest_at] + bytes(size) + data[message.digest_at + size :]
        if not hmac.compare_digest(self._auth.digest(zeroed), message.digest):
            raise ReportError(WRONG_DIGEST)
        late = abs(message.time - int(self._card.uptime)) > _WINDOW_SECONDS
        if message.boots != self._card.engine_boots or late:
            raise ReportError(NOT_IN_WINDOW, authenticated=True)

    def _decrypt(self, message: Message) -> bytes:
        assert self._priv is not None
        try:
            scoped = self._priv.decrypt(message.payload, boots=message.boots, time=message.time, salt=message.salt)
            ber.read(scoped, 0, ber.SEQUENCE)
        except (DecryptionError, ber.BerError):
            raise ReportError(DECRYPTION) from None
        return scoped

    def _reply(self, message: Message, scoped: bytes, respond: Respond) -> bytes | None:
        self._card.counters.snmp_requests += 1
        context, pdu = read_scoped(scoped)
        size = min(MAX_MESSAGE, max(_SIZE_MINIMUM, message.max_size))
        response = respond(pdu, size - len(scoped) + len(pdu) - 160)
        if response is None:
            return None
        return self._seal(message, ber.tlv(ber.SEQUENCE, context + response), message.flags & (_AUTH | _PRIV))

    def _report(self, message: Message, error: ReportError) -> bytes | None:
        self._counters[error.counter] += 1
        if not message.flags & _REPORTABLE:
            return None
        name = ber.oid(f"{_STATS}.{error.counter}.0")
        value = ber.integer(self._counters[error.counter], ber.COUNTER32)
        bindings = ber.tlv(ber.SEQUENCE, ber.tlv(ber.SEQUENCE, name + value))
        pdu = ber.tlv(REPORT, ber.integer(_request_id(message)) + b"\x02\x01\x00\x02\x01\x00" + bindings)
        scoped = ber.tlv(ber.SEQUENCE, ber.octets(self._id) + ber.octets(b"") + pdu)
        return self._seal(message, scoped, _AUTH if error.authenticated else 0)

    def _seal(self, message: Message, scoped: bytes, flags: int) -> bytes:
        """A complete message around a scoped PDU, encrypted and signed as `flags` say."""
        boots, time = self._card.engine_boots, int(self._card.uptime)
        salt, payload = b"", scoped
        if flags & _PRIV and self._priv:
            salt = boots.to_bytes(4, "big") + next(self._salts).to_bytes(4, "big")
            payload = ber.octets(self._priv.encrypt(scoped, boots=boots, time=time, salt=salt))
        sealed = Message(
            message_id=message.message_id,
            max_size=MAX_MESSAGE,
            flags=flags,
            engine_id=self._id,
            boots=boots,
            time=time,
            user=message.user,
            digest=bytes(self._auth.size) if flags & _AUTH and self._auth else b"",
            salt=salt,
            payload=payload,
        )
        if not sealed.digest or self._auth is None:
            return write_message(sealed)
        return write_message(replace(sealed, digest=self._auth.digest(write_message(sealed))))


def read_message(data: bytes) -> Message:
    """Take a datagram apart; raise BerError for anything that is not SNMPv3 with USM."""
    _tag, start, _end = ber.read(data, 0, ber.SEQUENCE)
    _version, start = ber.read_integer(data, start)
    _tag, begin, start = ber.read(data, start, ber.SEQUENCE)
    message_id, begin = ber.read_integer(data, begin)
    max_size, begin = ber.read_integer(data, begin)
    flags, begin = ber.read_octets(data, begin)
    model, _end = ber.read_integer(data, begin)
    if model != USM or len(flags) != 1 or flags[0] & (_AUTH | _PRIV) == _PRIV:
        raise ber.BerError("not the user-based security model")
    _tag, begin, after = ber.read(data, start, ber.OCTETS)
    _tag, begin, _end = ber.read(data, begin, ber.SEQUENCE)
    engine, begin = ber.read_octets(data, begin)
    boots, begin = ber.read_integer(data, begin)
    time, begin = ber.read_integer(data, begin)
    user, begin = ber.read_octets(data, begin)
    digest, end = ber.read_octets(data, begin)
    salt, _end = ber.read_octets(data, end)
    return Message(
        message_id=message_id,
        max_size=max_size,
        flags=flags[0],
        engine_id=engine,
        boots=boots,
        time=time,
        user=user,
        digest=digest,
        salt=salt,
        payload=_payload(data, after, encrypted=bool(flags[0] & _PRIV)),
        digest_at=end - len(digest),
    )


def write_message(message: Message) -> bytes:
    header = ber.integer(message.message_id) + ber.integer(message.max_size)
    header += ber.octets(bytes((message.flags,))) + ber.integer(USM)
    fields = ber.octets(message.engine_id) + ber.integer(message.boots) + ber.integer(message.time)
    fields += ber.octets(message.user) + ber.octets(message.digest) + ber.octets(message.salt)
    security = ber.octets(ber.tlv(ber.SEQUENCE, fields))
    return ber.tlv(ber.SEQUENCE, ber.integer(V3) + ber.tlv(ber.SEQUENCE, header) + security + message.payload)


def read_scoped(scoped: bytes) -> tuple[bytes, bytes]:
    """Context (engine and name, encoded) and PDU of a scoped PDU."""
    _tag, start, end = ber.read(scoped, 0, ber.SEQUENCE)
    _engine, middle = ber.read_octets(scoped, start)
    _name, after = ber.read_octets(scoped, middle)
    return scoped[start:after], scoped[after:end]


def _payload(data: bytes, start: int, *, encrypted: bool) -> bytes:
    if encrypted:
        return ber.read_octets(data, start)[0]
    _tag, _begin, end = ber.read(data, start, ber.SEQUENCE)
    return data[start:end]


def _request_id(message: Message) -> int:
    """The request's own number where it can be read."""
    if message.flags & _PRIV:
        return 0
    _context, pdu = read_scoped(message.payload)
    _tag, start, _end = ber.read(pdu, 0)
    return ber.read_integer(pdu, start)[0]
