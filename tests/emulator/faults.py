# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults: small values that make one card misbehave, set at start or while it runs.

A fault's name is looked up where the card would do the right thing; a new fault is a row here and one such look-up.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

# name -> its parameters with their defaults; None must be given. The short form `name: value` sets the first parameter.
FAULTS: dict[str, dict[str, float | None]] = {
    # before and during a login
    "refuse": {},
    "wrong_password": {},
    "ssh_banner_message": {},
    "no_exec": {},
    "second_factor": {},
    "force_password_change": {},
    "session_limit": {},
    "garble_cli": {"seed": 0, "per_mille": 20},
    # while a file arrives
    "drop_after_bytes": {"bytes": None},
    "stall": {"bytes": None, "seconds": 120},
    "reject_image": {},
    "half_written_slot": {"bytes": 16384},
    # what the reboot after it brings
    "keep_old_version": {},
    "load_wrong_application": {},
    "load_another_application": {},
    "boot_monitor_in_application_slot": {},
    "never_come_back": {},
    "slow_boot": {"seconds": None},
    # what an upgrade does beside
    "snmp_off_after_upgrade": {},
    "new_certificate_after_upgrade": {},
    "new_serial_after_upgrade": {},
    "new_host_key_after_upgrade": {},
    "password_reset_after_upgrade": {},
    "config_changes_after_upgrade": {},
    "guest_stays_behind": {},
    # SNMP
    "snmp_silent": {},
    "wrong_community": {},
    # FTP
    "ftp_421": {},
    "ftp_reset_at_55k": {"bytes": 55_000},
}
_FRACTIONS = ("seconds",)  # every other parameter is a whole number


class FaultError(ValueError):
    """A fault that nobody knows, or with a parameter that it does not have."""


@dataclass
class Fault:
    """One fault; ``times`` counts the uses that are left (None: until cleared)."""

    name: str
    parameters: dict[str, float] = field(default_factory=dict)
    times: int | None = None

    def __getitem__(self, parameter: str) -> float:
        return self.parameters[parameter]

    def describe(self) -> dict[str, t.Any]:
        left = {} if self.times is None else {"times": self.times}
        return {"name": self.name, **self.parameters, **left}


def parse_fault(given: object) -> Fault:
    """Read ``refuse``, ``{stall: 4096}``, ``{stall: {bytes: 4096, seconds: 5}}`` or ``{name: stall, bytes: 4096, times: 1}``."""
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
    times = fields.pop("times", None)
    parameters = {key: _number(name, key, fields.pop(key, default)) for key, default in FAULTS[name].items()}
    if fields:
        raise FaultError(f"fault {name} has no parameter {', '.join(map(str, fields))}")
    return Fault(name, parameters, None if times is None else int(_number(name, "times", times)))


def parse_faults(given: object) -> list[Fault]:
    if not isinstance(given, list):
        raise FaultError(f"faults are a list, not {given!r}")
    return [parse_fault(each) for each in given]


def _long_form(fields: dict[t.Any, t.Any]) -> dict[t.Any, t.Any]:
    names = [key for key in fields if key != "times"]
    if len(names) != 1:
        raise FaultError(f"a fault needs a name: {fields!r}")
    name = names[0]
    value = fields.pop(name)
    if isinstance(value, dict):
        return {"name": name, **fields, **value}
    first = next(iter(FAULTS.get(name, {})), None)
    return {"name": name, **fields, **({first: value} if first else {})}


def _number(name: str, parameter: str, value: object) -> float:
    is_number = isinstance(value, (int, float) if parameter in _FRACTIONS else int) and not isinstance(value, bool)
    if not is_number or t.cast("float", value) < 0:
        kind = "a number" if parameter in _FRACTIONS else "a whole number"
        raise FaultError(f"fault {name}: {parameter} must be {kind}, not {value!r}")
    return t.cast("float", value)
