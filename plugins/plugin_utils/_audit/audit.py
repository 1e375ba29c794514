# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One audit from its hosts to its result: read what is missing, judge, report, remember."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey, card_key
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError, InputError, NmcError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.judging import failed
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.memory import AuditMemory
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.report import Report, Summary, differs, file_names, write
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import open_ledger

if t.TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.finding import Finding
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.hosts import Host, Known
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.judging import Judge
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.reading import Asking, Said

Result = dict[str, t.Any]
_SHOWN = 5  # cards of a status in a message


@dataclass(frozen=True)
class Order:
    """What an audit shall do."""

    asking: Asking
    ledger_url: str | None
    report_directory: Path
    fail_on: t.Sequence[str]
    return_findings: bool
    check_mode: bool


class Audit:
    """Its hosts are judged in the order of their names. ``now`` is when it began."""

    def __init__(self, order: Order, judge: Judge, hosts: t.Iterable[Host], *, now: datetime) -> None:
        self._order, self._judge, self._now = order, judge, now
        self._hosts = sorted(hosts, key=lambda host: host.name)
        self._memories: dict[tuple[str, str | None], AuditMemory] = {}
        self._reports: dict[str, Report] = {}
        self._files = file_names({host.client for host in self._hosts}, who="audit")
        self._seen: dict[tuple[str, str | None], list[tuple[CardKey, Result]]] = {}
        self._off: dict[str, list[str]] = {}
        self._findings: list[Result] = []
        self._summary = Summary()

    def run(self) -> Result:
        """Raises `NmcError` for what concerns all cards. Whatever else is wrong is in the findings."""
        self._insist_on_baselines()
        for host in self._hosts:
            if host.error is None:
                self._memory(host)
        said = self._order.asking.ask(self._hosts, now=self._now, tried_at=self._tried_at)
        for host in self._hosts:
            self._add(host, said[host.name])
        changed = self._write_reports()
        if not self._order.check_mode:
            for whose, seen in self._seen.items():
                self._memories[whose].record(seen)
        return self._result(changed=changed)

    def _insist_on_baselines(self) -> None:
        """A baseline of some hosts that cannot be read is a finding; none that can be read at all is an error."""
        failure: NmcError | None = None
        for host in self._hosts:
            try:
                if host.error is None and self._judge.sources.baseline(host.options) is not None:
                    return
            except InputError as error:
                failure = failure or error
        if failure is None and any(host.error is None for host in self._hosts):
            message = "audit: no baseline is given; set baseline_file, or nmc_baseline_file in the variables of the hosts."
            failure = InputError(Reason.INVALID_OPTION, message)
        if failure is not None:
            raise failure

    def _memory(self, host: Host) -> AuditMemory:
        """Opened before any card is asked. Raises `LedgerError`."""
        whose = _whose(host, self._order.ledger_url)
        if whose not in self._memories:
            ledger = open_ledger(whose[1], client=host.client, card=f"audit of {host.client}", check_mode=self._order.check_mode)
            self._memories[whose] = AuditMemory(ledger, today=self._now.date())
        return self._memories[whose]

    def _tried_at(self, host: Host, known: Known) -> datetime | None:
        return self._memory(host).tried_at(known.card)

    def _add(self, host: Host, said: Said) -> None:
        finding = failed(host, host.error) if host.error else self._judge.judge(host, said.answer, self._memory(host))
        report = self._reports.setdefault(host.client, Report(host.client))
        report.add(finding, read_at=said.read_at, removed=host.removed)
        self._summary.add(finding)
        if finding.status.value in self._order.fail_on:
            self._off.setdefault(finding.status.value, []).append(f"{host.name} ({finding.reason.value})")
        if self._order.return_findings:
            self._findings.append(finding.as_dict())
        self._see(host, said, finding)

    def _see(self, host: Host, said: Said, finding: Finding) -> None:
        """Note what was seen for the history of a card; a card that was not read was not seen."""
        key = card_key(said.answer) if isinstance(said.answer, Card) else None
        if isinstance(key, CardKey) and finding.subject.card is not None and said.read_at is not None:
            seen = {
                "host": host.name,
                "site": host.site,
                "read_at": said.read_at.isoformat(timespec="seconds"),
                "status": finding.status.value,
                "reason": finding.reason.value,
                "versions": {part.value: str(version) for part, version in finding.subject.card.firmware_versions.items() if version},
            }
            self._seen.setdefault(_whose(host, self._order.ledger_url), []).append((key, seen))

    def _path(self, client: str) -> Path:
        return self._order.report_directory / self._files[client]

    def _write_reports(self) -> bool:
        """Write them all and say whether one says something new. Raises `BlockedError`."""
        changed = False
        for client, report in self._reports.items():
            path, text = self._path(client), report.render(self._now)
            changed = differs(path, text) or changed
            try:
                if not self._order.check_mode:
                    write(path, text)
            except OSError as error:
                raise BlockedError(Reason.REPORT_UNWRITABLE, f"audit: the report {path} cannot be written: {error.strerror}.") from error
        return changed

    def _result(self, *, changed: bool) -> Result:
        clients = {
            client: {"report": str(self._path(client)), **report.summary.as_dict()} for client, report in sorted(self._reports.items())
        }
        return {
            "changed": changed,
            "failed": bool(self._off),
            "msg": self._message(),
            "summary": self._summary.as_dict(),
            "clients": clients,
            "removed": [name for report in self._reports.values() for name in report.removed],
            "findings": self._findings,
        }

    def _message(self) -> str:
        total = f"{self._summary.hosts} cards"
        if not self._off:
            counts = ", ".join(f"{count} {status}" for status, count in sorted(self._summary.statuses.items()))
            return f"{total}: {counts}."
        told = "; ".join(f"{len(cards)} {status}: {_few(cards)}" for status, cards in sorted(self._off.items()))
        off = sum(map(len, self._off.values()))
        return f"{off} of {total} are what fail_on names. {told}. The reports are in {self._order.report_directory}."


def _few(cards: t.Sequence[str]) -> str:
    more = f" and {len(cards) - _SHOWN} more" if len(cards) > _SHOWN else ""
    return f"{', '.join(cards[:_SHOWN])}{more}"


def _whose(host: Host, ledger_url: str | None) -> tuple[str, str | None]:
    return host.client, ledger_url or host.options.get("ledger_url")
