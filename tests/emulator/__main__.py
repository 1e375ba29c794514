# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Command line: ``python -m emulator --fleet FILE`` serves a fleet, ``python -m emulator image`` makes an image."""

from __future__ import annotations

import argparse
import asyncio
import pathlib
import sys
import tempfile

from emulator.firmware import COMPONENTS, Image, image_bytes
from emulator.fleet import FleetError, load_fleet
from emulator.server import ServerOptions, serve


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["image"]:
        return _make_image(_image_parser().parse_args(arguments[1:]))
    return _serve(_fleet_parser().parse_args(arguments))


def _fleet_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="emulator", description="Emulate a fleet of network management cards.")
    parser.add_argument("--fleet", type=pathlib.Path, required=True, help="YAML file that describes the cards")
    for name in ("ssh", "snmp", "https", "ftp", "control"):
        parser.add_argument(f"--{name}-port", type=int, default=0, help="0 (default): any free port")
    parser.add_argument("--ready-file", type=pathlib.Path, help="written as JSON once everything listens")
    parser.add_argument("--state-dir", type=pathlib.Path, help="where host keys persist (default: a temporary one)")
    parser.add_argument("--known-hosts", type=pathlib.Path, help="OpenSSH known_hosts file to write")
    parser.add_argument("--max-seconds", type=float, help="end after this time")
    return parser


def _image_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="emulator image", description="Make a firmware image for emulated cards.")
    parser.add_argument("--hardware-token", required=True)
    parser.add_argument("--component", choices=COMPONENTS, required=True)
    parser.add_argument("--application", help="application name, for component application")
    parser.add_argument("--version", required=True)
    parser.add_argument("--aos-version", help="AOS inside a one-file image (default: as known for the release)")
    parser.add_argument("--boot-monitor-version", help="boot monitor inside a one-file image")
    parser.add_argument("--size", type=int, default=1 << 20, help="bytes (default 1 MiB)")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    return parser


def _make_image(options: argparse.Namespace) -> int:
    image = Image(
        hardware_token=options.hardware_token,
        component=options.component,
        name=options.application,
        version=options.version,
        aos_version=options.aos_version,
        boot_monitor_version=options.boot_monitor_version,
    )
    try:
        options.output.write_bytes(image_bytes(image, size=options.size))
    except (OSError, ValueError) as error:
        print(f"emulator image: {error}", file=sys.stderr)
        return 1
    return 0


def _serve(options: argparse.Namespace) -> int:
    try:
        fleet = load_fleet(options.fleet)
        with tempfile.TemporaryDirectory(prefix="emulator-") as scratch:
            state_dir = options.state_dir or pathlib.Path(scratch)
            state_dir.mkdir(parents=True, exist_ok=True)
            settings = ServerOptions(
                state_dir=state_dir,
                ssh_port=options.ssh_port,
                snmp_port=options.snmp_port,
                https_port=options.https_port,
                ftp_port=options.ftp_port,
                control_port=options.control_port,
                ready_file=options.ready_file,
                known_hosts=options.known_hosts,
                max_seconds=options.max_seconds,
            )
            asyncio.run(serve(fleet, settings))
    except (FleetError, OSError) as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
