# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a card as its FTP server sees them; nothing here touches a disk."""

from __future__ import annotations

import io
import time
import typing as t

from pyftpdlib.filesystems import AbstractedFS, FilesystemError

from emulator import texts
from emulator.config_ini import config_ini
from emulator.uploads import Upload, is_directory

if t.TYPE_CHECKING:
    from emulator.card import Card


class Outgoing(io.BytesIO):
    """A file on its way to a client."""

    name = "config.ini"


class Incoming:
    """A file on its way into the card; ``pause`` is for how many seconds the card stops reading."""

    closed = False

    def __init__(self, card: Card, name: str) -> None:
        self.name = name
        self.upload = Upload(card, name, None)
        self.pause = 0.0

    def write(self, data: bytes) -> None:
        self.pause = self.upload.take(data)

    def close(self) -> None:
        self.closed = True


class Files(AbstractedFS):
    """Paths are those that the client sees. Everything that would reach the disk is either here or not allowed."""

    def validpath(self, path: str) -> bool:
        return True

    def chdir(self, path: str) -> None:
        if path != "/" and path.strip("/") not in texts.FOLDERS:
            raise FilesystemError("No such directory")
        self.cwd = path

    def open(self, path: str, mode: str) -> Outgoing | Incoming:
        card: Card = self.cmd_channel.card
        name = path.removeprefix("/")
        if "w" in mode:
            return self._receive(card, name)
        if name == "config.ini":
            return Outgoing(config_ini(card, now=time.localtime()))
        raise FilesystemError("Permission denied" if name in texts.root_names(card) else "No such file")

    def _receive(self, card: Card, name: str) -> Incoming:
        if is_directory(name):
            raise FilesystemError("A file name is required")
        return Incoming(card, name)
