# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One SSH connection to a card: dialled, its host key checked, logged in once, and never waited for without limit."""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import socket
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._deps import PARAMIKO
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, InputError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._secrets import scrub
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import algorithms, known_hosts

_IDENTIFICATION = b"SSH-2.0-secure_power_nmc\r\n"
_MSG_DISCONNECT = 1
_MSG_KEXINIT = 20
_MSG_USERAUTH_FAILURE = 51


@dataclass(frozen=True)
class SshEndpoint:
    """How to reach and trust one card over SSH."""

    card: str
    host: str
    port: int = 22
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    host_key_checking: str = "strict"
    host_key_fingerprint: str | None = None
    known_hosts: str | None = None
    allow_legacy_ssh: bool = False

    @property
    def address(self) -> str:
        return f"{self.host} port {self.port}"

    def scrub(self, text: object) -> str:
        """The text of a card or a library, without the password."""
        return scrub(str(text), [self.password])


class SshConnection:
    """A connection that is logged in. `failures` are the exceptions that its channels raise when it breaks down."""

    def __init__(self, endpoint: SshEndpoint, sock: socket.socket) -> None:
        paramiko = PARAMIKO.load(endpoint.card)
        self.endpoint = endpoint
        self.failures: tuple[type[Exception], ...] = (paramiko.SSHException, EOFError, OSError)
        self._transport = _transport_class()(sock, packetizer_class=_packetizer_class())
        self._transport.set_log_channel(_silent_logger())
        self._packetizer = self._transport.packetizer
        self._host_key: known_hosts.HostKey | None = None

    @property
    def remote_version(self) -> str:
        """The card's identification line."""
        return str(self._transport.remote_version)

    @property
    def host_key(self) -> known_hosts.HostKey:
        """The key with which the card has negotiated, also when the connection is no more."""
        if self._host_key is None:
            raise ValueError("nothing was negotiated yet")
        return self._host_key

    @property
    def host_key_fingerprint(self) -> str:
        return self.host_key.fingerprint

    @property
    def is_out_of_time(self) -> bool:
        return bool(self._packetizer.is_out_of_time)

    def limit(self, seconds: float | None) -> None:
        """Break the connection down when it is still at its present exchange after this time; None lifts the limit."""
        self._packetizer.until = None if seconds is None else time.monotonic() + seconds

    @property
    def is_alive(self) -> bool:
        return bool(self._transport.is_active())

    def exec_channel(self, command: str) -> t.Any:
        """Open a session in which the card runs a command; raises one of `failures`."""
        channel = self._session()
        channel.exec_command(command)
        return channel

    def shell_channel(self) -> t.Any:
        """Open an interactive session with a terminal so wide that the card wraps nothing; raises one of `failures`."""
        channel = self._session()
        channel.get_pty(term="vt100", width=511, height=1000)
        channel.invoke_shell()
        return channel

    def close(self) -> None:
        # The shutdown wakes the thread that reads, so that closing takes no time.
        with contextlib.suppress(OSError):
            self._transport.sock.shutdown(socket.SHUT_RDWR)
        self._transport.close()

    def _session(self) -> t.Any:
        self.limit(self.endpoint.timeout)
        channel = self._transport.open_session(timeout=self.endpoint.timeout)
        channel.settimeout(self.endpoint.timeout)
        return channel

    def negotiate(self, known: known_hosts.KnownHosts) -> None:
        """Exchange identification lines and keys; nothing secret has been sent when it returns or raises."""
        endpoint = self.endpoint
        self._transport.banner_timeout = endpoint.timeout
        algorithms.prefer(
            self._transport.get_security_options(),
            legacy=endpoint.allow_legacy_ssh,
            key_types=[key.key_type for key in known.trusted],
        )
        self.limit(endpoint.timeout)
        try:
            # Our limit comes first and closes the connection; the library's own would leave it half open.
            self._transport.start_client(timeout=endpoint.timeout + 1)
            key = self._transport.get_remote_server_key()
        except self.failures as error:
            raise self._negotiation_error(error) from error
        self._host_key = known_hosts.HostKey(key.get_name(), key.asbytes())

    def _negotiation_error(self, error: Exception) -> Exception:
        endpoint = self.endpoint
        cause = "no answer in time" if self.is_out_of_time else endpoint.scrub(error)
        if not self.remote_version and self._packetizer.has_closed:
            return UnreachableError(Reason.CONNECTION_FAILED, f"{endpoint.card}: {endpoint.address} closes the connection at once.")
        if not self.remote_version:
            return UnreachableError(
                Reason.NO_SSH_BANNER,
                f"{endpoint.card}: {endpoint.address} accepts the connection but does not speak SSH ({cause}).",
            )
        offer = self._packetizer.offer
        if offer is not None and not endpoint.allow_legacy_ssh and algorithms.is_legacy_only(offer):
            retired = endpoint.scrub(algorithms.describe_retired(offer))
            return AccessError(
                Reason.LEGACY_SSH_REQUIRED,
                f"{endpoint.card}: the card at {endpoint.address} only offers retired SSH algorithms ({retired}), as every "
                "NMC2 does; set nmc_allow_legacy_ssh: true for this card to use them.",
                evidence={"offered": endpoint.scrub(offer), "remote_version": endpoint.scrub(self.remote_version)},
            )
        return AccessError(
            Reason.SSH_FAILED,
            f"{endpoint.card}: the SSH negotiation with {endpoint.address} failed: {cause}.",
            evidence={"offered": endpoint.scrub(offer or ""), "remote_version": endpoint.scrub(self.remote_version)},
        )

    def log_in(self, username: str, password: str) -> None:
        """Send the password, once: no other method and no second try, so that nobody is locked out."""
        endpoint = self.endpoint
        self.limit(endpoint.timeout)
        try:
            self._transport.auth_password(username, password, fallback=False)
        except self.failures as error:
            raise self._login_error(error) from error
        self.limit(None)

    def _login_error(self, error: Exception) -> Exception:
        endpoint = self.endpoint
        refused = self._packetizer.refused
        if refused is None:
            said = "no answer in time" if self.is_out_of_time else endpoint.scrub(self._packetizer.farewell or error)
            return AccessError(
                Reason.SSH_FAILED,
                f"{endpoint.card}: the connection to {endpoint.address} ended before the card answered the login ({said}).",
            )
        user, methods = endpoint.scrub(endpoint.username), endpoint.scrub(", ".join(refused))
        return AccessError(
            Reason.LOGIN_REFUSED,
            f"{endpoint.card}: the card at {endpoint.address} refuses the password login of user {user}.",
            evidence={"accepted_methods": methods},
        )


