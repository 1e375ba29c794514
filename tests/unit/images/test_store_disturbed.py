# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image store while runs are killed and while others write to it: it stays whole, and nothing is lost."""

from __future__ import annotations

import fcntl
import functools
import multiprocessing
import os
import signal
import sys
import time
import typing as t

from unit.images.builders import (
    SU,
    check_whole,
    content_of,
    snapshot,
    take_in,
    write_image,
    write_package,
)

from ansible_collections.secure_power.nmc.plugins.module_utils._operations import packages, store

if t.TYPE_CHECKING:
    import pathlib
    import types
    from multiprocessing.context import ForkServerProcess

    import pytest

_MOMENTS = 120
_FILES = {store.__file__, packages.__file__}


# A process that is free of the threads of pytest's own machinery, and forks one for each run.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["unit.images.builders"])


def started(work: t.Callable[..., object], *arguments: object) -> ForkServerProcess:
    process = _PROCESSES.Process(target=work, args=arguments)
    process.start()
    return process


def status_of(process: ForkServerProcess) -> int | None:
    process.join(60)
    return process.exitcode


def at_line(number: int, work: t.Callable[[], object], react: t.Callable[[], object]) -> int:
    """Do some work and react when so many lines of the store's code have begun; return how many began."""
    begun = 0

    def follow(frame: types.FrameType, event: str, _arg: object) -> t.Any:
        nonlocal begun
        if frame.f_code.co_filename not in _FILES:
            return None
        if event == "line":
            begun += 1
            if begun == number:
                react()
        return follow

    sys.settrace(follow)
    try:
        work()
    finally:
        sys.settrace(None)
    return begun


def be_killed_at(number: int, shared: pathlib.Path, source: pathlib.Path) -> None:
    at_line(number, functools.partial(take_in, shared, source), lambda: os.kill(os.getpid(), signal.SIGKILL))


def take_in_each(shared: pathlib.Path, sources: list[pathlib.Path]) -> None:
    for source in sources:
        assert take_in(shared, source)["changed"] in (True, False)


def test_a_run_that_is_killed_at_any_moment_leaves_a_whole_store_and_the_next_one_ends_right(tmp_path: pathlib.Path) -> None:
    old, new = write_image(tmp_path / "old", SU), write_package(tmp_path / "new")
    reference = tmp_path / "reference"
    take_in(reference, old)
    before = snapshot(reference)["manifest.yml"]
    lines = at_line(0, lambda: take_in(reference, new), lambda: None)
    after = snapshot(reference)["manifest.yml"]
    seen = set()
    for moment in range(1, lines + 1, max(1, lines // _MOMENTS)):
        hit = tmp_path / f"store-{moment}"
        take_in(hit, old)
        assert status_of(started(be_killed_at, moment, hit, new)) == -signal.SIGKILL
        check_whole(hit)
        seen.add((hit / "manifest.yml").read_bytes())
        assert seen <= {before, after}
        take_in(hit, new)
        assert snapshot(hit) == snapshot(reference)
    assert seen == {before, after}


def test_a_store_that_is_made_when_the_run_is_killed_is_made_by_the_next_one(tmp_path: pathlib.Path) -> None:
    source = write_image(tmp_path, SU)
    lines = at_line(0, lambda: take_in(tmp_path / "reference", source), lambda: None)
    for moment in range(1, lines + 1, max(1, lines // 20)):
        hit = tmp_path / f"store-{moment}"
        assert status_of(started(be_killed_at, moment, hit, source)) == -signal.SIGKILL
        take_in(hit, source)
        assert snapshot(hit) == snapshot(tmp_path / "reference")


def test_runs_at_the_same_time_lose_nothing(tmp_path: pathlib.Path) -> None:
    shared = tmp_path / "store"
    names = [f"apc_hw05_app{number}_720.bin" for number in range(8)]
    sources = [write_image(tmp_path / name, name) for name in names]
    children = [started(take_in_each, shared, [source]) for source in sources * 2]
    assert [status_of(child) for child in children] == [0] * 16
    manifest = check_whole(shared)
    assert [path.rsplit("/", 1)[1] for path in manifest["images"]] == names
    assert [release["application"] for release in manifest["releases"]] == [f"app{number}" for number in range(8)]
    assert len(snapshot(shared)) == 9


def test_a_reader_never_meets_half_a_manifest(tmp_path: pathlib.Path) -> None:
    shared = tmp_path / "store"
    sources = [write_image(tmp_path / str(number), f"apc_hw05_app{number}_720.bin") for number in range(30)]
    take_in(shared, sources[0])

    child, counts = started(take_in_each, shared, sources), [0]
    while counts[-1] < 30:
        counts.append(len(store.read_manifest(shared).images))
        check_whole(shared)
        assert len(counts) < 100_000
    assert status_of(child) == 0
    assert counts == sorted(counts)


def test_a_run_that_holds_the_store_too_long_is_not_waited_for_forever(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_PATIENCE", 0.5)
    shared, source = tmp_path / "store", write_image(tmp_path, SU)
    shared.mkdir()
    with (shared / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        began = time.monotonic()
        ran = take_in(shared, source)
        assert 0.4 < time.monotonic() - began < 5
    assert ran["reason"] == "store_unwritable"
    assert f"another run has been writing to {shared}" in ran.said
    assert take_in(shared, source)["changed"] is True


def test_a_source_that_changes_while_it_is_taken_in_is_noticed(tmp_path: pathlib.Path) -> None:
    """The bytes that lie in the store are those whose SHA-256 the manifest says."""
    source, shared = write_image(tmp_path, SU), tmp_path / "store"
    lines = at_line(0, lambda: take_in(tmp_path / "reference", source), lambda: None)
    outcomes = set()
    for moment in range(1, lines + 1, max(1, lines // 60)):
        source.write_bytes(content_of(SU))
        at_line(moment, functools.partial(take_in, shared, source), lambda: source.write_bytes(b"changed"))
        source_is_in = (shared / "manifest.yml").exists()
        if source_is_in:
            check_whole(shared)
        outcomes.add(source_is_in)
        for path in snapshot(shared):
            (shared / path).unlink()
    assert outcomes == {True, False}
