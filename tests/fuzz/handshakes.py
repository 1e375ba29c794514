# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server says before anybody has logged in: its identification, and the beginning of the key exchange."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
import typing as t

from fuzz.script import ENDPOINT
from fuzz.target import Check, Target, only_typed_errors, text_of

from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint, connect, identification

_IDENTIFICATION = b"SSH-2.0-cryptlib\r\n"
_KEXINIT, _DISCONNECT, _IGNORE = b"\x14", b"\x01", b"\x02"


class _Server:
    """Says the present input to everyone who connects to its port of 127.0.0.1, and waits for the end."""

    def __init__(self) -> None:
        self.data = b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _peer = self._socket.accept()
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(5)
                    connection.sendall(self.data)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):
                        pass


@contextlib.contextmanager
def _served(use: t.Callable[[SshEndpoint, bytes], None], said: t.Callable[[bytes], bytes]) -> t.Iterator[Check]:
    with contextlib.closing(_Server()) as server:
        endpoint = dataclasses.replace(ENDPOINT, port=server.port, known_hosts="/dev/null", timeout=3.0)

        def check(data: bytes) -> None:
            server.data = said(data)
            with only_typed_errors():
                use(endpoint, data)

        yield check


def _identify(endpoint: SshEndpoint, data: bytes) -> None:
    line = identification(endpoint)
    assert line is None or (line.startswith("SSH-") and line in text_of(data))


def _connect(endpoint: SshEndpoint, _data: bytes) -> None:
    with connect(endpoint):
        raise AssertionError("nobody can log in where no key was exchanged")


def _said(data: bytes) -> bytes:
    """An odd first octet: anything; an even one: a right identification, and each turn in a packet of right length."""
    if data[:1] and data[0] % 2:
        return data[1:]
    return _IDENTIFICATION + b"".join(_packet(payload) for payload in data[1:].split(b"\x1e"))


def _packet(payload: bytes) -> bytes:
    padding = 16 - (len(payload) + 5) % 8
    return (len(payload) + padding + 1).to_bytes(4, "big") + bytes([padding]) + payload + bytes(padding)


def _text(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _offer(kex: bytes, keys: bytes, ciphers: bytes, macs: bytes) -> bytes:
    lists = (kex, keys, ciphers, ciphers, macs, macs, b"none", b"none", b"", b"")
    return _KEXINIT + b"c" * 16 + b"".join(map(_text, lists)) + bytes(5)


_MODERN = _offer(b"curve25519-sha256,ecdh-sha2-nistp256", b"ssh-ed25519,rsa-sha2-256", b"aes256-ctr,aes128-ctr", b"hmac-sha2-256")
_RETIRED = _offer(b"diffie-hellman-group14-sha1,diffie-hellman-group1-sha1", b"ssh-rsa", b"3des-cbc,aes128-cbc", b"hmac-sha1")
_GOODBYE = _DISCONNECT + (11).to_bytes(4, "big") + _text(b"Too many users") + _text(b"en")
_KEY_TYPE = _text(b"ssh-ed25519")
_REPLY = b"\x1f" + _text(_KEY_TYPE + _text(b"k" * 32)) + _text(b"q" * 32) + _text(_KEY_TYPE + _text(b"s" * 64))

TARGETS: tuple[Target, ...] = (
    Target(
        "identification",
        lambda: _served(_identify, bytes),
        (_IDENTIFICATION, b"hello\r\nSSH-1.99-x comment\n", b"220 FTP\r\n", b"SSH-2.0-" + b"x" * 300),
        share=0.2,
    ),
    Target(
        "handshake",
        lambda: _served(_connect, _said),
        (
            *(b"0" + _MODERN, b"0" + _RETIRED, b"0" + _GOODBYE, b"0" + _MODERN + b"\x1e" + _REPLY),
            *(b"0" + _IGNORE + _text(b"x") + b"\x1e" + _MODERN, b"1" + _IDENTIFICATION + _packet(_MODERN), b"1HTTP/1.0 200 OK\r\n\r\n"),
        ),
        share=0.1,
    ),
)
