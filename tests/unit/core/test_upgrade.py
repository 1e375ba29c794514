# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan for one card: what is sent, in which order, and why nothing is."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.builders import AOS, APPLICATION, BOOT, SERIAL, card_of, image_of, nmc2, nmc3, release_of, version

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import ImageFacts
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import Family
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Release
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import RULES, Permissions, Plan, make_plan

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card

_EVERYTHING = Permissions(downgrade=True, force=True, version_jump=True, rack_ats=True, unverified_image=True)


def plan_of(card: Card, *releases: Release, **allowed: bool) -> Plan:
    return make_plan(card, releases, allow=Permissions(**allowed))


def sent(plan: Plan) -> list[str]:
    return [step.image.name for step in plan.steps]


def changes(plan: Plan) -> list[list[tuple[str, str | None, str]]]:
    return [
        [(change.component.value, str(change.before) if change.before else None, str(change.after)) for change in step.changes]
        for step in plan.steps
    ]


def refused(plan: Plan, *words: str) -> Reason:
    assert plan.steps == ()
    for word in words:
        assert word in plan.sentence
    return plan.reason


# --- order and economy ---------------------------------------------------------------------------------------------


def test_an_nmc2_gets_boot_monitor_then_aos_then_application() -> None:
    card = card_of(aos="6.9.6", app="6.9.6", boot="1.0.8")
    plan = plan_of(card, nmc2("7.2.2", boot="1.0.9"))
    assert plan.reason is Reason.UPGRADE_PLANNED
    assert sent(plan) == ["apc_hw05_bootmon_109.bin", "apc_hw05_aos_722.bin", "apc_hw05_sumx_722.bin"]
    assert changes(plan) == [
        [("boot_monitor", "1.0.8", "1.0.9")],
        [("aos", "6.9.6", "7.2.2")],
        [("application", "6.9.6", "7.2.2")],
    ]
    assert [step.component for step in plan.steps] == [BOOT, AOS, APPLICATION]


@pytest.mark.parametrize("boot", ["1.0.8", "1.0.9"])
@pytest.mark.parametrize("aos", ["6.9.6", "7.2.2"])
@pytest.mark.parametrize("app", ["6.9.6", "7.2.2"])
def test_an_nmc2_gets_only_what_is_not_right_yet(boot: str, aos: str, app: str) -> None:
    plan = plan_of(card_of(aos=aos, app=app, boot=boot), nmc2("7.2.2", boot="1.0.9"))
    wanted = {BOOT: boot == "1.0.8", AOS: aos == "6.9.6", APPLICATION: app == "6.9.6"}
    assert [step.component for step in plan.steps] == [part for part, is_off in wanted.items() if is_off]
    assert plan.reason is (Reason.UPGRADE_PLANNED if any(wanted.values()) else Reason.AT_TARGET)


def test_components_that_the_target_does_not_name_stay_as_they_are() -> None:
    card = card_of(aos="6.9.6", app="6.9.6", boot="1.0.8")
    assert sent(plan_of(card, release_of("apc_hw05_sumx_722.bin"))) == ["apc_hw05_sumx_722.bin"]


def test_no_image_is_needed_for_what_is_right() -> None:
    card = card_of(aos="7.2.2", app="7.2.6", boot="1.0.9")
    assert plan_of(card, release_of(aos="7.2.2", app="7.2.6", boot="1.0.9")).reason is Reason.AT_TARGET
    assert sent(plan_of(card, release_of("apc_hw05_sumx_728.bin", aos="7.2.2", boot="1.0.9"))) == ["apc_hw05_sumx_728.bin"]


def test_a_card_at_the_version_of_another_application_is_not_right() -> None:
    mixed_up = card_of(application="rpdu2g", aos="7.2.2", app="7.2.6")
    plan = plan_of(mixed_up, release_of("apc_hw05_sumx_726.bin", aos="7.2.2"))
    assert (plan.reason, plan.steps) == (Reason.IMAGE_WRONG_APPLICATION, ())


def test_equal_versions_written_differently_are_right() -> None:
    card = card_of("hw21", "su", aos="2.5.0.0", app="v2.5", boot="1.5.1.1")
    assert plan_of(card, release_of(aos="2.5", app="2.5.0.0")).reason is Reason.AT_TARGET


