# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin on emulated cards, by the real `ansible-inventory`."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml
from unit.inventory.conftest import QUIET, plain

if t.TYPE_CHECKING:
    from unit.inventory.conftest import Inventory

_GROUPS = [{"key": "nmc_discovered.product_family", "prefix": "family"}]


def source(**more: t.Any) -> list[dict[str, t.Any]]:
    return [{"client": "acme", "credentials": ["read"], **more}]


def test_cards_of_a_range_become_hosts_under_names_that_are_safe(inventory: Inventory) -> None:
    hosts = inventory.hosts()
    assert {host["ansible_host"]: name for name, host in hosts.items()} == {
        "127.61.0.1": "ups-1",
        "127.61.0.2": "pdu-1",
        "127.61.0.3": "ZA2261000003",
        "127.61.0.4": "ZA2261000004",
        "127.61.0.5": "ZA2261000005",
        "127.61.0.6": "ZA2261000006",
        "127.61.0.7": "at-home",
    }
    assert not (inventory.folder / "PWNED").exists()


def test_a_host_carries_what_the_modules_need_and_no_secret(inventory: Inventory) -> None:
    host = inventory.hosts()["ups-1"]
    facts = host.pop("nmc_discovered")
    assert (facts["serial"], facts["application"], facts["generation"], facts["source"]) == ("ZA2261000001", "su", 3, "snmp")
    assert host == {
        "ansible_host": "127.61.0.1",
        "nmc_client": "acme",
        "nmc_site": "paris",
        "nmc_credentials": "read",
        "nmc_snmp_port": inventory.emulator.snmp_port,
        "nmc_timeout": 1.5,
        "nmc_missing": False,
        "nmc_missing_reason": None,
        "nmc_greetings": {},
        "nmc_also_at": [],
    }


def test_variables_of_the_source_stay_the_templates_of_the_operator(inventory: Inventory) -> None:
    hosts = inventory.hosts(
        sources=source(ranges=["127.61.0.1/32"], variables={"nmc_snmp_community": "{{ vault_acme }}", "nmc_timeout": 7})
    )
    assert hosts["ups-1"]["nmc_snmp_community"] == "{{ vault_acme }}"
    assert hosts["ups-1"]["nmc_timeout"] == 7, "what is said of the source counts more than a setting of its credentials"


def test_what_a_card_says_is_shown_and_never_templated_nor_is_it_from_the_cache(inventory: Inventory) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(inventory.folder / "cache")}
    for _run in ("found", "remembered"):
        hosts = inventory.hosts(compose={"its_name": "nmc_discovered.name"}, **cache)
        assert hosts["ZA2261000005"]["its_name"].startswith("{{ lookup(")
    assert not (inventory.folder / "PWNED").exists()


def test_excluded_addresses_are_not_asked(inventory: Inventory) -> None:
    assert set(inventory.hosts(sources=source(ranges=["127.61.0.0/30"], exclude=["127.61.0.2"]))) == {"ups-1"}


def test_a_listed_card_that_is_silent_stays_and_is_missing(inventory: Inventory) -> None:
    hosts = inventory.hosts(sources=source(hosts=["127.61.0.1", "127.61.0.99"]))
    assert set(hosts) == {"ups-1", "127.61.0.99"}
    assert (hosts["127.61.0.99"]["nmc_missing"], hosts["127.61.0.99"]["nmc_missing_reason"]) == (True, "snmp_silent")
    assert hosts["127.61.0.99"]["nmc_snmp_port"] == inventory.emulator.snmp_port


