# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of files and folders that are made of words of inventories and cards."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r"[^\w.-]+")
# A name of a file may have 255 bytes, a letter up to four, and something is appended.
_LONGEST = 50


def file_name(text: str) -> str:
    """A name that leads nowhere else, is not hidden, and is the same for the same text."""
    return _UNSAFE.sub("_", text).strip(".")[:_LONGEST] or "unnamed"
