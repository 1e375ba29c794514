# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema of a baseline, for editors and pipelines: `python -m pages.schema > docs/baseline.schema.json`."""

from __future__ import annotations

import json

from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline_schema import BASELINE_SCHEMA

if __name__ == "__main__":
    print(json.dumps(BASELINE_SCHEMA, indent=2))