def test_an_nmc3_gets_one_image_for_everything() -> None:
    card = card_of("hw21", "su", aos="2.5.0.8", app="2.5.0.6", boot="1.5.1.1")
    plan = plan_of(card, nmc3("2.5.5.1", aos="2.5.5.0", boot="1.5.2.0"))
    assert sent(plan) == ["apc_hw21_su_2-5-5-1.nmc3"]
    assert changes(plan) == [[("application", "2.5.0.6", "2.5.5.1"), ("aos", "2.5.0.8", "2.5.5.0"), ("boot_monitor", "1.5.1.1", "1.5.2.0")]]


@pytest.mark.parametrize(("aos", "boot"), [("2.5.0.8", "1.5.2.0"), ("2.5.5.0", "1.5.1.1"), ("2.5.0.8", "1.5.1.1")])
def test_an_nmc3_gets_its_image_also_when_only_aos_or_boot_monitor_is_off(aos: str, boot: str) -> None:
    card = card_of("hw21", "su", aos=aos, app="2.5.5.1", boot=boot)
    assert sent(plan_of(card, nmc3("2.5.5.1", aos="2.5.5.0", boot="1.5.2.0"))) == ["apc_hw21_su_2-5-5-1.nmc3"]


def test_an_nmc3_takes_no_image_of_aos_or_boot_monitor() -> None:
    card = card_of("hw21", "su", aos="2.5.0.6", app="2.5.0.6", boot="1.5.1.1")
    assert refused(plan_of(card, release_of("apc_hw21_aos_2.5.0.8.bin")), "aos 2.5.0.8") is Reason.IMAGE_MISSING
    assert refused(plan_of(card, release_of("apc_hw21_boot_1.5.2.0.bin")), "boot_monitor 1.5.2.0") is Reason.IMAGE_MISSING


def test_nobody_knows_rules_for_other_generations() -> None:
    assert set(RULES) == {2, 3}
    assert all(rules.source for rules in RULES.values())


# --- downgrade and force -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("aos", "app", "boot", "newer"),
    [
        ("7.2.4", "7.2.2", "1.0.9", "aos 7.2.4"),
        ("7.2.2", "7.2.6", "1.0.9", "application 7.2.6"),
        ("6.9.6", "6.9.6", "1.1.0", "boot_monitor 1.1.0"),
        ("7.2.2.a", "7.2.2", "1.0.9", "aos 7.2.2.a"),
    ],
)
def test_a_card_with_anything_newer_is_left_alone(aos: str, app: str, boot: str, newer: str) -> None:
    card, target = card_of(aos=aos, app=app, boot=boot), nmc2("7.2.2", boot="1.0.9")
    assert refused(plan_of(card, target), newer) is Reason.DOWNGRADE_REFUSED
    assert refused(plan_of(card, target, force=True), newer) is Reason.DOWNGRADE_REFUSED
    assert plan_of(card, target, downgrade=True).reason is Reason.UPGRADE_PLANNED


def test_a_downgrade_keeps_the_vendors_order() -> None:
    card = card_of(aos="7.2.2", app="7.2.6", boot="1.0.9")
    plan = plan_of(card, nmc2("7.1.2", boot="1.0.8"), downgrade=True)
    assert sent(plan) == ["apc_hw05_bootmon_108.bin", "apc_hw05_aos_712.bin", "apc_hw05_sumx_712.bin"]


def test_numbers_decide_and_not_text() -> None:
    card = card_of(aos="6.9.10", app="6.9.10")
    assert plan_of(card, nmc2("6.9.6")).reason is Reason.DOWNGRADE_REFUSED


def test_force_sends_everything_again() -> None:
    card = card_of(aos="7.2.2", app="7.2.2", boot="1.0.9")
    plan = plan_of(card, nmc2("7.2.2", boot="1.0.9"), force=True)
    assert [step.component for step in plan.steps] == [BOOT, AOS, APPLICATION]
    assert changes(plan)[1] == [("aos", "7.2.2", "7.2.2")]


def test_force_lifts_no_other_refusal() -> None:
    card = card_of(aos="7.2.2", app="7.2.2")
    assert plan_of(card, release_of(aos="7.2.2"), force=True).reason is Reason.IMAGE_MISSING
    assert plan_of(card, release_of("apc_hw21_su_2-5-5-1.nmc3", app="7.2.2"), force=True).reason is Reason.IMAGE_WRONG_HARDWARE
    assert plan_of(card, release_of(image_of("apc_hw05_aos_722.bin", sha256=None)), force=True).reason is Reason.IMAGE_UNVERIFIED
    assert make_plan(card, [nmc2("7.2.2")], serial="other", allow=_EVERYTHING).reason is Reason.WRONG_CARD


