# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`nmc_license` on an emulated card, with a ledger, a licensing bridge and a day of the test's choosing."""

from __future__ import annotations

import datetime as dt
import os
import signal
import typing as t
from dataclasses import dataclass, replace

import yaml
from unit.tasks.emulated import Ran, run_task

from ansible_collections.secure_power.nmc.plugins.module_utils._core.card_key import CardKey
from ansible_collections.secure_power.nmc.plugins.module_utils._license_task import LICENSE
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Surroundings
from ansible_collections.secure_power.nmc.plugins.modules import nmc_license
from ansible_collections.secure_power.nmc.plugins.plugin_utils._ledger.ledger import Ledger, open_ledger
from ansible_collections.secure_power.nmc.plugins.plugin_utils._memory import LedgerMemory
from ansible_collections.secure_power.nmc.plugins.plugin_utils._records import LedgerRecords

if t.TYPE_CHECKING:
    import pathlib

    from unit.tasks.emulated import EmulatedCard, Options

    from ansible_collections.secure_power.nmc.plugins.module_utils._core.subscription import Entry
    from licensing.testing import Licensing

TODAY = "2026-11-22"
TOKEN = "token-of-the-tests-0001"
SKU = "SWNMC3SU-1Y-DIGI"
# Everything that the module's documentation promises; `changed` is every module's.
RESULT_KEYS = {"changed", *(key for key, entry in yaml.safe_load(nmc_license.RETURN).items() if entry["returned"] == "always")}


@dataclass(frozen=True)
class RecordsOfDay(LedgerRecords):
    """The records as they are on a day."""

    today: str

    def now(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.today).replace(hour=12, tzinfo=dt.UTC)


class DyingRecords(RecordsOfDay):
    """A run that is killed (-9) the moment it would write down what was done."""

    def add(self, *_what: t.Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Licensed:
    """A card, what was bought for it, and the ledger that its runs share."""

    card: EmulatedCard
    bridge: Licensing
    folder: pathlib.Path
    serial: str
    client: str = "acme"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/ledger.sqlite"

    @property
    def activation_id(self) -> str:
        """Has one seat."""
        return activation_id(self.serial, "FIRST")

    @property
    def second_id(self) -> str:
        return activation_id(self.serial, "SECOND")

    @property
    def shared_id(self) -> str:
        """Has two seats."""
        return activation_id(self.serial, "SHARED")

    @property
    def pdu_id(self) -> str:
        return activation_id(self.serial, "PDU")

    @property
    def voucher(self) -> str:
        return f"VOUCHER-{self.serial}"

    @property
    def purchased(self) -> Options:
        return {"activation_id": self.activation_id, "sku": SKU}

    @property
    def http(self) -> Options:
        """The options of the bridge."""
        own = {"licensing_url": self.bridge.url, "licensing_token": TOKEN, "licensing_ca_path": self.bridge.ca_path}
        return {"activator": "http", "licensing_timeout": 5.0, **own}

    @property
    def ledger(self) -> Ledger:
        return open_ledger(self.url, client=self.client, card="ups1")

    @property
    def history(self) -> tuple[Entry, ...]:
        return self.ledger.subscriptions.of(CardKey(self.serial, None))

    @property
    def events(self) -> list[str]:
        return [entry.event.value for entry in self.history]

    def of_client(self, client: str) -> Licensed:
        return replace(self, client=client)

    def run(
        self,
        *,
        today: str = TODAY,
        check_mode: bool = False,
        records: t.Callable[[LedgerMemory, str], LedgerRecords] = RecordsOfDay,
        **options: t.Any,
    ) -> Ran:
        """Run the task, with everything that it returns and keeps looked at."""
        memory = LedgerMemory("ups1", self.client, site=options.get("site"), ledger_url=self.url, check_mode=check_mode)
        given = {**self.card.options(), "client": self.client, **options}
        surroundings = Surroundings(memory=memory, records=records(memory, today))
        ran = run_task(LICENSE, given, check_mode=check_mode, surroundings=surroundings)
        assert set(ran.result) - {"failed", "unreachable"} == RESULT_KEYS
        return ran

    def settle(self, *, today: str = TODAY, **options: t.Any) -> Ran:
        """In check mode, for real, and again: check mode foretells the change and makes none, and the second run makes none."""
        before, done = self.history, self.done_by_bridge()
        foretold = self.run(check_mode=True, today=today, **options)
        assert (self.history, self.done_by_bridge()) == (before, done)
        ran = self.run(today=today, **options)
        assert (foretold["changed"], foretold["status"], foretold["diff"]) == (ran["changed"], ran["status"], ran["diff"])
        recorded, done = self.history, self.done_by_bridge()
        again = self.run(today=today, **options)
        assert (again["changed"], self.history, self.done_by_bridge()) == (False, recorded, done)
        assert again["subscription"] == ran["subscription"]
        assert again["diff"]["before"] == again["diff"]["after"] == ran["diff"]["after"]
        return ran

    def die(self, **options: t.Any) -> None:
        """Run in a process of its own that is killed between the bridge's answer and the record of it."""
        process = os.fork()
        if process == 0:
            try:
                self.run(records=DyingRecords, **options)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL

    def done_by_bridge(self) -> list[str]:
        return [change["operation"] for change in self.bridge.state()["changes"] if change["serial"] == self.serial]


def activation_id(serial: str, which: str) -> str:
    return f"ACT-{serial}-{which}"


def stock(serials: t.Sequence[str], without_year: t.Sequence[str]) -> dict[str, t.Any]:
    """What was bought: for every card some Activation IDs and a voucher, and for most an included year."""
    bought: dict[str, t.Any] = {}
    for serial in (*serials, *without_year):
        bought |= {
            activation_id(serial, "FIRST"): {"sku": SKU},
            activation_id(serial, "SECOND"): {"sku": "SWNMC3SU-2Y-DIGI"},
            activation_id(serial, "SHARED"): {"sku": SKU, "seats": 2},
            activation_id(serial, "PDU"): {"sku": "SWNMC3PDU-1Y-DIGI"},
        }
    years = dict.fromkeys(serials, "retrieved") | dict.fromkeys(without_year, "missing")
    vouchers = {f"VOUCHER-{serial}": SKU for serial in serials}
    return {"tokens": [TOKEN], "today": TODAY, "activation_ids": bought, "vouchers": vouchers, "included": years}
