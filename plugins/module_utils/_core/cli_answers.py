# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cards answer on their command line, read into values. Layouts: captures of NMC2 5.1 to 7.2 and NMC3 1.4 to 2.5.

Every function takes the text without carriage returns, echo, result code and prompt.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import (
    DeviceReading,
    Module,
    Observation,
    clean,
    clean_date,
    clean_mac,
    clean_serial,
)

_FIELD = re.compile(r"([A-Za-z][\w /().-]{0,40}?)\s*:[ \t]*(.*)")
_UNDERLINE = re.compile(r"^\s*-{3,}\s*$")
_UPTIME = re.compile(r"(\d{1,6}) Days? (\d{1,3}) Hours? (\d{1,3}) Minutes?")

Fields = t.Mapping[str, str]


def fields(text: str) -> dict[str, str]:
    """The ``Key: value`` lines of a text; the first of equal keys counts."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _FIELD.match(line.strip())
        if match is not None:
            found.setdefault(match[1], match[2])
    return found


def uptime_seconds(text: str | None) -> float | None:
    """``42 Days 1 Hour 7 Minutes`` in seconds; None when it is no such text."""
    match = _UPTIME.search(text or "")
    if match is None:
        return None
    days, hours, minutes = (int(number) for number in match.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60)


# --- about ---------------------------------------------------------------------------------------------------------

_HARDWARE = "Hardware Factory"
_CARD = "Network Management Card"
_APPLICATION = "Application Module"
_AOS = "APC OS(AOS)"
_BOOT = "APC Boot Monitor"
_NO_APPLICATION = re.compile(r"Invalid Module Header", re.IGNORECASE)
_BOOT_NAMES = ("bootmon", "boot")


@dataclass(frozen=True)
class About:
    """The sections of ``about``: a rack PDU prints the PDU first and its card in a section of its own."""

    hardware: Fields
    card: Fields
    embedded: bool
    application: Module
    application_missing: bool
    aos: Module
    boot_monitor: Module


def parse_about(text: str) -> About | None:
    """Read ``about``; None when it has no AOS section, as every card prints one."""
    sections = _sections(text)
    if _AOS not in sections or _HARDWARE not in sections:
        return None
    application = _module(sections.get(_APPLICATION, ""))
    missing = bool(_NO_APPLICATION.search(sections.get(_APPLICATION, ""))) or application.name in (None, *_BOOT_NAMES)
    return About(
        hardware=fields(sections[_HARDWARE]),
        card=fields(sections.get(_CARD, sections[_HARDWARE])),
        embedded=_CARD in sections,
        application=Module() if missing else application,
        application_missing=missing,
        aos=_module(sections[_AOS]),
        boot_monitor=_module(sections.get(_BOOT, "")),
    )


def _sections(text: str) -> dict[str, str]:
    """Titles are the lines above an underline."""
    lines = text.splitlines()
    titles = [index - 1 for index, line in enumerate(lines) if index and _UNDERLINE.match(line)]
    ends = [*titles[1:], len(lines)]
    return {lines[start].strip(): "\n".join(lines[start + 2 : end]) for start, end in zip(titles, ends)}


def _module(section: str) -> Module:
    found = fields(section)
    return Module(name=clean(found.get("Name")), version=clean(found.get("Version")))


# --- banner --------------------------------------------------------------------------------------------------------

_COLUMNS = re.compile(r"([A-Z][\w/ -]{1,18}?)\s*: (Enabled|Disabled|Read/Write|Read Only|Read|Write|Ping)\b")
_STATE = re.compile(r"\bStat : (.+)")
_USER = re.compile(r"\bUser : ([A-Za-z][A-Za-z -]{2,30}?)\s*$", re.MULTILINE)
_APPLICATION_STATE = re.compile(r"\bA([-+?!])")
_SERVICES: t.Mapping[str, str] = {
    "IPv4": "ipv4",
    "IPv6": "ipv6",
    "Ping Response": "ping_response",
    "HTTP": "http",
    "HTTPS": "https",
    "FTP": "ftp",
    "Telnet": "telnet",
    "SSH/SCP": "ssh",
    "SNMPv1": "snmpv1",
    "SNMPv3": "snmpv3",
    "Modbus TCP": "modbus_tcp",
    "BACnet/IP": "bacnet_ip",
}
SERVICE_NAMES: tuple[str, ...] = tuple(_SERVICES.values())


@dataclass(frozen=True)
class Banner:
    """What the login banner says: the application's state letter, the type of the user, and which services are on."""

    application_state: str | None
    user_type: str | None
    services: t.Mapping[str, bool]


