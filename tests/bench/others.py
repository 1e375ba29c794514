# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others need for the same cards: `community.general.snmp_facts`, and nornir with netmiko."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import typing as t
import zipfile
from pathlib import Path

from bench.auditing import audit, plays_for_audits
from bench.figures import Figure, Findings, MissingError, Row, Scale, alternate, at_most, median_of
from bench.plays import COMMUNITY, FORKS, Clocked, Plays, addresses, fleet
from netmiko import ConnectHandler
from nornir.core import Nornir
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.core.task import Result, Task
from nornir.plugins.runners import ThreadedRunner

from emulator.testing import Emulator, start_emulator

_FACTS = "secure_power.nmc.nmc_facts"
_THEIRS = "community.general.snmp_facts"
_COLLECTION = "ansible_collections/community/general/"
_SNMP_PORT = 161
_LONGEST = 600.0
_REPEATS = 3
_MILLISECONDS = "ms a card"
# What `nmc_facts` asks a UPS for.
_COMMANDS = ("about", "system", "dir", "upsabout", "detstatus -all")


def measure_snmp_facts(scale: Scale) -> Findings:
    """They can only ask the port 161."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        work = f"`nmc_facts` on {scale.sample} cards, SNMP v2c, {FORKS} forks"
        try:
            folder = Path(scratch)
            collections = _community_general(folder)
        except MissingError as lack:
            return Findings((Row(work=work, against=f"`{_THEIRS}`", note=f"not measured: {lack}"),))
        with start_emulator(fleet(scale.fleet), known_hosts=False, snmp_port=_SNMP_PORT):
            variables = {"nmc_snmp_community": COMMUNITY, "ansible_connection": "local", "ansible_python_interpreter": sys.executable}
            plays = Plays(folder, cards=scale.sample, collections=[collections], **variables)
            asked = {"host": "{{ ansible_host }}", "version": "v2c", "community": COMMUNITY}
            taken = alternate(_REPEATS, ours=lambda: plays.run(_FACTS), theirs=lambda: plays.run(_THEIRS, asked))
            audits = plays_for_audits(folder, scale.fleet, _SNMP_PORT)
            audited = median_of((audit(audits) / scale.fleet * 1000 for _repeat in range(_REPEATS)), _MILLISECONDS)
    ours, theirs = (_each(taken[name], scale) for name in ("ours", "theirs"))
    ours_used, theirs_used = (_each(taken[name], scale, of_processor=True) for name in ("ours", "theirs"))
    rows = (
        Row(work=work, figure=ours, against=f"`{_THEIRS}`", reference=theirs),
        Row(work="the same, processor time for a card", figure=ours_used, against=f"`{_THEIRS}`", reference=theirs_used),
        Row(
            work=f"playbook `audit` on {scale.fleet:,} cards, read and reported: each card's part of the whole",
            figure=audited,
            against=f"`{_THEIRS}` on {scale.sample} cards, its task alone",
            reference=theirs,
            limit=at_most(0.01),
        ),
    )
    return Findings(rows)


def _each(runs: t.Sequence[Clocked], scale: Scale, *, of_processor: bool = False) -> Figure:
    seconds = (run.processor_seconds if of_processor else run.seconds for run in runs)
    return median_of((taken / scale.sample * 1000 for taken in seconds), _MILLISECONDS)


def _community_general(folder: Path) -> Path:
    """The collection as the package `ansible` holds it."""
    if os.geteuid() != 0:
        raise MissingError(f"only root may let an emulator listen on port {_SNMP_PORT}")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--dest",
        str(folder),
        "ansible",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST, check=False)
    wheel = next(folder.glob("ansible-*.whl"), None)
    if done.returncode or wheel is None:
        raise MissingError("the package `ansible` cannot be had")
    with zipfile.ZipFile(wheel) as package:
        package.extractall(folder, [name for name in package.namelist() if name.startswith(_COLLECTION)])
    return folder


def measure_netmiko(scale: Scale) -> Findings:
    """Both log in and ask the same; nornir's threads are as many as Ansible's forks, and it checks no host keys."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, start_emulator(fleet(scale.sample)) as emulator:
        variables: dict[str, t.Any] = {
            "ansible_user": "apc",
            "ansible_password": "apc",
            "nmc_port": emulator.ssh_port,
            "nmc_transport": "ssh",
        }
        plays = Plays(Path(scratch), cards=scale.sample, **variables, nmc_known_hosts=str(emulator.known_hosts))
        taken = alternate(_REPEATS, ours=lambda: plays.run(_FACTS).seconds, theirs=lambda: _nornir(emulator, scale.sample))
    rates = {name: median_of((scale.sample / seconds for seconds in runs), "cards/s") for name, runs in taken.items()}
    work = f"`nmc_facts` on {scale.sample} cards over SSH, {FORKS} forks"
    return Findings((Row(work=work, figure=rates["ours"], against="nornir with netmiko", reference=rates["theirs"]),))


def _nornir(emulator: Emulator, cards: int) -> float:
    hosts = Hosts({address: Host(address, hostname=address, port=emulator.ssh_port) for address in addresses(cards)})
    nornir = Nornir(Inventory(hosts, Groups(), Defaults()), runner=ThreadedRunner(FORKS))
    started = time.perf_counter()
    failed = nornir.run(_ask).failed_hosts
    if failed:
        raise MissingError(f"nornir failed on {len(failed)} of {cards} cards")
    return time.perf_counter() - started


def _ask(task: Task) -> Result:
    with ConnectHandler(device_type="apc_aos", host=task.host.hostname, port=task.host.port, username="apc", password="apc") as card:
        return Result(task.host, {command: card.send_command(command) for command in _COMMANDS})
