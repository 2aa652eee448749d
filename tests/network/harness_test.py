#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tools of the network tests by themselves: the fault proxy with plain sockets, and a network that is founded."""
import argparse
import json
import pathlib
import re
import select
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from fault_proxy import Control  # noqa: E402
from network import HERE, Network, until  # noqa: E402
from ports import free_ports  # noqa: E402

OPTIONS = None


class Listener:
    """Node `b`: takes connections and keeps what it is sent."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.taken = []
        threading.Thread(target=self.take, daemon=True).start()

    def take(self):
        while True:
            try:
                self.taken.append(self.server.accept()[0])
            except OSError:
                return

    def stop(self):
        self.server.shutdown(socket.SHUT_RDWR)  # close() alone leaves it to the thread that waits in accept()
        self.server.close()

    def close(self):
        if self.server.fileno() >= 0:
            self.stop()
        for sock in self.taken:
            sock.close()


class ProxyTest(unittest.TestCase):
    def setUp(self):
        self.b = Listener()
        self.door = free_ports(1)[0]
        self.file = tempfile.NamedTemporaryFile("w", suffix=".json")
        json.dump([{"listen": self.door, "dialer": "a", "acceptor": "b", "target": self.b.port}], self.file)
        self.file.flush()
        self.proxy = subprocess.Popen([sys.executable, str(HERE / "fault_proxy.py"), self.file.name], stdout=subprocess.PIPE, text=True)
        self.link = Control(int(self.proxy.stdout.readline().split()[1]))

    def tearDown(self):
        self.link.close()
        self.proxy.kill()
        self.proxy.wait()
        self.proxy.stdout.close()
        self.file.close()
        self.b.close()

    def dial(self):
        """A connection of a to b: both ends."""
        before = len(self.b.taken)
        near = socket.create_connection(("127.0.0.1", self.door), 30)
        near.settimeout(30)
        self.addCleanup(near.close)
        until("b takes the connection", lambda: len(self.b.taken) > before, 30)
        self.b.taken[-1].settimeout(30)
        return near, self.b.taken[-1]

    def assertPasses(self, source, target, data=b"hello"):
        source.sendall(data)
        got = b""
        while len(got) < len(data):
            more = target.recv(65536)
            if not more:
                break
            got += more
        self.assertEqual(got, data)

    def read(self, sock):
        """Reads an octet; the end of the stream counts as a reset."""
        if not sock.recv(1):
            raise ConnectionResetError("ended")

    def assertReset(self, sock):
        with self.assertRaises(ConnectionResetError):
            self.read(sock)

    def assertDoorResets(self):
        """Who dials b is reset: by the first read, or while it still connects when the reset was faster."""
        with self.assertRaises(ConnectionResetError), socket.create_connection(("127.0.0.1", self.door), 30) as near:
            self.read(near)

    def assertSilent(self, sock):
        """Nothing has come within a moment (a slow machine only makes this easier)."""
        self.assertEqual(select.select([sock], [], [], 0.2)[0], [])

    def test_pass(self):
        """a link passes bytes both ways, much of it too"""
        near, far = self.dial()
        self.assertPasses(near, far)
        self.assertPasses(far, near)
        writing = threading.Thread(target=lambda: near.sendall(b"x" * 3_000_000))
        writing.start()
        got = 0
        while got < 3_000_000:
            got += len(far.recv(65536))
        writing.join()
        self.assertEqual(self.link("state")["a>b"]["bytes"], 3_000_005)

    def test_end(self):
        """the end of a stream passes too"""
        near, far = self.dial()
        near.shutdown(socket.SHUT_WR)
        self.assertEqual(far.recv(1), b"")
        self.assertPasses(far, near)

    def test_cut(self):
        """a link cut both ways resets its connections and takes no new ones, until it passes"""
        near, far = self.dial()
        self.link("link", "a", "b", "cut")
        self.link("link", "b", "a", "cut")
        self.assertReset(near)
        self.assertReset(far)
        self.assertDoorResets()
        self.link("pass")
        self.assertPasses(*self.dial())

    def test_one_way(self):
        """a link cut one way loses its bytes and no others, and the stream that lost some is reset on the heal"""
        near, far = self.dial()
        self.link("link", "a", "b", "cut")
        near.sendall(b"lost")
        self.assertPasses(far, near)
        self.assertSilent(far)
        self.link("link", "a", "b", "pass")
        self.assertReset(near)
        self.assertPasses(*self.dial())

    def test_hold(self):
        """a half-open link says nothing and loses nothing"""
        near, far = self.dial()
        self.link("link", "a", "b", "hold")
        near.sendall(b"later")
        self.assertSilent(far)
        self.assertPasses(far, near)
        self.link("link", "a", "b", "pass")
        self.assertEqual(far.recv(5), b"later")

    def test_delay(self):
        """a delayed link keeps the order of its bytes"""
        near, far = self.dial()
        self.link("link", "*", "*", "delay", 30, 25)
        for k in range(20):
            near.sendall(bytes([k]))
        got = b""
        while len(got) < 20:
            got += far.recv(20)
        self.assertEqual(got, bytes(range(20)))

    def test_throttle(self):
        """a throttled link passes everything in the end"""
        near, far = self.dial()
        self.link("link", "a", "b", "throttle", 50_000)
        self.assertPasses(near, far, b"y" * 20_000)

    def test_drop(self):
        """a dropped connection is reset, and the next one is not"""
        near, far = self.dial()
        self.link("drop", "b", "a")
        self.assertReset(near)
        self.assertReset(far)
        self.assertPasses(*self.dial())
        self.assertEqual(self.link("state")["a>b"]["dialled"], 2)

    def test_nobody_there(self):
        """a node that is down refuses through the proxy too"""
        self.b.stop()
        self.assertDoorResets()

    def test_wrong_words(self):
        """words that mean nothing are refused and change nothing"""
        for words in (["link", "a", "b"], ["link", "a", "c", "cut"], ["link", "a", "b", "delay"], ["link", "a", "b", "cut", "3"],
                      ["link", "a", "b", "delay", "x"], ["drop", "a"], ["heal"], ["drop", "a", "c"]):
            with self.assertRaises(ValueError):
                self.link(*words)
        self.assertPasses(*self.dial())


class FoundingTest(unittest.TestCase):
    def test_founded(self):
        """a network of four is founded, each node dials the others through doors of its own"""
        with Network(OPTIONS.bin, pathlib.Path(OPTIONS.dir) / "four", 4) as net:
            self.assertEqual((net.quorum, net.may_fail), (3, 1))
            self.assertEqual(len(net.link("state")), 12)
            doors = set()
            for node in net.nodes:
                config = (node.dir / "qinglud.toml").read_text()
                self.assertIn(f'listen = "127.0.0.1:{node.peer_port}"', config)
                own = re.findall(r'"(\S+)" = "127\.0\.0\.1:(\d+)"', config)
                self.assertEqual({name for name, _ in own}, set(net.by_name) - {node.name})
                doors |= {port for _, port in own}
                self.assertEqual((node.dir / "genesis.json").read_bytes(), (net.dir / "net/genesis.json").read_bytes())
                self.assertIn("are whole", net.run("qinglud", "check", "--dir", node.dir))
            self.assertEqual(len(doors), 12)
            net.partition(net.nodes[:3], net.nodes[3:])
            self.assertEqual(sorted(name for name, link in net.link("state").items() if link["mode"] == "cut"),
                             sorted(f"{a.name}>{b.name}" for a in net.nodes for b in net.nodes
                                    if a is not b and net.nodes[3] in (a, b)))
            net.heal()
            self.assertEqual({link["mode"] for link in net.link("state").values()}, {"pass"})

    def test_one(self):
        """a network of one takes records, is killed, comes back and has them all"""
        with Network(OPTIONS.bin, pathlib.Path(OPTIONS.dir) / "one", 1) as net:
            net.start()
            node = net.nodes[0]
            entries = net.entries(3)
            self.assertEqual(net.submit(entries[0], node, "final"), "final")
            self.assertEqual(net.submit(entries[0], node, "final"), "final")
            self.assertIn(net.submit(entries[1], node), ("pending", "final"))
            node.kill()
            self.assertIsNone(net.submit(entries[2], node))
            node.start()
            net.becomes_final(entries[2], node)
            self.assertEqual(len(net.acknowledged), 3)
            height, size, *_ = net.agree()
            self.assertEqual((height, size), (node.height(), node.status()["log_size"]))
            net.same_prefix()
            self.assertIn("no more may fail", net.why(node))
            node.pause()
            node.resume()
            self.assertEqual(node.stop(), 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--dir", required=True)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
