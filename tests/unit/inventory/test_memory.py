# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is remembered of cards between two looks, and how what was found becomes hosts."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible.errors import AnsibleError

from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.discovery import Found
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.hosts import Host, hosts_from
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.memory import Memory
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.sources import Place, Source

SOURCE = Source(client="acme", site="paris", credentials=())


def found(last: int, serial: str | None = "ZA1", **said: t.Any) -> Found:
    """A card at 192.0.2.<last>, silent where a reason is given."""
    facts = {"serial": serial, "mac": said.pop("mac", serial), "name": said.pop("sys_name", None)}
    given = {"facts": facts, "listed": False, **said}
    return Found(address=f"192.0.2.{last}", port=161, client="acme", site=None, **given)


def places(*last: int) -> list[Place]:
    return [Place(SOURCE, f"192.0.2.{number}") for number in last]


class Look:
    """Looks that find, one after the other, what they are told."""

    def __init__(self, *finds: list[Found]) -> None:
        self._finds = list(finds)
        self.cache: t.MutableMapping[str, t.Any] = {}
        self.asked: list[list[str]] = []

    def recall(self, *last: int, max_age: int | None = 3600, detect: t.Sequence[str] = ("snmp",)) -> list[Found]:
        return self.recall_all(places(*last), max_age=max_age, detect=detect)

    def recall_all(self, asked: list[Place], *, max_age: int | None = 3600, detect: t.Sequence[str] = ("snmp",)) -> list[Found]:
        return Memory(self.cache, "inventory", max_age=max_age).recall(asked, detect, find=self._find)

    def _find(self, asked: t.Sequence[Place]) -> list[Found]:
        self.asked.append([place.address for place in asked])
        return self._finds.pop(0)

    def make_older(self, seconds: float) -> None:
        for entry in self.cache.values():
            entry["at"] -= seconds


def hosts(*cards: Found, taken: t.Sequence[str] = ()) -> tuple[list[Host], list[str]]:
    """The hosts, and what was warned of."""
    warnings: list[str] = []
    made = hosts_from(cards, words=lambda one: [(one.facts or {}).get("name")], taken=taken, warn=warnings.append)
    return made, warnings


# --- memory ----------------------------------------------------------------------------------------------------------


def test_what_was_found_is_not_looked_for_again_while_it_is_fresh() -> None:
    look = Look([found(1)])
    assert look.recall(1, 2) == look.recall(1, 2) == [found(1)]


def test_a_card_of_which_the_time_is_over_is_remembered_as_missing() -> None:
    look = Look([found(1)], [])
    look.recall(1)
    look.make_older(3601)
    (missing,) = look.recall(1)
    assert (missing.is_missing, missing.reason, missing.facts) == (True, "snmp_silent", found(1).facts)


def test_a_listed_card_that_falls_silent_keeps_what_was_known_of_it() -> None:
    silent = found(1, facts=None, listed=True, reason="snmp_silent")
    look = Look([found(1, listed=True, credentials="read")], [silent])
    look.recall(1)
    (missing,) = look.recall(1, max_age=None)
    assert (missing.is_missing, missing.facts, missing.credentials) == (True, found(1).facts, "read")


def test_a_missing_card_that_answers_again_is_not_missing() -> None:
    look = Look([found(1)], [], [found(1)])
    look.recall(1)
    look.recall(1, max_age=None)
    assert look.recall(1, max_age=None) == [found(1)]


def test_without_a_time_what_was_found_stays_fresh() -> None:
    look = Look([found(1)])
    look.recall(1, max_age=0)
    look.make_older(10**9)
    assert look.recall(1, max_age=0) == [found(1)]


def test_an_entry_from_the_future_is_not_fresh() -> None:
    look = Look([found(1)], [found(1, "ZA2")])
    look.recall(1)
    look.make_older(-3600)
    assert look.recall(1) == [found(1, "ZA2")]


def test_other_places_are_looked_at_though_the_cache_is_fresh() -> None:
    look = Look([found(1)], [found(1), found(2, "ZA2")], [found(1)])
    look.recall(1)
    assert look.recall(1, 2) == [found(1), found(2, "ZA2")]
    assert look.recall(1, detect=("snmp", "ftp")) == [found(1)]


def test_a_place_that_is_no_longer_asked_is_forgotten() -> None:
    look = Look([found(1), found(2, "ZA2")], [found(1)])
    look.recall(1, 2)
    assert look.recall(1) == [found(1)]


def test_a_card_in_whose_place_something_else_answers_is_forgotten() -> None:
    look = Look([found(1)], [found(1, facts=None, reason="not_a_card")])
    look.recall(1)
    assert look.recall(1, max_age=None) == []


