# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit finds and remembers of hosts of which facts are at hand."""

from __future__ import annotations

import math
import typing as t
from datetime import timedelta

import pytest
import sqlalchemy
from unit.audit.audits import AN_HOUR_AGO, BASELINE, NEW, NOW, OLD, TARGET, audited, facts, findings, host, reports, sentences
from unit.core.builders import card_of
from unit.ledger.kept import entry, ledger_of, undertaking

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import AttemptState
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.hosts import HostReader

if t.TYPE_CHECKING:
    import pathlib

    from unit.audit.audits import Variables

UNREAD = ("unknown", "not_read")


def test_the_newest_facts_of_a_card_count(tmp_path: pathlib.Path) -> None:
    older = (NOW - timedelta(hours=2)).isoformat()
    result = audited(
        tmp_path,
        {
            "ups1": {"nmc_discovered": facts(OLD), "ansible_facts": {"nmc": facts(TARGET, read_at=older)}},
            "ups2": {"nmc_discovered": facts(OLD, read_at=older), "ansible_facts": {"nmc": facts(TARGET)}},
        },
    )
    assert findings(result) == {"ups1": ("drift", "behind_baseline"), "ups2": ("compliant", "at_target")}


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"nmc_discovered": None},
        {"nmc_discovered": "facts"},
        {"nmc_discovered": {"read_at": AN_HOUR_AGO}},
        {"nmc_discovered": facts(read_at="yesterday")},
        {"nmc_discovered": facts(read_at="2026-11-22T12:00:00")},
        {"nmc_discovered": facts(firmware=None)},
        {"nmc_discovered": facts(name={1, 2})},
        {"nmc_discovered": facts(read_at="0001-01-01T00:00:00+14:00")},
        {"nmc_discovered": facts(read_at="9999-12-31T23:59:59-14:00")},
        {"nmc_discovered": facts(uptime_seconds=10**400)},
        {"nmc_discovered": facts(serial="ZA\udc80")},
        {"ansible_facts": "facts"},
        {"ansible_facts": {"nmc": []}},
    ],
)
def test_what_makes_no_facts_is_not_judged_by(tmp_path: pathlib.Path, known: Variables) -> None:
    assert findings(audited(tmp_path, {"ups1": known})) == {"ups1": UNREAD}


@pytest.mark.parametrize("hours", [25, -25])
def test_facts_that_are_too_old_or_of_days_to_come_are_missing(tmp_path: pathlib.Path, hours: int) -> None:
    then = (NOW - timedelta(hours=hours)).isoformat()
    result = audited(tmp_path, {"ups1": {"nmc_discovered": facts(read_at=then)}})
    assert findings(result) == {"ups1": UNREAD}
    assert sentences(result)["ups1"] == f"the facts at hand are of {then}, which is further from now than max_age"


@pytest.mark.parametrize(("seconds", "status"), [(60, "drift"), (-60, "drift"), (61, "unknown"), (-61, "unknown")])
def test_facts_count_until_they_are_older_than_max_age_and_a_clock_may_be_ahead(tmp_path: pathlib.Path, seconds: int, status: str) -> None:
    then = (NOW - timedelta(seconds=seconds)).isoformat()
    result = audited(tmp_path, {"ups1": {"nmc_discovered": facts(read_at=then)}}, max_age=60.0)
    assert findings(result)["ups1"][0] == status


def test_a_card_that_the_inventory_calls_missing_is_not_judged_by_older_facts(tmp_path: pathlib.Path) -> None:
    newer = facts(TARGET, read_at=NOW.isoformat())
    result = audited(tmp_path, {"ups1": host(1, nmc_missing=True), "ups2": host(2, nmc_missing=True, ansible_facts={"nmc": newer})})
    assert findings(result) == {"ups1": UNREAD, "ups2": ("compliant", "at_target")}
    assert sentences(result)["ups1"] == "the card was silent when the inventory was made"


def test_what_was_known_of_a_removed_host_does_not_count(tmp_path: pathlib.Path) -> None:
    result = audited(tmp_path, {"ups1": host(1), "ups2": host(2)}, removed=["ups2"])
    assert findings(result)["ups2"] == UNREAD
    assert result["removed"] == ["ups2"]


def test_a_card_that_is_not_the_declared_one_is_said(tmp_path: pathlib.Path) -> None:
    result = audited(tmp_path, {"ups1": host(1, nmc_serial="ZA7")})
    assert findings(result) == {"ups1": ("blocked", "wrong_card")}


