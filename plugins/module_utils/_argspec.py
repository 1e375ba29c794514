# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the modules, and the host variables that fill those a task leaves out."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_request import Wanted
from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Delivery
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Status
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import AMBER_DAYS, Platform, Source
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp import AUTH_PROTOCOLS, PRIVACY_PROTOCOLS, VERSIONS

Spec = dict[str, t.Any]

_LEDGER_URL: Spec = {"type": "str", "no_log": True, "fallback": (env_fallback, ["NMC_LEDGER_URL"])}
_FAMILIES = [family.value for family in Family if family is not Family.UNKNOWN]


def shared_spec() -> Spec:
    """How to reach a card: every module has these options."""
    return {
        "host": {"type": "str", "required": True},
        "port": {"type": "int", "default": 22},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "transport": {"type": "str", "choices": ["auto", "snmp", "ssh"], "default": "auto"},
        "snmp_version": {"type": "str", "choices": list(VERSIONS)},
        "snmp_port": {"type": "int", "default": 161},
        "snmp_community": {"type": "str", "no_log": True},
        "snmp_user": {"type": "str"},
        "snmp_auth_protocol": {"type": "str", "choices": list(AUTH_PROTOCOLS), "default": "sha"},
        "snmp_auth_password": {"type": "str", "no_log": True},
        "snmp_privacy_protocol": {"type": "str", "choices": list(PRIVACY_PROTOCOLS), "default": "aes"},
        "snmp_privacy_password": {"type": "str", "no_log": True},
        "host_key_checking": {"type": "str", "choices": ["strict", "accept_new"], "default": "strict"},
        "host_key_fingerprint": {"type": "str", "no_log": False},
        "known_hosts": {"type": "path"},
        "allow_legacy_ssh": {"type": "bool", "default": False},
        "timeout": {"type": "float", "default": 30.0},
        "product_family": {"type": "str", "choices": _FAMILIES},
    }


def firmware_spec() -> Spec:
    """The options of `nmc_firmware`."""
    release = _release_spec()
    return {
        **shared_spec(),
        **release,
        "baseline": {"type": "dict"},
        "baseline_file": {"type": "path"},
        "stepping_stones": {"type": "list", "elements": "dict", "options": release},
        "image_store": {"type": "str"},
        "image_store_ca_path": {"type": "path"},
        "image_cache": {"type": "path", "default": "~/.cache/secure_power.nmc/images"},
        "wait_for_external": {"type": "bool", "default": False},
        "external_timeout": {"type": "float", "default": 3600.0},
        "serial": {"type": "str"},
        "expected_application": {"type": "str"},
        "allow_downgrade": {"type": "bool", "default": False},
        "allow_version_jump": {"type": "bool", "default": False},
        "allow_rack_ats": {"type": "bool", "default": False},
        "allow_unverified_image": {"type": "bool", "default": False},
        "allow_on_battery": {"type": "bool", "default": False},
        "allow_self_test": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
        "retry_failed": {"type": "bool", "default": False},
        "site_limit": {"type": "int"},
        "client_limit": {"type": "int"},
        "purchase_date": {"type": "str"},
        "change_reference": {"type": "str"},
        "ledger_url": dict(_LEDGER_URL),
        "upload_protocol": {"type": "str", "choices": ["scp", "ftp"], "default": "scp"},
        "ftp_port": {"type": "int", "default": 21},
        "upload_timeout": {"type": "float"},
        "min_rate": {"type": "int", "default": 4096},
        "rate_limit": {"type": "int"},
        "stall_timeout": {"type": "float", "default": 60.0},
        "reboot_timeout": {"type": "float", "default": 900.0},
        "guest_timeout": {"type": "float", "default": 1800.0},
        "https_port": {"type": "int", "default": 443},
        "client": {"type": "str", "default": "default"},
        "site": {"type": "str"},
        "backup": {"type": "bool", "default": True},
        "backup_directory": {"type": "path", "default": "~/.local/state/secure_power.nmc/config"},
        "allow_config_changes": {"type": "bool", "default": False},
    }


