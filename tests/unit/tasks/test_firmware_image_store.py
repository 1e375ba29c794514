# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`nmc_firmware` with an image store: images and stepping stones are found there, and the vendor's programs are waited for."""

from __future__ import annotations

import pathlib
import shutil
import threading
import time
import typing as t

import pytest
from unit.images.builders import take_in
from unit.images.https_server import HttpsServer, make_certificates, serving
from unit.tasks.emulated import RESULT_KEYS, UPGRADES, EmulatedCard, address_of_profile, is_untouched

if t.TYPE_CHECKING:
    from unit.tasks.conftest import Take
    from unit.tasks.emulated import ImageStore, Ran

    from emulator.testing import Emulator

SU_2, SU_3 = "apc_hw21_su_2-5-0-6.nmc3", "apc_hw21_su_3-4-0-8.nmc3"


@pytest.fixture
def own_shelf(shelf: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """The same, for a test that changes it."""
    return pathlib.Path(shutil.copytree(shelf, tmp_path / "shelf"))


def sent_images(ran: Ran) -> list[str]:
    return [transfer["image"] for transfer in ran["evidence"].get("transfers", [])]


def check_refused(card: EmulatedCard, reason: str, **options: t.Any) -> Ran:
    for check_mode in (True, False):
        ran = card.firmware(check_mode=check_mode, **options)
        assert ran.verdict == ("blocked", reason)
        assert set(ran.result) == {*RESULT_KEYS, "failed"}
        assert ran["msg"].startswith("ups1: ")
        assert ran["changed"] is False
    assert is_untouched(card)
    return ran


# --- a store in a directory --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", UPGRADES)
def test_the_version_alone_brings_everything_that_ships_with_it(take: Take, shelf: pathlib.Path, kind: str) -> None:
    card, upgrade = take(kind), UPGRADES[kind]
    options: dict[str, t.Any] = {"version": upgrade.targets["application"], "image_store": str(shelf)}
    planned = card.firmware(check_mode=True, **options)
    assert is_untouched(card)
    ran = card.firmware(**options)
    assert ran.verdict == ("compliant", "upgraded")
    assert ran["plan"] == planned["plan"]
    assert sent_images(ran) == list(upgrade.images.values())
    assert ran["after"] == card.holds == upgrade.after
    assert card.firmware(**options).verdict == ("compliant", "at_target")


@pytest.mark.parametrize("version", ["1.4.2.1", "2.5.0.6", "3.4.0.8"])
def test_of_several_releases_the_one_that_was_asked_for_is_taken(take: Take, shelf: pathlib.Path, version: str) -> None:
    plan = take("ups3").firmware(check_mode=True, version=version, image_store=str(shelf), allow_downgrade=True)["plan"]
    assert [step["image"] for step in plan] == [f"apc_hw21_su_{version.replace('.', '-')}.nmc3"]


def test_stepping_stones_come_from_the_store(take: Take, shelf: pathlib.Path) -> None:
    card = take("ups3_old")
    ran = card.firmware(version="3.4.0.8", image_store=str(shelf))
    assert ran.verdict == ("compliant", "upgraded")
    assert sent_images(ran) == [SU_2, SU_3]
    assert card.holds["application"] == "3.4.0.8"


def test_an_nmc2_goes_over_a_stone_of_two_files(take: Take, shelf: pathlib.Path) -> None:
    card = take("ups2_old")
    ran = card.firmware(version="7.2.0", image_store=str(shelf))
    assert ran.verdict == ("compliant", "upgraded")
    assert sent_images(ran) == ["apc_hw05_aos_696.bin", "apc_hw05_sumx_696.bin", "apc_hw05_aos_720.bin", "apc_hw05_sumx_720.bin"]
    assert card.holds == {"aos": "7.2.0", "application": "7.2.0", "boot_monitor": "1.0.9"}


def test_what_the_task_gives_wins_over_the_store(take: Take, store: ImageStore, own_shelf: pathlib.Path) -> None:
    shutil.rmtree(own_shelf / "hw21")
    card = take("ups3")
    ran = card.firmware(version="2.5.0.6", image_store=str(own_shelf), **store.image(SU_2))
    assert ran.verdict == ("compliant", "upgraded")


def test_a_release_that_is_not_in_the_store_is_missed(take: Take, shelf: pathlib.Path) -> None:
    check_refused(take("ups3"), "image_missing", version="2.5.5.1", image_store=str(shelf))


def test_an_image_that_is_no_longer_there_is_missed_before_a_byte_is_sent(take: Take, own_shelf: pathlib.Path) -> None:
    (own_shelf / "hw21/su" / SU_2).unlink()
    ran = check_refused(take("ups3"), "image_unreadable", version="2.5.0.6", image_store=str(own_shelf))
    assert str(own_shelf / "hw21/su" / SU_2) in ran["msg"]


def test_an_image_that_was_changed_in_the_store_is_not_sent(take: Take, own_shelf: pathlib.Path) -> None:
    path = own_shelf / "hw21/su" / SU_2
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    check_refused(take("ups3"), "checksum_mismatch", version="2.5.0.6", image_store=str(own_shelf))


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_a_directory_that_is_no_store_is_said(take: Take, tmp_path: pathlib.Path, place: str) -> None:
    ran = check_refused(take("ups3"), "store_unreadable", version="2.5.0.6", image_store=str(tmp_path / place))
    assert f"{tmp_path / place} is no image store" in ran["msg"]


def test_a_broken_manifest_stops_the_task_before_the_card_is_read(take: Take, own_shelf: pathlib.Path) -> None:
    (own_shelf / "manifest.yml").write_text("version: 1\nreleases:\n- {hardware_token: hw21, application: su, version: 2.5}\n")
    card = take("ups3")
    ran = check_refused(card, "manifest_invalid", version="2.5.0.6", image_store=str(own_shelf))
    assert "release 1: version is 2.5; versions are text" in ran["msg"]
    assert card.counters["connections"] == 0


# --- a store behind HTTPS ----------------------------------------------------------------------------------------------


@pytest.fixture
def server(own_shelf: pathlib.Path, tmp_path: pathlib.Path) -> t.Iterator[HttpsServer]:
    with serving(own_shelf, make_certificates(tmp_path)) as running:
        yield running


def behind(server: HttpsServer, cache: pathlib.Path) -> dict[str, t.Any]:
    return {"image_store": server.url, "image_store_ca_path": server.ca_path, "image_cache": str(cache)}


@pytest.mark.parametrize("kind", UPGRADES)
def test_an_upgrade_from_a_store_behind_https(take: Take, server: HttpsServer, tmp_path: pathlib.Path, kind: str) -> None:
    card, upgrade = take(kind), UPGRADES[kind]
    options = {"version": upgrade.targets["application"], **behind(server, tmp_path / "cache")}
    ran = card.firmware(**options)
    assert ran.verdict == ("compliant", "upgraded")
    assert card.holds == upgrade.after
    assert sorted(path.rsplit("/", 1)[1] for path in server.paths) == sorted([*upgrade.images.values(), "manifest.yml"])
    server.requests.clear()
    assert card.firmware(**options).verdict == ("compliant", "at_target")
    assert server.paths == ["/images/manifest.yml"]


def test_images_that_are_kept_serve_the_next_card(take: Take, server: HttpsServer, tmp_path: pathlib.Path) -> None:
    options = {"version": "2.5.0.6", **behind(server, tmp_path / "cache")}
    for _card in range(2):
        assert take("ups3").firmware(check_mode=True, **options).verdict == ("drift", "upgrade_planned")
    assert len([path for path in server.paths if path.endswith(SU_2)]) == 1


def test_an_image_that_was_changed_on_the_server_is_not_sent(
    take: Take, server: HttpsServer, own_shelf: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    path = own_shelf / "hw21/su" / SU_2
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    ran = check_refused(take("ups3"), "checksum_mismatch", version="2.5.0.6", **behind(server, tmp_path / "cache"))
    assert server.url in ran["msg"]


def test_a_server_that_is_not_trusted_or_not_there_stops_the_task(take: Take, server: HttpsServer, tmp_path: pathlib.Path) -> None:
    card, options = take("ups3"), behind(server, tmp_path / "cache")
    untrusted = {**options, "image_store_ca_path": None}
    check_refused(card, "store_unreadable", version="2.5.0.6", **untrusted)
    check_refused(card, "store_unreadable", version="2.5.0.6", **{**options, "image_store": "https://127.0.0.1:1/images"})
    ran = card.firmware(version="2.5.0.6", **{**options, "image_store": server.url.replace("https", "http")})
    assert ran.verdict == ("failed", "invalid_option")
    assert is_untouched(card)


# --- what only the vendor's programs deliver ---------------------------------------------------------------------------


def external(
    folder: pathlib.Path, *, version: str = "9.9.9.9", delivery: str = "sns_tool", application: str = "su", token: str = "hw21"
) -> str:
    ran = take_in(folder, hardware_token=token, application=application, version=version, aos=version, delivery=delivery)
    assert ran["changed"] is True
    return str(folder)


@pytest.mark.parametrize(
    ("profile", "application", "part_number"),
    [
        ("smart_ups_nmc3", "su", "SFNCM3FMTSU"),
        ("smart_ups_ultra", None, "SFNCM3FMTSUCAN"),
        ("symmetra_nmc3", "sy", "SFNCM3FMTSY"),
        ("easy_ups_1p", None, "SFNCM3FMTEU1P"),
        ("rack_pdu_nmc3", "rpdu2g", "SFNCM3FMTRPDU"),
        ("easy_ups_3p", "eu3p", None),
    ],
)
@pytest.mark.parametrize(
    ("delivery", "program"),
    [
        ("sns_tool", "the Secure NMC System Tool"),
        ("it_expert", "EcoStruxure IT Expert"),
        ("data_center_expert", "Data Center Expert"),
    ],
)
def test_the_work_that_is_left_names_program_part_card_and_release(
    emulator: Emulator,
    tmp_path: pathlib.Path,
    profile: str,
    application: str | None,
    part_number: str | None,
    delivery: str,
    program: str,
) -> None:
    card = EmulatedCard(emulator, address_of_profile(profile), over=("ssh", "snmp"))
    said = card.facts()["ansible_facts"]["nmc"]
    assert application in (None, said["application"])
    where = external(tmp_path / "shelf", delivery=delivery, application=said["application"], token=said["hardware_token"])
    ran = check_refused(card, "external_delivery", version="9.9.9.9", image_store=where)
    assert ran["work_item"] == {
        "program": program,
        "part_number": part_number if delivery == "sns_tool" else None,
        "card_serial": said["serial"],
        "release": "aos 9.9.9.9, application 9.9.9.9",
    }
    assert program in ran["msg"]
    assert ran["plan"] == []


def test_a_card_at_its_target_leaves_no_work(take: Take, tmp_path: pathlib.Path) -> None:
    where = external(tmp_path / "shelf", version="2.3.1.1")
    ran = take("ups3").firmware(version="2.3.1.1", image_store=where)
    assert ran.verdict == ("compliant", "at_target")
    assert ran["work_item"] is None


def test_what_is_delivered_otherwise_is_no_stepping_stone(take: Take, own_shelf: pathlib.Path) -> None:
    for version in ("2.5.0.6", "2.3.1.1"):
        take_in(own_shelf, hardware_token="hw21", application="su", version=version, delivery="sns_tool")
    ran = check_refused(take("ups3_old"), "stepping_stone_needed", version="3.4.0.8", image_store=str(own_shelf))
    assert ran["work_item"] is None


def test_check_mode_does_not_wait(take: Take, tmp_path: pathlib.Path) -> None:
    where, started = external(tmp_path / "shelf"), time.monotonic()
    ran = take("ups3").firmware(check_mode=True, version="9.9.9.9", image_store=where, wait_for_external=True)
    assert ran.verdict == ("blocked", "external_delivery")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("over", [("ssh",), ("ssh", "snmp"), ("snmp",)], ids=["ssh", "snmp and ssh", "snmp"])
def test_what_somebody_else_installs_meanwhile_is_waited_for_and_proven(
    take: Take, store: ImageStore, tmp_path: pathlib.Path, over: tuple[str, ...]
) -> None:
    card = take("ups3")
    where = take_in(tmp_path / "shelf", hardware_token="hw21", application="su", version="2.5.0.6", aos="2.5.0.8", delivery="sns_tool")
    others: list[Ran] = []
    person = threading.Thread(target=lambda: others.append(card.firmware(**store.upgrade("ups3"))))

    def begin(note: str) -> None:
        if "waiting for it" in note:
            person.start()

    ran = card.reached(*over).firmware(
        version="2.5.0.6",
        image_store=str(pathlib.Path(where["manifest"]).parent),
        wait_for_external=True,
        external_timeout=60.0,
        timeout=3.0,
        on_note=begin,
    )
    person.join(60)
    assert others[0].verdict == ("compliant", "upgraded")
    assert ran.verdict == ("compliant", "upgraded")
    assert ran["changed"] is True
    assert ran["before"] == UPGRADES["ups3"].before
    assert ran["after"] == card.holds == UPGRADES["ups3"].after
    assert ran["work_item"]["part_number"] == "SFNCM3FMTSU"
    assert sent_images(ran) == []
    assert ran.notes == [
        "ups1: aos 2.5.0.8, application 2.5.0.6 reaches the card by the Secure NMC System Tool; waiting for it",
    ]


def test_waiting_ends_honestly_when_nobody_comes(take: Take, tmp_path: pathlib.Path) -> None:
    card, started = take("ups3"), time.monotonic()
    ran = card.firmware(version="9.9.9.9", image_store=external(tmp_path / "shelf"), wait_for_external=True, external_timeout=2.0)
    assert 2 <= time.monotonic() - started < 12
    assert ran.verdict == ("failed", "external_not_done")
    assert set(ran.result) == {*RESULT_KEYS, "failed"}
    assert (ran["changed"], ran["before"]) == (False, ran["after"])
    assert "the card does not run aos 9.9.9.9, application 9.9.9.9; it says aos 2.3.1.1, application 2.3.1.1" in ran["msg"]
    assert ran["work_item"]["card_serial"] == card.state()["serial"]
    assert is_untouched(card)


def test_a_card_that_stays_away_is_said_to_be_away(take: Take, tmp_path: pathlib.Path) -> None:
    card = take("ups3")
    ran = card.firmware(
        version="9.9.9.9",
        image_store=external(tmp_path / "shelf"),
        wait_for_external=True,
        external_timeout=3.0,
        on_note=lambda _note: card.suffers("refuse"),
    )
    assert ran.verdict == ("failed", "external_not_done")
    assert "does not run aos 9.9.9.9, application 9.9.9.9; ups1: " in ran["msg"]
    assert ran["before"] == ran["after"] == card.holds


def test_another_card_in_its_place_is_no_success(take: Take, emulator: Emulator, tmp_path: pathlib.Path) -> None:
    card = take("ups3")
    ran = card.firmware(
        version="9.9.9.9",
        image_store=external(tmp_path / "shelf"),
        wait_for_external=True,
        external_timeout=20.0,
        on_note=lambda _note: t.cast("None", emulator.patch(card.address, serial="ZA0000000000")),
    )
    assert ran.verdict == ("failed", "identity_changed")
    assert "ZA0000000000" in ran["msg"]


def test_a_wrong_password_meanwhile_ends_the_waiting_at_once(take: Take, emulator: Emulator, tmp_path: pathlib.Path) -> None:
    """Trying on for an hour would lock the account."""
    card = take("ups3")
    ran = card.firmware(
        version="9.9.9.9",
        image_store=external(tmp_path / "shelf"),
        wait_for_external=True,
        external_timeout=20.0,
        on_note=lambda _note: t.cast("None", emulator.patch(card.address, password="changed")),
    )
    assert ran.verdict == ("failed", "login_refused")
    assert card.counters["failed_logins"] == 1
