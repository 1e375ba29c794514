# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many cards enforced at once, against one card alone."""

from __future__ import annotations

import hashlib
import tempfile
import typing as t
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure, Findings, Row, Scale, at_most
from bench.memory import SAMPLE_SECONDS, Memory
from bench.plays import COMMUNITY, Plays, fleet

from emulator.testing import Emulator, make_image, start_emulator

_IMAGE = "apc_hw21_su_2-5-5-1.nmc3"
_MEGABYTES = 2


def measure_enforcing(scale: Scale) -> Findings:
    """Every card is a new one, so nobody runs the release before; reading, transfer, restart and proof are in the time."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        image = make_image(folder / _IMAGE, hardware_token="hw21", application="su", version="2.5.5.1", size=_MEGABYTES * 1_000_000)
        alone = _enforced(1, scale, image, folder / "alone")
        together = _enforced(scale.enforced, scale, image, folder / "together")
        idle = _waited(scale, folder / "idle")
    work = f"`nmc_firmware` on {scale.enforced:,} cards at once, {_MEGABYTES} MB, {scale.reboot:g} s of restart"
    rows = (
        Row(work=work, figure=together.seconds, against="one card alone", reference=alone.seconds, limit=at_most(2)),
        Row(work="the same, memory of Ansible and its workers at its highest", figure=together.memory, limit=at_most(2.5)),
        Row(work=f"as many workers of an action that waits for {scale.reboot:g} s and does nothing else: memory", figure=idle.memory),
        Row(work="the same: time", figure=idle.seconds),
    )
    remark = (
        f"Each of the {scale.enforced:,} upgrades is a worker of its own, forked from Ansible. Memory is what the processes do not share, "
        f"and their part of what they share, looked at every {SAMPLE_SECONDS:g} s: nearly all of it are pages of the program that a worker "
        "copies because Python counts references in them, and copying them is a third of a worker's processor time. What workers cost that "
        "only wait is Ansible's own part."
    )
    return Findings(rows, (remark,))


@dataclass(frozen=True)
class _Cost:
    seconds: Figure
    memory: Figure


def _enforced(cards: int, scale: Scale, image: Path, folder: Path) -> _Cost:
    """Seconds, and GB at the highest."""
    folder.mkdir()
    with start_emulator(_fleet(cards, scale)) as emulator:
        plays = Plays(folder, cards=cards, **_variables(emulator, folder))
        wanted = {"version": "2.5.5.1", "image": str(image), "checksum": f"sha256:{hashlib.sha256(image.read_bytes()).hexdigest()}"}
        return _cost(plays, "secure_power.nmc.nmc_firmware", wanted, forks=cards, emulator=emulator.pid)


def _waited(scale: Scale, folder: Path) -> _Cost:
    folder.mkdir()
    plays = Plays(folder, cards=scale.enforced)
    return _cost(plays, "bench_waiting", {"seconds": scale.reboot}, forks=scale.enforced)


def _cost(plays: Plays, action: str, arguments: t.Mapping[str, t.Any], *, forks: int, emulator: int = 0) -> _Cost:
    with Memory(emulator) as memory:
        clocked = plays.run(action, arguments, forks=forks)
    return _Cost(Figure(clocked.seconds, "s"), memory.highest)


def _fleet(cards: int, scale: Scale) -> dict[str, t.Any]:
    return {**fleet(cards), "defaults": {"reboot_seconds": scale.reboot}}


def _variables(emulator: Emulator, folder: Path) -> dict[str, t.Any]:
    return {
        "ansible_user": "apc",
        "ansible_password": "apc",
        "nmc_port": emulator.ssh_port,
        "nmc_snmp_port": emulator.snmp_port,
        "nmc_snmp_community": COMMUNITY,
        "nmc_known_hosts": str(emulator.known_hosts),
        "nmc_https_port": emulator.https_port,
        "nmc_ledger_url": f"sqlite:///{folder}/ledger.sqlite",
        "nmc_backup_directory": str(folder / "config"),
    }
