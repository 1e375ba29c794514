# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan is an action and no filter because it asks the ledger for the stock, that of each client by itself."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import Spec, subscription_plan_spec
from ansible_collections.secure_power.nmc.plugins.module_utils._license_requests import number_from
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import check_paths
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import preload
from ansible_collections.secure_power.nmc.plugins.plugin_utils._planning.hosts import Host, read_host
from ansible_collections.secure_power.nmc.plugins.plugin_utils._planning.plans import WHO, Order, plan_all
from ansible_collections.secure_power.nmc.plugins.plugin_utils._whole_play import Options, Variables, WholePlayActionBase


class ActionModule(WholePlayActionBase):
    WHO = WHO

    def _spec(self) -> Spec:
        return subscription_plan_spec()

    def _result(self, options: Options, variables: Variables) -> dict[str, t.Any]:
        check_paths(options, "report_directory", card=WHO)
        return plan_all(self._order(options, variables), self._hosts(variables, options["result_variable"]))

    def _order(self, options: Options, variables: Variables) -> Order:
        return Order(
            days=number_from(options, "days", WHO) or 0,
            ledger_url=options["ledger_url"],
            report_directory=self._report_directory(options, variables),
            check_mode=self._task.check_mode,
        )

    def _hosts(self, variables: Variables, result_variable: str) -> t.Iterator[Host]:
        template = functools.partial(self._template, hostvars=variables["hostvars"])
        for name, raw in self._raw(variables):
            yield read_host(name, raw, template=template, result_variable=result_variable)


preload()
