# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Line editing, echo and questions of the emulated terminal."""

from __future__ import annotations

import pytest

from emulator.terminal import Terminal


class Wire:
    """Collects what a terminal writes and which lines it understood."""

    def __init__(self, *, echo_piece: int | None = None) -> None:
        self.writes: list[bytes] = []
        self.lines: list[str] = []
        self.terminal = Terminal(self.writes.append, self.lines.append, echo_piece=echo_piece)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_any_line_end_ends_one_line(end: bytes) -> None:
    wire = Wire()
    wire.terminal.feed(b"about" + end + b"system" + end)
    assert wire.lines == ["about", "system"]


def test_a_line_end_may_be_split_between_packets() -> None:
    wire = Wire()
    wire.terminal.feed(b"about\r")
    wire.terminal.feed(b"\nsystem\r")
    assert wire.lines == ["about", "system"]


def test_backspace_takes_back() -> None:
    wire = Wire()
    wire.terminal.feed(b"\x7faboux\x7ft\n")
    assert wire.lines == ["about"]
    assert b"".join(wire.writes) == b"aboux\b \bt\r\n"


def test_an_nmc2_echoes_in_pieces_before_the_line_is_answered() -> None:
    wire = Wire(echo_piece=3)
    wire.terminal.feed(b"about\n")
    assert wire.writes == [b"abo", b"ut", b"\r\n"]


def test_a_question_takes_one_line() -> None:
    wire, answers = Wire(), list[str]()
    wire.terminal.ask("Sure? ", answers.append)
    wire.terminal.feed(b"YES\nabout\n")
    assert (answers, wire.lines) == (["YES"], ["about"])


def test_a_line_is_bounded() -> None:
    wire = Wire()
    wire.terminal.feed(b"x" * 100_000 + b"\n")
    assert len(wire.lines[0]) == 512
