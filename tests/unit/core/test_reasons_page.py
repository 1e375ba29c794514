# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from pages.reasons import render

_PAGE = Path(__file__).parents[3] / "docs" / "reasons.md"


def test_the_page_of_reasons_says_what_the_table_says() -> None:
    assert _PAGE.read_text(encoding="utf-8") == render(), "write it anew with: make pages"
