# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Manifests: what is read out of them, how they grow, and what is wrong with one that is refused."""

from __future__ import annotations

import copy
import textwrap
import typing as t

import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component, ImageFacts
from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import (
    Delivery,
    Manifest,
    Store,
    StoredImage,
    StoredRelease,
    from_document,
    merge,
    to_document,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.store import parse_manifest, render

Document = dict[str, t.Any]

SHA = "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13"
AOS_PATH, TOOL_PATH = "hw05/aos/apc_hw05_aos_722.bin", "hw21/su/apcfwapp_v3.4.0.8.nmc3"
AOS_ENTRY = {"sha256": SHA, "size": 3134720, "component": "aos", "hardware_token": "hw05", "application": None, "version": "7.2.2"}
TOOL_ENTRY = {
    "sha256": "0" * 64,
    "size": 6795900,
    "component": "application",
    "hardware_token": "hw21",
    "application": "su",
    "version": "3.4.0.8",
}
RELEASE = {
    "hardware_token": "hw05",
    "application": "rpdu2g",
    "version": "7.2.6",
    "aos": "7.2.2",
    "boot_monitor": "1.0.9",
    "delivery": "direct",
}
DOCUMENT: Document = {"version": 1, "images": {AOS_PATH: AOS_ENTRY, TOOL_PATH: TOOL_ENTRY}, "releases": [RELEASE]}


def version(text: str) -> Version:
    found = parse_version(text)
    assert found is not None
    return found


def read(document: t.Any) -> Manifest:
    found = from_document(document)
    assert isinstance(found, Manifest), found
    return found


def refused(document: t.Any) -> str:
    found = from_document(document)
    assert isinstance(found, Refusal)
    assert found.reason is Reason.MANIFEST_INVALID
    return found.sentence


def parse_refused(text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
    with pytest.raises(BlockedError) as caught:
        parse_manifest(content, "/srv/manifest.yml")
    assert caught.value.reason is Reason.MANIFEST_INVALID
    assert caught.value.message.startswith("/srv/manifest.yml")
    assert len(caught.value.message) < 2000
    assert caught.value.message.isprintable()
    return caught.value.message


# --- what is read ----------------------------------------------------------------------------------------------------


def test_a_manifest_is_read_into_images_and_releases() -> None:
    manifest = read(DOCUMENT)
    assert manifest.images[0] == StoredImage(AOS_PATH, SHA, 3134720, ImageFacts(Component.AOS, "hw05", None, version("7.2.2")))
    assert manifest.images[1].name == "apcfwapp_v3.4.0.8.nmc3"
    assert manifest.releases == (StoredRelease("hw05", "rpdu2g", version("7.2.6"), version("7.2.2"), version("1.0.9"), Delivery.DIRECT),)
    assert manifest.releases[0].components == {
        Component.BOOT_MONITOR: version("1.0.9"),
        Component.AOS: version("7.2.2"),
        Component.APPLICATION: version("7.2.6"),
    }


def test_a_manifest_comes_out_as_it_went_in() -> None:
    assert to_document(read(DOCUMENT)) == DOCUMENT
    assert parse_manifest(render(read(DOCUMENT)).encode(), "manifest.yml") == read(DOCUMENT)


@pytest.mark.parametrize("document", [{"version": 1}, {"version": 1, "images": {}, "releases": []}])
def test_a_manifest_may_be_empty(document: Document) -> None:
    assert read(document) == Manifest()


def test_what_an_entry_leaves_out_its_name_may_say() -> None:
    entry = {"sha256": SHA, "size": 1}
    assert read({"version": 1, "images": {AOS_PATH: entry}}).images[0].facts == read(DOCUMENT).images[0].facts
    unknown = read({"version": 1, "images": {"mystery.bin": entry}}).images[0]
    assert unknown.facts == ImageFacts()


def test_a_release_is_direct_where_its_delivery_is_not_said() -> None:
    release = {key: RELEASE[key] for key in ("hardware_token", "application", "version")}
    found = read({"version": 1, "releases": [release]}).releases[0]
    assert (found.delivery, found.aos, found.boot_monitor) == (Delivery.DIRECT, None, None)


def test_images_and_releases_are_found_by_what_they_are() -> None:
    manifest = read(DOCUMENT)
    assert manifest.image(ImageFacts(Component.APPLICATION, "hw21", "su", version("3.4.0.8"))) == manifest.images[1]
    assert manifest.image(ImageFacts(Component.APPLICATION, "hw21", "sy", version("3.4.0.8"))) is None
    assert manifest.release("hw05", "rpdu2g", version("7.2.6")) == manifest.releases[0]
    assert manifest.release("hw21", "rpdu2g", version("7.2.6")) is None
    assert Store("/srv/images", manifest).locate(manifest.images[0]) == f"/srv/images/{AOS_PATH}"


def test_the_stepping_stone_is_the_newest_of_its_major_that_can_be_sent() -> None:
    def release(text: str, **others: t.Any) -> Document:
        return {"hardware_token": "hw21", "application": "su", "version": text, **others}

    releases = [release("2.3.1.1"), release("2.10.0.1"), release("2.9.9.9"), release("2.11.0.1", delivery="sns_tool"), release("3.4.0.8")]
    manifest = read({"version": 1, "releases": releases})
    stone = manifest.newest_of_major("hw21", "su", 2)
    assert stone is not None
    assert stone.version == version("2.10.0.1")
    assert manifest.newest_of_major("hw21", "su", 1) is None
    assert manifest.newest_of_major("hw21", "sy", 2) is None


# --- how manifests grow ------------------------------------------------------------------------------------------------


def test_merging_adds_in_a_stable_order() -> None:
    manifest = read(DOCUMENT)
    early = StoredImage("hw02/aos/apc_hw02_aos_390.bin", "1" * 64, 1, ImageFacts(Component.AOS, "hw02", None, version("3.9.0")))
    release = StoredRelease("hw02", "su", version("3.9.0"))
    grown = merge(manifest, images=[early], releases=[release])
    assert [image.path for image in grown.images] == [early.path, AOS_PATH, TOOL_PATH]
    assert grown.releases == (release, *manifest.releases)
    assert merge(grown, images=[early], releases=[release]) == grown


def test_a_later_word_wins_and_what_it_leaves_out_stays() -> None:
    manifest = read(DOCUMENT)
    bare = StoredRelease("hw05", "rpdu2g", version("7.2.6"), delivery=Delivery.SNS_TOOL)
    assert merge(manifest, images=[], releases=[bare]).releases == (
        StoredRelease("hw05", "rpdu2g", version("7.2.6"), version("7.2.2"), version("1.0.9"), Delivery.SNS_TOOL),
    )
    other = StoredRelease("hw05", "rpdu2g", version("7.2.6"), aos=version("7.2.3"))
    assert merge(manifest, images=[], releases=[other]).releases[0].aos == version("7.2.3")


# --- what is refused, by entry and key -------------------------------------------------------------------------------


@pytest.mark.parametrize("document", [None, [], "text", 1, {}, {"version": 2}, {"version": "1"}, {"version": 1.0}, {"version": True}])
def test_what_is_no_manifest_of_this_format_is_refused(document: t.Any) -> None:
    assert refused(document) in ("the manifest is no dictionary", "it does not say version: 1")


@pytest.mark.parametrize(
    "changes", [{"images": []}, {"images": None}, {"images": 0}, {"releases": {}}, {"releases": None}, {"releases": ""}]
)
def test_images_and_releases_must_be_what_they_are(changes: Document) -> None:
    assert refused({**DOCUMENT, **changes}) == "images must be a dictionary and releases a list"


def test_a_manifest_with_too_many_entries_is_refused() -> None:
    assert refused({"version": 1, "releases": [None] * 100_001}) == "it has more than 100000 entries"


IMAGE_PROBLEMS: t.Mapping[str, list[t.Any]] = {
    "sha256": [None, "", SHA[:-1], SHA + "0", SHA.upper(), f"sha256:{SHA}", 12, [SHA], SHA + "\n"],
    "size": [None, 0, -1, 1.5, "3134720", True, (64 << 20) + 1, 1 << 4000, [1]],
    "component": ["AOS", "firmware", 1, True, ["aos"], {"aos": 1}, ""],
    "hardware_token": ["hw5", "HW05", "05", 5, ["hw05"], "", "hw05 ", "../hw05", "hw\u0660\u0665"],
    "version": [7.2, 7, True, [7, 2, 2], "seven", "", "7.2.2\n7", "7..2", "v"],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in IMAGE_PROBLEMS.items() for value in values], ids=repr)
def test_an_error_in_an_image_names_the_image_and_the_key(key: str, value: t.Any) -> None:
    sentence = refused({**DOCUMENT, "images": {AOS_PATH: {**AOS_ENTRY, key: value}}})
    assert sentence.startswith(f"image '{AOS_PATH}': {key} is ")
    assert len(sentence) < 400


@pytest.mark.parametrize("value", ["SU", "s u", "", 1, ["su"], "../su", "s" * 33, "aos", "bootmon"], ids=repr)
def test_an_application_is_a_word_of_file_names(value: t.Any) -> None:
    sentence = refused({**DOCUMENT, "images": {TOOL_PATH: {**TOOL_ENTRY, "application": value}}})
    assert sentence == f"image '{TOOL_PATH}': application is {value!r}, which is none"


def test_only_images_of_applications_name_an_application() -> None:
    sentence = refused({**DOCUMENT, "images": {AOS_PATH: {**AOS_ENTRY, "application": "su"}}})
    assert sentence == f"image '{AOS_PATH}': application is su, but component is not application"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": "7.2.0"}, "version 7.2.2, but 7.2.0 was declared"),
        ({"hardware_token": "hw06"}, "hardware_token hw05, but hw06 was declared"),
        ({"component": "boot_monitor"}, "component aos, but boot_monitor was declared"),
    ],
)
def test_an_entry_must_agree_with_the_name_of_its_file(changes: Document, said: str) -> None:
    assert said in refused({**DOCUMENT, "images": {AOS_PATH: {**AOS_ENTRY, **changes}}})


