# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way an upgrade can go, as a table: a fault of an emulated card, and what `nmc_firmware` makes of it.

The tests and the page of faults are written from it.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field

from unit.tasks.emulated import LINKED_UPGRADES, UPGRADES, upgrade_of

if t.TYPE_CHECKING:
    from unit.tasks.emulated import EmulatedCard, ImageStore, Ran

Versions = dict[str, str | None]


class Holds(enum.Enum):
    """What a card really holds afterwards."""

    OLD = "the old versions"
    FIRST = "what the first image brings"
    NEW = "the new versions"
    NO_APPLICATION = "the new versions, without an application"
    BOOT_MONITOR = "the new versions, with the boot monitor as application"
    NO_MATTER = "it cannot be known"

    def versions(self, kind: str) -> Versions:
        """As the control port names them."""
        upgrade = upgrade_of(kind)
        new: Versions = {**upgrade.after}
        first = next(iter(upgrade.images))
        held: dict[Holds, Versions] = {
            Holds.OLD: {**upgrade.before},
            Holds.FIRST: new if len(upgrade.images) == 1 else {**upgrade.before, first: new[first]},
            Holds.NEW: new,
            Holds.NO_APPLICATION: {**new, "application": None},
            Holds.BOOT_MONITOR: {**new, "application": new["boot_monitor"]},
        }
        return held[self]


@dataclass(frozen=True)
class Way:
    """A fault, how the task runs, and what must come of it.

    ``fault`` is one of the emulator, or a state that a test sets. ``status`` and ``changed`` are the result's; ``over`` are the ways
    to the card; ``when_sent``: the fault sets in when the first image is sent; ``kinds`` are the kinds of cards that it can happen to.
    """

    title: str
    fault: t.Any
    status: str
    reason: str
    holds: Holds = Holds.OLD
    changed: bool = False
    over: tuple[str, ...] = ("ssh",)
    options: dict[str, t.Any] = field(default_factory=dict)
    when_sent: bool = False
    password: str = "apc"
    kinds: tuple[str, ...] = tuple(UPGRADES)

    def __str__(self) -> str:
        return self.title

    @property
    def fault_name(self) -> str:
        return self.fault if isinstance(self.fault, str) else next(iter(self.fault))

    @property
    def uses_ftp(self) -> bool:
        return self.options.get("upload_protocol") == "ftp"

    def go(self, card: EmulatedCard, store: ImageStore, kind: str) -> Ran:
        """Run the upgrade on a card that suffers from the fault."""
        card.emulator.patch(card.address, password=self.password, ftp_enabled=True)
        if not self.when_sent:
            self._strike(card)

        def strike(note: str) -> None:
            if self.when_sent and "is sent" in note:
                self._strike(card)

        options = {"reboot_timeout": 12.0, "timeout": 5.0, "password": self.password, **self.options}
        if self.uses_ftp:
            options["ftp_port"] = card.emulator.ftp_port
        if "ssh" not in self.over:
            del options["password"]
        return card.reached(*self.over).firmware(on_note=strike, **store.upgrade(kind), **options)

    def _strike(self, card: EmulatedCard) -> None:
        if self.fault_name in STATES:
            card.emulator.patch(card.address, **{self.fault_name: True})
        else:
            card.suffers(self.fault)


# What is no fault of a card, and stands against an upgrade as well.
STATES = ("on_battery", "self_test")

_BOTH = ("ssh", "snmp")
_FTP = {"upload_protocol": "ftp"}
_IN_VAIN = {"reboot_timeout": 5.0}
_NOISE = {"garble_cli": {"seed": 1, "per_mille": 1000}}

