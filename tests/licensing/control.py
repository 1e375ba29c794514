# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How tests look into a running service and change it; no part of the contract."""

from __future__ import annotations

import datetime as dt
import typing as t
from dataclasses import asdict

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from licensing.faults import Fault, Traffic

if t.TYPE_CHECKING:
    from starlette.requests import Request

    from licensing.rules import Office


class Clock:
    """The date, until a test says another one."""

    def __init__(self) -> None:
        self.fixed: dt.date | None = None

    def today(self) -> dt.date:
        return self.fixed or dt.datetime.now(dt.UTC).date()


class Control:
    """One method per route."""

    def __init__(self, office: Office, clock: Clock, traffic: Traffic) -> None:
        self._office, self._clock, self._traffic = office, clock, traffic

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/state", self._state),
                Route("/requests", self._requests),
                Route("/today", self._set_today, methods=["PUT"]),
                Route("/faults", self._set_faults, methods=["PUT"]),
                Route("/keys", self._forget_keys, methods=["DELETE"]),
            ],
            exception_handlers={TypeError: _wrong, ValueError: _wrong},
        )

    async def _state(self, _request: Request) -> JSONResponse:
        office = self._office
        state = {
            "activation_ids": {name: asdict(purchase) for name, purchase in office.purchases.items()},
            "vouchers": {code: asdict(voucher) for code, voucher in office.vouchers.items()},
            "subscriptions": {serial: office.read(serial) for serial in office.subscriptions},
            "changes": office.changes,
        }
        return JSONResponse(state)

    async def _requests(self, _request: Request) -> JSONResponse:
        return JSONResponse([asdict(request) for request in self._traffic.requests])

    async def _set_today(self, request: Request) -> JSONResponse:
        self._clock.fixed = dt.date.fromisoformat(await request.json())
        return JSONResponse({})

    async def _set_faults(self, request: Request) -> JSONResponse:
        self._traffic.faults = [Fault(**fault) for fault in await request.json()]
        return JSONResponse({})

    async def _forget_keys(self, _request: Request) -> JSONResponse:
        self._office.keys.clear()
        return JSONResponse({})


async def _wrong(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": str(error)}, 400)
