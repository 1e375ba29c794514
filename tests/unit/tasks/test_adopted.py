# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong beside an attempt: the card is away, the clock jumps, the ledger fails, another run is faster."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import pathlib
import socket
import sqlite3
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from unit.tasks.emulated import UPGRADES, is_untouched
from unit.tasks.test_remembered import Remember, Remembered, remember, upon

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import AttemptState, Undertaking
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Installed
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.leases import Occupied, card_resources
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Change
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import parse_version
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import LedgerError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations import memory as memory_module
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.adopt import adopt
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import gather
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.order import Job, Limits, Order, Outcome
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Surroundings, access_from
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import FACTS
from ansible_collections.secure_power.nmc.plugins.plugin_utils._memory import LedgerMemory

if t.TYPE_CHECKING:
    from unit.tasks.emulated import ImageStore, Ran

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import Attempt
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card

pytestmark = pytest.mark.every_fault

__all__ = ["remember"]

UPS3 = UPGRADES["ups3"]
IMAGE = UPS3.images["application"]
CHANGES = tuple(
    Change(Component(part), parse_version(UPS3.before[part]), t.cast("t.Any", parse_version(text))) for part, text in UPS3.targets.items()
)


def left_open(ups: Remembered, store: ImageStore, *, times: int = 1) -> Attempt:
    """The attempt of a run that was killed once its image was sent, as often as that."""
    sha256 = store.checksum(IMAGE).removeprefix("sha256:")
    undertaking = Undertaking("su", IMAGE, sha256, Component.APPLICATION, CHANGES, operator="anna", controller="awx-1", host="ups1")
    attempts = ups.ledger.attempts
    attempt = attempts.begin(ups.key, undertaking)
    for _time in range(times):
        attempt = attempts.sending(attempt)
    return attempts.sent(attempt)


def test_a_refused_password_is_not_tried_again_while_an_open_attempt_is_waited_for(remember: Remember, store: ImageStore) -> None:
    ups = remember("ups3")
    left_open(ups, store)
    refused = ups.card.counters["failed_logins"]
    ran = ups.run(on_note=upon("finding out", lambda: ups.card.suffers("wrong_password")), reboot_timeout=12.0, **store.upgrade("ups3"))
    assert ran.verdict == ("failed", "login_refused")
    assert ups.card.counters["failed_logins"] == refused + 1
    assert ups.ledger.refusals.count(ups.ledger.fingerprints.credential(client="acme", username="apc", password="apc")) == 1


def test_a_card_that_is_away_is_not_judged_by_what_it_said_before(remember: Remember, store: ImageStore) -> None:
    ups = remember("ups3")
    left_open(ups, store, times=2)
    ran = ups.run(on_note=upon("finding out", lambda: ups.card.suffers("refuse")), reboot_timeout=5.0, **store.upgrade("ups3"))
    assert ran.verdict == ("failed", "never_came_back")
    assert "unreachable" not in ran.result
    assert [attempt.reason for attempt in ups.attempts] == ["never_came_back"]


def test_a_clock_that_was_set_back_makes_nobody_wait_longer_than_a_restart(
    remember: Remember, store: ImageStore, tmp_path: pathlib.Path
) -> None:
    ups = remember("ups3")
    left_open(ups, store)
    with contextlib.closing(sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)) as database:
        database.execute("UPDATE attempts SET marked_at = marked_at + 86400000")
    ran = ups.run(reboot_timeout=6.0, **store.upgrade("ups3"))
    assert ran.verdict == ("compliant", "upgraded")
    assert ups.attempts[0].transfers == 2


def settled_from(ups: Remembered, **said: t.Any) -> tuple[Card, Card]:
    """The card as it is, and as it is once its open attempt is settled from a reading that says something else."""
    options = ArgumentSpecValidator(FACTS.spec()).validate(ups.card.options()).validated_parameters
    access = access_from(options, card="ups1")
    card = gather(access).card
    order = Order((), t.cast("t.Any", None), limits=Limits(reboot_timeout=10.0))
    memory = LedgerMemory("ups1", "acme", ledger_url=ups.url, username="apc", password="apc")
    return card, adopt(Job(access, order, Outcome(), lambda _note: None, memory), dataclasses.replace(card, **said))


def test_versions_that_snmp_does_not_say_are_asked_over_ssh_before_an_attempt_is_given_up(remember: Remember, store: ImageStore) -> None:
    ups = remember("ups3")
    assert ups.run(**store.upgrade("ups3")).verdict == ("compliant", "upgraded")
    left_open(ups, store, times=2)
    ups.rewrite("UPDATE attempts SET marked_at = marked_at - 86400000 WHERE id = 2")
    card, settled = settled_from(ups, source="snmp", firmware={part: Installed(None, None) for part in Component})
    assert settled.firmware_versions == card.firmware_versions
    assert ups.attempts[-1].state is AttemptState.PROVEN


