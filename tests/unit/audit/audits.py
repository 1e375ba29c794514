# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Audits of hosts that need no card, by the real `ansible-playbook` or without it."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from unit.core.builders import card_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Permissions
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.audit import Audit, Order
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.hosts import HostReader
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.judging import Judge
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.reading import Asking
from ansible_collections.secure_power.nmc.plugins.plugin_utils._audit.sources import Sources

Variables = dict[str, t.Any]

_ROOT = pathlib.Path(__file__).resolve().parents[3]
_PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")
NOW = datetime.now(UTC).replace(microsecond=0)
AN_HOUR_AGO = (NOW - timedelta(hours=1)).isoformat()
OLD, TARGET, NEW = "2.3.1.1", "2.5.0.6", "3.4.0.8"
BASELINE: Variables = {"name": "2026-q4", "rules": [{"name": "free", "version": TARGET, "entitlement": "free"}]}


def facts(version: str = OLD, *, read_at: str = AN_HOUR_AGO, **said: t.Any) -> Variables:
    """The facts of a Smart-UPS card that runs a version."""
    return {**card_of("hw21", "su", aos=version, app=version, boot="1.4.2.1").facts(read_at), **said}


def host(number: int, version: str = OLD, **variables: t.Any) -> Variables:
    """Variables of a host of which facts are at hand."""
    return {"nmc_discovered": facts(version, serial=f"ZA{number:010}"), **variables}


def audited(folder: pathlib.Path, hosts: t.Mapping[str, Variables], *, removed: t.Collection[str] = (), **options: t.Any) -> Variables:
    """The result of an audit without Ansible, at the moment NOW."""
    given = {"baseline": BASELINE, "gather": "never", "max_age": 86400.0, **options}
    reader = HostReader(lambda value, _known: value)
    read = [reader.read(name, {"inventory_hostname": name, **said}, removed=name in removed) for name, said in hosts.items()]
    sources = Sources(given, find=str, load=_no_file, beside=str)
    order = Order(
        asking=Asking(given["gather"], timedelta(seconds=given["max_age"]), None),
        ledger_url=given.get("ledger_url", f"sqlite:///{folder}/ledger.sqlite"),
        report_directory=folder / "reports",
        fail_on=given.get("fail_on", ()),
        return_findings=True,
        check_mode=given.get("check_mode", False),
    )
    judge = Judge(sources, given.get("allow", Permissions()), NOW.date())
    return Audit(order, judge, read, now=given.get("now", NOW)).run()


def _no_file(path: str) -> t.NoReturn:
    raise AssertionError(f"{path} is not looked for")


def findings(result: Variables) -> dict[str, tuple[str, str]]:
    """Status and reason of each host."""
    return {finding["host"]: (finding["status"], finding["reason"]) for finding in result["findings"]}


def sentences(result: Variables) -> dict[str, str]:
    return {finding["host"]: finding["sentence"] for finding in result["findings"]}


def reports(folder: pathlib.Path) -> dict[str, str]:
    """The text of each report, by the name of its file."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((folder / "reports").glob("*"))}


# --- plays -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Played:
    """How a play ended: its exit code, what it printed, and the results of its tasks by the hosts that they ran on."""

    code: int
    output: str
    tasks: dict[str, dict[str, Variables]]

    @property
    def result(self) -> Variables:
        """That of the audit, which ran once."""
        (result,) = self.tasks["Audit"].values()
        return result


class Plays:
    """Plays in a folder of their own, with a ledger there. ``hosts`` are those of the inventory, with their variables."""

    def __init__(self, folder: pathlib.Path, hosts: t.Mapping[str, Variables], **group: t.Any) -> None:
        self.folder = folder
        self.write("inventory.json", {"nmc": {"hosts": dict(hosts), "vars": group}})

    def write(self, name: str, content: object) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        (self.folder / name).write_text(text, encoding="utf-8")

    def audit(
        self,
        *arguments: str,
        play: Variables | None = None,
        before: t.Sequence[Variables] = (),
        after: t.Sequence[Variables] = (),
        task: Variables | None = None,
        **options: t.Any,
    ) -> Played:
        """Run a play whose task is an audit, with other tasks before and after it; ``task`` and ``play`` hold keywords."""
        own = {"baseline": BASELINE, "gather": "never", "report_directory": "reports", "return_findings": True, **options}
        given = {name: value for name, value in own.items() if value is not None}
        tasks = [*before, {"name": "Audit", "secure_power.nmc.nmc_compliance": given, "register": "audited", **(task or {})}, *after]
        self.write("play.json", [{"hosts": "nmc", "gather_facts": False, **(play or {}), "tasks": tasks}])
        return self.play("play.json", *arguments)

    def play(self, playbook: str, *arguments: str) -> Played:
        kept = self.folder / "results"
        kept.mkdir(exist_ok=True)
        for old in kept.glob("*"):
            old.unlink()
        command = [str(_PLAYBOOK), "-i", "inventory.json", playbook, *arguments]
        done = subprocess.run(command, cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=120, check=False)
        tasks: dict[str, dict[str, Variables]] = {}
        for path in kept.glob("*@*"):
            task, _at, name = path.name.partition("@")
            tasks.setdefault(task, {})[name] = json.loads(path.read_text(encoding="utf-8"))
        return Played(done.returncode, f"{done.stdout}\n{done.stderr}", tasks)

    def command(self, playbook: str, *arguments: str) -> list[str]:
        return [str(_PLAYBOOK), "-i", "inventory.json", playbook, *arguments]

    def environment(self) -> dict[str, str]:
        settings = {
            "COLLECTIONS_PATH": str(_ROOT / ".tree"),
            "CALLBACK_PLUGINS": str(pathlib.Path(__file__).parent / "callback_plugins"),
            "CALLBACKS_ENABLED": "audit_results",
            "HOME": str(self.folder),
            "NOCOLOR": "1",
        }
        own = {"NMC_LEDGER_URL": f"sqlite:///{self.folder}/ledger.sqlite", "AUDIT_RESULTS": str(self.folder / "results")}
        return {**os.environ, **own, **{f"ANSIBLE_{name}": value for name, value in settings.items()}}
