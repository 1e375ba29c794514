# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The baseline: which release which cards shall run, who is exempt until when, and what the operator knows better than the tables."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass, field
from datetime import date, datetime

from ansible_collections.secure_power.nmc.plugins.module_utils._core.advisories import ADVISORIES, Advisory, Extent
from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline_schema import BASELINE_SCHEMA
from ansible_collections.secure_power.nmc.plugins.module_utils._core.catalogue import Certification
from ansible_collections.secure_power.nmc.plugins.module_utils._core.entitlement import FREE_LINES
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.schema import problems
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version_range import VersionRange, parse_range

_SHOWN = 5  # problems of one document in a message
_DEEPEST = 20

Document = t.Mapping[str, t.Any]
# What a matching expression says of one card's document; True and False are the only good answers.
Matcher = t.Callable[[Document], t.Any]
# Makes a matcher of an expression. Raises ValueError with what is wrong about it.
Compile = t.Callable[[str], Matcher]


class Fit(enum.Enum):
    """How the versions of a card lie to the wanted ones."""

    WITHIN = "within"
    BELOW = "below"
    ABOVE = "above"
    UNSAID = "unsaid"


@dataclass(frozen=True)
class Wanted:
    """The versions that will do, by component."""

    versions: t.Mapping[Component, VersionRange]

    def fit(self, running: t.Mapping[Component, Version | None]) -> Fit:
        """Something newer than wanted decides before something older does: it would have to be downgraded on the way."""
        fits = {_fit(running.get(component), versions) for component, versions in self.versions.items()}
        return next((fit for fit in (Fit.UNSAID, Fit.ABOVE, Fit.BELOW) if fit in fits), Fit.WITHIN)

    @property
    def exact(self) -> dict[Component, Version] | None:
        """The versions themselves, where each is the only one that will do."""
        only = {component: versions.only for component, versions in self.versions.items()}
        return None if None in only.values() else t.cast("dict[Component, Version]", only)

    @property
    def least(self) -> dict[Component, Version]:
        """The oldest versions that are named: what is asked about where nobody knows which releases there are."""
        return {component: versions.least for component, versions in self.versions.items()}

    def __str__(self) -> str:
        return ", ".join(f"{component.value} {str(versions).removeprefix('==')}" for component, versions in self.versions.items())


def _fit(version: Version | None, wanted: VersionRange) -> Fit:
    if version is None:
        return Fit.UNSAID
    if version in wanted:
        return Fit.WITHIN
    return Fit.ABOVE if wanted.exceeds(version) else Fit.BELOW


@dataclass(frozen=True)
class Rule:
    """What the cards that match shall run: ``wanted``, or None where ``not_applicable`` says why they are left alone."""

    name: str
    matches: Matcher
    wanted: Wanted | None
    not_applicable: str | None = None
    needs_entitlement: bool = True
    otherwise: Wanted | None = None
    allows_downgrade: bool = False
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Waiver:
    """An exemption; ``expires`` is the last day (UTC) on which it holds."""

    matches: Matcher
    match: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True)
class Baseline:
    """One declared policy. ``majors``: by generation, what takes the place of the built-in stepping stones."""

    name: str
    rules: tuple[Rule, ...]
    waivers: tuple[Waiver, ...] = ()
    free_versions: tuple[VersionRange, ...] = FREE_LINES
    advisories: tuple[Advisory, ...] = ADVISORIES
    majors: t.Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    certifications: t.Mapping[tuple[str, Version], Certification] = field(default_factory=dict)


def parse_baseline(document: t.Any, compile_match: Compile) -> Baseline | Refusal:
    """Read a document of plain types. A refusal names rule and key of everything that is wrong, up to a few."""
    plain = _with_dates_as_text(document, depth=0)
    found = problems(plain, BASELINE_SCHEMA, "baseline")
    reader = _Reader(compile_match)
    baseline = None if found else reader.baseline(plain)
    found = found or reader.problems
    if baseline is not None and not found:
        return baseline
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return Refusal(Reason.BASELINE_INVALID, f"{'; '.join(found[:_SHOWN])}{more}")