# --- stepping stones -----------------------------------------------------------------------------------------------


def test_an_nmc2_goes_from_5_over_6_to_7() -> None:
    card = card_of(aos="5.1.7", app="5.1.7")
    assert refused(plan_of(card, nmc2("7.2.2")), "5.1.7", "7.2.2", "6.x") is Reason.STEPPING_STONE_NEEDED
    plan = plan_of(card, nmc2("6.9.6"), nmc2("7.2.2"))
    assert sent(plan) == ["apc_hw05_aos_696.bin", "apc_hw05_sumx_696.bin", "apc_hw05_aos_722.bin", "apc_hw05_sumx_722.bin"]
    assert changes(plan)[2] == [("aos", "6.9.6", "7.2.2")]


def test_an_nmc3_goes_from_1_over_2_to_3() -> None:
    card = card_of("hw21", "su", aos="1.4.2.1", app="1.4.2.1")
    assert refused(plan_of(card, nmc3("3.4.0.8")), "2.x") is Reason.STEPPING_STONE_NEEDED
    assert sent(plan_of(card, nmc3("2.5.5.1"), nmc3("3.4.0.8"))) == ["apc_hw21_su_2-5-5-1.nmc3", "apc_hw21_su_3-4-0-8.nmc3"]


def test_the_way_down_leads_over_the_same_stones() -> None:
    card = card_of(aos="7.2.2", app="7.2.2")
    assert plan_of(card, nmc2("5.1.7"), downgrade=True).reason is Reason.STEPPING_STONE_NEEDED
    plan = plan_of(card, nmc2("6.9.6"), nmc2("5.1.7"), downgrade=True)
    assert sent(plan) == ["apc_hw05_aos_696.bin", "apc_hw05_sumx_696.bin", "apc_hw05_aos_517.bin", "apc_hw05_sumx_517.bin"]
    newer = card_of("hw21", "su", aos="3.4.0.8", app="3.4.0.8")
    assert sent(plan_of(newer, nmc3("2.5.5.1"), nmc3("1.5.1.1"), downgrade=True)) == [
        "apc_hw21_su_2-5-5-1.nmc3",
        "apc_hw21_su_1-5-1-1.nmc3",
    ]


def test_a_stone_must_bring_what_would_leap() -> None:
    card = card_of(aos="5.1.7", app="5.1.7")
    only_aos = release_of("apc_hw05_aos_696.bin")
    assert plan_of(card, only_aos, release_of("apc_hw05_sumx_722.bin")).reason is Reason.STEPPING_STONE_NEEDED
    assert sent(plan_of(card, only_aos, release_of("apc_hw05_aos_722.bin"))) == ["apc_hw05_aos_696.bin", "apc_hw05_aos_722.bin"]


def test_several_stones_are_visited_in_the_order_of_the_way_and_not_of_the_list() -> None:
    six, five = release_of("apc_hw05_aos_696.bin"), release_of("apc_hw05_aos_517.bin")
    up = plan_of(card_of(aos="4.0.0", app="4.0.0"), six, five, release_of("apc_hw05_aos_722.bin"))
    assert sent(up) == ["apc_hw05_aos_517.bin", "apc_hw05_aos_696.bin", "apc_hw05_aos_722.bin"]
    down = plan_of(card_of(aos="7.2.2", app="7.2.2"), five, six, release_of("apc_hw05_aos_400.bin"), downgrade=True)
    assert sent(down) == ["apc_hw05_aos_696.bin", "apc_hw05_aos_517.bin", "apc_hw05_aos_400.bin"]


@pytest.mark.parametrize(("start", "end"), [("5.1.7", "6.9.6"), ("6.0.6", "7.2.2"), ("7.0.6", "7.2.2"), ("6.4.6", "6.9.6")])
def test_a_stone_that_is_not_on_the_way_is_not_used(start: str, end: str) -> None:
    card = card_of(aos=start, app=start)
    assert sent(plan_of(card, nmc2("6.8.2"), nmc2(end))) == sent(plan_of(card, nmc2(end)))
    assert len(plan_of(card, nmc2(end)).steps) == 2


