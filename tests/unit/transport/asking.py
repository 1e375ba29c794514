# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp import SnmpEndpoint, SnmpValue, converse, requests_for


def get(endpoint: SnmpEndpoint, oids: t.Sequence[str], *, engine: str = "auto") -> dict[str, SnmpValue]:
    """The values of some OIDs, read in a session of their own."""
    return converse(endpoint, requests_for(oids), engine=engine)