def test_an_export_of_another_tool_names_cards_under_the_same_rules(inventory: Inventory) -> None:
    text = "\ufeffIP;Host name;Room\n127.61.0.1;from-the-export;attic\n127.61.0.2;db01;\n;no address;\n127.61.0.98;gone;cellar\n"
    (inventory.folder / "export.csv").write_text(text, encoding="utf-8")
    columns = {"address": "IP", "name": "Host name", "site": "Room"}
    hosts = inventory.hosts(sources=source(csv={"path": "export.csv", "columns": columns, "delimiter": ";"}))
    assert {name: host.get("nmc_site") for name, host in hosts.items()} == {"from-the-export": "attic", "pdu-1": None, "gone": "cellar"}


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "cannot be read"), ("a;b\n1;2\n", "has no column IP; it has a, b"), ("", "has no column IP; it has none")],
)
def test_an_export_that_cannot_be_used_is_refused(inventory: Inventory, text: str | None, said: str) -> None:
    if text is not None:
        (inventory.folder / "export.csv").write_text(text, encoding="utf-8")
    refusal = inventory.refusal(sources=source(csv={"path": "export.csv", "columns": {"address": "IP"}, "delimiter": ";"}))
    assert said in refusal


def test_hosts_of_other_sources_keep_name_and_variables(inventory: Inventory) -> None:
    card = inventory.hosts(sources=source(inventory_groups=["cards"], site="paris"))["known-card"]
    assert (card["ansible_host"], card["nmc_site"], card["nmc_timeout"]) == ("127.61.0.{{ 3 + 4 }}", "rome", 9)
    assert (card["nmc_client"], card["nmc_discovered"]["name"]) == ("acme", "at-home")


def test_a_host_of_another_client_is_not_asked_with_credentials_of_this_one(inventory: Inventory) -> None:
    assert "other-card is a card of globex, and must not be asked for acme" in inventory.refusal(
        sources=source(inventory_groups=["others"])
    )


@pytest.mark.parametrize("beside", ["group_vars/cards.yml", "host_vars/known-card.yml"])
def test_files_beside_an_inventory_say_whose_a_host_is_and_where(inventory: Inventory, beside: str) -> None:
    path = inventory.folder / beside
    path.parent.mkdir()
    path.write_text("nmc_client: globex\n", encoding="utf-8")
    assert "known-card is a card of globex" in inventory.refusal(sources=source(inventory_groups=["cards"]))
    (inventory.folder / "host_vars").mkdir(exist_ok=True)
    (inventory.folder / "host_vars" / "other-card.yml").write_text("{nmc_client: acme, ansible_host: 127.61.0.2}", encoding="utf-8")
    card = inventory.hosts(sources=source(inventory_groups=["others"]))["other-card"]
    assert (card["ansible_host"], card["nmc_client"], card["nmc_discovered"]["name"]) == ("127.61.0.2", "acme", "pdu-1")


def test_credentials_that_can_work_with_no_card_are_said_and_stop_no_other_client(inventory: Inventory) -> None:
    ways = {
        "unset": {"snmp_user": "audit", "snmp_auth_password": "{{ lookup('ansible.builtin.env', 'NMC_TEST_UNSET') }}"},
        "short": {"snmp_user": "audit", "snmp_auth_password": "SECRET"},
        "read": {"snmp_community": "acme", "snmp_port": inventory.emulator.snmp_port},
    }
    both = [{"client": "globex", "ranges": ["127.61.1.1"], "credentials": ["unset", "short"]}, *source(ranges=["127.61.0.1"])]
    done = inventory.run(credentials=ways, sources=both)
    said = " ".join(done.stderr.split())
    assert "credentials 'short': snmp_auth_password must have at least 8" in said
    assert "credentials 'unset': snmp_auth_protocol and snmp_auth_password only make sense together" in said
    assert "SECRET" not in said
    assert "ups-1" in json.loads(done.stdout)["nmc"]["hosts"]
    assert "credentials" not in inventory.run(credentials=ways, sources=both, limit_client="acme").stderr


def test_an_address_may_be_made_of_the_name_of_its_host_and_a_wrong_one_stops_no_other(inventory: Inventory) -> None:
    path = inventory.folder / "host_vars" / "known-card.yml"
    path.parent.mkdir()
    path.write_text('ansible_host: "127.61.0.{{ inventory_hostname | length - 3 }}"', encoding="utf-8")
    groups: dict[str, t.Any] = {"sources": source(inventory_groups=["cards", "others"], client="globex")}
    assert inventory.hosts(**groups)["known-card"]["nmc_discovered"]["name"] == "at-home"
    path.write_text('ansible_host: "{{ nowhere }}"', encoding="utf-8")
    assert set(inventory.hosts(**groups)) == {"other-card"}
    assert "the variables of known-card cannot be templated: 'nowhere' is undefined" in " ".join(inventory.run(**groups).stderr.split())


