# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plans of several clients: what each host's own variables and result say, in files that hold nothing of another client."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest
from ansible.errors import AnsibleError
from unit.ledger.kept import ledger_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core.stock import HeldId
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._planning.hosts import Host, read_host
from ansible_collections.secure_power.nmc.plugins.plugin_utils._planning.plans import Order, plan_all

if t.TYPE_CHECKING:
    from pathlib import Path

Variables = dict[str, t.Any]
UNTIL = "2099-06-30"
NOTHING: Variables = {"state": "unsubscribed", "source": None, "expires_on": None}
BOUGHT: Variables = {"state": "subscribed", "source": "purchased", "expires_on": UNTIL}


def result(subscription: Variables | None = None, **more: t.Any) -> Variables:
    """What `nmc_license` says of a Smart-UPS card, as far as a plan looks at it."""
    evidence = {"subscription_family": "SWNMC3SU"}
    plain = {"reason": "not_subscribed", "msg": "ups1: it has none.", "platform": None, "waiting": None}
    return {**plain, "subscription": subscription or NOTHING, "evidence": evidence, **more}


def host(name: str = "ups1", said: Variables | None = None, **variables: t.Any) -> Host:
    known = {"subscriptions_result": said or result(), "nmc_client": "acme", **variables}
    return read_host(name, known, template=lambda value, _known: value, result_variable="subscriptions_result")


def order(folder: Path, *, check_mode: bool = False) -> Order:
    return Order(days=90, ledger_url=f"sqlite:///{folder}/ledger.sqlite", report_directory=folder / "plans", check_mode=check_mode)


def document(folder: Path, client: str = "acme") -> Variables:
    return t.cast("Variables", json.loads((folder / "plans" / f"{client}.json").read_text(encoding="utf-8")))


# --- one host ------------------------------------------------------------------------------------------------------


def test_a_day_without_quotes_is_one_too() -> None:
    assert str(host(nmc_contract_end="2027-12-31").contract_end) == "2027-12-31"


@pytest.mark.parametrize("variables", [{"nmc_contract_end": "soon"}, {"nmc_contract_end": "31.12.2027"}])
def test_a_day_that_is_none_leaves_the_host_undecided(variables: Variables) -> None:
    assert host(**variables).prospect() == "nmc_contract_end is no day such as 2026-11-30"


def test_a_variable_that_cannot_be_templated_leaves_the_host_undecided() -> None:
    def refuse(value: t.Any, _known: t.Any) -> t.Any:
        raise AnsibleError(f"{value} is undefined")

    found = read_host("ups1", {"nmc_contract_end": "{{ nowhere }}"}, template=refuse, result_variable="subscriptions_result")
    assert "nmc_contract_end cannot be used" in str(found.prospect())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (result(failed=True, reason="other_client"), "other_client: it has none"),
        (result(unreachable=True, reason="no_answer"), "no_answer: it has none"),
        (result({**NOTHING, "state": "unknown"}, reason="client_changed"), "client_changed: it has none"),
        ({"failed": True, "msg": "a task before"}, "no reason: a task before"),
    ],
)
def test_a_host_of_which_nothing_is_known_is_undecided_and_nothing_is_bought_for_it(said: Variables, why: str) -> None:
    assert host(said=said, nmc_contract_end=UNTIL).prospect() == why


def test_a_host_that_nobody_looked_at_is_undecided() -> None:
    assert "in this play" in str(replace(host(), result=None).prospect())


def test_a_card_for_which_nothing_is_sold_is_no_part_of_a_plan() -> None:
    assert host(said=result({**NOTHING, "state": "not_applicable"})).prospect() is None


@pytest.mark.parametrize(
    ("platform", "has", "until"),
    [
        (None, "purchased", UNTIL),
        ({"name": "data_center_expert", "expires_on": None}, "platform", "None"),
        ({"name": "data_center_expert", "expires_on": "2099-07-01"}, "platform", "2099-07-01"),
        ({"name": "data_center_expert", "expires_on": "2099-06-29"}, "purchased", UNTIL),
    ],
)
def test_what_lasts_longest_counts(platform: Variables | None, has: str, until: str) -> None:
    found = host(said=result(BOUGHT, platform=platform)).prospect()
    assert not isinstance(found, str)
    assert found is not None
    assert (found.has.value, str(found.until)) == (has, until)


