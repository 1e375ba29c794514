# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any name, manifest or package: an answer in bounded time, never a traceback, and nothing that the name did not say."""

from __future__ import annotations

import functools
import hashlib
import io
import pathlib
import struct
import tempfile
import typing as t
import zipfile

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from unit.images.builders import AOS, BOOT, SU, SUMX, check_whole, info, snapshot, take_in, vendor_package, zip_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import (
    Component,
    ImageFacts,
    is_application,
    is_file_name,
    parse_image_name,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.intake import Word, describe
from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import (
    Delivery,
    Manifest,
    StoredImage,
    StoredRelease,
    find_conflict,
    from_document,
    merge,
    to_document,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.packages import find_images, read_found
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.store import parse_manifest, render

many = settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])

# --- strategies ------------------------------------------------------------------------------------------------------

_LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
tokens = st.integers(0, 99).map("hw{:02}".format)
words = st.text(_LOWER, min_size=1, max_size=32).filter(is_application)
versions = st.builds(
    Version,
    st.lists(st.integers(0, 99_999), min_size=3, max_size=3).map(tuple),
    st.sampled_from("abcdefghijklmnopqrstuvw"),
) | st.builds(Version, st.lists(st.integers(0, 99_999), min_size=2, max_size=5).map(tuple))
file_names = st.text(f"{_LOWER}ABCXYZ._-", min_size=1, max_size=30).filter(is_file_name)
vendor_names = st.builds(
    "apc_{}_{}_{}.{}".format,
    st.one_of(tokens, st.text(max_size=5)),
    st.one_of(words, st.sampled_from(["aos", "bootmon", "boot"]), st.text(max_size=5)),
    st.one_of(st.from_regex(r"[0-9]{1,4}[a-z]?|[0-9]{1,2}([.-][0-9]{1,2}){1,3}", fullmatch=True), st.text(max_size=8)),
    st.sampled_from(["bin", "nmc", "nmc3", "exe", "BIN"]),
)
names = st.one_of(
    vendor_names, file_names, st.text(max_size=60), st.builds("apcfwapp_v{}.nmc3".format, st.text("0123456789.", max_size=12))
)


image_facts = st.builds(ImageFacts, st.just(Component.APPLICATION), tokens, words, versions) | st.builds(
    ImageFacts, st.sampled_from([Component.AOS, Component.BOOT_MONITOR]), tokens, st.none(), versions
)
# Images under names that say nothing of themselves.
stored_images = st.builds(
    StoredImage,
    st.lists(file_names, max_size=2).map(lambda folders: "/".join([*folders, "x.bin"])),
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    st.integers(1, 64 << 20),
    image_facts,
)
stored_releases = st.builds(StoredRelease, tokens, words, versions, st.none() | versions, st.none() | versions, st.sampled_from(Delivery))


manifests = st.builds(
    lambda images, releases: merge(Manifest(), images=images, releases=releases),
    st.lists(stored_images, max_size=3, unique_by=(lambda image: image.path, lambda image: image.sha256, lambda image: image.facts)),
    st.lists(stored_releases, max_size=3),
)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5) | st.dates()
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(scalars, inner, max_size=4), max_leaves=20)
_KEYS = ("sha256", "size", "component", "hardware_token", "application", "version", "aos", "boot_monitor", "delivery")
_VALUES = st.one_of(anything, tokens, words, versions.map(str), st.just("f" * 64), st.integers(1, 99), st.sampled_from(["aos", "direct"]))
entries = st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=7) | anything
documents = st.one_of(
    anything,
    st.fixed_dictionaries(
        {"version": st.just(1)},
        optional={
            "images": st.dictionaries(file_names | st.text(max_size=20), entries, max_size=3) | anything,
            "releases": st.lists(entries, max_size=3) | anything,
        },
    ),
)


_T = t.TypeVar("_T")


