# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Audits of emulated cards: those that answer, those that do not, and the very findings that upgrades act on."""

from __future__ import annotations

import functools
import json
import os
import pathlib
import signal
import subprocess
import time
import typing as t

import pytest
from unit.audit.audits import NEW, Plays, audited, findings, reports, sentences
from unit.sweep.agents import Send, agent, relayed

from ansible_collections.secure_power.nmc.plugins.module_utils._core.snmp_tables import SYS_DESCR
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.sweep import Limits
from emulator import ber
from emulator.testing import Emulator, start_emulator

if t.TYPE_CHECKING:
    from unit.audit.audits import Variables

_SNMP_USER = {"user": "auditor", "auth_protocol": "sha", "auth_password": "Authentic-42!"}
_GARBAGE = "APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.5.0.8 PN:apc_hw21_aos_2.5.0.8.bin AF1:vNEXT AN1:apc_hw21_su_2.5.0.6.bin)"
CARDS: dict[str, Variables] = {
    "ups3": {"profile": "smart_ups_nmc3"},
    "ups2": {"profile": "smart_ups_nmc2"},
    "pdu3": {"profile": "rack_pdu_nmc3"},
    "pdu2": {"profile": "rack_pdu_nmc2"},
    "bare": {"profile": "smart_ups_nmc2", "application_missing": True},
    "silent": {"profile": "smart_ups_nmc3", "faults": ["snmp_silent"]},
    "private": {"profile": "smart_ups_nmc3", "snmp": {"v3": _SNMP_USER}},
    "garbled": {"profile": "smart_ups_nmc3", "sys_descr": _GARBAGE},
    "printer": {"profile": "foreign_host"},
}
ADDRESSES = {name: f"127.61.0.{number}" for number, name in enumerate(CARDS, 1)}
DOCUMENT: Variables = {
    "name": "2026-q4",
    "rules": [
        {"name": "PDUs", "match": "product_family == 'rack_pdu'", "not_applicable": "until spring"},
        {"name": "NMC2", "match": "generation == `2`", "minimum": "6.0"},
        {"name": "certified", "match": "generation == `3`", "version": NEW, "because": ["IEC 62443-4-2"]},
        {"name": "any other", "minimum": "1.0"},
    ],
    "waivers": [{"match": "host == 'garbled'", "reason": "old", "owner": "dc-ops", "expires": "2020-01-31"}],
}


@pytest.fixture(scope="module")
def cards() -> t.Iterator[Emulator]:
    fleet = [{"address": ADDRESSES[name], **card} for name, card in CARDS.items()]
    with start_emulator({"defaults": {"snmp": {"community": "audit-read"}}, "cards": fleet}) as running:
        yield running


def over_snmp(cards: Emulator) -> Variables:
    return {"nmc_snmp_port": cards.snmp_port, "nmc_snmp_community": "audit-read", "nmc_timeout": 1.5}


def over_ssh(cards: Emulator) -> Variables:
    login: Variables = {"nmc_username": "apc", "nmc_password": "apc", "nmc_port": cards.ssh_port}
    return {**login, "nmc_transport": "ssh", "nmc_known_hosts": str(cards.known_hosts), "nmc_allow_legacy_ssh": True, "nmc_timeout": 10.0}


def hosts(*names: str) -> dict[str, Variables]:
    return {name: {"ansible_host": ADDRESSES[name]} for name in names or CARDS}


def test_every_card_is_reported_as_what_it_is(cards: Emulator, tmp_path: pathlib.Path) -> None:
    fleet = hosts()
    fleet["private"] |= {"nmc_snmp_user": "auditor", "nmc_snmp_auth_password": "Mistaken-42!"}
    fleet["nowhere"] = {"ansible_host": "card.invalid"}
    fleet["nobody"] = {"ansible_host": ADDRESSES["ups3"], "nmc_snmp_community": "{{ omit }}"}
    result = Plays(tmp_path, fleet, **over_snmp(cards)).audit(baseline=DOCUMENT, gather="missing").result
    found = findings(result)
    assert found["ups3"][0] in ("drift", "not_entitled", "unknown")
    assert found["ups2"] == ("compliant", "at_target")
    assert found["pdu2"] == found["pdu3"] == ("not_applicable", "left_alone")
    assert found["silent"] == ("unreachable", "snmp_silent")
    assert found["private"] == ("failed", "snmp_refused")
    assert found["bare"] == ("unknown", "generation_unknown")
    assert found["printer"] == ("unknown", "not_a_card")
    assert found["garbled"] == ("unknown", "version_unknown")
    assert found["nowhere"] == ("unreachable", "name_unresolved")
    assert found["nobody"] == ("failed", "no_credentials")
    assert not any(sentence.endswith(".") or sentence.startswith(f"{name}:") for name, sentence in sentences(result).items())


def test_the_path_of_one_card_gives_the_very_same_finding(cards: Emulator, tmp_path: pathlib.Path) -> None:
    """`nmc_facts`, then `nmc_firmware` in check mode, against the line in the report of an audit by these facts: byte by byte."""
    names = ("ups3", "ups2", "pdu3", "pdu2", "garbled")
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "manifest.yml").write_text("version: 1\nimages: {}\nreleases: []\n", encoding="utf-8")
    given: Variables = {"baseline": DOCUMENT, "image_store": str(tmp_path / "store")}
    before: list[Variables] = [
        {"name": "Read", "secure_power.nmc.nmc_facts": {}},
        {"name": "Plan", "secure_power.nmc.nmc_firmware": given, "check_mode": True, "ignore_errors": True},
    ]
    plays = Plays(tmp_path, hosts(*names), **over_ssh(cards), nmc_client="acme", nmc_site="Paris")
    played = plays.audit(before=before, gather="never", **given)
    one_by_one = {name: json.dumps(result["finding"], sort_keys=True) for name, result in played.tasks["Plan"].items()}
    lines = [line.strip().removesuffix(",") for line in reports(tmp_path)["acme.json"].splitlines() if line.startswith("  {")]
    assert lines == [one_by_one[name] for name in sorted(names)]
    assert {finding["status"] for finding in map(json.loads, lines)} > {"compliant", "not_applicable"}


