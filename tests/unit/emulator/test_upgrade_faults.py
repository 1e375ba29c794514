# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong with an upload and with the reboot after it, on both generations."""

from __future__ import annotations

import time
import typing as t

import asyncssh
import pytest
from unit.emulator.live import BOTH, NMC2, NMC3, converse, image_for, offered_host_key, snmp_answers, upload

from emulator.testing import Emulator, State

if t.TYPE_CHECKING:
    import pathlib

Install = t.Callable[..., State]


@BOTH
def test_a_stalled_card_goes_on_after_its_time(pair: Emulator, install: Install, address: str) -> None:
    pair.set_faults(address, [{"stall": {"bytes": 20_000, "seconds": 0.6}, "times": 1}])
    begun = time.monotonic()
    assert install(address)["stat"] == "A+"
    assert time.monotonic() - begun > 0.6
    assert pair.state(address)["faults"] == []


def test_a_stalled_card_takes_nothing_more_from_a_client_that_went(pair: Emulator, tmp_path: pathlib.Path) -> None:
    pair.set_faults(NMC3, [{"stall": {"bytes": 1, "seconds": 0.5}}])
    before = pair.state(NMC3)["counters"]
    with pytest.raises(TimeoutError):
        upload(pair, NMC3, image_for(tmp_path, NMC3), seconds=0.3)
    pair.set_faults(NMC3, [])
    time.sleep(0.5)
    after = pair.state(NMC3)["counters"]
    assert (after["uploads"], after["reboots"]) == (before["uploads"], before["reboots"])


@BOTH
def test_a_wrong_application_is_seen_after_the_reboot(pair: Emulator, install: Install, address: str) -> None:
    pair.set_faults(address, ["load_wrong_application"])
    state = install(address)
    assert (state["stat"], state["versions"]["application"]) == ("A-", None)
    shown = converse(pair, address, "about\n")
    assert "Stat : P+ N4+ N6+ A-" in shown[0]
    assert "Application Module\r\n---------------\r\nInvalid Module Header!" in shown[1]
    pair.set_faults(address, [])
    assert install(address)["stat"] == "A+"


def test_only_an_application_can_be_a_wrong_one(pair: Emulator, install: Install) -> None:
    pair.set_faults(NMC2, [{"name": "load_wrong_application", "times": 1}])
    assert install(NMC2, "aos")["stat"] == "A+"
    assert install(NMC2)["stat"] == "A-"
    assert install(NMC2)["stat"] == "A+"


@BOTH
def test_the_boot_monitor_may_end_up_as_the_application(pair: Emulator, install: Install, address: str) -> None:
    pair.set_faults(address, ["boot_monitor_in_application_slot"])
    state = install(address)
    assert state["stat"] == "A-"
    assert state["slots"]["application"] == state["slots"]["boot_monitor"]
    pair.set_faults(address, [])
    assert install(address)["stat"] == "A+"


@BOTH
def test_a_half_written_application_is_lost_with_the_next_reboot(
    pair: Emulator, install: Install, address: str, tmp_path: pathlib.Path
) -> None:
    break_a_transfer(pair, address, image_for(tmp_path, address))
    before = pair.state(address)
    assert (before["stat"], before["half_written"]) == ("A+", "application")
    pair.reboot(address)
    after = pair.wait_for_reboot(address, after=before["counters"]["reboots"])
    assert (after["stat"], after["half_written"]) == ("A-", None)
    assert install(address)["stat"] == "A+"


@BOTH
def test_a_complete_transfer_mends_a_half_written_slot(pair: Emulator, install: Install, address: str, tmp_path: pathlib.Path) -> None:
    break_a_transfer(pair, address, image_for(tmp_path, address))
    assert install(address)["stat"] == "A+"


@pytest.mark.parametrize("component", ["aos", "boot_monitor"])
def test_an_nmc2_with_a_half_written_system_does_not_come_back(pair: Emulator, tmp_path: pathlib.Path, component: str) -> None:
    break_a_transfer(pair, NMC2, image_for(tmp_path, NMC2, component))
    pair.reboot(NMC2)
    pair.wait(NMC2, lambda state: state["phase"] == "gone")


@BOTH
def test_a_slow_boot_takes_its_time(pair: Emulator, install: Install, address: str) -> None:
    pair.set_faults(address, [{"slow_boot": 0.8, "times": 1}])
    begun = time.monotonic()
    install(address)
    assert time.monotonic() - begun > 0.8


@BOTH
def test_an_upgrade_may_switch_snmp_off(pair: Emulator, install: Install, address: str) -> None:
    pair.set_faults(address, ["snmp_off_after_upgrade"])
    install(address)
    assert not snmp_answers(pair, address)
    assert "SNMPv1             : Disabled" in converse(pair, address)[0]
    pair.patch(address, snmp_enabled=True)
    assert snmp_answers(pair, address)


@BOTH
def test_an_upgrade_may_change_the_serial(pair: Emulator, install: Install, address: str) -> None:
    pair.set_faults(address, ["new_serial_after_upgrade"])
    before = pair.state(address)["serial"]
    after = install(address)["serial"]
    assert (after[:4], len(after)) == (before[:4], len(before))
    assert after != before
    assert after in converse(pair, address, "about\n")[1]


@BOTH
def test_an_upgrade_may_change_the_host_key(pair: Emulator, install: Install, address: str) -> None:
    before = pair.host_key(address)
    pair.set_faults(address, ["new_host_key_after_upgrade"])
    install(address)
    assert offered_host_key(pair, address) == pair.host_key(address) != before


@BOTH
def test_an_upgrade_may_bring_the_default_password_back(pair: Emulator, install: Install, address: str) -> None:
    pair.set_faults(address, ["password_reset_after_upgrade"])
    pair.patch(address, password="of-the-site")
    install(address, password="of-the-site")
    with pytest.raises(asyncssh.PermissionDenied):
        converse(pair, address, password="of-the-site")
    assert converse(pair, address, password="apc")[0].endswith("apc>")


def test_a_plain_reboot_is_no_upgrade(pair: Emulator) -> None:
    pair.set_faults(NMC3, ["new_serial_after_upgrade", "snmp_off_after_upgrade", "load_wrong_application"])
    before = pair.state(NMC3)
    pair.reboot(NMC3)
    after = pair.wait_for_reboot(NMC3, after=before["counters"]["reboots"])
    assert (after["serial"], after["stat"]) == (before["serial"], "A+")
    assert snmp_answers(pair, NMC3)


def break_a_transfer(pair: Emulator, address: str, image: pathlib.Path) -> None:
    pair.set_faults(address, [{"half_written_slot": 50_000, "times": 1}])
    with pytest.raises((asyncssh.Error, OSError)):
        upload(pair, address, image)
