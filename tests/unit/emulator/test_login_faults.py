# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong between the first packet and the prompt, on both generations."""

from __future__ import annotations

import asyncio
import typing as t

import asyncssh
import pytest
from unit.emulator.live import BOTH, NMC2, connect, converse, execute, image_for, offered_host_key, snmp_answers, upload

from emulator.noise import Noise

if t.TYPE_CHECKING:
    import pathlib

    from emulator.testing import Emulator

_PASSWORD_CHANGE = "\r\nThe current password policy requires you to change your password...\r\n\r\nEnter current password: "


@BOTH
def test_no_code_is_right_as_a_second_factor(pair: Emulator, address: str) -> None:
    pair.set_faults(address, ["second_factor"])
    question, farewell = converse(pair, address, "123456\n", ends=("Code  : ",))
    assert question == "\r\nVerification Code  : "
    assert farewell == "123456\r\n\r\nInvalid code.\r\n"


@BOTH
def test_the_first_password_is_changed_before_the_prompt_comes(pair: Emulator, address: str) -> None:
    pair.set_faults(address, ["force_password_change"])
    shown = converse(pair, address, "apc\n", "new-secret\n", "new-secret\n", ends=("password: ", "apc>"))
    assert shown[:3] == [_PASSWORD_CHANGE, "***\r\n\r\nEnter new password: ", "**********\r\nConfirm new password: "]
    assert shown[3].startswith("**********\r\n\r\n\r\nSchneider Electric")
    assert pair.state(address)["faults"] == []
    assert converse(pair, address, password="new-secret")[0].endswith("apc>")


@pytest.mark.parametrize("answers", [("wrong", "new", "new"), ("apc", "new", "other"), ("apc", "apc", "apc"), ("apc", "", "")])
def test_a_wrong_answer_starts_the_password_change_again(pair: Emulator, answers: tuple[str, ...]) -> None:
    pair.set_faults(NMC2, ["force_password_change"])
    shown = converse(pair, NMC2, *(f"{answer}\n" for answer in answers), ends=("password: ",))
    assert shown[3].endswith(_PASSWORD_CHANGE)
    assert converse(pair, NMC2, ends=("password: ",)) == [_PASSWORD_CHANGE]


@BOTH
def test_a_card_without_a_free_session_says_so_and_hangs_up(pair: Emulator, address: str) -> None:
    pair.set_faults(address, ["session_limit"])
    assert converse(pair, address) == ["\r\nMax logins exceeded."]


@BOTH
def test_a_bad_line_damages_the_banner(pair: Emulator, address: str) -> None:
    pair.set_faults(address, [{"name": "garble_cli", "per_mille": 50, "times": 1}])
    garbled = converse(pair, address, ends=(">", "$", "g)"))[0]
    clean = converse(pair, address, ends=("g)",))[0]
    assert garbled.splitlines()[2] != clean.splitlines()[2]


def test_noise_repeats_itself_with_its_seed() -> None:
    text = bytes(range(256)) * 10
    heard = [Noise(seed=seed, per_mille=20).damage(text) for seed in (1, 1, 2)]
    assert heard[0] == heard[1]
    assert heard[0] not in (heard[2], text)
    assert abs(len(heard[0]) - len(text)) < 60
    assert Noise(seed=1, per_mille=0).damage(text) == text


@BOTH
def test_without_exec_there_is_no_scp_but_a_shell(pair: Emulator, address: str, tmp_path: pathlib.Path) -> None:
    pair.set_faults(address, ["no_exec"])
    before = pair.state(address)["counters"]
    with pytest.raises(asyncssh.ChannelOpenError):
        execute(pair, address, "about")
    with pytest.raises((asyncssh.Error, OSError)):
        upload(pair, address, image_for(tmp_path, address))
    after = pair.state(address)["counters"]
    assert (after["bytes_received"], after["uploads"]) == (before["bytes_received"], before["uploads"])
    assert converse(pair, address)[0].endswith("apc>")


@BOTH
def test_a_greeting_may_come_as_a_message_of_ssh(pair: Emulator, address: str) -> None:
    heard: list[str] = []

    class Client(asyncssh.SSHClient):
        def auth_banner_received(self, msg: str, lang: str) -> None:
            heard.append(msg)

    async def run() -> None:
        async with connect(pair, address, client_factory=Client):
            pass

    pair.set_faults(address, ["ssh_banner_message"])
    asyncio.run(asyncio.wait_for(run(), 20))
    assert heard == ["Authorized use only. Activity is monitored.\r\n"]


@BOTH
def test_a_wrong_community_is_met_with_silence(pair: Emulator, address: str) -> None:
    assert snmp_answers(pair, address)
    pair.set_faults(address, ["wrong_community"])
    assert not snmp_answers(pair, address)


@BOTH
def test_a_host_key_is_replaced_at_any_time(pair: Emulator, address: str) -> None:
    before = pair.host_key(address)
    assert offered_host_key(pair, address) == before
    assert pair.replace_host_key(address) == pair.host_key(address) == offered_host_key(pair, address) != before
