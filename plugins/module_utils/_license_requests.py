# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `nmc_license`, turned into an order."""

from __future__ import annotations

import re

from ansible_collections.secure_power.nmc.plugins.module_utils._core.license_request import Declared, Readings, Wanted
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Platform, Source
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.license import LicenseOrder
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Params, check_paths, check_seconds, day_from
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.licensing import LicensingEndpoint

# As docs/licensing-api.yml has them; the vendor does not publish their form.
_SECRET = re.compile(r"[!-~](?:[ -~]{0,126}[!-~])?")
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,31}")
_LEAST = {"min_days_left": 0, "warn_days": 0, "days": 0, "seats": 1}
_MOST = 100_000


def license_order_from(params: Params, *, card: str) -> LicenseOrder:
    """What is declared of a subscription. Raises `InputError` for dates, secrets and combinations that make no sense."""
    return LicenseOrder(
        declared=_declared(params, card),
        readings=_readings(params["readings"] or {}, card),
        serial=params["serial"] or None,
        activation_id=secret_from(params["activation_id"], "activation_id", card),
        voucher=secret_from(params["voucher"], "voucher", card),
        seats=number_from(params, "seats", card),
        hold_until=day_from(params, "hold_until", card),
        bridge=_bridge(params, card),
        report_pending=params["on_pending"] == "report",
    )


def _declared(params: Params, card: str) -> Declared:
    return Declared(
        wanted=Wanted(params["state"]),
        source=Source(params["source"]) if params["source"] else None,
        sku=(params["sku"] or "").strip() or None,
        activated_on=day_from(params, "activated_on", card),
        expires_on=day_from(params, "expires_on", card),
        purchase_date=day_from(params, "purchase_date", card),
        platform=Platform(params["platform"]) if params["platform"] else None,
        platform_expires=day_from(params, "platform_expires", card),
        renewed_until=day_from(params, "renewed_until", card),
        replaces=_serial(params, "replaces", card),
        po_email=(params["po_email"] or "").strip() or None,
        min_days_left=number_from(params, "min_days_left", card) or 0,
        warn_days=number_from(params, "warn_days", card) or 0,
        allow_override_included=params["allow_override_included"],
    )


def _readings(params: Params, card: str) -> Readings:
    given = {name: value for name, value in params.items() if value is not None and name != "first_day"}
    first_day = day_from(params, "first_day", card)
    return Readings(**given) if first_day is None else Readings(**given, first_day=first_day)


def secret_from(given: str | None, name: str, card: str) -> str | None:
    """An Activation ID or a voucher. Raises `InputError`."""
    text = (given or "").strip()
    if text and not _SECRET.fullmatch(text):
        raise _invalid(card, f"{name} must be printable ASCII characters, 128 at the most")
    return text or None


def _serial(params: Params, name: str, card: str) -> str | None:
    text = (params[name] or "").strip()
    if text and not _SERIAL.fullmatch(text):
        raise _invalid(card, f"{name} is no serial number of a card")
    return text or None


def number_from(params: Params, name: str, card: str) -> int | None:
    """A number of days or seats. Raises `InputError`."""
    number: int | None = params[name]
    if number is not None and not _LEAST[name] <= number <= _MOST:
        raise _invalid(card, f"{name} is {number}, and must be from {_LEAST[name]} to {_MOST}")
    return number


def _bridge(params: Params, card: str) -> LicensingEndpoint | None:
    if params["activator"] != "http":
        return None
    missing = [name for name in ("licensing_url", "licensing_token") if not params[name]]
    if missing:
        raise _invalid(card, f"activator http needs {' and '.join(missing)}")
    check_seconds(params, "licensing_timeout", card=card)
    check_paths(params, "licensing_ca_path", card=card)
    return LicensingEndpoint(
        url=params["licensing_url"],
        token=params["licensing_token"],
        ca_path=params["licensing_ca_path"],
        timeout=params["licensing_timeout"],
        card=card,
    )


def _invalid(card: str, sentence: str) -> InputError:
    return InputError(Reason.INVALID_OPTION, f"{card}: {sentence}.")