def test_a_waiver_covers_its_cards_until_it_expires(tmp_path: pathlib.Path) -> None:
    terms = {"reason": "change freeze", "owner": "dc-ops"}
    today, before = NOW.date().isoformat(), (NOW.date() - timedelta(days=1)).isoformat()
    waivers = [{"match": "host == 'ups1'", "expires": today, **terms}, {"match": "host == 'ups2'", "expires": before, **terms}]
    result = audited(tmp_path, {"ups1": host(1), "ups2": host(2), "ups3": host(3)}, baseline={**BASELINE, "waivers": waivers})
    drift = ("drift", "behind_baseline")
    assert findings(result) == {"ups1": ("waived", "waived"), "ups2": drift, "ups3": drift}
    assert result["summary"]["cards_with_expired_waivers"] == 1


def test_only_what_holds_a_template_is_templated_and_that_with_the_variables_of_its_host() -> None:
    templated: list[tuple[t.Any, str]] = []

    def template(value: t.Any, known: t.Mapping[str, t.Any]) -> t.Any:
        templated.append((value, known["inventory_hostname"]))
        return "acme"

    plain = {
        "nmc_site": "Paris",
        "nmc_baseline": BASELINE,
        "nmc_port": 22,
        "nmc_discovered": facts(name="{{ evil }}"),
        "other": "{{ other }}",
    }
    reader = HostReader(template)
    for name in ("ups1", "ups2"):
        reader.read(name, {"inventory_hostname": name, "nmc_client": "{{ owner }}", **plain}, removed=False)
    assert templated == [("{{ owner }}", "ups1"), ("{{ owner }}", "ups2")]


WRONG: list[Variables] = [
    {"nmc_snmp_port": "many"},
    {"nmc_snmp_port": math.inf},
    {"nmc_port": "1e999999999"},
    {"nmc_timeout": 10**400},
    {"nmc_timeout": 1 << 50_000},
    {"nmc_snmp_community": "\udcff"},
    {"nmc_transport": "pigeon"},
    {"nmc_transport": "pigeon", "nmc_password": 12345},
    {"nmc_transport": "pigeon", "nmc_snmp_community": ["public"]},
]


@pytest.mark.parametrize("variables", WRONG)
def test_wrong_variables_are_the_finding_of_their_host_alone(tmp_path: pathlib.Path, variables: Variables) -> None:
    result = audited(tmp_path, {"ups1": host(1, nmc_client="acme", **variables), "ups2": host(2, TARGET)})
    assert findings(result) == {"ups1": ("failed", "invalid_option"), "ups2": ("compliant", "at_target")}
    assert set(result["clients"]) == {"acme", "default"}


@pytest.mark.parametrize(
    "variables",
    [
        {"nmc_snmp_port": 70000},
        {"nmc_port": -1},
        {"nmc_timeout": 0},
        {"nmc_timeout": -1.0},
        {"nmc_timeout": math.nan},
        {"nmc_known_hosts": "~nobody-of-that-name/hosts"},
        {"nmc_snmp_user": "reader", "nmc_snmp_privacy_password": "Private-42!"},
        {"nmc_snmp_user": "reader", "nmc_snmp_auth_password": "short"},
    ],
)
def test_ways_to_a_card_that_make_no_sense_are_the_finding_of_its_host_alone(tmp_path: pathlib.Path, variables: Variables) -> None:
    result = audited(tmp_path, {"ups1": {**SILENT, **variables}, "ups2": host(2, TARGET)}, gather="missing")
    assert findings(result) == {"ups1": ("failed", "invalid_option"), "ups2": ("compliant", "at_target")}
    assert any(name.removeprefix("nmc_") in sentences(result)["ups1"] for name in variables)


def test_a_client_whose_name_is_no_text_is_the_finding_of_its_host_alone(tmp_path: pathlib.Path) -> None:
    result = audited(tmp_path, {"ups1": host(1, nmc_client="\udcff"), "ups2": host(2, TARGET)})
    assert findings(result) == {"ups1": ("failed", "invalid_option"), "ups2": ("compliant", "at_target")}
    assert sentences(result)["ups1"].startswith("its variable nmc_client cannot be used: ")
    assert set(result["clients"]) == {"default"}


def test_a_release_that_the_image_store_lacks_is_said_as_an_upgrade_would(tmp_path: pathlib.Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "manifest.yml").write_text("version: 1\nimages: {}\nreleases: []\n", encoding="utf-8")
    hosts = {
        "ups1": host(1, nmc_image_store=str(tmp_path / "store")),
        "ups2": host(2, nmc_image_store=str(tmp_path / "gone")),
        "ups3": host(3),
        "ups4": host(4, nmc_image_store="x" * 5000),
    }
    assert findings(audited(tmp_path, hosts)) == {
        "ups1": ("blocked", "image_missing"),
        "ups2": ("blocked", "store_unreadable"),
        "ups3": ("drift", "behind_baseline"),
        "ups4": ("blocked", "store_unreadable"),
    }


