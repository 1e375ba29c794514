# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""FTP: pyftpdlib with the cards' greeting, accounts and files. Its poller is one more thing that our loop waits for."""

from __future__ import annotations

import asyncio
import logging
import typing as t

from pyftpdlib.exceptions import AuthenticationFailed
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.ioloop import Epoll
from pyftpdlib.servers import FTPServer

from emulator import mib, sockets, texts
from emulator.card import Phase
from emulator.ftp_files import Files
from emulator.ftp_transfer import PassiveSocket, Transfer

if t.TYPE_CHECKING:
    import socket

    from emulator.card import Card, CliSession

_COMMANDS = "USER PASS QUIT NOOP SYST TYPE MODE STRU PWD CWD CDUP PASV EPSV PORT EPRT LIST NLST RETR STOR ABOR"
_MAY = "elrw"  # change folder, list, retrieve, store
_RESTARTING = b"421 Service not available, closing control connection.\r\n"

# An own handler keeps the library from setting up a log on stderr.
logging.getLogger("pyftpdlib").addHandler(logging.NullHandler())
logging.getLogger("pyftpdlib").propagate = False


class FtpFace:
    """Lets the library's poller serve one listening socket from within the running loop."""

    def __init__(self, cards: dict[str, Card], listener: socket.socket) -> None:
        self._poller = Epoll()
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        _Server(cards, listener, self._poller)
        self._loop.add_reader(self._poller.fileno(), self._turn)

    def close(self) -> None:
        self._loop.remove_reader(self._poller.fileno())
        if self._timer:
            self._timer.cancel()
        self._poller.close()

    def _turn(self) -> None:
        """Serve what is ready, and come again when the library's next time limit is due."""
        if self._timer:
            self._timer.cancel()
        seconds = self._poller.loop(timeout=0, blocking=False)
        self._timer = None if seconds is None else self._loop.call_later(seconds, self._turn)


class _Server(FTPServer):
    """Hands connections to the cards that can take them."""

    max_cons = 0

    def __init__(self, cards: dict[str, Card], listener: socket.socket, poller: Epoll) -> None:
        super().__init__(listener, Session, ioloop=poller)
        self.cards = cards

    def handle_accepted(self, sock: socket.socket, addr: t.Any) -> None:
        card = self.cards.get(sock.getsockname()[0])
        if card is None or not card.ftp_enabled or card.phase is Phase.GONE:
            sockets.reset(sock)
        elif not card.answers or card.suffers("ftp_421"):
            sock.send(_RESTARTING)
            sock.close()
        else:
            super().handle_accepted(sock, addr)


class _Accounts:
    """What the library asks about users; the card knows the one there is."""

    def validate_authentication(self, username: str, password: str, session: Session) -> None:
        if not session.card.log_in(username, password, interface="FTP"):
            raise AuthenticationFailed("Login incorrect.")
        session.account = session.card.open_session(username, session.remote_ip, interface="FTP")
        if session.account is None:
            raise AuthenticationFailed("Max logins exceeded.")

    def get_home_dir(self, _username: str) -> str:
        return "/"

    def has_perm(self, _username: str, permission: str, _path: str | None = None) -> bool:
        return permission in _MAY

    def get_msg_login(self, username: str) -> str:
        return f"User {username} logged in."

    def get_msg_quit(self, _username: str) -> str:
        return "Goodbye."

    def impersonate_user(self, _username: str, _password: str) -> None:
        """Cards are no users of this machine."""

    def terminate_impersonation(self, _username: str) -> None:
        """The same."""


class Session(FTPHandler):
    """One control connection to one card."""

    authorizer = _Accounts()
    abstracted_fs = Files
    dtp_handler = Transfer
    passive_dtp = PassiveSocket
    proto_cmds: t.ClassVar[dict[str, t.Any]] = {name: FTPHandler.proto_cmds[name] for name in _COMMANDS.split()}
    auth_failed_timeout = 0
    use_sendfile = False

    def __init__(self, sock: socket.socket, server: _Server, ioloop: Epoll) -> None:
        self.card = server.cards[sock.getsockname()[0]]
        self.account: CliSession | None = None
        self.is_passive = False
        super().__init__(sock, server, ioloop=ioloop)
        self.card.counters.connections += 1
        self.card.connections.add(self)
        self.banner = f"{mib.shown_model(self.card)} Network Management Card AOS v{self.card.slots.aos.version} FTP server ready."

    def abort(self) -> None:
        """Reset control and data connection."""
        for channel in (self.data_channel, self):
            if channel is not None and not channel._closed:
                sockets.reset_on_close(channel.socket)
        self.close()

    def close(self) -> None:
        self.card.connections.discard(self)
        if self.account:
            self.card.close_session(self.account)
            self.account = None
        super().close()

    def process_command(self, cmd: str, *args: t.Any, **options: t.Any) -> None:
        if cmd in ("PASV", "EPSV", "PORT", "EPRT"):
            self.is_passive = cmd in ("PASV", "EPSV")
        super().process_command(cmd, *args, **options)

    def ftp_LIST(self, path: str) -> None:  # noqa: N802  (the library finds a command's method by this name)
        text = texts.long_directory(self.card) if path == "/" else ""
        self.push_dtp_data(texts.wire(text), cmd="LIST")

    def ftp_NLST(self, path: str) -> None:  # noqa: N802  (likewise)
        names = texts.root_names(self.card) if path == "/" else []
        self.push_dtp_data("".join(f"{name}\r\n" for name in names).encode(), cmd="NLST")
