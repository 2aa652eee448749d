#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the rules cost: acts judged per second in each family of records, and their share of a record's cost.

  bench.py --bin build/release/bin [--histories 10] [--acts 600] [--singles 20000]
Random histories (see histories.py) are judged on a state in memory; the time is the CPU of the whole judgement
(replay, signers, references, subjects, rule, rows, history lists) without signatures. Set against it: the CPU that
one node needs for a record with one signature from socket to disk (load_bench, same run), and, of that, one
Ed25519 verification. Text to stderr, one JSON object to stdout.
"""
import argparse
import json
import os
import random
import subprocess
import sys

from generate import Generator
from play import Ledger, Pair, world

GOAL = 15  # per cent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--histories", type=int, default=10)
    parser.add_argument("--acts", type=int, default=600)
    parser.add_argument("--singles", type=int, default=20000)
    options = parser.parse_args()

    load = subprocess.run([os.path.join(options.bin, "load_bench"), "--singles", str(options.singles), "--batches", "1", "--latency", "100",
                           "--bin", options.bin], stdout=subprocess.PIPE, check=True, text=True)
    whole = json.loads(load.stdout)
    record_ns, verify_ns = whole["single_cpu_ns"], 1e9 / whole["verify_per_second"]

    total, the_world, ledger = {}, world(), Ledger(os.path.join(options.bin, "law_driver"))
    for n in range(options.histories):
        pair = Pair(ledger, the_world)
        generator = Generator(random.Random(options.seed + n), pair.model)
        for _ in range(options.acts):
            pair.act(generator.step(), compare=False)
        for family, time in ledger.ask({"times": True})["times"].items():
            acts, ns = total.get(family, (0, 0))
            total[family] = acts + time["acts"], ns + time["ns"]
    ledger.close()

    print("a record with one signature: %.0f us of a node's CPU; an Ed25519 verification: %.0f us" % (record_ns / 1e3, verify_ns / 1e3), file=sys.stderr)
    print("%-14s %6s %10s %8s %16s %14s" % ("family", "acts", "acts/s", "us", "% of a record", "verifications"), file=sys.stderr)
    rows = sorted(total.items(), key=lambda x: x[1][1] / x[1][0])
    everything = tuple(map(sum, zip(*total.values())))
    for family, (acts, ns) in rows + [("all", everything)]:
        each = ns / acts
        print("%-14s %6d %10.0f %8.1f %14.1f %% %14.2f" % (family, acts, 1e9 / each, each / 1e3, 100 * each / record_ns, each / verify_ns), file=sys.stderr)
    share = 100 * everything[1] / everything[0] / record_ns
    print("goal: at most %d %% of a record: %s" % (GOAL, "met" if share <= GOAL else "missed"), file=sys.stderr)
    print(json.dumps({"families": {f: {"acts": a, "ns": ns // a} for f, (a, ns) in total.items()}, "record_cpu_ns": record_ns, "verify_ns": round(verify_ns)}, sort_keys=True))


if __name__ == "__main__":
    main()