def test_the_authorities_of_a_store_come_from_the_host_where_the_task_names_the_store_only(tmp_path: pathlib.Path) -> None:
    """As they do where a card is upgraded."""
    hosts = {"ups1": host(1, nmc_image_store_ca_path="/nowhere/ca.pem")}
    result = audited(tmp_path, hosts, image_store="https://127.0.0.1:9/store")
    assert "image_store_ca_path is /nowhere/ca.pem" in sentences(result)["ups1"]


@pytest.mark.parametrize("document", [{}, {"name": "x", "rules": []}, {"name": "x", "rules": [{"name": "a", "match": "(("}]}])
def test_a_baseline_that_says_nothing_is_none_that_counts(tmp_path: pathlib.Path, document: Variables) -> None:
    with pytest.raises(InputError) as caught:
        audited(tmp_path, {"ups1": host(1, nmc_baseline=BASELINE)}, baseline=document)
    assert caught.value.reason is Reason.BASELINE_INVALID


# --- the ledger ------------------------------------------------------------------------------------------------------

KEY = CardKey("ZA0000000001", None)
STRICT = {"name": "strict", "rules": [{"name": "certified", "version": NEW}]}


def test_a_subscription_in_the_ledger_entitles_its_card_alone(tmp_path: pathlib.Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    bought = entry(activated_on=NOW.date(), expires_on=NOW.date() + timedelta(days=30))
    ledger_of(url, "acme").subscriptions.append(KEY, [bought], after=())
    hosts = {"ups1": host(1, nmc_client="acme"), "ups2": host(2, nmc_client="acme"), "ups3": host(1, nmc_client="globex")}
    found = findings(audited(tmp_path, hosts, baseline=STRICT))
    assert found["ups1"] == ("drift", "behind_baseline")
    assert found["ups2"][0] == "not_entitled"
    # Another client's subscription of the same card is nobody's business, but nobody knows either that there is none.
    assert found["ups3"][0] == "unknown"


def test_the_day_of_purchase_counts_for_its_host_alone(tmp_path: pathlib.Path) -> None:
    hosts = {"ups1": host(1, nmc_purchase_date="2024-04-01"), "ups2": host(2), "ups3": host(3, nmc_purchase_date="soon")}
    assert findings(audited(tmp_path, hosts, baseline=STRICT)) == {
        "ups1": ("not_entitled", "not_activated"),
        "ups2": ("not_entitled", "not_subscribed"),
        "ups3": ("failed", "invalid_option"),
    }


def test_what_was_seen_of_each_card_is_remembered_under_its_client(tmp_path: pathlib.Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    audited(tmp_path, {"ups1": host(1, nmc_client="acme"), "ups2": {"nmc_client": "acme"}})
    (seen,) = ledger_of(url, "acme").observations.of(KEY)
    assert (seen.facts["host"], seen.facts["status"], seen.facts["versions"]["application"]) == ("ups1", "drift", OLD)
    assert ledger_of(url, "globex").observations.of(KEY) == []


def test_a_ledger_is_asked_as_often_for_many_cards_as_for_few(tmp_path: pathlib.Path) -> None:
    asked: list[str] = []

    def asking(*said: t.Any) -> None:
        asked.append(said[2])

    def questions(number: int) -> int:
        asked.clear()
        audited(tmp_path, {f"ups{card}": host(card) for card in range(number)}, baseline=STRICT)
        return len(asked)

    audited(tmp_path, {"ups1": host(1)})
    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", asking)
    try:
        assert 0 < questions(2) == questions(50)
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", asking)


def test_a_wrong_ledger_is_said_with_the_client_whose_it_is(tmp_path: pathlib.Path) -> None:
    hosts = {"ups1": host(1, nmc_ledger_url=f"sqlite:///{tmp_path}/ledger.sqlite"), "ups2": host(2, nmc_client="acme", nmc_ledger_url="x")}
    with pytest.raises(InputError, match="audit of acme: ledger_url must be"):
        audited(tmp_path, hosts, ledger_url=None)


def test_hosts_with_wrong_variables_do_not_make_another_ledger(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NMC_LEDGER_URL", raising=False)
    own = {"nmc_ledger_url": f"sqlite:///{tmp_path}/own.sqlite"}
    audited(tmp_path, {"ups1": host(1, **own), "ups2": host(2, **own, nmc_transport="pigeon")}, ledger_url=None)
    assert (tmp_path / "own.sqlite").exists()
    assert not (tmp_path / "home").exists()


def test_check_mode_remembers_and_writes_nothing(tmp_path: pathlib.Path) -> None:
    audited(tmp_path, {"ups1": host(1)}, check_mode=True)
    assert list(tmp_path.iterdir()) == []


def test_check_mode_leaves_reports_and_ledger_as_they_are_and_says_that_they_would_change(tmp_path: pathlib.Path) -> None:
    def state() -> tuple[object, ...]:
        seen = ledger_of(f"sqlite:///{tmp_path}/ledger.sqlite", "default").observations.of(KEY)
        return sorted(path.name for path in tmp_path.iterdir()), reports(tmp_path), seen

    audited(tmp_path, {"ups1": host(1)})
    before = state()
    assert audited(tmp_path, {"ups1": host(1, TARGET)}, check_mode=True)["changed"] is True
    assert audited(tmp_path, {"ups1": host(1)}, check_mode=True, now=NOW + timedelta(hours=1))["changed"] is False
    assert state() == before


def _lost(tmp_path: pathlib.Path, reason: Reason = Reason.NEVER_CAME_BACK) -> None:
    ledger = ledger_of(f"sqlite:///{tmp_path}/ledger.sqlite", "default")
    attempt = ledger.attempts.sent(ledger.attempts.sending(ledger.attempts.begin(KEY, undertaking())))
    ledger.attempts.end(attempt, AttemptState.FAILED, reason)


SILENT: Variables = {"ansible_host": "127.0.0.1", "nmc_snmp_community": "public", "nmc_snmp_port": 9, "nmc_timeout": 0.3}


def test_a_card_that_never_came_back_from_its_upgrade_needs_a_site_visit(tmp_path: pathlib.Path) -> None:
    """Also where nothing but an earlier audit tells which card the host was."""
    audited(tmp_path, {"ups1": host(1)})
    _lost(tmp_path)
    hosts = {"ups1": SILENT, "ups2": SILENT}
    result = audited(tmp_path, hosts, gather="missing")
    assert findings(result) == {"ups1": ("needs_site_visit", "site_visit_needed"), "ups2": ("unreachable", "snmp_silent")}


SOON = (NOW + timedelta(minutes=10)).isoformat()  # after everything that the tests write into a ledger


def test_a_card_that_was_read_after_its_upgrade_is_only_unreachable(tmp_path: pathlib.Path) -> None:
    _lost(tmp_path)
    audited(tmp_path, {"ups1": {"nmc_discovered": facts(serial=KEY.serial, read_at=SOON)}})
    assert findings(audited(tmp_path, {"ups1": SILENT}, gather="missing"))["ups1"][0] == "unreachable"


def test_facts_from_before_an_upgrade_are_missing_whatever_became_of_it(tmp_path: pathlib.Path) -> None:
    _lost(tmp_path)
    result = audited(tmp_path, {"ups1": host(1), "ups2": host(2)})
    assert findings(result) == {"ups1": UNREAD, "ups2": ("drift", "behind_baseline")}
    assert "older than the last upgrade" in sentences(result)["ups1"]
    # Nobody has seen the card since, so it is still lost.
    assert findings(audited(tmp_path, {"ups1": {**SILENT, **host(1)}}, gather="missing"))["ups1"][0] == "needs_site_visit"


def test_old_facts_tell_which_card_is_lost(tmp_path: pathlib.Path) -> None:
    _lost(tmp_path)
    known = {**SILENT, **host(1)}
    assert findings(audited(tmp_path, {"renamed": known}, gather="always"))["renamed"][0] == "needs_site_visit"


def test_a_card_that_lost_its_application_is_known_by_what_it_ran_before(tmp_path: pathlib.Path) -> None:
    bare = card_of("hw05", None, aos=OLD, missing=True).facts(SOON)
    hosts: dict[str, Variables] = {"ups1": {"nmc_discovered": {**bare, "serial": KEY.serial}}}
    assert findings(audited(tmp_path, hosts))["ups1"][0] == "blocked"
    _lost(tmp_path, Reason.APPLICATION_BROKEN)
    assert findings(audited(tmp_path, hosts))["ups1"][0] == "drift"
    declared = {"ups1": {**hosts["ups1"], "nmc_expected_application": "sumx"}}
    assert findings(audited(tmp_path / "other", declared))["ups1"][0] == "drift"
