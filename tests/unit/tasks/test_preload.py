# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
import sys

_IMPORT = "import sys; from ansible_collections.secure_power.nmc.plugins.action import nmc_facts; print(*sys.modules)"


def test_loading_an_action_loads_the_libraries_so_that_forked_workers_have_them() -> None:
    modules = subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True).stdout.split()
    assert {"paramiko", "gufo.snmp.sync"} <= set(modules)
