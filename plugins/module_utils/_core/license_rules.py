# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a card's subscription: the rules of the vendor's FAQ, for what an operator declares.

G1 to G14 are guards and T1 to T14 transitions; docs/design.md lists them. A decision is made in three steps: guards that nothing gets
past, entries for what has been done (`license_records`), and the judgement on what is left to do.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core import license_work as work
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_case import Case
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_records import (
    Objection,
    against_renewal,
    end_of_replaced,
    forgetting,
    is_renewed,
    news,
    would_override,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_request import (
    Decision,
    Declared,
    Known,
    Readings,
    Verdict,
    Wanted,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.skus import SKUS, parse_sku
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import (
    PLATFORM_NAMES,
    Source,
    State,
    had_year,
    includes_year,
    years_after,
)

if t.TYPE_CHECKING:
    from datetime import date, datetime

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_work import LicenseWork
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Entry

_NO_READINGS = Readings()


def decide(
    card: Card,
    history: t.Sequence[Entry],
    declared: Declared,
    *,
    known: Known,
    now: datetime,
    readings: Readings = _NO_READINGS,
) -> Decision:
    """The same card, history and declaration give the same decision; recording its entries and deciding again adds none."""
    case = Case(card, tuple(history), declared, known, now, readings)
    stopped = _first(_GUARDS, case)
    if stopped is not None:
        return stopped
    entries = news(case)
    if isinstance(entries, Objection):
        return _refuse(case, entries)
    judged = _first(_JUDGEMENTS, case.after(entries)) or _buy(case.after(entries))
    if judged.verdict is Verdict.REFUSE:
        return replace(judged, subscription=case.subscription, coverage=case.coverage)
    return replace(judged, entries=entries, replaced_entries=end_of_replaced(case))


def _first(rules: tuple[t.Callable[[Case], Decision | None], ...], case: Case) -> Decision | None:
    return next((decision for decision in (rule(case) for rule in rules) if decision is not None), None)


def _decision(case: Case, verdict: Verdict, reason: Reason, sentence: str, *rules: str, to_do: LicenseWork | None = None) -> Decision:
    return Decision(verdict, reason, sentence, rules, case.subscription, case.coverage, work=to_do)


def _refuse(case: Case, objection: Objection) -> Decision:
    return _decision(case, Verdict.REFUSE, objection.reason, objection.sentence, *objection.rules)


# --- what nothing gets past ----------------------------------------------------------------------------------------


def _not_applicable(case: Case) -> Decision | None:
    """T1, G1, G2: cards that cannot be subscribed are left alone, unless that is just what was asked."""
    found, generation, family = case.card.secure_nmc, case.card.generation, case.card.product_family
    if found.eligible:
        return None
    if found.eligible is None:
        reason, what = (Reason.GENERATION_UNKNOWN, "generation") if generation is None else (Reason.FAMILY_UNKNOWN, "product family")
        return _decision(case, Verdict.REFUSE, reason, f"the card does not say its {what}", "G1" if generation is None else "G2")
    verdict = Verdict.REFUSE if case.declared.asks else Verdict.LEAVE
    if generation == 2:
        return _decision(case, verdict, Reason.NMC2_FREE, "the card is an NMC2, for which no subscription is sold", "T1", "G1")
    what, rule = (f"an NMC{generation}", "G1") if generation not in (3, None) else (family.value, "G2")
    return _decision(case, verdict, Reason.SUBSCRIPTION_NOT_APPLICABLE, f"no subscription is sold for {what}", "T1", rule)


def _contradiction(case: Case) -> Decision | None:
    sentence = next((sentence for wrong, sentence in _contradictions(case.declared, case.today) if wrong), None)
    return None if sentence is None else _decision(case, Verdict.REFUSE, Reason.INVALID_OPTION, sentence)


def _contradictions(declared: Declared, today: date) -> list[tuple[bool, str]]:
    """What a declaration cannot say, each with its sentence."""
    source, begin, bought = declared.means, declared.activated_on, declared.purchase_date
    return [
        (source is Source.PLATFORM and declared.platform is None and declared.wanted is Wanted.ACTIVE, "source platform needs platform"),
        (source is not Source.PLATFORM and declared.platform is not None, f"platform does not go with source {source.value}"),
        (declared.platform is None and declared.platform_expires is not None, "platform_expires needs platform"),
        (source is not Source.PURCHASED and declared.activation is not None, f"source {source.value} has no activation_id"),
        (source is not Source.PURCHASED and declared.sku is not None, f"source {source.value} has no sku"),
        (begin is not None and begin > today, f"activated_on {begin} has not come yet"),
        (bought is not None and bought > today, f"purchase_date {bought} has not come yet"),
        (_before(begin, bought), f"activated_on {begin} lies before purchase_date {bought}"),
        (_before(declared.expires_on, begin), f"expires_on {declared.expires_on} lies before activated_on {begin}"),
    ]


def _before(first: date | None, second: date | None) -> bool:
    return first is not None and second is not None and first < second


def _forgotten(case: Case) -> Decision | None:
    """The record ends, not the vendor's subscription."""
    if case.declared.wanted is not Wanted.FORGOTTEN:
        return None
    entries = forgetting(case)
    after = case.after(entries)
    sentence = "the record of the card ends" if entries else "nothing is recorded of the card"
    return replace(_decision(after, Verdict.LEAVE, Reason.SUBSCRIPTION_FORGOTTEN, sentence), entries=entries)


def _wrong_sku(case: Case) -> Decision | None:
    """G3: a subscription fits one family; the part number must be one, and that of the Activation ID."""
    held, needed = case.known.held, case.card.secure_nmc.subscription_family
    for text in (case.declared.sku, held.sku if held else None):
        sku = parse_sku(text) if text else None
        if isinstance(sku, Refusal):
            return _decision(case, Verdict.REFUSE, sku.reason, sku.sentence, "G3")
        if sku is not None and sku.family != needed:
            sentence = f"{sku} is for {sku.family}, and a card in {case.card.product_family.value} needs {needed}"
            return _decision(case, Verdict.REFUSE, Reason.FAMILY_MISMATCH, sentence, "G3")
    bought = parse_sku(held.sku) if held else None
    if bought is not None and case.declared.sku is not None and case.sku != bought:
        return _decision(case, Verdict.REFUSE, Reason.INVALID_OPTION, f"the Activation ID was bought as {bought}, not as {case.sku}", "G3")
    return None


def _wrong_record(case: Case) -> Decision | None:
    """G3: what runs on the card by its record is void when the card is of another family than it was taken for."""
    entry, needed = case.entry, case.card.secure_nmc.subscription_family
    if entry is None or not case.subscription.active or entry.family in (None, needed):
        return None
    sentence = f"{entry.family} is recorded for the card, and one in {case.card.product_family.value} needs {needed}"
    hint = "state: forgotten ends the record"
    return _decision(case, Verdict.REFUSE, Reason.FAMILY_MISMATCH, f"{sentence}; {hint}", "G3")


def _wrong_id(case: Case) -> Decision | None:
    """T6: an Activation ID must be this client's, and have a seat left."""
    activation = case.declared.activation
    if activation is None or not case.is_fresh:
        return None
    if case.known.id_elsewhere:
        sentence = f"the Activation ID {activation} belongs to another client"
        return _decision(case, Verdict.REFUSE, Reason.OTHER_CLIENT, sentence, "T6")
    seats = case.known.held.seats if case.known.held else 1
    others = set(case.known.used_by) - {case.card.serial, case.declared.replaces}
    if len(others) >= seats:
        sentence = f"the Activation ID {activation} is for {seats} card(s), and {len(others)} have it already"
        return _decision(case, Verdict.REFUSE, Reason.SEATS_EXHAUSTED, sentence, "T6")
    return None


_GUARDS = (_not_applicable, _contradiction, _forgotten, _wrong_sku, _wrong_record, _wrong_id)


# --- what is left to do --------------------------------------------------------------------------------------------


def _covered(case: Case) -> Decision | None:
    """T14, G11: where a platform is the source, no subscription is looked for."""
    if case.declared.means is not Source.PLATFORM or case.coverage is None:
        return None
    name, expires = PLATFORM_NAMES[case.coverage.platform], case.coverage.expires_on
    if not case.coverage.holds(case.today):
        return _decision(case, Verdict.WORK, Reason.PLATFORM_EXPIRED, f"the contract of {name} ended on {expires}", "T14", "G11")
    sentence = f"{name} brings the right along" + (f" until {expires}" if expires else "")
    return _decision(case, Verdict.LEAVE, Reason.PLATFORM_COVERED, sentence, "T14", "G11")


def _transferred(case: Case) -> Decision | None:
    """Nobody says how a subscription moves to a replaced card, so that it is the vendor's work and unknown until then."""
    had, replaced = case.transferable, case.declared.replaces
    if had is None or replaced is None or not case.awaits_transfer:
        return None
    to_do = work.transfer(case.card, replaced=replaced, activation_id=f"...{had.last_four}" if had.last_four else None)
    sentence = f"the card replaces {replaced}, whose subscription runs until {had.expires_on}"
    return _decision(case, Verdict.WORK, Reason.TRANSFER_NEEDS_VENDOR, sentence, to_do=to_do)


def _doubtful(case: Case) -> Decision | None:
    if case.subscription.state is not State.UNKNOWN:
        return None
    if case.client_changed:
        return _decision(case, Verdict.WORK, Reason.CLIENT_CHANGED, "the card was another client's, and what it had then stays hidden")
    return _decision(case, Verdict.WORK, Reason.SUBSCRIPTION_UNKNOWN, "what is recorded of the card says nothing about today")


def _voucher_waits(case: Case) -> Decision | None:
    """T10, T13: a voucher is to be redeemed while the subscription is valid, and is lost afterwards."""
    entry = case.entry
    if case.declared.voucher is None or entry is None or is_renewed(case):
        return None
    objection = against_renewal(case, entry)
    if objection is None:
        sentence = f"a voucher waits to be redeemed by {entry.expires_on}"
        return _decision(case, Verdict.WORK, Reason.RENEWAL_DUE, sentence, *_renewal_rules(case), to_do=_renew(case))
    if objection.reason is not Reason.EXPIRED_CANNOT_RENEW:
        return _refuse(case, objection)
    if case.is_fresh:
        return None
    return _refuse(case, replace(objection, reason=Reason.RENEWAL_LOST, sentence=f"{objection.sentence}, and the voucher was not redeemed"))


def _left_alone(case: Case) -> Decision | None:
    """What is valid for long enough is left alone, and an Activation ID waits until nothing is lost by it (G5, G6)."""
    found, declared, entry = case.subscription, case.declared, case.entry
    if entry is None or not found.active or (found.days_left or 0) <= declared.min_days_left or _shall_override(case):
        return None
    sentence = f"{_kind(case)} runs until {entry.expires_on}"
    if case.is_fresh:
        rules = ("T7", "G5", "G6") if found.state is State.INCLUDED_ACTIVE else ("T8", "G5", "G12")
        return _decision(
            case,
            Verdict.LEAVE,
            Reason.ACTIVATION_WAITS,
            f"{sentence}; the Activation ID {declared.activation} waits for the first run on that day or later",
            *rules,
        )
    if found.expiring:
        to_do = _renew(case) if against_renewal(case, entry) is None else _purchase(case)
        return _decision(case, Verdict.LEAVE, Reason.SUBSCRIPTION_EXPIRING, sentence, "T9", "G9", to_do=to_do)
    return _decision(case, Verdict.LEAVE, Reason.SUBSCRIBED, sentence, "G12")


def _shall_override(case: Case) -> bool:
    """Whether the operator wants a new Activation ID in spite of what still runs."""
    included = case.subscription.state is State.INCLUDED_ACTIVE
    return case.is_fresh and (case.declared.allow_override_included if included else case.readings.second_subscription)


def _enter_id(case: Case) -> Decision | None:
    """T6, T7, T8: an Activation ID that the card has never had."""
    activation, entry = case.declared.activation, case.entry
    if activation is None or not case.is_fresh:
        return None
    if entry is not None and case.something_runs_on and not _shall_override(case):
        if case.subscription.state is State.INCLUDED_ACTIVE:
            return _refuse(case, would_override(entry, case.today))
        sentence = f"the present subscription is valid until {entry.expires_on}"
        return _decision(case, Verdict.REFUSE, Reason.SECOND_SUBSCRIPTION, sentence, "T8", "G12")
    if entry is not None and case.subscription.active and case.known.refused_beside:
        sentence = f"{_kind(case)} runs until {entry.expires_on}, and the bridge enters no other Activation ID before it has ended"
        waits = f"{activation} waits for tomorrow's run"
        return _decision(case, Verdict.LEAVE, Reason.ACTIVATION_WAITS, f"{sentence}; {waits}", "T8", "G12")
    hold_until = case.known.held.hold_until if case.known.held else None
    if hold_until is not None and case.today < hold_until:
        sentence = f"the Activation ID {activation} is held until {hold_until}"
        return _decision(case, Verdict.WORK, Reason.HELD_UNTIL, sentence, "G5")
    to_do = work.activate(case.card, sku=str(case.sku) if case.sku else None, activation_id=str(activation))
    return _decision(
        case, Verdict.WORK, Reason.NOT_ACTIVATED, f"the Activation ID {activation} was not entered", *_entry_rules(case), to_do=to_do
    )


def _entry_rules(case: Case) -> tuple[str, ...]:
    if not case.something_runs_on:
        return ("T6", "G8") if case.expired else ("T6",)
    return ("T7", "G6") if case.subscription.state is State.INCLUDED_ACTIVE else ("T8", "G12")


def _due(case: Case) -> Decision | None:
    """T9: too few days are left; T11 of an included year."""
    entry = case.entry
    if entry is None or not case.subscription.active:
        return None
    sentence = f"{_kind(case)} ends on {entry.expires_on}, in {case.subscription.days_left} days"
    objection = against_renewal(case, entry)
    to_do = _renew(case) if objection is None else _purchase(case)
    return _decision(case, Verdict.WORK, Reason.RENEWAL_DUE, sentence, "T9", *_renewal_rules(case), to_do=to_do)


def _over(case: Case) -> Decision | None:
    """T12, G8, G14: only a new subscription helps, and the card works on."""
    entry = case.entry
    if entry is None or not case.expired:
        return None
    sentence = f"{_kind(case)} ended on {entry.expires_on}"
    return _decision(case, Verdict.WORK, Reason.EXPIRED_CANNOT_RENEW, sentence, "T12", "G8", "G14", to_do=_purchase(case))


def _once_recorded(case: Case) -> Decision | None:
    """An Activation ID that was recorded on this card and then forgotten: only the tool knows what became of it."""
    if case.declared.activation is None:
        return None
    sentence = f"the Activation ID {case.declared.activation} was recorded on the card before, and then forgotten"
    return _decision(case, Verdict.WORK, Reason.SUBSCRIPTION_UNKNOWN, sentence, "G5")


def _included(case: Case) -> Decision | None:
    """T2 to T5, G4, G13: the year that came with the device."""
    if case.declared.means is not Source.INCLUDED:
        return None
    bought = case.declared.purchase_date
    came_with_year = not had_year(case.history) and includes_year(bought, first_day=case.readings.first_day)
    if came_with_year is not False and case.known.included_missing:
        to_do = work.ask_for_included(case.card, bought)
        return _decision(case, Verdict.WORK, Reason.INCLUDED_NOT_RETRIEVED, "no included year was found for the card", "T5", to_do=to_do)
    if came_with_year:
        to_do = work.activate_included(case.card)
        sentence = "the included year was not activated"
        return _decision(case, Verdict.WORK, Reason.NOT_ACTIVATED, sentence, "T2", "T4", "G4", "G13", to_do=to_do)
    if came_with_year is None:
        sentence = "whether the device came with a year depends on when it was bought, which nobody says"
        return _decision(case, Verdict.WORK, Reason.PURCHASE_DATE_UNKNOWN, sentence, "T3", "G4")
    if case.declared.source is None:
        return None
    sentence = "the included year was used" if had_year(case.history) else f"the device was bought on {bought} and came without a year"
    return _decision(case, Verdict.REFUSE, Reason.INCLUDED_NOT_ELIGIBLE, sentence, "T3", "G4")


def _buy(case: Case) -> Decision:
    """T3: nothing is there to be activated."""
    return _decision(case, Verdict.WORK, Reason.NOT_SUBSCRIBED, "the card has no subscription", "T3", "G10", to_do=_purchase(case))


_JUDGEMENTS = (_covered, _transferred, _doubtful, _voucher_waits, _left_alone, _enter_id, _due, _over, _once_recorded, _included)


# --- words and work ------------------------------------------------------------------------------------------------


def _kind(case: Case) -> str:
    return "the included year" if case.entry and case.entry.source is Source.INCLUDED else "the subscription"


def _renewal_rules(case: Case) -> tuple[str, ...]:
    return ("T11" if case.entry and case.entry.source is Source.INCLUDED else "T10", "G7")


def _purchase(case: Case) -> LicenseWork:
    return work.buy(case.card, sku=str(case.sku) if case.sku else None)


def _renew(case: Case) -> LicenseWork:
    """T10: the work of a renewal, and the end that the tool should show afterwards when the term stays the same."""
    entry, declared = case.entry, case.declared
    ends = entry.expires_on if entry else None
    sku = case.sku or (SKUS.get(entry.sku or "") if entry else None)
    begin = ends if case.readings.renewal_extends else case.today
    return work.renew(
        case.card,
        sku=str(sku) if sku else None,
        voucher=declared.voucher is not None,
        po_email=declared.po_email,
        ends=ends,
        expected=years_after(begin, sku.years) if sku and begin else None,
    )
