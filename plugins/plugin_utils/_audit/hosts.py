# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts of an audit: what the variables of each say, without those of any other."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ansible.errors import AnsibleError, AnsibleValueOmittedError
from ansible.utils.vars import transform_to_native_types

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import (
    audited_host_spec,
    host_variables,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card, card_from_facts
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import day_from
from ansible_collections.secure_power.nmc.plugins.plugin_utils._validation import validated

Variables = t.Mapping[str, t.Any]
Options = dict[str, t.Any]
# Templates a value with the variables of one host.
Template = t.Callable[[t.Any, Variables], t.Any]

# Texts that differ from host to host: everything else is validated once for all hosts that agree in it.
_OWN = ("host", "serial", "host_key_fingerprint", "purchase_date")
_NOBODY = "default"


@dataclass(frozen=True)
class Known:
    """A card as it was read before, and when; ``is_missing``: it has been silent since, as the inventory plugin says."""

    card: Card
    read_at: datetime
    is_missing: bool = False


@dataclass(frozen=True)
class Host:
    """A host of the play. ``options`` are validated; ``error`` says why there are none.

    ``removed``: a task before failed on it, or did not reach it, so that what is known of its card may no longer be so.
    """

    name: str
    client: str
    site: str | None
    groups: tuple[str, ...]
    options: Options = field(repr=False)
    known: Known | None = None
    removed: bool = False
    error: InputError | None = None


class HostReader:
    """Makes hosts of raw variables. They are templated where they hold a template, and remembered where many hosts have the same."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._spec = audited_host_spec()
        self._variables = host_variables(self._spec)
        self._texts: dict[str, str] = {}
        self._objects: dict[int, tuple[object, t.Any]] = {}
        self._validated: dict[str, Options | str] = {}

    def read(self, name: str, variables: Variables, *, removed: bool) -> Host:
        groups = tuple(sorted(map(str, variables.get("group_names", ()))))
        options: Options = {}
        error: InputError | None = None
        try:
            options = self._checked(self._given(variables, name), name)
        except InputError as failure:
            error = failure
        client = options.get("client") or self._client(variables)
        return Host(name, client, options.get("site"), groups, options, _known(variables), removed, error)

    def _given(self, variables: Variables, card: str) -> Options:
        found = {option: self._first(names, variables, card=card) for option, names in self._variables.items()}
        return {option: value for option, value in found.items() if value is not None}

    def _first(self, names: t.Iterable[str], variables: Variables, *, card: str) -> t.Any:
        """Raises `InputError`."""
        for name in names:
            try:
                value = self._plain(variables.get(name), variables)
            except AnsibleError as error:
                message = f"{card}: its variable {name} cannot be used: {error.message.rstrip('.')}."
                raise InputError(Reason.INVALID_OPTION, message) from error
            except ValueError as error:
                message = f"{card}: its variable {name} cannot be used: it holds half of a character, or a number that is too long."
                raise InputError(Reason.INVALID_OPTION, message) from error
            if value is not None:
                return value
        return None

    def _plain(self, value: t.Any, variables: Variables) -> t.Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float)):
            return _native(value)
        if isinstance(value, str):
            return self._templated(value, variables) if _may_be_template(value) else self._text(value)
        known = self._objects.get(id(value))
        if known is None:
            known = (value, None if _holds_template(value) else _native(value))
            self._objects[id(value)] = known  # which keeps the object, so that its number stays its own
        return self._templated(value, variables) if known[1] is None else known[1]

    def _text(self, value: str) -> str:
        if value not in self._texts:
            self._texts[value] = _native(value)
        return self._texts[value]

    def _templated(self, value: t.Any, variables: Variables) -> t.Any:
        """What is omitted is not set."""
        try:
            return _native(self._template(value, variables))
        except AnsibleValueOmittedError:
            return None

    def _checked(self, given: Options, name: str) -> Options:
        """Validate what many hosts have in common once. Raises `InputError`."""
        own: Options = {option: str(given[option]) if option in given else None for option in _OWN}
        own["baseline"] = given.get("baseline")
        own["purchase_date"] = day_from(own, "purchase_date", name)
        shared = {option: value for option, value in given.items() if option not in own}
        key = repr(shared)
        if key not in self._validated:
            self._validated[key] = validated({**shared, "host": name}, self._spec)
        found = self._validated[key]
        if isinstance(found, str):
            raise InputError(Reason.INVALID_OPTION, f"{name}: {found}.")
        return {**found, **own}

    def _client(self, variables: Variables) -> str:
        """Whose host it is although its options are wrong: a report must not come to another client."""
        try:
            return str(self._plain(variables.get("nmc_client"), variables) or _NOBODY)
        except (AnsibleError, ValueError):
            return _NOBODY


def _may_be_template(text: str) -> bool:
    return "{" in text or text.startswith("#")


def _holds_template(value: t.Any) -> bool:
    """Whether core has to look at a value; also at what is neither text nor a container, such as one that is vaulted."""
    if isinstance(value, str):
        return _may_be_template(value)
    if isinstance(value, dict):
        return any(map(_holds_template, (*value.keys(), *value.values())))
    if isinstance(value, (list, tuple)):
        return any(map(_holds_template, value))
    return value is not None and not isinstance(value, (bool, int, float))


def _native(value: t.Any) -> t.Any:
    """Raises ValueError for what can be neither sent nor kept."""
    plain = transform_to_native_types(value, redact=False)
    if isinstance(plain, (str, int)):
        str(plain).encode("utf-8")
    return plain


# --- what was read before ------------------------------------------------------------------------------------------


def _known(variables: Variables) -> Known | None:
    """The newest facts of the card: those of the inventory plugin, or those that nmc_facts left in the cache of facts."""
    facts = variables.get("ansible_facts")
    discovered = _reading(variables.get("nmc_discovered"), is_missing=variables.get("nmc_missing") is True)
    found = [discovered, _reading(facts.get("nmc") if isinstance(facts, dict) else None)]
    return max((known for known in found if known is not None), key=lambda known: known.read_at, default=None)


def _reading(facts: t.Any, *, is_missing: bool = False) -> Known | None:
    """What facts say, which are a card's words and never templates; None for facts that make no card, or do not say when they were read."""
    if not isinstance(facts, dict):
        return None
    try:
        plain = json.loads(json.dumps(facts, ensure_ascii=False).encode())  # text that is no Unicode is none that a card said
        said_at = datetime.fromisoformat(plain["read_at"])
        read_at = None if said_at.tzinfo is None else said_at.astimezone(UTC)
    except (TypeError, ValueError, KeyError, OverflowError, RecursionError):
        return None
    card = card_from_facts(plain)
    return None if card is None or read_at is None else Known(card, read_at, is_missing)
