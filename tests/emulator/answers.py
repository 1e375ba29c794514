# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command prints."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

SUCCESS = "E000: Success"
REBOOT_REQUIRED = "E002: Success\nReboot required for change to take effect."
FAILED = "E100: Command Failed"
NOT_FOUND = "E101: Command Not Found"
PARAMETER_ERROR = "E102: Parameter Error"
LINE_ERROR = "E103: Command Line Error"


@dataclass(frozen=True)
class Answer:
    """Text and result line; `code` None prints no result line, `code_last` prints it after the text."""

    text: str = ""
    code: str | None = SUCCESS
    code_last: bool = False

    def render(self) -> str:
        code = f"{self.code}\n" if self.code else ""
        return self.text + code if self.code_last else code + self.text


def lines(rows: t.Iterable[str]) -> Answer:
    """A successful answer of these lines."""
    return Answer("".join(f"{row}\n" for row in rows))
