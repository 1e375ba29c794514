# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A card's interactive shell: log in, run commands one after another, log out."""

from __future__ import annotations

import codecs
import contextlib
import re
import socket
import time
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import (
    AccessError,
    InputError,
    NmcError,
    ReplyError,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.reply import (
    Reply,
    ends_with_prompt,
    find_prompt,
    parse_reply,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshConnection, SshEndpoint, connect

__all__ = ["Reply", "Shell", "open_shell"]

# The longest known reply (a full event log) is some tens of kilobytes.
_LONGEST_REPLY = 1_000_000
_LONGEST_EVIDENCE = 2000
_GOODBYE_SECONDS = 2.0

_PASSWORD_CHANGE = re.compile(r"requires you to change your password|^Enter (?:current|new) password", re.MULTILINE)
_SESSION_LIMIT = "Max logins exceeded."
_PAGER = "<ESC>- Exit"
_ESCAPE = b"\x1b"


class Shell:
    """A shell at its prompt. `login_text` is all that the card showed before the first prompt, without carriage returns."""

    def __init__(self, connection: SshConnection, channel: t.Any) -> None:
        self.host_key_fingerprint = connection.host_key_fingerprint
        self._endpoint = connection.endpoint
        self._connection = connection
        self._channel = channel
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="backslashreplace")
        self._text = ""
        self._prompt = self._await_login()
        self.login_text = self._text.rstrip(" ")[: -len(self._prompt)]

    def run(self, command: str, *, timeout: float | None = None) -> Reply:
        """Run one command and wait for the prompt, at most `timeout` seconds (the endpoint's when None).

        Raises AccessError SSH_FAILED when no prompt comes in time or the session ends, ReplyError UNEXPECTED_REPLY when the card
        does not stop talking.
        """
        if not command.isprintable():
            raise InputError(Reason.INVALID_OPTION, f"{self._endpoint.card}: a command must be one line of printable characters.")
        self._start_exchange(timeout)
        try:
            self._discard_leftovers()
            self._channel.sendall(command.encode("utf-8") + b"\n")
            pages = 0
            while not ends_with_prompt(self._text, self._prompt):
                self._receive()
                if self._text.count(_PAGER) > pages:
                    pages = self._text.count(_PAGER)
                    self._channel.sendall(_ESCAPE)
        except self._connection.failures as error:
            raise self._broken(f"the session broke down while the card ran {command!r}", error) from error
        finally:
            self._connection.limit(None)
        return parse_reply(command, self._text, self._prompt)

    def leave(self) -> None:
        """Log off, so that the card frees the session at once; a card that does not listen is not waited for."""
        with contextlib.suppress(*self._connection.failures):
            self._connection.limit(_GOODBYE_SECONDS)
            self._channel.settimeout(_GOODBYE_SECONDS)
            self._channel.sendall(b"exit\n")
            while self._channel.recv(4096):
                pass

    def _await_login(self) -> str:
        self._start_exchange(None)
        try:
            while True:
                self._raise_login_outcome()
                prompt = find_prompt(self._text)
                if prompt is not None and not self._channel.recv_ready():
                    return prompt
                self._receive()
        except self._connection.failures as error:
            raise self._unexpected_prompt(error) from error
        finally:
            self._connection.limit(None)

    def _raise_login_outcome(self) -> None:
        card = self._endpoint.card
        if _PASSWORD_CHANGE.search(self._text):
            raise AccessError(
                Reason.PASSWORD_CHANGE_REQUIRED,
                f"{card}: the card wants a new password before it does anything else.",
                evidence=self._evidence(),
            )
        if _SESSION_LIMIT in self._text:
            raise AccessError(
                Reason.SESSION_LIMIT,
                f"{card}: the card accepts the password but has no free session.",
                evidence=self._evidence(),
            )

    def _unexpected_prompt(self, error: Exception) -> NmcError:
        if not self._text.strip():
            return self._broken("the card accepts the password but shows no prompt", error)
        return AccessError(
            Reason.UNEXPECTED_PROMPT,
            f"{self._endpoint.card}: after the login the card shows something that is not its prompt.",
            evidence=self._evidence(),
        )

    def _broken(self, what: str, error: Exception) -> NmcError:
        is_late = isinstance(error, socket.timeout) or self._connection.is_out_of_time
        cause = "no answer in time" if is_late else str(error)
        return AccessError(
            Reason.SSH_FAILED,
            f"{self._endpoint.card}: {self._endpoint.scrub(what)} ({self._endpoint.scrub(cause or 'connection closed')}).",
            evidence=self._evidence(),
        )

    def _evidence(self) -> dict[str, str]:
        return {"text": self._endpoint.scrub(self._text)[-_LONGEST_EVIDENCE:]}

    def _start_exchange(self, timeout: float | None) -> None:
        seconds = self._endpoint.timeout if timeout is None else timeout
        self._until = time.monotonic() + seconds
        # A moment later than our own limit: this one is for a connection that takes nothing any more.
        self._connection.limit(seconds + 1)

    def _discard_leftovers(self) -> None:
        """Forget what came after the last prompt."""
        while self._channel.recv_ready() and self._channel.recv(65536):
            self._seconds_left()
        self._text = ""

    def _receive(self) -> None:
        self._channel.settimeout(self._seconds_left())
        chunk = self._channel.recv(65536)
        if not chunk:
            raise EOFError("connection closed by the card")
        self._text += self._decoder.decode(chunk).replace("\r", "")
        if len(self._text) > _LONGEST_REPLY:
            raise ReplyError(
                Reason.UNEXPECTED_REPLY,
                f"{self._endpoint.card}: the card does not stop talking.",
                evidence=self._evidence(),
            )

    def _seconds_left(self) -> float:
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise socket.timeout
        return seconds


@contextlib.contextmanager
def open_shell(endpoint: SshEndpoint) -> t.Iterator[Shell]:
    """Log in and wait for the prompt; logged out and closed at the end, also after a failure.

    Raises what `connect` raises, AccessError (PASSWORD_CHANGE_REQUIRED, SESSION_LIMIT, UNEXPECTED_PROMPT, SSH_FAILED) and
    ReplyError UNEXPECTED_REPLY when the card does not stop talking.
    """
    with connect(endpoint) as connection:
        try:
            channel = connection.shell_channel()
        except connection.failures as error:
            raise AccessError(Reason.SSH_FAILED, f"{endpoint.card}: the card opens no shell ({endpoint.scrub(error)}).") from error
        shell = Shell(connection, channel)
        try:
            yield shell
        finally:
            shell.leave()
