# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import dataclasses
import logging
import select
import socket
import threading
import time
import typing as t

import asyncssh
import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, InputError, NmcError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import known_hosts
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshConnection, SshEndpoint, connect, identification
from emulator import sockets

if t.TYPE_CHECKING:
    import pathlib

    from unit.servers import SshServers
    from unit.transport.conftest import EndpointOf

    from emulator.testing import Emulator

NMC3 = "127.20.0.1"
NMC2 = "127.20.0.2"

TcpServer = t.Callable[[t.Callable[[socket.socket], None]], int]


def failure(endpoint: SshEndpoint) -> NmcError:
    with pytest.raises(NmcError) as caught, connect(endpoint):
        pass
    assert caught.value.message.startswith("ups1: ")
    return caught.value


def local(port: int, **changes: t.Any) -> SshEndpoint:
    endpoint = SshEndpoint("ups1", "127.0.0.1", port, username="apc", password="apc", timeout=0.5, known_hosts="/nonexistent/known_hosts")
    return dataclasses.replace(endpoint, **changes)


def test_a_known_card_lets_us_in(endpoint_of: EndpointOf) -> None:
    with connect(endpoint_of(NMC3)) as connection:
        assert connection.remote_version == "SSH-2.0-cryptlib"
        assert connection.host_key_fingerprint.startswith("SHA256:")


def test_the_host_key_is_known_also_after_the_connection_broke(endpoint_of: EndpointOf) -> None:
    with connect(endpoint_of(NMC3)) as connection:
        connection._transport.close()
        assert connection.host_key_fingerprint.startswith("SHA256:")


def test_the_password_is_no_part_of_the_endpoints_text() -> None:
    assert "hunter2-hunter2" not in repr(SshEndpoint("ups1", "127.0.0.1", password="hunter2-hunter2"))


def test_a_connection_is_closed_after_a_failure_inside(endpoint_of: EndpointOf) -> None:
    threads = threading.active_count()
    with pytest.raises(ZeroDivisionError), connect(endpoint_of(NMC3)):
        raise ZeroDivisionError
    deadline = time.monotonic() + 5
    while threading.active_count() > threads and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == threads


# who is there


def test_identification_is_the_first_line_of_the_server(endpoint_of: EndpointOf) -> None:
    assert identification(endpoint_of(NMC3)) == "SSH-2.0-cryptlib"


@pytest.mark.parametrize("said", [b"", b"220 ups1 FTP server ready.\r\n", b"SSH", b"x" * 10_000])
def test_identification_is_none_for_what_does_not_speak_ssh(tcp_server: TcpServer, said: bytes) -> None:
    assert identification(local(tcp_server(lambda connection: connection.sendall(said)))) is None


def test_identification_is_none_for_a_silent_server_after_the_timeout(tcp_server: TcpServer) -> None:
    released = threading.Event()
    port = tcp_server(lambda _connection: t.cast("None", released.wait(10)))
    started = time.monotonic()
    assert identification(local(port)) is None
    released.set()
    assert 0.4 < time.monotonic() - started < 3


def test_identification_is_none_where_nobody_listens() -> None:
    assert identification(local(1)) is None
    assert identification(local(22, host="no-such-card.invalid")) is None


# unreachable


def test_a_name_without_an_address_is_said() -> None:
    error = failure(local(22, host="no-such-card.invalid"))
    assert isinstance(error, UnreachableError)
    assert error.reason is Reason.NAME_UNRESOLVED
    assert "no-such-card.invalid" in error.message


def test_a_refused_connection_is_said() -> None:
    error = failure(local(1))
    assert isinstance(error, UnreachableError)
    assert error.reason is Reason.CONNECTION_FAILED


def test_a_connection_that_is_closed_at_once_counts_as_refused(tcp_server: TcpServer) -> None:
    error = failure(local(tcp_server(lambda _connection: None)))
    assert isinstance(error, UnreachableError)
    assert error.reason is Reason.CONNECTION_FAILED


def packet(payload: bytes) -> bytes:
    padding = 16 - (len(payload) + 5) % 8
    return (len(payload) + padding + 1).to_bytes(4, "big") + bytes([padding]) + payload + bytes(padding)


