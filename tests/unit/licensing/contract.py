# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""docs/licensing-api.yml, and what fulfils it."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import jsonschema_rs
import yaml

PATH = pathlib.Path(__file__).parents[3] / "docs" / "licensing-api.yml"
CONTRACT: dict[str, t.Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))


def validator(schema: t.Mapping[str, t.Any]) -> jsonschema_rs.Draft202012Validator:
    """For a schema of the contract, with what it refers to."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": CONTRACT["components"]}, validate_formats=True)


def named(name: str) -> jsonschema_rs.Draft202012Validator:
    return validator({"$ref": f"#/components/schemas/{name}"})


def resolved(part: dict[str, t.Any]) -> dict[str, t.Any]:
    """A part of the contract, or what it refers to."""
    if "$ref" not in part:
        return part
    found: dict[str, t.Any] = CONTRACT
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def check_request(request: t.Mapping[str, t.Any]) -> str:
    """The operation that a request fulfils; it fails the test otherwise."""
    operation, variables = _operation(request["method"], request["path"])
    values = {"path": variables, "header": request["headers"]}
    for parameter in map(resolved, operation.get("parameters", [])):
        value = values[parameter["in"]][parameter["name"].lower()]
        validator(parameter["schema"]).validate(value)
    if "requestBody" in operation:
        assert request["headers"]["content-type"] == "application/json"
        content = operation["requestBody"]["content"]["application/json"]
        validator(content["schema"]).validate(json.loads(request["body"]))
    else:
        assert request["body"] == ""
    return str(operation["operationId"])


def _operation(method: str, path: str) -> tuple[dict[str, t.Any], dict[str, str]]:
    for template, methods in CONTRACT["paths"].items():
        match = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", template), path)
        if match and method.lower() in methods:
            return methods[method.lower()], match.groupdict()
    raise AssertionError(f"the contract has no {method} {path}")
