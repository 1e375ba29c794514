# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`nmc_firmware` with a baseline: it acts on the finding, and on nothing else."""

from __future__ import annotations

import typing as t
from datetime import UTC, date, datetime, timedelta

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task as AnsibleTask
from unit.tasks.emulated import RESULT_KEYS, UPGRADES, EmulatedCard, is_untouched

from ansible_collections.secure_power.nmc.plugins.action.nmc_firmware import ActionModule
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Entry, Event, Source, State, Subscription
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.memory import OneRun
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Surroundings
from ansible_collections.secure_power.nmc.plugins.plugin_utils._memory import LedgerMemory

if t.TYPE_CHECKING:
    import pathlib

    from unit.tasks.conftest import Take
    from unit.tasks.emulated import ImageStore, Ran

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import Rights

NOW = datetime.now(UTC)
TODAY = NOW.date()
BOUGHT = Entry(
    Event.ACTIVATED, Source.PURCHASED, "default", NOW, family="SWNMC3SU", activated_on=TODAY, expires_on=TODAY + timedelta(days=365)
)


class Remembering(OneRun):
    """A memory of one subscription."""

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription

    def rights(self, _card: Card, *, purchase_date: date | None = None) -> Rights:
        del purchase_date
        return self._subscription, None


SUBSCRIBED = Surroundings(memory=Remembering(Subscription(State.SUBSCRIBED, BOUGHT, days_left=365)))
UNSUBSCRIBED = Surroundings(memory=Remembering(Subscription(State.UNSUBSCRIBED)))
CERTIFIED: dict[str, t.Any] = {"name": "certified", "version": "3.4.0.8"}
WAIVER = {"match": "host == 'ups1'", "reason": "freeze", "owner": "dc-ops", "expires": (TODAY + timedelta(days=1)).isoformat()}


