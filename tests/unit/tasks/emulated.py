# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole tasks on emulated cards: the fleet, the images, and a card on which a test runs a task."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t
from dataclasses import dataclass

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Surroundings
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import FACTS, FIRMWARE, Run, Task
from ansible_collections.secure_power.nmc.plugins.modules import nmc_firmware
from emulator.profiles import PROFILES
from emulator.testing import make_image

if t.TYPE_CHECKING:
    import pathlib

    from emulator.testing import Emulator, State

Options = dict[str, t.Any]

# Everything that the module's documentation promises; `changed` is every module's.
RESULT_KEYS = {"changed", *(key for key, entry in yaml.safe_load(nmc_firmware.RETURN).items() if entry["returned"] == "always")}

COMMUNITY = "card-read"
SNMP_USER = {
    "user": "auditor",
    "auth_protocol": "sha",
    "auth_password": "Authentic-42!",
    "privacy_protocol": "aes",
    "privacy_password": "Private-42!",
}

_NMC3_2_3 = {"aos": "2.3.1.1", "application_version": "2.3.1.1", "boot_monitor": "1.4.2.1"}


def _guests(version: str) -> list[dict[str, str]]:
    """Two rack PDUs that share the network port of another."""
    return [{"serial": f"ZA19000000{number}", "model": "AP8959", "application_version": version} for number in (11, 12)]


# kind: what the cards of this kind are; a test takes fresh ones of them
KINDS: dict[str, dict[str, t.Any]] = {
    "ups3": {"profile": "smart_ups_nmc3", **_NMC3_2_3},
    "licensed": {"profile": "smart_ups_nmc3"},
    "without_year": {"profile": "smart_ups_nmc3"},
    "ups3_old": {"profile": "smart_ups_nmc3", "aos": "1.4.2.1", "application_version": "1.4.2.1", "boot_monitor": "1.3.6.1"},
    "ups2": {"profile": "smart_ups_nmc2", "boot_monitor": "1.0.8"},
    "ups2_right_boot_monitor": {"profile": "smart_ups_nmc2", "boot_monitor": "1.0.9"},
    "ups2_old": {"profile": "smart_ups_nmc2", "aos": "5.1.7", "application_version": "5.1.7"},
    "rack_pdu3": {"profile": "rack_pdu_nmc3", "aos": "2.5.0.8", "application_version": "2.5.0.6"},
    "rack_pdu3_host": {"profile": "rack_pdu_nmc3", "aos": "2.5.0.8", "application_version": "2.5.0.6", "guests": _guests("2.5.0.6")},
    "rack_pdu2_host": {"profile": "rack_pdu_nmc2", "aos": "6.9.6", "application_version": "6.9.6", "guests": _guests("6.9.6")},
    "rack_ats2": {"profile": "rack_ats_nmc2"},
    "rack_ats1": {"profile": "rack_ats_nmc1"},
    "no_application": {"profile": "smart_ups_nmc2", "application_missing": True},
    "no_card": {"profile": "foreign_host"},
    "secretive": {"profile": "smart_ups_nmc3", **_NMC3_2_3, "password": "Sesame-42!", "snmp": {"community": "public", "v3": SNMP_USER}},
    "careless": {"profile": "smart_ups_nmc2", "snmp": {"community": "public"}},
    "unreadable": {
        "profile": "smart_ups_nmc3",
        "sys_descr": "APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.5.0.8 PN:apc_hw21_aos_2.5.0.8.bin AF1:vNEXT AN1:apc_hw21_su_2.5.0.6.bin"
        " MN:AP9641 HR:5 SN: ZA2215342271 MD:04/18/2022)",
    },
    "rack_pdu2_host_old": {
        "profile": "rack_pdu_nmc2",
        "aos": "5.1.7",
        "application_version": "5.1.7",
        "guests": _guests("5.1.7"),
        "guest_seconds": 2.0,
    },
}
_PROFILES = [name for name in PROFILES if name != "foreign_host"]

