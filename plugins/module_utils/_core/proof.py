# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a card must say after an image was sent to it, and what it means when it says something else."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Image
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Change, Step

# Cards print their uptime in whole minutes.
UPTIME_GRAIN = 60.0
# Refusals that repeating cannot mend, or that must not be repeated, and what they mean after an upgrade.
FINAL: t.Mapping[Reason, Reason] = {
    Reason.LOGIN_REFUSED: Reason.LOGIN_LOST,
    Reason.PASSWORD_CHANGE_REQUIRED: Reason.PASSWORD_CHANGE_REQUIRED,
    Reason.HOST_KEY_CHANGED: Reason.HOST_KEY_CHANGED,
    Reason.HOST_KEY_UNKNOWN: Reason.HOST_KEY_CHANGED,
    Reason.LEGACY_SSH_REQUIRED: Reason.LEGACY_SSH_REQUIRED,
    Reason.UNEXPECTED_PROMPT: Reason.UNEXPECTED_PROMPT,
}


def another_card(before: Card, after: Card) -> Refusal | None:
    """Compare serial and MAC, as far as both readings have them."""
    for what, first, second in (("serial", before.serial, after.serial), ("MAC address", before.mac, after.mac)):
        if None not in (first, second) and first != second:
            return Refusal(Reason.IDENTITY_CHANGED, f"the {what} was {first} before the upgrade and is {second} after it")
    return None


def has_restarted(before: Card, after: Card, step: Step, *, seconds: float) -> bool:
    """Whether a card that was never seen away restarted in the seconds since the last byte.

    It runs what it did not run before, or its uptime began anew (cards print it in whole minutes).
    """
    if all(after.version(change.component) == change.after != change.before for change in step.changes):
        return True
    uptime = after.uptime_seconds
    return uptime is not None and uptime < seconds and uptime < (before.uptime_seconds or 0)


def has_stayed_up(card: Card, *, seconds: float) -> bool:
    """Whether a card was up for longer than that many seconds, as far as whole minutes tell."""
    return card.uptime_seconds is not None and card.uptime_seconds > seconds + UPTIME_GRAIN


def is_starting(card: Card) -> bool:
    """Whether the login banner says that the application is not up yet."""
    return card.application_state == "?"


def shortfall(before: Card, after: Card, step: Step) -> Refusal | None:
    """What a card that restarted lacks to have taken a step: its application, the right one, or a version."""
    # Between an AOS and its application an NMC2 may well be without one.
    refusal = _application(before, after, step.image) if step.component is Component.APPLICATION else None
    wrong = off_target(after, step)
    if refusal is not None or not wrong:
        return refusal
    stayed = all(after.version(change.component) == change.before for change in wrong)
    said = f"after {step.image.name} the card restarted and says {said_instead(after, wrong)}"
    return Refusal(Reason.STILL_OLD_VERSION if stayed else Reason.UNEXPECTED_VERSION, said)


def _application(before: Card, after: Card, image: Image) -> Refusal | None:
    if after.application_missing:
        return Refusal(Reason.APPLICATION_BROKEN, f"after {image.name} the card restarted and runs no application")
    wanted = image.facts.application or before.application
    if None in (wanted, after.application) or after.application == wanted:
        return None
    said = f"after {image.name} the card restarted and runs the application {after.application} instead of {wanted}"
    return Refusal(Reason.WRONG_APPLICATION_LOADED, said)


def off_target(card: Card, step: Step) -> list[Change]:
    return [change for change in step.changes if card.version(change.component) != change.after]


def said_instead(card: Card, wrong: t.Sequence[Change]) -> str:
    """The wrong versions in words: ``aos 2.5.0.8 instead of 2.5.5.1``."""
    versions = ((change, card.version(change.component)) for change in wrong)
    return ", ".join(f"{change.component.value} {version or 'nothing'} instead of {change.after}" for change, version in versions)
