# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security advisories about the cards' own firmware, and whether a card is exposed to them.

A table and not a feed: the vendor's and CISA's files of these years name products and fixes in prose, or list every fix for every
product. Advisories about UPS firmware, about the vendor's programs and about other cards have no row here.
"""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version_range import VersionRange, parse_range

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card


@dataclass(frozen=True)
class Extent:
    """Versions of one component."""

    component: Component
    versions: VersionRange

    def __str__(self) -> str:
        return f"{self.component.value} {self.versions}"


@dataclass(frozen=True)
class Advisory:
    """What is affected and what is fixed; between the two, and where no fix is known, nobody knows.

    ``families`` and ``models`` (beginnings of the device's model) narrow the cards of a generation; empty means all of them.
    """

    id: str
    cves: tuple[str, ...]
    references: tuple[str, ...]
    generation: int
    affected: Extent
    fixed: Extent | None
    source: str
    families: tuple[Family, ...] = ()
    models: tuple[str, ...] = ()


class Exposed(str, enum.Enum):
    """Whether an advisory holds for a card. That it does not is no exposure."""

    AFFECTED = "affected"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Exposure:
    """An advisory that holds for a card, or may hold for it, as ``why`` says."""

    advisory: Advisory
    state: Exposed
    why: str


def _extent(component: Component, text: str) -> Extent:
    versions = parse_range(text)
    if versions is None:
        raise ValueError(f"{text!r} is no range of versions")
    return Extent(component, versions)


def _aos(text: str) -> Extent:
    return _extent(Component.AOS, text)


def _application(text: str) -> Extent:
    return _extent(Component.APPLICATION, text)


_RIPPLE20 = ("CVE-2020-11896", "CVE-2020-11898", "CVE-2020-11899", "CVE-2020-11901", "CVE-2020-11902")
_RIPPLE20_REFERENCES = ("SEVD-2020-174-01", "FA410359", "ICSA-20-168-01")
_WEB_2021 = (*(f"CVE-2021-{number}" for number in range(22810, 22816)),)
_WEB_2021_REFERENCES = ("SEVD-2021-313-03", "ICSA-21-313-01")
_TOKEN_2021 = ("CVE-2021-22825",)
_TOKEN_2021_REFERENCES = ("SEVD-2021-348-04", "ICSA-21-348-02")
_ONE_PHASE_UPS = (Family.SMART_UPS, Family.SYMMETRA_1P)
_OTHERS = (Family.RACK_ATS, Family.COOLING, Family.ENVIRONMENT, Family.THREE_PHASE_UPS)

ADVISORIES: tuple[Advisory, ...] = (
    Advisory(
        "ripple20-nmc1", _RIPPLE20, _RIPPLE20_REFERENCES, 1, _aos("<=3.9.2"), _aos(">=3.9.4"), "second hand, citing the vendor's notice"
    ),
    Advisory(
        "ripple20-nmc2", _RIPPLE20, _RIPPLE20_REFERENCES, 2, _aos("<=6.9.4"), _aos(">=6.9.6"), "second hand, citing the vendor's notice"
    ),
    Advisory(
        "ripple20-nmc3",
        _RIPPLE20,
        _RIPPLE20_REFERENCES,
        3,
        _aos("<=1.3.3.1"),
        _aos(">=1.4"),
        "second hand, citing the vendor's notice",
        families=_ONE_PHASE_UPS,
    ),
    Advisory(
        "web-2021-nmc3-ups",
        _WEB_2021,
        _WEB_2021_REFERENCES,
        3,
        _aos("<=1.4.2.1"),
        _application(">=1.5"),
        "ICSA-21-313-01; delete debug.tar after its use as well",
        families=_ONE_PHASE_UPS,
    ),
    Advisory(
        "web-2021-nmc3-pdu",
        _WEB_2021,
        _WEB_2021_REFERENCES,
        3,
        _aos("<=1.4.0"),
        _aos(">=1.5"),
        "ICSA-21-313-01 names what is affected; the fix is a reading: the line in which the UPS cards were fixed",
        families=(Family.RACK_PDU,),
        models=("APDU99",),
    ),
    Advisory(
        "web-2021-nmc2-ups",
        _WEB_2021,
        _WEB_2021_REFERENCES,
        2,
        _aos("<=6.9.8"),
        _application(">=7.0.4"),
        "ICSA-21-313-01",
        families=_ONE_PHASE_UPS,
    ),
    Advisory(
        "web-2021-nmc2-pdu",
        _WEB_2021,
        _WEB_2021_REFERENCES,
        2,
        _aos("<=6.9.6"),
        _application(">=7.0.6"),
        "ICSA-21-313-01: rpdu2g 7.0.6, which ships on AOS 7.0.4",
        families=(Family.RACK_PDU,),
    ),
    Advisory(
        "web-2021-nmc2-other",
        _WEB_2021,
        _WEB_2021_REFERENCES,
        2,
        _aos("<=6.9.6"),
        _aos(">=7.0.4"),
        "ICSA-21-313-01",
        families=_OTHERS,
    ),
    Advisory(
        "token-2021-nmc3-pdu-ap",
        _TOKEN_2021,
        _TOKEN_2021_REFERENCES,
        3,
        _application("<=1.1.0.3"),
        _application(">=1.2.0.2"),
        "ICSA-21-348-02",
        families=(Family.RACK_PDU,),
        models=("AP7", "AP8"),
    ),
    Advisory(
        "token-2021-nmc3-pdu-apdu",
        _TOKEN_2021,
        _TOKEN_2021_REFERENCES,
        3,
        _application("<=1.0.0.28"),
        _application(">=1.2.0.2"),
        "ICSA-21-348-02",
        families=(Family.RACK_PDU,),
        models=("APDU9",),
    ),
    Advisory(
        "token-2021-nmc2-pdu",
        _TOKEN_2021,
        _TOKEN_2021_REFERENCES,
        2,
        _application("<=6.9.6"),
        _application(">=7.0.6"),
        "ICSA-21-348-02",
        families=(Family.RACK_PDU,),
    ),
    Advisory(
        "credentials-2018-nmc2",
        ("CVE-2018-7820",),
        ("CCON-BFQMXC",),
        2,
        _aos("==6.5.6"),
        None,
        "the CVE record names 6.5.6 alone, and no fix",
    ),
)


def exposures(card: Card, advisories: t.Iterable[Advisory] = ADVISORIES) -> tuple[Exposure, ...]:
    """What a card is or may be exposed to, in the order of the table."""
    found = (_exposure(card, advisory) for advisory in advisories if _concerns(advisory, card))
    return tuple(exposure for exposure in found if exposure is not None)


def _concerns(advisory: Advisory, card: Card) -> bool:
    """A family or a model that the card does not say may be one that is affected."""
    models = [model for model in (card.device.model, card.device.sku) if model]
    return (
        advisory.generation == card.generation
        and (_is_of_family(card, advisory) or card.product_family is Family.UNKNOWN)
        and (not advisory.models or not models or any(model.startswith(advisory.models) for model in models))
    )


def _is_of_family(card: Card, advisory: Advisory) -> bool:
    return not advisory.families or card.product_family in advisory.families


def _exposure(card: Card, advisory: Advisory) -> Exposure | None:
    if advisory.fixed is not None and _runs(card, advisory.fixed):
        return None
    affected, fixed = _runs(card, advisory.affected), advisory.fixed
    running = f"{advisory.affected.component.value} {card.version(advisory.affected.component) or 'not said'}"
    if affected and _is_of_family(card, advisory):
        return Exposure(advisory, Exposed.AFFECTED, f"{running} is affected ({advisory.affected.versions})")
    if affected:
        families = ", ".join(family.value for family in advisory.families)
        why = f"{running} is affected ({advisory.affected.versions}) on cards of {families}, and the family of this one is not known"
        return Exposure(advisory, Exposed.UNKNOWN, why)
    remedy = f"the first known fix is {fixed}" if fixed else "no fix is known"
    return Exposure(advisory, Exposed.UNKNOWN, f"{running} is not named as affected ({advisory.affected.versions}), and {remedy}")


def _runs(card: Card, extent: Extent) -> bool:
    version = card.version(extent.component)
    return version is not None and version in extent.versions
