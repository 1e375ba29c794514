# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a card may be given a release: yes, no, or nobody knows.

The vendor's FAQ is the source of every row. It speaks of what its own tool does; what other ways to firmware exist it does not say.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.skus import DOWNLOAD_PAGE, TOOLS
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import PLATFORM_NAMES, State
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version_range import VersionRange

if t.TYPE_CHECKING:
    from datetime import date

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Coverage, Subscription

# What every NMC3 may run. The vendor may put critical fixes into another line, so an operator can name more of them.
FREE_LINES: tuple[VersionRange, ...] = (VersionRange(((">=", Version((2, 5))), ("<", Version((2, 6))))),)

# The line that subscriptions are about. Its beginning stands for any of its releases where none is asked for by its number.
CERTIFIED = Version((3,))
CERTIFIED_LINE = VersionRange(((">=", CERTIFIED),))

NMC2_SOURCE = "the APC web site"


class Answer(str, enum.Enum):
    """May the card be given the release?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Row(str, enum.Enum):
    """The rows of the decision table, by which a decision is named; the last three are where the FAQ's table has no row."""

    NMC2_FIRMWARE = "D1"
    WRONG_HARDWARE = "D2"
    FREE_LINE = "D3"
    NOT_SUBSCRIBED = "D4"
    SUBSCRIBED = "D5"
    WRONG_FAMILY = "D6"
    PLATFORM = "D7"
    STAYS = "D8"
    NO_DOWNGRADE = "D9"
    NOT_COVERED = "G2"
    NOT_FREE = "G10"
    NOT_SAID = "unknown"


@dataclass(frozen=True)
class Entitlement:
    """An answer with its reason. ``sentence`` is about this very card; ``comes_from`` is where the release is to be had after a yes."""

    answer: Answer
    reason: Reason
    row: Row
    sentence: str
    comes_from: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        return {
            "answer": self.answer.value,
            "reason": self.reason.value,
            "rule": self.row.value,
            "sentence": self.sentence,
            "comes_from": self.comes_from,
        }


@dataclass(frozen=True)
class Question:
    """May this card be given this version of its application today?

    ``target_generation`` is that of the image, None where it is the card's. ``downgrade``: a card without a subscription may be brought
    back from certified firmware to the free line, of which the vendor says nothing.
    """

    card: Card
    target: Version
    subscription: Subscription
    coverage: Coverage | None
    today: date
    free_lines: t.Sequence[VersionRange] = FREE_LINES
    downgrade: bool = False
    target_generation: int | None = None

    @property
    def running(self) -> Version | None:
        return self.card.version(Component.APPLICATION)

    @property
    def target_is_free(self) -> bool:
        return any(self.target in line for line in self.free_lines)

    @property
    def fitting_family(self) -> bool:
        """Whether the subscription is for the card's family; one whose family was never recorded counts as fitting."""
        entry = self.subscription.entry
        return entry is None or entry.family in (None, self.card.secure_nmc.subscription_family)


def entitlement(asked: Question) -> Entitlement:
    """The answer of the first rule that has one."""
    return next(answer for answer in (rule(asked) for rule in _RULES) if answer is not None)


def _generation(asked: Question) -> Entitlement | None:
    """D1, D2: only NMC3 firmware is sold, and no image fits another generation."""
    generation = asked.card.generation
    if generation is None:
        return Entitlement(Answer.UNKNOWN, Reason.GENERATION_UNKNOWN, Row.NOT_SAID, "the card does not say its generation")
    if asked.target_generation not in (None, generation):
        sentence = f"{asked.target} is firmware for an NMC{asked.target_generation}, the card is an NMC{generation}"
        return Entitlement(Answer.NO, Reason.IMAGE_WRONG_HARDWARE, Row.WRONG_HARDWARE, sentence)
    if generation == 2:
        sentence = "firmware of an NMC2 is free, and no subscription is sold for it"
        return Entitlement(Answer.YES, Reason.NMC2_FREE, Row.NMC2_FIRMWARE, sentence, NMC2_SOURCE)
    if generation != 3:
        sentence = f"nobody says who may have firmware of an NMC{generation}"
        return Entitlement(Answer.UNKNOWN, Reason.GENERATION_UNSUPPORTED, Row.NOT_SAID, sentence)
    return None


def _stays(asked: Question) -> Entitlement | None:
    """D8: what a card runs it may keep, whatever became of its subscription."""
    if asked.target != asked.running:
        return None
    return Entitlement(Answer.YES, Reason.AT_TARGET, Row.STAYS, f"the card runs {asked.target} already, and may keep it")


def _free(asked: Question) -> Entitlement | None:
    """D3: the free line. Back to it from certified firmware is another question (D9)."""
    if not asked.target_is_free or (_is_way_back(asked) and not asked.downgrade):
        return None
    return Entitlement(Answer.YES, Reason.FREE_LINE, Row.FREE_LINE, f"{asked.target} is free for every NMC3", DOWNLOAD_PAGE)


