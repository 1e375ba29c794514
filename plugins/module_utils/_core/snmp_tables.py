# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OIDs that say who a card is, and what their values mean. Source: PowerNet-MIB 4.5.8 and walks of real cards."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component, parse_image_name
from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import (
    DeviceReading,
    LinkedDevice,
    Module,
    Observation,
    clean,
    clean_date,
    clean_mac,
    clean_serial,
    kept,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import (
    DEVICE_KINDS,
    Family,
    family_of_sys_object_id,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.sysdescr import (
    SysDescr,
    is_bare_agent,
    parse_sysdescr,
)

Values = t.Mapping[str, t.Union[int, bytes, str, None]]

SYS_DESCR = "1.3.6.1.2.1.1.1.0"
SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
SYS_UP_TIME = "1.3.6.1.2.1.1.3.0"
SYS_CONTACT = "1.3.6.1.2.1.1.4.0"
SYS_NAME = "1.3.6.1.2.1.1.5.0"
SYS_LOCATION = "1.3.6.1.2.1.1.6.0"
ENGINE_ID = "1.3.6.1.6.3.10.2.1.1.0"

_APC = "1.3.6.1.4.1.318"
# An undocumented table that cards of all generations have; its rows are AOS, application and boot monitor.
_MODULE = f"{_APC}.1.4.2.4.1"
_MODULE_FILES = tuple(f"{_MODULE}.3.{row}" for row in (1, 2, 3))
_MODULE_VERSIONS = tuple(f"{_MODULE}.4.{row}" for row in (1, 2, 3))

CARD_OIDS: tuple[str, ...] = (
    SYS_DESCR,
    SYS_OBJECT_ID,
    SYS_UP_TIME,
    SYS_CONTACT,
    SYS_NAME,
    SYS_LOCATION,
    ENGINE_ID,
    *_MODULE_FILES,
    *_MODULE_VERSIONS,
)

# Device identity of each kind of device: what is asked, in order of preference.
_DEVICE_OIDS: t.Mapping[str | None, t.Mapping[str, tuple[str, ...]]] = {
    "ups": {
        "model": (f"{_APC}.1.1.1.1.1.1.0",),
        "sku": (f"{_APC}.1.1.1.1.2.5.0",),
        "serial": (f"{_APC}.1.1.1.1.2.3.0",),
        "firmware": (f"{_APC}.1.1.1.1.2.1.0",),
        "output_status": (f"{_APC}.1.1.1.4.1.1.0",),
        "self_test": (f"{_APC}.1.1.1.7.2.3.0",),
    },
    "rack_pdu": {
        "model": (f"{_APC}.1.1.26.2.1.8.1", f"{_APC}.1.1.12.1.5.0", f"{_APC}.1.4.2.2.1.2.1"),
        "serial": (f"{_APC}.1.1.26.2.1.9.1", f"{_APC}.1.1.12.1.6.0", f"{_APC}.1.4.2.2.1.3.1"),
        "card_serial": (f"{_APC}.1.1.26.2.1.13.1",),
    },
    "rack_ats": {
        "model": (f"{_APC}.1.1.8.1.5.0", f"{_APC}.1.1.33.2.1.6.1"),
        "serial": (f"{_APC}.1.1.8.1.6.0", f"{_APC}.1.1.33.2.1.5.1"),
        "card_serial": (f"{_APC}.1.1.8.1.15.0",),
    },
    "cooling": {
        "model": (f"{_APC}.1.4.2.2.1.2.1", f"{_APC}.1.1.13.4.1.3.1", f"{_APC}.1.1.13.3.2.2.1.4.1"),
        "serial": (f"{_APC}.1.4.2.2.1.3.1", f"{_APC}.1.1.13.4.1.4.1", f"{_APC}.1.1.13.3.2.2.1.5.1"),
    },
}
# Rack PDUs that are linked to the one with the card stand in further rows of the identity table. That the first row is the
# host is a reading: the MIB names no role.
_LINKED_ROWS = (2, 3, 4)
_LINKED_COLUMNS = {"application": 6, "model": 8, "serial": 9, "boot_monitor": 11}
_ANY_DEVICE: t.Mapping[str, tuple[str, ...]] = {
    "model": (f"{_APC}.1.4.2.2.1.2.1",),
    "serial": (f"{_APC}.1.4.2.2.1.3.1",),
}

# upsBasicOutputStatus
_STATUS_UNKNOWN, _ON_BATTERY, _BATTERY_TEST = 1, 3, 15
# upsAdvTestDiagnosticsResults
_SELF_TESTS: t.Mapping[int, str] = {1: "passed", 2: "failed", 3: "invalid", 4: "in_progress"}

# SnmpEngineID of a card: the vendor's enterprise number, format "MAC address", the MAC.
_ENGINE_PREFIX = bytes.fromhex("8000013e03")


def device_kind(card: Values) -> str | None:
    """The kind of device that the card's sysObjectID names, which decides what is asked next."""
    row = family_of_sys_object_id(_dotted(card, SYS_OBJECT_ID))
    return DEVICE_KINDS[row.family if row else Family.UNKNOWN]


def device_oids(kind: str | None) -> tuple[str, ...]:
    """What to ask a card about a device of this kind."""
    own = tuple(oid for choices in _DEVICE_OIDS.get(kind, _ANY_DEVICE).values() for oid in choices)
    return (*own, *(_linked_oid(name, row) for row in _LINKED_ROWS for name in _LINKED_COLUMNS)) if kind == "rack_pdu" else own


def _linked_oid(name: str, row: int) -> str:
    return f"{_APC}.1.1.26.2.1.{_LINKED_COLUMNS[name]}.{row}"


def is_card(card: Values) -> bool:
    """Whether these values come from a network management card."""
    return parse_sysdescr(_text(card, SYS_DESCR) or "") is not None


def observe(card: Values, device: Values) -> Observation:
    """Bring the answers to `CARD_OIDS` and `device_oids` into one shape; sysDescr must be that of a card."""
    descr_text = _text(card, SYS_DESCR) or ""
    descr = parse_sysdescr(descr_text) or SysDescr("")
    choices = _DEVICE_OIDS.get(device_kind(card), _ANY_DEVICE)
    said = {name: _first(device, oids) for name, oids in choices.items()}
    ticks = card.get(SYS_UP_TIME)
    return Observation(
        source="snmp",
        sys_object_id=_dotted(card, SYS_OBJECT_ID),
        aos=_module(card, 0, version=descr.aos_version, file=descr.aos_file),
        application=_module(card, 1, version=descr.application_version, file=descr.application_file),
        boot_monitor=_module(card, 2, version=None, file=None),
        application_missing=is_bare_agent(descr) or _holds_boot_monitor(descr),
        printed_model=descr.model,
        serial=clean_serial(said.get("card_serial")) or clean_serial(descr.serial),
        hardware_revision=descr.hardware_revision,
        manufacture_date=clean_date(descr.manufacture_date),
        mac=_mac(card),
        name=clean(_text(card, SYS_NAME)),
        location=clean(_text(card, SYS_LOCATION)),
        contact=clean(_text(card, SYS_CONTACT)),
        uptime_seconds=ticks / 100 if isinstance(ticks, int) else None,
        device=_device(said, choices, device),
        linked=_linked(device),
        unread=() if descr.aos_version else (kept("sysDescr", descr_text),),
    )


def _holds_boot_monitor(descr: SysDescr) -> bool:
    return parse_image_name(descr.application_file or "").component is Component.BOOT_MONITOR


def _device(said: t.Mapping[str, str | None], choices: t.Mapping[str, tuple[str, ...]], values: Values) -> DeviceReading:
    status = values.get(choices.get("output_status", ("",))[0])
    test = values.get(choices.get("self_test", ("",))[0])
    self_test = "in_progress" if status == _BATTERY_TEST else _SELF_TESTS.get(test) if isinstance(test, int) else None
    return DeviceReading(
        model=said.get("model"),
        sku=said.get("sku"),
        serial=clean_serial(said.get("serial")),
        firmware=said.get("firmware"),
        on_battery=status == _ON_BATTERY if isinstance(status, int) and status != _STATUS_UNKNOWN else None,
        self_test=self_test,
    )


def _linked(values: Values) -> tuple[LinkedDevice, ...]:
    rows = [{name: clean(_text(values, _linked_oid(name, row))) for name in _LINKED_COLUMNS} for row in _LINKED_ROWS]
    return tuple(LinkedDevice(role="guest", **row) for row in rows if row["serial"])


def _module(card: Values, row: int, *, version: str | None, file: str | None) -> Module:
    """sysDescr wins over the table, which has been seen stale; the boot monitor is in the table only."""
    file = file or clean(_text(card, _MODULE_FILES[row]))
    return Module(version=version or clean(_text(card, _MODULE_VERSIONS[row])), file=file)


def _mac(card: Values) -> str | None:
    engine = card.get(ENGINE_ID)
    if not isinstance(engine, bytes) or len(engine) != 11 or not engine.startswith(_ENGINE_PREFIX):
        return None
    return clean_mac(engine[5:].hex(" "))


def _first(values: Values, oids: t.Sequence[str]) -> str | None:
    return next((text for text in (clean(_text(values, oid)) for oid in oids) if text), None)


def _text(values: Values, oid: str) -> str | None:
    value = values.get(oid)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else None


def _dotted(values: Values, oid: str) -> str | None:
    value = values.get(oid)
    return value if isinstance(value, str) else None
