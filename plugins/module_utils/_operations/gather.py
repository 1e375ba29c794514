# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read one card: SNMP where credentials are given, SSH otherwise or when SNMP gives nothing."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core import cli_answers, snmp_tables
from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card, identify
from ansible_collections.secure_power.nmc.plugins.module_utils._core.observation import Observation, kept
from ansible_collections.secure_power.nmc.plugins.module_utils._core.products import DEVICE_KINDS, Family, family_row
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS, Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import (
    AccessError,
    InputError,
    NmcError,
    ReplyError,
    UnreachableError,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import snmp
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.shell import Shell, open_shell

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp import Requests, SnmpEndpoint
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint


_Step = t.TypeVar("_Step")


@dataclass(frozen=True)
class Access:
    """Every way to one card. An endpoint is None when no credentials are given for it.

    ``transport`` is ``auto``, ``snmp`` or ``ssh``; ``product_family`` is the operator's word, None if not given.
    """

    card: str
    ssh: SshEndpoint | None
    snmp: SnmpEndpoint | None
    transport: str = "auto"
    product_family: Family | None = None
    https_port: int = 443

    def require_ssh(self) -> SshEndpoint:
        """The SSH endpoint. Raises `InputError` when no credentials were given for it."""
        if self.ssh is None:
            message = f"{self.card}: SSH needs a user name and a password, and none are given."
            raise InputError(Reason.NO_CREDENTIALS, message)
        return self.ssh

    def require_snmp(self) -> SnmpEndpoint:
        """The SNMP endpoint. Raises `InputError` when no credentials were given for it."""
        if self.snmp is None:
            message = f"{self.card}: SNMP needs a community or a user, and none is given."
            raise InputError(Reason.NO_CREDENTIALS, message)
        return self.snmp


@dataclass(frozen=True)
class Reading:
    """A card as it was read, and what the reader should know about the reading."""

    card: Card
    warnings: tuple[str, ...] = ()


class AskSnmp(t.NamedTuple):
    """A step of reading a card: what it says over SNMP is needed."""

    access: Access


class AskSsh(t.NamedTuple):
    """A step of reading a card: what it says in an SSH session is needed."""

    access: Access


Step = t.Union[AskSnmp, AskSsh]
# Yields steps, and is sent what came of each: the card, or the NmcError that it ended with.
Steps = t.Generator[Step, Card, Reading]


def gather(access: Access) -> Reading:
    """Read a card over the transports that its credentials allow.

    Raises `UnreachableError`, `AccessError`, `ReplyError` or `InputError` of the last transport that was tried.
    """
    steps = reading_steps(access)
    step = next(steps)
    try:
        while True:
            step = tell(steps, _take(step))
    except StopIteration as end:
        return t.cast("Reading", end.value)


def tell(dialogue: t.Generator[_Step, t.Any, t.Any], outcome: t.Any) -> _Step:
    """Go on with what came of the last step, an NmcError where it failed; return the next one."""
    return dialogue.throw(outcome) if isinstance(outcome, NmcError) else dialogue.send(outcome)


def _take(step: Step) -> Card | NmcError:
    try:
        return gather_snmp(step.access) if isinstance(step, AskSnmp) else gather_ssh(step.access)
    except NmcError as error:
        return error


def reading_steps(access: Access) -> Steps:
    """What `gather` does, whoever takes the steps."""
    if access.transport == "ssh" or (access.transport == "auto" and access.snmp is None):
        return _noted((yield AskSsh(access)), access)
    if access.transport == "snmp" or access.ssh is None:
        return _noted((yield AskSnmp(access)), access)
    try:
        card = yield AskSnmp(access)
    except (UnreachableError, AccessError, ReplyError) as error:
        if error.reason in (Reason.NAME_UNRESOLVED, Reason.NOT_A_CARD):
            raise
        return (yield from _fall_back(access, error))
    return _noted((yield AskSsh(access)) if card.application_missing else card, access)


def _fall_back(access: Access, snmp_error: NmcError) -> Steps:
    try:
        card = yield AskSsh(access)
    except NmcError as ssh_error:
        message = f"{ssh_error.message} Before that, SNMP was tried: {snmp_error.message}"
        raise type(ssh_error)(ssh_error.reason, message, evidence={**snmp_error.evidence, **ssh_error.evidence}) from ssh_error
    return _noted(card, access, f"{access.card}: read over SSH, because SNMP failed. {snmp_error.message}")


def _noted(card: Card, access: Access, *more: str) -> Reading:
    """What the reader of facts should know beside them."""
    notes = [*more]
    if card.application_missing:
        notes.append(f"{access.card}: no application is loaded, or a broken one. {MEANINGS[Reason.APPLICATION_MISSING].recovery}")
    if card.generation is None:
        notes.append(f"{access.card}: the generation cannot be read. {MEANINGS[Reason.GENERATION_UNKNOWN].recovery}")
    return Reading(card, tuple(notes))


# --- SNMP ----------------------------------------------------------------------------------------------------------


def gather_snmp(access: Access, *, engine: str = "auto") -> Card:
    """Read over SNMP: who the card is, then the device of the kind that its sysObjectID names. `engine` is that of `snmp.converse`."""
    return snmp.converse(access.require_snmp(), card_requests(access), engine=engine)


def card_requests(access: Access) -> Requests[Card]:
    """What `gather_snmp` asks, whoever sends the requests."""
    endpoint = access.require_snmp()
    card = yield from snmp.requests_for(snmp_tables.CARD_OIDS)
    if not snmp_tables.is_card(card):
        text = card.get(snmp_tables.SYS_DESCR)
        shown = kept("sysDescr", text.decode("utf-8", "replace") if isinstance(text, bytes) else "").text
        message = f"{access.card}: what answers over SNMP at {endpoint.host} is not a network management card; sysDescr is {shown!r}."
        raise ReplyError(Reason.NOT_A_CARD, message, evidence={"sys_descr": shown})
    device = yield from snmp.requests_for(snmp_tables.device_oids(snmp_tables.device_kind(card)))
    return identify(snmp_tables.observe(card, device), product_family=access.product_family)


# --- SSH -----------------------------------------------------------------------------------------------------------


def gather_ssh(access: Access) -> Card:
    """Read over an SSH session: ``about``, ``system``, ``dir``, and of a UPS ``upsabout`` and ``detstatus``."""
    with open_shell(access.require_ssh()) as shell:
        return identify(_observe(shell, access), product_family=access.product_family)


def _observe(shell: Shell, access: Access) -> Observation:
    about = shell.run("about").output
    found = cli_answers.parse_about(about)
    if found is None:
        message = f"{access.card}: the answer to 'about' is not that of a network management card."
        raise ReplyError(Reason.NOT_A_CARD, message, evidence={"about": kept("about", about).text})
    is_ups = _device_kind(found, access) in ("ups", None)
    return cli_answers.observe(
        found,
        banner=shell.login_text,
        system=_answer(shell, "system"),
        directory=_answer(shell, "dir"),
        ups_about=_answer(shell, "upsabout") if is_ups else "",
        ups_status=_answer(shell, "detstatus -all") if is_ups else "",
    )


def _device_kind(found: cli_answers.About, access: Access) -> str | None:
    row = family_row(application=found.application.name, sys_object_id=None, card_model=found.card.get("Model Number"))
    return DEVICE_KINDS[access.product_family or (row.family if row else Family.UNKNOWN)]


def _answer(shell: Shell, command: str) -> str:
    """What a command prints; nothing when the card does not know it, as old firmware does not know some."""
    reply = shell.run(command)
    return reply.output if reply.code is not None and reply.code < "E100" else ""
