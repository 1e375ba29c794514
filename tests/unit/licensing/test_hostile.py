# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client and a bridge, or somebody in its place, that means no good."""

from __future__ import annotations

import contextlib
import functools
import time
import traceback
import typing as t
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.images.https_server import make_certificates, serving
from unit.licensing.cases import SKU, Case

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import LicensingError, NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.licensing import LicensingEndpoint, activate, look_up, read, renew
from licensing.testing import start_licensing

if t.TYPE_CHECKING:
    import pathlib
    import socket


def failure(work: t.Callable[[], object]) -> NmcError:
    with pytest.raises(NmcError) as caught:
        work()
    return caught.value


def fails(work: t.Callable[[], object], reason: Reason) -> str:
    error = failure(work)
    assert error.reason is reason
    return error.message


# --- secrets -----------------------------------------------------------------------------------------------------------


def test_no_text_of_an_error_holds_a_secret_that_the_bridge_sends_back(case: Case) -> None:
    secrets = (case.service.token, case.activation_id, case.voucher)
    detail = f"token {secrets[0]}, Activation ID {secrets[1]!r}, voucher {secrets[2]}"
    for status in (200, 302, 401, 409, 500):
        body = {"type": "about:blank", "title": detail, "status": status, "code": "seats_exhausted", "detail": detail, "serial": detail}
        fault = {"answer": "said", "status": status, "body": body, "headers": {"Location": f"https://x/{secrets[0]}", "Retry-After": "0"}}
        case.service.set_faults(*({**fault, "operation": name} for name in ("activate", "renew", "look_up")))
        for work, secret in (
            (case.activate, case.activation_id),
            (lambda: look_up(case.endpoint, case.activation_id), case.activation_id),
            (lambda: renew(case.endpoint, case.renewable_card, voucher=case.voucher), case.voucher),
        ):
            error = failure(t.cast("t.Callable[[], object]", work))
            shown = "".join(traceback.format_exception(error)) + repr(error) + repr(error.evidence)
            assert case.service.token not in shown, status
            assert secret not in shown, status


def test_an_endpoint_shows_no_token(case: Case) -> None:
    assert case.service.token not in repr(case.endpoint)


