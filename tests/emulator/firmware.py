# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Firmware: images, slots, and what an upload does to the slots of each generation. No I/O, no clock."""

from __future__ import annotations

import json
import random
import re
import typing as t
import zlib
from dataclasses import dataclass, replace

from emulator.releases import AOS_OF_APPLICATION, BUILDS, UNKNOWN_BUILD

HEADER_SIZE = 512
MAGIC = b"EMULATED NMC IMAGE 1\n"
STUB_SIZE = 1024  # what `dir` shows for the AOS of an NMC3, whose one file holds everything
COMPONENTS = ("aos", "application", "boot_monitor")

_NMC2_NAME = re.compile(r"apc_(hw\d\d)_([a-z0-9]+)_(\d{3,4}[a-z]?)\.bin", re.IGNORECASE)
_NMC3_NAME = re.compile(r"apc_(hw\d\d)_([a-z0-9]+)_(\d+(?:[.-]\d+){3})\.nmc3?", re.IGNORECASE)
_NMC3_BARE_NAME = re.compile(r"apcfwapp_v(\d+(?:\.\d+){3})\.nmc3?", re.IGNORECASE)


class RejectedError(Exception):
    """The card refuses the file; the text is what it tells the sender (wording not known publicly)."""


@dataclass(frozen=True)
class Module:
    """One firmware module as ``about`` and ``dir`` show it."""

    name: str
    version: str
    size: int

    @property
    def built(self) -> tuple[str, str]:
        """Build date and time."""
        return BUILDS.get((self.name, self.version), (*UNKNOWN_BUILD, 0))[:2]

    def file_name(self, hardware_token: str) -> str:
        version = self.version if hardware_token == "hw21" else self.version.replace(".", "")
        return f"apc_{hardware_token}_{self.name}_{version}.bin"


@dataclass(frozen=True)
class Slots:
    """What a card holds. No application: the module header is invalid."""

    aos: Module
    application: Module | None
    boot_monitor: Module

    @property
    def stat(self) -> str:
        """The application's letters in the ``Stat`` field."""
        if self.application is None or self.application.name == self.boot_monitor.name:
            return "A-"
        return "A+" if _major(self.application.version) == _major(self.aos.version) else "A!"


@dataclass(frozen=True)
class Image:
    """What an image says it is. ``hardware_token`` or ``name`` is None when a vendor name does not say it."""

    hardware_token: str | None
    component: str
    name: str | None
    version: str
    aos_version: str | None = None
    boot_monitor_version: str | None = None
    crc: int | None = None


def initial_slots(*, generation: int, application: str, aos: str, application_version: str, boot_monitor: str) -> Slots:
    boot_name = "boot" if generation == 3 else "bootmon"
    aos_size = STUB_SIZE if generation == 3 else 3137536
    application_size = 6795900 if generation == 3 else 3018116
    return Slots(
        Module("aos", aos, aos_size),
        Module(application, application_version, application_size),
        Module(boot_name, boot_monitor, 262144),
    )


def image_from_name(file_name: str) -> Image | None:
    """What a vendor's file name promises, or None for any other name."""
    base = file_name.rsplit("/", 1)[-1]
    if match := _NMC2_NAME.fullmatch(base):
        token, name, digits = match[1].lower(), match[2].lower(), match[3].lower()
        component = {"aos": "aos", "bootmon": "boot_monitor"}.get(name, "application")
        return Image(token, component, name, _dotted(digits))
    if match := _NMC3_NAME.fullmatch(base):
        return Image(match[1].lower(), "application", match[2].lower(), match[3].replace("-", "."))
    if match := _NMC3_BARE_NAME.fullmatch(base):
        return Image(None, "application", None, match[1])
    return None


def image_bytes(image: Image, *, size: int) -> bytes:
    """An emulator image: a header that an emulated card can check, then opaque bytes that depend on it only."""
    body_size = size - HEADER_SIZE
    if body_size < 1:
        raise ValueError(f"an image has at least {HEADER_SIZE + 1} bytes, not {size}")
    identity = {"hardware_token": image.hardware_token, "component": image.component, "name": image.name}
    identity |= {"version": image.version, "aos_version": image.aos_version}
    identity |= {"boot_monitor_version": image.boot_monitor_version}
    body = random.Random(json.dumps(identity)).randbytes(body_size)
    header = MAGIC + json.dumps({**identity, "crc": zlib.crc32(body)}).encode()
    if len(header) >= HEADER_SIZE:
        raise ValueError("the image's names are too long for its header")
    return header.ljust(HEADER_SIZE - 1) + b"\n" + body