def _tried(work: t.Callable[[], _T]) -> _T | BlockedError:
    """What comes of it, or a refusal that can be printed."""
    try:
        return work()
    except BlockedError as error:
        if not error.message.isprintable():
            raise
        return error


# --- names -----------------------------------------------------------------------------------------------------------


@many
@given(names)
def test_nothing_is_read_that_the_name_did_not_say(name: str) -> None:
    facts, lower = parse_image_name(name), name.lower()
    assert facts.hardware_token is None or f"_{facts.hardware_token}_" in lower
    assert facts.application is None or f"_{facts.application}_" in lower
    if facts.version is not None:
        said = lower.replace("-", ".").rsplit(".", 1)[0].rsplit("_", 1)[1].removeprefix("v")
        numbers = [int(part) for part in said.split(".") if part.isdigit()]
        compact = [int(digit) for digit in said if digit.isdigit()]
        assert list(facts.version.parts) in (numbers, compact)
        assert facts.version.letter == "" or said.endswith(facts.version.letter)
    if facts == ImageFacts():
        return
    assert lower.startswith("apc")
    assert facts.component is not None


@many
@given(names, image_facts | st.builds(ImageFacts))
def test_a_name_and_a_word_that_are_joined_never_lose_or_invent_anything(name: str, declared: ImageFacts) -> None:
    named = parse_image_name(name)
    found = describe(name, Word(application=declared))
    if isinstance(found, Refusal):
        assert found.sentence
        return
    for field in ("component", "hardware_token", "application", "version"):
        said, value = getattr(named, field), getattr(found, field)
        assert value == said or (said is None and value == getattr(declared, field))
    assert None not in (found.component, found.hardware_token, found.version)


# --- manifests -------------------------------------------------------------------------------------------------------


@many
@given(manifests)
def test_a_manifest_that_is_written_is_read_as_it_was(manifest: Manifest) -> None:
    assert find_conflict(manifest.images) is None
    assert from_document(to_document(manifest)) == manifest
    text = render(manifest)
    assert parse_manifest(text.encode(), "manifest.yml") == manifest
    assert render(parse_manifest(text.encode(), "manifest.yml")) == text


@many
@given(manifests, manifests)
def test_merging_again_changes_nothing_and_nothing_is_lost(first: Manifest, second: Manifest) -> None:
    once = merge(first, images=second.images, releases=second.releases)
    assert merge(once, images=second.images, releases=second.releases) == once
    assert {image.path for image in once.images} == {image.path for image in (*first.images, *second.images)}
    assert {release.key for release in once.releases} == {release.key for release in (*first.releases, *second.releases)}
    assert set(second.images) <= set(once.images)


@many
@given(documents)
@example({"version": 1, "images": {"x.bin": {"sha256": "f" * 64, "size": 1, "version": [float("nan")]}}})
def test_any_document_is_a_manifest_or_refused_in_one_sentence(document: t.Any) -> None:
    found = from_document(document)
    if isinstance(found, Refusal):
        assert found.reason is Reason.MANIFEST_INVALID
        assert found.sentence.isprintable()
        assert len(found.sentence) < 1000
    else:
        assert from_document(to_document(found)) == found


_YAML = st.one_of(
    documents.map(lambda document: str(yaml.safe_dump(document, allow_unicode=True))),
    st.text(max_size=200),
    st.text("{}[]:,-?&*!|>'\"%@`#<= \n\tab1.~", max_size=80),
    st.lists(
        st.sampled_from(["version: 1\n", "images:\n", "releases:\n", "  x.bin:\n", "    size: 1\n", "- ", "&a ", "*a ", "!!int ", "<<: "])
    ).map("".join),
)


@many
@given(_YAML.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=200))
def test_any_file_is_a_manifest_or_refused_in_one_sentence(content: bytes) -> None:
    found = _tried(lambda: parse_manifest(content, "manifest.yml"))
    if isinstance(found, BlockedError):
        assert found.reason is Reason.MANIFEST_INVALID
    else:
        assert parse_manifest(render(found).encode(), "manifest.yml") == found


