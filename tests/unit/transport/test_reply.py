# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.secure_power.nmc.plugins.module_utils._transport.reply import (
    Reply,
    ends_with_prompt,
    find_prompt,
    parse_reply,
)

PROMPT = "apc>"

prompts = st.from_regex(r"([A-Za-z][A-Za-z0-9_.-]{0,15}@)?[A-Za-z][A-Za-z0-9_.-]{0,15}>", fullmatch=True)
commands = st.from_regex(r"[a-z]{2,10}( -[a-zA-Z])?", fullmatch=True)
# Lines of output as cards print them: capital first, so that none can be taken for a part of the echo.
lines = st.from_regex(r"[A-Z][ -;=?-~]{0,60}", fullmatch=True).map(str.rstrip)
outputs = st.lists(lines, min_size=1, max_size=8).map("\n".join)


def is_plain(output: str) -> bool:
    """Whether no line of an output looks like a result code."""
    return not any(line[:1] == "E" and line[1:4].isdigit() for line in output.split("\n"))


@given(prompts)
def test_the_prompt_is_found_at_the_end_of_a_banner(prompt: str) -> None:
    banner = "\n\nSchneider Electric    Network Management Card AOS\nName : x>y\nType ? for command listing\n\n"
    assert find_prompt(banner + prompt) == prompt
    assert find_prompt(banner + prompt + " ") == prompt


@pytest.mark.parametrize(
    "text",
    [
        "Name      : ups>",
        "Stat : P+ N4+ N6+ A+\n",
        "apc>\nabout",
        "\n> ",
        "Location  : a              Time : 1>",
        "Enter 'YES' to continue or <ENTER>",
        "Password  : ",
        "",
    ],
)
def test_what_is_no_prompt_is_not_taken_for_one(text: str) -> None:
    assert find_prompt(text) is None


def test_a_user_type_of_two_words_is_part_of_the_prompt() -> None:
    assert find_prompt("banner\nSuper User@apc>") == "Super User@apc>"


@given(prompts, outputs)
def test_a_reply_is_complete_only_with_the_prompt_on_its_own_line(prompt: str, output: str) -> None:
    assert ends_with_prompt(f"{output}\n{prompt}", prompt)
    assert not ends_with_prompt(f"{output} {prompt}", prompt)
    assert not ends_with_prompt(prompt, prompt)


@given(commands, outputs, prompts)
def test_the_code_before_the_output(command: str, output: str, prompt: str) -> None:
    assume(is_plain(output))
    reply = parse_reply(command, f"{command}\nE000: Success\n{output}\n\n{prompt}", prompt)
    assert reply == Reply(command, "E000", "Success", output)


@given(commands, outputs, prompts)
def test_the_code_after_the_output(command: str, output: str, prompt: str) -> None:
    assume(is_plain(output))
    reply = parse_reply(command, f"{command}\n{output}\nE000: Success\n{prompt}", prompt)
    assert reply == Reply(command, "E000", "Success", output)


@given(commands, outputs, prompts)
def test_no_code_at_all(command: str, output: str, prompt: str) -> None:
    assume(is_plain(output))
    assert parse_reply(command, f"{command}\n{output}\n{prompt}", prompt) == Reply(command, None, "", output)


@given(commands, outputs, st.data())
def test_an_echo_in_pieces_and_out_of_order_is_no_output(command: str, output: str, data: st.DataObject) -> None:
    assume(is_plain(output))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(command) - 1), max_size=3)))
    pieces = [command[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
    echo = "\n".join(data.draw(st.permutations(pieces)))
    reply = parse_reply(command, f"{echo}\nE000: Success\n{output}\n{PROMPT}", PROMPT)
    assert reply.output == output


@given(commands, outputs, st.booleans())
def test_the_echo_may_be_missing_or_stand_behind_a_prompt(command: str, output: str, is_missing: bool) -> None:
    assume(is_plain(output))
    echo = "" if is_missing else f"{PROMPT}{command}\n"
    assert parse_reply(command, f"{echo}E000: Success\n{output}\n{PROMPT}", PROMPT).output == output


@given(st.text(max_size=200), commands)
def test_any_text_gives_a_reply(text: str, command: str) -> None:
    reply = parse_reply(command, text + "\n" + PROMPT, PROMPT)
    assert reply.code is None or (reply.code[0] == "E" and len(reply.code) == 4)


def test_a_code_inside_a_line_is_not_the_result() -> None:
    reply = parse_reply("about", "about\nE000: Success\nSerial Number: 5A1E100: 7\n\napc>", PROMPT)
    assert (reply.code, reply.output) == ("E000", "Serial Number: 5A1E100: 7")


def test_the_two_lines_of_a_pending_restart() -> None:
    text = "ftp -S enable\nE002: Success\nReboot required for change to take effect.\n\n* Reboot required for change to take effect.\napc>"
    reply = parse_reply("ftp -S enable", text, PROMPT)
    assert reply == Reply("ftp -S enable", "E002", "Success", "Reboot required for change to take effect.")


def test_the_reminder_is_not_part_of_a_later_reply() -> None:
    text = "whoami\nE000: Success\napc\n\n* Reboot required for change to take effect.\napc>"
    assert parse_reply("whoami", text, PROMPT).output == "apc"