def _with_dates_as_text(value: t.Any, *, depth: int) -> t.Any:
    """YAML reads 2027-01-31 as a date. What lies too deep is cut off, and no schema of ours is that deep."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {key: _with_dates_as_text(item, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_dates_as_text(item, depth=depth + 1) for item in value]
    return value


class _Reader:
    """Reads a document that its schema allows, and collects what is wrong about its versions, dates and expressions."""

    def __init__(self, compile_match: Compile) -> None:
        self._compile = compile_match
        self.problems: list[str] = []

    def baseline(self, document: Document) -> Baseline:
        waivers = enumerate(document.get("waivers", ()))
        return Baseline(
            name=document["name"],
            rules=self._rules(document["rules"]),
            waivers=tuple(self._waiver(waiver, f"baseline.waivers[{number}]") for number, waiver in waivers),
            free_versions=(*FREE_LINES, *(self._range(text, "baseline.free_versions") for text in document.get("free_versions", ()))),
            advisories=self._advisories(document.get("advisories", ())),
            majors=self._majors(document.get("stepping_stones", ())),
            certifications={
                (row["application"].lower(), self._version(row["version"], "baseline.certifications")): Certification(
                    row["standard"], row["level"], row["evidence_url"]
                )
                for row in document.get("certifications", ())
            },
        )

    def _rules(self, documents: t.Sequence[Document]) -> tuple[Rule, ...]:
        names = [document["name"] for document in documents]
        self.problems += [f"baseline.rules has {name!r} twice" for name in sorted({name for name in names if names.count(name) > 1})]
        return tuple(self._rule(document, f"baseline.rules[{document['name']!r}]") for document in documents)

    def _rule(self, document: Document, place: str) -> Rule:
        otherwise = document.get("otherwise")
        not_applicable = document.get("not_applicable")
        idle = [key for key in ("entitlement", "otherwise", "downgrade") if key in document]
        if not_applicable is not None and idle:
            self.problems.append(f"{place} is not applicable, which makes {' and '.join(idle)} pointless")
        if otherwise is not None and document.get("entitlement") == "free":
            self.problems.append(f"{place} is free, which makes otherwise pointless")
        return Rule(
            name=document["name"],
            matches=self._match(document.get("match"), f"{place}.match"),
            wanted=None if not_applicable is not None else self._wanted(document, place),
            not_applicable=not_applicable,
            needs_entitlement=document.get("entitlement", "required") == "required",
            otherwise=None if otherwise is None else self._wanted(otherwise, f"{place}.otherwise"),
            allows_downgrade=document.get("downgrade") == "allow",
            because=tuple(document.get("because", ())),
        )

    def _wanted(self, document: Document, place: str) -> Wanted:
        if "components" in document:
            given = document["components"]
            named = {component: given[component.value] for component in Component if component.value in given}
            return Wanted({part: self._exactly("==", text, f"{place}.components.{part.value}") for part, text in named.items()})
        if "range" in document:
            return Wanted({Component.APPLICATION: self._range(document["range"], f"{place}.range")})
        key, sign = ("version", "==") if "version" in document else ("minimum", ">=")
        return Wanted({Component.APPLICATION: self._exactly(sign, document[key], f"{place}.{key}")})

    def _waiver(self, document: Document, place: str) -> Waiver:
        return Waiver(
            matches=self._match(document["match"], f"{place}.match"),
            match=document["match"],
            reason=document["reason"],
            owner=document["owner"],
            expires=self._date(document["expires"], f"{place}.expires"),
        )

    def _advisories(self, documents: t.Sequence[Document]) -> tuple[Advisory, ...]:
        """The built-in ones, with those of the document in the place of those with the same id, or after them."""
        found = {advisory.id: advisory for advisory in ADVISORIES}
        for document in documents:
            place = f"baseline.advisories[{document['id']!r}]"
            if document.get("withdrawn"):
                if found.pop(document["id"], None) is None:
                    self.problems.append(f"{place} is withdrawn, and there is none of that id")
                continue
            needed = ("cves", "generation", "affected", "source")
            missing = [key for key in needed if key not in document]
            if missing:
                self.problems.append(f"{place} lacks {' and '.join(missing)}")
                continue
            found[document["id"]] = self._advisory(document, place)
        return tuple(found.values())

    def _advisory(self, document: Document, place: str) -> Advisory:
        fixed = document.get("fixed")
        return Advisory(
            id=document["id"],
            cves=tuple(document["cves"]),
            references=tuple(document.get("references", ())),
            generation=document["generation"],
            affected=self._extent(document["affected"], f"{place}.affected"),
            fixed=None if fixed is None else self._extent(fixed, f"{place}.fixed"),
            source=document["source"],
            families=tuple(Family(name) for name in document.get("families", ())),
            models=tuple(document.get("models", ())),
        )

    def _extent(self, document: Document, place: str) -> Extent:
        if len(document) > 1:
            self.problems.append(f"{place} names more than one component")
        name, text = next(iter(document.items()))
        return Extent(Component(name), self._range(text, f"{place}.{name}"))

    def _majors(self, documents: t.Sequence[Document]) -> dict[int, tuple[int, ...]]:
        given = {row["generation"]: tuple(row["majors"]) for row in documents}
        for generation, majors in given.items():
            if list(majors) != sorted(set(majors)):
                self.problems.append(f"baseline.stepping_stones of generation {generation} are not in ascending order")
        return given

    def _match(self, expression: str | None, place: str) -> Matcher:
        try:
            return _everything if expression is None else self._compile(expression)
        except ValueError as error:
            self.problems.append(f"{place} is no JMESPath expression: {error}")
            return _everything

    def _version(self, text: str, place: str) -> Version:
        version = parse_version(text)
        if version is None:
            self.problems.append(f"{place} is {text!r}, which is no version such as 2.5.5.1 or 6.0.2.a")
        return version or Version((0,))

    def _exactly(self, sign: str, text: str, place: str) -> VersionRange:
        return VersionRange(((sign, self._version(text, place)),))

    def _range(self, text: str, place: str) -> VersionRange:
        versions = parse_range(text)
        if versions is None:
            self.problems.append(f"{place} is {text!r}, which is no range such as >=2.5.5.1,<3")
        elif versions.is_empty:
            self.problems.append(f"{place} is {text!r}, which no version fulfils")
        return versions or VersionRange(())

    def _date(self, text: str, place: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.problems.append(f"{place} is {text!r}, which is no day of the calendar")
            return date.min


def _everything(_document: Document) -> bool:
    return True
