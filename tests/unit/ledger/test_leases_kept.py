# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leases and holds as the ledger keeps them."""

from __future__ import annotations

import time
import typing as t

import pytest
from unit.ledger.kept import CARD, ledger_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core.leases import (
    Lease,
    Occupied,
    Resource,
    card_resources,
    client_resource,
    site_resource,
)

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.leases import Leases

RESOURCE = card_resources([CARD])[0]


def acquired(leases: Leases, resource: Resource = RESOURCE, *, holder: str = "awx-1", seconds: float = 60) -> Lease:
    lease = leases.acquire(resource, holder=holder, seconds=seconds)
    assert isinstance(lease, Lease)
    return lease


def test_a_card_is_leased_to_one_at_a_time_and_who_has_it_is_told(url: str) -> None:
    leases = ledger_of(url).leases
    lease = acquired(leases)
    assert leases.acquire(RESOURCE, holder="awx-2", seconds=60) == Occupied(RESOURCE, (lease,))
    leases.release(lease)
    assert acquired(leases, holder="awx-2").holder == "awx-2"


@pytest.mark.parametrize("slots", [1, 2, 5])
def test_a_site_has_as_many_leases_as_slots(url: str, slots: int) -> None:
    leases, site = ledger_of(url).leases, site_resource("paris", slots)
    held = [acquired(leases, site, holder=str(number), seconds=60 + number) for number in range(slots)]
    assert leases.acquire(site, holder="late", seconds=60) == Occupied(site, tuple(held))
    acquired(leases, site_resource("london", slots))
    acquired(leases, client_resource(slots))
    leases.release(held[0])
    acquired(leases, site)


def test_a_lease_that_is_not_renewed_ends_by_itself(url: str) -> None:
    leases = ledger_of(url).leases
    lost = acquired(leases, seconds=0.2)
    deadline = time.monotonic() + 10
    while isinstance(found := leases.acquire(RESOURCE, holder="awx-2", seconds=60), Occupied):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert leases.renew(lost, seconds=60) is None
    leases.release(lost)
    assert leases.acquire(RESOURCE, holder="awx-3", seconds=60) == Occupied(RESOURCE, (found,))


def test_a_lease_that_ended_is_not_renewed_even_if_nobody_took_it(url: str) -> None:
    leases = ledger_of(url).leases
    assert leases.renew(acquired(leases, seconds=-1), seconds=60) is None


def test_a_lease_is_renewed_by_its_holder(url: str) -> None:
    leases = ledger_of(url).leases
    lease = acquired(leases, seconds=60)
    renewed = leases.renew(lease, seconds=600)
    assert renewed is not None
    assert 530 < (renewed.expires_at - lease.expires_at).total_seconds() < 600
    assert leases.acquire(RESOURCE, holder="awx-2", seconds=60) == Occupied(RESOURCE, (renewed,))


def test_a_lease_of_one_run_is_never_that_of_a_later_one(url: str) -> None:
    leases = ledger_of(url).leases
    first = acquired(leases)
    leases.release(first)
    second = acquired(leases)
    assert leases.renew(first, seconds=60) is None
    leases.release(first)
    assert leases.acquire(RESOURCE, holder="awx-3", seconds=60) == Occupied(RESOURCE, (second,))


# holds


def test_a_hold_stops_its_site_and_one_without_a_site_stops_all(url: str) -> None:
    holds = ledger_of(url).holds
    paris = holds.place(site="paris", reason="change freeze", owner="dc-ops")
    assert holds.in_force(site="paris") == [paris]
    assert holds.in_force(site="london") == holds.in_force(site=None) == []
    everywhere = holds.place(site=None, reason="incident", owner="noc", seconds=3600)
    assert holds.in_force(site="paris") == [paris, everywhere]
    assert holds.in_force(site="london") == holds.in_force(site=None) == [everywhere]
    assert everywhere.expires_at is not None
    assert (everywhere.expires_at - everywhere.placed_at).total_seconds() == 3600


def test_a_hold_ends_when_it_is_lifted_or_over(url: str) -> None:
    holds = ledger_of(url).holds
    holds.place(site=None, reason="over", owner="dc-ops", seconds=-1)
    hold = holds.place(site=None, reason="lifted", owner="dc-ops")
    assert holds.in_force(site="paris") == [hold]
    holds.lift(hold)
    assert holds.in_force(site="paris") == []
