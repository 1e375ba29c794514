# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Firmware releases that are known to exist: which AOS ships with which application, when it was seen, and by whom.

The vendor publishes no list. Every row was seen in the field or named by an advisory; a release without a row is no mistake.
Whether a release is certified is published for none of them: that is the operator's word, with the evidence for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version


@dataclass(frozen=True)
class Certification:
    """What an operator knows of a release: ``IEC 62443-4-2``, ``SL2``, and where that can be read."""

    standard: str
    level: str
    evidence_url: str


@dataclass(frozen=True)
class KnownRelease:
    """One release; None is what nobody has said. ``seen`` is a month or day by which it existed."""

    generation: int
    application: str
    version: Version
    aos: Version | None
    boot_monitor: Version | None
    seen: str | None
    source: str

    @property
    def line(self) -> str:
        """The line of releases that it belongs to: ``2.5``."""
        return ".".join(str(part) for part in self.version.parts[:2])


def _row(
    generation: int, application: str, version: str, aos: str | None, seen: str | None, source: str, boot: str | None = None
) -> KnownRelease:
    parsed = parse_version(version)
    if parsed is None:
        raise ValueError(f"{version!r} is no version")
    return KnownRelease(generation, application, parsed, parse_version(aos), parse_version(boot), seen, source)


_FIELD = "read from a card"

CATALOGUE: tuple[KnownRelease, ...] = (
    _row(2, "rpdu2g", "6.7.2", "6.7.2", "2019-03", _FIELD, "1.0.8"),
    _row(2, "sumx", "6.9.6", "6.9.6", "2020-11", _FIELD, "1.0.9"),
    _row(2, "sumx", "7.0.4", "7.0.4", "2021-11", "ICSA-21-313-01"),
    _row(2, "sy", "7.0.4", "7.0.4", "2021-11", "ICSA-21-313-01"),
    _row(2, "rpdu2g", "7.0.6", "7.0.4", "2021-12", "ICSA-21-313-01, ICSA-21-348-02: apc_hw05_aos704_rpdu2g706_bootmon109.exe", "1.0.9"),
    _row(2, "ats4g", "7.1.4", "7.1.2", None, _FIELD, "1.0.9"),
    _row(2, "rpdu2g", "7.1.4", "7.1.2", None, _FIELD, "1.0.9"),
    _row(2, "sumx", "7.1.8", "7.1.8", "2024-11", _FIELD),
    _row(2, "sumx", "7.2.0", "7.2.0", None, "public upgrade scripts", "1.0.9"),
    _row(2, "rpdu2g", "7.2.6", "7.2.2", "2025", "release notes 990-9958R, as quoted"),
    _row(3, "rpdu2g", "1.2.0.2", None, "2021-12", "ICSA-21-348-02"),
    _row(3, "su", "1.3.3.1", "1.3.3.1", "2021-07", f"{_FIELD} made that month"),
    _row(3, "su", "1.4.0.19", "1.4.0.23", None, _FIELD),
    _row(3, "su", "1.4.2.1", "1.4.2.1", "2020-12", f"{_FIELD}; ICSA-21-313-01", "1.3.6.1"),
    _row(3, "su", "1.5.1.1", "1.5.1.1", "2021-11", "ICSA-21-313-01; the four parts are a reading of a document's name"),
    _row(3, "sy", "1.5.1.1", "1.5.1.1", "2021-11", "ICSA-21-313-01; the four parts are a reading of a document's name"),
    _row(3, "su", "2.2.0.1", "2.2.0.1", None, "public upgrade notes", "1.4.2.1"),
    _row(3, "su", "2.3.1.1", "2.3.1.1", "2022-04", f"{_FIELD} made that month"),
    _row(3, "rpdu2g", "2.3.1.6", "2.3.1.1", "2026-09", _FIELD, "1.5.0.2"),
    _row(3, "su", "2.5.0.6", "2.5.0.8", "2023-05", _FIELD, "1.5.1.1"),
    _row(3, "rpdu2g", "2.5.0.6", "2.5.0.8", "2023-04", f"{_FIELD} made that month"),
    _row(3, "eu3p", "2.5.0.1", "2.5.0.8", "2024-07", f"{_FIELD} made that month"),
    _row(3, "rpdu2g", "2.5.2.5", "2.5.3.2", "2025-08", f"{_FIELD}; field notes"),
    _row(3, "su", "2.5.5.1", None, "2025-06-13", "public code: apc_hw21_su_2-5-5-1.exe"),
    _row(3, "rpdu2g", "3.0.0.5", "3.0.0.12", "2024-07", f"{_FIELD} made that month"),
    _row(3, "su", "3.3.0.8", "3.3.0.8", "2025-06", "public report of a Smart-UPS user; that both versions are equal is a reading"),
)


def known_release(generation: int | None, application: str | None, version: Version) -> KnownRelease | None:
    """The row of a release, by the application's version."""
    wanted = (generation, application, version)
    return next((row for row in CATALOGUE if (row.generation, row.application, row.version) == wanted), None)
