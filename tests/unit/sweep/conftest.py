# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet to sweep, and what is left of a sweep when it is over."""

from __future__ import annotations

import contextlib
import gc
import pathlib
import threading
import time
import typing as t

import pytest

from emulator.testing import Emulator, start_emulator

V3_USER = {
    "user": "reader",
    "auth_protocol": "sha",
    "auth_password": "authentication-1",
    "privacy_protocol": "aes",
    "privacy_password": "privacy-words-2",
}

# 127.61.0.1 to .40 take the community `public`, 127.61.1.1 to .4 only the user of v3, 127.61.2.1 and .2 only SSH.
_FLEET = {
    "cards": [
        {"address": "127.61.0.1", "count": 20, "profile": "smart_ups_nmc3"},
        {"address": "127.61.0.21", "count": 20, "profile": "rack_pdu_nmc2"},
        {"address": "127.61.1.1", "count": 4, "profile": "smart_ups_nmc3", "snmp": {"v1v2c_enabled": False, "v3": V3_USER}},
        {"address": "127.61.2.1", "count": 2, "profile": "smart_ups_nmc3", "faults": ["snmp_silent"]},
    ]
}
_PATIENCE = 10.0


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Emulator]:
    with start_emulator(_FLEET) as running:
        yield running


@pytest.fixture
def nothing_left() -> t.Iterator[None]:
    """Neither a thread nor a file descriptor may outlive the sweeps of a test."""
    gc.collect()
    before = _held()
    yield
    gc.collect()
    deadline = time.monotonic() + _PATIENCE
    while (left := _held() - before) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left


def _held() -> set[str]:
    """Threads by name, and what is open, by what the system calls it."""
    opened = set()
    for descriptor in pathlib.Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            opened.add(str(descriptor.readlink()))
    # The directory itself was open while it was read.
    return {*(thread.name for thread in threading.enumerate()), *(name for name in opened if not name.startswith("/proc/"))}
