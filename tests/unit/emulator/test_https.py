# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cards' web servers: certificate, protocol versions, and the one page there is."""

from __future__ import annotations

import http.client
import socket
import ssl
import typing as t

import pytest
from unit.emulator.live import BOTH, NMC2, NMC3, converse

from emulator.testing import start_emulator

if t.TYPE_CHECKING:
    import pathlib

    from emulator.testing import Emulator, State


def client(newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version, context.maximum_version = oldest, newest
    return context


def shake_hands(emulator: Emulator, address: str, context: ssl.SSLContext) -> tuple[str | None, bytes | None]:
    """The protocol version and the certificate."""
    with socket.create_connection((address, emulator.https_port), timeout=10) as plain, context.wrap_socket(plain) as wrapped:
        return wrapped.version(), wrapped.getpeercert(binary_form=True)


def certificate(emulator: Emulator, address: str) -> bytes | None:
    return shake_hands(emulator, address, client())[1]


def get(emulator: Emulator, address: str, path: str) -> tuple[int, str | None, bytes]:
    connection = http.client.HTTPSConnection(address, emulator.https_port, timeout=10, context=client())
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.getheader("Location"), response.read()


@BOTH
def test_the_root_leads_to_the_home_page(pair: Emulator, address: str) -> None:
    assert get(pair, address, "/") == (303, "/home.htm", b"")
    assert get(pair, address, "/x") == (404, None, b"APC Management Web Server")


def test_only_an_nmc3_speaks_tls_1_3(pair: Emulator) -> None:
    assert shake_hands(pair, NMC3, client())[0] == "TLSv1.3"
    assert shake_hands(pair, NMC3, client(newest=ssl.TLSVersion.TLSv1_2))[0] == "TLSv1.2"
    assert shake_hands(pair, NMC2, client())[0] == "TLSv1.2"
    with pytest.raises(ssl.SSLError):
        shake_hands(pair, NMC2, client(oldest=ssl.TLSVersion.TLSv1_3))


def test_every_card_has_a_certificate_of_its_own_and_keeps_it(tmp_path: pathlib.Path) -> None:
    fleet = {"cards": [{"address": "127.0.0.1", "count": 2, "profile": "smart_ups_nmc3"}]}
    shown = []
    for _turn in range(2):
        with start_emulator(fleet, state_dir=tmp_path) as emulator:
            shown.append((certificate(emulator, "127.0.0.1"), certificate(emulator, "127.0.0.2")))
    assert shown[0] == shown[1]
    assert shown[0][0] != shown[0][1]


@BOTH
def test_an_upgrade_may_change_the_certificate(pair: Emulator, install: t.Callable[[str], State], address: str) -> None:
    before = certificate(pair, address)
    install(address)
    assert certificate(pair, address) == before
    pair.set_faults(address, ["new_certificate_after_upgrade"])
    install(address)
    assert certificate(pair, address) not in (before, None)


@BOTH
def test_https_can_be_off(pair: Emulator, address: str) -> None:
    assert "HTTPS              : Enabled" in converse(pair, address)[0]
    pair.patch(address, https_enabled=False)
    with pytest.raises(OSError, match=r"."):
        certificate(pair, address)
    assert "HTTPS              : Disabled" in converse(pair, address)[0]
    pair.patch(address, https_enabled=True)


def test_a_card_that_is_gone_shows_no_certificate(pair: Emulator) -> None:
    pair.set_faults(NMC3, ["never_come_back"])
    pair.reboot(NMC3)
    pair.wait(NMC3, lambda state: state["phase"] == "gone")
    with pytest.raises(OSError, match=r"."):
        certificate(pair, NMC3)
