# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract of docs/licensing-api.yml in HTTP, in front of an `Office`."""

from __future__ import annotations

import http
import typing as t

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from starlette.exceptions import HTTPException as StarletteHTTPException

from licensing.rules import REFUSALS, Office, RefusalError

_SERIAL = r"^[A-Za-z0-9][A-Za-z0-9-]{3,31}$"
_KEY = r"^[A-Za-z0-9_-]{16,64}$"

Answer = dict[str, t.Any]
Secret = t.Annotated[str, StringConstraints(pattern=r"^[!-~]([ -~]{0,126}[!-~])?$")]
Sku = t.Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)+$", min_length=3, max_length=40)]
Family = t.Literal[
    "smart_ups",
    "smart_ups_ultra",
    "symmetra_1p",
    "easy_ups_online",
    "rack_pdu",
    "rack_ats",
    "cooling",
    "environment",
    "three_phase_ups",
    "unknown",
]
_CODES = {400: "invalid_request", 401: "unauthorized", 403: "forbidden"}


def _whole(said: object) -> object:
    """To JSON Schema 3.0 is an integer."""
    return int(said) if isinstance(said, float) and said.is_integer() else said


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Card(_Body):
    serial: t.Annotated[str, StringConstraints(pattern=_SERIAL)]
    mac: t.Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$")] | None
    device_serial: t.Annotated[str, StringConstraints(pattern=r"^[!-~]{1,64}$")] | None
    generation: t.Annotated[int, BeforeValidator(_whole), Field(ge=1, le=9)]
    product_family: Family


class Activation(_Body):
    card: Card
    activation_id: Secret
    sku: Sku
    override_included: bool


class IncludedActivation(_Body):
    card: Card


class Renewal(_Body):
    card: Card
    voucher: Secret


class ActivationIdLookup(_Body):
    activation_id: Secret


def _office(request: Request) -> Office:
    return t.cast("Office", request.app.state.office)


def _authorize(request: Request) -> None:
    """The scheme's name is in any case, RFC 9110; the token is not."""
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token.strip() not in request.app.state.tokens:
        raise HTTPException(401, "There is no token, or an unknown one.", {"WWW-Authenticate": "Bearer"})


TheOffice = t.Annotated[Office, Depends(_office)]
Key = t.Annotated[str, Header(alias="Idempotency-Key", pattern=_KEY)]
Serial = t.Annotated[str, Path(pattern=_SERIAL)]

_routes = APIRouter(prefix="/v1", dependencies=[Depends(_authorize)])


# Every handler is a coroutine without an await: one request is carried out after another.


@_routes.get("/cards/{serial}/subscription")
async def read_subscription(serial: Serial, office: TheOffice) -> Answer:
    return office.read(serial)


@_routes.post("/activations")
async def activate(body: Activation, key: Key, office: TheOffice) -> Answer:
    return office.change("activate", key, body.model_dump())


@_routes.post("/included-activations")
async def activate_included(body: IncludedActivation, key: Key, office: TheOffice) -> Answer:
    return office.change("activate_included", key, body.model_dump())


@_routes.post("/renewals")
async def renew(body: Renewal, key: Key, office: TheOffice) -> Answer:
    return office.change("renew", key, body.model_dump())


@_routes.post("/activation-id-lookups")
async def look_up(body: ActivationIdLookup, office: TheOffice) -> Answer:
    return office.look_up(body.activation_id)


def application(office: Office, tokens: t.Container[str]) -> FastAPI:
    app = FastAPI(title="licensing", openapi_url=None)
    app.state.office, app.state.tokens = office, tokens
    app.include_router(_routes)
    app.add_exception_handler(RefusalError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StarletteHTTPException, _http_problem)
    return app


def problem(status: int, code: str, detail: str, *, headers: t.Mapping[str, str] | None = None) -> JSONResponse:
    content = {"type": "about:blank", "title": http.HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    return JSONResponse(content, status, headers, "application/problem+json")


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    code = t.cast("RefusalError", error).code
    status, detail = REFUSALS[code]
    return problem(status, code, detail)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Where it is wrong and how, never what was sent."""
    wrong = t.cast("RequestValidationError", error).errors()[0]
    return problem(400, "invalid_request", f"{'.'.join(str(part) for part in wrong['loc'])}: {wrong['msg']}"[:500])


async def _http_problem(_request: Request, error: Exception) -> JSONResponse:
    said = t.cast("StarletteHTTPException", error)
    return problem(said.status_code, _CODES.get(said.status_code, "invalid_request"), str(said.detail), headers=said.headers)
