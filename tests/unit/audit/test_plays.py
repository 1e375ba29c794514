# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit is among the tasks of a play: one for all hosts, with nothing of one host for another."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from unit.audit.audits import BASELINE, NEW, NOW, OLD, TARGET, Plays, facts, findings, host, reports, sentences

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import compliance_spec, shared_spec

if t.TYPE_CHECKING:
    from unit.audit.audits import Variables

HOSTS = {"ups1": host(1), "ups2": host(2, TARGET), "ups3": host(3, NEW)}
FOUND = {"ups1": ("drift", "behind_baseline"), "ups2": ("compliant", "at_target"), "ups3": ("ahead", "ahead_of_baseline")}


def test_one_task_judges_all_hosts_of_the_play(tmp_path: pathlib.Path) -> None:
    played = Plays(tmp_path, HOSTS).audit()
    assert (played.code, list(played.tasks["Audit"])) == (0, ["ups1"])
    assert findings(played.result) == FOUND
    assert played.result["changed"] is True
    assert list(reports(tmp_path)) == ["default.json"]


def test_with_run_once_every_host_has_the_result(tmp_path: pathlib.Path) -> None:
    told = {"name": "Told", "ansible.builtin.assert": {"that": "audited.summary.hosts == 3"}}
    assert Plays(tmp_path, HOSTS).audit(task={"run_once": True}, after=[told]).output.count("All assertions passed") == 3


def test_a_second_audit_changes_nothing_and_writes_the_same_but_for_its_times(tmp_path: pathlib.Path) -> None:
    plays = Plays(tmp_path, HOSTS)
    plays.audit()
    first = reports(tmp_path)["default.json"].splitlines()
    assert plays.audit().result["changed"] is False
    second = reports(tmp_path)["default.json"].splitlines()
    differing = [line for line, other in zip(first, second, strict=True) if line != other]
    assert all(line.startswith((' "generated_at"', ' "read_at"')) for line in differing)


@pytest.mark.parametrize("serial", [1, "100%", [1, 2]])
def test_a_play_with_serial_is_refused_with_what_to_do(tmp_path: pathlib.Path, serial: t.Any) -> None:
    played = Plays(tmp_path, HOSTS).audit(play={"serial": serial})
    assert played.code != 0
    assert "run it in a play without serial" in played.output
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("strategy", ["free", "ansible.builtin.free", "host_pinned"])
def test_another_strategy_than_linear_is_refused(tmp_path: pathlib.Path, strategy: str) -> None:
    """Core itself says it of its own strategies, before any task of theirs runs."""
    played = Plays(tmp_path, HOSTS).audit(play={"strategy": strategy})
    assert played.code != 0
    assert "strategy" in played.output
    assert not (tmp_path / "reports").exists()


def test_a_strategy_that_is_none_of_cores_is_refused_by_the_audit(tmp_path: pathlib.Path) -> None:
    (tmp_path / "strategies").mkdir()
    code = "from ansible.plugins.strategy.linear import StrategyModule as Linear\n\n\nclass StrategyModule(Linear):\n    pass\n"
    (tmp_path / "strategies" / "own.py").write_text(code, encoding="utf-8")
    plays = Plays(tmp_path, HOSTS)
    plays.write("ansible.cfg", f"[defaults]\nstrategy_plugins = {tmp_path}/strategies\n")
    played = plays.audit(play={"strategy": "own"})
    assert played.code != 0
    assert "run it in a play with strategy: linear" in played.output


def test_the_strategy_of_the_debugger_is_linear_too(tmp_path: pathlib.Path) -> None:
    assert Plays(tmp_path, HOSTS).audit(play={"strategy": "debug"}).code == 0


SILENT = {"host": "127.0.0.1", "snmp_port": 9, "snmp_community": "public", "timeout": 0.3}