@pytest.mark.parametrize("name", ["upsfw_9.bin", "smt_ups_15.1.enc"])
def test_ups_firmware_has_no_place_in_a_manifest(name: str) -> None:
    assert "UPS firmware by its name" in refused({"version": 1, "images": {f"hw21/su/{name}": {**TOOL_ENTRY, "version": "3.4.0.8"}}})


PATHS: list[t.Any] = [
    *["../x.bin", "/etc/x.bin", "a/../../x.bin", "a/..", "..", ".", "", "a//x.bin", "a/", "/", "a\\x.bin", "..\\x.bin", "C:\\x.bin"],
    *["a/.hidden", ".lock", "a/%2e%2e/x.bin", "a b.bin", "x?.bin", "x#.bin", "x\n.bin", "x\0.bin", "\x1b[2J.bin", "é.bin", "x" * 201],
    *["-rf", "~/x.bin", "$HOME/x.bin", "{{ x }}.bin", "https://example.com/x.bin", "\ud800.bin", 1, None, True, 1.5, ("a", "b")],
]


@pytest.mark.parametrize("path", PATHS, ids=ascii)
def test_a_path_that_is_none_below_the_store_is_refused(path: t.Any) -> None:
    sentence = refused({"version": 1, "images": {path: AOS_ENTRY}})
    assert "is no path below the store" in sentence
    assert sentence.isprintable()


