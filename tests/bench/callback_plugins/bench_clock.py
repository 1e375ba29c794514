# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure the play's one task, from its start to the end of the play."""

from __future__ import annotations

import json
import os
import time
import typing as t
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: bench_clock
type: aggregate
short_description: Measure the play's one task
description: Writes seconds, processor seconds and the number of hosts that succeeded to the file that E(BENCH_CLOCK) names.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "bench_clock"
    CALLBACK_NEEDS_ENABLED = True

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        self._started, self._used = time.monotonic(), _processor_seconds()

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        measured = {
            "seconds": time.monotonic() - self._started,
            "processor_seconds": _processor_seconds() - self._used,
            "succeeded": len(stats.ok),
        }
        Path(os.environ["BENCH_CLOCK"]).write_text(json.dumps(measured), encoding="utf-8")


def _processor_seconds() -> float:
    """Of this process and of the workers that have ended."""
    return sum(os.times()[:4])
