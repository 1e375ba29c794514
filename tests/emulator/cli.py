# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line's commands as a table: name -> what one card answers."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from emulator import commands, texts, ups_status
from emulator.answers import FAILED, NOT_FOUND, Answer, lines
from emulator.captures import CAPTURES

if t.TYPE_CHECKING:
    from emulator.card import Card

Command = t.Callable[["Card", list[str]], Answer]


def run(card: Card, name: str, arguments: list[str]) -> Answer:
    """The answer to a command that needs no dialogue."""
    if card.profile.kind == "none":
        return Answer(f"sh: {name}: not found\n", code=None)
    if not exists(card, name):
        return Answer(code=NOT_FOUND)
    if arguments in (["?"], ["help"]):
        return usage(name)
    if command := COMMANDS.get(name.lower()):
        return command(card, arguments)
    captured = CAPTURES.get(name.lower())
    return Answer(code=FAILED) if captured is None else Answer("" if arguments else captured)


def usage(name: str) -> Answer:
    rows = [f"Usage: {name} --  Configuration Options", *USAGES.get(name.lower(), [f"    {name}"])]
    return replace(lines(rows), code=None)


def help_(card: Card, arguments: list[str]) -> Answer:
    if arguments:
        return usage(arguments[0]) if exists(card, arguments[0]) else Answer(code=NOT_FOUND)
    modern = not texts.is_5(card)
    title, hint = ("System Commands:", "command ? ") if modern else ("Network Management Card Commands:", "command ?")
    head = f"{title}\n{_RULE}\nFor command help: {hint}\n\n"
    text = head + _columns(_system_names(card)) + f"\nDevice Commands:\n{_RULE}\n" + _columns(_device_names(card))
    return Answer(text, code=None)


def exists(card: Card, name: str) -> bool:
    """Whether this card's firmware has the command; names are not case-sensitive."""
    return name.lower() in (known.lower() for known in _system_names(card) + _device_names(card))


def _system_names(card: Card) -> list[str]:
    names = (_SYSTEM_5 if texts.is_5(card) else _SYSTEM_6).split()
    return sorted([*names, "ssh", "ssl"], key=str.lower) if card.generation == 3 else names


def _device_names(card: Card) -> list[str]:
    if card.profile.kind != "ups":
        return []
    names = (_UPS_5 if texts.is_5(card) else _UPS_6).split()
    return [*names, "detbat", "alarmList"] if card.generation == 3 else names


def _columns(names: list[str]) -> str:
    rows = [names[i : i + 6] for i in range(0, len(names), 6)]
    return "".join("".join(f"{name:<12}" for name in row) + "\n" for row in rows)


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
    "about": commands.about,
    "alarmcount": commands.alarmcount,
    "boot": commands.boot,
    "console": commands.console,
    "date": commands.date,
    "detstatus": ups_status.detstatus,
    "dir": commands.directory,
    "ftp": commands.ftp,
    "lastrst": commands.lastrst,
    "ledblink": commands.ledblink,
    "session": commands.session,
    "snmp": commands.snmp,
    "snmpv3": commands.snmpv3,
    "system": commands.system,
    "tcpip": commands.tcpip,
    "upsabout": commands.upsabout,
    "user": commands.user,
    "whoami": commands.whoami,
    "ups": ups_status.ups,
    "xferstatus": commands.xfer_status,
}
USAGES = {
    "delete": ["    delete <file name>"],
    "ftp": ["    ftp [-p <port-number>] (21 and 5001-32768)", "        [-S <enable | disable>]"],
    "prompt": ["    prompt [-s <long | short>]"],
    "reboot": ["    reboot [-Y]"],
}
