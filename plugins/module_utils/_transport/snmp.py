# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading values over SNMP v1, v2c and v3, with whichever library is there."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

SnmpValue = t.Union[int, bytes, str, None]


@dataclass(frozen=True)
class SnmpEndpoint:
    """How to reach one card over SNMP."""

    card: str
    host: str
    port: int = 161
    version: str = "v2c"
    community: str | None = field(default=None, repr=False)
    user: str | None = None
    auth_protocol: str | None = None
    auth_password: str | None = field(default=None, repr=False)
    privacy_protocol: str | None = None
    privacy_password: str | None = field(default=None, repr=False)
    timeout: float = 2.0
    retries: int = 2


def get(endpoint: SnmpEndpoint, oids: t.Sequence[str], *, engine: str = "auto") -> dict[str, SnmpValue]:
    raise NotImplementedError