def license_spec() -> Spec:
    """The options of `nmc_license`. Days are text; YAML's own dates become text too."""
    return {
        **shared_spec(),
        "state": {"type": "str", "choices": [state.value for state in Wanted], "default": Wanted.ACTIVE.value},
        "on_pending": {"type": "str", "choices": ["fail", "report"], "default": "fail"},
        "source": {"type": "str", "choices": [source.value for source in Source]},
        "sku": {"type": "str"},
        "activation_id": {"type": "str", "no_log": True},
        "seats": {"type": "int"},
        "hold_until": {"type": "str"},
        "activated_on": {"type": "str"},
        "expires_on": {"type": "str"},
        "purchase_date": {"type": "str"},
        "platform": {"type": "str", "choices": [platform.value for platform in Platform]},
        "platform_expires": {"type": "str"},
        "voucher": {"type": "str", "no_log": True},
        "renewed_until": {"type": "str"},
        "po_email": {"type": "str"},
        "replaces": {"type": "str"},
        "min_days_left": {"type": "int", "default": 0},
        "warn_days": {"type": "int", "default": AMBER_DAYS},
        "allow_override_included": {"type": "bool", "default": False},
        "readings": {"type": "dict", "options": _readings_spec()},
        "activator": {"type": "str", "choices": ["manual", "http"], "default": "manual"},
        "licensing_url": {"type": "str"},
        "licensing_token": {"type": "str", "no_log": True},
        "licensing_ca_path": {"type": "path"},
        "licensing_timeout": {"type": "float", "default": 30.0},
        "serial": {"type": "str"},
        "client": {"type": "str", "default": "default"},
        "site": {"type": "str"},
        "ledger_url": dict(_LEDGER_URL),
    }


def _readings_spec() -> Spec:
    """Where the vendor's FAQ can be read in two ways; left out, each is as `Readings` has it."""
    return {
        "first_day": {"type": "str"},
        "last_day_renews": {"type": "bool"},
        "second_subscription": {"type": "bool"},
        "renewal_extends": {"type": "bool"},
        "voucher_renews_included": {"type": "bool", "no_log": False},
    }


def activation_ids_spec() -> Spec:
    """The options of `nmc_activation_ids`. What is said of the IDs is said of each."""
    return {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "activation_ids": {"type": "list", "elements": "str", "required": True, "no_log": True},
        "sku": {"type": "str"},
        "seats": {"type": "int", "default": 1},
        "hold_until": {"type": "str"},
        "client": {"type": "str", "default": "default"},
        "ledger_url": dict(_LEDGER_URL),
    }


def subscription_plan_spec() -> Spec:
    """The options of `nmc_subscription_plan`. What is known of each host comes from that host's variables."""
    return {
        "days": {"type": "int", "default": 90},
        "result_variable": {"type": "str", "default": "subscriptions_result"},
        "report_directory": {"type": "path", "default": "~/.local/state/secure_power.nmc/subscriptions"},
        # The environment variable counts after those of the hosts.
        "ledger_url": {"type": "str", "no_log": True},
    }


def compliance_spec() -> Spec:
    """The options of `nmc_compliance`. None says how to reach a card: each has its own variables for that."""
    firmware = firmware_spec()
    allowed = ("allow_downgrade", "allow_version_jump", "allow_rack_ats", "allow_unverified_image")
    return {
        **{name: firmware[name] for name in (*_JUDGED_BY, *allowed)},
        # The environment variable counts after those of the hosts.
        "ledger_url": {"type": "str", "no_log": True},
        "gather": {"type": "str", "choices": ["missing", "always", "never"], "default": "missing"},
        "max_age": {"type": "float", "default": 86400.0},
        "deadline": {"type": "float"},
        "report_directory": {"type": "path", "default": "~/.local/state/secure_power.nmc/reports"},
        "fail_on": {"type": "list", "elements": "str", "choices": [status.value for status in Status]},
        "return_findings": {"type": "bool", "default": False},
    }


