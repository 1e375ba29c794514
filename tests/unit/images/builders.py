# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files, packages and stores for the tests of images: opaque bytes under the vendor's names."""

from __future__ import annotations

import hashlib
import io
import json
import typing as t
import zipfile
from dataclasses import dataclass

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason, advice
from ansible_collections.secure_power.nmc.plugins.module_utils._image_tasks import IMAGE_INFO, IMAGE_STORE
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import Run, Task

if t.TYPE_CHECKING:
    import pathlib

AOS, SUMX, BOOT = "apc_hw05_aos_720.bin", "apc_hw05_sumx_720.bin", "apc_hw05_bootmon_109.bin"
SU = "apc_hw21_su_2-5-5-1.nmc3"
TOOL = "apcfwapp_v3.4.0.8.nmc3"
PACKAGE = "apc_hw05_aos720_sumx720_bootmon109.exe"


def content_of(name: str) -> bytes:
    """Bytes that are those of no other name."""
    return f"firmware {name} ".encode() * 100


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write_image(folder: pathlib.Path, name: str, content: bytes | None = None) -> pathlib.Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content_of(name) if content is None else content)
    return path


def zip_of(members: t.Mapping[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return buffer.getvalue()


def vendor_package(*names: str, folder: str = "Bins/") -> bytes:
    """A package as the vendor makes them: a program for Windows that unpacks the ZIP behind it."""
    others = {"NMCFirmwareUpdateUtility.exe": b"MZ tool", "edtFTPnetPRO.dll": b"MZ library", f"{folder}sumx_720_fr.lpk": b"words"}
    images = {f"{folder}{name}": content_of(name) for name in names}
    return b"MZ" + b"\x90" * 70_000 + zip_of({**others, **images})


def write_package(folder: pathlib.Path, name: str = PACKAGE) -> pathlib.Path:
    return write_image(folder, name, vendor_package(AOS, SUMX, BOOT))


@dataclass(frozen=True)
class Ran:
    """What a task returned."""

    result: dict[str, t.Any]

    def __getitem__(self, key: str) -> t.Any:
        return self.result[key]

    @property
    def said(self) -> str:
        """The message of a failure that changed nothing and tells what to do next."""
        assert (self["failed"], self["changed"]) == (True, False)
        assert self["recovery"] == advice(Reason(self["reason"]), untouched=False)
        assert "sent to the card" not in self["recovery"]
        assert self["msg"].endswith(f" {self['recovery']}")
        return t.cast("str", self["msg"])


def info(path: pathlib.Path) -> Ran:
    return _run(IMAGE_INFO, {"path": str(path)})


def take_in(store: pathlib.Path, *sources: pathlib.Path, check_mode: bool = False, **options: t.Any) -> Ran:
    """Run `nmc_image_store`, for the given sources."""
    given = {"path": str(store), **({"source": [str(source) for source in sources]} if sources else {}), **options}
    return _run(IMAGE_STORE, given, check_mode=check_mode)


def _run(task: Task, options: dict[str, t.Any], *, check_mode: bool = False) -> Ran:
    found = ArgumentSpecValidator(task.spec()).validate(options)
    assert found.error_messages == []
    notes: list[str] = []
    run = Run(card="localhost", check_mode=check_mode, notify=notes.append, warn=notes.append)
    result = task.run(found.validated_parameters, run)
    assert notes == []
    assert json.loads(json.dumps(result)) == result
    return Ran(result)


def snapshot(folder: pathlib.Path) -> dict[str, bytes]:
    """Every file below a folder but the lock, with what it holds."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def check_whole(store: pathlib.Path) -> dict[str, t.Any]:
    """Every image of the manifest lies where it says, with its size and SHA-256; return the manifest."""
    manifest: dict[str, t.Any] = yaml.safe_load((store / "manifest.yml").read_text(encoding="utf-8"))
    for path, entry in manifest["images"].items():
        content = (store / path).read_bytes()
        assert (sha256_of(content), len(content)) == (entry["sha256"], entry["size"])
    return manifest
