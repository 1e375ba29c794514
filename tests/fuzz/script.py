# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A card that answers after a script, on the far side of an SSH channel or of an FTP session; nobody ever waits for it."""

from __future__ import annotations

import io
import socket
import typing as t

import paramiko

from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint

ENDPOINT = SshEndpoint(card="ups1", host="127.0.0.1", username="apc", password="apc-s3cret-word", timeout=5.0)
_PIECE = 200


class Channel:
    """What the card says next comes after each line that it is sent. At the end it falls silent, or hangs up."""

    def __init__(self, parts: t.Sequence[bytes], *, hangs_up: bool) -> None:
        self._parts = list(reversed(parts))
        self._hangs_up = hangs_up
        self._said = b""
        self._go_on()

    def _go_on(self) -> None:
        self._said += self._parts.pop() if self._parts else b""

    def recv(self, size: int) -> bytes:
        if not self._said and not self._hangs_up:
            raise TimeoutError
        piece, self._said = self._said[: min(size, _PIECE)], self._said[min(size, _PIECE) :]
        return piece

    def recv_ready(self) -> bool:
        return bool(self._said)

    def send(self, data: t.Any) -> int:
        return len(data)

    def sendall(self, data: bytes) -> None:
        if data.endswith(b"\n"):
            self._go_on()

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0


class Connection:
    """An SSH connection that is logged in, and has one channel."""

    failures = (paramiko.SSHException, EOFError, OSError)
    host_key_fingerprint = "SHA256:" + "A" * 43
    is_alive = True
    is_out_of_time = False

    def __init__(self, channel: Channel) -> None:
        self.endpoint = ENDPOINT
        self._channel = channel

    def exec_channel(self, _command: str) -> Channel:
        return self._channel

    def shell_channel(self) -> Channel:
        return self._channel

    def limit(self, _seconds: float | None) -> None:
        """Nothing here takes time."""


class Socket:
    """The control connection of an FTP session whose card has said everything in advance, or a connection for data."""

    family = socket.AF_INET

    def __init__(self, said: bytes = b"") -> None:
        self._said = said

    def makefile(self, _mode: str, encoding: str, errors: str | None = None) -> t.TextIO:
        return io.TextIOWrapper(io.BytesIO(self._said), encoding, errors)

    def getpeername(self) -> tuple[str, int]:
        return "127.0.0.1", 21

    def sendall(self, _data: bytes) -> None:
        """Everything fits."""

    def settimeout(self, seconds: float) -> None:
        assert seconds > 0

    def setsockopt(self, _level: int, _option: int, _value: bytes) -> None:
        """Nothing travels, so it makes no difference."""

    def close(self) -> None:
        """There is nothing behind it."""

    def __enter__(self) -> Socket:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
