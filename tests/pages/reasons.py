# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of all reasons, written from the table that the code uses: `python -m pages.reasons > docs/reasons.md`."""

from __future__ import annotations

from pages.header import HEADER

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Status

_HEAD = """
# Reasons

Every result that is not plain success has a `reason`, a `status` and a `recovery` text. This page is written from the table in
`plugins/module_utils/_core/reasons.py` (`make pages`).

From the first byte of an image on, every failure has the status `failed`, whatever the table says: a card that was written to is
never merely unreachable.
"""

_STATUSES = {
    Status.COMPLIANT: "The card is where it shall be",
    Status.DRIFT: "The card would be changed",
    Status.AHEAD: "The card is newer than it shall be",
    Status.WAIVED: "The card is exempt",
    Status.NOT_ENTITLED: "The card may not have the release",
    Status.NOT_APPLICABLE: "The baseline leaves the card alone",
    Status.NO_RULE: "The baseline says nothing of the card",
    Status.BLOCKED: "Nothing was sent, on purpose",
    Status.UNREACHABLE: "The card does not answer",
    Status.UNKNOWN: "The card does not say enough",
    Status.FAILED: "Something went wrong",
    Status.NEEDS_SITE_VISIT: "Somebody has to go there",
}


def render() -> str:
    """The page as Markdown."""
    sections = [_section(status, title) for status, title in _STATUSES.items()]
    return "\n".join([HEADER + _HEAD, *sections])


def _section(status: Status, title: str) -> str:
    rows = [
        f"| `{reason.value}` | {meaning.sentence} | {meaning.recovery} |"
        for reason, meaning in MEANINGS.items()
        if meaning.status is status
    ]
    return "\n".join([f"## `{status.value}`: {title}", "", "| Reason | What it means | What to do |", "| --- | --- | --- |", *rows, ""])


if __name__ == "__main__":
    print(render(), end="")
