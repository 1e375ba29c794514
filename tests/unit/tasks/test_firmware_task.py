# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`nmc_firmware` on emulated cards that behave: upgrades, second runs, check mode, and everything that forbids to send."""

from __future__ import annotations

import re
import typing as t

import pytest
from unit.tasks.emulated import RESULT_KEYS, UPGRADES, is_untouched

if t.TYPE_CHECKING:
    from unit.tasks.conftest import Take
    from unit.tasks.emulated import EmulatedCard, ImageStore, Options

    from emulator.testing import Emulator

SU_250 = "apc_hw21_su_2-5-0-6.nmc3"
SU_230 = "apc_hw21_su_2-3-1-1.nmc3"


def sent_images(result: dict[str, t.Any]) -> list[str]:
    return [transfer["image"] for transfer in result["evidence"].get("transfers", [])]


def refused(card: EmulatedCard, **options: t.Any) -> tuple[str, str]:
    """Run where nothing may be sent, the same in both modes; return status and reason."""
    planned, applied = card.firmware(check_mode=True, **options), card.firmware(**options)
    assert planned.result == {**applied.result, "duration_seconds": planned["duration_seconds"]}
    assert set(applied.result) == {*RESULT_KEYS, "failed"}
    assert (applied["changed"], applied["plan"]) == (False, [])
    assert applied["before"] == applied["after"] == card.holds
    assert applied["msg"].startswith("ups1: ")
    assert is_untouched(card)
    return applied.verdict


# --- upgrades --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("over", [("ssh",), ("ssh", "snmp")], ids=["ssh", "snmp and ssh"])
def test_an_nmc3_takes_one_file_and_proves_it(take: Take, store: ImageStore, over: tuple[str, ...]) -> None:
    card = take("ups3").reached(*over)
    ran = card.firmware(**store.upgrade("ups3"))
    assert set(ran.result) == RESULT_KEYS
    assert ran.verdict == ("compliant", "upgraded")
    assert (ran["changed"], ran["recovery"]) == (True, "Nothing to do.")
    assert ran["before"] == UPGRADES["ups3"].before
    assert ran["after"] == card.holds == UPGRADES["ups3"].after
    assert ran["diff"]["before"] == "aos: 2.3.1.1\napplication: 2.3.1.1\nboot_monitor: 1.4.2.1\n"
    assert ran["diff"]["after"] == "aos: 2.5.0.8\napplication: 2.5.0.6\nboot_monitor: 1.5.1.1\n"
    assert ran["diff"]["before_header"] == "ups1 firmware"
    assert (card.counters["uploads"], card.counters["reboots"]) == (1, 1)
    assert sent_images(ran.result) == [SU_250]
    assert ran["evidence"]["restarts"][0]["seen_away"] is True
    assert ran["duration_seconds"] > 1


def test_an_nmc2_takes_three_files_in_the_vendors_order(take: Take, store: ImageStore) -> None:
    card = take("ups2")
    ran = card.firmware(**store.upgrade("ups2"))
    assert ran.verdict == ("compliant", "upgraded")
    assert ran["before"] == UPGRADES["ups2"].before
    assert ran["after"] == card.holds == UPGRADES["ups2"].after
    assert sent_images(ran.result) == ["apc_hw05_bootmon_109.bin", "apc_hw05_aos_720.bin", "apc_hw05_sumx_720.bin"]
    assert (card.counters["uploads"], card.counters["reboots"]) == (3, 3)
    assert card.state()["stat"] == "A+"


def test_a_component_that_is_right_is_not_sent(take: Take, store: ImageStore) -> None:
    card = take("ups2_right_boot_monitor")
    ran = card.firmware(**store.upgrade("ups2"))
    assert ran.verdict == ("compliant", "upgraded")
    assert [step["component"] for step in ran["plan"]] == ["aos", "application"]
    assert sent_images(ran.result) == ["apc_hw05_aos_720.bin", "apc_hw05_sumx_720.bin"]
    assert ran["after"] == card.holds == UPGRADES["ups2"].after


def test_a_boot_monitor_can_be_brought_up_to_date_alone(take: Take, store: ImageStore) -> None:
    card = take("ups2")
    ran = card.firmware(components={"boot_monitor": "1.0.9"}, **store.images(boot_monitor="apc_hw05_bootmon_109.bin"))
    assert ran.verdict == ("compliant", "upgraded")
    assert card.holds == {**UPGRADES["ups2"].before, "boot_monitor": "1.0.9"}


