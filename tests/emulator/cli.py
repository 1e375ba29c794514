# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line's commands as a table: name -> what one card answers. Layouts are captured ones where they exist."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from emulator import texts
from emulator.card import Card

SUCCESS = "E000: Success"
FAILED = "E100: Command Failed"
NOT_FOUND = "E101: Command Not Found"
PARAMETER_ERROR = "E102: Parameter Error"


@dataclass(frozen=True)
class Answer:
    """What a command prints; `code` None prints no result line, `code_last` prints it after the text."""

    text: str = ""
    code: str | None = SUCCESS
    code_last: bool = False

    def render(self) -> str:
        code = f"{self.code}\n" if self.code else ""
        return self.text + code if self.code_last else code + self.text


Command = t.Callable[[Card, list[str]], Answer]


def run(card: Card, name: str, arguments: list[str]) -> Answer:
    """The answer to a command that needs no dialogue."""
    if not exists(card, name):
        return Answer(code=NOT_FOUND)
    if arguments in (["?"], ["help"]):
        return usage(name)
    command = COMMANDS.get(name.lower())
    return command(card, arguments) if command else Answer(code=FAILED)


def usage(name: str) -> Answer:
    lines = USAGES.get(name.lower(), [name])
    return Answer(f"Usage: {name} --  Configuration Options\n" + "".join(f"    {line}\n" for line in lines), code=None)


def about(card: Card, _arguments: list[str]) -> Answer:
    slots = card.slots
    lines = [*_heading("Hardware Factory"), *_factory(card)]
    if card.profile.embedded:
        lines += ["", *_heading("Network Management Card")]
        lines += [
            texts.field(card, "Model Number", card.settings.model),
            texts.field(card, "Serial Number", card.serial),
        ]
    lines += ["", *_heading("Application Module")]
    lines += _module(card, "application") if slots.application else ["Invalid Module Header!"]
    lines += ["", *_heading("APC OS(AOS)"), *_module(card, "aos")]
    lines += ["", *_heading("APC Boot Monitor"), *_module(card, "boot_monitor")]
    return _lines(lines)


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
    return _lines([texts.field(card, label, value, column=16) for label, value in rows.items()])


def upsabout(card: Card, _arguments: list[str]) -> Answer:
    device = card.device
    rows = {"Model": device.model, "SKU": device.sku, "Serial Number": card.settings.device_serial}
    rows |= {"Firmware Revision": device.firmware, "Manufacture Date": "01/24/2021"}
    if device.sku:
        rows |= {"Apparent Power Rating": "750 VA", "Real Power Rating": "500 W", "Battery SKU": "APCRBC48"}
    return _lines([f"{label}: {value}" for label, value in rows.items() if value is not None] + [""])


def detstatus(card: Card, arguments: list[str]) -> Answer:
    """Only ``-ss`` was captured; every other option prints the same lines."""
    lines = [
        f"Status of UPS: {'On Battery' if card.on_battery else 'Online'}",
        f"Last Transfer: {'Line voltage notch or spike' if card.on_battery else 'UPS battery test'}",
        f"Input Status: {'Out of range' if card.on_battery else 'Acceptable'}",
        "Next Battery Replacement Date: 07/01/2027",
        "Battery Health: Battery Life OK",
    ]
    if card.self_test:
        lines.insert(1, "Self-Test Result: In Progress")
    return _lines([*lines, texts.line_end_quirk(card)])


def alarmcount(_card: Card, _arguments: list[str]) -> Answer:
    return _lines(["AlarmCount: 0"])


def date(_card: Card, _arguments: list[str]) -> Answer:
    clock = time.gmtime()
    lines = [f"Date: {time.strftime('%Y-%m-%d', clock)}", f"Time: {time.strftime('%H:%M:%S', clock)}"]
    return _lines([*lines, "Format: yyyy-mm-dd", "Time Zone: 00:00"])


def whoami(card: Card, _arguments: list[str]) -> Answer:
    return _lines([card.username])


def lastrst(card: Card, _arguments: list[str]) -> Answer:
    return Answer(f"{card.last_reset}\n", code_last=True)


def session(card: Card, _arguments: list[str]) -> Answer:
    lines = [f"{'User':<18}{'Interface':<18}{'Address':<18}{'Logged In Time':<18}ID", "-" * 79]
    for each in card.sessions.values():
        since = time.strftime("%H:%M:%S", time.gmtime(time.monotonic() - each.since))
        lines.append(f"{each.user:<18}{each.interface:<18}{each.address:<18}{since:<18}{each.number}")
    return Answer("\n".join(lines) + "\n", code_last=True)


def boot(card: Card, _arguments: list[str]) -> Answer:
    rows = {
        "Boot Mode": "manual" if card.generation == 3 else "dhcp",
        "DHCP Cookie": "disable",
        "Vendor Class": "APC",
        "Client ID": texts.mac(card),
        "User Class": card.application.upper(),
    }
    return _lines(["", *(texts.field(card, label, value, column=16) for label, value in rows.items())])


