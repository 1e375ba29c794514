# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a card answers over SNMP: object identifiers and values of one card, precomputed."""

from __future__ import annotations

import bisect
import functools
import typing as t

from emulator import ber

if t.TYPE_CHECKING:
    from emulator.card import Card

APC = "1.3.6.1.4.1.318"
_UPTIME = ber.oid_content("1.3.6.1.2.1.1.3.0")
_ENGINE_BOOTS = ber.oid_content("1.3.6.1.6.3.10.2.1.2.0")
_ENGINE_TIME = ber.oid_content("1.3.6.1.6.3.10.2.1.3.0")

Row = tuple[str, bytes]


class View:
    """One card's objects in order. Keys are the content bytes of the object identifier, values complete BER values."""

    def __init__(self, card: Card) -> None:
        self._card = card
        self._values = {ber.oid_content(dotted): value for dotted, value in _rows(card)}
        self._live: dict[bytes, t.Callable[[], bytes]] = {
            _UPTIME: self._uptime,
            _ENGINE_BOOTS: lambda: ber.integer(card.engine_boots),
            _ENGINE_TIME: lambda: ber.integer(int(card.uptime)),
        }
        self._numbers, self._contents = _ordered(tuple(self._values) + tuple(self._live))

    def value(self, content: bytes) -> bytes | None:
        """The value of exactly this object."""
        value = self._values.get(content)
        if value is None and content in self._live:
            return self._live[content]()
        return value

    def after(self, numbers: ber.Oid) -> tuple[bytes, bytes] | None:
        """The next object in lexicographic order and its value."""
        index = bisect.bisect_right(self._numbers, numbers)
        if index == len(self._contents):
            return None
        content = self._contents[index]
        value = self.value(content)
        return (content, value) if value is not None else None

    def has_object(self, content: bytes) -> bool:
        """Whether the object exists under another instance (the last sub-identifier differs)."""
        parent = ber.numbers_of(content)[:-1]
        index = bisect.bisect_left(self._numbers, parent)
        return index < len(self._numbers) and self._numbers[index][: len(parent)] == parent

    def _uptime(self) -> bytes:
        return ber.integer(int(self._card.uptime * 100) & 0xFFFFFFFF, ber.TIME_TICKS)


@functools.lru_cache(maxsize=256)
def _ordered(contents: tuple[bytes, ...]) -> tuple[list[ber.Oid], list[bytes]]:
    """The same objects in order; cards of one product share the lists."""
    pairs = sorted((ber.numbers_of(content), content) for content in contents)
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def engine_id(card: Card) -> bytes:
    return bytes.fromhex("8000013e03") + card.settings.mac


def description(card: Card) -> str:
    """sysDescr; its MB is not the boot monitor."""
    profile, slots = card.profile, card.slots
    if not card.application_runs or slots.application is None:
        return "APC SNMP Agent"
    if card.settings.sys_descr is not None:
        return card.settings.sys_descr
    if profile.kind == "none":
        return f"Linux {card.name} 6.1.0 x86_64"
    token = profile.hardware_token
    board = {1: "v3.9.2", 2: "v4.1.0", 3: "v4.2.9"}[profile.generation]
    fields = [
        f"MB:{board} PF:v{slots.aos.version} PN:{slots.aos.file_name(token)}",
        f"AF1:v{slots.application.version} AN1:{slots.application.file_name(token)}",
        f"MN:{shown_model(card)} HR:{profile.hardware_revision} SN: {card.serial} MD:{profile.manufacture_date}",
    ]
    text = f"{profile.product_text} ({' '.join(fields)})"
    if profile.kind == "ups":
        text += " (Embedded PowerNet SNMP Agent SW v2.2 compatible)"
    return text + (" " if profile.kind == "rpdu" and profile.generation == 3 else "")


def shown_model(card: Card) -> str:
    """A UPS card names itself, an embedded card its device; the serial beside it is the card's in both cases."""
    return card.device.model if card.profile.embedded and card.profile.kind != "cooling" else card.settings.model


def _rows(card: Card) -> t.Iterator[Row]:
    yield from _system(card)
    yield ("1.3.6.1.6.3.10.2.1.1.0", ber.octets(engine_id(card)))
    yield ("1.3.6.1.6.3.10.2.1.4.0", ber.integer(1472))
    if card.application_runs and card.profile.kind != "none":
        yield from _experimental(card)
        yield from _IDENTITIES[card.profile.kind](card)
        yield from _agent(card)


