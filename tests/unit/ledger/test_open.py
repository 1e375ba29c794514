# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a ledger is, how it comes into being, and what is refused."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import typing as t

import pytest
from sqlalchemy import inspect
from unit.ledger.kept import CARD, database_of, ledger_of, undertaking

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, LedgerError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import open_ledger
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.location import locate
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.migrations import STEPS, is_made, prepare
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.schema import tables

if t.TYPE_CHECKING:
    import pathlib

    from unit.ledger.postgres import Postgres

    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.database import Transaction


NEWEST = 1 + len(STEPS)


def mode(path: pathlib.Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def add_colour(transaction: Transaction) -> None:
    transaction.connection.exec_driver_sql("ALTER TABLE holds ADD COLUMN colour TEXT")


def refused(url: str | None) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        ledger_of(url or "")
    assert caught.value.message.startswith("ups1: the ledger at ")
    return caught.value


# where it is


def test_without_a_url_it_is_a_file_below_the_users_data_that_nobody_else_may_read(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    before = os.umask(0)
    try:
        open_ledger(None, client=None, card="ups1").attempts.begin(CARD, undertaking())
    finally:
        os.umask(before)
    file = tmp_path / "secure_power.nmc" / "ledger.sqlite"
    assert (mode(file), mode(file.parent)) == (0o600, 0o700)
    assert {mode(path) for path in file.parent.iterdir()} == {0o600}


def test_without_the_variable_it_is_below_the_home_directory(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert locate(None, card="ups1").file == tmp_path / ".local" / "share" / "secure_power.nmc" / "ledger.sqlite"
    assert locate("sqlite:///~/kept.sqlite", card="ups1").file == tmp_path / "kept.sqlite"


def test_without_a_home_directory_a_path_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    with pytest.raises(InputError) as caught:
        locate("sqlite:///~nobody-of-this-name/kept.sqlite", card="ups1")
    assert caught.value.reason is Reason.INVALID_OPTION
    assert "set ledger_url to an absolute path" in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ledger.sqlite",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://host/path",
        "sqlite:////tmp/x?mode=ro",
        "postgresql://user:s3cretword@host/db",
        "mysql://user:s3cretword@host/db",
        "postgresql+psycopg://user:s3cretword@host:port/db",
        "s3cretword",
    ],
)
def test_a_url_of_something_else_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(InputError) as caught:
        ledger_of(url)
    assert caught.value.reason is Reason.INVALID_OPTION
    assert "sqlite:///PATH or postgresql+psycopg://" in caught.value.message
    assert "s3cretword" not in caught.value.message
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(("library", "url"), [("sqlalchemy", "sqlite:////tmp/x"), ("psycopg", "postgresql+psycopg://localhost/x")])
def test_a_library_that_is_missing_is_named(library: str, url: str) -> None:
    code = (
        f"import sys\nsys.modules[{library!r}] = None\n"
        "from unit.ledger.kept import ledger_of\n"
        "from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError\n"
        f"try:\n    ledger_of({url!r})\nexcept InputError as error:\n    print(error.reason.value, error.message)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert ran.stderr == ""
    assert ran.stdout.startswith("missing_library ups1: ")
    assert library in ran.stdout.lower()


# how it comes into being


def test_it_is_made_once_and_keeps_its_key(url: str) -> None:
    first, second = ledger_of(url), ledger_of(url)
    assert first.fingerprints == second.fingerprints
    assert len(first.fingerprints.key) == 64


def test_two_ledgers_have_different_keys(tmp_path: pathlib.Path) -> None:
    assert ledger_of(f"sqlite:///{tmp_path}/one").fingerprints != ledger_of(f"sqlite:///{tmp_path}/two").fingerprints


def test_an_older_schema_is_migrated_and_keeps_its_key(url: str) -> None:
    key = ledger_of(url).fingerprints.key
    header = prepare(database_of(url), steps=(*STEPS, add_colour))
    assert (header.version, header.key) == (NEWEST + 1, key)
    assert prepare(database_of(url), steps=(*STEPS, add_colour)) == header
    with database_of(url).read() as transaction:
        transaction.connection.exec_driver_sql("SELECT colour FROM holds")


def test_a_ledger_of_the_first_version_is_brought_to_the_schema_of_a_new_one(url: str) -> None:
    ledger_of(url)
    with database_of(url).write("schema") as transaction:
        for statement in ("DROP INDEX attempts_by_host", "ALTER TABLE attempts DROP COLUMN host", "UPDATE nmc_ledger SET version = 1"):
            transaction.connection.exec_driver_sql(statement)
    attempts = ledger_of(url).attempts
    begun = attempts.begin(CARD, undertaking(host="ups1"))
    assert attempts.open_at("ups1") == begun
    with database_of(url).read() as transaction:
        found = inspect(transaction.connection).get_indexes("attempts")
    assert {index["name"]: index["column_names"] for index in found} == {
        index.name: [column.name for column in index.columns] for index in tables().attempts.indexes
    }


def test_a_new_ledger_is_of_the_newest_schema_at_once(url: str) -> None:
    def never(_transaction: Transaction) -> None:
        raise AssertionError

    assert prepare(database_of(url), steps=(never, never)).version == 3


def test_a_migration_that_fails_leaves_everything_as_it_was(url: str) -> None:
    header = prepare(database_of(url))

    def break_off(transaction: Transaction) -> None:
        add_colour(transaction)
        transaction.connection.exec_driver_sql("SELECT nonsense")

    with pytest.raises(LedgerError):
        prepare(database_of(url), steps=(*STEPS, break_off))
    assert prepare(database_of(url)) == header
    assert prepare(database_of(url), steps=(*STEPS, add_colour)).version == NEWEST + 1


# what is refused


def test_a_newer_schema_is_refused_and_left_alone(url: str) -> None:
    prepare(database_of(url), steps=(*STEPS, add_colour))
    error = refused(url)
    assert error.reason is Reason.LEDGER_UNREADABLE
    assert f"its schema has version {NEWEST + 1}, and this collection knows {NEWEST}" in error.message
    assert prepare(database_of(url), steps=(*STEPS, add_colour)).version == NEWEST + 1


def test_the_database_of_something_else_is_refused_and_left_alone(url: str) -> None:
    with database_of(url).write("anything") as transaction:
        transaction.connection.exec_driver_sql("CREATE TABLE invoices (number INTEGER)")
    error = refused(url)
    assert error.reason is Reason.LEDGER_UNREADABLE
    assert "it holds the tables of something else (invoices)" in error.message
    with pytest.raises(LedgerError), database_of(url).read() as transaction:
        transaction.execute(tables().header.select())


@pytest.mark.parametrize("content", [b"---\nnot: a database\n" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: pathlib.Path, content: bytes) -> None:
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(content)
    error = refused(f"sqlite:///{file}")
    assert error.reason is Reason.LEDGER_UNREADABLE
    assert str(file) in error.message
    assert file.read_bytes() == content


def test_a_ledger_cut_short_is_refused(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "ledger.sqlite"
    ledger_of(f"sqlite:///{file}")
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    file.write_bytes(file.read_bytes()[:5000])
    refused(f"sqlite:///{file}")


@pytest.mark.parametrize("place", ["", "/missing/of/a/file"])
def test_a_path_that_cannot_be_a_file_is_refused(tmp_path: pathlib.Path, place: str) -> None:
    (tmp_path / "missing").touch()
    assert refused(f"sqlite:///{tmp_path}{place}").reason in (Reason.LEDGER_UNREADABLE, Reason.LEDGER_UNWRITABLE)


def test_what_a_library_says_is_scrubbed_of_the_password() -> None:
    location = locate("postgresql+psycopg://nmc:s3cretword@host/ledger?sslpassword=s3cretkey1", card="ups1")
    error = location.unreadable("cannot connect with s3cretword,\n\tand s3cretkey1 is wrong too!")
    assert error.message == (
        "ups1: the ledger at host, database ledger cannot be used: cannot connect with ********, and ******** is wrong too."
    )


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    error = refused("postgresql+psycopg://nmc:s3cretword@127.0.0.1:1/ledger")
    assert error.reason is Reason.LEDGER_UNREADABLE
    assert "127.0.0.1, database ledger" in error.message
    assert "s3cretword" not in error.message


@pytest.mark.parametrize("part", ["user", "password", "database"])
def test_a_server_that_lets_nobody_in_is_named_without_the_password(postgres: Postgres, part: str) -> None:
    wrong = {"user": "nobody", "password": "s3cretword", "database": "nothing"}
    error = refused(postgres.url("public", **{part: wrong[part]}))
    assert error.reason is Reason.LEDGER_UNREADABLE
    assert "s3cretword" not in error.message
    assert "Tr0ub4dor" not in error.message


def test_a_password_is_in_no_text_of_ours(postgres: Postgres) -> None:
    url = postgres.url(postgres.new_schema())
    ledger = ledger_of(url)
    shown = repr(ledger) + repr(database_of(url).location) + str(database_of(url).location)
    assert "Tr0ub4dor" not in shown
    assert ledger.fingerprints.key not in shown


# what cannot be written

_LIMITED = """
import resource, signal, sys
from unit.ledger.kept import CARD, ledger_of, undertaking
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import LedgerError
try:
    ledger = ledger_of(sys.argv[1])
    if "full" in sys.argv:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
    print("history", len(ledger.attempts.of(CARD)))
    for number in range(1000):
        ledger.attempts.begin(CARD, undertaking(sha256=str(number)))
        print("begun", number)
except LedgerError as error:
    print(error.reason.value, error.message)
"""


def without_power_over_permissions(*arguments: str) -> list[str]:
    """A command under which even root minds the permissions of files."""
    command = [sys.executable, "-c", _LIMITED, *arguments]
    powers = "-dac_override,-dac_read_search"
    return ["setpriv", f"--inh-caps={powers}", f"--bounding-set={powers}", *command] if os.geteuid() == 0 else command


def run_limited(*arguments: str) -> str:
    command = without_power_over_permissions(*arguments)
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_read_only_file_is_read_and_refuses_an_attempt(sqlite_url: str, tmp_path: pathlib.Path) -> None:
    ledger_of(sqlite_url).attempts.begin(CARD, undertaking())
    (tmp_path / "ledger.sqlite").chmod(0o400)
    said = run_limited(sqlite_url)
    assert "history 1\nledger_unwritable ups1: the ledger at " in said
    assert len(ledger_of(sqlite_url).attempts.of(CARD)) == 1


@pytest.mark.parametrize("permissions", [0o000, 0o400, 0o500])
def test_a_directory_that_may_not_be_written_gives_one_error(tmp_path: pathlib.Path, permissions: int) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=permissions)
    said = run_limited(f"sqlite:///{closed}/ledger.sqlite")
    assert said.startswith(("ledger_unwritable ups1: ", "ledger_unreadable ups1: "))
    assert said.count("\n") == 1


def test_a_full_disk_refuses_an_attempt_and_harms_nothing(sqlite_url: str) -> None:
    ledger_of(sqlite_url).attempts.begin(CARD, undertaking())
    said = run_limited(sqlite_url, "full")
    begun = said.count("begun ")
    assert 0 < begun < 1000
    assert f"begun {begun - 1}\nledger_unwritable ups1: the ledger at " in said
    assert len(ledger_of(sqlite_url).attempts.of(CARD)) == 1 + begun


def test_a_user_of_the_server_who_may_only_read_refuses_an_attempt(postgres: Postgres) -> None:
    schema = postgres.new_schema()
    ledger_of(postgres.url(schema)).attempts.begin(CARD, undertaking())
    with postgres.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS auditor")
        connection.execute("CREATE ROLE auditor LOGIN PASSWORD 'auditor' IN ROLE pg_read_all_data")
    ledger = ledger_of(postgres.url(schema, user="auditor", password="auditor"))
    assert len(ledger.attempts.of(CARD)) == 1
    with pytest.raises(LedgerError) as caught:
        ledger.attempts.begin(CARD, undertaking(sha256="cd" * 32))
    assert caught.value.reason is Reason.LEDGER_UNWRITABLE
    assert "permission denied" in caught.value.message
    assert "acme" not in str(caught.value.__cause__)


# check mode


def test_check_mode_makes_no_ledger_and_finds_an_empty_one(sqlite_url: str, tmp_path: pathlib.Path) -> None:
    ledger = open_ledger(sqlite_url, client="acme", card="ups1", check_mode=True)
    assert ledger.attempts.of(CARD) == []
    assert ledger.refusals.count("cc" * 32) == 0
    assert list(tmp_path.iterdir()) == []


def test_check_mode_makes_no_tables_on_a_server(postgres: Postgres) -> None:
    url = postgres.url(postgres.new_schema())
    assert open_ledger(url, client="acme", card="ups1", check_mode=True).attempts.everything() == []
    assert not is_made(database_of(url))


def test_check_mode_reads_what_is_there(url: str) -> None:
    begun = ledger_of(url).attempts.begin(CARD, undertaking())
    assert open_ledger(url, client="acme", card="ups1", check_mode=True).attempts.of(CARD) == [begun]


def test_check_mode_does_not_migrate(url: str) -> None:
    ledger_of(url)
    with pytest.raises(LedgerError, match="a run without check mode brings it up to date") as caught:
        prepare(database_of(url), steps=(*STEPS, print), migrate=False)
    assert caught.value.reason is Reason.LEDGER_UNREADABLE
