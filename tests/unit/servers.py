# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that misbehave in ways no emulated card does: SSH after a script, and plain TCP."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import typing as t

import asyncssh

from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint

if t.TYPE_CHECKING:
    import pathlib

Session = t.Callable[["asyncssh.SSHServerProcess[bytes]"], t.Awaitable[None]]


class _Server(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return True


class SshServers:
    """Scripted SSH servers on 127.0.0.1, all in one event loop of their own thread."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def start(self, session: Session | None = None, **options: t.Any) -> SshEndpoint:
        """Start a server that runs `session` for every shell or command; return the way to it."""
        options = {"server_factory": _Server, "server_host_keys": [self._key], **options}

        async def listen() -> asyncssh.SSHAcceptor:
            return await asyncssh.listen("127.0.0.1", 0, process_factory=session, encoding=None, line_editor=False, **options)

        acceptor = asyncio.run_coroutine_threadsafe(listen(), self._loop).result(10)
        return SshEndpoint(
            card="ups1",
            host="127.0.0.1",
            port=acceptor.get_port(),
            username="apc",
            password="apc",
            timeout=10.0,
            host_key_checking="accept_new",
            known_hosts=str(self._folder / f"known_hosts_{acceptor.get_port()}"),
        )

    def stop(self) -> None:
        async def cancel_all() -> None:
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(cancel_all(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@contextlib.contextmanager
def listening(react: t.Callable[[socket.socket], None]) -> t.Iterator[int]:
    """Listen on 127.0.0.1 and hand every connection to a function; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _peer = server.accept()
                    with connection, contextlib.suppress(OSError):
                        react(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)