def _system(card: Card) -> t.Iterator[Row]:
    system = "1.3.6.1.2.1.1"
    yield (f"{system}.1.0", ber.octets(description(card)))
    yield (f"{system}.2.0", ber.oid(_object_id(card)))
    yield (f"{system}.4.0", ber.octets(card.contact))
    yield (f"{system}.5.0", ber.octets(card.name))
    yield (f"{system}.6.0", ber.octets(card.location))
    yield (f"{system}.7.0", ber.integer(72))


def _object_id(card: Card) -> str:
    return (card.settings.sys_object_id or card.profile.object_id) if card.application_runs else APC


def _experimental(card: Card) -> t.Iterator[Row]:
    """The undocumented table that every card has."""
    base, device, slots = f"{APC}.1.4.2", card.device, card.slots
    kind, subtype = card.profile.category
    yield (f"{base}.2.1.2.1", ber.octets(device.model))
    yield (f"{base}.2.1.3.1", ber.octets(card.settings.device_serial))
    yield (f"{base}.2.1.5.1", ber.octets(device.description or device.model))
    yield (f"{base}.2.1.7.1", ber.octets(card.location))
    yield (f"{base}.2.1.9.1", ber.octets(card.name))
    modules = [slots.aos, slots.application, slots.boot_monitor][: 2 if card.generation == 1 else 3]
    yield (f"{base}.3.0", ber.integer(len(modules)))
    for index, module in enumerate(modules, 1):
        if module:
            yield (f"{base}.4.1.1.{index}", ber.integer(index))
            yield (f"{base}.4.1.2.{index}", ber.octets(card.serial))
            yield (f"{base}.4.1.3.{index}", ber.octets(module.file_name(card.profile.hardware_token)))
            yield (f"{base}.4.1.4.{index}", ber.octets(f"v{module.version}"))
    yield (f"{base}.8.1.2.1", ber.octets(kind))
    yield (f"{base}.8.1.3.1", ber.octets(subtype))
    yield (f"{base}.8.1.4.1", ber.octets(card.application))


def _agent(card: Card) -> t.Iterator[Row]:
    yield (f"{APC}.2.2.1.0", ber.integer(2))
    yield (f"{APC}.2.4.1.1.0", ber.integer(card.last_transfer))
    yield (f"{APC}.2.4.2.1.1.0", ber.octets("Unknown"))
    yield (f"{APC}.2.4.2.2.1.0", ber.octets("0.0.0.0"))
    yield (f"{APC}.2.4.2.3.1.0", ber.octets("0.0.0.0"))
    yield (f"{APC}.2.4.2.3.2.0", ber.octets("***"))
    yield (f"{APC}.2.4.2.3.3.0", ber.octets("***"))
    yield (f"{APC}.2.4.3.1.0", ber.integer(1))


def _ups(card: Card) -> t.Iterator[Row]:
    ident, device = f"{APC}.1.1.1.1", card.device
    yield (f"{ident}.1.1.0", ber.octets(device.model))
    yield (f"{ident}.1.2.0", ber.octets(card.name))
    yield (f"{ident}.2.1.0", ber.octets(device.firmware or ""))
    yield (f"{ident}.2.2.0", ber.octets(card.profile.manufacture_date))
    yield (f"{ident}.2.3.0", ber.octets(card.settings.device_serial))
    if device.sku:
        yield (f"{ident}.2.5.0", ber.octets(device.sku))
    yield (f"{APC}.1.1.1.4.1.1.0", ber.integer(3 if card.on_battery else 2))  # upsBasicOutputStatus
    yield (f"{APC}.1.1.1.6.2.9.0", ber.integer(1))
    yield (f"{APC}.1.1.1.7.2.3.0", ber.integer(4 if card.self_test else 1))  # upsAdvTestDiagnosticsResults


def _rpdu1(card: Card) -> t.Iterator[Row]:
    ident, device = f"{APC}.1.1.12.1", card.device
    application = card.slots.application
    yield (f"{ident}.1.0", ber.octets(card.name))
    yield (f"{ident}.2.0", ber.octets(device.hardware_revision))
    yield (f"{ident}.3.0", ber.octets(f"v{application.version}" if application else ""))
    yield (f"{ident}.4.0", ber.octets(card.profile.manufacture_date))
    yield (f"{ident}.5.0", ber.octets(device.model))
    yield (f"{ident}.6.0", ber.octets(card.settings.device_serial))


