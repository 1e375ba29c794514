# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sending an image over FTP, for cards whose SCP does not work. The password crosses the network in plain text.

Old cards break the connection at some 55 KB unless the client sends blocks of 512 bytes in passive mode, so that is what it does.
"""

from __future__ import annotations

import contextlib
import ftplib
import socket
import struct
import time
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, InputError, TransferError, UnreachableError

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.pace import Pace
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint

_BLOCK = 512
_MOST_LINES = 200
_RESTARTING, _LOGIN = "421", "530"

# Of a reply or a port that cannot be, the library says so with an error of Python's own.
_FAILURES = (OSError, EOFError, ftplib.Error, ValueError, OverflowError)
# How a connection is closed: at once with a reset, or when everything has arrived.
_WITH_RESET, _IN_ORDER = struct.pack("ii", 1, 0), struct.pack("ii", 0, 0)


def upload(
    endpoint: SshEndpoint,
    source: t.BinaryIO,
    *,
    port: int,
    size: int,
    name: str,
    pace: Pace,
    progress: t.Callable[[int, int], None],
) -> bool:
    """Send a file of `size` bytes under a name, with the user and password of the SSH endpoint.

    Returns whether the card said that it took the file: it may restart the moment it has the last byte, and say nothing any more.
    Raises `UnreachableError` NAME_UNRESOLVED, CONNECTION_FAILED or CARD_RESTARTING, `AccessError` LOGIN_REFUSED, and `TransferError`
    IMAGE_REJECTED, TRANSFER_INTERRUPTED or TRANSFER_TIMEOUT.
    """
    if endpoint.username is None or endpoint.password is None:
        raise InputError(Reason.NO_CREDENTIALS, f"{endpoint.card}: FTP needs a user name and a password.")
    # Closed without a farewell, whose answer a card that restarts or stalls would keep us waiting for.
    with contextlib.closing(_Session(timeout=endpoint.timeout, encoding="latin-1")) as session:
        _open(session, endpoint, port)
        return _Upload(session, endpoint, size=size, name=name, pace=pace, progress=progress).send(source)


class _Session(ftplib.FTP):
    """Hangs up on a card that does not stop talking, which the library would listen to forever.

    What cards say need not be UTF-8, so replies are read as Latin-1, which everything is.
    """

    _lines = 0

    def getline(self) -> str:
        self._lines += 1
        if self._lines > _MOST_LINES:
            raise ftplib.error_proto(f"more than {_MOST_LINES} lines")
        return super().getline()


def _utf8(text: str | None) -> str:
    """A text that the session, which writes Latin-1, sends as UTF-8."""
    return (text or "").encode("utf-8").decode("latin-1")


def _open(session: ftplib.FTP, endpoint: SshEndpoint, port: int) -> None:
    where = f"{endpoint.host} port {port}"
    try:
        session.connect(endpoint.host, port)
        session.login(_utf8(endpoint.username), _utf8(endpoint.password))
        session.voidcmd("TYPE I")
    except socket.gaierror as error:
        raise UnreachableError(Reason.NAME_UNRESOLVED, f"{endpoint.card}: {endpoint.host} has no address ({error}).") from error
    except _FAILURES as error:
        said = endpoint.scrub(error) or "connection closed"
        if said.startswith(_RESTARTING):
            raise UnreachableError(Reason.CARD_RESTARTING, f"{endpoint.card}: FTP at {where} says: {said}.") from error
        if isinstance(error, ftplib.error_perm):
            raise AccessError(Reason.LOGIN_REFUSED, f"{endpoint.card}: FTP at {where} refuses the login: {said}.") from error
        raise UnreachableError(Reason.CONNECTION_FAILED, f"{endpoint.card}: no FTP session with {where} ({said}).") from error


class _Upload:
    def __init__(
        self, session: ftplib.FTP, endpoint: SshEndpoint, *, size: int, name: str, pace: Pace, progress: t.Callable[[int, int], None]
    ) -> None:
        self._session, self._endpoint = session, endpoint
        self._size, self._name, self._pace, self._progress = size, name, pace, progress
        self._sent = 0

    def send(self, source: t.BinaryIO) -> bool:
        try:
            with self._session.transfercmd(f"STOR {self._name}") as channel:
                # The end of the connection is the end of the file: a card would take what it has by then for the whole image. So
                # until the last byte is out the connection ends with a reset, also when this process is killed.
                channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _WITH_RESET)
                self._send_data(channel, source)
                channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _IN_ORDER)
        except ftplib.error_perm as error:
            raise self._error(Reason.IMAGE_REJECTED, f"the card refuses it: {self._endpoint.scrub(error)}") from error
        except _FAILURES as error:
            raise self._broken(error) from error
        return self._is_taken()

    def _send_data(self, channel: socket.socket, source: t.BinaryIO) -> None:
        started = time.monotonic()
        for block in iter(lambda: source.read(_BLOCK), b""):
            if self._pace.is_over:
                raise socket.timeout
            channel.settimeout(self._pace.next_wait())
            channel.sendall(block)
            self._sent += len(block)
            self._progress(self._sent, self._size)
            self._pace.hold_back(self._sent, started)
        if self._sent != self._size:
            raise self._error(Reason.TRANSFER_INTERRUPTED, "the image file ends too early")

    def _is_taken(self) -> bool:
        """Checking an image can take a card long, so only the deadline counts."""
        if self._session.sock is not None:
            self._session.sock.settimeout(max(0.001, self._pace.deadline - time.monotonic()))
        try:
            self._session.voidresp()
        except ftplib.error_perm as error:
            raise self._error(Reason.IMAGE_REJECTED, f"the card refuses it: {self._endpoint.scrub(error)}") from error
        except socket.timeout as error:
            raise self._broken(error) from error
        except _FAILURES:
            return False
        return True

    def _broken(self, error: Exception) -> TransferError:
        if self._pace.is_over:
            return self._error(Reason.TRANSFER_TIMEOUT, "the time for it is up")
        if isinstance(error, socket.timeout):
            return self._error(Reason.TRANSFER_INTERRUPTED, f"nothing moved for {self._pace.stall_timeout:g} s")
        return self._error(Reason.TRANSFER_INTERRUPTED, self._endpoint.scrub(error) or "connection lost")

    def _error(self, reason: Reason, what: str) -> TransferError:
        message = f"{self._endpoint.card}: sending {self._name} over FTP ended after {self._sent} of {self._size} bytes: {what}."
        return TransferError(reason, message, evidence={"bytes_sent": self._sent, "bytes_total": self._size})