def baseline(*rules: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    return {"name": "2026-q4", "rules": list(rules), **more}


def enforce(card: EmulatedCard, document: dict[str, t.Any], shelf: pathlib.Path | None = None, **options: t.Any) -> Ran:
    """Run in check mode and for real: both must say the same."""
    given = {"baseline": document, **({"image_store": str(shelf)} if shelf else {}), **options}
    planned = card.firmware(check_mode=True, **given)
    assert is_untouched(card)
    ran = card.firmware(**given)
    assert set(ran.result) - {"failed", "unreachable"} == RESULT_KEYS
    assert ran["plan"] == planned["plan"]
    assert ran["finding"] == planned["finding"]
    return ran


def test_a_waiver_that_has_expired_is_said(take: Take) -> None:
    expired = {**WAIVER, "expires": (TODAY - timedelta(days=1)).isoformat()}
    ran = enforce(take("ups3"), baseline({"name": "old", "version": "1.4.2.1"}, waivers=[expired]))
    assert ran["status"] == "ahead"
    assert ran.warnings == [f"ups1: the waiver of dc-ops ended on {expired['expires']} and covers nothing any more (freeze)"]


@pytest.mark.parametrize("kind", UPGRADES)
def test_a_card_is_brought_to_its_rule_and_left_alone_the_next_time(take: Take, shelf: pathlib.Path, kind: str) -> None:
    card, upgrade = take(kind), UPGRADES[kind]
    document = baseline(
        {"name": "NMC3", "match": "generation == `3`", "range": ">=2.5,<2.6"},
        {"name": "NMC2", "match": "generation == `2`", "components": upgrade.targets},
    )
    ran = enforce(card, document, shelf)
    assert ran.verdict == ("compliant", "upgraded")
    assert ran["finding"]["status"] == "drift"
    assert card.holds == upgrade.after
    again = card.firmware(baseline=document, image_store=str(shelf))
    assert (again.verdict, again["changed"], again["plan"]) == (("compliant", "at_target"), False, [])
    assert again["finding"]["rule"] == ran["finding"]["rule"]


def test_an_image_that_is_given_serves_a_baseline_too(take: Take, store: ImageStore) -> None:
    card = take("ups3")
    ran = enforce(card, baseline({"name": "free", "version": "2.5.0.6"}), **store.image("apc_hw21_su_2-5-0-6.nmc3"))
    assert ran.verdict == ("compliant", "upgraded")
    assert card.holds == UPGRADES["ups3"].after


@pytest.mark.parametrize(
    ("document", "verdict", "failed"),
    [
        (baseline({"name": "free", "version": "2.5.0.6"}, waivers=[WAIVER]), ("waived", "waived"), False),
        (baseline({"name": "left", "not_applicable": "by the vendor"}), ("not_applicable", "left_alone"), False),
        (baseline({"name": "NMC2", "match": "generation == `2`", "version": "7.2.0"}), ("no_rule", "no_rule"), False),
        (baseline({"name": "old", "version": "1.4.2.1"}), ("ahead", "ahead_of_baseline"), True),
        (baseline(CERTIFIED), ("not_entitled", "not_subscribed"), True),
        (baseline({**CERTIFIED, "otherwise": {"version": "2.3.1.1"}}), ("compliant", "at_otherwise"), False),
        (baseline({**CERTIFIED, "otherwise": {"version": "1.4.2.1"}}), ("not_entitled", "stays_on_current"), False),
        (baseline({"name": "odd", "match": "application", "version": "2.5.0.6"}), ("unknown", "match_failed"), True),
    ],
)
def test_what_is_no_drift_is_not_touched(
    take: Take, shelf: pathlib.Path, document: dict[str, t.Any], verdict: tuple[str, str], failed: bool
) -> None:
    card = take("ups3")
    ran = enforce(card, document, shelf, surroundings=UNSUBSCRIBED)
    assert ran.verdict == verdict == (ran["finding"]["status"], ran["finding"]["reason"])
    assert (ran["changed"], "failed" in ran.result) == (False, failed)
    assert is_untouched(card)


def test_without_a_ledger_nobody_knows_and_nothing_is_sent(take: Take, shelf: pathlib.Path) -> None:
    card = take("ups3")
    ran = enforce(card, baseline(CERTIFIED), shelf)
    assert ran.verdict == ("unknown", "subscription_unknown")
    assert is_untouched(card)


@pytest.mark.parametrize(
    ("purchase_date", "reason"), [(None, "not_subscribed"), ("2024-03-31", "not_subscribed"), ("2024-04-01", "not_activated")]
)
def test_a_year_that_came_with_the_device_and_was_not_activated_is_said(
    take: Take, tmp_path: pathlib.Path, purchase_date: str | None, reason: str
) -> None:
    card = take("ups3")
    memory = LedgerMemory("ups1", "default", ledger_url=f"sqlite:///{tmp_path}/ledger.sqlite")
    ran = enforce(card, baseline(CERTIFIED), purchase_date=purchase_date, surroundings=Surroundings(memory=memory))
    assert ran.verdict == ("not_entitled", reason)


def test_an_unentitled_card_gets_what_is_free(take: Take, shelf: pathlib.Path) -> None:
    card = take("ups3")
    ran = enforce(card, baseline({**CERTIFIED, "otherwise": {"range": ">=2.5,<2.6"}}), shelf, surroundings=UNSUBSCRIBED)
    assert ran.verdict == ("compliant", "upgraded")
    assert ran["finding"]["reason"] == "behind_otherwise"
    assert card.holds == UPGRADES["ups3"].after


def test_a_subscribed_card_gets_the_certified_release(take: Take, shelf: pathlib.Path) -> None:
    card = take("ups3")
    ran = enforce(card, baseline(CERTIFIED), shelf, surroundings=SUBSCRIBED)
    assert ran.verdict == ("compliant", "upgraded")
    assert ran["finding"]["entitlement"]["rule"] == "D5"
    assert card.holds["application"] == "3.4.0.8"


def test_a_wanted_downgrade_is_one(take: Take, shelf: pathlib.Path) -> None:
    card = take("ups3")
    ran = enforce(card, baseline({"name": "back", "version": "1.4.2.1", "downgrade": "allow", "entitlement": "free"}), shelf)
    assert ran.verdict == ("compliant", "upgraded")
    assert ran["finding"]["reason"] == "downgrade_wanted"
    assert card.holds["application"] == "1.4.2.1"


def test_rules_match_groups_client_and_site(take: Take, shelf: pathlib.Path) -> None:
    card = take("ups3")
    rule = {"name": "paris", "match": "contains(groups, 'ups') && client == 'acme' && site == 'paris'", "version": "2.3.1.1"}
    ran = enforce(card, baseline(rule), shelf, client="acme", site="paris", surroundings=Surroundings(groups=("all", "ups")))
    assert ran.verdict == ("compliant", "at_target")
    assert enforce(card, baseline(rule), shelf, client="acme", site="rome").verdict == ("no_rule", "no_rule")


def test_another_card_at_the_address_is_found_out_before_it_is_judged(take: Take, shelf: pathlib.Path) -> None:
    ran = enforce(take("ups3"), baseline({"name": "any", "version": "2.3.1.1"}), shelf, serial="ZA0000000000")
    assert ran.verdict == ("blocked", "wrong_card")


@pytest.mark.parametrize(
    ("options", "reason", "sentence"),
    [
        ({"baseline": {"name": "x", "rules": []}}, "baseline_invalid", "baseline.rules is empty"),
        ({"baseline": baseline(CERTIFIED), "version": "2.5.0.6"}, "invalid_option", "baseline and version are given"),
        ({"baseline": baseline(CERTIFIED), "force": True}, "invalid_option", "baseline and force are given"),
    ],
)
def test_a_baseline_that_makes_no_sense_is_one_sentence(take: Take, options: dict[str, t.Any], reason: str, sentence: str) -> None:
    card = take("ups3")
    ran = card.firmware(**options)
    assert ran.verdict == ("failed", reason)
    assert sentence in ran["msg"]
    assert is_untouched(card)


@pytest.mark.parametrize("text", ["", "---", "baseline:", "baseline: {}", "- not\n- a mapping"])
def test_a_baseline_file_that_says_nothing_is_not_the_same_as_none(tmp_path: pathlib.Path, text: str) -> None:
    (tmp_path / "baseline.yml").write_text(text, encoding="utf-8")
    nothing: t.Any = None
    action = ActionModule(AnsibleTask(), nothing, nothing, DataLoader(), nothing, nothing)
    options: dict[str, t.Any] = {"baseline_file": str(tmp_path / "baseline.yml"), "image": "apc_hw21_su_2-5-0-6.nmc3"}
    action._read_baseline(options, "ups1")
    assert options["baseline"] == {}
