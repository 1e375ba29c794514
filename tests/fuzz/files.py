# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lies on the controller or comes from a store: names of images, manifests, packages."""

from __future__ import annotations

import contextlib
import pathlib
import tempfile
import typing as t
import zipfile

from fuzz.target import Check, Target, check_text, only_typed_errors, plain, text_of
from unit.images.builders import zip_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import ImageFacts, is_file_name, parse_image_name
from ansible_collections.secure_power.nmc.plugins.module_utils._core.intake import Word, describe
from ansible_collections.secure_power.nmc.plugins.module_utils._core.refusal import Refusal
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.packages import find_images, read_found
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.store import parse_manifest, render

_NAMES = (
    *("apc_hw05_aos_722.bin", "apc_hw05_sumx_602a.bin", "apc_hw21_su_2-5-5-1.nmc3", "apc_hw21_rpdu2g_2.5.2.5.nmc"),
    *("apcfwapp_v3.4.0.8.nmc3", "apc_hw05_bootmon_109.bin", "SMT_UPS_09-3.enc", "upsfw.bin"),
)


def _image_name(data: bytes) -> None:
    name = text_of(data)
    found = parse_image_name(name)
    _check_named(found, name)
    described = describe(name, Word())
    if isinstance(described, Refusal):
        assert described.sentence
        return
    assert is_file_name(name)
    assert described == found


def _check_named(found: ImageFacts, name: str) -> None:
    for word in (found.hardware_token, found.application):
        assert word is None or word in name.lower(), f"{word!r} was not said"
    if found.version is not None:
        digits = "".join(character for character in name if character.isdigit())
        assert all(str(part) in digits for part in found.version.parts), f"{found.version} was not said"


_MANIFEST = f"""\
version: 1
images:
  hw05/aos/apc_hw05_aos_722.bin: {{sha256: {"a" * 64}, size: 3134720, component: aos, hardware_token: hw05, version: 7.2.2}}
  hw21/su/apcfwapp_v3.4.0.8.nmc3:
    sha256: {"b" * 64}
    size: 6795900
    component: application
    hardware_token: hw21
    application: su
    version: 3.4.0.8
releases:
- {{hardware_token: hw05, application: rpdu2g, version: 7.2.6, aos: 7.2.2, boot_monitor: 1.0.9, delivery: direct}}
- hardware_token: hw21
  application: su
  version: "3.4"
  delivery: sns_tool
"""


def _manifest(data: bytes) -> None:
    with only_typed_errors():
        manifest = parse_manifest(data, "manifest.yml")
        said = text_of(data)
        for image in manifest.images:
            check_text(image.path)
            assert not image.path.startswith("/")
            assert not {"", ".", ".."} & set(image.path.split("/"))
            assert image.sha256 in said
        assert parse_manifest(render(manifest).encode(), "again") == manifest


@contextlib.contextmanager
def _packages(name: str) -> t.Iterator[Check]:
    """Find the images of a package, and read each as it would be taken into a store."""
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=_memory()) as folder:
        file = pathlib.Path(folder, name)

        def check(data: bytes) -> None:
            file.write_bytes(data)
            with only_typed_errors():
                for image in find_images(file):
                    _check_named(image.facts, image.name)
                    assert sum(map(len, read_found(image))) == image.size
            assert [left.name for left in pathlib.Path(folder).iterdir()] == [name]

        yield check


def _memory() -> str | None:
    """Where writing a million files wears out no disk."""
    return "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None


_MEMBERS = {f"Bins/{name}": name.encode() * 9 for name in _NAMES[:3]}
_ZIPS = (zip_of(_MEMBERS), zip_of({"readme.txt": b"x", **_MEMBERS}, compression=zipfile.ZIP_STORED), zip_of({f"..\\{_NAMES[0]}": b"y"}))

TARGETS: tuple[Target, ...] = (
    plain("image_name", _image_name, _NAMES),
    plain("manifest", _manifest, [_MANIFEST], share=0.4),
    Target("zip", lambda: _packages("package.zip"), _ZIPS, share=0.6),
    Target("self_extracting", lambda: _packages("apc_package.exe"), tuple(b"MZ" + b"\x90" * 900 + data for data in _ZIPS), share=0.4),
)