def _is_way_back(asked: Question) -> bool:
    return asked.running is None or (asked.running > asked.target and asked.running in CERTIFIED_LINE)


def _not_covered(asked: Question) -> Entitlement | None:
    """G2: the FAQ speaks of 1-phase UPS and rack PDU only. What holds for other products it does not say."""
    found = asked.card.secure_nmc
    if found.eligible is None:
        return Entitlement(Answer.UNKNOWN, Reason.FAMILY_UNKNOWN, Row.NOT_SAID, "the card does not say its product family")
    if not found.eligible:
        sentence = f"no subscription is sold for {asked.card.product_family.value}, and nobody says who may have {asked.target} for it"
        return Entitlement(Answer.UNKNOWN, Reason.CERTIFICATION_UNKNOWN, Row.NOT_COVERED, sentence)
    return None


def _subscribed(asked: Question) -> Entitlement | None:
    """D5: a subscription that runs, of the card's family."""
    found, entry = asked.subscription, asked.subscription.entry
    if not found.active or entry is None or not asked.fitting_family:
        return None
    kind = "included year" if found.state is State.INCLUDED_ACTIVE else "subscription"
    tool = TOOLS[asked.card.product_family]
    sentence = f"the {kind} runs until {entry.expires_on}"
    return Entitlement(Answer.YES, Reason.SUBSCRIBED, Row.SUBSCRIBED, sentence, f"{tool.name} ({tool.part_number})")


def _covered(asked: Question) -> Entitlement | None:
    """D7, G11: a platform, which brings the firmware itself."""
    if asked.coverage is None or not asked.coverage.holds(asked.today):
        return None
    name = PLATFORM_NAMES[asked.coverage.platform]
    sentence = f"{name} brings the right along" + (f" until {asked.coverage.expires_on}" if asked.coverage.expires_on else "")
    return Entitlement(Answer.YES, Reason.PLATFORM_COVERED, Row.PLATFORM, sentence, name)


def _unknown(asked: Question) -> Entitlement | None:
    """What is not known is neither a yes nor a no."""
    if asked.subscription.state is State.UNKNOWN:
        sentence = "whether the card has a subscription today is not known"
        return Entitlement(Answer.UNKNOWN, Reason.SUBSCRIPTION_UNKNOWN, Row.NOT_SAID, sentence)
    if asked.target_is_free and asked.running is None:
        sentence = f"the card does not say what it runs, so {asked.target} may be a step back from certified firmware"
        return Entitlement(Answer.UNKNOWN, Reason.VERSION_UNKNOWN, Row.NOT_SAID, sentence)
    return None


def _no_way_back(asked: Question) -> Entitlement | None:
    """D9: the FAQ never asks for a step back from certified firmware, nor does it promise one."""
    if not asked.target_is_free:
        return None
    sentence = f"nobody says that a card without a subscription may go back from {asked.running} to {asked.target}"
    return Entitlement(Answer.NO, Reason.STAYS_ON_CURRENT, Row.NO_DOWNGRADE, sentence)


def _wrong_family(asked: Question) -> Entitlement | None:
    """D6: a subscription of another family is none."""
    entry = asked.subscription.entry
    if not asked.subscription.active or entry is None:
        return None
    sentence = f"the card's subscription is {entry.family}, and its family needs {asked.card.secure_nmc.subscription_family}"
    return Entitlement(Answer.NO, Reason.FAMILY_MISMATCH, Row.WRONG_FAMILY, sentence)


def _not_subscribed(asked: Question) -> Entitlement:
    """D4, G10: without a subscription there is the free line and nothing else."""
    if asked.target not in CERTIFIED_LINE:
        sentence = f"{asked.target} belongs to no line that is free"
        return Entitlement(Answer.NO, Reason.FREE_BASELINE_ONLY, Row.NOT_FREE, sentence)
    entry = asked.subscription.entry
    if asked.subscription.state is State.EXPIRED and entry is not None:
        sentence = f"the subscription ended on {entry.expires_on}"
        return Entitlement(Answer.NO, Reason.EXPIRED_CANNOT_RENEW, Row.NOT_SUBSCRIBED, sentence)
    if asked.coverage is not None:
        sentence = f"the contract of {PLATFORM_NAMES[asked.coverage.platform]} ended on {asked.coverage.expires_on}"
        return Entitlement(Answer.NO, Reason.PLATFORM_EXPIRED, Row.NOT_SUBSCRIBED, sentence)
    if asked.subscription.state is State.INCLUDED_ELIGIBLE:
        sentence = "the included year of the card was not activated"
        return Entitlement(Answer.NO, Reason.NOT_ACTIVATED, Row.NOT_SUBSCRIBED, sentence)
    return Entitlement(Answer.NO, Reason.NOT_SUBSCRIBED, Row.NOT_SUBSCRIBED, "the card has no subscription")


_RULES: tuple[t.Callable[[Question], Entitlement | None], ...] = (
    _generation,
    _stays,
    _free,
    _not_covered,
    _subscribed,
    _covered,
    _unknown,
    _no_way_back,
    _wrong_family,
    _not_subscribed,
)
