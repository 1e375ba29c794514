# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The licence header of pages and pictures that programs write."""

from __future__ import annotations

# In two pieces, so that licence checkers do not take it for a second statement about this file.
_TAG = "SPDX"

HEADER = f"""<!--
Copyright (c) 2026, The secure_power.nmc contributors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
{_TAG}-License-Identifier: GPL-3.0-or-later
-->
"""
