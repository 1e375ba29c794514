# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import json
import os
import time
import typing as t
from pathlib import Path

from ansible.vars.hostvars import HostVars

from ansible_collections.secure_power.nmc.plugins.action import nmc_compliance
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.audit import Audit
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.hosts import HostReader
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.memory import AuditMemory
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.reading import Asking

# None of them calls another one.
_PARTS: t.Mapping[str, tuple[type, str]] = {
    "Ansible's merging of the variables of each host": (HostVars, "raw_get"),
    "templating and checking them": (HostReader, "read"),
    "reading the cards": (Asking, "ask"),
    "judging": (Audit, "_add"),
    "reports": (Audit, "_write_reports"),
    "observations": (AuditMemory, "record"),
}


class ActionModule(nmc_compliance.ActionModule):
    """`nmc_compliance` with a clock on each of its parts, which leaves their seconds in a file."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        seconds = dict.fromkeys(_PARTS, 0.0)
        for part, (owner, name) in _PARTS.items():
            setattr(owner, name, _clocked(getattr(owner, name), part, seconds))
        started = time.perf_counter()
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        parts = {**seconds, "whole": time.perf_counter() - started}
        Path(os.environ["BENCH_PARTS"]).write_text(json.dumps(parts), encoding="utf-8")
        return result


def _clocked(work: t.Callable[..., t.Any], part: str, seconds: dict[str, float]) -> t.Callable[..., t.Any]:
    @functools.wraps(work)
    def clocked(*args: t.Any, **kwargs: t.Any) -> t.Any:
        started = time.perf_counter()
        try:
            return work(*args, **kwargs)
        finally:
            seconds[part] += time.perf_counter() - started

    return clocked
