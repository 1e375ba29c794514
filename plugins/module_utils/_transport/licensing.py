# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client of a licensing bridge: what docs/licensing-api.yml lets an organisation answer.

What changes something is asked for once. Its key follows from the card, the action and the Activation ID or voucher alone, so a run
that was killed sends the same key again; and when an answer is lost, the subscription is read before anything is sent again.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
import typing as t
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit

from ansible_collections.secure_power.nmc.plugins.module_utils._core.licensing_answers import (
    AnswerError,
    BridgeProblem,
    BridgeSubscription,
    HeldActivationId,
    parse_held,
    parse_problem,
    parse_subscription,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import clean
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import State
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, LicensingError
from ansible_collections.secure_power.nmc.plugins.module_utils._secrets import scrub
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.https import FAILURES, BodyError, open_https, whole_body

_LARGEST = 1 << 16
# Waits before the second and the third attempt (s), and the longest that a bridge may ask for.
_PAUSES = (0.5, 2.0)
_LONGEST_PAUSE = 10.0
# Request timeout, too early, too many requests.
_WAIT = (408, 425, 429)
_BUSY = "in_progress"
_LONGEST_TEXT = 300
_ROUNDS = 100_000
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{3,31}")
_TOKEN = re.compile(r"[!-~]+")

_T = t.TypeVar("_T")


@dataclass(frozen=True)
class LicensingEndpoint:
    """Where the bridge is. ``ca_path`` has the authorities that are trusted, None for the system's; ``timeout`` is how long it may
    say nothing (s); ``card`` names the card in messages."""

    url: str
    token: str = field(repr=False)
    ca_path: str | None = None
    timeout: float = 30.0
    card: str = "licensing bridge"


@dataclass(frozen=True)
class LicensedCard:
    """A card as a bridge wants it named; ``product_family`` is a word of `Family`."""

    serial: str
    mac: str | None
    device_serial: str | None
    generation: int
    product_family: str


def read(endpoint: LicensingEndpoint, serial: str) -> BridgeSubscription:
    """The subscription of a card; raises `InputError` and `LicensingError`, as all functions here do."""
    return _Bridge(endpoint).read(serial)


def look_up(endpoint: LicensingEndpoint, activation_id: str) -> HeldActivationId:
    """What an Activation ID is for, and how many of its seats are left."""
    bridge = _Bridge(endpoint, activation_id)
    request = _Request("/v1/activation-id-lookups", {"activation_id": activation_id})
    return bridge.patiently(request, parse_held)


def activate(
    endpoint: LicensingEndpoint, card: LicensedCard, *, activation_id: str, sku: str, override_included: bool = False
) -> BridgeSubscription:
    """Begin a purchased term, once. With ``override_included`` a running included year is given up for it."""
    body = {"card": asdict(card), "activation_id": activation_id, "sku": sku, "override_included": override_included}
    request = _Request("/v1/activations", body, _key("activate", card.serial, activation_id))
    return _Bridge(endpoint, activation_id).change(_Change(request, card.serial, State.SUBSCRIBED, sku))


def activate_included(endpoint: LicensingEndpoint, card: LicensedCard) -> BridgeSubscription:
    """Begin the year that came with the card, once."""
    request = _Request("/v1/included-activations", {"card": asdict(card)}, _key("activate_included", card.serial, ""))
    return _Bridge(endpoint).change(_Change(request, card.serial, State.INCLUDED_ACTIVE))


def renew(endpoint: LicensingEndpoint, card: LicensedCard, *, voucher: str) -> BridgeSubscription:
    """Redeem a voucher for a subscription that still runs, once."""
    request = _Request("/v1/renewals", {"card": asdict(card), "voucher": voucher}, _key("renew", card.serial, voucher))
    return _Bridge(endpoint, voucher).change(_Change(request, card.serial, State.SUBSCRIBED))


@dataclass(frozen=True)
class _Request:
    """What is asked for; without a body it is a GET, and with a key something that changes the subscription."""

    path: str
    body: t.Mapping[str, t.Any] | None = None
    key: str = ""


@dataclass(frozen=True)
class _Change:
    """What a request is to bring the card to: a state, and a SKU where it is known before."""

    request: _Request
    serial: str
    state: State
    sku: str | None = None


class _LostError(Exception):
    """An attempt of which nobody knows whether it did something; ``pause`` is how long the bridge wants us to wait (s)."""

    def __init__(self, error: LicensingError, pause: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.pause = pause


class _Bridge:
    """One conversation; no text that it raises holds the token or the secret of the request."""

    def __init__(self, endpoint: LicensingEndpoint, secret: str | None = None) -> None:
        self._endpoint = endpoint
        self._secrets = (endpoint.token, secret)
        problem = _problem(endpoint)
        if problem is not None:
            raise InputError(Reason.INVALID_OPTION, f"{endpoint.card}: {problem}.")

    def read(self, serial: str) -> BridgeSubscription:
        if not _SERIAL.fullmatch(serial):
            raise InputError(Reason.INVALID_OPTION, f"{self._endpoint.card}: {serial!r} is no serial number of a card.")
        request = _Request(f"/v1/cards/{serial}/subscription")
        return self.patiently(request, lambda content: parse_subscription(content, serial=serial))

    def change(self, wanted: _Change) -> BridgeSubscription:
        """Ask for a change until it is known whether it was made."""
        before = self.read(wanted.serial)
        if before.request_key == wanted.request.key:
            return self._brought(before, wanted)
        for pause in _PAUSES:
            try:
                return self._brought(self._once(wanted.request, lambda content: _made(content, wanted)), wanted)
            except _LostError as lost:
                trouble, wait = lost.error, lost.pause or pause
            time.sleep(wait)
            now = self._read_back(wanted.serial, trouble)
            if now.request_key == wanted.request.key:
                return self._brought(now, wanted)
            if _what_was_done(now) != _what_was_done(before):
                raise _with(trouble, "Meanwhile the subscription was changed by someone else.", Reason.LICENSING_UNCERTAIN)
        if trouble.evidence.get("code") == _BUSY:
            raise _with(trouble, "It is still being worked on.", Reason.LICENSING_UNCERTAIN)
        raise _with(trouble, "So far nothing was changed, says the bridge.", trouble.reason)

    def patiently(self, request: _Request, parse: t.Callable[[bytes], _T], *, attempt: int = 0) -> _T:
        """Ask for something that changes nothing, some times if need be."""
        try:
            return self._once(request, parse)
        except _LostError as lost:
            if attempt == len(_PAUSES):
                raise lost.error from lost.__cause__
            time.sleep(lost.pause or _PAUSES[attempt])
        return self.patiently(request, parse, attempt=attempt + 1)

    def _read_back(self, serial: str, trouble: LicensingError) -> BridgeSubscription:
        try:
            return self.read(serial)
        except LicensingError as error:
            said = error.message.removeprefix(f"{self._endpoint.card}: ")
            raise _with(trouble, f"Whether it was done cannot be read: {said}", Reason.LICENSING_UNCERTAIN) from error

    def _once(self, request: _Request, parse: t.Callable[[bytes], _T]) -> _T:
        """Raises `_LostError`, or `LicensingError` when it is certain that nothing was done."""
        try:
            return parse(self._exchange(request))
        except AnswerError as error:
            raise _LostError(self._error(Reason.LICENSING_UNEXPECTED, f"{self._where(request)}: {error}")) from error
        except BodyError as error:
            raise _LostError(self._error(Reason.LICENSING_UNEXPECTED, f"{self._where(request)} {error}")) from error
        except FAILURES as error:
            said = f"{self._where(request)} cannot be reached, or does not answer in time: {clean(str(error)[:_LONGEST_TEXT])}"
            raise _LostError(self._error(Reason.LICENSING_UNREACHABLE, said)) from error

    def _exchange(self, request: _Request) -> bytes:
        endpoint = self._endpoint
        headers = {"Authorization": f"Bearer {endpoint.token}", "Accept": "application/json, application/problem+json"}
        if request.key:
            headers["Idempotency-Key"] = request.key
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        try:
            with open_https(
                self._where(request),
                timeout=endpoint.timeout,
                ca_path=endpoint.ca_path,
                method="GET" if request.body is None else "POST",
                data=None if request.body is None else json.dumps(request.body).encode(),
                headers=headers,
                # What stands in ~/.netrc would take the token's place.
                use_netrc=False,
            ) as answer:
                content = self._content(answer)
                if answer.status != 200:
                    raise AnswerError(f"the bridge answers {answer.status}, which the contract does not know")
                return content
        except HTTPError as answer:
            with answer:
                raise self._refusal(request, answer) from None

    def _content(self, answer: t.Any) -> bytes:
        return b"".join(whole_body(answer, limit=_LARGEST, timeout=self._endpoint.timeout))

    def _refusal(self, request: _Request, answer: HTTPError) -> Exception:
        """What an answer that is no success means."""
        where, problem = self._where(request), self._problem_in(answer)
        said = f"{where} answers {answer.code}" + (f" {problem.code}" if problem else "")
        said += f": {problem.detail}" if problem and problem.detail else ""
        said += ", a redirect, which is not followed" if answer.code < 400 else ""
        error = self._error(_reason(answer.code, problem), said, {"status": answer.code, "code": problem.code if problem else None})
        is_certain = error.reason is not Reason.LICENSING_UNREACHABLE and answer.code >= 400
        return error if is_certain else _LostError(error, _pause(answer))

    def _problem_in(self, answer: HTTPError) -> BridgeProblem | None:
        try:
            return parse_problem(self._content(answer))
        except (AnswerError, BodyError, *FAILURES):
            return None

    def _brought(self, found: BridgeSubscription, wanted: _Change) -> BridgeSubscription:
        """Our request was carried out, now or long ago; look at what it brought."""
        where = self._where(wanted.request)
        if found.state is State.EXPIRED:
            said = f"{where}: this was asked for and done before, and the subscription ended on {found.expires_on}"
            raise self._error(Reason.EXPIRED_CANNOT_RENEW, said, {"status": 200, "code": "ended"})
        if found.state is not wanted.state or wanted.sku not in (None, found.sku):
            said = f"{where}: this was done, and the subscription is now {found.state.value}, SKU {found.sku}"
            raise self._error(Reason.LICENSING_UNEXPECTED, said)
        return found

    def _where(self, request: _Request) -> str:
        return self._endpoint.url.rstrip("/") + request.path

    def _error(self, reason: Reason, said: str, evidence: t.Mapping[str, t.Any] | None = None) -> LicensingError:
        text = scrub(f"{self._endpoint.card}: {said}", self._secrets)
        return LicensingError(reason, text if text.endswith(".") else f"{text}.", evidence=evidence)


def _made(content: bytes, wanted: _Change) -> BridgeSubscription:
    said = parse_subscription(content, serial=wanted.serial)
    if said.request_key != wanted.request.key:
        raise AnswerError("the answer is about another request")
    return said


def _with(error: LicensingError, sentence: str, reason: Reason) -> LicensingError:
    return LicensingError(reason, f"{error.message} {sentence}", evidence=error.evidence)


def _what_was_done(found: BridgeSubscription) -> tuple[t.Any, ...]:
    """What only a change changes: not the state, which also changes overnight, and not the seats, which other cards take."""
    return (found.source, found.sku, found.activated_on, found.expires_on, found.request_key)


def _key(action: str, serial: str, secret: str) -> str:
    """The same in every run. Slow to compute, because an Activation ID may be easy to guess and this is no secret."""
    salt = json.dumps([action, serial]).encode()
    return hashlib.pbkdf2_hmac("sha256", secret.encode("utf-8", "surrogatepass"), salt, _ROUNDS, dklen=16).hex()


def _reason(status: int, problem: BridgeProblem | None) -> Reason:
    if status in _WAIT or status >= 500 or (problem and problem.code == _BUSY):
        return Reason.LICENSING_UNREACHABLE
    if status in (401, 403):
        return Reason.LICENSING_DENIED
    return Reason.LICENSING_UNEXPECTED if problem is None or status < 400 else problem.reason


def _pause(answer: HTTPError) -> float | None:
    said = answer.headers.get("Retry-After") or ""
    return min(float(said), _LONGEST_PAUSE) if re.fullmatch("[0-9]{1,9}", said) else None


def _problem(endpoint: LicensingEndpoint) -> str | None:
    """What is wrong with the options. Nothing of URL and token is repeated: they may hold a secret."""
    if not _TOKEN.fullmatch(endpoint.token):
        return "licensing_token must be printable characters without blanks"
    if endpoint.ca_path is not None and not Path(endpoint.ca_path).is_file():
        return f"licensing_ca_path is {endpoint.ca_path}, and there is no such file"
    try:
        parts = urlsplit(endpoint.url)
    except ValueError:
        return "licensing_url is no URL that can be understood"
    if parts.scheme != "https" or not parts.hostname:
        return "licensing_url must be an https:// URL"
    if "@" in parts.netloc or parts.query or parts.fragment:
        return "licensing_url must have no credentials, no query and no fragment; the token is licensing_token"
    return None
