#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random histories on the ledger and on the model: same verdicts, same codes, same state.

  histories.py --driver build/release/bin/law_driver --seed 7 --acts 400 --histories 50
prints what was reached; at the first difference the shrunken history and the seed that replays it.
"""
import argparse
import collections
import json
import random
import sys

from generate import Generator
from play import Difference, Ledger, NAME_OF, Pair, said, subjects_of, world


class Coverage:
    def __init__(self):
        self.types = collections.defaultdict(lambda: [0, 0])
        self.refusals, self.flags = collections.Counter(), collections.Counter()

    def note(self, act, refused, flags):
        self.types[act["type"]][1 if refused else 0] += 1
        self.refusals.update(refused)
        self.flags.update(flags)


def play(ledger, the_world, acts, compare_from=0):
    """A given list of acts on both; the Difference that it meets, or None."""
    pair = Pair(ledger, the_world)
    for n, act in enumerate(acts):
        try:
            answer, refused, _ = pair.act(act)
            if not refused:
                pair.compare_state(subjects_of(act), act["today"])
        except Difference as difference:
            return n, str(difference)
    return None


def history(ledger, the_world, seed, count, coverage):
    """One random history; returns its acts and where it differs."""
    pair = Pair(ledger, the_world)
    generator = Generator(random.Random(seed), pair.model)
    acts = []
    for n in range(count):
        act = generator.step()
        acts.append(act)
        try:
            answer, refused, flags = pair.act(act)
            coverage.note(act, refused, flags)
            if not refused:
                pair.compare_state(subjects_of(act), act["today"])
            if n % 50 == 49:
                pair.compare_state(list(pair.model.patents) + list(pair.model.contracts) + list(pair.model.cases), act["today"])
        except Difference as difference:
            return acts, str(difference)
    return acts, None


def shrink(ledger, the_world, acts, same_kind):
    """Fewer acts that still differ in the same way: whole chunks first, then one by one. Ids of records change when
    acts before them go, so a history is renamed as it is replayed (see `Renamed`)."""
    chunk = max(1, len(acts) // 4)
    while True:
        n, shrunk = 0, False
        while n < len(acts) - 1:
            fewer = acts[:n] + acts[min(n + chunk, len(acts) - 1):]
            found = replay(ledger, the_world, fewer)
            if found and same_kind(found[1]):
                acts, shrunk = fewer[:found[0] + 1], True
            else:
                n += chunk
        if chunk == 1 and not shrunk:
            return acts
        chunk = max(1, chunk // 2)


def replay(ledger, the_world, named):
    """Plays acts whose references are written as `#n` of the act that made the record."""
    pair = Pair(ledger, the_world)
    ids = {}
    for n, (label, act) in enumerate(named):
        text = json.dumps(act, ensure_ascii=False)
        for name, rid in ids.items():
            text = text.replace(name, rid)
        if "#<" in text:
            continue  # refers to an act that is gone
        act = json.loads(text)
        act["data"] = sort_sets(act["data"])
        try:
            answer, refused, _ = pair.act(act)
            if not refused:
                ids[label] = answer["id"]
                pair.compare_state(subjects_of(act), act["today"])
        except Difference as difference:
            return n, str(difference)
    return None


def sort_sets(data):
    for f in ("consents", "evidence"):
        if f in data:
            data[f] = sorted(data[f])
    for r in data.get("rights", []):
        if "except" in r:
            r["except"] = sorted(r["except"])
    return data


def label(ledger, the_world, acts):
    """The acts with every record id replaced by the label of the act that made it."""
    pair = Pair(ledger, the_world)
    ids, named = {}, []
    for n, act in enumerate(acts):
        text = json.dumps(act, ensure_ascii=False)
        for rid, name in ids.items():
            text = text.replace(rid, name)
        named.append(("#<%d>" % n, json.loads(text)))
        try:
            answer, refused, _ = pair.act(act, compare=False)
        except Exception:
            break
        if not refused:
            ids[answer["id"]] = "#<%d>" % n
    return named


def show(named):
    lines = []
    for name, act in named:
        text = json.dumps({k: v for k, v in act.items() if k != "today"}, ensure_ascii=False, sort_keys=True)
        for party, short in NAME_OF.items():
            text = text.replace('"%s"' % party, '"%s"' % short)
        text = text.replace("sha256:" + "a" * 64, "H")
        lines.append("%s on %s: %s" % (name, act["today"], text))
    return "\n".join(lines)


def kind_of(text):
    """What a difference is about, without ids, so that shrinking keeps to it."""
    return "".join(c for c in text.split(" | ")[0].split("sha256")[0].split(" of pat:")[0] if not c.isdigit())[:150]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--driver", required=True)
    parser.add_argument("--seed", type=int, help="the first seed; left out: a fresh one, printed")
    parser.add_argument("--acts", type=int, default=400)
    parser.add_argument("--histories", type=int, default=1)
    parser.add_argument("--keep-going", action="store_true", help="count differences of each kind, show the first of each")
    parser.add_argument("--coverage", action="store_true", help="show types and codes that were reached")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print("seed %d, %d histories of %d acts" % (seed, options.histories, options.acts))
    the_world, coverage, ledger = world(), Coverage(), Ledger(options.driver)
    kinds, acts_played = collections.Counter(), 0
    for n in range(options.histories):
        acts, found = history(ledger, the_world, seed + n, options.acts, coverage)
        acts_played += len(acts)
        if not found:
            continue
        kind = acts[-1]["type"] + ": " + kind_of(found)
        kinds[kind] += 1
        if kinds[kind] == 1:
            named = label(ledger, the_world, acts)
            small = shrink(ledger, the_world, named, lambda text: kind_of(text) == kind_of(found))
            print("\nseed %d differs after %d acts, shrunk to %d: %s: %s\n%s" % (seed + n, len(acts), len(small), acts[-1]["type"], found, show(small)))
        if not options.keep_going:
            sys.exit(1)
    ledger.close()
    accepted = sum(a for a, _ in coverage.types.values())
    print("%d acts on both sides, %d accepted; %d types, %d codes refused, %d flagged" % (acts_played, accepted, len(coverage.types), len(coverage.refusals), len(coverage.flags)))
    if options.coverage:
        for kind, (yes, no) in sorted(coverage.types.items()):
            print("  %-26s %6d accepted %6d refused" % (kind, yes, no))
        print("  refused:", " ".join("%s %d" % x for x in sorted(coverage.refusals.items())))
        print("  flagged:", " ".join("%s %d" % x for x in sorted(coverage.flags.items())))
    if kinds:
        print("differences: " + "; ".join("%s x %d" % x for x in kinds.most_common()))
        sys.exit(1)


if __name__ == "__main__":
    main()
