# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules for images do; they concern the controller, not a card."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import image_info_spec, image_store_spec
from ansible_collections.secure_power.nmc.plugins.module_utils._core import manifest as manifests
from ansible_collections.secure_power.nmc.plugins.module_utils._core.image import (
    Component,
    ImageFacts,
    is_application,
    is_hardware_token,
)
from ansible_collections.secure_power.nmc.plugins.module_utils._core.intake import Word, describe, release_without_images, releases_of
from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Delivery, StoredRelease
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import InputError, NmcError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.packages import FoundImage, find_images
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.store import Intake, compare, put, render
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
        difference = compare(store, intake) if run.check_mode else put(store, intake)
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
    word = _word(params)
    if not params["source"]:
        return Intake((), (accepted(release_without_images(word), _WHO),))
    if word.delivery is not Delivery.DIRECT:
        raise _invalid(f"delivery is {word.delivery.value}, with which no image of source is ever sent from here; leave source out")
    found = [image for source in params["source"] for image in _found(Path(source))]
    images = [(image, accepted(describe(image.name, word), _WHO)) for image in found]
    if word.speaks_of_applications and not any(facts.component is Component.APPLICATION for _image, facts in images):
        raise _invalid("application and version speak of images of applications, and there is none in source")
    return Intake(tuple(images), tuple(_releases(images, word)))


def _word(params: Params) -> Word:
    application = _checked(params, "application", is_application, "su or rpdu2g")
    return Word(
        application=ImageFacts(
            component=Component.APPLICATION if application else None,
            hardware_token=_checked(params, "hardware_token", is_hardware_token, "hw21"),
            application=application,
            version=_version(params, "version"),
        ),
        aos=_version(params, "aos"),
        boot_monitor=_version(params, "boot_monitor"),
        delivery=Delivery(params["delivery"]),
    )


def _checked(params: Params, name: str, fits: t.Callable[[str], bool], example: str) -> str | None:
    text = lower(params[name])
    if text is not None and not fits(text):
        raise _invalid(f"{name} is {text!r}, which is none such as {example}")
    return text


def _found(source: Path) -> list[FoundImage]:
    found = find_images(source)
    if not found:
        raise InputError(Reason.IMAGE_MISSING, f"{_WHO}: there is no image in {source}.")
    empty = next((image for image in found if image.size == 0), None)
    if empty is not None:
        raise InputError(Reason.IMAGE_UNREADABLE, f"{_WHO}: {empty.path} is empty.")
    return found


def _releases(images: t.Iterable[tuple[FoundImage, ImageFacts]], word: Word) -> t.Iterator[StoredRelease]:
    """What came in one package, or lay in one folder, ships together."""
    together: dict[str, list[ImageFacts]] = {}
    for image, facts in images:
        together.setdefault(image.package or str(Path(image.path).parent), []).append(facts)
    for group in together.values():
        yield from accepted(releases_of(group, word), _WHO)


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


def _invalid(sentence: str) -> InputError:
    return InputError(Reason.INVALID_OPTION, f"{_WHO}: {sentence}.")


def _refuse(error: NmcError, _card: str) -> Result:
    return error_result(error)


IMAGE_INFO = Task("nmc_image_info", image_info_spec, _info, _refuse)
IMAGE_STORE = Task("nmc_image_store", image_store_spec, _store, _refuse)
