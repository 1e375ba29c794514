# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests over verified TLS to servers that may have bad manners: no redirects, whole bodies, of bounded size and time."""

from __future__ import annotations

import http.client
import netrc
import time
import typing as t
from urllib.error import URLError

from ansible.module_utils.urls import ConnectionError as UrlConnectionError
from ansible.module_utils.urls import open_url

FAILURES = (URLError, UrlConnectionError, http.client.HTTPException, netrc.NetrcParseError, OSError, ValueError)

# Bytes in a second, on average after the first wait. A server that gives less would never be done.
_SLOWEST = 10_000
_CHUNK = 1 << 16
_MB = 1 << 20


class BodyError(Exception):
    """What is wrong with a body."""


def open_https(url: str, *, timeout: float, ca_path: str | None, **options: t.Any) -> t.Any:
    """What the server answers, to be closed; raises `FAILURES`.

    Redirects are not followed: the server that was named is the one that is trusted. ``timeout`` is how long it may say nothing (s).
    """
    return open_url(url, timeout=timeout, ca_path=ca_path, validate_certs=True, follow_redirects="none", decompress=False, **options)


def whole_body(answer: t.Any, *, limit: int, timeout: float) -> t.Iterator[bytes]:
    """The body in pieces; raises `FAILURES`, and `BodyError` unless it comes whole, in time and in ``limit`` bytes.

    `http.client` takes a body that ends too early for a whole one, so its length is compared here.
    """
    started, received, expected = time.monotonic(), 0, answer.length
    if expected is None and not answer.chunked:
        raise BodyError("cannot be fetched: the server does not say its length")
    for chunk in iter(lambda: answer.read1(_CHUNK), b""):
        received += len(chunk)
        if received > limit:
            raise BodyError(f"is larger than {f'{limit // _MB} MB' if limit >= _MB else f'{limit >> 10} kB'}")
        if time.monotonic() - started > timeout + received / _SLOWEST:
            raise BodyError(f"comes slower than {_SLOWEST // 1000} kB/s; {received} bytes were received")
        yield chunk
    if expected not in (None, received):
        raise BodyError(f"broke off after {received} of {expected} bytes")
