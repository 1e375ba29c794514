# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Layouts that more than one face needs: banner, file list, columns. Lines end with LF here."""

from __future__ import annotations

import re
import time
import typing as t

if t.TYPE_CHECKING:
    from emulator.card import Card
    from emulator.firmware import Module

_RULE = "-" * 79
_LINE_END = re.compile(r"\n(?!\r)")
_INI_SIZE = 45000  # the constant that `dir` shows
FOLDERS = ("db", "ssl", "ssh", "logs", "sec", "dbg", "lang", "upsfw", "rms", "scg", "fwl", "email", "eapol", "tmp")
_FOLDERS_5 = FOLDERS[:10]

# 79 columns, from captures of one NMC2 6.9.6 and one NMC3 2.5.0.8
_SERVICES_NMC2 = """\
IPv4               : Enabled            IPv6               : Enabled
Ping Response      : Enabled
{rule}
HTTP               : Disabled           HTTPS              : {https}
FTP                : {ftp:<18} Telnet             : Disabled
SSH/SCP            : Enabled            SNMPv1             : {v1}
SNMPv3             : {v3}
{rule}
Super User         : Enabled            RADIUS             : Disabled
Administrator      : Disabled           Device User        : Disabled
Read-Only User     : Disabled           Network-Only User  : Disabled
"""
_SERVICES_NMC3 = """\
IPv4               : Enabled            IPv6               : Enabled
Ping Response      : Enabled
{rule}
HTTP               : Disabled           HTTPS              : {https}
FTP                : {ftp:<18} Telnet             : Disabled
SSH/SCP            : Enabled            SNMPv1             : {v1}
SNMPv3             : {v3:<18} Modbus TCP         : Disabled
BACnet/IP          : Disabled
{rule}
Super User         : Enabled            RADIUS             : Disabled
Administrator      : Disabled           Device User        : Disabled
Read-Only User     : Disabled           Network-Only User  : Disabled
"""


def banner(card: Card) -> str:
    """What a login shows before the first prompt."""
    if card.profile.kind == "none":
        return "\nWelcome.\n\n"
    clock = time.localtime()
    quirk = line_end_quirk(card)
    company = "American Power Conversion" if card.generation == 1 else "Schneider Electric"
    application = card.slots.application
    version = application.version if application else ""
    year = _copyright_year(card.slots.aos)
    lines = [
        "",
        "",
        _titled(company, "Network Management Card AOS", card.slots.aos.version),
        _titled(f"(c) Copyright {year} All Rights Reserved", card.profile.application_title, version),
        _RULE,
        _pair(f"Name      : {card.name}", f"Date : {time.strftime('%m/%d/%Y', clock)}"),
        _pair(f"Contact   : {card.contact}", f"Time : {time.strftime('%H:%M:%S', clock)}"),
        quirk + _pair(f"Location  : {card.location}", f"User : {card.settings.user_type}"),
        quirk + _pair(f"Up Time   : {span(card.uptime)}", f"Stat : {stat(card)}"),
        _RULE,
    ]
    services = _SERVICES_NMC3 if card.generation == 3 else _SERVICES_NMC2
    body = services.format(
        rule=_RULE,
        https=_enabled(card.https_enabled),
        ftp=_enabled(card.ftp_enabled),
        v1="Read" if card.snmp_enabled and card.settings.snmp.v1v2c_enabled else "Disabled",
        v3=_enabled(card.snmp_enabled and card.settings.snmp.v3 is not None),
    )
    return "\n".join(lines) + "\n" + body + "\n\n" + _HINT


def _enabled(is_so: bool) -> str:
    return "Enabled" if is_so else "Disabled"


_HINT = "Type ? for command listing\nUse tcpip command for IP address(-i), subnet(-s), and gateway(-g)\n\n"


def prompt(card: Card) -> str:
    return "apc>" if card.profile.kind != "none" else f"{card.name}:~$ "


def is_5(card: Card) -> bool:
    """Firmware with the commands and layouts of AOS 5 and older."""
    return card.slots.aos.version.startswith(("3.", "5."))


def wire(text: str) -> bytes:
    """Text as it is sent: lines end with CR LF, but a LF CR that is already there stays."""
    return _LINE_END.sub("\r\n", text).encode()


def line_end_quirk(card: Card) -> str:
    """What begins a line whose predecessor ended with a bare LF on the captured NMC3."""
    return "\r" if card.generation == 3 else ""


def stat(card: Card) -> str:
    network = "N+" if is_5(card) else "N4+ N6+"
    return f"P+ {network} {card.slots.stat}"


def span(seconds: float) -> str:
    """An uptime; "Hour" in the singular was captured, day and minute follow it."""
    days, rest = divmod(int(seconds) // 60, 24 * 60)
    hours, minutes = divmod(rest, 60)
    return " ".join(_counted(n, unit) for n, unit in ((days, "Day"), (hours, "Hour"), (minutes, "Minute")))


def field(card: Card, label: str, value: str, column: int = 24) -> str:
    """A labelled value: NMC3 fills up with tabs, older cards with blanks."""
    text = f"{label}:"
    if card.generation != 3:
        return f"{text:<{column}}{value}"
    text += " "
    tabs = (column - len(text) + 7) // 8
    return text + "\t" * tabs + value


def mac(card: Card) -> str:
    return card.settings.mac.hex(" ").upper()


def directory(card: Card) -> str:
    """The root directory: AOS and application files, then what every card has."""
    if is_5(card):
        return long_directory(card)
    modules = _root_modules(card)
    lines = [f"{module.size:>12} {_short_date(module.built[0])}  {module.file_name(card.profile.hardware_token)}" for module in modules]
    lines.append(f"{_INI_SIZE:>12} {time.strftime('%b %e %H:%M')}  config.ini")
    lines += [f"{0:>12} Nov  5  2012  {folder}/" for folder in FOLDERS]
    return "\n".join(lines) + "\n"


def root_names(card: Card) -> list[str]:
    files = [module.file_name(card.profile.hardware_token) for module in _root_modules(card)]
    return [*files, "config.ini", *FOLDERS]


def _root_modules(card: Card) -> list[Module]:
    """The boot monitor is in no listing."""
    return [module for module in (card.slots.aos, card.slots.application) if module]


def long_directory(card: Card) -> str:
    """The same with modes and owners, as AOS 5 and every FTP server shows it."""
    lines = [
        f"--wx-wx-wx  1 admin      admin      {module.size:>7} {module.built[0]}   {module.file_name(card.profile.hardware_token)}"
        for module in _root_modules(card)
    ]
    lines.append(f"-rw-rw-rw-  1 admin      admin      {_INI_SIZE:>7} {time.strftime('%b %d %H:%M')}   config.ini")
    folders = _FOLDERS_5 if is_5(card) else FOLDERS
    lines += [f"drwxrwxrwx  1 admin      admin      {0:>7} Nov 22 2011   {folder}/" for folder in folders]
    return "\n".join(lines) + "\n"


def _short_date(built: str) -> str:
    """``Nov  5 2020`` as the short file list writes it."""
    return f"{built[:6]}  {built[-4:]}"


def _copyright_year(aos: Module) -> str:
    return aos.built[0][-4:]


def _titled(left: str, title: str, version: str) -> str:
    """Left column of 40, title, version right aligned to column 79."""
    shown = f"v{version}" if version else ""
    return f"{left:<40}{title}" + f"{shown:>{39 - len(title)}}"


def _pair(left: str, right: str) -> str:
    return f"{left:<54}{right}"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
