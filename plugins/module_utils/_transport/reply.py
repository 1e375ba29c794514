# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a card's shell prints, taken apart: the prompt, the echo of a command, the result code, the output."""

from __future__ import annotations

import re
from dataclasses import dataclass

# `apc>`, `Administrator@apc>`, or the name a site gave its card. No line of the login banner looks like that.
_PROMPT = re.compile(r"(?:\A|\n)((?![^\n]*  )[^\s:<>][^\n:<>]{0,79}>) ?\Z")

# Only at the start of a line: a serial number can contain E100.
_CODE = re.compile(r"(E\d{3}): ?(.*)")

# Printed before every prompt once a change waits for a restart.
_REMINDER = "* Reboot required for change to take effect."


@dataclass(frozen=True)
class Reply:
    """What came back for one command.

    `code` is None where the card prints none (`help`, `netstat`); `text` is what stands behind the code; `output` is the
    rest without echo, code line, reminder and prompt, its lines ended by a bare line feed.
    """

    command: str
    code: str | None
    text: str
    output: str


def find_prompt(text: str) -> str | None:
    """Return the prompt that a text ends with, None if it does not end with one."""
    found = _PROMPT.search(text)
    return found.group(1) if found else None


def ends_with_prompt(text: str, prompt: str) -> bool:
    """Whether a reply is complete: the prompt stands on a line of its own at the end."""
    return text.endswith(("\n" + prompt, "\n" + prompt + " "))


def parse_reply(command: str, text: str, prompt: str) -> Reply:
    """Take a reply apart that ends with the prompt and whose lines are ended by a bare line feed."""
    body = text.rstrip(" ")
    lines = (body.removesuffix(prompt)).split("\n")
    lines = _without_echo(lines, command, prompt)
    for number, line in enumerate(lines):
        found = _CODE.fullmatch(line.rstrip())
        if found:
            rest = lines[:number] + lines[number + 1 :]
            return Reply(command, found.group(1), found.group(2).strip(), _joined(rest))
    return Reply(command, None, "", _joined(lines))


def _without_echo(lines: list[str], command: str, prompt: str) -> list[str]:
    """Drop the leading lines that together are the command as typed; old cards echo it in pieces and out of order."""
    typed = sorted("".join(command.split()))
    seen = ""
    for number, line in enumerate(lines):
        seen += "".join((line.removeprefix(prompt)).split())
        if sorted(seen) == typed:
            return lines[number + 1 :]
        if len(seen) > len(typed):
            break
    return lines


def _joined(lines: list[str]) -> str:
    kept = [line.rstrip() for line in lines if line.strip() != _REMINDER]
    return "\n".join(kept).strip("\n")
