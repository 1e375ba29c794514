# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cards on their command line: each answer alone, then the facts of a whole session."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core import cli_samples as texts
from unit.core.samples import AP9641_FEATURES, NO_FEATURES, NO_SERVICES, READ_AT, SILENT_FACTS

from ansible_collections.secure_power.nmc.plugins.module_utils._core import cli_answers
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card, identify
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component
from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import DeviceReading, Module

_NMC3_SERVICES = {
    **dict.fromkeys(["ipv4", "ipv6", "ping_response", "http", "https", "ftp", "ssh", "snmpv1", "snmpv3"], True),
    **dict.fromkeys(["telnet", "modbus_tcp", "bacnet_ip"], False),
}
_NMC2_DEFAULTS = {
    **dict.fromkeys(["ipv4", "ipv6", "ping_response", "https", "ssh"], True),
    **dict.fromkeys(["http", "ftp", "telnet", "snmpv1", "snmpv3"], False),
}
_ABOUTS = [texts.ABOUT_AP9640, texts.ABOUT_AP9630, texts.ABOUT_AP7920B]


def about(text: str) -> cli_answers.About:
    found = cli_answers.parse_about(text)
    assert found is not None
    return found


def card_of(text: str, **answers: str) -> Card:
    said = {"banner": "", "system": "", "directory": "", "ups_about": "", "ups_status": "", **answers}
    return identify(cli_answers.observe(about(text), **said))


# --- about ---------------------------------------------------------------------------------------------------------


def test_about_of_a_ups_card_nmc3() -> None:
    found = about(texts.ABOUT_AP9640)
    assert found.hardware == {
        "Model Number": "AP9640",
        "Serial Number": "F22200000001",
        "Hardware Revision": "5",
        "Manufacture Date": "01/01/2022",
        "MAC Address": "28 29 86 00 00 01",
        "Management Uptime": "42 Days 42 Hours 42 Minutes",
    }
    assert found.card == found.hardware
    assert not found.embedded
    assert found.application == Module("su", "v2.5.0.6")
    assert found.aos == Module("aos", "v2.5.0.8")
    assert found.boot_monitor == Module("boot", "v1.5.1.1")


def test_about_of_a_ups_card_nmc2() -> None:
    found = about(texts.ABOUT_AP9630)
    assert found.card["Serial Number"] == "ZA1246002369"
    assert found.application == Module("sumx", "v6.9.6")
    assert found.aos == Module("aos", "v6.9.6")
    assert found.boot_monitor == Module("bootmon", "v1.0.9")


def test_about_of_a_rack_pdu_tells_its_two_serials_apart() -> None:
    found = about(texts.ABOUT_AP7920B)
    assert found.embedded
    assert (found.hardware["Model Number"], found.hardware["Serial Number"]) == ("AP7920B", "2A2548L01451")
    assert found.card == {"Model Number": "0N-1570-07K", "Serial Number": "2A2547L16570"}
    assert found.application == Module("rpdu2g", "v2.5.2.5")
    assert found.aos == Module("aos", "v2.5.3.2")
    assert found.boot_monitor == Module()


def test_a_serial_that_looks_like_a_result_code_is_a_serial() -> None:
    text = texts.ABOUT_AP9640.replace("F22200000001", "E100F2220001")
    assert card_of(text).serial == "E100F2220001"


@pytest.mark.parametrize(
    "section",
    ["Invalid Module Header!", "Name: \t\t\tbootmon\nVersion: \t\tv1.0.9", "Name: boot\nVersion: v1.5.1.1", "", "Name:\nVersion:"],
    ids=["invalid header", "boot monitor of NMC2", "boot monitor of NMC3", "nothing", "empty fields"],
)
def test_a_missing_application_is_seen_and_nothing_of_it_is_believed(section: str) -> None:
    start, end = texts.ABOUT_AP9630.index("Name:"), texts.ABOUT_AP9630.index("APC OS(AOS)")
    text = f"{texts.ABOUT_AP9630[:start]}{section}\n\n{texts.ABOUT_AP9630[end:]}"
    found = about(text)
    assert found.application_missing
    assert found.application == Module()
    card = card_of(text, directory=texts.DIR_NMC2_6_9_6)
    assert card.application_missing
    assert (card.application, card.version(Component.APPLICATION)) == (None, None)
    assert (card.generation, str(card.version(Component.AOS))) == (2, "6.9.6")


