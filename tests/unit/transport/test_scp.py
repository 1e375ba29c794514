# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
import os
import threading
import time
import typing as t

import asyncssh
import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, InputError, NmcError, ReplyError, TransferError
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.pace import Pace
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.scp import download, upload
from emulator.testing import make_image

if t.TYPE_CHECKING:
    import pathlib

    from unit.servers import Session, SshServers
    from unit.transport.conftest import EndpointOf

    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint
    from emulator.testing import Emulator

NMC3 = "127.20.0.5"
NMC2 = "127.20.0.6"
NAME = "apc_hw21_su_2-5-5-1.nmc3"
DATA = os.urandom(300_000)


def send(endpoint: SshEndpoint, data: bytes = DATA, *, name: str = NAME, seconds: float = 20, **options: t.Any) -> bool:
    pace = Pace(time.monotonic() + seconds, endpoint.timeout)
    return upload(endpoint, io.BytesIO(data), size=len(data), name=name, pace=pace, **options)


def failure(endpoint: SshEndpoint, data: bytes = DATA, **options: t.Any) -> TransferError:
    with pytest.raises(TransferError) as caught:
        send(endpoint, data, **options)
    assert caught.value.message.startswith("ups1: ")
    return caught.value


def fetch(endpoint: SshEndpoint, name: str = "config.ini", *, limit: int = 100_000, seconds: float = 20) -> bytes:
    return download(endpoint, name, limit=limit, deadline=time.monotonic() + seconds)


def fetch_failure(endpoint: SshEndpoint, **options: t.Any) -> NmcError:
    with pytest.raises(NmcError) as caught:
        fetch(endpoint, **options)
    assert caught.value.message.startswith("ups1: ")
    return caught.value


def sink(received: dict[str, t.Any], *, last: bytes = b"\0", lost_at: int | None = None) -> Session:
    """A receiver of one file that keeps what came; it closes without a status after `lost_at` bytes."""

    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        received["command"] = process.command
        process.stdout.write(b"\0")
        received["announcement"] = await process.stdin.readline()
        size = int(received["announcement"].split()[1])
        process.stdout.write(b"\0")
        if lost_at is not None:
            await process.stdin.readexactly(lost_at)
            process.get_extra_info("connection").abort()
            return
        received["data"] = await process.stdin.readexactly(size)
        received["end"] = await process.stdin.readexactly(1)
        process.stdout.write(last)
        await process.stdout.drain()
        process.exit(0)

    return session


def source(*chunks: bytes) -> Session:
    """A sender that answers the first zero byte with some chunks, and then listens."""

    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        await process.stdin.readexactly(1)
        for chunk in chunks:
            process.stdout.write(chunk)
        await process.stdin.read()
        process.exit(0)

    return session


class OpenSsh:
    """The far end of OpenSSH's own scp, in a folder."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._ended = threading.Semaphore(0)

    async def session(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        words = (process.command or "").split()
        pipe = asyncio.subprocess.PIPE
        far_end = await asyncio.create_subprocess_exec(*words, cwd=self._folder, stdin=pipe, stdout=pipe)
        there = asyncio.create_task(_pump(process.stdin, far_end.stdin))
        await _pump(far_end.stdout, process.stdout)
        process.exit(await far_end.wait())
        there.cancel()
        self._ended.release()

    def wait(self) -> None:
        """Wait for the end of one transfer's program."""
        assert self._ended.acquire(timeout=10)


