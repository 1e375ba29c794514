# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is secret is only ever written as a fingerprint under the ledger's own key."""

from __future__ import annotations

import hashlib
import hmac
import typing as t
from dataclasses import dataclass, field

# Of a shorter secret the last four characters would be half of it.
_LONG_ENOUGH = 8


@dataclass(frozen=True)
class Fingerprints:
    """Fingerprints of one ledger; those of another differ."""

    key: str = field(repr=False)

    def activation_id(self, activation_id: str) -> str:
        """The same whoever asks, so that an ID that belongs to another client is found out."""
        return self._of("activation id", activation_id.strip())

    def voucher(self, code: str) -> str:
        return self._of("voucher", code.strip())

    def credential(self, *, client: str, username: str, password: str) -> str:
        """Another for each client, so that nobody sees who shares a password with whom."""
        return self._of("credential", client, username, password)

    def _of(self, *parts: str) -> str:
        # Lengths keep the parts apart, whatever is in them.
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.new(bytes.fromhex(self.key), text.encode(), hashlib.sha256).hexdigest()


def last_four(secret: str) -> str:
    """The end of a secret, by which a person recognises it; empty when it is too short for that."""
    plain: t.Final = secret.strip()
    return plain[-4:] if len(plain) >= _LONG_ENOUGH else ""
