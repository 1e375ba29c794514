# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cards' FTP server, as Python's ftplib meets it."""

from __future__ import annotations

import contextlib
import ftplib
import io
import re
import socket
import time
import typing as t

import pytest
from unit.emulator.live import BOTH, NMC2, NMC3, converse, image_for

if t.TYPE_CHECKING:
    import pathlib

    from emulator.testing import Emulator, State

FAILURES = (OSError, EOFError, ftplib.Error)


@pytest.fixture
def ftp(pair: Emulator) -> t.Iterator[Emulator]:
    for address in (NMC3, NMC2):
        pair.patch(address, ftp_enabled=True)
    yield pair
    for address in (NMC3, NMC2):
        pair.patch(address, ftp_enabled=False)


@contextlib.contextmanager
def session(emulator: Emulator, address: str, *, password: str = "apc", passive: bool = True) -> t.Iterator[ftplib.FTP]:
    client = ftplib.FTP(timeout=20)
    client.connect(address, emulator.ftp_port)
    with contextlib.closing(client):
        client.login("apc", password)
        client.set_pasv(passive)
        yield client


def put(emulator: Emulator, address: str, image: pathlib.Path, *, block: int = 8192, passive: bool = True) -> str:
    with session(emulator, address, passive=passive) as client, image.open("rb") as file:
        return client.storbinary(f"STOR {image.name}", file, blocksize=block)


def put_and_wait(emulator: Emulator, address: str, image: pathlib.Path, **options: t.Any) -> State:
    before = emulator.state(address)["counters"]["reboots"]
    assert put(emulator, address, image, **options) == "226 Transfer complete."
    return emulator.wait_for_reboot(address, after=before)


@BOTH
def test_ftp_is_off_unless_asked_for(pair: Emulator, address: str) -> None:
    with pytest.raises(OSError, match=r"."):
        socket.create_connection((address, pair.ftp_port), timeout=5).recv(1)
    assert "FTP                : Disabled" in converse(pair, address)[0]


@BOTH
def test_the_greeting_tells_model_and_version_before_a_login(ftp: Emulator, address: str) -> None:
    with session(ftp, address) as client:
        assert re.fullmatch(r"220 AP96\d1 Network Management Card AOS v[\d.]+ FTP server ready\.", client.getwelcome())
        assert ftp.state(address)["sessions"][0]["interface"] == "FTP"
        assert client.quit() == "221 Goodbye."
    ftp.wait(address, lambda state: not state["sessions"])
    assert "FTP                : Enabled" in converse(ftp, address)[0]


@BOTH
def test_the_listing_shows_owners_and_modes(ftp: Emulator, address: str) -> None:
    lines: list[str] = []
    with session(ftp, address) as client:
        client.retrlines("LIST", lines.append)
        assert "config.ini" in client.nlst()
    assert re.fullmatch(r"--wx-wx-wx  1 admin      admin  +\d+ \w{3} +\d+ \d{4}   apc_hw\d\d_aos_[\d.]+\.bin", lines[0])
    assert any(line.endswith("   config.ini") and line.startswith("-rw-rw-rw-  1 admin      admin ") for line in lines)
    assert any(line.endswith("   logs/") and line.startswith("drwxrwxrwx ") for line in lines)


@BOTH
def test_config_ini_can_be_read_and_firmware_cannot(ftp: Emulator, address: str) -> None:
    content = io.BytesIO()
    with session(ftp, address) as client:
        client.retrbinary("RETR config.ini", content.write)
        assert b"\r\n[NetworkTCP/IP]\r\n" in content.getvalue()
        firmware = next(name for name in client.nlst() if name.startswith("apc_"))
        with pytest.raises(ftplib.error_perm, match="Permission denied"):
            client.retrbinary(f"RETR {firmware}", content.write)
        with pytest.raises(ftplib.error_perm, match="No such file"):
            client.retrbinary("RETR /etc/passwd", content.write)


def test_nothing_of_the_machine_is_reached(ftp: Emulator, tmp_path: pathlib.Path) -> None:
    target = tmp_path / "x"
    with session(ftp, NMC3) as client:
        for command in (f"DELE {target}", f"MKD {target}", f"SIZE {tmp_path}", f"MDTM {tmp_path}", f"CWD {tmp_path}"):
            with pytest.raises(ftplib.error_perm):
                client.voidcmd(command)
        assert client.nlst(str(tmp_path.parent)) == []


@BOTH
@pytest.mark.parametrize("passive", [True, False], ids=["passive", "active"])
def test_a_file_in_the_root_is_an_upload(ftp: Emulator, tmp_path: pathlib.Path, address: str, passive: bool) -> None:
    before = ftp.state(address)["counters"]
    state = put_and_wait(ftp, address, image_for(tmp_path, address), passive=passive)
    assert state["stat"] == "A+"
    assert state["versions"]["application"] == ("2.5.5.1" if address == NMC3 else "6.9.7")
    assert state["counters"]["bytes_received"] == before["bytes_received"] + 200_000