def test_a_jump_is_made_only_on_request() -> None:
    card = card_of(aos="5.1.7", app="5.1.7")
    assert sent(plan_of(card, nmc2("6.9.6"), nmc2("7.2.2"), version_jump=True)) == ["apc_hw05_aos_722.bin", "apc_hw05_sumx_722.bin"]


def test_a_card_that_stopped_half_way_goes_on_where_it_stands() -> None:
    stones = (nmc2("6.9.6"), nmc2("7.2.2"))
    assert sent(plan_of(card_of(aos="6.9.6", app="5.1.7"), *stones)) == [
        *["apc_hw05_sumx_696.bin", "apc_hw05_aos_722.bin", "apc_hw05_sumx_722.bin"],
    ]
    assert sent(plan_of(card_of(aos="6.9.6", app="6.9.6"), *stones)) == ["apc_hw05_aos_722.bin", "apc_hw05_sumx_722.bin"]
    assert sent(plan_of(card_of(aos="7.2.2", app="6.9.6"), *stones)) == ["apc_hw05_sumx_722.bin"]


@pytest.mark.parametrize("aos", ["5.1.7", "6.9.6", "7.2.2"])
def test_a_boot_monitor_has_a_numbering_of_its_own_and_needs_no_stone(aos: str) -> None:
    assert sent(plan_of(card_of(aos=aos, app=aos, boot="1.0.8"), release_of("apc_hw05_bootmon_109.bin"))) == ["apc_hw05_bootmon_109.bin"]


def test_a_target_that_only_names_the_aos_is_measured_on_the_aos() -> None:
    card = card_of(aos="5.1.7", app="5.1.7")
    assert plan_of(card, release_of("apc_hw05_aos_722.bin")).reason is Reason.STEPPING_STONE_NEEDED
    assert sent(plan_of(card, release_of("apc_hw05_aos_696.bin"))) == ["apc_hw05_aos_696.bin"]


def test_a_stone_never_takes_a_component_back_unasked() -> None:
    card = card_of(aos="5.1.7", app="5.1.7", boot="1.0.9")
    stones = (nmc2("6.9.6", boot="1.0.8"), nmc2("7.2.2", boot="1.0.9"))
    assert refused(plan_of(card, *stones), "boot_monitor 1.0.9") is Reason.DOWNGRADE_REFUSED
    assert plan_of(card, *stones, downgrade=True).reason is Reason.UPGRADE_PLANNED
    ahead = card_of(aos="7.2.2", app="5.1.7")
    assert refused(plan_of(ahead, nmc2("6.9.6"), nmc2("7.2.2")), "aos 7.2.2") is Reason.DOWNGRADE_REFUSED


def test_the_image_of_a_stone_passes_the_same_gate() -> None:
    card = card_of(aos="5.1.7", app="5.1.7")
    bad = release_of("apc_hw05_aos_696.bin", image_of("apc_hw05_sumx_696.bin", sha256=None))
    assert refused(plan_of(card, bad, nmc2("7.2.2")), "apc_hw05_sumx_696.bin") is Reason.IMAGE_UNVERIFIED
    other = nmc2("6.9.6", application="sy")
    assert refused(plan_of(card, other, nmc2("7.2.2")), "apc_hw05_sy_696.bin") is Reason.IMAGE_WRONG_APPLICATION
    without = release_of(aos="6.9.6", app="6.9.6")
    assert plan_of(card, without, nmc2("7.2.2")).reason is Reason.IMAGE_MISSING


# --- images that do not belong -------------------------------------------------------------------------------------

_SU = card_of("hw21", "su", aos="2.5.0.8", app="2.5.0.6", boot="1.5.1.1")


@pytest.mark.parametrize(
    ("release", "reason"),
    [
        (release_of("apc_hw05_su_2-5-5-1.nmc3"), Reason.IMAGE_WRONG_HARDWARE),
        (release_of("apc_hw05_sumx_722.bin"), Reason.IMAGE_WRONG_HARDWARE),
        (release_of("apc_hw21_sy_2-5-5-1.nmc3"), Reason.IMAGE_WRONG_APPLICATION),
        (release_of("apc_hw21_su_2-5-5-1.nmc3", app="2.5.5.2"), Reason.IMAGE_WRONG_VERSION),
        (release_of(app="2.5.5.1"), Reason.IMAGE_MISSING),
        (release_of("apcfwapp_v3.4.0.8.nmc3"), Reason.IMAGE_FACTS_MISSING),
        (release_of(image_of("apc_hw21_su_2-5-5-1.nmc3", sha256=None)), Reason.IMAGE_UNVERIFIED),
    ],
)
def test_an_image_that_does_not_belong_is_never_sent(release: Release, reason: Reason) -> None:
    assert plan_of(_SU, release).reason is reason
    others = {field.name: True for field in dataclasses.fields(Permissions) if field.name != "unverified_image"}
    assert refused(plan_of(_SU, release, **others)) is reason


