# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operator, a tool or a bridge says has been done, as entries of the card's history; or why it cannot have been so."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.skus import LONGEST_TERM
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import (
    Coverage,
    Entry,
    Event,
    Evidence,
    Source,
    includes_year,
    recorded_coverage,
    running,
    years_after,
)

if t.TYPE_CHECKING:
    from datetime import date

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_case import Case

Entries = tuple[Entry, ...]


@dataclass(frozen=True)
class Objection:
    """Why something cannot be recorded, and by which rules."""

    reason: Reason
    sentence: str
    rules: tuple[str, ...]


def news(case: Case) -> Entries | Objection:
    """Everything that is declared as done and not yet in the history, in the order in which it must have happened."""
    found: Entries = ()
    for recorder in (_platform, _activation, _renewal):
        entries = recorder(case.after(found))
        if isinstance(entries, Objection):
            return entries
        found = (*found, *entries)
    return found


def end_of_replaced(case: Case) -> Entries:
    """A card that was replaced has no subscription any more; the vendor decides what becomes of it."""
    if case.declared.replaces is None or running(case.known.replaced) is None:
        return ()
    return (_ending(case, t.cast("Entry", running(case.known.replaced))),)


def forgetting(case: Case) -> Entries:
    """The entries that end what is recorded. Of a card of another client even that is one: its hidden history counts no more."""
    if case.declared.means is Source.PLATFORM:
        covers = [entry for entry in case.history if entry.source is Source.PLATFORM][-1:]
        return tuple(_ending(case, entry) for entry in covers if entry.runs)
    if case.entry is not None:
        return (_ending(case, case.entry),)
    return (Entry(Event.ENDED, case.declared.means, case.known.client, case.now),) if case.client_changed else ()


def _ending(case: Case, entry: Entry) -> Entry:
    return replace(entry, event=Event.ENDED, client=case.known.client, recorded_at=case.now)


def _platform(case: Case) -> Entries:
    """T14: coverage is declared, not activated."""
    declared = case.declared
    if declared.means is not Source.PLATFORM or declared.platform is None:
        return ()
    if recorded_coverage(case.history) == Coverage(declared.platform, declared.platform_expires):
        return ()
    return (
        Entry(
            Event.ACTIVATED,
            Source.PLATFORM,
            case.known.client,
            case.now,
            platform=declared.platform,
            activated_on=case.today,
            expires_on=declared.platform_expires,
        ),
    )


def _activation(case: Case) -> Entries | Objection:
    """T4, T6, T7: an activation is recorded once, and corrected by what the tool shows."""
    declared = case.declared
    if declared.means is Source.PLATFORM or (declared.activated_on is None and declared.expires_on is None):
        return ()
    recorded = case.activations(case.history)
    if _is_new_reading(case):
        return _corrected(case) if recorded else _activated(case)
    days = [entry.activated_on for entry in (*recorded, *case.activations(case.known.replaced))]
    if declared.activated_on is not None and days and declared.activated_on not in days:
        sentence = f"the activation is recorded for {days[-1] or 'an unknown day'}, and now {declared.activated_on} is declared for it"
        return Objection(Reason.ACTIVATION_RECORDED, sentence, ("G5",))
    return () if recorded and case.entry is not None else _activated(case)


def _is_new_reading(case: Case) -> bool:
    """Whether the tool shows an end that was not read before. What was superseded since does not come back."""
    seen = (entry for entry in case.history if entry.evidence is Evidence.TOOL)
    return case.declared.expires_on is not None and case.declared.expires_on not in [entry.expires_on for entry in seen]


def _corrected(case: Case) -> Entries | Objection:
    """The tool's date wins over every other, for as long as the activation that it belongs to is the last one."""
    entry, declared, shown = case.entry, case.declared, t.cast("date", case.declared.expires_on)
    if entry is None:
        return _activated(case)
    if case.activations(_since_last_activation(case.history)) == []:
        return ()
    limit = years_after(max(entry.expires_on or case.today, case.today), LONGEST_TERM)
    if shown > limit:
        return _too_long(shown, limit)
    begin = declared.activated_on or entry.activated_on
    return (replace(entry, activated_on=begin, expires_on=shown, evidence=Evidence.TOOL, client=case.known.client, recorded_at=case.now),)


def _since_last_activation(history: t.Sequence[Entry]) -> list[Entry]:
    return [entry for entry in history if entry.event is Event.ACTIVATED and entry.source is not Source.PLATFORM][-1:]


def _activated(case: Case) -> Entries | Objection:
    """A new activation, with what it overrides; its end is the tool's, or follows from the term."""
    objection = _against(case)
    if objection is not None:
        return objection
    declared, sku = case.declared, case.sku
    years = sku.years if sku else 1 if declared.means is Source.INCLUDED else None
    end = declared.expires_on
    if end is None:
        if declared.activated_on is None or years is None:
            sentence = "the end of the term cannot be computed: declare sku, or expires_on as the tool shows it"
            return Objection(Reason.INVALID_OPTION, sentence, ("G5",))
        end = years_after(declared.activated_on, years)
    limit = years_after(declared.activated_on or case.today, LONGEST_TERM)
    if end > limit:
        return _too_long(end, limit)
    activation = declared.activation
    new = Entry(
        Event.ACTIVATED,
        declared.means,
        case.known.client,
        case.now,
        sku=str(sku) if sku else None,
        family=sku.family if sku else case.card.secure_nmc.subscription_family,
        activated_on=declared.activated_on,
        expires_on=end,
        evidence=Evidence.TOOL if declared.expires_on else Evidence.COMPUTED,
        fingerprint=activation.fingerprint if activation else None,
        last_four=activation.last_four if activation else None,
    )
    return (*_overridden(case), new)


