# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`nmc_firmware` with a ledger: what one run learns of a card, the next one knows."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import typing as t
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from unit.tasks.emulated import UPGRADES, is_untouched

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import AttemptState
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
from ansible_collections.secure_power.nmc.plugins.module_utils._core.leases import card_resources
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Entry, Event, Source
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Surroundings
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import Ledger, open_ledger
from ansible_collections.secure_power.nmc.plugins.plugin_utils._memory import LedgerMemory

if t.TYPE_CHECKING:
    import pathlib

    from unit.tasks.conftest import Take
    from unit.tasks.emulated import EmulatedCard, ImageStore, Ran

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import Attempt

pytestmark = pytest.mark.every_fault


@dataclass(frozen=True)
class Remembered:
    """A card whose runs share a ledger."""

    card: EmulatedCard
    key: CardKey
    url: str

    @property
    def ledger(self) -> Ledger:
        return open_ledger(self.url, client="acme", card="ups1")

    @property
    def attempts(self) -> list[Attempt]:
        return self.ledger.attempts.of(self.key)

    @property
    def rows(self) -> list[str]:
        """Everything that is in the ledger."""
        with contextlib.closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as database:
            return list(database.iterdump())

    def rewrite(self, statement: str) -> None:
        with contextlib.closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), isolation_level=None)) as database:
            database.execute(statement)

    def patch(self, **changes: t.Any) -> None:
        self.card.emulator.patch(self.card.address, **changes)

    def run(self, *, password: str = "apc", check_mode: bool = False, **options: t.Any) -> Ran:
        given: dict[str, t.Any] = {name: options.get(name) for name in ("site", "site_limit", "client_limit")}
        given |= {"ledger_url": self.url, "username": "apc", "password": password}
        memory = LedgerMemory("ups1", "acme", change_reference="CHG-1", check_mode=check_mode, **given)
        return self.card.firmware(surroundings=Surroundings(memory=memory), password=password, check_mode=check_mode, **options)

    def run_until(self, said: str, **options: t.Any) -> None:
        """Run in a process of its own that is killed (-9) when it says something."""
        process = os.fork()
        if process == 0:
            try:
                self.run(on_note=lambda note: os.kill(os.getpid(), signal.SIGKILL) if said in note else None, **options)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL


Remember = t.Callable[..., Remembered]


def upon(said: str, does: t.Callable[[], object]) -> t.Callable[[str], None]:
    """Do something as soon as a run says something."""

    def heard(note: str) -> None:
        if said in note:
            does()

    return heard


@pytest.fixture
def remember(take: Take, tmp_path: pathlib.Path) -> Remember:
    def remembered(kind: str, *over: str) -> Remembered:
        card = take(kind)
        facts = card.facts()["ansible_facts"]["nmc"]
        return Remembered(card.reached(*(over or card.over)), CardKey(facts["serial"], facts["mac"]), f"sqlite:///{tmp_path}/ledger.sqlite")

    return remembered


KINDS = pytest.mark.parametrize("kind", UPGRADES)


@KINDS
def test_every_image_is_written_down_with_who_sent_it_and_why(remember: Remember, store: ImageStore, kind: str) -> None:
    ups = remember(kind)
    assert ups.run(**store.upgrade(kind)).verdict == ("compliant", "upgraded")
    assert [attempt.state for attempt in ups.attempts] == [AttemptState.PROVEN] * len(UPGRADES[kind].images)
    assert [attempt.undertaking.image for attempt in ups.attempts] == list(UPGRADES[kind].images.values())
    first = ups.attempts[0].undertaking
    assert (first.change_reference, first.application) == ("CHG-1", "su" if kind == "ups3" else "sumx")
    assert first.operator
    assert first.controller


def test_check_mode_makes_no_ledger_and_a_second_run_writes_nothing_down(
    remember: Remember, store: ImageStore, tmp_path: pathlib.Path
) -> None:
    ups, options = remember("ups3"), store.upgrade("ups3")
    assert ups.run(check_mode=True, **options).verdict == ("drift", "upgrade_planned")
    assert list(tmp_path.iterdir()) == []
    ups.run(**options)
    assert ups.run(**options).verdict == ("compliant", "at_target")
    assert len(ups.attempts) == 1


