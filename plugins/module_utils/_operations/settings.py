# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep a card's config.ini before an upgrade, and compare it afterwards."""

from __future__ import annotations

import os
import secrets
import tempfile
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.secure_power.nmc.plugins.module_utils._core.config_ini import SettingChange, compare_configs, parse_config
from ansible_collections.secure_power.nmc.plugins.module_utils._core.file_names import file_name
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import scp

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.card import Card
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint

_NAME = "config.ini"
# A card makes the file while it is fetched, which takes about half a minute; it is some 45,000 bytes.
_PATIENCE = 180.0
_LIMIT = 2 << 20


@dataclass(frozen=True)
class SavedSettings:
    """The config.ini of a card as it was, and where it is kept."""

    text: str
    path: Path


def fetch_settings(endpoint: SshEndpoint) -> str:
    """The card's config.ini. Raises what `scp.download` raises."""
    deadline = time.monotonic() + max(_PATIENCE, endpoint.timeout)
    return scp.download(endpoint, _NAME, limit=_LIMIT, deadline=deadline).decode("utf-8", "replace")


def save_settings(endpoint: SshEndpoint, card: Card, *, directory: Path, client: str) -> SavedSettings:
    """Fetch and keep config.ini below a directory of the client, readable by nobody else. Raises `BlockedError` BACKUP_FAILED."""
    text = fetch_settings(endpoint)
    folder = directory / file_name(client)
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    path = folder / f"{file_name(card.serial or endpoint.card)}-{stamp}.ini"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, text)
    except OSError as error:
        message = f"{endpoint.card}: config.ini cannot be kept in {folder}: {error.strerror}."
        raise BlockedError(Reason.BACKUP_FAILED, message) from error
    return SavedSettings(text, path)


def changed_settings(saved: SavedSettings, after: str) -> list[SettingChange]:
    """What is not as it was before."""
    return compare_configs(parse_config(saved.text), parse_config(after), key=secrets.token_bytes(32))


def _write(path: Path, text: str) -> None:
    """A file of mode 0600 that is there as a whole or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".config.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
