# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the cards of a client are judged by: baselines and image stores, each read once however many hosts name it."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.utils.vars import transform_to_native_types

from ansible_collections.secure_power.nmc.plugins.module_utils._core.baseline import Baseline, parse_baseline
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._matching import jmespath_matcher
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.downloads import Downloads

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Store

Options = t.Mapping[str, t.Any]
_Made = t.TypeVar("_Made")

WHO = "audit"
_BASELINE = ("baseline", "baseline_file")
# Judges by no rule, for hosts to which nobody gave a baseline.
NO_BASELINE = Baseline("none", ())


class Sources:
    """``task`` are the options of the task; what it leaves out comes from those of each host."""

    def __init__(
        self, task: Options, *, find: t.Callable[[str], str], load: t.Callable[[str], t.Any], beside: t.Callable[[str], str]
    ) -> None:
        """``find`` looks a file up, ``load`` reads one, ``beside`` makes a path out of one that is relative to the playbook."""
        self._task, self._find, self._load, self._beside = task, find, load, beside
        self._made: dict[str, t.Any] = {}

    def baseline(self, host: Options) -> Baseline | None:
        """None where neither task nor host give one. Raises `InputError`."""
        given = next((options for options in (self._task, host) if any(options.get(name) is not None for name in _BASELINE)), None)
        if given is None:
            return None
        if given.get("baseline") is not None:
            document = given["baseline"]
            return self._once(f"baseline {id(document)}", lambda: (document, _parsed(document, "baseline")))[1]
        path = str(given["baseline_file"])
        return self._once(f"file {path}", lambda: _parsed(self._document(path), path))

    def store(self, host: Options) -> Store | None:
        """Raises `InputError` or `BlockedError`."""
        location, authorities = (self._task.get(name) or host.get(name) for name in ("image_store", "image_store_ca_path"))
        if not location:
            return None
        path = location if "://" in location else self._beside(location)
        # Only the manifest is read, so that the place of the cache does not matter.
        downloads = Downloads(Path(), authorities, host.get("timeout", 30.0), WHO)
        return self._once(f"store {path} {authorities}", lambda: downloads.open_store(path))

    def _document(self, path: str) -> t.Any:
        try:
            document = transform_to_native_types(self._load(self._find(path)), redact=False)
        except AnsibleError as error:
            raise InputError(Reason.BASELINE_INVALID, f"{WHO}: the baseline file {path} cannot be read: {error.message}.") from error
        return document.get("baseline", document) if isinstance(document, dict) else document

    def _once(self, name: str, make: t.Callable[[], _Made]) -> _Made:
        """What was made before, or the error that came of it."""
        if name not in self._made:
            try:
                self._made[name] = make()
            except NmcError as error:
                self._made[name] = error
        if isinstance(self._made[name], NmcError):
            raise self._made[name]
        return t.cast("_Made", self._made[name])


def _parsed(document: t.Any, name: str) -> Baseline:
    found = parse_baseline(document, jmespath_matcher(WHO))
    if isinstance(found, Refusal):
        raise InputError(found.reason, f"{WHO}: {name}: {found.sentence}.")
    return found