def test_an_about_without_an_application_section_is_a_missing_application() -> None:
    start, end = texts.ABOUT_AP9630.index("Application Module"), texts.ABOUT_AP9630.index("APC OS(AOS)")
    assert about(texts.ABOUT_AP9630[:start] + texts.ABOUT_AP9630[end:]).application_missing


@pytest.mark.parametrize("title", ["APC OS(AOS)", "Hardware Factory"])
def test_what_has_not_the_sections_of_every_card_is_no_about(title: str) -> None:
    for text in _ABOUTS:
        assert cli_answers.parse_about(text.replace(title, "Something else")) is None


@pytest.mark.parametrize("text", ["", "\n", "E101: Command Not Found", "bash: about: command not found", texts.BANNER_AP9640])
def test_what_is_no_about_is_none(text: str) -> None:
    assert cli_answers.parse_about(text) is None


@pytest.mark.parametrize("text", _ABOUTS)
def test_carriage_returns_and_trailing_blanks_change_nothing(text: str) -> None:
    assert cli_answers.parse_about(text.replace("\n", "  \r\n")) == cli_answers.parse_about(text)


def test_the_first_of_equal_keys_counts() -> None:
    assert cli_answers.fields("Name: ups1\nName : ups2\n\nNo field\n: nothing\nEmpty:\n") == {"Name": "ups1", "Empty": ""}


# --- uptime --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0 Days 0 Hours 0 Minutes", 0.0),
        ("0 Days 0 Hours 19 Minutes", 1140.0),
        ("0 Days 1 Hour 15 Minutes", 4500.0),
        ("1 Day 1 Hour 1 Minute", 90060.0),
        ("42 Days 42 Hours 42 Minutes", 3782520.0),
        ("\t42 Days 1 Hour 7 Minutes ", 3632820.0),
        ("", None),
        (None, None),
        ("forever", None),
        ("1 Hour", None),
    ],
)
def test_uptime_is_read_in_singular_and_plural(text: str | None, seconds: float | None) -> None:
    assert cli_answers.uptime_seconds(text) == seconds


# --- banner --------------------------------------------------------------------------------------------------------


def test_banner_of_nmc3_tells_user_state_and_services() -> None:
    found = cli_answers.parse_banner(texts.BANNER_AP9640)
    assert (found.user_type, found.application_state, found.services) == ("Administrator", "+", _NMC3_SERVICES)


def test_banner_of_nmc2_after_a_factory_reset_shows_the_defaults() -> None:
    found = cli_answers.parse_banner(texts.BANNER_AP9630)
    assert (found.user_type, found.application_state, found.services) == ("Super User", "+", _NMC2_DEFAULTS)


@pytest.mark.parametrize(
    ("state", "letter"),
    [
        ("P+ N4+ N6+ A+", "+"),
        ("P+ N+ A-", "-"),
        ("P+ N4+ N6- A!", "!"),
        ("P+ N? A?", "?"),
        ("P+ N4+ N6+", None),
        ("P+ N! A+ ", "+"),
        ("", None),
    ],
)
def test_the_state_letter_of_the_application(state: str, letter: str | None) -> None:
    banner = texts.BANNER_AP9630.replace("P+ N4+ N6+ A+", state)
    assert cli_answers.parse_banner(banner).application_state == letter


def test_no_banner_says_nothing() -> None:
    found = cli_answers.parse_banner("")
    assert (found.user_type, found.application_state, found.services) == (None, None, {})


def test_every_service_has_a_fact() -> None:
    assert set(cli_answers.SERVICE_NAMES) == set(NO_SERVICES)


# --- system, dir, upsabout -----------------------------------------------------------------------------------------


def test_system_of_nmc2() -> None:
    found = cli_answers.fields(texts.SYSTEM_NMC2)
    assert found["Name"] == "apc1500"
    assert found["Contact"] == "ops@example.com"
    assert found["DateTime"] == "08/24/2021:20:25:40"
    assert found["App"] == "sumx:v6.9.6"


def test_system_of_nmc3() -> None:
    found = cli_answers.fields(texts.SYSTEM_NMC3)
    assert found["Up Time"] == "0 Days 1 Hour 15 Minutes"
    assert found["Bootmon"] == "boot:v1.1.0.2"
    assert found["Stat"] == "P+ N4+ N6+ A+"


