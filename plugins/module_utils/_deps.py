# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Optional third-party libraries: found when they are needed, named clearly when they are not there or not right."""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import operator
import re
import sys
import typing as t
import warnings
from dataclasses import dataclass

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError


@dataclass(frozen=True)
class Dependency:
    """A library, the versions of it that work, and what it is for (a noun that completes "... needs the library")."""

    package: str
    module: str
    versions: str
    purpose: str

    def load(self, card: str) -> t.Any:
        """Return the imported module, or raise InputError MISSING_LIBRARY; the import's own traceback is its cause."""
        found = _find(self)
        if found.problem is None:
            return found.module
        raise InputError(
            Reason.MISSING_LIBRARY,
            f"{card}: {self.purpose} needs the Python library {self.package} {self.versions}; {found.problem}.",
            evidence={
                "library": self.package,
                "needed": self.versions,
                "found": found.version,
                "python": sys.executable,
            },
        ) from found.error

    def is_usable(self) -> bool:
        return _find(self).problem is None

    def submodule(self, name: str, card: str) -> t.Any:
        """Return a module within the library, under the same conditions."""
        self.load(card)
        return _submodule(f"{self.module}.{name}")


@dataclass(frozen=True)
class _Found:
    module: t.Any = None
    version: str | None = None
    problem: str | None = None
    error: ImportError | None = None


@functools.cache
def _find(dependency: Dependency) -> _Found:
    try:
        module = _import(dependency.module)
    except ImportError as error:
        return _Found(problem=f"{sys.executable} cannot import it ({error})", error=error)
    version = _version(dependency, module)
    if version is None or not _is_within(version, dependency.versions):
        place = getattr(module, "__file__", None) or "an unknown place"
        return _Found(version=version, problem=f"{sys.executable} finds version {version or 'unknown'} at {place}")
    return _Found(module=module, version=version)


@functools.cache
def _submodule(path: str) -> t.Any:
    # Not from sys.modules: a module that another thread is just importing is already there, and half empty.
    return _import(path)


def _import(name: str) -> t.Any:
    # Some releases warn on import about algorithms that only old cards use; that text must not reach a play's output.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


def _version(dependency: Dependency, module: t.Any) -> str | None:
    try:
        return importlib.metadata.version(dependency.package)
    except importlib.metadata.PackageNotFoundError:
        return getattr(module, "__version__", None)


_COMPARE: t.Mapping[str, t.Callable[[t.Any, t.Any], bool]] = {">=": operator.ge, "<": operator.lt}


def _is_within(version: str, versions: str) -> bool:
    bounds = re.findall(r"(>=|<)([\d.]+)", versions)
    return all(_COMPARE[sign](_release(version), _release(bound)) for sign, bound in bounds)


def _release(version: str) -> tuple[int, ...]:
    numbers = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in numbers.group().split(".")) if numbers else ()


PARAMIKO = Dependency("paramiko", "paramiko", ">=3.5,<5", "SSH")
PYSNMP = Dependency("pysnmp", "pysnmp", ">=7.1.6,<8", "SNMP")
GUFO_SNMP = Dependency("gufo_snmp", "gufo.snmp", ">=0.13", "accelerated SNMP")
JMESPATH = Dependency("jmespath", "jmespath", ">=1.0", "a baseline")
YAML = Dependency("PyYAML", "yaml", ">=5.1", "an image store")
SQLALCHEMY = Dependency("SQLAlchemy", "sqlalchemy", ">=2.0,<3", "the ledger")
PSYCOPG = Dependency("psycopg", "psycopg", ">=3.1,<4", "a ledger on PostgreSQL")