def test_an_image_in_the_place_of_another_component_is_never_sent() -> None:
    image = image_of("apc_hw05_aos_722.bin")
    wrong = Release({APPLICATION: version("7.2.2")}, {APPLICATION: dataclasses.replace(image, facts=dataclasses.replace(image.facts))})
    plan = make_plan(card_of(aos="7.2.0", app="7.2.0"), [wrong], allow=_EVERYTHING)
    assert refused(plan) in (Reason.IMAGE_WRONG_COMPONENT, Reason.IMAGE_FACTS_MISSING)


def test_a_declared_image_of_the_vendors_tool_may_be_sent() -> None:
    declared = ImageFacts(hardware_token="hw21", application="su")
    card = card_of("hw21", "su", aos="2.5.5.0", app="2.5.5.1")
    assert sent(plan_of(card, release_of(image_of("apcfwapp_v3.4.0.8.nmc3", declared=declared)))) == ["apcfwapp_v3.4.0.8.nmc3"]


def test_an_image_without_checksum_is_sent_only_on_request() -> None:
    release = release_of(image_of("apc_hw21_su_2-5-5-1.nmc3", sha256=None))
    assert sent(plan_of(_SU, release, unverified_image=True)) == ["apc_hw21_su_2-5-5-1.nmc3"]


# --- cards that must not be touched --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("card", "reason", "word"),
    [
        (card_of(None, "sumx", aos="6.9.6", app="6.9.6"), Reason.GENERATION_UNKNOWN, "hardware token"),
        (card_of("hw31", "su", aos="4.0", app="4.0"), Reason.GENERATION_UNKNOWN, "hw31"),
        (card_of("hw05", None, aos="6.9.6", app="6.9.6"), Reason.APPLICATION_UNKNOWN, "application"),
        (card_of("hw05", "sumx", aos="6.9.6", missing=True), Reason.APPLICATION_MISSING, "application"),
        (card_of("hw05", "sumx", aos="6.9.6"), Reason.VERSION_UNKNOWN, "application over ssh"),
        (card_of("hw05", "sumx", app="6.9.6"), Reason.VERSION_UNKNOWN, "aos over ssh"),
        (card_of("hw05", "sumx"), Reason.VERSION_UNKNOWN, "aos and application over ssh"),
        (card_of("hw05", "sumx", aos="6.9.?", app="6.9.6"), Reason.VERSION_UNKNOWN, "aos over ssh"),
    ],
)
def test_a_card_that_is_not_known_well_enough_is_refused(card: Card, reason: Reason, word: str) -> None:
    assert refused(make_plan(card, [nmc2("7.2.2")], allow=_EVERYTHING), word) is reason


def test_a_version_that_is_not_asked_for_may_be_unknown() -> None:
    assert sent(plan_of(card_of(aos="6.9.6", app="6.9.6"), nmc2("7.2.2"))) == ["apc_hw05_aos_722.bin", "apc_hw05_sumx_722.bin"]


@pytest.mark.parametrize(("token", "generation"), [("hw02", 1), ("hw03", 1), (None, 4)])
def test_other_generations_are_refused(token: str | None, generation: int) -> None:
    card = dataclasses.replace(card_of(token, "su", aos="3.9.2", app="3.9.2"), generation=generation)
    assert refused(make_plan(card, [nmc3("3.9.4")], allow=_EVERYTHING), f"NMC{generation}") is Reason.GENERATION_UNSUPPORTED


