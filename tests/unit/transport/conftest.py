# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way to emulated cards, and silence on stderr."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint

if t.TYPE_CHECKING:
    from emulator.testing import Emulator

EndpointOf = t.Callable[..., SshEndpoint]


@pytest.fixture(autouse=True)
def nothing_on_stderr(capfd: pytest.CaptureFixture[str]) -> t.Iterator[None]:
    """No test may make a library print anything."""
    yield
    assert capfd.readouterr().err == ""


@pytest.fixture
def endpoint_of(emulator: Emulator) -> EndpointOf:
    """Return a function that describes the way to an emulated card."""

    def make(address: str, **changes: t.Any) -> SshEndpoint:
        endpoint = SshEndpoint(
            card="ups1",
            host=address,
            port=emulator.ssh_port,
            username="apc",
            password="apc",
            timeout=10.0,
            known_hosts=str(emulator.known_hosts),
        )
        return dataclasses.replace(endpoint, **changes)

    return make