def test_a_card_whose_application_is_starting_is_read_again_before_it_is_judged(remember: Remember, store: ImageStore) -> None:
    ups = remember("ups3")
    assert ups.run(**store.upgrade("ups3")).verdict == ("compliant", "upgraded")
    left_open(ups, store)
    card, settled = settled_from(ups, application_state="?")
    assert settled.application_state == card.application_state != "?"
    assert ups.attempts[-1].state is AttemptState.PROVEN


def test_a_ledger_that_fails_between_two_transfers_leaves_the_attempt_open(remember: Remember, store: ImageStore) -> None:
    class Failing(LedgerMemory):
        def sending(self, attempt: Attempt) -> Attempt:
            if attempt.transfers:
                raise LedgerError(Reason.LEDGER_UNWRITABLE, "ups1: the ledger cannot be written.")
            return super().sending(attempt)

    ups = remember("ups3")
    ups.card.suffers({"drop_after_bytes": 40_000, "times": 1})
    memory = Failing("ups1", "acme", ledger_url=ups.url, username="apc", password="apc")
    ran = ups.card.firmware(surroundings=Surroundings(memory=memory), **store.upgrade("ups3"))
    assert ran.verdict == ("failed", "ledger_unwritable")
    assert [attempt.state for attempt in ups.attempts] == [AttemptState.SENDING]


def test_an_image_that_was_exchanged_since_it_was_written_down_is_not_sent(
    remember: Remember, store: ImageStore, tmp_path: pathlib.Path
) -> None:
    ups, image = remember("ups3"), tmp_path / IMAGE
    image.write_bytes(pathlib.Path(store.path(IMAGE)).read_bytes())
    ran = ups.run(
        on_note=upon("transfer 1 of 1", lambda: image.write_bytes(b"another")),
        components=UPS3.targets,
        image=str(image),
        allow_unverified_image=True,
    )
    assert ran.verdict == ("blocked", "checksum_mismatch")
    assert is_untouched(ups.card)
    assert [attempt.state for attempt in ups.attempts] == [AttemptState.UNSENT]


def test_a_plan_that_another_run_has_overtaken_is_not_carried_out(remember: Remember, store: ImageStore) -> None:
    ups, options = remember("ups3"), store.upgrade("ups3")
    others: list[Ran] = []

    class Overtaken(LedgerMemory):
        """Another run does all the work, once this one has read the card."""

        def login_taken(self) -> None:
            super().login_taken()
            if not others:
                others.append(ups.run(**options))

    both = ups.card.reached("ssh", "snmp")
    memory = Overtaken("ups1", "acme", ledger_url=ups.url, username="apc", password="apc")
    ran = both.firmware(surroundings=Surroundings(memory=memory), **options)
    assert [other.verdict for other in others] == [("compliant", "upgraded")]
    assert ran.verdict == ("blocked", "lease_held")
    assert ups.card.counters["uploads"] == 1


def test_a_process_of_another_container_is_not_taken_for_dead(remember: Remember, store: ImageStore) -> None:
    """Containers of one host can share its name, and number their processes each for itself."""
    ups = remember("ups3")
    unused = int(pathlib.Path("/proc/sys/kernel/pid_max").read_text(encoding="ascii")) + 1
    ups.ledger.leases.acquire(card_resources([ups.key])[0], holder=f"{socket.gethostname()} process {unused}", seconds=60)
    ran = ups.run(**store.upgrade("ups3"))
    assert ran.verdict == ("blocked", "lease_held")
    assert is_untouched(ups.card)


def test_an_attempt_is_as_old_as_the_last_bytes_that_left(remember: Remember, store: ImageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_module, "SIGN_OF_LIFE", 0.3)
    signs: list[Attempt] = []

    class Watched(LedgerMemory):
        def alive(self, attempt: Attempt) -> Attempt:
            signs.append(super().alive(attempt))
            return signs[-1]

    ups = remember("ups3")
    memory = Watched("ups1", "acme", ledger_url=ups.url, username="apc", password="apc")
    ran = ups.card.firmware(surroundings=Surroundings(memory=memory), rate_limit=3_000_000, **store.upgrade("ups3"))
    assert ran.verdict == ("compliant", "upgraded")
    ages = [(sign.marked_at - sign.begun_at).total_seconds() for sign in signs]
    assert len(ages) >= 3
    assert ages == sorted(ages)
    assert {sign.state for sign in signs} == {AttemptState.SENDING}
    assert ups.attempts[0].marked_at > signs[-1].marked_at


