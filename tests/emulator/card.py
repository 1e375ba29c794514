# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One card: what it holds, what it is doing, and what happens to it. The protocol faces only ask and tell it."""

from __future__ import annotations

import asyncio
import enum
import time
import typing as t
from dataclasses import asdict, dataclass, field, replace

from emulator.aftermath import after_upgrade
from emulator.faults import Fault, parse_faults
from emulator.firmware import MISHAPS, Image, Slots, initial_slots, slots_after
from emulator.guests import Group

if t.TYPE_CHECKING:
    from emulator.fleet import CardSettings

EVENT_LOG_SIZE = 200
MAX_CLI_SESSIONS = 5


class Phase(enum.Enum):
    """What a card is doing."""

    UP = "up"
    APPLYING = "applying"  # an image has arrived and is checked; the card still answers
    REBOOTING = "rebooting"
    GONE = "gone"  # it never comes back


@dataclass
class Counters:
    """What has been done to a card since the emulator started."""

    connections: int = 0
    logins: int = 0
    failed_logins: int = 0
    commands: int = 0
    bytes_received: int = 0
    uploads: int = 0
    reboots: int = 0
    snmp_requests: int = 0


@dataclass
class CliSession:
    """One line of the ``session`` command."""

    number: int
    user: str
    address: str
    since: float = field(default_factory=time.monotonic)
    interface: str = "SSH"


@dataclass(frozen=True)
class _Restart:
    """A reboot under way: what the card comes back with, and whether an upload is the cause."""

    slots: Slots
    uploaded: bool = False


class Connection(t.Protocol):
    """What a card can do to a connection: end it."""

    def abort(self) -> None: ...


