# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenSSH's own ``scp -O`` and ``ssh`` with the flags that the cards need."""

from __future__ import annotations

import subprocess
import typing as t

import pytest
from integration.judges.judged_fleet import NMC2, NMC2_7, NMC3

from emulator.testing import make_image

if t.TYPE_CHECKING:
    import pathlib

    from emulator.testing import Emulator

_LEGACY = ["-oHostKeyAlgorithms=+ssh-rsa", "-oKexAlgorithms=+diffie-hellman-group-exchange-sha1"]
OPTIONS: list[list[str]] = [[], ["-p"], ["-v"], ["-q"]]
FLAGS: dict[str, list[str]] = {NMC2: ["-c", "3des-cbc", *_LEGACY], NMC2_7: ["-c", "aes128-ctr", *_LEGACY], NMC3: []}


def run(tool: str, emulator: Emulator, address: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    port = "-P" if tool == "scp" else "-p"
    command = ["sshpass", "-p", "apc", tool, *(["-O"] if tool == "scp" else []), port, str(emulator.ssh_port)]
    command += ["-F", "none", "-o", f"UserKnownHostsFile={emulator.known_hosts}", "-o", "StrictHostKeyChecking=yes"]
    return subprocess.run([*command, *FLAGS[address], *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("options", OPTIONS)
def test_scp_uploads_an_image_that_is_applied(emulator: Emulator, tmp_path: pathlib.Path, options: list[str]) -> None:
    """The card takes the version from the header, reboots by itself and says the new version."""
    version = f"2.5.5.{OPTIONS.index(options)}"
    image = make_image(tmp_path / "su.nmc3", hardware_token="hw21", application="su", version=version)
    before = emulator.state(NMC3)["counters"]["reboots"]
    result = run("scp", emulator, NMC3, *options, str(image), f"apc@{NMC3}:apc_hw21_su_{version}.nmc3")
    assert result.returncode == 0, result.stderr
    state = emulator.wait_for_reboot(NMC3, after=before)
    assert state["versions"]["application"] == version


@pytest.mark.parametrize("address", [NMC2, NMC2_7])
def test_scp_uploads_to_an_nmc2_with_its_retired_algorithms(emulator: Emulator, tmp_path: pathlib.Path, address: str) -> None:
    application = emulator.state(address)["versions"]["application"]
    image = tmp_path / f"apc_hw05_sumx_{application.replace('.', '')}.bin"
    image.write_bytes(bytes(300_000))
    before = emulator.state(address)["counters"]
    result = run("scp", emulator, address, str(image), f"apc@{address}:{image.name}")
    assert result.returncode == 0, result.stderr
    state = emulator.wait_for_reboot(address, after=before["reboots"])
    assert state["counters"]["bytes_received"] == before["bytes_received"] + 300_000


@pytest.mark.parametrize("address", [NMC2, NMC2_7, NMC3])
def test_scp_fetches_config_ini(emulator: Emulator, tmp_path: pathlib.Path, address: str) -> None:
    emulator.wait_until_up(address)
    result = run("scp", emulator, address, f"apc@{address}:config.ini", str(tmp_path / "config.ini"))
    assert result.returncode == 0, result.stderr
    lines = (tmp_path / "config.ini").read_bytes().split(b"\r\n")
    assert lines[0] == b"; Schneider Electric"
    assert lines[1].startswith(b"; Network Management Card AOS v")
    assert b"[NetworkTCP/IP]" in lines


@pytest.mark.parametrize("target", ["", "/", ".", "logs", "ssl/"])
def test_a_directory_is_not_a_target(emulator: Emulator, tmp_path: pathlib.Path, target: str) -> None:
    emulator.wait_until_up(NMC3)
    (tmp_path / "file.nmc3").write_bytes(b"x" * 1000)
    result = run("scp", emulator, NMC3, str(tmp_path / "file.nmc3"), f"apc@{NMC3}:{target}")
    assert result.returncode != 0
    assert "a file name is required" in result.stderr


def test_firmware_slots_cannot_be_read(emulator: Emulator, tmp_path: pathlib.Path) -> None:
    version = emulator.wait_until_up(NMC3)["versions"]["application"]
    result = run("scp", emulator, NMC3, f"apc@{NMC3}:apc_hw21_su_{version}.bin", str(tmp_path / "out"))
    assert result.returncode != 0
    assert "Permission denied" in result.stderr


def test_an_image_for_other_hardware_is_rejected(emulator: Emulator, tmp_path: pathlib.Path) -> None:
    emulator.wait_until_up(NMC3)
    image = make_image(tmp_path / "x.bin", hardware_token="hw05", component="aos", version="7.2.2")
    result = run("scp", emulator, NMC3, str(image), f"apc@{NMC3}:x.bin")
    assert result.returncode != 0
    assert "not compatible with this hardware" in result.stderr


def test_an_nmc2_answers_nothing_to_a_command_and_an_nmc3_answers(emulator: Emulator) -> None:
    emulator.wait_until_up(NMC2)
    emulator.wait_until_up(NMC3)
    assert run("ssh", emulator, NMC2, f"apc@{NMC2}", "about").stdout == ""
    assert run("ssh", emulator, NMC3, f"apc@{NMC3}", "about").stdout.startswith("E000: Success\nHardware Factory\n")


@pytest.mark.parametrize("address", [NMC2, NMC2_7])
def test_a_client_without_the_retired_algorithms_gets_nowhere(emulator: Emulator, address: str) -> None:
    emulator.wait_until_up(address)
    command = ["ssh", "-F", "none", "-p", str(emulator.ssh_port), f"apc@{address}"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode != 0
    assert "no matching host key type found. Their offer: ssh-rsa\n" in result.stderr.replace("\r", "")


@pytest.mark.parametrize("address", [NMC2, NMC2_7, NMC3])
def test_a_banner_message_is_shown_and_changes_nothing(emulator: Emulator, address: str) -> None:
    emulator.wait_until_up(address)
    emulator.set_faults(address, ["ssh_banner_message"])
    result = run("ssh", emulator, address, "-tt", f"apc@{address}", "about")
    emulator.set_faults(address, [])
    assert "Authorized use only. Activity is monitored." in result.stderr
    assert result.returncode == 0


@pytest.mark.parametrize("address", [NMC2, NMC2_7, NMC3])
def test_without_exec_scp_fails_before_a_byte_is_sent(emulator: Emulator, tmp_path: pathlib.Path, address: str) -> None:
    before = emulator.wait_until_up(address)["counters"]["bytes_received"]
    emulator.set_faults(address, ["no_exec"])
    (tmp_path / "file.bin").write_bytes(bytes(1000))
    result = run("scp", emulator, address, str(tmp_path / "file.bin"), f"apc@{address}:file.bin")
    emulator.set_faults(address, [])
    assert result.returncode != 0
    assert "exec request failed" in result.stderr
    assert emulator.state(address)["counters"]["bytes_received"] == before