async def _pump(reader: t.Any, writer: t.Any) -> None:
    with contextlib.suppress(asyncssh.Error, OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


# up


@pytest.mark.parametrize(
    ("address", "name", "image"),
    [
        (NMC3, NAME, {"hardware_token": "hw21", "application": "su", "version": "2.5.5.1", "aos_version": "2.5.5.1"}),
        (NMC2, "apc_hw05_aos_722.bin", {"hardware_token": "hw05", "component": "aos", "version": "7.2.2"}),
    ],
)
def test_an_emulated_card_takes_an_image(
    endpoint_of: EndpointOf, emulator: Emulator, tmp_path: pathlib.Path, address: str, name: str, image: dict[str, t.Any]
) -> None:
    path = make_image(tmp_path / name, **image)
    send(endpoint_of(address, allow_legacy_ssh=True), path.read_bytes(), name=name)
    state = emulator.wait(address, lambda state: state["phase"] == "up" and state["versions"]["aos"] == image.get("aos_version", "7.2.2"))
    assert state["counters"]["uploads"] == 1


def test_the_wire_is_what_cards_expect(ssh_servers: SshServers) -> None:
    received: dict[str, t.Any] = {}
    assert send(ssh_servers.start(sink(received))) is True
    assert received == {
        "command": f"scp -q -t {NAME}",
        "announcement": f"C0600 {len(DATA)} {NAME}\n".encode(),
        "data": DATA,
        "end": b"\0",
    }


def test_openssh_takes_a_file_and_gives_it_back(ssh_servers: SshServers, tmp_path: pathlib.Path) -> None:
    openssh = OpenSsh(tmp_path)
    endpoint = ssh_servers.start(openssh.session)
    send(endpoint)
    openssh.wait()
    assert (tmp_path / NAME).read_bytes() == DATA
    assert fetch(endpoint, NAME, limit=len(DATA)) == DATA
    openssh.wait()


@pytest.mark.parametrize(("name", "words"), [("logs", "not a regular file"), ("nothing", "No such file")])
def test_openssh_refuses_with_its_own_words(ssh_servers: SshServers, tmp_path: pathlib.Path, name: str, words: str) -> None:
    openssh = OpenSsh(tmp_path)
    (tmp_path / "logs").mkdir()
    assert words in fetch_failure(ssh_servers.start(openssh.session), name=name).message
    openssh.wait()


def test_an_empty_file_can_be_sent(ssh_servers: SshServers) -> None:
    received: dict[str, t.Any] = {}
    send(ssh_servers.start(sink(received)), b"")
    assert received["end"] == b"\0"


def test_progress_counts_up_to_the_size(ssh_servers: SshServers) -> None:
    seen: list[tuple[int, int]] = []
    send(ssh_servers.start(sink({})), progress=lambda sent, size: seen.append((sent, size)))
    assert seen == sorted(seen)
    assert seen[-1] == (len(DATA), len(DATA))


@pytest.mark.parametrize("name", ["", "-t", "a b", "a;reboot", "../x", "a/b", "$(x)", "a\n", "ä", ".", "`x`"])
def test_a_name_that_is_more_than_a_name_is_refused_before_anything_is_sent(name: str, endpoint_of: EndpointOf) -> None:
    with pytest.raises(InputError) as caught:
        send(endpoint_of(NMC3, port=1), name=name)
    assert caught.value.reason is Reason.INVALID_OPTION


def test_a_rejected_image_is_said_with_the_cards_words(endpoint_of: EndpointOf, emulator: Emulator) -> None:
    emulator.wait_until_up(NMC3)
    emulator.set_faults(NMC3, ["reject_image"])
    error = failure(endpoint_of(NMC3))
    emulator.set_faults(NMC3, [])
    assert error.reason is Reason.IMAGE_REJECTED
    assert "File type unknown" in error.message


@pytest.mark.parametrize("status", [b"\1scp: bad public image\n", b"\2bad public image\n", b"\1bad public image"])
def test_a_refusal_after_the_last_byte_is_a_rejected_image(ssh_servers: SshServers, status: bytes) -> None:
    endpoint = dataclasses.replace(ssh_servers.start(sink({}, last=status)), password="public")
    error = failure(endpoint)
    assert error.reason is Reason.IMAGE_REJECTED
    assert "bad ******** image" in error.message
    assert error.evidence["bytes_sent"] == len(DATA)


def test_a_refusal_before_the_first_byte_is_a_rejected_image(ssh_servers: SshServers) -> None:
    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"\1scp: .: a file name is required\n")
        process.exit(1)

    error = failure(ssh_servers.start(session))
    assert (error.reason, error.evidence["bytes_sent"]) == (Reason.IMAGE_REJECTED, 0)
    assert "a file name is required" in error.message


def test_a_lost_connection_is_an_interrupted_transfer(endpoint_of: EndpointOf, emulator: Emulator) -> None:
    emulator.wait_until_up(NMC3)
    emulator.set_faults(NMC3, [{"drop_after_bytes": 100_000}])
    error = failure(endpoint_of(NMC3), DATA * 20)
    emulator.set_faults(NMC3, [])
    assert error.reason is Reason.TRANSFER_INTERRUPTED
    assert 0 < error.evidence["bytes_sent"] < error.evidence["bytes_total"] == len(DATA) * 20


