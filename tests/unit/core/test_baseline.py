# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a baseline: what it may say, and the sentence for what it may not."""

from __future__ import annotations

import copy
import json
import typing as t
from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.builders import AOS, APPLICATION, BOOT, version

from ansible_collections.secure_power.nmc.plugins.module_utils._core.advisories import ADVISORIES
from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline import Baseline, Fit, Wanted, parse_baseline
from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline_schema import BASELINE_SCHEMA
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._core.schema import problems
from ansible_collections.secure_power.nmc.plugins.module_utils._core.version_range import parse_range
from ansible_collections.secure_power.nmc.plugins.module_utils._matching import jmespath_matcher

COMPILE = jmespath_matcher("the tests")
RULE: dict[str, t.Any] = {"name": "ups", "version": "2.5.5.1"}
FULL: dict[str, t.Any] = {
    "name": "2026-q4",
    "rules": [
        {
            "name": "Smart-UPS on the certified line",
            "match": "generation == `3` && product_family == 'smart_ups'",
            "version": "3.4.0.8",
            "entitlement": "required",
            "otherwise": {"range": ">=2.5.5.1,<3"},
            "downgrade": "refuse",
            "because": ["IEC 62443-4-2 SL2"],
        },
        {"name": "NMC2", "match": "generation == `2`", "components": {"aos": "7.2.2", "application": "7.2.6", "boot_monitor": "1.0.9"}},
        {"name": "at least", "minimum": "2.5.5.1", "entitlement": "free"},
        {"name": "transfer switches", "match": "product_family == 'rack_ats'", "not_applicable": "updated by the vendor only"},
    ],
    "waivers": [{"match": "name == 'ups-paris-3'", "reason": "change freeze", "owner": "dc-ops", "expires": "2027-01-31"}],
    "free_versions": ["==3.0.1.2"],
    "advisories": [
        {"id": "credentials-2018-nmc2", "withdrawn": True},
        {"id": "ours", "cves": ["CVE-2026-12345"], "generation": 3, "affected": {"aos": "<2.5"}, "source": "our own test"},
    ],
    "stepping_stones": [{"generation": 3, "majors": [2, 3]}],
    "certifications": [
        {"application": "su", "version": "3.4.0.8", "standard": "IEC 62443-4-2", "level": "SL2", "evidence_url": "https://example.org/sl2"}
    ],
}


def read(document: t.Any) -> Baseline:
    found = parse_baseline(document, COMPILE)
    assert isinstance(found, Baseline), found
    return found


def refused(document: t.Any) -> str:
    found = parse_baseline(document, COMPILE)
    assert isinstance(found, Refusal)
    assert found.reason is Reason.BASELINE_INVALID
    return found.sentence


def changed(*path: t.Any, to: t.Any) -> dict[str, t.Any]:
    """The full document with another value at a place."""
    document = copy.deepcopy(FULL)
    place: t.Any = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return document


def test_a_full_document_is_read_as_it_is_written() -> None:
    baseline = read(FULL)
    first, nmc2, least, left = baseline.rules
    assert (baseline.name, [rule.name for rule in baseline.rules]) == ("2026-q4", [rule["name"] for rule in FULL["rules"]])
    assert first.matches({"generation": 3, "product_family": "smart_ups"}) is True
    assert first.wanted is not None
    assert first.wanted.exact == {APPLICATION: version("3.4.0.8")}
    assert (first.needs_entitlement, first.allows_downgrade, first.because) == (True, False, ("IEC 62443-4-2 SL2",))
    assert str(first.otherwise) == "application >=2.5.5.1,<3"
    assert nmc2.wanted is not None
    assert nmc2.wanted.exact == {BOOT: version("1.0.9"), AOS: version("7.2.2"), APPLICATION: version("7.2.6")}
    assert least.wanted is not None
    assert least.wanted.exact is None
    assert least.needs_entitlement is False
    assert (left.wanted, left.not_applicable) == (None, "updated by the vendor only")
    assert baseline.waivers[0].expires == date(2027, 1, 31)
    assert [str(line) for line in baseline.free_versions] == [">=2.5,<2.6", "==3.0.1.2"]
    assert baseline.majors == {3: (2, 3)}
    assert baseline.certifications["su", version("3.4.0.8")].level == "SL2"