# --- all hosts -----------------------------------------------------------------------------------------------------


def test_each_client_has_a_plan_of_its_own_cards_and_stock(tmp_path: Path) -> None:
    acme = ledger_of(f"sqlite:///{tmp_path}/ledger.sqlite", "acme")
    acme.activation_ids.hold(HeldId("f" * 64, "7F3A", "SWNMC3SU-1Y-DIGI", "SWNMC3SU", seats=5))
    hosts = [host("ups-of-acme", nmc_contract_end="2098-01-01"), host("ups-of-rival", nmc_contract_end="2098-01-01", nmc_client="rival")]
    planned = plan_all(order(tmp_path), hosts)
    assert sorted(path.name for path in (tmp_path / "plans").iterdir()) == ["acme.json", "acme.txt", "rival.json", "rival.txt"]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "plans").iterdir()} == {0o600}
    assert (planned["clients"]["acme"]["in_stock"], planned["clients"]["rival"]["in_stock"]) == (5, 0)
    for mine, other in (("acme", "rival"), ("rival", "acme")):
        written = "".join((tmp_path / "plans" / f"{mine}.{suffix}").read_text(encoding="utf-8") for suffix in ("json", "txt"))
        assert (f"ups-of-{mine}" in written, f"ups-of-{other}" in written) == (True, False)
    assert "7F3A" not in json.dumps(document(tmp_path, "rival"))


@pytest.mark.parametrize(("seats", "undecided"), [(1, ["ups2"]), (2, [])])
def test_a_declared_id_is_for_as_many_hosts_as_it_has_seats(tmp_path: Path, seats: int, undecided: list[str]) -> None:
    declared = {"id": "...7F3A", "fingerprint": "f" * 64, "sku": "SWNMC3SU-1Y-DIGI", "seats": seats, "hold_until": None}
    plan_all(order(tmp_path), [host(name, result(waiting=declared)) for name in ("ups1", "ups2")])
    said = document(tmp_path)
    assert [entry["host"] for entry in said["undecided"]] == undecided
    assert [entry["id"] for entry in said["activate"]] == ["...7F3A"] * seats


def test_a_second_plan_that_says_the_same_is_no_change(tmp_path: Path) -> None:
    hosts = [host(said=result(BOUGHT), nmc_contract_end="2100-01-01")]
    assert [plan_all(order(tmp_path), hosts)["changed"] for _time in range(2)] == [True, False]
    assert plan_all(order(tmp_path), [host(said=result(BOUGHT))])["changed"] is True
    (tmp_path / "plans" / "acme.txt").unlink()
    assert plan_all(order(tmp_path), [host(said=result(BOUGHT))])["changed"] is True


def test_check_mode_plans_and_writes_nothing(tmp_path: Path) -> None:
    planned = plan_all(order(tmp_path, check_mode=True), [host(nmc_contract_end=UNTIL)])
    assert (planned["changed"], "To buy: " in planned["text"], list(tmp_path.iterdir())) == (True, True, [])


def test_a_place_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("no directory")
    with pytest.raises(NmcError) as caught:
        plan_all(order(tmp_path), [host()])
    assert caught.value.reason.value == "report_unwritable"


def test_the_plan_for_people_says_everything_that_is_in_the_other(tmp_path: Path) -> None:
    ledger_of(f"sqlite:///{tmp_path}/ledger.sqlite", "acme").activation_ids.hold(
        HeldId("f" * 64, "7F3A", "SWNMC3SU-1Y-DIGI", "SWNMC3SU", hold_until=None)
    )
    ended = result({"state": "expired", "source": "included", "expires_on": "2026-01-31"})
    year = result({"state": "included_eligible", "source": None, "expires_on": None})
    hosts = [host("ended", ended, nmc_contract_end="2098-01-01"), host("year", year), host("lost", result(failed=True))]
    text = plan_all(order(tmp_path), hosts)["text"]
    said = document(tmp_path)
    assert [entry["host"] for entry in said["ending"]] == ["ended"]
    assert {entry["host"] for entry in said["activate"]} == {"ended", "year"}
    assert [entry["host"] for entry in said["undecided"]] == ["lost"]
    for words in (
        "2026-01-31  ended  included",
        "year: the included year",
        "the Activation ID ...7F3A",
        "lost: not_subscribed",
        "x SWNMC3SU-6Y-DIGI",
    ):
        assert words in text
