# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every action of the collection is: the module's own function, called on the controller in the worker process.

Ansible's connection is never opened. Options that a task leaves out come from the card's variables.
"""

from __future__ import annotations

import contextlib
import typing as t
from pathlib import Path

from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleValueOmittedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible.utils.vars import transform_to_native_types

from ansible_collections.secure_power.nmc.plugins.module_utils import _secrets
from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import host_variables
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._deps import GUFO_SNMP, PARAMIKO, PYSNMP
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, ReplyError, TransferError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Surroundings
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import Run, Task
from ansible_collections.secure_power.nmc.plugins.plugin_utils._memory import LedgerMemory
from ansible_collections.secure_power.nmc.plugins.plugin_utils._records import LedgerRecords
from ansible_collections.secure_power.nmc.plugins.plugin_utils._validation import validated

if t.TYPE_CHECKING:
    from ansible.template import Templar

Variables = dict[str, t.Any]

# The options of a task that its memory is made with.
_REMEMBERED = ("site", "site_limit", "client_limit", "change_reference", "ledger_url", "username", "password")

# Two ways to say one thing: a task that says it in one way must not be overruled by a variable that says it in the other.
_BASELINE = ("baseline", "baseline_file")


class NmcActionBase(ActionBase):
    """An action names its `Task`; everything else is here."""

    TASK: t.ClassVar[Task]

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    @t.final
    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        variables = task_vars or {}
        card = str(variables["inventory_hostname"])
        options = self._options(variables, card)
        try:
            self._read_baseline(options, card)
        except InputError as error:
            return self.TASK.refuse(error, card)
        found = validated(options, self.TASK.spec())
        if isinstance(found, str):
            return self.TASK.refuse(InputError(Reason.INVALID_OPTION, f"{card}: {found}."), card)
        if not self._in_process(card):
            return self._on_delegate(options, variables, card)
        display = Display()
        run = Run(
            card=card,
            check_mode=self._task.check_mode,
            notify=display.display,
            warn=display.warning,
            surroundings=self._surroundings(variables, found, card),
        )
        return self.TASK.run(found, run)

    def _options(self, variables: Variables, card: str) -> dict[str, t.Any]:
        """The task's arguments, and the card's variables for those that are left out."""
        options = {name: _plain(value) for name, value in self._task.args.items()}
        known = self._card_variables(variables, card)
        templar = self._templar.copy_with_new_env(available_variables=known)
        has_baseline = any(options.get(name) is not None for name in _BASELINE)
        for option, names in host_variables(self.TASK.spec()).items():
            if options.get(option) is None and not (has_baseline and option in _BASELINE):
                options[option] = _first_set(names, known, templar)
        if "password" in options and options["password"] is None and not self._task.delegate_to:
            options["password"] = _plain(self._play_context.password) or None
        self._find_images(options)
        return {name: value for name, value in options.items() if value is not None}

    def _card_variables(self, variables: Variables, card: str) -> Variables:
        """With delegate_to, core puts the delegate's ``ansible_*`` into the task's variables: then only the card's own count."""
        hostvars = variables["hostvars"]
        return {**hostvars.raw_get(card), "hostvars": hostvars} if self._task.delegate_to else variables

    def _find_images(self, options: dict[str, t.Any]) -> None:
        """Look image files up as Ansible looks up files; one that is not found is only missed when it is needed."""
        for holder, key in _image_paths(options):
            holder[key] = self._found(holder[key])
        store = options.get("image_store")
        if isinstance(store, str) and "://" not in store:
            options["image_store"] = str(self._loader.path_dwim(store))

    def _found(self, path: str) -> str:
        try:
            return str(self._find_needle("files", path))
        except AnsibleError:
            return path

    def _read_baseline(self, options: dict[str, t.Any], card: str) -> None:
        """Put the document in the place of its file, which is found and decrypted as Ansible does it. Raises `InputError`."""
        path = options.pop("baseline_file", None)
        if path is None or "baseline" in options:
            return
        try:
            document = _plain(self._loader.load_from_file(self._find_needle("files", path)))
        except AnsibleError as error:
            raise InputError(Reason.BASELINE_INVALID, f"{card}: the baseline file {path} cannot be read: {error.message}.") from error
        # A file that says nothing is no baseline, and must not count as none being given.
        options["baseline"] = (document.get("baseline", document) if isinstance(document, dict) else None) or {}

    def _surroundings(self, variables: Variables, params: dict[str, t.Any], card: str) -> Surroundings:
        groups = tuple(sorted(map(str, variables.get("group_names", ()))))
        if "ledger_url" not in params:
            return Surroundings(groups)
        given = {name: params.get(name) for name in _REMEMBERED}
        memory = LedgerMemory(host=card, client=params["client"], check_mode=self._task.check_mode, **given)
        return Surroundings(groups, memory, LedgerRecords(memory))

    def _in_process(self, card: str) -> bool:
        delegate = self._task.delegate_to
        return not delegate or delegate == card or self._connection.transport == "local"

    def _on_delegate(self, options: dict[str, t.Any], variables: Variables, card: str) -> dict[str, t.Any]:
        """On a jump host the module itself runs there, with every option spelled out and the images copied first."""
        delegate = self._task.delegate_to
        if self.TASK.controller_only:
            message = f"{card}: {self.TASK.name} needs the ledger, which is the controller's; it cannot be delegated to {delegate}."
            return self.TASK.refuse(InputError(Reason.INVALID_OPTION, message), card)
        at_home = next((option for option in ("baseline", "image_store") if option in options), None)
        if at_home is not None:
            message = f"{card}: {at_home} cannot be used from {delegate}; give version and image or images, which are copied there."
            return self.TASK.refuse(InputError(Reason.INVALID_OPTION, message), card)
        limit = next((option for option in ("site_limit", "client_limit") if option in options), None)
        if limit is not None:
            message = f"{card}: {limit} needs the ledger, which is the controller's; it cannot be used from {delegate}."
            return self.TASK.refuse(InputError(Reason.INVALID_OPTION, message), card)
        options.pop("ledger_url", None)
        try:
            self._make_tmp_path()
            self._copy_images(options)
        except AnsibleConnectionFailure as error:
            return self._without_delegate(error, card)
        result = self._run_there(options, variables, card)
        if _holds_mask(result.get("ansible_facts")) or _holds_mask(result.get("before")) or _holds_mask(result.get("plan")):
            message = f"{card}: {delegate} masked a part of the card's identity, because it contains a secret of this task."
            refusal = self.TASK.refuse(ReplyError(Reason.MASKED_BY_SECRET, message), card)
            return {**refusal, "changed": bool(result.get("changed"))}
        return result

    def _run_there(self, options: dict[str, t.Any], variables: Variables, card: str) -> dict[str, t.Any]:
        """Run the module. When its result does not come back, it may have sent something, and may still be at it."""
        acts = self.TASK.changes_cards and not self._task.check_mode
        if acts and self._connection.has_option("reconnection_retries"):
            # The SSH plugin's retries would run the module a second time beside the first.
            self._connection.set_option("reconnection_retries", 0)
        try:
            result: dict[str, t.Any] = self._execute_module(module_args=options, task_vars=dict(variables))
        except AnsibleConnectionFailure as error:
            return self._lost(error.message, card, acts=acts) if acts else self._without_delegate(error, card)
        if result.get("failed") and "reason" not in result:
            return {**result, **self._lost(str(result.get("msg")), card, acts=acts)}
        return result

    def _without_delegate(self, error: AnsibleConnectionFailure, card: str) -> dict[str, t.Any]:
        message = f"{card}: there is no connection to {self._task.delegate_to} ({error.message.strip().rstrip('.:')})."
        return self.TASK.refuse(UnreachableError(Reason.DELEGATE_UNREACHABLE, message), card)

    def _lost(self, said: str, card: str, *, acts: bool) -> dict[str, t.Any]:
        message = f"{card}: {self._task.delegate_to} gave no result of {self.TASK.name} ({said.strip().rstrip('.:')})."
        return {**self.TASK.refuse(TransferError(Reason.DELEGATE_LOST, message), card), "changed": acts}

    def _copy_images(self, options: dict[str, t.Any]) -> None:
        for holder, key in _image_paths(options):
            local = Path(holder[key])
            if local.is_file():
                shell = self._connection._shell
                holder[key] = self._transfer_file(str(local), shell.join_path(shell.tmpdir, local.name))


