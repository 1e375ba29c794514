# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a transfer may take, how long it may stand still, and how fast it may be."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """``deadline`` is a value of time.monotonic(), ``stall_timeout`` in seconds, ``rate_limit`` in bytes a second."""

    deadline: float
    stall_timeout: float
    rate_limit: int | None = None

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.deadline

    def next_wait(self) -> float:
        """How long the next exchange may take (s), never 0."""
        return max(0.001, min(self.stall_timeout, self.deadline - time.monotonic()))

    def hold_back(self, sent: int, started: float) -> None:
        """Wait until as much time has passed as what was sent needs at the limit."""
        if self.rate_limit:
            ahead = sent / self.rate_limit - (time.monotonic() - started)
            if ahead > 0:
                time.sleep(min(ahead, max(0.0, self.deadline - time.monotonic())))
