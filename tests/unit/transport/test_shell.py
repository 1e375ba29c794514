# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import asyncio
import dataclasses
import time
import typing as t

import pytest

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, InputError, NmcError, ReplyError
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.shell import open_shell

if t.TYPE_CHECKING:
    import asyncssh
    from unit.servers import Session, SshServers
    from unit.transport.conftest import EndpointOf

    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint
    from emulator.testing import Emulator

NMC3 = "127.20.0.1"
NMC2 = "127.20.0.2"

Process = t.Any

PASSWORD_CHANGE = "\r\nThe current password policy requires you to change your password...\r\n\r\nEnter current password: "


def printing(*chunks: str) -> Session:
    """A card that prints something after the login and then waits for ever."""

    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        for chunk in chunks:
            process.stdout.write(chunk.encode())
            await process.stdout.drain()
            await asyncio.sleep(0.02)
        await process.stdin.read()

    return session


def answering(reply: t.Callable[[str], t.Sequence[bytes]], *, prompt: str = "apc>") -> Session:
    """A card that answers every line with some chunks and the prompt."""

    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(f"\r\nWelcome\r\n\r\n{prompt}".encode())
        async for line in process.stdin:
            if line == b"exit\n":
                break
            for chunk in [*reply(line.decode().rstrip("\n")), f"\r\n{prompt}".encode()]:
                process.stdout.write(chunk)
                await process.stdout.drain()
                await asyncio.sleep(0)
        process.exit(0)

    return session


def failure(endpoint: SshEndpoint, *commands: str) -> NmcError:
    with pytest.raises(NmcError) as caught:
        _run_all(endpoint, commands)
    assert caught.value.message.startswith("ups1: ")
    return caught.value


def _run_all(endpoint: SshEndpoint, commands: t.Sequence[str]) -> None:
    with open_shell(endpoint) as shell:
        for command in commands:
            shell.run(command)


# emulated cards


@pytest.mark.parametrize("address", [NMC3, NMC2, "127.20.0.3", "127.20.0.4"])
def test_commands_of_every_kind_are_answered(endpoint_of: EndpointOf, address: str) -> None:
    with open_shell(endpoint_of(address, allow_legacy_ssh=True)) as shell:
        about, reset, session = shell.run("about"), shell.run("lastrst"), shell.run("session")
        unknown, text = shell.run("nosuchcommand"), shell.run("help")
    assert "Network Management Card AOS" in shell.login_text
    assert "\r" not in shell.login_text
    assert "apc>" not in shell.login_text
    assert (about.code, about.text) == ("E000", "Success")
    assert about.output.startswith("Hardware Factory\n---------------\nModel Number:")
    assert about.output.count("Version:") == 3
    assert (reset.code, reset.output.count("\n")) == ("E000", 0)
    assert session.output.startswith("User ")
    assert unknown.code == "E101"
    assert text.code is None


def test_a_pager_is_left(endpoint_of: EndpointOf) -> None:
    with open_shell(endpoint_of(NMC3)) as shell:
        assert "Event Log" in shell.run("eventlog").output
        assert shell.run("whoami").output == "apc"


def test_a_pending_restart_does_not_disturb_later_replies(endpoint_of: EndpointOf) -> None:
    with open_shell(endpoint_of(NMC3)) as shell:
        change = shell.run("ftp -S enable")
        assert (change.code, change.output) == ("E002", "Reboot required for change to take effect.")
        assert shell.run("whoami").output == "apc"


@pytest.mark.parametrize("failing", [False, True])
def test_the_session_is_given_back(endpoint_of: EndpointOf, emulator: Emulator, failing: bool) -> None:
    try:
        with open_shell(endpoint_of(NMC3)) as shell:
            assert len(emulator.state(NMC3)["sessions"]) == 1
            shell.run("whoami")
            if failing:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    emulator.wait(NMC3, lambda state: not state["sessions"], timeout=2)


def test_a_command_of_two_lines_is_refused(endpoint_of: EndpointOf, emulator: Emulator) -> None:
    before = emulator.state(NMC3)["counters"]["commands"]
    error = failure(endpoint_of(NMC3), "whoami\nreboot -Y")
    assert isinstance(error, InputError)
    # The one command is the log-off.
    assert emulator.state(NMC3)["counters"]["commands"] <= before + 1


def test_the_host_key_is_known_to_the_shell(endpoint_of: EndpointOf) -> None:
    with open_shell(endpoint_of(NMC3)) as shell:
        assert shell.host_key_fingerprint.startswith("SHA256:")


# what a login can meet


def test_a_forced_password_change_is_said_and_the_text_kept(ssh_servers: SshServers) -> None:
    error = failure(ssh_servers.start(printing(PASSWORD_CHANGE)))
    assert isinstance(error, AccessError)
    assert error.reason is Reason.PASSWORD_CHANGE_REQUIRED
    assert "requires you to change your password" in error.evidence["text"]


def test_no_free_session_is_said(ssh_servers: SshServers) -> None:
    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"\r\nMax logins exceeded.\r\n")
        process.exit(0)

    assert failure(ssh_servers.start(session)).reason is Reason.SESSION_LIMIT


