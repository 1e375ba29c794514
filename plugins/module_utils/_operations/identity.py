# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the card that answers now is the one that answered before, and still the same kind of card."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import ProofError

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Image


def check_same_card(name: str, before: Card, after: Card) -> None:
    """Compare serial and MAC, as far as both readings have them. Raises `ProofError` IDENTITY_CHANGED."""
    for what, first, second in (("serial", before.serial, after.serial), ("MAC address", before.mac, after.mac)):
        if None not in (first, second) and first != second:
            raise ProofError(Reason.IDENTITY_CHANGED, f"{name}: the {what} was {first} before the upgrade and is {second} after it.")


def check_application(name: str, image: Image, before: Card, after: Card) -> None:
    """The application that came with an image must run, and be the one that the image is for.

    Raises `ProofError` APPLICATION_BROKEN or WRONG_APPLICATION_LOADED.
    """
    if after.application_missing:
        message = f"{name}: after {image.name} the card restarted and runs no application."
        raise ProofError(Reason.APPLICATION_BROKEN, message)
    wanted = image.facts.application or before.application
    if None not in (wanted, after.application) and after.application != wanted:
        message = f"{name}: after {image.name} the card restarted and runs the application {after.application} instead of {wanted}."
        raise ProofError(Reason.WRONG_APPLICATION_LOADED, message)
