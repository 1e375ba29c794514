# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a card is called in the inventory, whatever it says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.secure_power.nmc.plugins.module_utils._core.host_names import Naming, choose_names, is_usable


@pytest.mark.parametrize("word", ["ups-paris-1", "a", "UPS_1.example.com", "0", "x" * 253])
def test_words_of_the_alphabet_of_host_names_are_usable(word: str) -> None:
    assert is_usable(word)


@pytest.mark.parametrize(
    "word",
    [
        "",
        "localhost",
        "LocalHost",
        "all",
        "Ungrouped",
        "10.0.0.1",
        "10.0.0.1_nmc",
        "10.0.0.1_1161",
        "::1",
        "-x",
        ".hidden",
        "_x",
        "a b",
        "a\n",
        "a\nb",
        "web[1:3]",
        "a:b",
        "a,b",
        "!a",
        "{{ x }}",
        "\u0430ps",
        "a/b",
        "x" * 254,
        "x" * 10_000,
    ],
)
def test_words_that_mean_something_else_to_ansible_are_not(word: str) -> None:
    assert not is_usable(word)


def test_the_first_usable_word_is_the_name() -> None:
    assert choose_names([Naming("10.0.0.1", None, ("a b", None, "ups-1", "SERIAL"))], []) == ["ups-1"]


def test_the_address_is_left_when_no_word_will_do() -> None:
    assert choose_names([Naming("10.0.0.1", None, ("localhost", "db01"))], ["DB01"]) == ["10.0.0.1"]


@pytest.mark.parametrize(("address", "taken"), [("10.0.0.1", ["10.0.0.1"]), ("FE80::1", ["fe80::1"]), ("localhost", [])])
def test_an_address_that_is_the_name_of_another_host_gets_an_ending(address: str, taken: list[str]) -> None:
    assert choose_names([Naming(address)], taken) == [f"{address}_nmc"]


def test_a_word_that_two_cards_claim_is_given_to_neither() -> None:
    cards = [Naming("10.0.0.1", None, ("twin", "S1")), Naming("10.0.0.2", None, ("TWIN", "S2"))]
    assert choose_names(cards, []) == ["S1", "S2"]


def test_a_card_cannot_take_the_name_that_an_operator_gave_to_another() -> None:
    assert choose_names([Naming("10.0.0.1", "ups-1"), Naming("10.0.0.2", None, ("Ups-1", "S2"))], []) == ["ups-1", "S2"]


def test_an_operator_may_name_a_host_that_is_there() -> None:
    assert choose_names([Naming("10.0.0.1", "ups-1")], ["ups-1"]) == ["ups-1"]


_WORDS = st.sampled_from(["a", "A", "b", "localhost", "db01", "10.0.0.2", "x y", "all"])
_CARDS = st.lists(st.tuples(*(_WORDS,) * 2), max_size=6)


@given(_CARDS, st.lists(_WORDS, max_size=3))
def test_no_card_takes_a_name_that_is_taken_and_no_two_have_the_same(cards: list[tuple[str, str]], taken: list[str]) -> None:
    namings = [Naming(f"192.0.2.{number}", None, words) for number, words in enumerate(cards)]
    names = choose_names(namings, taken)
    assert len({name.lower() for name in names}) == len(names)
    for naming, name in zip(namings, names, strict=True):
        assert name == naming.address or (name in naming.own and re.fullmatch(r"[A-Za-z0-9._-]+", name))
        assert name.lower() not in {other.lower() for other in taken} | {"localhost", "all", "ungrouped"}
