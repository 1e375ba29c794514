# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Host keys: a pool on disk, filled when a key is first needed, so that they persist and 10,000 cards stay cheap.

Cards whose numbers are equal modulo the pool's size share a key.
"""

from __future__ import annotations

import os
import pathlib
import typing as t

import asyncssh

if t.TYPE_CHECKING:
    from emulator.card import Card

_POOL = {"ssh-rsa": 32, "ecdsa-sha2-nistp256": 256}


class HostKeys:
    """The keys of all cards."""

    def __init__(self, state_dir: pathlib.Path) -> None:
        self._dir = state_dir
        self._keys: dict[pathlib.Path, asyncssh.SSHKey] = {}

    def of(self, card: Card) -> asyncssh.SSHKey:
        """The card's host key; the fleet file's `host_key` is a private key file, until the key is replaced."""
        if card.settings.host_key and not card.host_key_number:
            return self._read(pathlib.Path(card.settings.host_key))
        algorithm = "ecdsa-sha2-nistp256" if card.generation == 3 else "ssh-rsa"
        replaced = f"-{card.host_key_number}" if card.host_key_number else ""
        path = self._dir / f"{algorithm}-{card.settings.number % _POOL[algorithm]}{replaced}.pem"
        if not path.exists():
            self._generate(algorithm, path)
        return self._read(path)

    def _generate(self, algorithm: str, path: pathlib.Path) -> None:
        key = asyncssh.generate_private_key(algorithm)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_bytes(key.export_private_key())
        draft.chmod(0o600)
        draft.rename(path)

    def _read(self, path: pathlib.Path) -> asyncssh.SSHKey:
        if path not in self._keys:
            self._keys[path] = asyncssh.read_private_key(path)
        return self._keys[path]

    def known_hosts_line(self, card: Card, port: int, *, host: str | None = None) -> str:
        """`host` is where else than at its own address the card is reached."""
        public = self.of(card).export_public_key().decode().split()[:2]
        host = host or card.address
        return f"{host if port == 22 else f'[{host}]:{port}'} {' '.join(public)}\n"
