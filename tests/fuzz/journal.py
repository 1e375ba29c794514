# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last input and the number of inputs, in a file that outlives the process that fed them, however that ends."""

from __future__ import annotations

import mmap
import struct
import typing as t

from fuzz.mutation import LARGEST

if t.TYPE_CHECKING:
    import pathlib

_HEAD = struct.Struct("<QQ")


class Journal:
    """Written by the child before each input."""

    def __init__(self, path: pathlib.Path) -> None:
        with path.open("wb+") as file:
            file.truncate(_HEAD.size + LARGEST)
            self._memory = mmap.mmap(file.fileno(), 0)
        self._count = 0

    def note(self, data: bytes) -> None:
        self._count += 1
        self._memory[: _HEAD.size] = _HEAD.pack(self._count, len(data))
        self._memory[_HEAD.size : _HEAD.size + len(data)] = data


def read_journal(path: pathlib.Path) -> tuple[int, bytes]:
    """The number of inputs, and the last one."""
    if not path.exists():
        return 0, b""
    content = path.read_bytes()
    count, size = _HEAD.unpack_from(content)
    return count, content[_HEAD.size : _HEAD.size + size]
