# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.samples import SAMPLES, STRANGERS, Sample

from ansible_collections.secure_power.nmc.plugins.module_utils._core.sysdescr import (
    SysDescr,
    is_bare_agent,
    parse_sysdescr,
)

_BY_NAME = pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
_TAIL = " (Embedded PowerNet SNMP Agent SW v2.2 compatible)"


@_BY_NAME
def test_every_captured_text_gives_exactly_its_fields(sample: Sample) -> None:
    assert parse_sysdescr(sample.text) == sample.fields


@_BY_NAME
def test_blanks_around_and_tabs_between_the_fields_change_nothing(sample: Sample) -> None:
    assert parse_sysdescr(f"\r\n {sample.text}\t \r\n") == sample.fields
    fields = sample.text
    for key in ("PF:", "PN:", "AF1:", "AN1:", "MN:", "HR:", "SN:", "MD:"):
        fields = fields.replace(f" {key}", f"\t\t{key}\t")
    if "MB:" in sample.text:
        assert parse_sysdescr(fields) == sample.fields


@_BY_NAME
def test_the_tail_of_ups_applications_changes_nothing(sample: Sample) -> None:
    if "MB:" in sample.text:
        assert parse_sysdescr(sample.text.replace(_TAIL, "")) == sample.fields
        assert parse_sysdescr(sample.text.rstrip() + _TAIL) == sample.fields


@pytest.mark.parametrize("text", [stranger[1] for stranger in STRANGERS])
def test_what_is_no_card_gives_nothing(text: str) -> None:
    assert parse_sysdescr(text) is None


def test_only_the_bare_agent_is_one() -> None:
    assert [sample.name for sample in SAMPLES if is_bare_agent(sample.fields)] == ["an agent without application"]


def test_mb_is_read_as_nothing_at_all() -> None:
    for sample in SAMPLES:
        assert "v4.1.0" not in vars(sample.fields).values()
        assert "v4.2.9" not in vars(sample.fields).values()


def test_a_card_without_a_model_still_says_the_rest() -> None:
    found = parse_sysdescr(
        "APC Web/SNMP Management Card (MB:v4.2.9 PF:v2.5.0.8 PN:apc_hw21_aos_2.5.0.8.bin AF1:v2.5.0.6 AN1:apc_hw21_su_2.5.0.6.bin "
        "MN: HR:5 SN: ZA2215342271 MD:04/18/2022)"
    )
    assert found is not None
    assert (found.model, found.hardware_revision, found.serial) == (None, "5", "ZA2215342271")


@pytest.mark.parametrize("product", ["APC Metered Rack PDU", "APC Environmental Manager", "APC Uniflair SP", "APC InRow DX 300mm"])
def test_the_product_text_is_kept_as_printed(product: str) -> None:
    found = parse_sysdescr(f"{product} (MB:v4.1.0 PF:v6.8.8 PN:apc_hw06_aos_688.bin)")
    assert found == SysDescr(product, "v6.8.8", "apc_hw06_aos_688.bin")


def test_a_cut_text_is_no_card() -> None:
    whole = SAMPLES[0].text
    assert all(parse_sysdescr(whole[:length]) is None for length in range(len(whole)))


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    for one in (text, f"APC Web/SNMP Management Card (MB:{text})", f"x (MB:v1 PF:v6.9.6 MN:{text} SN: {text})"):
        found = parse_sysdescr(one)
        assert found is None or found.product


@pytest.mark.parametrize("text", [" ", "x ", "x (", "x (MB:", "SN: ", "x (MB:v1 SN: ", "APC Embedded PowerNet SNMP Agent (FW v3"])
def test_hostile_lengths_cost_no_time(text: str) -> None:
    started = time.monotonic()
    parse_sysdescr(text * (65_000 // len(text)))
    parse_sysdescr(text + " " * 65_000 + "x")
    assert time.monotonic() - started < 5
