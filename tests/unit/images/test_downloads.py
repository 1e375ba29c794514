# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads from a real HTTPS server: whom is trusted, what is taken for whole, how long is waited, what is kept."""

from __future__ import annotations

import errno
import functools
import http.server
import multiprocessing
import os
import pathlib
import resource
import stat
import threading
import time
import typing as t

import pytest
from unit.images.builders import AOS, SU, content_of, sha256_of, take_in, write_image, write_package
from unit.images.https_server import Certificates, HttpsServer, make_certificates, send, serving

from ansible_collections.secure_power.nmc.plugins.module_utils._core.manifest import Store
from ansible_collections.secure_power.nmc.plugins.module_utils._core.reasons import Reason
from ansible_collections.secure_power.nmc.plugins.module_utils._errors import BlockedError, InputError
from ansible_collections.secure_power.nmc.plugins.module_utils._operations import downloads as module
from ansible_collections.secure_power.nmc.plugins.module_utils._operations.downloads import Downloads
from ansible_collections.secure_power.nmc.plugins.module_utils._transport import https

Request = http.server.BaseHTTPRequestHandler

SU_PATH = f"hw21/su/{SU}"
SU_SHA256 = sha256_of(content_of(SU))


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A store with the images of a package and one more."""
    folder = tmp_path_factory.mktemp("served")
    take_in(folder / "store", write_package(folder), write_image(folder, SU))
    return folder / "store"


@pytest.fixture
def server(root: pathlib.Path, certificates: Certificates) -> t.Iterator[HttpsServer]:
    with serving(root, certificates) as running:
        yield running


@pytest.fixture
def downloads(server: HttpsServer, tmp_path: pathlib.Path) -> Downloads:
    return Downloads(tmp_path / "cache", server.ca_path, timeout=5.0, card="ups1")


def fails(work: t.Callable[[], object], reason: Reason) -> str:
    with pytest.raises((BlockedError, InputError)) as caught:
        work()
    assert caught.value.reason is reason
    assert caught.value.message.startswith("ups1: ")
    assert caught.value.message.endswith(".")
    return caught.value.message


def unreadable(downloads: Downloads, server: HttpsServer) -> str:
    return fails(lambda: downloads.open_store(server.url), Reason.STORE_UNREADABLE)


def image_fails(downloads: Downloads, server: HttpsServer, reason: Reason) -> str:
    said = fails(lambda: downloads.local(f"{server.url}/{SU_PATH}", SU_SHA256), reason)
    assert list(downloads.cache.iterdir()) == []
    return said


# --- what comes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slashes", ["", "/", "//"])
def test_a_store_behind_https_is_what_it_is_in_a_directory(
    downloads: Downloads, server: HttpsServer, root: pathlib.Path, slashes: str
) -> None:
    found = downloads.open_store(server.url + slashes)
    assert found == Store(server.url, downloads.open_store(str(root)).manifest)
    assert len(found.manifest.images) == 4
    assert server.paths == ["/images/manifest.yml"]


def test_an_image_comes_once_and_is_kept_for_the_owner_only(downloads: Downloads, server: HttpsServer) -> None:
    store = downloads.open_store(server.url)
    image = next(image for image in store.manifest.images if image.name == SU)
    for _time in range(3):
        path = downloads.local(store.locate(image), image.sha256)
        assert path.read_bytes() == content_of(SU)
    assert path == downloads.cache / SU_SHA256
    assert server.paths == ["/images/manifest.yml", f"/images/{SU_PATH}"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (downloads.cache, path)] == [0o700, 0o600]
    assert list(downloads.cache.iterdir()) == [path]


@pytest.mark.parametrize("damage", [b"", content_of(SU)[:-1], bytes(len(content_of(SU))), content_of(AOS)])
def test_a_kept_file_that_is_damaged_is_fetched_again(downloads: Downloads, server: HttpsServer, damage: bytes) -> None:
    path = downloads.local(f"{server.url}/{SU_PATH}", SU_SHA256)
    path.write_bytes(damage)
    assert downloads.local(f"{server.url}/{SU_PATH}", SU_SHA256).read_bytes() == content_of(SU)
    assert len(server.paths) == 2


def test_a_damaged_file_that_cannot_be_fetched_again_is_an_error(downloads: Downloads, server: HttpsServer) -> None:
    downloads.local(f"{server.url}/{SU_PATH}", SU_SHA256).write_bytes(b"damaged")
    server.manners[SU] = lambda request, _content: request.send_error(503)
    said = fails(lambda: downloads.local(f"{server.url}/{SU_PATH}", SU_SHA256), Reason.STORE_UNREADABLE)
    assert "HTTP Error 503" in said


def test_what_is_kept_needs_no_server(downloads: Downloads, root: pathlib.Path, certificates: Certificates) -> None:
    with serving(root, certificates) as other:
        kept = downloads.local(f"{other.url}/{SU_PATH}", SU_SHA256)
    assert downloads.local(f"{other.url}/{SU_PATH}", SU_SHA256) == kept


def test_an_image_without_a_checksum_is_not_fetched(downloads: Downloads, server: HttpsServer) -> None:
    said = fails(lambda: downloads.local(f"{server.url}/{SU_PATH}", None), Reason.IMAGE_UNVERIFIED)
    assert server.url in said
    assert server.paths == []


def fetch(downloads: Downloads, url: str) -> None:
    assert downloads.local(url, SU_SHA256).read_bytes() == content_of(SU)


def test_many_processes_at_once_get_the_image_and_leave_one_file(downloads: Downloads, server: HttpsServer) -> None:
    context = multiprocessing.get_context("forkserver")
    processes = [context.Process(target=fetch, args=(downloads, f"{server.url}/{SU_PATH}")) for _number in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 6
    assert list(downloads.cache.iterdir()) == [downloads.cache / SU_SHA256]


def test_credentials_come_from_netrc(
    downloads: Downloads, server: HttpsServer, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = write_image(tmp_path, "netrc", b"machine 127.0.0.1 login ops password sesame\n")
    monkeypatch.setenv("NETRC", str(netrc))
    downloads.open_store(server.url)
    assert server.requests[0][1] == "Basic b3BzOnNlc2FtZQ=="


def test_a_netrc_that_cannot_be_understood_is_one_clear_error(
    downloads: Downloads, server: HttpsServer, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETRC", str(write_image(tmp_path, "netrc", b"mashine x\n")))
    assert "cannot be fetched" in unreadable(downloads, server)


# --- whom is trusted ---------------------------------------------------------------------------------------------------


def test_an_authority_that_is_not_trusted_is_refused(server: HttpsServer, tmp_path: pathlib.Path) -> None:
    assert "CERTIFICATE_VERIFY_FAILED" in unreadable(Downloads(tmp_path / "cache", None, 5.0, "ups1"), server)
    assert server.paths == []


@pytest.mark.parametrize(("name", "said"), [("other_host", "not valid for '127.0.0.1'"), ("expired", "certificate has expired")])
def test_a_certificate_that_is_not_the_servers_is_refused(
    root: pathlib.Path, certificates: Certificates, tmp_path: pathlib.Path, name: str, said: str
) -> None:
    with serving(root, certificates, certificate=getattr(certificates, name)) as server:
        downloads = Downloads(tmp_path / "cache", server.ca_path, 5.0, "ups1")
        assert said in unreadable(downloads, server)
        assert server.paths == []
        with pytest.raises(BlockedError):
            downloads.local(f"{server.url}/{SU_PATH}", SU_SHA256)


def test_verification_cannot_be_switched_off_by_the_environment(
    server: HttpsServer, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("PYTHONHTTPSVERIFY", "0"), ("SSL_CERT_DIR", str(tmp_path)), ("CURL_CA_BUNDLE", "")):
        monkeypatch.setenv(name, value)
    assert "CERTIFICATE_VERIFY_FAILED" in unreadable(Downloads(tmp_path / "cache", None, 5.0, "ups1"), server)


def test_a_file_of_authorities_must_be_there_and_be_one(server: HttpsServer, tmp_path: pathlib.Path) -> None:
    missing = Downloads(tmp_path, "/nowhere/ca.pem", 5.0, "ups1")
    said = fails(lambda: missing.open_store(server.url), Reason.INVALID_OPTION)
    assert "image_store_ca_path is /nowhere/ca.pem, and there is no such file" in said
    garbage = Downloads(tmp_path, str(write_image(tmp_path, "ca.pem", b"garbage")), 5.0, "ups1")
    unreadable(garbage, server)
    assert server.paths == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("scheme", ["https", "http", "file"])
def test_redirects_are_not_followed(downloads: Downloads, server: HttpsServer, status: int, scheme: str) -> None:
    target = f"file://{server.root}/manifest.yml" if scheme == "file" else f"{scheme}://127.0.0.1:{server.port}/images/other.yml"

    def redirect(request: Request, _content: bytes) -> None:
        request.send_response(status)
        request.send_header("Location", target)
        request.send_header("Content-Length", "0")
        request.end_headers()

    server.manners["manifest.yml"] = redirect
    assert f"HTTP Error {status}" in unreadable(downloads, server)
    assert server.paths == ["/images/manifest.yml"]


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1/images", "ftp://127.0.0.1/images", "file:///srv", "HTTPS//x://", "s3://bucket", "https://", "https:///x", "://"],
)
def test_only_directories_and_https_are_stores(downloads: Downloads, location: str) -> None:
    said = fails(lambda: downloads.open_store(location), Reason.INVALID_OPTION)
    assert "image_store can be a directory or an https:// URL" in said


@pytest.mark.parametrize("location", ["https://[::1/images", "https://[x]/images"])
def test_what_looks_like_a_url_and_is_none_is_refused(downloads: Downloads, location: str) -> None:
    fails(lambda: downloads.open_store(location), Reason.INVALID_OPTION)


@pytest.mark.parametrize(
    "location", ["https://ops:sesame@127.0.0.1/x", "https://sesame@127.0.0.1/x", "http://ops:sesame@h/x", "https://a:sesame@[/x"]
)
def test_a_password_in_a_url_is_refused_and_not_repeated(downloads: Downloads, location: str) -> None:
    assert "sesame" not in fails(lambda: downloads.open_store(location), Reason.INVALID_OPTION)


@pytest.mark.parametrize("end", ["?x=1", "#x", "?"])
def test_nothing_lies_below_a_query(downloads: Downloads, server: HttpsServer, end: str) -> None:
    with pytest.raises((InputError, BlockedError)):
        downloads.open_store(server.url + end)


@pytest.mark.parametrize(
    "location",
    [
        "https://127.0.0.1:1/x",
        "https://127.0.0.1:99999/x",
        "https://127.0.0.1:port/x",
        "https://no.such.host.invalid/x",
        "https://127.0.0.1/a b",
    ],
)
def test_a_server_that_is_not_there_is_one_clear_error(downloads: Downloads, location: str) -> None:
    said = fails(lambda: downloads.open_store(location), Reason.STORE_UNREADABLE)
    assert location in said


def test_a_directory_without_a_manifest_is_no_store(downloads: Downloads, tmp_path: pathlib.Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        said = fails(functools.partial(downloads.open_store, str(place)), Reason.STORE_UNREADABLE)
        assert f"{place} is no image store: there is no manifest.yml in it" in said


def test_a_home_directory_is_understood(downloads: Downloads, root: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root.parent))
    store = downloads.open_store("~/store/")
    assert store.location == str(root)
    assert pathlib.Path(store.locate(store.manifest.images[0])).is_file()


# --- what is taken for whole -------------------------------------------------------------------------------------------


def test_a_manifest_that_is_cut_is_not_taken_for_a_shorter_one(downloads: Downloads, server: HttpsServer) -> None:
    """Cut at the end of an entry it would be a manifest, and cut in a version it would say another one."""
    server.manners["manifest.yml"] = lambda request, content: send(request, content[:-30], length=len(content))
    assert "broke off after" in unreadable(downloads, server)


def test_a_manifest_without_a_length_is_not_taken(downloads: Downloads, server: HttpsServer) -> None:
    def without_length(request: Request, content: bytes) -> None:
        request.send_response(200)
        request.send_header("Connection", "close")
        request.end_headers()
        request.wfile.write(content)

    server.manners["manifest.yml"] = without_length
    assert "the server does not say its length" in unreadable(downloads, server)


def _in_pieces(request: Request, content: bytes, *, end: bytes) -> None:
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    for start in range(0, len(content), 1000):
        piece = content[start : start + 1000]
        request.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    request.wfile.write(end)


def test_a_body_in_pieces_is_whole_with_its_last_piece_only(downloads: Downloads, server: HttpsServer) -> None:
    server.manners["manifest.yml"] = lambda request, content: _in_pieces(request, content, end=b"0\r\n\r\n")
    assert len(downloads.open_store(server.url).manifest.images) == 4
    server.manners["manifest.yml"] = lambda request, content: _in_pieces(request, content, end=b"")
    assert "cannot be fetched" in unreadable(downloads, server)
    server.manners["manifest.yml"] = lambda request, content: _in_pieces(request, content, end=b"fff\r\nshort")
    assert "cannot be fetched" in unreadable(downloads, server)


def test_an_image_that_is_cut_is_not_kept(downloads: Downloads, server: HttpsServer) -> None:
    server.manners[SU] = lambda request, content: send(request, content[:-1], length=len(content))
    assert "broke off after" in image_fails(downloads, server, Reason.STORE_UNREADABLE)


@pytest.mark.parametrize("other", [b"", content_of(AOS), content_of(SU) + b"\n"])
def test_an_image_with_another_checksum_is_not_kept(downloads: Downloads, server: HttpsServer, other: bytes) -> None:
    server.manners[SU] = lambda request, _content: send(request, other)
    said = image_fails(downloads, server, Reason.CHECKSUM_MISMATCH)
    assert sha256_of(other) in said
    assert SU_SHA256 in said


@pytest.mark.parametrize("status", [400, 401, 403, 404, 407, 416, 500, 502, 503])
def test_an_answer_that_is_an_error_says_which(downloads: Downloads, server: HttpsServer, status: int) -> None:
    server.manners["manifest.yml"] = lambda request, _content: send(request, b"version: 1", status=status)
    assert f"HTTP Error {status}" in unreadable(downloads, server)
    server.manners[SU] = lambda request, content: send(request, content, status=status)
    assert f"HTTP Error {status}" in image_fails(downloads, server, Reason.STORE_UNREADABLE)


@pytest.mark.parametrize("body", [b"<html>login</html>", b"", b"\x1f\x8b\x08\x00", b"\xff\xfe", b"images: {}"])
def test_what_is_no_manifest_is_said_with_its_url(downloads: Downloads, server: HttpsServer, body: bytes) -> None:
    server.manners["manifest.yml"] = lambda request, _content: send(request, body)
    said = fails(lambda: downloads.open_store(server.url), Reason.MANIFEST_INVALID)
    assert f"{server.url}/manifest.yml" in said


_GARBAGE = [
    b"",
    b"\r\n\r\n",
    b"SSH-2.0-cryptlib\r\n",
    b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    bytes(5000),
]


@pytest.mark.parametrize("answer", _GARBAGE, ids=range(len(_GARBAGE)))
def test_what_is_no_http_is_one_clear_error(downloads: Downloads, server: HttpsServer, answer: bytes) -> None:
    server.manners["manifest.yml"] = lambda request, _content: t.cast("None", request.wfile.write(answer))
    assert "cannot be fetched" in unreadable(downloads, server)


# --- how long is waited, and how much is taken -------------------------------------------------------------------------


def _endless(request: Request, _content: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(1 << 40))
    request.end_headers()
    while True:
        request.wfile.write(bytes(1 << 20))


def test_a_body_beyond_all_measure_is_not_taken(downloads: Downloads, server: HttpsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 4 << 20)
    monkeypatch.setattr(module, "LARGEST_MANIFEST", 2 << 20)
    server.manners["manifest.yml"] = server.manners[SU] = _endless
    assert "is larger than 2 MB" in unreadable(downloads, server)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "is larger than 4 MB" in image_fails(downloads, server, Reason.STORE_UNREADABLE)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def _until_stopped(request: Request, piece: bytes, every: float) -> None:
    while not t.cast("t.Any", request.server).stopped.wait(every):
        request.wfile.write(piece)


def _silent(request: Request, _content: bytes) -> None:
    _until_stopped(request, b"", 0.1)


def _silent_in_the_body(request: Request, content: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    _until_stopped(request, b"", 0.1)


def _dripping(request: Request, _content: bytes) -> None:
    """A byte now and then keeps every single wait short."""
    request.send_response(200)
    request.send_header("Content-Length", "100000")
    request.end_headers()
    _until_stopped(request, b"x", 0.05)


@pytest.mark.parametrize("manner", [_silent, _silent_in_the_body, _dripping])
def test_a_server_that_does_not_go_on_is_not_waited_for(
    server: HttpsServer, tmp_path: pathlib.Path, manner: t.Callable[[Request, bytes], None]
) -> None:
    downloads = Downloads(tmp_path / "cache", server.ca_path, timeout=0.5, card="ups1")
    server.manners["manifest.yml"] = server.manners[SU] = manner
    started = time.monotonic()
    unreadable(downloads, server)
    image_fails(downloads, server, Reason.STORE_UNREADABLE)
    assert time.monotonic() - started < 5


def test_a_server_that_takes_connections_and_nothing_else_is_not_waited_for(
    tmp_path: pathlib.Path, tcp_server: t.Callable[[t.Callable[[t.Any], None]], int]
) -> None:
    done = threading.Event()
    port = tcp_server(lambda _connection: t.cast("None", done.wait(10)))
    downloads = Downloads(tmp_path / "cache", None, timeout=0.5, card="ups1")
    started = time.monotonic()
    fails(lambda: downloads.open_store(f"https://127.0.0.1:{port}/x"), Reason.STORE_UNREADABLE)
    assert time.monotonic() - started < 3
    done.set()


def test_a_slow_server_that_goes_on_is_waited_for(server: HttpsServer, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(https, "_SLOWEST", 100)
    downloads = Downloads(tmp_path / "cache", server.ca_path, timeout=0.5, card="ups1")

    def slowly(request: Request, content: bytes) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        step = len(content) // 10
        for start in range(0, len(content), step):
            request.wfile.write(content[start : start + step])
            t.cast("t.Any", request.server).stopped.wait(0.1)

    server.manners["manifest.yml"] = slowly
    started = time.monotonic()
    assert len(downloads.open_store(server.url).manifest.images) == 4
    assert time.monotonic() - started > 0.6


# --- where it cannot be kept -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["file", "file/cache", "/proc/cache"])
def test_a_cache_that_cannot_be_written_is_one_clear_error(server: HttpsServer, tmp_path: pathlib.Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way")
    downloads = Downloads(tmp_path / place, server.ca_path, 5.0, "ups1")
    said = fails(lambda: downloads.local(f"{server.url}/{SU_PATH}", SU_SHA256), Reason.STORE_UNWRITABLE)
    assert f"the image cache {tmp_path / place} cannot be used" in said


def test_a_folder_in_the_place_of_a_kept_file_is_one_clear_error(downloads: Downloads, server: HttpsServer) -> None:
    (downloads.cache / SU_SHA256).mkdir(parents=True)
    said = fails(lambda: downloads.local(f"{server.url}/{SU_PATH}", SU_SHA256), Reason.STORE_UNWRITABLE)
    assert "Is a directory" in said


def test_a_full_disk_is_one_clear_error(downloads: Downloads, server: HttpsServer) -> None:
    """A limit to the size of files fails as a full disk does: in the middle of a write."""
    downloads.cache.mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        said = image_fails(downloads, server, Reason.STORE_UNWRITABLE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert os.strerror(errno.EFBIG) in said
