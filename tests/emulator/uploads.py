# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file on its way into a card, whatever protocol brings it: what the card makes of it, and what goes wrong on the way."""

from __future__ import annotations

import typing as t

from emulator.firmware import Reception, RejectedError, image_from_name
from emulator.texts import FOLDERS

if t.TYPE_CHECKING:
    from emulator.card import Card
    from emulator.faults import Fault

_DIRECTORIES = ("", ".", "..", "/", "~")
_MAX_SMALL_FILE = 1 << 20


class LostError(Exception):
    """The card breaks the connection off in the middle of a file."""


def is_directory(name: str) -> bool:
    return name in _DIRECTORIES or name.endswith("/") or name.strip("/") in FOLDERS


class Upload:
    """One file. ``size`` is None where the protocol does not say it before the end."""

    def __init__(self, card: Card, name: str, size: int | None) -> None:
        self._card = card
        self._name = name
        self._received = 0
        self._content = _content(card, name, size)
        self._has_stalled = False

    def take(self, data: bytes) -> float:
        """Take bytes and return for how many seconds the card now stops reading. Raises RejectedError or LostError."""
        self._received += len(data)
        self._card.counters.bytes_received += len(data)
        try:
            self._content.feed(data)
        except RejectedError as refusal:
            self._note(refusal)
            raise
        self._break_off()
        return self._stall()

    def finish(self) -> t.Callable[[], None]:
        """Check the whole and return what happens next. Raises RejectedError."""
        try:
            return self._content.finish()
        except RejectedError as refusal:
            self._note(refusal)
            raise

    def _note(self, refusal: RejectedError) -> None:
        self._card.change(last_transfer=8 if "corrupt" in str(refusal) else 7)
        self._card.log(f"System: File transfer failed. {refusal}.")

    def _break_off(self) -> None:
        if self._reaches("drop_after_bytes"):
            raise LostError
        if isinstance(self._content, _Firmware) and self._reaches("half_written_slot"):
            self._card.half_written = self._content.component
            raise LostError

    def _stall(self) -> float:
        fault = None if self._has_stalled else self._reaches("stall")
        self._has_stalled |= fault is not None
        return fault["seconds"] if fault else 0.0

    def _reaches(self, name: str) -> Fault | None:
        """The fault, used once, when as many bytes have arrived as it says."""
        fault = self._card.fault(name)
        return self._card.suffers(name) if fault and self._received >= fault["bytes"] else None


class _Content(t.Protocol):
    """What a kind of file does with its bytes."""

    def feed(self, data: bytes) -> None: ...

    def finish(self) -> t.Callable[[], None]: ...


class _Firmware:
    """Checked as it streams and never stored."""

    def __init__(self, card: Card, name: str, size: int | None) -> None:
        self._card = card
        self._reception = Reception(
            hardware_token=card.profile.hardware_token,
            application=card.application,
            file_name=name,
            size=size,
        )

    @property
    def component(self) -> str:
        return self._reception.component

    def feed(self, data: bytes) -> None:
        if self._card.suffers("reject_image"):
            raise RejectedError("File type unknown")
        self._reception.feed(data)

    def finish(self) -> t.Callable[[], None]:
        image, size = self._reception.finish()
        return lambda: self._card.image_arrived(image, size)


class _SmallFile:
    """config.ini and the files of the card's directories: counted, applied where the card would, not kept."""

    def __init__(self, card: Card, name: str) -> None:
        self._card = card
        self._name = name
        self._content = b""

    def feed(self, data: bytes) -> None:
        self._content += data
        if len(self._content) > _MAX_SMALL_FILE:
            raise RejectedError("No space left")

    def finish(self) -> t.Callable[[], None]:
        return self._apply

    def _apply(self) -> None:
        if self._name.lower().endswith(".ini"):
            values = sum(b"=" in line and not line.startswith(b";") for line in self._content.splitlines())
            self._card.log(f"System: Configuration file upload complete, with {values} valid values.")


def _content(card: Card, name: str, size: int | None) -> _Content:
    is_small = name.lower().endswith((".ini", ".csf")) or name.strip("/").partition("/")[0] in FOLDERS
    if is_small and image_from_name(name) is None:
        return _SmallFile(card, name)
    return _Firmware(card, name, size)
