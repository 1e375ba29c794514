# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a client's subscriptions ends, what has to be bought for its cards, and what is to be activated when. Nothing is done here.

The advice is the vendor's: an Activation ID loses nothing while it is held, so it is entered on the last valid day of what the card has,
and no day is without right.
"""

from __future__ import annotations

import enum
import heapq
import typing as t
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from ansible_collections.secure_power.nmc.plugins.module_utils._core.skus import LONGEST_TERM, SKUS, Sku, sku_for
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import years_after

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.stock import HeldId, Stocked


class Has(str, enum.Enum):
    """What gives a card its right, or gave it until a day that has passed."""

    INCLUDED = "included"
    PURCHASED = "purchased"
    PLATFORM = "platform"
    NOTHING = "nothing"


class Do(str, enum.Enum):
    """What is to be activated: the included year, an ID that is at hand, or one that is still to be bought."""

    ACTIVATE_INCLUDED = "activate_included"
    ACTIVATE = "activate"
    BUY = "buy"


@dataclass(frozen=True)
class WaitingId:
    """An Activation ID that is declared for a card which does not have it yet. ``sku`` and ``seats`` are None where the stock says them,
    or nobody."""

    fingerprint: str
    shown: str
    sku: str | None = None
    hold_until: date | None = None
    seats: int | None = None


@dataclass(frozen=True)
class Prospect:
    """A card for which subscriptions are sold.

    ``until`` is the last valid day of what it has, None of nothing and of what has no end. ``year_waits``: its included year was not
    activated. ``contract_end`` is how long the right is wanted, None where nobody says.
    """

    host: str
    family: str
    has: Has = Has.NOTHING
    until: date | None = None
    year_waits: bool = False
    waiting: WaitingId | None = None
    contract_end: date | None = None
    hint: str | None = None

    @property
    def endless(self) -> bool:
        return self.has is not Has.NOTHING and self.until is None


@dataclass(frozen=True)
class Step:
    """One activation: on which day, how long it lasts, and why. ``unentitled_days`` lie between it and what ran before."""

    host: str
    do: Do
    on: date
    until: date | None
    sku: str | None
    id: str | None
    unentitled_days: int
    why: str

    def as_dict(self) -> dict[str, t.Any]:
        return {**asdict(self), "do": self.do.value, "on": self.on.isoformat(), "until": self.until.isoformat() if self.until else None}


@dataclass(frozen=True)
class Ending:
    """What a card has and when it ends, or ended."""

    host: str
    has: Has
    until: date

    def as_dict(self) -> dict[str, str]:
        return {"host": self.host, "has": self.has.value, "until": self.until.isoformat()}


@dataclass(frozen=True)
class Purchase:
    """What is to be bought of one part number; ``first_needed`` is when the first of them is activated."""

    sku: str
    count: int
    first_needed: date
    steps: tuple[Step, ...]

    def as_dict(self) -> dict[str, t.Any]:
        cards = [step.as_dict() for step in self.steps]
        return {"sku": self.sku, "count": self.count, "first_needed": self.first_needed.isoformat(), "cards": cards}


@dataclass(frozen=True)
class Plan:
    """The plan of one client. ``stock`` is what has seats left, ``undecided`` says of cards by name why nothing is planned for them."""

    today: date
    days: int
    ending: tuple[Ending, ...]
    purchases: tuple[Purchase, ...]
    activations: tuple[Step, ...]
    stock: tuple[Stocked, ...]
    undecided: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, t.Any]:
        """The plan in plain types: always the same keys. The day is left out, so that the plan of another day may be the same."""
        return {
            "days": self.days,
            "ending": [ending.as_dict() for ending in self.ending],
            "buy": [purchase.as_dict() for purchase in self.purchases],
            "activate": [step.as_dict() for step in self.activations],
            "stock": [stocked.as_dict() for stocked in self.stock],
            "undecided": [{"host": host, "why": why} for host, why in self.undecided],
        }


def plan_for(cards: t.Iterable[Prospect], stock: t.Iterable[Stocked], *, today: date, days: int) -> Plan:
    """The same cards and stock give the same plan, in whichever order the cards come. What ends within ``days`` days is listed.

    Declared Activation IDs are for their cards; what else is in stock goes to the cards that need it first.
    """
    held = tuple(stock)
    found = sorted(cards, key=lambda card: (card.until or today, card.host))
    lives = [_Life(card, today=today, days=days) for card in found]
    _supply(lives, _Shelf(held))
    steps = [step for life in lives for step in life.steps]
    return Plan(
        today=today,
        days=days,
        ending=tuple(Ending(card.host, card.has, card.until) for card in found if card.until and card.until <= today + timedelta(days)),
        purchases=_purchases(step for step in steps if step.do is Do.BUY),
        activations=tuple(sorted((step for step in steps if step.do is not Do.BUY), key=lambda step: (step.on, step.host))),
        stock=tuple(stocked for stocked in held if stocked.free),
        undecided=tuple(sorted((life.card.host, life.undecided) for life in lives if life.undecided)),
    )


def shortest_term(family: str, *, begin: date, end: date | None) -> Sku:
    """The shortest term that reaches a day, else the longest there is; the shortest of all where no day is to be reached."""
    for years in range(1, LONGEST_TERM + 1):
        if end is None or years_after(begin, years) >= end:
            return t.cast("Sku", sku_for(family, years))
    return t.cast("Sku", sku_for(family, LONGEST_TERM))


def _supply(lives: t.Sequence[_Life], shelf: _Shelf) -> None:
    """First what is declared; then term by term, the card that is without right first comes first."""
    for life in lives:
        life.begin(shelf)
    queue = [(life.ends_on, number) for number, life in enumerate(lives)]
    heapq.heapify(queue)
    while queue:
        number = heapq.heappop(queue)[1]
        if lives[number].wants_more():
            lives[number].go_on(shelf)
            heapq.heappush(queue, (lives[number].ends_on, number))


class _Shelf:
    """The stock, and the seats that are taken: of what is in it, and of what is declared without being in it."""

    def __init__(self, stock: t.Sequence[Stocked]) -> None:
        self._held = {stocked.held.fingerprint: stocked.held for stocked in stock}
        self._taken = {stocked.held.fingerprint: stocked.taken for stocked in stock}

    def promise(self, waiting: WaitingId) -> bool:
        """A declared ID is for its card and for nobody else. Whether it has a seat for it."""
        taken = self._taken.get(waiting.fingerprint, 0)
        self._taken[waiting.fingerprint] = taken + 1
        return taken < (self.known(waiting).seats or 1)

    def known(self, waiting: WaitingId) -> WaitingId:
        """With what the stock knows of it, where the declaration does not say."""
        held = self._held.get(waiting.fingerprint)
        if held is None:
            return waiting
        return replace(
            waiting, sku=waiting.sku or held.sku, hold_until=waiting.hold_until or held.hold_until, seats=waiting.seats or held.seats
        )

    def take(self, card: Prospect, begin: date) -> WaitingId | None:
        """The shortest term in stock that reaches the end of the contract, else the longest; none that is to be held beyond that day."""
        fitting = [held for held in self._held.values() if self._is_free(held) and held.family == card.family and _may_begin(held, begin)]
        if not fitting:
            return None
        wanted = shortest_term(card.family, begin=begin, end=card.contract_end).years
        chosen = min(fitting, key=lambda held: _misfit(SKUS[held.sku].years, wanted))
        self._taken[chosen.fingerprint] += 1
        return WaitingId(chosen.fingerprint, str(chosen), chosen.sku, chosen.hold_until)

    def _is_free(self, held: HeldId) -> bool:
        return self._taken[held.fingerprint] < held.seats


def _may_begin(held: HeldId, day: date) -> bool:
    return held.hold_until is None or held.hold_until <= day


def _misfit(years: int, wanted: int) -> tuple[bool, int]:
    """What is long enough comes first, the shortest of it; then what is too short, the longest of it."""
    return (True, -years) if years < wanted else (False, years)


class _Life:
    """What lies before one card, step by step."""

    def __init__(self, card: Prospect, *, today: date, days: int) -> None:
        self.card, self._today, self._days = card, today, days
        self.steps: list[Step] = []
        self.undecided: str | None = None
        self._until = card.until if card.until is not None and card.until >= today else None

    def begin(self, shelf: _Shelf) -> None:
        card = self.card
        has_seat = card.waiting is None or shelf.promise(card.waiting)
        if card.endless:
            return
        if card.year_waits:
            self._add(Do.ACTIVATE_INCLUDED, None, None, years=1, why="the year that came with the device was not activated")
        if card.waiting is not None and has_seat:
            self._enter(shelf.known(card.waiting), f"it is declared for the card{self._after()}")
        elif card.waiting is not None:
            self.undecided = f"the Activation ID {card.waiting.shown} is declared for more cards than it has seats"

    def go_on(self, shelf: _Shelf) -> None:
        """One term more."""
        found = shelf.take(self.card, self.ends_on)
        if found is not None:
            self._enter(found, f"it is in stock{self._after()}; declare it as nmc_activation_id of {self.card.host}")
        else:
            self._buy()

    @property
    def ends_on(self) -> date:
        """The last valid day of all that is planned so far."""
        return self._until or self._today

    def wants_more(self) -> bool:
        end = self.card.contract_end
        if self.card.endless or self.undecided is not None:
            return False
        if end is not None:
            return end >= self._today and (self._until is None or self._until < end)
        if self.card.has is Has.NOTHING and not self.steps:
            self.undecided = "it has no subscription, and nmc_contract_end does not say until when one is wanted"
            return False
        return self._until is None or self._until <= self._today + timedelta(self._days)

    def _enter(self, waiting: WaitingId, why: str) -> None:
        sku = SKUS.get(waiting.sku or "")
        if sku is None:
            self.undecided = f"nobody says what was bought with the Activation ID {waiting.shown}: declare nmc_sku"
        self._add(Do.ACTIVATE, waiting.sku, waiting, years=sku.years if sku else None, why=why)

    def _buy(self) -> None:
        end = self.card.contract_end
        sku = shortest_term(self.card.family, begin=self.ends_on, end=end)
        if end is None:
            why = "nmc_contract_end does not say how long it is wanted, so this is the shortest term"
        elif years_after(self.ends_on, sku.years) >= end:
            why = f"the shortest term that reaches the end of the contract on {end}"
        else:
            why = f"the longest term; the contract ends on {end}, so more is needed after it"
        renewable = self.card.has is Has.PURCHASED and self._until is not None and self._until == self.card.until
        renewal = f"; or renew in the portal by {self._until}, afterwards only a new Activation ID helps" if renewable else ""
        hint = f"; {self.card.hint}" if self.card.hint and not self.steps else ""
        self._add(Do.BUY, str(sku), None, years=sku.years, why=f"{why}{self._after()}{renewal}{hint}")

    def _after(self) -> str:
        """When what is there ends, on which day the next begins: no whole day of it is left to lose."""
        if self._until is None:
            return "; nothing runs today"
        last = self.steps[-1].do if self.steps else None
        year = last is Do.ACTIVATE_INCLUDED or (last is None and self.card.has is Has.INCLUDED)
        what = "the included year, which an earlier activation would end," if year else "what runs before it"
        return f"; {what} ends on {self._until}"

    def _add(self, do: Do, sku: str | None, waiting: WaitingId | None, *, years: int | None, why: str) -> None:
        on = max(self.ends_on, self._today, waiting.hold_until if waiting and waiting.hold_until else self.ends_on)
        gap = max(0, (on - self._until).days - 1) if self._until is not None else (on - self._today).days
        held = f"; it is held until {on}" if gap else ""
        until = years_after(on, years) if years is not None else None
        self.steps.append(Step(self.card.host, do, on, until, sku, waiting.shown if waiting else None, gap, f"{why}{held}"))
        self._until = until or self._until


def _purchases(steps: t.Iterable[Step]) -> tuple[Purchase, ...]:
    by_sku: dict[str, list[Step]] = {}
    for step in steps:
        by_sku.setdefault(step.sku or "", []).append(step)
    found = [(sku, sorted(its, key=lambda step: (step.on, step.host))) for sku, its in sorted(by_sku.items())]
    return tuple(Purchase(sku, len(its), its[0].on, tuple(its)) for sku, its in found)
