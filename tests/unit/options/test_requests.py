# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options as people give them: what becomes of them, and what is refused in one sentence."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import firmware_spec
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import parse_version
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import access_from, order_from

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Release
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.order import Order

Options = dict[str, t.Any]

SU = "/images/apc_hw21_su_2-5-5-1.nmc3"
HASH = f"sha256:{'ab' * 32}"
SSH: Options = {"username": "apc", "password": "secret"}


def validated(options: Options) -> Options:
    found = ArgumentSpecValidator(firmware_spec()).validate({"host": "192.0.2.7", **options})
    assert found.error_messages == []
    parameters: Options = found.validated_parameters
    return parameters


def access(**options: t.Any) -> Access:
    return access_from(validated(options), card="ups1")


def order(**options: t.Any) -> Order:
    return order_from(validated(options), card="ups1")


def target(**options: t.Any) -> Release:
    return order(**options).releases[-1]


def error(ask: t.Callable[..., object], **options: t.Any) -> InputError:
    with pytest.raises(InputError) as caught:
        ask(**options)
    assert caught.value.message.startswith("ups1: ")
    assert caught.value.message.endswith(".")
    assert "\n" not in caught.value.message
    return caught.value


# --- versions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [3.1, 3, 2.5, True, ["2.5.5.1"], {"a": 1}, b"2.5"])
def test_a_version_that_is_no_text_is_refused_because_yaml_reads_3_10_as_3_1(value: object) -> None:
    for options in ({"version": value}, {"components": {"aos": value}}, {"components": {"boot_monitor": value}}):
        found = error(order, **options)
        assert found.reason is Reason.INVALID_OPTION
        assert "put the version in quotes" in found.message
        assert type(value).__name__ in found.message
    images = {"application": {"path": "/images/x.bin", "version": value}}
    assert "version of x.bin" in error(order, images=images).message


def test_a_version_in_quotes_keeps_its_last_zero() -> None:
    assert target(version="3.10").targets == {Component.APPLICATION: parse_version("3.10")}
    assert parse_version("3.10") != parse_version("3.1")


@pytest.mark.parametrize("text", ["", " ", "latest", "2", "2.5.x", "2.5.5.x", ">=2.5", "2.5.5.1-rc1", "{{ v }}", "2,5", "\u0662.\u0665"])
def test_a_text_that_is_no_version_is_refused(text: str) -> None:
    assert f"version is {text!r}" in error(order, version=text).message
    assert f"components.aos is {text!r}" in error(order, components={"aos": text}).message


def test_version_stands_for_the_application_beside_other_components() -> None:
    found = target(version="7.2.6", components={"aos": "7.2.2", "boot_monitor": "1.0.9"})
    assert {part.value: str(wanted) for part, wanted in found.targets.items()} == {
        "boot_monitor": "1.0.9",
        "aos": "7.2.2",
        "application": "7.2.6",
    }


def test_the_application_is_not_declared_twice() -> None:
    found = error(order, version="7.2.6", components={"application": "7.2.6"})
    assert (found.reason, "version and components.application" in found.message) == (Reason.INVALID_OPTION, True)


@pytest.mark.parametrize("options", [{}, {"components": {}}, {"components": {"aos": None}}, {"image": "/images/x.bin", "checksum": HASH}])
def test_without_any_target_version_nothing_is_done(options: Options) -> None:
    assert "no target version" in error(order, **options).message


# --- images --------------------------------------------------------------------------------------------------------


def test_an_image_alone_says_its_version_and_its_place() -> None:
    found = target(image=SU, checksum=HASH)
    assert found.targets == {Component.APPLICATION: parse_version("2.5.5.1")}
    image = found.images[Component.APPLICATION]
    assert (image.path, image.name, image.sha256) == (SU, "apc_hw21_su_2-5-5-1.nmc3", "ab" * 32)


def test_a_single_image_of_the_aos_is_one_of_the_aos() -> None:
    assert set(target(image="/images/apc_hw05_aos_722.bin", checksum=HASH).images) == {Component.AOS}