def test_a_ledger_that_fails_while_an_image_is_sent_is_told_once_and_does_not_stop_it(
    remember: Remember, store: ImageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_module, "SIGN_OF_LIFE", 0.1)

    class Failing(LedgerMemory):
        def alive(self, attempt: Attempt) -> Attempt:
            raise LedgerError(Reason.LEDGER_UNWRITABLE, f"the ledger cannot be written for attempt {attempt.id}")

    ups = remember("ups3")
    memory = Failing("ups1", "acme", ledger_url=ups.url, username="apc", password="apc")
    ran = ups.card.firmware(surroundings=Surroundings(memory=memory), rate_limit=6_000_000, **store.upgrade("ups3"))
    assert ran.verdict == ("compliant", "upgraded")
    assert ran.warnings == ["the ledger cannot be written for attempt 1"]


def test_the_claim_on_a_card_covers_the_time_that_a_transfer_may_take(remember: Remember, store: ImageStore) -> None:
    ups = remember("ups3")
    held: list[dt.timedelta] = []

    def look() -> None:
        found = ups.ledger.leases.acquire(card_resources([ups.key])[0], holder="another", seconds=1)
        assert isinstance(found, Occupied)
        held.append(found.leases[0].expires_at - ups.ledger.leases.now())

    ran = ups.run(on_note=upon("waiting for the restart", look), upload_timeout=5000.0, **store.upgrade("ups3"))
    assert ran.verdict == ("compliant", "upgraded")
    assert held[0] > dt.timedelta(seconds=5000)


def test_a_ledger_that_fails_while_the_card_restarts_does_not_hide_what_becomes_of_the_card(
    remember: Remember, store: ImageStore, tmp_path: pathlib.Path
) -> None:
    for fault, verdict in ((["keep_old_version"], ("failed", "still_old_version")), ([], ("compliant", "upgraded"))):
        ups = remember("ups3")
        ups.card.suffers(*fault)
        spoil = upon("waiting for the restart", lambda: (tmp_path / "ledger.sqlite").write_bytes(b"no database" * 1000))
        ran = ups.run(on_note=spoil, **store.upgrade("ups3"))
        assert ran.verdict == verdict
        assert any("ledger" in warning for warning in ran.warnings)
        for file in tmp_path.glob("ledger.sqlite*"):
            file.unlink()


def test_an_image_that_an_earlier_run_sent_is_not_forgotten_when_this_one_stops_before_it(remember: Remember, store: ImageStore) -> None:
    ups = remember("ups3")
    left_open(ups, store)

    def lose_the_claim() -> None:
        found = ups.ledger.leases.acquire(card_resources([ups.key])[0], holder="another", seconds=1)
        assert isinstance(found, Occupied)
        ups.ledger.leases.release(found.leases[0])

    ran = ups.run(on_note=upon("transfer 1 of 1", lose_the_claim), reboot_timeout=3.0, **store.upgrade("ups3"))
    assert ran.verdict == ("blocked", "lease_held")
    assert ups.run(reboot_timeout=8.0, **store.upgrade("ups3")).verdict == ("compliant", "upgraded")
    assert [attempt.transfers for attempt in ups.attempts] == [2]


def test_a_card_that_lost_its_application_to_a_killed_run_is_cured_by_its_baseline(remember: Remember, shelf: pathlib.Path) -> None:
    ups, upgrade = remember("ups2"), UPGRADES["ups2"]
    document = {"name": "b", "rules": [{"name": "NMC2", "components": upgrade.targets}]}
    options: dict[str, t.Any] = {"baseline": document, "image_store": str(shelf), "client": "acme"}
    ups.run_until("transfer 3 of 3", **options)
    assert ups.card.facts()["ansible_facts"]["nmc"]["application_missing"] is True
    assert ups.run(**options).verdict == ("compliant", "upgraded")
    assert ups.card.holds == upgrade.after


def test_a_card_that_went_back_by_itself_twice_is_left_alone_until_somebody_says_otherwise(remember: Remember, store: ImageStore) -> None:
    ups, options = remember("ups3"), store.upgrade("ups3")
    for _time in range(2):
        ups.ledger.attempts.end(left_open(ups, store), AttemptState.PROVEN)
    assert ups.run(**options).verdict == ("blocked", "keeps_reverting")
    assert is_untouched(ups.card)
    assert ups.run(retry_failed=True, **options).verdict == ("compliant", "upgraded")


