# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client sees its own rows, whatever is asked; nothing secret is in any of them."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from unit.ledger.kept import CARD, card_number, entry, held, ledger_of, undertaking

from ansible_collections.secure_power.nmc.plugins.module_utils._core.attempts import Attempt, AttemptState
from ansible_collections.secure_power.nmc.plugins.module_utils._core.leases import Hold, Lease, Resource
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import LedgerError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.fingerprints import last_four
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.section import Section

if t.TYPE_CHECKING:
    from pathlib import Path

    from unit.ledger.postgres import Postgres

    from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import Ledger

RESOURCE = Resource("card X", 1)
FINGERPRINT = "fe" * 32


@dataclasses.dataclass
class Kept:
    attempt: Attempt
    lease: Lease
    hold: Hold


def fill(ledger: Ledger) -> Kept:
    """One row of everything, of the same card."""
    attempt = ledger.attempts.end(ledger.attempts.sending(ledger.attempts.begin(CARD, undertaking())), AttemptState.FAILED)
    lease = ledger.leases.acquire(RESOURCE, holder="awx-1", seconds=600)
    assert isinstance(lease, Lease)
    hold = ledger.holds.place(site=None, reason="freeze", owner="noc")
    ledger.refusals.record(FINGERPRINT, host="ups1")
    ledger.activation_ids.hold(held())
    ledger.subscriptions.append(CARD, [entry()], after=())
    ledger.observations.record([(CARD, {"status": "drift"})])
    return Kept(attempt, lease, hold)


def seen(ledger: Ledger) -> dict[str, t.Any]:
    """What each question is answered with."""
    return {
        "attempts.of": ledger.attempts.of(CARD),
        "attempts.everything": ledger.attempts.everything(),
        "attempts.ended_within": ledger.attempts.ended_within(3600),
        "refusals.count": ledger.refusals.count(FINGERPRINT),
        "holds.in_force": ledger.holds.in_force(site="paris"),
        "activation_ids.find": ledger.activation_ids.find(FINGERPRINT),
        "activation_ids.everything": ledger.activation_ids.everything(),
        "subscriptions.of": ledger.subscriptions.of(CARD),
        "subscriptions.everything": ledger.subscriptions.everything(),
        "subscriptions.activated_with": ledger.subscriptions.activated_with(FINGERPRINT),
        "observations.of": ledger.observations.of(CARD),
        "observations.within": ledger.observations.within(3600),
    }


# They answer about other clients, and have tests of their own.
ACROSS = {"activation_ids.is_held_elsewhere", "subscriptions.is_known_elsewhere", "subscriptions.known_elsewhere"}
# They are answered while something is at work only, and have tests of their own.
MEANWHILE = {"attempts.open_at"}
WRITES = {
    "attempts": {"begin", "sending", "alive", "sent", "end"},
    "refusals": {"record", "clear"},
    "leases": {"acquire", "renew", "release"},
    "holds": {"place", "lift"},
    "activation_ids": {"hold", "drop"},
    "subscriptions": {"append"},
    "observations": {"record", "forget"},
}


def test_these_tests_know_every_question_and_every_write(sqlite_url: str) -> None:
    ledger = ledger_of(sqlite_url)
    sections = {field.name: getattr(ledger, field.name) for field in dataclasses.fields(ledger)}
    public = {
        f"{name}.{method}"
        for name, section in sections.items()
        if isinstance(section, Section)
        for method in dir(section)
        if not method.startswith("_") and method != "now"
    }
    writes = {f"{name}.{method}" for name, methods in WRITES.items() for method in methods}
    assert public == {*seen(ledger), *ACROSS, *MEANWHILE, *writes}


@pytest.mark.parametrize("other", ["umbrella", "", None, "ACME", "acme "])
def test_another_client_sees_nothing(url: str, other: str | None) -> None:
    fill(ledger_of(url))
    assert not any(seen(ledger_of(url, other)).values())
    assert all(seen(ledger_of(url)).values())


