# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``detstatus`` and ``ups -st``: what a UPS says about itself, in the captured layouts of an old and a modern UPS."""

from __future__ import annotations

import typing as t

from emulator import texts
from emulator.answers import PARAMETER_ERROR, Answer, lines

if t.TYPE_CHECKING:
    from emulator.card import Card

_OLD = {
    "-rt": ["Runtime Remaining: 3 hr 35 min"],
    "-soc": ["Battery State Of Charge: 99.0 %"],
    "-om": ["Output Voltage: 230.4 VAC", "Output Frequency: 50.0 Hz", "Output Watts Percent: 0.0 %"],
    "-im": ["Input Voltage: 231.8 VAC"],
    "-bat": ["Battery Voltage: 27.8 VDC"],
    "-tmp": ["Internal Temperature: 24.3 C, 75.7 F"],
}
_MODERN = {
    "-rt": ["Runtime Remaining: 1 hr 58 min 0 sec"],
    "-soc": ["Battery State Of Charge: 100.0 %"],
    "-om": [
        "Output Voltage: 247.6 VAC",
        "Output Frequency: 50.1 Hz",
        "Output Watts Percent: 9.1 %",
        "Output VA Percent: 10.4 %",
        "Output Current: 0.66 A",
        "Output Efficiency: 90.0 %",
        "Output Energy: 4631.618 kWh",
    ],
    "-im": ["Input Voltage: 247.6 VAC", "Input Frequency: 50.1 Hz"],
    "-bat": ["Battery Voltage: 27.3 VDC"],
    "-tmp": ["Battery Temperature: 20.7 C, 69.2 F"],
}


def detstatus(card: Card, arguments: list[str]) -> Answer:
    sections = {"-ss": _status(card), **(_MODERN if card.device.sku else _OLD), "-dg": _diagnostics(card)}
    if arguments == ["-ss"]:
        return lines([*sections["-ss"], texts.line_end_quirk(card)])
    if arguments == ["-all"]:
        return lines(row for rows in sections.values() for row in rows)
    if len(arguments) == 1 and arguments[0] in sections:
        return lines(sections[arguments[0]])
    usage = f"Usage: detstatus -- Configuration Options\n    detstatus [-all | {' | '.join(sections)}]\n"
    return Answer(usage, code=PARAMETER_ERROR)


def ups(card: Card, arguments: list[str]) -> Answer:
    if arguments == ["-st"]:
        return lines([f"State: {state(card)}"])
    return Answer(code=PARAMETER_ERROR)


def state(card: Card) -> str:
    """The texts on battery are inferred from the MIB's words."""
    if card.device.sku:
        return "On Battery" if card.on_battery else "Online"
    return "On Battery" if card.on_battery else "On Line, No Alarms Present"


def _status(card: Card) -> list[str]:
    status = [f"Status of UPS: {state(card)}"]
    if not card.device.sku:
        return [*status, "Last Transfer: Due to software command or UPS's test control"]
    status += ["Last Transfer: UPS battery test"]
    status += [f"Input Status: {'Out of range' if card.on_battery else 'Acceptable'}"]
    status += ["Next Battery Replacement Date: 07/01/2027"]
    return [*status, "Battery Health: Battery Life OK"] if card.generation == 3 else status


def _diagnostics(card: Card) -> list[str]:
    """The words for a running self-test are inferred."""
    result = "In progress" if card.self_test else "Passed"
    rows = [f"Self-Test Result: {result}", "Self-Test Date: 10/25/2020"]
    return [*rows, "Calibration Result: Not Available", "Calibration Date: Unknown"]