def test_images_by_component() -> None:
    found = target(
        images={
            "boot_monitor": {"path": "/i/apc_hw05_bootmon_109.bin", "checksum": HASH},
            "aos": {"path": "/i/apc_hw05_aos_722.bin", "checksum": HASH.upper().replace("SHA256", "sha256")},
            "application": {"path": "/i/renamed.bin", "hardware_token": " HW05 ", "application": "SUMX", "version": "7.2.2"},
        }
    )
    assert [part.value for part in found.targets] == ["boot_monitor", "aos", "application"]
    assert found.images[Component.AOS].sha256 == "ab" * 32
    application = found.images[Component.APPLICATION]
    assert (application.facts.hardware_token, application.facts.application, application.sha256) == ("hw05", "sumx", None)


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_declaration_is_none(blank: str) -> None:
    image = {"path": "/i/renamed.bin", "hardware_token": blank, "application": blank, "version": "7.2.2"}
    facts = target(images={"application": image}).images[Component.APPLICATION].facts
    assert (facts.hardware_token, facts.application) == (None, None)


@pytest.mark.parametrize(
    "checksum",
    [
        "",
        "sha256:",
        "ab" * 32,
        f"sha256:{'ab' * 31}",
        f"sha256:{'ab' * 33}",
        f"sha256:{'xy' * 32}",
        f"sha1:{'ab' * 20}",
        f"md5:{'ab' * 16}",
    ],
)
def test_a_checksum_of_another_form_is_refused_without_repeating_it(checksum: str) -> None:
    found = error(order, image=SU, checksum=checksum)
    assert found.message == "ups1: the checksum of apc_hw21_su_2-5-5-1.nmc3 is not of the form sha256:<64 hexadecimal digits>."
    images = {"application": {"path": SU, "checksum": checksum}}
    assert error(order, images=images).message == found.message


def test_blanks_and_capitals_in_a_checksum_do_not_matter() -> None:
    assert target(image=SU, checksum=f" SHA256:{'AB' * 32}\n").images[Component.APPLICATION].sha256 == "ab" * 32


def test_image_and_images_are_not_mixed() -> None:
    found = error(order, image=SU, images={"aos": {"path": "/i/apc_hw21_aos_2.5.0.8.bin"}})
    assert "image and images are both given" in found.message


def test_a_checksum_needs_the_image_that_it_belongs_to() -> None:
    assert "checksum belongs to image" in error(order, version="2.5.5.1", checksum=HASH).message
    assert "checksum belongs to image" in error(order, images={"application": {"path": SU}}, checksum=HASH).message


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ({"path": "/i/apc_hw05_aos_722.bin"}, Reason.IMAGE_WRONG_COMPONENT),
        ({"path": SU, "hardware_token": "hw05"}, Reason.INVALID_OPTION),
        ({"path": SU, "application": "sy"}, Reason.INVALID_OPTION),
        ({"path": SU, "version": "2.5.5.2"}, Reason.INVALID_OPTION),
        ({"path": "/i/SMT1015UPS_04-6.enc"}, Reason.UPS_FIRMWARE),
        ({"path": "/"}, Reason.INVALID_OPTION),
        ({"path": "/i/a b.bin"}, Reason.INVALID_OPTION),
    ],
)
def test_an_image_that_contradicts_itself_is_refused(image: Options, reason: Reason) -> None:
    assert error(order, version="2.5.5.1", images={"application": image}).reason is reason


@pytest.mark.parametrize("path", ["~no-such-user-here/x.bin", "/images/x\0.bin"])
def test_what_is_no_path_is_refused(path: str) -> None:
    assert error(order, image=path).reason is Reason.INVALID_OPTION
    assert error(order, version="2.5.5.1", image_cache=path).reason is Reason.INVALID_OPTION
    assert error(access, known_hosts=path).reason is Reason.INVALID_OPTION


@pytest.mark.parametrize("limit", [{"site_limit": 0, "site": "paris"}, {"client_limit": -1}, {"site_limit": 2}])
def test_a_limit_that_lets_nobody_in_or_is_for_no_site_is_refused(limit: Options) -> None:
    assert error(order, version="2.5.5.1", **limit).reason is Reason.INVALID_OPTION
    order(version="2.5.5.1", site="paris", site_limit=1, client_limit=1)


