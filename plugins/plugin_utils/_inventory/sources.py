# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where cards are looked for: the sources of an inventory file, checked and expanded into addresses."""

from __future__ import annotations

import bisect
import csv
import ipaddress
import typing as t
from dataclasses import dataclass, field

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import Spec, secret_options, shared_spec
from ansible_collections.secure_power.nmc.plugins.module_utils._core.host_names import is_address, is_usable
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import access_from
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import snmp
from ansible_collections.secure_power.nmc.plugins.plugin_utils._validation import validated

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.gather import Access

Options = dict[str, t.Any]
SNMP_PORT = 161
# Names and addresses of the hosts that another source has in a group, for a client.
Known = t.Callable[[str, str], t.Iterable[tuple[str, str]]]
Warn = t.Callable[[str], None]
_WHO = "inventory"
# What one source may ask; a /12 is as much as anybody has cards in.
_MOST_ADDRESSES = 1 << 20
_MOST_CREDENTIALS = 8
# What a warning names of things that are wrong in the same way.
_MOST_SHOWN = 5


@dataclass(frozen=True)
class Credentials:
    """One way in, by its name; ``options`` are those of the modules, but for the host. ``settings`` are those that are no secrets."""

    name: str
    options: Options = field(repr=False)
    settings: Options = field(default_factory=dict)

    def access(self, host: str, *, transport: str | None = None) -> Access:
        options = {**self.options, "host": host, "transport": transport or self.options["transport"]}
        return access_from(options, card=host)

    def check(self) -> None:
        """Raises `InputError` when they can work with no card, as where a variable of the environment is empty."""
        access = self.access(f"credentials {self.name!r}")
        if access.snmp is not None:
            snmp.check(access.snmp, "auto")


@dataclass(frozen=True)
class Place:
    """An address where a card may be. ``listed``: somebody says that there is one.

    ``name`` is the operator's and counts as it is; ``suggested`` is that of another tool's export, which may have it from a card.
    """

    source: Source
    address: str
    listed: bool = False
    name: str | None = None
    suggested: str | None = None
    site: str | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        return self.source.client, self.address, self.port

    @property
    def port(self) -> int:
        """By which two cards behind one address are told apart."""
        return int(self.source.credentials[0].options["snmp_port"]) if self.source.credentials else SNMP_PORT


@dataclass(frozen=True)
class Source:
    """An entry of the list of sources."""

    client: str
    site: str | None
    credentials: tuple[Credentials, ...]
    ranges: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    csv: Options | None = None
    groups: tuple[str, ...] = ()
    locations: Options = field(default_factory=dict)
    variables: Options = field(default_factory=dict)

    def site_of(self, location: str | None) -> str | None:
        """Where a card is by its own word, if the operator has said what that word means; else where the source is."""
        return self.locations.get(location or "", self.site)

    def settings(self, credentials: str | None) -> Options:
        """What is no secret of the credentials with that name, or what all agree in where a card answered to none."""
        ways = [way for way in self.credentials if way.name == credentials] or self.credentials
        first = ways[0].settings if ways else {}
        return {name: value for name, value in first.items() if all(way.settings.get(name) == value for way in ways)}

    def places(self, folder: Path, known: Known, warn: Warn) -> t.Iterator[Place]:
        """What is listed, then the ranges. Raises `InputError`; a row of an export that names no address is only warned of."""
        is_excluded = _membership(self.exclude)
        yield from (place for place in self._named(folder, known, warn) if not is_excluded(place.address))

    def _named(self, folder: Path, known: Known, warn: Warn) -> t.Iterator[Place]:
        for entry in self.hosts:
            yield self._listed(entry, name=None if is_address(entry) else _usable(entry))
        yield from self._rows(folder, warn)
        for group in self.groups:
            yield from (self._listed(address, name=name) for name, address in known(group, self.client))
        yield from (Place(self, address) for address in self._swept())

    def _listed(self, address: str, **more: str | None) -> Place:
        """Addresses can be written in several ways."""
        return Place(self, str(ipaddress.ip_address(address)) if is_address(address) else address, listed=True, **more)

    def _rows(self, folder: Path, warn: Warn) -> t.Iterator[Place]:
        if self.csv is None:
            return
        path, columns = folder / self.csv["path"], self.csv["columns"]
        useless: list[str] = []
        try:
            with path.open(encoding=self.csv["encoding"], newline="") as file:
                rows = csv.DictReader(file, delimiter=self.csv["delimiter"])
                self._insist_on_columns(rows.fieldnames or (), path)
                for row in rows:
                    address, name, site = (_cell(row, columns.get(key)) for key in ("address", "name", "site"))
                    if address is None:
                        continue
                    if is_address(address) or is_usable(address):
                        yield self._listed(address, suggested=name, site=site)
                    else:
                        useless.append(f"{address[:80]!r} in line {rows.line_num}")
        except (OSError, TypeError, ValueError, LookupError, csv.Error) as error:
            raise invalid(f"the file {path} cannot be read: {error}") from None
        if useless:
            shown = ", ".join(useless[:_MOST_SHOWN])
            warn(f"{_WHO}: {len(useless):,} rows of {path} are left out, because they have neither an address nor a name: {shown}")

    def _insist_on_columns(self, found: t.Sequence[str], path: Path) -> None:
        columns = self.csv["columns"] if self.csv else {}
        missing = sorted(name for name in columns.values() if name is not None and name not in found)
        if missing:
            raise invalid(f"{path} has no column {', '.join(missing)}; it has {', '.join(found) or 'none'}")

    def _swept(self) -> t.Iterator[str]:
        for text in self.ranges:
            network = _network(text, "ranges")
            yield from map(str, network.hosts() if network.num_addresses > 1 else (network.network_address,))


