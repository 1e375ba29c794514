# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`nmc_firmware` on emulated cards that misbehave: what the result says, and what the card really holds afterwards."""

from __future__ import annotations

import threading
import typing as t

import pytest
from unit.tasks.emulated import LARGE, RESULT_KEYS, UPGRADES, is_untouched

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._operations import prove

if t.TYPE_CHECKING:
    from unit.tasks.conftest import Take
    from unit.tasks.emulated import EmulatedCard, ImageStore, Ran

pytestmark = pytest.mark.parametrize("kind", UPGRADES)


def check_failure(ran: Ran, status: str, reason: str, *, changed: bool) -> None:
    """The parts of a failure that belong together: keys, status, reason, recovery and message."""
    assert ran.verdict == (status, reason)
    verdict = "unreachable" if status == "unreachable" else "failed"
    assert set(ran.result) == {*RESULT_KEYS, verdict}
    assert ran[verdict] is True
    assert ran["changed"] is changed
    assert ran["recovery"] == MEANINGS[Reason(reason)].recovery
    assert ran["msg"].startswith("ups1: ")
    assert ran["msg"].endswith(f" {ran['recovery']}")


def first_image(kind: str) -> str:
    return next(iter(UPGRADES[kind].images.values()))


def first_component(kind: str) -> str:
    return next(iter(UPGRADES[kind].images))


# --- before a byte is sent -------------------------------------------------------------------------------------------


