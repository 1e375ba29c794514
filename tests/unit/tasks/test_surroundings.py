# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is around an upgrade: the kept config.ini, and the evidence for what else an upgrade changed."""

from __future__ import annotations

import stat
import typing as t

import pytest
from unit.tasks.emulated import UPGRADES
from unit.tasks.fault_table import Holds
from unit.tasks.test_every_fault import way

if t.TYPE_CHECKING:
    import pathlib

    from unit.tasks.conftest import Take
    from unit.tasks.emulated import ImageStore

pytestmark = pytest.mark.parametrize("kind", UPGRADES)


def test_config_ini_is_kept_for_its_client_and_readable_by_nobody_else(
    take: Take, store: ImageStore, kind: str, tmp_path: pathlib.Path
) -> None:
    card = take(kind)
    ran = card.firmware(**store.upgrade(kind), backup_directory=str(tmp_path / "kept"), client="north")
    [kept] = (tmp_path / "kept" / "north").iterdir()
    assert kept.name.startswith(f"{card.state()['serial']}-")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert f"HostName={card.state()['name']}" in kept.read_text(encoding="utf-8")
    assert ran["evidence"]["config"] == {"saved_to": str(kept), "changes": []}


def test_config_ini_is_kept_before_the_first_byte(take: Take, store: ImageStore, kind: str, tmp_path: pathlib.Path) -> None:
    card = take(kind)
    there: list[bool] = []

    def look(note: str) -> None:
        if "transfer 1 of" in note:
            there.append(any((tmp_path / "default").iterdir()))
            card.suffers("reject_image")

    ran = card.firmware(**store.upgrade(kind), backup_directory=str(tmp_path), on_note=look)
    assert ran.verdict == ("failed", "image_rejected")
    assert there == [True]


def test_a_directory_that_cannot_be_written_blocks_the_upgrade(take: Take, store: ImageStore, kind: str, tmp_path: pathlib.Path) -> None:
    card = take(kind)
    (tmp_path / "file").touch()
    ran = card.firmware(**store.upgrade(kind), backup_directory=str(tmp_path / "file"))
    assert (*ran.verdict, ran["changed"]) == ("blocked", "backup_failed", False)
    assert card.counters["bytes_received"] == 0


def test_nothing_is_kept_or_compared_without_backup(take: Take, store: ImageStore, kind: str, tmp_path: pathlib.Path) -> None:
    card = take(kind)
    card.suffers("config_changes_after_upgrade")
    ran = card.firmware(**store.upgrade(kind), backup=False, backup_directory=str(tmp_path))
    assert ran.verdict == ("compliant", "upgraded")
    assert list(tmp_path.iterdir()) == []
    assert "config" not in ran["evidence"]


@pytest.mark.parametrize("allowed", [False, True])
def test_lost_settings_are_named_and_their_values_never(take: Take, store: ImageStore, kind: str, allowed: bool) -> None:
    card = take(kind)
    card.suffers("config_changes_after_upgrade")
    ran = card.firmware(**store.upgrade(kind), allow_config_changes=allowed)
    assert ran.verdict == (("compliant", "upgraded") if allowed else ("failed", "config_changed"))
    assert card.holds == Holds.NEW.versions(kind)
    found = {(change["kind"], change["section"], change["key"]) for change in ran["evidence"]["config"]["changes"]}
    assert found == {
        ("changed", "NetworkTCP/IP", "PortSpeed"),
        ("removed", "NetworkTCP/IP", "DHCPBootpClientID"),
        ("added", "NetworkSNMP", "AccessControl2Community"),
    }
    assert not any(value in ran.everything_said for value in ("10 Half", "Auto", "public"))


def test_another_certificate_is_shown_beside_the_old_one(take: Take, store: ImageStore, kind: str) -> None:
    ran = way("another certificate").go(take(kind), store, kind)
    certificates = ran["evidence"]["certificate"]
    assert certificates["before"] != certificates["after"]
    assert {len(certificates["before"]), len(certificates["after"])} == {64}


def test_another_host_key_is_reported_and_the_versions_are_proven_over_snmp(take: Take, store: ImageStore, kind: str) -> None:
    card = take(kind)
    ran = way("another host key, SNMP answers").go(card, store, kind)
    assert ran["evidence"]["host_key_fingerprint"] == card.emulator.host_key(card.address)
    assert "Over SNMP it runs what was sent." in ran["msg"]
    seen = ran["evidence"]["versions_over_snmp"]
    assert seen == {part: version for part, version in card.holds.items() if part in seen}
    assert {"aos", "application"} <= set(seen)
    known = card.emulator.known_hosts.read_text(encoding="utf-8")
    assert card.firmware(**store.upgrade(kind)).verdict == ("failed", "host_key_changed")
    assert card.emulator.known_hosts.read_text(encoding="utf-8") == known


@pytest.mark.parametrize("when_sent", [False, True])
def test_an_unexpected_prompt_is_shown(take: Take, store: ImageStore, kind: str, when_sent: bool) -> None:
    title = "the new firmware asks for a second factor" if when_sent else "a second factor is asked for"
    ran = way(title).go(take(kind), store, kind)
    assert "Verification Code" in ran["evidence"]["text"]


@pytest.mark.parametrize("seed", range(3))
def test_a_garbled_line_never_makes_a_success(take: Take, store: ImageStore, kind: str, seed: int) -> None:
    card = take(kind)
    card.suffers({"garble_cli": {"seed": seed, "per_mille": 3}})
    ran = card.firmware(**store.upgrade(kind), reboot_timeout=8.0, timeout=3.0)
    if ran["status"] == "compliant":
        assert card.holds == Holds.NEW.versions(kind)
    else:
        assert ran["failed"] is True
        assert ran["changed"] is (card.counters["bytes_received"] > 0)


@pytest.mark.parametrize("title", ["the application does not load", "the boot monitor is where the application should be"])
def test_a_broken_application_is_cured_when_the_expected_one_is_said(take: Take, store: ImageStore, kind: str, title: str) -> None:
    card = take(kind)
    way(title).go(card, store, kind)
    card.suffers()
    sent = card.counters["bytes_received"]
    assert card.firmware(**store.upgrade(kind)).verdict == ("blocked", "application_missing")
    assert card.counters["bytes_received"] == sent
    application = card.state()["application"]
    assert card.firmware(**store.upgrade(kind), expected_application=application).verdict == ("compliant", "upgraded")
    assert card.holds == Holds.NEW.versions(kind)
