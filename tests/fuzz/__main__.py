# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Command line: ``python -m fuzz --inputs 1000000 --guided`` feeds the parsers, ``--target NAME --repeat BASE64`` one of them once."""

from __future__ import annotations

import argparse
import base64
import importlib.util
import os
import pathlib
import sys
import tempfile
import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

from fuzz.child import repeat
from fuzz.run import Run, run_target
from fuzz.targets import TARGETS, shares


def main(argv: t.Sequence[str]) -> int:
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.repeat is None:
        return _feed_all(arguments)
    if arguments.target is None:
        parser.error("--repeat needs --target")
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        repeat(arguments.target, base64.b64decode(arguments.repeat), pathlib.Path(folder))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fuzz", description="Feed every parser with hostile and random input.")
    parser.add_argument("--inputs", type=int, default=20_000, help="of all targets together (default: 20000)")
    parser.add_argument("--target", choices=TARGETS, help="only this one")
    parser.add_argument("--seed", type=int, default=0, help="another number gives other inputs (default: 0)")
    parser.add_argument("--guided", action="store_true", help="let atheris, where it is installed, look for input that reaches new code")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="targets at a time (default: as many as processors)")
    parser.add_argument("--repeat", metavar="BASE64", help="feed this one input to the target, here")
    return parser


def _feed_all(arguments: argparse.Namespace) -> int:
    started = time.monotonic()
    guided = arguments.guided and importlib.util.find_spec("atheris") is not None
    if arguments.guided and not guided:
        print("atheris is not installed here: the inputs are random mutations, and nothing guides them")
    runs = list(_runs(arguments, guided=guided))
    problems = [run.problem for run in runs if run.problem]
    for problem in problems:
        print(f"\n{problem}")
    total, seconds = sum(run.inputs for run in runs), time.monotonic() - started
    verdict = f"{len(problems)} of {len(runs)} targets FAILED" if problems else "all targets passed"
    print(f"{total:,} inputs in {seconds:.0f} s ({total / seconds:,.0f}/s), {verdict}")
    return 1 if problems else 0


def _runs(arguments: argparse.Namespace, *, guided: bool) -> t.Iterator[Run]:
    names = [arguments.target] if arguments.target else list(TARGETS)
    with ThreadPoolExecutor(arguments.workers) as pool:
        waiting = [
            pool.submit(run_target, name, inputs, seed=arguments.seed, guided=guided)
            for name, inputs in shares(arguments.inputs, names).items()
        ]
        for future in waiting:
            run = future.result()
            print(run, flush=True)
            yield run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
