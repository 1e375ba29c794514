# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring one card to a release and prove it: read, plan, check, send, wait, read again."""

from __future__ import annotations

import contextlib
import time
import typing as t
from dataclasses import replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import (
    AttemptState,
    locked_out,
    open_attempt,
    quarantine,
    recorded_application,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import is_settled
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.preflight import preflight
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import (
    AccessError,
    BlockedError,
    LedgerError,
    NmcError,
    ReplyError,
    TransferError,
    UnreachableError,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.adopt import adopt, let_in_again, meet
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.external import await_release
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, gather_snmp, gather_ssh
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.guests import await_guests
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.images import verified
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.login import confirm_over_ssh
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.memory import Trial
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.prove import Awaited, Restart, await_restart
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.surroundings import check, survey
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.transfer import transfer

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import Attempt
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Plan, Step
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.images import Measured
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.memory import Prolong
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.order import Job

# Beside the times that are allowed for a transfer and a restart, a claim on a card covers logins and readings (s).
_MARGIN = 300.0


def install(job: Job, *, check_mode: bool) -> None:
    """Carry out an order and record everything in its outcome, also when an `NmcError` is raised."""
    first, tried = _first_look(job, check_mode=check_mode)
    card, plan = _decide(job, first)
    waits = plan.reason is Reason.EXTERNAL_DELIVERY and job.order.wait_for_external and not check_mode
    images = _preflight(job, card, plan) if plan.steps else {}
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
        reason = _upgrade(job, card, plan, images, is_current=lambda: job.memory.history(first) == tried)
    and_more = "; its web server now shows another certificate" if reason is Reason.CERTIFICATE_CHANGED else ""
    job.outcome.conclude(reason, f"{job.card}: now at {target}{and_more}.")


# --- before a byte is sent -----------------------------------------------------------------------------------------


def _first_look(job: Job, *, check_mode: bool) -> tuple[Card, t.Sequence[Attempt]]:
    """The card and its history, once what earlier runs have left open is settled."""
    reading = meet(job, check_mode=check_mode)
    job.outcome.read(reading)
    card, history = reading.card, job.memory.history(reading.card)
    if open_attempt(history) is not None and not check_mode:
        card = adopt(job, card)
        history = job.memory.history(card)
    left = locked_out(history)
    if left is not None:
        card = let_in_again(job, card, left, check_mode=check_mode)
        history = job.memory.history(card)
    return card, history


def _decide(job: Job, card: Card) -> tuple[Card, Plan]:
    """Plan. Before something is sent, or when SNMP does not say enough, SSH has the last word."""
    access = job.access
    plan = _plan(job, card)
    undecided = MEANINGS[plan.reason].status is Status.UNKNOWN
    if card.source == "ssh" or not (plan.steps or (undecided and access.ssh is not None)):
        return card, plan
    if access.ssh is None:
        raise BlockedError(Reason.NO_UPLOAD_PATH, f"{job.card}: {plan.sentence}, but no credentials for SSH are given.")
    card = confirm_over_ssh(job, card)
    return card, _plan(job, card)


def _plan(job: Job, card: Card) -> Plan:
    """A card that lost its application is known by the one that an earlier run wrote down."""
    remembered = recorded_application(job.memory.history(card)) if card.application_missing else None
    return job.outcome.planned(card, job.order.plan(card, remembered))


def _preflight(job: Job, card: Card, plan: Plan) -> dict[str, Measured]:
    """What must hold before the first byte. Returns what each image is, by its path."""
    _insist(job, preflight(card, job.order.allow))
    images = {}
    for step in plan.steps:
        with verified(job.card, step.image, job.order.downloads) as image:
            images[step.image.path] = image.measured
    digests = [image.sha256 for image in images.values()]
    history, allowed = job.memory.history(card), job.order.retry_failed
    _insist(job, quarantine(history, digests, versions=card.firmware_versions, retry_failed=allowed))
    return images


def _insist(job: Job, refusal: Refusal | None) -> None:
    if refusal is not None:
        raise BlockedError.of(refusal, job.card)


# --- sending and proving -------------------------------------------------------------------------------------------


def _upgrade(job: Job, card: Card, plan: Plan, images: t.Mapping[str, Measured], *, is_current: t.Callable[[], bool]) -> Reason:
    """Send and prove every step, with a look around before and after, while nobody else works on the card.

    ``is_current`` says whether the plan still is: whether nobody has tried anything on the card since it was read.
    """
    access, limits = job.access, job.order.limits
    with job.memory.claimed(card, seconds=_MARGIN, to_send=True) as prolong:
        if not is_current():
            raise BlockedError(Reason.LEASE_HELD, f"{job.card}: another run has worked on the card meanwhile.")
        before = survey(access, card, answered_snmp=job.outcome.answered_snmp, backup=job.order.backup)
        host = card
        try:
            for number, step in enumerate(plan.steps):
                if _got_application(job, host, plan.steps[:number]):
                    _let_guests_follow(job, host, prolong)
                if number:
                    _insist_on_rest(job, card)
                job.say(f"transfer {number + 1} of {len(plan.steps)}, {step.image.name}")
                card = _carry_out(job, card, step, images[step.image.path], prolong)
        except (TransferError, BlockedError):
            if job.outcome.touched:
                job.outcome.after = _last_look(access)
            raise
        try:
            prolong(_MARGIN + limits.guest_timeout + limits.reboot_timeout)
        except (LedgerError, BlockedError) as error:
            # Looking needs no claim, and the card has more to say than the ledger.
            job.outcome.warnings.append(error.message)
        return check(access, before, guest_timeout=limits.guest_timeout, grace=limits.reboot_timeout, evidence=job.outcome.evidence)


def _got_application(job: Job, host: Card, done: t.Sequence[Step]) -> bool:
    """Whether the last that a card got is another application, in this run or in one just before it."""
    if done:
        return done[-1].component is Component.APPLICATION
    brought = [
        attempt
        for attempt in job.memory.history(host)
        if attempt.state is AttemptState.PROVEN and attempt.undertaking.component is Component.APPLICATION
    ]
    return bool(brought) and (job.memory.now() - brought[-1].marked_at).total_seconds() < job.order.limits.guest_timeout


def _let_guests_follow(job: Job, host: Card, prolong: Prolong) -> None:
    """A host that got another application updates its guests; one that restarts meanwhile may leave them half-written."""
    if host.linked:
        job.say("waiting for the linked PDUs before the next transfer")
        prolong(_MARGIN + job.order.limits.guest_timeout)
        await_guests(job.access, host, timeout=job.order.limits.guest_timeout)


def _insist_on_rest(job: Job, card: Card) -> None:
    """Before each further transfer, by what the card says now: SNMP may know of the UPS what SSH does not say."""
    _insist(job, preflight(card, job.order.allow))
    if job.outcome.answered_snmp:
        # An upgrade may have switched SNMP off, which is told when all is done.
        with contextlib.suppress(UnreachableError, AccessError, ReplyError):
            _insist(job, preflight(gather_snmp(job.access), job.order.allow))


def _last_look(access: Access) -> Card | None:
    """What the card holds after a transfer that failed; None when it cannot be read just now."""
    with contextlib.suppress(NmcError):
        return gather_ssh(access)
    return None


def _carry_out(job: Job, card: Card, step: Step, image: Measured, prolong: Prolong) -> Card:
    """One image, written down before its first byte and judged when it is over."""
    # What is sent is what was written down, also where no checksum is declared and the file is another one by now.
    step = replace(step, image=replace(step.image, sha256=image.sha256))
    attempt, sent_before = job.memory.begin(card, step, sha256=image.sha256), job.outcome.bytes_sent
    trial = Trial(job.memory, attempt, job.outcome.warnings.append)
    limits = job.order.limits
    try:
        taken = _send(job, step, trial, lambda: prolong(_MARGIN + limits.upload(image.size) + limits.reboot_timeout))
        restart = _await_restart(job, card, step, taken=taken)
    except NmcError as error:
        sent = job.outcome.bytes_sent > sent_before
        # What stands against sending it once more passes by: the attempt stays open, and the next run goes on with it.
        if not (sent and isinstance(error, (BlockedError, LedgerError))):
            trial.failed(error.reason, sent=sent)
        raise
    trial.proven()
    job.say(f"{', '.join(f'{change.component.value} {change.after}' for change in step.changes)} proven")
    return restart.card


def _send(job: Job, step: Step, trial: Trial, prolong: t.Callable[[], None]) -> bool:
    """Send one image, whole, and once more if the transfer broke off; returns whether the card said that it took it."""
    while True:
        prolong()
        trial.sending()
        try:
            taken = transfer(job.access.require_ssh(), job.order, job.outcome, step=step, notify=job.notify, alive=trial.alive)
        except TransferError as error:
            if error.reason is not Reason.TRANSFER_INTERRUPTED or not trial.may_send:
                raise
            _look_again(job, error)
            job.notify(f"{error.message} Sending it again from the beginning.")
        else:
            trial.sent()
            return taken


def _look_again(job: Job, broken_off: TransferError) -> None:
    """A card that cannot be read after a transfer broke off gets no other one."""
    try:
        card = gather_ssh(job.access)
    except NmcError as error:
        raise broken_off from error
    _insist_on_rest(job, card)


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
