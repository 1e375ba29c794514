# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Manifests that mean harm: whatever YAML can do beyond plain data is refused, quickly and in few words."""

from __future__ import annotations

import time
import typing as t

import pytest
from unit.images.test_manifest import AOS_PATH, DOCUMENT, SHA, parse_refused, read

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.store import parse_manifest, read_manifest, render

if t.TYPE_CHECKING:
    import pathlib

_LAUGHS = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 30))
_MERGES = "\n".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 10)}]}}" for n in range(1, 30))


@pytest.mark.parametrize(
    "text",
    [
        f"version: 1\nl0: &l0 [ha]\n{_LAUGHS}\nimages: *l29\n",
        f"version: 1\nm0: &m0 {{a: b}}\n{_MERGES}\nimages: *m29\n",
        f"version: 1\nimages: {{x.bin: {{sha256: {SHA}, size: 1, component: &a [*a]}}}}\n",
        "version: 1\nreleases: &r\n  - *r\n",
    ],
    ids=["billion laughs", "billion merges", "a list in itself", "releases in themselves"],
)
def test_aliases_are_refused_before_they_grow(text: str) -> None:
    started = time.monotonic()
    assert "anchors and aliases are not taken" in parse_refused(text)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "value",
    [
        "!!bool x",
        "!!int ''",
        "!!float ''",
        "!!timestamp x",
        "!!binary '*'",
        "!!python/object/apply:os.system [id]",
        "!x y",
        "! y",
        "!!set {a}",
    ],
)
def test_tags_are_refused(value: str) -> None:
    assert "line 2: tags are not taken" in parse_refused(f"version: 1\nimages: {value}\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version: 1\nversion: 1\n", 2),
        (f"version: 1\nimages:\n  {AOS_PATH}: {{size: 1}}\n  {AOS_PATH}: {{size: 2}}\n", 4),
        (f"version: 1\nimages:\n  {AOS_PATH}:\n    sha256: {SHA}\n    size: 1\n    size: 2\n", 6),
        ("version: 1\nreleases:\n- version: 7.2.2\n  aos: 7.2.2\n  version: 7.2.0\n", 5),
    ],
)
def test_a_key_twice_is_refused_with_its_line(text: str, line: int) -> None:
    said = parse_refused(text)
    assert f"line {line}: " in said
    assert "is there twice" in said


def test_the_same_value_twice_is_no_key_twice() -> None:
    text = "version: 1\nreleases:\n- {hardware_token: hw05, application: su, version: 7.2.2, aos: 7.2.2, boot_monitor: 7.2.2}\n"
    assert parse_manifest(text.encode(), "manifest.yml").releases[0].aos is not None


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000, "version: 1\nimages: " + "[" * 9 + "]" * 9]
)
def test_deep_nesting_is_refused(text: str) -> None:
    assert "nested too deeply" in parse_refused(text)


def test_a_long_value_is_refused() -> None:
    assert "more than 1000 characters in one value" in parse_refused(f"version: 1\nimages: {'x' * 1_000_000}\n")
    assert "more than 1000 characters in one value" in parse_refused(f"version: 1\n{'y' * 1010}: 1\n")
    assert "more than 1000 characters in one value" in parse_refused(f"version: 0x{'f' * 100_000}\n")


BROKEN: list[bytes] = [
    *[b"\xff\xfe\x00", b"version: \xe9", b"\x00", b"version: 1\n\x00", bytes(range(256)), b"\x1f\x8b\x08\x00gzip", b"PK\x03\x04"],
    *[
        b"",
        b"---\n",
        b"...",
        b"version: 1\n---\nversion: 1\n",
        b"version: 1\n  images: x",
        b"'",
        b"{",
        b"]",
        b"\t",
        b"a: b: c",
        b"%YAML 9.9\n---\n",
    ],
    *[
        b"version: 1\nimages: {x: 2025-13-45}",
        b"=: =",
        b"version: =",
        b"version: " + b"1:" * 200 + b"1.0",
        b"<<: x",
        b"? [a]\n: b\n",
        b"? {a: b}\n: c\n",
        b"version: '\\ud800'",
    ],
    *[b'version: 1\nimages: {"\\ud800": 1}', b'version: 1\nimages: {"\\e[2J": 1}', "version: 1\nimages: {\u202ex: 1}".encode()],
]


@pytest.mark.parametrize("content", BROKEN, ids=ascii)
def test_what_is_no_manifest_is_refused_in_one_printable_sentence(content: bytes) -> None:
    parse_refused(content)


def test_a_manifest_of_five_thousand_images_is_read_in_reasonable_time() -> None:
    entry = f"{{sha256: {SHA}, size: 1, component: null, hardware_token: null, application: null, version: null}}"
    text = "version: 1\nimages:\n" + "".join(f"  folder/image{number}.bin: {entry}\n" for number in range(5_000))
    started = time.monotonic()
    assert len(parse_manifest(text.encode(), "manifest.yml").images) == 5_000
    assert time.monotonic() - started < 10


def test_a_manifest_file_beyond_all_measure_is_not_read(tmp_path: pathlib.Path) -> None:
    with (tmp_path / "manifest.yml").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(BlockedError) as caught:
        read_manifest(tmp_path)
    assert caught.value.reason is Reason.MANIFEST_INVALID
    assert "larger than 32 MB" in caught.value.message


def test_what_is_written_has_no_aliases() -> None:
    assert "&" not in render(read(DOCUMENT))
