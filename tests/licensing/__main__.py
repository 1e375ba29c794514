# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Command line: ``python -m licensing`` serves until interrupted; README.md has the options and the stock file."""

from __future__ import annotations

import argparse
import asyncio
import pathlib
import signal
import sys
import tempfile

import yaml

from licensing.server import ServerOptions, serve
from licensing.stock import EXAMPLE, StockError


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    # The server hands its signals on when it is done, and they must not end the program before it has cleaned up.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_arguments: sys.exit(0))
    try:
        stock = yaml.safe_load(options.stock.read_text(encoding="utf-8")) if options.stock else EXAMPLE
        with tempfile.TemporaryDirectory(prefix="licensing-") as scratch:
            settings = ServerOptions(
                state_dir=options.state_dir or pathlib.Path(scratch),
                port=options.port,
                tls=not options.plain,
                ready_file=options.ready_file,
                max_seconds=options.max_seconds,
            )
            settings.state_dir.mkdir(parents=True, exist_ok=True)
            asyncio.run(serve(stock, settings))
    except (StockError, OSError, yaml.YAMLError) as error:
        print(f"licensing: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="licensing", description="A licensing bridge with the rules of the vendor's FAQ.")
    parser.add_argument("--stock", type=pathlib.Path, help="YAML file of what was bought (default: that of the contract's examples)")
    parser.add_argument("--port", type=int, default=0, help="0 (default): any free port")
    parser.add_argument("--plain", action="store_true", help="HTTP instead of HTTPS")
    parser.add_argument("--ready-file", type=pathlib.Path, help="written as JSON once it listens: url and ca_path")
    parser.add_argument("--state-dir", type=pathlib.Path, help="where the certificate is written (default: a temporary one)")
    parser.add_argument("--max-seconds", type=float, help="end after this time")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
