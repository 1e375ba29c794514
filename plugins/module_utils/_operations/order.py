# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is ordered for one card, and what came of it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import plan_by_baseline
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions, Plan, make_plan

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import Policy
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Store
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Image, Release
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.downloads import Downloads
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, Reading
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.memory import Memory
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.surroundings import Backup

Notify = t.Callable[[str], None]


@dataclass(frozen=True)
class Limits:
    """Times in seconds, rates in bytes a second. ``upload_timeout`` None follows from the size of the image and ``min_rate``."""

    upload_timeout: float | None = None
    min_rate: int = 4096
    rate_limit: int | None = None
    stall_timeout: float = 60.0
    reboot_timeout: float = 900.0
    guest_timeout: float = 1800.0
    external_timeout: float = 3600.0

    def upload(self, size: int) -> float:
        slowest = min(self.min_rate, self.rate_limit or self.min_rate)
        return self.upload_timeout if self.upload_timeout is not None else self.stall_timeout + size / slowest


@dataclass(frozen=True)
class Order:
    """What to install on one card: the target is the last release, the others are stepping stones.

    Where a ``policy`` decides on the target, all releases are stepping stones, and ``images`` are those that were given for it.
    ``backup`` None keeps nothing; ``ftp_port`` None sends over SCP.
    """

    releases: tuple[Release, ...]
    downloads: Downloads
    policy: Policy | None = None
    images: t.Mapping[Component, Image] = field(default_factory=dict)
    store: Store | None = None
    allow: Permissions = field(default_factory=Permissions)
    serial: str | None = None
    expected_application: str | None = None
    backup: Backup | None = None
    wait_for_external: bool = False
    limits: Limits = field(default_factory=Limits)
    ftp_port: int | None = None
    retry_failed: bool = False

    def plan(self, card: Card, remembered_application: str | None = None) -> Plan:
        """``remembered_application`` is that of a card that lost it, for which nothing is declared."""
        given: dict[str, t.Any] = {
            "allow": self.allow,
            "serial": self.serial,
            "expected_application": self.expected_application or remembered_application,
            "store": self.store,
        }
        if self.policy is None:
            return make_plan(card, self.releases, **given)
        return plan_by_baseline(card, self.policy, self.releases, self.images, **given)


@dataclass
class Outcome:
    """What happened to one card, filled in as it happens, so that a failure on the way loses nothing."""

    reason: Reason = Reason.AT_TARGET
    message: str = ""
    plan: Plan | None = None
    before: Card | None = None
    after: Card | None = None
    answered_snmp: bool = False
    warnings: list[str] = field(default_factory=list)
    evidence: dict[str, t.Any] = field(default_factory=dict)

    @property
    def bytes_sent(self) -> int:
        """How many bytes of images have left for the card."""
        return sum(transfer["bytes_sent"] for transfer in self.evidence.get("transfers", ()))

    @property
    def touched(self) -> bool:
        return self.bytes_sent > 0

    @property
    def changed(self) -> bool:
        """Whether something was sent, or the card runs something else than before."""
        moved = self.before is not None and self.after is not None and self.before.firmware_versions != self.after.firmware_versions
        return self.touched or moved

    def conclude(self, reason: Reason, message: str) -> None:
        self.reason, self.message = reason, message

    def read(self, reading: Reading) -> None:
        """The first reading of the card."""
        self.warnings.extend(reading.warnings)
        self.answered_snmp = reading.card.source == "snmp"

    def planned(self, card: Card, plan: Plan) -> Plan:
        self.plan, self.before, self.after = plan, card, card
        self.warnings = [*self.warnings, *(sentence for sentence in plan.warnings if sentence not in self.warnings)]
        self.evidence.update(source=card.source, serial=card.serial, mac=card.mac)
        return plan

    def saw(self, card: Card) -> None:
        self.after = card

    def record_transfer(self, name: str, *, size: int, sha256: str) -> dict[str, t.Any]:
        """A record of a transfer that begins; what the card holds is not known until it is read again."""
        record: dict[str, t.Any] = {"image": name, "bytes": size, "bytes_sent": 0, "sha256": sha256}
        self.evidence.setdefault("transfers", []).append(record)
        self.after = None
        return record


@dataclass(frozen=True)
class Job:
    """What one run works with."""

    access: Access
    order: Order
    outcome: Outcome
    notify: Notify
    memory: Memory

    @property
    def card(self) -> str:
        return self.access.card

    def say(self, text: str) -> None:
        self.notify(f"{self.card}: {text}")
