# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passwords, communities and passphrases are in nothing that a task returns or says, short and common ones included."""

from __future__ import annotations

import re
import traceback
import typing as t

import pytest
from unit.tasks.emulated import SNMP_USER, EmulatedCard, Ran

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import firmware_spec, secret_options, shared_spec
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import gather
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import access_from

if t.TYPE_CHECKING:
    from unit.tasks.conftest import Take
    from unit.tasks.emulated import ImageStore, Options

V3: Options = {f"snmp_{name}": value for name, value in SNMP_USER.items()}
LONG: Options = {"password": "Sesame-42!", "snmp_community": "public"}
# What many cards still have: the vendor's password, which is also the user's name, and everybody's community.
SHORT: Options = {"password": "apc", "snmp_community": "public"}
CARDS = pytest.mark.parametrize(("kind", "secrets"), [("secretive", LONG), ("careless", SHORT)], ids=["long", "short"])


def leaks(said: str, *options: Options) -> list[str]:
    """The secrets that stand as words in a text."""
    secrets = [given[name] for given in options for name in secret_options(firmware_spec()) if name in given]
    return [secret for secret in secrets if re.search(rf"(?<![A-Za-z0-9_]){re.escape(secret)}(?![A-Za-z0-9_])", said)]


def runs(card: EmulatedCard, store: ImageStore, secrets: Options) -> t.Iterator[Ran]:
    """Tasks that succeed and tasks that fail in every stage of the way to a card."""
    over = card.reached("ssh", "snmp")
    upgrade = store.upgrade("ups3" if card.state()["generation"] == 3 else "ups2")
    yield over.facts(**secrets)
    yield over.facts(**secrets, transport="ssh")
    yield over.facts(**secrets, transport="ssh", allow_legacy_ssh=False)
    yield over.facts(**secrets, host_key_fingerprint=f"SHA256:{'A' * 43}", transport="ssh")
    yield over.facts(**secrets, known_hosts="/nowhere/known_hosts", transport="ssh")
    yield over.facts(**secrets, host="no-such-card.invalid")
    yield over.facts(**secrets, port=0)
    yield over.firmware(**secrets, version=secrets["password"])
    yield over.firmware(**secrets, check_mode=True, **upgrade)
    card.suffers("snmp_silent")
    yield over.facts(**secrets, timeout=2.0)
    card.suffers("snmp_silent", "wrong_password")
    yield over.facts(**secrets, timeout=2.0)
    card.suffers("wrong_password")
    yield over.firmware(**secrets, **upgrade)
    card.suffers("refuse")
    yield over.firmware(**secrets, **upgrade)
    card.suffers("reject_image")
    yield over.firmware(**secrets, **upgrade, allow_downgrade=True)
    card.suffers({"drop_after_bytes": 10_000})
    yield over.firmware(**secrets, **upgrade, allow_downgrade=True, reboot_timeout=2.0)


@CARDS
def test_no_result_warning_or_milestone_holds_a_secret(take: Take, store: ImageStore, kind: str, secrets: Options) -> None:
    reasons = set()
    for ran in runs(take(kind), store, secrets):
        reasons.add(ran.result.get("reason", "facts"))
        # An option that is no secret is shown as it was given.
        said = ran.everything_said.replace(f"version is {secrets['password']!r}", "")
        assert leaks(said, secrets) == []
    assert {"facts", "host_key_changed", "login_refused", "image_rejected", "upgrade_planned"} <= reasons


@pytest.mark.parametrize(
    "spoiled", [{}, {"snmp_auth_password": "Mistaken-42!"}, {"snmp_privacy_password": "Mistaken-42!"}, {"snmp_user": "nobody"}]
)
def test_nothing_that_snmpv3_says_holds_a_passphrase(take: Take, spoiled: Options) -> None:
    options = {**V3, **spoiled}
    ran = take("secretive").reached("snmp").facts(**options, snmp_community="public", timeout=2.0)
    assert ("ansible_facts" in ran.result) is not bool(spoiled)
    assert leaks(ran.everything_said, options, {"snmp_community": "public"}) == []


@CARDS
def test_neither_the_ways_to_a_card_nor_their_exceptions_show_a_secret(take: Take, kind: str, secrets: Options) -> None:
    card = take(kind)
    defaults = {name: option.get("default") for name, option in shared_spec().items()}
    options = {**defaults, **card.reached("ssh", "snmp").options(), **V3, **secrets, "snmp_user": None}
    access = access_from(options, card="ups1")
    assert leaks(repr(access).replace("username='apc'", ""), options) == []
    card.suffers("wrong_password", "snmp_silent")
    with pytest.raises(NmcError) as caught:
        gather(access)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert leaks(re.sub(r"\n    [^\n]*", "", shown), secrets) == []


def test_the_secrets_are_declared_as_such() -> None:
    secrets = ["password", "snmp_community", "snmp_auth_password", "snmp_privacy_password"]
    assert secret_options(shared_spec()) == secrets
    assert secret_options(firmware_spec()) == [*secrets, "ledger_url"]