@pytest.mark.parametrize("loses", [{"ansible.builtin.fail": {}}, {"secure_power.nmc.nmc_facts": SILENT}])
def test_hosts_that_a_task_before_lost_are_judged_and_reported(tmp_path: pathlib.Path, loses: Variables) -> None:
    before = {"name": "Lose", **loses, "when": "inventory_hostname == 'ups2'"}
    result = Plays(tmp_path, HOSTS).audit(before=[before]).result
    assert findings(result) == {**FOUND, "ups2": ("unknown", "not_read")}
    assert "a task before this one failed on the host" in sentences(result)["ups2"]
    assert result["removed"] == ["ups2"]
    assert json.loads(reports(tmp_path)["default.json"])["removed"] == ["ups2"]


def test_hosts_beyond_the_limit_of_the_run_are_not_judged(tmp_path: pathlib.Path) -> None:
    assert list(findings(Plays(tmp_path, HOSTS).audit("--limit", "ups3").result)) == ["ups3"]


def test_an_audit_of_a_part_leaves_the_report_of_the_whole_alone(tmp_path: pathlib.Path) -> None:
    plays = Plays(tmp_path, HOSTS)
    plays.audit()
    whole = (tmp_path / "reports" / "default.json").read_text(encoding="utf-8")
    part = plays.audit("--limit", "ups3").result["clients"]["default"]["report"]
    assert (tmp_path / "reports" / "default.json").read_text(encoding="utf-8") == whole
    assert pathlib.Path(part) == tmp_path / "reports" / "limited" / "default.json"
    assert [finding["host"] for finding in json.loads(pathlib.Path(part).read_text(encoding="utf-8"))["findings"]] == ["ups3"]
    assert plays.audit().result["changed"] is False


def test_facts_cannot_be_younger_than_now(tmp_path: pathlib.Path) -> None:
    assert "max_age is -1.0, which is no number of seconds" in Plays(tmp_path, HOSTS).audit(max_age=-1).result["msg"]


def test_reports_are_written_before_fail_on_fails(tmp_path: pathlib.Path) -> None:
    played = Plays(tmp_path, HOSTS).audit(fail_on=["drift", "ahead"])
    assert played.code != 0
    assert played.result["msg"].startswith("2 of 3 cards are what fail_on names. 1 ahead: ups3 (ahead_of_baseline); 1 drift: ups1")
    assert played.result["changed"] is True
    assert json.loads(reports(tmp_path)["default.json"])["summary"]["statuses"]["drift"] == 1


def test_what_fail_on_does_not_name_is_no_failure(tmp_path: pathlib.Path) -> None:
    assert Plays(tmp_path, HOSTS).audit(fail_on=["unknown", "failed"]).code == 0


def test_findings_are_returned_only_on_request(tmp_path: pathlib.Path) -> None:
    result = Plays(tmp_path, HOSTS).audit(return_findings=False).result
    assert result["findings"] == []
    assert result["summary"]["statuses"]["drift"] == 1
    assert result["clients"]["default"]["report"] == str(tmp_path / "reports" / "default.json")


def test_check_mode_judges_and_writes_nothing(tmp_path: pathlib.Path) -> None:
    played = Plays(tmp_path, HOSTS).audit("--check")
    assert findings(played.result) == FOUND
    assert played.result["changed"] is True
    written = {path.name for path in tmp_path.rglob("*")}
    assert written - {"inventory.json", "play.json", "results", "Audit@ups1", ".ansible", "cp", "tmp"} == set()


def test_a_task_can_ask_for_its_reports_in_check_mode(tmp_path: pathlib.Path) -> None:
    Plays(tmp_path, HOSTS).audit("--check", task={"check_mode": False})
    assert list(reports(tmp_path)) == ["default.json"]


def test_there_is_no_option_for_a_connection(tmp_path: pathlib.Path) -> None:
    assert set(compliance_spec()).isdisjoint(shared_spec())
    played = Plays(tmp_path, HOSTS).audit(snmp_community="public")
    assert played.result["reason"] == "invalid_option"
    assert "snmp_community" in played.result["msg"]