def parse_banner(text: str) -> Banner:
    """Read the text between login and first prompt. ``application_state`` is one of ``+ - ? !`` or None."""
    states, users = _STATE.findall(text), _USER.findall(text)
    return Banner(
        application_state=_application_state(states[-1]) if states else None,
        user_type=clean(users[-1]) if users else None,
        services={_SERVICES[name]: value != "Disabled" for name, value in _COLUMNS.findall(text) if name in _SERVICES},
    )


def _application_state(state: str) -> str | None:
    letter = _APPLICATION_STATE.search(state)
    return letter[1] if letter else None


# --- dir -----------------------------------------------------------------------------------------------------------

_FIRMWARE_FILE = re.compile(r"\bapc_hw\d\d_([a-z0-9]{1,32})_[0-9][0-9a-z.-]{0,40}\.(?:bin|nmc3?)\b", re.IGNORECASE)


def parse_dir(text: str) -> dict[str, str]:
    """The firmware files in the root directory: the word of the module (``aos``, ``sumx``) and the file name."""
    return {match[1].lower(): match[0] for match in _FIRMWARE_FILE.finditer(text)}


# --- device --------------------------------------------------------------------------------------------------------

_SELF_TESTS: t.Mapping[str, str] = {
    "passed": "passed",
    "failed": "failed",
    "in progress": "in_progress",
    "testing": "in_progress",
}


def parse_ups(about: str, status: str) -> DeviceReading:
    """Read ``upsabout`` and ``detstatus -all`` of a UPS; an empty text gives nothing."""
    identity, state = fields(about), fields(status)
    return DeviceReading(
        model=clean(identity.get("Model")),
        sku=clean(identity.get("SKU")),
        serial=clean_serial(identity.get("Serial Number")),
        firmware=clean(identity.get("Firmware Revision")),
        on_battery=_on_battery(state.get("Status of UPS")),
        self_test=_self_test(state.get("Self-Test Result"), state.get("Status of UPS")),
    )


def _on_battery(status: str | None) -> bool | None:
    if not status:
        return None
    return "on battery" in status.lower()


def _self_test(result: str | None, status: str | None) -> str | None:
    if status and "self-test" in status.lower():
        return "in_progress"
    return next((value for word, value in _SELF_TESTS.items() if word in (result or "").lower()), None)


# --- all together --------------------------------------------------------------------------------------------------


def observe(found: About, *, banner: str, system: str, directory: str, ups_about: str, ups_status: str) -> Observation:
    """Bring the answers of one session into one shape; those that the card did not give are empty."""
    shown, node, files = parse_banner(banner), fields(system), parse_dir(directory)
    ups = parse_ups(ups_about, ups_status)
    device = DeviceReading(model=clean(found.hardware.get("Model Number")), serial=clean_serial(found.hardware.get("Serial Number")))
    application = found.application
    return Observation(
        source="ssh",
        aos=Module("aos", found.aos.version, files.get("aos")),
        application=Module(application.name, application.version, files.get((application.name or "").lower())),
        boot_monitor=found.boot_monitor,
        application_missing=found.application_missing,
        card_model=clean(found.card.get("Model Number")) if found.embedded else None,
        printed_model=None if found.embedded else clean(found.card.get("Model Number")),
        serial=clean_serial(found.card.get("Serial Number")),
        hardware_revision=clean(found.card.get("Hardware Revision") or found.hardware.get("Hardware Revision")),
        manufacture_date=clean_date(found.card.get("Manufacture Date") or found.hardware.get("Manufacture Date")),
        mac=clean_mac(found.hardware.get("MAC Address") or found.card.get("MAC Address")),
        name=clean(node.get("Name")),
        location=clean(node.get("Location")),
        contact=clean(node.get("Contact")),
        uptime_seconds=uptime_seconds(found.hardware.get("Management Uptime") or node.get("Up Time")),
        application_state=shown.application_state,
        user_type=shown.user_type,
        device=device if found.embedded else ups,
        services=shown.services,
    )
