# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from unit.ledger.postgres import Postgres, running_postgres

if t.TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def postgres() -> t.Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty place for a ledger, on each engine."""
    if request.param == "sqlite":
        return t.cast("str", request.getfixturevalue("sqlite_url"))
    server = t.cast("Postgres", request.getfixturevalue("postgres"))
    return server.url(server.new_schema())
