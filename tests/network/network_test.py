#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real nodes, real sockets, broken on purpose. After each scenario every record that a node acknowledged is final on
every node, all state roots are equal, and no two nodes hold different blocks at one height.

usage: network_test.py --bin DIR --dir DIR [test ...]     QINGLU_LONG=1: longer scenarios
"""
import argparse
import contextlib
import itertools
import json
import os
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from network import Network, Node, until  # noqa: E402
from ports import free_ports  # noqa: E402

OPTIONS = None
LONG = os.environ.get("QINGLU_LONG") == "1"


def moments(short, long):
    return long if LONG else short


class Load:
    """Hands entries in one after the other, each to the next node that takes it, until none is left."""

    def __init__(self, net, entries, nodes=None, pause=0.0):
        self.net, self.entries, self.nodes, self.pause = net, entries, nodes or net.nodes, pause
        self.thread = threading.Thread(target=self.work)
        self.failed = None

    def work(self):
        turn = itertools.cycle(self.nodes)
        try:
            for entry in self.entries:
                until("some node takes the record", lambda: self.net.submit(entry, next(turn)) in ("pending", "final"))
                time.sleep(self.pause)
        except BaseException as problem:
            self.failed = problem

    @property
    def going_on(self):
        return self.thread.is_alive()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.thread.join()
        if self.failed and kind is None:
            raise self.failed


class NetworkTest(unittest.TestCase):
    N = 4
    CREATE = ()

    def setUp(self):
        self.net = Network(OPTIONS.bin, pathlib.Path(OPTIONS.dir) / self.id().rsplit(".", 1)[1], self.N, create=self.CREATE)
        self.net.__enter__()
        self.addCleanup(self.net.__exit__)
        self.start()
        self.a, self.b, self.c, self.d = (*self.net.nodes, None)[:4]

    def start(self):
        self.net.start()
        # All are there before anything breaks; a record proves it.
        until("all members are connected", lambda: all(
            len([m for m in node.status().get("members", []) if m["connected"]]) == self.N for node in self.net.nodes))
        self.net.becomes_final(self.net.entries(1)[0], self.net.nodes[0])

    def settle(self):
        """Whole again: one more record is final, and everybody holds the same."""
        if self.net.link:
            self.net.heal()
        for node in self.net.nodes:
            if not node.running:
                node.start()
        self.net.becomes_final(self.net.entries(1)[0], self.net.nodes[0])
        for record in self.net.acknowledged:  # what was acknowledged and not pursued to the end is handed in again
            entry = self.net.offered[record]
            self.net.becomes_final(entry, self.net.nodes[-1])
        self.net.agree()
        self.net.same_prefix()

    def others(self, *nodes):
        return [node for node in self.net.nodes if node not in nodes]

    def assertGoesOn(self, nodes):
        """These nodes make records final, whatever the rest does."""
        entry = self.net.entries(1)[0]
        self.net.becomes_final(entry, nodes[0])
        for node in nodes:
            until(f"{node.name} has it", lambda node=node: node.state_of(self.net.id_of(entry)) == "final")


class CrashTest(NetworkTest):
    """Processes, disks, pauses."""

    def test_kill_under_load(self):
        """F01: each node is killed under load and comes back; nothing acknowledged is lost"""
        with Load(self.net, self.net.entries(moments(24, 200))):
            for node in self.net.nodes:
                node.kill()
                node.start()
        self.settle()

    def test_restart_loop(self):
        """F30: a node that is killed and started again and again does not stop the others"""
        for _ in range(moments(4, 40)):
            self.d.kill()
            self.d.start()
            self.assertGoesOn(self.others(self.d))
        self.settle()

    def test_all_restart(self):
        """F31: all nodes are killed at once with records pending; the records become final after the restart"""
        with Load(self.net, self.net.entries(8)):
            pass
        for node in self.net.nodes:
            node.process.kill()
        for node in self.net.nodes:
            node.process.wait()
        self.net.start()
        self.settle()

    def test_all_stop(self):
        """F31: all nodes stop in good order and start again"""
        for node in self.net.nodes:
            node.stop()
        self.net.start()
        self.settle()

    # --- disks ---
    def test_file_size_limit(self):
        """F14: a node that may not write on does not stop the others, and catches up when it may"""
        resource.prlimit(self.d.process.pid, resource.RLIMIT_FSIZE, (0, 0))
        for _ in range(4):
            self.assertGoesOn(self.others(self.d))
        until("it has halted and says so to who asks", lambda: self.d.status().get("serving") is False)
        self.d.kill()
        self.settle()

    def test_no_descriptors(self):
        """F16: a node that gets no more descriptors does not stop the others, and catches up when it does"""
        resource.prlimit(self.d.process.pid, resource.RLIMIT_NOFILE, (8, 8))
        self.net.link("drop", self.d.name, "*")
        for _ in range(4):
            self.assertGoesOn(self.others(self.d))
        self.d.kill()
        self.settle()

    @unittest.skipIf(os.geteuid() != 0, "mounting needs root")
    def test_disk_full(self):
        """F13: a node whose disk is full does not stop the others, and catches up when there is room"""
        self.d.stop()
        data, aside = self.d.dir / "data", self.d.dir / "data.before"
        data.rename(aside)
        data.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(data)], capture_output=True).returncode != 0:
            self.skipTest("no tmpfs can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", str(data)], capture_output=True)
        shutil.copytree(aside, data, dirs_exist_ok=True)
        self.d.start()
        filler = data / "filler"
        with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
            while True:
                file.write(bytes(64 * 1024))
        for _ in range(4):
            self.assertGoesOn(self.others(self.d))
        filler.unlink()
        if self.d.running:
            self.d.kill()
        self.settle()
        self.d.stop()

    @unittest.skipIf(os.geteuid() != 0, "mounting needs root; tests/node/faults_test.cpp makes the same errors without")
    def test_read_only(self):
        """F15: a node whose file system becomes read-only halts, says so, reads on, and loses nothing it acknowledged"""
        self.d.stop()
        data, aside, image = self.d.dir / "data", self.d.dir / "data.before", self.d.dir / "disk.img"
        data.rename(aside)
        data.mkdir()
        with open(image, "wb") as file:
            file.truncate(192 << 20)
        loop = ["mount", "-o", "loop", str(image), str(data)]
        if subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], capture_output=True).returncode != 0 or \
                subprocess.run(loop, capture_output=True).returncode != 0:
            self.skipTest("no ext4 can be mounted here; tests/node/faults_test.cpp makes the same errors without")
        self.addCleanup(subprocess.run, ["umount", "-l", str(data)], capture_output=True)
        shutil.copytree(aside, data, dirs_exist_ok=True)
        subprocess.run(["sync", "-f", str(data)], check=True)  # the copy is the test's to make durable
        self.d.start()
        entries = self.net.entries(3)
        self.net.becomes_final(entries[0], self.d)
        height = self.d.height()
        # What the kernel does to ext4 after an error of its disk: read-only under open files.
        subprocess.run(["mount", "-o", "remount,abort", str(data)], check=True)
        status, body = self.d.request("POST", "/v1/records?wait=none", entries[1])
        self.assertIn(status, (500, 503), body)
        for _ in range(2):
            self.assertGoesOn(self.others(self.d))
        until("it has halted and says so to who asks", lambda: self.d.status().get("serving") is False)
        self.assertIn("halted", self.d.status())
        status, body = self.d.request("POST", "/v1/records?wait=none", entries[2])
        self.assertEqual(status, 503, body)
        self.assertEqual(json.loads(body)["code"], "HALTED")
        self.assertGreaterEqual(self.d.height(), height)
        self.assertEqual(self.d.state_of(self.net.id_of(entries[0])), "final")
        self.d.kill()
        self.d.start(wait=False)
        self.assertEqual(self.d.process.wait(60), 12)  # not on a disk that it cannot write
        subprocess.run(["umount", str(data)], check=True)
        subprocess.run(loop, check=True)
        self.d.start()
        self.assertEqual(self.d.state_of(self.net.id_of(entries[0])), "final")
        self.settle()
        self.d.stop()

    # --- pauses ---
    def test_stopped_process(self):
        """F28: a node that sleeps for a while is passed over, and follows when it wakes"""
        self.d.pause()
        end = time.monotonic() + moments(5, 60)
        while time.monotonic() < end:
            self.assertGoesOn(self.others(self.d))
        self.d.resume()
        self.settle()

    def test_pause_of_each(self):
        """F29: whoever leads is paused with records pending; the next leader makes them final"""
        for node in self.net.nodes:
            node.pause()
            self.assertGoesOn(self.others(node))
            node.resume()
        self.settle()

    def test_bad_day(self):
        """F01: F28: F32: F38: under load one node after the other is killed, paused, cut off or late, at random"""
        seed = int(os.environ.get("QINGLU_SEED", random.randrange(1 << 30)))
        chance, told = random.Random(seed), []
        try:
            with Load(self.net, self.net.entries(moments(60, 1_000)), pause=0.25) as load:
                while load.going_on:
                    node, what = chance.choice(self.net.nodes), chance.choice(("kill", "pause", "isolate", "late", "drop"))
                    told.append(f"{what} {node.name}")
                    if what == "kill":
                        node.kill()
                        time.sleep(chance.uniform(0, 1))
                        node.start()
                    elif what == "pause":
                        node.pause()
                        time.sleep(chance.uniform(0, 3))
                        node.resume()
                    elif what == "isolate":
                        self.net.isolate(node)
                        time.sleep(chance.uniform(0, 3))
                    elif what == "late":
                        self.net.link("link", node.name, "*", "delay", chance.uniform(50, 800), 50)
                        time.sleep(chance.uniform(0, 3))
                    else:
                        self.net.link("drop", node.name, "*")
                        time.sleep(chance.uniform(0, 1))
                    self.net.heal()
            self.settle()
        except BaseException:
            print(f"QINGLU_SEED={seed}: {', '.join(told)}", file=sys.stderr)
            raise

    def test_slow_disk(self):
        """F17: a node whose disk takes two seconds for every write holds up nobody, and follows"""
        self.d.stop()
        self.d.becomes_adversary("--slow-disk", "2000")
        self.d.start()
        for _ in range(moments(8, 40)):
            self.assertGoesOn(self.others(self.d))
        self.d.kill()
        self.d.becomes_honest()
        self.settle()


class PartitionTest(NetworkTest):
    """Links."""

    def test_majority_and_minority(self):
        """F32: of a partition the majority goes on, the minority makes nothing final and joins on the heal"""
        self.net.isolate(self.d)
        entry = self.net.entries(1)[0]
        self.net.submit(entry, self.d)
        for _ in range(3):
            self.assertGoesOn(self.others(self.d))
        self.assertNotEqual(self.d.state_of(self.net.id_of(entry)), "final")
        self.assertGreater(self.a.height(), self.d.height())
        self.settle()

    def test_no_quorum(self):
        """F33: without a quorum nothing becomes final, and the node says who must come back"""
        self.net.partition([self.a, self.b], [self.c, self.d])
        until("a misses the others", lambda: self.a.status().get("lacking") == 1)
        heights = [node.height() for node in self.net.nodes]
        for node, entry in zip(self.net.nodes, self.net.entries(4)):
            self.assertNotEqual(self.net.submit(entry, node, "final", "2s"), "final")
        self.assertEqual([node.height() for node in self.net.nodes], heights)
        said = self.net.why(self.a)
        self.assertIn("nothing can become final until 1 more of these come back: ", said)
        self.assertIn(self.c.name, said)
        self.assertIn(self.d.name, said)
        self.settle()

    def test_asymmetric(self):
        """F34: a node that hears and is not heard, then one that is heard and does not hear, stop nobody else"""
        for source, target in ((self.d.name, "*"), ("*", self.d.name)):
            self.net.link("link", source, target, "cut")
            for _ in range(3):
                self.assertGoesOn(self.others(self.d))
            self.net.heal()
        self.net.link("link", self.a.name, self.b.name, "cut")  # one pair, one way
        self.assertGoesOn([self.c, self.d])
        self.settle()

    def test_flapping(self):
        """F36: a link that comes and goes stops nobody, and nodes do not dial without pause"""
        for _ in range(moments(10, 200)):
            for way in ((self.a.name, self.d.name), (self.d.name, self.a.name)):
                self.net.link("link", *way, "cut")
            self.assertGoesOn([self.b, self.c])
            self.net.heal()
        self.settle()
        state = self.net.link("state")
        dialled = state[f"{self.a.name}>{self.d.name}"]["dialled"] + state[f"{self.d.name}>{self.a.name}"]["dialled"]
        self.assertLess(dialled, moments(10, 200) * 200)

    def test_each_isolated(self):
        """F37: every node in turn is cut off while records are pending, so every leader is; the ledger goes on"""
        for _ in range(moments(1, 10)):
            for node in self.net.nodes:
                self.net.isolate(node)
                self.assertGoesOn(self.others(node))
                self.net.heal()
        self.settle()

    def test_resets_and_delay(self):
        """F38: connections that break at random and deliver late slow the ledger and never split it"""
        self.net.link("link", "*", "*", "delay", 150, 150)
        chance = random.Random(38)
        with Load(self.net, self.net.entries(moments(16, 100))):
            for _ in range(moments(30, 300)):
                a, b = chance.sample(self.net.nodes, 2)
                self.net.link("drop", a.name, b.name)
                time.sleep(0.1)
        self.settle()

    def test_half_open(self):
        """F40: connections over which nothing comes, then one byte at a time, are given up and replaced"""
        self.net.link("link", self.d.name, "*", "hold")
        self.net.link("link", "*", self.d.name, "hold")
        for _ in range(3):
            self.assertGoesOn(self.others(self.d))
        self.net.heal()
        self.net.link("link", self.d.name, "*", "throttle", 10)
        for _ in range(3):
            self.assertGoesOn(self.others(self.d))
        self.settle()


class BridgeTest(NetworkTest):
    N = 5

    def test_bridge(self):
        """F35: two halves that only one node connects never hold different blocks, and are one after the heal"""
        bridge, halves = self.net.nodes[4], (self.net.nodes[:2], self.net.nodes[2:4])
        for x in halves[0]:
            for y in halves[1]:
                self.net.link("link", x.name, y.name, "cut")
                self.net.link("link", y.name, x.name, "cut")
        for node, entry in zip(self.net.nodes, self.net.entries(5)):
            self.net.submit(entry, node, "final", "2s")
        self.net.same_prefix()
        self.assertTrue(bridge.running)
        self.settle()


class ClockTest(NetworkTest):
    """The wall clock of one node is set through a file (tests/adversary); monotonic time stays."""

    def start(self):
        self.file = self.net.dir / "clock"
        self.set_clock(0)
        self.net.nodes[3].becomes_adversary("--clock-file", str(self.file))
        super().start()

    def set_clock(self, offset_ms, rate=1.0):
        aside = self.file.with_suffix(".new")
        aside.write_text(f"{offset_ms} {rate}\n")
        aside.rename(self.file)

    def test_wrong_clock(self):
        """F24: a node whose clock is an hour or ten years off stops nobody, and the others name it"""
        for clock, words in ((3_600_000, " ahead of this node"), (-3_600_000, " behind this node"),
                             (315_576_000_000, " ahead of this node"), (-315_576_000_000, " behind this node")):
            self.set_clock(clock)
            for _ in range(3):
                self.assertGoesOn(self.others(self.d))
            until("the clock is named", lambda: f"clock: {self.d.name} is " in self.net.why(self.a) and words in self.net.why(self.a))
        self.set_clock(0)
        self.settle()

    def test_clock_jumps_back(self):
        """F25: F27: a clock that is set back or steps by a second in the middle of things stops nobody"""
        for clock in (-3_600_000, 0, -1_000, 1_000, 0):
            self.set_clock(clock)
            self.assertGoesOn(self.others(self.d))
        self.settle()

    def test_clock_drifts(self):
        """F26: a clock that runs a tenth too fast stops nobody"""
        self.set_clock(0, 1.1)
        for _ in range(moments(5, 50)):
            self.assertGoesOn(self.others(self.d))
        self.set_clock(0)
        self.settle()


class LiarTest(NetworkTest):
    """One of four lies: no two honest nodes differ, none of them is named, the ledger goes on."""

    def lie(self, *options):
        """Court 2 is an adversary from now on."""
        self.d.stop()
        self.d.becomes_adversary(*options)
        self.d.start()
        self.honest = self.others(self.d)
        until("the adversary is connected", lambda: all(
            len([m for m in node.status().get("members", []) if m["connected"]]) == self.N for node in self.honest))

    def goes_on(self, times=4):
        for _ in range(times):
            self.assertGoesOn(self.honest)
        self.net.same_prefix(self.honest)

    def assertNamed(self, *codes):
        """The liar is named with each of these, by files that hold against the trust file; nobody else is."""
        def named():
            self.assertGoesOn(self.honest)
            return all((code, self.d.name) in self.net.evidence(self.honest) for code in codes)
        until(f"{codes} of {self.d.name}", named)
        for (code, member), files in self.net.evidence(self.honest).items():
            self.assertEqual(member, self.d.name, f"{code}: {files}")
            for file in files:
                answer = json.loads(self.net.run("qinglu-verify", file, "--trust", self.net.dir / "trust.json", "--json"))
                self.assertEqual((answer["verdict"], answer["facts"]["code"], answer["facts"]["member"]), ("verified", code, self.d.name))
        self.assertIn(self.d.name, self.net.why(next(n for n in self.honest if self.net.evidence([n]))))

    def assertNobodyNamed(self):
        self.assertEqual(self.net.evidence(self.honest), {})

    def end(self):
        """The liar's node is replaced by an honest one, which finds its place again."""
        self.net.same_prefix(self.honest)
        self.d.kill()
        self.d.becomes_honest()
        self.settle()

    def test_double_vote(self):
        """F44: who notarizes two blocks in one view is named, with a file that proves it"""
        self.lie("--lie", "notarize-two")
        self.assertNamed("E2")
        self.end()

    def test_nullify_and_finalize(self):
        """F44: who nullifies a view and finalizes its block, or finalizes two, is named for each"""
        self.lie("--lie", "nullify-and-finalize", "--lie", "finalize-two")
        self.assertNamed("E3", "E4")
        self.end()

    def test_finalize_another(self):
        """F44: who finalizes another block than it notarized is named"""
        self.lie("--lie", "finalize-another")
        self.assertNamed("E5")
        self.end()

    def test_double_cosign(self):
        """F44: who cosigns two roots of one size is named, and no checkpoint bears the false one"""
        self.lie("--lie", "cosign-two")
        self.assertNamed("E6")
        self.end()

    def test_double_propose(self):
        """F43: who proposes two blocks in one view, the one to some and the other to others, splits nobody and is named"""
        self.lie("--lie", "propose-two")
        self.assertNamed("E1")
        self.end()

    def test_withheld(self):
        """F42: F45: F46: bodies and votes that a member keeps from all or from some stop nobody"""
        self.lie("--lie", "withhold-bodies", "--lie", "withhold-votes")
        self.goes_on()
        self.d.kill()
        self.d.becomes_adversary("--lie", "votes-to-one", "--silent-to", self.b.name)
        self.d.start()
        self.goes_on()
        self.assertNobodyNamed()
        self.end()

    def test_false_seals(self):
        """F47: F49: F50: proposals with a wrong root, count, place, parent or time get no vote and stop nobody"""
        self.lie("--lie", "false-seals")
        self.goes_on(moments(16, 60))
        self.end()

    def test_forged(self):
        """F51: F52: F53: certificates that are forged, short or of another block, and votes for far views, change nothing"""
        self.lie("--lie", "forged-certificates", "--lie", "flood")
        self.goes_on()
        self.assertNobodyNamed()
        self.end()

    def test_garbage(self):
        """F39: F54: bytes of no message, torn and bent ones, and old ones again, are passed over"""
        self.lie("--lie", "garbage", "--lie", "replay")
        self.goes_on(moments(6, 40))
        self.assertNobodyNamed()
        self.end()

    def test_false_history(self):
        """F55: a node that is behind believes no blocks that a liar hands it"""
        self.c.stop()
        self.lie_while_away("--lie", "false-history")
        self.c.start()
        self.honest = self.others(self.d)
        self.goes_on()
        self.assertNobodyNamed()
        self.end()

    def lie_while_away(self, *options):
        self.goes = [self.a, self.b, self.d]
        for _ in range(12):
            self.assertGoesOn(self.goes)
        self.d.kill()
        self.d.becomes_adversary(*options)
        self.d.start()

    def test_twins(self):
        """F19: F58: two nodes with one member's key: the second is refused and both are named; nobody else is blamed"""
        self.d.stop()
        copy = self.d.dir.parent / "twin"
        shutil.copytree(self.d.dir, copy)
        twin = Node(self.net, "twin")
        twin.http_port, peer_port = free_ports(2)
        self.net.configure(twin, (f"port = {self.d.http_port}", f"port = {twin.http_port}"),
                           (f'listen = "127.0.0.1:{self.d.peer_port}"', f'listen = "127.0.0.1:{peer_port}"'))
        self.honest = self.others(self.d)
        self.d.start()
        twin.start()
        self.addCleanup(lambda: twin.running and twin.kill())
        self.goes_on(2)
        until("somebody names both", lambda: any(
            '"event":"duplicate_identity"' in node.said() and f'"member":"{self.d.name}"' in node.said() for node in self.honest))
        for _ in range(moments(3, 30)):  # now the one is connected, now the other
            self.net.link("drop", self.d.name, "*")
            self.goes_on(2)
        for code, member in self.net.evidence():
            self.assertEqual(member, self.d.name, code)
        twin.kill()
        shutil.rmtree(copy)
        self.end()

    def test_censor(self):
        """F57: what one member never takes up becomes final through the others"""
        self.lie("--lie", "censor")
        self.goes_on()
        self.assertNobodyNamed()
        self.end()


