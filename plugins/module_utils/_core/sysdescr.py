# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The identity that a card puts into sysDescr, and what its SNMP tables add.

Grammar, from sysDescr of cards of all generations::

    <product> (MB:v PF:<AOS> PN:<AOS file> AF1:<application> AN1:<file> MN:<model> HR:<revision> SN: <serial> MD:<mm/dd/yyyy>)

``MB:`` is not the boot monitor: every NMC2 says v4.1.0 and every NMC3 v4.2.9 there.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import clean

_FIELDS = re.compile(r"\b(MB|PF|PN|AF1|AN1|MN|HR|SN|MD):\s*(.*?)\s*(?=\b(?:MB|PF|PN|AF1|AN1|MN|HR|SN|MD):|$)", re.DOTALL)
_CARD = re.compile(r"(?P<product>[^()]{1,80}?)\s*\((?P<fields>MB:[^()]{1,600})\)", re.DOTALL)
# AP9605 and its like, before the grammar above.
_EMBEDDED = re.compile(
    r"(?P<product>APC Embedded PowerNet SNMP Agent) \(FW v?\S+ SW v?[^,]{1,12}, HW (?P<revision>[^,]{1,8}), "
    r"MOD: (?P<model>[^,]{1,20}), Mfg: (?P<date>[^,]{1,12}), SN: (?P<serial>[^)]{1,32})\)"
)
_BARE_AGENT = "APC SNMP Agent"
# The standard allows 255 octets. What is longer is cut, so that no hostile text costs time.
_LONGEST = 1000


@dataclass(frozen=True)
class SysDescr:
    """The fields of a sysDescr as printed; None is a field that is not there."""

    product: str
    aos_version: str | None = None
    aos_file: str | None = None
    application_version: str | None = None
    application_file: str | None = None
    model: str | None = None
    hardware_revision: str | None = None
    serial: str | None = None
    manufacture_date: str | None = None


def parse_sysdescr(text: str) -> SysDescr | None:
    """Read a sysDescr; None when it is not that of a network management card."""
    text = text.strip()[:_LONGEST]
    if text == _BARE_AGENT:
        return SysDescr(_BARE_AGENT)
    card = _CARD.match(text)
    if card is not None:
        return _from_fields(card["product"], dict(_FIELDS.findall(card["fields"])))
    embedded = _EMBEDDED.match(text)
    if embedded is not None:
        return SysDescr(
            embedded["product"],
            model=clean(embedded["model"]),
            hardware_revision=clean(embedded["revision"]),
            serial=clean(embedded["serial"]),
            manufacture_date=clean(embedded["date"]),
        )
    return None


def is_bare_agent(found: SysDescr) -> bool:
    """Whether only the agent answers, as it does while no application is loaded."""
    return found.product == _BARE_AGENT


def _from_fields(product: str, fields: t.Mapping[str, str]) -> SysDescr:
    return SysDescr(
        product,
        aos_version=clean(fields.get("PF")),
        aos_file=clean(fields.get("PN")),
        application_version=clean(fields.get("AF1")),
        application_file=clean(fields.get("AN1")),
        model=clean(fields.get("MN")),
        hardware_revision=clean(fields.get("HR")),
        serial=clean(fields.get("SN")),
        manufacture_date=clean(fields.get("MD")),
    )
