# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan is made once for all hosts of the play. What it needs of each comes from that host's own variables.

It is an action and no filter because it asks the ledger for the stock, that of each client by itself: nothing of one is in another's list.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.vars import transform_to_native_types

from ansible_collections.secure_power.nmc.plugins.module_utils import _secrets
from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import secret_options, subscription_plan_spec
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._license_requests import number_from
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import check_paths
from ansible_collections.secure_power.nmc.plugins.module_utils._results import error_result
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import preload
from ansible_collections.secure_power.nmc.plugins.plugin_utils._planning.hosts import Host, read_host
from ansible_collections.secure_power.nmc.plugins.plugin_utils._planning.plans import WHO, Order, plan_all

Options = dict[str, t.Any]
Variables = t.Mapping[str, t.Any]


class ActionModule(ActionBase):
    BYPASS_HOST_LOOP = True

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        try:
            if self._task.get_play().serial:
                raise _invalid("the play has serial, and a batch would be written as if it were everything; run it without serial")
            options = self._options()
            return plan_all(self._order(options), self._hosts(task_vars or {}, options["result_variable"]))
        except NmcError as error:
            return error_result(error)

    def _options(self) -> Options:
        given = transform_to_native_types(dict(self._task.args), redact=False)
        options = {name: value for name, value in given.items() if value is not None}
        spec = subscription_plan_spec()
        secrets = [options.get(name) for name in secret_options(spec)]
        _secrets.register(secrets)
        found = ArgumentSpecValidator(spec).validate(options)
        if found.error_messages:
            raise _invalid(_secrets.scrub("; ".join(found.error_messages), secrets))
        check_paths(found.validated_parameters, "report_directory", card=WHO)
        return t.cast("Options", found.validated_parameters)

    def _order(self, options: Options) -> Order:
        return Order(
            days=number_from(options, "days", WHO) or 0,
            ledger_url=options["ledger_url"],
            report_directory=Path(self._loader.path_dwim(options["report_directory"])),
            check_mode=self._task.check_mode,
        )

    def _hosts(self, variables: Variables, result_variable: str) -> t.Iterator[Host]:
        """Of all hosts that the play began with. Raw variables of one after the other: all together would take much memory."""
        hostvars = variables["hostvars"]

        def template(value: t.Any, known: Variables) -> t.Any:
            return self._templar.copy_with_new_env(available_variables={**known, "hostvars": hostvars}).template(value)

        for name in variables["ansible_play_hosts_all"]:
            yield read_host(str(name), hostvars.raw_get(name), template=template, result_variable=result_variable)


def _invalid(sentence: str) -> InputError:
    return InputError(Reason.INVALID_OPTION, f"{WHO}: {sentence}.")


preload()