def audited_host_spec() -> Spec:
    """What an audit takes from the variables of each host."""
    firmware = firmware_spec()
    return {**shared_spec(), **{name: firmware[name] for name in (*_JUDGED_BY, *_WHOSE, "ledger_url")}}


def image_info_spec() -> Spec:
    """The options of `nmc_image_info`."""
    return {"path": {"type": "path", "required": True}}


def image_store_spec() -> Spec:
    """The options of `nmc_image_store`."""
    return {
        "path": {"type": "path", "required": True},
        "source": {"type": "list", "elements": "path"},
        "state": {"type": "str", "choices": ["present"], "default": "present"},
        "hardware_token": {"type": "str", "no_log": False},
        "application": {"type": "str"},
        "version": {"type": "raw"},
        "aos": {"type": "raw"},
        "boot_monitor": {"type": "raw"},
        "delivery": {"type": "str", "choices": [delivery.value for delivery in Delivery], "default": Delivery.DIRECT.value},
    }


def _release_spec() -> Spec:
    image = {
        "path": {"type": "path", "required": True},
        "checksum": {"type": "str"},
        "hardware_token": {"type": "str", "no_log": False},
        "application": {"type": "str"},
        "version": {"type": "raw"},
    }
    components = [component.value for component in Component]
    return {
        "version": {"type": "raw"},
        "components": {"type": "dict", "options": {name: {"type": "raw"} for name in components}},
        "image": {"type": "path"},
        "checksum": {"type": "str"},
        "images": {"type": "dict", "options": {name: {"type": "dict", "options": image} for name in components}},
    }


# Ansible's own variables, where they mean the same. Every option is also the host variable nmc_<option>, which wins.
_ANSIBLE_VARIABLES: t.Mapping[str, tuple[str, ...]] = {
    "host": ("ansible_host", "inventory_hostname"),
    "port": ("ansible_port",),
    "username": ("ansible_user",),
    "password": ("ansible_password", "ansible_ssh_pass"),
}
# By what an audit judges a card, and whose it is.
_JUDGED_BY = ("baseline", "baseline_file", "image_store", "image_store_ca_path")
_WHOSE = ("client", "site", "serial", "expected_application", "purchase_date")
# What a card's variables may say besides how to reach it.
_FIRMWARE_VARIABLES = (
    "serial",
    "expected_application",
    "image_store",
    "image_store_ca_path",
    "image_cache",
    "upload_protocol",
    "ftp_port",
    "upload_timeout",
    "min_rate",
    "rate_limit",
    "stall_timeout",
    "reboot_timeout",
    "guest_timeout",
    "https_port",
    "client",
    "site",
    "baseline",
    "baseline_file",
    "site_limit",
    "client_limit",
    "change_reference",
    "ledger_url",
    "backup",
    "backup_directory",
    "allow_config_changes",
)
_LICENSE_VARIABLES = (
    "source",
    "sku",
    "activation_id",
    "seats",
    "hold_until",
    "activated_on",
    "expires_on",
    "purchase_date",
    "platform",
    "platform_expires",
    "voucher",
    "renewed_until",
    "po_email",
    "replaces",
    "min_days_left",
    "warn_days",
    "readings",
    "activator",
    "licensing_url",
    "licensing_token",
    "licensing_ca_path",
    "licensing_timeout",
)


def host_variables(spec: Spec) -> dict[str, tuple[str, ...]]:
    """The host variables of the options of a spec, in the order in which they are looked at. What is about no card has none."""
    from_inventory = {*shared_spec(), *_FIRMWARE_VARIABLES, *_LICENSE_VARIABLES} if "host" in spec else set()
    names = [name for name in spec if name in from_inventory]
    return {name: (f"nmc_{name}", *_ANSIBLE_VARIABLES.get(name, ())) for name in names}


def secret_options(spec: Spec) -> list[str]:
    """The options of a spec that are never shown."""
    return [name for name, option in spec.items() if option.get("no_log")]
