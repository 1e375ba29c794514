# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both SNMP engines share: the card to ask, the values it gives, and the two ways in which it does not answer."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, ReplyError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._secrets import scrub

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.snmp_codec import Message

# A number, a string of octets, an object identifier or IP address in dotted form, or None for what the card does not have.
SnmpValue = t.Union[int, bytes, str, None]

# One request: the answered values by OID, perhaps with some that were not asked for. Empty when the card answers with an
# error for the request as a whole.
Fetch = t.Callable[[t.Sequence[str]], "dict[str, SnmpValue]"]


@dataclass(frozen=True)
class SnmpEndpoint:
    """How to reach one card over SNMP. `timeout` is in seconds and for one try; there are `retries` more."""

    card: str
    host: str
    port: int = 161
    version: str = "v2c"
    community: str | None = field(default=None, repr=False)
    user: str | None = None
    auth_protocol: str | None = None
    auth_password: str | None = field(default=None, repr=False)
    privacy_protocol: str | None = None
    privacy_password: str | None = field(default=None, repr=False)
    timeout: float = 2.0
    retries: int = 2

    def scrub(self, text: object) -> str:
        """The text of a card or a library, without community and passwords."""
        return scrub(str(text), [self.community, self.auth_password, self.privacy_password])


def silence(endpoint: SnmpEndpoint) -> UnreachableError:
    tries = endpoint.retries + 1
    return UnreachableError(
        Reason.SNMP_SILENT,
        f"{endpoint.card}: {endpoint.host} port {endpoint.port} does not answer SNMP {endpoint.version} "
        f"({tries} tries of {endpoint.timeout:g} s).",
    )


def unreadable(endpoint: SnmpEndpoint) -> ReplyError:
    return ReplyError(Reason.UNEXPECTED_REPLY, f"{endpoint.card}: what {endpoint.host} answers over SNMP cannot be read.")


def values_of(message: Message, endpoint: SnmpEndpoint) -> dict[str, SnmpValue]:
    """What an answer of v1 or v2c gives: nothing when it is an error for the request as a whole."""
    if message.is_denial:
        raise denial(endpoint)
    return dict(message.answered)


def denial(endpoint: SnmpEndpoint) -> AccessError:
    return refusal(endpoint, "it has no access to the requested values at this security level")


def refusal(endpoint: SnmpEndpoint, why: str) -> AccessError:
    """The card answered, and said no; `why` completes "the card refuses user X: ..."."""
    asking = f"user {endpoint.scrub(endpoint.user)}" if endpoint.version == "v3" else "the community"
    return AccessError(Reason.SNMP_REFUSED, f"{endpoint.card}: the card at {endpoint.host} refuses {asking}: {why}.")
