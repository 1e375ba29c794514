# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring one card to a release and prove it: read, plan, check, send, wait, read again."""

from __future__ import annotations

import contextlib
import time
import typing as t
from dataclasses import replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import quarantine, recorded_application, suspicion
from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import is_settled
from ansible_collections.secure_power.nmc.plugins.module_utils._core.preflight import confirm, preflight
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, BlockedError, NmcError, TransferError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.adopt import adopt
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.external import await_release
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, gather, gather_ssh
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.images import verified
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.memory import Trial
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.prove import Awaited, Restart, await_restart
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.surroundings import check, survey
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.transfer import transfer

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Plan, Step
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Reading
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.memory import Prolong
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.order import Job

# Beside the times that are allowed for a transfer and a restart, a claim on a card covers logins and readings (s).
_MARGIN = 300.0


def install(job: Job, *, check_mode: bool) -> None:
    """Carry out an order and record everything in its outcome, also when an `NmcError` is raised."""
    card, plan = _decide(job, check_mode=check_mode)
    waits = plan.reason is Reason.EXTERNAL_DELIVERY and job.order.wait_for_external and not check_mode
    digests = _preflight(job, card, plan) if plan.steps else {}
    if not plan.steps and not is_settled(plan) and not waits:
        raise BlockedError(plan.reason, f"{job.card}: {plan.sentence}.")
    if is_settled(plan) or check_mode:
        job.outcome.conclude(plan.reason, f"{job.card}: {plan.sentence}.")
        return
    target, reason = plan.target or job.order.releases[-1], Reason.UPGRADED
    if waits:
        job.say(f"{plan.sentence}; waiting for it")
        await_release(job.access, card, target, timeout=job.order.limits.external_timeout, seen=job.outcome.saw)
    else:
        reason = _upgrade(job, card, plan, digests)
    and_more = "; its web server now shows another certificate" if reason is Reason.CERTIFICATE_CHANGED else ""
    job.outcome.conclude(reason, f"{job.card}: now at {target}{and_more}.")


# --- before a byte is sent -----------------------------------------------------------------------------------------


def _decide(job: Job, *, check_mode: bool) -> tuple[Card, Plan]:
    """Read and plan. Before something is sent, or when SNMP does not say enough, SSH has the last word."""
    access = job.access
    reading = _read(job)
    job.outcome.read(reading)
    card = reading.card if check_mode else adopt(job, reading.card)
    plan = _plan(job, card)
    undecided = MEANINGS[plan.reason].status is Status.UNKNOWN
    if card.source == "ssh" or not (plan.steps or (undecided and access.ssh is not None)):
        return card, plan
    if access.ssh is None:
        raise BlockedError(Reason.NO_UPLOAD_PATH, f"{job.card}: {plan.sentence}, but no credentials for SSH are given.")
    with _counting_refusals(job):
        card = _confirm_over_ssh(access, card)
    job.memory.login_taken()
    return card, _plan(job, card)


def _read(job: Job) -> Reading:
    """A credential that cards have refused several times is not tried on another; SNMP can still say that there is nothing to do."""
    access = job.access
    if _suspicion(job) is not None and access.snmp is not None and access.transport != "ssh":
        return gather(replace(access, ssh=None))
    if access.snmp is not None and access.transport == "snmp":
        return gather(access)
    with _counting_refusals(job):
        reading = gather(access)
    if reading.card.source == "ssh":
        job.memory.login_taken()
    return reading


@contextlib.contextmanager
def _counting_refusals(job: Job) -> t.Iterator[None]:
    if job.access.ssh is not None:
        _insist(job, _suspicion(job))
    try:
        yield
    except AccessError as error:
        if error.reason is Reason.LOGIN_REFUSED:
            job.memory.login_refused()
        raise


def _suspicion(job: Job) -> Refusal | None:
    return suspicion(job.memory.refusals(), retry_failed=job.order.retry_failed)


def _plan(job: Job, card: Card) -> Plan:
    """A card that lost its application is known by the one that an earlier run wrote down."""
    remembered = recorded_application(job.memory.history(card)) if card.application_missing else None
    return job.outcome.planned(card, job.order.plan(card, remembered))


