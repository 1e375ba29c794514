# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version_range import VersionRange, parse_range

VERSIONS = st.one_of(
    st.builds(Version, st.lists(st.integers(0, 99), min_size=1, max_size=4).map(tuple)),
    st.builds(Version, st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)), st.sampled_from(["a", "b"])),
)


def version(text: str) -> Version:
    parsed = parse_version(text)
    assert parsed is not None
    return parsed


def versions(text: str) -> VersionRange:
    parsed = parse_range(text)
    assert parsed is not None
    return parsed


@pytest.mark.parametrize("inside", ["2.5", "2.5.0.8", "2.5.5.1", "2.5.99.99"])
def test_the_free_line_holds_every_2_5(inside: str) -> None:
    assert version(inside) in versions(">=2.5,<2.6")


@pytest.mark.parametrize("outside", ["2.4.9.9", "2.6", "2.6.0.0", "3.0.0.5", "1.5.1.1"])
def test_the_free_line_holds_nothing_else(outside: str) -> None:
    assert version(outside) not in versions(">=2.5,<2.6")


@pytest.mark.parametrize(
    ("sign", "older", "same", "newer"),
    [
        (">=", False, True, True),
        ("<=", True, True, False),
        ("==", False, True, False),
        ("!=", True, False, True),
        (">", False, False, True),
        ("<", True, False, False),
    ],
)
def test_every_sign(sign: str, older: bool, same: bool, newer: bool) -> None:
    wanted = versions(f"{sign}6.9.10")
    assert [version(text) in wanted for text in ("6.9.4", "6.9.10.0", "6.9.11")] == [older, same, newer]


@pytest.mark.parametrize("text", ["", "2.5", ">=", ">=2.5,", ",", ">=2.5 <3", "=>2.5", "~=2.5", ">=2.x", ">= 2.5, <", ">=2.5,<three"])
def test_what_is_no_range_is_none(text: str) -> None:
    assert parse_range(text) is None


def test_a_major_number_alone_ends_a_line() -> None:
    assert version("2.99.9.9") in versions(">=2.5.5.1,<3")
    assert version("3.0.0.0") not in versions(">=2.5.5.1,<3")


@pytest.mark.parametrize(
    ("text", "asked", "exceeded"),
    [
        ("==2.5.5.1", "2.5.5.1", False),
        ("==2.5.5.1", "2.5.5.2", True),
        ("==2.5.5.1", "2.5.5.0", False),
        (">=2.5", "9.9", False),
        (">2.5", "2.5", False),
        (">=2.5,<2.6", "2.6", True),
        (">=2.5,<2.6", "2.4", False),
        ("<=2.6", "2.6", False),
        ("<=2.6", "2.6.0.1", True),
        ("!=2.6", "2.6", False),
    ],
)
def test_a_version_is_too_new_when_it_breaks_an_upper_end(text: str, asked: str, exceeded: bool) -> None:
    assert versions(text).exceeds(version(asked)) is exceeded


@pytest.mark.parametrize(("text", "only"), [("==2.5.5.1", "2.5.5.1"), (">=2.5", None), ("==2.5,<3", None), ("!=2.5", None)])
def test_one_version_is_only_what_is_named_outright(text: str, only: str | None) -> None:
    assert versions(text).only == (version(only) if only else None)


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        (">=2.5,<2.6", False),
        (">=2.5,<2.5", True),
        (">2.5,<=2.5", True),
        (">=2.5,<=2.5", False),
        (">=3,<2.6", True),
        ("==2.5,==2.6", True),
        ("==2.5", False),
        (">=2.5,!=2.5", False),
        ("<2.5,>2.4,<2.3", True),
    ],
)
def test_ends_that_cross_leave_nothing(text: str, empty: bool) -> None:
    assert versions(text).is_empty is empty


def test_blanks_do_not_matter() -> None:
    assert versions(" >= 2.5 ,  < 3.0 ") == versions(">=2.5,<3.0")


@given(low=VERSIONS, high=VERSIONS, asked=VERSIONS)
def test_a_range_is_what_its_comparisons_say_and_reads_as_it_is_written(low: Version, high: Version, asked: Version) -> None:
    wanted = versions(f">={low},<{high}")
    assert (asked in wanted) == (low <= asked < high)
    assert parse_range(str(wanted)) == wanted
