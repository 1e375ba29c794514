# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For tests: start a licensing service, look into it, make it fail.

with start_licensing() as licensing:
    licensing.set_faults({"answer": "silence", "done": True, "operation": "activate", "times": 1})
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import time
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

import yaml

from licensing.stock import EXAMPLE

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


class LicensingError(RuntimeError):
    """The service did not start, or refused a request; the text says why."""


@dataclass(frozen=True)
class Licensing:
    """A running service; ``ca_path`` is None without TLS."""

    url: str
    ca_path: str | None
    token: str
    pid: int

    def state(self) -> dict[str, t.Any]:
        """Date, Activation IDs with their seats, vouchers, subscriptions, and every change that was carried out."""
        return t.cast("dict[str, t.Any]", self._control("GET", "state"))

    def requests(self) -> list[dict[str, t.Any]]:
        """Every request of the contract as it came: method, path, headers, body."""
        return t.cast("list[dict[str, t.Any]]", self._control("GET", "requests"))

    def set_today(self, day: str) -> None:
        self._control("PUT", "today", day)

    def set_faults(self, *faults: dict[str, t.Any]) -> None:
        """Replace the faults; `faults.Fault` has their keys."""
        self._control("PUT", "faults", list(faults))

    def forget_keys(self) -> None:
        """Lose the memory of idempotency keys, as a badly made bridge does when it restarts."""
        self._control("DELETE", "keys")

    def _control(self, method: str, name: str, body: object = None) -> object:
        with contextlib.closing(self._connection()) as connection:
            connection.request(method, f"/control/{name}", None if body is None else json.dumps(body))
            response = connection.getresponse()
            answer = response.read()
        if response.status != 200:
            raise LicensingError(f"{response.status} {answer.decode(errors='replace')}")
        return json.loads(answer)

    def _connection(self) -> http.client.HTTPConnection:
        address = urlsplit(self.url).netloc
        if self.ca_path is None:
            return http.client.HTTPConnection(address, timeout=30)
        return http.client.HTTPSConnection(address, timeout=30, context=ssl.create_default_context(cafile=self.ca_path))


@contextlib.contextmanager
def start_licensing(stock: t.Mapping[str, t.Any] | None = None, *, tls: bool = True, max_seconds: float = 1800.0) -> t.Iterator[Licensing]:
    """Run a service in its own process on a free port; without a stock it knows what the contract's examples are about."""
    known = EXAMPLE if stock is None else stock
    with tempfile.TemporaryDirectory(prefix="licensing-test-") as scratch:
        folder = pathlib.Path(scratch)
        (folder / "stock.yml").write_text(yaml.safe_dump(dict(known)), encoding="utf-8")
        command = [sys.executable, "-m", "licensing", "--stock", str(folder / "stock.yml"), "--state-dir", scratch]
        command += ["--ready-file", str(folder / "ready.json"), "--max-seconds", str(max_seconds)]
        command += [] if tls else ["--plain"]
        with (folder / "output").open("wb") as output, _process(command, output) as process:
            ready = _wait_for_ready(process, folder)
            yield Licensing(ready["url"], ready["ca_path"], str(known["tokens"][0]), process.pid)


@contextlib.contextmanager
def _process(command: list[str], output: t.IO[bytes]) -> t.Iterator[subprocess.Popen[bytes]]:
    tests = str(pathlib.Path(__file__).resolve().parents[1])
    process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, "PYTHONPATH": tests})
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_ready(process: subprocess.Popen[bytes], folder: pathlib.Path) -> dict[str, t.Any]:
    ready, deadline = folder / "ready.json", time.monotonic() + _START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            output = (folder / "output").read_text(encoding="utf-8", errors="replace")
            raise LicensingError(f"the service did not start: {output.strip() or 'no output'}")
        time.sleep(0.02)
    return t.cast("dict[str, t.Any]", json.loads(ready.read_text(encoding="utf-8")))
