# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one card said over one transport, in one shape, before anything is concluded from it."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Unread:
    """A text that could not be understood, kept as the card sent it (shortened)."""

    source: str
    text: str


@dataclass(frozen=True)
class Module:
    """One firmware module as the card lists it: its own name for it, version text and file name."""

    name: str | None = None
    version: str | None = None
    file: str | None = None


@dataclass(frozen=True)
class DeviceReading:
    """The device that hosts the card. ``model``, ``sku`` and ``serial`` as printed; states None when not said."""

    model: str | None = None
    sku: str | None = None
    serial: str | None = None
    firmware: str | None = None
    on_battery: bool | None = None
    self_test: str | None = None


@dataclass(frozen=True)
class LinkedDevice:
    """A rack PDU that is linked to the one that hosts the card: it is updated by its host. Versions as text."""

    role: str
    model: str | None
    serial: str | None
    application: str | None
    boot_monitor: str | None


@dataclass(frozen=True)
class Observation:
    """Everything that one reading gave; None is what the card did not say.

    ``printed_model`` is a model of which only the product family tells whether it is the card's or the device's.
    """

    source: str
    sys_object_id: str | None = None
    aos: Module = Module()
    application: Module = Module()
    boot_monitor: Module = Module()
    application_missing: bool = False
    card_model: str | None = None
    printed_model: str | None = None
    serial: str | None = None
    hardware_revision: str | None = None
    manufacture_date: str | None = None
    mac: str | None = None
    name: str | None = None
    location: str | None = None
    contact: str | None = None
    uptime_seconds: float | None = None
    application_state: str | None = None
    user_type: str | None = None
    linked: tuple[LinkedDevice, ...] = ()
    device: DeviceReading = DeviceReading()
    services: t.Mapping[str, bool] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()


_RAW_LIMIT = 1000
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{3,31}")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_BLANK_SERIAL = re.compile(r"[F0]+|[Xx]+")


def kept(source: str, text: str) -> Unread:
    """A text for ``unread``, printable and of bounded length."""
    return Unread(source, printable(text[:_RAW_LIMIT]))


def clean(text: str | None) -> str | None:
    """A field of bounded length without the blanks around it and without control characters; None when nothing is left."""
    return printable((text or "").strip()[:_RAW_LIMIT]).replace("\n", " ").strip() or None


def printable(text: str) -> str:
    """What a card says ends up on terminals: nothing in it may move a cursor."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() or character == "\n" else " " for character in text)


def clean_serial(text: str | None) -> str | None:
    """A serial number; None for what is none: empty, redacted (``<private>``) or never programmed (``FFFFFFFFFFFF``)."""
    serial = clean(text)
    if serial is None or not _SERIAL.fullmatch(serial) or _BLANK_SERIAL.fullmatch(serial):
        return None
    return serial


def clean_mac(text: str | None) -> str | None:
    """``00 C0 B7 99 43 CD`` as ``00:c0:b7:99:43:cd``; None for anything else."""
    octets = re.split(r"[\s:-]+", (text or "").strip())
    if len(octets) != 6 or not all(re.fullmatch(r"[0-9A-Fa-f]{2}", octet) for octet in octets):
        return None
    return ":".join(octets).lower()


def clean_date(text: str | None) -> str | None:
    """A date that cards print as ``mm/dd/yyyy``, in ISO form; None when it is none."""
    match = _DATE.fullmatch((text or "").strip())
    try:
        return date(int(match[3]), int(match[1]), int(match[2])).isoformat() if match else None
    except ValueError:
        return None
