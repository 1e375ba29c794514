# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands that answer from a card's state. Layouts are captured ones where they exist."""

from __future__ import annotations

import time
import typing as t

from emulator import texts
from emulator.answers import PARAMETER_ERROR, REBOOT_REQUIRED, Answer, lines

if t.TYPE_CHECKING:
    from emulator.card import Card


def about(card: Card, _arguments: list[str]) -> Answer:
    slots = card.slots
    rows = [*_heading("Hardware Factory"), *_factory(card)]
    if card.profile.embedded:
        rows += ["", *_heading("Network Management Card")]
        rows += [
            texts.field(card, "Model Number", card.settings.model),
            texts.field(card, "Serial Number", card.serial),
        ]
    rows += ["", *_heading("Application Module")]
    rows += _module(card, "application") if slots.application else ["Invalid Module Header!"]
    rows += ["", *_heading("APC OS(AOS)"), *_module(card, "aos")]
    rows += ["", *_heading("APC Boot Monitor"), *_module(card, "boot_monitor")]
    return lines(rows)


def _heading(title: str) -> list[str]:
    return [title, "---------------"]


def _factory(card: Card) -> list[str]:
    embedded, settings, profile = card.profile.embedded, card.settings, card.profile
    rows = {
        "Model Number": card.device.model if embedded else settings.model,
        "Serial Number": settings.device_serial if embedded else card.serial,
        "Hardware Revision": profile.hardware_revision,
        "Manufacture Date": profile.manufacture_date,
        "MAC Address": texts.mac(card),
        "Management Uptime": texts.span(card.uptime),
    }
    return [texts.field(card, label, value) for label, value in rows.items()]


def _module(card: Card, component: str) -> list[str]:
    module = getattr(card.slots, component)
    date, clock = module.built
    rows = {"Name": module.name, "Version": f"v{module.version}", "Date": date, "Time": clock}
    return [texts.field(card, label, value) for label, value in rows.items()]


def system(card: Card, _arguments: list[str]) -> Answer:
    slots = card.slots
    application = slots.application
    rows = {
        "Host Name Sync": "Enabled",
        "Name": card.name,
        "Contact": card.contact,
        "Location": card.location,
        "Message": "",
        "DateTime": time.strftime("%m/%d/%Y:%H:%M:%S"),
        "User": card.username,
        "Up Time": texts.span(card.uptime),
        "Stat": texts.stat(card) if card.generation == 3 else f"P+ N+ {slots.stat}",
        "Bootmon": f"{slots.boot_monitor.name}:v{slots.boot_monitor.version}",
        "AOS": f"aos:v{slots.aos.version}",
        "App": f"{application.name}:v{application.version}" if application else "",
    }
    return lines([texts.field(card, label, value, column=16) for label, value in rows.items()])


def upsabout(card: Card, _arguments: list[str]) -> Answer:
    device = card.device
    rows = {"Model": device.model, "SKU": device.sku, "Serial Number": card.settings.device_serial}
    rows |= {"Firmware Revision": device.firmware, "Manufacture Date": "01/24/2021"}
    if device.sku:
        rows |= {"Apparent Power Rating": "750 VA", "Real Power Rating": "500 W", "Battery SKU": "APCRBC48"}
    return lines([f"{label}: {value}" for label, value in rows.items() if value is not None] + [""])


def alarmcount(_card: Card, arguments: list[str]) -> Answer:
    kinds = {"all": "", "warning": "Warning", "critical": "Critical", "informational": "Informational"}
    kind = arguments[1] if arguments[:1] == ["-p"] and len(arguments) == 2 else "all"
    if kind not in kinds:
        return Answer(code=PARAMETER_ERROR)
    return lines([f"{kinds[kind]}AlarmCount: 0"])


def date(_card: Card, _arguments: list[str]) -> Answer:
    clock = time.gmtime()
    rows = [f"Date: {time.strftime('%Y-%m-%d', clock)}", f"Time: {time.strftime('%H:%M:%S', clock)}"]
    return lines([*rows, "Format: yyyy-mm-dd", "Time Zone: 00:00"])


def whoami(card: Card, _arguments: list[str]) -> Answer:
    return lines([card.username])


def lastrst(card: Card, _arguments: list[str]) -> Answer:
    return Answer(f"{card.last_reset}\n", code_last=True)


def session(card: Card, _arguments: list[str]) -> Answer:
    rows = [f"{'User':<18}{'Interface':<18}{'Address':<18}{'Logged In Time':<18}ID", "-" * 79]
    for each in card.sessions.values():
        since = time.strftime("%H:%M:%S", time.gmtime(time.monotonic() - each.since))
        rows.append(f"{each.user:<18}{each.interface:<18}{each.address:<18}{since:<18}{each.number}")
    return Answer("\n".join(rows) + "\n", code_last=True)


