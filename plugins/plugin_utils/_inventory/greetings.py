# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How cards greet whoever connects, before any login: the line of their FTP server, and the name of their SSH server."""

from __future__ import annotations

import asyncio
import contextlib
import re
import typing as t

from ansible_collections.secure_power.nmc.plugins.plugin_utils._open_files import connections

# The FTP server says model and AOS before a login (seen with 6.0.6); the SSH server is cryptlib's on every card that was captured.
_CARDS: t.Mapping[str, re.Pattern[str]] = {
    "ftp": re.compile(r"220 [A-Za-z0-9]+ Network Management Card AOS v[!-~]+ FTP server ready\.?"),
    "ssh": re.compile(r"SSH-2\.0-cryptlib[!-~]*"),
}
_LONGEST_LINE = 255
_AT_ONCE = 512  # connections
_OTHER_FILES = 64


def greetings(
    addresses: t.Sequence[str],
    ports: t.Mapping[str, int],
    *,
    timeout: float,
    deadline: float | None = None,
    progress: t.Callable[[int], None],
) -> list[dict[str, str]]:
    """What each address says by protocol, of what only cards say; ``timeout`` is in seconds, for one connection, ``deadline`` for all.

    After each address ``progress`` is told how many cards were found.
    """
    if not ports or not addresses:
        return [{} for _address in addresses]
    return asyncio.run(_all(addresses, ports, timeout, deadline, progress))


async def _all(
    addresses: t.Sequence[str], ports: t.Mapping[str, int], timeout: float, deadline: float | None, progress: t.Callable[[int], None]
) -> list[dict[str, str]]:
    """A fixed number of workers takes the addresses one after the other, so that many addresses are no load."""
    said: list[dict[str, str]] = [{} for _address in addresses]
    waiting = iter(enumerate(addresses))
    cards = 0

    async def work() -> None:
        nonlocal cards
        for number, address in waiting:
            for protocol, port in ports.items():
                line = await _first_line(address, port, timeout)
                if _CARDS[protocol].fullmatch(line):
                    said[number][protocol] = line
            cards += bool(said[number])
            progress(cards)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(deadline):
            await asyncio.gather(*(work() for _worker in range(connections(min(_AT_ONCE, len(addresses)), besides=_OTHER_FILES))))
    return said


async def _first_line(address: str, port: int, timeout: float) -> str:
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(address, port, limit=_LONGEST_LINE)
            line = await reader.readuntil(b"\n")
            return line.decode("ascii", "replace").strip()
    except (OSError, ValueError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return ""
    finally:
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
