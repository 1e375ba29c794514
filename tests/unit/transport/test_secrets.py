# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
import types
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.secure_power.nmc.plugins.module_utils import _secrets
from ansible_collections.secure_power.nmc.plugins.module_utils._secrets import MASK, register, scrub

long_secrets = st.text(alphabet=st.characters(exclude_characters="*", exclude_categories=["Cs"]), min_size=8, max_size=30)


@given(st.text(), long_secrets, st.text())
def test_a_long_secret_is_masked_wherever_it_stands(before: str, secret: str, after: str) -> None:
    assert secret not in scrub(before + secret + after, [secret])


@pytest.mark.parametrize("secret", ["apc", "public", "s3cret"])
def test_a_short_secret_is_masked_as_a_word_of_its_own(secret: str) -> None:
    assert scrub(f"login with {secret!r}: {secret}, ({secret})", [secret]) == f"login with '{MASK}': {MASK}, ({MASK})"


def test_a_short_secret_leaves_other_words_alone() -> None:
    text = "apc_hw05_aos_722.bin publications apcd2"
    assert scrub(text, ["apc", "public"]) == text


def test_the_longer_of_two_secrets_goes_first() -> None:
    assert scrub("secret-password-2", ["secret-password", "secret-password-2"]) == MASK


def test_a_secret_is_masked_as_python_quotes_it() -> None:
    secret = "pass\\word\n'1"
    assert "word" not in scrub(f"error: {secret!r}", [secret])


def test_without_secrets_a_text_stays_as_it_is() -> None:
    assert scrub("as it is", [None, ""]) == "as it is"


@pytest.fixture
def look_again() -> t.Iterator[None]:
    """What the core can do is looked up once in a process; here it changes."""
    _secrets._core_masking.cache_clear()
    yield
    _secrets._core_masking.cache_clear()


@pytest.mark.usefixtures("look_again")
def test_long_secrets_are_registered_with_a_core_that_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[str] = []
    core = types.SimpleNamespace(register_secrets=registered.extend)
    monkeypatch.setitem(sys.modules, "ansible.module_utils.secrets", t.cast("types.ModuleType", core))
    register(["correct horse", "apc", None])
    assert registered == ["correct horse"]


@pytest.mark.usefixtures("look_again")
def test_a_core_without_masking_is_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ansible.module_utils.secrets", t.cast("types.ModuleType", None))
    register(["correct horse"])
    assert _secrets.MASK == MASK