@pytest.mark.parametrize(
    ("text", "files"),
    [
        (texts.DIR_NMC2_5_1, {"aos": "apc_hw05_aos_516.bin", "sumx": "apc_hw05_sumx_516.bin"}),
        (texts.DIR_NMC2_6_9_6, {"aos": "apc_hw05_aos_696.bin", "sumx": "apc_hw05_sumx_696.bin"}),
        (texts.DIR_NMC3, {"aos": "apc_hw21_aos_2.5.0.8.bin", "su": "apc_hw21_su_2.5.0.6.bin"}),
        ("", {}),
        ("E101: Command Not Found", {}),
    ],
)
def test_the_firmware_files_are_found_in_every_form_of_dir(text: str, files: dict[str, str]) -> None:
    assert cli_answers.parse_dir(text) == files


def test_upsabout_of_a_recent_ups() -> None:
    assert cli_answers.parse_ups(texts.UPSABOUT_SMT750, "") == DeviceReading(
        model="Smart-UPS 750",
        sku="SMT750IC",
        serial="3S2100000001",
        firmware="UPS 03.8 (ID1015)",
    )


def test_upsabout_of_an_old_ups_has_no_sku() -> None:
    found = cli_answers.parse_ups(texts.UPSABOUT_OLD, "")
    assert (found.model, found.sku, found.firmware) == ("Smart-UPS 1500", None, "601.3.I")


@pytest.mark.parametrize(
    ("status", "on_battery", "self_test"),
    [
        ("Status of UPS: On Line\nSelf-Test Result: Passed", False, "passed"),
        ("Status of UPS: On Line, No Alarms Present\nSelf-Test Result: Failed", False, "failed"),
        ("Status of UPS: On Battery\nSelf-Test Result: Passed", True, "passed"),
        ("Status of UPS: On Battery, In Self-Test\nSelf-Test Result: Passed", True, "in_progress"),
        ("Status of UPS: On Line\nSelf-Test Result: Test In Progress", False, "in_progress"),
        ("Status of UPS: On Line\nSelf-Test Result: Unknown", False, None),
        ("E106: Data Not Available", None, None),
        ("", None, None),
    ],
)
def test_the_state_of_a_ups(status: str, on_battery: bool | None, self_test: str | None) -> None:
    found = cli_answers.parse_ups("", status)
    assert (found.on_battery, found.self_test) == (on_battery, self_test)


# --- whole sessions ------------------------------------------------------------------------------------------------


def test_the_facts_of_a_smart_ups_nmc3_session() -> None:
    card = card_of(
        texts.ABOUT_AP9640,
        banner=texts.BANNER_AP9640,
        system=texts.SYSTEM_NMC3,
        directory=texts.DIR_NMC3,
        ups_about=texts.UPSABOUT_SMT750,
        ups_status="Status of UPS: On Line\nSelf-Test Result: Passed",
    )
    assert card.application_state == "+"
    assert card.facts(READ_AT) == {
        "generation": 3,
        "hardware_token": "hw21",
        "application": "su",
        "application_missing": False,
        "product_family": "smart_ups",
        "inferred": [],
        "model": "AP9640",
        "serial": "F22200000001",
        "hardware_revision": "5",
        "manufacture_date": "2022-01-01",
        "mac": "28:29:86:00:00:01",
        "name": "APC-0007",
        "location": "Oxidized Headquarters",
        "contact": "Oxidized_Corporation",
        "uptime_seconds": 3782520.0,
        "firmware": {
            "aos": {"version": "2.5.0.8", "file": "apc_hw21_aos_2.5.0.8.bin"},
            "application": {"name": "su", "version": "2.5.0.6", "file": "apc_hw21_su_2.5.0.6.bin"},
            "boot_monitor": {"version": "1.5.1.1"},
        },
        "device": {
            "kind": "ups",
            "model": "Smart-UPS 750",
            "sku": "SMT750IC",
            "serial": "3S2100000001",
            "firmware": "UPS 03.8 (ID1015)",
            "on_battery": False,
            "self_test": "passed",
        },
        "services": _NMC3_SERVICES,
        "secure_nmc": {"eligible": True, "subscription_family": "SWNMC3SU", "reason": "family_covered"},
        "features": {**AP9641_FEATURES, "smart_battery": False, "temperature_sensors": [], "dry_contact_io": []},
        "linked": [],
        "unread": [],
        "source": "ssh",
        "read_at": "now",
    }


