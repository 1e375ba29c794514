# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Threads for what cannot be asked without waiting: SSH sessions, names, and SNMP v3, which the libraries do."""

from __future__ import annotations

import collections
import contextlib
import socket
import typing as t
from concurrent.futures import Future, ThreadPoolExecutor

from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._open_files import connections

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.dialogue import Job

_SNMP_SESSIONS = 32
_NAMES = 16
_KNOCKS = 256
# What sessions, names and the caller may have open at once.
_OTHER_FILES = 224

_Work = t.TypeVar("_Work")


class Crew(t.Generic[_Work]):
    """A bounded number of threads for each kind of job; `wake` becomes readable when one is done."""

    def __init__(self, *, ssh_sessions: int) -> None:
        sizes = {"ssh": ssh_sessions, "snmp": _SNMP_SESSIONS, "names": _NAMES, "knocks": connections(_KNOCKS, besides=_OTHER_FILES)}
        self._pools = {name: ThreadPoolExecutor(size, thread_name_prefix=f"sweep-{name}") for name, size in sizes.items()}
        self._done: collections.deque[tuple[_Work, Future[t.Any]]] = collections.deque()
        self.wake, self._bell = socket.socketpair()
        self.wake.setblocking(False)
        self._bell.setblocking(False)

    def send(self, work: _Work, job: Job) -> None:
        self._pools[job.crew].submit(job.work).add_done_callback(lambda future: self._ring(work, future))

    def outcomes(self) -> t.Iterator[tuple[_Work, t.Any]]:
        """What jobs have come to: results and NmcErrors. Any other exception is a defect, and raised."""
        with contextlib.suppress(BlockingIOError):
            self.wake.recv(4096)
        while self._done:
            work, future = self._done.popleft()
            error = future.exception()
            yield work, error if isinstance(error, NmcError) else future.result()

    def close(self) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in self._pools.values():
            pool.shutdown()
        self.wake.close()
        self._bell.close()

    def _ring(self, work: _Work, future: Future[t.Any]) -> None:
        self._done.append((work, future))
        # A full buffer will wake the loop as well.
        with contextlib.suppress(BlockingIOError):
            self._bell.send(b"\0")
