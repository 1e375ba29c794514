# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For tests: start an emulator, make images, look into cards.

with start_emulator({"cards": [{"address": "127.1.0.1", "profile": "smart_ups_nmc3"}]}) as emulator:
    emulator.state("127.1.0.1")["versions"]
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import typing as t
from dataclasses import dataclass

import yaml

from emulator.firmware import Image, image_bytes

_START_SECONDS = 90.0
_STOP_SECONDS = 10.0

State = dict[str, t.Any]


class EmulatorError(RuntimeError):
    """The emulator did not start, or refused a request; the text says why."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator and its control port."""

    ssh_port: int
    snmp_port: int
    control_port: int
    pid: int
    known_hosts: pathlib.Path
    https_port: int
    ftp_port: int
    forwards: tuple[int, ...]  # ports of 127.0.0.1, in the order of the fleet's `forwards`

    def state(self, address: str) -> State:
        """Everything about one card, as GET /cards/ADDRESS answers."""
        return t.cast("State", self._request("GET", f"/cards/{address}"))

    def cards(self) -> list[State]:
        """A short state of every card."""
        return t.cast("list[State]", self._request("GET", "/cards"))

    def set_faults(self, address: str, faults: t.Sequence[t.Any]) -> State:
        """Replace a card's faults: ``["refuse"]``, ``[{"drop_after_bytes": 4096, "times": 1}]``, ``[]``."""
        return t.cast("State", self._request("PUT", f"/cards/{address}/faults", list(faults)))

    def patch(self, address: str, **changes: t.Any) -> State:
        """Change what the table of the control port in README.md names: name, serial, password, on_battery, ``..._seconds``."""
        return t.cast("State", self._request("PATCH", f"/cards/{address}", changes))

    def reboot(self, address: str) -> State:
        return t.cast("State", self._request("POST", f"/cards/{address}/reboot"))

    def host_key(self, address: str) -> str:
        """The SHA-256 fingerprint of a card's host key, as OpenSSH writes it."""
        return self._fingerprint("GET", address)

    def replace_host_key(self, address: str) -> str:
        """Give a card a new host key and return its fingerprint; `known_hosts` keeps the old key."""
        return self._fingerprint("POST", address)

    def wait(self, address: str, condition: t.Callable[[State], bool], *, timeout: float = 20.0) -> State:
        """Wait until a card's state fulfils the condition; EmulatorError when it does not in time."""
        deadline = time.monotonic() + timeout
        while not condition(state := self.state(address)):
            if time.monotonic() > deadline:
                raise EmulatorError(f"{address} is still {state['phase']} with {state['versions']} after {timeout} s")
            time.sleep(0.02)
        return state

    def wait_until_up(self, address: str, *, timeout: float = 20.0) -> State:
        return self.wait(address, lambda state: state["phase"] == "up", timeout=timeout)

    def wait_for_reboot(self, address: str, *, after: int, timeout: float = 20.0) -> State:
        """Wait until a card is up and has rebooted more often than `after` times (``state["counters"]["reboots"]``)."""
        return self.wait(address, lambda state: state["counters"]["reboots"] > after and state["phase"] == "up", timeout=timeout)

    def _fingerprint(self, method: str, address: str) -> str:
        answer = t.cast("dict[str, str]", self._request(method, f"/cards/{address}/host-key"))
        return answer["fingerprint"]

    def _request(self, method: str, path: str, body: object = None) -> object:
        connection = http.client.HTTPConnection("127.0.0.1", self.control_port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            answer = json.loads(response.read())
        if response.status != 200:
            raise EmulatorError(answer["error"])
        return answer


@contextlib.contextmanager
def start_emulator(
    fleet: dict[str, t.Any] | pathlib.Path,
    *,
    state_dir: pathlib.Path | None = None,
    known_hosts: bool = True,
    snmp_port: int = 0,
    max_seconds: float = 1800.0,
) -> t.Iterator[Emulator]:
    """Run an emulator in its own process on free ports; `known_hosts=False` for large fleets."""
    with tempfile.TemporaryDirectory(prefix="emulator-test-") as scratch:
        folder = pathlib.Path(scratch)
        fleet_file = fleet if isinstance(fleet, pathlib.Path) else folder / "fleet.yml"
        if not isinstance(fleet, pathlib.Path):
            fleet_file.write_text(yaml.safe_dump(fleet), encoding="utf-8")
        hosts = folder / "known_hosts"
        command = [sys.executable, "-m", "emulator", "--fleet", str(fleet_file)]
        command += ["--ready-file", str(folder / "ready.json"), "--state-dir", str(state_dir or folder / "state")]
        command += ["--snmp-port", str(snmp_port), "--max-seconds", str(max_seconds)]
        command += ["--known-hosts", str(hosts)] if known_hosts else []
        with (folder / "output").open("wb") as output, _process(command, output) as process:
            ports = _wait_for_ready(process, folder)
            yield Emulator(
                ssh_port=ports["ssh"],
                snmp_port=ports["snmp"],
                control_port=ports["control"],
                pid=process.pid,
                known_hosts=hosts,
                https_port=ports["https"],
                ftp_port=ports["ftp"],
                forwards=tuple(ports["forwards"]),
            )


def make_image(
    path: pathlib.Path,
    *,
    hardware_token: str,
    component: str = "application",
    application: str | None = None,
    version: str,
    aos_version: str | None = None,
    boot_monitor_version: str | None = None,
    size: int = 200_000,
) -> pathlib.Path:
    """Write an emulator image; `component` is aos, application or boot_monitor."""
    image = Image(hardware_token, component, application, version, aos_version, boot_monitor_version)
    path.write_bytes(image_bytes(image, size=size))
    return path


@contextlib.contextmanager
def _process(command: list[str], output: t.IO[bytes]) -> t.Iterator[subprocess.Popen[bytes]]:
    tests = str(pathlib.Path(__file__).resolve().parents[1])
    environment = {**os.environ, "PYTHONPATH": tests}
    process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
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
            raise EmulatorError(f"the emulator did not start: {output.strip() or 'no output'}")
        time.sleep(0.02)
    return t.cast("dict[str, t.Any]", json.loads(ready.read_text(encoding="utf-8")))