def identification(endpoint: SshEndpoint) -> str | None:
    """Return the line with which an SSH server introduces itself (`SSH-2.0-cryptlib`), over a connection of its own.

    None if nobody speaks SSH there within the endpoint's timeout: refused, silent, closed at once, another protocol, no such name.
    """
    until = time.monotonic() + endpoint.timeout
    try:
        with _dial(endpoint) as sock:
            sock.sendall(_IDENTIFICATION)
            return _read_identification(sock, until)
    except (UnreachableError, OSError):
        return None


def _read_identification(sock: socket.socket, until: float) -> str | None:
    received = b""
    while len(received) < 4096:
        sock.settimeout(max(0.001, until - time.monotonic()))
        chunk = sock.recv(256)
        received += chunk
        line = re.search(rb"^(SSH-[^\r\n]*)\r?\n", received, re.MULTILINE)
        if line:
            return line.group(1).decode("utf-8", errors="replace")
        if not chunk:
            break
    return None


@contextlib.contextmanager
def connect(endpoint: SshEndpoint) -> t.Iterator[SshConnection]:
    """Dial, agree on algorithms, check the host key, send the password once; always closed again.

    Raises InputError (NO_CREDENTIALS, MISSING_LIBRARY, INVALID_OPTION), UnreachableError (NAME_UNRESOLVED, CONNECTION_FAILED,
    NO_SSH_BANNER) and AccessError (LEGACY_SSH_REQUIRED, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, LOGIN_REFUSED, SSH_FAILED).
    """
    if endpoint.username is None or endpoint.password is None:
        raise InputError(Reason.NO_CREDENTIALS, f"{endpoint.card}: SSH needs a user name and a password.")
    PARAMIKO.load(endpoint.card)
    known = _known_keys(endpoint)
    with _dial(endpoint) as sock:
        connection = SshConnection(endpoint, sock)
        try:
            connection.negotiate(known)
            _check_host_key(endpoint, known, connection.host_key)
            connection.log_in(endpoint.username, endpoint.password)
            yield connection
        finally:
            connection.close()