def test_a_connection_lost_right_after_the_last_byte_leaves_open_whether_the_card_took_it(ssh_servers: SshServers) -> None:
    assert send(ssh_servers.start(sink({}, lost_at=len(DATA)))) is False


def test_a_command_that_is_not_run_is_an_interrupted_transfer(ssh_servers: SshServers) -> None:
    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.exit(127)

    assert failure(ssh_servers.start(session)).reason is Reason.TRANSFER_INTERRUPTED


def test_a_transfer_in_which_nothing_moves_is_an_interrupted_one(ssh_servers: SshServers) -> None:
    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"\0")
        await process.stdin.readline()
        process.stdout.write(b"\0")
        await asyncio.sleep(30)

    endpoint = dataclasses.replace(ssh_servers.start(session), timeout=0.5)
    started = time.monotonic()
    error = failure(endpoint, DATA * 40)
    assert error.reason is Reason.TRANSFER_INTERRUPTED
    assert "nothing moved" in error.message
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("silent_from", ["start", "end"])
def test_the_deadline_ends_a_transfer(ssh_servers: SshServers, silent_from: str) -> None:
    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        if silent_from == "end":
            process.stdout.write(b"\0")
            await process.stdin.readline()
            process.stdout.write(b"\0")
            await process.stdin.readexactly(len(DATA) + 1)
        await asyncio.sleep(30)

    started = time.monotonic()
    error = failure(ssh_servers.start(session), seconds=0.7)
    assert error.reason is Reason.TRANSFER_TIMEOUT
    assert time.monotonic() - started < 5


def test_an_image_that_ends_too_early_is_said(ssh_servers: SshServers) -> None:
    with pytest.raises(TransferError) as caught:
        upload(ssh_servers.start(sink({})), io.BytesIO(DATA), size=len(DATA) + 1, name=NAME, pace=Pace(time.monotonic() + 20, 10))
    assert caught.value.evidence["bytes_sent"] == len(DATA)


# down


@pytest.mark.parametrize("address", [NMC3, NMC2])
def test_an_emulated_card_gives_its_configuration(endpoint_of: EndpointOf, emulator: Emulator, address: str) -> None:
    emulator.wait_until_up(address)
    assert b"[NetworkTCP/IP]" in fetch(endpoint_of(address, allow_legacy_ssh=True))


def test_a_file_comes_whole(ssh_servers: SshServers) -> None:
    endpoint = ssh_servers.start(source(f"C0644 {len(DATA)} config.ini\n".encode(), DATA[:1000], DATA[1000:], b"\0"))
    assert fetch(endpoint, limit=len(DATA)) == DATA


def test_a_file_that_the_card_does_not_have_is_said(endpoint_of: EndpointOf, emulator: Emulator) -> None:
    emulator.wait_until_up(NMC3)
    error = fetch_failure(endpoint_of(NMC3), name="nothing.ini")
    assert isinstance(error, ReplyError)
    assert "nothing.ini" in error.message


@pytest.mark.parametrize("said", [b"C0644 100001 config.ini\n", b"D0755 0 config.ini\n", b"C0644 x config.ini\n", b"public\n", b"y" * 5000])
def test_an_announcement_of_something_else_is_refused(ssh_servers: SshServers, said: bytes) -> None:
    error = fetch_failure(dataclasses.replace(ssh_servers.start(source(said)), password="public"))
    assert isinstance(error, ReplyError)
    assert error.reason is Reason.UNEXPECTED_REPLY
    assert "public" not in error.message


def test_half_a_file_is_a_broken_session(ssh_servers: SshServers) -> None:
    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        await process.stdin.readexactly(1)
        process.stdout.write(b"C0644 1000 config.ini\n" + bytes(500))
        process.exit(0)

    error = fetch_failure(ssh_servers.start(session))
    assert isinstance(error, AccessError)
    assert error.reason is Reason.SSH_FAILED


def test_the_deadline_ends_a_download(ssh_servers: SshServers) -> None:
    started = time.monotonic()
    error = fetch_failure(ssh_servers.start(source(b"C0644 1000 config.ini\n")), seconds=0.7)
    assert error.reason is Reason.SSH_FAILED
    assert "no answer in time" in error.message
    assert time.monotonic() - started < 5
