# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A running pair of cards, one of each generation, for tests of what goes wrong."""

from __future__ import annotations

import typing as t

import pytest
from unit.emulator.live import NMC2, NMC3, image_for, upload

from emulator.testing import Emulator, State, start_emulator

if t.TYPE_CHECKING:
    import pathlib

_SERIALS = {NMC3: "ZA2200000001", NMC2: "5A1200000001"}
_FLEET = {
    "defaults": {"reboot_seconds": 0.1, "check_seconds": 0.05},
    "cards": [
        {"address": NMC3, "profile": "smart_ups_nmc3", "serial": _SERIALS[NMC3]},
        {"address": NMC2, "profile": "smart_ups_nmc2", "serial": _SERIALS[NMC2]},
    ],
}


@pytest.fixture(scope="session")
def _running_pair() -> t.Iterator[Emulator]:
    with start_emulator(_FLEET) as emulator:
        yield emulator


@pytest.fixture
def pair(_running_pair: Emulator, tmp_path: pathlib.Path) -> t.Iterator[Emulator]:
    """The same pair for every test, without what the test before has done to it."""
    yield _running_pair
    for address, serial in _SERIALS.items():
        _running_pair.set_faults(address, [])
        if _running_pair.state(address)["phase"] == "gone":
            _running_pair.reboot(address)
        _running_pair.wait_until_up(address)
        _running_pair.patch(address, serial=serial, password="apc", snmp_enabled=True, config_changed=False)


@pytest.fixture
def install(pair: Emulator, tmp_path: pathlib.Path) -> t.Callable[..., State]:
    """Upload a component of the card, wait for the reboot and return the state after it."""

    def run(address: str, component: str = "application", *, password: str = "apc") -> State:
        before = pair.state(address)["counters"]["reboots"]
        upload(pair, address, image_for(tmp_path, address, component), password=password)
        return pair.wait_for_reboot(address, after=before)

    return run
