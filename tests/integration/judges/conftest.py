# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One emulator for all judges."""

from __future__ import annotations

import typing as t

import pytest
from integration.judges.judged_fleet import FTP_NMC2, FTP_NMC3, GUEST, NMC2, NMC2_7, NMC3, RACK_PDU, SNMP_USERS, snmp_user, user_address

from emulator.testing import Emulator, start_emulator


@pytest.fixture(scope="session")
def emulator() -> t.Iterator[Emulator]:
    cards: list[dict[str, t.Any]] = [
        {"address": NMC2, "profile": "smart_ups_nmc2", "aos": "6.9.6"},
        {"address": NMC2_7, "profile": "smart_ups_nmc2", "aos": "7.1.2", "application_version": "7.1.2"},
        {"address": NMC3, "profile": "smart_ups_nmc3"},
        {"address": FTP_NMC2, "profile": "smart_ups_nmc2", "ftp_enabled": True},
        {"address": FTP_NMC3, "profile": "smart_ups_nmc3", "ftp_enabled": True},
        {"address": RACK_PDU, "profile": "rack_pdu_nmc2", "guests": [GUEST]},
    ]
    cards += [
        {"address": user_address(auth, privacy), "profile": "smart_ups_nmc3", "snmp": {"v3": snmp_user(auth, privacy)}}
        for auth, privacy in SNMP_USERS
    ]
    with start_emulator({"defaults": {"reboot_seconds": 0.3}, "cards": cards}) as running:
        yield running
