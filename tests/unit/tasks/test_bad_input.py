# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What cannot be: options that make no sense, hosts that are not there, hosts that are no cards. One sentence, and no harm."""

from __future__ import annotations

import socket
import typing as t

import pytest
from unit.tasks.emulated import RESULT_KEYS, EmulatedCard, Ran, run_task

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason, advice
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import FACTS, FIRMWARE

if t.TYPE_CHECKING:
    import asyncssh
    from unit.servers import SshServers
    from unit.tasks.conftest import Take
    from unit.tasks.emulated import ImageStore, Options

TcpServer = t.Callable[[t.Callable[[socket.socket], None]], int]

SU = "apc_hw21_su_2-5-0-6.nmc3"
HASH = f"sha256:{'0' * 64}"
FACTS_ERROR_KEYS = {"changed", "msg", "status", "reason", "recovery", "evidence"}


def sentence(ran: Ran) -> str:
    """The message without the recovery text; it must name the card and be followed by what to do."""
    recovery = advice(Reason(ran["reason"]), untouched="plan" in ran.result)
    assert ran["recovery"] == recovery
    said, separator, rest = ran["msg"].partition(f". {recovery}")
    assert (separator, rest) != ("", "")
    assert said.startswith("ups1: ")
    assert "\n" not in said
    assert "Traceback" not in said
    return t.cast("str", said.removeprefix("ups1: "))


def is_untried(card: EmulatedCard) -> bool:
    """Whether not even a question was sent."""
    return not any(card.counters.values())


# --- options ---------------------------------------------------------------------------------------------------------

BAD_FIRMWARE_OPTIONS: list[tuple[Options, str]] = [
    ({"version": 3.1}, "version is the float 3.1; put the version in quotes"),
    ({"version": 3}, "version is the int 3; put the version in quotes"),
    ({"version": "latest"}, "version is 'latest', which is no version such as 2.5.5.1 or 6.0.2.a"),
    ({"version": ""}, "version is '', which is no version such as 2.5.5.1 or 6.0.2.a"),
    ({"components": {"aos": "7.x"}}, "components.aos is '7.x', which is no version such as 2.5.5.1 or 6.0.2.a"),
    (
        {"version": "2.5.0.6", "components": {"application": "2.5.0.6"}},
        "version and components.application say the same thing; give one of them",
    ),
    ({"version": "2.5.0.6", "image": SU, "checksum": "md5:abc"}, f"the checksum of {SU} is not of the form sha256:<64 hexadecimal digits>"),
    (
        {"version": "2.5.0.6", "checksum": HASH},
        "checksum belongs to image, which is not given; each of images has a checksum of its own",
    ),
    (
        {"version": "2.5.0.6", "image": SU, "images": {"application": {"path": SU}}},
        "image and images are both given; give one of them",
    ),
    (
        {"image": "mystery.bin", "checksum": HASH},
        "no target version is given: set version or components, or an image whose name says its version",
    ),
    ({"version": "2.5.0.6", "upload_timeout": 0}, "upload_timeout is 0.0, which is no time to wait"),
    ({"version": "2.5.0.6", "reboot_timeout": -1}, "reboot_timeout is -1.0, which is no time to wait"),
    ({"stepping_stones": [{"version": "two"}], "version": "3.4.0.8"}, "version is 'two', which is no version such as 2.5.5.1 or 6.0.2.a"),
    (
        {"images": {"application": {"path": SU, "hardware_token": "hw05"}}},
        f"the name of {SU} says hardware_token hw21, but hw05 was declared for it",
    ),
]


@pytest.mark.parametrize(("options", "said"), BAD_FIRMWARE_OPTIONS, ids=[said[:50] for _options, said in BAD_FIRMWARE_OPTIONS])
def test_impossible_firmware_options_are_refused_before_the_card_is_asked(take: Take, options: Options, said: str) -> None:
    card = take("ups3").reached("ssh", "snmp")
    ran = card.firmware(**options)
    assert set(ran.result) == {*RESULT_KEYS, "failed"}
    assert ran.verdict == ("failed", "invalid_option")
    assert sentence(ran) == said
    assert (ran["changed"], ran["plan"]) == (False, [])
    assert is_untried(card)


BAD_SHARED_OPTIONS: list[tuple[Options, str]] = [
    ({"port": 0}, "port is 0, which is no port number"),
    ({"port": 65536}, "port is 65536, which is no port number"),
    ({"snmp_port": -1}, "snmp_port is -1, which is no port number"),
    ({"timeout": 0}, "timeout is 0.0, which is no time to wait"),
    (
        {"snmp_user": "auditor", "snmp_privacy_password": "Private-42!"},
        "snmp_privacy_password is given without snmp_auth_password; SNMPv3 has no privacy without authentication",
    ),
    ({"snmp_user": "auditor", "snmp_auth_password": "short"}, "snmp_auth_password must have at least 8 characters"),
]


