# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an action is that runs on the controller, once for all hosts of a play.

What it needs of each host comes from that host's own variables.
"""

from __future__ import annotations

import abc
import typing as t
from pathlib import Path

from ansible.plugins.action import ActionBase
from ansible.utils.vars import transform_to_native_types

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._results import error_result
from ansible_collections.secure_power.nmc.plugins.plugin_utils._validation import validated

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import Spec

# The debugger's strategy is a linear one, too.
_LINEAR = ("linear", "debug")
# Where reports of a part of the hosts are written, below those of all.
_LIMITED = "limited"

Options = dict[str, t.Any]
Variables = t.Mapping[str, t.Any]


class WholePlayActionBase(ActionBase):
    """An action says what it is called in messages, its options, and what it does with them."""

    WHO: t.ClassVar[str]

    BYPASS_HOST_LOOP = True

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        try:
            self._insist_on_whole_play()
            return self._result(self._options(), task_vars or {})
        except NmcError as error:
            return error_result(error)

    @abc.abstractmethod
    def _spec(self) -> Spec: ...

    @abc.abstractmethod
    def _result(self, options: Options, variables: Variables) -> dict[str, t.Any]:
        """``options`` are validated, ``variables`` those of the first host. Raises `NmcError`."""

    def _insist_on_whole_play(self) -> None:
        """A batch would be reported as if it were everything. Raises `InputError`."""
        play = self._task.get_play()
        if play.serial:
            raise self._invalid(
                "the play has serial, and a batch would be written as if it were everything; run it in a play without serial"
            )
        strategy = str(play.strategy).rpartition(".")[2]
        if not strategy.endswith(_LINEAR):
            raise self._invalid(
                f"the play's strategy is {strategy}, which does not wait for all hosts; run it in a play with strategy: linear"
            )

    def _options(self) -> Options:
        given = transform_to_native_types(dict(self._task.args), redact=False)
        options = {name: value for name, value in given.items() if value is not None}
        found = validated(options, self._spec())
        if isinstance(found, str):
            raise self._invalid(found)
        return found

    def _raw(self, variables: Variables) -> t.Iterator[tuple[str, Variables]]:
        """All hosts that the play began with, and their raw variables, one after the other: all together would take much memory."""
        for name in variables["ansible_play_hosts_all"]:
            yield str(name), variables["hostvars"].raw_get(name)

    def _report_directory(self, options: Options, variables: Variables) -> Path:
        """A run with --limit sees a part, which must not take the place of what a run without it has written."""
        directory = Path(self._loader.path_dwim(options["report_directory"]))
        return directory / _LIMITED if variables.get("ansible_limit") else directory

    def _template(self, value: t.Any, known: Variables, hostvars: Variables) -> t.Any:
        """Template a value with the raw variables of one host."""
        return self._templar.copy_with_new_env(available_variables={**known, "hostvars": hostvars}).template(value)

    def _invalid(self, sentence: str) -> InputError:
        return InputError(Reason.INVALID_OPTION, f"{self.WHO}: {sentence}.")