def test_an_entry_that_another_release_has_written_is_forgotten() -> None:
    look = Look([found(1)], [found(1)])
    look.recall(1)
    key = next(iter(look.cache))
    look.cache[key]["found"][0]["colour"] = "red"
    assert look.recall(1) == [found(1)]


def test_all_clients_are_looked_for_at_once_and_remembered_apart() -> None:
    globex = Place(replace(SOURCE, client="globex"), "198.51.100.1")
    other = replace(found(9, "ZA9"), client="globex", address=globex.address)
    look = Look([found(1), other], [found(1)])
    both = [*places(1), globex]
    assert look.recall_all(both) == look.recall_all(both) == [found(1), other]
    assert look.recall_all([*places(1, 2), globex]) == [found(1), other]
    assert look.asked == [["192.0.2.1", "198.51.100.1"], ["192.0.2.1", "192.0.2.2"]]


def test_the_name_of_a_client_may_be_longer_than_that_of_a_file() -> None:
    look = Look([])
    look.recall_all([Place(replace(SOURCE, client="x/" * 10_000), "192.0.2.1")])
    (key,) = look.cache
    assert len(key) < 100
    assert "/" not in key


def test_a_cache_that_cannot_be_read_is_forgotten() -> None:
    class Broken(dict[str, t.Any]):
        def __getitem__(self, key: str) -> t.Any:
            raise AnsibleError("The cache file was corrupt.")

    look = Look([found(1)])
    look.cache = Broken()
    assert look.recall(1) == [found(1)]


# --- hosts -----------------------------------------------------------------------------------------------------------


def test_a_card_that_answers_at_two_addresses_is_one_host_and_said() -> None:
    (host,), warnings = hosts(found(2), found(1), found(3, listed=True))
    assert (host.found.address, host.also_at) == ("192.0.2.3", ("192.0.2.1", "192.0.2.2"))
    assert warnings == ["the card ZA1 of acme answers at 192.0.2.3 and at 192.0.2.1, 192.0.2.2"]


def test_a_card_that_has_moved_is_where_it_answers() -> None:
    (host,), warnings = hosts(found(1, reason="snmp_silent"), found(9))
    assert (host.found.address, host.also_at, warnings) == ("192.0.2.9", (), [])


def test_a_listed_card_stays_missing_where_it_is_listed_though_its_serial_answers_elsewhere() -> None:
    made, _warnings = hosts(found(1, name="ups1", listed=True, reason="snmp_silent"), found(9))
    assert [(host.name, host.found.address) for host in made] == [("192.0.2.9", "192.0.2.9"), ("ups1", "192.0.2.1")]


def test_cards_that_claim_one_serial_and_differ_are_two_hosts() -> None:
    made, warnings = hosts(found(1, mac="a"), found(2, mac="b"))
    assert ([host.name for host in made], warnings) == (["192.0.2.1", "192.0.2.2"], [])


def test_a_card_that_claims_the_serial_of_another_does_not_make_two_of_it() -> None:
    made, warnings = hosts(found(1, mac="a"), found(2, mac="b"), found(3, mac="b"))
    assert [(host.found.address, host.also_at) for host in made] == [("192.0.2.1", ()), ("192.0.2.2", ("192.0.2.3",))]
    assert len(warnings) == 1


def test_cards_without_a_serial_are_never_taken_for_one() -> None:
    made, _warnings = hosts(found(1, None), found(2, None), found(3, None, reason="snmp_silent"))
    assert len(made) == 3


def test_cards_of_two_clients_are_never_taken_for_one() -> None:
    made, _warnings = hosts(found(1), replace(found(2), client="globex"))
    assert len(made) == 2


def test_a_name_that_a_card_chose_is_free_of_everything_else() -> None:
    bad = ["db01", "WEBSERVERS", "localhost", "all", "ungrouped", "10.0.0.1", "a\nb", "x" * 10_000, "{{ 1 }}", "-v", "", None]
    made, _warnings = hosts(*(found(number, f"ZA{number}", sys_name=name) for number, name in enumerate(bad)), taken=["db01", "webservers"])
    assert [host.name for host in made] == [f"192.0.2.{number}" for number in range(len(bad))]


def test_a_name_that_two_cards_claim_is_given_to_neither() -> None:
    made, _warnings = hosts(found(1, "ZA1", sys_name="ups"), found(2, "ZA2", sys_name="UPS"), found(3, "ZA3", sys_name="pdu"))
    assert [host.name for host in made] == ["192.0.2.1", "192.0.2.2", "pdu"]
