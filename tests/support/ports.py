# SPDX-License-Identifier: Apache-2.0
"""Ports of this machine for nodes that a test or the demonstration starts."""
import contextlib
import random
import socket


def free_ports(count):
    """Ports that nothing listens on; all held at once so that none comes twice. Below those that the system gives to
    whoever connects, so that none is taken while its node is down."""
    held = []
    while len(held) < count:
        sock = socket.socket()
        try:
            sock.bind(("127.0.0.1", random.randint(10_000, 32_000)))
            held.append(sock)
        except OSError:
            sock.close()
    ports = [sock.getsockname()[1] for sock in held]
    for sock in held:
        sock.close()
    return ports


def consecutive_ports(count):
    """The first of so many free ports in a row."""
    for _ in range(200):
        first = free_ports(1)[0]
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    sock = stack.enter_context(socket.socket())
                    sock.bind(("127.0.0.1", port))
                return first
            except (OSError, OverflowError):
                continue
    raise RuntimeError("no free ports")