def _confirm_over_ssh(access: Access, over_snmp: Card) -> Card:
    """Log in where the image will be sent."""
    family = over_snmp.product_family
    over_ssh = gather_ssh(access if family is Family.UNKNOWN else replace(access, product_family=family))
    confirmed = confirm(over_snmp, over_ssh)
    if isinstance(confirmed, Refusal):
        raise BlockedError.of(confirmed, access.card)
    return confirmed


def _preflight(job: Job, card: Card, plan: Plan) -> dict[str, str]:
    """What must hold before the first byte. Returns the SHA-256 of each image by its path."""
    _insist(job, preflight(card, job.order.allow))
    digests = {}
    for step in plan.steps:
        with verified(job.card, step.image, job.order.downloads) as image:
            digests[step.image.path] = image.sha256
    _insist(job, quarantine(job.memory.history(card), list(digests.values()), retry_failed=job.order.retry_failed))
    return digests


def _insist(job: Job, refusal: Refusal | None) -> None:
    if refusal is not None:
        raise BlockedError.of(refusal, job.card)


# --- sending and proving -------------------------------------------------------------------------------------------


def _upgrade(job: Job, card: Card, plan: Plan, digests: t.Mapping[str, str]) -> Reason:
    """Send and prove every step, with a look around before and after, while nobody else works on the card."""
    access, limits = job.access, job.order.limits
    tried = len(job.memory.history(card))
    with job.memory.claimed(card, seconds=_MARGIN) as prolong:
        if len(job.memory.history(card)) != tried:
            raise BlockedError(Reason.LEASE_HELD, f"{job.card}: another run has worked on the card meanwhile.")
        before = survey(access, card, answered_snmp=job.outcome.answered_snmp, backup=job.order.backup)
        for number, step in enumerate(plan.steps, start=1):
            job.say(f"transfer {number} of {len(plan.steps)}, {step.image.name}")
            try:
                card = _carry_out(job, card, step, digests[step.image.path], prolong)
            except TransferError:
                job.outcome.after = _last_look(access)
                raise
        prolong(_MARGIN + limits.guest_timeout + limits.reboot_timeout)
        return check(access, before, guest_timeout=limits.guest_timeout, grace=limits.reboot_timeout, evidence=job.outcome.evidence)


def _last_look(access: Access) -> Card | None:
    """What the card holds after a transfer that failed; None when it cannot be read just now."""
    with contextlib.suppress(NmcError):
        return gather_ssh(access)
    return None


def _carry_out(job: Job, card: Card, step: Step, sha256: str, prolong: Prolong) -> Card:
    """One image, written down before its first byte and judged when it is over."""
    trial, sent_before = Trial(job.memory, job.memory.begin(card, step, sha256=sha256)), job.outcome.bytes_sent
    try:
        taken = _send(job, step, trial, prolong)
        restart = _await_restart(job, card, step, taken=taken)
    except NmcError as error:
        trial.failed(error.reason, sent=job.outcome.bytes_sent > sent_before)
        raise
    trial.proven()
    job.say(f"{', '.join(f'{change.component.value} {change.after}' for change in step.changes)} proven")
    return restart.card


def _send(job: Job, step: Step, trial: Trial, prolong: Prolong) -> bool:
    """Send one image, whole, and once more if the transfer broke off; returns whether the card said that it took it."""
    limits = job.order.limits
    while True:
        prolong(_MARGIN + limits.reboot_timeout)
        trial.sending()
        try:
            taken = transfer(job.access.require_ssh(), job.order, job.outcome, step=step, notify=job.notify)
        except TransferError as error:
            if error.reason is not Reason.TRANSFER_INTERRUPTED or not trial.may_send:
                raise
            job.notify(f"{error.message} Sending it again from the beginning.")
        else:
            trial.sent()
            return taken


def _await_restart(job: Job, card: Card, step: Step, *, taken: bool) -> Restart:
    sent_at = time.monotonic()
    job.say(f"{step.image.name} is sent, waiting for the restart")
    restart = await_restart(
        replace(job.access, product_family=card.product_family),
        Awaited(before=card, step=step, taken=taken, sent_at=sent_at, timeout=job.order.limits.reboot_timeout),
        seen=job.outcome.saw,
    )
    job.outcome.evidence.setdefault("restarts", []).append(
        {
            "image": step.image.name,
            "seen_away": restart.seen_away,
            "seconds": round(restart.seconds, 1),
            "uptime_seconds": restart.card.uptime_seconds,
        }
    )
    return restart
