# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be done to read one card, one action after the other; the sweep does them, and many dialogues at once."""

from __future__ import annotations

import functools
import socket
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import (
    AccessError,
    InputError,
    NmcError,
    ReplyError,
    UnreachableError,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import (
    AskSnmp,
    card_requests,
    gather_snmp,
    gather_ssh,
    reading_steps,
    tell,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import snmp, snmp_codec, ssh
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp_endpoint import values_of

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access, Reading, Step, Steps
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp import Requests, SnmpEndpoint

# Some cards count refused logins, and lock the user out after a few.
_REFUSED_LOGINS = 2

Peer = tuple[t.Any, ...]


class Exchange(t.NamedTuple):
    """Send a request and wait for the answer, a `snmp_codec.Message`; `datagram` makes the request of an identifier."""

    endpoint: SnmpEndpoint
    peer: Peer
    datagram: t.Callable[[int], bytes]
    is_knock: bool = False


class Job(t.NamedTuple):
    """Do this in a thread of the crew that is named: names, knocks, snmp or ssh."""

    crew: str
    work: t.Callable[[], t.Any]


class Turn(t.NamedTuple):
    """The card is there: wait until it may be read."""


Action: t.TypeAlias = Exchange | Job | Turn
_End = t.TypeVar("_End")
# Yields actions, and is sent what came of each, or the NmcError that it ended with.
Actions = t.Generator[Action, t.Any, _End]


def read_with_any(name: str, accesses: t.Sequence[Access], *, engine: str) -> Actions[tuple[Access, Reading]]:
    """Read a card with the first access that it answers to. Raises the error that says most about the card."""
    errors: list[NmcError] = []
    has_turn = False
    for access in accesses:
        dialogue = _Dialogue(engine, has_turn=has_turn)
        try:
            return access, (yield from dialogue.follow(reading_steps(access)))
        except NmcError as error:
            errors.append(error)
            if _is_final(errors):
                raise
        has_turn = dialogue.has_turn
    raise _most_telling(errors) if errors else InputError(Reason.NO_CREDENTIALS, f"{name}: no credentials are given.")


def _is_final(errors: t.Sequence[NmcError]) -> bool:
    """Whether no other credentials are to be tried."""
    refused = sum(error.reason is Reason.LOGIN_REFUSED for error in errors)
    return isinstance(errors[-1], ReplyError) or errors[-1].reason is Reason.NAME_UNRESOLVED or refused >= _REFUSED_LOGINS


def _most_telling(errors: t.Sequence[NmcError]) -> NmcError:
    """A card that refuses is there; whether one that is silent is there, nobody knows."""
    return next((error for error in errors if isinstance(error, AccessError)), errors[-1])


class _Dialogue:
    """Reads a card with one access."""

    def __init__(self, engine: str, *, has_turn: bool) -> None:
        self._engine = engine
        self.has_turn = has_turn

    def follow(self, steps: Steps) -> Actions[Reading]:
        step = next(steps)
        try:
            while True:
                step = tell(steps, (yield from self._outcome(step)))
        except StopIteration as end:
            return t.cast("Reading", end.value)

    def _outcome(self, step: Step) -> Actions[t.Any]:
        try:
            return (yield from self._take(step))
        except NmcError as error:
            return error

    def _take(self, step: Step) -> Actions[Card]:
        if isinstance(step, AskSnmp):
            return (yield from self._ask_snmp(step.access))
        if not self.has_turn:
            # Nobody has answered yet: most likely nobody is there, and that is to cost none of the few sessions.
            yield _job("knocks", step.access.card, functools.partial(ssh.knock, step.access.require_ssh()))
        yield from self._turn()
        return t.cast("Card", (yield _job("ssh", step.access.card, functools.partial(gather_ssh, step.access))))

    def _ask_snmp(self, access: Access) -> Actions[Card]:
        endpoint = access.require_snmp()
        snmp.check(endpoint, self._engine)
        peer = yield from _find(endpoint)
        if endpoint.version == "v3":
            yield Exchange(endpoint, peer, _discovery, is_knock=True)
            yield from self._turn()
            work = functools.partial(gather_snmp, access, engine=self._engine)
            return t.cast("Card", (yield _job("snmp", access.card, work)))
        return (yield from self._exchange(endpoint, peer, card_requests(access)))

    def _exchange(self, endpoint: SnmpEndpoint, peer: Peer, requests: Requests[_End]) -> Actions[_End]:
        """Send requests of v1 or v2c; the first one is the knock."""
        try:
            oids = next(requests)
            while True:
                message = yield Exchange(endpoint, peer, _request(endpoint, oids), is_knock=not self.has_turn)
                yield from self._turn()
                oids = requests.send(values_of(message, endpoint))
        except StopIteration as end:
            return t.cast("_End", end.value)

    def _turn(self) -> Actions[None]:
        if not self.has_turn:
            yield Turn()
            self.has_turn = True


def _job(crew: str, card: str, work: t.Callable[[], t.Any]) -> Job:
    return Job(crew, functools.partial(_done, card, work))


def _done(card: str, work: t.Callable[[], t.Any]) -> t.Any:
    """Where the system is at its limits, the sweep goes on with other cards."""
    try:
        return work()
    except OSError as error:
        message = f"{card}: the system does not let us ask the card ({error.strerror or error})."
        raise UnreachableError(Reason.CONNECTION_FAILED, message) from error


def _request(endpoint: SnmpEndpoint, oids: t.Sequence[str]) -> t.Callable[[int], bytes]:
    return lambda identifier: snmp_codec.get_request(endpoint.version, endpoint.community, oids, identifier=identifier)


def _discovery(identifier: int) -> bytes:
    return snmp_codec.discovery(identifier=identifier)


def _find(endpoint: SnmpEndpoint) -> Actions[Peer]:
    try:
        return _numeric(endpoint.host, endpoint.port)
    except (socket.gaierror, UnicodeError):
        address = yield Job("names", functools.partial(snmp.resolve, endpoint))
    return _numeric(address, endpoint.port)


def _numeric(address: str, port: int) -> Peer:
    """What the socket calls the peer with this address; a name is a gaierror, and nobody is asked for it."""
    return socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)[0][4]