def test_an_unknown_prompt_is_kept_without_the_password_and_within_bounds(ssh_servers: SshServers) -> None:
    endpoint = ssh_servers.start(printing("x" * 5000, "\r\nlogged in with public and apc_hw05\r\nlogin: "))
    error = failure(dataclasses.replace(endpoint, timeout=0.5, password="public"))
    assert error.reason is Reason.UNEXPECTED_PROMPT
    assert error.evidence["text"].endswith("logged in with ******** and apc_hw05\nlogin: ")
    assert len(error.evidence["text"]) <= 2000


def test_a_login_that_shows_nothing_is_a_broken_session(ssh_servers: SshServers) -> None:
    endpoint = dataclasses.replace(ssh_servers.start(printing()), timeout=0.5)
    started = time.monotonic()
    assert failure(endpoint).reason is Reason.SSH_FAILED
    assert time.monotonic() - started < 5


def test_a_card_that_closes_at_once_is_a_broken_session(ssh_servers: SshServers) -> None:
    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.exit(0)

    assert failure(ssh_servers.start(session)).reason is Reason.SSH_FAILED


@pytest.mark.parametrize("prompt", ["apc>", "ups-paris-3>", "Administrator@apc>", "Super User@rack 7>", "apc> "])
def test_prompts_that_sites_chose_are_learnt(ssh_servers: SshServers, prompt: str) -> None:
    endpoint = ssh_servers.start(answering(lambda line: [f"{line}\r\nE000: Success\r\nyes\r\n".encode()], prompt=prompt))
    with open_shell(endpoint) as shell:
        assert shell.run("about").output == "yes"
        assert shell.login_text == "\nWelcome\n\n"


# what a command can meet


@pytest.mark.parametrize(
    "chunks",
    [
        [b"about\r\nE000: Success\r\nyes\r\n"],
        [b"ab", b"out", b"\r\n", b"E000: Succ", b"ess\r\nyes", b"\r\n"],
        [b"out\r\n", b"ab\r\n", b"E000: Success\r\nyes\r\n"],
        [b"E000: Success\r\n", b"yes\r\r\n"],
        [b"about\n\rE000: Success\n\ryes\n\r"],
        [b"apc>about\r\nyes\r\nE000: Success\r\n"],
    ],
)
def test_echo_and_line_ends_do_not_matter(ssh_servers: SshServers, chunks: list[bytes]) -> None:
    with open_shell(ssh_servers.start(answering(lambda _line: chunks))) as shell:
        reply = shell.run("about")
    assert (reply.code, reply.output) == ("E000", "yes")


def test_a_prompt_inside_a_reply_does_not_end_it(ssh_servers: SshServers) -> None:
    chunks = [b"about\r\nE000: Success\r\nName: apc>\r\n", b"apc>x\r\n", b"end\r\n"]
    with open_shell(ssh_servers.start(answering(lambda _line: chunks))) as shell:
        assert shell.run("about").output == "Name: apc>\napc>x\nend"


def test_letters_beyond_ascii_survive_and_broken_ones_are_shown(ssh_servers: SshServers) -> None:
    name = "Zürich".encode()
    with open_shell(ssh_servers.start(answering(lambda _line: [b"E000: Success\r\n", name[:2], name[2:], b" \xff\r\n"]))) as shell:
        assert shell.run("system").output == "Zürich \\xff"


def test_a_command_without_an_answer_is_given_up_after_its_own_timeout(ssh_servers: SshServers) -> None:
    endpoint = ssh_servers.start(printing("\r\napc>"))
    started = time.monotonic()
    with pytest.raises(AccessError) as caught, open_shell(endpoint) as shell:
        shell.run("about", timeout=0.3)
    assert caught.value.reason is Reason.SSH_FAILED
    assert "about" in caught.value.message
    assert "no answer in time" in caught.value.message
    assert time.monotonic() - started < 5


def test_a_card_that_does_not_stop_talking_is_left(ssh_servers: SshServers) -> None:
    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"\r\napc>")
        await process.stdin.readline()
        while True:
            process.stdout.write(b"more and more\r\n" * 1000)
            await process.stdout.drain()

    error = failure(ssh_servers.start(session), "about")
    assert isinstance(error, ReplyError)
    assert error.reason is Reason.UNEXPECTED_REPLY
    assert len(error.evidence["text"]) <= 2000


def test_a_session_that_ends_during_a_command_is_said(ssh_servers: SshServers) -> None:
    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"\r\napc>")
        await process.stdin.readline()
        process.stdout.write(b"about\r\nthe password is public\r\n")
        process.exit(0)

    error = failure(dataclasses.replace(ssh_servers.start(session), password="public"), "about")
    assert error.reason is Reason.SSH_FAILED
    assert error.evidence["text"] == "about\nthe password is ********\n"


def test_a_card_that_does_not_answer_the_log_off_is_not_waited_for_long(ssh_servers: SshServers) -> None:
    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"\r\napc>")
        while True:
            await process.stdin.readline()
            process.stdout.write(b"what?\r\n")

    started = time.monotonic()
    with open_shell(ssh_servers.start(session)):
        pass
    assert time.monotonic() - started < 5