# --- variables ------------------------------------------------------------------------------------------------------


def test_templates_in_the_variables_of_a_host_are_templated_with_its_own(tmp_path: pathlib.Path) -> None:
    named = {"nmc_client": "{{ owner }}", "nmc_site": "{{ omit }}"}
    hosts = {"ups1": host(1, owner="acme", **named), "ups2": host(2, owner="globex", **named)}
    result = Plays(tmp_path, hosts).audit().result
    assert {finding["host"]: (finding["client"], finding["site"]) for finding in result["findings"]} == {
        "ups1": ("acme", None),
        "ups2": ("globex", None),
    }


def test_a_template_that_cannot_be_resolved_is_the_finding_of_its_host_alone(tmp_path: pathlib.Path) -> None:
    result = Plays(tmp_path, {**HOSTS, "ups4": host(4, nmc_site="{{ nowhere }}")}).audit().result
    assert findings(result) == {**FOUND, "ups4": ("failed", "invalid_option")}
    assert sentences(result)["ups4"].startswith("its variable nmc_site cannot be used: ")
    assert "nowhere" in sentences(result)["ups4"]


def _vaulted(text: str) -> Variables:
    return {"__ansible_vault": VaultLib([("default", VaultSecret(b"Vault-42!"))]).encrypt(text).decode()}


def test_vaulted_and_nested_values_in_the_variables_of_a_host_are_its_own(tmp_path: pathlib.Path) -> None:
    rule = {"name": "free", "version": "{{ release.wanted[0] }}", "entitlement": "free"}
    hosts = {
        "ups1": host(
            1, nmc_client=_vaulted("acme"), nmc_baseline={"name": _vaulted("of acme"), "rules": [rule]}, release={"wanted": [OLD]}
        ),
        "ups2": host(2, nmc_client="{{ owner }}", owner=_vaulted("globex"), nmc_baseline={"name": "{{ owner }}", "rules": [rule]}),
    }
    hosts["ups2"]["release"] = {"wanted": [TARGET]}
    plays = Plays(tmp_path, hosts)
    plays.write("password", "Vault-42!")
    result = plays.audit("--vault-password-file", "password", baseline=None).result
    assert {finding["host"]: (finding["client"], finding["baseline"], finding["status"]) for finding in result["findings"]} == {
        "ups1": ("acme", "of acme", "compliant"),
        "ups2": ("globex", "globex", "drift"),
    }


def test_a_value_that_cannot_be_decrypted_is_the_finding_of_its_host_alone(tmp_path: pathlib.Path) -> None:
    result = Plays(tmp_path, {**HOSTS, "ups4": host(4, nmc_password=_vaulted("Sesame-42!"))}).audit().result
    assert findings(result) == {**FOUND, "ups4": ("failed", "invalid_option")}
    assert sentences(result)["ups4"].startswith("its variable nmc_password cannot be used: ")


def test_numbers_beyond_all_measure_are_said_by_whatever_is_given_them(tmp_path: pathlib.Path) -> None:
    before = {"name": "Read", "secure_power.nmc.nmc_facts": {**SILENT, "snmp_port": "inf"}, "when": "inventory_hostname == 'ups1'"}
    plays = Plays(tmp_path, {**HOSTS, "ups4": host(4, nmc_port="inf")})
    played = plays.audit(before=[{**before, "ignore_errors": True}])
    assert played.tasks["Read"]["ups1"]["msg"].startswith("ups1: the number in snmp_port is too large.")
    assert findings(played.result) == {**FOUND, "ups4": ("failed", "invalid_option")}
    assert "the number in max_age is too large" in plays.audit(max_age=10**400).result["msg"]


