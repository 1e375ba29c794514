# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The JSON Schema of a baseline: what a document may hold, before its versions and expressions are read."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family

_Schema = dict[str, t.Any]


def _text(description: str, **more: t.Any) -> _Schema:
    return {"type": "string", "minLength": 1, "maxLength": 1000, "description": description, **more}


def _list(description: str, items: _Schema, **more: t.Any) -> _Schema:
    return {"type": "array", "items": items, "description": description, **more}


def _mapping(description: str, properties: _Schema, **more: t.Any) -> _Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties, "description": description, **more}


def _one_of(*keys: str) -> list[_Schema]:
    return [{"required": [key]} for key in keys]


_VERSION = _text("a version such as 2.5.5.1 or 6.0.2.a")
_RANGE = _text("comparisons between commas, such as >=2.5.5.1,<3")
_DATE = _text("a date such as 2027-01-31", pattern=r"^\d{4}-\d{2}-\d{2}$")
_MATCH = _text("a JMESPath expression over the card's facts, host, groups, client and site that gives true or false")

_WANTED: _Schema = {
    "version": {**_VERSION, "description": "the application's version, exactly: a version such as 2.5.5.1"},
    "minimum": {**_VERSION, "description": "the oldest version of the application that will do: a version such as 2.5.5.1"},
    "range": {**_RANGE, "description": "versions of the application that will do: comparisons such as >=2.5.5.1,<3"},
    "components": _mapping(
        "the version of each component, exactly",
        {component.value: _VERSION for component in Component},
        minProperties=1,
    ),
}

_RULE = _mapping(
    "which cards, and what they shall run; the first rule that matches a card holds for it",
    {
        "name": _text("what the rule is called in findings"),
        "match": {**_MATCH, "description": f"{_MATCH['description']}; a rule without it matches every card"},
        **_WANTED,
        "not_applicable": _text("why these cards are left alone, instead of a version"),
        "entitlement": {
            "type": "string",
            "enum": ["required", "free"],
            "default": "required",
            "description": "whether the release needs a subscription, as the vendor's rules say, or is known to be free",
        },
        "otherwise": _mapping("what a card that is not entitled shall run", _WANTED, oneOf=_one_of(*_WANTED)),
        "downgrade": {
            "type": "string",
            "enum": ["refuse", "allow"],
            "default": "refuse",
            "description": "whether a card that runs something newer may be brought back",
        },
        "because": _list("why the rule exists", _text("a reason")),
    },
    required=["name"],
    oneOf=_one_of(*_WANTED, "not_applicable"),
)

_WAIVER = _mapping(
    "cards that are exempt for a time",
    {
        "match": _MATCH,
        "reason": _text("why"),
        "owner": _text("who answers for it"),
        "expires": {**_DATE, "description": "the last day on which it holds (UTC): a date such as 2027-01-31"},
    },
    required=["match", "reason", "owner", "expires"],
)

_EXTENT = _mapping("a range of versions of one component", {component.value: _RANGE for component in Component}, minProperties=1)

_ADVISORY = _mapping(
    "a security advisory of one's own, or one that takes the place of the built-in one with the same id",
    {
        "id": _text("what it is called"),
        "withdrawn": {"type": "boolean", "default": False, "description": "whether it does not count any more"},
        "cves": _list("CVE identifiers", _text("such as CVE-2021-22825", pattern=r"^CVE-\d{4}-\d{4,}$")),
        "references": _list("the advisory's own numbers", _text("such as SEVD-2021-348-04")),
        "generation": {"type": "integer", "enum": [1, 2, 3], "description": "of the cards"},
        "families": _list("product families; none means all", {"type": "string", "enum": [family.value for family in Family]}),
        "models": _list("beginnings of the device's model; none means all", _text("such as APDU99")),
        "affected": {**_EXTENT, "description": "the one component and its versions that are affected"},
        "fixed": {**_EXTENT, "description": "the one component and its versions that are fixed; none where no fix is known"},
        "source": _text("where that can be read"),
    },
    required=["id"],
)

BASELINE_SCHEMA: _Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Baseline of secure_power.nmc",
    **_mapping(
        "which release which cards shall run",
        {
            "name": _text("what the baseline is called in findings"),
            "rules": _list("in their order", _RULE, minItems=1),
            "waivers": _list("dated exemptions", _WAIVER),
            "free_versions": _list("ranges of NMC3 versions that need no subscription, beside the vendor's free line", _RANGE),
            "advisories": _list("changes to the built-in advisories", _ADVISORY),
            "stepping_stones": _list(
                "the major versions that a way must not leap over, instead of the built-in ones",
                _mapping(
                    "of one generation",
                    {
                        "generation": {"type": "integer", "enum": [2, 3], "description": "of the cards"},
                        "majors": _list("in ascending order", {"type": "integer", "description": "a major version"}),
                    },
                    required=["generation", "majors"],
                ),
            ),
            "certifications": _list(
                "which releases are certified, which nobody publishes",
                _mapping(
                    "of one release",
                    {
                        "application": _text("the application's code, such as su"),
                        "version": _VERSION,
                        "standard": _text("such as IEC 62443-4-2"),
                        "level": _text("such as SL2"),
                        "evidence_url": _text("where that can be read"),
                    },
                    required=["application", "version", "standard", "level", "evidence_url"],
                ),
            ),
        },
        required=["name", "rules"],
    ),
}
