# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong between a client and the office, and a record of what was asked."""

from __future__ import annotations

import asyncio
import json
import typing as t
from dataclasses import dataclass, field

Message = t.MutableMapping[str, t.Any]
Scope = t.MutableMapping[str, t.Any]
Receive = t.Callable[[], t.Awaitable[Message]]
Send = t.Callable[[Message], t.Awaitable[None]]
App = t.Callable[[Scope, Receive, Send], t.Awaitable[None]]

OPERATIONS = {
    "/v1/activations": "activate",
    "/v1/included-activations": "activate_included",
    "/v1/renewals": "renew",
    "/v1/activation-id-lookups": "look_up",
}
_READ = "read"


@dataclass
class Fault:
    """How requests are answered instead: ``answer`` is a key of `_ANSWERS`.

    ``done``: the work is done before, so that only its answer is lost. ``operation`` limits it to a value of `OPERATIONS` or
    ``read``, ``times`` to that many requests, ``skip`` lets so many pass before. ``status``, ``body`` and ``headers`` are for the answer
    ``said``.
    """

    answer: str
    done: bool = False
    operation: str | None = None
    times: int | None = None
    skip: int = 0
    status: int = 200
    body: t.Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.answer not in _ANSWERS:
            raise ValueError(f"{self.answer} is no answer; these are: {', '.join(_ANSWERS)}")
        if self.operation not in (None, _READ, *OPERATIONS.values()):
            raise ValueError(f"{self.operation} is no operation")

    def strikes(self, operation: str) -> bool:
        """Whether it is this request's turn; counts."""
        if self.operation not in (None, operation) or self.times == 0:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass(frozen=True)
class Request:
    """A request of the contract as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


class Traffic:
    """Between the server and the contract: writes down every request and lets faults strike."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.faults: list[Fault] = []
        self.requests: list[Request] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        body = await _whole(receive)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.requests.append(Request(scope["method"], scope["path"], headers, body.decode("utf-8", "replace")))
        operation = OPERATIONS.get(scope["path"], _READ)
        fault = next((fault for fault in self.faults if fault.strikes(operation)), None)
        if fault is None or fault.done:
            await self._app(scope, _again(body, receive), send if fault is None else _nowhere)
        if fault is not None:
            await _ANSWERS[fault.answer](fault, receive, send)


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += t.cast("bytes", message.get("body", b""))
        if not message.get("more_body", False):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


async def _nowhere(_message: Message) -> None:
    pass


async def _say(send: Send, status: int, content: bytes, *, headers: t.Mapping[str, str], length: int | None = None) -> None:
    fields = {"content-type": "application/json", "content-length": str(len(content) if length is None else length), **headers}
    raw = [(name.lower().encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})


async def _silence(_fault: Fault, receive: Receive, _send: Send) -> None:
    """Say nothing until the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _said(fault: Fault, _receive: Receive, send: Send) -> None:
    content = fault.body.encode() if isinstance(fault.body, str) else json.dumps(fault.body).encode()
    await _say(send, fault.status, content, headers=fault.headers)


async def _cut_off(_fault: Fault, _receive: Receive, send: Send) -> None:
    await _say(send, 200, b'{"serial": "5A12', headers={}, length=400)


async def _huge(_fault: Fault, receive: Receive, send: Send) -> None:
    """A body without an end, until the client goes away."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    gone = asyncio.ensure_future(_silence(_fault, receive, send))
    while not gone.done():
        await send({"type": "http.response.body", "body": b" " * (1 << 16), "more_body": True})
        await asyncio.sleep(0)


async def _trickle(_fault: Fault, receive: Receive, send: Send) -> None:
    """A byte from time to time, so that no time-out of a single read ever strikes, until the client goes away."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    gone = asyncio.ensure_future(_silence(_fault, receive, send))
    while not gone.done():
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.wait([gone], timeout=0.1)


_ANSWERS: dict[str, t.Callable[[Fault, Receive, Send], t.Awaitable[None]]] = {
    "silence": _silence,
    "said": _said,
    "cut_off": _cut_off,
    "huge": _huge,
    "trickle": _trickle,
}
