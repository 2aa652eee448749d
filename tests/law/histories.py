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

import not_modelled
from model import dates, statistics
from generate import Generator
from play import ID, Difference, Ledger, NAME_OF, Pair, said, subjects_of, world


class Coverage:
    def __init__(self):
        self.types = collections.defaultdict(lambda: [0, 0])
        self.refusals, self.flags = collections.Counter(), collections.Counter()

    def note(self, act, refused, flags):
        self.types[act["type"]][1 if refused else 0] += 1
        self.refusals.update(refused)
        self.flags.update(flags)


    def reached(self):
        """A line for each type that was accepted and refused, and for each code on each side, met often enough to be no luck."""
        lines = [kind + " " + word for kind, counts in self.types.items() for word, n in zip(("accepted", "refused"), counts) if n >= OFTEN]
        lines += ["refused " + c for c, n in self.refusals.items() if n >= OFTEN]
        return sorted(lines + ["flagged " + c for c, n in self.flags.items() if n >= OFTEN])


OFTEN = 5


def check_lists(ledger, the_world, coverage):
    """Every type is modelled or listed as not; so is every code that a modelled type announces."""
    wrong = []
    catalogue = ledger.ask({"catalogue": True})
    rules = Pair(ledger, the_world).model.rules
    types = {r["type"] for r in catalogue["reasons"]}
    for kind in sorted(types):
        if (kind in rules) == (kind in not_modelled.TYPES):
            wrong.append("%s is %s" % (kind, "modelled and listed" if kind in rules else "neither modelled nor listed in not_modelled.py"))
    met = set(coverage.refusals) | set(coverage.flags)
    for code in sorted({r["code"] for r in catalogue["reasons"] if r["type"] in rules} - met - set(not_modelled.CODES)):
        wrong.append("%s was never met and is not listed in not_modelled.py" % code)
    return wrong


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
                pair.compare_state(subjects_of(act, pair.model), act["today"])
            if n % 50 == 49:
                pair.compare_state(list(pair.model.patents) + list(pair.model.contracts) + list(pair.model.cases) + list(pair.model.listings) + ["deposit:" + r for r in pair.model.deposits], act["today"])
        except Difference as difference:
            return acts, str(difference)
    return acts, every_number(pair, generator.today)


def every_number(pair, today):
    """Every group of statistics, as the model counts it anew from the records: the ledger must agree; what differs."""
    last = statistics.last_day(today)
    today = dates.plus_days(last, 1)
    for query in statistics.QUERIES:
        for years in (10, 20):
            until = dates.plus_years(last[:8] + "01", 10 - years)
            first = dates.plus_months(until, -119)
            result, digest = statistics.answer(pair.model, query, first, statistics.last_day(until))
            d = {"query": query, "from": first, "until": statistics.last_day(until), "result_hash": digest, **({"result": result} if result else {})}
            _, refused, _ = pair.act({"type": "stat.snapshot", "data": d, "by": ID["exchange"], "role": "GOV", "event_date": today, "today": today}, compare=False)
            if refused:
                return "statistics %s of %s..%s: the model has %s" % (query, first, until, json.dumps(result, ensure_ascii=False))
    return None


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
                pair.compare_state(subjects_of(act, pair.model), act["today"])
        except Difference as difference:
            return n, str(difference)
    differs = every_number(pair, named[-1][1]["today"])
    return (len(named) - 1, differs) if differs else None


def sort_sets(data):
    for f in ("consents", "evidence", "encumbrances", "licenses"):
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


def everything(coverage):
    lines = {kind + " " + word for kind, counts in coverage.types.items() for word, n in zip(("accepted", "refused"), counts) if n}
    return lines | {"refused " + c for c in coverage.refusals} | {"flagged " + c for c in coverage.flags}


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
    parser.add_argument("--fresh", type=int, default=0, help="so many histories more, from a fresh seed that is printed")
    parser.add_argument("--reached", help="a file of lines that the run must reach (types, codes)")
    parser.add_argument("--write-reached", action="store_true", help="writes that file")
    parser.add_argument("--coverage", action="store_true", help="show types and codes that were reached")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print("seed %d, %d histories of %d acts" % (seed, options.histories, options.acts))
    the_world, coverage, ledger = world(), Coverage(), Ledger(options.driver)
    kinds, acts_played = collections.Counter(), 0
    seeds = [seed + n for n in range(options.histories)]
    if options.fresh:
        fresh = random.SystemRandom().randrange(1 << 32)
        print("fresh seed %d, %d histories" % (fresh, options.fresh))
        seeds += [fresh + n for n in range(options.fresh)]
    for seed in seeds:
        acts, found = history(ledger, the_world, seed, options.acts, coverage)
        acts_played += len(acts)
        if not found:
            continue
        kind = acts[-1]["type"] + ": " + kind_of(found)
        kinds[kind] += 1
        if kinds[kind] == 1:
            named = label(ledger, the_world, acts)
            small = shrink(ledger, the_world, named, lambda text: kind_of(text) == kind_of(found))
            print("\nseed %d differs after %d acts, shrunk to %d: %s: %s\n%s" % (seed, len(acts), len(small), acts[-1]["type"], found, show(small)))
        if not options.keep_going:
            sys.exit(1)
    wrong = check_lists(ledger, the_world, coverage) if options.reached else []
    ledger.close()
    accepted = sum(a for a, _ in coverage.types.values())
    print("%d acts on both sides, %d accepted; %d types, %d codes refused, %d flagged" % (acts_played, accepted, len(coverage.types), len(coverage.refusals), len(coverage.flags)))
    if options.coverage:
        for kind, (yes, no) in sorted(coverage.types.items()):
            print("  %-26s %6d accepted %6d refused" % (kind, yes, no))
        print("  refused:", " ".join("%s %d" % x for x in sorted(coverage.refusals.items())))
        print("  flagged:", " ".join("%s %d" % x for x in sorted(coverage.flags.items())))
    if options.reached and options.write_reached:
        with open(options.reached, "w", encoding="utf-8") as file:
            file.write("# What the runs of ctest reach at least; made by histories.py --write-reached.\n" + "\n".join(coverage.reached()) + "\n")
    elif options.reached:
        with open(options.reached, encoding="utf-8") as file:
            wanted = [x.strip() for x in file if x.strip() and not x.startswith("#")]
        wrong += ["not reached: " + x for x in wanted if x not in {y for y in everything(coverage)}]
    if wrong:
        print("\n".join(wrong))
        sys.exit(1)
    if kinds:
        print("differences: " + "; ".join("%s x %d" % x for x in kinds.most_common()))
        sys.exit(1)


if __name__ == "__main__":
    main()
