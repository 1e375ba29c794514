# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pager of the ``eventlog`` command, which waits for keys until Escape."""

from __future__ import annotations

import textwrap
import time
import typing as t

from emulator import ups_status

if t.TYPE_CHECKING:
    from emulator.card import Card
    from emulator.terminal import Terminal

_ESCAPE = "\x1b"
_STEPS = {"\r": 0, "\n": 0, " ": 1, "b": -1, "B": -1}
_PAGE = 18
_WIDTH = 79


class EventLogPager:
    """Holds the terminal's keys while it is open."""

    def __init__(self, card: Card, terminal: Terminal, closed: t.Callable[[], None]) -> None:
        self._card = card
        self._terminal = terminal
        self._closed = closed
        self._page = 0

    def open(self) -> None:
        self._terminal.print("E000: Success\n\n\n")
        self._show()

    def _show(self) -> None:
        self._terminal.take_key = self._key
        self._terminal.print(_head(self._card) + self._rows() + self._keys())

    def _rows(self) -> str:
        shown = self._card.events[self._page * _PAGE : (self._page + 1) * _PAGE]
        return "".join(_wrapped(at, text) for at, text in shown) + "\n"

    def _keys(self) -> str:
        more = " <SPACE>- Next," if len(self._card.events) > (self._page + 1) * _PAGE else ""
        return f"   <ESC>- Exit, <ENTER>- Refresh,{more} <D>- Delete\n> "

    def _key(self, key: str) -> None:
        if key == _ESCAPE:
            self._terminal.take_key = None
            self._terminal.print("\n")
            self._closed()
        elif key in _STEPS:
            last = max(0, len(self._card.events) - 1) // _PAGE
            self._page = max(0, min(self._page + _STEPS[key], last))
            self._show()
        elif key in "dD":
            self._terminal.take_key = None
            question = f"------- Delete log? {'-' * 50}\n\nEnter 'YES' to continue or <ENTER> to cancel : "
            self._terminal.ask(question, self._delete)

    def _delete(self, answer: str) -> None:
        if answer == "YES":
            self._card.events.clear()
            self._card.log("System: Event Log cleared.")
            self._page = 0
        self._terminal.print("\n\n")
        self._show()


def _head(card: Card) -> str:
    now = time.strftime("Date: %Y-%m-%d       Time: %H:%M:%S")
    status = f"{card.device.model} named {card.name}"
    if card.profile.kind == "ups":
        status += f" : {ups_status.state(card)}"
    title = f"---- Event Log {'-' * 49}\n\n     {now}\n     {'-' * 37}\n     {status}\n\n"
    return f"{title}     Date        Time      Event\n     {'-' * 75}\n"


def _wrapped(at: float, text: str) -> str:
    """One event, wrapped as the card wraps it."""
    stamp = time.strftime("     %Y-%m-%d  %H:%M:%S  ", time.localtime(at))
    return textwrap.fill(text, _WIDTH, initial_indent=stamp, subsequent_indent=" " * 28) + "\n"
