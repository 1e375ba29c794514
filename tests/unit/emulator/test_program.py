# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program: its command line, how it starts and ends, and how large a fleet may be."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest
from unit.emulator.cards import card

from emulator import ber
from emulator.firmware import image_from_header
from emulator.snmp_face import GET, SnmpFace
from emulator.testing import EmulatorError, start_emulator

TESTS = pathlib.Path(__file__).resolve().parents[2]


def run(*arguments: str, timeout: float = 30) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emulator", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, env=environment)


def test_it_makes_images(tmp_path: pathlib.Path) -> None:
    output = tmp_path / "image.nmc3"
    arguments = ["--hardware-token", "hw21", "--component", "application", "--application", "su"]
    result = run("image", *arguments, "--version", "2.5.5.1", "--size", "4096", "--output", str(output))
    assert (result.returncode, result.stderr) == (0, "")
    image = image_from_header(output.read_bytes()[:512])
    assert image
    assert (image.hardware_token, image.name, image.version) == ("hw21", "su", "2.5.5.1")
    assert output.stat().st_size == 4096


def test_it_refuses_an_image_without_room_for_its_header(tmp_path: pathlib.Path) -> None:
    arguments = ["--hardware-token", "hw05", "--component", "aos", "--version", "7.2.2", "--size", "100"]
    result = run("image", *arguments, "--output", str(tmp_path / "x"))
    assert result.returncode == 1
    assert result.stderr == "emulator image: an image has at least 513 bytes, not 100\n"


def test_it_says_what_is_wrong_with_a_fleet(tmp_path: pathlib.Path) -> None:
    fleet = tmp_path / "fleet.yml"
    fleet.write_text("cards: [{address: 127.0.0.1, profile: toaster}]", encoding="utf-8")
    result = run("--fleet", str(fleet))
    assert result.returncode == 1
    assert result.stderr.startswith("emulator: cards[0]: unknown profile 'toaster'; known: ")
    assert "Traceback" not in result.stderr


def test_it_ends_by_itself(tmp_path: pathlib.Path) -> None:
    fleet = tmp_path / "fleet.yml"
    fleet.write_text("cards: [{address: 127.0.0.1, profile: emu2}]", encoding="utf-8")
    result = run("--fleet", str(fleet), "--max-seconds", "0.2")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_it_ends_cleanly_when_told_to(tmp_path: pathlib.Path) -> None:
    fleet, ready = tmp_path / "fleet.yml", tmp_path / "ready.json"
    fleet.write_text("cards: [{address: 127.0.0.1, profile: emu2}]", encoding="utf-8")
    command = [sys.executable, "-m", "emulator", "--fleet", str(fleet), "--ready-file", str(ready), "--max-seconds", "60"]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(TESTS)}, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 20
        while not ready.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert json.loads(ready.read_text(encoding="utf-8"))["pid"] == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr
        assert process.stderr.read() == b""


def test_host_keys_persist_with_the_state_directory(tmp_path: pathlib.Path) -> None:
    fleet = {"cards": [{"address": "127.0.0.1", "profile": "smart_ups_nmc3"}]}
    keys = []
    for _turn in range(2):
        with start_emulator(fleet, state_dir=tmp_path) as emulator:
            keys.append(emulator.known_hosts.read_text(encoding="utf-8").split()[1:])
    assert keys[0] == keys[1]
    assert keys[0][0] == "ecdsa-sha2-nistp256"


def test_a_starter_passes_on_why_it_failed() -> None:
    with pytest.raises(EmulatorError, match="unknown profile"), start_emulator({"cards": [{"address": "127.0.0.1"}]}):
        pass


def test_ten_thousand_cards_start_in_ten_seconds_and_stay_small() -> None:
    fleet = {"cards": [{"address": "127.100.0.1", "count": 10_000, "profile": "smart_ups_nmc3"}]}
    begun = time.monotonic()
    with start_emulator(fleet, known_hosts=False) as emulator:
        assert time.monotonic() - begun < 10
        assert emulator.state("127.100.39.16")["serial"] == "ZA2206563600"
        assert _resident_bytes(emulator.pid) < 1.5e9


def test_an_agent_answers_five_thousand_requests_a_second_of_processor_time() -> None:
    names = ("1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0", "1.6.0")
    bindings = b"".join(ber.tlv(ber.SEQUENCE, ber.oid(f"1.3.6.1.2.1.{name}") + b"\5\0") for name in names)
    pdu = ber.tlv(GET, b"\2\1\1\2\1\0\2\1\0" + ber.tlv(ber.SEQUENCE, bindings))
    request = ber.tlv(ber.SEQUENCE, ber.integer(1) + ber.octets("public") + pdu)
    asked = card()
    face = SnmpFace({asked.address: asked})
    begun = time.process_time()
    assert all(face.answer(asked, request) for _turn in range(5000))
    assert time.process_time() - begun < 1


def _resident_bytes(pid: int) -> int:
    pages = pathlib.Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