def _against(case: Case) -> Objection | None:
    """What an activation cannot have been: G4 for the included year, T7 and T8 for what still ran, G12."""
    return _not_included(case) or _without_id(case) or _before_present(case) or _still_ran(case)


def _not_included(case: Case) -> Objection | None:
    declared, first_day = case.declared, case.readings.first_day
    if declared.means is not Source.INCLUDED:
        return None
    if includes_year(declared.purchase_date, first_day=first_day) is False:
        sentence = f"the device was bought on {declared.purchase_date}, before {first_day}, and came without a year"
        return Objection(Reason.INCLUDED_NOT_ELIGIBLE, sentence, ("G4", "G4a"))
    if declared.activated_on is not None and declared.activated_on < first_day:
        sentence = f"no year was included before {first_day}, and {declared.activated_on} is declared for its activation"
        return Objection(Reason.INCLUDED_NOT_ELIGIBLE, sentence, ("G4",))
    return None


def _without_id(case: Case) -> Objection | None:
    declared = case.declared
    if declared.means is not Source.PURCHASED or declared.activation or declared.expires_on:
        return None
    sentence = "without activation_id a purchased subscription is only taken from the tool: declare expires_on as it shows it"
    return Objection(Reason.INVALID_OPTION, sentence, ("T6",))


def _before_present(case: Case) -> Objection | None:
    entry, begin = case.entry, case.declared.activated_on
    if entry is None or begin is None or entry.activated_on is None or begin >= entry.activated_on:
        return None
    sentence = f"{begin} lies before {entry.activated_on}, when what is recorded of the card was activated"
    return Objection(Reason.INVALID_OPTION, sentence, ("G12",))


def _still_ran(case: Case) -> Objection | None:
    entry, day = case.entry, case.declared.activated_on or case.today
    if entry is None or not _runs_beyond(entry, day):
        return None
    if entry.source is Source.PURCHASED or case.declared.means is Source.INCLUDED:
        if case.readings.second_subscription:
            return None
        sentence = f"on {day} the present subscription was valid, and stays so until {entry.expires_on}"
        return Objection(Reason.SECOND_SUBSCRIPTION, sentence, ("T8", "G12"))
    if case.declared.allow_override_included:
        return None
    return would_override(entry, day)


def would_override(entry: Entry, day: date) -> Objection:
    """T7, G6: a purchased subscription ends the included year at once."""
    lost = (entry.expires_on - day).days if entry.expires_on else 0
    sentence = f"an activation on {day} ends the included year, of which {lost} days are left"
    return Objection(Reason.WOULD_OVERRIDE_INCLUDED, sentence, ("T7", "G6"))


def _runs_beyond(entry: Entry, day: date) -> bool:
    return entry.expires_on is not None and entry.expires_on > day


def _overridden(case: Case) -> Entries:
    """G6, G12: what still ran ends with the new activation."""
    entry, day = case.entry, case.declared.activated_on or case.today
    if entry is None or not _runs_beyond(entry, day):
        return ()
    return (replace(entry, event=Event.OVERRIDDEN, expires_on=day, client=case.known.client, recorded_at=case.now),)


def _renewal(case: Case) -> Entries | Objection:
    """T10, T11, T13: a renewal that was carried out, while there was something to renew."""
    until, entry = case.declared.renewed_until, case.entry
    if until is None or is_renewed(case):
        return ()
    if entry is None or entry.expires_on is None:
        return Objection(Reason.NOT_SUBSCRIBED, "no subscription with an end is recorded that could have been renewed", ("T10",))
    objection = against_renewal(case, entry)
    if objection is not None:
        return objection
    limit = years_after(entry.expires_on, LONGEST_TERM)
    if until <= entry.expires_on:
        sentence = f"{until} is no later than {entry.expires_on}, when the subscription ends without renewal"
        return Objection(Reason.INVALID_OPTION, sentence, ("T10",))
    if until > limit:
        return _too_long(until, limit)
    renewed = replace(
        entry,
        event=Event.RENEWED,
        source=Source.PURCHASED,
        client=case.known.client,
        recorded_at=case.now,
        expires_on=until,
        evidence=Evidence.TOOL,
        voucher=case.declared.voucher,
    )
    return (renewed,)


def is_renewed(case: Case) -> bool:
    """Whether the declared renewal is in the history: by its end, or by the voucher that was redeemed for it."""
    until, voucher = case.declared.renewed_until, case.declared.voucher
    ends = [entry.expires_on for entry in case.history if entry.runs and entry.evidence is Evidence.TOOL]
    vouchers = [entry.voucher for entry in case.history if entry.voucher is not None]
    return until in ends if until is not None else voucher in vouchers


def against_renewal(case: Case, entry: Entry) -> Objection | None:
    """G7, G8, T11, T13: what speaks against a renewal today."""
    last_day = entry.expires_on == case.today
    if case.expired or (last_day and not case.readings.last_day_renews):
        return Objection(Reason.EXPIRED_CANNOT_RENEW, f"the subscription ended on {entry.expires_on}", ("T13", "G7", "G8"))
    if entry.source is Source.INCLUDED and not case.readings.voucher_renews_included:
        sentence = "an included year is followed by a purchased subscription, and not renewed"
        return Objection(Reason.NEEDS_ACTIVATION_ID, sentence, ("T11",))
    return None


def _too_long(end: date, limit: date) -> Objection:
    sentence = f"{end} is declared as the end, and the longest term that is sold ends on {limit}"
    return Objection(Reason.INVALID_OPTION, sentence, ("G5",))
