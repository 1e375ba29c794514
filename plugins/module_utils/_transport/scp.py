# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SCP protocol as cards speak it: one file up, or one small file down, over one connection.

The wire form (as in rcp): the receiver answers a zero byte when it is ready; the sender announces `C0600 SIZE NAME`; zero
byte; the data and a zero byte; a last zero byte says that the file was taken. Instead of a zero byte, 1 or 2 and a line of
text refuse.
"""

from __future__ import annotations

import re
import socket
import time
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import (
    AccessError,
    InputError,
    NmcError,
    ReplyError,
    TransferError,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshConnection, SshEndpoint, connect

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.pace import Pace

# Read from the source at once; the library cuts it into the card's packets.
_BLOCK = 256 * 1024
_LONGEST_LINE = 1000

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_ANNOUNCEMENT = re.compile(r"C[0-7]{4} (\d{1,12}) [^\n]*")


class _RefusedError(Exception):
    """The card answered 1 or 2, with this text."""


def upload(
    endpoint: SshEndpoint,
    source: t.BinaryIO,
    *,
    size: int,
    name: str,
    pace: Pace,
    progress: t.Callable[[int, int], None] | None = None,
) -> bool:
    """Send a file of `size` bytes under a name; `progress` is called with (sent, size) after every packet.

    Returns whether the card said that it took the file. An NMC2 restarts the moment it has the last byte, so a connection that
    breaks then is no error, and what the card runs afterwards is the proof.
    Raises what `connect` raises, AccessError SCP_REFUSED, and TransferError IMAGE_REJECTED, TRANSFER_INTERRUPTED (broken off, or
    nothing moved for the stall timeout) or TRANSFER_TIMEOUT, each with `bytes_sent` and `bytes_total` in its evidence.
    """
    _check_name(endpoint, name)
    with connect(endpoint) as connection:
        return _Upload(connection, size=size, name=name, pace=pace, progress=progress).send(source)


def download(endpoint: SshEndpoint, name: str, *, limit: int, deadline: float) -> bytes:
    """Fetch a file of at most `limit` bytes.

    Raises what `connect` raises, AccessError SCP_REFUSED, or SSH_FAILED when the transfer breaks off or runs out of time, and ReplyError
    UNEXPECTED_REPLY when the card refuses or announces something else than a file within the limit.
    """
    _check_name(endpoint, name)
    with connect(endpoint) as connection:
        try:
            return _fetch(_Peer(connection, f"scp -q -f {name}", deadline), limit)
        except _RefusedError as refusal:
            said = endpoint.scrub(refusal)
            raise ReplyError(Reason.UNEXPECTED_REPLY, f"{endpoint.card}: the card does not send {name}: {said}.") from refusal
        except connection.failures as error:
            cause = "no answer in time" if _is_timeout(connection, error) else endpoint.scrub(error)
            raise AccessError(Reason.SSH_FAILED, f"{endpoint.card}: fetching {name} broke off ({cause}).") from error


def _check_name(endpoint: SshEndpoint, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InputError(
            Reason.INVALID_OPTION,
            f"{endpoint.card}: {name!r} cannot be the name of a file on a card: it may hold letters, digits, dots, dashes and "
            "underscores, and begins with a letter or digit.",
        )


class _Peer:
    """The far end of one transfer: its zero bytes, lines and refusals. Nothing waits past the deadline."""

    def __init__(self, connection: SshConnection, command: str, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self._channel = self._open(command)

    def _open(self, command: str) -> t.Any:
        try:
            return self._connection.exec_channel(command)
        except self._connection.failures as error:
            if not self._connection.is_alive or _is_timeout(self._connection, error):
                raise
            card, address = self._connection.endpoint.card, self._connection.endpoint.address
            raise AccessError(Reason.SCP_REFUSED, f"{card}: the card at {address} takes the login and refuses SCP.") from error

    def wait(self, seconds: float | None = None) -> None:
        """Allow the next exchange this long, without a value as long as the deadline says."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout
        allowed = left if seconds is None else min(left, seconds)
        self._channel.settimeout(allowed)
        self._connection.limit(allowed + 1)

    def write(self, data: t.Any) -> int:
        """Send what fits into one packet and return its length."""
        sent = int(self._channel.send(data))
        if not sent:
            raise EOFError("connection closed by the card")
        return sent

    def has_spoken(self) -> bool:
        return bool(self._channel.recv_ready())

    def read(self, size: int) -> bytes:
        received = bytearray()
        while len(received) < size:
            chunk = self._channel.recv(size - len(received))
            if not chunk:
                raise EOFError("connection closed by the card")
            received += chunk
        return bytes(received)

    def expect_zero(self) -> None:
        status = self.read(1)
        if status != b"\0":
            raise _RefusedError(self._refusal(status))

    def read_line(self) -> str:
        """Read a line that announces something; a refusal instead of it is raised."""
        first = self.read(1)
        if first in (b"\1", b"\2"):
            raise _RefusedError(self._refusal(first))
        return self._rest_of_line(first)

    def _refusal(self, status: bytes) -> str:
        line = self._rest_of_line(b"" if status in (b"\1", b"\2") else status)
        return line.strip() or "no reason given"

    def _rest_of_line(self, line: bytes) -> str:
        while not line.endswith(b"\n") and len(line) < _LONGEST_LINE:
            chunk = self._channel.recv(1)
            if not chunk:
                break
            line += chunk
        return line.decode("utf-8", errors="backslashreplace").rstrip("\r\n")


