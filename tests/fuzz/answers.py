# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a card says in text, read by the rules of `_core` and of the shell."""

from __future__ import annotations

import typing as t

from fuzz.target import Target, check_facts, check_said, plain, text_of
from unit.core import cli_samples
from unit.core.samples import SAMPLES, STRANGERS

from ansible_collections.secure_power.nmc.plugins.module_utils._core import cli_answers, snmp_tables
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import identify
from ansible_collections.secure_power.nmc.plugins.module_utils._core.config_ini import compare_configs, parse_config
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version import parse_file_version, parse_version
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.reply import find_prompt, parse_reply

_ABOUTS = (cli_samples.ABOUT_AP9640, cli_samples.ABOUT_AP9630, cli_samples.ABOUT_AP7920B)
_OTHERS = (
    *(cli_samples.UPSABOUT_SMT750, cli_samples.UPSABOUT_OLD, "Status of UPS: On Line\nSelf-Test Result: Passed\n"),
    *(cli_samples.SYSTEM_NMC2, cli_samples.SYSTEM_NMC3),
    *(cli_samples.BANNER_AP9640, cli_samples.BANNER_AP9630),
    *(cli_samples.DIR_NMC2_5_1, cli_samples.DIR_NMC2_6_9_6, cli_samples.DIR_NMC3),
)
_REPLIES = (
    f"about\nE000: Success\n{cli_samples.ABOUT_AP9640}\napc>",
    "dir\nE101: Command Not Found\n\nAdministrator@apc> ",
    "a\nbout\nE102: Parameter Error\n\n* Reboot required for change to take effect.\nrack 7 > ups>",
)
_CONFIG = """\
; Configuration file, generated on 01/01/2026
[NetworkTCP/IP]
SystemIP=10.0.0.7
; [comment]
SubnetMask=255.255.255.0
[SystemDate/Time]
Date=01/01/2026
"""
_VERSIONS = ("v2.5.0.8", "6.0.2.a", "696", "602a", "2-5-5-1", "v7.2")


def _sysdescr(data: bytes) -> None:
    values: snmp_tables.Values = {snmp_tables.SYS_DESCR: data, snmp_tables.SYS_OBJECT_ID: "1.3.6.1.4.1.318.1.3.27"}
    if snmp_tables.is_card(values):
        check_facts(identify(snmp_tables.observe(values, {})).facts("now"), text_of(data))


def _about(data: bytes) -> None:
    said = text_of(data)
    found = cli_answers.parse_about(said)
    if found is not None:
        observed = cli_answers.observe(found, banner="", system="", directory="", ups_about="", ups_status="")
        check_facts(identify(observed).facts("now"), said)


_NOTHING = cli_answers.parse_about("Hardware Factory\n---\nAPC OS(AOS)\n---\n")


def _other_answers(data: bytes) -> None:
    """One text as the answer to every other command: each reader meets what was meant for another one."""
    said = text_of(data)
    observed = cli_answers.observe(
        t.cast("cli_answers.About", _NOTHING), banner=said, system=said, directory=said, ups_about=said, ups_status=said
    )
    check_facts(identify(observed).facts("now"), said)
    check_said(observed.user_type, said)
    assert observed.uptime_seconds is None or observed.uptime_seconds >= 0


def _prompt(data: bytes) -> None:
    said = text_of(data).replace("\r", "")
    prompt = find_prompt(said)
    if prompt is not None:
        assert said.rstrip(" ").endswith(prompt)
    for line in ("about", "a", "detstatus -all"):
        reply = parse_reply(line, said, prompt or "apc>")
        assert all(part in said for part in reply.output.split("\n"))
        assert reply.text in said
        assert reply.code is None or reply.code in said


def _config_ini(data: bytes) -> None:
    said = text_of(data)
    found = parse_config(said)
    assert all(part in said for (section, key), value in found.items() for part in (section, key, value))
    changed = compare_configs(found, parse_config(_CONFIG), key=b"key")
    hidden = {value for value in found.values() if len(value) > 12}
    assert not any(change.before in hidden or change.after in hidden for change in changed)


def _version(data: bytes) -> None:
    said = text_of(data)
    for read in (parse_version, parse_file_version):
        version = read(said)
        if version is not None:
            assert parse_version(str(version)) == version
            assert len(str(version)) <= len(said) + 4


TARGETS: tuple[Target, ...] = (
    plain("sysdescr", _sysdescr, [*(sample.text for sample in SAMPLES), *(text for _object_id, text in STRANGERS)]),
    plain("about", _about, _ABOUTS),
    plain("answers", _other_answers, _OTHERS),
    plain("prompt", _prompt, [*_REPLIES, cli_samples.BANNER_AP9640]),
    plain("config_ini", _config_ini, [_CONFIG]),
    plain("version", _version, _VERSIONS),
)