@pytest.mark.parametrize("entry", [None, [], "text", 7])
def test_an_entry_that_is_no_dictionary_is_named(entry: t.Any) -> None:
    assert refused({"version": 1, "images": {AOS_PATH: entry}}) == f"image '{AOS_PATH}' is no dictionary"
    assert refused({"version": 1, "releases": [RELEASE, entry]}) == "release 2 is no dictionary"


@pytest.mark.parametrize("key", ["sha1", "Version", 1, None, "x" * 500])
def test_a_key_that_nothing_reads_is_refused_and_not_lost(key: t.Any) -> None:
    """A misspelt key would silently change what is sent, and would be gone when the store is written again."""
    assert refused({**DOCUMENT, key: 1}).startswith("the manifest: the key ")
    sentence = refused({**DOCUMENT, "images": {AOS_PATH: {**AOS_ENTRY, key: 1}}})
    assert sentence.startswith(f"image '{AOS_PATH}': the key ")
    assert sentence.endswith("known are sha256, size, component, hardware_token, application, version")
    assert refused({**DOCUMENT, "releases": [{**RELEASE, key: 1}]}).startswith("release 1: the key ")


RELEASE_PROBLEMS: t.Mapping[str, list[t.Any]] = {
    "version": [7.2, 7, "seven", [7], ""],
    "aos": [7.2, 7, "seven", [7], ""],
    "boot_monitor": [1.0, 1, "one", {"a": 1}],
    "hardware_token": ["hw5", 5, "hw05\n"],
    "application": ["RPDU", 2, "r p", "aos"],
    "delivery": ["post", 1, True, ["direct"], ""],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in RELEASE_PROBLEMS.items() for value in values], ids=repr)