def test_advisories_are_withdrawn_added_and_replaced_by_id() -> None:
    ids = [advisory.id for advisory in read(FULL).advisories]
    assert ids == [*(advisory.id for advisory in ADVISORIES if advisory.id != "credentials-2018-nmc2"), "ours"]
    fixed = {**FULL["advisories"][1], "id": "credentials-2018-nmc2", "fixed": {"aos": ">=6.6"}}
    replaced = {advisory.id: advisory for advisory in read(changed("advisories", to=[fixed])).advisories}
    assert len(replaced) == len(ADVISORIES)
    assert str(replaced["credentials-2018-nmc2"].fixed) == "aos >=6.6"


def test_a_rule_without_match_matches_every_card() -> None:
    assert read({"name": "all", "rules": [RULE]}).rules[0].matches({}) is True


def test_the_date_that_yaml_reads_is_a_date() -> None:
    assert read(changed("waivers", 0, "expires", to=date(2027, 1, 31))) is not None


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (None, "baseline is None, which is not a mapping"),
        ([], "baseline is [], which is not a mapping"),
        ({"name": "x"}, "baseline lacks the key rules"),
        ({"name": "x", "rules": []}, "baseline.rules is empty"),
        (
            changed("rules", 0, "version", to=3.1),
            "['Smart-UPS on the certified line'].version is 3.1, which is not a text; put it in quotes",
        ),
        (changed("rules", 0, "version", to="3.x"), "].version is '3.x', which is no version such as 2.5.5.1"),
        (changed("rules", 0, "otherwise", "range", to="2.5"), "].otherwise.range is '2.5', which is no range such as >=2.5.5.1,<3"),
        (changed("rules", 0, "otherwise", to={}), "].otherwise needs exactly one of version, minimum, range, components"),
        (changed("rules", 0, "minimum", to="2.5"), "] needs exactly one of version, minimum, range, components, not_applicable"),
        (changed("rules", 0, "matches", to="x"), "] has the unknown key 'matches'; known are name, match, "),
        (changed("rules", 0, "match", to="generation =="), "].match is no JMESPath expression: "),
        (changed("rules", 0, "match", to="nosuch(name)"), None),
        (changed("rules", 0, "downgrade", to="yes"), "].downgrade is 'yes', which is none of refuse, allow"),
        (changed("rules", 0, "entitlement", to="free"), "] is free, which makes otherwise pointless"),
        (changed("rules", 3, "downgrade", to="allow"), "] is not applicable, which makes downgrade pointless"),
        (changed("rules", 1, "components", to={"bootmon": "1.0.9"}), "].components has the unknown key 'bootmon'"),
        (changed("rules", 1, "components", to={}), "].components is empty"),
        (changed("rules", 1, "components", "aos", to=True), "].components.aos is True, which is not a text"),
        (changed("rules", 1, "name", to="at least"), "baseline.rules has 'at least' twice"),
        (changed("waivers", 0, "expires", to="2027-02-30"), "baseline.waivers[0].expires is '2027-02-30', which is no day of the calendar"),
        (
            changed("waivers", 0, "expires", to="soon"),
            "baseline.waivers[0].expires is 'soon', wanted is the last day on which it holds (UTC): a date such as 2027",
        ),
        (changed("waivers", 0, "expires", to=datetime(2027, 1, 31, tzinfo=UTC)), "which is not a text"),
        (changed("waivers", 0, "owner", to=""), "baseline.waivers[0].owner is empty"),
        (changed("advisories", 0, "id", to="nosuch"), "baseline.advisories['nosuch'] is withdrawn, and there is none of that id"),
        (changed("advisories", 1, "affected", to={"aos": "<2", "application": "<2"}), "['ours'].affected names more than one component"),
        (changed("advisories", 1, to={"id": "ours"}), "['ours'] lacks cves and generation and affected and source"),
        (changed("stepping_stones", 0, "majors", to=[3, 2]), "of generation 3 are not in ascending order"),
        (changed("free_versions", 0, to="3.0"), "baseline.free_versions is '3.0', which is no range"),
        (changed("free_versions", 0, to=">=3.1,<3.1"), "baseline.free_versions is '>=3.1,<3.1', which no version fulfils"),
    ],
)
def test_what_makes_no_sense_is_named_by_rule_and_key(document: t.Any, sentence: str | None) -> None:
    if sentence is None:  # JMESPath finds unknown functions when an expression is applied, not before
        assert read(document).rules
    else:
        assert sentence in refused(document)


