# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sending one image to a card: at its pace, within its time, with a record of what has left."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import AccessError, TransferError, UnreachableError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.images import VerifiedImage, verified
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import ftp, scp
from ansible_collections.secure_power.nmc.plugins.module_utils._transport.pace import Pace

if t.TYPE_CHECKING:
    from ansible_collections.secure_power.nmc.plugins.module_utils._core.upgrade import Step
    from ansible_collections.secure_power.nmc.plugins.module_utils._operations.order import Notify, Order, Outcome
    from ansible_collections.secure_power.nmc.plugins.module_utils._transport.ssh import SshEndpoint


def transfer(endpoint: SshEndpoint, order: Order, outcome: Outcome, *, step: Step, notify: Notify, alive: t.Callable[[], None]) -> bool:
    """Send an image whole; returns whether the card said that it took it. Raises `TransferError` once a byte is out.

    ``alive`` is called as long as bytes leave.
    """
    started = time.monotonic()
    with verified(endpoint.card, step.image, order.downloads) as image:
        record = outcome.record_transfer(step.image.name, size=image.size, sha256=image.sha256)
        say = _milestones(endpoint.card, step.image.name, notify)

        def progress(sent: int, size: int) -> None:
            record["bytes_sent"] = sent
            say(sent, size)
            alive()

        try:
            return _upload(
                endpoint, order, image, name=step.image.name, deadline=started + order.limits.upload(image.size), progress=progress
            )
        except (UnreachableError, AccessError) as error:
            record["error"] = error.message
            if not outcome.touched:
                raise
            raise TransferError(Reason.TRANSFER_INTERRUPTED, error.message, evidence=error.evidence) from error
        except TransferError as error:
            record["error"] = error.message
            raise
        finally:
            record["seconds"] = round(time.monotonic() - started, 1)


def _upload(
    endpoint: SshEndpoint,
    order: Order,
    image: VerifiedImage,
    *,
    name: str,
    deadline: float,
    progress: t.Callable[[int, int], None],
) -> bool:
    pace = Pace(deadline, order.limits.stall_timeout, order.limits.rate_limit)
    if order.ftp_port is not None:
        return ftp.upload(endpoint, image.file, port=order.ftp_port, size=image.size, name=name, pace=pace, progress=progress)
    return scp.upload(endpoint, image.file, size=image.size, name=name, pace=pace, progress=progress)


def _milestones(card: str, name: str, notify: Notify) -> t.Callable[[int, int], None]:
    """Say each quarter of a transfer, but not more often than every ten seconds."""
    quarter, said_at = 0, time.monotonic()

    def progress(sent: int, size: int) -> None:
        nonlocal quarter, said_at
        reached = 4 * sent // size
        if reached > quarter and time.monotonic() - said_at >= 10:
            said_at = time.monotonic()
            notify(f"{card}: {name} {25 * reached} % sent")
        quarter = reached

    return progress