def test_an_upgrade_takes_the_baseline_of_its_host_too_unless_the_task_has_one(cards: Emulator, tmp_path: pathlib.Path) -> None:
    plays = Plays(tmp_path, hosts("ups2"), **over_snmp(cards), nmc_baseline={**DOCUMENT, "name": "of the host"})
    plays.write("of_the_task.json", {**DOCUMENT, "name": "of the task"})
    before: list[Variables] = [
        {"name": "By host", "secure_power.nmc.nmc_firmware": {}, "check_mode": True},
        {"name": "By task", "secure_power.nmc.nmc_firmware": {"baseline_file": "of_the_task.json"}, "check_mode": True},
    ]
    played = plays.audit(before=before, baseline=None, gather="missing")
    assert [played.tasks[name]["ups2"]["finding"]["baseline"] for name in ("By host", "By task")] == ["of the host", "of the task"]
    assert played.result["findings"][0]["baseline"] == "of the host"


def test_gather_says_which_cards_are_read(cards: Emulator, tmp_path: pathlib.Path) -> None:
    plays = Plays(tmp_path, hosts("ups2", "silent"), **over_snmp(cards))
    plays.write("ansible.cfg", f"[defaults]\nfact_caching = jsonfile\nfact_caching_connection = {tmp_path}/facts\n")
    never = plays.audit(baseline=DOCUMENT, gather="never")
    assert set(findings(never.result).values()) == {("unknown", "not_read")}
    read = {"name": "Read", "secure_power.nmc.nmc_facts": {}, "ignore_unreachable": True}
    plays.audit(before=[read], baseline=DOCUMENT)
    cards.set_faults(ADDRESSES["ups2"], ["snmp_silent"])
    try:
        found = [findings(plays.audit(baseline=DOCUMENT, gather=gather).result)["ups2"][0] for gather in ("never", "missing", "always")]
    finally:
        cards.set_faults(ADDRESSES["ups2"], [])
    assert found == ["compliant", "compliant", "unreachable"]


def test_a_deadline_ends_the_reading_and_not_the_audit(cards: Emulator, tmp_path: pathlib.Path) -> None:
    fleet = {f"silent{number:03}": {"ansible_host": ADDRESSES["silent"]} for number in range(200)}
    started = time.monotonic()
    result = Plays(tmp_path, fleet, **over_snmp(cards)).audit(baseline=DOCUMENT, gather="missing", deadline=2.0).result
    assert time.monotonic() - started < 30
    assert result["summary"]["hosts"] == 200
    assert set(result["summary"]["reasons"]) <= {"snmp_silent", "sweep_ended"}


def test_an_audit_reads_no_more_cards_of_a_site_at_once_than_a_sweep_does(cards: Emulator, tmp_path: pathlib.Path) -> None:
    begun: dict[bytes, float] = {}

    def react(request: bytes, send: Send, _other: Send) -> None:
        if ber.oid(SYS_DESCR) in request:
            send(relayed(request, ADDRESSES["ups3"], cards.snmp_port))
        else:  # a card that is being read, and keeps its place by being silent
            begun.setdefault(request, time.monotonic())

    addresses = [f"127.63.{client}.{number}" for client in (1, 2) for number in range(1, 41)]
    with agent(react, *addresses) as port:
        common = {**over_snmp(cards), "nmc_snmp_port": port, "nmc_timeout": 3.0, "nmc_site": "Paris"}
        fleet = {host: {"ansible_host": host, "nmc_client": f"client{host[7]}", **common} for host in addresses}
        result = audited(tmp_path, fleet, gather="always")
    assert set(result["summary"]["reasons"]) == {"snmp_silent"}
    assert sum(moment < min(begun.values()) + 2.0 for moment in begun.values()) == 2 * Limits().per_site


def test_a_killed_audit_leaves_no_half_report_and_nothing_that_harms_the_next(cards: Emulator, tmp_path: pathlib.Path) -> None:
    plays = Plays(tmp_path, hosts(), **over_snmp(cards))
    first = plays.audit(baseline=DOCUMENT, gather="missing").result
    whole = reports(tmp_path)
    command = [*plays.command("play.json"), "-e", "nmc_timeout=9"]
    for _time in range(2):
        before = _asked(cards)
        process = subprocess.Popen(
            command, cwd=tmp_path, env=plays.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            _await_more(before, functools.partial(_asked, cards))
        finally:
            for pid in (*_children(process.pid), process.pid):
                os.kill(pid, signal.SIGKILL)
            process.wait()
    assert reports(tmp_path) == whole
    again = plays.audit(baseline=DOCUMENT, gather="missing").result
    assert (again["changed"], findings(again)) == (False, findings(first))


def _asked(cards: Emulator) -> int:
    """How often a card was asked beside which another one keeps a sweep waiting."""
    return int(cards.state(ADDRESSES["ups2"])["counters"]["snmp_requests"])


def _await_more(than: int, count: t.Callable[[], int]) -> None:
    deadline = time.monotonic() + 30
    while count() <= than:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _children(pid: int) -> list[int]:
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
