# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults: small values that make one card misbehave, set at start or while it runs.

A fault's name is looked up where the card would do the right thing; a new fault is a row here and one such look-up.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

# name -> the parameter that the short form `name: value` sets, or None when the fault has no parameter
FAULTS: dict[str, str | None] = {
    "refuse": None,
    "wrong_password": None,
    "drop_after_bytes": "bytes",
    "reject_image": None,
    "keep_old_version": None,
    "never_come_back": None,
    "snmp_silent": None,
}


class FaultError(ValueError):
    """A fault that nobody knows, or with a parameter that it does not have."""


@dataclass
class Fault:
    """One fault; ``times`` counts the uses that are left (None: until cleared)."""

    name: str
    amount: int | None = None
    times: int | None = None

    def describe(self) -> dict[str, t.Any]:
        parameter = FAULTS[self.name]
        described: dict[str, t.Any] = {"name": self.name}
        if parameter:
            described[parameter] = self.amount
        if self.times is not None:
            described["times"] = self.times
        return described


def parse_fault(given: object) -> Fault:
    """Read ``refuse``, ``{drop_after_bytes: 4096}`` or ``{name: drop_after_bytes, bytes: 4096, times: 1}``."""
    if isinstance(given, str):
        given = {"name": given}
    if not isinstance(given, dict):
        raise FaultError(f"a fault is a name or a mapping, not {given!r}")
    fields = dict(given)
    if "name" not in fields:
        fields = _long_form(fields)
    name = fields.pop("name")
    if name not in FAULTS:
        raise FaultError(f"unknown fault {name!r}; known: {', '.join(FAULTS)}")
    parameter = FAULTS[name]
    amount = _whole(name, parameter, fields.pop(parameter, None)) if parameter else None
    times = fields.pop("times", None)
    if fields:
        raise FaultError(f"fault {name} has no parameter {', '.join(map(str, fields))}")
    return Fault(name, amount, None if times is None else _whole(name, "times", times))


def parse_faults(given: object) -> list[Fault]:
    if not isinstance(given, list):
        raise FaultError(f"faults are a list, not {given!r}")
    return [parse_fault(each) for each in given]


def _long_form(fields: dict[t.Any, t.Any]) -> dict[t.Any, t.Any]:
    names = [key for key in fields if key != "times"]
    if len(names) != 1:
        raise FaultError(f"a fault needs a name: {fields!r}")
    name = names[0]
    parameter = FAULTS.get(name)
    value = fields.pop(name)
    return {"name": name, **fields, **({parameter: value} if parameter else {})}


def _whole(name: str, parameter: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FaultError(f"fault {name}: {parameter} must be a whole number, not {value!r}")
    return value