@BOTH
def test_an_upload_ends_the_session_with_the_reboot(ftp: Emulator, tmp_path: pathlib.Path, address: str) -> None:
    image, before = image_for(tmp_path, address), ftp.state(address)["counters"]["reboots"]
    with session(ftp, address) as client, image.open("rb") as file:
        client.storbinary(f"STOR {image.name}", file)
        assert ftp.wait_for_reboot(address, after=before)["sessions"] == []
        with pytest.raises(FAILURES):
            client.voidcmd("NOOP")


@BOTH
def test_a_damaged_image_is_refused(ftp: Emulator, tmp_path: pathlib.Path, address: str) -> None:
    image = image_for(tmp_path, address)
    image.write_bytes(image.read_bytes()[:-1])
    with pytest.raises(ftplib.error_perm, match="File corrupt"):
        put(ftp, address, image)
    assert ftp.state(address)["phase"] == "up"


@BOTH
def test_a_foreign_image_is_refused_on_the_way(ftp: Emulator, tmp_path: pathlib.Path, address: str) -> None:
    other = NMC2 if address == NMC3 else NMC3
    with pytest.raises(FAILURES):
        put(ftp, address, image_for(tmp_path, other))
    assert ftp.state(address)["phase"] == "up"


@BOTH
def test_a_wrong_password_is_refused(ftp: Emulator, address: str) -> None:
    with pytest.raises(ftplib.error_perm, match=r"530 Login incorrect\."), session(ftp, address, password="wrong"):
        pass
    ftp.set_faults(address, ["session_limit"])
    with pytest.raises(ftplib.error_perm, match=r"530 Max logins exceeded\."), session(ftp, address):
        pass


@BOTH
def test_a_rebooting_card_says_421(ftp: Emulator, address: str) -> None:
    ftp.set_faults(address, [{"slow_boot": 1, "times": 1}])
    ftp.reboot(address)
    ftp.wait(address, lambda state: state["phase"] == "rebooting")
    with pytest.raises(ftplib.error_temp, match="421 Service not available"), session(ftp, address):
        pass


@BOTH
def test_421_can_be_a_fault(ftp: Emulator, address: str) -> None:
    ftp.set_faults(address, [{"name": "ftp_421", "times": 1}])
    with pytest.raises(ftplib.error_temp, match="421 Service not available"), session(ftp, address):
        pass
    with session(ftp, address):
        pass


@BOTH
@pytest.mark.parametrize(("block", "passive"), [(8192, True), (4096, True), (512, False)])
def test_some_cards_reset_at_55_kilobytes(ftp: Emulator, tmp_path: pathlib.Path, address: str, block: int, passive: bool) -> None:
    ftp.set_faults(address, ["ftp_reset_at_55k"])
    before = ftp.state(address)["counters"]
    with pytest.raises(FAILURES):
        put(ftp, address, image_for(tmp_path, address), block=block, passive=passive)
    after = ftp.state(address)["counters"]
    assert 55_000 <= after["bytes_received"] - before["bytes_received"] < 150_000
    assert after["uploads"] == before["uploads"]


@BOTH
def test_small_blocks_in_passive_mode_come_through(ftp: Emulator, tmp_path: pathlib.Path, address: str) -> None:
    ftp.set_faults(address, ["ftp_reset_at_55k"])
    assert put_and_wait(ftp, address, image_for(tmp_path, address), block=512)["stat"] == "A+"


@BOTH
@pytest.mark.parametrize("fault", [{"drop_after_bytes": 50_000}, {"half_written_slot": 50_000}])
def test_a_transfer_breaks_off(ftp: Emulator, tmp_path: pathlib.Path, address: str, fault: dict[str, int]) -> None:
    ftp.set_faults(address, [{**fault, "times": 1}])
    with pytest.raises(FAILURES):
        put(ftp, address, image_for(tmp_path, address))
    assert ftp.state(address)["half_written"] == ("application" if "half_written_slot" in fault else None)
    assert put_and_wait(ftp, address, image_for(tmp_path, address))["stat"] == "A+"


@BOTH
def test_a_card_stalls_and_goes_on(ftp: Emulator, tmp_path: pathlib.Path, address: str) -> None:
    ftp.set_faults(address, [{"stall": {"bytes": 10_000, "seconds": 0.6}, "times": 1}])
    begun = time.monotonic()
    put_and_wait(ftp, address, image_for(tmp_path, address))
    assert time.monotonic() - begun > 0.6


def test_a_large_image_arrives_fast(ftp: Emulator, tmp_path: pathlib.Path) -> None:
    image = tmp_path / "apc_hw05_sumx_696.bin"
    image.write_bytes(bytes(8 << 20))
    begun = time.monotonic()
    put_and_wait(ftp, NMC2, image)
    assert time.monotonic() - begun < 5
