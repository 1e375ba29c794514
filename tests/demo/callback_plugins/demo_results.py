# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the results of the tasks on cards as lines of JSON, for the tables of the demo."""

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: demo_results
type: aggregate
short_description: Write the results of the tasks on cards as lines of JSON
description: Writes to the file that the environment variable C(DEMO_RESULTS) names.
"""

_KEYS = ("changed", "status", "reason", "msg", "recovery", "before", "after", "subscription", "platform")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "demo_results"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._write(result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._write(result)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._write(result)

    def _write(self, result: t.Any) -> None:
        found = result._result
        if "reason" not in found:
            return
        line = {"card": result._host.get_name(), **{key: found.get(key) for key in _KEYS}}
        with Path(os.environ["DEMO_RESULTS"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
