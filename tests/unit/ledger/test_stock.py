# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`nmc_activation_ids`: what was bought and not yet used, on both engines, without the IDs themselves."""

from __future__ import annotations

import sqlite3
import typing as t

import pytest
from unit.tasks.emulated import Ran, run_task

from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Surroundings
from ansible_collections.secure_power.nmc.plugins.module_utils._stock_task import ACTIVATION_IDS
from ansible_collections.secure_power.nmc.plugins.plugin_utils._memory import LedgerMemory
from ansible_collections.secure_power.nmc.plugins.plugin_utils._records import LedgerRecords

if t.TYPE_CHECKING:
    from unit.ledger.postgres import Postgres

IDS = ["ACT-OF-THE-TESTS-7F3A", "ACT-OF-THE-TESTS-9B01"]
SHORT = "A1B2C3"
BOUGHT: dict[str, t.Any] = {"activation_ids": IDS, "sku": "swnmc3su-3y -digi", "hold_until": "2027-03-31"}


def run(url: str, *, client: str = "acme", check_mode: bool = False, **options: t.Any) -> Ran:
    memory = LedgerMemory("localhost", client, ledger_url=url, check_mode=check_mode)
    surroundings = Surroundings(memory=memory, records=LedgerRecords(memory))
    ran = run_task(ACTIVATION_IDS, {"client": client, **options}, check_mode=check_mode, surroundings=surroundings)
    assert not [secret for secret in (*IDS, SHORT) if secret in str(ran.result)]
    return ran


def settle(url: str, **options: t.Any) -> Ran:
    """In check mode, for real, and again: the first foretells the second, and the third changes nothing."""
    foretold, ran, again = run(url, check_mode=True, **options), run(url, **options), run(url, **options)
    assert (foretold["changed"], foretold["diff"], len(foretold["stock"])) == (ran["changed"], ran["diff"], len(ran["stock"]))
    assert (again["changed"], again["stock"], again["diff"]["before"]) == (False, ran["stock"], ran["diff"]["after"])
    return ran


def test_what_was_bought_is_taken_in_corrected_and_taken_out_once(url: str) -> None:
    taken_in = settle(url, **BOUGHT)
    assert taken_in["changed"] is True
    assert [(one["id"], one["sku"], one["family"], one["seats"], one["seats_taken"], one["hold_until"]) for one in taken_in["stock"]] == [
        ("...7F3A", "SWNMC3SU-3Y-DIGI", "SWNMC3SU", 1, 0, "2027-03-31"),
        ("...9B01", "SWNMC3SU-3Y-DIGI", "SWNMC3SU", 1, 0, "2027-03-31"),
    ]
    corrected = settle(url, **{**BOUGHT, "activation_ids": IDS[:1], "seats": 2})
    assert [(one["id"], one["seats"]) for one in corrected["stock"]] == [("...9B01", 1), ("...7F3A", 2)]
    assert settle(url, state="absent", activation_ids=IDS[1:])["diff"]["after"].count("\n") == 1
    assert settle(url, state="absent", activation_ids=IDS)["stock"] == []
    assert settle(url, state="absent", activation_ids=IDS)["changed"] is False


def test_an_id_of_another_client_is_refused_with_everything_beside_it(url: str) -> None:
    settle(url, **BOUGHT)
    refused = run(url, client="rival", **{**BOUGHT, "activation_ids": ["ACT-OF-A-RIVAL-0001", IDS[1]]})
    assert (refused["status"], refused["reason"], refused.result["failed"]) == ("blocked", "other_client", True)
    assert "...9B01" in refused["msg"]
    assert settle(url, client="rival", state="absent", activation_ids=IDS)["changed"] is False
    assert run(url, client="rival", state="absent", activation_ids=IDS)["stock"] == []
    assert len(run(url, **BOUGHT)["stock"]) == 2


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"sku": "SWNMC3SU-9Y-DIGI"}, "unknown_sku"),
        ({"sku": IDS[0]}, "unknown_sku"),
        ({"sku": None}, "invalid_option"),
        ({"seats": 0}, "invalid_option"),
        ({"hold_until": "soon"}, "invalid_option"),
        ({"activation_ids": ["ACT\x07"]}, "invalid_option"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_taken_in(sqlite_url: str, told: dict[str, t.Any], reason: str) -> None:
    refused = run(sqlite_url, **{**BOUGHT, **told})
    assert (refused["reason"], refused.result["failed"]) == (reason, True)
    assert run(sqlite_url, state="absent", activation_ids=IDS)["stock"] == []


def test_an_id_that_is_named_twice_counts_once(sqlite_url: str) -> None:
    assert len(settle(sqlite_url, **{**BOUGHT, "activation_ids": [IDS[0], f" {IDS[0]} ", ""]})["stock"]) == 1


def test_an_id_that_is_too_short_shows_nothing_of_itself(sqlite_url: str) -> None:
    (stocked,) = settle(sqlite_url, **{**BOUGHT, "activation_ids": [SHORT]})["stock"]
    assert stocked["id"] == "..."


def test_check_mode_makes_no_ledger(sqlite_url: str) -> None:
    assert run(sqlite_url, check_mode=True, **BOUGHT)["changed"] is True
    with pytest.raises(sqlite3.OperationalError):
        sqlite3.connect(f"file:{sqlite_url.removeprefix('sqlite:///')}?mode=ro", uri=True)


def test_without_the_controllers_ledger_it_does_not_run() -> None:
    assert run_task(ACTIVATION_IDS, dict(BOUGHT))["reason"] == "invalid_option"


def test_no_id_is_in_the_dump_of_the_database(postgres: Postgres) -> None:
    url = postgres.url(postgres.new_schema())
    settle(url, **{**BOUGHT, "activation_ids": [*IDS, SHORT]})
    dump = postgres.dump(url)
    assert ("7F3A" in dump, "SWNMC3SU-3Y-DIGI" in dump) == (True, True)
    assert not [secret for secret in (*IDS, SHORT) if secret in dump]