def sources_from(
    entries: t.Sequence[t.Any],
    credentials: t.Mapping[str, t.Any],
    *,
    client: str | None = None,
    template: t.Callable[[t.Any], t.Any] = lambda given: given,
) -> list[Source]:
    """The sources of an inventory file, or those of a client. Raises `InputError`, which names the source by its number.

    Credentials of other clients are not templated: not everybody can open their vault.
    """
    ways = {str(name): given for name, given in credentials.items()}
    checked = [_checked(number, entry, ways) for number, entry in enumerate(entries, 1)]
    mine = [given for given in checked if client in (None, given["client"])]
    used = {name for given in mine for name in given["credentials"]}
    sets = {name: _credentials(name, template(given)) for name, given in ways.items() if name in used}
    return [_source(given, sets) for given in mine]


def one_client_each(places: t.Iterable[Place], claimed: t.Mapping[tuple[str, int], str] | None = None) -> list[Place]:
    """Every place once, the listed ones as they are listed. ``claimed`` are the clients of cards that other files have found.

    Raises `InputError` where two clients claim one address: nobody can know whose card answers there. And where one name is given
    to two addresses.
    """
    found: dict[tuple[str, int], Place] = {}
    named: dict[str, Place] = {}
    for place in places:
        other = found.setdefault((place.address, place.port), place)
        if place.listed and not other.listed:
            found[place.address, place.port] = place
        if place.name is not None and named.setdefault(place.name, place).address != place.address:
            raise invalid(f"{place.name} is at {named[place.name].address} by one source, and at {place.address} by another")
        _insist_on_one_client(place, other.source.client, (claimed or {}).get((place.address, place.port)))
    return list(found.values())


def _insist_on_one_client(place: Place, *others: str | None) -> None:
    clients = {place.source.client, *(other for other in others if other is not None)}
    if len(clients) > 1:
        whose = " and ".join(sorted(clients))
        message = f"{_WHO}: {place.address} is an address of the clients {whose}; limit the run to one of them with limit_client."
        raise InputError(Reason.AMBIGUOUS_ADDRESS, message)


def invalid(sentence: str) -> InputError:
    return InputError(Reason.INVALID_OPTION, f"{_WHO}: {sentence}.")


def _credentials(name: str, given: t.Any) -> Credentials:
    if not isinstance(given, dict):
        raise invalid(f"the credentials {name!r} are no options with their values")
    if "host" in given:
        raise invalid(f"credentials {name!r}: host is no option of theirs, because they are for many cards")
    spec = shared_spec()
    options = validated({**given, "host": name}, spec)
    if isinstance(options, str):
        raise invalid(f"credentials {name!r}: {options}")
    made = Credentials(name, options, {option: options[option] for option in given if option not in secret_options(spec)})
    made.access(f"credentials {name!r}")
    return made


