# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images in files, directories and the vendor's packages, and packages that mean harm."""

from __future__ import annotations

import io
import os
import stat
import struct
import time
import typing as t
import zipfile

import pytest
from unit.images.builders import (
    AOS,
    BOOT,
    SU,
    SUMX,
    content_of,
    sha256_of,
    vendor_package,
    write_image,
    write_package,
    zip_of,
)

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.packages import FoundImage, find_images, read_found

if t.TYPE_CHECKING:
    import pathlib

_MB = 1 << 20


def names_in(path: pathlib.Path) -> list[str]:
    return [image.name for image in find_images(path)]


def refused(path: pathlib.Path, reason: Reason) -> str:
    with pytest.raises(BlockedError) as caught:
        find_images(path)
    assert caught.value.reason is reason
    assert str(path) in caught.value.message
    assert caught.value.message.isprintable()
    return caught.value.message


def no_package(path: pathlib.Path) -> str:
    return refused(path, Reason.PACKAGE_UNREADABLE)


# --- files and directories -------------------------------------------------------------------------------------------


def test_a_file_is_what_its_name_says_and_its_bytes_are(tmp_path: pathlib.Path) -> None:
    path = write_image(tmp_path, SU)
    [image] = find_images(path)
    assert (image.path, image.package, image.name) == (str(path), None, SU)
    assert (image.size, image.sha256) == (len(content_of(SU)), sha256_of(content_of(SU)))
    assert (image.facts.component, image.facts.application, str(image.facts.version)) == (Component.APPLICATION, "su", "2.5.5.1")


def test_a_file_that_is_named_is_taken_whatever_its_ending(tmp_path: pathlib.Path) -> None:
    assert names_in(write_image(tmp_path, "mystery.dat")) == ["mystery.dat"]


def test_a_directory_gives_the_images_below_it_in_the_order_of_their_paths(tmp_path: pathlib.Path) -> None:
    for folder, name in (("b", SU), ("a", SUMX), ("a/deep/er", AOS), (".", BOOT)):
        write_image(tmp_path / folder, name)
    for name in ("readme.txt", "sumx_720_fr.lpk", "image.iso", "bin"):
        write_image(tmp_path, name)
    assert names_in(tmp_path) == [SUMX, AOS, BOOT, SU]


def test_an_empty_directory_gives_nothing(tmp_path: pathlib.Path) -> None:
    assert find_images(tmp_path) == []


def test_links_below_a_directory_are_not_followed(tmp_path: pathlib.Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "folder"
    write_image(elsewhere, SU)
    write_image(folder, AOS)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "up").symlink_to("..", target_is_directory=True)
    (folder / "there").symlink_to(elsewhere, target_is_directory=True)
    (folder / BOOT).symlink_to(elsewhere / SU)
    (folder / SUMX).symlink_to(folder / SUMX)
    assert names_in(folder) == [AOS]


def test_a_link_that_is_named_is_followed(tmp_path: pathlib.Path) -> None:
    write_image(tmp_path / "real", SU)
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    assert names_in(tmp_path / "link") == [SU]


