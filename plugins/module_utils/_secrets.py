# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeping secrets out of every text that a person or a log may see."""

from __future__ import annotations

import functools
import importlib
import re
import typing as t

MASK = "********"
# What core puts in the place of a value that is a secret as a whole.
WHOLE_MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

# A shorter secret (`apc`, `public`) is also an ordinary word or part of a file name: it is only masked where it stands
# alone.
_LONG = 8


def scrub(text: str, secrets: t.Iterable[str | None]) -> str:
    """Mask every secret in a text that came from a card or a library, the longest first."""
    forms = {form for secret in secrets if secret for form in (secret, repr(secret)[1:-1])}
    if not forms:
        return text
    return re.sub("|".join(_pattern(form) for form in sorted(forms, key=len, reverse=True)), MASK, text)


def _pattern(secret: str) -> str:
    escaped = re.escape(secret)
    return escaped if len(secret) >= _LONG else rf"(?<![A-Za-z0-9_]){escaped}(?![A-Za-z0-9_])"


def texts(values: t.Iterable[t.Any]) -> list[str]:
    """The texts among the values of options: an option may hold several secrets."""
    flat = (item for value in values for item in (value if isinstance(value, (list, tuple)) else (value,)))
    return [item for item in flat if isinstance(item, str)]


def register(secrets: t.Iterable[str | None]) -> None:
    """Tell the core about secrets, so that it masks them in its own output; cores before 2.22 have no such thing.

    Only long ones: the core masks parts of words, and a password `apc` would turn every file name into nonsense.
    """
    core = _core_masking()
    if core is not None:
        core.register_secrets([secret for secret in secrets if secret and len(secret) >= _LONG])


@functools.cache
def _core_masking() -> t.Any:
    """Looked for once: a search that fails costs as much as everything else that a task does before it reaches the card."""
    try:
        return importlib.import_module("ansible.module_utils.secrets")
    except ImportError:
        return None