class RecoveryTest(NetworkTest):
    """Lost disks, snapshots, nodes without a vote."""
    CREATE = ("--snapshot-every", "4")

    def url(self, node):
        return f"http://127.0.0.1:{node.http_port}"

    def held(self, node):
        return (node.get("/v1/snapshots") or {}).get("snapshots", [])

    def snapshots_of(self, height):
        """All have a snapshot of this height or a later one, and those of one height are the same."""
        until(f"all have a snapshot of height {height}", lambda: all(
            any(each["height"] >= height for each in self.held(node)) for node in self.net.nodes if node.running))
        contents = {}
        for node in self.net.nodes:
            for each in self.held(node) if node.running else []:
                self.assertEqual(contents.setdefault(each["height"], each["content"]), each["content"])

    def votes_again(self, node):
        """It abstains until the views are past all that it may have voted in; then the others need it."""
        def voting():
            self.net.becomes_final(self.net.entries(1)[0], self.net.nodes[0])
            return not node.status().get("abstaining")
        until(f"{node.name} votes again", voting)
        self.b.kill()
        self.assertGoesOn(self.others(self.b))
        self.settle()
        self.assertEqual(self.net.evidence(), {})

    def lose_data(self, node):
        node.kill()
        shutil.rmtree(node.dir / "data")
        node.start(wait=False)
        self.assertEqual(node.process.wait(60), 12)

    def test_fetch(self):
        """F09: F22: a member whose data are deleted fetches a snapshot; a damaged chunk is refused, its sender named, another asked"""
        for _ in range(9):
            self.assertGoesOn(self.net.nodes)
        self.snapshots_of(8)
        self.lose_data(self.d)
        height = self.held(self.a)[0]["height"]
        chunk = self.a.dir / "snapshots" / str(height) / "chunk-000002"
        data = bytearray(chunk.read_bytes())
        data[len(data) // 2] ^= 1
        chunk.write_bytes(data)
        done = subprocess.run([str(self.net.bin / "qinglud"), "snapshot", "fetch", "--dir", str(self.d.dir), "--from", self.url(self.a),
                               "--from", self.url(self.c), "--json"], env=self.net.env, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"{self.url(self.a)}: chunk 2 (state)", done.stderr)
        self.assertEqual(json.loads(done.stdout)["height"], height)
        self.net.run("qinglud", "check", "--dir", self.d.dir, "--full")
        self.d.start()
        self.votes_again(self.d)
        self.d.stop()
        self.net.run("qinglud", "check", "--dir", self.d.dir, "--full")

    def test_rejoin(self):
        """F09: a member whose data are deleted under load rejoins from the first block, abstains, and votes again"""
        with Load(self.net, self.net.entries(moments(10, 100)), self.net.nodes[:3]):
            self.lose_data(self.d)
            self.net.run("qinglud", "network", "join", "--dir", self.d.dir, "--genesis", self.net.dir / "net/genesis.json", "--founders",
                         self.net.dir / "net/founders.json", "--rejoin")
            self.d.start()
        self.votes_again(self.d)

    def test_observer(self):
        """An observer follows through the channel, serves reads and snapshots, takes no submissions and signs no receipts"""
        place = self.net.dir / "net/archive.example"
        http, port = free_ports(2)
        self.net.run("qinglud", "init", "--dir", place, "--member", "archive.example", "--party", "org:12500000QL0000014H", "--name",
                     "示例档案馆", "--address", f"127.0.0.1:{port}", "--http-port", http, "--kdf", "interactive", secret=True)
        self.net.run("qinglud", "network", "join", "--dir", place, "--genesis", self.net.dir / "net/genesis.json", "--founders",
                     self.net.dir / "net/founders.json", "--observer")
        archive = Node(self.net, "archive.example")
        archive.http_port = http
        transport = json.loads((place / "identity.json").read_text())["statement"]["validator"]["transport_key_hash"]
        addresses = ", ".join(f'"{node.name}" = "127.0.0.1:{node.peer_port}"' for node in self.net.nodes)
        self.net.configure(archive, ('# addresses = { "exchange.example" = "10.0.0.5:7280" }', "addresses = { " + addresses + " }"))
        for node in self.net.nodes:
            node.stop()
            self.net.configure(node, ('# observers = { "archive.example" = "<64 hex digits>" }',
                                      f'observers = {{ "archive.example" = "{transport}" }}'))
        self.net.start()
        archive.start()
        self.addCleanup(lambda: archive.running and archive.kill())
        for _ in range(6):
            self.assertGoesOn(self.net.nodes)
        until("the archive has all", lambda: archive.height() == self.a.height())
        until("the archive has a snapshot", lambda: self.held(archive))
        self.assertEqual({each["height"]: each["content"] for each in self.held(archive)}.items()
                         & {each["height"]: each["content"] for each in self.held(self.a)}.items(),
                         {each["height"]: each["content"] for each in self.held(archive)}.items())
        self.assertEqual(archive.submit(self.net.entries(1)[0]), "refused OBSERVER")
        record = next(iter(self.net.acknowledged))
        until("the archive signs no receipt", lambda: archive.request("GET", f"/v1/records/{record}/receipt.cose")[0] == 403)
        self.assertIn("observes", archive.status()["abstaining"])
        archive.kill()
        self.assertGoesOn(self.net.nodes)
        self.settle()


class FewTest(NetworkTest):
    """Three members: all make the quorum, so no enquiry ends an abstention, and the operators must."""
    N = 3

    def command(self, *arguments, secret=True):
        """(exit code, what it said) of a `qinglud` command."""
        try:
            return 0, self.net.run("qinglud", *arguments, secret=secret)
        except AssertionError as failed:
            return int(str(failed).split("exit ", 1)[1].split("\n", 1)[0]), str(failed)

    def refused(self, code, why, *arguments, secret=False):
        got, said = self.command(*arguments, secret=secret)
        self.assertEqual(got, code, said)
        self.assertIn(why, said)

    def lose_and_rejoin(self, node):
        if node.running:
            node.kill()
        shutil.rmtree(node.dir / "data")
        self.net.run("qinglud", "network", "join", "--dir", node.dir, "--genesis", self.net.dir / "net/genesis.json", "--founders",
                     self.net.dir / "net/founders.json", "--rejoin")
        node.start()
        until("it asks the operators", lambda: node.status().get("asks_operators"))
        return node.dir / "abstention/request.json"

    def vouch(self, node, request, name):
        path = self.net.dir / name
        path.unlink(missing_ok=True)
        self.net.run("qinglud", "network", "vouch", "--dir", node.dir, "--request", request, "-o", path, secret=True)
        return path

    def test_vouched(self):
        """F09: with three members a lost disk needs the other operators' word; what is not theirs is refused by its reason"""
        for _ in range(3):
            self.assertGoesOn(self.net.nodes)
        pending = self.net.entries(2)
        self.c.kill()  # views begin that it knows nothing of
        self.assertEqual(self.net.submit(pending[0], self.a), "pending")
        end = ("network", "end-abstention", "--dir", self.c.dir)
        request = self.lose_and_rejoin(self.c)
        self.assertEqual(self.net.submit(pending[1], self.a, "final", "2s"), "pending")
        self.assertIn("qinglud network end-abstention", self.net.why(self.c))
        # Whom nobody believes: one alone, the same twice, the member itself, another's statement, a changed one.
        by_a, by_b = self.vouch(self.a, request, "a.json"), self.vouch(self.b, request, "b.json")
        self.refused(78, "2 other members must vouch, there are 1", *end, by_a)
        self.refused(7, f"two statements of {self.a.name}", *end, by_a, by_a)
        self.refused(2, "others vouch for it", "network", "vouch", "--dir", self.c.dir, "--request", request, "-o", self.net.dir / "c.json", secret=True)
        changed = self.net.dir / "changed.json"
        changed.write_text(by_b.read_text().replace(f'"signer":"{self.b.name}"', f'"signer":"{self.a.name}"'))
        self.refused(78, f"the signature is not {self.a.name}'s", *end, by_a, changed)
        self.refused(5, "does not doubt its own votes", "network", "end-abstention", "--dir", self.a.dir, by_b)
        # What was vouched before it started anew is of no use.
        self.c.stop()
        self.c.start()
        until("it asks anew", lambda: self.c.status().get("asks_operators"))
        self.refused(7, "answers another request", *end, by_a, by_b)
        self.assertTrue(self.c.status()["abstaining"])
        # Theirs, and fresh: it votes again, for good.
        said = self.command(*end, self.vouch(self.a, request, "a.json"), self.vouch(self.b, request, "b.json"), secret=False)
        self.assertEqual(said[0], 0, said[1])
        self.assertFalse(request.exists())
        self.assertIn('"event":"abstention_vouched"', self.c.said())
        for entry in pending:
            self.net.becomes_final(entry, self.a)
        until("it abstains no more", lambda: not self.c.status().get("abstaining"))
        self.c.kill()
        self.c.start()
        self.assertGoesOn(self.net.nodes)
        self.assertFalse(self.c.status().get("abstaining"))
        self.settle()
        self.assertEqual(self.net.evidence(), {})

    def test_again(self):
        """F09: a disk that is lost in the middle of a view, again and again: no vote of it contradicts one that others hold"""
        for _ in range(moments(2, 12)):
            with Load(self.net, self.net.entries(6), [self.a, self.b]):
                request = self.lose_and_rejoin(self.c)
                said = self.command("network", "end-abstention", "--dir", self.c.dir, self.vouch(self.a, request, "a.json"),
                                    self.vouch(self.b, request, "b.json"), secret=False)
                self.assertEqual(said[0], 0, said[1])
        self.settle()
        self.assertEqual(self.net.evidence(), {})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--dir", required=True)
    OPTIONS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest])
