# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reports of audits: what each client gets, and what becomes of it on the disk."""

from __future__ import annotations

import json
import os
import pathlib
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from unit.audit.audits import NOW, OLD, TARGET, audited, facts, host, reports

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, NmcError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.report import write


def test_a_report_of_one_client_holds_nothing_of_another(tmp_path: pathlib.Path) -> None:
    hosts = {
        f"{client}-{number}": host(number, nmc_client=client, nmc_site=f"{client} site")
        for client in ("acme", "globex")
        for number in (1, 2)
    }
    first = audited(tmp_path, hosts, removed=["globex-1"])
    text = reports(tmp_path)["acme.json"]
    assert "globex" not in text
    assert json.loads(text)["summary"]["hosts"] == 2
    assert json.loads(text)["removed"] == []
    assert set(first["clients"]) == {"acme", "globex"}
    alone = tmp_path / "alone"
    audited(alone, {name: said for name, said in hosts.items() if name.startswith("acme")})
    assert reports(alone)["acme.json"] == text


@pytest.mark.parametrize("client", ["../escape", "a/b", ".", "..", "", "naïve", "x" * 10 + "\n"])
def test_the_name_of_a_client_is_no_path(tmp_path: pathlib.Path, client: str) -> None:
    audited(tmp_path, {"ups1": host(1, nmc_client=client)})
    (report,) = tmp_path.rglob("*.json")
    assert report.parent == tmp_path / "reports"


def test_two_clients_never_share_a_report(tmp_path: pathlib.Path) -> None:
    with pytest.raises(InputError, match="would share the report"):
        audited(tmp_path, {"ups1": host(1, nmc_client="a/b"), "ups2": host(2, nmc_client="A b")})
    assert not (tmp_path / "reports").exists()


def test_clients_are_told_apart_in_every_script_and_at_any_length(tmp_path: pathlib.Path) -> None:
    clients = ["株式会社東京", "株式会社大阪", "Ärzte & Söhne", "x" * 400]
    result = audited(tmp_path, {f"ups{number}": host(number, nmc_client=client) for number, client in enumerate(clients)})
    assert {json.loads(pathlib.Path(said["report"]).read_text(encoding="utf-8"))["client"] for said in result["clients"].values()} == {
        *clients
    }


def test_a_report_is_for_its_owner_only(tmp_path: pathlib.Path) -> None:
    audited(tmp_path, {"ups1": host(1)})
    assert stat.S_IMODE((tmp_path / "reports").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "reports" / "default.json").stat().st_mode) == 0o600


def test_the_order_of_the_inventory_does_not_matter(tmp_path: pathlib.Path) -> None:
    hosts = {f"ups{number}": host(number) for number in range(20)}
    audited(tmp_path, hosts)
    first = reports(tmp_path)
    assert audited(tmp_path, dict(reversed(hosts.items())))["changed"] is False
    assert reports(tmp_path) == first


def test_only_times_may_differ_without_being_a_change(tmp_path: pathlib.Path) -> None:
    audited(tmp_path, {"ups1": host(1)})
    first = reports(tmp_path)["default.json"]
    later = NOW + timedelta(hours=3)
    known = {"nmc_discovered": facts(OLD, read_at=later.isoformat(), serial="ZA0000000001")}
    assert audited(tmp_path, {"ups1": known}, now=later)["changed"] is False
    assert reports(tmp_path)["default.json"] != first
    assert audited(tmp_path, {"ups1": host(1, TARGET)})["changed"] is True


def test_a_report_that_is_no_report_is_replaced(tmp_path: pathlib.Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "default.json").write_bytes(b"\xff\xfe half")
    assert audited(tmp_path, {"ups1": host(1)})["changed"] is True
    assert json.loads(reports(tmp_path)["default.json"])["format"] == 1


def test_what_a_killed_audit_was_writing_is_removed_once_nobody_can_write_it_any_more(tmp_path: pathlib.Path) -> None:
    (tmp_path / "reports").mkdir()
    left, young = tmp_path / "reports" / ".report.left", tmp_path / "reports" / ".report.young"
    for path in (left, young):
        path.write_text("half", encoding="utf-8")
    os.utime(left, (0, 0))
    audited(tmp_path, {"ups1": host(1)})
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == [young.name, "default.json"]


def test_what_cannot_be_removed_does_not_keep_an_audit_from_its_reports(tmp_path: pathlib.Path) -> None:
    theirs = tmp_path / "reports" / ".report.theirs"
    theirs.mkdir(parents=True)
    os.utime(theirs, (0, 0))
    audited(tmp_path, {"ups1": host(1)})
    assert (tmp_path / "reports" / "default.json").is_file()


def test_whoever_reads_a_report_while_audits_write_it_sees_a_whole_one(tmp_path: pathlib.Path) -> None:
    path, contents = tmp_path / "acme.json", {letter * 100_000 for letter in "ab"}
    write(path, min(contents))
    with ThreadPoolExecutor(3) as pool:
        written = [pool.submit(write, path, text) for text in contents for _time in range(25)]
        seen = set()
        while not all(job.done() for job in written):
            seen.add(path.read_text(encoding="utf-8"))
    assert [job.exception() for job in written] == [None] * 50
    assert seen <= contents
    assert [left.name for left in tmp_path.iterdir()] == ["acme.json"]


def test_a_directory_that_cannot_be_written_is_said_with_what_to_do(tmp_path: pathlib.Path) -> None:
    (tmp_path / "reports").write_text("in the way", encoding="utf-8")
    with pytest.raises(NmcError, match="cannot be written") as caught:
        audited(tmp_path, {"ups1": host(1)})
    assert caught.value.reason is Reason.REPORT_UNWRITABLE


def test_no_secret_of_a_host_is_in_a_report_or_the_result(tmp_path: pathlib.Path) -> None:
    secrets = {
        "nmc_password": "Sesame-42!",
        "nmc_snmp_community": "Commune-42!",
        "nmc_snmp_auth_password": "Authentic-42!",
        "nmc_snmp_privacy_password": "Private-42!",
        "nmc_ledger_url": f"sqlite:///{tmp_path}/Ledger-42!.sqlite",
    }
    wrong = {**secrets, "nmc_transport": "Sesame-42!"}
    result = audited(tmp_path, {"ups1": host(1, **secrets), "ups2": host(2, **wrong)}, ledger_url=None)
    said = json.dumps(result) + "".join(reports(tmp_path).values())
    assert [secret for secret in secrets.values() if secret in said] == []
