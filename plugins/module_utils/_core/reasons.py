# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every status and reason code that a result can carry, with the sentence that says what to do next.

The table is the only place where a reason gets its status and its recovery text; documents are written from it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.meanings_failed import FAILED
from ansible_collections.secure_power.nmc.plugins.module_utils._core.meanings_judged import JUDGED
from ansible_collections.secure_power.nmc.plugins.module_utils._core.meanings_refused import REFUSED
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reason_codes import UNTOUCHED, Meaning, Reason, Status

__all__ = ["MEANINGS", "Meaning", "Reason", "Status", "advice"]

MEANINGS: t.Mapping[Reason, Meaning] = {**JUDGED, **REFUSED, **FAILED}


def advice(reason: Reason, *, untouched: bool) -> str:
    """What to do next. That nothing was sent to the card is only said where something could have been, and was not."""
    recovery = MEANINGS[reason].recovery
    return recovery if untouched else recovery.removeprefix(f"{UNTOUCHED} ")
