# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images and slots: what fits, what an upload does, in which order."""

from __future__ import annotations

import typing as t

import pytest

from emulator.firmware import (
    HEADER_SIZE,
    Image,
    Reception,
    RejectedError,
    Slots,
    image_bytes,
    image_from_name,
    initial_slots,
    slots_after,
)

if t.TYPE_CHECKING:
    import pathlib

BOOT = Image("hw05", "boot_monitor", "bootmon", "1.0.9")
AOS = Image("hw05", "aos", "aos", "6.9.6")
APPLICATION = Image("hw05", "application", "sumx", "6.9.6")


def nmc2(*, aos: str = "5.1.6", application: str = "5.1.6", boot: str = "1.0.2") -> Slots:
    return initial_slots(generation=2, application="sumx", aos=aos, application_version=application, boot_monitor=boot)


def after(slots: Slots, *images: Image) -> Slots:
    for image in images:
        slots = slots_after(slots, image, generation=2, application="sumx", size=1000)
    return slots


def receive(content: bytes, *, name: str = "x.bin", token: str = "hw21", application: str = "su", piece: int = 100) -> Image:
    reception = Reception(hardware_token=token, application=application, file_name=name, size=len(content))
    for start in range(0, len(content), piece):
        reception.feed(content[start : start + piece])
    return reception.finish()[0]


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("apc_hw05_aos_722.bin", Image("hw05", "aos", "aos", "7.2.2")),
        ("apc_hw05_bootmon_109.bin", Image("hw05", "boot_monitor", "bootmon", "1.0.9")),
        ("apc_hw05_sumx_696.bin", Image("hw05", "application", "sumx", "6.9.6")),
        ("apc_hw06_rd3xx_669b.bin", Image("hw06", "application", "rd3xx", "6.6.9.b")),
        ("apc_hw21_su_2-5-5-1.nmc3", Image("hw21", "application", "su", "2.5.5.1")),
        ("apc_hw21_rpdu2g_2.5.2.5.nmc", Image("hw21", "application", "rpdu2g", "2.5.2.5")),
        ("apcfwapp_v3.4.0.8.nmc3", Image(None, "application", None, "3.4.0.8")),
        ("firmware.bin", None),
    ],
)
def test_vendor_names_say_what_an_image_is(name: str, image: Image | None) -> None:
    assert image_from_name(name) == image


@pytest.mark.parametrize("piece", [1, 100, HEADER_SIZE, 10_000])
def test_an_emulator_image_is_understood_however_it_arrives(piece: int) -> None:
    image = Image("hw21", "application", "su", "2.5.5.1", aos_version="2.5.5.2", boot_monitor_version="1.6.0.1")
    received = receive(image_bytes(image, size=5000), piece=piece)
    assert (received.version, received.aos_version, received.boot_monitor_version) == ("2.5.5.1", "2.5.5.2", "1.6.0.1")


def test_the_same_image_has_the_same_bytes(tmp_path: pathlib.Path) -> None:
    image = Image("hw05", "aos", "aos", "7.2.2")
    assert image_bytes(image, size=3000) == image_bytes(image, size=3000)


@pytest.mark.parametrize(
    ("image", "complaint"),
    [
        (Image("hw05", "application", "su", "2.5.5.1"), "not compatible with this hardware"),
        (Image("hw21", "application", "rpdu2g", "2.5.5.1"), "not compatible with this device"),
    ],
)
def test_an_image_for_another_card_is_rejected_while_it_arrives(image: Image, complaint: str) -> None:
    reception = Reception(hardware_token="hw21", application="su", file_name="x.bin", size=1_000_000)
    with pytest.raises(RejectedError, match=complaint):
        reception.feed(image_bytes(image, size=1_000_000)[:2048])


def test_a_damaged_image_is_rejected_at_the_end() -> None:
    content = bytearray(image_bytes(Image("hw21", "application", "su", "2.5.5.1"), size=5000))
    content[4000] ^= 1
    with pytest.raises(RejectedError, match="corrupt"):
        receive(bytes(content))


def test_opaque_bytes_are_accepted_with_a_vendor_name_only() -> None:
    assert receive(b"x" * 2000, name="apc_hw21_su_2-5-5-1.nmc3").version == "2.5.5.1"
    with pytest.raises(RejectedError, match="type unknown"):
        receive(b"x" * 2000, name="picture.png")


def test_a_file_shorter_than_a_header_is_judged_too() -> None:
    assert receive(b"tiny", name="apc_hw21_su_2-5-5-1.nmc3").version == "2.5.5.1"


@pytest.mark.parametrize("order", [(BOOT, AOS, APPLICATION), (AOS, APPLICATION, BOOT), (AOS, BOOT, APPLICATION), (APPLICATION, AOS, BOOT)])
def test_every_complete_order_ends_well(order: tuple[Image, ...]) -> None:
    slots = after(nmc2(), *order)
    assert slots.stat == "A+"
    assert slots.application
    assert (slots.aos.version, slots.application.version, slots.boot_monitor.version) == ("6.9.6", "6.9.6", "1.0.9")


def test_a_new_major_aos_leaves_the_card_without_an_application() -> None:
    slots = after(nmc2(), AOS)
    assert (slots.application, slots.stat) == (None, "A-")


def test_the_boot_monitor_takes_the_place_of_a_missing_application() -> None:
    slots = after(nmc2(), AOS, BOOT)
    assert slots.application
    assert (slots.application.name, slots.stat) == ("bootmon", "A-")


def test_an_application_before_its_aos_is_not_compatible() -> None:
    assert after(nmc2(), APPLICATION).stat == "A!"


def test_the_boot_monitor_alone_changes_nothing_else() -> None:
    slots = after(nmc2(), BOOT)
    assert slots.stat == "A+"
    assert slots.boot_monitor.version == "1.0.9"


@pytest.mark.parametrize(
    ("image", "aos", "boot"),
    [
        (Image("hw21", "application", "su", "2.5.0.6"), "2.5.0.8", "1.4.2.1"),  # a known pair
        (Image("hw21", "application", "su", "2.5.5.1"), "2.5.5.1", "1.4.2.1"),
        (Image("hw21", "application", "su", "3.4.0.8", "3.4.1.0", "1.7.0.1"), "3.4.1.0", "1.7.0.1"),
    ],
)
def test_one_nmc3_file_brings_everything(image: Image, aos: str, boot: str) -> None:
    slots = initial_slots(generation=3, application="su", aos="2.2.0.1", application_version="2.2.0.1", boot_monitor="1.4.2.1")
    slots = slots_after(slots, image, generation=3, application="su", size=7_000_000)
    assert slots.application
    assert (slots.application.version, slots.aos.version, slots.boot_monitor.version) == (image.version, aos, boot)
    assert (slots.aos.size, slots.application.size) == (1024, 7_000_000)
