# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options validated as core validates those of a module, with a sentence for everything that is wrong."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.secure_power.nmc.plugins.module_utils import _secrets
from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import Spec, secret_options

Options = dict[str, t.Any]

# Far more than any option counts. Core gets lost in what is infinite, or 1e999999999.
_LARGEST = 10.0**15


def validated(options: Options, spec: Spec) -> Options | str:
    """The options with their types and defaults, or all that is wrong with them, without their secrets, which core is told."""
    secrets = _secrets.texts(options.get(name) for name in secret_options(spec))
    _secrets.register(secrets)
    problems, found = _problems(options, spec)
    return _secrets.scrub(problems, secrets) if problems else found


def _problems(options: Options, spec: Spec) -> tuple[str, Options]:
    too_large = [name for name, option in spec.items() if option["type"] in ("int", "float") and _is_too_large(options.get(name))]
    if too_large:
        return f"the number in {' and '.join(too_large)} is too large", {}
    found = ArgumentSpecValidator(spec).validate(options)
    return "; ".join(found.error_messages), found.validated_parameters


def _is_too_large(value: t.Any) -> bool:
    try:
        return abs(float(value)) > _LARGEST
    except OverflowError:
        return True
    except (TypeError, ValueError):
        return False