@pytest.mark.parametrize(("options", "said"), BAD_SHARED_OPTIONS, ids=[said[:40] for _options, said in BAD_SHARED_OPTIONS])
def test_impossible_ways_to_a_card_are_refused_before_it_is_asked(take: Take, options: Options, said: str) -> None:
    card = take("ups3").reached("ssh", "snmp")
    ran = card.facts(**options)
    assert set(ran.result) == {*FACTS_ERROR_KEYS, "failed"}
    assert ran.verdict == ("failed", "invalid_option")
    assert sentence(ran) == said
    assert is_untried(card)


def test_a_fingerprint_of_another_form_is_refused_and_no_password_is_sent(take: Take) -> None:
    card = take("ups3")
    ran = card.facts(host_key_fingerprint="MD5:aa:bb")
    assert ran.verdict == ("failed", "invalid_option")
    assert sentence(ran) == "host_key_fingerprint must be SHA256: and 43 characters, as ssh-keygen -l prints it"
    assert (card.counters["logins"], card.counters["failed_logins"]) == (0, 0)


@pytest.mark.parametrize(
    ("transport", "said"),
    [
        ("auto", "SSH needs a user name and a password, and none are given"),
        ("ssh", "SSH needs a user name and a password, and none are given"),
        ("snmp", "SNMP needs a community or a user, and none is given"),
    ],
)
def test_without_credentials_nothing_is_tried(take: Take, transport: str, said: str) -> None:
    card = take("ups3").reached()
    ran = card.facts(transport=transport)
    assert ran.verdict == ("failed", "no_credentials")
    assert sentence(ran) == said
    assert is_untried(card)


def test_an_upgrade_needs_ssh_credentials(take: Take, store: ImageStore) -> None:
    card = take("ups3").reached("snmp")
    ran = card.firmware(**store.upgrade("ups3"))
    assert ran.verdict == ("blocked", "no_upload_path")
    assert sentence(ran) == "would be brought to aos 2.5.0.8, application 2.5.0.6 in 1 transfer, but no credentials for SSH are given"
    assert card.counters["connections"] == 0


@pytest.mark.parametrize("name", ["SMT1500_UPS_09.8.enc", "UPS_03.8.bin", "smt upsfw 1015.bin"])
def test_ups_firmware_is_refused_whatever_is_declared_about_it(take: Take, name: str) -> None:
    card = take("ups3")
    declared = {"path": name, "checksum": HASH, "hardware_token": "hw21", "application": "su", "version": "2.5.0.6"}
    ran = card.firmware(version="2.5.0.6", images={"application": declared}, force=True, allow_unverified_image=True)
    assert ran.verdict[1] in ("ups_firmware", "invalid_option")
    assert sentence(ran)
    assert is_untried(card)


def test_an_image_under_another_component_than_its_own_is_refused(take: Take, store: ImageStore) -> None:
    card = take("ups2")
    ran = card.firmware(components={"aos": "7.2.0"}, **store.images(application="apc_hw05_aos_720.bin"))
    assert ran.verdict == ("blocked", "image_wrong_component")
    assert sentence(ran) == "the name of apc_hw05_aos_720.bin says component aos, but application was declared for it"
    assert is_untried(card)


# --- hosts that are not there ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("over", [("ssh",), ("snmp",), ("ssh", "snmp")], ids=" and ".join)
def test_a_name_without_an_address_is_unreachable(take: Take, over: tuple[str, ...]) -> None:
    card = take("ups3").reached(*over)
    ran = card.facts(host="no-such-card.invalid")
    assert set(ran.result) == {*FACTS_ERROR_KEYS, "unreachable"}
    assert ran.verdict == ("unreachable", "name_unresolved")
    assert sentence(ran).startswith("no-such-card.invalid has no address")
    assert is_untried(card)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("over", [("ssh",), ("snmp",), ("ssh", "snmp")], ids=" and ".join)
def test_a_name_without_an_address_cannot_be_upgraded(take: Take, store: ImageStore, over: tuple[str, ...], check_mode: bool) -> None:
    card = take("ups3").reached(*over)
    ran = card.firmware(check_mode=check_mode, host="no-such-card.invalid", **store.upgrade("ups3"))
    assert set(ran.result) == {*RESULT_KEYS, "unreachable"}
    assert (*ran.verdict, ran["changed"]) == ("unreachable", "name_unresolved", False)
    assert sentence(ran).startswith("no-such-card.invalid has no address")
    assert is_untried(card)


