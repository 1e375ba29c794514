# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plans of all clients of a play: each of the client's own cards and stock, in files that hold nothing of any other."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ansible_collections.secure_power.nmc.plugins.module_utils._core.purchases import Plan, Prospect, plan_for
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.report import differs, file_names, write
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import open_ledger
from ansible_collections.secure_power.nmc.plugins.plugin_utils._planning.text import text_of
from ansible_collections.secure_power.nmc.plugins.plugin_utils._records import stock_of

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.stock import Stocked
    from ansible_collections.secure_power.nmc.plugins.plugin_utils._planning.hosts import Host

WHO = "plan"
FORMAT = 1
Result = dict[str, t.Any]


@dataclass(frozen=True)
class Order:
    """What shall be planned, and where it shall be written. ``ledger_url`` wins over those of the hosts."""

    days: int
    ledger_url: str | None
    report_directory: Path
    check_mode: bool


def plan_all(order: Order, hosts: t.Iterable[Host]) -> Result:
    """Raises `NmcError` for what concerns all cards: a ledger that cannot be read, a report that cannot be written."""
    by_client: dict[str, list[Host]] = {}
    for host in hosts:
        by_client.setdefault(host.client, []).append(host)
    names = file_names(by_client, who=WHO)
    clients: dict[str, Result] = {}
    changed, texts = False, []
    for client, its_hosts in sorted(by_client.items()):
        plan = _plan(order, client, its_hosts)
        paths = {suffix: (order.report_directory / names[client]).with_suffix(f".{suffix}") for suffix in ("json", "txt")}
        contents = {"json": _document(client, plan), "txt": text_of(client, plan)}
        changed = _written(order, paths, contents) or changed
        texts.append(contents["txt"])
        clients[client] = {"report": str(paths["json"]), "text": str(paths["txt"]), **_counts(plan)}
    return {"changed": changed, "msg": _message(clients), "clients": clients, "text": "\n".join(texts)}


def _plan(order: Order, client: str, hosts: t.Sequence[Host]) -> Plan:
    stock: list[Stocked] = []
    today = datetime.now(UTC).date()
    for url in dict.fromkeys(order.ledger_url or host.ledger_url for host in hosts):
        ledger = open_ledger(url, client=client, card=WHO, check_mode=order.check_mode)
        today = ledger.subscriptions.now().date()
        stock.extend(stock_of(ledger))
    said = {host.name: host.prospect() for host in hosts}
    cards = [found for found in said.values() if isinstance(found, Prospect)]
    plan = plan_for(cards, stock, today=today, days=order.days)
    unplanned = [(name, why) for name, why in said.items() if isinstance(why, str)]
    return replace(plan, undecided=tuple(sorted((*plan.undecided, *unplanned))))


def _document(client: str, plan: Plan) -> str:
    """JSON whose first level stands in lines of its own, the time among them."""
    head = {"client": client, "format": FORMAT, "generated_at": datetime.now(UTC).isoformat(timespec="seconds")}
    return f"{json.dumps({**head, **plan.as_dict()}, indent=1)}\n"


def _written(order: Order, paths: t.Mapping[str, Path], contents: t.Mapping[str, str]) -> bool:
    """Write both files and say whether they say something new. Raises `BlockedError`."""
    changed = differs(paths["json"], contents["json"]) or not paths["txt"].is_file()
    try:
        for suffix, path in paths.items() if not order.check_mode else ():
            write(path, contents[suffix])
    except OSError as error:
        message = f"{WHO}: the reports in {order.report_directory} cannot be written: {error.strerror}."
        raise BlockedError(Reason.REPORT_UNWRITABLE, message) from error
    return changed


def _counts(plan: Plan) -> Result:
    return {
        "ending": len(plan.ending),
        "buy": {purchase.sku: purchase.count for purchase in plan.purchases},
        "activate": len(plan.activations),
        "in_stock": sum(stocked.free for stocked in plan.stock),
        "undecided": len(plan.undecided),
    }


def _message(clients: t.Mapping[str, Result]) -> str:
    told = (
        f"{client}: {found['ending']} end soon, {sum(found['buy'].values())} to buy, {found['activate']} to activate, "
        f"{found['in_stock']} seats in stock, {found['undecided']} undecided"
        for client, found in clients.items()
    )
    return f"{'; '.join(told)}."