# file name: what the image holds
IMAGES: dict[str, dict[str, str]] = {
    "apc_hw21_su_1-4-2-1.nmc3": {"application": "su", "version": "1.4.2.1", "aos_version": "1.4.2.1"},
    "apc_hw21_su_2-3-1-1.nmc3": {"application": "su", "version": "2.3.1.1", "aos_version": "2.3.1.1"},
    "apc_hw21_su_2-5-0-6.nmc3": {"application": "su", "version": "2.5.0.6", "aos_version": "2.5.0.8", "boot_monitor_version": "1.5.1.1"},
    "apc_hw21_su_3-4-0-8.nmc3": {"application": "su", "version": "3.4.0.8", "aos_version": "3.4.0.8"},
    "apc_hw21_rpdu2g_2-5-2-5.nmc3": {"application": "rpdu2g", "version": "2.5.2.5", "aos_version": "2.5.3.2"},
    "apc_hw05_bootmon_109.bin": {"component": "boot_monitor", "version": "1.0.9"},
    "apc_hw05_aos_696.bin": {"component": "aos", "version": "6.9.6"},
    "apc_hw05_sumx_696.bin": {"application": "sumx", "version": "6.9.6"},
    "apc_hw05_aos_720.bin": {"component": "aos", "version": "7.2.0"},
    "apc_hw05_sumx_720.bin": {"application": "sumx", "version": "7.2.0"},
    "apc_hw05_rpdu2g_696.bin": {"application": "rpdu2g", "version": "6.9.6"},
    "apc_hw05_rpdu2g_720.bin": {"application": "rpdu2g", "version": "7.2.0"},
    "apc_hw05_ats4g_647.bin": {"application": "ats4g", "version": "6.4.7"},
    "apc_hw05_ats4g_649.bin": {"application": "ats4g", "version": "6.4.9"},
}


SMALL = 150_000
# More than a connection to an emulated card holds in flight, so that a break-down is met while sending.
LARGE = 6_000_000
_LARGE_IMAGES = ("apc_hw21_su_2-5-0-6.nmc3", "apc_hw05_bootmon_109.bin")


class Upgrade(t.NamedTuple):
    """What cards of a kind hold, the release that tests bring them to, and the images that they send for it, in order."""

    before: dict[str, str]
    after: dict[str, str]
    targets: dict[str, str]
    images: dict[str, str]


UPGRADES = {
    # A release whose AOS has another version than its application, in one file that also brings a boot monitor.
    "ups3": Upgrade(
        before={"aos": "2.3.1.1", "application": "2.3.1.1", "boot_monitor": "1.4.2.1"},
        after={"aos": "2.5.0.8", "application": "2.5.0.6", "boot_monitor": "1.5.1.1"},
        targets={"application": "2.5.0.6", "aos": "2.5.0.8"},
        images={"application": "apc_hw21_su_2-5-0-6.nmc3"},
    ),
    "ups2": Upgrade(
        before={"aos": "6.9.6", "application": "6.9.6", "boot_monitor": "1.0.8"},
        after={"aos": "7.2.0", "application": "7.2.0", "boot_monitor": "1.0.9"},
        targets={"application": "7.2.0", "aos": "7.2.0", "boot_monitor": "1.0.9"},
        images={"boot_monitor": "apc_hw05_bootmon_109.bin", "aos": "apc_hw05_aos_720.bin", "application": "apc_hw05_sumx_720.bin"},
    ),
}

# The same of cards that update linked ones.
LINKED_UPGRADES = {
    "rack_pdu3_host": Upgrade(
        before={"aos": "2.5.0.8", "application": "2.5.0.6", "boot_monitor": "1.5.1.1"},
        after={"aos": "2.5.3.2", "application": "2.5.2.5", "boot_monitor": "1.5.1.1"},
        targets={"application": "2.5.2.5", "aos": "2.5.3.2"},
        images={"application": "apc_hw21_rpdu2g_2-5-2-5.nmc3"},
    ),
    "rack_pdu2_host": Upgrade(
        before={"aos": "6.9.6", "application": "6.9.6", "boot_monitor": "1.0.8"},
        after={"aos": "7.2.0", "application": "7.2.0", "boot_monitor": "1.0.8"},
        targets={"application": "7.2.0", "aos": "7.2.0"},
        images={"aos": "apc_hw05_aos_720.bin", "application": "apc_hw05_rpdu2g_720.bin"},
    ),
}


def upgrade_of(kind: str) -> Upgrade:
    return UPGRADES.get(kind) or LINKED_UPGRADES[kind]


def fleet() -> dict[str, t.Any]:
    """A fleet file: one card of each profile in 127.30.0.0/24, and a pool of each kind in a net of its own."""
    entries: list[Options] = [{"address": f"127.30.0.{number}", "profile": name} for number, name in enumerate(_PROFILES, 1)]
    entries += [{"address": f"127.30.{net}.1", "count": count_of(kind), **KINDS[kind]} for net, kind in enumerate(KINDS, 1)]
    snmp = {"community": COMMUNITY, "v3": SNMP_USER}
    return {"defaults": {"reboot_seconds": 1.0, "check_seconds": 0.1, "snmp": snmp}, "cards": entries}


def address_of_profile(name: str) -> str:
    return f"127.30.0.{_PROFILES.index(name) + 1}"


def addresses_of_kind(kind: str) -> list[str]:
    net = list(KINDS).index(kind) + 1
    return [f"127.30.{net}.{number}" for number in range(1, count_of(kind) + 1)]


def count_of(kind: str) -> int:
    """More cards than all tests together take."""
    return {"ups3": 160, "ups2": 160, "licensed": 80}.get(kind, 10)