def test_another_client_can_change_nothing(url: str) -> None:
    mine, other = ledger_of(url), ledger_of(url, "umbrella")
    kept = fill(mine)
    begun = mine.attempts.begin(CARD, undertaking(sha256="cd" * 32))
    before = seen(mine)
    for change in (other.attempts.sending, other.attempts.alive):
        with pytest.raises(LedgerError):
            change(begun)
    assert other.leases.renew(kept.lease, seconds=1) is None
    other.leases.release(kept.lease)
    other.holds.lift(kept.hold)
    other.activation_ids.drop(FINGERPRINT)
    other.refusals.clear(FINGERPRINT)
    other.observations.forget(older_than=-1)
    assert seen(mine) == before
    assert not isinstance(mine.leases.acquire(RESOURCE, holder="awx-2", seconds=1), Lease)


def test_two_clients_keep_the_same_card_apart(url: str) -> None:
    mine, other = ledger_of(url), ledger_of(url, "umbrella")
    fill(mine)
    fill(other)
    for answers in (seen(mine), seen(other)):
        assert {len(answer) for answer in answers.values() if isinstance(answer, (list, tuple))} == {1}


# the two questions across clients


def test_that_an_id_is_anothers_is_told_but_not_whose(url: str) -> None:
    mine, other = ledger_of(url), ledger_of(url, "umbrella")
    mine.activation_ids.hold(held())
    mine.subscriptions.append(CARD, [entry(fingerprint="aa" * 32)], after=())
    for fingerprint, elsewhere in ((FINGERPRINT, True), ("aa" * 32, True), ("bb" * 32, False)):
        assert other.activation_ids.is_held_elsewhere(fingerprint) is elsewhere
        assert mine.activation_ids.is_held_elsewhere(fingerprint) is False


def test_that_a_card_was_anothers_is_told_but_not_its_history(url: str) -> None:
    mine, other = ledger_of(url), ledger_of(url, "umbrella")
    mine.subscriptions.append(CARD, [entry()], after=())
    assert other.subscriptions.is_known_elsewhere(CARD)
    assert not other.subscriptions.is_known_elsewhere(card_number(1))
    assert not mine.subscriptions.is_known_elsewhere(CARD)
    assert (other.subscriptions.known_elsewhere(), mine.subscriptions.known_elsewhere()) == ([CARD], [])


# secrets

SECRETS = ("ACT1-VAT10N-9Z8Y-SECR3T", "V0UCHER-SECR3T-77", "c0mmunity-passw0rd")


def fill_from_secrets(ledger: Ledger) -> None:
    activation_id, voucher, password = SECRETS
    fingerprint, end = ledger.fingerprints.activation_id(activation_id), last_four(activation_id)
    ledger.activation_ids.hold(held(fingerprint=fingerprint, last_four=end))
    redeemed = entry(fingerprint=fingerprint, last_four=end, voucher=ledger.fingerprints.voucher(voucher))
    ledger.subscriptions.append(CARD, [redeemed], after=())
    ledger.refusals.record(ledger.fingerprints.credential(client="acme", username="apc", password=password), host="ups1")


def test_a_file_of_sqlite_holds_no_secret(sqlite_url: str, tmp_path: Path) -> None:
    ledger = ledger_of(sqlite_url)
    fill_from_secrets(ledger)
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert ledger.fingerprints.activation_id(SECRETS[0]).encode() in content
    assert [secret for secret in SECRETS if secret.encode() in content] == []


def test_a_dump_of_postgresql_holds_no_secret(postgres: Postgres) -> None:
    url = postgres.url(postgres.new_schema())
    ledger = ledger_of(url)
    fill_from_secrets(ledger)
    content = postgres.dump(url)
    assert ledger.fingerprints.activation_id(SECRETS[0]) in content
    assert [secret for secret in SECRETS if secret in content] == []
    log = postgres.log.read_text(encoding="utf-8")
    assert [secret for secret in SECRETS if secret in log] == []