def test_everything_that_is_wrong_is_named_at_once_up_to_a_few() -> None:
    rules = [{"name": f"rule {number}", "version": "x"} for number in range(8)]
    sentence = refused({"name": "x", "rules": rules})
    assert sentence.count("which is no version") == 5
    assert sentence.endswith("and 3 more")


# how versions lie to what is wanted


@pytest.mark.parametrize(
    ("running", "fit"),
    [
        ({APPLICATION: "2.5.5.1", AOS: "2.5.5.1"}, Fit.WITHIN),
        ({APPLICATION: "2.9", AOS: "2.5.5.1"}, Fit.WITHIN),
        ({APPLICATION: "2.5.0.6", AOS: "2.5.5.1"}, Fit.BELOW),
        ({APPLICATION: "3.0", AOS: "2.5.5.1"}, Fit.ABOVE),
        ({APPLICATION: "2.5.0.6", AOS: "2.5.9"}, Fit.ABOVE),
        ({APPLICATION: "2.5.5.1"}, Fit.UNSAID),
        ({APPLICATION: "3.0"}, Fit.UNSAID),
    ],
)
def test_of_several_components_the_one_that_stands_in_the_way_decides(running: dict[t.Any, str], fit: Fit) -> None:
    application, aos = parse_range(">=2.5.5.1,<3"), parse_range("==2.5.5.1")
    assert application is not None
    assert aos is not None
    assert Wanted({APPLICATION: application, AOS: aos}).fit({part: version(text) for part, text in running.items()}) is fit


# the published schema


SCALARS = st.none() | st.booleans() | st.integers(-2, 9) | st.floats() | st.sampled_from(["", "x", "2.5.5.1", ">=2.5,<3", "2027-01-31"])
KEYS = ["name", "rules", "version", "match", "components", "aos", "waivers", "expires", "otherwise", "range", "id", "nosuch"]
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4), max_leaves=12
)
PLACES = [("name",), ("rules",), ("rules", 0), ("rules", 0, "version"), ("rules", 0, "otherwise"), ("rules", 1, "components"), ("waivers",)]
PLACES += [("waivers", 0), ("waivers", 0, "expires"), ("advisories", 1, "generation"), ("advisories", 1, "cves"), ("stepping_stones", 0)]
VALIDATOR = jsonschema.Draft202012Validator(BASELINE_SCHEMA)


def test_the_published_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(BASELINE_SCHEMA)
    assert VALIDATOR.is_valid(FULL)


@given(document=DOCUMENTS)
def test_we_accept_what_the_schema_accepts(document: t.Any) -> None:
    assert (problems(document, BASELINE_SCHEMA, "baseline") == []) == VALIDATOR.is_valid(document)


@given(place=st.sampled_from(PLACES), value=DOCUMENTS)
def test_we_accept_what_the_schema_accepts_at_any_place(place: tuple[t.Any, ...], value: t.Any) -> None:
    document = changed(*place, to=value)
    assert (problems(document, BASELINE_SCHEMA, "baseline") == []) == VALIDATOR.is_valid(document)


@given(place=st.sampled_from(PLACES), value=DOCUMENTS)
def test_any_document_is_a_baseline_or_refused_in_one_sentence(place: tuple[t.Any, ...], value: t.Any) -> None:
    found = parse_baseline(changed(*place, to=value), COMPILE)
    assert isinstance(found, Baseline) or (found.sentence and "\n" not in found.sentence)


def test_a_document_without_end_is_cut_off() -> None:
    document: dict[str, t.Any] = {}
    document["rules"] = document
    assert "baseline" in refused(document)


@pytest.mark.parametrize("path", ["docs/baseline.schema.json", "plugins/plugin_utils/baseline.schema.json"])
def test_the_published_files_are_the_schema(path: str) -> None:
    published = Path(__file__).parents[3] / path
    assert json.loads(published.read_text(encoding="utf-8")) == BASELINE_SCHEMA
