# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Data connections of the FTP server: files come in, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
import typing as t

from pyftpdlib.handlers import FTPHandler
from pyftpdlib.log import logger

from emulator import sockets
from emulator.firmware import RejectedError
from emulator.uploads import LostError

# The largest mean segment that blocks of 512 bytes are seen to lead to is some 900 bytes, of 4096 bytes it is 2047.
_SMALL_BLOCKS = 1400


class PassiveSocket(FTPHandler.passive_dtp):
    """Listens for a data connection; narrow where the size of the client's blocks matters."""

    def create_socket(self, *arguments: t.Any) -> None:
        super().create_socket(*arguments)
        if self.cmd_channel.card.fault("ftp_reset_at_55k"):
            sockets.narrow(self.socket)


class Transfer(FTPHandler.dtp_handler):
    """One data connection."""

    _has_small_blocks: bool | None = None

    def handle_read(self) -> None:
        if self._has_small_blocks is None:
            self._has_small_blocks = self.cmd_channel.is_passive and sockets.mean_segment(self.socket) < _SMALL_BLOCKS
        try:
            super().handle_read()
        except RejectedError as refusal:
            self._refuse(refusal)
        except LostError:
            self.cmd_channel.abort()
        if not self._closed:
            self._hinder()

    handle_read_event = handle_read

    def handle_close(self) -> None:
        """The client has closed: for a file that comes in, this is its end."""
        if self._closed or not self.receive:
            super().handle_close()
            return
        try:
            act = self.file_obj.upload.finish()
        except RejectedError as refusal:
            self._refuse(refusal)
        else:
            super().handle_close()
            act()

    def _refuse(self, refusal: RejectedError) -> None:
        self._resp = (f"550 {self.file_obj.name}: {refusal}.", logger.info)
        self.close()

    def _hinder(self) -> None:
        card = self.cmd_channel.card
        choked = card.fault("ftp_reset_at_55k")
        if choked and not self._has_small_blocks and self.tot_bytes_received >= choked["bytes"]:
            card.suffers("ftp_reset_at_55k")
            self.cmd_channel.abort()
        elif self.file_obj.pause:
            self.del_channel()
            asyncio.get_running_loop().call_later(self.file_obj.pause, self._go_on)

    def _go_on(self) -> None:
        if not self._closed:
            self.add_channel()
