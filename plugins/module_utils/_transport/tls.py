# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificate that a card's web server shows; it is looked at, not trusted."""

from __future__ import annotations

import hashlib
import socket
import ssl


def certificate_fingerprint(host: str, port: int, *, timeout: float) -> str | None:
    """The SHA-256 of the certificate in hex; None where nobody speaks TLS. Nothing is sent over the connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        with socket.create_connection((host, port), timeout=timeout) as plain, context.wrap_socket(plain, server_hostname=host) as wrapped:
            certificate = wrapped.getpeercert(binary_form=True)
    except (OSError, ValueError):
        return None
    return hashlib.sha256(certificate).hexdigest() if certificate else None
