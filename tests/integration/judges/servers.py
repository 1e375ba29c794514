# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Foreign servers that judge the transports: each a process of its own on a free port of the loopback."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
import typing as t

if t.TYPE_CHECKING:
    import pathlib

_START_SECONDS = 20.0


def program(name: str) -> str:
    """The path of a server, which Debian installs where only root looks."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, f"{name} is not installed"
    return found


def free_port(host: str, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(
    command: t.Sequence[str], *, is_up: t.Callable[[], bool], output: pathlib.Path, environment: t.Mapping[str, str] | None = None
) -> t.Iterator[None]:
    """Run a server in the foreground from when it answers until the end of the block."""
    with output.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})})
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not is_up():
            said = output.read_text(encoding="utf-8", errors="replace")
            assert process.poll() is None, f"{command[0]} ended: {said}"
            assert time.monotonic() < deadline, f"{command[0]} does not answer: {said}"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(10)


def accepts(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False
