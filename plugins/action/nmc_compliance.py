# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit runs on the controller, once for all hosts of the play. What it needs of each comes from that host's own variables."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible.utils.vars import transform_to_native_types

from ansible_collections.secure_power.nmc.plugins.module_utils import _secrets
from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import compliance_spec, secret_options
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import check_paths, check_seconds
from ansible_collections.secure_power.nmc.plugins.module_utils._results import error_result
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.audit import Audit, Order
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.hosts import Host, HostReader
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.judging import Judge
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.reading import Asking
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.sources import WHO, Sources
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import preload

# The debugger's strategy is a linear one, too.
_LINEAR = ("linear", "debug")

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
            self._insist_on_whole_play()
            return self._audit(task_vars or {})
        except NmcError as error:
            return error_result(error)

    def _insist_on_whole_play(self) -> None:
        """A batch would be reported as if it were everything. Raises `InputError`."""
        play = self._task.get_play()
        if play.serial:
            raise _invalid("the play has serial, and an audit judges all of its hosts at once; run it in a play without serial")
        strategy = str(play.strategy).rpartition(".")[2]
        if not strategy.endswith(_LINEAR):
            raise _invalid(f"the play's strategy is {strategy}, which does not wait for all hosts; run it in a play with strategy: linear")

    def _audit(self, variables: Variables) -> dict[str, t.Any]:
        now = datetime.now(UTC)
        options = self._options()
        sources = Sources(
            options,
            find=lambda path: str(self._find_needle("files", path)),
            load=self._loader.load_from_file,
            beside=lambda path: str(self._loader.path_dwim(path)),
        )
        judge = Judge(sources, _allowed(options), now.date())
        return Audit(self._order(options), judge, self._hosts(variables), now=now).run()

    def _options(self) -> Options:
        given = transform_to_native_types(dict(self._task.args), redact=False)
        options = {name: value for name, value in given.items() if value is not None}
        spec = compliance_spec()
        secrets = [options.get(name) for name in secret_options(spec)]
        _secrets.register(secrets)
        found = ArgumentSpecValidator(spec).validate(options)
        if found.error_messages:
            raise _invalid(_secrets.scrub("; ".join(found.error_messages), secrets))
        check_paths(found.validated_parameters, "report_directory", "image_store", "image_store_ca_path", card=WHO)
        check_seconds(found.validated_parameters, "deadline", card=WHO)
        return t.cast("Options", found.validated_parameters)

    def _order(self, options: Options) -> Order:
        try:
            max_age = timedelta(seconds=options["max_age"])
        except (OverflowError, ValueError):
            raise _invalid(f"max_age is {options['max_age']}, which is no number of seconds") from None
        return Order(
            asking=Asking(options["gather"], max_age, options["deadline"]),
            ledger_url=options["ledger_url"],
            report_directory=Path(self._loader.path_dwim(options["report_directory"])),
            fail_on=options["fail_on"] or (),
            return_findings=options["return_findings"],
            check_mode=self._task.check_mode,
        )

    def _hosts(self, variables: Variables) -> t.Iterator[Host]:
        """Raw variables of one host after the other: all together would take much memory."""
        hostvars, left = variables["hostvars"], set(variables["ansible_play_hosts"])
        reader = HostReader(
            lambda value, known: self._templar.copy_with_new_env(available_variables={**known, "hostvars": hostvars}).template(value)
        )
        for name in variables["ansible_play_hosts_all"]:
            yield reader.read(str(name), hostvars.raw_get(name), removed=name not in left)


def _allowed(options: Options) -> Permissions:
    names = ("downgrade", "version_jump", "rack_ats", "unverified_image")
    return Permissions(**{name: options[f"allow_{name}"] for name in names})


def _invalid(sentence: str) -> InputError:
    return InputError(Reason.INVALID_OPTION, f"{WHO}: {sentence}.")


preload()
