# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All option specs of the collection: secrets, versions, files, and the host variables that fill them."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils import _argspec
from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import (
    firmware_spec,
    host_variables,
    image_store_spec,
    license_spec,
    secret_options,
    shared_spec,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family

_SPECS: dict[str, _argspec.Spec] = {name: make() for name, make in vars(_argspec).items() if name.endswith("_spec") and callable(make)}
_SMELLS = re.compile(
    r"pass(?!ive)|secret|token|cryptkey|communit|fingerprint|activation|voucher|ledger|credential|private_?key", re.IGNORECASE
)
_LOOK_ALIKES = {"host_key_fingerprint", "hardware_token", "voucher_renews_included"}


def walk(spec: _argspec.Spec, path: str = "") -> t.Iterator[tuple[str, str, dict[str, t.Any]]]:
    """Every option and suboption: where it is, its name, its spec."""
    for name, option in spec.items():
        yield f"{path}{name}", name, option
        yield from walk(option.get("options", {}), f"{path}{name}.")


_OPTIONS = [(f"{spec}:{path}", name, option) for spec, options in _SPECS.items() for path, name, option in walk(options)]


def test_the_specs_are_found() -> None:
    assert {"shared_spec", "firmware_spec"} <= set(_SPECS)


@pytest.mark.parametrize(("name", "option"), [(name, option) for path, name, option in _OPTIONS], ids=[option[0] for option in _OPTIONS])
def test_what_smells_of_a_secret_is_one_or_is_said_to_be_none(name: str, option: dict[str, t.Any]) -> None:
    if _SMELLS.search(name):
        assert option.get("no_log") is (name not in _LOOK_ALIKES)
    else:
        assert not option.get("no_log")


def test_the_secret_options_of_the_modules() -> None:
    secrets = ["password", "snmp_community", "snmp_auth_password", "snmp_privacy_password"]
    assert secret_options(shared_spec()) == secrets
    assert secret_options(firmware_spec()) == [*secrets, "ledger_url"]
    assert secret_options(license_spec()) == [*secrets, "activation_id", "voucher", "licensing_token", "ledger_url"]


def test_no_secret_hides_in_a_suboption_where_it_would_not_be_registered() -> None:
    assert [path for path, name, option in _OPTIONS if option.get("no_log") and "." in path] == []


@pytest.mark.parametrize(("path", "name", "option"), _OPTIONS, ids=[option[0] for option in _OPTIONS])
def test_every_option_has_a_type_and_a_default_among_its_choices(path: str, name: str, option: dict[str, t.Any]) -> None:
    assert option["type"] in ("str", "int", "float", "bool", "path", "raw", "dict", "list")
    assert name.isidentifier()
    assert not (option.get("required") and "default" in option)
    if "choices" in option and "default" in option:
        assert option["default"] in option["choices"]
    if name in ("version", "aos", "boot_monitor") and "options" not in option:
        assert option["type"] == "raw"
    if name.endswith("_timeout") or name == "timeout":
        assert option["type"] == "float"
    if name.startswith("allow_") or name == "force":
        assert (option["type"], option["default"]) == ("bool", False)


def test_versions_by_component_are_raw_so_that_numbers_are_seen() -> None:
    for option in (firmware_spec()["components"], firmware_spec()["stepping_stones"]["options"]["components"]):
        assert {name: part["type"] for name, part in option["options"].items()} == {part.value: "raw" for part in Component}


def test_a_stepping_stone_is_described_like_a_target() -> None:
    stone = firmware_spec()["stepping_stones"]["options"]
    assert set(stone) == {"version", "components", "image", "checksum", "images"}
    assert all(firmware_spec()[name] == option for name, option in stone.items())


def test_the_family_can_be_any_but_unknown() -> None:
    assert shared_spec()["product_family"]["choices"] == [family.value for family in Family if family.value != "unknown"]


def test_no_spec_is_shared_between_two_calls() -> None:
    first = firmware_spec()
    first["password"]["no_log"] = False
    first["components"]["options"].clear()
    assert firmware_spec()["password"]["no_log"] is True
    assert firmware_spec()["components"]["options"]


# --- host variables ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "variables"),
    [
        ("host", ("nmc_host", "ansible_host", "inventory_hostname")),
        ("port", ("nmc_port", "ansible_port")),
        ("username", ("nmc_username", "ansible_user")),
        ("password", ("nmc_password", "ansible_password", "ansible_ssh_pass")),
        ("snmp_version", ("nmc_snmp_version",)),
        ("snmp_community", ("nmc_snmp_community",)),
        ("product_family", ("nmc_product_family",)),
        ("serial", ("nmc_serial",)),
        ("upload_timeout", ("nmc_upload_timeout",)),
    ],
)
def test_the_variables_that_fill_an_option_and_their_order(option: str, variables: tuple[str, ...]) -> None:
    assert host_variables(firmware_spec())[option] == variables


def test_every_way_to_a_card_can_be_a_host_variable_of_the_options_name() -> None:
    for spec in (shared_spec(), firmware_spec(), license_spec()):
        assert set(shared_spec()) <= set(host_variables(spec)) <= set(spec)
        assert all(names[0] == f"nmc_{option}" for option, names in host_variables(spec).items())


@pytest.mark.parametrize("option", ["version", "components", "image", "images", "checksum", "force", "allow_downgrade", "allow_rack_ats"])
def test_no_host_variable_says_what_to_install_or_gives_consent(option: str) -> None:
    assert option not in host_variables(firmware_spec())


def test_what_is_declared_of_a_subscription_can_be_a_host_variable_and_what_is_done_about_it_cannot() -> None:
    assert set(license_spec()) - set(host_variables(license_spec())) == {"state", "on_pending", "allow_override_included"}


def test_what_is_about_no_card_has_no_host_variables() -> None:
    assert "source" in image_store_spec()
    assert host_variables(image_store_spec()) == {}