def test_check_mode_counts_no_refused_login_and_forgets_none(remember: Remember, store: ImageStore) -> None:
    ups, options = remember("ups3"), store.upgrade("ups3")
    for _time in range(2):
        assert ups.run(password="not-it-at-all", **options).verdict == ("failed", "login_refused")
    kept = ups.rows
    assert ups.run(check_mode=True, password="not-it-at-all", **options).verdict == ("failed", "login_refused")
    assert ups.run(check_mode=True, **options).verdict == ("drift", "upgrade_planned")
    assert ups.rows == kept
    assert ups.run(password="not-it-at-all", **options).verdict == ("failed", "login_refused")
    assert ups.run(check_mode=True, password="not-it-at-all", **options).verdict == ("blocked", "credential_suspected")


@KINDS
def test_a_card_that_failed_is_quarantined_until_somebody_says_otherwise(remember: Remember, store: ImageStore, kind: str) -> None:
    ups, options = remember(kind), store.upgrade(kind)
    ups.card.suffers("reject_image")
    assert ups.run(**options).verdict == ("failed", "image_rejected")
    uploads = ups.card.counters["uploads"]
    ups.card.suffers()
    for check_mode in (True, False):
        ran = ups.run(check_mode=check_mode, **options)
        assert ran.verdict == ("blocked", "quarantined")
        assert "image_rejected" in ran["msg"]
    assert ups.card.counters["uploads"] == uploads
    assert ups.run(retry_failed=True, **options).verdict == ("compliant", "upgraded")
    assert ups.card.holds == UPGRADES[kind].after
    assert ups.attempts[0].reason == "image_rejected"


def test_a_transfer_that_breaks_off_is_tried_twice_and_no_more(remember: Remember, store: ImageStore) -> None:
    ups, options = remember("ups3"), store.upgrade("ups3")
    ups.card.suffers({"drop_after_bytes": 100_000})
    assert ups.run(**options).verdict == ("failed", "transfer_interrupted")
    (attempt,) = ups.attempts
    assert (attempt.state, attempt.transfers) == (AttemptState.FAILED, 2)
    assert ups.run(**options).verdict == ("blocked", "quarantined")


BUSY = pytest.mark.parametrize(("busy", "reason"), [("on_battery", "on_battery"), ("self_test", "self_test_running")])


@BUSY
@pytest.mark.parametrize("over", [("ssh",), ("ssh", "snmp")], ids=["ssh", "both"])
def test_a_ups_that_loses_mains_between_the_files_of_an_nmc2_gets_no_other_file(
    remember: Remember, store: ImageStore, busy: str, reason: str, over: tuple[str, ...]
) -> None:
    ups, options = remember("ups2", *over), store.upgrade("ups2")
    ran = ups.run(on_note=upon("transfer 1 of 3", lambda: ups.patch(**{busy: True})), **options)
    assert ran.verdict == ("failed", reason)
    assert ran["changed"] is True
    assert ups.card.counters["uploads"] == 1
    assert [attempt.state for attempt in ups.attempts] == [AttemptState.PROVEN]
    assert ran["after"] == {**UPGRADES["ups2"].before, "boot_monitor": "1.0.9"}
    ups.patch(**{busy: False})
    assert ups.run(**options).verdict == ("compliant", "upgraded")


@BUSY
def test_an_image_is_not_sent_again_to_a_ups_that_lost_mains_meanwhile(
    remember: Remember, store: ImageStore, busy: str, reason: str
) -> None:
    ups, options = remember("ups3"), store.upgrade("ups3")
    ups.card.suffers({"drop_after_bytes": 40_000, "times": 1})
    ran = ups.run(on_note=upon("transfer 1 of 1", lambda: ups.patch(**{busy: True})), **options)
    assert ran.verdict == ("failed", reason)
    assert [attempt.state for attempt in ups.attempts] == [AttemptState.SENDING]
    ups.patch(**{busy: False})
    assert ups.run(reboot_timeout=5.0, **options).verdict == ("compliant", "upgraded")
    assert [attempt.transfers for attempt in ups.attempts] == [2]


@KINDS
def test_a_run_that_is_killed_while_the_card_restarts_is_adopted(remember: Remember, store: ImageStore, kind: str) -> None:
    ups, options = remember(kind), store.upgrade(kind)
    ups.run_until("waiting for the restart", **options)
    (left,) = ups.attempts
    assert left.state is AttemptState.SENT
    ups.card.emulator.wait(ups.card.address, lambda state: state["phase"] == "up")
    ran = ups.run(reboot_timeout=20.0, **options)
    assert ran.verdict in (("compliant", "upgraded"), ("compliant", "at_target"))
    assert ups.card.holds == UPGRADES[kind].after
    assert [attempt.state for attempt in ups.attempts] == [AttemptState.PROVEN] * len(UPGRADES[kind].images)
    assert ups.card.counters["uploads"] == len(UPGRADES[kind].images)


