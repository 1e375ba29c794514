# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bad line: random damage that the same seed repeats."""

from __future__ import annotations

import random


class Noise:
    """Loses, doubles or replaces `per_mille` of the bytes of one session."""

    def __init__(self, *, seed: int, per_mille: int) -> None:
        self._random = random.Random(seed)
        self._per_mille = per_mille

    def damage(self, data: bytes) -> bytes:
        return b"".join(self._damaged(byte) if self._random.randrange(1000) < self._per_mille else bytes([byte]) for byte in data)

    def _damaged(self, byte: int) -> bytes:
        return self._random.choice((b"", bytes([byte, byte]), self._random.randbytes(1)))
