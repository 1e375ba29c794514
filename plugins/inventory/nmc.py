# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: nmc
short_description: Find network management cards and make them hosts
version_added: 0.1.0
description:
  - Asks the addresses of its sources over SNMP, many at once, and makes a host of every network management card that answers.
  - Needs a file whose name ends in C(.nmc.yml) or C(.nmc.yaml).
  - What a card says about itself is in C(nmc_discovered), in the shape of the facts of M(secure_power.nmc.nmc_facts). It is data
    and is never templated. M(secure_power.nmc.nmc_compliance) judges by it without asking the card again.
  - Every host is in the group that O(group) names, and has C(ansible_host), C(nmc_client), C(nmc_site), C(nmc_missing),
    C(nmc_missing_reason), C(nmc_also_at), C(nmc_greetings), and C(nmc_credentials), the name of the credentials that it answered to.
  - Settings of those credentials that are no secrets, such as C(nmc_snmp_port), are host variables too. Secrets are not. Give them as
    templates in the variables of the source, or in group variables.
  - A card that is listed, or was found before and is in the cache, stays in the inventory when it is silent, with C(nmc_missing) set.
  - The cache is kept per client. It is used until O(cache_timeout) is over, or until the addresses to ask are others. Its cards are
    remembered longer than that, so a run that asks again, as with C(--flush-cache), still knows which are missing.
author:
  - The secure_power.nmc contributors (@secure-power)
extends_documentation_fragment:
  - constructed
  - inventory_cache
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [secure_power.nmc.nmc]
  sources:
    description:
      - Where cards are looked for. A card that is found by several sources is that of the first, in this file or in another one.
      - An address that two clients claim, in this file or in another one, is refused as C(ambiguous_address), because nobody can know
        whose card answers there, unless O(limit_client) restricts the run to one of them.
    type: list
    elements: dict
    required: true
    suboptions:
      client:
        description: Whose cards they are.
        type: str
        default: default
      site:
        description: Where they are.
        type: str
      credentials:
        description:
          - Names from O(credentials), tried in their order until a card answers; at most eight. A refused SSH login is tried with two of
            them at most.
        type: list
        elements: str
        default: []
      ranges:
        description: Ranges of addresses in CIDR notation. They are asked over SNMP only.
        type: list
        elements: str
        default: []
      exclude:
        description: Ranges, or single addresses, that are not asked, whether they are in a range or a list.
        type: list
        elements: str
        default: []
      hosts:
        description: Addresses, or names, at which there are cards. A name is also the name of the host.
        type: list
        elements: str
        default: []
      csv:
        description: A list of cards out of another tool. Rows with neither an address nor a name are left out, with a warning.
        type: dict
        suboptions:
          path:
            description: The file, relative to the inventory file.
            type: str
            required: true
          columns:
            description: What the columns are called.
            type: dict
            required: true
            suboptions:
              address:
                description: The column with the address.
                type: str
                required: true
              name:
                description:
                  - The column with the name of the host. Other tools may have it from the card, so it is judged like the card's own word.
                type: str
              site:
                description: The column with the site.
                type: str
          delimiter:
            description: What stands between two columns.
            type: str
            default: ","
          encoding:
            description: Encoding of the file.
            type: str
            default: utf-8-sig
      inventory_groups:
        description:
          - Groups of other inventory sources, which must be given before this one. Their hosts keep their names and variables, and get
            what is found out about their cards. A host whose C(nmc_client) is another client is refused.
          - What C(group_vars) and C(host_vars) beside those sources say counts too.
        type: list
        elements: str
        default: []
      site_by_location:
        description:
          - Which sysLocation of a card means which site. A card with another one is at O(sources[].site), because what cards say is taken
            for nothing else.
        type: dict
        default: {}
      variables:
        description: Variables for all hosts of the source. They may hold templates.
        type: dict
        default: {}
  credentials:
    description:
      - Ways into cards, by name. Each has options of M(secure_power.nmc.nmc_facts), such as C(snmp_community), C(snmp_user) and
        C(username), but no C(host). Values may be templates of the operator, with lookups and vaulted text.
    type: dict
    default: {}
  detect:
    description:
      - By what a card is found. V(snmp) reads it. Where nothing answers, V(ssh) and V(ftp) look at the greeting of these servers without
        logging in, which tells that there is a card and not much more.
    type: list
    elements: str
    choices: [snmp, ssh, ftp]
    default: [snmp]
  hostnames:
    description:
      - What a card is named by, the first that will do. V(name) is its sysName, V(serial) its serial number, V(address) its address;
        anything else is a Jinja2 expression over the variables of the host.
      - A name must consist of letters, digits, dots, underscores and dashes. It must not be that of a host or group which other sources
        brought, and not be claimed by two cards. If no name will do it is the address, and C(_nmc) behind it where another source has
        a host of that name.
    type: list
    elements: str
    default: [name, serial, address]
  group:
    description: The group of all cards.
    type: str
    default: nmc
  limit_client:
    description: Look at the sources of this client only. The credentials of others are not looked at, so their vault may stay closed.
    type: str
    env:
      - name: NMC_LIMIT_CLIENT
  timeout:
    description: Seconds to wait for a greeting.
    type: float
    default: 5.0
  ssh_port:
    description: Where SSH servers greet.
    type: int
    default: 22
  ftp_port:
    description: Where FTP servers greet.
    type: int
    default: 21
  packets_per_second:
    description: How many datagrams are sent in a second.
    type: int
    default: 10000
  per_site:
    description: How many cards of one site are read at once.
    type: int
    default: 32
  deadline:
    description: Seconds for the whole search, after which what was not asked yet counts as silent.
    type: float
