# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys

_IMPORT = "import sys; from ansible_collections.secure_power.nmc.plugins.action import {}; print(*sys.modules)"


def loaded_by(action: str) -> set[str]:
    code = _IMPORT.format(action)
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_loading_an_action_loads_the_libraries_so_that_forked_workers_have_them() -> None:
    assert {"paramiko", "gufo.snmp.sync"} <= loaded_by("nmc_facts")
    assert {"paramiko", "gufo.snmp.sync", "sqlalchemy"} <= loaded_by("nmc_firmware")


def test_reading_facts_does_not_pay_for_the_ledger() -> None:
    assert "sqlalchemy" not in loaded_by("nmc_facts")