def test_a_file_without_sources_finds_nothing(inventory: Inventory) -> None:
    assert inventory.hosts(sources=[]) == {}


def test_ranges_that_nobody_can_ask_are_said(inventory: Inventory) -> None:
    done = inventory.run(credentials={"read": {"snmp_community": ""}}, sources=source(ranges=["127.61.0.0/28"]))
    assert done.returncode == 0
    assert "the ranges 127.61.0.0/28 of acme are not asked over SNMP" in " ".join(done.stderr.split())


def test_a_host_cannot_be_named_like_a_group(inventory: Inventory) -> None:
    assert "webservers cannot be a host" in inventory.refusal(sources=source(hosts=["webservers"]))


def test_a_card_gets_the_site_that_its_location_means_and_no_group_but_behind_the_prefix(inventory: Inventory) -> None:
    where = inventory.hosts(sources=source(hosts=["127.61.0.6"]))["ZA2261000006"]["nmc_discovered"]["location"]
    groups = [{"key": "nmc_discovered.location", "prefix": "at"}]
    done = inventory.run(sources=source(hosts=["127.61.0.6"], site_by_location={where: "lyon"}), keyed_groups=groups)
    listed = json.loads(done.stdout)
    assert listed["_meta"]["hostvars"]["ZA2261000006"]["nmc_site"] == "lyon"
    assert set(listed) - {"_meta"} == {"all", "nmc", "webservers", "cards", "others", "at_all____6___7____Row_4"}


def test_a_group_that_nobody_brought_is_refused(inventory: Inventory) -> None:
    assert "there is no group 'cards'" in inventory.refusal(others=False, sources=source(inventory_groups=["cards"]))


def test_two_clients_cannot_claim_one_address_unless_the_run_is_limited(inventory: Inventory) -> None:
    both = [*source(ranges=["127.61.0.0/30"]), {"client": "globex", "hosts": ["127.61.0.1"], "credentials": ["read"]}]
    refusal = inventory.refusal(sources=both)
    assert "127.61.0.1 is an address of the clients acme and globex" in refusal
    assert {host["nmc_client"] for host in inventory.hosts(sources=both, limit_client="globex").values()} == {"globex"}
    assert "no source is of the client 'initech'" in inventory.refusal(sources=both, limit_client="initech")


def test_a_run_for_one_client_needs_no_secret_of_another(inventory: Inventory) -> None:
    ways = {
        "read": {"snmp_community": "acme", "snmp_port": inventory.emulator.snmp_port},
        "other": {"snmp_community": "{{ vault_globex }}"},
    }
    both = [*source(ranges=["127.61.0.1"]), {"client": "globex", "ranges": ["127.61.1.1"], "credentials": ["other"]}]
    assert set(inventory.hosts(credentials=ways, sources=both, limit_client="acme")) == {"ups-1"}
    assert "'vault_globex' is undefined" in inventory.refusal(credentials=ways, sources=both)


def test_credentials_are_tried_in_their_order(inventory: Inventory) -> None:
    port = inventory.emulator.snmp_port
    ways = {name: {"snmp_community": name, "snmp_port": port, "timeout": 1.0} for name in ("nobody", "acme", "globex")}
    both = [{"ranges": ["127.61.0.1/32", "127.61.1.1/32"], "credentials": ["nobody", "acme", "globex"]}]
    hosts = inventory.hosts(credentials=ways, sources=both)
    assert {name: host["nmc_credentials"] for name, host in hosts.items()} == {"ZA2261000001": "acme", "ZA2261000011": "globex"}


