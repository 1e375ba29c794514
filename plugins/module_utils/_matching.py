# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JMESPath for the matches of a baseline, which the rules take as plain functions."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._deps import JMESPATH

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline import Compile, Document, Matcher


def jmespath_matcher(card: str) -> Compile:
    """What compiles expressions; every error of the library is a ValueError. Raises `InputError` MISSING_LIBRARY."""
    jmespath = JMESPATH.load(card)

    def compile_match(expression: str) -> Matcher:
        return functools.partial(_search, _as_value_error(jmespath.compile, expression))

    return compile_match


def _search(compiled: t.Any, document: Document) -> t.Any:
    return _as_value_error(compiled.search, document)


def _as_value_error(function: t.Callable[[t.Any], t.Any], argument: t.Any) -> t.Any:
    """The library looks into texts, at numbers and at depths without asking Python first: ``contains(name, site)`` without a site."""
    try:
        return function(argument)
    except (TypeError, ArithmeticError, RecursionError) as error:
        raise ValueError(str(error)) from error
