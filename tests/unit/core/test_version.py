# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import (
    Version,
    parse_file_version,
    parse_version,
)

numbers = st.lists(st.integers(0, 99999), min_size=2, max_size=5).map(tuple)
lettered = st.builds(Version, st.tuples(*[st.integers(0, 99999)] * 3), st.sampled_from("abw"))
versions = st.builds(Version, numbers) | lettered
# Few values, so that versions often agree in all but one place.
close_versions = st.builds(
    Version,
    st.lists(st.integers(0, 2), min_size=2, max_size=5).map(tuple),
    st.sampled_from(["", "a", "b"]),
)


def version(text: str) -> Version:
    found = parse_version(text)
    assert found is not None
    return found


# --- order ---------------------------------------------------------------------------------------------------------


@given(close_versions, close_versions)
def test_of_two_versions_exactly_one_of_older_equal_newer_holds(first: Version, second: Version) -> None:
    assert [first < second, first == second, first > second].count(True) == 1
    assert (first <= second) is (first < second or first == second)
    assert (first >= second) is (second <= first)


@given(close_versions, close_versions, close_versions)
def test_order_is_transitive(first: Version, second: Version, third: Version) -> None:
    low, middle, high = sorted([first, second, third])
    assert low <= middle <= high
    assert low <= high


@given(close_versions, close_versions)
def test_equal_versions_hash_alike(first: Version, second: Version) -> None:
    if first == second:
        assert hash(first) == hash(second)
        assert first.letter == second.letter


@given(numbers, st.integers(1, 3))
def test_missing_parts_count_as_zero(parts: tuple[int, ...], count: int) -> None:
    assert Version(parts) == Version(parts + (0,) * count)
    assert hash(Version(parts)) == hash(Version(parts + (0,) * count))


@given(numbers)
def test_a_letter_is_newer_than_none_and_older_than_the_next_number(parts: tuple[int, ...]) -> None:
    following = Version((*parts[:-1], parts[-1] + 1))
    assert Version(parts) < Version(parts, "a") < Version(parts, "b") < Version((*parts, 1)) < following


# Every version of the catalogues, in the order in which they were released on their line.
_NMC2 = [
    *["5.1.6", "5.1.7", "6.0.2.a", "6.0.6", "6.1.0", "6.2.0", "6.2.1", "6.4.0", "6.4.6", "6.4.7", "6.5.0", "6.5.6", "6.6.4"],
    *["6.6.9.b", "6.7.2", "6.8.0", "6.8.2", "6.8.8", "6.9.2", "6.9.4", "6.9.6", "6.9.8", "6.9.10", "7.0.4", "7.0.6", "7.0.8"],
    *["7.1.2", "7.1.4", "7.1.8", "7.2.0", "7.2.2", "7.2.6"],
]
_NMC3 = [
    *["1.0.0.28", "1.1.0.2", "1.1.0.3", "1.2.0.2", "1.3.3.1", "1.3.6.1", "1.4", "1.4.0.19", "1.4.0.23", "1.4.2.1"],
    *["1.5.0.2", "1.5.1.1", "2.2.0.1", "2.3.1.1", "2.3.1.6", "2.5.0.1", "2.5.0.6", "2.5.0.8", "2.5.2.5", "2.5.3.2", "2.5.3.3"],
    *["2.5.5.1", "3.0.0.5", "3.0.0.12", "3.0.1.1", "3.3.0.8", "3.4.0.8"],
]
_BOOT_MONITORS = ["1.0.8", "1.0.9", "1.1.0.2", "1.3.6.1", "1.4.2.1", "1.5.0.2", "1.5.1.1"]
_NMC1 = ["1.1.0", "2.2.5.a", "3.0.9.a", "3.7.3", "3.9.2", "3.9.4"]


@pytest.mark.parametrize("line", [_NMC1, _NMC2, _NMC3, _BOOT_MONITORS], ids=["NMC1", "NMC2", "NMC3", "boot monitors"])
def test_every_version_ever_seen_is_read_written_and_ordered(line: list[str]) -> None:
    found = [version(f"v{text}") for text in line]
    assert [str(one) for one in found] == line
    assert all(older < newer for older, newer in itertools.pairwise(found))


def test_numbers_are_compared_as_numbers() -> None:
    assert version("6.9.10") > version("6.9.4")
    assert version("3.10") > version("3.9") > version("3.1")
    assert version("3.10") != version("3.1")


