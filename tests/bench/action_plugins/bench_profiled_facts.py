# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import cProfile
import os
import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase

from ansible_collections.secure_power.nmc.plugins.action import nmc_facts


class ActionModule(ActionBase):
    """`nmc_facts` under a profiler, which leaves one file for each worker."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        parts = (self._task, self._connection, self._play_context, self._loader, self._templar, self._shared_loader_obj)
        profile = cProfile.Profile()
        result: dict[str, t.Any] = profile.runcall(nmc_facts.ActionModule(*parts).run, tmp, task_vars)
        profile.dump_stats(Path(os.environ["BENCH_PROFILES"]) / str(os.getpid()))
        return result
