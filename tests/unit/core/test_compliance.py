# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judgement on one card: every status, and what leads to it."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.builders import card_of, image_of, version

from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline import Baseline, parse_baseline
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card, card_from_facts
from ansible_collections.secure_power.nmc.plugins.module_utils._core.compliance import Circumstances, evaluate
from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import Policy, plan_by_baseline
from ansible_collections.secure_power.nmc.plugins.module_utils._core.finding import Finding, Subject
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component, ImageFacts
from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import (
    Delivery,
    Manifest,
    Store,
    StoredImage,
    StoredRelease,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason, Status
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import (
    Coverage,
    Entry,
    Event,
    Platform,
    Source,
    State,
    Subscription,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions, Plan, declared_card
from ansible_collections.secure_power.nmc.plugins.module_utils._matching import jmespath_matcher

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.release import Image

TODAY = date(2026, 11, 22)
COMPILE = jmespath_matcher("the tests")
RECORDED = Entry(
    Event.ACTIVATED,
    Source.PURCHASED,
    "acme",
    recorded_at=t.cast("t.Any", None),
    family="SWNMC3SU",
    activated_on=date(2026, 1, 1),
    expires_on=date(2026, 12, 31),
)
SUBSCRIBED = Subscription(State.SUBSCRIBED, RECORDED, days_left=39)
UNSUBSCRIBED = Subscription(State.UNSUBSCRIBED)
DOUBTFUL = Subscription(State.UNKNOWN)


def nmc3(app: str | None = "2.3.1.1", **more: t.Any) -> Card:
    return card_of("hw21", "su", aos=app, app=app, boot="1.5.1.1", **more)


def nmc2(app: str | None = "6.9.6", **more: t.Any) -> Card:
    return card_of("hw05", "sumx", aos=app, app=app, boot="1.0.9", **more)


def subject(card: Card | None, **more: t.Any) -> Subject:
    return Subject("ups-paris-3", card, card.facts("now") if card else None, **{"client": "acme", "subscription": UNSUBSCRIBED, **more})


def baseline(*rules: dict[str, t.Any], **more: t.Any) -> Baseline:
    named = [{"name": f"rule {number}", **rule} for number, rule in enumerate(rules, start=1)]
    found = parse_baseline({"name": "2026-q4", "rules": named, **more}, COMPILE)
    assert isinstance(found, Baseline), found
    return found


def judged(card: Card | Subject | None, *rules: dict[str, t.Any], store: Store | None = None, **more: t.Any) -> Finding:
    allow = more.pop("allow", Permissions())
    judged_subject = card if isinstance(card, Subject) else subject(card)
    return evaluate(judged_subject, baseline(*(rules or ({"version": "2.5.5.1"},)), **more), Circumstances(TODAY, store, allow))


def store_of(*versions: str, delivery: Delivery = Delivery.DIRECT, images: bool = True, application: str = "su") -> Store:
    releases = [StoredRelease("hw21", application, version(text), delivery=delivery) for text in versions]
    held = [
        StoredImage(
            f"hw21/{release.version}.nmc3", f"{number:064x}", 10, ImageFacts(Component.APPLICATION, "hw21", application, release.version)
        )
        for number, release in enumerate(releases)
    ]
    return Store("/images", Manifest(tuple(held) if images else (), tuple(releases)))


def told(finding: Finding) -> tuple[str, str]:
    return finding.status.value, finding.reason.value


WAIVER = {"match": "host == 'ups-paris-3'", "reason": "change freeze", "owner": "dc-ops", "expires": "2026-11-22"}
FREE = {"version": "2.5.5.1"}
CERTIFIED = {"version": "3.4.0.8"}

CASES: list[tuple[str, Finding, tuple[str, str]]] = [
    # what a rule finds
    ("at the version", judged(nmc3("2.5.5.1"), FREE), ("compliant", "at_target")),
    ("older", judged(nmc3(), FREE), ("drift", "behind_baseline")),
    ("newer", judged(nmc3("3.4.0.8"), FREE), ("ahead", "ahead_of_baseline")),
    ("newer, to be brought back", judged(nmc3("2.9"), {**FREE, "downgrade": "allow"}), ("drift", "downgrade_wanted")),
    ("at least", judged(nmc3("3.4.0.8"), {"minimum": "2.5.5.1"}), ("compliant", "at_target")),
    ("in the range", judged(nmc3("2.5.5.1"), {"range": ">=2.5,<2.6"}), ("compliant", "at_target")),
    ("above the range", judged(nmc3("2.6"), {"range": ">=2.5,<2.6"}), ("ahead", "ahead_of_baseline")),
    ("components", judged(nmc2(), {"components": {"aos": "6.9.6", "boot_monitor": "1.0.9"}}), ("compliant", "at_target")),
    ("one component older", judged(nmc2(), {"components": {"aos": "7.2.2", "boot_monitor": "1.0.9"}}), ("drift", "behind_baseline")),
    ("no rule", judged(nmc3(), {**FREE, "match": "generation == `2`"}), ("no_rule", "no_rule")),
    ("left alone", judged(nmc3(), {"not_applicable": "by the vendor only"}), ("not_applicable", "left_alone")),
    ("the first rule wins", judged(nmc3("2.5.5.1"), FREE, {"version": "9.9"}), ("compliant", "at_target")),
    # what a card does not say
    ("no version", judged(nmc3(None), FREE), ("unknown", "version_unknown")),
    ("no generation", judged(card_of(None, "su"), FREE), ("unknown", "generation_unknown")),
    ("no application", judged(card_of("hw21", None), FREE), ("unknown", "application_unknown")),
    ("no working application", judged(card_of("hw05", None, aos="7.2.2", missing=True), FREE), ("blocked", "application_missing")),
    ("never read", judged(subject(None)), ("unknown", "not_read")),
    ("silent", judged(subject(None, unread=Refusal(Reason.SNMP_SILENT, "no answer"))), ("unreachable", "snmp_silent")),
    ("not a card", judged(subject(None, unread=Refusal(Reason.NOT_A_CARD, "a printer"))), ("unknown", "not_a_card")),
    ("refused", judged(subject(None, unread=Refusal(Reason.LOGIN_REFUSED, "no"))), ("failed", "login_refused")),
    (
        "silent since an upgrade",
        judged(subject(None, unread=Refusal(Reason.CONNECTION_FAILED, "no answer"), lost_in=Reason.NEVER_CAME_BACK)),
        ("needs_site_visit", "site_visit_needed"),
    ),
    (
        "refused since an upgrade",
        judged(subject(None, unread=Refusal(Reason.LOGIN_REFUSED, "no"), lost_in=Reason.NEVER_CAME_BACK)),
        ("failed", "login_refused"),
    ),
    # what stands against an upgrade
    ("a rack ATS", judged(card_of("hw05", "ats4g", app="6.4.7"), {"version": "7.1.4"}), ("blocked", "rack_ats_needs_consent")),
    (
        "a rack ATS with consent",
        judged(card_of("hw05", "ats4g", app="6.4.7"), {"version": "7.1.4"}, allow=Permissions(rack_ats=True)),
        ("drift", "behind_baseline"),
    ),
    ("a refused application", judged(card_of("hw05", "g2ats", app="6.4.7"), {"version": "7.1.4"}), ("blocked", "application_refused")),
    (
        "NMC1",
        judged(card_of("hw02", "sumx", app="3.9.2"), {"version": "3.9.4", "entitlement": "free"}),
        ("blocked", "generation_unsupported"),
    ),
    # images
    ("no image", judged(nmc3(), FREE, store=store_of("2.5.5.1", images=False)), ("blocked", "image_missing")),
    ("an image", judged(nmc3(), FREE, store=store_of("2.5.5.1")), ("drift", "behind_baseline")),
    ("nothing held in the range", judged(nmc3(), {"range": ">=2.5.5.1,<3"}, store=store_of("2.3.1.1")), ("blocked", "image_missing")),
    ("by the vendor's tool", judged(nmc3(), FREE, store=store_of("2.5.5.1", delivery=Delivery.SNS_TOOL)), ("blocked", "external_delivery")),
    (
        "over a stepping stone",
        judged(nmc3("1.4.2.1"), {**CERTIFIED, "entitlement": "free"}, store=store_of("3.4.0.8")),
        ("blocked", "stepping_stone_needed"),
    ),
    (
        "over no stepping stone, as the baseline says",
        judged(
            nmc3("1.4.2.1"),
            {**CERTIFIED, "entitlement": "free"},
            store=store_of("3.4.0.8"),
            stepping_stones=[{"generation": 3, "majors": [1, 3]}],
        ),
        ("drift", "behind_baseline"),
    ),
    # entitlement
    ("certified, subscribed", judged(subject(nmc3(), subscription=SUBSCRIBED), CERTIFIED), ("drift", "behind_baseline")),
    ("certified, not subscribed", judged(nmc3(), CERTIFIED), ("not_entitled", "not_subscribed")),
    ("certified, nobody knows", judged(subject(nmc3(), subscription=DOUBTFUL), CERTIFIED), ("unknown", "subscription_unknown")),
    (
        "certified, by a platform",
        judged(subject(nmc3(), coverage=Coverage(Platform.DATA_CENTER_EXPERT)), CERTIFIED),
        ("drift", "behind_baseline"),
    ),
    ("certified, said to be free", judged(nmc3(), {**CERTIFIED, "entitlement": "free"}), ("drift", "behind_baseline")),
    (
        "a fix that the operator knows to be free",
        judged(nmc3(), {"version": "3.0.1.2"}, free_versions=["==3.0.1.2"]),
        ("drift", "behind_baseline"),
    ),
    ("NMC2 is free", judged(nmc2(), {"version": "7.2.2"}), ("drift", "behind_baseline")),
    ("it stays what it is", judged(nmc3("3.4.0.8"), CERTIFIED), ("compliant", "at_target")),
    ("cooling", judged(card_of("hw21", "acrc", app="2.3.1.1"), CERTIFIED), ("unknown", "certification_unknown")),
    # otherwise
    ("otherwise, older", judged(nmc3(), {**CERTIFIED, "otherwise": FREE}), ("drift", "behind_otherwise")),
    ("otherwise, there", judged(nmc3("2.5.5.1"), {**CERTIFIED, "otherwise": FREE}), ("compliant", "at_otherwise")),
    ("otherwise, above", judged(nmc3("3.0.0.5"), {**CERTIFIED, "otherwise": FREE}), ("not_entitled", "stays_on_current")),
    (
        "otherwise, above, and downgrades are allowed",
        judged(nmc3("3.0.0.5"), {**CERTIFIED, "otherwise": FREE, "downgrade": "allow"}),
        ("not_entitled", "stays_on_current"),
    ),
    ("otherwise, not free either", judged(nmc3(), {**CERTIFIED, "otherwise": {"version": "3.0.0.5"}}), ("not_entitled", "not_subscribed")),
    (
        "otherwise counts for nothing where nobody knows",
        judged(subject(nmc3(), subscription=DOUBTFUL), {**CERTIFIED, "otherwise": FREE}),
        ("unknown", "subscription_unknown"),
    ),
    # waivers
    ("waived to this very day", judged(nmc3(), waivers=[WAIVER]), ("waived", "waived")),
    ("waived until yesterday", judged(nmc3(), waivers=[{**WAIVER, "expires": "2026-11-21"}]), ("drift", "behind_baseline")),
    ("another card's waiver", judged(nmc3(), waivers=[{**WAIVER, "match": "host == 'x'"}]), ("drift", "behind_baseline")),
    ("what is right needs no waiver", judged(nmc3("2.5.5.1"), waivers=[WAIVER]), ("compliant", "at_target")),
    (
        "silence is not waived",
        judged(subject(None, unread=Refusal(Reason.SNMP_SILENT, "x")), waivers=[WAIVER]),
        ("unreachable", "snmp_silent"),
    ),
    # expressions that give nonsense
    ("no truth value", judged(nmc3(), {**FREE, "match": "application"}), ("unknown", "match_failed")),
    ("an error", judged(nmc3(), {**FREE, "match": "contains(nosuch, 'x')"}), ("unknown", "match_failed")),
    ("an unknown function", judged(nmc3(), {**FREE, "match": "nosuch(host)"}), ("unknown", "match_failed")),
    ("an error in a waiver", judged(nmc3(), waivers=[{**WAIVER, "match": "length(`1`)"}]), ("unknown", "match_failed")),
    ("a fact that is not said", judged(nmc3(), {**FREE, "match": "location == 'Paris'"}), ("no_rule", "no_rule")),
]


@pytest.mark.parametrize(("finding", "expected"), [pytest.param(*case, id=name) for name, *case in CASES])
def test_every_status_and_what_leads_to_it(finding: Finding, expected: tuple[str, str]) -> None:
    assert told(finding) == expected, finding.sentence


def test_every_status_is_reached() -> None:
    assert {finding.status for _name, finding, _expected in CASES} == set(Status)


# what a finding holds


def target(finding: Finding) -> str | None:
    return str(finding.target.targets[Component.APPLICATION]) if finding.target else None


@pytest.mark.parametrize(
    ("held", "subscription", "expected"),
    [
        (("2.5.0.8", "2.5.5.1"), UNSUBSCRIBED, "2.5.5.1"),
        (("2.5.5.1", "3.4.0.8"), UNSUBSCRIBED, "2.5.5.1"),
        (("2.5.5.1", "3.4.0.8"), SUBSCRIBED, "3.4.0.8"),
        (("2.5.5.1", "3.4.0.8", "3.3.0.8"), SUBSCRIBED, "3.4.0.8"),
        (("3.4.0.8",), UNSUBSCRIBED, None),
    ],
)
def test_the_newest_release_that_the_card_may_have_is_taken(
    held: tuple[str, ...], subscription: Subscription, expected: str | None
) -> None:
    assert target(judged(subject(nmc3(), subscription=subscription), {"minimum": "2.5.0.8"}, store=store_of(*held))) == expected


def test_an_unentitled_card_gets_the_newest_release_of_otherwise() -> None:
    rule = {**CERTIFIED, "otherwise": {"range": ">=2.5.5.1,<3"}}
    finding = judged(nmc3(), rule, store=store_of("2.5.5.1", "2.5.6.1", "3.4.0.8"))
    assert (told(finding), target(finding)) == (("drift", "behind_otherwise"), "2.5.6.1")
    assert finding.entitlement is not None
    assert finding.entitlement.row.value == "D4"  # why it is not the release of the rule


def test_an_image_of_another_application_is_no_image() -> None:
    finding = judged(nmc3(), {"minimum": "2.5.5.1"}, store=store_of("2.5.5.1", application="sy"))
    assert told(finding) == ("blocked", "image_missing")


def test_a_release_of_the_vendors_tool_is_a_work_item() -> None:
    finding = judged(nmc3(), FREE, store=store_of("2.5.5.1", delivery=Delivery.SNS_TOOL))
    assert finding.work_item is not None
    assert finding.as_dict()["work_item"]["part_number"] == "SFNCM3FMTSU"


def test_a_waived_card_is_not_changed_and_says_what_it_is_waived_from() -> None:
    expired = {**WAIVER, "expires": "2026-01-01", "owner": "once"}
    finding = judged(nmc3(), waivers=[expired, WAIVER]).as_dict()
    assert (finding["instead_of"], finding["target"]) == ("drift", None)
    assert finding["waiver"] == WAIVER
    assert [waiver["owner"] for waiver in finding["expired_waivers"]] == ["once"]


def test_an_expired_waiver_is_named_beside_the_drift() -> None:
    finding = judged(nmc3(), waivers=[{**WAIVER, "expires": "2026-11-21"}]).as_dict()
    assert [waiver["expires"] for waiver in finding["expired_waivers"]] == ["2026-11-21"]
    assert finding["waiver"] is None


def test_a_card_at_its_baseline_can_be_exposed() -> None:
    finding = judged(nmc3("1.4.2.1"), {"version": "1.4.2.1", "entitlement": "free"}).as_dict()
    assert finding["status"] == "compliant"
    assert [exposure["id"] for exposure in finding["exposures"]] == ["web-2021-nmc3-ups"]
    assert "CVE-2021-22810" in finding["exposures"][0]["cves"]


def test_what_is_known_of_the_target_is_said_and_its_certification_is_the_operators_word() -> None:
    rule = {"version": "3.3.0.8", "entitlement": "free", "because": ["IEC 62443-4-2 SL2"]}
    finding = judged(nmc3(), rule).as_dict()
    assert (finding["target"]["line"], finding["target"]["seen"], finding["target"]["certification"]) == ("3.3", "2025-06", "unknown")
    assert finding["because"] == ["IEC 62443-4-2 SL2"]
    word = {"application": "SU", "version": "3.3.0.8", "standard": "IEC 62443-4-2", "level": "SL2", "evidence_url": "https://example.org"}
    certified = judged(nmc3(), rule, certifications=[word]).as_dict()
    assert certified["target"]["certification"] == {"standard": "IEC 62443-4-2", "level": "SL2", "evidence_url": "https://example.org"}


@pytest.mark.parametrize(
    ("match", "matches"),
    [
        ("host == 'ups-paris-3'", True),
        ("client == 'acme'", True),
        ("site == 'paris'", True),
        ("contains(groups, 'ups')", True),
        ("contains(groups, 'pdu')", False),
        ("generation == `3` && application == 'su' && firmware.aos.version == '2.3.1.1'", True),
        ("starts_with(host, 'ups-')", True),
        ("device.on_battery", False),
        ("!application_missing", True),
    ],
)
def test_rules_match_host_groups_client_site_and_facts(match: str, matches: bool) -> None:
    judged_subject = subject(nmc3(), site="paris", groups=("all", "ups"))
    assert (judged(judged_subject, {**FREE, "match": match}).status is Status.DRIFT) is matches


def text(finding: Finding) -> str:
    return json.dumps(finding.as_dict(), sort_keys=True)


@pytest.mark.parametrize("finding", [pytest.param(case[1], id=case[0]) for case in CASES])
def test_a_finding_is_json_with_the_same_keys_and_a_next_action(finding: Finding) -> None:
    found = finding.as_dict()
    assert set(found) == set(judged(nmc3()).as_dict())
    assert json.loads(text(finding)) == found
    assert found["next_action"]


VERSIONS = st.sampled_from(["1.4.2.1", "2.3.1.1", "2.5.0.8", "2.5.5.1", "2.6.0.1", "3.0.0.5", "3.4.0.8"])
CARDS = st.one_of(
    st.builds(nmc3, VERSIONS | st.none()),
    st.builds(nmc2, st.sampled_from(["5.1.6", "6.9.6", "7.2.2"])),
    st.builds(lambda app: card_of("hw21", "acrc", aos=app, app=app), VERSIONS),
)
SUBJECTS = st.builds(lambda card, found: subject(card, subscription=found), CARDS, st.sampled_from([SUBSCRIBED, UNSUBSCRIBED, DOUBTFUL]))
WANTED = st.one_of(
    st.builds(lambda text: {"version": text}, VERSIONS),
    st.builds(lambda text: {"minimum": text}, VERSIONS),
    st.builds(lambda low: {"range": f">={low},<3.9"}, VERSIONS),
)
RULES = st.builds(
    lambda wanted, more, otherwise: {**wanted, **more, **({"otherwise": otherwise} if otherwise and not more.get("entitlement") else {})},
    WANTED,
    st.fixed_dictionaries({}, optional={"downgrade": st.sampled_from(["refuse", "allow"]), "entitlement": st.just("free")}),
    st.none() | WANTED,
)
STORES = st.none() | st.sets(VERSIONS).map(lambda versions: store_of(*sorted(versions)))


@given(judged_subject=SUBJECTS, rule=RULES, store=STORES)
def test_no_card_is_ever_given_what_it_may_not_have(judged_subject: Subject, rule: dict[str, t.Any], store: Store | None) -> None:
    finding = judged(judged_subject, rule, store=store)
    card = judged_subject.card
    assert card is not None
    if finding.target is None:
        return
    wanted, running = finding.target.targets[Component.APPLICATION], card.version(Component.APPLICATION)
    assert finding.status is Status.DRIFT or finding.work_item
    assert wanted != running
    assert running is not None
    assert wanted > running or rule.get("downgrade") == "allow"
    free = card.generation == 2 or version("2.5") <= wanted < version("2.6") or rule.get("entitlement") == "free"
    assert free or judged_subject.subscription is SUBSCRIBED


@given(judged_subject=SUBJECTS, rule=RULES, store=STORES)
def test_the_same_card_gets_the_same_finding_byte_by_byte_also_out_of_a_cache(
    judged_subject: Subject, rule: dict[str, t.Any], store: Store | None
) -> None:
    assert judged_subject.facts is not None
    cached = json.loads(json.dumps(judged_subject.facts))
    from_cache = dataclasses.replace(judged_subject, card=card_from_facts(cached), facts=cached)
    findings = [judged(given_subject, rule, store=store) for given_subject in (judged_subject, judged_subject, from_cache)]
    assert len({text(finding) for finding in findings}) == 1


@given(judged_subject=SUBJECTS, rule=RULES, store=STORES)
def test_a_status_is_that_of_its_reason_or_a_judgement_on_the_right(
    judged_subject: Subject, rule: dict[str, t.Any], store: Store | None
) -> None:
    finding = judged(judged_subject, rule, store=store)
    right = finding.status in (Status.NOT_ENTITLED, Status.UNKNOWN) and finding.entitlement is not None
    assert right or finding.status is MEANINGS[finding.reason].status


# a card without its application


def without_application(expected: str | None = None) -> Card:
    """An NMC2 whose upgrade ended between AOS and application; ``expected`` is what it is known to have run."""
    left = card_of("hw05", None, aos="7.2.0", boot="1.0.9", missing=True)
    known = declared_card(left, serial=None, expected_application=expected)
    assert isinstance(known, Card)
    return known


BOTH = {"components": {"aos": "7.2.0", "application": "7.2.0"}}
AOS_ALONE = {"components": {"aos": "7.2.0"}}


@pytest.mark.parametrize("rule", [BOTH, AOS_ALONE])
def test_a_card_without_an_application_is_right_by_no_rule(rule: dict[str, t.Any]) -> None:
    assert told(judged(without_application(), rule)) == ("blocked", "application_missing")
    assert told(judged(nmc2("7.2.0"), rule)) == ("compliant", "at_target")


def test_a_card_that_is_known_to_have_lost_its_application_is_brought_to_its_rule() -> None:
    cured = judged(without_application("sumx"), BOTH)
    assert told(cured) == ("drift", "behind_baseline")
    assert cured.target is not None
    assert cured.target.targets[Component.APPLICATION] == version("7.2.0")
    assert told(judged(without_application("sumx"), AOS_ALONE)) == ("blocked", "application_missing")
    assert told(judged(without_application("sumx"), {"components": {"aos": "6.9.6", "application": "6.9.6"}})) == (
        "ahead",
        "ahead_of_baseline",
    )


@pytest.mark.parametrize(("wanted", "runs"), [(">2.5.5.1,<2.6", "2.5.5.1"), ("!=2.5.5.1", "2.5.5.1"), ("<2.6", "2.6")])
def test_without_a_store_the_end_of_a_range_is_no_target_unless_it_lies_within(wanted: str, runs: str) -> None:
    found = judged(nmc3(runs), {"range": wanted, "entitlement": "free", "downgrade": "allow"})
    assert found.status is Status.DRIFT
    assert found.target is None


@pytest.mark.parametrize("match", ["contains(host, site)", "contains(host, `1`)", "ceil(`1e400`)"])
def test_what_the_matching_library_trips_over_is_about_one_card_only(match: str) -> None:
    assert told(judged(nmc3(), {"match": match, "version": "2.5.5.1"})) == ("unknown", "match_failed")


def test_an_expression_that_is_too_deep_is_none() -> None:
    document = {"name": "b", "rules": [{"name": "deep", "match": f"{'!' * 990}host", "version": "2.5.5.1"}]}
    assert isinstance(parse_baseline(document, COMPILE), Refusal)


# the finding and the upgrade that follows from it


def enforced(card: Card, rule: dict[str, t.Any], store: Store, images: t.Mapping[Component, Image] | None = None) -> Plan:
    policy = Policy(baseline(rule), "ups-paris-3", "acme", None, (), TODAY, rights=lambda _card: (UNSUBSCRIBED, None))
    return plan_by_baseline(card, policy, [], images or {}, allow=Permissions(), store=store)


def test_the_aos_of_a_release_is_brought_back_where_the_rule_allows_it_and_never_for_want_of_a_right() -> None:
    (release,) = store_of("2.5.0.6").manifest.releases
    store = Store("/images", Manifest(store_of("2.5.0.6").manifest.images, (dataclasses.replace(release, aos=version("2.5.0.8")),)))
    card = card_of("hw21", "su", aos="2.5.3.2", app="2.4.0.1", boot="1.5.1.1")
    allowed = {"version": "2.5.0.6", "downgrade": "allow"}
    assert told(judged(card, allowed, store=store)) == ("drift", "behind_baseline")
    assert enforced(card, allowed, store).reason is Reason.UPGRADE_PLANNED
    unentitled = {**CERTIFIED, "downgrade": "allow", "otherwise": FREE | {"version": "2.5.0.6"}}
    assert judged(card, unentitled, store=store).reason is Reason.DOWNGRADE_REFUSED
    assert enforced(card, unentitled, store).reason is Reason.DOWNGRADE_REFUSED


def test_an_image_that_is_given_serves_beside_a_store_that_does_not_hold_it() -> None:
    image = image_of("apc_hw21_su_2-5-5-1.nmc3")
    plan = enforced(nmc3(), FREE, store_of("2.5.0.6"), {Component.APPLICATION: image})
    assert plan.reason is Reason.UPGRADE_PLANNED
    assert [step.image for step in plan.steps] == [image]
    assert enforced(nmc3(), FREE, store_of("2.5.0.6")).reason is Reason.IMAGE_MISSING