def test_an_address_of_a_range_is_never_logged_on_to_and_a_listed_one_is(inventory: Inventory) -> None:
    emulator = inventory.emulator
    keys = {"host_key_checking": "accept_new", "known_hosts": str(inventory.folder / "known_hosts")}
    way = {"username": "apc", "password": QUIET, "port": emulator.ssh_port, "snmp_community": "acme", "snmp_port": emulator.snmp_port}
    ways = {"read": {**way, **keys, "timeout": 5}}
    assert inventory.hosts(credentials=ways, sources=source(ranges=["127.61.0.8"])) == {}
    assert not (inventory.folder / "known_hosts").exists()
    listed = inventory.hosts(credentials=ways, sources=source(hosts=["127.61.0.8"]))
    assert listed["quiet"]["nmc_discovered"]["source"] == "ssh"
    assert QUIET not in str(listed)


def test_the_deadline_and_the_packets_of_the_file_count(inventory: Inventory) -> None:
    cards = [f"127.61.0.{number}" for number in range(1, 8)]
    hosts = inventory.hosts(sources=source(hosts=cards), packets_per_second=1, deadline=3.0)
    assert "sweep_ended" in {host["nmc_missing_reason"] for host in hosts.values()}
    assert "sweep_ended" not in {host["nmc_missing_reason"] for host in inventory.hosts(sources=source(hosts=cards), deadline=60).values()}


def test_what_cannot_be_composed_is_left_out_unless_the_file_is_strict(inventory: Inventory) -> None:
    for wrong in ({"compose": {"row": "nowhere.row"}}, {"groups": {"here": "nowhere.row"}}, {"hostnames": ["nowhere.row"]}):
        document: dict[str, t.Any] = {"sources": source(hosts=["127.61.0.1"]), **wrong}
        assert len(inventory.hosts(**document)) == 1
        assert "nowhere" in inventory.refusal(strict=True, **document)


def test_a_card_that_answers_at_two_addresses_is_one_host(inventory: Inventory) -> None:
    done = inventory.run(sources=source(ranges=["127.61.2.0/29"]))
    hosts = {name: plain(one) for name, one in json.loads(done.stdout)["_meta"]["hostvars"].items() if "nmc_discovered" in one}
    assert {name: host["nmc_also_at"] for name, host in hosts.items()} == {"two-faced": ["127.61.2.2"], "same-serial": []}
    assert "the card ZA2261000021 of acme answers at 127.61.2.1 and at 127.61.2.2" in " ".join(done.stderr.split())


def test_a_greeting_tells_of_a_card_that_is_not_read(inventory: Inventory) -> None:
    ports = {"ssh_port": inventory.emulator.ssh_port, "ftp_port": inventory.emulator.ftp_port}
    hosts = inventory.hosts(sources=source(ranges=["127.61.0.8/31"]), detect=["snmp", "ssh", "ftp"], timeout=3.0, **ports)
    assert set(hosts) == {"127.61.0.8"}
    assert hosts["127.61.0.8"]["nmc_greetings"]["ssh"] == "SSH-2.0-cryptlib"
    assert (hosts["127.61.0.8"]["nmc_discovered"], hosts["127.61.0.8"]["nmc_missing"]) == (None, False)


def test_groups_are_composed_of_what_cards_say_behind_a_prefix(inventory: Inventory) -> None:
    done = inventory.run(
        "--graph",
        group="power",
        keyed_groups=_GROUPS,
        groups={"paris": "nmc_site == 'paris'"},
        sources=source(hosts=["127.61.0.1"], site="paris"),
    )
    assert (done.returncode, [f"@{name}:" in done.stdout for name in ("power", "family_smart_ups", "paris")]) == (0, [True] * 3)
    assert "needs a prefix" in inventory.refusal(keyed_groups=[{"key": "nmc_discovered.name"}])
    parent = "{{ nmc_discovered.name }}"
    assert "a fixed parent_group" in inventory.refusal(keyed_groups=[{"key": "nmc_client", "prefix": "client", "parent_group": parent}])


