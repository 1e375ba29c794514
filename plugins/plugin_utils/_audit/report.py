# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reports of an audit: one file for each client, which holds nothing of any other."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
import typing as t
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.secure_power.nmc.plugins.module_utils._core.advisories import Exposed
from ansible_collections.secure_power.nmc.plugins.module_utils._core.file_names import file_name
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason, Status
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError

if t.TYPE_CHECKING:
    from datetime import datetime

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.finding import Finding

FORMAT = 1
# Each stands in a line of its own, and no other line holds a time.
_TIMES = (' "generated_at": ', ' "read_at": ')
# The beginning of the name of a report that is being written, and after how many seconds nobody writes it any more.
_UNFINISHED, _ABANDONED = ".report.", 3600.0


@dataclass
class Summary:
    """How many cards have which status and reason, and how many are exposed to which advisory, or may be."""

    hosts: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    exposures: dict[str, Counter[str]] = field(default_factory=dict)
    expired_waivers: int = 0

    def add(self, finding: Finding) -> None:
        self.hosts += 1
        self.statuses[finding.status.value] += 1
        self.reasons[finding.reason.value] += 1
        self.expired_waivers += bool(finding.expired_waivers)
        for exposure in finding.exposures:
            self.exposures.setdefault(exposure.advisory.id, Counter())[exposure.state.value] += 1

    def as_dict(self) -> dict[str, t.Any]:
        """Every status is there, so that a reader need not ask whether it is."""
        return {
            "hosts": self.hosts,
            "statuses": {status.value: self.statuses[status.value] for status in Status},
            "reasons": dict(sorted(self.reasons.items())),
            "exposures": {name: {state.value: found[state.value] for state in Exposed} for name, found in sorted(self.exposures.items())},
            "cards_with_expired_waivers": self.expired_waivers,
        }


class Report:
    """The findings of one client. They are added in the order of their hosts."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.summary = Summary()
        self.removed: list[str] = []
        self._lines: list[str] = []
        self._read_at: dict[str, str] = {}

    def add(self, finding: Finding, *, read_at: datetime | None, removed: bool) -> None:
        host = finding.subject.host
        self.summary.add(finding)
        self._lines.append(f"  {_json(finding.as_dict())}")
        if removed:
            self.removed.append(host)
        if read_at is not None:
            self._read_at[host] = _text(read_at)

    def render(self, generated_at: datetime) -> str:
        """JSON with a line for each finding, which is the same for the same findings but for its times."""
        head = {
            "client": self.client,
            "format": FORMAT,
            "generated_at": _text(generated_at),
            "read_at": self._read_at,
            "removed": self.removed,
            "summary": self.summary.as_dict(),
        }
        lines = "".join(f' "{name}": {_json(content)},\n' for name, content in head.items())
        findings = ",\n".join(self._lines)
        return f'{{\n{lines} "findings": [\n{findings}\n ]\n}}\n'


def file_names(clients: t.Iterable[str], *, who: str) -> dict[str, str]:
    """The file of each client. Raises `InputError` where two would share one."""
    names: dict[str, str] = {}
    owners: dict[str, str] = {}
    for client in sorted(clients):
        names[client] = f"{file_name(client)}.json"
        # Some file systems do not tell capitals from small letters.
        other = owners.setdefault(names[client].lower(), client)
        if other != client:
            message = f"{who}: the clients {other!r} and {client!r} would share the report {names[client]}; rename one of them."
            raise InputError(Reason.INVALID_OPTION, message)
    return names


def differs(path: Path, text: str) -> bool:
    """Whether a report says something else than the one in its place, but for times."""
    try:
        before = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return True
    return _without_times(before) != _without_times(text)


def write(path: Path, text: str) -> None:
    """A file for its owner only, which is there as a whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _tidy(path.parent)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _tidy(directory: Path) -> None:
    """Remove what audits that were killed have left behind; younger ones may still be writing, and others' files stay."""
    for left in directory.glob(f"{_UNFINISHED}*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink()


def _without_times(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(_TIMES)]


def _json(content: t.Any) -> str:
    return json.dumps(content, sort_keys=True)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