def tcpip(card: Card, _arguments: list[str]) -> Answer:
    rows = {"IPv4 Address": card.address, "Subnet Mask": "255.0.0.0", "Gateway": "127.0.0.1"}
    rows |= {"MAC Address": texts.mac(card), "Domain Name": "example.com", "Host Name": card.name}
    return _lines(
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
    rows = {"Service": "ssh"} if _is_5(card) else {"Telnet": "disabled", "SSH": "enabled"}
    rows |= {"Telnet Port": "23", "SSH Port": "22", "Baud Rate": "9600"}
    return _lines([f"{label + ':':<13}{value}" for label, value in rows.items()])


def ftp(_card: Card, arguments: list[str]) -> Answer:
    if arguments:
        return Answer("Reboot required for change to take effect.\n", code="E002: Success")
    return _lines(["Service:        Disabled", "Ftp Port:       21"])


def snmp(card: Card, _arguments: list[str]) -> Answer:
    settings = card.settings.snmp
    return _lines(
        [
            f"  SNMPv1:     {'enabled' if settings.v1v2c_enabled else 'disabled'}",
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
    return _lines(
        [
            "SNMPv3 Configuration",
            f"  SNMPV3: \t{'enabled' if user else 'disabled'}",
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
    return _lines([f"{name:<24}{kind:<31}{status}" for name, kind, status in rows])


def _user_details(card: Card, arguments: list[str]) -> Answer:
    if arguments[:1] != [card.username]:
        return Answer(code="E203: User does not exist")
    return _lines(
        [
            "Access: Enabled",
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


def userdflt(_card: Card, _arguments: list[str]) -> Answer:
    return _lines(["Bad Login Attempts: 0", "Strong Passwords: Disabled", "Require Password Change: 0 days"])


def directory(card: Card, _arguments: list[str]) -> Answer:
    return Answer(texts.directory(card))


def help_(card: Card, arguments: list[str]) -> Answer:
    if arguments:
        return usage(arguments[0]) if exists(card, arguments[0]) else Answer(code=NOT_FOUND)
    modern = not _is_5(card)
    title, hint = ("System Commands:", "command ? ") if modern else ("Network Management Card Commands:", "command ?")
    head = f"{title}\n{_RULE}\nFor command help: {hint}\n\n"
    text = head + _columns(_system_names(card)) + f"\nDevice Commands:\n{_RULE}\n" + _columns(_device_names(card))
    return Answer(text, code=None)


def ledblink(_card: Card, arguments: list[str]) -> Answer:
    if arguments and arguments[0].isdigit():
        return Answer()
    text = "Usage: ledblink -- Configuration Options\n   ledblink <duration time in minutes>\n"
    return Answer(text, code=PARAMETER_ERROR)


def xfer_status(card: Card, _arguments: list[str]) -> Answer:
    """Wording inferred from the manuals."""
    results = {1: "Successful", 2: "Not available", 7: "File type unknown", 8: "File corrupt"}
    return _lines([f"Result of last file transfer: {results[card.last_transfer]}"])


def _protocol(name: str | None) -> str:
    return name.upper() if name else "None"


def _lines(lines: list[str]) -> Answer:
    return Answer("".join(f"{line}\n" for line in lines))


def _columns(names: list[str]) -> str:
    rows = [names[i : i + 6] for i in range(0, len(names), 6)]
    return "".join("".join(f"{name:<12}" for name in row) + "\n" for row in rows)


def exists(card: Card, name: str) -> bool:
    """Whether this card's firmware has the command; names are not case-sensitive."""
    return name.lower() in (known.lower() for known in _system_names(card) + _device_names(card))


def _is_5(card: Card) -> bool:
    return card.slots.aos.version.startswith(("3.", "5."))


def _system_names(card: Card) -> list[str]:
    names = (_SYSTEM_5 if _is_5(card) else _SYSTEM_6).split()
    return sorted([*names, "ssh", "ssl"], key=str.lower) if card.generation == 3 else names


def _device_names(card: Card) -> list[str]:
    if card.profile.kind != "ups":
        return []
    names = (_UPS_5 if _is_5(card) else _UPS_6).split()
    return [*names, "detbat", "alarmList"] if card.generation == 3 else names


_RULE = "-" * 75
# Captured `help` lists of an NMC2; what NMC3 has more is known from tools that use it.
_SYSTEM_5 = """
    ? about alarmcount boot cd clrrst console date delete dir dns eventlog exit format ftp help netstat ntp
    ping portspeed prompt quit radius reboot resetToDef snmp snmpv3 system tcpip tcpip6 user web xferINI xferStatus
"""
_SYSTEM_6 = """
    ? about alarmcount boot bye cd cipher clrrst console date delete dir dns eapol email eventlog exit firewall
    format ftp help lang lastrst ledblink logzip netstat ntp ping portspeed prompt pwd quit radius reboot resetToDef
    session smtp snmp snmptrap snmpv3 system tcpip tcpip6 user userdflt web whoami xferINI xferStatus
"""
_UPS_5 = "ups detstatus cfgshutdn cfgpower"
_UPS_6 = "ups detstatus cfgshutdn cfgpower upsabout modbus bacnet"

# What is in a help list but not here answers E100. Dialogues (reboot, eventlog, prompt, bye ...) are in shell.py.
COMMANDS: dict[str, Command] = {
    "?": help_,
    "help": help_,
    "about": about,
    "alarmcount": alarmcount,
    "boot": boot,
    "console": console,
    "date": date,
    "detstatus": detstatus,
    "dir": directory,
    "ftp": ftp,
    "lastrst": lastrst,
    "ledblink": ledblink,
    "session": session,
    "snmp": snmp,
    "snmpv3": snmpv3,
    "system": system,
    "tcpip": tcpip,
    "upsabout": upsabout,
    "user": user,
    "userdflt": userdflt,
    "whoami": whoami,
    "xferstatus": xfer_status,
}
USAGES = {
    "delete": ["delete <file name>"],
    "ftp": ["ftp [-p <port-number>] (21 and 5001-32768)", "    [-S <enable | disable>]"],
    "prompt": ["prompt [-s <long | short>]"],
    "reboot": ["reboot [-Y]"],
}