WAYS: tuple[Way, ...] = (
    # before a byte is sent
    Way("SSH is refused", "refuse", "unreachable", "connection_failed"),
    Way("SSH is refused, SNMP answers", "refuse", "unreachable", "connection_failed", over=_BOTH),
    Way("a wrong password", "wrong_password", "failed", "login_refused"),
    Way("a second factor is asked for", "second_factor", "failed", "unexpected_prompt", options={"timeout": 2.0}),
    Way("the first password must be changed", "force_password_change", "blocked", "password_change_required"),
    Way("no session is free", "session_limit", "failed", "session_limit"),
    Way("SCP is refused", "no_exec", "failed", "scp_refused"),
    Way("SCP is refused, no backup", "no_exec", "failed", "scp_refused", options={"backup": False}),
    Way("SNMP is silent and the only way", "snmp_silent", "unreachable", "snmp_silent", over=("snmp",), options={"timeout": 1.0}),
    Way("a wrong community is the only way", "wrong_community", "unreachable", "snmp_silent", over=("snmp",), options={"timeout": 1.0}),
    Way("a wrong community beside SSH", "wrong_community", "compliant", "upgraded", Holds.NEW, True, over=_BOTH),
    Way("a message before the login", "ssh_banner_message", "compliant", "upgraded", Holds.NEW, True),
    Way("the line garbles every answer", _NOISE, "failed", "unexpected_prompt", options={"timeout": 2.0}),
    Way("the UPS runs on battery", "on_battery", "blocked", "on_battery"),
    Way("the UPS tests itself", "self_test", "blocked", "self_test_running"),
    Way("FTP says that the card restarts", "ftp_421", "unreachable", "card_restarting", options=_FTP),
    # while an image is sent
    Way("the connection breaks once", {"drop_after_bytes": 40_000, "times": 1}, "compliant", "upgraded", Holds.NEW, True),
    Way("the connection breaks every time", {"drop_after_bytes": 40_000}, "failed", "transfer_interrupted", changed=True),
    Way("the card stalls once", {"stall": 40_000, "times": 1}, "compliant", "upgraded", Holds.NEW, True, options={"stall_timeout": 1.5}),
    Way("the card stalls every time", {"stall": 40_000}, "failed", "transfer_interrupted", changed=True, options={"stall_timeout": 1.5}),
    Way("a slot stays half written", "half_written_slot", "failed", "transfer_interrupted", changed=True),
    Way("a half-written slot is written again", {"half_written_slot": 40_000, "times": 1}, "compliant", "upgraded", Holds.NEW, True),
    Way("FTP would break at 55 KB in large blocks", "ftp_reset_at_55k", "compliant", "upgraded", Holds.NEW, True, options=_FTP),
    Way("the image is rejected", "reject_image", "failed", "image_rejected", changed=True),
    # the restart
    Way("the old version stays", "keep_old_version", "failed", "still_old_version", changed=True),
    Way("the application does not load", "load_wrong_application", "failed", "application_broken", Holds.NO_APPLICATION, True),
    Way("another application is loaded", "load_another_application", "failed", "wrong_application_loaded", Holds.NEW, True),
    Way(
        "the boot monitor is where the application should be",
        "boot_monitor_in_application_slot",
        "failed",
        "application_broken",
        Holds.BOOT_MONITOR,
        True,
    ),
    Way("the card comes back late", {"slow_boot": 4}, "compliant", "upgraded", Holds.NEW, True),
    Way("the card comes back too late", {"slow_boot": 10, "times": 1}, "failed", "never_came_back", Holds.FIRST, True, options=_IN_VAIN),
    Way("SSH stays away", "refuse", "failed", "never_came_back", Holds.FIRST, True, options=_IN_VAIN, when_sent=True),
    Way("the card never comes back", "never_come_back", "failed", "never_came_back", Holds.NO_MATTER, True, options=_IN_VAIN),
    Way(
        "all sessions are taken for a while", {"session_limit": None, "times": 2}, "compliant", "upgraded", Holds.NEW, True, when_sent=True
    ),
    Way("all sessions are taken for good", "session_limit", "failed", "not_readable_after", Holds.FIRST, True, when_sent=True),
    # what the upgrade does beside
    Way("SNMP is off", "snmp_off_after_upgrade", "failed", "snmp_lost", Holds.NEW, True, over=_BOTH),
    Way("another certificate", "new_certificate_after_upgrade", "compliant", "certificate_changed", Holds.NEW, True),
    Way("another serial", "new_serial_after_upgrade", "failed", "identity_changed", Holds.FIRST, True),
    Way("another host key", "new_host_key_after_upgrade", "failed", "host_key_changed", Holds.FIRST, True),
    Way("another host key, SNMP answers", "new_host_key_after_upgrade", "failed", "host_key_changed", Holds.FIRST, True, over=_BOTH),
    Way(
        "users are reset",
        "password_reset_after_upgrade",
        "failed",
        "login_lost",
        Holds.FIRST,
        True,
        password="Sesame-42!",
    ),
    Way("settings are lost", "config_changes_after_upgrade", "failed", "config_changed", Holds.NEW, True),
    Way(
        "the new firmware wants another password",
        "force_password_change",
        "failed",
        "password_change_required",
        Holds.FIRST,
        True,
        when_sent=True,
    ),
    Way(
        "the new firmware asks for a second factor",
        "second_factor",
        "failed",
        "unexpected_prompt",
        Holds.FIRST,
        True,
        options={"timeout": 2.0},
        when_sent=True,
    ),
    Way(
        "a linked rack PDU stays behind",
        {"guest_stays_behind": None, "times": 1},
        "failed",
        "guest_not_updated",
        Holds.NEW,
        True,
        over=_BOTH,
        options={"guest_timeout": 3.0},
        kinds=tuple(LINKED_UPGRADES),
    ),
    Way(
        "the line garbles every answer after the restart",
        _NOISE,
        "failed",
        "unexpected_prompt",
        Holds.FIRST,
        True,
        options={"timeout": 2.0},
        when_sent=True,
    ),
)
