# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet of which every test takes cards that no test has touched, and leaves the others alone."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from unit.images.builders import take_in
from unit.tasks.emulated import KINDS, EmulatedCard, ImageStore, addresses_of_kind, fleet
from unit.tasks.licensed import TODAY, Licensed, stock

from ansible_collections.secure_power.nmc.plugins.module_utils._transport import licensing as licensing_client
from emulator.testing import Emulator, start_emulator
from licensing.testing import Licensing, start_licensing

# What ships together, in the shelf.
RELEASES = [
    ["apc_hw21_su_1-4-2-1.nmc3"],
    ["apc_hw21_su_2-3-1-1.nmc3"],
    ["apc_hw21_su_3-4-0-8.nmc3"],
    ["apc_hw21_rpdu2g_2-5-2-5.nmc3"],
    ["apc_hw05_aos_696.bin", "apc_hw05_sumx_696.bin"],
    ["apc_hw05_bootmon_109.bin", "apc_hw05_aos_720.bin", "apc_hw05_sumx_720.bin"],
]

Take = t.Callable[[str], EmulatedCard]
TakeLicensed = t.Callable[..., Licensed]


@pytest.fixture(scope="session")
def emulator() -> t.Iterator[Emulator]:
    with start_emulator(fleet()) as running:
        yield running


@pytest.fixture(scope="session")
def fresh() -> dict[str, list[str]]:
    """The addresses of each kind that no test has taken yet."""
    return {kind: addresses_of_kind(kind) for kind in KINDS}


@pytest.fixture
def take(emulator: Emulator, fresh: dict[str, list[str]]) -> t.Iterator[Take]:
    """Return a function that gives a fresh card of a kind.

    At the end nobody may be logged on to it, and all other cards must be as they were.
    """
    taken: list[str] = []

    def take_one(kind: str) -> EmulatedCard:
        assert len(fresh[kind]) > 1, f"the fleet of the tests has too few cards of the kind {kind}"
        taken.append(fresh[kind].pop(0))
        return EmulatedCard(emulator, taken[-1])

    before = _condition(emulator, fresh)
    yield take_one
    for address in taken:
        emulator.wait(address, lambda state: not state["sessions"])
    after = _condition(emulator, fresh)
    assert {address: after[address] for address in after if address not in taken} == {
        address: before[address] for address in after if address not in taken
    }


def _condition(emulator: Emulator, fresh: dict[str, list[str]]) -> dict[str, t.Any]:
    """What every card is, and of the last card of each kind, which nobody takes, also what has been done to it."""
    cards: dict[str, t.Any] = {card["address"]: card for card in emulator.cards()}
    witnesses = [addresses[-1] for addresses in fresh.values()]
    return {**cards, **{address: emulator.state(address)["counters"] for address in witnesses}}


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> ImageStore:
    return ImageStore(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="session")
def shelf(store: ImageStore, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """An image store with several releases for each card of the tests."""
    folder = tmp_path_factory.mktemp("shelf")
    for names in RELEASES:
        assert take_in(folder, *(pathlib.Path(store.path(name)) for name in names))["changed"] is True
    assert take_in(folder, pathlib.Path(store.path("apc_hw21_su_2-5-0-6.nmc3")), aos="2.5.0.8")["changed"] is True
    return folder


@pytest.fixture(scope="session")
def licensing(emulator: Emulator) -> t.Iterator[Licensing]:
    """A licensing bridge that knows the cards."""
    serials = {
        kind: [str(emulator.state(address)["serial"]) for address in addresses_of_kind(kind)] for kind in ("licensed", "without_year")
    }
    with start_licensing(stock(serials["licensed"], serials["without_year"])) as running:
        yield running


@pytest.fixture
def take_licensed(take: Take, licensing: Licensing, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[TakeLicensed]:
    """Return a function that gives a fresh card, read over SNMP, with its ledger; all cards of a test share one."""
    monkeypatch.setattr(licensing_client, "_PAUSES", (0.01, 0.02))

    def take_one(kind: str = "licensed") -> Licensed:
        card = take(kind).reached("snmp")
        return Licensed(card, licensing, tmp_path, str(card.state()["serial"]))

    yield take_one
    licensing.set_faults()
    licensing.set_today(TODAY)