def _rpdu2(card: Card) -> t.Iterator[Row]:
    yield from _rpdu1(card)
    ident, device, slots = f"{APC}.1.1.26.2.1", card.device, card.slots
    assert slots.application is not None
    yield (f"{ident}.1.1", ber.integer(1))
    yield (f"{ident}.3.1", ber.octets(card.name))
    yield (f"{ident}.5.1", ber.octets(device.hardware_revision))
    yield (f"{ident}.6.1", ber.octets(slots.application.version))
    yield (f"{ident}.7.1", ber.octets(card.profile.manufacture_date))
    yield (f"{ident}.8.1", ber.octets(device.model))
    yield (f"{ident}.9.1", ber.octets(card.settings.device_serial))
    yield (f"{ident}.11.1", ber.octets(slots.boot_monitor.version))
    yield (f"{ident}.12.1", ber.octets(device.description))
    yield (f"{ident}.13.1", ber.octets(card.serial))
    yield (f"{ident}.14.1", ber.octets(slots.application.built[0]))
    yield (f"{ident}.15.1", ber.octets(slots.aos.built[0]))
    yield (f"{ident}.16.1", ber.octets(slots.boot_monitor.built[0]))
    for row, guest in enumerate(card.group.guests, 2):
        yield (f"{ident}.1.{row}", ber.integer(row))
        yield (f"{ident}.3.{row}", ber.octets(f"{card.name}-{row}"))
        yield (f"{ident}.6.{row}", ber.octets(guest.application_version))
        yield (f"{ident}.8.{row}", ber.octets(guest.model))
        yield (f"{ident}.9.{row}", ber.octets(guest.serial))
        yield (f"{ident}.11.{row}", ber.octets(guest.boot_monitor))


def _ats(card: Card) -> t.Iterator[Row]:
    ident, device, slots = f"{APC}.1.1.8.1", card.device, card.slots
    assert slots.application is not None
    yield (f"{ident}.1.0", ber.octets(device.hardware_revision))
    yield (f"{ident}.2.0", ber.octets(slots.application.version))
    yield (f"{ident}.3.0", ber.octets(slots.application.built[0]))
    yield (f"{ident}.4.0", ber.octets(card.profile.manufacture_date))
    yield (f"{ident}.5.0", ber.octets(device.model))
    yield (f"{ident}.6.0", ber.octets(card.settings.device_serial))
    yield (f"{ident}.10.0", ber.octets(card.name))
    yield (f"{ident}.11.0", ber.octets(card.location))
    yield (f"{ident}.13.0", ber.octets(slots.boot_monitor.version))
    yield (f"{ident}.14.0", ber.octets(device.description))
    yield (f"{ident}.15.0", ber.octets(card.serial))
    yield (f"{ident}.16.0", ber.octets(slots.application.built[0]))
    yield (f"{ident}.17.0", ber.octets(slots.aos.built[0]))
    yield (f"{ident}.18.0", ber.octets(slots.boot_monitor.built[0]))


def _ats5g(card: Card) -> t.Iterator[Row]:
    ident, device, slots = f"{APC}.1.1.33.2.1", card.device, card.slots
    assert slots.application is not None
    yield (f"{ident}.5.1", ber.octets(card.settings.device_serial))
    yield (f"{ident}.6.1", ber.octets(device.model))
    yield (f"{ident}.7.1", ber.octets(device.hardware_revision))
    yield (f"{ident}.8.1", ber.octets(card.profile.manufacture_date))
    yield (f"{ident}.9.1", ber.octets(slots.boot_monitor.version))
    yield (f"{ident}.10.1", ber.octets(slots.aos.version))
    yield (f"{ident}.11.1", ber.octets(slots.application.version))


def _cooling(card: Card) -> t.Iterator[Row]:
    ident, device = f"{APC}.1.1.13.4.1", card.device
    assert card.slots.application is not None
    yield (f"{ident}.3.0", ber.octets(device.model))
    yield (f"{ident}.4.0", ber.octets(card.settings.device_serial))
    yield (f"{ident}.5.0", ber.octets(card.slots.application.version))
    yield (f"{ident}.6.0", ber.octets(device.hardware_revision))
    yield (f"{ident}.7.0", ber.octets(card.profile.manufacture_date))


def _environment(card: Card) -> t.Iterator[Row]:
    ident, device = f"{APC}.1.1.10.3.1", card.device
    assert card.slots.application is not None
    yield (f"{ident}.2.0", ber.octets(device.model))
    yield (f"{ident}.3.0", ber.octets(card.slots.application.version))
    yield (f"{ident}.4.0", ber.octets(device.hardware_revision))
    yield (f"{ident}.5.0", ber.octets(card.profile.manufacture_date))
    yield (f"{ident}.6.0", ber.octets(card.settings.device_serial))


_IDENTITIES: dict[str, t.Callable[[Card], t.Iterator[Row]]] = {
    "ups": _ups,
    "rpdu1": _rpdu1,
    "rpdu": _rpdu2,
    "ats": _ats,
    "ats5g": _ats5g,
    "cooling": _cooling,
    "environment": _environment,
}