def test_a_card_that_refuses_connections_is_unreachable(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    card.suffers("refuse")
    ran = card.firmware(**store.upgrade(kind))
    check_failure(ran, "unreachable", "connection_failed", changed=False)
    assert ran["before"] == ran["after"] == dict.fromkeys(("aos", "application", "boot_monitor"))
    assert is_untouched(card)


def test_a_card_that_answers_snmp_but_refuses_ssh_is_unreachable(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind).reached("ssh", "snmp")
    card.suffers("refuse")
    ran = card.firmware(**store.upgrade(kind))
    check_failure(ran, "unreachable", "connection_failed", changed=False)
    assert ran["before"] == ran["after"] == card.holds
    assert is_untouched(card)


@pytest.mark.parametrize("over", [("ssh",), ("ssh", "snmp")], ids=["ssh", "snmp and ssh"])
def test_a_wrong_password_is_tried_once(take: Take, store: ImageStore, kind: str, over: tuple[str, ...]) -> None:
    card = take(kind).reached(*over)
    card.suffers("wrong_password")
    ran = card.firmware(**store.upgrade(kind))
    check_failure(ran, "failed", "login_refused", changed=False)
    assert (card.counters["failed_logins"], card.counters["logins"]) == (1, 0)
    assert is_untouched(card)
    assert card.holds == UPGRADES[kind].before


def test_silent_snmp_alone_is_unreachable(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind).reached("snmp")
    card.suffers("snmp_silent")
    ran = card.firmware(**store.upgrade(kind), timeout=1.0)
    check_failure(ran, "unreachable", "snmp_silent", changed=False)
    assert card.counters["connections"] == 0


def test_silent_snmp_beside_ssh_only_gives_a_warning(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind).reached("ssh", "snmp")
    card.suffers("snmp_silent")
    ran = card.firmware(**store.upgrade(kind), timeout=5.0)
    assert ran.verdict == ("compliant", "upgraded")
    assert ran["after"] == card.holds == UPGRADES[kind].after
    assert [warning for warning in ran.warnings if "SNMP failed" in warning] == ran.warnings != []


# --- while an image is sent ------------------------------------------------------------------------------------------


def test_a_transfer_that_breaks_once_is_sent_again_from_the_beginning(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    card.suffers({"drop_after_bytes": 40_000, "times": 1})
    ran = card.firmware(**store.upgrade(kind))
    assert ran.verdict == ("compliant", "upgraded")
    assert set(ran.result) == RESULT_KEYS
    assert ran["after"] == card.holds == UPGRADES[kind].after
    transfers = ran["evidence"]["transfers"]
    assert [transfer["image"] for transfer in transfers] == [first_image(kind), *UPGRADES[kind].images.values()]
    assert transfers[0]["bytes"] == transfers[1]["bytes"] == transfers[1]["bytes_sent"] == LARGE
    assert transfers[0]["error"].startswith(f"ups1: sending {first_image(kind)} ended after ")
    assert "error" not in transfers[1]
    assert any("Sending it again from the beginning." in note for note in ran.notes)


def test_a_transfer_that_breaks_twice_is_given_up(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    card.suffers({"drop_after_bytes": 40_000})
    ran = card.firmware(**store.upgrade(kind))
    check_failure(ran, "failed", "transfer_interrupted", changed=True)
    assert [transfer["image"] for transfer in ran["evidence"]["transfers"]] == [first_image(kind)] * 2
    assert ran["before"] == ran["after"] == card.holds == UPGRADES[kind].before
    counters = card.counters
    assert (counters["uploads"], counters["reboots"]) == (0, 0)
    assert counters["bytes_received"] >= 80_000


def test_a_transfer_that_breaks_at_its_very_end_is_no_success(
    take: Take, store: ImageStore, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prove, "_GOES_DOWN", 2.0)
    card = take(kind)
    card.suffers({"drop_after_bytes": LARGE})
    ran = card.firmware(**store.upgrade(kind), reboot_timeout=60.0)
    # Whether it is seen while the last bytes are sent, or by a card that stays up: it never took the image, and must not be restarted.
    check_failure(ran, "failed", "transfer_interrupted", changed=True)
    assert ran["duration_seconds"] < 30
    assert ran["after"] == card.holds == UPGRADES[kind].before
    assert card.counters["uploads"] == 0


def test_an_image_that_the_card_rejects_is_not_sent_again(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    card.suffers("reject_image")
    ran = card.firmware(**store.upgrade(kind))
    check_failure(ran, "failed", "image_rejected", changed=True)
    assert "File type unknown" in ran["msg"]
    assert len(ran["evidence"]["transfers"]) == 1
    assert card.holds == UPGRADES[kind].before
    assert (card.counters["uploads"], card.counters["reboots"]) == (0, 0)


def test_a_card_that_refuses_the_connection_for_the_image_is_unreachable(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    ran = card.firmware(**store.upgrade(kind), on_note=lambda note: card.suffers("refuse") if "transfer 1 of" in note else None)
    check_failure(ran, "unreachable", "connection_failed", changed=False)
    assert ran["evidence"]["transfers"][0]["bytes_sent"] == 0
    assert is_untouched(card)


# --- after an image was sent -----------------------------------------------------------------------------------------


def test_a_card_that_silently_keeps_its_version_has_failed(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    card.suffers("keep_old_version")
    ran = card.firmware(**store.upgrade(kind))
    check_failure(ran, "failed", "still_old_version", changed=True)
    assert ran["before"] == ran["after"] == card.holds == UPGRADES[kind].before
    assert card.counters["uploads"] == 1
    target, held = UPGRADES[kind].targets[first_component(kind)], UPGRADES[kind].before[first_component(kind)]
    assert f"{first_component(kind)} {held} instead of {target}" in ran["msg"]


def test_a_card_that_never_comes_back_has_failed(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    card.suffers("never_come_back")
    ran = card.firmware(**store.upgrade(kind), reboot_timeout=4.0)
    check_failure(ran, "failed", "never_came_back", changed=True)
    assert ran["before"] == UPGRADES[kind].before
    assert ran["after"] == dict.fromkeys(("aos", "application", "boot_monitor"))
    assert 4 <= ran["duration_seconds"] < 20
    assert card.state()["phase"] == "gone"


def test_a_card_that_is_not_there_the_day_after_is_unreachable(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    card.suffers("never_come_back")
    card.firmware(**store.upgrade(kind), reboot_timeout=3.0)
    ran = card.firmware(**store.upgrade(kind))
    check_failure(ran, "unreachable", "connection_failed", changed=False)


def test_a_password_that_the_upgrade_changes_is_tried_once(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    ran = card.firmware(**store.upgrade(kind), on_note=spoil_password_when_sent(card))
    check_failure(ran, "failed", "login_lost", changed=True)
    assert card.counters["failed_logins"] == 1


def test_a_card_with_another_serial_afterwards_is_another_card(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    true_serial = card.state()["serial"]

    def swap(note: str) -> None:
        if "is sent" in note:
            card.emulator.patch(card.address, serial="ZA9900000001")

    ran = card.firmware(**store.upgrade(kind), on_note=swap)
    check_failure(ran, "failed", "identity_changed", changed=True)
    assert true_serial in ran["msg"]
    assert "ZA9900000001" in ran["msg"]


def spoil_password_when_sent(card: EmulatedCard) -> t.Callable[[str], None]:
    def spoil(note: str) -> None:
        if "is sent" in note:
            card.emulator.patch(card.address, password="changed by the upgrade")

    return spoil


# --- the run after a failure -----------------------------------------------------------------------------------------


def test_a_card_that_loaded_another_application_is_never_at_its_target(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    card.suffers("load_another_application")
    ran = card.firmware(**store.upgrade(kind))
    check_failure(ran, "failed", "wrong_application_loaded", changed=True)
    loaded, sent = card.state()["slots"]["application"]["name"], card.counters["bytes_received"]
    assert f"runs the application {loaded} instead of {card.state()['application']}" in ran["msg"]
    assert card.holds == UPGRADES[kind].after
    assert card.firmware(**store.upgrade(kind)).verdict == ("blocked", "image_wrong_application")
    assert card.counters["bytes_received"] == sent


@pytest.mark.parametrize("fault", [{"drop_after_bytes": 40_000}, "reject_image", "keep_old_version"], ids=str)
def test_the_next_run_mends_what_a_failed_one_left(take: Take, store: ImageStore, kind: str, fault: t.Any) -> None:
    card = take(kind)
    card.suffers(fault)
    assert card.firmware(**store.upgrade(kind))["failed"] is True
    card.suffers()
    assert card.firmware(**store.upgrade(kind)).verdict == ("compliant", "upgraded")
    assert card.holds == UPGRADES[kind].after


def test_a_network_that_is_away_for_a_moment_is_not_taken_for_the_restart(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    card.emulator.patch(card.address, check_seconds=8.0)
    timers: list[threading.Timer] = []

    def away(note: str) -> None:
        if "waiting for the restart" in note and not timers:
            card.suffers("refuse")
            timers.append(threading.Timer(2.0, card.suffers))
            timers[0].start()

    ran = card.firmware(on_note=away, **store.upgrade(kind))
    timers[0].join()
    assert ran.verdict == ("compliant", "upgraded")
    assert ran["after"] == card.holds == UPGRADES[kind].after
    assert ran["evidence"]["restarts"][0]["seconds"] > 8
