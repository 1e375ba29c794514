# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import typing as t
from datetime import UTC, datetime, timedelta

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import Spec, compliance_spec
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import check_paths, check_seconds
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.audit import Audit, Order
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.hosts import Host, HostReader
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.judging import Judge
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.reading import Asking
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.sources import WHO, Sources
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import preload
from ansible_collections.secure_power.nmc.plugins.plugin_utils._whole_play import Options, Variables, WholePlayActionBase


class ActionModule(WholePlayActionBase):
    WHO = WHO

    def _spec(self) -> Spec:
        return compliance_spec()

    def _result(self, options: Options, variables: Variables) -> dict[str, t.Any]:
        check_paths(options, "report_directory", "image_store", "image_store_ca_path", card=WHO)
        check_seconds(options, "deadline", card=WHO)
        now = datetime.now(UTC)
        sources = Sources(
            options,
            find=lambda path: str(self._find_needle("files", path)),
            load=self._loader.load_from_file,
            beside=lambda path: str(self._loader.path_dwim(path)),
        )
        judge = Judge(sources, _allowed(options), now.date())
        return Audit(self._order(options, variables), judge, self._hosts(variables), now=now).run()

    def _order(self, options: Options, variables: Variables) -> Order:
        try:
            max_age = timedelta(seconds=options["max_age"])
        except (OverflowError, ValueError):
            max_age = timedelta(-1)
        if max_age < timedelta(0):
            raise self._invalid(f"max_age is {options['max_age']}, which is no number of seconds")
        return Order(
            asking=Asking(options["gather"], max_age, options["deadline"]),
            ledger_url=options["ledger_url"],
            report_directory=self._report_directory(options, variables),
            fail_on=options["fail_on"] or (),
            return_findings=options["return_findings"],
            check_mode=self._task.check_mode,
        )

    def _hosts(self, variables: Variables) -> t.Iterator[Host]:
        left = set(variables["ansible_play_hosts"])
        reader = HostReader(functools.partial(self._template, hostvars=variables["hostvars"]))
        for name, raw in self._raw(variables):
            yield reader.read(name, raw, removed=name not in left)


def _allowed(options: Options) -> Permissions:
    names = ("downgrade", "version_jump", "rack_ats", "unverified_image")
    return Permissions(**{name: options[f"allow_{name}"] for name in names})


preload()
