# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring one card to a release and prove it: read, plan, check, send, wait, read again."""

from __future__ import annotations

import time
import typing as t
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import is_settled, plan_by_baseline
from ansible_collections.secure_power.nmc.plugins.module_utils._core.preflight import confirm, preflight
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions, Plan, Step, make_plan
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import (
    AccessError,
    BlockedError,
    NmcError,
    TransferError,
    UnreachableError,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.external import await_release
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, gather, gather_ssh
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.images import VerifiedImage, verified
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.prove import Awaited, Restart, await_restart
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.surroundings import Backup, check, survey
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import ftp, scp
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.pace import Pace

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import Policy
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Store
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Image, Release
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.downloads import Downloads
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint

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

    def plan(self, card: Card) -> Plan:
        given: dict[str, t.Any] = {
            "allow": self.allow,
            "serial": self.serial,
            "expected_application": self.expected_application,
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
    def touched(self) -> bool:
        """Whether a byte of an image has left for the card."""
        return any(transfer["bytes_sent"] for transfer in self.evidence.get("transfers", ()))

    @property
    def changed(self) -> bool:
        """Whether something was sent, or the card runs something else than before."""
        moved = self.before is not None and self.after is not None and self.before.firmware_versions != self.after.firmware_versions
        return self.touched or moved

    def conclude(self, reason: Reason, message: str) -> None:
        self.reason, self.message = reason, message

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


def install(access: Access, order: Order, outcome: Outcome, *, check_mode: bool, notify: Notify) -> None:
    """Carry out an order and record everything in ``outcome``, also when an `NmcError` is raised."""
    card, plan = _decide(access, order, outcome)
    waits = plan.reason is Reason.EXTERNAL_DELIVERY and order.wait_for_external and not check_mode
    if plan.steps:
        _preflight(access, order, card, plan)
    elif not is_settled(plan) and not waits:
        raise BlockedError(plan.reason, f"{access.card}: {plan.sentence}.")
    if is_settled(plan) or check_mode:
        outcome.conclude(plan.reason, f"{access.card}: {plan.sentence}.")
        return
    target, reason = plan.target or order.releases[-1], Reason.UPGRADED
    if waits:
        notify(f"{access.card}: {plan.sentence}; waiting for it")
        await_release(access, card, target, timeout=order.limits.external_timeout, seen=outcome.saw)
    else:
        reason = _upgrade(access, order, outcome, card=card, plan=plan, notify=notify)
    and_more = "; its web server now shows another certificate" if reason is Reason.CERTIFICATE_CHANGED else ""
    outcome.conclude(reason, f"{access.card}: now at {target}{and_more}.")


def _upgrade(access: Access, order: Order, outcome: Outcome, *, card: Card, plan: Plan, notify: Notify) -> Reason:
    """Send and prove every step, with a look around before and after."""
    before = survey(access, card, answered_snmp=outcome.answered_snmp, backup=order.backup)
    for number, step in enumerate(plan.steps, start=1):
        notify(f"{access.card}: transfer {number} of {len(plan.steps)}, {step.image.name}")
        try:
            card = _carry_out(access, order, outcome, card=card, step=step, notify=notify)
        except TransferError:
            outcome.after = _last_look(access)
            raise
    limits = order.limits
    return check(access, before, guest_timeout=limits.guest_timeout, grace=limits.reboot_timeout, evidence=outcome.evidence)


def _last_look(access: Access) -> Card | None:
    """What the card holds after a transfer that failed; None when it cannot be read just now."""
    with suppress(NmcError):
        return gather_ssh(access)
    return None


# --- before a byte is sent -----------------------------------------------------------------------------------------


def _decide(access: Access, order: Order, outcome: Outcome) -> tuple[Card, Plan]:
    """Read and plan. Before something is sent, or when SNMP does not say enough, SSH has the last word."""
    reading = gather(access)
    outcome.warnings.extend(reading.warnings)
    outcome.answered_snmp = reading.card.source == "snmp"
    plan = outcome.planned(reading.card, order.plan(reading.card))
    undecided = MEANINGS[plan.reason].status is Status.UNKNOWN
    if reading.card.source == "ssh" or not (plan.steps or (undecided and access.ssh is not None)):
        return reading.card, plan
    if access.ssh is None:
        raise BlockedError(Reason.NO_UPLOAD_PATH, f"{access.card}: {plan.sentence}, but no credentials for SSH are given.")
    card = _confirm_over_ssh(access, reading.card)
    return card, outcome.planned(card, order.plan(card))


def _confirm_over_ssh(access: Access, over_snmp: Card) -> Card:
    """Log in where the image will be sent."""
    family = over_snmp.product_family
    over_ssh = gather_ssh(access if family is Family.UNKNOWN else replace(access, product_family=family))
    confirmed = confirm(over_snmp, over_ssh)
    if isinstance(confirmed, Refusal):
        raise BlockedError.of(confirmed, access.card)
    return confirmed


def _preflight(access: Access, order: Order, card: Card, plan: Plan) -> None:
    """What must hold before the first byte: account and UPS as the rules want them, images as declared."""
    refusal = preflight(card, order.allow)
    if refusal is not None:
        raise BlockedError.of(refusal, access.card)
    for step in plan.steps:
        with verified(access.card, step.image, order.downloads):
            pass


# --- sending and proving -------------------------------------------------------------------------------------------


def _carry_out(access: Access, order: Order, outcome: Outcome, *, card: Card, step: Step, notify: Notify) -> Card:
    taken = _send(access.require_ssh(), order, outcome, step=step, notify=notify)
    sent_at = time.monotonic()
    notify(f"{access.card}: {step.image.name} is sent, waiting for the restart")
    restart = await_restart(
        replace(access, product_family=card.product_family),
        Awaited(before=card, step=step, taken=taken, sent_at=sent_at, timeout=order.limits.reboot_timeout),
        seen=outcome.saw,
    )
    outcome.evidence.setdefault("restarts", []).append(_restart_evidence(step, restart))
    notify(f"{access.card}: {', '.join(f'{change.component.value} {change.after}' for change in step.changes)} proven")
    return restart.card


def _restart_evidence(step: Step, restart: Restart) -> dict[str, t.Any]:
    return {
        "image": step.image.name,
        "seen_away": restart.seen_away,
        "seconds": round(restart.seconds, 1),
        "uptime_seconds": restart.card.uptime_seconds,
    }


def _send(endpoint: SshEndpoint, order: Order, outcome: Outcome, *, step: Step, notify: Notify) -> bool:
    """Send one image, whole, and once more if the transfer broke off; returns whether the card said that it took it."""
    try:
        return _transfer(endpoint, order, outcome, step=step, notify=notify)
    except TransferError as error:
        if error.reason is not Reason.TRANSFER_INTERRUPTED:
            raise
        notify(f"{error.message} Sending it again from the beginning.")
        return _transfer(endpoint, order, outcome, step=step, notify=notify)


def _transfer(endpoint: SshEndpoint, order: Order, outcome: Outcome, *, step: Step, notify: Notify) -> bool:
    started = time.monotonic()
    with verified(endpoint.card, step.image, order.downloads) as image:
        record = outcome.record_transfer(step.image.name, size=image.size, sha256=image.sha256)
        say = _milestones(endpoint.card, step.image.name, notify)

        def progress(sent: int, size: int) -> None:
            record["bytes_sent"] = sent
            say(sent, size)

        try:
            return _upload(
                endpoint, order, image, name=step.image.name, deadline=started + order.limits.upload(image.size), progress=progress
            )
        except (UnreachableError, AccessError) as error:
            record["error"] = error.message
            if not outcome.touched:
                raise
            raise TransferError(Reason.TRANSFER_INTERRUPTED, error.message, evidence=error.evidence) from error
        except TransferError as error:
            record["error"] = error.message
            raise
        finally:
            record["seconds"] = round(time.monotonic() - started, 1)


def _upload(
    endpoint: SshEndpoint,
    order: Order,
    image: VerifiedImage,
    *,
    name: str,
    deadline: float,
    progress: t.Callable[[int, int], None],
) -> bool:
    pace = Pace(deadline, order.limits.stall_timeout, order.limits.rate_limit)
    if order.ftp_port is not None:
        return ftp.upload(endpoint, image.file, port=order.ftp_port, size=image.size, name=name, pace=pace, progress=progress)
    return scp.upload(endpoint, image.file, size=image.size, name=name, pace=pace, progress=progress)


def _milestones(card: str, name: str, notify: Notify) -> t.Callable[[int, int], None]:
    """Say each quarter of a transfer, but not more often than every ten seconds."""
    quarter, said_at = 0, time.monotonic()

    def progress(sent: int, size: int) -> None:
        nonlocal quarter, said_at
        reached = 4 * sent // size
        if reached > quarter and time.monotonic() - said_at >= 10:
            said_at = time.monotonic()
            notify(f"{card}: {name} {25 * reached} % sent")
        quarter = reached

    return progress
