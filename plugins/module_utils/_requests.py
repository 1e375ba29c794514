# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Validated options, turned into what the operations take."""

from __future__ import annotations

import functools
import re
import typing as t
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from pathlib import Path, PurePath

from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline import parse_baseline
from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import Policy
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component, ImageFacts
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import (
    Image,
    Release,
    describe_image,
    make_release,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError
from ansible_collections.secure_power.nmc.plugins.module_utils._matching import jmespath_matcher
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.downloads import Downloads
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.memory import OneRun
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.order import Limits, Order
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.surroundings import Backup
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp import SnmpEndpoint
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.memory import Memory
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.records import Records

Params = t.Mapping[str, t.Any]

_CHECKSUM = re.compile(r"sha256:([0-9a-f]{64})", re.IGNORECASE)
_DATE = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")
_PORTS = range(1, 65536)
# Longer than anything takes, and far below what the operating system refuses as a time to wait.
_DAY = 86400.0
# A datagram that is lost is sent again, up to this often; all tries together stay below the option timeout.
_SNMP_TRIES, _SNMP_PATIENCE = 3, 2.0


def access_from(params: Params, *, card: str) -> Access:
    """Every way to a card for which credentials are given. Raises `InputError` INVALID_OPTION."""
    for name in ("port", "snmp_port", "https_port", "ftp_port"):
        if params.get(name, 1) not in _PORTS:
            raise _invalid(card, f"{name} is {params[name]}, which is no port number")
    check_seconds(params, "timeout", card=card)
    check_paths(params, "known_hosts", card=card)
    family = params["product_family"]
    return Access(
        card=card,
        ssh=_ssh(params, card),
        snmp=_snmp(params, card),
        transport=params["transport"],
        product_family=Family(family) if family else None,
        https_port=params.get("https_port", 443),
    )


def check_seconds(params: Params, *names: str, card: str) -> None:
    """YAML also knows the numbers .nan and .inf."""
    for name in names:
        if params[name] is not None and not 0 < params[name] <= _DAY:
            raise _invalid(card, f"{name} is {params[name]}, which is no time to wait")


def check_paths(params: Params, *names: str, card: str) -> None:
    """Validation has put a home directory in the place of ``~`` and ``~user``, where there is one."""
    for name in names:
        path = params[name] or ""
        if path.startswith("~") or "\0" in path:
            raise _invalid(card, f"{name} is {path!r}, which is no path")


def _ssh(params: Params, card: str) -> SshEndpoint | None:
    if not params["username"] or params["password"] is None:
        return None
    return SshEndpoint(
        card=card,
        host=params["host"],
        port=params["port"],
        username=params["username"],
        password=params["password"],
        timeout=params["timeout"],
        host_key_checking=params["host_key_checking"],
        host_key_fingerprint=params["host_key_fingerprint"],
        known_hosts=params["known_hosts"],
        allow_legacy_ssh=params["allow_legacy_ssh"],
    )


def _snmp(params: Params, card: str) -> SnmpEndpoint | None:
    version = params["snmp_version"] or ("v3" if params["snmp_user"] else "v2c")
    if not params["snmp_user" if version == "v3" else "snmp_community"]:
        return None
    has_auth, has_privacy = params["snmp_auth_password"] is not None, params["snmp_privacy_password"] is not None
    if has_privacy and not has_auth:
        raise _invalid(
            card,
            "snmp_privacy_password is given without snmp_auth_password; SNMPv3 has no privacy without authentication",
        )
    return SnmpEndpoint(
        card=card,
        host=params["host"],
        port=params["snmp_port"],
        version=version,
        community=params["snmp_community"],
        user=params["snmp_user"],
        auth_protocol=params["snmp_auth_protocol"] if has_auth else None,
        auth_password=params["snmp_auth_password"],
        privacy_protocol=params["snmp_privacy_protocol"] if has_privacy else None,
        privacy_password=params["snmp_privacy_password"],
        timeout=min(_SNMP_PATIENCE, params["timeout"] / _SNMP_TRIES),
        retries=_SNMP_TRIES - 1,
    )


@dataclass(frozen=True)
class Surroundings:
    """What the inventory and earlier runs know of a card. Only the controller has ``records`` of subscriptions."""

    groups: tuple[str, ...] = ()
    memory: Memory = field(default_factory=OneRun)
    records: Records | None = None


def order_from(params: Params, *, card: str, surroundings: Surroundings | None = None) -> Order:
    """What to install. Raises `InputError` for versions, checksums, images or a baseline that make no sense."""
    check_paths(params, "image_store", "image_store_ca_path", "image_cache", "backup_directory", card=card)
    _check_crowd(params, card)
    stones = [_release(stone, card=card) for stone in params["stepping_stones"] or ()]
    downloads = Downloads(Path(params["image_cache"]), params["image_store_ca_path"], params["timeout"], card)
    policy = _policy(params, card, surroundings or Surroundings())
    return Order(
        releases=tuple(stones) if policy else (*stones, _release(params, card=card)),
        policy=policy,
        images=_images(params, card) if policy else {},
        downloads=downloads,
        store=downloads.open_store(params["image_store"]) if params["image_store"] else None,
        allow=Permissions(
            downgrade=params["allow_downgrade"],
            force=params["force"],
            version_jump=params["allow_version_jump"],
            rack_ats=params["allow_rack_ats"],
            unverified_image=params["allow_unverified_image"],
            on_battery=params["allow_on_battery"],
            self_test=params["allow_self_test"],
        ),
        serial=params["serial"] or None,
        expected_application=lower(params["expected_application"]),
        backup=_backup(params),
        wait_for_external=params["wait_for_external"],
        limits=_limits(params, card),
        ftp_port=params["ftp_port"] if params["upload_protocol"] == "ftp" else None,
        retry_failed=params["retry_failed"],
    )


def _check_crowd(params: Params, card: str) -> None:
    """How many may be upgraded at once; memories are made with it."""
    for name in ("site_limit", "client_limit"):
        if params[name] is not None and params[name] < 1:
            raise _invalid(card, f"{name} is {params[name]}, which lets nobody in; place a hold, or leave it out")
    if params["site_limit"] is not None and not params["site"]:
        raise _invalid(card, "site_limit is given without site, so nobody knows where the card is")


def _policy(params: Params, card: str, surroundings: Surroundings) -> Policy | None:
    if params["baseline"] is None:
        return None
    rivals = [name for name in ("version", "components", "force") if params[name]]
    if rivals:
        raise _invalid(card, f"baseline and {' and '.join(rivals)} are given; the baseline says what the card shall run")
    return Policy(
        baseline=accepted(parse_baseline(params["baseline"], jmespath_matcher(card)), card),
        host=card,
        client=params["client"],
        site=params["site"],
        groups=surroundings.groups,
        today=datetime.now(timezone.utc).date(),
        rights=functools.partial(surroundings.memory.rights, purchase_date=day_from(params, "purchase_date", card)),
    )


def _limits(params: Params, card: str) -> Limits:
    check_seconds(params, "upload_timeout", "stall_timeout", "reboot_timeout", "guest_timeout", "external_timeout", card=card)
    for name in ("min_rate", "rate_limit"):
        if params[name] is not None and params[name] <= 0:
            raise _invalid(card, f"{name} is {params[name]}, which is no number of bytes a second")
    return Limits(
        upload_timeout=params["upload_timeout"],
        min_rate=params["min_rate"],
        rate_limit=params["rate_limit"],
        stall_timeout=params["stall_timeout"],
        reboot_timeout=params["reboot_timeout"],
        guest_timeout=params["guest_timeout"],
        external_timeout=params["external_timeout"],
    )


def _backup(params: Params) -> Backup | None:
    if not params["backup"]:
        return None
    return Backup(Path(params["backup_directory"]), params["client"], params["allow_config_changes"])


def _release(params: Params, *, card: str) -> Release:
    declared = {
        Component(name): version_from(text, option=f"components.{name}", card=card)
        for name, text in (params["components"] or {}).items()
        if text is not None
    }
    if params["version"] is not None:
        if Component.APPLICATION in declared:
            raise _invalid(card, "version and components.application say the same thing; give one of them")
        declared[Component.APPLICATION] = version_from(params["version"], option="version", card=card)
    return accepted(make_release(declared=declared, images=_images(params, card)), card)


def _images(params: Params, card: str) -> dict[Component, Image]:
    given = {Component(name): image for name, image in (params["images"] or {}).items() if image is not None}
    if params["image"] is None:
        if params["checksum"] is not None:
            raise _invalid(card, "checksum belongs to image, which is not given; each of images has a checksum of its own")
        return {component: _image(image, component=component, card=card) for component, image in given.items()}
    if given:
        raise _invalid(card, "image and images are both given; give one of them")
    image = _image({"path": params["image"], "checksum": params["checksum"]}, component=None, card=card)
    return {image.facts.component or Component.APPLICATION: image}


def _image(params: Params, *, component: Component | None, card: str) -> Image:
    check_paths(params, "path", card=card)
    name = PurePath(params["path"]).name
    version = params.get("version")
    declared = ImageFacts(
        component=component,
        hardware_token=lower(params.get("hardware_token")),
        application=lower(params.get("application")),
        version=None if version is None else version_from(version, option=f"version of {name}", card=card),
    )
    facts = accepted(describe_image(name, declared), card)
    return Image(params["path"], name, facts, _sha256(params["checksum"], name=name, card=card))


def _sha256(checksum: str | None, *, name: str, card: str) -> str | None:
    if checksum is None:
        return None
    match = _CHECKSUM.fullmatch(checksum.strip())
    if match is None:
        raise _invalid(card, f"the checksum of {name} is not of the form sha256:<64 hexadecimal digits>")
    return match[1].lower()


def version_from(value: t.Any, *, option: str, card: str) -> Version:
    """The version in an option. Only text is taken: YAML reads an unquoted 3.10 as the number 3.1. Raises `InputError`."""
    if not isinstance(value, str):
        raise _invalid(card, f"{option} is the {type(value).__name__} {value!r}; put the version in quotes")
    version = parse_version(value)
    if version is None:
        raise _invalid(card, f"{option} is {value!r}, which is no version such as 2.5.5.1 or 6.0.2.a")
    return version


def lower(text: str | None) -> str | None:
    """A word of the vendor's file names, as people may write it."""
    return (text or "").strip().lower() or None


_T = t.TypeVar("_T")


def day_from(params: Params, name: str, card: str) -> date | None:
    """A day of this century. Raises `InputError`."""
    text = (params.get(name) or "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else _refuse_day(name, card)
    except ValueError:
        return _refuse_day(name, card)


def _refuse_day(name: str, card: str) -> t.NoReturn:
    # What stands there may be a secret in the wrong place.
    raise _invalid(card, f"{name} is no day such as 2026-11-30") from None


def accepted(found: _T | Refusal, card: str) -> _T:
    """What a rule found; its refusal as an `InputError`."""
    if isinstance(found, Refusal):
        raise InputError.of(found, card)
    return found


def _invalid(card: str, sentence: str) -> InputError:
    return InputError(Reason.INVALID_OPTION, f"{card}: {sentence}.")
