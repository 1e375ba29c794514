# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`nmc_facts` on emulated cards of every product: what it reads over each transport, and when it takes which."""

from __future__ import annotations

import typing as t

import pytest
from unit.tasks.emulated import COMMUNITY, SNMP_USER, EmulatedCard, Ran, address_of_profile

from emulator.profiles import PROFILES

if t.TYPE_CHECKING:
    from unit.tasks.conftest import Take

    from emulator.testing import Emulator

Facts = dict[str, t.Any]


class Product(t.NamedTuple):
    """What is read of a card. ``versions``: AOS, application, boot monitor. ``subscription``: its family, else why there is none."""

    token: str
    generation: int
    application: str
    family: str
    versions: tuple[str, str, str]
    card_model: str
    device_model: str
    subscription: str
    inferred: bool = False


PRODUCTS = {
    "smart_ups_nmc3": Product("hw21", 3, "su", "smart_ups", ("2.5.0.8", "2.5.0.6", "1.5.1.1"), "AP9641", "Smart-UPS 750", "SWNMC3SU"),
    "smart_ups_nmc2": Product("hw05", 2, "sumx", "smart_ups", ("6.9.6", "6.9.6", "1.0.9"), "AP9631", "Smart-UPS 1500", "nmc2"),
    "smart_ups_nmc1": Product("hw02", 1, "sumx", "smart_ups", ("3.7.3", "3.7.2", "1.0.2"), "AP9619", "Smart-UPS 1500", "nmc1"),
    "smart_ups_ultra": Product(
        "hw21", 3, "suu", "smart_ups_ultra", ("2.5.5.1", "2.5.5.1", "1.5.1.1"), "AP9643", "Smart-UPS Ultra 3000", "SWNMC3SU", True
    ),
    "symmetra_nmc2": Product("hw05", 2, "sy", "symmetra_1p", ("6.2.0", "6.2.0", "1.0.2"), "AP9631", "Symmetra LX 16000", "nmc2"),
    "symmetra_nmc3": Product("hw21", 3, "sy", "symmetra_1p", ("2.5.0.8", "2.5.0.6", "1.5.1.1"), "AP9641", "Symmetra LX 16000", "SWNMC3SU"),
    "easy_ups_1p": Product(
        "hw21", 3, "eu1p", "easy_ups_online", ("2.5.0.8", "2.5.0.1", "1.5.1.1"), "AP9544", "Easy UPS SRVS 6kVA", "FWENMC1P", True
    ),
    "easy_ups_3p": Product(
        "hw21", 3, "eu3p", "three_phase_ups", ("2.5.0.8", "2.5.0.1", "1.5.1.1"), "AP9547", "Easy UPS 3S 40kVA", "three_phase"
    ),
    "rack_pdu_nmc3": Product("hw21", 3, "rpdu2g", "rack_pdu", ("2.5.3.2", "2.5.2.5", "1.5.1.1"), "0N-1570-07K", "APDU9959EU3", "SWNMC3PDU"),
    "rack_pdu_nmc2": Product("hw05", 2, "rpdu2g", "rack_pdu", ("6.7.2", "6.7.2", "1.0.8"), "AP9538", "AP8641", "nmc2"),
    "rack_pdu_nmc1": Product("hw02", 1, "rpdu", "rack_pdu", ("3.7.3", "3.7.3", "1.0.2"), "AP9617", "AP7952", "nmc1"),
    "rack_ats_nmc2": Product("hw05", 2, "ats4g", "rack_ats", ("6.4.6", "6.4.7", "1.0.8"), "AP9538", "AP4423", "nmc2"),
    "rack_ats_nmc3": Product("hw21", 3, "ats5g", "rack_ats", ("2.5.0.8", "2.5.0.6", "1.5.1.1"), "0N-1570-07K", "AP4423A", "rack_ats", True),
    "rack_ats_nmc1": Product("hw02", 1, "g2ats", "rack_ats", ("3.9.0", "3.9.2", "1.0.2"), "AP9617", "AP7723", "nmc1"),
    "inrow_acrc2g": Product("hw06", 2, "acrc2g", "cooling", ("6.8.8", "6.1.0", "1.0.8"), "0N-9580AC", "ACRC301S", "nmc2"),
    "inrow_rd3xx": Product("hw06", 2, "rd3xx", "cooling", ("6.8.8", "6.6.9.b", "1.0.8"), "0N-9580AC", "ACRD301", "nmc2"),
    "netbotz_nb250": Product("hw05", 2, "nb250", "environment", ("6.8.2", "6.8.0", "1.0.8"), "NBRK0250", "NBRK0250", "nmc2"),
    "emu2": Product("hw03", 1, "mem", "environment", ("3.7.3", "3.7.2", "1.0.2"), "AP9340", "AP9340", "nmc1"),
}
# Only sysObjectID says that a card sits in a Smart-UPS Ultra.
NAMED_OVER_SSH = [name for name in PRODUCTS if name != "smart_ups_ultra"]

