# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet file: which address is which card."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, field

import yaml

from emulator.faults import Fault, FaultError, parse_faults
from emulator.guests import MAX_GUESTS, Guest
from emulator.profiles import PROFILES, Device, Profile

if t.TYPE_CHECKING:
    import pathlib

AUTH_PROTOCOLS = ("md5", "sha", "sha224", "sha256", "sha384", "sha512")
PRIVACY_PROTOCOLS = ("des", "3des", "aes", "aes192", "aes256", "aes192c", "aes256c")
_PASSWORD_MINIMUM = 8  # of RFC 3414; clients refuse shorter ones
LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


class FleetError(ValueError):
    """The fleet file cannot be understood; the text says where and why."""


@dataclass(frozen=True)
class SnmpUser:
    """A USM user; a protocol that is None is not used."""

    user: str
    auth_protocol: str | None = None
    auth_password: str = ""
    privacy_protocol: str | None = None
    privacy_password: str = ""


@dataclass(frozen=True)
class SnmpSettings:
    v1v2c_enabled: bool = True
    community: str = "public"
    v3: SnmpUser | None = None


@dataclass
class CardSettings:
    """One card as the fleet file describes it, everything derived."""

    address: str
    number: int
    profile: Profile
    application: str
    aos: str
    application_version: str
    boot_monitor: str
    model: str
    serial: str
    mac: bytes
    name: str
    device: Device
    device_serial: str
    location: str = "Unknown"
    contact: str = "Unknown"
    username: str = "apc"
    password: str = "apc"
    user_type: str = "Super User"
    snmp: SnmpSettings = SnmpSettings()
    on_battery: bool = False
    self_test: bool = False
    https_enabled: bool = True
    ftp_enabled: bool = False
    host_key: str | None = None
    application_missing: bool = False
    sys_descr: str | None = None
    sys_object_id: str | None = None
    reboot_seconds: float = 3.0
    check_seconds: float = 0.2
    idle_seconds: float = 180.0
    guest_seconds: float = 0.2
    uptime_seconds: float = 1_000_000.0
    guests: tuple[Guest, ...] = ()
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Forward:
    """A port of 127.0.0.1 that leads to a card's SSH, as a NAT does it; port 0 is any free one."""

    port: int
    to: str


@dataclass(frozen=True)
class Fleet:
    """Everything that a fleet file describes; ``ipv6_card`` is the address of the card that is also ::1."""

    cards: list[CardSettings]
    forwards: list[Forward] = field(default_factory=list)
    ipv6_card: str | None = None


# key in the fleet file -> the type that it must have; these go to CardSettings as they are
_PLAIN: dict[str, type | tuple[type, ...]] = {
    "application": str,
    "aos": str,
    "application_version": str,
    "boot_monitor": str,
    "model": str,
    "location": str,
    "contact": str,
    "username": str,
    "password": str,
    "user_type": str,
    "on_battery": bool,
    "self_test": bool,
    "https_enabled": bool,
    "ftp_enabled": bool,
    "host_key": str,
    "application_missing": bool,
    "sys_descr": str,
    "sys_object_id": str,
    "reboot_seconds": (int, float),
    "check_seconds": (int, float),
    "idle_seconds": (int, float),
    "guest_seconds": (int, float),
    "uptime_seconds": (int, float),
}
_KNOWN = {*_PLAIN, "address", "count", "profile", "serial", "mac", "name", "snmp", "device", "guests", "faults"}
_SINGLE = ("serial", "mac")


