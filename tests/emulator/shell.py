# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A shell session of a card: greeting, prompt, commands that need a dialogue, idle timeout. The others are in cli.py."""

from __future__ import annotations

import asyncio
import shlex
import typing as t

import asyncssh

from emulator import cli, login, texts
from emulator.answers import LINE_ERROR, PARAMETER_ERROR, REBOOT_REQUIRED, Answer
from emulator.event_log import EventLogPager
from emulator.noise import Noise
from emulator.terminal import Terminal

if t.TYPE_CHECKING:
    from emulator.card import Card, CliSession

_LEAVE = ("bye", "exit", "quit")
_PROMPT_OWNERS = {"Super User": "Administrator"}  # inferred from one capture
_REBOOT_SECONDS = 0.2  # between the answer and the end of the connection
_NMC2_ECHO_PIECE = 3


class ShellSession(asyncssh.SSHServerSession[bytes]):
    """One interactive session, or one command on an exec channel."""

    def __init__(self, card: Card, user: str, peer: str, *, command: str | None = None) -> None:
        self._card = card
        self._user = user
        self._peer = peer
        self._command = command
        self._session: CliSession | None = None
        self._long_prompt = False
        self._reboot_required = False
        self._folder = "/"
        self._idle: asyncio.TimerHandle | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan
        piece = None if self._card.generation == 3 else _NMC2_ECHO_PIECE
        garble = self._card.suffers("garble_cli")
        self._noise = Noise(seed=int(garble["seed"]), per_mille=int(garble["per_mille"])) if garble else None
        self._terminal = Terminal(self._write, self._entered, echo_piece=piece)

    def _write(self, data: bytes) -> None:
        self._channel.write(self._noise.damage(data) if self._noise else data)

    def session_started(self) -> None:
        if self._command is not None:
            self._run_exec(self._command)
            return
        self._session = self._card.open_session(self._user, self._peer)
        if self._session is None:
            self._terminal.print("\nMax logins exceeded.")
            self._channel.exit(0)
            return
        self._wait_for_input()
        login.admit(self._card, self._terminal, let_in=self._greet, turn_away=self._turn_away)

    def _greet(self) -> None:
        self._terminal.print(texts.banner(self._card))
        self._prompt()

    def _turn_away(self) -> None:
        self._terminal.print("\nInvalid code.\n")
        self._channel.exit(0)

    def data_received(self, data: bytes, datatype: t.Any) -> None:
        if self._session:
            self._wait_for_input()
            self._terminal.feed(data)

    def eof_received(self) -> bool:
        self._channel.exit(0)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if self._idle:
            self._idle.cancel()
        if self._session:
            self._card.close_session(self._session)
            self._session = None

    def _run_exec(self, command: str) -> None:
        """NMC3 runs a command from 2.x on; anything older answers nothing."""
        if self._card.generation == 3 and int(self._card.slots.aos.version.partition(".")[0]) >= 2:
            self._execute(command)
        self._channel.exit(0)

    def _entered(self, line: str) -> None:
        if line.strip():
            self._execute(line)
        else:
            self._prompt()

    def _execute(self, line: str) -> None:
        self._card.counters.commands += 1
        try:
            name, *arguments = shlex.split(line)
        except ValueError:
            self._answer(Answer(code=LINE_ERROR))
            return
        dialogue = self._dialogues.get(name.lower())
        if dialogue and self._session and cli.exists(self._card, name):
            dialogue(self, arguments)
        else:
            self._answer(cli.run(self._card, name, arguments))

    def _answer(self, answer: Answer) -> None:
        self._reboot_required |= answer.code == REBOOT_REQUIRED
        self._terminal.print(answer.render())
        if self._session:
            self._terminal.print("\n")
            self._prompt()

    # dialogues

    def _leave(self, _arguments: list[str]) -> None:
        self._terminal.print("E000: Success\n\nBye.\n")
        self._channel.exit(0)

    def _reboot(self, arguments: list[str]) -> None:
        if arguments == ["-Y"]:
            self._card.reboot(delay=_REBOOT_SECONDS)
            self._answer(Answer())
            return
        question = "E000: Success\nReboot Management Interface\nEnter 'YES' to continue or <ENTER> to cancel : "
        self._terminal.ask(question, self._reboot_answer)

    def _reboot_answer(self, line: str) -> None:
        if line == "YES":
            self._terminal.print("Rebooting...\n")
            self._card.reboot(delay=_REBOOT_SECONDS)
        else:
            self._terminal.print("\n")
            self._prompt()

    def _set_prompt(self, arguments: list[str]) -> None:
        if arguments in (["-s", "long"], ["-s", "short"]):
            self._long_prompt = arguments[1] == "long"
            self._answer(Answer())
        else:
            self._answer(Answer(cli.usage("prompt").text, code=PARAMETER_ERROR))

    def _change_folder(self, arguments: list[str]) -> None:
        target = arguments[0] if arguments else "/"
        self._folder = "/" if target in ("/", "..") else "/" + target.strip("/")
        self._answer(Answer())

    def _show_folder(self, _arguments: list[str]) -> None:
        self._answer(Answer(f"{self._folder}\n"))

    def _sessions(self, arguments: list[str]) -> None:
        if self._session and arguments == ["-d", str(self._session.number)]:
            self._leave(arguments)
        elif arguments[:1] == ["-d"]:
            self._answer(Answer(code=PARAMETER_ERROR))
        else:
            self._answer(cli.run(self._card, "session", arguments))

    def _event_log(self, _arguments: list[str]) -> None:
        EventLogPager(self._card, self._terminal, closed=self._prompt).open()

    # prompt and idle timeout

    def _prompt(self) -> None:
        if self._reboot_required:
            self._terminal.print("\n* Reboot required for change to take effect.\n")
        self._terminal.print(self._owner() + texts.prompt(self._card))

    def _owner(self) -> str:
        user_type = self._card.settings.user_type
        return f"{_PROMPT_OWNERS.get(user_type, user_type)}@" if self._long_prompt else ""

    def _wait_for_input(self) -> None:
        if self._idle:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self._card.idle_seconds, self._idle_out)

    def _idle_out(self) -> None:
        self._terminal.print("\nConnection Closed - Bye\n")
        self._channel.exit(0)

    _dialogues: t.ClassVar[dict[str, t.Callable[[ShellSession, list[str]], None]]] = {
        **dict.fromkeys(_LEAVE, _leave),
        "reboot": _reboot,
        "prompt": _set_prompt,
        "cd": _change_folder,
        "pwd": _show_folder,
        "session": _sessions,
        "eventlog": _event_log,
    }