class _Upload:
    def __init__(
        self,
        connection: SshConnection,
        *,
        size: int,
        name: str,
        pace: Pace,
        progress: t.Callable[[int, int], None] | None,
    ) -> None:
        self._connection = connection
        self._endpoint = connection.endpoint
        self._size = size
        self._name = name
        self._pace = pace
        self._progress = progress or (lambda _sent, _size: None)
        self._sent = 0

    def send(self, source: t.BinaryIO) -> bool:
        try:
            peer = _Peer(self._connection, f"scp -q -t {self._name}", self._pace.deadline)
            self._announce(peer)
            self._send_data(peer, source)
        except _RefusedError as refusal:
            raise self._rejected(refusal) from refusal
        except self._connection.failures as error:
            raise self._broken(error) from error
        return self._is_taken(peer)

    def _announce(self, peer: _Peer) -> None:
        peer.wait(self._endpoint.timeout)
        peer.expect_zero()
        peer.write(f"C0600 {self._size} {self._name}\n".encode("ascii"))
        peer.expect_zero()

    def _send_data(self, peer: _Peer, source: t.BinaryIO) -> None:
        started = time.monotonic()
        while self._sent < self._size:
            block = memoryview(source.read(min(_BLOCK, self._size - self._sent)))
            if not block:
                raise self._error(Reason.TRANSFER_INTERRUPTED, "the image file ends too early")
            while block:
                peer.wait(self._pace.stall_timeout)
                count = peer.write(block[:_BLOCK])
                block = block[count:]
                self._sent += count
                self._progress(self._sent, self._size)
                if peer.has_spoken():
                    peer.expect_zero()
                self._pace.hold_back(self._sent, started)

    def _is_taken(self, peer: _Peer) -> bool:
        """Hear whether the card takes the file. Checking it can take a card long, so only the deadline counts."""
        try:
            peer.wait()
            peer.write(b"\0")
            peer.expect_zero()
        except _RefusedError as refusal:
            raise self._rejected(refusal) from refusal
        except self._connection.failures as error:
            if _is_timeout(self._connection, error):
                raise self._broken(error) from error
            return False
        return True

    def _rejected(self, refusal: _RefusedError) -> NmcError:
        return self._error(Reason.IMAGE_REJECTED, f"the card refuses it: {self._endpoint.scrub(refusal)}")

    def _broken(self, error: Exception) -> NmcError:
        if self._pace.is_over:
            return self._error(Reason.TRANSFER_TIMEOUT, "the time for it is up")
        if _is_timeout(self._connection, error):
            return self._error(Reason.TRANSFER_INTERRUPTED, f"nothing moved for {self._pace.stall_timeout:g} s")
        cause = self._endpoint.scrub(error) or "connection lost"
        return self._error(Reason.TRANSFER_INTERRUPTED, cause)

    def _error(self, reason: Reason, what: str) -> TransferError:
        return TransferError(
            reason,
            f"{self._endpoint.card}: sending {self._name} ended after {self._sent} of {self._size} bytes: {what}.",
            evidence={"bytes_sent": self._sent, "bytes_total": self._size},
        )


def _fetch(peer: _Peer, limit: int) -> bytes:
    peer.wait()
    peer.write(b"\0")
    line = peer.read_line()
    found = _ANNOUNCEMENT.fullmatch(line)
    if not found or int(found.group(1)) > limit:
        raise _RefusedError(f"it announces {line!r}, and at most {limit} bytes are taken")
    peer.write(b"\0")
    data = peer.read(int(found.group(1)))
    peer.expect_zero()
    peer.write(b"\0")
    return data


def _is_timeout(connection: SshConnection, error: Exception) -> bool:
    return isinstance(error, socket.timeout) or connection.is_out_of_time
