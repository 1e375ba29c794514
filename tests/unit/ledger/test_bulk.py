# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the ledger tells a whole audit at once is what it tells of each card."""

from __future__ import annotations

import datetime as dt

from unit.core.builders import card_of
from unit.ledger.kept import CARD, OTHER_CARD, card_number, entry, ledger_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.memory import AuditMemory, ByCard
from ansible_collections.secure_power.nmc.plugins.plugin_utils._memory import LedgerMemory


def test_the_cards_of_other_clients_are_told_without_whose_they_are(url: str) -> None:
    ledger_of(url, "acme").subscriptions.append(CARD, [entry()], after=())
    theirs = ledger_of(url, "globex").subscriptions
    theirs.append(OTHER_CARD, [entry(), entry()], after=())
    theirs.append(card_number(1), [entry()], after=())
    assert set(ledger_of(url, "acme").subscriptions.known_elsewhere()) == {OTHER_CARD, card_number(1)}
    assert ledger_of(url, "globex").subscriptions.known_elsewhere() == [CARD]
    assert len(ledger_of(url, "initech").subscriptions.known_elsewhere()) == 3


def test_the_rights_of_each_card_are_those_that_an_upgrade_of_it_knows(url: str) -> None:
    today = dt.datetime.now(dt.UTC).date()
    card = card_of("hw21", "su", aos="2.3.1.1", app="2.3.1.1")
    runs = entry(activated_on=today, expires_on=today + dt.timedelta(days=20))
    ledger_of(url, "acme").subscriptions.append(CardKey(card.serial, None), [runs], after=())
    ledger_of(url, "globex").subscriptions.append(OTHER_CARD, [runs], after=())
    for client in ("acme", "globex", "initech"):
        whole = AuditMemory(ledger_of(url, client), today=today)
        single = LedgerMemory(host="ups1", client=client, ledger_url=url)
        assert whole.rights(card) == single.rights(card)


def test_what_is_kept_by_card_is_found_by_half_a_key_and_in_its_order() -> None:
    serial, mac = CardKey("A", None), CardKey(None, "m")
    kept = ByCard([(CardKey("A", "m"), 1), (serial, 2), (CardKey("A", "other"), 3), (mac, 4), (CardKey("B", "m"), 5)])
    assert kept.of(serial) == [1, 2, 3]
    assert kept.of(mac) == [1, 4, 5]
    assert kept.of(CardKey("A", "m")) == [1, 2, 4]
    assert kept.of(CardKey("C", None)) == []
