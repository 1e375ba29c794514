# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `nmc_activation_ids` does: Activation IDs come into the stock of a client, and out of it. Only the controller has the ledger."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import activation_ids_spec
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.skus import Sku, parse_sku
from ansible_collections.secure_power.nmc.plugins.module_utils._core.stock import HeldId, Stocked
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError, InputError, NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._license_requests import number_from, secret_from
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Params, accepted, day_from
from ansible_collections.secure_power.nmc.plugins.module_utils._results import Result, error_result
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import Run, Task

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_request import ActivationId
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.records import Records

_WHO = "stock"
Stock = tuple[Stocked, ...]


def _stock(params: Params, run: Run) -> Result:
    try:
        before, after = _settled(params, run)
    except NmcError as error:
        return error_result(error)
    header = f"{params['client']} stock"
    return {
        "changed": before != after,
        "stock": [stocked.as_dict() for stocked in after],
        "diff": {"before_header": header, "after_header": header, "before": _text(before), "after": _text(after)},
    }


def _settled(params: Params, run: Run) -> tuple[Stock, Stock]:
    """The stock before and after. Raises `NmcError`."""
    sku = _sku(params) if params["state"] == "present" else None
    records = _records(run)
    ids = _activations(params, records)
    before = records.stock()
    if sku is None:
        after = tuple(stocked for stocked in before if stocked.held.fingerprint not in ids)
        gone = [stocked.held.fingerprint for stocked in before if stocked not in after]
        if gone and not run.check_mode:
            records.take_out(gone)
        return before, after
    _refuse_others(ids.values(), records)
    seats, hold_until = number_from(params, "seats", _WHO) or 1, day_from(params, "hold_until", _WHO)
    wanted = [HeldId(item.fingerprint, item.last_four, str(sku), sku.family, seats, hold_until) for item in ids.values()]
    new = [held for held in wanted if held not in [stocked.held for stocked in before]]
    if new and not run.check_mode:
        records.take_in(new)
    return before, _with(before, new)


def _with(stock: Stock, new: t.Sequence[HeldId]) -> Stock:
    """What is corrected keeps its seats, and comes last as in the ledger."""
    taken = {stocked.held.fingerprint: stocked.taken for stocked in stock}
    corrected = {held.fingerprint for held in new}
    kept = [stocked for stocked in stock if stocked.held.fingerprint not in corrected]
    return (*kept, *(Stocked(held, taken.get(held.fingerprint, 0)) for held in new))


def _records(run: Run) -> Records:
    if run.surroundings.records is None:
        message = f"{_WHO}: it is in the ledger, which is the controller's; nmc_activation_ids does not run anywhere else."
        raise InputError(Reason.INVALID_OPTION, message)
    return run.surroundings.records


def _sku(params: Params) -> Sku:
    if not params["sku"]:
        raise InputError(Reason.INVALID_OPTION, f"{_WHO}: state present needs sku, which says what the Activation IDs are for.")
    return accepted(parse_sku(params["sku"]), _WHO)


def _activations(params: Params, records: Records) -> dict[str, ActivationId]:
    """What stands for the IDs, by fingerprint; one that is named twice counts once."""
    given = [secret_from(text, "activation_ids", _WHO) for text in params["activation_ids"]]
    found = [records.activation(activation_id) for activation_id in given if activation_id is not None]
    return {activation.fingerprint: activation for activation in found}


def _refuse_others(ids: t.Iterable[ActivationId], records: Records) -> None:
    others = [str(activation) for activation in ids if records.is_elsewhere(activation)]
    if others:
        raise BlockedError(Reason.OTHER_CLIENT, f"{_WHO}: of another client is {', '.join(others)}; nothing was taken in.")


def _text(stock: Stock) -> str:
    return "".join(sorted(_line(stocked.held) for stocked in stock))


def _line(held: HeldId) -> str:
    until = f", held until {held.hold_until}" if held.hold_until else ""
    return f"{held}: {held.sku}, seats {held.seats}{until}\n"


def _refuse(error: NmcError, _card: str) -> Result:
    return error_result(error)


ACTIVATION_IDS = Task("nmc_activation_ids", activation_ids_spec, _stock, _refuse, controller_only=True)
