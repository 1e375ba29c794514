# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checking a document against a JSON Schema, as far as our own schemas go, in sentences that name the place by its name.

The schemas are published for editors and pipelines, so they are the one description of a document. A library would add a
compiled dependency to every controller and say ``'x' is not valid under any of the given schemas``.
"""

from __future__ import annotations

import re
import typing as t

Schema = t.Mapping[str, t.Any]

_TYPES: t.Mapping[str, tuple[tuple[type, ...], str]] = {
    "object": ((dict,), "a mapping"),
    "array": ((list,), "a list"),
    "string": ((str,), "a text"),
    "integer": ((int,), "a whole number"),
    "boolean": ((bool,), "true or false"),
}
_SHOWN = 60  # characters of a wrong value


def problems(document: t.Any, schema: Schema, place: str) -> list[str]:
    """Everything in a document (of plain types) that a schema does not allow; ``place`` is what the document is called."""
    kind = schema.get("type")
    if kind is not None and not _is_of(document, kind):
        hint = "; put it in quotes" if kind == "string" and isinstance(document, (int, float)) else ""
        return [f"{place} is {_shown(document)}, which is not {_TYPES[kind][1]}{hint}"]
    found = [f"{place} {violation}" for violation in _violations(document, schema)]
    if isinstance(document, dict):
        found += _in_mapping(document, schema, place)
    elif isinstance(document, list):
        for number, item in enumerate(document):
            found += problems(item, schema.get("items", {}), f"{place}[{_label(item, number)}]")
    return found


def _is_of(document: t.Any, kind: str) -> bool:
    """YAML's true is a number to Python, and none to a schema."""
    return isinstance(document, _TYPES[kind][0]) and (kind == "boolean" or not isinstance(document, bool))


def _violations(document: t.Any, schema: Schema) -> t.Iterator[str]:
    least = max(schema.get(key, 0) for key in ("minLength", "minItems", "minProperties"))
    if isinstance(document, (str, list, dict)) and len(document) < least:
        yield "is empty"
    if "enum" in schema and document not in schema["enum"]:
        yield f"is {_shown(document)}, which is none of {', '.join(map(str, schema['enum']))}"
    if "pattern" in schema and not re.search(schema["pattern"], document):
        yield f"is {_shown(document)}, wanted is {schema['description']}"
    if isinstance(document, str) and len(document) > schema.get("maxLength", len(document)):
        yield f"is longer than {schema['maxLength']} characters"


def _in_mapping(document: t.Mapping[t.Any, t.Any], schema: Schema, place: str) -> list[str]:
    properties = schema.get("properties", {})
    found = [f"{place} lacks the key {key}" for key in schema.get("required", ()) if key not in document]
    alternatives = [choice["required"][0] for choice in schema.get("oneOf", ())]
    if alternatives and sum(key in document for key in alternatives) != 1:
        found.append(f"{place} needs exactly one of {', '.join(alternatives)}")
    for key, value in document.items():
        if key in properties:
            found += problems(value, properties[key], f"{place}.{key}")
        else:
            found.append(f"{place} has the unknown key {_shown(key)}; known are {', '.join(properties)}")
    return found


def _label(item: t.Any, number: int) -> str:
    """An entry is called by its name or id, where it has one."""
    named = next((item[key] for key in ("name", "id") if key in item), None) if isinstance(item, dict) else None
    return repr(named[:_SHOWN]) if isinstance(named, str) and named else str(number)


def _shown(value: t.Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
