# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates of the cards' web servers: self-signed, one per card, made when first shown and kept on disk."""

from __future__ import annotations

import datetime as dt
import os
import ssl
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if t.TYPE_CHECKING:
    import pathlib

    from emulator.card import Card

_VALID_FROM = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_VALID_UNTIL = dt.datetime(2050, 1, 1, tzinfo=dt.UTC)


class Certificates:
    """The certificates of all cards, ready for use."""

    def __init__(self, state_dir: pathlib.Path) -> None:
        self._dir = state_dir
        self._contexts: dict[pathlib.Path, ssl.SSLContext] = {}

    def context(self, card: Card) -> ssl.SSLContext:
        """TLS as the card speaks it: an NMC2 knows nothing newer than 1.2."""
        path = self._dir / f"https-{card.address}-{card.certificate_number}.pem"
        if path not in self._contexts:
            if not path.exists():
                _generate(card, path)
            self._contexts[path] = _context(path, newest=ssl.TLSVersion.TLSv1_3 if card.generation == 3 else ssl.TLSVersion.TLSv1_2)
        return self._contexts[path]


def _context(path: pathlib.Path, *, newest: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1_2, newest
    context.load_cert_chain(path)
    return context


def _generate(card: Card, path: pathlib.Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, card.serial or card.address)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), _VALID_FROM, _VALID_UNTIL)
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    draft.rename(path)
