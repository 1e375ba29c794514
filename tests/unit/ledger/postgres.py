# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A PostgreSQL server of the tests' own: on loopback, in its own directory, ended with the tests and in any case after a while."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

PASSWORD = "Tr0ub4dor&3/correct"
_QUOTED_PASSWORD = "Tr0ub4dor%263%2Fcorrect"
_MAX_SECONDS = 1500
_START_SECONDS = 60
_STOP_SECONDS = 30


@dataclass(frozen=True)
class Postgres:
    port: int
    log: Path
    _numbers: t.Iterator[int] = field(default_factory=itertools.count, repr=False)

    def connect(self) -> psycopg.Connection[t.Any]:
        return psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", password=PASSWORD, dbname="postgres", autocommit=True)

    def new_schema(self) -> str:
        """Make an empty schema, which is quicker than a database, and return its name."""
        name = f"ledger{next(self._numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return name

    def url(self, schema: str, *, user: str = "postgres", password: str = _QUOTED_PASSWORD, database: str = "postgres") -> str:
        return f"postgresql+psycopg://{user}:{password}@127.0.0.1:{self.port}/{database}?options=-csearch_path%3D{schema}"

    def dump(self, url: str) -> str:
        """Everything in the database, as pg_dump writes it."""
        command = [binary("pg_dump"), url.replace("+psycopg", "")]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def binary(name: str) -> str:
    """A program of PostgreSQL; Debian keeps the server's outside of PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = str(places[-1]) if places else shutil.which(name)
    assert found, f"{name} is missing: the tests of the ledger need PostgreSQL's server (on Debian the package postgresql)"
    return found


@contextlib.contextmanager
def running_postgres() -> t.Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="ledger-postgres-") as scratch:
        folder, account = Path(scratch), _account()
        if account:
            shutil.chown(folder, account, pwd.getpwnam(account).pw_gid)
        _make_cluster(folder, account)
        port = _free_port()
        with (folder / "log").open("wb") as log, _server(folder, port, log, account) as process:
            postgres = Postgres(port, folder / "log")
            _wait_until_ready(postgres, process)
            yield postgres


def _account() -> str | None:
    """The server refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None


def _make_cluster(folder: Path, account: str | None) -> None:
    secret = folder / "password"
    secret.write_text(PASSWORD)
    command = [binary("initdb"), "--pgdata", str(folder / "data"), "--auth=scram-sha-256", "--username=postgres", "--no-sync"]
    command += [f"--pwfile={secret}", "--encoding=UTF8", "--locale=C"]
    ran = subprocess.run(command, **_as(account), cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr


@contextlib.contextmanager
def _server(folder: Path, port: int, log: t.IO[bytes], account: str | None) -> t.Iterator[subprocess.Popen[bytes]]:
    options = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "fsync": "off"}
    command = ["timeout", "--signal=INT", str(_MAX_SECONDS), binary("postgres"), "-D", str(folder / "data")]
    command += [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
    process = subprocess.Popen(command, **_as(account), cwd=folder, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: nothing in it is needed any more
        process.wait(_STOP_SECONDS)


def _as(account: str | None) -> dict[str, t.Any]:
    return {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []} if account else {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(postgres: Postgres, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            postgres.connect().close()
        except psycopg.OperationalError:
            assert process.poll() is None, postgres.log.read_text()
            assert time.monotonic() < deadline, postgres.log.read_text()
            time.sleep(0.05)
        else:
            return