def test_a_host_key_that_an_upgrade_changed_is_not_hidden_by_snmp_until_somebody_accepts_it(remember: Remember, store: ImageStore) -> None:
    ups, options = remember("ups3", "ssh", "snmp"), store.upgrade("ups3")
    ups.card.suffers("new_host_key_after_upgrade")
    assert ups.run(**options).verdict == ("failed", "host_key_changed")
    ups.card.suffers()
    for check_mode in (True, False):
        ran = ups.run(check_mode=check_mode, **options)
        assert ran.verdict == ("failed", "host_key_changed")
        assert "ended with host_key_changed" in ran["msg"]
    warned = dataclasses.replace(ups, card=ups.card.reached("snmp")).run(**options)
    assert warned.verdict == ("compliant", "at_target")
    assert any("ended with host_key_changed" in warning for warning in warned.warnings)
    accepted = {"host_key_fingerprint": ups.card.emulator.host_key(ups.card.address), **options}
    assert ups.run(check_mode=True, **accepted).verdict == ("compliant", "at_target")
    assert [attempt.state for attempt in ups.attempts] == [AttemptState.FAILED]
    assert ups.run(**accepted).verdict == ("compliant", "at_target")
    assert [attempt.state for attempt in ups.attempts] == [AttemptState.PROVEN]
    connections = ups.card.counters["connections"]
    assert ups.run(**options).verdict == ("compliant", "at_target")
    assert ups.card.counters["connections"] == connections


@pytest.mark.parametrize("over", [("ssh",), ("ssh", "snmp"), ("snmp",)], ids=["ssh", "both", "snmp"])
def test_a_card_that_is_away_because_a_killed_run_restarted_it_is_waited_for(
    remember: Remember, store: ImageStore, over: tuple[str, ...]
) -> None:
    ups, options = remember("ups3", *over), store.upgrade("ups3")
    whole = dataclasses.replace(ups, card=ups.card.reached("ssh", "snmp"))
    ups.patch(reboot_seconds=6.0)
    whole.run_until("waiting for the restart", **options)
    ups.card.emulator.wait(ups.card.address, lambda state: state["phase"] == "rebooting")
    ran = ups.run(reboot_timeout=40.0, timeout=2.0, **options)
    assert ran.verdict == ("compliant", "at_target")
    assert any("waiting for the card" in note for note in ran.notes)
    assert [attempt.state for attempt in ups.attempts] == [AttemptState.PROVEN]
    assert ups.card.counters["uploads"] == 1


def test_a_card_that_never_answers_after_a_killed_run_is_no_ordinary_unreachable_one(remember: Remember, store: ImageStore) -> None:
    ups, options = remember("ups3"), store.upgrade("ups3")
    left_open(ups, store)
    ups.card.suffers("refuse")
    planned = ups.run(check_mode=True, reboot_timeout=4.0, **options)
    assert planned.verdict == ("unreachable", "connection_failed")
    assert f"An earlier run has left {IMAGE} sent on " in planned["msg"]
    ran = ups.run(reboot_timeout=4.0, **options)
    assert ran.verdict == ("failed", "never_came_back")
    assert [attempt.reason for attempt in ups.attempts] == [Reason.NEVER_CAME_BACK]
    assert ups.run(reboot_timeout=4.0, **options).verdict == ("unreachable", "connection_failed")


def test_another_run_that_waits_for_the_card_is_not_disturbed(remember: Remember, store: ImageStore) -> None:
    ups = remember("ups3")
    left_open(ups, store)
    ups.card.suffers("refuse")
    ups.ledger.leases.acquire(card_resources([ups.key])[0], holder="another", seconds=60)
    assert ups.run(**store.upgrade("ups3")).verdict == ("blocked", "lease_held")


def test_a_card_that_another_run_has_just_brought_back_is_read_at_once(remember: Remember, store: ImageStore) -> None:
    ups = remember("ups3")
    left = left_open(ups, store)

    class Beaten(LedgerMemory):
        """Another run settles the attempt before this one has its claim."""

        def left_open(self) -> Attempt | None:
            found = super().left_open()
            if found is not None:
                ups.ledger.attempts.end(left, AttemptState.PROVEN)
                ups.card.suffers()
            return found

    ups.card.suffers("refuse")
    memory = Beaten("ups1", "acme", ledger_url=ups.url, username="apc", password="apc")
    options = {**store.image("apc_hw21_su_2-3-1-1.nmc3"), "version": "2.3.1.1"}
    ran = ups.card.firmware(surroundings=Surroundings(memory=memory), **options)
    assert ran.verdict == ("compliant", "at_target")
    assert ran.notes == []


def test_an_attempt_of_which_nothing_was_sent_explains_no_silence(remember: Remember, store: ImageStore) -> None:
    ups = remember("ups3")
    left_open(ups, store)
    ups.rewrite("UPDATE attempts SET state = 'begun', transfers = 0")
    ups.card.suffers("refuse")
    assert ups.run(**store.upgrade("ups3")).verdict == ("unreachable", "connection_failed")