def boot(card: Card, _arguments: list[str]) -> Answer:
    rows = {
        "Boot Mode": "manual" if card.generation == 3 else "dhcp",
        "DHCP Cookie": "disable",
        "Vendor Class": "APC",
        "Client ID": texts.mac(card),
        "User Class": card.application.upper(),
    }
    return lines(["", *(texts.field(card, label, value, column=16) for label, value in rows.items())])


def tcpip(card: Card, _arguments: list[str]) -> Answer:
    rows = {"IPv4 Address": card.address, "Subnet Mask": "255.0.0.0", "Gateway": "127.0.0.1"}
    rows |= {"MAC Address": texts.mac(card), "Domain Name": "example.com", "Host Name": card.name}
    return lines(
        [
            "",
            "Active IPv4 Settings",
            "--------------------",
            f"  Active IPv4 Address:          {card.address}",
            "  Active IPv4 Subnet Mask:      255.0.0.0",
            "  Active IPv4 Gateway:          127.0.0.1",
            "",
            "Manually Configured IPv4 Settings",
            "---------------------------------",
            "",
            "  IPv4:                 enabled",
            "  Manual Settings:      enabled",
            "",
            *(f"  {label + ':':<22}{value}" for label, value in rows.items()),
        ]
    )


def console(card: Card, _arguments: list[str]) -> Answer:
    rows = {"Service": "ssh"} if texts.is_5(card) else {"Telnet": "disabled", "SSH": "enabled"}
    rows |= {"Telnet Port": "23", "SSH Port": "22", "Baud Rate": "9600"}
    return lines([f"{label + ':':<13}{value}" for label, value in rows.items()])


def ftp(card: Card, arguments: list[str]) -> Answer:
    if arguments:
        return Answer(code=REBOOT_REQUIRED)
    return lines([f"Service:        {'Enabled' if card.ftp_enabled else 'Disabled'}", "Ftp Port:       21"])


def snmp(card: Card, _arguments: list[str]) -> Answer:
    settings = card.settings.snmp
    return lines(
        [
            f"  SNMPv1:     {'enabled' if card.snmp_enabled and settings.v1v2c_enabled else 'disabled'}",
            "",
            "Access Control Summary:",
            "  Access Control #:\t1",
            f"  Community:\t\t{settings.community}",
            "  Access Type:\t\tread",
            "  Address:\t\t0.0.0.0",
        ]
    )


def snmpv3(card: Card, _arguments: list[str]) -> Answer:
    user = card.settings.snmp.v3
    return lines(
        [
            "SNMPv3 Configuration",
            f"  SNMPV3: \t{'enabled' if card.snmp_enabled and user else 'disabled'}",
            "",
            "SNMPv3 User Profiles",
            "",
            "  Index: \t\t1",
            f"  User Name: \t\t{user.user if user else 'apc snmp profile1'}",
            f"  Authentication: \t{_protocol(user.auth_protocol if user else None)}",
            f"  Encryption: \t\t{_protocol(user.privacy_protocol if user else None)}",
        ]
    )


def user(card: Card, arguments: list[str]) -> Answer:
    if arguments[:1] == ["-n"]:
        return _user_details(card, arguments[1:])
    rows = [
        ("Name", "User Type", "Status"),
        ("----", "---------", "------"),
        (card.username, card.settings.user_type, "Enabled"),
        ("device", "Device", "Disabled"),
        ("readonly", "Read-Only", "Disabled"),
    ]
    return lines([f"{name:<24}{kind:<31}{status}" for name, kind, status in rows])


def _user_details(card: Card, arguments: list[str]) -> Answer:
    if arguments[:1] != [card.username]:
        return Answer(code="E203: User does not exist")
    return lines(
        [
            "Access: Enabled ",
            f"User Name: {card.username}",
            "Password: <hidden>",
            f"User Permission: {card.settings.user_type}",
            "User Description: User Description",
            f"Session Timeout: {card.idle_seconds / 60:.0f} minutes",
            "Serial Remote Authentication Override: Disabled",
            "Event Log Color Coding: Enabled",
            "Export Log Format: Tab",
            "Temperature Scale: Metric",
            "Date Format: mm/dd/yyyy",
            "Language: English (enUs)",
        ]
    )


def directory(card: Card, _arguments: list[str]) -> Answer:
    return Answer(texts.directory(card))


def ledblink(_card: Card, arguments: list[str]) -> Answer:
    if arguments and arguments[0].isdigit():
        return Answer()
    text = "Usage: ledblink -- Configuration Options\n   ledblink <duration time in minutes>\n"
    return Answer(text, code=PARAMETER_ERROR)


def xfer_status(card: Card, _arguments: list[str]) -> Answer:
    """Wording inferred from the manuals."""
    results = {1: "Successful", 2: "Not available", 7: "File type unknown", 8: "File corrupt"}
    return lines([f"Result of last file transfer: {results[card.last_transfer]}"])


def _protocol(name: str | None) -> str:
    return name.upper() if name else "None"
