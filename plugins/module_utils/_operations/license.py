# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring one card's subscription to what is declared: read the card, decide, let a bridge do the work if there is one, remember."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.entitlement import CERTIFIED, Answer, Question, entitlement
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_case import Case
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_records import is_renewed
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_request import Held, Verdict
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_rules import decide
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_work import Task
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import State, Subscription, years_after
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError, InputError, LicensingError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import gather
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import licensing

if t.TYPE_CHECKING:
    from datetime import date

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_request import ActivationId, Decision, Declared, Readings
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Coverage
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.memory import Memory
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.records import Filed, Records
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.licensing import LicensingEndpoint

# The longest talk with a bridge, in times that it may say nothing, and the pauses in it (s).
_EXCHANGES, _PAUSES = 12, 60.0


@dataclass(frozen=True)
class LicenseOrder:
    """What is declared of one card. The secrets are apart from ``declared``, which gets their fingerprints.

    ``seats`` and ``hold_until`` are those of the Activation ID, and win over the stock. Without a ``bridge`` the work is a person's.
    """

    declared: Declared
    readings: Readings
    serial: str | None = None
    activation_id: str | None = field(default=None, repr=False)
    voucher: str | None = field(default=None, repr=False)
    seats: int | None = None
    hold_until: date | None = None
    bridge: LicensingEndpoint | None = None
    report_pending: bool = False


@dataclass(frozen=True)
class Standing:
    """What a card has on one day."""

    subscription: Subscription = field(default_factory=lambda: Subscription(State.UNKNOWN))
    coverage: Coverage | None = None