class ImageStore:
    """Images on disk, as options name them."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        for name, held in IMAGES.items():
            size = LARGE if name in _LARGE_IMAGES else SMALL
            make_image(folder / name, hardware_token=name.split("_")[1], size=size, **t.cast("dict[str, t.Any]", held))

    def path(self, name: str) -> str:
        return str(self._folder / name)

    def checksum(self, name: str) -> str:
        return f"sha256:{hashlib.sha256((self._folder / name).read_bytes()).hexdigest()}"

    def upgrade(self, kind: str) -> Options:
        """The options that bring a card of this kind to the release of its `Upgrade`."""
        upgrade = upgrade_of(kind)
        return {"components": upgrade.targets, **self.images(**upgrade.images)}

    def image(self, name: str) -> Options:
        """The options ``image`` and ``checksum``."""
        return {"image": self.path(name), "checksum": self.checksum(name)}

    def images(self, **names: str) -> Options:
        """The option ``images``, by component."""
        return {"images": {part: {"path": self.path(name), "checksum": self.checksum(name)} for part, name in names.items()}}


@dataclass(frozen=True)
class Ran:
    """What a task returned, and what it said on the way."""

    result: dict[str, t.Any]
    warnings: list[str]
    notes: list[str]

    def __getitem__(self, key: str) -> t.Any:
        return self.result[key]

    @property
    def verdict(self) -> tuple[str, str]:
        return self.result["status"], self.result["reason"]

    @property
    def everything_said(self) -> str:
        return json.dumps(dataclasses.asdict(self))


@dataclass(frozen=True)
class EmulatedCard:
    """A card of the fleet; tasks run on it as `ups1` with the options of the ways in ``over``."""

    emulator: Emulator
    address: str
    over: tuple[str, ...] = ("ssh",)

    def facts(self, **options: t.Any) -> Ran:
        return run_task(FACTS, {**self.options(), **options})

    def firmware(
        self,
        *,
        check_mode: bool = False,
        on_note: t.Callable[[str], None] | None = None,
        surroundings: Surroundings | None = None,
        **options: t.Any,
    ) -> Ran:
        own = {"reboot_timeout": 30.0, "backup_directory": str(self.backups), "https_port": self.emulator.https_port}
        given = {**self.options(), **own, **options}
        return run_task(FIRMWARE, given, check_mode=check_mode, on_note=on_note, surroundings=surroundings)

    def reached(self, *over: str) -> EmulatedCard:
        """The same card by other ways: any of ssh, snmp."""
        return dataclasses.replace(self, over=over)

    def options(self) -> Options:
        options: Options = {"host": self.address, "timeout": 10.0}
        if "ssh" in self.over:
            options |= {"port": self.emulator.ssh_port, "username": "apc", "password": "apc"}
            options |= {"known_hosts": str(self.emulator.known_hosts), "allow_legacy_ssh": self.state()["generation"] != 3}
        if "snmp" in self.over:
            options |= {"snmp_port": self.emulator.snmp_port, "snmp_community": COMMUNITY}
        return options

    @property
    def backups(self) -> pathlib.Path:
        return self.emulator.known_hosts.parent / "backups"

    def state(self) -> State:
        return self.emulator.state(self.address)

    def suffers(self, *faults: t.Any) -> None:
        self.emulator.set_faults(self.address, faults)

    @property
    def holds(self) -> dict[str, str]:
        """The versions in its slots, whatever it says."""
        return t.cast("dict[str, str]", self.emulator.wait(self.address, _is_at_rest)["versions"])

    @property
    def counters(self) -> dict[str, int]:
        return t.cast("dict[str, int]", self.state()["counters"])


def is_untouched(card: EmulatedCard) -> bool:
    """Whether no byte of a file was sent to a card."""
    counters = card.counters
    return (counters["uploads"], counters["bytes_received"], counters["reboots"]) == (0, 0, 0)


def run_task(
    task: Task,
    options: Options,
    *,
    check_mode: bool = False,
    on_note: t.Callable[[str], None] | None = None,
    surroundings: Surroundings | None = None,
) -> Ran:
    """Validate options as Ansible does and run a task; what it returns must be JSON."""
    found = ArgumentSpecValidator(task.spec()).validate(options)
    assert found.error_messages == []
    warnings: list[str] = []
    notes: list[str] = []

    def note(text: str) -> None:
        notes.append(text)
        if on_note:
            on_note(text)

    run = Run(card="ups1", check_mode=check_mode, notify=note, warn=warnings.append, surroundings=surroundings or Surroundings())
    result = task.run(found.validated_parameters, run)
    assert json.loads(json.dumps(result)) == result
    return Ran(result, warnings, notes)


def _is_at_rest(state: State) -> bool:
    return state["phase"] in ("up", "gone")
