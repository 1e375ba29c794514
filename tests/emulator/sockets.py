# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sockets on every loopback address, and on nothing else."""

from __future__ import annotations

import socket
import struct
import typing as t

_SO_RCVBUFFORCE = 33  # of Linux, without a name in the socket module
IP_PKTINFO = 8  # of Linux; the socket module names it from Python 3.14 on
_RESET = struct.pack("ii", 1, 0)  # linger: close with RST
_RECEIVE_BUFFER = 8 << 20
_NARROW_BUFFER = 4096
_TCP_INFO_SIZE, _BYTES_RECEIVED, _DATA_SEGMENTS_IN = 256, 128, 152  # of Linux: struct tcp_info and offsets in it
_BACKLOG = 4096


def tcp_listener(port: int, *, host: str = "0.0.0.0") -> socket.socket:
    sock = socket.socket(_family(host), socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _restrict_to_loopback(sock)
    sock.bind((host, port))
    sock.listen(_BACKLOG)
    return sock


def udp_listener(port: int) -> socket.socket:
    """A socket that tells with IP_PKTINFO which address was asked."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    _enlarge_receive_buffer(sock)
    _restrict_to_loopback(sock)
    sock.bind(("0.0.0.0", port))
    return sock


def udp_listener_at(host: str, port: int) -> socket.socket:
    """A socket for one address."""
    sock = socket.socket(_family(host), socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    sock.bind((host, port))
    return sock


def accepted(listener: socket.socket) -> t.Iterator[socket.socket]:
    """What waits on a non-blocking listening socket."""
    while True:
        try:
            sock = listener.accept()[0]
        except (BlockingIOError, ConnectionError):
            return
        sock.setblocking(False)
        yield sock


def reset(sock: socket.socket) -> None:
    """Close with RST, which a client takes for a refused or lost connection."""
    reset_on_close(sock)
    sock.close()


def reset_on_close(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def narrow(listener: socket.socket) -> None:
    """Give the connections to come a window of a few kilobytes, in which a client's blocks do not run together."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _NARROW_BUFFER)


def mean_segment(sock: socket.socket) -> float:
    """Mean size of the segments that have arrived, in bytes; before the first read it tells a client's blocks apart."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_SIZE)
    (received,), (segments,) = struct.unpack_from("=Q", info, _BYTES_RECEIVED), struct.unpack_from("=I", info, _DATA_SEGMENTS_IN)
    return t.cast("int", received) / max(1, segments)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _enlarge_receive_buffer(sock: socket.socket) -> None:
    """Room for a sweep that asks thousands of cards at once: beyond the system's limit where that is allowed."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECEIVE_BUFFER)
    except PermissionError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)


def _restrict_to_loopback(sock: socket.socket) -> None:
    """Bind to the loopback interface where that is allowed; only 127.0.0.0/8 has cards in any case."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
    except PermissionError:
        return
