# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judging a fleet by a baseline, with facts as a cache holds them."""

from __future__ import annotations

import json
import time
import typing as t
from datetime import date

from bench.figures import BenchError, Findings, Row, Scale, at_most, median_of
from unit.core.builders import card_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline import Baseline, parse_baseline
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import card_from_facts
from ansible_collections.secure_power.nmc.plugins.module_utils._core.compliance import Circumstances, evaluate
from ansible_collections.secure_power.nmc.plugins.module_utils._core.finding import Finding, Subject
from ansible_collections.secure_power.nmc.plugins.module_utils._matching import jmespath_matcher

_REPEATS = 5
_DOCUMENT: dict[str, t.Any] = {
    "name": "bench",
    "rules": [
        {"name": "left alone", "match": "product_family == 'rack_ats'", "not_applicable": "by the vendor"},
        {"name": "certified", "match": "generation == `3` && product_family == 'smart_ups'", "version": "3.4.0.8"},
        {"name": "NMC2", "match": "generation == `2` && application == 'sumx'", "components": {"aos": "7.2.0", "application": "7.2.0"}},
        {"name": "PDU", "match": "contains(groups, 'pdu') && client == 'acme'", "range": ">=2.5,<2.6"},
    ],
    "waivers": [{"match": "host == 'nobody'", "reason": "freeze", "owner": "dc-ops", "expires": "2099-12-31"}],
}


def measure_judging(scale: Scale) -> Findings:
    cached = [_facts(number) for number in range(scale.fleet)]
    baseline = parse_baseline(_DOCUMENT, jmespath_matcher("bench"))
    if not isinstance(baseline, Baseline):
        raise BenchError(baseline.sentence)
    runs = [_judge(cached, baseline) for _repeat in range(_REPEATS)]
    read, judged, written = (median_of(times, "s") for times in zip(*runs, strict=True))
    work = f"{scale.fleet:,} findings on one core"
    rows = (
        Row(work=f"{work}: judged", figure=judged, limit=at_most(2)),
        Row(work=f"{work}: cards made of cached facts", figure=read),
        Row(work=f"{work}: written as JSON", figure=written),
    )
    return Findings(rows, ("Findings are judged by four rules, a waiver and all advisories; the figures are processor time.",))


def _judge(cached: t.Sequence[dict[str, t.Any]], baseline: Baseline) -> tuple[float, float, float]:
    given = Circumstances(date(2026, 11, 22))
    subjects, read = _timed(lambda: [_subject(number, facts) for number, facts in enumerate(cached)])
    findings, judged = _timed(lambda: [evaluate(subject, baseline, given) for subject in subjects])
    _text, written = _timed(lambda: _json(findings))
    return read, judged, written


def _json(findings: t.Sequence[Finding]) -> str:
    return json.dumps([finding.as_dict() for finding in findings], sort_keys=True)


_Made = t.TypeVar("_Made")


def _timed(make: t.Callable[[], _Made]) -> tuple[_Made, float]:
    started = time.process_time()
    made = make()
    return made, time.process_time() - started


def _subject(number: int, facts: dict[str, t.Any]) -> Subject:
    return Subject(f"host-{number}", card_from_facts(facts), facts, client="acme", groups=("all", "pdu"))


def _facts(number: int) -> dict[str, t.Any]:
    token, application, version = [("hw21", "su", "2.3.1.1"), ("hw05", "sumx", "6.9.6"), ("hw21", "rpdu2g", "2.5.0.6")][number % 3]
    return card_of(token, application, aos=version, app=version).facts("2026-11-22T00:00:00+00:00")
