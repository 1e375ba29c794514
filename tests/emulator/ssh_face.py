# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SSH: accepts connections on every loopback address and speaks with each card's own algorithms and key."""

from __future__ import annotations

import functools
import socket
import typing as t

import asyncssh

from emulator.scp_face import scp_session
from emulator.shell import ShellSession
from emulator.tcp_face import TcpFace

if t.TYPE_CHECKING:
    from emulator.card import Card
    from emulator.keys import HostKeys

_MIN_CLIENT_VERSION = 13  # a card drops clients whose identification is shorter
_BANNER_MESSAGE = "Authorized use only. Activity is monitored.\r\n"
_WINDOW = 128 << 10  # small: a client is never far ahead of what the card has taken
_MAX_PACKET = 32 << 10


class Dialect(t.NamedTuple):
    """The algorithms that one firmware generation offers."""

    kex: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]
    signatures: tuple[str, ...]


_NMC2_OLD = Dialect(
    ("diffie-hellman-group-exchange-sha256", "diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1"),
    ("aes256-cbc", "3des-cbc"),
    ("hmac-sha2-256", "hmac-sha1"),
    ("ssh-rsa",),
)
_NMC2_7 = Dialect(
    ("diffie-hellman-group-exchange-sha256", "diffie-hellman-group-exchange-sha1", "ecdh-sha2-nistp256"),
    ("aes256-ctr", "aes128-ctr", "aes256-cbc", "aes128-cbc"),
    ("hmac-sha2-256", "hmac-sha1"),
    ("ssh-rsa",),
)
_NMC3 = Dialect(  # inferred: no capture of an NMC3's offer is public
    ("ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "diffie-hellman-group-exchange-sha256"),
    ("aes256-ctr", "aes128-ctr"),
    ("hmac-sha2-256",),
    ("ecdsa-sha2-nistp256",),
)


def dialect(card: Card) -> Dialect:
    if card.generation == 3:
        return _NMC3
    return _NMC2_7 if int(card.slots.aos.version.partition(".")[0]) >= 7 else _NMC2_OLD


class SshFace(TcpFace):
    """Turns accepted sockets into SSH connections of cards."""

    def __init__(self, cards: dict[str, Card], keys: HostKeys) -> None:
        super().__init__(cards)
        self._keys = keys

    def _admits(self, card: Card) -> bool:
        return not card.suffers("refuse")

    async def _serve(self, sock: socket.socket, card: Card) -> None:
        card.counters.connections += 1
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        offer = dialect(card)
        try:
            await asyncssh.run_server(
                sock,
                config=[],
                server_factory=functools.partial(CardServer, card),
                server_host_keys=[_host_key(self._keys.of(card), offer)],
                server_version="cryptlib" if card.profile.kind != "none" else "OpenSSH_9.2p1",
                kex_algs=offer.kex,
                encryption_algs=offer.ciphers,
                mac_algs=offer.macs,
                signature_algs=offer.signatures,
                compression_algs=("none",),
                public_key_auth=False,
                host_based_auth=False,
                kbdint_auth=False,
                gss_auth=False,
                gss_kex=False,
                line_editor=False,
                agent_forwarding=False,
                login_timeout=60,
            )
        except (OSError, asyncssh.Error):
            sock.close()


class CardServer(asyncssh.SSHServer):
    """One connection to one card."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._user = ""

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._card.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._card.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        if len(self._connection.get_extra_info("client_version")) < _MIN_CLIENT_VERSION:
            self._connection.abort()
        if self._card.suffers("ssh_banner_message"):
            self._connection.send_auth_banner(_BANNER_MESSAGE)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._user = username
        return self._card.log_in(username, password, interface="SSH")

    def session_requested(self) -> tuple[asyncssh.SSHServerChannel[bytes], asyncssh.SSHServerSession[bytes]]:
        channel = self._connection.create_server_channel(encoding=None, window=_WINDOW, max_pktsize=_MAX_PACKET)
        return channel, SessionChooser(self._card, self._user, self._connection)


class SessionChooser(asyncssh.SSHServerSession[bytes]):
    """Becomes a shell or a file transfer with the client's request."""

    def __init__(self, card: Card, user: str, connection: asyncssh.SSHServerConnection) -> None:
        self._card = card
        self._user = user
        self._connection = connection
        self._session: asyncssh.SSHServerSession[bytes] | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan

    def pty_requested(self, term_type: str, term_size: t.Any, term_modes: t.Any) -> bool:
        return True

    def shell_requested(self) -> bool:
        peer = self._connection.get_extra_info("peername")[0]
        return self._become(ShellSession(self._card, self._user, peer))

    def exec_requested(self, command: str) -> bool:
        if self._card.suffers("no_exec"):
            return False
        transfer = scp_session(self._card, self._connection, command)
        if transfer is not None:
            return self._become(transfer)
        peer = self._connection.get_extra_info("peername")[0]
        return self._become(ShellSession(self._card, self._user, peer, command=command))

    def _become(self, session: asyncssh.SSHServerSession[bytes]) -> bool:
        self._session = session
        session.connection_made(self._channel)
        return True

    def session_started(self) -> None:
        if self._session:
            self._session.session_started()

    def data_received(self, data: bytes, datatype: t.Any) -> None:
        if self._session:
            self._session.data_received(data, datatype)

    def eof_received(self) -> bool:
        return bool(self._session and self._session.eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        if self._session:
            self._session.connection_lost(exc)


def _host_key(key: asyncssh.SSHKey, offer: Dialect) -> asyncssh.SSHKeyPair:
    """The key, offered with the card's signatures only: an NMC2 does not know RSA with SHA-2."""
    [pair] = asyncssh.load_keypairs([key])
    pair.host_key_algorithms = [name.encode() for name in offer.signatures]
    return pair