@pytest.mark.parametrize(
    "payload",
    [b"", b"\x14", b"\x14" + b"c" * 16 + b"\xff" * 40, b"\x14" + b"c" * 16 + b"\0\0\0\2\xff\xfe" * 8, b"\x01\0\0", b"\xc8x"],
    ids=["nothing", "an offer of nothing", "lists without end", "lists of other octets", "half a farewell", "an unknown message"],
)
def test_what_cannot_be_read_before_the_login_is_a_failed_negotiation(tcp_server: TcpServer, payload: bytes) -> None:
    def react(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-card\r\n" + packet(payload))
        while connection.recv(4096):
            pass

    error = failure(local(tcp_server(react)))
    assert isinstance(error, AccessError)
    assert error.reason is Reason.SSH_FAILED


def test_a_connection_that_is_reset_before_we_have_said_a_word_counts_as_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sock = socket.create_connection(listener.getsockname())
        sockets.reset(listener.accept()[0])
    poll = select.poll()
    poll.register(sock, 0)
    assert poll.poll(5000), "the reset has not arrived"
    connection = SshConnection(local(1), sock)
    with contextlib.closing(connection), pytest.raises(UnreachableError) as caught:
        connection.negotiate(known_hosts.KnownHosts((), ()))
    assert caught.value.reason is Reason.CONNECTION_FAILED
    assert "closes the connection at once" in caught.value.message


def test_another_protocol_is_said(tcp_server: TcpServer) -> None:
    error = failure(local(tcp_server(lambda connection: connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n"))))
    assert isinstance(error, UnreachableError)
    assert error.reason is Reason.NO_SSH_BANNER


def test_a_server_that_says_nothing_is_waited_for_no_longer_than_the_timeout(tcp_server: TcpServer) -> None:
    released = threading.Event()
    port = tcp_server(lambda _connection: t.cast("None", released.wait(10)))
    started = time.monotonic()
    error = failure(local(port))
    released.set()
    assert error.reason is Reason.NO_SSH_BANNER
    assert time.monotonic() - started < 3


def test_a_server_that_stops_after_its_banner_is_waited_for_no_longer_than_the_timeout(tcp_server: TcpServer) -> None:
    released = threading.Event()

    def stop_after_banner(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-cryptlib\r\n")
        released.wait(10)

    started = time.monotonic()
    error = failure(local(tcp_server(stop_after_banner)))
    released.set()
    assert isinstance(error, AccessError)
    assert error.reason is Reason.SSH_FAILED
    assert time.monotonic() - started < 3


def test_missing_credentials_are_said_before_anything_is_sent() -> None:
    assert failure(local(1, password=None)).reason is Reason.NO_CREDENTIALS


# algorithms


def test_an_nmc2_needs_the_option_for_retired_algorithms_and_is_told_its_name(endpoint_of: EndpointOf) -> None:
    error = failure(endpoint_of(NMC2))
    assert isinstance(error, AccessError)
    assert error.reason is Reason.LEGACY_SSH_REQUIRED
    assert "nmc_allow_legacy_ssh: true" in error.message
    assert "3des-cbc" in error.evidence["offered"]


def test_an_nmc2_lets_us_in_with_the_option(endpoint_of: EndpointOf) -> None:
    with connect(endpoint_of(NMC2, allow_legacy_ssh=True)) as connection:
        assert connection.host_key.key_type == "ssh-rsa"


def test_no_algorithm_in_common_at_all_is_no_matter_of_the_option(ssh_servers: SshServers) -> None:
    error = failure(ssh_servers.start(encryption_algs=["chacha20-poly1305@openssh.com"]))
    assert error.reason is Reason.SSH_FAILED
    assert "chacha20" in error.evidence["offered"]


@pytest.mark.parametrize(
    "retired",
    [
        {"kex_algs": ["diffie-hellman-group14-sha1"]},
        {"kex_algs": ["diffie-hellman-group1-sha1"]},
        {"encryption_algs": ["aes128-cbc"]},
        {"encryption_algs": ["3des-cbc"]},
        {"mac_algs": ["hmac-sha1"], "encryption_algs": ["aes128-ctr"]},
        {"mac_algs": ["hmac-md5"], "encryption_algs": ["aes128-ctr"]},
    ],
)
def test_each_retired_algorithm_is_used_only_with_the_option(ssh_servers: SshServers, retired: dict[str, t.Any]) -> None:
    endpoint = ssh_servers.start(**retired)
    error = failure(endpoint)
    assert error.reason is Reason.LEGACY_SSH_REQUIRED
    assert retired.popitem()[1][0] in error.evidence["offered"]
    with connect(dataclasses.replace(endpoint, allow_legacy_ssh=True)):
        pass


def test_the_better_algorithms_are_preferred_where_retired_ones_are_allowed(ssh_servers: SshServers) -> None:
    used: dict[str, str] = {}

    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        used.update(cipher=process.get_extra_info("send_cipher"), mac=process.get_extra_info("send_mac"))
        process.exit(0)

    endpoint = ssh_servers.start(session, encryption_algs=["3des-cbc", "aes128-cbc", "aes256-ctr"], mac_algs=["hmac-sha1", "hmac-sha2-256"])
    with connect(dataclasses.replace(endpoint, allow_legacy_ssh=True)) as connection:
        connection.exec_channel("anything").recv(1)
    assert used == {"cipher": "aes256-ctr", "mac": "hmac-sha2-256"}


# host keys


def test_an_unknown_host_key_is_refused_with_its_fingerprint(endpoint_of: EndpointOf, tmp_path: pathlib.Path) -> None:
    with connect(endpoint_of(NMC3)) as connection:
        fingerprint = connection.host_key_fingerprint
    error = failure(endpoint_of(NMC3, known_hosts=str(tmp_path / "empty")))
    assert isinstance(error, AccessError)
    assert error.reason is Reason.HOST_KEY_UNKNOWN
    assert fingerprint in error.message
    assert error.evidence["host_key_fingerprint"] == fingerprint
    assert not (tmp_path / "empty").exists()


def test_accept_new_stores_the_key_and_knows_it_from_then_on(endpoint_of: EndpointOf, tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "known_hosts")
    with connect(endpoint_of(NMC3, known_hosts=path, host_key_checking="accept_new")):
        pass
    with connect(endpoint_of(NMC3, known_hosts=path)):
        pass


@pytest.mark.parametrize("checking", ["strict", "accept_new"])
def test_a_changed_host_key_is_refused_and_nothing_is_sent(
    endpoint_of: EndpointOf, emulator: Emulator, tmp_path: pathlib.Path, checking: str
) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(emulator.known_hosts.read_text().replace(f"[127.20.0.3]:{emulator.ssh_port}", f"[{NMC3}]:{emulator.ssh_port}"))
    lines = [line for line in path.read_text().splitlines() if line.startswith(f"[{NMC3}]")]
    path.write_text(lines[-1] + "\n")
    before = emulator.state(NMC3)["counters"]
    error = failure(endpoint_of(NMC3, known_hosts=str(path), host_key_checking=checking))
    after = emulator.state(NMC3)["counters"]
    assert error.reason is Reason.HOST_KEY_CHANGED
    assert (after["logins"], after["failed_logins"]) == (before["logins"], before["failed_logins"])
    assert path.read_text() == lines[-1] + "\n"


def test_a_revoked_host_key_is_refused(endpoint_of: EndpointOf, emulator: Emulator, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "known_hosts"
    text = emulator.known_hosts.read_text()
    revoked = ["@revoked * " + line.split(" ", 1)[1] for line in text.splitlines() if f"[{NMC3}]" in line]
    path.write_text(text + "\n".join(revoked) + "\n")
    error = failure(endpoint_of(NMC3, known_hosts=str(path)))
    assert error.reason is Reason.HOST_KEY_CHANGED
    assert "revoked" in error.message


def test_a_declared_fingerprint_stands_above_the_file(endpoint_of: EndpointOf, tmp_path: pathlib.Path) -> None:
    with connect(endpoint_of(NMC3)) as connection:
        fingerprint = connection.host_key_fingerprint
    with connect(endpoint_of(NMC3, host_key_fingerprint=fingerprint, known_hosts=str(tmp_path / "none"))):
        pass
    other = "SHA256:" + "A" * 43
    assert failure(endpoint_of(NMC3, host_key_fingerprint=other)).reason is Reason.HOST_KEY_CHANGED


def test_a_fingerprint_of_another_form_is_an_error_of_the_option(endpoint_of: EndpointOf) -> None:
    error = failure(endpoint_of(NMC3, host_key_fingerprint="MD5:00:11"))
    assert isinstance(error, InputError)
    assert error.reason is Reason.INVALID_OPTION


def test_a_known_type_of_host_key_is_asked_for_first(ssh_servers: SshServers, tmp_path: pathlib.Path) -> None:
    rsa, ecdsa = asyncssh.generate_private_key("ssh-rsa"), asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    endpoint = ssh_servers.start(server_host_keys=[ecdsa, rsa])
    path = tmp_path / "rsa_only"
    path.write_text(f"[127.0.0.1]:{endpoint.port} {rsa.export_public_key().decode()}")
    with connect(dataclasses.replace(endpoint, known_hosts=str(path), host_key_checking="strict")) as connection:
        assert connection.host_key.key_type == "ssh-rsa"


# logging in


@pytest.mark.parametrize("password", ["public", "not the password"])
def test_a_wrong_password_is_tried_once_and_never_shown(endpoint_of: EndpointOf, emulator: Emulator, password: str) -> None:
    before = emulator.state(NMC3)["counters"]["failed_logins"]
    error = failure(endpoint_of(NMC3, password=password))
    assert isinstance(error, AccessError)
    assert error.reason is Reason.LOGIN_REFUSED
    assert emulator.state(NMC3)["counters"]["failed_logins"] == before + 1
    assert password not in error.message + str(error.evidence)


def test_a_user_name_that_is_the_password_is_not_shown_either(endpoint_of: EndpointOf) -> None:
    error = failure(endpoint_of(NMC3, username="public", password="public"))
    assert "public" not in error.message + str(error.evidence)


class _NoPassword(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True


def test_a_server_without_password_logins_is_a_refused_login(ssh_servers: SshServers) -> None:
    error = failure(ssh_servers.start(server_factory=_NoPassword))
    assert error.reason is Reason.LOGIN_REFUSED
    assert error.evidence["accepted_methods"] == "publickey"


class _Closing(asyncssh.SSHServer):
    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        self._connection.abort()
        return True


def test_a_connection_lost_during_the_login_is_not_a_wrong_password(ssh_servers: SshServers) -> None:
    assert failure(ssh_servers.start(server_factory=_Closing)).reason is Reason.SSH_FAILED


def test_the_librarys_log_stays_silent(endpoint_of: EndpointOf, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        failure(endpoint_of(NMC3, password="not the password"))
        failure(endpoint_of(NMC2))
    assert not [record for record in caplog.records if record.name.startswith(("paramiko", "secure_power"))]