def knock(endpoint: SshEndpoint) -> None:
    """Connect and hang up; raises what `connect` raises where nobody takes the connection."""
    _dial(endpoint).close()


def _dial(endpoint: SshEndpoint) -> socket.socket:
    try:
        addresses = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise UnreachableError(Reason.NAME_UNRESOLVED, f"{endpoint.card}: {endpoint.host} has no address ({error}).") from error
    until = time.monotonic() + endpoint.timeout
    problem: OSError = TimeoutError("no answer in time")
    for family, kind, protocol, _name, address in addresses:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(max(0.001, until - time.monotonic()))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:
            sock.close()
            problem = error
    raise UnreachableError(Reason.CONNECTION_FAILED, f"{endpoint.card}: no connection to {endpoint.address} ({problem}).") from problem


def _known_hosts_path(endpoint: SshEndpoint) -> Path:
    return Path(endpoint.known_hosts or "~/.ssh/known_hosts").expanduser()


def _known_keys(endpoint: SshEndpoint) -> known_hosts.KnownHosts:
    path = _known_hosts_path(endpoint)
    try:
        return known_hosts.read(path, known_hosts.host_name(endpoint.host, endpoint.port))
    except OSError as error:
        raise InputError(Reason.INVALID_OPTION, f"{endpoint.card}: the known hosts file {path} cannot be read ({error}).") from error


def _check_host_key(endpoint: SshEndpoint, known: known_hosts.KnownHosts, key: known_hosts.HostKey) -> None:
    if endpoint.host_key_fingerprint is not None:
        _check_fingerprint(endpoint, endpoint.host_key_fingerprint, key)
        return
    verdict = known.judge(key)
    if verdict is known_hosts.Verdict.UNKNOWN and endpoint.host_key_checking == "accept_new":
        verdict = _remember(endpoint, key)
        if verdict is known_hosts.Verdict.UNKNOWN:
            return
    if verdict is not known_hosts.Verdict.KNOWN:
        raise _host_key_error(endpoint, verdict, key)


def _check_fingerprint(endpoint: SshEndpoint, wanted: str, key: known_hosts.HostKey) -> None:
    if not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}=?", wanted):
        raise InputError(
            Reason.INVALID_OPTION,
            f"{endpoint.card}: host_key_fingerprint must be SHA256: and 43 characters, as ssh-keygen -l prints it.",
        )
    if wanted.rstrip("=") != key.fingerprint:
        raise _host_key_error(endpoint, known_hosts.Verdict.CHANGED, key)


def _remember(endpoint: SshEndpoint, key: known_hosts.HostKey) -> known_hosts.Verdict:
    path = _known_hosts_path(endpoint)
    try:
        return known_hosts.remember(path, known_hosts.host_name(endpoint.host, endpoint.port), key)
    except OSError as error:
        raise InputError(Reason.INVALID_OPTION, f"{endpoint.card}: the known hosts file {path} cannot be written ({error}).") from error