def test_an_application_newer_than_its_aos_is_told_apart() -> None:
    assert version("2.5.0.6") < version("2.5.0.8")


@pytest.mark.parametrize(("text", "major"), [("5.1.7", 5), ("6.0.2.a", 6), ("2.5.0.8", 2), ("10.0", 10)])
def test_the_major_version_is_the_first_number(text: str, major: int) -> None:
    assert version(text).major == major


# --- text ----------------------------------------------------------------------------------------------------------


@given(versions)
def test_what_is_written_can_be_read_again(one: Version) -> None:
    for text in (str(one), f"v{one}", f"V{one}", f"  v{one}\r\n", str(one).upper()):
        found = parse_version(text)
        assert found == one
        assert str(found) == str(one)


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "v", "6", "v6", "696", "6.", ".6", "6..9", "6.9.", "6.9.6.", "6.9.6.aa", "6.9.6a", "6,9,6", "6-9-6", "-6.9.6", "+6.9"],
        *["6.9 .6", "6.9.6\n7.0.8", "6.9.6;reboot", "6.9.6.a.1", "a.6.9", "vv6.9", "1.2.3.4.5.6", "123456.1", "1e3.4", "0x6.9"],
        *["6.9.6-rc1", "latest", "N/A", "Unknown", "None", "{{ x }}", "6.9.6\x00", "\x1b[31m6.9.6", "6.9.*", ">=2.5"],
        *["6.x", "6.9.x", "2.5.5.x", "6.9.a", "2.5.5.1.a", "6.9.6.z"],
        *["\u0666.\u0669.\u0666", "6.\uff19.6", "6.9.\u00b2", "6.9.6.\u017f", "6.9.6.\u212a", "6.9.6.\u00e9"],
    ],
)
def test_what_is_no_version_is_none(text: str) -> None:
    assert parse_version(text) is None


def test_no_text_is_no_version() -> None:
    assert parse_version(None) is None


@given(st.text(max_size=40) | st.from_regex(r"v?[0-9.a-z\u0660-\u0669]{0,12}", fullmatch=True))
@example("6.9.6.\u212a")
def test_no_text_breaks_the_parsers_or_gives_anything_but_plain_versions(text: str) -> None:
    for parse in (parse_version, parse_file_version):
        found: Version | None = parse(text)
        if found is not None:
            assert str(found).isascii()
            assert parse_version(str(found)) == found


# --- file names ----------------------------------------------------------------------------------------------------

_COMPACT: t.Mapping[str, str] = {
    "696": "6.9.6",
    "718": "7.1.8",
    "109": "1.0.9",
    "108": "1.0.8",
    "722": "7.2.2",
    "726": "7.2.6",
    "373": "3.7.3",
    "516": "5.1.6",
    "669b": "6.6.9.b",
    "602a": "6.0.2.a",
    "602A": "6.0.2.a",
    "309a": "3.0.9.a",
}


@pytest.mark.parametrize(("text", "dotted"), _COMPACT.items())
def test_three_digits_with_or_without_a_letter_are_a_version(text: str, dotted: str) -> None:
    assert str(parse_file_version(text)) == dotted


@pytest.mark.parametrize("text", ["2-5-5-1", "2.5.5.1", "2-5.5-1", "v2-5-5-1"])
def test_dashes_and_dots_mean_the_same(text: str) -> None:
    assert parse_file_version(text) == version("2.5.5.1")


@pytest.mark.parametrize(
    "text",
    [
        *["6910", "1511", "25008", "69", "6", "69610a", "696ab", "a696", "696.", "6-9-6-", ""],
        *["\u0666\u0669\u0666", "69\u096c", "696\u017f"],
    ],
)
def test_a_name_that_can_be_read_in_two_ways_or_none_is_no_version(text: str) -> None:
    assert parse_file_version(text) is None


@given(st.tuples(*[st.integers(0, 9)] * 3), st.sampled_from(["", "a", "b"]))
def test_compact_names_of_single_digit_versions_lose_nothing(digits: tuple[int, int, int], letter: str) -> None:
    assert parse_file_version("".join(map(str, digits)) + letter) == Version(digits, letter)


@given(versions)
def test_dashed_names_of_all_versions_lose_nothing(one: Version) -> None:
    assert parse_file_version(str(one).replace(".", "-")) == one
