# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The card's ends of SCP: the sink that firmware goes into and the source that config.ini comes from."""

from __future__ import annotations

import asyncio
import re
import shlex
import time
import typing as t

import asyncssh

from emulator.config_ini import config_ini
from emulator.firmware import RejectedError
from emulator.uploads import LostError, Upload, is_directory

if t.TYPE_CHECKING:
    from emulator.card import Card

_OK = b"\0"
_COPY = re.compile(rb"C[0-7]{4} (\d{1,12}) ([^\n/]+)")
_MAX_LINE = 1024


def scp_session(card: Card, connection: asyncssh.SSHServerConnection, command: str) -> asyncssh.SSHServerSession[bytes] | None:
    """The session for ``scp -t NAME`` or ``scp -f NAME`` with OpenSSH's other options; None for other commands."""
    try:
        words = shlex.split(command)
    except ValueError:
        return None
    if not words or words[0] != "scp":
        return None
    flags = "".join(word[1:] for word in words[1:] if word.startswith("-") and word != "--")
    names = [word for word in words[1:] if not word.startswith("-")]
    name = names[0] if len(names) == 1 else ""
    if "t" in flags:
        return Sink(card, connection, name)
    return Source(card, name) if "f" in flags else None


class _Transfer(asyncssh.SSHServerSession[bytes]):
    """What both ends share."""

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    _status = 0

    def eof_received(self) -> bool:
        self._channel.exit(self._status)
        return False

    def _refuse(self, text: str) -> None:
        """Say no; the client may go on sending and reads this when it wants to."""
        self._status = 1
        self._channel.write(b"\1" + f"scp: {text}\n".encode())


class Sink(_Transfer):
    """Receives one file."""

    def __init__(self, card: Card, connection: asyncssh.SSHServerConnection, name: str) -> None:
        self._card = card
        self._connection = connection
        self._name = name
        self._line = b""
        self._left: int | None = None  # bytes of the file still to come, None between files
        self._file: Upload | None = None
        self._done = False

    def session_started(self) -> None:
        if is_directory(self._name):
            self._finish_refused(f"{self._name or '.'}: a file name is required")
        else:
            self._channel.write(_OK)

    def connection_lost(self, exc: Exception | None) -> None:
        self._done = True

    def data_received(self, data: bytes, datatype: t.Any) -> None:
        while data and not self._done:
            data = self._take_line(data) if self._left is None else self._take_bytes(data)

    def _take_line(self, data: bytes) -> bytes:
        line, newline, rest = data.partition(b"\n")
        self._line += line
        if len(self._line) > _MAX_LINE:
            self._finish_refused("protocol error")
        if newline:
            line, self._line = self._line, b""
            self._directive(line)
        return rest

    def _directive(self, line: bytes) -> None:
        if line[:1] in (b"T", b"E"):
            self._channel.write(_OK)
        elif match := _COPY.fullmatch(line):
            self._begin(int(match[1]))
        else:
            self._finish_refused("not a regular file" if line[:1] == b"D" else "protocol error")

    def _begin(self, size: int) -> None:
        self._left = size
        self._file = Upload(self._card, self._name, size)
        self._channel.write(_OK)

    def _take_bytes(self, data: bytes) -> bytes:
        assert self._left is not None
        assert self._file is not None
        if self._left == 0:
            self._end(data[:1])
            return data[1:]
        part, rest = data[: self._left], data[self._left :]
        self._left -= len(part)
        try:
            self._pause(self._file.take(part))
        except RejectedError as refusal:
            self._reject(refusal)
        except LostError:
            self._done = True
            self._connection.abort()
        return rest

    def _pause(self, seconds: float) -> None:
        """Stop reading, so that the client soon has nothing acknowledged any more."""
        if seconds:
            self._channel.pause_reading()
            asyncio.get_running_loop().call_later(seconds, self._channel.resume_reading)

    def _end(self, status: bytes) -> None:
        assert self._file is not None
        self._left = None
        if status != _OK:
            self._finish_refused("transfer was given up by the sender")
            return
        try:
            act = self._file.finish()
        except RejectedError as refusal:
            self._reject(refusal)
            return
        self._channel.write(_OK)
        act()

    def _reject(self, refusal: RejectedError) -> None:
        self._finish_refused(f"{self._name}: {refusal}")

    def _finish_refused(self, text: str) -> None:
        self._done = True
        self._refuse(text)


class Source(_Transfer):
    """Sends one file: config.ini is made when asked for, firmware slots are write-only."""

    def __init__(self, card: Card, name: str) -> None:
        self._card = card
        self._name = name
        self._script: list[bytes] = []

    def session_started(self) -> None:
        name = self._name.lstrip("/")
        slots = self._card.slots
        token = self._card.profile.hardware_token
        firmware = [module.file_name(token) for module in (slots.aos, slots.application) if module]
        if name in firmware:
            self._refuse(f"{name}: Permission denied")
        elif name != "config.ini":
            self._refuse(f"{name or '.'}: No such file or directory")
        else:
            content = config_ini(self._card, now=time.localtime())
            self._script = [f"C0644 {len(content)} {name}\n".encode(), content + _OK]

    def data_received(self, data: bytes, datatype: t.Any) -> None:
        for status in data:
            if status or not self._script:
                self._channel.exit(1 if status else self._status)
                return
            self._channel.write(self._script.pop(0))