# --- packages --------------------------------------------------------------------------------------------------------


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """One folder for all examples, which ends with the process: hypothesis makes thousands, and pytest would keep each."""
    return tempfile.TemporaryDirectory(prefix="packages-")


def _read_through(content: bytes) -> None:
    """Whatever a package is, what is found in it can be read and is what it was found to be; or it is refused."""
    path = pathlib.Path(_folder().name) / "apc.exe"
    path.write_bytes(content)
    found = _tried(lambda: find_images(path))
    if isinstance(found, BlockedError):
        assert found.reason in (Reason.PACKAGE_UNREADABLE, Reason.IMAGE_UNREADABLE)
        return
    for image in found:
        inside = b"".join(read_found(image))
        assert (len(inside), hashlib.sha256(inside).hexdigest()) == (image.size, image.sha256)
        assert image.facts == parse_image_name(image.name)
        assert "/" not in image.name
        assert "\\" not in image.name


_WHOLE = vendor_package(AOS, SUMX, BOOT)[-3000:]
_STORED = zip_of({f"Bins/{AOS}": b"firmware", SU: b""}, compression=zipfile.ZIP_STORED)
_HEADER_BYTES = (0, 1, 0x7F, 0x80, 0xFF)


@many
@given(
    st.sampled_from([_WHOLE, _STORED]),
    st.lists(st.tuples(st.integers(0, 2999), st.sampled_from(_HEADER_BYTES) | st.integers(0, 255)), max_size=6),
    st.integers(0, 3000),
    st.binary(max_size=30),
)
def test_a_damaged_package_is_read_right_or_refused(whole: bytes, changes: list[tuple[int, int]], cut: int, added: bytes) -> None:
    content = bytearray(whole)
    for place, value in changes:
        content[place % len(content)] = value
    _read_through(bytes(content[: len(content) - cut] if cut < 300 else content) + added)


@many
@given(
    st.binary(max_size=300)
    | st.binary(max_size=100).map(lambda tail: _STORED[:60] + tail)
    | st.binary(max_size=60).map(lambda head: head + _STORED)
)
def test_any_file_is_a_package_or_refused(content: bytes) -> None:
    _read_through(content)


_FIELDS = ((b"PK\x01\x02", 46), (b"PK\x03\x04", 30), (b"PK\x05\x06", 22))


@many
@given(st.data())
def test_headers_that_lie_are_refused_or_harmless(data: st.DataObject) -> None:
    """Every field of every header in turn takes values at the ends of its range."""
    content = bytearray(_STORED)
    for _change in range(data.draw(st.integers(1, 3))):
        signature, length = data.draw(st.sampled_from(_FIELDS))
        start = content.find(signature)
        place = start + data.draw(st.integers(4, length - 4))
        if start >= 0:
            struct.pack_into(
                "<L", content, place, data.draw(st.sampled_from((0, 1, 2, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)) | st.integers(0, (1 << 32) - 1))
            )
    _read_through(bytes(content))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@many
@given(st.dictionaries(names | st.builds("{}/{}".format, st.text(max_size=10), vendor_names), st.binary(max_size=40), max_size=5))
def test_whatever_a_package_names_nothing_leaves_the_store(members: dict[str, bytes]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name.encode("utf-8", "replace").decode() or "x"), content)
    with tempfile.TemporaryDirectory(prefix="store-test-") as scratch:
        folder = pathlib.Path(scratch)
        package, store = folder / "apc.zip", folder / "outer" / "store"
        package.write_bytes(buffer.getvalue())
        read, ran = info(package), take_in(store, package)
        assert {path for path in snapshot(folder) if not path.startswith("outer/store/")} == {"apc.zip"}
        if "failed" in ran.result:
            assert not store.exists()
            return
        entries = check_whole(store)["images"]
        assert {entry["sha256"] for entry in entries.values()} == {image["sha256"] for image in read["images"]}
        assert take_in(store, package)["changed"] is False
