# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One licensing service for all tests of a worker; every test has its own card."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from unit.licensing.cases import TODAY, Case, stock

from ansible_collections.secure_power.nmc.plugins.module_utils._transport import licensing as client
from licensing.testing import Licensing, start_licensing

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def service() -> t.Iterator[Licensing]:
    with start_licensing(stock()) as running:
        yield running


@pytest.fixture
def case(service: Licensing, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Case]:
    monkeypatch.setattr(client, "_PAUSES", (0.01, 0.02))
    yield Case(service, next(_NUMBERS))
    service.set_faults()
    service.set_today(TODAY)