"""

EXAMPLES = r"""
---
# One site: cards.nmc.yml
plugin: secure_power.nmc.nmc
credentials:
  read:
    snmp_community: "{{ lookup('ansible.builtin.env', 'NMC_COMMUNITY') }}"
sources:
  - ranges: [192.0.2.0/24]
    exclude: [192.0.2.1]
    credentials: [read]

---
# A service provider: two clients, several credentials, a list out of another tool
plugin: secure_power.nmc.nmc
credentials:
  acme_v3:
    snmp_user: audit
    snmp_auth_password: "{{ lookup('ansible.builtin.env', 'ACME_AUTH') }}"
    snmp_privacy_password: "{{ lookup('ansible.builtin.env', 'ACME_PRIVACY') }}"
  acme_v2c:
    snmp_community: "{{ lookup('ansible.builtin.env', 'ACME_COMMUNITY') }}"
  globex:
    snmp_community: "{{ lookup('ansible.builtin.env', 'GLOBEX_COMMUNITY') }}"
sources:
  - client: acme
    site: paris
    ranges: [198.51.100.0/25]
    credentials: [acme_v3, acme_v2c]
    variables:
      ansible_user: apc
      ansible_password: "{{ vault_acme_password }}"
      nmc_known_hosts: "{{ inventory_dir }}/known_hosts.{{ nmc_client }}"
  - client: globex
    csv:
      path: export.csv
      columns: {address: IP Address, name: Hostname, site: Location}
      delimiter: ";"
    credentials: [globex]
detect: [snmp, ftp]
hostnames: ["nmc_client ~ '-' ~ nmc_discovered.name", serial, address]
keyed_groups:
  - key: nmc_discovered.product_family
    prefix: family
  - key: nmc_client
    prefix: client