def test_a_run_that_is_killed_between_the_files_of_an_nmc2_goes_on_with_the_application_that_was_written_down(
    remember: Remember, store: ImageStore
) -> None:
    ups, options = remember("ups2"), store.upgrade("ups2")
    ups.run_until("transfer 3 of 3", **options)
    assert ups.card.facts()["ansible_facts"]["nmc"]["application_missing"] is True
    assert ups.run(**options).verdict == ("compliant", "upgraded")
    assert ups.card.holds == UPGRADES["ups2"].after


def test_a_card_is_worked_on_by_one_run_at_a_time(remember: Remember, store: ImageStore) -> None:
    ups = remember("ups3")
    lease = ups.ledger.leases.acquire(card_resources([ups.key])[0], holder="another-controller process 7", seconds=60)
    ran = ups.run(**store.upgrade("ups3"))
    assert ran.verdict == ("blocked", "lease_held")
    assert "another-controller process 7 until" in ran["msg"]
    assert is_untouched(ups.card)
    ups.ledger.leases.release(t.cast("t.Any", lease))
    assert ups.run(**store.upgrade("ups3")).verdict == ("compliant", "upgraded")


def test_a_site_where_enough_cards_are_upgraded_gets_no_other_one(remember: Remember, store: ImageStore) -> None:
    first, second = remember("ups3"), remember("ups3")
    options = {"site": "paris", "site_limit": 1, **store.upgrade("ups3")}
    others: list[Ran] = []
    ran = first.run(on_note=upon("waiting for the restart", lambda: others.append(second.run(**options))), **options)
    assert ran.verdict == ("compliant", "upgraded")
    assert others[0].verdict == ("blocked", "limit_reached")
    assert is_untouched(second.card)
    assert second.run(**options).verdict == ("compliant", "upgraded")


def test_nothing_is_sent_where_somebody_has_stopped_all_work(remember: Remember, store: ImageStore) -> None:
    ups = remember("ups3")
    ups.ledger.holds.place(site="paris", reason="generator test", owner="dc-ops")
    ran = ups.run(site="paris", **store.upgrade("ups3"))
    assert ran.verdict == ("blocked", "on_hold")
    assert "generator test" in ran["msg"]
    assert is_untouched(ups.card)


def test_a_credential_that_three_cards_refused_is_not_tried_on_a_fourth(remember: Remember, store: ImageStore) -> None:
    fleet = [remember("ups3") for _card in range(4)]
    wrong = {"password": "not-it-at-all", **store.upgrade("ups3")}
    assert [ups.run(**wrong).verdict for ups in fleet[:3]] == [("failed", "login_refused")] * 3
    logins = fleet[3].card.counters["connections"]
    assert fleet[3].run(**wrong).verdict == ("blocked", "credential_suspected")
    assert fleet[3].card.counters["connections"] == logins
    assert fleet[3].run(**store.upgrade("ups3")).verdict == ("compliant", "upgraded")
    assert fleet[2].run(retry_failed=True, **wrong).verdict == ("failed", "login_refused")


def test_a_subscription_in_the_ledger_opens_the_certified_line(remember: Remember, shelf: pathlib.Path) -> None:
    ups = remember("ups3")
    document = {"name": "b", "rules": [{"name": "certified", "version": "3.4.0.8"}]}
    options: dict[str, t.Any] = {"baseline": document, "image_store": str(shelf), "client": "acme"}
    assert ups.run(**options).verdict == ("not_entitled", "not_subscribed")
    now = datetime.now(UTC)
    bought = Entry(
        Event.ACTIVATED,
        Source.PURCHASED,
        "acme",
        now,
        sku="SWNMC3SU-1Y-DIGI",
        family="SWNMC3SU",
        activated_on=now.date(),
        expires_on=now.date() + timedelta(days=365),
    )
    ups.ledger.subscriptions.append(ups.key, [bought], after=[])
    assert ups.run(**options).verdict == ("compliant", "upgraded")
    assert ups.card.holds["application"] == "3.4.0.8"


@pytest.mark.parametrize("content", [b"this is no database, and long enough to be read as one" * 100])
def test_a_ledger_that_cannot_be_used_is_said_before_anything_is_sent(
    remember: Remember, store: ImageStore, tmp_path: pathlib.Path, content: bytes
) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(content)
    ups = remember("ups3")
    ran = ups.run(**store.upgrade("ups3"))
    assert ran["reason"] == "ledger_unreadable"
    assert is_untouched(ups.card)