def test_a_card_cannot_be_called_like_a_group_of_the_inventory_file(inventory: Inventory) -> None:
    options: dict[str, t.Any] = {"sources": source(ranges=["127.61.0.0/30"]), "group": "pdu-1", "groups": {"ups-1": "false"}}
    assert set(inventory.hosts(**options)) == {"ZA2261000001", "ZA2261000002"}


def test_two_files_cannot_claim_one_address_for_two_clients(inventory: Inventory) -> None:
    one, other = inventory.folder / "one.nmc.yml", inventory.folder / "two.nmc.yml"
    for path, client in ((one, "initech"), (other, "acme")):
        path.write_text(yaml.safe_dump(inventory.document(sources=source(hosts=["127.61.0.1"], client=client))), encoding="utf-8")
    done = inventory.run("-i", one.name, "-i", other.name, "--list", sources=source(hosts=["127.61.0.2"]))
    assert done.returncode != 0
    assert "127.61.0.1 is an address of the clients acme and initech" in " ".join(done.stderr.split())


def test_a_card_that_two_files_find_is_one_host(inventory: Inventory) -> None:
    other = inventory.folder / "more.nmc.yml"
    other.write_text(yaml.safe_dump(inventory.document(sources=source(ranges=["127.61.0.0/29"]))), encoding="utf-8")
    done = inventory.run("-i", other.name, "--list", "--export", sources=source(ranges=["127.61.0.0/30"]))
    hosts = json.loads(done.stdout)["_meta"]["hostvars"]
    found = [plain(one)["ansible_host"] for one in hosts.values() if "nmc_discovered" in one]
    assert sorted(found) == [f"127.61.0.{number}" for number in range(1, 7)]


@pytest.mark.parametrize("name", ["nmc", "Near_Paris", "family_of_smart_ups", "families"])
def test_a_card_cannot_be_named_like_a_group_of_this_very_inventory(inventory: Inventory, name: str) -> None:
    inventory.emulator.patch("127.61.0.7", name=name)
    try:
        keyed = [{"key": "nmc_discovered.product_family", "prefix": "family-of", "parent_group": "families"}]
        hosts = inventory.hosts(keyed_groups=keyed, groups={"near-paris": "nmc_site == 'paris'"}, sources=source(hosts=["127.61.0.7"]))
    finally:
        inventory.emulator.patch("127.61.0.7", name="at-home")
    assert set(hosts) == {"ZA2261000007"}


def test_hosts_can_be_named_by_an_expression(inventory: Inventory) -> None:
    named = ["nmc_client ~ '-' ~ nmc_discovered.name", "serial"]
    assert set(inventory.hosts(hostnames=named, sources=source(ranges=["127.61.0.4/31"]))) == {"acme-db01", "ZA2261000005"}


def test_a_cached_card_that_falls_silent_stays_and_is_missing(inventory: Inventory) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(inventory.folder / "cache")}
    document: dict[str, t.Any] = {"sources": source(ranges=["127.61.0.0/30"]), **cache}
    assert inventory.hosts(**document)["ups-1"]["nmc_missing"] is False
    inventory.emulator.set_faults("127.61.0.1", ["snmp_silent"])
    try:
        assert inventory.hosts(**document)["ups-1"]["nmc_missing"] is False, "the cache is not asked again"
        done = inventory.run("--list", "--flush-cache", **document)
        assert done.returncode == 0
        flushed = json.loads(done.stdout)["_meta"]["hostvars"]["ups-1"]
        assert (flushed["nmc_missing"], flushed["nmc_discovered"]["generation"]) == (True, 3)
    finally:
        inventory.emulator.set_faults("127.61.0.1", [])


def test_a_file_that_is_given_twice_forgets_no_card(inventory: Inventory) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(inventory.folder / "cache")}
    document: dict[str, t.Any] = {"sources": source(ranges=["127.61.0.0/30", "127.61.0.99"]), **cache}
    done = inventory.run("-i", "cards.nmc.yml", "--graph", "nmc", **document)
    assert done.stdout.split() == ["@nmc:", "|--ups-1", "|--pdu-1"]
    inventory.emulator.set_faults("127.61.0.1", ["snmp_silent"])
    try:
        found = json.loads(inventory.run("--list", "--flush-cache", **document).stdout)["nmc"]["hosts"]
    finally:
        inventory.emulator.set_faults("127.61.0.1", [])
    assert sorted(found) == ["pdu-1", "ups-1"]