V3: Facts = {f"snmp_{name}": value for name, value in SNMP_USER.items()}


@pytest.fixture
def card(emulator: Emulator) -> t.Callable[..., EmulatedCard]:
    """Return a function that gives the card of a profile; its facts are all that tests ask of it."""
    return lambda profile, *over: EmulatedCard(emulator, address_of_profile(profile), over)


def facts_of(ran: Ran) -> Facts:
    """The facts of a run that succeeded with nothing but facts."""
    assert set(ran.result) == {"changed", "ansible_facts"}, ran.result
    assert ran["changed"] is False
    assert set(ran["ansible_facts"]) == {"nmc"}
    return t.cast("Facts", ran["ansible_facts"]["nmc"])


def identity(facts: Facts) -> Facts:
    """What must be the same over every transport."""
    return {
        **{key: facts[key] for key in ("generation", "hardware_token", "application", "application_missing", "product_family")},
        "secure_nmc": facts["secure_nmc"],
        "inferred": facts["inferred"],
        "serial": facts["serial"],
        "mac": facts["mac"],
        "name": facts["name"],
        "aos": facts["firmware"]["aos"],
        "application_module": facts["firmware"]["application"],
        "unread": facts["unread"],
    }


def expected_identity(product: Product, state: Facts) -> Facts:
    """As the table and the emulator's settings say."""
    aos, application, _boot = product.versions
    is_subscription = product.subscription.isupper()
    return {
        "generation": product.generation,
        "hardware_token": product.token,
        "application": product.application,
        "application_missing": False,
        "product_family": product.family,
        "secure_nmc": {
            "eligible": is_subscription,
            "subscription_family": product.subscription if is_subscription else None,
            "reason": "family_covered" if is_subscription else product.subscription,
        },
        "inferred": expected_inferred(product),
        "serial": state["serial"],
        "mac": state["mac"].replace(" ", ":").lower(),
        "name": state["name"],
        "aos": {"version": aos, "file": file_name(product, "aos", aos)},
        "application_module": {
            "name": product.application,
            "version": application,
            "file": file_name(product, product.application, application),
        },
        "unread": [],
    }


def expected_inferred(product: Product) -> list[str]:
    return ["product_family", "secure_nmc"] if product.inferred else []


def file_name(product: Product, module: str, version: str) -> str:
    return f"apc_{product.token}_{module}_{version if product.generation == 3 else version.replace('.', '')}.bin"


def test_every_profile_is_in_the_table() -> None:
    assert set(PRODUCTS) | {"foreign_host"} == set(PROFILES)


@pytest.mark.parametrize("options", [{"snmp_version": "v1"}, {}, V3], ids=["v1", "v2c", "v3"])
@pytest.mark.parametrize("profile", PRODUCTS)
def test_a_card_of_each_product_is_read_over_snmp(card: t.Callable[..., EmulatedCard], profile: str, options: Facts) -> None:
    one, product = card(profile, "snmp"), PRODUCTS[profile]
    facts = facts_of(one.facts(**options))
    assert identity(facts) == expected_identity(product, one.state())
    assert facts["source"] == "snmp"
    # NMC1 has no row for its boot monitor.
    assert facts["firmware"]["boot_monitor"]["version"] == (product.versions[2] if product.generation > 1 else None)
    assert facts["device"]["model"] == product.device_model
    # Over SNMP an embedded card names only the device that it sits in.
    assert facts["model"] == (product.card_model if facts["device"]["kind"] == "ups" else None)


@pytest.mark.parametrize("profile", NAMED_OVER_SSH)
def test_a_card_of_each_product_is_read_over_ssh(card: t.Callable[..., EmulatedCard], profile: str) -> None:
    one, product = card(profile, "ssh"), PRODUCTS[profile]
    facts = facts_of(one.facts())
    assert identity(facts) == expected_identity(product, one.state())
    assert facts["source"] == "ssh"
    assert facts["firmware"]["boot_monitor"]["version"] == product.versions[2]
    assert facts["model"] == product.card_model
    # An NMC1 in a UPS does not know `upsabout`.
    assert facts["device"]["model"] == (None if profile == "smart_ups_nmc1" else product.device_model)
    assert facts["services"]["ssh"] is True


def test_the_facts_have_the_same_keys_over_every_transport_and_of_every_product(card: t.Callable[..., EmulatedCard]) -> None:
    def keys(facts: Facts) -> Facts:
        fixed = ("firmware", "device", "services", "secure_nmc", "features")
        return {key: sorted(facts[key]) if key in fixed else None for key in facts}

    shapes = [keys(facts_of(card(profile, way).facts())) for profile in PRODUCTS for way in ("snmp", "ssh")]
    assert all(shape == shapes[0] for shape in shapes)