def test_the_facts_of_a_smart_ups_nmc2_session() -> None:
    facts = card_of(
        texts.ABOUT_AP9630,
        banner=texts.BANNER_AP9630,
        system=texts.SYSTEM_NMC2,
        directory=texts.DIR_NMC2_6_9_6,
        ups_about=texts.UPSABOUT_OLD,
    ).facts(READ_AT)
    assert facts == {
        **SILENT_FACTS,
        "source": "ssh",
        "generation": 2,
        "hardware_token": "hw05",
        "application": "sumx",
        "product_family": "smart_ups",
        "model": "AP9630",
        "serial": "ZA1246002369",
        "hardware_revision": "05",
        "manufacture_date": "2012-11-05",
        "mac": "00:c0:b7:99:43:cd",
        "name": "apc1500",
        "location": "Ufa",
        "contact": "ops@example.com",
        "uptime_seconds": 1140.0,
        "firmware": {
            "aos": {"version": "6.9.6", "file": "apc_hw05_aos_696.bin"},
            "application": {"name": "sumx", "version": "6.9.6", "file": "apc_hw05_sumx_696.bin"},
            "boot_monitor": {"version": "1.0.9"},
        },
        "device": {
            **SILENT_FACTS["device"],
            "kind": "ups",
            "model": "Smart-UPS 1500",
            "serial": "AS0712345678",
            "firmware": "601.3.I",
        },
        "services": {
            **NO_SERVICES,
            **_NMC2_DEFAULTS,
        },
        "secure_nmc": {"eligible": False, "subscription_family": None, "reason": "nmc2"},
        "features": NO_FEATURES,
    }


def test_the_facts_of_a_rack_pdu_session() -> None:
    facts = card_of(texts.ABOUT_AP7920B, directory=texts.DIR_RACK_PDU_NMC3).facts(READ_AT)
    assert facts == {
        **SILENT_FACTS,
        "source": "ssh",
        "generation": 3,
        "hardware_token": "hw21",
        "application": "rpdu2g",
        "product_family": "rack_pdu",
        "model": "0N-1570-07K",
        "serial": "2A2547L16570",
        "hardware_revision": "B3",
        "manufacture_date": "2025-11-25",
        "firmware": {
            "aos": {"version": "2.5.3.2", "file": "apc_hw21_aos_2.5.3.2.bin"},
            "application": {"name": "rpdu2g", "version": "2.5.2.5", "file": "apc_hw21_rpdu2g_2.5.2.5.bin"},
            "boot_monitor": {"version": None},
        },
        "device": {**SILENT_FACTS["device"], "kind": "rack_pdu", "model": "AP7920B", "serial": "2A2548L01451"},
        "secure_nmc": {"eligible": True, "subscription_family": "SWNMC3PDU", "reason": "family_covered"},
        "features": {**AP9641_FEATURES, "smart_battery": False},
    }


def test_without_dir_the_generation_is_unknown_and_not_guessed_from_the_model() -> None:
    card = card_of(texts.ABOUT_AP9640)
    assert (card.model, card.generation, card.hardware_token) == ("AP9640", None, None)


# --- hostile text --------------------------------------------------------------------------------------------------

_LINES = st.lists(
    st.text(max_size=30)
    | st.sampled_from([line for text in _ABOUTS for line in text.splitlines()])
    | st.builds("{}: {}".format, st.sampled_from(["Name", "Version", "Serial Number", "Up Time"]), st.text(max_size=20)),
    max_size=40,
).map("\n".join)


@given(_LINES, _LINES)
def test_no_text_breaks_the_parsers_or_the_facts(text: str, other: str) -> None:
    cli_answers.parse_about(text)
    card = card_of(texts.ABOUT_AP9640, banner=text, system=other, directory=text, ups_about=other, ups_status=text)
    assert set(card.facts(READ_AT)) == set(SILENT_FACTS)


def test_a_fact_is_of_bounded_length() -> None:
    card = card_of(texts.ABOUT_AP9640, system=f"Name: \t{'n' * 50_000}\nLocation: {' ' * 5000}Ufa")
    assert (card.name, card.location) == ("n" * 1000, "Ufa")
    assert cli_answers.parse_dir(f"apc_hw05_aos_{'6' * 5000}.bin apc_hw05_{'x' * 5000}_696.bin") == {}


@pytest.mark.parametrize("text", [" ", "A", "A ", "Name: a ", "Stat : a ", "(c) All Rights Reserved ", "apc_hw05_", "1 Day ", "---\n"])
def test_hostile_lengths_cost_no_time(text: str) -> None:
    started = time.monotonic()
    for one in (text * (200_000 // len(text)), f"{text}{' ' * 200_000}x"):
        cli_answers.parse_about(one)
        cli_answers.parse_banner(one)
        cli_answers.parse_dir(one)
        cli_answers.parse_ups(one, one)
        cli_answers.uptime_seconds(one)
    assert time.monotonic() - started < 10
