# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state machine of a card."""

from __future__ import annotations

import asyncio
import functools
import typing as t

import pytest
from unit.emulator.cards import card, until

from emulator.card import Card, Phase
from emulator.firmware import Image

IMAGE = Image("hw21", "application", "su", "2.5.5.1")
FAST: dict[str, t.Any] = {"reboot_seconds": 0.01, "check_seconds": 0.01}


def upload(target: Card, *, ends_in: Phase = Phase.UP) -> list[Phase]:
    """Let an image arrive; the phases that the card went through."""

    def is_in(phase: Phase) -> bool:
        return target.phase in (phase, ends_in)

    async def run() -> list[Phase]:
        target.image_arrived(IMAGE, 5000)
        seen = [target.phase]
        for phase in (Phase.REBOOTING, ends_in):
            await until(functools.partial(is_in, phase))
            seen.append(target.phase)
        return seen

    return asyncio.run(run())


def version(target: Card) -> str:
    assert target.slots.application
    return target.slots.application.version


def test_an_image_is_applied_by_a_reboot_of_its_own() -> None:
    updated = card(**FAST)
    assert upload(updated) == [Phase.APPLYING, Phase.REBOOTING, Phase.UP]
    assert version(updated) == "2.5.5.1"
    assert updated.uptime < 5
    assert (updated.counters.uploads, updated.counters.reboots, updated.engine_boots) == (1, 1, 2)
    assert updated.last_reset == "04 Requested Reset"
    assert [text for _at, text in updated.events][:4] == [
        "System: Firmware Updated.",
        "System: Network Interface restarted.",
        "System: Restarting.",
        "System: File transfer complete.",
    ]


def test_a_card_may_keep_its_old_version_silently() -> None:
    stubborn = card(faults=[{"name": "keep_old_version", "times": 1}], **FAST)
    before = version(stubborn)
    upload(stubborn)
    assert version(stubborn) == before
    upload(stubborn)
    assert version(stubborn) == "2.5.5.1"


def test_a_card_may_never_come_back_until_its_power_is_cycled() -> None:
    lost = card(faults=["never_come_back"], **FAST)
    upload(lost, ends_in=Phase.GONE)
    assert not lost.answers

    async def cycle() -> None:
        lost.set_faults([])
        lost.reboot()
        await until(lambda: lost.phase is Phase.UP)

    asyncio.run(cycle())


def test_a_reboot_ends_every_connection() -> None:
    class Connection:
        aborted = False

        def abort(self) -> None:
            self.aborted = True

    async def run() -> None:
        busy.reboot()
        await until(lambda: busy.counters.reboots == 1)

    busy, connection = card(**FAST), Connection()
    busy.connections.add(connection)
    asyncio.run(run())
    assert connection.aborted


def test_there_are_five_sessions_and_no_more() -> None:
    crowded = card()
    sessions = [crowded.open_session("apc", "127.0.0.1") for _turn in range(6)]
    assert [session.number if session else None for session in sessions] == [1, 2, 3, 4, 5, None]
    assert sessions[2]
    crowded.close_session(sessions[2])
    again = crowded.open_session("apc", "127.0.0.1")
    assert again
    assert again.number == 3


@pytest.mark.parametrize("secret", ["hunter2-password", "hunter2-community"])
def test_the_state_shows_no_secret(secret: str) -> None:
    guarded = card(password="hunter2-password", snmp={"community": "hunter2-community"})
    assert secret not in str(guarded.state())