def _host_key_error(endpoint: SshEndpoint, verdict: known_hosts.Verdict, key: known_hosts.HostKey) -> AccessError:
    shown = f"{endpoint.card}: the card at {endpoint.address} shows the {key.key_type} host key {key.fingerprint}"
    source = "host_key_fingerprint" if endpoint.host_key_fingerprint else str(_known_hosts_path(endpoint))
    evidence = {"host_key_type": key.key_type, "host_key_fingerprint": key.fingerprint, "compared_with": source}
    if verdict is known_hosts.Verdict.UNKNOWN:
        return AccessError(
            Reason.HOST_KEY_UNKNOWN,
            f"{shown}, and {source} holds none for it; no password was sent.",
            evidence=evidence,
        )
    why = "is revoked in" if verdict is known_hosts.Verdict.REVOKED else "is not the one in"
    return AccessError(Reason.HOST_KEY_CHANGED, f"{shown}, which {why} {source}; no password was sent.", evidence=evidence)


def _silent_logger() -> str:
    """A logger that says nothing: the library would write tracebacks to stderr, and what a card says to log files."""
    name = "secure_power.nmc.ssh"
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return name


@functools.cache
def _transport_class() -> t.Any:
    """The library's connection, with one kind of error for all that a far end can send in a wrong form."""
    paramiko = PARAMIKO.load("SSH")
    base: t.Any = paramiko.Transport

    class Transport(base):
        @property
        def saved_exception(self) -> Exception | None:
            return self._stumbled

        @saved_exception.setter
        def saved_exception(self, error: Exception | None) -> None:
            """The library keeps whatever its reading thread stumbles upon: an IndexError, a UnicodeDecodeError."""
            is_known = error is None or isinstance(error, (paramiko.SSHException, EOFError, OSError))
            self._stumbled = error if is_known else paramiko.SSHException(f"a message that cannot be read: {error}")

    return Transport


@functools.cache
def _packetizer_class() -> t.Any:
    """The library's packet reader, which also keeps our time limit and what the card said about algorithms and logins."""
    paramiko = PARAMIKO.load("SSH")
    base: t.Any = paramiko.packet.Packetizer

    class Packetizer(base):
        until: float | None = None
        is_out_of_time = False
        offer: algorithms.Offer | None = None
        refused: list[str] | None = None
        farewell = ""
        has_spoken = False
        has_closed = False

        def readline(self, timeout: float) -> str:
            """Lines come before the keys are exchanged only: the far end introduces itself."""
            with _noting_an_early_end(self):
                line = str(super().readline(timeout))
            self.has_spoken = True
            return line

        def write_all(self, out: bytes) -> None:
            """A far end that hangs up at once may be gone before we have introduced ourselves."""
            with _noting_an_early_end(self):
                super().write_all(out)

        def start_handshake(self, timeout: float) -> None:
            """The library would start a timer thread here, which can outlive the connection; our limit does its work."""

        def handshake_timed_out(self) -> bool:
            """Asked by the reading thread ten times a second; True makes it close the connection and wake everyone who waits."""
            self.is_out_of_time = self.until is not None and time.monotonic() > self.until
            return self.is_out_of_time

        def read_message(self) -> tuple[int, t.Any]:
            kind, message = super().read_message()
            if kind in (_MSG_KEXINIT, _MSG_USERAUTH_FAILURE, _MSG_DISCONNECT):
                _note(self, kind, paramiko.Message(message.asbytes()))
            return kind, message

    return Packetizer


@contextlib.contextmanager
def _noting_an_early_end(packetizer: t.Any) -> t.Iterator[None]:
    """The library raises the same for a far end that hangs up before it has introduced itself and for a later loss."""
    try:
        yield
    except (EOFError, ConnectionError):
        packetizer.has_closed = not packetizer.has_spoken
        raise


def _note(packetizer: t.Any, kind: int, message: t.Any) -> None:
    """Keep what a message says of algorithms, of a refused login, or of the reason for the end."""
    if kind == _MSG_KEXINIT:
        message.get_bytes(16)
        packetizer.offer = algorithms.Offer(*(tuple(message.get_list()) for _list in algorithms.OFFERED))
    elif kind == _MSG_USERAUTH_FAILURE:
        packetizer.refused = message.get_list()
    else:
        message.get_int()
        packetizer.farewell = message.get_string().decode("utf-8", errors="replace")
