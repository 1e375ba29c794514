# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the figures were measured on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import typing as t
from pathlib import Path

from bench import openssh

_PACKAGES = ("ansible-core", "paramiko", "cryptography", "gufo_snmp", "pysnmp", "asyncssh")


def describe() -> dict[str, str]:
    return {
        "Processor": f"{_field('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores",
        "Memory": f"{int(_field('/proc/meminfo', 'MemTotal').split()[0]) / 1024 / 1024:.0f} GB",
        "System": f"Linux {platform.release().partition('-')[0]}, Python {platform.python_version()}, {openssh.client_version()}",
        "Packages": ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES),
    }


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _field(path: t.Literal["/proc/cpuinfo", "/proc/meminfo"], name: str) -> str:
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(name))
