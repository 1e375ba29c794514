# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenSSH for comparison: its server on a loopback port, and its `scp -O`."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import socket
import subprocess
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from bench.figures import BenchError, MissingError

_START_SECONDS = _STOP_SECONDS = 10.0
_COPY_SECONDS = 120.0
_USER = "bench"
# Lets a process see accounts of our own, so that the server needs none of the machine's.
_ACCOUNTS = "libnss_wrapper.so"
_SYSTEM_FOLDERS = "/usr/sbin:/sbin:/usr/local/sbin"


@dataclass(frozen=True)
class Account:
    """Where files are sent to."""

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    known_hosts: Path


def copy(account: Account, source: Path, name: str) -> None:
    """Send a file with OpenSSH's scp, by the old protocol that cards speak, with OpenSSH's own choice of algorithms."""
    command = ["sshpass", "-e", "scp", "-q", "-O", "-F", "none", "-P", str(account.port)]
    command += ["-o", f"UserKnownHostsFile={account.known_hosts}", "-o", "StrictHostKeyChecking=yes"]
    command += [str(source), f"{account.username}@{account.host}:{name}"]
    environment = {**os.environ, "SSHPASS": account.password}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_COPY_SECONDS, check=False)
    if done.returncode:
        raise BenchError(f"scp -O of {source.name} failed: {done.stderr.strip()[-500:]}")


def client_version() -> str:
    return subprocess.run(["ssh", "-V"], capture_output=True, text=True, check=True).stderr.strip().partition(",")[0]


@contextlib.contextmanager
def server(folder: Path) -> t.Iterator[Account]:
    """Run sshd with a configuration, a port, a host key and one account of its own; what is sent lands in `folder`."""
    sshd = _find_server()
    account = Account("127.0.0.1", _free_port(), _USER, secrets.token_urlsafe(16), folder / "known_hosts")
    _write_host_key(folder, account)
    _write_accounts(folder, account.password)
    _write_configuration(folder, account.port)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sshd, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log, env=_environment(folder))
        try:
            _wait_until_it_listens(process, account, folder / "log")
            yield account
        finally:
            process.terminate()
            process.wait(_STOP_SECONDS)


def _find_server() -> str:
    sshd = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:{_SYSTEM_FOLDERS}")
    if sshd is None:
        raise MissingError("OpenSSH's server is not installed (Debian package openssh-server)")
    try:
        ctypes.CDLL(_ACCOUNTS)
    except OSError as error:
        raise MissingError(f"{_ACCOUNTS} is not installed (Debian package libnss-wrapper)") from error
    return sshd


def _environment(folder: Path) -> dict[str, str]:
    files = {"NSS_WRAPPER_PASSWD": "passwd", "NSS_WRAPPER_GROUP": "group", "NSS_WRAPPER_SHADOW": "shadow"}
    return {**os.environ, "LD_PRELOAD": _ACCOUNTS, **{name: str(folder / file) for name, file in files.items()}}


def _write_host_key(folder: Path, account: Account) -> None:
    key = folder / "host_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    public = " ".join(key.with_suffix(".pub").read_text(encoding="ascii").split()[:2])
    account.known_hosts.write_text(f"[{account.host}]:{account.port} {public}\n", encoding="ascii")


def _write_accounts(folder: Path, password: str) -> None:
    user, group = os.getuid(), os.getgid()
    accounts = f"{_USER}:x:{user}:{group}::{folder}:/bin/sh\nsshd:x:65534:65534::/:/bin/false\n"
    (folder / "passwd").write_text(accounts, encoding="ascii")
    (folder / "group").write_text(f"{_USER}:x:{group}:\nnogroup:x:65534:\n", encoding="ascii")
    (folder / "shadow").write_text(f"{_USER}:{_hash(password)}:20000:0:99999:7:::\n", encoding="ascii")


def _hash(password: str) -> str:
    """As the server's own library does it."""
    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    hashed: bytes = crypt(password.encode("ascii"), f"$6${secrets.token_hex(8)}$".encode("ascii"))
    return hashed.decode("ascii")


def _write_configuration(folder: Path, port: int) -> None:
    settings = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": folder / "host_key",
        "PidFile": "none",
        "AllowUsers": _USER,
        "UsePAM": "no",
        "PasswordAuthentication": "yes",
        "PermitRootLogin": "yes",
        "StrictModes": "no",
    }
    lines = "".join(f"{name} {value}\n" for name, value in settings.items())
    (folder / "sshd_config").write_text(lines, encoding="utf-8")
    if os.getuid() == 0:
        # What the system's own service would make.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _wait_until_it_listens(process: subprocess.Popen[bytes], account: Account, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection((account.host, account.port), timeout=1):
            return
        time.sleep(0.02)
    raise BenchError(f"sshd did not start: {log.read_text(encoding='utf-8', errors='replace').strip()[-500:]}")
