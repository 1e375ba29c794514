# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`nmc_license` with the ledger of several controllers: the same work, and nothing secret in the dump of its database."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, fields

import pytest
from unit.ledger.postgres import Postgres, running_postgres
from unit.tasks.licensed import TOKEN, Licensed

if t.TYPE_CHECKING:
    from unit.tasks.conftest import TakeLicensed

pytestmark = pytest.mark.every_fault

SOON = "2027-11-01"


@dataclass(frozen=True)
class OnPostgres(Licensed):
    ledger_url: str = ""

    @property
    def url(self) -> str:
        return self.ledger_url


@pytest.fixture(scope="module")
def postgres() -> t.Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture
def ups(take_licensed: TakeLicensed, postgres: Postgres) -> OnPostgres:
    plain = take_licensed()
    kept = {each.name: getattr(plain, each.name) for each in fields(plain)}
    return OnPostgres(**kept, ledger_url=postgres.url(postgres.new_schema()))


def test_no_activation_id_voucher_or_token_is_in_the_dump(ups: OnPostgres, postgres: Postgres) -> None:
    refused = ups.settle(activation_id=ups.pdu_id, **ups.http)
    activated = ups.settle(**ups.purchased, **ups.http)
    ups.bridge.set_today(SOON)
    renewed = ups.settle(**ups.purchased, **ups.http, voucher=ups.voucher, today=SOON)
    waiting = ups.settle(activation_id=ups.second_id, **ups.http, today=SOON)
    reasons = [ran["reason"] for ran in (refused, activated, renewed, waiting)]
    assert reasons == ["family_mismatch", "subscribed", "subscribed", "activation_waits"]
    dump = postgres.dump(ups.url)
    assert [event in dump for event in ("activated", "renewed", ups.serial)] == [True, True, True]
    secrets = (ups.activation_id, ups.second_id, ups.pdu_id, ups.voucher, TOKEN)
    assert [secret for secret in secrets if secret in dump] == []