def image_from_header(header: bytes) -> Image | None:
    if not header.startswith(MAGIC):
        return None
    try:
        return Image(**json.loads(header[len(MAGIC) :]))
    except (ValueError, TypeError) as error:
        raise RejectedError("Invalid file header") from error


class Reception:
    """One firmware file on its way in, checked while it arrives and never kept."""

    def __init__(self, *, hardware_token: str, application: str, file_name: str, size: int | None) -> None:
        """``size`` None: the protocol does not say it before the end."""
        self._hardware_token = hardware_token
        self._application = application
        self._size = size
        self._header = b""
        self._crc = 0
        self._received = 0
        self._image = image_from_name(file_name)
        self._headed = False

    @property
    def component(self) -> str:
        """Whose slot is written; before the file has said it, the application's."""
        return self._image.component if self._image else "application"

    def feed(self, data: bytes) -> None:
        """Take bytes; raise RejectedError as soon as they show that the file is not for this card."""
        self._received += len(data)
        if not self._headed:
            self._header += data
            if len(self._header) < HEADER_SIZE:
                return
            data = self._read_header()
        self._crc = zlib.crc32(data, self._crc)

    def finish(self) -> tuple[Image, int]:
        """The image that arrived and its size; raise RejectedError when it is damaged."""
        if not self._headed:
            self._read_header()
        image = self._image
        if image is None or self._size not in (None, self._received):
            raise RejectedError("File type unknown")
        if image.crc is not None and image.crc != self._crc:
            raise RejectedError("File corrupt")
        return image, self._received

    def _read_header(self) -> bytes:
        self._headed = True
        header, rest = self._header[:HEADER_SIZE], self._header[HEADER_SIZE:]
        self._header = b""
        self._image = image_from_header(header) or self._image
        if self._image is None:
            raise RejectedError("File type unknown")
        self._check_identity(self._image)
        return rest

    def _check_identity(self, image: Image) -> None:
        if image.hardware_token not in (None, self._hardware_token):
            raise RejectedError(f"File is not compatible with this hardware ({image.hardware_token})")
        if image.component == "application" and image.name not in (None, self._application):
            raise RejectedError(f"File is not compatible with this device ({image.name})")


def slots_after(slots: Slots, image: Image, *, generation: int, application: str, size: int) -> Slots:
    """The slots after the reboot that follows an upload."""
    if generation == 3:
        return _after_bundle(slots, image, application=application, size=size)
    if image.component == "aos":
        return _after_aos(slots, Module("aos", image.version, size))
    if image.component == "boot_monitor":
        return _after_boot_monitor(slots, Module(slots.boot_monitor.name, image.version, size))
    return replace(slots, application=Module(application, image.version, size))


def _after_bundle(slots: Slots, image: Image, *, application: str, size: int) -> Slots:
    aos = image.aos_version or AOS_OF_APPLICATION.get((application, image.version), image.version)
    boot = image.boot_monitor_version or slots.boot_monitor.version
    return Slots(
        Module("aos", aos, STUB_SIZE),
        Module(application, image.version, size),
        replace(slots.boot_monitor, version=boot),
    )


def _after_aos(slots: Slots, aos: Module) -> Slots:
    """An AOS of another major version does not accept the old application's header (inferred)."""
    application = slots.application
    fits = application is not None and _major(application.version) == _major(aos.version)
    return replace(slots, aos=aos, application=application if fits else None)


def _after_boot_monitor(slots: Slots, boot_monitor: Module) -> Slots:
    """Without a valid application, the boot monitor shows up in its place."""
    application = slots.application if slots.stat != "A-" else boot_monitor
    return replace(slots, boot_monitor=boot_monitor, application=application)


class Mishap(t.NamedTuple):
    """What may become of an upload that looks like a success: (slots before, slots as they should be) -> slots."""

    outcome: t.Callable[[Slots, Slots], Slots]
    components: tuple[str, ...] = COMPONENTS


def _with_another_application(_before: Slots, after: Slots) -> Slots:
    """An application of another product, which a real card may take without a word."""
    if after.application is None:
        return after
    other = next(name for name in ("rpdu2g", "sumx") if name != after.application.name)
    return replace(after, application=replace(after.application, name=other))


# fault -> mishap
MISHAPS = {
    "keep_old_version": Mishap(lambda before, _after: before),
    "load_wrong_application": Mishap(lambda _before, after: replace(after, application=None), ("application",)),
    "load_another_application": Mishap(_with_another_application, ("application",)),
    "boot_monitor_in_application_slot": Mishap(lambda _before, after: replace(after, application=after.boot_monitor)),
}


def _major(version: str) -> str:
    return version.partition(".")[0]


def _dotted(digits: str) -> str:
    """``696`` is 6.9.6, ``669b`` is 6.6.9.b."""
    return ".".join(digits)