def test_another_card_at_the_address_is_refused_before_anything_else() -> None:
    for card in (_SU, card_of(None, None), dataclasses.replace(_SU, serial=None)):
        serial = "5A1274T28648"
        assert refused(make_plan(card, [nmc3("2.5.5.1")], allow=_EVERYTHING, serial=serial), serial) is Reason.WRONG_CARD
    assert make_plan(_SU, [nmc3("2.5.5.1")], allow=Permissions(), serial=SERIAL).reason is Reason.UPGRADE_PLANNED
    assert make_plan(_SU, [release_of(app="2.5.0.6")], allow=Permissions(), serial="5A1274T28648").reason is Reason.WRONG_CARD


@pytest.mark.parametrize("family", [None, Family.SMART_UPS, Family.RACK_PDU])
def test_a_rack_ats_needs_consent_whatever_family_it_is_called(family: Family | None) -> None:
    card = card_of("hw05", "ats4g", aos="7.1.2", app="7.1.4", family=family)
    target = release_of("apc_hw05_aos_722.bin", "apc_hw05_ats4g_722.bin")
    others = {field.name: True for field in dataclasses.fields(Permissions) if field.name != "rack_ats"}
    assert refused(plan_of(card, target, **others)) is Reason.RACK_ATS_NEEDS_CONSENT
    assert sent(plan_of(card, target, rack_ats=True)) == ["apc_hw05_aos_722.bin", "apc_hw05_ats4g_722.bin"]


def test_an_operator_who_calls_a_card_a_rack_ats_is_believed() -> None:
    card = card_of("hw21", "unheard", aos="2.5.0.8", app="2.5.0.6", family=Family.RACK_ATS)
    assert plan_of(card, nmc3("2.5.5.1", application="unheard")).reason is Reason.RACK_ATS_NEEDS_CONSENT


def test_a_rack_ats_at_its_target_needs_no_consent() -> None:
    card = card_of("hw05", "ats4g", aos="7.1.2", app="7.1.4")
    assert plan_of(card, release_of(aos="7.1.2", app="7.1.4")).reason is Reason.AT_TARGET


@given(
    st.builds(Permissions, **{field.name: st.booleans() for field in dataclasses.fields(Permissions)}),
    st.sampled_from(["hw02", "hw05", "hw21"]),
    st.none() | st.sampled_from(Family),
    st.sampled_from(["g2ats", "G2ATS"]),
)
def test_no_option_makes_anything_send_to_the_dangerous_switch(allow: Permissions, token: str, family: Family | None, name: str) -> None:
    card = card_of(token, name, aos="3.9.0", app="3.9.2", boot="1.0.8", family=family)
    target = release_of(f"apc_{token}_aos_394.bin", f"apc_{token}_g2ats_394.bin", f"apc_{token}_bootmon_109.bin")
    assert refused(make_plan(card, [target], allow=allow), "g2ats") in (Reason.APPLICATION_REFUSED, Reason.DOWNGRADE_REFUSED)
    assert make_plan(card, [target], allow=_EVERYTHING).reason is Reason.APPLICATION_REFUSED


def test_the_model_of_a_rack_ats_asks_for_consent_whatever_the_application_is_called() -> None:
    switch = dataclasses.replace(_SU, device=dataclasses.replace(_SU.device, model="AP4423A"))
    assert make_plan(switch, [nmc3("2.5.5.1")], allow=Permissions()).reason is Reason.RACK_ATS_NEEDS_CONSENT
    assert make_plan(switch, [nmc3("2.5.5.1")], allow=Permissions(rack_ats=True)).reason is Reason.UPGRADE_PLANNED


@pytest.mark.parametrize(
    ("card", "release", "source"),
    [
        (card_of("hw21", "su", aos="2.3.1.1", app="2.3.1.1"), release_of(app="2.5.5.1"), "www.se.com/secure-nmc"),
        (
            card_of("hw21", "su", aos="2.5.5.1", app="2.5.5.1"),
            release_of(app="3.4.0.8"),
            "www.se.com/secure-nmc, inside the Secure NMC System Tool for Smart-UPS (SFNCM3FMTSU)",
        ),
        (card_of("hw05", "sumx", aos="7.0.4", app="7.0.4"), release_of(app="7.2.0"), "the software and firmware downloads of www.apc.com"),
    ],
)
def test_a_missing_image_is_said_to_come_from_where_the_vendor_has_it(card: Card, release: Release, source: str) -> None:
    plan = plan_of(card, release)
    assert (plan.reason, plan.sentence.endswith(f"; it comes from {source}")) == (Reason.IMAGE_MISSING, True), plan.sentence