def test_a_port_where_nobody_listens_is_unreachable(take: Take, store: ImageStore) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        ran = take("ups3").firmware(**store.upgrade("ups3"), host="127.0.0.1", port=port)
    assert ran.verdict == ("unreachable", "connection_failed")
    assert sentence(ran).startswith(f"no connection to 127.0.0.1 port {port}")


# --- hosts that are no cards -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("greeting", [b"", b"220 mail.example.com ESMTP\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\xff" * 200])
def test_a_server_that_does_not_speak_ssh_is_unreachable(tcp_server: TcpServer, store: ImageStore, greeting: bytes) -> None:
    def greet_and_wait(connection: socket.socket) -> None:
        connection.sendall(greeting)
        while connection.recv(4096):
            pass

    options = {"host": "127.0.0.1", "port": tcp_server(greet_and_wait), "username": "apc", "password": "apc", "timeout": 2.0}
    for ran in (run_task(FACTS, options), run_task(FIRMWARE, {**options, **store.upgrade("ups3")})):
        assert ran.verdict == ("unreachable", "no_ssh_banner")
        assert "accepts the connection but does not speak SSH" in sentence(ran)


def test_a_shell_that_is_no_cards_is_told_apart(take: Take, store: ImageStore) -> None:
    host = take("no_card")
    for ran in (host.facts(timeout=3.0), host.firmware(timeout=3.0, **store.upgrade("ups3"))):
        assert ran.verdict == ("failed", "unexpected_prompt")
        assert sentence(ran) == "after the login the card shows something that is not its prompt"
    assert host.counters["bytes_received"] == 0


def test_a_router_is_told_apart_by_its_answers(ssh_servers: SshServers, store: ImageStore) -> None:
    async def router(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"\r\nrouter>")
        while line := await process.stdin.readline():
            process.stdout.write(line + b"% Unknown command\r\nrouter>")

    endpoint = ssh_servers.start(router)
    options = {name: getattr(endpoint, name) for name in ("host", "port", "username", "password", "host_key_checking", "known_hosts")}
    for ran in (run_task(FACTS, options), run_task(FIRMWARE, {**options, **store.upgrade("ups3")})):
        assert ran.verdict == ("unknown", "not_a_card")
        assert ran["failed"] is True
        assert sentence(ran) == "the answer to 'about' is not that of a network management card"
        assert "% Unknown command" in ran["evidence"]["about"]


@pytest.mark.parametrize("over", [("snmp",), ("ssh", "snmp")], ids=" and ".join)
def test_an_snmp_agent_that_is_no_card_is_told_apart_and_gets_no_password(take: Take, store: ImageStore, over: tuple[str, ...]) -> None:
    host = take("no_card").reached(*over)
    for ran in (host.facts(), host.firmware(**store.upgrade("ups3"))):
        assert ran.verdict == ("unknown", "not_a_card")
        assert "is not a network management card; sysDescr is 'Linux " in sentence(ran)
        assert ran["evidence"]["sys_descr"].startswith("Linux ")
    assert host.counters["connections"] == 0


# --- trust -----------------------------------------------------------------------------------------------------------


def test_an_unknown_host_key_gets_no_password(take: Take, tmp_path: t.Any) -> None:
    card = take("ups3")
    ran = card.facts(known_hosts=str(tmp_path / "nothing"))
    assert ran.verdict == ("failed", "host_key_unknown")
    assert ran["evidence"]["host_key_fingerprint"].startswith("SHA256:")
    assert (card.counters["logins"], card.counters["failed_logins"]) == (0, 0)
    assert not (tmp_path / "nothing").exists()


def test_another_host_key_gets_no_password(take: Take) -> None:
    card = take("ups3")
    ran = card.facts(host_key_fingerprint=f"SHA256:{'A' * 43}")
    assert ran.verdict == ("failed", "host_key_changed")
    assert (card.counters["logins"], card.counters["failed_logins"]) == (0, 0)


def test_a_host_key_is_stored_on_request_and_trusted_afterwards(take: Take, tmp_path: t.Any) -> None:
    card = take("ups3")
    mine = {"known_hosts": str(tmp_path / "known_hosts")}
    assert "ansible_facts" in card.facts(**mine, host_key_checking="accept_new").result
    assert "ansible_facts" in card.facts(**mine).result


def test_an_nmc2_without_consent_to_old_algorithms_gets_no_password(take: Take, store: ImageStore) -> None:
    card = take("ups2")
    ran = card.firmware(**store.upgrade("ups2"), allow_legacy_ssh=False)
    assert ran.verdict == ("failed", "legacy_ssh_required")
    assert "set nmc_allow_legacy_ssh: true for this card" in sentence(ran)
    assert (card.counters["logins"], card.counters["failed_logins"]) == (0, 0)