_SOURCE_SPEC: Spec = {
    "client": {"type": "str", "default": "default"},
    "site": {"type": "str"},
    "credentials": {"type": "list", "elements": "str", "default": []},
    "ranges": {"type": "list", "elements": "str", "default": []},
    "exclude": {"type": "list", "elements": "str", "default": []},
    "hosts": {"type": "list", "elements": "str", "default": []},
    "csv": {
        "type": "dict",
        "options": {
            "path": {"type": "str", "required": True},
            "columns": {
                "type": "dict",
                "required": True,
                "options": {"address": {"type": "str", "required": True}, "name": {"type": "str"}, "site": {"type": "str"}},
            },
            "delimiter": {"type": "str", "default": ","},
            "encoding": {"type": "str", "default": "utf-8-sig"},
        },
    },
    "inventory_groups": {"type": "list", "elements": "str", "default": []},
    "site_by_location": {"type": "dict", "default": {}},
    "variables": {"type": "dict", "default": {}},
}


def _checked(number: int, entry: t.Any, ways: t.Container[str]) -> Options:
    where = f"source {number}"
    if not isinstance(entry, dict):
        raise invalid(f"{where} is no options with their values")
    given = validated(entry, _SOURCE_SPEC)
    if isinstance(given, str):
        raise invalid(f"{where}: {given}")
    if not isinstance(entry.get("variables", {}), dict):
        raise invalid(f"{where}: its variables are no names with their values")
    unknown = [name for name in given["credentials"] if name not in ways]
    if unknown:
        raise invalid(f"{where}: there are no credentials {', '.join(unknown)}")
    if len(given["credentials"]) > _MOST_CREDENTIALS:
        raise invalid(f"{where}: more than {_MOST_CREDENTIALS} credentials for one card would look like an attack")
    _insist_on_size(where, given["ranges"])
    _insist_on_networks(where, given["exclude"])
    # As they are written: validation would take away what makes a text a template.
    return {**given, "variables": entry.get("variables", {})}


def _source(given: Options, sets: t.Mapping[str, Credentials]) -> Source:
    return Source(
        client=given["client"],
        site=given["site"],
        credentials=tuple(sets[name] for name in given["credentials"]),
        ranges=tuple(given["ranges"]),
        exclude=tuple(given["exclude"]),
        hosts=tuple(given["hosts"]),
        csv=given["csv"],
        groups=tuple(given["inventory_groups"]),
        locations=given["site_by_location"],
        variables=given["variables"],
    )


def _insist_on_networks(where: str, texts: t.Iterable[str]) -> None:
    for text in texts:
        _network(text, f"{where}: exclude")


def _insist_on_size(where: str, ranges: t.Iterable[str]) -> None:
    if sum(_network(text, f"{where}: ranges").num_addresses for text in ranges) > _MOST_ADDRESSES:
        raise invalid(f"{where}: its ranges have more than {_MOST_ADDRESSES:,} addresses")


def _membership(texts: t.Iterable[str]) -> t.Callable[[str], bool]:
    """Whether an address is in one of the ranges; there may be thousands. A name is in none."""
    networks = [_network(text, "exclude") for text in texts]
    v4 = ipaddress.collapse_addresses(one for one in networks if isinstance(one, ipaddress.IPv4Network))
    v6 = ipaddress.collapse_addresses(one for one in networks if isinstance(one, ipaddress.IPv6Network))
    apart: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = [*v4, *v6]
    starts = [(one.version, int(one.network_address)) for one in apart]

    def is_member(text: str) -> bool:
        if not starts or not is_address(text):
            return False
        address = ipaddress.ip_address(text)
        before = bisect.bisect_right(starts, (address.version, int(address)))
        return before > 0 and address in apart[before - 1]

    return is_member


def _network(text: str, option: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise invalid(f"{option} has {text!r}, which is no range of addresses ({error})") from None


def _usable(name: str) -> str:
    if not is_usable(name):
        raise invalid(f"hosts has {name!r}, which is neither an address nor a name")
    return name


def _cell(row: t.Mapping[str, t.Any], column: str | None) -> str | None:
    text = row.get(column) if column else None
    return text.strip() or None if isinstance(text, str) else None
