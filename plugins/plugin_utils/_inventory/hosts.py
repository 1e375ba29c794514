# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts for an inventory out of what was found: names, duplicates, and what became of cards that answered before."""

from __future__ import annotations

import ipaddress
import typing as t
from collections import Counter
from dataclasses import dataclass, replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.host_names import Naming, choose_names
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.discovery import Found

Variables = dict[str, t.Any]


@dataclass(frozen=True)
class Host:
    """A card under its name. ``also_at`` are other addresses at which the same card answers."""

    name: str
    found: Found
    also_at: tuple[str, ...] = ()

    def variables(self) -> Variables:
        """What an inventory says of the card; nothing of it is a secret, and nothing of it is to be templated."""
        found = self.found
        return {
            "ansible_host": found.address,
            "nmc_client": found.client,
            **({"nmc_site": found.site} if found.site is not None else {}),
            "nmc_discovered": found.facts,
            "nmc_greetings": found.greetings,
            "nmc_credentials": found.credentials,
            "nmc_missing": found.is_missing,
            "nmc_missing_reason": found.reason,
            "nmc_also_at": list(self.also_at),
        }


def remembered(found: t.Sequence[Found], before: t.Sequence[Found], places: t.Container[tuple[str, str, int]]) -> list[Found]:
    """With what was known before of cards that are silent now; they stay in the inventory, and are missing.

    What is no longer at one of the ``places`` is forgotten.
    """
    old = {one.key: one for one in before if one.facts is not None and one.key in places}
    kept = [_with_past(one, old.get(one.key)) for one in found]
    seen = {one.key for one in found}
    silent = [replace(one, reason=one.reason or Reason.SNMP_SILENT.value, greetings={}) for key, one in old.items() if key not in seen]
    return [*(one for one in kept if one.is_here or one.listed), *silent]


def _with_past(one: Found, past: Found | None) -> Found:
    if one.facts is not None or past is None or one.is_replaced:
        return one
    return replace(one, facts=past.facts, credentials=past.credentials)


def hosts_from(
    found: t.Iterable[Found],
    *,
    words: t.Callable[[Found], t.Iterable[str | None]],
    taken: t.Iterable[str],
    warn: t.Callable[[str], None],
) -> list[Host]:
    """Every card once, under its name. ``words`` are what a card may be called by; ``taken`` are names that others brought."""
    merged = _merged(_without_moved(sorted(found, key=_order)), warn)
    names = choose_names([Naming(one.address, one.name, tuple(words(one))) for one, _others in merged], taken)
    return [Host(name, one, others) for name, (one, others) in zip(_distinct(names, merged), merged, strict=True)]


def _without_moved(found: t.Sequence[Found]) -> list[Found]:
    """Without what an earlier run found at an address from which the card has moved to another."""
    answering = {_identity(one) for one in found if one.facts is not None and not one.is_missing}
    return [one for one in found if one.listed or not one.is_missing or _identity(one) not in answering]


def _identity(found: Found) -> tuple[str, t.Any, t.Any]:
    facts = found.facts or {}
    return (found.client, facts["serial"], facts["mac"]) if facts.get("serial") or facts.get("mac") else found.key


def _merged(found: t.Iterable[Found], warn: t.Callable[[str], None]) -> list[tuple[Found, tuple[str, ...]]]:
    """A card that answers at several addresses is one host, at the one that is listed or else the lowest."""
    hosts: list[Found] = []
    addresses: list[list[str]] = []
    places: dict[tuple[str, str], list[int]] = {}
    for one in found:
        serial = (one.facts or {}).get("serial")
        rivals = places.setdefault((one.client, serial), []) if serial else []
        place = next((number for number in rivals if not _differ(hosts[number], one)), None)
        if place is None:
            rivals.append(len(hosts))
            hosts.append(one)
            addresses.append([])
        else:
            addresses[place].append(one.address)
    for one, others in zip(hosts, addresses, strict=True):
        if others:
            warn(f"the card {(one.facts or {}).get('serial')} of {one.client} answers at {one.address} and at {', '.join(others)}")
    return [(one, tuple(others)) for one, others in zip(hosts, addresses, strict=True)]


def _differ(one: Found, other: Found) -> bool:
    """Whether two cards only claim the same serial. Hosts that an operator names apart stay apart, and so do those that are missing."""
    mac, other_mac = ((found.facts or {}).get("mac") for found in (one, other))
    is_unsure = one.is_missing or other.is_missing or (one.name is not None and other.name is not None)
    return is_unsure or (mac is not None and other_mac is not None and mac != other_mac)


def _distinct(names: t.Sequence[str], merged: t.Sequence[tuple[Found, tuple[str, ...]]]) -> list[str]:
    """Cards behind one address are told apart by their ports."""
    often = Counter(names)
    return [
        f"{name}_{one.port}" if often[name] > 1 and one.name is None else name for name, (one, _others) in zip(names, merged, strict=True)
    ]


def _order(found: Found) -> tuple[t.Any, ...]:
    try:
        address = ipaddress.ip_address(found.address)
    except ValueError:
        return (found.is_missing, not found.listed, 0, 0, found.address, found.port)
    return (found.is_missing, not found.listed, address.version, int(address), "", found.port)
