# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cards for tests that need no server."""

from __future__ import annotations

import asyncio
import typing as t

from emulator.card import Card
from emulator.fleet import parse_fleet


def card(profile: str = "smart_ups_nmc3", **overrides: t.Any) -> Card:
    """One card of a profile, with fleet-file keys as overrides."""
    entry = {"address": "127.0.0.9", "profile": profile, **overrides}
    return Card(parse_fleet({"cards": [entry]}).cards[0])


async def until(condition: t.Callable[[], bool]) -> None:
    """Wait for something that happens in this very loop."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.002)
