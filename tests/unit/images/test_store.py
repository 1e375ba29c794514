# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image store: what comes in and how, again, in check mode, against what is there, and where it cannot be written."""

from __future__ import annotations

import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import typing as t

import pytest
import yaml
from unit.images.builders import (
    AOS,
    BOOT,
    SU,
    SUMX,
    TOOL,
    check_whole,
    content_of,
    sha256_of,
    snapshot,
    take_in,
    write_image,
    write_package,
)

from ansible_collections.secure_power.nmc.plugins.module_utils._operations.store import read_manifest

SU_WORD: dict[str, t.Any] = {"hardware_token": "hw21", "application": "su"}


@pytest.fixture
def store(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "store"


@pytest.fixture
def package(tmp_path: pathlib.Path) -> pathlib.Path:
    return write_package(tmp_path / "downloads")


# --- what comes in ---------------------------------------------------------------------------------------------------


def test_a_package_becomes_images_and_a_release(store: pathlib.Path, package: pathlib.Path) -> None:
    ran = take_in(store, package)
    assert ran["changed"] is True
    assert ran["manifest"] == str(store / "manifest.yml")
    places = {name: f"hw05/{folder}/{name}" for name, folder in ((AOS, "aos"), (BOOT, "boot_monitor"), (SUMX, "sumx"))}
    assert snapshot(store) == {place: content_of(name) for name, place in places.items()} | {
        "manifest.yml": (store / "manifest.yml").read_bytes()
    }
    assert ran["images"][places[AOS]] == {
        "sha256": sha256_of(content_of(AOS)),
        "size": len(content_of(AOS)),
        "component": "aos",
        "hardware_token": "hw05",
        "application": None,
        "version": "7.2.0",
    }
    assert ran["releases"] == [
        {"hardware_token": "hw05", "application": "sumx", "version": "7.2.0", "aos": "7.2.0", "boot_monitor": "1.0.9", "delivery": "direct"}
    ]
    assert check_whole(store) == {"version": 1, "images": ran["images"], "releases": ran["releases"]}


def test_the_second_run_changes_nothing(store: pathlib.Path, package: pathlib.Path) -> None:
    take_in(store, package)
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*")}
    again = take_in(store, package)
    assert again["changed"] is False
    assert again["diff"]["before"] == again["diff"]["after"]
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*")} == before


def test_check_mode_writes_nothing_and_says_what_the_real_run_says(store: pathlib.Path, package: pathlib.Path) -> None:
    planned = take_in(store, package, check_mode=True)
    assert not store.exists()
    assert planned.result == take_in(store, package).result
    assert take_in(store, package, check_mode=True)["changed"] is False


def test_the_diff_is_the_manifest_before_and_after(store: pathlib.Path, package: pathlib.Path, tmp_path: pathlib.Path) -> None:
    take_in(store, package)
    before = (store / "manifest.yml").read_text()
    ran = take_in(store, write_image(tmp_path, SU))
    assert ran["diff"] == {
        "before_header": str(store / "manifest.yml"),
        "after_header": str(store / "manifest.yml"),
        "before": before,
        "after": (store / "manifest.yml").read_text(),
    }


def test_files_that_lie_together_make_a_release_whatever_lies_between(store: pathlib.Path, tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "folder"
    for name in (AOS, SUMX):
        write_image(folder, name)
    write_image(folder / "apc_hw05_b", SU)
    ran = take_in(store, folder / AOS, folder / "apc_hw05_b", folder / SUMX)
    assert [(release["application"], release["aos"]) for release in ran["releases"]] == [("sumx", "7.2.0"), ("su", None)]
    assert take_in(tmp_path / "other", folder)["releases"] == ran["releases"]


def test_files_that_lie_apart_make_no_release_together(store: pathlib.Path, tmp_path: pathlib.Path) -> None:
    ran = take_in(store, write_image(tmp_path / "a", AOS), write_image(tmp_path / "b", SUMX))
    assert ran["releases"][0]["aos"] is None


def test_a_release_that_comes_again_keeps_what_is_known_of_it(store: pathlib.Path, package: pathlib.Path, tmp_path: pathlib.Path) -> None:
    releases = take_in(store, package)["releases"]
    again = take_in(store, write_image(tmp_path, SUMX))
    assert (again["changed"], again["releases"]) == (False, releases)


def test_what_ships_together_can_be_declared(store: pathlib.Path, tmp_path: pathlib.Path) -> None:
    path = write_image(tmp_path, "apc_hw21_su_2-5-0-6.nmc3")
    ran = take_in(store, path, aos="2.5.0.8", boot_monitor="1.5.1.1")
    assert (ran["releases"][0]["aos"], ran["releases"][0]["boot_monitor"]) == ("2.5.0.8", "1.5.1.1")


def test_a_name_that_names_no_family_needs_the_operators_word(store: pathlib.Path, tmp_path: pathlib.Path) -> None:
    path = write_image(tmp_path, TOOL)
    refused = take_in(store, path)
    assert refused["reason"] == "image_facts_missing"
    assert f"the name of {TOOL} does not say hardware_token and application" in refused.said
    assert not store.exists()
    ran = take_in(store, path, **SU_WORD)
    assert list(ran["images"]) == [f"hw21/su/{TOOL}"]
    assert (ran["releases"][0]["application"], ran["releases"][0]["version"]) == ("su", "3.4.0.8")


def test_versions_that_names_leave_open_can_be_declared(store: pathlib.Path, tmp_path: pathlib.Path) -> None:
    names = ("apc_hw05_aos_6910.bin", "apc_hw05_sumx_6911.bin", "apc_hw05_bootmon_1010.bin")
    for name in names:
        write_image(tmp_path / "folder", name)
    assert take_in(store, tmp_path / "folder")["reason"] == "image_facts_missing"
    ran = take_in(store, tmp_path / "folder", version="6.9.11", aos="6.9.10", boot_monitor="1.0.10")
    assert sorted(image["version"] for image in ran["images"].values()) == ["1.0.10", "6.9.10", "6.9.11"]
    assert (ran["releases"][0]["version"], ran["releases"][0]["aos"], ran["releases"][0]["boot_monitor"]) == ("6.9.11", "6.9.10", "1.0.10")


def test_equal_names_lie_in_several_family_folders(store: pathlib.Path, tmp_path: pathlib.Path) -> None:
    for application in ("su", "sy", "rpdu2g"):
        path = write_image(tmp_path / application, TOOL, f"for {application}".encode())
        take_in(store, path, hardware_token="hw21", application=application)
    manifest = check_whole(store)
    assert list(manifest["images"]) == [f"hw21/{application}/{TOOL}" for application in ("rpdu2g", "su", "sy")]
    assert len({image["sha256"] for image in manifest["images"].values()}) == 3


def test_the_word_may_be_written_in_any_case(store: pathlib.Path, tmp_path: pathlib.Path) -> None:
    ran = take_in(store, write_image(tmp_path, TOOL), hardware_token=" HW21", application="SU ")
    assert list(ran["images"]) == [f"hw21/su/{TOOL}"]


@pytest.mark.parametrize("delivery", ["sns_tool", "it_expert", "data_center_expert"])
def test_a_release_that_the_vendors_programs_deliver_is_only_written_down(store: pathlib.Path, delivery: str) -> None:
    ran = take_in(store, hardware_token="hw21", application="rpdu2g", version="3.0.0.5", aos="3.0.0.12", delivery=delivery)
    assert (ran["changed"], ran["images"]) == (True, {})
    assert ran["releases"] == [
        {
            "hardware_token": "hw21",
            "application": "rpdu2g",
            "version": "3.0.0.5",
            "aos": "3.0.0.12",
            "boot_monitor": None,
            "delivery": delivery,
        }
    ]
    assert take_in(store, hardware_token="hw21", application="rpdu2g", version="3.0.0.5", delivery=delivery)["changed"] is False


# --- what contradicts ------------------------------------------------------------------------------------------------


def refused(ran: t.Any, store: pathlib.Path, before: dict[str, bytes], reason: str) -> str:
    assert ran["reason"] == reason
    assert snapshot(store) == before
    return t.cast("str", ran.said)


@pytest.mark.parametrize("check_mode", [True, False])
def test_other_bytes_under_the_same_name_are_a_conflict(store: pathlib.Path, tmp_path: pathlib.Path, check_mode: bool) -> None:
    take_in(store, write_image(tmp_path, SU))
    before = snapshot(store)
    said = refused(take_in(store, write_image(tmp_path, SU, b"other"), check_mode=check_mode), store, before, "image_conflict")
    assert sha256_of(b"other") in said
    assert sha256_of(content_of(SU)) in said


def test_other_bytes_for_the_same_release_under_another_name_are_a_conflict(store: pathlib.Path, tmp_path: pathlib.Path) -> None:
    take_in(store, write_image(tmp_path, SU))
    before = snapshot(store)
    other = write_image(tmp_path, "apc_hw21_su_2-5-5-1.nmc")
    refused(take_in(store, other), store, before, "image_conflict")


def test_one_file_for_two_families_is_a_conflict(store: pathlib.Path, tmp_path: pathlib.Path) -> None:
    path = write_image(tmp_path, TOOL)
    take_in(store, path, **SU_WORD)
    before = snapshot(store)
    said = refused(take_in(store, path, hardware_token="hw21", application="sy"), store, before, "image_conflict")
    assert f"hw21/sy/{TOOL} (hw21 sy application 3.4.0.8, " in said


def test_two_sources_that_contradict_each_other_are_a_conflict(store: pathlib.Path, tmp_path: pathlib.Path) -> None:
    sources = write_image(tmp_path / "a", SU), write_image(tmp_path / "b", SU, b"other")
    assert take_in(store, *sources)["reason"] == "image_conflict"
    assert not store.exists() or snapshot(store) == {}


def test_one_image_in_two_packages_is_no_conflict(store: pathlib.Path, package: pathlib.Path, tmp_path: pathlib.Path) -> None:
    other = write_package(tmp_path / "other", "apc_again.exe")
    assert len(take_in(store, package, other)["images"]) == 3


def test_a_file_that_somebody_else_put_there_is_not_overwritten(store: pathlib.Path, tmp_path: pathlib.Path) -> None:
    write_image(store / "hw21/su", SU, b"somebody's")
    before = snapshot(store)
    for check_mode in (True, False):
        said = refused(take_in(store, write_image(tmp_path, SU), check_mode=check_mode), store, before, "image_conflict")
        assert "of which the manifest says nothing" in said


def test_the_right_file_that_a_killed_run_left_is_adopted(store: pathlib.Path, tmp_path: pathlib.Path) -> None:
    write_image(store / "hw21/su", SU)
    ran = take_in(store, write_image(tmp_path, SU))
    assert ran["changed"] is True
    assert list(check_whole(store)["images"]) == [f"hw21/su/{SU}"]


@pytest.mark.parametrize("damage", ["lost", "cut", "changed"])
def test_an_image_that_was_lost_or_damaged_is_brought_back(store: pathlib.Path, package: pathlib.Path, damage: str) -> None:
    take_in(store, package)
    victim = store / "hw05/aos" / AOS
    if damage == "lost":
        victim.unlink()
    else:
        victim.write_bytes(content_of(AOS)[:-1] if damage == "cut" else bytes(len(content_of(AOS))))
    planned = take_in(store, package, check_mode=True)
    assert planned["changed"] is True
    assert AOS in planned["diff"]["after"]
    assert AOS not in planned["diff"]["before"]
    assert take_in(store, package).result == planned.result
    check_whole(store)
    assert take_in(store, package)["changed"] is False


def test_a_manifest_that_cannot_be_read_is_never_overwritten(store: pathlib.Path, package: pathlib.Path) -> None:
    store.mkdir()
    (store / "manifest.yml").write_text("version: 7\n")
    before = snapshot(store)
    for check_mode in (True, False):
        assert "does not say version: 1" in refused(take_in(store, package, check_mode=check_mode), store, before, "manifest_invalid")


# --- combinations that make no sense -----------------------------------------------------------------------------------

NONSENSE: list[tuple[dict[str, t.Any], str, str]] = [
    ({}, "invalid_option", "a release without source needs hardware_token, application and version"),
    ({"source": []}, "invalid_option", "a release without source needs hardware_token, application and version"),
    ({"delivery": "sns_tool", **SU_WORD}, "invalid_option", "a release without source needs hardware_token, application and version"),
    ({"delivery": "sns_tool", "application": "su", "version": "3.4.0.8"}, "invalid_option", "needs hardware_token"),
    ({**SU_WORD, "version": "3.4.0.8"}, "invalid_option", "needs another delivery than direct"),
    ({"source": [SU], "delivery": "it_expert"}, "invalid_option", "delivery is it_expert, with which no image of source is ever sent"),
    ({"source": [SU], "application": "sy"}, "invalid_option", f"the name of {SU} says application su, but sy was declared"),
    ({"source": [SU], "hardware_token": "hw05"}, "invalid_option", f"the name of {SU} says hardware_token hw21, but hw05 was declared"),
    ({"source": [SU], "version": "2.5.5.2"}, "invalid_option", f"the name of {SU} says version 2.5.5.1, but 2.5.5.2 was declared"),
    ({"source": [AOS], "aos": "7.2.2"}, "invalid_option", f"the name of {AOS} says version 7.2.0, but 7.2.2 was declared"),
    ({"source": [BOOT], "boot_monitor": "1.0.8"}, "invalid_option", f"the name of {BOOT} says version 1.0.9, but 1.0.8 was declared"),
    ({"source": [AOS], "application": "sumx"}, "invalid_option", "there is none in source"),
    ({"source": [AOS], "version": "7.2.0"}, "invalid_option", "there is none in source"),
    ({"source": [AOS], "hardware_token": "hw5"}, "invalid_option", "hardware_token is 'hw5', which is none such as hw21"),
    ({"source": [TOOL], "hardware_token": "../../hw21", "application": "su"}, "invalid_option", "hardware_token is '../../hw21'"),
    ({"source": [TOOL], "hardware_token": "hw21", "application": "../../etc"}, "invalid_option", "application is '../../etc'"),
    ({"source": [TOOL], "hardware_token": "hw21", "application": "/etc"}, "invalid_option", "application is '/etc'"),
    ({"source": [TOOL], "hardware_token": "hw21", "application": "aos"}, "invalid_option", "application is 'aos', which is none"),
    ({"source": [TOOL], "hardware_token": "hw21"}, "image_facts_missing", "does not say application"),
    ({"source": [TOOL], "application": "su"}, "image_facts_missing", "does not say hardware_token"),
    ({"source": [SU], "version": 2.5}, "invalid_option", "version is the float 2.5; put the version in quotes"),
    ({"source": [SU], "aos": 7}, "invalid_option", "aos is the int 7; put the version in quotes"),
    ({"source": [SU], "boot_monitor": "new"}, "invalid_option", "boot_monitor is 'new', which is no version"),
    ({"source": [SU], "version": ["2.5.5.1"]}, "invalid_option", "version is the list ['2.5.5.1']; put the version in quotes"),
    ({"source": ["nowhere.bin"]}, "image_unreadable", "nowhere.bin cannot be read: No such file or directory"),
    ({"source": [SU, "nowhere"]}, "image_unreadable", "nowhere cannot be read: No such file or directory"),
    ({"source": ["empty"]}, "image_missing", "there is no image in"),
    ({"source": ["apc_hw05_aos_722.bin"]}, "image_unreadable", "apc_hw05_aos_722.bin is empty"),
    ({"source": ["upsfw_9.bin"]}, "ups_firmware", "upsfw_9.bin is UPS firmware by its name"),
    ({"source": ["upsfw_9.bin"], **SU_WORD, "version": "9"}, "invalid_option", "version is '9'"),
    ({"source": ["upsfw_9.bin"], **SU_WORD, "version": "9.0"}, "ups_firmware", "upsfw_9.bin is UPS firmware by its name"),
    ({"source": ["no image.bin"], **SU_WORD, "version": "9.0"}, "invalid_option", "'no image.bin' cannot be the name of a file on a card"),
    ({"source": ["several"]}, "invalid_option", "aos 7.2.0, 7.2.2 lie beside sumx 7.2.0; take in the files of one release at a time"),
    ({"source": ["several"], "aos": "7.2.0"}, "invalid_option", "says version 7.2.2, but 7.2.0 was declared"),
    ({"source": ["broken.exe"]}, "package_unreadable", "broken.exe cannot be read as a package"),
]


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("sources")
    for name in (SU, AOS, BOOT, TOOL, "upsfw_9.bin", "no image.bin", "broken.exe"):
        write_image(folder, name)
    write_image(folder, "apc_hw05_aos_722.bin", b"")
    for name in (AOS, SUMX, "apc_hw05_aos_722.bin"):
        write_image(folder / "several", name)
    (folder / "empty").mkdir()
    return folder


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(("options", "reason", "sentence"), NONSENSE)
def test_options_that_make_no_sense_get_one_sentence_and_change_nothing(
    store: pathlib.Path, sources: pathlib.Path, options: dict[str, t.Any], reason: str, sentence: str, check_mode: bool
) -> None:
    given = dict(options)
    paths = [sources / name for name in given.pop("source", [])]
    ran = take_in(store, *paths, check_mode=check_mode, **given)
    assert ran["reason"] == reason
    assert sentence in ran.said
    assert not store.exists()


# --- where it cannot be written --------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["file/store", "file", "/proc/store", "/dev/null", "loop/store"])
def test_a_store_that_cannot_be_written_is_one_clear_error(tmp_path: pathlib.Path, package: pathlib.Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "loop").symlink_to("loop")
    ran = take_in(tmp_path / place, package)
    assert ran["reason"] in ("store_unwritable", "store_unreadable")
    assert str(tmp_path / place) in ran.said


@pytest.fixture
def public_folder() -> t.Iterator[pathlib.Path]:
    """A folder that every user can reach, which those of pytest are not."""
    with tempfile.TemporaryDirectory(prefix="image-store-test-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        yield folder


def test_a_store_of_somebody_else_is_one_clear_error(public_folder: pathlib.Path) -> None:
    store, source = public_folder / "store", write_image(public_folder, SU)
    store.mkdir(mode=0o555)
    said = _in_another_process(store, source, prepare="if os.geteuid() == 0: os.seteuid(65534)")
    assert said == f"store_unwritable the image store {store} cannot be written: Permission denied."
    assert list(store.iterdir()) == []


@pytest.mark.parametrize("limit", [0, 100, 1 << 20])
def test_a_full_disk_is_one_clear_error_and_leaves_a_whole_store(store: pathlib.Path, tmp_path: pathlib.Path, limit: int) -> None:
    """A limit to the size of files fails as a full disk does: in the middle of a write."""
    take_in(store, write_package(tmp_path))
    before = snapshot(store)
    large = write_image(tmp_path, SU, os.urandom(3 << 20))
    said = _in_another_process(store, large, prepare=f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))")
    assert said.startswith(f"store_unwritable the image store {store} cannot be written: File too large.")
    assert snapshot(store) == before
    check_whole(store)
    assert take_in(store, large)["changed"] is True


def _in_another_process(store: pathlib.Path, source: pathlib.Path, *, prepare: str) -> str:
    program = f"""
import os, pathlib, resource, signal
from unit.images.builders import take_in
store, source = pathlib.Path({str(store)!r}), pathlib.Path({str(source)!r})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
{prepare}
ran = take_in(store, source)
print(ran["reason"], ran.said)
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, env=_environment())
    assert ran.stderr == ""
    return ran.stdout.split(" Check the path")[0]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o027])
def test_images_can_be_read_by_all_who_may_enter_and_written_by_the_owner_only(
    store: pathlib.Path, package: pathlib.Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        take_in(store, package)
    finally:
        os.umask(before)
    files = [path for path in store.rglob("*") if path.is_file() and path.name != ".lock"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o644}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (store, store / "hw05", store / "hw05/aos")} == {
        0o777 & ~umask & 0o755 | 0o700 & ~umask
    }


def test_a_store_is_read_by_what_it_says(store: pathlib.Path, package: pathlib.Path) -> None:
    take_in(store, package)
    assert len(read_manifest(store).images) == 3
    assert yaml.safe_load((store / "manifest.yml").read_text())["version"] == 1
