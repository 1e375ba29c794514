# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The terminal of a card: login banner, line editing, echo, dialogues, pager, idle timeout. Commands are in cli.py."""

from __future__ import annotations

import asyncio
import shlex
import textwrap
import time
import typing as t

import asyncssh

from emulator import cli, texts, ups_status
from emulator.answers import LINE_ERROR, PARAMETER_ERROR, REBOOT_REQUIRED, Answer

if t.TYPE_CHECKING:
    from emulator.card import Card

_LEAVE = ("bye", "exit", "quit")
_PROMPT_OWNERS = {"Super User": "Administrator"}  # inferred from one capture
_MAX_LINE = 512
_REBOOT_DELAY = 0.2
_ESCAPE = "\x1b"
_PAGE = 18
_KEYS = "   <ESC>- Exit, <ENTER>- Refresh,{more} <D>- Delete\n> "
_WIDTH = 79
_QUESTION = "Enter 'YES' to continue or <ENTER> to cancel : "


class ShellSession(asyncssh.SSHServerSession[bytes]):
    """One interactive session, or one command on an exec channel."""

    def __init__(self, card: Card, user: str, peer: str, *, command: str | None = None) -> None:
        self._card = card
        self._is_card = card.profile.kind != "none"
        self._user = user
        self._user_type = card.settings.user_type
        self._peer = peer
        self._command = command
        self._session: t.Any = None
        self._line = ""
        self._last = ""
        self._long_prompt = False
        self._reboot_required = False
        self._folder = "/"
        self._take: t.Callable[[str], None] = self._take_key
        self._page = 0
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def session_started(self) -> None:
        if self._command is not None:
            self._run_exec(self._command)
            return
        self._session = self._card.open_session(self._user, self._peer)
        if self._session is None:
            self._print("\nMax logins exceeded.")
            self._channel.exit(0)
            return
        self._print(texts.banner(self._card) if self._is_card else "\nWelcome.\n\n")
        self._prompt()
        self._wait_for_input()

    def data_received(self, data: bytes, datatype: t.Any) -> None:
        if self._session is None:
            return
        self._wait_for_input()
        for character in data.decode("latin-1"):
            self._take(character)
        self._flush_echo()

    def eof_received(self) -> bool:
        self._channel.exit(0)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if self._idle:
            self._idle.cancel()
        if self._session:
            self._card.close_session(self._session)
            self._session = None

    # exec

    def _run_exec(self, command: str) -> None:
        """NMC3 runs a command from 2.x on; anything older answers nothing."""
        if self._card.generation == 3 and int(self._card.slots.aos.version.partition(".")[0]) >= 2:
            self._execute(command)
        self._channel.exit(0)

    # keys and lines

    def _take_key(self, character: str) -> None:
        if character == "\n" and self._last == "\r":
            self._last = character
            return
        self._last = character
        if character in "\r\n":
            self._end_line()
        elif character in "\b\x7f":
            self._erase()
        elif character == "\t" or (character.isprintable() and len(self._line) < _MAX_LINE):
            self._line += character
            self._echo(character)

    def _erase(self) -> None:
        if self._line:
            self._line = self._line[:-1]
            self._echo("\b \b")

    def _end_line(self) -> None:
        line, self._line = self._line, ""
        self._flush_echo()
        self._print("\n")
        self._entered(line)

    def _entered(self, line: str) -> None:
        if line.strip():
            self._execute(line)
        elif self._session:
            self._prompt()

    # echo: a modern card echoes at once, an NMC2 in pieces of its own choosing

    _pending = ""

    def _echo(self, text: str) -> None:
        self._pending += text

    def _flush_echo(self) -> None:
        text, self._pending = self._pending, ""
        piece = 3 if self._card.generation < 3 else max(1, len(text))
        for start in range(0, len(text), piece):
            self._channel.write(text[start : start + piece].encode("latin-1"))

    # commands

    def _execute(self, line: str) -> None:
        self._card.counters.commands += 1
        try:
            name, *arguments = shlex.split(line)
        except ValueError:
            self._answer(Answer(code=LINE_ERROR))
            return
        if not self._is_card and name not in _LEAVE:
            self._answer(Answer(f"sh: {name}: not found\n", code=None))
            return
        dialogue = self._dialogues.get(name.lower())
        if dialogue is None or (self._is_card and not cli.exists(self._card, name)):
            self._answer(cli.run(self._card, name, arguments))
        else:
            dialogue(self, arguments)

    def _answer(self, answer: Answer) -> None:
        self._reboot_required |= answer.code == REBOOT_REQUIRED
        text = answer.render()
        self._print(text)
        if self._session:
            self._print("\n")
            self._prompt()

    def _leave(self, _arguments: list[str]) -> None:
        self._print("E000: Success\n\nBye.\n")
        self._channel.exit(0)

    def _reboot(self, arguments: list[str]) -> None:
        if arguments == ["-Y"]:
            self._card.reboot(delay=_REBOOT_DELAY)
            self._answer(Answer())
            return
        self._print("E000: Success\nReboot Management Interface\n")
        self._ask(_QUESTION, self._reboot_answer)

    def _reboot_answer(self, line: str) -> None:
        if line == "YES":
            self._print("Rebooting...\n")
            self._card.reboot(delay=_REBOOT_DELAY)
        else:
            self._print("\n")
            self._prompt()

    def _ask(self, question: str, react: t.Callable[[str], None]) -> None:
        """Print a question and hand the next line to `react`."""
        self._print(question)

        def entered(line: str) -> None:
            del self._entered
            react(line)

        self._entered = entered  # type: ignore[method-assign]

    def _set_prompt(self, arguments: list[str]) -> None:
        if arguments[:1] == ["-s"] and arguments[1:] in (["long"], ["short"]):
            self._long_prompt = arguments[1] == "long"
            self._answer(Answer())
        elif not arguments:
            self._answer(Answer(f"Prompt: {'long' if self._long_prompt else 'short'}\n"))
        else:
            self._answer(Answer(cli.usage("prompt").text, code=PARAMETER_ERROR))

    def _change_folder(self, arguments: list[str]) -> None:
        target = arguments[0] if arguments else "/"
        self._folder = "/" if target in ("/", "..") else "/" + target.strip("/")
        self._answer(Answer())

    def _show_folder(self, _arguments: list[str]) -> None:
        self._answer(Answer(f"{self._folder}\n"))

    def _end_session(self, arguments: list[str]) -> None:
        if arguments[:1] != ["-d"]:
            self._answer(cli.run(self._card, "session", arguments))
        elif arguments[1:] == [str(self._session.number)]:
            self._leave(arguments)
        else:
            self._answer(Answer(code=PARAMETER_ERROR))

    # the pager of the event log

    def _event_log(self, _arguments: list[str]) -> None:
        self._page = 0
        self._take = self._take_pager_key
        self._print("E000: Success\n\n\n")
        self._show_page()

    def _show_page(self) -> None:
        events = self._card.events
        shown = events[self._page * _PAGE : (self._page + 1) * _PAGE]
        more = " <SPACE>- Next," if len(events) > (self._page + 1) * _PAGE else ""
        rows = "".join(_event_rows(at, text) for at, text in shown)
        self._print(self._event_log_head() + rows + "\n" + _KEYS.format(more=more))

    def _event_log_head(self) -> str:
        now = time.strftime("Date: %Y-%m-%d       Time: %H:%M:%S")
        status = f"{self._card.device.model} named {self._card.name}"
        if self._card.profile.kind == "ups":
            status += f" : {ups_status.state(self._card)}"
        title = f"---- Event Log {'-' * 49}\n\n     {now}\n     {'-' * 37}\n     {status}\n\n"
        return f"{title}     Date        Time      Event\n     {'-' * 75}\n"

    def _take_pager_key(self, key: str) -> None:
        if key == _ESCAPE:
            self._take = self._take_key
            self._print("\n")
            self._prompt()
        elif key in "\r\n bB":
            step = {" ": 1, "b": -1, "B": -1}.get(key, 0)
            self._page = max(0, min(self._page + step, len(self._card.events) // _PAGE))
            self._show_page()
        elif key in "dD":
            self._take = self._take_key
            self._ask(f"------- Delete log? {'-' * 50}\n\n{_QUESTION}", self._delete_answer)

    def _delete_answer(self, line: str) -> None:
        if line == "YES":
            self._card.events.clear()
            self._card.log("System: Event Log cleared.")
        self._take = self._take_pager_key
        self._print("\n\n")
        self._show_page()

    # output

    def _print(self, text: str) -> None:
        self._channel.write(texts.wire(text))

    def _prompt(self) -> None:
        if self._reboot_required:
            self._print("\n* Reboot required for change to take effect.\n")
        owner = f"{_PROMPT_OWNERS.get(self._user_type, self._user_type)}@" if self._long_prompt else ""
        self._print(f"{owner}apc>" if self._is_card else f"{self._user}@{self._card.name}:~$ ")

    def _wait_for_input(self) -> None:
        if self._idle:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self._card.idle_seconds, self._idle_out)

    def _idle_out(self) -> None:
        self._print("\nConnection Closed - Bye\n")
        self._channel.exit(0)

    _dialogues: t.ClassVar[dict[str, t.Callable[[ShellSession, list[str]], None]]] = {
        **dict.fromkeys(_LEAVE, _leave),
        "reboot": _reboot,
        "prompt": _set_prompt,
        "cd": _change_folder,
        "pwd": _show_folder,
        "session": _end_session,
        "eventlog": _event_log,
    }


def _event_rows(at: float, text: str) -> str:
    """One event, wrapped as the card wraps it."""
    stamp = time.strftime("     %Y-%m-%d  %H:%M:%S  ", time.localtime(at))
    wrapped = textwrap.fill(text, _WIDTH, initial_indent=stamp, subsequent_indent=" " * 28)
    return f"{wrapped}\n"
