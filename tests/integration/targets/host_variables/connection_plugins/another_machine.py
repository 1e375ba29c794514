# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A jump host without a second machine: modules are packaged, copied and run as they are over SSH, on this one."""

from __future__ import annotations

from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = r"""
name: another_machine
short_description: This machine, but not the controller
description:
  - For tests.
author: The secure_power.nmc contributors
"""


class Connection(LocalConnection):
    transport = "another_machine"