@pytest.mark.parametrize("name", [SU, "apc.zip", "apc.exe"])
def test_pipes_and_devices_are_no_images_and_are_not_waited_for(tmp_path: pathlib.Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert find_images(tmp_path) == []
    assert "is no regular file" in refused(tmp_path / name, Reason.IMAGE_UNREADABLE)
    endless = tmp_path / f"endless-{name}"
    endless.symlink_to("/dev/zero")
    assert "is no regular file" in refused(endless, Reason.IMAGE_UNREADABLE)


@pytest.mark.parametrize("name", [SU, "package.exe", "folder"])
def test_what_is_not_there_is_said(tmp_path: pathlib.Path, name: str) -> None:
    assert "cannot be read: No such file or directory" in refused(tmp_path / name, Reason.IMAGE_UNREADABLE)


def test_a_file_that_is_too_large_for_an_image_is_refused(tmp_path: pathlib.Path) -> None:
    with (tmp_path / SU).open("wb") as file:
        file.truncate(64 * _MB + 1)
    assert "larger than 64 MB" in refused(tmp_path / SU, Reason.IMAGE_UNREADABLE)


def test_a_directory_of_very_many_files_is_refused(tmp_path: pathlib.Path) -> None:
    for number in range(20_001):
        (tmp_path / str(number)).touch()
    assert "more than 20000 files" in refused(tmp_path, Reason.IMAGE_UNREADABLE)


def test_names_that_no_text_can_hold_are_passed_over_or_shown(tmp_path: pathlib.Path) -> None:
    (tmp_path / os.fsdecode(b"\xff\xfe.txt")).touch()
    write_image(tmp_path, AOS)
    assert names_in(tmp_path) == [AOS]


# --- packages of the vendor ------------------------------------------------------------------------------------------


def test_a_package_gives_its_images_with_the_bytes_inside(tmp_path: pathlib.Path) -> None:
    path = write_package(tmp_path)
    found = find_images(path)
    assert [(image.path, image.package) for image in found] == [(f"Bins/{name}", str(path)) for name in (AOS, BOOT, SUMX)]
    for image in found:
        content = b"".join(read_found(image))
        assert content == content_of(image.name)
        assert (image.size, image.sha256) == (len(content), sha256_of(content))


@pytest.mark.parametrize("folder", ["Bins/", "", "a/b/c/", "Bins\\", "a\\b\\"])
def test_folders_inside_of_a_package_do_not_matter(tmp_path: pathlib.Path, folder: str) -> None:
    path = write_image(tmp_path, "apc.exe", vendor_package(AOS, SU, folder=folder))
    assert names_in(path) == [AOS, SU]


def test_packages_in_a_directory_are_looked_into(tmp_path: pathlib.Path) -> None:
    write_package(tmp_path)
    write_image(tmp_path, "APC_SU.ZIP", zip_of({SU: content_of(SU)}))
    assert names_in(tmp_path) == [SU, AOS, BOOT, SUMX]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_both_ways_in_which_packages_are_made_are_read(tmp_path: pathlib.Path, compression: int) -> None:
    path = write_image(tmp_path, "apc.zip", zip_of({AOS: content_of(AOS)}, compression=compression))
    assert [image.sha256 for image in find_images(path)] == [sha256_of(content_of(AOS))]


def test_a_package_without_images_gives_none(tmp_path: pathlib.Path) -> None:
    assert find_images(write_image(tmp_path, "apc.exe", vendor_package())) == []
    assert find_images(write_image(tmp_path, "apc_empty.zip", zip_of({}))) == []


def test_ups_firmware_in_a_package_is_no_image_of_a_card(tmp_path: pathlib.Path) -> None:
    inside = {"Bins/upsfw_9.bin": b"ups", "SMT_UPS_15.1.enc": b"ups", f"Bins/{SU}": content_of(SU)}
    assert names_in(write_image(tmp_path, "apc.zip", zip_of(inside))) == [SU]


@pytest.mark.parametrize("name", ["upsfw_9.bin", "SMT_UPS_15.1.enc", "fw.enc"])
def test_ups_firmware_is_called_so(tmp_path: pathlib.Path, name: str) -> None:
    [image] = find_images(write_image(tmp_path, name))
    assert image.is_ups_firmware


# --- archives that are none of the vendor's --------------------------------------------------------------------------

_NO_ARCHIVES: t.Mapping[str, bytes] = {
    "a program": b"MZ\x90\x00 an installer of something",
    "nothing": b"",
    "a cut package": vendor_package(AOS, SUMX)[:-200],
    "another format": b"7z\xbc\xaf\x27\x1c" + bytes(1000),
}


@pytest.mark.parametrize("content", _NO_ARCHIVES.values(), ids=_NO_ARCHIVES)
def test_other_archives_in_a_directory_do_not_stand_in_the_way(tmp_path: pathlib.Path, content: bytes) -> None:
    write_image(tmp_path, "setup.exe", content)
    write_image(tmp_path, AOS)
    assert names_in(tmp_path) == [AOS]


@pytest.mark.parametrize("content", _NO_ARCHIVES.values(), ids=_NO_ARCHIVES)
def test_an_archive_that_is_named_or_the_vendors_must_be_readable(tmp_path: pathlib.Path, content: bytes) -> None:
    assert "cannot be read as a package" in no_package(write_image(tmp_path, "setup.exe", content))
    vendors = write_image(tmp_path / "folder", "apc_hw05_aos720_sumx720_bootmon109.exe", content)
    assert "cannot be read as a package" in no_package(vendors)
    with pytest.raises(BlockedError):
        find_images(tmp_path / "folder")


@pytest.mark.parametrize("cut", [1, 10, 22, 100, 1000, 70_000, 71_000])
def test_a_package_that_was_cut_is_never_half_read(tmp_path: pathlib.Path, cut: int) -> None:
    whole = vendor_package(AOS, SUMX, BOOT)
    no_package(write_image(tmp_path, "apc.exe", whole[:-cut]))


def test_a_package_with_a_changed_byte_is_refused(tmp_path: pathlib.Path) -> None:
    content = bytearray(zip_of({AOS: os.urandom(5000)}, compression=zipfile.ZIP_STORED))
    content[3000] ^= 1
    assert "Bad CRC-32" in no_package(write_image(tmp_path, "apc.zip", bytes(content)))


# --- packages that mean harm -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "member",
    [
        f"../../{AOS}",
        f"/etc/{AOS}",
        f"..\\..\\{AOS}",
        f"C:\\Windows\\{AOS}",
        f"\\\\host\\share\\{AOS}",
        f"a/../../{AOS}",
        f"./{AOS}",
        f"//{AOS}",
    ],
)
def test_a_path_that_leads_elsewhere_is_only_a_name(tmp_path: pathlib.Path, member: str) -> None:
    assert names_in(write_image(tmp_path, "apc.zip", zip_of({member: content_of(AOS)}))) == [AOS]


