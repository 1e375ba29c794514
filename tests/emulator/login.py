# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may stand between the right password and the first prompt."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from emulator.card import Card
    from emulator.terminal import Terminal

Step = t.Callable[[], None]


def admit(card: Card, terminal: Terminal, *, let_in: Step, turn_away: Step) -> None:
    """Call `let_in` at once, or after what the card asks for; there is no right second factor (and its wording is invented)."""
    if card.suffers("second_factor"):
        terminal.ask("\nVerification Code  : ", lambda _code: turn_away())
    elif card.fault("force_password_change"):
        PasswordChange(card, terminal, let_in).begin()
    else:
        let_in()


class PasswordChange:
    """The dialogue that a default password forces, asked again (inferred) until the answers are right."""

    def __init__(self, card: Card, terminal: Terminal, done: Step) -> None:
        self._card = card
        self._terminal = terminal
        self._done = done
        self._current = self._new = ""

    def begin(self) -> None:
        self._terminal.print("\nThe current password policy requires you to change your password...\n")
        self._terminal.ask("\nEnter current password: ", self._take_current, masked=True)

    def _take_current(self, password: str) -> None:
        self._current = password
        self._terminal.ask("\nEnter new password: ", self._take_new, masked=True)

    def _take_new(self, password: str) -> None:
        self._new = password
        self._terminal.ask("Confirm new password: ", self._take_confirmation, masked=True)

    def _take_confirmation(self, password: str) -> None:
        if self._current != self._card.password or password != self._new or password in ("", self._current):
            self.begin()
            return
        self._card.change(password=password)
        self._card.recover("force_password_change")
        self._done()