# --- orders --------------------------------------------------------------------------------------------------------


def test_stepping_stones_come_before_the_target_in_their_order() -> None:
    stone = {"images": {"aos": {"path": "/i/apc_hw05_aos_696.bin"}, "application": {"path": "/i/apc_hw05_sumx_696.bin"}}}
    found = order(version="7.2.2", stepping_stones=[{"version": "5.1.7"}, stone])
    assert [str(release) for release in found.releases] == ["application 5.1.7", "aos 6.9.6, application 6.9.6", "application 7.2.2"]


def test_a_stepping_stone_that_makes_no_sense_is_refused() -> None:
    assert "version is the float 6.9" in error(order, version="7.2.2", stepping_stones=[{"version": 6.9}]).message
    assert "no target version" in error(order, version="7.2.2", stepping_stones=[{}]).message


@pytest.mark.parametrize(
    ("option", "permission"),
    [
        ("allow_downgrade", "downgrade"),
        ("force", "force"),
        ("allow_version_jump", "version_jump"),
        ("allow_rack_ats", "rack_ats"),
        ("allow_unverified_image", "unverified_image"),
        ("allow_on_battery", "on_battery"),
        ("allow_self_test", "self_test"),
    ],
)
def test_each_consent_is_given_by_its_own_option_only(option: str, permission: str) -> None:
    assert order(version="2.5.5.1").allow == Permissions()
    assert order(version="2.5.5.1", **{option: True}).allow == Permissions(**{permission: True})


def test_nothing_dangerous_is_allowed_by_default() -> None:
    assert not any(dataclasses.astuple(order(version="2.5.5.1").allow))


# --- ways to a card ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "ways"),
    [
        ({}, set()),
        ({"username": "apc"}, set()),
        ({"password": "secret"}, set()),
        ({"username": "", "password": "secret"}, set()),
        (SSH, {"ssh"}),
        ({"snmp_community": "public"}, {"v2c"}),
        ({"snmp_community": "public", "snmp_version": "v1"}, {"v1"}),
        ({"snmp_community": ""}, set()),
        ({"snmp_user": "lab"}, {"v3"}),
        ({"snmp_user": "lab", "snmp_community": "public"}, {"v3"}),
        ({"snmp_user": "lab", "snmp_community": "public", "snmp_version": "v2c"}, {"v2c"}),
        ({"snmp_user": "lab", "snmp_version": "v2c"}, set()),
        ({"snmp_community": "public", "snmp_version": "v3"}, set()),
        ({**SSH, "snmp_community": "public"}, {"ssh", "v2c"}),
        ({**SSH, "snmp_user": "lab"}, {"ssh", "v3"}),
    ],
)
def test_there_are_the_ways_for_which_credentials_are_given(options: Options, ways: set[str]) -> None:
    found = access(**options)
    assert ({"ssh"} if found.ssh else set()) | ({found.snmp.version} if found.snmp else set()) == ways


def test_what_is_given_reaches_the_ssh_endpoint() -> None:
    found = access(**SSH, port=2222, timeout=7, host_key_fingerprint="SHA256:x", known_hosts="/k", allow_legacy_ssh=True).ssh
    assert found is not None
    assert (found.card, found.host, found.port, found.username, found.password) == ("ups1", "192.0.2.7", 2222, "apc", "secret")
    assert (found.timeout, found.host_key_checking, found.host_key_fingerprint) == (7.0, "strict", "SHA256:x")
    assert (found.known_hosts, found.allow_legacy_ssh) == ("/k", True)


def test_what_is_given_reaches_the_snmp_endpoint() -> None:
    options = {"snmp_auth_password": "auth-secret", "snmp_auth_protocol": "sha256", "snmp_privacy_password": "priv-secret"}
    found = access(snmp_user="lab", snmp_port=1161, **options).snmp
    assert found is not None
    assert (found.host, found.port, found.version, found.user) == ("192.0.2.7", 1161, "v3", "lab")
    assert (found.auth_protocol, found.auth_password) == ("sha256", "auth-secret")
    assert (found.privacy_protocol, found.privacy_password) == ("aes", "priv-secret")