def load_fleet(path: pathlib.Path) -> Fleet:
    """Read and check a fleet file."""
    try:
        return parse_fleet(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise FleetError(f"{path}: {error}") from error


def parse_fleet(document: object) -> Fleet:
    """A fleet document, its cards in address order of the entries."""
    fleet = _mapping("fleet", document, {"defaults", "cards", "forwards", "ipv6_card"})
    defaults = _mapping("defaults", fleet.get("defaults") or {}, _KNOWN - {"address", "count"})
    cards: dict[str, CardSettings] = {}
    for index, entry in enumerate(_list("cards", fleet.get("cards"))):
        where = f"cards[{index}]"
        for card in _expand(where, {**defaults, **_mapping(where, entry, _KNOWN)}):
            if card.address in cards:
                raise FleetError(f"{where}: address {card.address} is already another card")
            cards[card.address] = card
    ipv6_card = fleet.get("ipv6_card")
    if ipv6_card is not None:
        _check_card("ipv6_card", ipv6_card, cards)
    return Fleet(list(cards.values()), list(_forwards(fleet.get("forwards") or [], cards)), ipv6_card)


def _forwards(given: object, cards: dict[str, CardSettings]) -> t.Iterator[Forward]:
    for index, each in enumerate(_list("forwards", given)):
        where = f"forwards[{index}]"
        fields = _mapping(where, each, {"port", "to"})
        _check_card(f"{where}: to", fields.get("to"), cards)
        yield Forward(_typed(where, "port", fields.get("port", 0), int), fields["to"])


def _check_card(where: str, address: object, cards: dict[str, CardSettings]) -> None:
    if address not in cards:
        raise FleetError(f"{where}: there is no card at {address}")


def _expand(where: str, entry: dict[str, t.Any]) -> t.Iterator[CardSettings]:
    count = _typed(where, "count", entry.get("count", 1), int)
    first = _address(where, entry.get("address"))
    if count > 1 and any(key in given for given in (entry, entry.get("device") or {}) for key in _SINGLE):
        raise FleetError(f"{where}: {' and '.join(_SINGLE)} belong to one card, but count is {count}")
    profile = PROFILES.get(entry.get("profile", ""))
    if profile is None:
        raise FleetError(f"{where}: unknown profile {entry.get('profile')!r}; known: {', '.join(PROFILES)}")
    plain = {key: _typed(where, key, entry[key], kind) for key, kind in _PLAIN.items() if key in entry}
    device, device_serial = _device(where, entry.get("device") or {}, profile.device)
    snmp = _snmp(where, entry.get("snmp") or {})
    for number in range(count):
        address = first + number
        if address not in LOOPBACK:
            raise FleetError(f"{where}: {address} is outside {LOOPBACK}")
        yield _card(
            profile=profile,
            address=str(address),
            number=int(address) & 0xFFFFFF,
            entry=entry,
            plain=plain,
            name=_name(entry, profile, number if count > 1 else None, int(address) & 0xFFFFFF),
            device=device,
            device_serial=device_serial,
            snmp=snmp,
            guests=_guests(where, entry, profile),
            faults=_faults(where, entry),
        )


def _card(
    *,
    profile: Profile,
    address: str,
    number: int,
    entry: dict[str, t.Any],
    plain: dict[str, t.Any],
    name: str,
    device: Device,
    device_serial: str | None,
    snmp: SnmpSettings,
    guests: tuple[Guest, ...],
    faults: list[Fault],
) -> CardSettings:
    derived: dict[str, t.Any] = {
        "application": profile.application,
        "aos": profile.aos,
        "application_version": profile.application_version,
        "boot_monitor": profile.boot_monitor,
        "model": profile.card_model,
        "uptime_seconds": 1_000_000.0 + number % 5000 * 60,
    }
    return CardSettings(
        address=address,
        number=number,
        profile=profile,
        serial=entry.get("serial") or f"{profile.card_serial_prefix}{number:08d}",
        mac=_mac(entry.get("mac"), profile, number),
        name=name,
        device=device,
        device_serial=device_serial or f"{device.serial_prefix}{number + 10_000_000:08d}",
        snmp=snmp,
        guests=guests,
        faults=faults,
        **{**derived, **plain},
    )


def _address(where: str, text: object) -> ipaddress.IPv4Address:
    try:
        return ipaddress.IPv4Address(text)
    except ipaddress.AddressValueError as error:
        raise FleetError(f"{where}: address: {error}") from error


def _name(entry: dict[str, t.Any], profile: Profile, index: int | None, number: int) -> str:
    name = entry.get("name")
    if name is None:
        return f"apc{_mac(entry.get('mac'), profile, number)[-3:].hex().upper()}"
    return str(name) if index is None else f"{name}-{index + 1}"


def _mac(text: str | None, profile: Profile, number: int) -> bytes:
    if text:
        mac = bytes.fromhex(text.replace(":", "").replace(" ", "").replace("-", ""))
        if len(mac) != 6:
            raise FleetError(f"mac: {text!r} has {len(mac)} bytes, not 6")
        return mac
    vendor = "282986" if profile.generation == 3 else "00c0b7"
    return bytes.fromhex(vendor) + number.to_bytes(3, "big")


def _device(where: str, given: object, device: Device) -> tuple[Device, str | None]:
    fields = _mapping(f"{where}.device", given, {"model", "sku", "serial", "firmware"})
    for key, value in fields.items():
        _typed(f"{where}.device", key, value, str)
    serial = fields.pop("serial", None)
    return Device(**{**vars(device), **fields}), serial


def _snmp(where: str, given: object) -> SnmpSettings:
    fields = _mapping(f"{where}.snmp", given, {"v1v2c_enabled", "community", "v3"})
    user = fields.pop("v3", None)
    for key, value in fields.items():
        _typed(f"{where}.snmp", key, value, bool if key == "v1v2c_enabled" else str)
    return SnmpSettings(**fields, v3=_snmp_user(f"{where}.snmp.v3", user) if user else None)


def _snmp_user(where: str, given: object) -> SnmpUser:
    known = {"user", "auth_protocol", "auth_password", "privacy_protocol", "privacy_password"}
    fields = _mapping(where, given, known)
    if "user" not in fields:
        raise FleetError(f"{where}: user is missing")
    for key, value in fields.items():
        _typed(where, key, value, str)
    user = SnmpUser(**fields)
    if user.auth_protocol not in (None, *AUTH_PROTOCOLS):
        raise FleetError(f"{where}: auth_protocol must be one of {', '.join(AUTH_PROTOCOLS)}")
    if user.privacy_protocol not in (None, *PRIVACY_PROTOCOLS):
        raise FleetError(f"{where}: privacy_protocol must be one of {', '.join(PRIVACY_PROTOCOLS)}")
    if user.privacy_protocol and not user.auth_protocol:
        raise FleetError(f"{where}: privacy needs authentication")
    for protocol, password in ((user.auth_protocol, user.auth_password), (user.privacy_protocol, user.privacy_password)):
        if protocol and len(password) < _PASSWORD_MINIMUM:
            raise FleetError(f"{where}: a password for {protocol} has at least {_PASSWORD_MINIMUM} characters")
    return user


def _guests(where: str, entry: dict[str, t.Any], profile: Profile) -> tuple[Guest, ...]:
    given = _list(f"{where}: guests", entry.get("guests") or [])
    if given and profile.kind != "rpdu":
        raise FleetError(f"{where}: guests: only a rack PDU of NMC2 or NMC3 has guests")
    if len(given) > MAX_GUESTS:
        raise FleetError(f"{where}: guests: there are {MAX_GUESTS} at most")
    boot_monitor = entry.get("boot_monitor", profile.boot_monitor)
    return tuple(_guest(f"{where}.guests[{index}]", each, boot_monitor) for index, each in enumerate(given))


def _guest(where: str, given: object, boot_monitor: str) -> Guest:
    names = ("serial", "model", "application_version")
    fields = _mapping(where, given, set(names))
    return Guest(boot_monitor=boot_monitor, **{name: _typed(where, name, fields.get(name), str) for name in names})


def _faults(where: str, entry: dict[str, t.Any]) -> list[Fault]:
    try:
        return parse_faults(entry.get("faults") or [])
    except FaultError as error:
        raise FleetError(f"{where}: {error}") from error


def _mapping(where: str, given: object, known: set[str]) -> dict[str, t.Any]:
    if not isinstance(given, dict):
        raise FleetError(f"{where}: must be a mapping")
    for key in given:
        if key not in known:
            raise FleetError(f"{where}: unknown key {key!r}; known: {', '.join(sorted(known))}")
    return dict(given)


def _list(where: str, given: object) -> list[t.Any]:
    if not isinstance(given, list):
        raise FleetError(f"{where}: must be a list")
    return given


def _typed(where: str, key: str, value: t.Any, kind: type | tuple[type, ...]) -> t.Any:
    wrong_bool = isinstance(value, bool) and kind is not bool
    if wrong_bool or not isinstance(value, kind):
        raise FleetError(f"{where}: {key}: {value!r} is not of the right type (quote versions and passwords)")
    return value
