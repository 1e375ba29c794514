# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import types

import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils._transport.algorithms import (
    MODERN,
    RETIRED,
    Offer,
    describe_retired,
    is_legacy_only,
    prefer,
)


def offer(kex: str, host_key: str, cipher: str, mac: str) -> Offer:
    lists = [tuple(text.split()) for text in (kex, host_key, cipher, cipher, mac, mac)]
    return Offer(*lists)


# What cards were seen to offer.
NMC2_OLD = offer(
    "diffie-hellman-group-exchange-sha256 diffie-hellman-group-exchange-sha1 diffie-hellman-group1-sha1",
    "ssh-rsa",
    "aes256-cbc 3des-cbc",
    "hmac-sha2-256 hmac-sha1",
)
NMC2_7 = offer(
    "diffie-hellman-group-exchange-sha256 diffie-hellman-group-exchange-sha1 ecdh-sha2-nistp256",
    "ssh-rsa",
    "aes256-ctr aes128-ctr aes256-cbc aes128-cbc",
    "hmac-sha2-256 hmac-sha1",
)
NMC3 = offer("ecdh-sha2-nistp256", "ecdsa-sha2-nistp256", "aes256-ctr", "hmac-sha2-256")
ALIEN = offer("sntrup761x25519-sha512", "ssh-rsa", "aes256-ctr", "hmac-sha2-256")


@pytest.mark.parametrize(
    ("offered", "is_legacy", "retired"),
    [
        (NMC2_OLD, True, "host key ssh-rsa; cipher aes256-cbc, 3des-cbc"),
        (NMC2_7, True, "host key ssh-rsa"),
        (NMC3, False, ""),
        (ALIEN, False, "key exchange sntrup761x25519-sha512; host key ssh-rsa"),
    ],
)
def test_an_offer_is_legacy_when_only_retired_algorithms_would_help(offered: Offer, is_legacy: bool, retired: str) -> None:
    assert is_legacy_only(offered) is is_legacy
    assert describe_retired(offered) == retired


@pytest.mark.parametrize("legacy", [False, True])
def test_retired_algorithms_come_last_or_not_at_all(legacy: bool) -> None:
    options = _options()
    prefer(options, legacy=legacy, key_types=[])
    for kind, chosen in zip(MODERN, (options.kex, options.key_types, options.ciphers, options.digests), strict=True):
        assert chosen == [*MODERN[kind], *(RETIRED[kind] if legacy else ())]


def test_known_types_of_host_keys_come_first_with_all_their_signatures() -> None:
    options = _options()
    prefer(options, legacy=True, key_types=["ssh-rsa"])
    assert options.key_types[:4] == ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa", "ssh-ed25519"]


def test_what_the_library_does_not_have_is_left_out() -> None:
    options = _options()
    options.ciphers = ["aes128-ctr", "aes256-ctr"]
    prefer(options, legacy=True, key_types=[])
    assert options.ciphers == ["aes256-ctr", "aes128-ctr"]


def _options() -> types.SimpleNamespace:
    """A library that has every algorithm."""
    every = [[*MODERN[kind], *RETIRED[kind]] for kind in MODERN]
    return types.SimpleNamespace(kex=every[0], key_types=every[1], ciphers=every[2], digests=every[3])
