# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""config.ini: its layout, and what of it changes when."""

from __future__ import annotations

import difflib
import time
import typing as t

from unit.emulator.cards import card
from unit.emulator.live import BOTH, download

from emulator.config_ini import config_ini

if t.TYPE_CHECKING:
    import pathlib

    from emulator.card import Card
    from emulator.testing import Emulator, State

NEW_YEAR, LATER = time.gmtime(1_767_225_600), time.gmtime(1_767_312_034)


def lines_of(shown: Card, *, now: time.struct_time = NEW_YEAR) -> list[str]:
    return config_ini(shown, now=now).decode().split("\r\n")


def difference(before: list[str], after: list[str]) -> list[str]:
    return [line for line in difflib.ndiff(before, after) if line[0] in "+-"]


def test_the_head_names_versions_time_and_account() -> None:
    assert lines_of(card())[:7] == [
        "; Schneider Electric",
        "; Network Management Card AOS v2.5.0.8",
        "; Smart-UPS APP v2.5.0.6",
        "; (c) 2023 Schneider Electric. All rights reserved.",
        "; Configuration file, generated on 01/01/2026 at 00:00:00 by Super User apc",
        "",
        "[NetworkTCP/IP]",
    ]


def test_the_sections_stand_apart_and_hold_the_community() -> None:
    lines = lines_of(card(snmp={"community": "hunter2"}))
    titles = [line for line in lines if line.startswith("[")]
    assert titles == ["[NetworkTCP/IP]", "[NetworkSNMP]", "[SystemID]", "[SystemDate/Time]", "[EventActionConfig]"]
    assert all(not lines[lines.index(title) - 1] for title in titles)
    assert "AccessControl1Community=hunter2" in lines
    assert not any("\n" in line for line in lines)


def test_only_the_clock_moves() -> None:
    shown = card()
    assert difference(lines_of(shown), lines_of(shown, now=LATER)) == [
        "- ; Configuration file, generated on 01/01/2026 at 00:00:00 by Super User apc",
        "+ ; Configuration file, generated on 01/02/2026 at 00:00:34 by Super User apc",
        "- Date=01/01/2026",
        "+ Date=01/02/2026",
        "- Time=00:00:00",
        "+ Time=00:00:34",
    ]


def test_changed_settings_are_one_of_each_kind() -> None:
    shown = card()
    before = lines_of(shown)
    shown.change(config_changed=True)
    assert difference(before, lines_of(shown)) == [
        "- PortSpeed=Auto",
        "+ PortSpeed=10 Half",
        "- DHCPBootpClientID=MAC",
        "+ AccessControl2Community=public",
    ]


@BOTH
def test_an_upgrade_may_change_settings(pair: Emulator, install: t.Callable[[str], State], tmp_path: pathlib.Path, address: str) -> None:
    pair.set_faults(address, ["config_changes_after_upgrade"])
    assert b"PortSpeed=Auto\r\n" in download(pair, address, tmp_path)
    assert install(address)["config_changed"]
    assert b"PortSpeed=10 Half\r\n" in download(pair, address, tmp_path)
    pair.patch(address, config_changed=False)
    assert b"PortSpeed=Auto\r\n" in download(pair, address, tmp_path)