@pytest.mark.parametrize("kind", UPGRADES)
def test_the_second_run_changes_nothing(take: Take, store: ImageStore, kind: str) -> None:
    card, options = take(kind), store.upgrade(kind)
    card.firmware(**options)
    before = card.counters
    again = card.firmware(**options)
    assert set(again.result) == RESULT_KEYS
    assert again.verdict == ("compliant", "at_target")
    assert (again["changed"], again["plan"]) == (False, [])
    assert again["before"] == again["after"] == card.holds
    assert again["diff"]["before"] == again["diff"]["after"]
    assert again["msg"].startswith("ups1: already at ")
    assert {key: card.counters[key] for key in ("uploads", "reboots")} == {key: before[key] for key in ("uploads", "reboots")}


def test_a_card_at_its_target_is_not_logged_on_to_when_snmp_says_so(take: Take) -> None:
    card = take("ups3").reached("ssh", "snmp")
    assert card.firmware(version="2.3.1.1").verdict == ("compliant", "at_target")
    assert card.counters["connections"] == 0


@pytest.mark.parametrize("kind", UPGRADES)
def test_check_mode_sends_nothing_and_gives_the_plan_of_the_real_run(take: Take, store: ImageStore, kind: str) -> None:
    card, options = take(kind), store.upgrade(kind)
    planned = card.firmware(check_mode=True, **options)
    assert is_untouched(card)
    assert set(planned.result) == RESULT_KEYS
    assert planned.verdict == ("drift", "upgrade_planned")
    assert planned["changed"] is True
    assert planned["before"] == card.holds
    applied = card.firmware(**options)
    assert planned["plan"] == applied["plan"] != []
    assert planned["before"] == applied["before"]


def test_check_mode_does_not_guess_what_an_image_brings_along_undeclared(take: Take, store: ImageStore) -> None:
    planned = take("ups3").firmware(check_mode=True, version="2.5.0.6", **store.image(SU_250))
    assert planned["after"] == {
        "aos": "as the image holds it",
        "application": "2.5.0.6",
        "boot_monitor": "as the image holds it",
    }


def test_the_plan_says_each_image_with_its_checksum_and_changes(take: Take, store: ImageStore) -> None:
    plan = take("ups2").firmware(check_mode=True, **store.upgrade("ups2"))["plan"]
    assert plan[1] == {
        "component": "aos",
        "image": "apc_hw05_aos_720.bin",
        "sha256": store.checksum("apc_hw05_aos_720.bin").removeprefix("sha256:"),
        "changes": [{"component": "aos", "from": "6.9.6", "to": "7.2.0"}],
    }


def test_a_wrong_aos_beside_a_right_application_is_drift(take: Take, store: ImageStore) -> None:
    card = take("rack_pdu3")
    options = {"components": {"application": "2.5.2.5", "aos": "2.5.3.2"}, **store.image("apc_hw21_rpdu2g_2-5-2-5.nmc3")}
    assert card.firmware(**options)["after"]["aos"] == "2.5.3.2"
    wanted: Options = {"components": {"application": "2.5.2.5", "aos": "2.5.9.9"}}
    assert card.firmware(check_mode=True, **wanted).verdict == ("blocked", "image_missing")


def test_every_milestone_names_the_card(take: Take, store: ImageStore) -> None:
    ran = take("ups3").firmware(**store.upgrade("ups3"))
    assert ran.notes == [
        f"ups1: transfer 1 of 1, {SU_250}",
        f"ups1: {SU_250} is sent, waiting for the restart",
        "ups1: application 2.5.0.6, aos 2.5.0.8 proven",
    ]
    assert ran.warnings == []


# --- stepping stones, downgrade, force -------------------------------------------------------------------------------


