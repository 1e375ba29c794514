# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys become lines, text goes out: what a card's terminal does before any command is understood."""

from __future__ import annotations

import typing as t

from emulator import texts

_LINE_LIMIT = 512

Taker = t.Callable[[str], None]


class Terminal:
    """Line editing and echo. `echo_piece` cuts the echo into pieces, as an NMC2 does; None echoes in one."""

    def __init__(self, write: t.Callable[[bytes], None], take_line: Taker, *, echo_piece: int | None) -> None:
        self._write = write
        self._take_line = take_line
        self._echo_piece = echo_piece
        self._take_answer: Taker | None = None
        self.take_key: Taker | None = None  # while set, keys are neither collected nor echoed
        self._masked = False
        self._line = ""
        self._echo = ""
        self._after_return = False

    def print(self, text: str) -> None:
        self._write(texts.wire(text))

    def ask(self, question: str, take_answer: Taker, *, masked: bool = False) -> None:
        """Print a question and hand the next line to `take_answer`; a masked line is echoed in stars."""
        self.print(question)
        self._take_answer, self._masked = take_answer, masked

    def feed(self, data: bytes) -> None:
        for key in data.decode("latin-1"):
            (self.take_key or self._edit)(key)
        self._flush_echo()

    def _edit(self, key: str) -> None:
        ends_return, self._after_return = self._after_return and key == "\n", key == "\r"
        if ends_return:
            return
        if key in "\r\n":
            self._end_line()
        elif key in "\b\x7f":
            self._erase()
        elif key.isprintable() and len(self._line) < _LINE_LIMIT:
            self._line += key
            self._echo += "*" if self._masked else key

    def _erase(self) -> None:
        if self._line:
            self._line = self._line[:-1]
            self._echo += "\b \b"

    def _end_line(self) -> None:
        line, self._line = self._line, ""
        self._flush_echo()
        self.print("\n")
        take, self._take_answer, self._masked = self._take_answer or self._take_line, None, False
        take(line)

    def _flush_echo(self) -> None:
        echo, self._echo = self._echo.encode("latin-1"), ""
        piece = self._echo_piece or len(echo) or 1
        for start in range(0, len(echo), piece):
            self._write(echo[start : start + piece])