groups:
  missing: nmc_missing
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/secure_power.nmc/inventory
cache_timeout: 86400
"""

import functools
import typing as t
from pathlib import Path

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.group import to_safe_group_name
from ansible.inventory.helpers import get_group_vars
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.vars import combine_vars, transform_to_native_types
from ansible.vars.plugins import get_vars_from_inventory_sources

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import MEANINGS
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import check_seconds
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.discovery import Found, Search
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.hosts import Host, hosts_from
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.memory import Memory
from ansible_collections.secure_power.nmc.plugins.plugin_utils._inventory.sources import (
    SNMP_PORT,
    Place,
    Source,
    invalid,
    one_client_each,
    sources_from,
)
from ansible_collections.secure_power.nmc.plugins.plugin_utils._sweep.sweep import Limits

if t.TYPE_CHECKING:
    from ansible.inventory.data import InventoryData

Key = tuple[str, str, int]
_FACTS = "nmc_discovered"
# Whose a card is and where, of which nobody knows more than a source that had it before.
_WHERE = ("nmc_host", "ansible_host", "nmc_client", "nmc_site")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    NAME = "secure_power.nmc.nmc"
    # A card's words become parts of names of groups.
    _sanitize_group_name = staticmethod(functools.partial(to_safe_group_name, force=True, silent=True))

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith((".nmc.yml", ".nmc.yaml"))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        given = self._read_config_data(path)
        try:
            self._insist_on_known(given)
            self._insist_on_numbers()
            self._insist_on_prefixes()
            sources = self._sources()
            places = {place.key: place for place in self._places(sources, Path(path).parent)}
            memory = Memory(self._memory(), self.get_cache_key(path), max_age=self.get_option("cache_timeout") if cache else None)
            found = memory.recall(list(places.values()), self.get_option("detect"), find=self._search().find)
        except NmcError as error:
            # Core prints what each cause says, and the error itself would say the same once more.
            raise AnsibleParserError(f"{error.message} {MEANINGS[error.reason].recovery}") from error.__cause__
        self._populate(found, places)

    @property
    def _data(self) -> InventoryData:
        return t.cast("InventoryData", self.inventory)

    # --- where and how to look -----------------------------------------------------------------------------------------

    def _sources(self) -> list[Source]:
        entries, client = self.get_option("sources"), self.get_option("limit_client")
        template = functools.partial(self._templated, of="credentials")
        sources = sources_from(entries, self.get_option("credentials"), client=client, template=template)
        if entries and not sources:
            raise invalid(f"no source is of the client {client!r}, to which limit_client restricts the run")
        if "snmp" in self.get_option("detect"):
            self._warn_of_mute(sources)
        return sources

    def _warn_of_mute(self, sources: t.Sequence[Source]) -> None:
        """Of what would find nothing without a word; other clients' cards are searched nevertheless."""
        for way in {way.name: way for source in sources for way in source.credentials}.values():
            try:
                way.check()
            except InputError as error:
                self.display.warning(f"inventory: {error.message}")
        for source in sources:
            if source.ranges and not any(way.access(way.name).snmp for way in source.credentials):
                self.display.warning(
                    f"inventory: the ranges {', '.join(source.ranges)} of {source.client} are not asked over SNMP, because none of their "
                    "credentials has an snmp_community or an snmp_user."
                )

    def _templated(self, value: t.Any, *, of: str, variables: t.Mapping[str, t.Any] | None = None) -> t.Any:
        """The operator's own text; cards have no part in it."""
        self.templar.available_variables = {**(variables or {}), **(self._vars or {})}
        try:
            return transform_to_native_types(self.templar.template(value), redact=False)
        except AnsibleError as error:
            raise invalid(f"the {of} cannot be templated: {error.message}") from error

    def _places(self, sources: t.Iterable[Source], folder: Path) -> list[Place]:
        every = (place for source in sources for place in source.places(folder, self._known, self.display.warning))
        places = one_client_each(every, dict(self._claimed()))
        groups = sorted({place.name for place in places if place.name is not None} & set(self._data.groups))
        if groups:
            raise invalid(f"{', '.join(groups)} cannot be a host, because there is a group of that name")
        return places

    def _known(self, group: str, client: str) -> t.Iterator[tuple[str, str]]:
        """The hosts that other sources brought, and their addresses as far as they are written there."""
        if group not in self._data.groups:
            raise invalid(f"there is no group {group!r}; the inventory sources that bring it must be given before this one")
        for host in self._data.groups[group].get_hosts():
            said = self._said_of(host.name)
            where = {name: said[name] for name in _WHERE if said.get(name)}
            try:
                where = self._templated(where, of=f"variables of {host.name}", variables={**said, **host.get_magic_vars()})
            except InputError as error:
                self.display.warning(f"{error.message} It is not asked.")
                continue
            if where.get("nmc_client", client) != client:
                raise invalid(f"{host.name} is a card of {where['nmc_client']}, and must not be asked for {client}")
            yield host.name, str(where.get("nmc_host") or where.get("ansible_host") or host.name)

    def _claimed(self) -> t.Iterator[tuple[tuple[str, int], str]]:
        """Address, port and client of the cards that other files have found."""
        for host in self._data.hosts.values():
            if _FACTS in host.vars:
                where = str(host.vars.get("ansible_host")), host.vars.get("nmc_snmp_port", SNMP_PORT)
                yield where, str(host.vars.get("nmc_client"))

    def _said_of(self, name: str) -> dict[str, t.Any]:
        """What other sources say of a host, also in files beside them."""
        host = self._data.hosts[name]
        said = combine_vars(get_group_vars(host.get_groups()), self._filed(host.get_groups()))
        return t.cast("dict[str, t.Any]", combine_vars(combine_vars(said, host.vars), self._filed([host])))

    def _filed(self, entities: t.Sequence[t.Any]) -> t.Any:
        return get_vars_from_inventory_sources(self.loader, self._data.processed_sources, entities, "all")

    def _insist_on_known(self, given: t.Iterable[str]) -> None:
        """Core takes no notice of what it does not know, and an `exclude` in the wrong place would be asked nevertheless."""
        unknown = sorted(str(name) for name in given if name not in self.get_options())
        if unknown:
            raise invalid(f"{', '.join(unknown)} is no option of the file")

    def _insist_on_numbers(self) -> None:
        options = self.get_options()
        check_seconds(options, "timeout", "deadline", card="inventory")
        for name in ("ssh_port", "ftp_port"):
            if not 0 < options[name] < 65536:
                raise invalid(f"{name} is {options[name]}, which is no port number")
        for name in ("packets_per_second", "per_site"):
            if options[name] < 1:
                raise invalid(f"{name} is {options[name]}, which lets nobody be asked")

    def _insist_on_prefixes(self) -> None:
        """Without a prefix a card could join any group, by a word of its own."""
        for keyed in self.get_option("keyed_groups") or ():
            if not isinstance(keyed, dict) or not isinstance(keyed.get("parent_group") or "", str):
                raise invalid(f"keyed_groups has {keyed!r}, which is no options with their values")
            if not keyed.get("prefix") or self.templar.is_template(keyed.get("parent_group") or ""):
                key = keyed.get("key")
                raise invalid(
                    f"keyed_groups needs a prefix and a fixed parent_group for {key!r}, because a card must not choose its groups"
                )

    # --- looking -------------------------------------------------------------------------------------------------------

    def _memory(self) -> t.MutableMapping[str, t.Any] | None:
        """The cache, which forgets nothing by itself: a card that does not answer any more would be forgotten with the others."""
        if not self.get_option("cache"):
            return None
        timeout = self.get_option("cache_timeout")
        self.set_option("cache_timeout", 0)
        self.load_cache_plugin()
        self.set_option("cache_timeout", timeout)
        return t.cast("t.MutableMapping[str, t.Any]", self._cache)

    def _search(self) -> Search:
        limits = Limits(
            packets_per_second=self.get_option("packets_per_second"),
            per_site=self.get_option("per_site"),
            deadline=self.get_option("deadline"),
        )
        return Search(
            detect=self.get_option("detect"),
            limits=limits,
            timeout=self.get_option("timeout"),
            ssh_port=self.get_option("ssh_port"),
            ftp_port=self.get_option("ftp_port"),
            say=lambda text: self.display.display(f"nmc: {text}", stderr=True),
        )

    # --- hosts ---------------------------------------------------------------------------------------------------------

    def _populate(self, found: t.Sequence[Found], places: t.Mapping[Key, Place]) -> None:
        group = self._data.add_group(self.get_option("group"))
        known = set(self._data.hosts)
        taken = (*known, *self._data.groups, *self._composed_groups())
        claimed = dict(self._claimed())
        mine = [one for one in found if one.name is not None or (one.address, one.port) not in claimed]
        hosts = hosts_from(mine, words=self._free_words, taken=taken, warn=self.display.warning)
        for host in hosts:
            self._data.add_host(host.name, group=group)
            self._set_variables(host, places[host.found.key], is_known=host.name in known)
        self._tell(mine)

    def _composed_groups(self) -> list[str]:
        """As they are written, and as core will have them."""
        parents = (keyed.get("parent_group") for keyed in self.get_option("keyed_groups") or ())
        names = (*(self.get_option("groups") or ()), *(parent for parent in parents if parent))
        return [*names, *(self._sanitize_group_name(name) for name in names)]

    def _free_words(self, found: Found) -> t.Iterator[str]:
        """What a card may be called by, and no group will be: its own word could make another card's group part of one of its own."""
        starts = (f"{keyed['prefix']}{keyed.get('separator', '_')}" for keyed in self.get_option("keyed_groups") or ())
        prefixes = tuple(self._sanitize_group_name(start).lower() for start in starts)
        yield from (word for word in self._words(found) if word is not None and not word.lower().startswith(prefixes))

    def _words(self, found: Found) -> t.Iterator[str | None]:
        yield found.suggested
        facts = found.facts or {}
        for preference in self.get_option("hostnames"):
            if preference == "address":
                return
            yield facts.get(preference) if preference in ("name", "serial") else self._expression(preference, found)

    def _expression(self, expression: str, found: Found) -> str | None:
        try:
            word = self._compose(expression, Host("", found).variables())
        except AnsibleError as error:
            if self.get_option("strict"):
                raise AnsibleParserError(f"{found.address} cannot be named by {expression!r}: {error.message}") from error
            return None
        return str(word) if word is not None else None

    def _set_variables(self, host: Host, place: Place, *, is_known: bool) -> None:
        variables = host.variables()
        settings = {f"nmc_{name}": value for name, value in place.source.settings(host.found.credentials).items()}
        if is_known:
            said = self._said_of(host.name)
            variables = {name: value for name, value in variables.items() if name not in _WHERE or name not in said}
            settings = {name: value for name, value in settings.items() if name not in said}
        # Core goes over a variable word by word in case it holds templates. Facts hold none, and are most of the words of an inventory.
        self._data.hosts[host.name].set_variable(_FACTS, variables[_FACTS])
        for name, value in {**settings, **variables, **place.source.variables}.items():
            if name != _FACTS:
                self._data.set_variable(host.name, name, value)
        strict, told = self.get_option("strict"), {**settings, **variables}
        self._set_composite_vars(self.get_option("compose"), told, host.name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), told, host.name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), told, host.name, strict=strict)

    def _tell(self, found: t.Sequence[Found]) -> None:
        missing = sum(one.is_missing for one in found)
        self.display.vv(f"nmc: {len(found) - missing:,} cards answered, {missing:,} are missing")
