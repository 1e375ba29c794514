# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every target, in the order in which a run shows them."""

from __future__ import annotations

import math
import typing as t

from fuzz import answers, datagrams, files, handshakes, transfers

if t.TYPE_CHECKING:
    from fuzz.target import Target

TARGETS: t.Mapping[str, Target] = {
    target.name: target for module in (answers, transfers, datagrams, handshakes, files) for target in module.TARGETS
}


def shares(inputs: int, names: t.Collection[str]) -> dict[str, int]:
    """How many inputs each target gets: together at least as many as asked for."""
    whole = sum(TARGETS[name].share for name in names)
    return {name: math.ceil(inputs * TARGETS[name].share / whole) for name in names}
