# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a client talks to emulated cards: asyncssh, without anything of the collection."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import typing as t

import asyncssh
import pytest

from emulator.testing import make_image

if t.TYPE_CHECKING:
    import pathlib

    from emulator.testing import Emulator

NMC3, NMC2 = "127.6.0.1", "127.6.0.2"
BOTH = pytest.mark.parametrize("address", [NMC3, NMC2], ids=["nmc3", "nmc2"])

_ALGORITHMS = {
    2: {"server_host_key_algs": ["ssh-rsa"], "encryption_algs": ["aes256-cbc"], "mac_algs": ["hmac-sha1"]},
    3: {},
}
_ENDS = ("apc>", "Delete\r\n> ", "cancel : ")
_SECONDS = 20


def connect(emulator: Emulator, address: str, *, password: str = "apc", **options: t.Any) -> t.Any:
    generation = emulator.state(address)["generation"]
    return asyncssh.connect(
        address,
        emulator.ssh_port,
        username="apc",
        password=password,
        known_hosts=None,
        client_keys=None,
        **_ALGORITHMS[generation],
        **options,
    )


def converse(emulator: Emulator, address: str, *lines: str, password: str = "apc", ends: t.Sequence[str] = _ENDS) -> list[str]:
    """What a shell shows first, and after each line; the last may be cut off by the card."""

    async def run() -> list[str]:
        shown: list[str] = []
        async with connect(emulator, address, password=password) as connection:
            process = await connection.create_process(term_type="vt100", encoding="latin-1")
            with contextlib.suppress(asyncio.IncompleteReadError):
                shown.append(await _read(process, shown, ends))
                for line in lines:
                    process.stdin.write(line)
                    shown.append(await _read(process, shown, ends))
        return shown

    return asyncio.run(asyncio.wait_for(run(), _SECONDS))


async def _read(process: t.Any, shown: list[str], ends: t.Sequence[str]) -> str:
    try:
        return t.cast("str", await process.stdout.readuntil(tuple(ends)))
    except asyncio.IncompleteReadError as error:
        shown.append(t.cast("str", error.partial))
        raise


def offered_host_key(emulator: Emulator, address: str) -> str:
    """The fingerprint of the key that a card shows to a client."""

    async def run() -> str:
        async with connect(emulator, address) as connection:
            return t.cast("str", connection.get_server_host_key().get_fingerprint())

    return asyncio.run(asyncio.wait_for(run(), _SECONDS))


def execute(emulator: Emulator, address: str, command: str) -> str:
    async def run() -> str:
        async with connect(emulator, address) as connection:
            return t.cast("str", (await connection.run(command)).stdout)

    return asyncio.run(asyncio.wait_for(run(), _SECONDS))


def upload(emulator: Emulator, address: str, image: pathlib.Path, *, password: str = "apc", seconds: float = _SECONDS) -> None:
    async def run() -> None:
        async with connect(emulator, address, password=password) as connection:
            await asyncssh.scp(image, (connection, image.name))

    asyncio.run(asyncio.wait_for(run(), seconds))


def download(emulator: Emulator, address: str, folder: pathlib.Path) -> bytes:
    """The card's config.ini."""

    async def run() -> None:
        async with connect(emulator, address) as connection:
            await asyncssh.scp((connection, "config.ini"), folder / "config.ini")

    asyncio.run(asyncio.wait_for(run(), _SECONDS))
    return (folder / "config.ini").read_bytes()


def snmp_answers(emulator: Emulator, address: str) -> bool:
    """Whether a v1 GET of sysUpTime is answered, from the very address that it was sent to."""
    request = bytes.fromhex("302602010004067075626c6963a019020101020100020100300e300c06082b060102010103000500")
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.5)
        sock.sendto(request, (address, emulator.snmp_port))
        try:
            reply, source = sock.recvfrom(2000)
        except TimeoutError:
            return False
    return source[:2] == (address, emulator.snmp_port) and reply[:1] == b"0"


def image_for(folder: pathlib.Path, address: str, component: str = "application") -> pathlib.Path:
    """An image of some 200 KB that the card of the pair accepts."""
    token, application, version = ("hw21", "su", "2.5.5.1") if address == NMC3 else ("hw05", "sumx", "6.9.7")
    name = application if component == "application" else None
    return make_image(folder / f"{component}.bin", hardware_token=token, component=component, application=name, version=version)