def test_options_of_the_audit_are_not_taken_from_the_variables_of_a_host(tmp_path: pathlib.Path) -> None:
    group = {"nmc_gather": "always", "nmc_max_age": 1, "nmc_deadline": 1, "nmc_fail_on": ["drift"], "nmc_report_directory": "elsewhere"}
    played = Plays(tmp_path, HOSTS, **group).audit()
    assert (played.code, findings(played.result)) == (0, FOUND)
    assert not (tmp_path / "elsewhere").exists()


def test_extra_variables_are_those_of_every_host(tmp_path: pathlib.Path) -> None:
    result = Plays(tmp_path, HOSTS).audit("-e", "nmc_client=acme").result
    assert list(result["clients"]) == ["acme"]


def test_a_password_that_was_asked_for_is_not_used(tmp_path: pathlib.Path) -> None:
    plays = Plays(tmp_path, {"ups1": {"nmc_host": "127.0.0.1", "nmc_username": "apc"}})
    plays.write("password", "Sesame-42!")
    result = plays.audit("--connection-password-file", "password", gather="missing").result
    assert findings(result) == {"ups1": ("failed", "no_credentials")}


def test_variables_of_the_play_are_not_seen(tmp_path: pathlib.Path) -> None:
    result = Plays(tmp_path, HOSTS).audit(play={"vars": {"nmc_client": "acme"}}).result
    assert list(result["clients"]) == ["default"]


def test_facts_out_of_the_fact_cache_count(tmp_path: pathlib.Path) -> None:
    cached = {"ansible.builtin.set_fact": {"nmc": facts(TARGET, read_at=NOW.isoformat()), "cacheable": True}}
    plays = Plays(tmp_path, HOSTS)
    plays.write("ansible.cfg", f"[defaults]\nfact_caching = jsonfile\nfact_caching_connection = {tmp_path}/facts\n")
    plays.audit(before=[{"name": "Cache", **cached}])
    assert set(findings(plays.audit().result).values()) == {("compliant", "at_target")}


@pytest.mark.parametrize("place", ["nmc_discovered", "ansible_facts"])
def test_the_words_of_a_card_are_never_a_template(tmp_path: pathlib.Path, place: str) -> None:
    evil = "{{ lookup('ansible.builtin.pipe', 'touch " + str(tmp_path / "pwned") + "') }}"
    if place == "nmc_discovered":
        plays = Plays(tmp_path, {"ups1": {"nmc_discovered": facts(name=evil, location=evil)}})
        played = plays.audit(after=[{"name": "Show", "ansible.builtin.debug": {"var": "audited.findings[0].card.name"}}])
    else:
        plays = Plays(tmp_path, {"ups1": {"ansible_facts": {"nmc": facts(name=evil)}}})
        played = plays.audit()
    assert played.code == 0
    assert not (tmp_path / "pwned").exists()
    if place == "nmc_discovered":
        assert json.loads(reports(tmp_path)["default.json"])["findings"][0]["card"]["name"] == evil


# --- baselines -------------------------------------------------------------------------------------------------------


def test_each_client_has_its_own_baseline(tmp_path: pathlib.Path) -> None:
    strict = {"name": "strict", "rules": [{"name": "newest", "version": NEW, "entitlement": "free"}]}
    hosts = {
        "ups1": host(1, TARGET, nmc_client="acme", nmc_baseline=BASELINE),
        "ups2": host(2, TARGET, nmc_client="globex", nmc_baseline_file="strict.yml"),
    }
    plays = Plays(tmp_path, hosts)
    plays.write("strict.yml", {"baseline": strict})
    result = plays.audit(baseline=None).result
    assert findings(result) == {"ups1": ("compliant", "at_target"), "ups2": ("drift", "behind_baseline")}


def test_the_baseline_of_the_task_wins_over_those_of_the_hosts(tmp_path: pathlib.Path) -> None:
    result = Plays(tmp_path, {"ups1": host(1, TARGET, nmc_baseline_file="gone.yml")}).audit().result
    assert findings(result) == {"ups1": ("compliant", "at_target")}


