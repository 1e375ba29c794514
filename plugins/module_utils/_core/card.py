# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One card as the collection knows it, and how that is concluded from what the card said."""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.cli_answers import SERVICE_NAMES
from ansible_collections.secure_power.nmc.plugins.module_utils._core.features import features
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component, parse_image_name
from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import (
    DeviceReading,
    LinkedDevice,
    Module,
    Observation,
    Unread,
    kept,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import (
    DEVICE_KINDS,
    GENERATIONS,
    Family,
    SecureNmc,
    family_row,
    secure_nmc,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version


@dataclass(frozen=True)
class Installed:
    """One firmware component of a card; None is what the card does not say."""

    version: Version | None
    file: str | None


@dataclass(frozen=True)
class Card:
    """A network management card and the device that hosts it.

    ``inferred`` names the facts that rest on a reading of the sources instead of their words. ``application_state`` is the letter
    of the login banner: ``+`` running, ``?`` starting, ``-`` broken, ``!`` not fit for the AOS; ``user_type`` is that of
    the account that read it. Both are None when not read over SSH, ``linked`` is empty when not read over SNMP.
    ``lost_application``: the application is the operator's word, because the card has none that works.
    """

    source: str
    generation: int | None
    hardware_token: str | None
    application: str | None
    application_missing: bool
    application_state: str | None
    user_type: str | None
    linked: tuple[LinkedDevice, ...]
    product_family: Family
    inferred: tuple[str, ...]
    model: str | None
    serial: str | None
    hardware_revision: str | None
    manufacture_date: str | None
    mac: str | None
    name: str | None
    location: str | None
    contact: str | None
    uptime_seconds: float | None
    firmware: t.Mapping[Component, Installed]
    device: DeviceReading
    services: t.Mapping[str, bool | None]
    secure_nmc: SecureNmc
    features: t.Mapping[str, t.Any]
    unread: tuple[Unread, ...]
    lost_application: bool = False

    def version(self, component: Component) -> Version | None:
        return self.firmware[component].version

    @property
    def firmware_versions(self) -> dict[Component, Version | None]:
        return {component: installed.version for component, installed in self.firmware.items()}

    def facts(self, read_at: str) -> dict[str, t.Any]:
        """The dict that `nmc_facts` returns as ``ansible_facts.nmc``: always the same keys."""
        aos, application, boot = (self.firmware[part] for part in (Component.AOS, Component.APPLICATION, Component.BOOT_MONITOR))
        return {
            "generation": self.generation,
            "hardware_token": self.hardware_token,
            "application": self.application,
            "application_missing": self.application_missing,
            "product_family": self.product_family.value,
            "inferred": list(self.inferred),
            "model": self.model,
            "serial": self.serial,
            "hardware_revision": self.hardware_revision,
            "manufacture_date": self.manufacture_date,
            "mac": self.mac,
            "name": self.name,
            "location": self.location,
            "contact": self.contact,
            "uptime_seconds": self.uptime_seconds,
            "firmware": {
                "aos": {"version": _text(aos.version), "file": aos.file},
                "application": {
                    "name": self.application,
                    "version": _text(application.version),
                    "file": application.file,
                },
                "boot_monitor": {"version": _text(boot.version)},
            },
            "device": {"kind": DEVICE_KINDS[self.product_family], **asdict(self.device)},
            "services": dict(self.services),
            "secure_nmc": {
                "eligible": self.secure_nmc.eligible,
                "subscription_family": self.secure_nmc.subscription_family,
                "reason": self.secure_nmc.reason,
            },
            "features": dict(self.features),
            "linked": [asdict(device) for device in self.linked],
            "unread": [asdict(text) for text in self.unread],
            "source": self.source,
            "read_at": read_at,
        }


def identify(said: Observation, *, product_family: Family | None = None) -> Card:
    """Conclude who a card is. ``product_family`` is the operator's word and wins over every table."""
    token = _hardware_token(said)
    application = _application(said)
    generation = GENERATIONS.get(token or "")
    row = family_row(application=application, sys_object_id=said.sys_object_id, card_model=said.card_model or said.printed_model)
    family = product_family or (row.family if row else Family.UNKNOWN)
    subscription = secure_nmc(generation, family)
    guessed_family = product_family is None and row is not None and not row.verified
    card_model, device = _models(said, family)
    return Card(
        source=said.source,
        generation=generation,
        hardware_token=token,
        application=application,
        application_missing=said.application_missing,
        application_state=said.application_state,
        user_type=said.user_type,
        linked=said.linked,
        product_family=family,
        inferred=_inferred(family=guessed_family, subscription=guessed_family or not subscription.verified),
        model=card_model,
        serial=said.serial,
        hardware_revision=said.hardware_revision,
        manufacture_date=said.manufacture_date,
        mac=said.mac,
        name=said.name,
        location=said.location,
        contact=said.contact,
        uptime_seconds=said.uptime_seconds,
        firmware={
            Component.AOS: _installed(said.aos),
            Component.APPLICATION: _installed(said.application),
            Component.BOOT_MONITOR: _installed(said.boot_monitor),
        },
        device=device,
        services={name: said.services.get(name) for name in SERVICE_NAMES},
        secure_nmc=subscription,
        features=features(generation=generation, family=family, card_model=card_model, device_names=(device.model, device.sku)),
        unread=(*said.unread, *_unread_versions(said)),
    )


def card_from_facts(facts: t.Mapping[str, t.Any]) -> Card | None:
    """The card that gave these facts, as a cache kept them; None for facts of another shape, such as those of an older release.

    What only a login shows (the user's type, the application's state) is not among the facts.
    """
    try:
        return _from_facts(facts)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
        return None


def _from_facts(facts: t.Mapping[str, t.Any]) -> Card:
    family, generation = Family(facts["product_family"]), facts["generation"]
    if generation is not None and generation not in GENERATIONS.values():
        raise ValueError("there is no such generation")
    device = {name: _text_or_none(value) for name, value in facts["device"].items() if name not in ("kind", "on_battery")}
    return Card(
        **{name: _text_or_none(facts[name]) for name in _TEXTS},
        application_missing=_one_of(facts["application_missing"], True, False),
        uptime_seconds=None if facts["uptime_seconds"] is None else float(facts["uptime_seconds"]),
        generation=generation,
        application_state=None,
        user_type=None,
        linked=tuple(LinkedDevice(**_texts(linked)) for linked in facts["linked"]),
        product_family=family,
        inferred=tuple(str(name) for name in facts["inferred"]),
        firmware={component: _installed_before(facts["firmware"][component.value]) for component in Component},
        device=DeviceReading(**device, on_battery=_one_of(facts["device"]["on_battery"], True, False, None)),
        services={str(name): _one_of(on, True, False, None) for name, on in facts["services"].items()},
        secure_nmc=secure_nmc(generation, family),
        features=dict(facts["features"]),
        unread=tuple(Unread(**_texts(text)) for text in facts["unread"]),
    )


_TEXTS = (
    "source",
    "hardware_token",
    "application",
    "model",
    "serial",
    "hardware_revision",
    "manufacture_date",
    "mac",
    "name",
    "location",
    "contact",
)


def _installed_before(facts: t.Mapping[str, t.Any]) -> Installed:
    version = parse_version(facts["version"])
    if facts["version"] is not None and version is None:
        raise ValueError("it is no version")
    return Installed(version, _text_or_none(facts.get("file")))


def _texts(facts: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {name: _text_or_none(value) for name, value in facts.items()}


def _text_or_none(value: t.Any) -> t.Any:
    if value is not None and not isinstance(value, str):
        raise TypeError("it is no text")
    return value


def _one_of(value: t.Any, *choices: bool | None) -> t.Any:
    if not any(value is choice for choice in choices):
        raise TypeError("it is no truth value")
    return value


def _inferred(*, family: bool, subscription: bool) -> tuple[str, ...]:
    marks = {"product_family": family, "secure_nmc": subscription}
    return tuple(name for name, inferred in marks.items() if inferred)


def _hardware_token(said: Observation) -> str | None:
    files = (module.file for module in (said.application, said.aos, said.boot_monitor))
    return next((token for token in (parse_image_name(file or "").hardware_token for file in files) if token), None)


def _application(said: Observation) -> str | None:
    if said.application_missing:
        return None
    if said.application.name:
        return said.application.name.lower()
    return parse_image_name(said.application.file or "").application


def _installed(module: Module) -> Installed:
    return Installed(parse_version(module.version), module.file)


def _unread_versions(said: Observation) -> tuple[Unread, ...]:
    modules = {"aos": said.aos, "application": said.application, "boot_monitor": said.boot_monitor}
    return tuple(
        kept(f"version of {name}", module.version)
        for name, module in modules.items()
        if module.version and parse_version(module.version) is None
    )


def _models(said: Observation, family: Family) -> tuple[str | None, DeviceReading]:
    """A UPS card prints its own model; an embedded card prints that of the PDU, switch or cooling unit."""
    if said.printed_model is None or DEVICE_KINDS[family] in ("ups", None):
        return said.card_model or said.printed_model, said.device
    device = said.device
    model = device.model or said.printed_model
    return said.card_model, DeviceReading(model, device.sku, device.serial, device.firmware, device.on_battery, device.self_test)


def _text(version: Version | None) -> str | None:
    return str(version) if version else None