def test_an_nmc3_goes_from_1_to_3_over_a_2(take: Take, store: ImageStore) -> None:
    card = take("ups3_old")
    target = {"version": "3.4.0.8", **store.image("apc_hw21_su_3-4-0-8.nmc3")}
    assert refused(card, **target) == ("blocked", "stepping_stone_needed")
    ran = card.firmware(**target, stepping_stones=[{"version": "2.5.0.6", **store.image(SU_250)}])
    assert ran.verdict == ("compliant", "upgraded")
    assert sent_images(ran.result) == [SU_250, "apc_hw21_su_3-4-0-8.nmc3"]
    assert card.holds["application"] == ran["after"]["application"] == "3.4.0.8"


def test_an_nmc2_goes_from_5_to_7_over_a_6(take: Take, store: ImageStore) -> None:
    card = take("ups2_old")
    ran = card.firmware(
        components={"aos": "7.2.0", "application": "7.2.0"},
        **store.images(aos="apc_hw05_aos_720.bin", application="apc_hw05_sumx_720.bin"),
        stepping_stones=[
            {
                "components": {"aos": "6.9.6", "application": "6.9.6"},
                **store.images(aos="apc_hw05_aos_696.bin", application="apc_hw05_sumx_696.bin"),
            }
        ],
    )
    assert ran.verdict == ("compliant", "upgraded")
    assert sent_images(ran.result) == [
        "apc_hw05_aos_696.bin",
        "apc_hw05_sumx_696.bin",
        "apc_hw05_aos_720.bin",
        "apc_hw05_sumx_720.bin",
    ]
    assert card.holds == {"aos": "7.2.0", "application": "7.2.0", "boot_monitor": "1.0.9"}


def test_a_stepping_stone_is_left_out_where_the_way_does_not_need_it(take: Take, store: ImageStore) -> None:
    options = {"version": "2.5.0.6", **store.image(SU_250)}
    stones = [{"version": "1.4.2.1", **store.image("apc_hw21_su_1-4-2-1.nmc3")}]
    plan = take("ups3").firmware(check_mode=True, stepping_stones=stones, **options)["plan"]
    assert [step["image"] for step in plan] == [SU_250]


def test_a_version_jump_needs_consent(take: Take, store: ImageStore) -> None:
    card = take("ups3_old")
    target = {"version": "3.4.0.8", **store.image("apc_hw21_su_3-4-0-8.nmc3")}
    ran = card.firmware(**target, allow_version_jump=True)
    assert ran.verdict == ("compliant", "upgraded")
    assert card.holds["application"] == "3.4.0.8"


def test_a_downgrade_needs_consent(take: Take, store: ImageStore) -> None:
    card = take("ups3")
    back = {"version": "1.4.2.1", **store.image("apc_hw21_su_1-4-2-1.nmc3")}
    assert refused(card, **back) == ("ahead", "downgrade_refused")
    ran = card.firmware(**back, allow_downgrade=True)
    assert ran.verdict == ("compliant", "upgraded")
    assert card.holds["application"] == ran["after"]["application"] == "1.4.2.1"


def test_force_sends_what_the_card_already_runs(take: Take, store: ImageStore) -> None:
    card = take("ups3")
    same = {"version": "2.3.1.1", **store.image(SU_230)}
    assert card.firmware(**same).verdict == ("compliant", "at_target")
    ran = card.firmware(**same, force=True)
    assert ran.verdict == ("compliant", "upgraded")
    assert ran["changed"] is True
    assert card.counters["uploads"] == 1
    assert ran["before"]["application"] == ran["after"]["application"] == "2.3.1.1"


# --- cards that must not be touched ----------------------------------------------------------------------------------


def test_another_serial_than_declared_stops_before_a_byte(take: Take, store: ImageStore) -> None:
    card = take("ups3")
    assert refused(card, **store.upgrade("ups3"), serial="ZA0000000000") == ("blocked", "wrong_card")
    assert card.firmware(**store.upgrade("ups3"), serial=card.state()["serial"]).verdict == ("compliant", "upgraded")


