# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judgement on each host: the finding that an upgrade of its card would act on."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.secure_power.nmc.plugins.module_utils._core.compliance import Circumstances, evaluate
from ansible_collections.secure_power.nmc.plugins.module_utils._core.enforcement import Policy
from ansible_collections.secure_power.nmc.plugins.module_utils._core.finding import Finding, Subject
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions, declared_card
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import lower
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.sources import NO_BASELINE, WHO

if t.TYPE_CHECKING:
    from datetime import date

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline import Baseline
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Store
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.hosts import Host
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.memory import AuditMemory
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.sources import Sources


@dataclass(frozen=True)
class Judge:
    """What is the same for all hosts of an audit."""

    sources: Sources
    allow: Permissions
    today: date

    def judge(self, host: Host, said: Card | NmcError | Refusal, memory: AuditMemory) -> Finding:
        """``said`` is what the card said, or why it said nothing."""
        try:
            baseline, store = self.sources.baseline(host.options) or NO_BASELINE, self.sources.store(host.options)
        except NmcError as error:
            return failed(host, error)
        if isinstance(said, (NmcError, Refusal)):
            return self._unread(host, said, baseline, memory)
        return self._read(host, said, baseline, store, memory)

    def _unread(self, host: Host, why: NmcError | Refusal, baseline: Baseline, memory: AuditMemory) -> Finding:
        unread = refusal_of(why, host.name) if isinstance(why, NmcError) else why
        known = host.known
        lost_in = memory.lost_in(host.name, known.card if known else None, known.read_at if known else None)
        return evaluate(replace(_subject(host), unread=unread, lost_in=lost_in), baseline, Circumstances(self.today))

    def _read(self, host: Host, card: Card, baseline: Baseline, store: Store | None, memory: AuditMemory) -> Finding:
        """In the very words of `plan_by_baseline`, without the plan."""
        application = lower(host.options["expected_application"]) or memory.lost_application(card)
        declared = declared_card(card, serial=host.options["serial"] or None, expected_application=application)
        if isinstance(declared, Refusal):
            subject = replace(_subject(host), card=card)
            return Finding(subject, baseline.name, MEANINGS[declared.reason].status, declared.reason, declared.sentence)
        rights = functools.partial(memory.rights, purchase_date=host.options["purchase_date"])
        policy = Policy(baseline, host.name, host.client, host.site, host.groups, self.today, rights)
        return policy.judge(declared, Circumstances(self.today, store, self.allow))


def refusal_of(error: NmcError, who: str) -> Refusal:
    """An error as a finding says it: without the name in front and the full stop behind."""
    return Refusal(error.reason, error.message.removeprefix(f"{who}: ").removesuffix("."))


def failed(host: Host, error: NmcError) -> Finding:
    """The finding of a host that cannot be judged at all."""
    refusal = refusal_of(error, host.name if error is host.error else WHO)
    return Finding(_subject(host), NO_BASELINE.name, error.status, refusal.reason, refusal.sentence)


def _subject(host: Host) -> Subject:
    return Subject(host=host.name, card=None, facts=None, client=host.client, site=host.site, groups=host.groups)
