# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real HTTPS server on 127.0.0.1, with certificates of an authority that nobody else trusts, and with bad manners on request."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.server
import ipaddress
import ssl
import threading
import typing as t
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if t.TYPE_CHECKING:
    import pathlib

# How a path is answered, in place of the file: it is handed the request and sends what it wants.
Manner = t.Callable[[http.server.BaseHTTPRequestHandler, bytes], None]


@dataclass
class HttpsServer:
    """A running server: files below ``root``, the requests that came, and how it answers paths that end in a certain way."""

    root: pathlib.Path
    certificates: Certificates
    port: int = 0
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    manners: dict[str, Manner] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/images"

    @property
    def ca_path(self) -> str:
        return str(self.certificates.authority)

    @property
    def paths(self) -> list[str]:
        return [path for path, _authorization in self.requests]


@dataclass(frozen=True)
class Certificates:
    """PEM files: an authority, and certificates with their keys that it or nobody signed."""

    authority: pathlib.Path
    right: pathlib.Path
    other_host: pathlib.Path
    expired: pathlib.Path


def make_certificates(folder: pathlib.Path) -> Certificates:
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    today = dt.datetime.now(dt.UTC)

    def certificate(name: str, address: str | None, *, days: int = 30) -> bytes:
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name("test authority"))
            .public_key((server_key if address else authority_key).public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - dt.timedelta(days=60))
            .not_valid_after(today + dt.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=address is None, path_length=None), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key((server_key if address else authority_key).public_key()), critical=False
            )
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        )
        if address:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
            builder = builder.add_extension(names, critical=False)
        else:
            builder = builder.add_extension(_signs_certificates(), critical=True)
        return builder.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    key = server_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    contents = {
        "authority": certificate("test authority", None),
        "right": certificate("store", "127.0.0.1") + key,
        "other_host": certificate("store", "127.0.0.2") + key,
        "expired": certificate("store", "127.0.0.1", days=-1) + key,
    }
    for name, content in contents.items():
        (folder / f"{name}.pem").write_bytes(content)
    return Certificates(**{name: folder / f"{name}.pem" for name in contents})


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signs_certificates() -> x509.KeyUsage:
    usages = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    others = dict.fromkeys((*usages, "crl_sign", "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(key_cert_sign=True, **others)


@contextlib.contextmanager
def serving(root: pathlib.Path, certificates: Certificates, *, certificate: pathlib.Path | None = None) -> t.Iterator[HttpsServer]:
    """Serve ``root`` as /images with a certificate, by default the right one."""
    running = HttpsServer(root, certificates)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate or certificates.right)
    server = _Server(("127.0.0.1", 0), _handler_of(running))
    server.context = context
    running.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Server(http.server.ThreadingHTTPServer):
    """Does the handshake in the thread of the connection, and says nothing when a client goes away."""

    context: ssl.SSLContext
    block_on_close = False

    def __init__(self, *arguments: t.Any) -> None:
        super().__init__(*arguments)
        self.stopped = threading.Event()

    def finish_request(self, request: t.Any, client_address: t.Any) -> None:
        request.settimeout(30)
        with contextlib.suppress(OSError), self.context.wrap_socket(request, server_side=True) as connection:
            super().finish_request(connection, client_address)


def _handler_of(running: HttpsServer) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            running.requests.append((self.path, self.headers.get("Authorization")))
            self.close_connection = True
            file = running.root / self.path.removeprefix("/images/")
            manner = next((manner for end, manner in running.manners.items() if self.path.endswith(end)), None)
            if manner is not None:
                manner(self, file.read_bytes() if file.is_file() else b"")
            elif file.is_file():
                send(self, file.read_bytes())
            else:
                self.send_error(404)

        def log_message(self, *_arguments: object) -> None:
            pass

    return Handler


def send(request: http.server.BaseHTTPRequestHandler, content: bytes, *, length: int | None = None, status: int = 200) -> None:
    """Answer with a body that claims a length, by default its own."""
    request.send_response(status)
    request.send_header("Content-Length", str(len(content) if length is None else length))
    request.end_headers()
    request.wfile.write(content)