def test_an_error_in_a_release_names_the_release_and_the_key(key: str, value: t.Any) -> None:
    good = {**RELEASE, "version": "7.2.7"}
    assert refused({**DOCUMENT, "releases": [good, {**RELEASE, key: value}]}).startswith(f"release 2: {key} is {value!r}")


@pytest.mark.parametrize("key", ["hardware_token", "application", "version"])
@pytest.mark.parametrize("missing", [{}, {"value": None}])
def test_a_release_must_say_of_which_card_and_version_it_is(key: str, missing: dict[str, None]) -> None:
    release = {name: value for name, value in RELEASE.items() if name != key} | ({key: None} if missing else {})
    assert refused({**DOCUMENT, "releases": [release]}) == "release 1 must name hardware_token, application and version"


def test_a_release_is_there_once() -> None:
    again = {**RELEASE, "version": "v7.2.6.0", "aos": "7.2.0"}
    assert refused({**DOCUMENT, "releases": [RELEASE, again]}) == "release 2 is release 1 again: hw05 rpdu2g 7.2.6.0"


def test_one_file_is_not_two_releases() -> None:
    other = {**TOOL_ENTRY, "application": "sy"}
    sentence = refused({**DOCUMENT, "images": {TOOL_PATH: TOOL_ENTRY, "hw21/sy/apcfwapp_v3.4.0.8.nmc3": other}})
    assert sentence.count("apcfwapp_v3.4.0.8.nmc3") == 2
    assert "hw21 sy application 3.4.0.8" in sentence


def test_one_release_is_not_two_files() -> None:
    other = {**TOOL_ENTRY, "sha256": SHA}
    sentence = refused({**DOCUMENT, "images": {TOOL_PATH: TOOL_ENTRY, "hw21/other/apcfwapp_v3.4.0.8.nmc3": other}})
    assert f"sha256:{SHA}" in sentence
    assert f"sha256:{'0' * 64}" in sentence


def test_equal_names_may_lie_in_several_family_folders() -> None:
    other = {**TOOL_ENTRY, "sha256": "1" * 64, "application": "rpdu2g"}
    manifest = read({"version": 1, "images": {TOOL_PATH: TOOL_ENTRY, "hw21/rpdu2g/apcfwapp_v3.4.0.8.nmc3": other}})
    found = manifest.image(ImageFacts(Component.APPLICATION, "hw21", "rpdu2g", version("3.4.0.8")))
    assert found is not None
    assert found.sha256 == "1" * 64


def test_refusing_changes_nothing_in_the_document() -> None:
    document = copy.deepcopy(DOCUMENT)
    document["releases"][0]["aos"] = 7.2
    before = copy.deepcopy(document)
    refused(document)
    assert document == before


# --- YAML as people write it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("unquoted", "shown"), [("7.2", "7.2"), ("3.10", "3.1"), ("7", "7"), ("2025-06-13", "datetime.date(2025, 6, 13)")])
def test_a_version_that_yaml_reads_as_a_number_says_so(unquoted: str, shown: str) -> None:
    said = parse_refused(f"version: 1\nreleases:\n  - {{hardware_token: hw05, application: su, version: {unquoted}}}\n")
    assert f"release 1: version is {shown}; versions are text such as '7.2.2', in quotes where YAML reads a number" in said


def test_a_version_of_three_parts_needs_no_quotes() -> None:
    text = "version: 1\nreleases:\n- {hardware_token: hw05, application: su, version: 7.2.2}\n"
    assert parse_manifest(text.encode(), "manifest.yml").releases[0].version == version("7.2.2")


def test_words_that_yaml_reads_as_something_else_stay_words() -> None:
    words = ("null", "true", "no", "on", "y", "123", "1e3", "0x1f", "inf")
    releases = tuple(StoredRelease("hw21", word, version("2.5")) for word in sorted(words))
    assert parse_manifest(render(Manifest((), releases)).encode(), "manifest.yml") == Manifest((), releases)
