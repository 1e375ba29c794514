# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.secure_power.nmc.plugins.module_utils._stock_task import ACTIVATION_IDS
from ansible_collections.secure_power.nmc.plugins.plugin_utils._action import NmcActionBase


class ActionModule(NmcActionBase):
    TASK = ACTIVATION_IDS
