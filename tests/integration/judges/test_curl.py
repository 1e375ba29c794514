# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""curl as the judge of FTP and HTTPS."""

from __future__ import annotations

import subprocess
import typing as t

import pytest
from integration.judges.judged_fleet import FTP_NMC2, FTP_NMC3

from emulator.testing import make_image

if t.TYPE_CHECKING:
    import pathlib

    from emulator.testing import Emulator

BOTH = pytest.mark.parametrize("address", [FTP_NMC2, FTP_NMC3])
_RESET = (55, 56)  # curl's exit codes for a connection that breaks while sending or receiving


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["curl", "--silent", "--show-error", "--max-time", "30", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def ftp(emulator: Emulator, address: str, path: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    emulator.wait_until_up(address)
    return run("--user", "apc:apc", *arguments, f"ftp://{address}:{emulator.ftp_port}/{path}")


@BOTH
def test_curl_lists_and_fetches(emulator: Emulator, address: str) -> None:
    listing = ftp(emulator, address, "").stdout.splitlines()
    assert listing[0].startswith("--wx-wx-wx  1 admin      admin ")
    assert listing[2].endswith("   config.ini")
    fetched = ftp(emulator, address, "config.ini")
    assert (fetched.returncode, fetched.stderr) == (0, "")
    assert fetched.stdout.startswith("; Schneider Electric\n; Network Management Card AOS v")


@BOTH
@pytest.mark.parametrize("mode", [[], ["--disable-epsv"], ["--ftp-port", "-"], ["--ftp-port", "-", "--disable-eprt"]])
def test_curl_uploads_an_image_that_is_applied(emulator: Emulator, tmp_path: pathlib.Path, address: str, mode: list[str]) -> None:
    before = emulator.wait_until_up(address)
    token, application = before["hardware_token"], before["application"]
    version = "2.5.6.1" if address == FTP_NMC3 else "6.9.8"
    image = make_image(tmp_path / "image.bin", hardware_token=token, application=application, version=version)
    result = ftp(emulator, address, image.name, "--upload-file", str(image), *mode)
    assert result.returncode == 0, result.stderr
    state = emulator.wait_for_reboot(address, after=before["counters"]["reboots"])
    assert state["versions"]["application"] == version


def test_curl_meets_the_reset_of_large_blocks(emulator: Emulator, tmp_path: pathlib.Path) -> None:
    emulator.set_faults(FTP_NMC2, ["ftp_reset_at_55k"])
    (tmp_path / "apc_hw05_sumx_697.bin").write_bytes(bytes(1_000_000))
    result = ftp(emulator, FTP_NMC2, "apc_hw05_sumx_697.bin", "--upload-file", str(tmp_path / "apc_hw05_sumx_697.bin"))
    emulator.set_faults(FTP_NMC2, [])
    assert result.returncode in _RESET, result


@BOTH
def test_curl_is_sent_to_the_home_page(emulator: Emulator, address: str) -> None:
    emulator.wait_until_up(address)
    url = f"https://{address}:{emulator.https_port}/"
    assert "self-signed certificate" in run(url).stderr
    result = run("--insecure", "--write-out", "%{http_code} %{redirect_url}", url)
    assert (result.stdout, result.returncode) == (f"303 {url}home.htm", 0)
