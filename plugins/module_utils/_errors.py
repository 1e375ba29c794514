# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one tree of exceptions: raised where something goes wrong, turned into a result in one place."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import printable
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal

_E = t.TypeVar("_E", bound="NmcError")

_LONGEST = 4000  # characters of a message, and of a text in the evidence


class NmcError(Exception):
    """Something that ends the work on one card.

    The message says which card, what was tried and what came back; what to do next follows from the reason. Message and evidence
    can hold a card's own words: they are printable and of bounded length.
    """

    def __init__(self, reason: Reason, message: str, *, evidence: t.Mapping[str, t.Any] | None = None) -> None:
        self.reason = reason
        self.message = _shown(message)
        shown = {key: _shown(value) if isinstance(value, str) else value for key, value in (evidence or {}).items()}
        self.evidence: dict[str, t.Any] = shown
        super().__init__(self.message)

    @classmethod
    def of(cls: type[_E], refusal: Refusal, card: str) -> _E:
        """What a rule refuses, said of one card."""
        return cls(refusal.reason, f"{card}: {refusal.sentence}.")

    @property
    def status(self) -> Status:
        return MEANINGS[self.reason].status


def _shown(text: str) -> str:
    return printable(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")


class InputError(NmcError):
    """What was asked for cannot be: options, images, libraries."""


class LedgerError(NmcError):
    """What is remembered between runs cannot be read or written."""


class LicensingError(NmcError):
    """The licensing bridge did not do what was asked, or nobody knows whether it did."""


class UnreachableError(NmcError):
    """Nothing was sent to the card, because it does not answer."""


class AccessError(NmcError):
    """The card answers but does not let us in, or we do not trust it."""


class ReplyError(NmcError):
    """The card said something that cannot be understood."""


class BlockedError(NmcError):
    """The card must not be touched as it is now."""


class TransferError(NmcError):
    """An image, or a part of one, was sent and the card did not take it."""


class ProofError(NmcError):
    """An image was taken, and the card does not prove that it runs it."""