def test_a_netrc_does_not_take_the_place_of_the_token(case: Case, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ops password sesame\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    read(case.endpoint, case.serial)
    assert case.service.requests()[-1]["headers"]["authorization"] == f"Bearer {case.service.token}"


def test_a_key_says_nothing_of_an_activation_id_and_differs_with_everything_that_it_is_for(case: Case) -> None:
    other = replace(case.card, serial=f"{case.serial}-2")
    for card in (case.card, other):
        for secret in ("NO-SUCH-ID-1", "NO-SUCH-ID-2"):
            failure(functools.partial(activate, case.endpoint, card, activation_id=secret, sku=SKU))
            failure(functools.partial(renew, case.endpoint, card, voucher=secret))
    asked = [request for request in case.service.requests() if case.serial in request["body"]]
    keys = {request["headers"]["idempotency-key"] for request in asked}
    assert (len(asked), len(keys)) == (8, 8)
    assert all(len(key) == 32 for key in keys)


# --- whom is trusted ---------------------------------------------------------------------------------------------------


def test_an_authority_that_is_not_trusted_gets_no_request(case: Case) -> None:
    before = len(case.service.requests())
    said = fails(lambda: read(replace(case.endpoint, ca_path=None), case.serial), Reason.LICENSING_UNREACHABLE)
    assert "CERTIFICATE_VERIFY_FAILED" in said
    assert len(case.service.requests()) == before


def test_a_bridge_that_speaks_no_tls_gets_no_request(case: Case) -> None:
    with start_licensing(tls=False) as plain:
        endpoint = replace(case.endpoint, url=plain.url.replace("http:", "https:"))
        fails(lambda: read(endpoint, case.serial), Reason.LICENSING_UNREACHABLE)
        assert plain.requests() == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_redirects_are_not_followed(
    case: Case, tcp_server: t.Callable[[t.Callable[[socket.socket], None]], int], status: int, scheme: str
) -> None:
    came: list[bool] = []
    port = tcp_server(lambda _connection: came.append(True))
    location = f"{scheme}://127.0.0.1:{port}/v1/cards/{case.serial}/subscription"
    case.service.set_faults({"answer": "said", "status": status, "headers": {"Location": location}})
    assert "a redirect, which is not followed" in fails(lambda: read(case.endpoint, case.serial), Reason.LICENSING_UNEXPECTED)
    assert came == []


def test_the_proxy_of_the_environment_is_used(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    fails(lambda: read(case.endpoint, case.serial), Reason.LICENSING_UNREACHABLE)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    read(case.endpoint, case.serial)


# --- what is asked for -------------------------------------------------------------------------------------------------

_WRONG: list[tuple[dict[str, t.Any], str]] = [
    ({"url": "http://127.0.0.1/x"}, "must be an https:// URL"),
    ({"url": "licensing.example.com"}, "must be an https:// URL"),
    ({"url": "https://"}, "must be an https:// URL"),
    ({"url": "https://[::1/x"}, "no URL that can be understood"),
    ({"url": "https://ops:sesame@127.0.0.1/"}, "no credentials"),
    ({"url": "https://127.0.0.1/?sesame=1"}, "no query"),
    ({"url": "https://127.0.0.1/#sesame"}, "no fragment"),
    ({"token": ""}, "licensing_token"),
    ({"token": "sesame\nX-Header: 1"}, "licensing_token"),
    ({"token": "sésame"}, "licensing_token"),
    ({"ca_path": "/nowhere/ca.pem"}, "licensing_ca_path is /nowhere/ca.pem, and there is no such file"),
]


@pytest.mark.parametrize(("options", "said"), _WRONG, ids=[str(options) for options, _said in _WRONG])
def test_options_that_cannot_be_are_said_without_repeating_them(case: Case, options: dict[str, t.Any], said: str) -> None:
    before = len(case.service.requests())
    message = fails(lambda: read(replace(case.endpoint, **options), case.serial), Reason.INVALID_OPTION)
    assert said in message
    assert "same" not in message.replace("sesame_", "")
    assert len(case.service.requests()) == before


@pytest.mark.parametrize("serial", ["", "../../x", "5A12?x=1", "5A12/x", "5A12%2f", "5A\n12", "x" * 33])
def test_what_is_no_serial_is_in_no_address(case: Case, serial: str) -> None:
    before = len(case.service.requests())
    fails(lambda: read(case.endpoint, serial), Reason.INVALID_OPTION)
    card = replace(case.card, serial=serial)
    fails(lambda: activate(case.endpoint, card, activation_id=case.activation_id, sku=SKU), Reason.INVALID_OPTION)
    assert len(case.service.requests()) == before


@pytest.mark.parametrize("url", ["https://127.0.0.1:1", "https://127.0.0.1:99999", "https://no.such.host.invalid", "https://127.0.0.1/a b"])
def test_a_bridge_that_is_not_there_is_one_clear_error(case: Case, url: str) -> None:
    assert url in fails(lambda: read(LicensingEndpoint(url, "token-0001", None, 2.0, "ups1"), case.serial), Reason.LICENSING_UNREACHABLE)


# --- what is answered --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "said"),
    [("silence", "timed out"), ("trickle", "comes slower"), ("huge", "larger than 64 kB"), ("cut_off", "broke off after")],
)
def test_an_answer_that_does_not_come_is_not_waited_for_without_end(case: Case, answer: str, said: str) -> None:
    case.service.set_faults({"answer": answer})
    started = time.monotonic()
    error = failure(lambda: read(replace(case.endpoint, timeout=0.3), case.serial))
    assert said in error.message
    assert error.reason in (Reason.LICENSING_UNREACHABLE, Reason.LICENSING_UNEXPECTED)
    assert time.monotonic() - started < 10


_BODIES = st.sampled_from(["", "{}", "[]", "null", "<html>", "\x00", '{"serial": 1}', '{"code": "x"}', '{"code": 5}']) | st.text(
    max_size=50
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(200, 599), _BODIES, st.sampled_from([{}, {"Retry-After": "x"}, {"Retry-After": "-1"}, {"Content-Encoding": "gzip"}]))
def test_whatever_is_answered_to_a_change_it_is_a_named_error_and_nothing_was_done(
    case: Case, status: int, body: str, headers: dict[str, str]
) -> None:
    case.service.set_faults({"answer": "said", "status": status, "body": body, "headers": headers, "operation": "activate"})
    error = failure(case.activate)
    assert isinstance(error, LicensingError)
    assert error.message.startswith("ups1: https://")
    assert len(error.message) < 1000
    assert error.message.isprintable()
    assert case.changes() == []


_NO_HTTP = [
    b"",
    b"SSH-2.0-cryptlib\r\n",
    b"HTTP/1.1 \x1b[2J" + b"x" * 60_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    bytes(5000),
]


@pytest.mark.parametrize("reply", _NO_HTTP, ids=range(len(_NO_HTTP)))
def test_what_is_no_http_is_one_clear_error_of_bounded_length(case: Case, tmp_path: pathlib.Path, reply: bytes) -> None:
    with serving(tmp_path, make_certificates(tmp_path)) as server:
        server.manners["/subscription"] = lambda request, _content: t.cast("None", request.wfile.write(reply))
        endpoint = replace(case.endpoint, url=f"https://127.0.0.1:{server.port}", ca_path=server.ca_path)
        said = fails(lambda: read(endpoint, case.serial), Reason.LICENSING_UNREACHABLE)
    assert len(server.requests) == 3
    assert said.isprintable()
    assert len(said) < 500


@pytest.mark.parametrize("reply", [b"", b"\r\n\r\n", b"SSH-2.0-cryptlib\r\n", bytes(5000)])
def test_what_is_no_tls_at_all_is_one_clear_error(
    case: Case, tcp_server: t.Callable[[t.Callable[[socket.socket], None]], int], reply: bytes
) -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(reply)
        connection.settimeout(2)
        with contextlib.suppress(OSError):
            connection.recv(1000)

    endpoint = replace(case.endpoint, url=f"https://127.0.0.1:{tcp_server(answer)}", timeout=1.0)
    fails(lambda: read(endpoint, case.serial), Reason.LICENSING_UNREACHABLE)