def test_the_cache_keeps_no_secret_and_each_client_apart(inventory: Inventory) -> None:
    port = inventory.emulator.snmp_port
    ways = {name: {"snmp_community": name, "snmp_port": port} for name in ("acme", "globex")}
    both = [
        {"client": "acme", "hosts": ["127.61.0.1"], "credentials": ["acme"], "variables": {"nmc_snmp_community": "acme"}},
        {"client": "globex", "hosts": ["127.61.1.1"], "credentials": ["globex"]},
    ]
    folder = inventory.folder / "cache"
    inventory.hosts(credentials=ways, sources=both, cache=True, cache_plugin="ansible.builtin.jsonfile", cache_connection=str(folder))
    texts = [path.read_text(encoding="utf-8") for path in Path(folder).iterdir()]
    assert len(texts) == 2
    assert sorted(("ZA2261000001" in text, "ZA2261000011" in text) for text in texts) == [(False, True), (True, False)]
    assert not any("snmp_community" in text for text in texts)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"sources": source(ranges=["127.61.0.1/24"])}, "no range of addresses"),
        ({"sources": source(ranges=["10.0.0.0/8"])}, "more than 1,048,576 addresses"),
        ({"sources": source(exclude=["x"])}, "no range of addresses"),
        ({"sources": [{"credentials": ["unknown"]}]}, "there are no credentials unknown"),
        ({"sources": [{"ranges": [], "colour": "red"}]}, "source 1"),
        ({"sources": ["x"]}, "source 1"),
        ({"credentials": {"read": {"snmp_community": "SECRET-WORD", "snmp_port": 99999}}}, "snmp_port is 99999"),
        ({"credentials": {"read": {"password": "SECRET-WORD", "colour": "SECRET-WORD"}}}, "credentials 'read'"),
        ({"credentials": {"read": "SECRET-WORD"}}, "credentials 'read'"),
        ({"credentials": {"read": {"snmp_community": "{{ SECRET_WORD | nonsense }}"}}}, "cannot be templated"),
        ({"sources": source(variables="a=b")}, "source 1: its variables are no names with their values"),
        ({"sources": source(csv={"path": "static.yml", "columns": {"address": "a"}, "delimiter": ";;"})}, "cannot be read"),
        ({"exclude": ["127.61.0.1"]}, "exclude is no option of the file"),
        ({"timeout": float("nan")}, "timeout is nan, which is no time to wait"),
        ({"deadline": -3}, "deadline is -3.0, which is no time to wait"),
        ({"ssh_port": 70000}, "ssh_port is 70000, which is no port number"),
        ({"ftp_port": 0}, "ftp_port is 0, which is no port number"),
        ({"packets_per_second": 0}, "packets_per_second is 0, which lets nobody be asked"),
        ({"per_site": -1}, "per_site is -1, which lets nobody be asked"),
        ({"keyed_groups": ["nmc_client"]}, "keyed_groups has 'nmc_client', which is no options with their values"),
        ({"keyed_groups": [{"key": "nmc_client", "prefix": "a", "parent_group": 5}]}, "which is no options with their values"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(inventory: Inventory, document: dict[str, t.Any], said: str) -> None:
    refusal = inventory.refusal(**document)
    assert said in refusal
    assert "SECRET-WORD" not in refusal
    assert "names: inventory" not in refusal, "the sentence is not said twice"


def test_files_of_other_plugins_are_left_to_them(inventory: Inventory) -> None:
    (inventory.folder / "other.yml").write_text(yaml.safe_dump(inventory.document()), encoding="utf-8")
    done = inventory.run("-i", "other.yml", "--list", sources=[])
    assert done.returncode != 0