@pytest.mark.parametrize("over", [("ssh",), ("ssh", "snmp")], ids=["ssh", "snmp and ssh"])
@pytest.mark.parametrize(
    ("busy", "reason", "consent"),
    [
        ({"on_battery": True}, "on_battery", "allow_on_battery"),
        ({"self_test": True}, "self_test_running", "allow_self_test"),
    ],
)
@pytest.mark.parametrize("kind", UPGRADES)
def test_a_busy_ups_is_left_alone_without_consent(
    take: Take,
    emulator: Emulator,
    store: ImageStore,
    kind: str,
    busy: dict[str, bool],
    reason: str,
    consent: str,
    over: tuple[str, ...],
) -> None:
    card, options = take(kind).reached(*over), store.upgrade(kind)
    emulator.patch(card.address, **busy)
    for check_mode in (True, False):
        ran = card.firmware(check_mode=check_mode, **options)
        assert ran.verdict == ("blocked", reason)
        assert ran["changed"] is False
    assert is_untouched(card)
    consented: Options = {**options, consent: True}
    assert card.firmware(check_mode=True, **consented).verdict == ("drift", "upgrade_planned")


def test_a_rack_ats_needs_consent(take: Take, store: ImageStore) -> None:
    card = take("rack_ats2")
    options = {"version": "6.4.9", **store.image("apc_hw05_ats4g_649.bin")}
    assert refused(card, **options) == ("blocked", "rack_ats_needs_consent")
    ran = card.firmware(**options, allow_rack_ats=True)
    assert ran.verdict == ("compliant", "upgraded")
    assert card.holds["application"] == "6.4.9"


def test_a_rack_ats_of_the_first_generation_is_never_touched(take: Take) -> None:
    consents = ("allow_rack_ats", "allow_downgrade", "allow_version_jump", "allow_unverified_image", "force")
    assert refused(take("rack_ats1"), version="3.9.9", **dict.fromkeys(consents, True)) == ("blocked", "application_refused")


def test_a_card_without_application_is_left_alone(take: Take, store: ImageStore) -> None:
    card = take("no_application")
    ran = card.firmware(**store.upgrade("ups2"))
    assert ran.verdict == ("blocked", "application_missing")
    assert is_untouched(card)


# --- images that do not fit ------------------------------------------------------------------------------------------

RPDU = "apc_hw21_rpdu2g_2-5-2-5.nmc3"
SUMX = "apc_hw05_sumx_720.bin"


@pytest.mark.parametrize(
    ("image", "version", "reason", "said"),
    [
        (RPDU, "2.5.2.5", "image_wrong_application", "is for the application rpdu2g, the card runs su"),
        (SUMX, "7.2.0", "image_wrong_hardware", "is for hw05, the card is hw21"),
        (SU_250, "2.5.5.1", "image_wrong_version", "holds 2.5.0.6, the target of application is 2.5.5.1"),
    ],
)
def test_an_image_for_something_else_is_not_sent(take: Take, store: ImageStore, image: str, version: str, reason: str, said: str) -> None:
    card = take("ups3")
    options = {"version": version, **store.image(image), "allow_version_jump": True}
    assert refused(card, **options) == ("blocked", reason)
    assert said in card.firmware(**options)["msg"]


def test_an_image_without_a_checksum_is_only_sent_with_consent(take: Take, store: ImageStore) -> None:
    card = take("ups3")
    options: Options = {"version": "2.5.0.6", "image": store.path(SU_250)}
    assert refused(card, **options) == ("blocked", "image_unverified")
    assert card.firmware(**options, allow_unverified_image=True).verdict == ("compliant", "upgraded")


def test_a_file_that_is_not_the_declared_one_is_not_sent(take: Take, store: ImageStore) -> None:
    card = take("ups3")
    options: Options = {"version": "2.5.0.6", "image": store.path(SU_250), "checksum": store.checksum(SU_230)}
    for check_mode in (True, False):
        ran = card.firmware(check_mode=check_mode, **options)
        assert ran.verdict == ("blocked", "checksum_mismatch")
        assert re.fullmatch("[0-9a-f]{64}", ran["evidence"]["sha256"])
    assert is_untouched(card)


def test_no_image_and_no_file_are_told_apart(take: Take, store: ImageStore) -> None:
    card = take("ups3")
    assert refused(card, version="2.5.0.6") == ("blocked", "image_missing")
    ran = card.firmware(version="2.5.0.6", image="/nowhere/apc_hw21_su_2-5-0-6.nmc3", checksum=store.checksum(SU_250))
    assert ran.verdict == ("blocked", "image_unreadable")
    assert "/nowhere/apc_hw21_su_2-5-0-6.nmc3 cannot be read: No such file or directory" in ran["msg"]
    assert is_untouched(card)
