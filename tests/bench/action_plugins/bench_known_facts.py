# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase

_FACTS = json.loads(Path(os.environ["BENCH_FACTS"]).read_text(encoding="utf-8"))


class ActionModule(ActionBase):
    """What facts cost that need not be read: Ansible carries them from the worker to the play."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        return {"changed": False, "ansible_facts": {"nmc": _FACTS}}
