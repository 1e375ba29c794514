# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import hashlib
import hmac
import multiprocessing
import stat
import subprocess
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.secure_power.nmc.plugins.module_utils._transport.known_hosts import (
    HostKey,
    KnownHosts,
    Verdict,
    host_name,
    parse,
    read,
    remember,
)

if t.TYPE_CHECKING:
    import pathlib

_TYPES = ("ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256")
_KEY = HostKey("ssh-rsa", b"one key")
_OTHER = HostKey("ssh-rsa", b"another key")

keys = st.builds(HostKey, st.sampled_from(_TYPES), st.binary(min_size=1, max_size=40))
names = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,20}", fullmatch=True).map(lambda host: host_name(host, 22)) | st.from_regex(
    r"[a-z0-9][a-z0-9.-]{0,20}", fullmatch=True
).map(lambda host: host_name(host, 2222))


def line(name: str, key: HostKey, marker: str = "") -> str:
    return " ".join([*([marker] if marker else []), name, key.key_type, base64.b64encode(key.blob).decode()]) + "\n"


def hashed(name: str, salt: bytes) -> str:
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


@given(names, keys)
def test_a_key_is_found_under_its_name(name: str, key: HostKey) -> None:
    assert parse(line(name, key), name).judge(key) is Verdict.KNOWN


@given(names, keys, st.binary(min_size=1, max_size=20))
def test_a_key_is_found_under_a_hashed_name(name: str, key: HostKey, salt: bytes) -> None:
    assert parse(line(hashed(name, salt), key), name).judge(key) is Verdict.KNOWN
    assert parse(line(hashed(name, salt), key), name + "x").judge(key) is Verdict.UNKNOWN


@given(names, keys, keys)
def test_another_key_than_the_known_one_is_changed_whatever_its_type(name: str, known: HostKey, shown: HostKey) -> None:
    expected = Verdict.KNOWN if known == shown else Verdict.CHANGED
    assert parse(line(name, known), name).judge(shown) is expected


@given(names, keys)
def test_a_revoked_key_is_never_known(name: str, key: HostKey) -> None:
    text = line(name, key) + line("*", key, "@revoked")
    assert parse(text, name).judge(key) is Verdict.REVOKED


@given(st.text(), names)
def test_any_text_can_be_read(text: str, name: str) -> None:
    assert isinstance(parse(text, name), KnownHosts)


@given(st.text(alphabet=st.characters(exclude_characters="\n\r"), max_size=40), names, keys)
def test_a_line_of_nonsense_hides_no_other_line(nonsense: str, name: str, key: HostKey) -> None:
    if nonsense.startswith("@revoked"):
        return
    assert key in parse(nonsense + "\n" + line(name, key), name).trusted


@pytest.mark.parametrize(
    ("patterns", "name", "is_known"),
    [
        ("ups1,ups2", "ups2", True),
        ("ups*", "ups7", True),
        ("ups?", "ups77", False),
        ("*,!ups7", "ups7", False),
        ("UPS1", "ups1", True),
        ("[ups1]:2222", "[ups1]:2222", True),
        ("ups1", "[ups1]:2222", False),
        ("10.0.0.1", "10x0x0x1", False),
        ("|1|broken", "ups1", False),
        ("|2|AAAA|AAAA", "ups1", False),
        ("|1|?|?", "ups1", False),
    ],
)
def test_patterns_match_as_in_openssh(patterns: str, name: str, is_known: bool) -> None:
    assert (parse(line(patterns, _KEY), name).judge(_KEY) is Verdict.KNOWN) is is_known


def test_certificate_authorities_are_not_host_keys() -> None:
    assert parse(line("*", _KEY, "@cert-authority"), "ups1").judge(_KEY) is Verdict.UNKNOWN


def test_names_carry_the_port_unless_it_is_22() -> None:
    assert host_name("UPS1", 22) == "ups1"
    assert host_name("fe80::1", 2222) == "[fe80::1]:2222"


def test_the_fingerprint_is_the_one_that_ssh_keygen_prints(tmp_path: pathlib.Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    printed = subprocess.run(["ssh-keygen", "-lf", tmp_path / "key.pub"], check=True, capture_output=True, text=True).stdout
    key_type, blob, *_comment = (tmp_path / "key.pub").read_text().split()
    assert HostKey(key_type, base64.b64decode(blob)).fingerprint == printed.split()[1]


def test_entries_that_ssh_keygen_hashed_are_found(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(line("ups1", HostKey("ssh-ed25519", _ed25519_blob())))
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", path], check=True, capture_output=True)
    assert path.read_text().startswith("|1|")
    assert read(path, "ups1").judge(HostKey("ssh-ed25519", _ed25519_blob())) is Verdict.KNOWN


def _ed25519_blob() -> bytes:
    return b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(range(32))


def test_a_missing_file_knows_nothing(tmp_path: pathlib.Path) -> None:
    assert read(tmp_path / "none", "ups1") == KnownHosts()


def test_remembering_makes_the_file_private_and_the_key_known(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "new" / "known_hosts"
    assert remember(path, "ups1", _KEY) is Verdict.UNKNOWN
    assert read(path, "ups1").judge(_KEY) is Verdict.KNOWN
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_remembering_again_changes_nothing(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "known_hosts"
    remember(path, "ups1", _KEY)
    before = path.read_bytes()
    assert remember(path, "ups1", _KEY) is Verdict.KNOWN
    assert remember(path, "ups1", _OTHER) is Verdict.CHANGED
    assert path.read_bytes() == before


def test_remembering_after_a_line_without_its_end_keeps_both(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "known_hosts"
    path.write_text(line("ups1", _KEY).rstrip("\n"))
    remember(path, "ups2", _OTHER)
    assert read(path, "ups1").trusted == (_KEY,)
    assert read(path, "ups2").trusted == (_OTHER,)


def test_processes_that_remember_at_once_lose_nothing(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "known_hosts"
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        pool.starmap(_remember_many, [(path, worker) for worker in range(4)])
    text = path.read_text()
    assert all(parse(text, f"ups-{worker}-{number}").trusted for worker in range(4) for number in range(50))
    assert parse(text, "common").trusted == (_KEY,)
    assert len(text.splitlines()) == 201


def _remember_many(path: pathlib.Path, worker: int) -> None:
    for number in range(50):
        remember(path, f"ups-{worker}-{number}", _KEY)
        remember(path, "common", _KEY)
