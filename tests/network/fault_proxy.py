#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy between nodes that breaks links on demand; standard library only.

usage: fault_proxy.py ENTRIES.json     [{"listen": port, "dialer": A, "acceptor": B, "target": port}, ...] on 127.0.0.1

Each pair of nodes has an entry of its own, so a connection's two directions belong to two directed links, A>B and
B>A, whoever dialled. Prints `control PORT`, then takes lines at that port and answers each with `ok`, `error ...`
or one line of JSON:

  link A B pass                 bytes of A reach B
  link A B cut                  bytes of A are lost; with both directions cut, connections are reset and refused
  link A B hold                 bytes of A wait, nothing is said and nothing is lost (a half-open connection)
  link A B delay MS [JITTER]    bytes of A come so much later, in order
  link A B throttle BYTES       so many bytes a second
  drop A B                      resets the connections between A and B
  pass                          every link is whole again
  state                         {"A>B": {"mode", "delay", "throttle", "bytes", "open", "dialled"}, ...}

`A` and `B` may be `*`. What a stream has lost cannot be made good: a connection that lost bytes is reset when its
link passes again. TCP loses, doubles and reorders nothing of itself; the network's sins show as resets and delay.
"""
import asyncio
import contextlib
import json
import random
import socket
import struct
import sys

CHUNK = 16 * 1024
QUEUE = 64  # chunks that wait for a slow side; then its sender waits too


class Link:
    """One direction between two nodes."""

    def __init__(self):
        self.mode, self.delay, self.jitter, self.throttle = "pass", 0.0, 0.0, 0
        self.bytes = self.dialled = 0
        self.changed = asyncio.Event()

    def set(self, mode=None, delay=None, jitter=0.0, throttle=None):
        if mode is not None:
            self.mode = mode
            if mode == "pass":
                self.delay = self.jitter = 0.0
                self.throttle = 0
        if delay is not None:
            self.mode, self.delay, self.jitter = "pass", delay, jitter
        if throttle is not None:
            self.mode, self.throttle = "pass", throttle
        self.changed.set()
        self.changed = asyncio.Event()


def reset(writer):
    """Closes with RST, as a broken peer or gateway does."""
    sock = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Connection:
    def __init__(self, dialer, acceptor):
        self.ends = (dialer, acceptor)
        self.writers = []
        self.lossy = set()  # links on which bytes were lost
        self.over = False

    def abort(self):
        self.over = True
        for writer in self.writers:
            reset(writer)


class FaultProxy:
    def __init__(self, entries):
        self.entries = entries
        self.links = {}
        self.connections = set()
        self.servers = []

    def link(self, source, target):
        return self.links.setdefault((source, target), Link())

    async def start(self):
        for entry in self.entries:
            self.link(entry["dialer"], entry["acceptor"])
            self.link(entry["acceptor"], entry["dialer"])
            self.servers.append(await asyncio.start_server(
                lambda r, w, e=entry: self.serve(e, r, w), "127.0.0.1", entry["listen"]))
        control = await asyncio.start_server(self.control, "127.0.0.1", 0)
        self.servers.append(control)
        return control.sockets[0].getsockname()[1]

    def is_cut(self, a, b):
        return self.link(a, b).mode == "cut" and self.link(b, a).mode == "cut"

    async def serve(self, entry, reader, writer):
        dialer, acceptor = entry["dialer"], entry["acceptor"]
        there, back = self.link(dialer, acceptor), self.link(acceptor, dialer)
        there.dialled += 1
        connection = Connection(dialer, acceptor)
        connection.writers.append(writer)
        self.connections.add(connection)  # before the target is reached, so that nothing slips through a change
        try:
            if self.is_cut(dialer, acceptor):
                return
            target_reader, target_writer = await asyncio.open_connection("127.0.0.1", entry["target"])
            connection.writers.append(target_writer)
            if connection.over:
                return
            await asyncio.gather(self.pump(connection, there, reader, target_writer),
                                 self.pump(connection, back, target_reader, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            connection.abort()
            self.connections.discard(connection)

    async def pump(self, connection, link, reader, writer):
        queue = asyncio.Queue(QUEUE)
        receiving = asyncio.ensure_future(self.receive(link, reader, queue))
        try:
            await self.deliver(connection, link, queue, writer)
        finally:
            receiving.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await receiving

    async def receive(self, link, reader, queue):
        due, loop = 0.0, asyncio.get_running_loop()
        while True:
            try:
                data = await reader.read(CHUNK)
            except OSError:
                data = b""
            late = link.delay + random.uniform(-link.jitter, link.jitter) if link.delay else 0.0
            due = max(due, loop.time() + max(0.0, late))
            await queue.put((due, data))
            if not data:
                return

    async def deliver(self, connection, link, queue, writer):
        loop = asyncio.get_running_loop()
        while True:
            due, data = await queue.get()
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            while data and link.mode == "hold":
                await link.changed.wait()
            if not data:
                # The end of a stream is no byte: where bytes are lost or wait, nobody learns of it.
                while link.mode != "pass":
                    await link.changed.wait()
                with contextlib.suppress(OSError):
                    writer.write_eof()
                return
            if link.mode == "cut":
                connection.lossy.add(link)
                continue
            while data:
                piece = data if not link.throttle else data[:max(1, link.throttle // 10)]
                data = data[len(piece):]
                writer.write(piece)
                await writer.drain()
                link.bytes += len(piece)
                if link.throttle:
                    await asyncio.sleep(len(piece) / link.throttle)

    def matching(self, source, target):
        nodes = {name for pair in self.links for name in pair}
        for name in (source, target):
            if name != "*" and name not in nodes:
                raise ValueError(f"no node {name}")
        return [link for (a, b), link in self.links.items() if source in ("*", a) and target in ("*", b)]

    def drop(self, a, b):
        for connection in list(self.connections):
            x, y = connection.ends
            if (a in ("*", x) and b in ("*", y)) or (a in ("*", y) and b in ("*", x)):
                connection.abort()

    def after_change(self):
        for connection in list(self.connections):
            x, y = connection.ends
            if self.is_cut(x, y) or any(link.mode == "pass" for link in connection.lossy):
                connection.abort()

    def command(self, line):
        words = line.split()
        if not words:
            raise ValueError("an empty line")
        if words == ["state"]:
            pairs = [connection.ends for connection in self.connections]
            return json.dumps({f"{a}>{b}": {"mode": link.mode, "delay": round(1000 * link.delay), "throttle": link.throttle,
                                            "bytes": link.bytes, "dialled": link.dialled, "open": pairs.count((a, b))}
                               for (a, b), link in self.links.items()})
        if words == ["pass"]:
            words = ["link", "*", "*", "pass"]
        if words[0] == "drop" and len(words) == 3:
            self.matching(*words[1:])
            self.drop(*words[1:])
            return "ok"
        if words[0] != "link" or len(words) < 4:
            raise ValueError(f"no command: {line.strip()}")
        links, what, numbers = self.matching(words[1], words[2]), words[3], [float(word) for word in words[4:]]
        if what in ("pass", "cut", "hold") and not numbers:
            change = {"mode": what}
        elif what == "delay" and len(numbers) in (1, 2):
            change = {"delay": numbers[0] / 1000, "jitter": (numbers[1] if len(numbers) == 2 else 0.0) / 1000}
        elif what == "throttle" and len(numbers) == 1:
            change = {"throttle": int(numbers[0])}
        else:
            raise ValueError(f"no command: {line.strip()}")
        for link in links:
            link.set(**change)
        self.after_change()
        return "ok"

    async def control(self, reader, writer):
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                try:
                    answer = self.command(line.decode())
                except ValueError as problem:
                    answer = f"error {problem}"
                writer.write(answer.encode() + b"\n")
                await writer.drain()
            writer.close()


class Control:
    """The other end of the control port, for tests."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.file = self.socket.makefile("rw", encoding="utf-8", newline="\n")

    def __call__(self, *words):
        self.file.write(" ".join(map(str, words)) + "\n")
        self.file.flush()
        answer = self.file.readline().strip()
        if answer == "ok":
            return None
        if answer.startswith("{"):
            return json.loads(answer)
        raise ValueError(answer or "the proxy is gone")

    def close(self):
        self.file.close()
        self.socket.close()


async def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        proxy = FaultProxy(json.load(file))
    print(f"control {await proxy.start()}", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in proxy.servers))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
