# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service's own rules, since it judges the client: terms, families, boundaries in time."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import signal
import subprocess
import sys
import time
import typing as t

import pytest

from licensing.rules import SKUS, IncludedYear, Office, Purchase, RefusalError, Voucher, years_after
from licensing.stock import EXAMPLE
from licensing.testing import LicensingError, start_licensing

START = dt.date(2026, 11, 22)
FAMILIES = {
    "smart_ups": "SWNMC3SU-1Y-DIGI",
    "smart_ups_ultra": "SWNMC3SU-1Y-DIGI",
    "symmetra_1p": "SWNMC3SU-1Y-DIGI",
    "rack_pdu": "SWNMC3PDU-1Y-DIGI",
    "easy_ups_online": "FWENMC1P-ST1Y-DIGI",
}


def card(family: str = "smart_ups") -> dict[str, t.Any]:
    return {"serial": "5A1234T00001", "mac": None, "device_serial": None, "generation": 3, "product_family": family}


class Bench:
    """An office whose date is set by hand, with one of everything."""

    def __init__(self) -> None:
        self.today = START
        self.keys = iter(range(100))
        self.office = Office(lambda: self.today)
        self.office.included["5A1234T00001"] = IncludedYear()

    def activate(self, sku: str, *, family: str = "smart_ups", override: bool = False) -> dict[str, t.Any]:
        name = f"ID-{len(self.office.purchases)}"
        self.office.purchases[name] = Purchase(sku)
        return self.change("activate", card=card(family), activation_id=name, sku=sku, override_included=override)

    def renew(self, sku: str) -> dict[str, t.Any]:
        code = f"V-{len(self.office.vouchers)}"
        self.office.vouchers[code] = Voucher(sku)
        return self.change("renew", card=card(), voucher=code)

    def change(self, operation: str, **request: t.Any) -> dict[str, t.Any]:
        return self.office.change(operation, f"key-{next(self.keys)}", request)


def refused(work: t.Callable[[], object]) -> str:
    with pytest.raises(RefusalError) as caught:
        work()
    return caught.value.code


def test_the_faqs_eighteen_part_numbers_are_known() -> None:
    assert len(SKUS) == 18
    assert SKUS["SWNMC3PDU-4Y-DIGI"] == ("SWNMC3PDU", 4)
    assert SKUS["FWENMC1P-ST6Y-DIGI"] == ("FWENMC1P", 6)


@pytest.mark.parametrize("sku", list(SKUS))
def test_a_term_is_as_long_as_was_bought(sku: str) -> None:
    family, years = SKUS[sku]
    product = next(product for product, one in FAMILIES.items() if SKUS[one][0] == family)
    found = Bench().activate(sku, family=product)
    assert (found["state"], found["expires_on"]) == ("subscribed", START.replace(year=START.year + years).isoformat())


@pytest.mark.parametrize("family", list(FAMILIES))
@pytest.mark.parametrize("sku", sorted(set(FAMILIES.values())))
def test_a_subscription_is_for_its_own_family_only(family: str, sku: str) -> None:
    if FAMILIES[family] == sku:
        assert Bench().activate(sku, family=family)["state"] == "subscribed"
    else:
        assert refused(lambda: Bench().activate(sku, family=family)) == "family_mismatch"


def test_a_term_from_a_leap_day_ends_on_the_28th() -> None:
    assert years_after(dt.date(2028, 2, 29), 1) == dt.date(2029, 2, 28)
    assert years_after(dt.date(2028, 2, 29), 4) == dt.date(2032, 2, 29)


@pytest.mark.parametrize(
    ("days", "state", "renewal"),
    [(-1, "subscribed", None), (0, "subscribed", "expired_cannot_renew"), (1, "expired", "expired_cannot_renew")],
)
def test_around_the_last_day(days: int, state: str, renewal: str | None) -> None:
    bench = Bench()
    end = dt.date.fromisoformat(bench.activate("SWNMC3SU-1Y-DIGI")["expires_on"])
    bench.today = end + dt.timedelta(days)
    assert bench.office.read("5A1234T00001")["state"] == state
    if renewal is None:
        assert bench.renew("SWNMC3SU-2Y-DIGI")["expires_on"] == years_after(end, 2).isoformat()
    else:
        assert refused(lambda: bench.renew("SWNMC3SU-2Y-DIGI")) == renewal


def test_a_new_subscription_begins_after_the_old_one_has_ended_only() -> None:
    bench = Bench()
    end = dt.date.fromisoformat(bench.activate("SWNMC3SU-1Y-DIGI")["expires_on"])
    bench.today = end
    assert refused(lambda: bench.activate("SWNMC3SU-1Y-DIGI")) == "second_subscription"
    bench.today = end + dt.timedelta(1)
    assert bench.activate("SWNMC3SU-1Y-DIGI")["activated_on"] == bench.today.isoformat()


def test_the_included_year_is_there_once_and_ends_when_it_is_overridden() -> None:
    bench = Bench()
    assert bench.change("activate_included", card=card())["state"] == "included_active"
    bench.today += dt.timedelta(100)
    assert refused(lambda: bench.activate("SWNMC3SU-3Y-DIGI")) == "would_override_included"
    found = bench.activate("SWNMC3SU-3Y-DIGI", override=True)
    assert (found["source"], found["activated_on"]) == ("purchased", bench.today.isoformat())
    bench.today = dt.date(2035, 1, 1)
    assert refused(lambda: bench.change("activate_included", card=card())) == "included_not_eligible"


def test_an_included_year_can_be_renewed_by_voucher() -> None:
    bench = Bench()
    bench.change("activate_included", card=card())
    assert bench.renew("SWNMC3SU-1Y-DIGI")["expires_on"] == "2028-11-22"


def test_a_key_of_another_request_is_refused() -> None:
    bench = Bench()
    bench.office.purchases["A"], request = Purchase("SWNMC3SU-1Y-DIGI"), {"card": card(), "activation_id": "A", "sku": "SWNMC3SU-1Y-DIGI"}
    bench.office.change("activate", "key", {**request, "override_included": False})
    assert refused(lambda: bench.office.change("activate", "key", {**request, "override_included": True})) == "key_reused"


@pytest.mark.parametrize(
    "change",
    [{"today": "tomorrow"}, {"activation_ids": {"A": {"seats": 1}}}, {"included": ["x"]}, {"subscriptions": {"5A": {"sku": "NONE"}}}],
)
def test_a_stock_that_makes_no_sense_is_said(change: dict[str, t.Any]) -> None:
    with pytest.raises(LicensingError, match="the stock cannot be understood"), start_licensing({**EXAMPLE, **change}):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_program_leaves_nothing_behind(tmp_path: pathlib.Path, number: signal.Signals) -> None:
    ready, scratch = tmp_path / "ready.json", tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(pathlib.Path(__file__).parents[2]), "TMPDIR": str(scratch)}
    command = [sys.executable, "-m", "licensing", "--ready-file", str(ready), "--max-seconds", "120"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while not ready.exists():
            assert (process.poll(), time.monotonic() < deadline) == (None, True)
            time.sleep(0.02)
        assert list(scratch.iterdir()) != []
        process.send_signal(number)
        assert process.communicate(timeout=30) == (b"", b"")
    assert process.returncode == 0
    assert list(scratch.iterdir()) == []
