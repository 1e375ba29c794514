# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts that come back from a cache make the card that gave them, or none at all."""

from __future__ import annotations

import copy
import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from unit.core.builders import card_of
from unit.core.samples import READ_AT, SAMPLES

from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import card_from_facts

ANYTHING: st.SearchStrategy[t.Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
FACTS = card_of("hw21", "su", aos="2.5.0.8", app="2.5.0.6", boot="1.5.1.1").facts(READ_AT)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_the_facts_of_every_sample_come_back_whole(sample: t.Any) -> None:
    card = card_from_facts(sample.all_facts)
    assert card is not None
    assert card.facts(READ_AT) == sample.all_facts


# When the card was read is not its own matter, and its subscription follows from the tables.
@pytest.mark.parametrize("key", sorted(set(FACTS) - {"read_at", "secure_nmc"}))
def test_facts_that_lack_a_key_are_no_card(key: str) -> None:
    assert card_from_facts({name: value for name, value in FACTS.items() if name != key}) is None


@given(key=st.sampled_from(sorted(FACTS)), value=ANYTHING)
@example(key="uptime_seconds", value=10**400)
def test_no_damage_to_facts_is_more_than_no_card(key: str, value: t.Any) -> None:
    damaged = {**copy.deepcopy(FACTS), key: value}
    card = card_from_facts(damaged)
    assert card is None or isinstance(hash((card.application, card.serial, card.hardware_token, card.device.model)), int)


@pytest.mark.parametrize("text", ["", "new", "2", "2.5.0.8.1.1"])
def test_a_version_that_is_none_is_not_taken_for_one_that_the_card_did_not_say(text: str) -> None:
    damaged = copy.deepcopy(FACTS)
    damaged["firmware"]["aos"]["version"] = text
    assert card_from_facts(damaged) is None
