# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rack PDUs that share the network port of another: the host shows them in its tables and updates them by itself."""

from __future__ import annotations

import asyncio
import typing as t
from dataclasses import asdict, dataclass, replace

if t.TYPE_CHECKING:
    from emulator.card import Card

MAX_GUESTS = 3  # a group has four members at most


@dataclass(frozen=True)
class Guest:
    """One linked rack PDU; it has no address of its own."""

    serial: str
    model: str
    application_version: str
    boot_monitor: str


class Group:
    """The guests of a host, in the order of their rows."""

    def __init__(self, host: Card, guests: t.Sequence[Guest]) -> None:
        self._host = host
        self.guests = list(guests)

    def follow(self) -> None:
        """The host has been updated: update one guest after the other, each in its time."""
        application = self._host.slots.application
        if application is None:
            return
        wanted = application.version, self._host.slots.boot_monitor.version
        loop, seconds = asyncio.get_running_loop(), self._host.guest_seconds
        for index, guest in enumerate(self.guests):
            if guest.application_version != application.version and not self._host.suffers("guest_stays_behind"):
                loop.call_later(seconds * (index + 1), self._update, index, *wanted)

    def state(self) -> list[dict[str, t.Any]]:
        return [asdict(guest) for guest in self.guests]

    def _update(self, index: int, application_version: str, boot_monitor: str) -> None:
        guest = self.guests[index]
        self.guests[index] = replace(guest, application_version=application_version, boot_monitor=boot_monitor)
        self._host.change()
        self._host.log(f"System: Firmware Updated on {guest.serial}.")
