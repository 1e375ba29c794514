# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an upgrade may do to a card beside the upgrade, as a table: fault -> what changes when the card is back."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from emulator.card import Card

_DEFAULT_ACCOUNT = ("apc", "apc")


def after_upgrade(card: Card) -> None:
    """Every fault of the table that the card suffers from happens now."""
    for name, happen in _AFTERMATHS.items():
        if card.suffers(name):
            happen(card)


def _reset_password(card: Card) -> None:
    username, password = _DEFAULT_ACCOUNT
    card.change(username=username, password=password)


def _change_serial(card: Card) -> None:
    """A serial that no other card of the fleet has, and another one after every reboot."""
    number = 90_000_000 + (card.settings.number + card.engine_boots) % 10_000_000
    card.change(serial=f"{card.profile.card_serial_prefix}{number}")


_AFTERMATHS: dict[str, t.Callable[[Card], None]] = {
    "snmp_off_after_upgrade": lambda card: card.change(snmp_enabled=False),
    "new_certificate_after_upgrade": lambda card: card.change(certificate_number=card.certificate_number + 1),
    "new_serial_after_upgrade": _change_serial,
    "new_host_key_after_upgrade": lambda card: card.change(host_key_number=card.host_key_number + 1),
    "password_reset_after_upgrade": _reset_password,
    "config_changes_after_upgrade": lambda card: card.change(config_changed=True),
}
