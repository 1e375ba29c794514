# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every plan, whatever the card, the releases and the permissions."""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from hypothesis import example, given
from hypothesis import strategies as st
from unit.core.builders import AOS, APPLICATION, BOOT, card_of, image_of, nmc2, version

from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Release
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import RULES, Permissions, Plan, make_plan

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import Version

Situation = tuple[Card, list[Release], Permissions]

_PERMISSIONS = st.builds(Permissions, **{field.name: st.booleans() for field in dataclasses.fields(Permissions)})
_BOOTS = ["1.0.7", "1.0.8", "1.0.9"]
_LINES = {
    "hw05": ["5.1.6", "5.1.7", "6.0.6", "6.9.6", "7.0.4", "7.2.2"],
    "hw21": ["1.4.2.1", "1.5.1.1", "2.3.1.1", "2.5.5.1", "3.0.1.1", "3.4.0.8"],
}


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """A card of generation 2 or 3 with any versions, any target with up to three stones, any permissions."""
    token = draw(st.sampled_from(["hw05", "hw21"]))
    application = draw(st.sampled_from(["sumx", "ats4g"] if token == "hw05" else ["su", "rpdu2g"]))
    versions = st.sampled_from(_LINES[token])
    card = card_of(token, application, aos=draw(versions), app=draw(versions), boot=draw(st.sampled_from(_BOOTS)))
    return card, draw(st.lists(releases(token, application), min_size=1, max_size=4)), draw(_PERMISSIONS)


@st.composite
def releases(draw: st.DrawFn, token: str, application: str) -> Release:
    """A release of some components, of which some have an image."""
    versions = st.sampled_from(_LINES[token])
    wanted = {APPLICATION: draw(st.none() | versions), AOS: draw(st.none() | versions), BOOT: draw(st.none() | st.sampled_from(_BOOTS))}
    targets = {part: version(text) for part, text in wanted.items() if text is not None}
    if not targets:
        targets = {APPLICATION: version(draw(versions))}
    words = {APPLICATION: application, AOS: "aos", BOOT: "bootmon"}
    images = {
        part: image_of(
            f"apc_{token}_{words[part]}_{str(targets[part]).replace('.', '-')}.bin", sha256=draw(st.sampled_from(["ab" * 32, None]))
        )
        for part in targets
        if draw(st.integers(0, 9))
    }
    return Release({part: targets[part] for part in Component if part in targets}, images)


def after(card: Card, plan: Plan) -> Card:
    """The card when every step of a plan has done what it says."""
    firmware = dict(card.firmware)
    for change in itertools.chain.from_iterable(step.changes for step in plan.steps):
        firmware[change.component] = dataclasses.replace(firmware[change.component], version=change.after)
    return dataclasses.replace(card, firmware=firmware)


@given(situations())
def test_a_plan_with_steps_reaches_the_target_and_planning_again_finds_nothing_to_do(situation: Situation) -> None:
    card, wanted, allow = situation
    plan = make_plan(card, wanted, allow=allow)
    assert bool(plan.steps) is (plan.reason is Reason.UPGRADE_PLANNED)
    if plan.steps:
        done = after(card, plan)
        assert {part: done.version(part) for part in wanted[-1].targets} == dict(wanted[-1].targets)
        again = make_plan(done, wanted, allow=dataclasses.replace(allow, force=False))
        assert (again.reason, again.steps) == (Reason.AT_TARGET, ())


def known(found: Version | None) -> Version:
    assert found is not None
    return found


@given(situations())
def test_no_step_passes_a_forbidden_state(situation: Situation) -> None:
    card, wanted, allow = situation
    versions = {part: known(found) for part, found in card.firmware_versions.items()}
    majors = RULES[card.generation or 0].majors
    for step in make_plan(card, wanted, allow=allow).steps:
        assert card.application != "ats4g" or allow.rack_ats
        assert step.image.sha256 or allow.unverified_image
        assert step.image.facts.hardware_token == card.hardware_token
        assert step.image.facts.component is step.component
        assert step.component is not APPLICATION or step.image.facts.application == card.application
        assert step.image.facts.version == {change.component: change.after for change in step.changes}[step.component]
        for change in step.changes:
            before = versions[change.component]
            assert change.before == before
            assert allow.downgrade or change.after >= before
            if change.component is APPLICATION and not allow.version_jump:
                low, high = sorted([before.major, change.after.major])
                assert not [major for major in majors if low < major < high]
            versions[change.component] = change.after


@given(situations())
def test_components_follow_in_the_vendors_order_within_a_release(situation: Situation) -> None:
    card, wanted, allow = situation
    order = RULES[card.generation or 0].order
    steps = make_plan(card, wanted[-1:], allow=allow).steps
    assert [step.component for step in steps] == sorted((step.component for step in steps), key=order.index)


@given(situations())
def test_the_same_situation_gives_the_same_plan(situation: Situation) -> None:
    card, wanted, allow = situation
    assert make_plan(card, wanted, allow=allow) == make_plan(dataclasses.replace(card), list(wanted), allow=dataclasses.replace(allow))


@given(situations())
def test_more_permissions_never_take_a_plan_away(situation: Situation) -> None:
    card, wanted, allow = situation
    if make_plan(card, wanted, allow=allow).steps:
        assert make_plan(card, wanted, allow=dataclasses.replace(allow, rack_ats=True, unverified_image=True, downgrade=True)).steps


@given(situations())
@example((card_of(aos="6.9.6", app="6.9.6"), [nmc2("7.2.2")], Permissions()))
def test_a_refusal_says_why_in_a_sentence_of_its_own(situation: Situation) -> None:
    card, wanted, allow = situation
    sentence = make_plan(card, wanted, allow=allow).sentence
    assert sentence
    assert sentence[0].islower()
    assert not sentence.endswith(".")
