# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The control port: HTTP and JSON on 127.0.0.1, by which tests read a card's state and change it while it runs."""

from __future__ import annotations

import typing as t

from aiohttp import web

from emulator.faults import FaultError

if t.TYPE_CHECKING:
    from emulator.card import Card
    from emulator.keys import HostKeys

_SECONDS = (int, float)
_CHANGEABLE: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "location": str,
    "contact": str,
    "serial": str,
    "username": str,
    "password": str,
    "on_battery": bool,
    "self_test": bool,
    "https_enabled": bool,
    "ftp_enabled": bool,
    "snmp_enabled": bool,
    "config_changed": bool,
    "reboot_seconds": _SECONDS,
    "check_seconds": _SECONDS,
    "idle_seconds": _SECONDS,
    "guest_seconds": _SECONDS,
}


def application(cards: dict[str, Card], keys: HostKeys) -> web.Application:
    app = web.Application(middlewares=[_errors_as_json])
    handlers = Handlers(cards, keys)
    app.router.add_get("/health", handlers.health)
    app.router.add_get("/cards", handlers.all)
    app.router.add_get("/cards/{address}", handlers.one)
    app.router.add_patch("/cards/{address}", handlers.change)
    app.router.add_put("/cards/{address}/faults", handlers.faults)
    app.router.add_post("/cards/{address}/reboot", handlers.reboot)
    app.router.add_get("/cards/{address}/host-key", handlers.host_key)
    app.router.add_post("/cards/{address}/host-key", handlers.replace_host_key)
    return app


class Handlers:
    """One method per route."""

    def __init__(self, cards: dict[str, Card], keys: HostKeys) -> None:
        self._cards = cards
        self._keys = keys

    async def health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "cards": len(self._cards)})

    async def all(self, _request: web.Request) -> web.Response:
        return web.json_response([_summary(card) for card in self._cards.values()])

    async def one(self, request: web.Request) -> web.Response:
        return web.json_response(self._card(request).state())

    async def change(self, request: web.Request) -> web.Response:
        card = self._card(request)
        changes = await _body(request, dict)
        for key, value in changes.items():
            _check(key, value)
        card.change(**changes)
        return web.json_response(card.state())

    async def faults(self, request: web.Request) -> web.Response:
        card = self._card(request)
        card.set_faults(await _body(request, list))
        return web.json_response(card.state())

    async def reboot(self, request: web.Request) -> web.Response:
        card = self._card(request)
        card.reboot()
        return web.json_response(card.state())

    async def host_key(self, request: web.Request) -> web.Response:
        return web.json_response({"fingerprint": self._keys.of(self._card(request)).get_fingerprint()})

    async def replace_host_key(self, request: web.Request) -> web.Response:
        card = self._card(request)
        card.change(host_key_number=card.host_key_number + 1)
        return await self.host_key(request)

    def _card(self, request: web.Request) -> Card:
        address = request.match_info["address"]
        card = self._cards.get(address)
        if card is None:
            raise ControlError(404, f"There is no card at {address}.")
        return card


class ControlError(Exception):
    """Something to tell the client, with its HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def _summary(card: Card) -> dict[str, t.Any]:
    state = card.state()
    return {key: state[key] for key in ("address", "name", "serial", "application", "phase", "stat", "versions")}


def _check(key: str, value: object) -> None:
    kind = _CHANGEABLE.get(key)
    if kind is None:
        raise ControlError(400, f"{key!r} cannot be changed; these can: {', '.join(_CHANGEABLE)}.")
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ControlError(400, f"{key}: {value!r} is not of the right type.")


async def _body(request: web.Request, kind: type) -> t.Any:
    try:
        body = await request.json()
    except ValueError as error:
        raise ControlError(400, f"The body is not JSON: {error}.") from error
    if not isinstance(body, kind):
        raise ControlError(400, f"The body must be a JSON {'object' if kind is dict else 'array'}.")
    return body


@web.middleware
async def _errors_as_json(request: web.Request, handler: t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    try:
        return await handler(request)
    except ControlError as error:
        return web.json_response({"error": str(error)}, status=error.status)
    except FaultError as error:
        return web.json_response({"error": f"{error}."}, status=400)
    except web.HTTPException as error:
        return web.json_response({"error": f"{error.reason}: {request.method} {request.path}."}, status=error.status)
