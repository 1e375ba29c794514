# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract is one, the service fulfils it, and the client asks for nothing else."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import typing as t

import pytest
from openapi_spec_validator import validate
from unit.licensing.contract import CONTRACT, PATH, check_request, resolved, validator

from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.licensing import look_up, read
from licensing.rules import REFUSALS
from licensing.testing import start_licensing

if t.TYPE_CHECKING:
    from unit.licensing.cases import Case

pytestmark = pytest.mark.every_fault


def test_the_contract_is_valid_openapi() -> None:
    validate(CONTRACT)


def contents() -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    """What bodies the contract describes, with a name for each."""
    for path, methods in CONTRACT["paths"].items():
        for method, operation in methods.items():
            bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for name, body in bodies.items():
                for content in resolved(body).get("content", {}).values():
                    yield f"{method} {path} {name}", content


@pytest.mark.parametrize(("name", "content"), list(contents()))
def test_examples_are_what_they_are_examples_of(name: str, content: dict[str, t.Any]) -> None:
    examples = [example["value"] for example in content.get("examples", {}).values()]
    examples += [content["example"]] if "example" in content else []
    for example in examples:
        validator(content["schema"]).validate(example)
    assert examples or not name.endswith("request")


def schemas(part: t.Any, path: str) -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    if isinstance(part, dict):
        if "$ref" not in part and "type" in part and not isinstance(part["type"], dict):
            yield path, part
        for name, inner in part.items():
            yield from schemas(inner, f"{path}/{name}")


@pytest.mark.parametrize(("path", "schema"), list(schemas(CONTRACT["components"]["schemas"], "schemas")))
def test_every_field_is_described_and_bounded(path: str, schema: dict[str, t.Any]) -> None:
    assert schema["description"].strip().endswith(".")
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "string" in kinds:
        assert "maxLength" in schema or "enum" in schema
    if "integer" in kinds:
        assert {"minimum", "maximum"} <= set(schema)
    if "array" in kinds:
        assert "maxItems" in schema


@pytest.mark.parametrize("code", [*REFUSALS, "in_progress", "invalid_request", "unauthorized", "forbidden", "internal_error"])
def test_every_code_of_the_service_is_in_the_contract(code: str) -> None:
    assert f"`{code}`" in PATH.read_text(encoding="utf-8")


def test_what_the_client_asks_for_is_in_the_contract(case: Case) -> None:
    before = len(case.service.requests())
    case.activate(override_included=True)
    case.do("activate_included")
    case.do("renew")
    look_up(case.endpoint, case.activation_id)
    read(case.endpoint, case.serial)
    asked = {check_request(request) for request in case.service.requests()[before:]}
    assert asked == {operation["operationId"] for methods in CONTRACT["paths"].values() for operation in methods.values()}


def test_a_request_that_is_not_in_the_contract_would_be_found(case: Case) -> None:
    case.activate()
    request = case.posted()[-1]
    for wrong in ({"path": "/v2/activations"}, {"body": "{}"}, {"headers": {**request["headers"], "idempotency-key": "short"}}):
        with pytest.raises((AssertionError, ValueError)):
            check_request({**request, **wrong})


def test_no_request_has_a_secret_in_its_address_or_its_key(case: Case) -> None:
    case.activate()
    case.do("renew")
    look_up(case.endpoint, case.activation_id)
    with pytest.raises(NmcError):
        case.activate(activation_id=case.second_id)
    secrets = (case.activation_id, case.second_id, case.voucher, case.service.token)
    for request in case.service.requests():
        shown = [request["path"], *(value for name, value in request["headers"].items() if name != "authorization")]
        assert not [secret for secret in secrets if secret in " ".join(shown)]


def test_the_service_fulfils_the_contract(tmp_path: pathlib.Path) -> None:
    """Schemathesis asks for the examples, for every boundary of every field, and for random requests, valid and not."""
    program = pathlib.Path(sys.executable).with_name("schemathesis")
    with start_licensing(tls=False) as service:
        command = [str(program), "run", str(PATH), "--url", service.url, "--header", f"Authorization: Bearer {service.token}"]
        command += ["--phases", "examples,coverage,fuzzing", "--max-examples", "10", "--seed", "20261122"]
        command += ["--generation-database", "none", "--no-color", "--continue-on-failure"]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=150, check=False)
        changes = {change["operation"] for change in service.state()["changes"]}
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "No issues found" in ran.stdout
    assert changes == {"activate", "activate_included", "renew"}, "the examples are about what the service has"