@pytest.mark.parametrize("member", [f"{AOS}/..", f"{AOS}/", f"{AOS}\\", f"x{AOS}", f"{AOS} ", f"{AOS}\n", f"{AOS}:stream", f" {AOS}"])
def test_a_name_that_is_not_quite_that_of_an_image_is_none(tmp_path: pathlib.Path, member: str) -> None:
    assert find_images(write_image(tmp_path, "apc.zip", zip_of({member: b""}))) == []


def test_a_name_that_ends_at_a_zero_byte_is_what_stands_before_it(tmp_path: pathlib.Path) -> None:
    placeholder = AOS + "Z.txt"
    content = zip_of({placeholder: content_of(AOS)}).replace(placeholder.encode(), AOS.encode() + b"\0.txt")
    assert names_in(write_image(tmp_path, "apc.zip", content)) in ([AOS], [])


@pytest.mark.parametrize("other", [f"other/{AOS}", f"other\\{AOS}"])
def test_two_images_of_one_name_are_refused(tmp_path: pathlib.Path, other: str) -> None:
    path = write_image(tmp_path, "apc.zip", zip_of({AOS: b"one", other: b"two"}))
    assert "several images of one name" in no_package(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_member_twice_is_refused(tmp_path: pathlib.Path) -> None:
    with zipfile.ZipFile(tmp_path / "apc.zip", "w") as archive:
        archive.writestr(AOS, b"one")
        archive.writestr(AOS, b"two")
    assert "several images of one name" in no_package(tmp_path / "apc.zip")


def _with_flag(content: bytes, bit: int) -> bytes:
    """Set a general purpose bit in every header of an archive."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.find(signature)
        while start >= 0:
            changed[start + offset] |= bit
            start = changed.find(signature, start + 4)
    return bytes(changed)


def test_an_encrypted_image_is_refused_and_another_encrypted_file_does_not_matter(tmp_path: pathlib.Path) -> None:
    encrypted = _with_flag(zip_of({AOS: content_of(AOS)}), 1)
    assert f"holds '{AOS}', which is encrypted" in no_package(write_image(tmp_path, "apc.zip", encrypted))
    assert find_images(write_image(tmp_path, "apc_other.zip", _with_flag(zip_of({"readme.txt": b"x"}), 1))) == []


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_that_cannot_be_unpacked_in_bounded_memory_is_refused(tmp_path: pathlib.Path, compression: int) -> None:
    path = write_image(tmp_path, "apc.zip", zip_of({AOS: bytes(_MB)}, compression=compression))
    assert "compressed in a way that no package of the vendor is" in no_package(path)


def test_a_link_in_a_package_is_no_image(tmp_path: pathlib.Path) -> None:
    entry = zipfile.ZipInfo(AOS)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "apc.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert "which is a link" in no_package(tmp_path / "apc.zip")


def test_an_image_that_unpacks_to_more_than_any_image_is_refused_before_it_is_unpacked(tmp_path: pathlib.Path) -> None:
    path = write_image(tmp_path, "apc.zip", zip_of({AOS: bytes(65 * _MB)}))
    assert path.stat().st_size < _MB
    started = time.monotonic()
    assert "which is larger than 64 MB" in no_package(path)
    assert time.monotonic() - started < 1


def _claiming(content: bytes, size: int) -> bytes:
    """An archive whose headers say another size for every member."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = changed.find(signature)
        while start >= 0:
            struct.pack_into("<L", changed, start + offset, size)
            start = changed.find(signature, start + 4)
    return bytes(changed)


def test_many_images_that_unpack_to_more_than_any_package_are_refused_before(tmp_path: pathlib.Path) -> None:
    members = {f"apc_hw05_app{number}_720.bin": b"x" for number in range(9)}
    path = write_image(tmp_path, "apc.zip", _claiming(zip_of(members), 60 * _MB))
    assert "images of more than 512 MB" in no_package(path)


@pytest.mark.parametrize("claimed", [0, 1, 1000, 2 * _MB])
def test_an_image_that_unpacks_to_another_size_than_it_claims_is_refused(tmp_path: pathlib.Path, claimed: int) -> None:
    path = write_image(tmp_path, "apc.zip", _claiming(zip_of({AOS: bytes(_MB)}), claimed))
    no_package(path)


def test_members_in_one_place_are_refused_or_read_once_each(tmp_path: pathlib.Path) -> None:
    """Entries that share their bytes are how a small archive unpacks to a huge one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(AOS, bytes(30 * _MB))
        first = archive.infolist()[0]
        for number in range(100):
            entry = zipfile.ZipInfo(f"apc_hw05_app{number}_720.bin")
            for field in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits"):
                setattr(entry, field, getattr(first, field))
            archive.filelist.append(entry)
            archive.NameToInfo[entry.filename] = entry
    assert "images of more than 512 MB" in no_package(write_image(tmp_path, "apc.zip", buffer.getvalue()))


def test_thousands_of_members_are_refused(tmp_path: pathlib.Path) -> None:
    path = write_image(tmp_path, "apc.zip", zip_of({f"{number}.txt": b"" for number in range(2001)}))
    assert "more than 2000 files" in no_package(path)


def test_a_table_of_contents_beyond_all_measure_is_not_read(tmp_path: pathlib.Path) -> None:
    path = write_image(tmp_path, "apc.zip", zip_of({f"{number:0200}.txt": b"" for number in range(20_000)}))
    assert "table of contents is too long" in no_package(path)


def test_a_package_beyond_all_measure_is_not_read(tmp_path: pathlib.Path) -> None:
    with (tmp_path / "apc.zip").open("wb") as file:
        file.truncate((512 << 20) + 1)
    assert "larger than 512 MB" in no_package(tmp_path / "apc.zip")


def test_text_for_a_terminal_in_a_members_name_is_not_printed(tmp_path: pathlib.Path) -> None:
    path = write_image(tmp_path, "apc.zip", zip_of({f"\x1b[2J/{AOS}": bytes(65 * _MB)}))
    assert "\\x1b[2J" in no_package(path)


def test_an_archive_in_an_archive_is_not_unpacked(tmp_path: pathlib.Path) -> None:
    path = write_image(tmp_path, "apc.zip", zip_of({"inner.zip": zip_of({AOS: content_of(AOS)})}))
    assert find_images(path) == []


def test_a_package_that_changes_after_it_was_looked_into_is_noticed(tmp_path: pathlib.Path) -> None:
    path = write_package(tmp_path)
    found = find_images(path)
    path.write_bytes(b"gone")
    with pytest.raises(BlockedError) as caught:
        list(read_found(found[0]))
    assert caught.value.reason is Reason.PACKAGE_UNREADABLE
    path.unlink()
    with pytest.raises(BlockedError) as caught:
        list(read_found(found[0]))
    assert caught.value.reason is Reason.IMAGE_UNREADABLE


def test_an_image_that_is_no_longer_in_its_package_is_noticed(tmp_path: pathlib.Path) -> None:
    path = write_package(tmp_path)
    image: FoundImage = find_images(path)[0]
    path.write_bytes(zip_of({"other.txt": b""}))
    with pytest.raises(BlockedError) as caught:
        list(read_found(image))
    assert caught.value.reason is Reason.PACKAGE_UNREADABLE