def test_a_protocol_without_its_password_is_not_used() -> None:
    found = access(snmp_user="lab").snmp
    assert found is not None
    assert (found.auth_protocol, found.privacy_protocol) == (None, None)


def test_privacy_without_authentication_is_refused() -> None:
    found = error(access, snmp_user="lab", snmp_privacy_password="priv-secret")
    assert found.reason is Reason.INVALID_OPTION
    assert "snmp_privacy_password is given without snmp_auth_password" in found.message
    assert "priv-secret" not in found.message


@pytest.mark.parametrize("name", ["port", "snmp_port"])
@pytest.mark.parametrize("port", [0, -1, 65536, 10**9])
def test_a_port_that_is_none_is_refused(name: str, port: int) -> None:
    assert f"{name} is {port}, which is no port number" in error(access, **SSH, **{name: port}).message


@pytest.mark.parametrize("seconds", [0, -1, -0.0, math.nan, math.inf, -math.inf, 1e300, 86401])
def test_a_time_that_cannot_be_waited_is_refused(seconds: float) -> None:
    assert "timeout is" in error(access, **SSH, timeout=seconds).message
    for name in ("upload_timeout", "reboot_timeout", "external_timeout"):
        assert f"{name} is" in error(order, version="2.5.5.1", **{name: seconds}).message


@pytest.mark.parametrize("timeout", [0.3, 1.0, 6.0, 30.0, 86400.0])
def test_all_tries_over_snmp_stay_within_the_timeout(timeout: float) -> None:
    found = access(snmp_community="public", timeout=timeout).snmp
    assert found is not None
    assert 0 < found.timeout * (found.retries + 1) <= timeout + 1e-9


@pytest.mark.parametrize("family", [family for family in Family if family is not Family.UNKNOWN])
def test_every_family_but_unknown_can_be_declared(family: Family) -> None:
    assert access(product_family=family.value).product_family is family
    assert access().product_family is None


# --- anything at all -----------------------------------------------------------------------------------------------

_RAW = st.none() | st.text(max_size=12) | st.floats() | st.integers() | st.booleans() | st.lists(st.text(max_size=3), max_size=2)
_PATHS = st.text(max_size=12) | st.sampled_from([SU, "/i/apc_hw05_aos_722.bin", "~x/y", "/", "a/.."])
_CHECKSUMS = st.none() | st.text(max_size=12) | st.just(HASH)
_IMAGES = st.fixed_dictionaries(
    {"path": _PATHS},
    optional={"checksum": _CHECKSUMS, "hardware_token": st.text(max_size=5), "application": st.text(max_size=5), "version": _RAW},
)
_COMPONENTS = st.sampled_from([component.value for component in Component])
_RELEASE: dict[t.Any, st.SearchStrategy[t.Any]] = {
    "version": _RAW,
    "components": st.dictionaries(_COMPONENTS, _RAW, max_size=3),
    "image": _PATHS,
    "checksum": _CHECKSUMS,
    "images": st.dictionaries(_COMPONENTS, _IMAGES, max_size=3),
}
_TEXTS = ["username", "password", "snmp_community", "snmp_user", "snmp_auth_password", "snmp_privacy_password", "serial", "known_hosts"]
_NUMBERS = ["port", "snmp_port"]
_SECONDS = ["timeout", "upload_timeout", "reboot_timeout", "external_timeout"]
_ANYTHING = st.fixed_dictionaries(
    {},
    optional={
        **_RELEASE,
        **{name: st.text(max_size=8) for name in _TEXTS},
        **{name: st.integers() for name in _NUMBERS},
        **{name: st.floats() for name in _SECONDS},
        "snmp_version": st.sampled_from(["v1", "v2c", "v3"]),
        "stepping_stones": st.lists(st.fixed_dictionaries({}, optional=_RELEASE), max_size=2),
    },
)


@given(_ANYTHING)
def test_no_options_make_anything_but_a_request_or_an_error_of_input(options: Options) -> None:
    found = ArgumentSpecValidator(firmware_spec()).validate({"host": "192.0.2.7", **options})
    if found.error_messages:
        return
    for ask in (access_from, order_from):
        with contextlib.suppress(InputError):
            ask(found.validated_parameters, card="ups1")