class Card:
    """The state machine. Attributes that a face shows are plain and public."""

    def __init__(self, settings: CardSettings) -> None:
        self.settings = settings
        self.address = settings.address
        self.profile = settings.profile
        self.name = settings.name
        self.location = settings.location
        self.contact = settings.contact
        self.serial = settings.serial
        self.username = settings.username
        self.password = settings.password
        self.on_battery = settings.on_battery
        self.self_test = settings.self_test
        self.reboot_seconds = settings.reboot_seconds
        self.check_seconds = settings.check_seconds
        self.idle_seconds = settings.idle_seconds
        self.guest_seconds = settings.guest_seconds
        self.group = Group(self, settings.guests)
        self.faults = settings.faults
        self.https_enabled = settings.https_enabled and settings.profile.kind != "none"
        self.ftp_enabled = settings.ftp_enabled
        self.snmp_enabled = True
        self.config_changed = False  # some settings are not what they were
        self.host_key_number: int = 0  # how often it has been replaced
        self.certificate_number: int = 0  # the same
        self.half_written: str | None = None  # the component whose slot a broken transfer has spoilt
        self.slots = initial_slots(
            generation=settings.profile.generation,
            application=settings.application,
            aos=settings.aos,
            application_version=settings.application_version,
            boot_monitor=settings.boot_monitor,
        )
        if settings.application_missing:
            self.slots = replace(self.slots, application=None)
        self.phase = Phase.UP
        self.engine_boots = 1
        self.revision = 0  # grows with every change of what the card says, so that faces may cache
        self.counters = Counters()
        self.sessions: dict[int, CliSession] = {}
        self.connections: set[Connection] = set()
        self.last_reset = "12 WDT Reset" if self.generation == 3 else "04 Requested Reset"
        self.last_transfer = 2  # mfiletransferStatusLastTransferResult: not available
        self._started = time.monotonic() - settings.uptime_seconds
        self._events: list[tuple[float, str]] | None = None
        self._timer: asyncio.TimerHandle | None = None

    # what it is

    @property
    def generation(self) -> int:
        return self.profile.generation

    @property
    def device(self) -> t.Any:
        return self.settings.device

    @property
    def application(self) -> str:
        """The name of the application that belongs on this card, loaded or not."""
        return self.settings.application

    @property
    def answers(self) -> bool:
        return self.phase in (Phase.UP, Phase.APPLYING)

    @property
    def application_runs(self) -> bool:
        return self.slots.stat == "A+"

    @property
    def uptime(self) -> float:
        return time.monotonic() - self._started

    @property
    def events(self) -> list[tuple[float, str]]:
        """Time of day and text, newest first."""
        if self._events is None:
            booted = time.time() - self.uptime
            self._events = [(booted, "System: Network Interface restarted.")]
        return self._events

    # faults

    def fault(self, name: str) -> Fault | None:
        """The fault of this name that is set on the card, if any."""
        return next((fault for fault in self.faults if fault.name == name), None)

    def suffers(self, name: str) -> Fault | None:
        """The same, and count one use of it."""
        fault = self.fault(name)
        if fault and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
        return fault

    def recover(self, name: str) -> None:
        """The fault is over."""
        self.faults = [fault for fault in self.faults if fault.name != name]

    # what happens to it

    def log(self, text: str) -> None:
        self.events.insert(0, (time.time(), text))
        del self.events[EVENT_LOG_SIZE:]

    def change(self, **attributes: t.Any) -> None:
        """Set attributes and let the faces know."""
        for key, value in attributes.items():
            setattr(self, key, value)
        self.revision += 1

    def log_in(self, username: str, password: str, *, interface: str) -> bool:
        """Whether the card lets this user in."""
        right = (username, password) == (self.username, self.password)
        if not right or self.suffers("wrong_password"):
            self.counters.failed_logins += 1
            self.log(f"System: Detected an unauthorized user attempting to access the {interface} interface: {username}.")
            return False
        self.counters.logins += 1
        return True

    def open_session(self, user: str, address: str, *, interface: str = "SSH") -> CliSession | None:
        """Account for a session; None when the card has no room for another."""
        if len(self.sessions) >= MAX_CLI_SESSIONS or self.suffers("session_limit"):
            return None
        number = next(n for n in range(1, MAX_CLI_SESSIONS + 1) if n not in self.sessions)
        session = CliSession(number, user, address, interface=interface)
        self.sessions[number] = session
        self.log(f"System: Console user '{user}' logged in from {address}.")
        return session

    def close_session(self, session: CliSession) -> None:
        if self.sessions.pop(session.number, None):
            self.log(f"System: Console user '{session.user}' logged out from {session.address}.")

    def image_arrived(self, image: Image, size: int) -> None:
        """A complete image: check it for a moment, then reboot by itself."""
        self.counters.uploads += 1
        self.change(phase=Phase.APPLYING, last_transfer=1)
        if self.half_written == image.component:
            self.half_written = None
        slots = slots_after(self.slots, image, generation=self.generation, application=self.application, size=size)
        for name, mishap in MISHAPS.items():
            if image.component in mishap.components and self.suffers(name):
                slots = mishap.outcome(self.slots, slots)
        self.log("System: File transfer complete.")
        self._restart(_Restart(slots, uploaded=True), self.check_seconds)

    def reboot(self, *, delay: float = 0.0) -> None:
        """Go down after `delay` seconds and come back."""
        self._restart(_Restart(self.slots), delay)

    def _restart(self, restart: _Restart, delay: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(delay, self._go_down, restart)

    def _go_down(self, restart: _Restart) -> None:
        self.log("System: Restarting.")
        self.counters.reboots += 1
        self.change(phase=Phase.REBOOTING)
        self.drop_connections()
        spoilt, self.half_written = self.half_written, None
        if spoilt == "application":
            restart = replace(restart, slots=replace(restart.slots, application=None))
        if self.suffers("never_come_back") or spoilt in ("aos", "boot_monitor"):
            self.change(phase=Phase.GONE)
            return
        slow = self.suffers("slow_boot")
        seconds = slow["seconds"] if slow else self.reboot_seconds
        self._timer = asyncio.get_running_loop().call_later(seconds, self._come_back, restart)

    def _come_back(self, restart: _Restart) -> None:
        self._timer = None
        self._started = time.monotonic()
        updated = restart.slots != self.slots
        boots = self.engine_boots + 1
        self.change(phase=Phase.UP, slots=restart.slots, last_reset="04 Requested Reset", engine_boots=boots)
        self.log("System: Network Interface restarted.")
        if updated:
            self.log("System: Firmware Updated.")
        if restart.uploaded:
            after_upgrade(self)
            self.group.follow()

    def drop_connections(self) -> None:
        for connection in list(self.connections):
            connection.abort()

    # what the control port sees

    def state(self) -> dict[str, t.Any]:
        """Everything about the card except its secrets."""
        slots = {}
        for component in ("aos", "application", "boot_monitor"):
            module = getattr(self.slots, component)
            slots[component] = asdict(module) if module else None
        return {
            "address": self.address,
            "generation": self.generation,
            "hardware_token": self.profile.hardware_token,
            "application": self.application,
            "model": self.settings.model,
            "serial": self.serial,
            "mac": self.settings.mac.hex(" ").upper(),
            "name": self.name,
            "location": self.location,
            "contact": self.contact,
            "phase": self.phase.value,
            "stat": self.slots.stat,
            "uptime_seconds": self.uptime,
            "last_reset": self.last_reset,
            "on_battery": self.on_battery,
            "self_test": self.self_test,
            "https_enabled": self.https_enabled,
            "ftp_enabled": self.ftp_enabled,
            "snmp_enabled": self.snmp_enabled,
            "config_changed": self.config_changed,
            "half_written": self.half_written,
            "guests": self.group.state(),
            "slots": slots,
            "versions": {name: slot and slot["version"] for name, slot in slots.items()},
            "faults": [fault.describe() for fault in self.faults],
            "counters": asdict(self.counters),
            "sessions": [{"id": s.number, "user": s.user, "address": s.address, "interface": s.interface} for s in self.sessions.values()],
            "events": [text for _when, text in self.events],
        }

    def set_faults(self, given: object) -> None:
        """Replace the faults; the words of :func:`emulator.faults.parse_faults`."""
        self.faults = parse_faults(given)