@dataclass
class LicenseOutcome:
    """What is known so far. There is no ``decision`` as long as it may become another.

    ``waiting`` is what the ``activation`` was bought as, when it is a good one that the card does not have yet.
    """

    before: Standing = field(default_factory=Standing)
    after: Standing = field(default_factory=Standing)
    entitled: Answer = Answer.UNKNOWN
    activation: ActivationId | None = None
    waiting: Held | None = None
    decision: Decision | None = None
    changed: bool = False
    evidence: dict[str, t.Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class LicenseJob:
    """The work on one card. ``memory`` is for the claim under which a bridge is asked."""

    access: Access
    order: LicenseOrder
    records: Records
    memory: Memory
    outcome: LicenseOutcome

    @property
    def card(self) -> str:
        """Its name in messages."""
        return self.access.card


@dataclass(frozen=True)
class _Matter:
    """A case, and what it was looked up from."""

    case: Case
    filed: Filed

    def judge(self) -> Decision:
        case = self.case
        return decide(case.card, case.history, case.declared, known=case.known, now=case.now, readings=case.readings)

    def is_for_bridge(self, decision: Decision) -> bool:
        """Whether it is work that a bridge can do; to buy, to ask and to order a renewal is a person's."""
        if decision.work is None or decision.verdict is not Verdict.WORK:
            return False
        declared, task = self.case.declared, decision.work.task
        redeems = declared.voucher is not None and declared.renewed_until is None and not is_renewed(self.case)
        return task in (Task.ACTIVATE, Task.ACTIVATE_INCLUDED) or (task is Task.RENEW and redeems)

    def concerns_bridge(self) -> bool:
        """Work for a bridge, or a want of seats, of which it knows how many there are."""
        decision = self.judge()
        return decision.reason is Reason.SEATS_EXHAUSTED or self.is_for_bridge(decision)

    def with_declared(self, **told: t.Any) -> _Matter:
        return replace(self, case=replace(self.case, declared=replace(self.case.declared, **told)))

    def with_known(self, **told: t.Any) -> _Matter:
        return replace(self, case=replace(self.case, known=replace(self.case.known, **told)))


def license_card(job: LicenseJob, *, check_mode: bool) -> None:
    """Carry out an order; everything it finds out is in the outcome, whatever happens.

    Raises `BlockedError` for what is refused and for work that is left to a person, `LicensingError` of the bridge, `LedgerError`, and
    what `gather` raises. In check mode nothing is remembered, and a bridge is only asked what an Activation ID is for.
    """
    declared = _declared(job)
    card = _read(job)
    matter = _look_up(job, card, declared)
    job.outcome.before = Standing(matter.case.subscription, matter.case.coverage)
    _note(job, matter.case, job.outcome.before)
    with contextlib.ExitStack() as claim:
        bridge = job.order.bridge
        if bridge is not None and matter.concerns_bridge():
            if not check_mode:
                claim.enter_context(job.memory.claimed(card, seconds=_EXCHANGES * bridge.timeout + _PAUSES))
            matter = (_foresee if check_mode else _have_done)(job, bridge, matter)
        _settle(job, matter, check_mode=check_mode)


def _declared(job: LicenseJob) -> Declared:
    """With what stands for the secrets; the ledger is asked before the card, so that one that cannot be used is said at once."""
    order = job.order
    job.outcome.activation = job.records.activation(order.activation_id) if order.activation_id else None
    voucher = job.records.voucher(order.voucher) if order.voucher else None
    return replace(order.declared, activation=job.outcome.activation, voucher=voucher)


def _read(job: LicenseJob) -> Card:
    reading = gather(job.access)
    card, serial = reading.card, job.order.serial
    job.outcome.warnings = reading.warnings
    family = card.secure_nmc.subscription_family
    job.outcome.evidence.update(source=card.source, serial=card.serial, mac=card.mac, subscription_family=family)
    if serial is not None and card.serial != serial:
        raise BlockedError(Reason.WRONG_CARD, f"{job.card}: the card says serial {card.serial or 'nothing'}, declared is {serial}.")
    if card.serial is not None and card.serial == job.order.declared.replaces:
        raise InputError(Reason.INVALID_OPTION, f"{job.card}: replaces is the serial of the card itself, {card.serial}.")
    return card


def _look_up(job: LicenseJob, card: Card, declared: Declared) -> _Matter:
    filed = job.records.of(card, declared)
    known = replace(filed.known, held=_held(job.order, filed.known.held))
    return _Matter(Case(card, filed.history, declared, known, job.records.now(), job.order.readings), filed)


def _held(order: LicenseOrder, stock: Held | None) -> Held | None:
    """What is known of the Activation ID: the operator's word, then that of the stock."""
    if order.activation_id is None or (stock is None and order.seats is None and order.hold_until is None):
        return None
    held = stock or Held(order.declared.sku or "")
    return replace(held, seats=order.seats or held.seats, hold_until=order.hold_until or held.hold_until)


def _note(job: LicenseJob, case: Case, standing: Standing) -> None:
    """How the card stands, and whether it may be given certified firmware."""
    asked = Question(case.card, CERTIFIED, standing.subscription, standing.coverage, case.today)
    job.outcome.after, job.outcome.entitled = standing, entitlement(asked).answer


def _remember(job: LicenseJob, matter: _Matter, decision: Decision, *, check_mode: bool = False) -> None:
    if decision.changes and not check_mode:
        job.records.add(matter.case.card, matter.filed, decision)
    job.outcome.changed = job.outcome.changed or decision.changes
    _note(job, matter.case, Standing(decision.subscription, decision.coverage))


def _settle(job: LicenseJob, matter: _Matter, *, check_mode: bool) -> None:
    """Remember what was decided, and say what is left to do."""
    decision = matter.judge()
    job.outcome.evidence["rules"] = list(decision.rules)
    _remember(job, matter, decision, check_mode=check_mode)
    job.outcome.decision, job.outcome.waiting = decision, _waiting(matter.case.after(decision.entries), decision)
    pending = decision.verdict is Verdict.WORK and not job.order.report_pending
    if decision.verdict is Verdict.REFUSE or pending:
        raise BlockedError(decision.reason, f"{job.card}: {decision.sentence}.")


def _waiting(case: Case, decision: Decision) -> Held | None:
    if decision.verdict is Verdict.REFUSE or not case.is_fresh:
        return None
    return replace(case.known.held or Held(""), sku=str(case.sku) if case.sku else "")


# --- the bridge ----------------------------------------------------------------------------------------------------


def _have_done(job: LicenseJob, bridge: LicensingEndpoint, matter: _Matter) -> _Matter:
    """Have it activated, then redeem the voucher for it; what was done is remembered before the next is asked for."""
    card, declared = matter.case.card, matter.case.declared
    matter = _ask_bridge(job, bridge, _look_up(job, card, declared))
    decision = matter.judge()
    if not matter.is_for_bridge(decision):
        return matter
    _remember(job, matter, decision)
    return _ask_bridge(job, bridge, _look_up(job, card, declared))


def _foresee(job: LicenseJob, bridge: LicensingEndpoint, matter: _Matter) -> _Matter:
    """The same, with what the bridge would say. It is only asked what an Activation ID is for."""
    matter = _with_stock(job, bridge, matter)
    while matter.is_for_bridge(decision := matter.judge()):
        matter = matter.with_declared(**_foreseen(matter.case, decision))
    return matter


def _ask_bridge(job: LicenseJob, bridge: LicensingEndpoint, matter: _Matter) -> _Matter:
    """Have one thing done, and declare what the bridge says of it."""
    matter = _with_stock(job, bridge, matter)
    decision = matter.judge()
    if not matter.is_for_bridge(decision):
        return matter
    try:
        told = _done(job, bridge, matter.case, decision)
    except LicensingError as error:
        return _with_refusal(matter, error)
    said = {name: day.isoformat() for name, day in told.items()}
    job.outcome.evidence["bridge"] = {**job.outcome.evidence.get("bridge", {}), **said}
    return _believed(job, matter.with_declared(**told))


def _with_refusal(matter: _Matter, error: LicensingError) -> _Matter:
    """What a bridge refuses and the rules have an answer to; everything else is raised again."""
    found = matter.case.subscription
    if error.reason is Reason.INCLUDED_NOT_RETRIEVED:
        return matter.with_known(included_missing=True)
    if error.reason is Reason.SECOND_SUBSCRIPTION and found.active and found.days_left == 0:
        return matter.with_known(refused_beside=True)
    raise error


def _with_stock(job: LicenseJob, bridge: LicensingEndpoint, matter: _Matter) -> _Matter:
    """What the bridge knows of an Activation ID that the card does not have yet; the day to hold it until is the operator's."""
    if not matter.case.is_fresh:
        return matter
    found = licensing.look_up(bridge, job.order.activation_id or "")
    held = matter.case.known.held
    return matter.with_known(held=Held(found.sku, found.seats, held.hold_until if held else None))


def _foreseen(case: Case, decision: Decision) -> dict[str, date | None]:
    """What the bridge would say, in the words of a declaration. A renewal of unknown length is taken for the shortest that is sold."""
    entry = decision.subscription.entry
    if decision.work is None or decision.work.task is not Task.RENEW or entry is None or entry.expires_on is None:
        return {"activated_on": case.today}
    return {"renewed_until": decision.work.expected_end or years_after(entry.expires_on, 1)}


def _done(job: LicenseJob, bridge: LicensingEndpoint, case: Case, decision: Decision) -> dict[str, date]:
    task, card, order = decision.work.task if decision.work else None, _licensed(job, case.card), job.order
    if task is Task.RENEW:
        renewed = licensing.renew(bridge, card, voucher=order.voucher or "")
        return _dates(renewed_until=renewed.expires_on)
    if task is Task.ACTIVATE_INCLUDED:
        begun = licensing.activate_included(bridge, card)
    else:
        # On the year's last day too, which needs no consent: only then no day is without right.
        overrides = case.subscription.state is State.INCLUDED_ACTIVE
        begun = licensing.activate(bridge, card, activation_id=order.activation_id or "", sku=str(case.sku), override_included=overrides)
    return _dates(activated_on=begun.activated_on, expires_on=begun.expires_on)


def _dates(**told: date | None) -> dict[str, date]:
    return {name: day for name, day in told.items() if day is not None}


def _licensed(job: LicenseJob, card: Card) -> licensing.LicensedCard:
    """The card as a bridge knows it. Only cards of a known generation can be subscribed."""
    if card.serial is None:
        raise BlockedError(Reason.IDENTITY_UNKNOWN, f"{job.card}: a licensing bridge knows cards by serial, and this one says none.")
    return licensing.LicensedCard(card.serial, card.mac, card.device.serial, card.generation or 0, card.product_family.value)


def _believed(job: LicenseJob, matter: _Matter) -> _Matter:
    """What was done is done; when it cannot be true by the rules, a person has to look at it."""
    decision = matter.judge()
    if not decision.changes:
        job.outcome.changed = True
        said = f"the bridge has done it, and what it says of it is not recorded: {decision.sentence}"
        raise LicensingError(Reason.LICENSING_UNEXPECTED, f"{job.card}: {said}.", evidence=job.outcome.evidence["bridge"])
    return matter