def test_an_ultra_is_unknown_over_ssh_until_its_family_is_declared(card: t.Callable[..., EmulatedCard]) -> None:
    ultra = card("smart_ups_ultra", "ssh")
    unknown = facts_of(ultra.facts())
    assert (unknown["product_family"], unknown["secure_nmc"]["eligible"]) == ("unknown", None)
    declared = facts_of(ultra.facts(product_family="smart_ups_ultra"))
    assert (declared["product_family"], declared["secure_nmc"]["subscription_family"]) == ("smart_ups_ultra", "SWNMC3SU")


@pytest.mark.parametrize("way", ["snmp", "ssh"])
@pytest.mark.parametrize("kind", ["ups3", "ups2"])
def test_what_the_ups_does_is_read(take: Take, emulator: Emulator, kind: str, way: str) -> None:
    card = take(kind).reached(way)
    at_rest = facts_of(card.facts())["device"]
    assert (at_rest["on_battery"], at_rest["self_test"]) == (False, "passed")
    emulator.patch(card.address, on_battery=True, self_test=True)
    busy = facts_of(card.facts())["device"]
    assert (busy["on_battery"], busy["self_test"]) == (True, "in_progress")


@pytest.mark.parametrize("kind", ["ups3", "ups2"])
def test_snmp_is_taken_where_both_are_possible_and_no_login_happens(take: Take, kind: str) -> None:
    card = take(kind).reached("ssh", "snmp")
    ran = card.facts()
    assert facts_of(ran)["source"] == "snmp"
    assert ran.warnings == []
    assert card.counters["connections"] == 0


@pytest.mark.parametrize("kind", ["ups3", "ups2"])
def test_silent_snmp_falls_back_to_ssh_with_a_warning(take: Take, kind: str) -> None:
    card = take(kind).reached("ssh", "snmp")
    card.suffers("snmp_silent")
    ran = card.facts(timeout=3.0)
    assert facts_of(ran)["source"] == "ssh"
    assert len(ran.warnings) == 1
    assert ran.warnings[0].startswith("ups1: read over SSH, because SNMP failed. ups1: ")
    assert card.address in ran.warnings[0]


def test_a_refused_snmp_user_falls_back_to_ssh_with_a_warning(take: Take) -> None:
    card = take("ups3").reached("ssh", "snmp")
    ran = card.facts(**{**V3, "snmp_auth_password": "Mistaken-42!"}, timeout=3.0)
    assert facts_of(ran)["source"] == "ssh"
    assert "refuses user auditor" in ran.warnings[0]


def test_with_transport_snmp_nothing_falls_back(take: Take) -> None:
    card = take("ups3").reached("ssh", "snmp")
    card.suffers("snmp_silent")
    ran = card.facts(transport="snmp", timeout=1.0)
    assert ran.verdict == ("unreachable", "snmp_silent")
    assert card.counters["connections"] == 0


def test_when_snmp_is_silent_and_ssh_is_refused_both_are_told(take: Take) -> None:
    card = take("ups3").reached("ssh", "snmp")
    card.suffers("snmp_silent", "refuse")
    ran = card.facts(timeout=1.0)
    assert ran["unreachable"] is True
    assert "failed" not in ran.result
    assert f"{card.address} port {card.emulator.ssh_port}" in ran["msg"]
    assert "Before that, SNMP was tried" in ran["msg"]


def test_a_wrong_password_is_tried_once(take: Take) -> None:
    card = take("ups2")
    ran = card.facts(password="mistaken")
    assert ran.verdict == ("failed", "login_refused")
    assert ran["failed"] is True
    assert card.counters["failed_logins"] == 1


@pytest.mark.parametrize("way", ["snmp", "ssh"])
def test_a_card_without_application_is_told_apart(take: Take, way: str) -> None:
    ran = take("no_application").reached(way).facts()
    facts = facts_of(ran)
    assert (facts["application_missing"], facts["application"]) == (True, None)
    assert "no application is loaded" in ran.warnings[0]


@pytest.mark.parametrize("kind", ["ups3", "ups2"])
def test_nobody_stays_logged_on(take: Take, emulator: Emulator, kind: str) -> None:
    card = take(kind)
    facts_of(card.facts())
    assert card.counters["logins"] == 1
    assert emulator.wait(card.address, lambda state: not state["sessions"], timeout=3.0)["sessions"] == []


def test_a_version_that_cannot_be_read_is_kept_and_not_guessed(take: Take) -> None:
    card = take("unreadable").reached("snmp")
    facts = facts_of(card.facts(snmp_community=COMMUNITY))
    assert facts["firmware"]["application"]["version"] is None
    assert facts["unread"] == [{"source": "version of application", "text": "vNEXT"}]
