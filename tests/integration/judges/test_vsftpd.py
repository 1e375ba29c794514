# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""vsftpd as the judge of our FTP uploads: a server that no one of us has written, strict about what it is told."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
import re
import socket
import time
import typing as t

import pytest
from integration.judges.servers import accepts, free_port, program, running

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, NmcError, TransferError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import ftp
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.pace import Pace
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint

if t.TYPE_CHECKING:
    import pathlib

NAME = "apc_hw05_aos_722.bin"
# More than its sockets hold, and not a multiple of a block.
IMAGE = os.urandom(8_000_123)
PASSWORD = "Sésame-42!"

# Its users are those of the machine, but for the anonymous one, whose passwords can come from a list. Active mode is off.
_SETTINGS = {
    "background": "NO",
    "listen": "NO",
    "listen_ipv6": "NO",
    "anonymous_enable": "YES",
    "local_enable": "NO",
    "secure_email_list_enable": "YES",
    "run_as_launching_user": "YES",
    "allow_writeable_chroot": "YES",
    "write_enable": "YES",
    "anon_upload_enable": "YES",
    "port_enable": "NO",
    "xferlog_enable": "YES",
    "log_ftp_protocol": "YES",
}


@dataclasses.dataclass(frozen=True)
class Vsftpd:
    host: str
    port: int
    folder: pathlib.Path

    @property
    def received(self) -> bytes:
        return (self.folder / "files" / NAME).read_bytes()

    @property
    def commands(self) -> list[str]:
        """What it was told, in order, without arguments."""
        return re.findall(r'FTP command: Client "[^"]+", "(\w+)', (self.folder / "log").read_text(encoding="utf-8"))

    def upload(self, *, password: str = PASSWORD, seconds: float = 60.0, stall: float = 10.0) -> list[int]:
        """Send the image; return how many bytes were out after each block."""
        endpoint = SshEndpoint("ups1", self.host, username="anonymous", password=password, timeout=10.0)
        sent: list[int] = []
        taken = ftp.upload(
            endpoint,
            io.BytesIO(IMAGE),
            port=self.port,
            size=len(IMAGE),
            name=NAME,
            pace=Pace(time.monotonic() + seconds, stall),
            progress=lambda done, _of: sent.append(done),
        )
        assert taken
        return sent

    def failure(self, **how: t.Any) -> NmcError:
        with pytest.raises(NmcError) as caught:
            self.upload(**how)
        assert caught.value.message.startswith("ups1: ")
        assert PASSWORD not in caught.value.message + str(caught.value.evidence)
        return caught.value


Start = t.Callable[..., Vsftpd]


@pytest.fixture
def start(tmp_path: pathlib.Path) -> t.Iterator[Start]:
    """Return a function that starts the server with some settings changed."""
    with contextlib.ExitStack() as stack:

        def start_one(host: str = "127.0.0.1", **changes: str) -> Vsftpd:
            server = Vsftpd(host, free_port(host), tmp_path)
            for name in ("files", "empty"):
                (tmp_path / name).mkdir()
            (tmp_path / "passwords").write_text(f"{PASSWORD}\n", encoding="utf-8")
            (tmp_path / "vsftpd.conf").write_text(_configuration(server, changes), encoding="utf-8")
            command = [program("vsftpd"), str(tmp_path / "vsftpd.conf")]
            up = running(command, is_up=lambda: accepts(host, server.port), output=tmp_path / "output")
            stack.enter_context(up)
            return server

        yield start_one


def _configuration(server: Vsftpd, changes: dict[str, str]) -> str:
    family = "_ipv6" if ":" in server.host else ""
    settings = {
        **_SETTINGS,
        f"listen{family}": "YES",
        f"listen_address{family and '6'}": server.host,
        "listen_port": str(server.port),
        "anon_root": str(server.folder / "files"),
        "email_password_file": str(server.folder / "passwords"),
        "secure_chroot_dir": str(server.folder / "empty"),
        "vsftpd_log_file": str(server.folder / "log"),
        **changes,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


@pytest.mark.parametrize(("host", "passive"), [("127.0.0.1", "PASV"), ("::1", "EPSV")])
def test_an_image_arrives_whole_in_small_blocks_and_passive_mode(start: Start, host: str, passive: str) -> None:
    server = start(host)
    sent = server.upload()
    assert server.received == IMAGE
    assert [*range(512, len(IMAGE), 512), len(IMAGE)] == sent
    assert server.commands == ["USER", "PASS", "TYPE", passive, "STOR"]


def test_a_wrong_password_is_refused_and_sent_once(start: Start) -> None:
    server = start()
    error = server.failure(password="mistaken")
    assert (type(error), error.reason) == (AccessError, Reason.LOGIN_REFUSED)
    assert "530 Login incorrect" in error.message
    assert server.commands == ["USER", "PASS"]


@contextlib.contextmanager
def taking_the_only_place(server: Vsftpd) -> t.Iterator[Vsftpd]:
    """Be served, once the server has noticed that nobody is there any more."""
    deadline = time.monotonic() + 10
    while True:
        with socket.create_connection((server.host, server.port), timeout=10) as other:
            if other.recv(100).startswith(b"220 "):
                yield server
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_server_that_says_421_is_not_there_for_now(start: Start) -> None:
    with taking_the_only_place(start(max_clients="1")) as server:
        error = server.failure()
    assert (type(error), error.reason) == (UnreachableError, Reason.CARD_RESTARTING)


@pytest.mark.parametrize("changes", [{"write_enable": "NO"}, {"cmds_denied": "STOR"}])
def test_a_server_that_takes_no_files_rejects_the_image(start: Start, changes: dict[str, str]) -> None:
    error = start(**changes).failure()
    assert (type(error), error.reason) == (TransferError, Reason.IMAGE_REJECTED)
    assert "550 Permission denied" in error.message
    assert error.evidence["bytes_sent"] == 0


def test_a_transfer_that_is_too_slow_ends_at_its_deadline(start: Start) -> None:
    server = start(anon_max_rate="10000")
    started = time.monotonic()
    error = server.failure(seconds=2.0)
    assert (type(error), error.reason) == (TransferError, Reason.TRANSFER_TIMEOUT)
    assert 0 < error.evidence["bytes_sent"] < len(IMAGE)
    assert time.monotonic() - started < 10
