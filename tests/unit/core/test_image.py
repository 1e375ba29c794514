# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What file names say, what may be declared beside them, and which image may go to which card."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import (
    Component,
    ImageFacts,
    names_ups_firmware,
    parse_image_name,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import (
    Image,
    Release,
    describe_image,
    gate,
    make_release,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version, parse_version

AOS, APPLICATION, BOOT = Component.AOS, Component.APPLICATION, Component.BOOT_MONITOR


def version(text: str) -> Version:
    found = parse_version(text)
    assert found is not None
    return found


def facts(component: Component | None, token: str | None, application: str | None, text: str | None) -> ImageFacts:
    return ImageFacts(component, token, application, version(text) if text else None)


def refused(found: object) -> Reason:
    assert isinstance(found, Refusal)
    assert found.sentence
    return found.reason


# --- names ---------------------------------------------------------------------------------------------------------

_NAMES: t.Mapping[str, ImageFacts] = {
    "apc_hw05_aos_696.bin": facts(AOS, "hw05", None, "6.9.6"),
    "apc_hw05_aos_718.bin": facts(AOS, "hw05", None, "7.1.8"),
    "apc_hw05_aos_722.bin": facts(AOS, "hw05", None, "7.2.2"),
    "apc_hw05_bootmon_109.bin": facts(BOOT, "hw05", None, "1.0.9"),
    "apc_hw05_bootmon_108.bin": facts(BOOT, "hw05", None, "1.0.8"),
    "apc_hw05_sumx_696.bin": facts(APPLICATION, "hw05", "sumx", "6.9.6"),
    "apc_hw05_sy_620.bin": facts(APPLICATION, "hw05", "sy", "6.2.0"),
    "apc_hw05_rpdu2g_726.bin": facts(APPLICATION, "hw05", "rpdu2g", "7.2.6"),
    "apc_hw05_ats4g_647.bin": facts(APPLICATION, "hw05", "ats4g", "6.4.7"),
    "apc_hw06_rd3xx_669b.bin": facts(APPLICATION, "hw06", "rd3xx", "6.6.9.b"),
    "apc_hw06_unflrsp_602a.bin": facts(APPLICATION, "hw06", "unflrsp", "6.0.2.a"),
    "apc_hw02_xpdu_373.bin": facts(APPLICATION, "hw02", "xpdu", "3.7.3"),
    "apc_hw21_su_2-5-5-1.nmc3": facts(APPLICATION, "hw21", "su", "2.5.5.1"),
    "apc_hw21_rpdu2g_2-5-2-5.nmc": facts(APPLICATION, "hw21", "rpdu2g", "2.5.2.5"),
    "apc_hw21_aos_2.5.0.8.bin": facts(AOS, "hw21", None, "2.5.0.8"),
    "apc_hw21_su_2.5.0.6.bin": facts(APPLICATION, "hw21", "su", "2.5.0.6"),
    "apc_hw21_boot_1.5.1.1.bin": facts(BOOT, "hw21", None, "1.5.1.1"),
    "APC_HW21_SU_2-5-5-1.NMC3": facts(APPLICATION, "hw21", "su", "2.5.5.1"),
    "apcfwapp_v3.4.0.8.nmc3": facts(APPLICATION, None, None, "3.4.0.8"),
    # Four digits can be read in two ways: everything else is still said.
    "apc_hw05_aos_6910.bin": facts(AOS, "hw05", None, None),
    "apc_hw21_su_1511.nmc3": facts(APPLICATION, "hw21", "su", None),
}

_SAY_NOTHING = [
    *["apc_hw05_aos696_sumx696_bootmon109.exe", "apc_hw05_aos722_rpdu2g726_bootmon109.exe", "apc_hw02_aos390_g2ats392.exe"],
    *["apc_hw21_su_2-5-5-1.exe", "aos309a.bin", "ms225a.bin", "sumx_696_de_es_fr.lpk", "firmware.bin", "su.nmc3", "config.ini", ""],
    *["apc_hw05_aos_696.bin.exe", "xapc_hw05_aos_696.bin", "apc_hw5_aos_696.bin", "apc_hw05_aos_696", "apc_hw05__696.bin"],
    *["../apc_hw05_aos_696.bin", "apc_hw05_aos_696.bin\n", "apcfwapp_3.4.0.8.nmc3", "apcfwapp_v3.4.0.8.bin", "apc_hw05_su mx_696.bin"],
    *["apc_hw\u0660\u0665_aos_696.bin", "apc_hw21_\u017fu_2-5-5-1.nmc3"],
]


@pytest.mark.parametrize(("name", "said"), _NAMES.items())
def test_a_vendors_name_says_component_token_application_and_version(name: str, said: ImageFacts) -> None:
    assert parse_image_name(name) == said
    assert not names_ups_firmware(name)


@pytest.mark.parametrize("name", _SAY_NOTHING)
def test_any_other_name_says_nothing(name: str) -> None:
    assert parse_image_name(name) == ImageFacts()


@given(st.text(max_size=40) | st.from_regex(r"apc_hw[0-9]{2}_[a-z0-9]{0,6}_[0-9a-z.-]{0,8}\.(bin|nmc3)", fullmatch=True))
def test_whatever_a_name_says_is_plain(name: str) -> None:
    found = parse_image_name(name)
    assert all(str(value).isascii() for value in dataclasses.astuple(found))
    assert (found.application is None) or (found.component is APPLICATION)


@pytest.mark.parametrize(
    "name",
    [
        *["SMT1015UPS_04-6.enc", "ups_fw_15.0.bin", "upsfw.bin", "UPS-FW.bin", "smt_ups_04.6.bin", "UPS 03.8 (ID1015).bin", "x.ENC"],
        *["ups_09_8.bin", "smt18ups_upsfw_09_8.bin"],
    ],
)
def test_ups_firmware_is_known_by_its_name(name: str) -> None:
    assert names_ups_firmware(name)


# --- declarations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "said"), _NAMES.items())
def test_what_a_name_says_may_be_declared_again(name: str, said: ImageFacts) -> None:
    assert describe_image(name, ImageFacts()) == said
    assert describe_image(name, said) == said


def test_what_a_name_does_not_say_is_taken_from_the_declaration() -> None:
    declared = facts(APPLICATION, "hw21", "su", "3.4.0.8")
    assert describe_image("apcfwapp_v3.4.0.8.nmc3", facts(None, "hw21", "su", None)) == declared
    assert describe_image("firmware.bin", declared) == declared
    assert describe_image("apc_hw21_su_1511.nmc3", facts(None, None, None, "1.5.1.1")) == facts(APPLICATION, "hw21", "su", "1.5.1.1")


def test_versions_that_are_equal_but_written_differently_agree() -> None:
    found = describe_image("apc_hw21_su_2-5-5-0.nmc3", facts(None, None, None, "2.5.5"))
    assert isinstance(found, ImageFacts)
    assert found.version == version("2.5.5")


@pytest.mark.parametrize(
    ("declared", "reason", "word"),
    [
        (facts(AOS, None, None, None), Reason.IMAGE_WRONG_COMPONENT, "aos"),
        (facts(BOOT, None, None, None), Reason.IMAGE_WRONG_COMPONENT, "boot_monitor"),
        (facts(None, "hw05", None, None), Reason.INVALID_OPTION, "hw05"),
        (facts(None, None, "sy", None), Reason.INVALID_OPTION, "sy"),
        (facts(None, None, None, "2.5.5.2"), Reason.INVALID_OPTION, "2.5.5.2"),
    ],
)
def test_a_declaration_that_contradicts_the_name_is_refused(declared: ImageFacts, reason: Reason, word: str) -> None:
    found = describe_image("apc_hw21_su_2-5-5-1.nmc3", declared)
    assert refused(found) is reason
    assert isinstance(found, Refusal)
    assert word in found.sentence
    assert "apc_hw21_su_2-5-5-1.nmc3" in found.sentence


@pytest.mark.parametrize("name", ["SMT1015UPS_04-6.enc", "upsfw.bin", "smt_ups_04.6.bin"])
def test_ups_firmware_is_refused_whatever_is_declared_for_it(name: str) -> None:
    for declared in (ImageFacts(), facts(APPLICATION, "hw21", "su", "2.5.5.1")):
        assert refused(describe_image(name, declared)) is Reason.UPS_FIRMWARE


@pytest.mark.parametrize("name", ["", "..", "-o", "a b.bin", "a\nb", "a;b", "../x.bin", "x/y", "\u017fu.bin", "'x'", "$(x)", "x\x00.bin"])
def test_a_name_that_a_card_could_misread_is_refused(name: str) -> None:
    assert refused(describe_image(name, facts(APPLICATION, "hw21", "su", "2.5.5.1"))) is Reason.INVALID_OPTION


# --- releases ------------------------------------------------------------------------------------------------------


def image(name: str, declared: ImageFacts | None = None, sha256: str | None = None) -> Image:
    found = describe_image(name, declared or ImageFacts())
    assert isinstance(found, ImageFacts)
    return Image(f"/images/{name}", name, found, sha256)


def release(declared: dict[Component, str], *names: str) -> Release:
    images = {image(name).facts.component or APPLICATION: image(name) for name in names}
    found = make_release(declared={part: version(text) for part, text in declared.items()}, images=images)
    assert isinstance(found, Release)
    return found


def test_a_release_without_versions_takes_those_that_the_names_say() -> None:
    found = release({}, "apc_hw05_aos_722.bin", "apc_hw05_rpdu2g_726.bin", "apc_hw05_bootmon_109.bin")
    assert {part: str(wanted) for part, wanted in found.targets.items()} == {BOOT: "1.0.9", AOS: "7.2.2", APPLICATION: "7.2.6"}
    assert set(found.images) == {BOOT, AOS, APPLICATION}


def test_declared_versions_win_over_those_of_the_names() -> None:
    assert str(release({AOS: "7.2.0"}, "apc_hw05_aos_722.bin").targets[AOS]) == "7.2.0"


def test_a_release_without_any_version_is_refused() -> None:
    assert refused(make_release(declared={}, images={})) is Reason.INVALID_OPTION
    assert refused(make_release(declared={}, images={AOS: image("apc_hw05_aos_6910.bin")})) is Reason.INVALID_OPTION


def test_a_release_names_its_components_in_the_order_of_installation() -> None:
    assert str(release({APPLICATION: "7.2.6", AOS: "7.2.2", BOOT: "1.0.9"})) == "boot_monitor 1.0.9, aos 7.2.2, application 7.2.6"


# --- the gate ------------------------------------------------------------------------------------------------------


def judged(name: str, *, component: Component = APPLICATION, target: str | None, token: str = "hw21", application: str = "su") -> object:
    wanted = version(target) if target else None
    return gate(image(name), component=component, hardware_token=token, application=application, target=wanted)


def test_the_image_of_this_card_and_this_target_may_go_to_it() -> None:
    assert judged("apc_hw21_su_2-5-5-1.nmc3", target="2.5.5.1") is None
    assert judged("apc_hw05_aos_722.bin", component=AOS, target="7.2.2", token="hw05", application="rpdu2g") is None
    assert judged("apc_hw05_bootmon_109.bin", component=BOOT, target="1.0.9", token="hw05", application="anything") is None


@pytest.mark.parametrize(
    ("name", "component", "target", "reason"),
    [
        ("apc_hw05_su_722.bin", APPLICATION, "7.2.2", Reason.IMAGE_WRONG_HARDWARE),
        ("apc_hw21_sy_2-5-5-1.nmc3", APPLICATION, "2.5.5.1", Reason.IMAGE_WRONG_APPLICATION),
        ("apc_hw21_rpdu2g_2-5-5-1.nmc3", APPLICATION, "2.5.5.1", Reason.IMAGE_WRONG_APPLICATION),
        ("apc_hw21_su_2-5-5-0.nmc3", APPLICATION, "2.5.5.1", Reason.IMAGE_WRONG_VERSION),
        ("apc_hw21_su_2-5-5-1.nmc3", APPLICATION, None, Reason.IMAGE_WRONG_VERSION),
        ("apc_hw21_su_2-5-5-1.nmc3", AOS, "2.5.5.1", Reason.IMAGE_WRONG_COMPONENT),
        ("apc_hw21_su_1511.nmc3", APPLICATION, "1.5.1.1", Reason.IMAGE_FACTS_MISSING),
        ("apcfwapp_v3.4.0.8.nmc3", APPLICATION, "3.4.0.8", Reason.IMAGE_FACTS_MISSING),
        ("firmware.bin", APPLICATION, "2.5.5.1", Reason.IMAGE_FACTS_MISSING),
    ],
)
def test_any_other_image_is_refused_with_the_reason(name: str, component: Component, target: str | None, reason: Reason) -> None:
    found = judged(name, component=component, target=target)
    assert refused(found) is reason
    assert isinstance(found, Refusal)
    assert name in found.sentence


def test_a_boot_monitor_may_not_stand_for_an_application() -> None:
    found = judged("apc_hw05_bootmon_109.bin", token="hw05", target="1.0.9")
    assert refused(found) in (Reason.IMAGE_WRONG_COMPONENT, Reason.IMAGE_FACTS_MISSING)


def test_the_missing_facts_are_all_named() -> None:
    found = judged("firmware.bin", target="2.5.5.1")
    assert isinstance(found, Refusal)
    assert found.sentence == "the name of firmware.bin does not say hardware_token and application and version"


@given(
    st.builds(
        ImageFacts,
        st.none() | st.sampled_from(Component),
        st.none() | st.sampled_from(["hw05", "hw21"]),
        st.none() | st.sampled_from(["su", "sy"]),
        st.none() | st.sampled_from([version("2.5.5.1"), version("2.5.5.0")]),
    ),
    st.sampled_from(Component),
)
def test_only_an_image_of_which_everything_is_known_and_right_passes(known: ImageFacts, component: Component) -> None:
    passed = gate(
        Image("/images/x.bin", "x.bin", known),
        component=component,
        hardware_token="hw21",
        application="su",
        target=version("2.5.5.1"),
    )
    right = known.component is component and known.hardware_token == "hw21" and known.version == version("2.5.5.1")
    if component is APPLICATION:
        right = right and known.application == "su"
    assert (passed is None) is right