def _first_set(names: t.Sequence[str], known: Variables, templar: Templar) -> t.Any:
    """The value of the first variable that is set; one that is omitted is not."""
    for name in names:
        if known.get(name) is not None:
            with contextlib.suppress(AnsibleValueOmittedError):
                return _plain(templar.template(known[name]))
    return None


def _image_paths(options: dict[str, t.Any]) -> t.Iterator[tuple[dict[str, t.Any], str]]:
    """Where paths of image files stand in the options: the dictionary and the key."""
    releases = [options, *(options.get("stepping_stones") or ())]
    for release in (release for release in releases if isinstance(release, dict)):
        if isinstance(release.get("image"), str):
            yield release, "image"
        images = release.get("images")
        for image in images.values() if isinstance(images, dict) else ():
            if isinstance(image, dict) and isinstance(image.get("path"), str):
                yield image, "path"


def _holds_mask(value: t.Any) -> bool:
    """Whether Ansible's mask for secrets stands anywhere in a value; core masks parts of words on the way back from a module."""
    if isinstance(value, str):
        return _secrets.MASK in value or _secrets.WHOLE_MASK in value
    if isinstance(value, dict):
        return any(_holds_mask(item) for item in value.values())
    return isinstance(value, (list, tuple)) and any(_holds_mask(item) for item in value)


def _plain(value: t.Any) -> t.Any:
    """A value without Ansible's tags, which upset JMESPath, YAML and every isinstance check."""
    return transform_to_native_types(value, redact=False)


def _preload() -> None:
    """Import the libraries in Ansible's main process: each worker is forked from it for one card, and would import them again."""
    PARAMIKO.is_usable()
    if GUFO_SNMP.is_usable():
        GUFO_SNMP.submodule("sync", "preload")
    elif PYSNMP.is_usable():
        PYSNMP.submodule("proto.api", "preload")


_preload()
