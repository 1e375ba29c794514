# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Contract, faults and control on one port of 127.0.0.1, over TLS or in the clear."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import typing as t
from dataclasses import dataclass

import uvicorn

from licensing.api import application
from licensing.certificates import make_certificate
from licensing.control import Clock, Control
from licensing.faults import Traffic
from licensing.stock import office_of

if t.TYPE_CHECKING:
    import pathlib


@dataclass(frozen=True)
class ServerOptions:
    """``state_dir`` is where the certificate is written; ``port`` 0 is any free one."""

    state_dir: pathlib.Path
    port: int = 0
    tls: bool = True
    ready_file: pathlib.Path | None = None
    max_seconds: float | None = None


async def serve(stock: t.Mapping[str, t.Any], options: ServerOptions) -> None:
    """Serve until a signal comes or the time is over. Raises `StockError`."""
    clock = Clock()
    office = office_of(stock, clock)
    app = application(office, [str(token) for token in stock.get("tokens", [])])
    traffic = Traffic(t.cast("t.Any", app))
    app.mount("/control", Control(office, clock, traffic).application())
    with socket.create_server(("127.0.0.1", options.port)) as listener:
        server = _Server(traffic, listener.getsockname()[1], options)
        if options.max_seconds is not None:
            asyncio.get_running_loop().call_later(options.max_seconds, server.end)
        await server.serve([listener])


class _Server(uvicorn.Server):
    """Says in the ready file where it listens, once it does."""

    def __init__(self, app: t.Any, port: int, options: ServerOptions) -> None:
        certificate, authority = make_certificate(options.state_dir) if options.tls else (None, None)
        # A request that is never answered must not hold up the end.
        super().__init__(uvicorn.Config(app, log_level="error", lifespan="off", ssl_certfile=certificate, timeout_graceful_shutdown=1))
        url = f"{'https' if authority else 'http'}://127.0.0.1:{port}"
        self._where = {"url": url, "ca_path": str(authority) if authority else None, "pid": os.getpid()}
        self._ready_file = options.ready_file

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._ready_file is not None:
            draft = self._ready_file.with_suffix(".draft")
            draft.write_text(json.dumps(self._where), encoding="utf-8")
            draft.rename(self._ready_file)

    def end(self) -> None:
        self.should_exit = True
