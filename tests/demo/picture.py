# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A picture of a terminal, for the README."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from pages.header import HEADER

_CHARACTER, _LINE, _MARGIN = 7.83, 19, 16
_COLOURS = {"compliant": "#7ee787", "blocked": "#ffa657", "unreachable": "#ff7b72", "failed": "#ff7b72"}
_STATUS = re.compile(rf"(?<=  )({'|'.join(_COLOURS)})(?=  )")
# Viewers fold ordinary blanks.
_HARD_SPACE = "\u00a0"


def svg(text: str) -> str:
    """Draw lines of text, the statuses among them in colour."""
    lines = text.splitlines()
    width = round(max(map(len, lines)) * _CHARACTER) + 2 * _MARGIN
    height = len(lines) * _LINE + 2 * _MARGIN
    drawn = "\n".join(_line(line, _MARGIN + (number + 1) * _LINE - 5) for number, line in enumerate(lines))
    return f"""{HEADER}<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">
<rect width="100%" height="100%" rx="8" fill="#161b22"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="13" fill="#e6edf3">
{drawn}
</g>
</svg>
"""


def _line(line: str, y: int) -> str:
    spaced = _STATUS.sub(_coloured, escape(line)).replace("  ", _HARD_SPACE * 2)
    return f'<text x="{_MARGIN}" y="{y}">{spaced}</text>'


def _coloured(status: re.Match[str]) -> str:
    return f'<tspan fill="{_COLOURS[status[0]]}">{status[0]}</tspan>'
