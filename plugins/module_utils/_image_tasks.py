# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules for images do; they concern the controller, not a card."""

from __future__ import annotations

import itertools
import typing as t
from pathlib import Path

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import image_info_spec, image_store_spec
from ansible_collections.secure_power.nmc.plugins.module_utils._core import manifest as manifests
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import Component, ImageFacts
from ansible_collections.secure_power.nmc.plugins.module_utils._core.intake import Word, describe, release_without_images, releases_of
from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Delivery
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.packages import FoundImage, find_images
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.store import Intake, compare, put, read_manifest, render
from ansible_collections.secure_power.nmc.plugins.module_utils._requests import Params, accepted, lower, version_from
from ansible_collections.secure_power.nmc.plugins.module_utils._results import Result, error_result
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import Run, Task

_WHO = "image store"


def _info(params: Params, _run: Run) -> Result:
    try:
        found = find_images(Path(params["path"]))
    except NmcError as error:
        return error_result(error)
    return {"changed": False, "images": [_image_result(image) for image in found]}


def _store(params: Params, run: Run) -> Result:
    store = Path(params["path"])
    try:
        intake = _intake(params)
        difference = compare(read_manifest(store), intake) if run.check_mode else put(store, intake)
        before, after = render(difference.before), render(difference.after)
    except NmcError as error:
        return error_result(error)
    header = str(store / manifests.NAME)
    return {
        "changed": difference.changed,
        "manifest": header,
        **{key: value for key, value in manifests.to_document(difference.after).items() if key in ("images", "releases")},
        "diff": {"before_header": header, "after_header": header, "before": before, "after": after},
    }


def _intake(params: Params) -> Intake:
    word = Word(
        application=ImageFacts(
            component=Component.APPLICATION if params["application"] else None,
            hardware_token=lower(params["hardware_token"]),
            application=lower(params["application"]),
            version=_version(params, "version"),
        ),
        aos=_version(params, "aos"),
        boot_monitor=_version(params, "boot_monitor"),
        delivery=Delivery(params["delivery"]),
    )
    found = [image for source in params["source"] or () for image in _found(Path(source))]
    if not found:
        return Intake((), (accepted(release_without_images(word), _WHO),))
    if word.delivery is not Delivery.DIRECT:
        raise InputError(Reason.INVALID_OPTION, f"{_WHO}: source has images, but delivery {word.delivery.value} sends none from here.")
    images = [(image, accepted(describe(image.name, word), _WHO)) for image in found]
    groups = itertools.groupby(images, key=lambda pair: pair[0].package or str(Path(pair[0].path).parent))
    releases = [release for _folder, group in groups for release in releases_of([facts for _image, facts in group], word)]
    return Intake(tuple(images), tuple(releases))


def _found(source: Path) -> list[FoundImage]:
    found = find_images(source)
    if not found:
        raise InputError(Reason.IMAGE_MISSING, f"{_WHO}: there is no image in {source}.")
    return found


def _version(params: Params, name: str) -> t.Any:
    return None if params[name] is None else version_from(params[name], option=name, card=_WHO)


def _image_result(image: FoundImage) -> Result:
    facts = image.facts
    return {
        "name": image.name,
        "path": image.path,
        "package": image.package,
        "size": image.size,
        "sha256": image.sha256,
        "component": facts.component.value if facts.component else None,
        "hardware_token": facts.hardware_token,
        "application": facts.application,
        "version": str(facts.version) if facts.version else None,
        "ups_firmware": image.is_ups_firmware,
    }


def _refuse(error: NmcError, _card: str) -> Result:
    return error_result(error)


IMAGE_INFO = Task("nmc_image_info", image_info_spec, _info, _refuse, runs_on_delegate=True)
IMAGE_STORE = Task("nmc_image_store", image_store_spec, _store, _refuse, runs_on_delegate=True)
