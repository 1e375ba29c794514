# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import resource


def connections(most: int, *, besides: int) -> int:
    """How many connections may be open at once, of ``most`` that are wanted, so that ``besides`` other files can be open.

    A connection is a file, of which a process may have 1,024 open, or 256 on macOS; what cannot be opened would count as silent.
    """
    allowed, _highest = resource.getrlimit(resource.RLIMIT_NOFILE)
    return most if allowed == resource.RLIM_INFINITY else min(most, max(1, allowed - besides))
