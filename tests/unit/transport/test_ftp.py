# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""FTP sessions in which the card says what no card should."""

from __future__ import annotations

import io
import itertools
import socket
import threading
import time
import typing as t

import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import ftp
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.pace import Pace
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint

TcpServer = t.Callable[[t.Callable[[socket.socket], None]], int]

_LOGGED_IN = (b"220 Ready\r\n", b"331 Password required\r\n", b"230 Logged in\r\n", b"200 Type set to I\r\n")


def upload(port: int, *, password: str = "apc", image: bytes = b"image", size: int | None = None, seconds: float = 5.0) -> bool:
    endpoint = SshEndpoint(card="ups1", host="127.0.0.1", username="apc", password=password, timeout=5.0)
    pace = Pace(time.monotonic() + seconds, 5)
    size = len(image) if size is None else size
    return ftp.upload(endpoint, io.BytesIO(image), port=port, size=size, name="i.bin", pace=pace, progress=lambda _sent, _size: None)


def failure(port: int, **options: t.Any) -> NmcError:
    with pytest.raises(NmcError) as caught:
        upload(port, **options)
    return caught.value


def saying(*replies: bytes, heard: list[bytes] | None = None) -> t.Callable[[socket.socket], None]:
    """Say the first reply at once, and each other after a command."""

    def react(connection: socket.socket) -> None:
        for reply in replies:
            connection.sendall(reply)
            command = connection.recv(4096)
            if heard is not None:
                heard.append(command)

    return react


def test_a_greeting_that_is_not_utf_8_is_taken_and_a_name_is_sent_as_utf_8(tcp_server: TcpServer) -> None:
    heard: list[bytes] = []
    error = failure(tcp_server(saying(b"220 caf\xe9\r\n", b"331 \xff\r\n", b"530 \xe9\r\n", heard=heard)), password="pässword")
    assert error.reason is Reason.LOGIN_REFUSED
    assert heard[:2] == [b"USER apc\r\n", "PASS pässword\r\n".encode()]


@pytest.mark.parametrize(
    "passive",
    [b"227 (1,2,3,4,%b,1)\r\n" % (b"9" * 30), b"227 (1,2,3,4,%b,1)\r\n" % (b"9" * 5000), b"227 no address\r\n", b"999\r\n"],
    ids=["beyond a number", "beyond any number", "none", "unknown"],
)
def test_a_port_that_cannot_be_is_an_interrupted_transfer(tcp_server: TcpServer, passive: bytes) -> None:
    error = failure(tcp_server(saying(*_LOGGED_IN, passive)))
    assert error.reason is Reason.TRANSFER_INTERRUPTED
    assert error.evidence["bytes_sent"] == 0


def test_a_card_that_does_not_stop_talking_is_hung_up_on(tcp_server: TcpServer) -> None:
    def react(connection: socket.socket) -> None:
        for _line in itertools.count():
            connection.sendall(b"220-Hello\r\n" * 100)

    error = failure(tcp_server(react))
    assert error.reason is Reason.CONNECTION_FAILED
    assert "more than 200 lines" in error.message


class DataEnd:
    """A card that takes data slowly; ``end`` is how the data connection ended, ``size`` how much it brought."""

    def __init__(self, *, pause: float = 0.0) -> None:
        self.end, self.size, self._pause = "", 0, pause
        self.over = threading.Event()

    def react(self, connection: socket.socket) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            high, low = divmod(listener.getsockname()[1], 256)
            saying(*_LOGGED_IN, b"227 (127,0,0,1,%d,%d)\r\n" % (high, low))(connection)
            connection.sendall(b"150 Go ahead\r\n")
            data, _address = listener.accept()
        with data:
            self._take(data)
        connection.sendall(b"226 Transfer complete\r\n")

    def _take(self, data: socket.socket) -> None:
        try:
            while block := data.recv(65536):
                self.size += len(block)
                time.sleep(self._pause)
            self.end = "in order"
        except ConnectionResetError:
            self.end = "reset"
        finally:
            self.over.set()


def test_a_whole_image_ends_in_order(tcp_server: TcpServer) -> None:
    card = DataEnd()
    assert upload(tcp_server(card.react), image=b"x" * 3_000_000)
    assert card.over.wait(10)
    assert (card.end, card.size) == ("in order", 3_000_000)


@pytest.mark.parametrize(
    ("image", "options", "reason"),
    [
        (b"x" * 30_000_000, {"seconds": 0.5}, Reason.TRANSFER_TIMEOUT),
        (b"x" * 10, {"size": 20}, Reason.TRANSFER_INTERRUPTED),
    ],
    ids=["too slow", "too short"],
)
def test_a_part_of_an_image_does_not_end_like_a_whole_one(
    tcp_server: TcpServer, image: bytes, options: dict[str, t.Any], reason: Reason
) -> None:
    card = DataEnd(pause=0.02)
    assert failure(tcp_server(card.react), image=image, **options).reason is reason
    assert card.over.wait(20)
    assert card.end == "reset"
