# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a card still runs the application that belongs on it."""

from __future__ import annotations

import pytest
from unit.core.builders import card_of, image_of

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import ProofError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.identity import check_application

BEFORE = card_of("hw21", "su")
NAMED = image_of("apc_hw21_su_2-5-5-1.nmc3")


def test_the_application_of_the_image_is_right() -> None:
    check_application("ups1", NAMED, BEFORE, card_of("hw21", "su"))


def test_the_image_says_what_a_card_that_forgot_its_application_must_run() -> None:
    forgetful = card_of("hw21", None, missing=True)
    check_application("ups1", NAMED, forgetful, card_of("hw21", "su"))
    with pytest.raises(ProofError) as raised:
        check_application("ups1", NAMED, forgetful, card_of("hw21", "sy"))
    assert raised.value.reason is Reason.WRONG_APPLICATION_LOADED


def test_another_application_is_told_by_name() -> None:
    with pytest.raises(ProofError, match="runs the application rpdu2g instead of su") as raised:
        check_application("ups1", NAMED, BEFORE, card_of("hw21", "rpdu2g"))
    assert raised.value.reason is Reason.WRONG_APPLICATION_LOADED


def test_no_application_is_a_broken_one() -> None:
    with pytest.raises(ProofError) as raised:
        check_application("ups1", NAMED, BEFORE, card_of("hw21", None, missing=True))
    assert raised.value.reason is Reason.APPLICATION_BROKEN