def test_a_baseline_file_may_be_vaulted(tmp_path: pathlib.Path) -> None:
    plays = Plays(tmp_path, HOSTS)
    plays.write("vaulted.yml", _vaulted(json.dumps(BASELINE))["__ansible_vault"])
    plays.write("password", "Vault-42!")
    given: dict[str, t.Any] = {"baseline": None, "baseline_file": "vaulted.yml"}
    assert findings(plays.audit("--vault-password-file", "password", **given).result) == FOUND
    assert "vaulted.yml" in plays.audit(**given).result["msg"]


def test_a_baseline_that_makes_no_sense_is_the_finding_of_its_hosts(tmp_path: pathlib.Path) -> None:
    hosts = {
        "ups1": host(1, nmc_baseline_file="good.json"),
        "ups2": host(2, nmc_baseline_file="gone.json"),
        "ups3": host(3, nmc_baseline={"name": "x", "rules": [{"name": "x", "version": 3}]}),
        "ups4": host(4),
    }
    plays = Plays(tmp_path, hosts)
    plays.write("good.json", BASELINE)
    result = plays.audit(baseline=None).result
    assert findings(result) == {
        "ups1": FOUND["ups1"],
        "ups2": ("failed", "baseline_invalid"),
        "ups3": ("failed", "baseline_invalid"),
        "ups4": ("no_rule", "no_rule"),
    }


def test_an_audit_without_any_baseline_that_can_be_read_fails(tmp_path: pathlib.Path) -> None:
    assert Plays(tmp_path, HOSTS).audit(baseline=None).result["reason"] == "invalid_option"
    assert Plays(tmp_path, HOSTS).audit(baseline={"name": "x"}).result["reason"] == "baseline_invalid"
    assert not (tmp_path / "reports").exists()


def test_the_version_of_core_does_not_matter_to_a_report(tmp_path: pathlib.Path) -> None:
    """What is in a report is plain JSON, without a trace of core's own types."""
    Plays(tmp_path, HOSTS).audit()
    report = json.loads(reports(tmp_path)["default.json"])
    assert "__ansible" not in json.dumps(report)
    assert [finding["card"]["versions"]["application"] for finding in report["findings"]] == [OLD, TARGET, NEW]


# --- the playbook ----------------------------------------------------------------------------------------------------


def test_the_playbook_audits_with_what_the_inventory_says_and_runs_no_task_for_each_host(tmp_path: pathlib.Path) -> None:
    plays = Plays(tmp_path, HOSTS, nmc_baseline_file="{{ inventory_dir }}/baseline.yml")
    plays.write("baseline.yml", {"baseline": BASELINE})
    options = {"audit_fail_on": ["drift"], "audit_return_findings": True, "audit_report_directory": str(tmp_path / "reports")}
    played = plays.play("secure_power.nmc.audit", "-e", json.dumps(options))
    assert played.code != 0
    assert len(played.tasks) > 1
    assert {tuple(results) for results in played.tasks.values()} == {("ups1",)}
    (result,) = [result for results in played.tasks.values() for result in results.values() if "summary" in result]
    assert findings(result) == FOUND
    assert list(reports(tmp_path)) == ["default.json"]


@pytest.mark.parametrize(("shown", "times"), [("true", 1), ("false", 0)])
def test_the_playbook_says_where_the_reports_are_unless_it_is_told_not_to(tmp_path: pathlib.Path, shown: str, times: int) -> None:
    plays = Plays(tmp_path, HOSTS, nmc_baseline=BASELINE)
    played = plays.play("secure_power.nmc.audit", "-e", f"audit_report_directory={tmp_path}/reports", "-e", f"audit_show={shown}")
    assert (played.code, played.output.count(f"{tmp_path}/reports/default.json")) == (0, times)
