# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions, downloads and uploads with a card that says anything: the real ones, over a channel that follows a script.

The first octet of an input says whether the card hangs up at the end (odd) or falls silent.
"""

from __future__ import annotations

import contextlib
import io
import socket
import time
import typing as t
from unittest import mock

from fuzz.script import ENDPOINT, Channel, Connection, Socket
from fuzz.target import Check, Target, check_facts, only_typed_errors
from unit.core import cli_samples

from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, gather_ssh
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import ftp, scp, shell
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.pace import Pace

# Between what the card says to one command and to the next.
_TURN = b"\x1e"
_IMAGE = b"image" * 200
_LIMIT = 2000


@contextlib.contextmanager
def _connected(module: t.Any, use: t.Callable[[bytes], None]) -> t.Iterator[Check]:
    """Feed a function of a module that dials: its connection is the scripted card."""
    said: list[bytes] = [b""]

    @contextlib.contextmanager
    def connect(_endpoint: object) -> t.Iterator[Connection]:
        data = said[-1]
        yield Connection(Channel(data[1:].split(_TURN), hangs_up=bool(data[:1]) and data[0] % 2 == 1))

    def check(data: bytes) -> None:
        said[-1] = data
        with only_typed_errors():
            use(data)

    with mock.patch.object(module, "connect", connect):
        yield check


def _session(data: bytes) -> None:
    access = Access("ups1", ENDPOINT, None)
    check_facts(gather_ssh(access).facts("now"), data.decode("utf-8", "backslashreplace").replace("\r", ""))


def _download(data: bytes) -> None:
    content = scp.download(ENDPOINT, "config.ini", limit=_LIMIT, deadline=time.monotonic() + 5)
    assert len(content) <= _LIMIT
    assert content in data


def _pace() -> Pace:
    return Pace(time.monotonic() + 5, 5)


def _upload(_data: bytes) -> None:
    scp.upload(ENDPOINT, io.BytesIO(_IMAGE), size=len(_IMAGE), name="image.bin", pace=_pace())


@contextlib.contextmanager
def _ftp() -> t.Iterator[Check]:
    waiting: list[Socket] = []

    def create_connection(address: tuple[str, int], *_options: object, **_more: object) -> Socket:
        if waiting:
            return waiting.pop()
        # What a real one says of addresses that cannot be, without a connection to any other.
        socket.getaddrinfo(*address, type=socket.SOCK_STREAM)
        return Socket()

    def check(data: bytes) -> None:
        waiting[:] = [Socket(data)]
        with only_typed_errors():
            ftp.upload(
                ENDPOINT, io.BytesIO(_IMAGE), port=21, size=len(_IMAGE), name="i.bin", pace=_pace(), progress=lambda _sent, _size: None
            )

    with mock.patch("socket.create_connection", create_connection):
        yield check


def _turns(*answers: str) -> bytes:
    return b"0" + _TURN.join(answer.replace("\n", "\r\n").encode() for answer in answers)


def _reply(command: str, output: str, code: str = "E000: Success") -> str:
    return f"{command}\n{code}\n{output}\napc>"


_SESSIONS = (
    _turns(
        cli_samples.BANNER_AP9640,
        _reply("about", cli_samples.ABOUT_AP9640),
        _reply("system", cli_samples.SYSTEM_NMC3),
        _reply("dir", cli_samples.DIR_NMC3),
        _reply("upsabout", cli_samples.UPSABOUT_SMT750),
        _reply("detstatus -all", "Status of UPS: On Line\nSelf-Test Result: Passed\n"),
    ),
    _turns(
        cli_samples.BANNER_AP9630 + "apc>",
        _reply("about", cli_samples.ABOUT_AP7920B),
        _reply("system", "", "E101: Command Not Found"),
        _reply("dir", cli_samples.DIR_RACK_PDU_NMC3),
    ),
    _turns("This account requires you to change your password.\nEnter current password: "),
    _turns("Max logins exceeded.\n"),
    _turns("apc>", "line\n<ESC>- Exit, <ENTER>- Refresh\nE000: Success\napc>"),
)
_FTP_TAKEN = b"""\
220 AP9641 Network Management Card AOS v2.5.0.8 FTP server ready.\r
331 Password required.\r
230 Logged in.\r
200 Type set to I.\r
227 Entering Passive Mode (127,0,0,1,4,31).\r
150 Opening data connection.\r
226 Transfer complete.\r
"""
_FTP_SEEDS = (
    _FTP_TAKEN,
    b"220-Hello\r\n220 Ready.\r\n230 Logged in.\r\n200 OK\r\n227 (10,0,0,1,200,1)\r\n125 Go\r\n550 File type unknown.\r\n",
    b"421 Service not available, closing control connection.\r\n",
    b"220 Ready\r\n331 Who\r\n530 Login incorrect.\r\n",
)

TARGETS: tuple[Target, ...] = (
    Target("session", lambda: _connected(shell, _session), _SESSIONS, share=0.6),
    Target(
        "scp_download",
        lambda: _connected(scp, _download),
        (b"0C0644 8 config.ini\n[System]\0", b"1C0644 0 config.ini\n\0", b"0\1scp: config.ini: No such file\n", b"1\2no\n"),
    ),
    Target("scp_upload", lambda: _connected(scp, _upload), (b"1\0\0\0", b"0\0\0\1File type unknown\n", b"0\2bad\n", b"0\0\1no space\n")),
    Target("ftp", _ftp, _FTP_SEEDS),
)
