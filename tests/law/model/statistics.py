# SPDX-License-Identifier: Apache-2.0
"""Statistics and targets, as an auditor computes them who has nothing but the accepted records: every answer replays
them all and keeps no number between two questions.   Source: docs/law/statistics.md.

What a record means for a number may depend on the case or patent that it meets (a finding, a lapse that was restored);
`note` writes that down with the record when it is accepted.
"""
import calendar
import hashlib
import json

from .cases import finding

YEARS, MONTHS = 28, 120

# What a record counts for: (indicator, class, green, count, sum, technology amount) for each line.

def patent_type(m, act):
    return m.patents[act.data["pat"]]["type"]


def route(m, act):
    return m.cases[act.data["case"]]["route"]


def signed(m, act):
    """The signature of the contract that a record is about."""
    return next(x.data for x in m.records.values() if x.type == "contract.sign" and x.data["ctr"] == act.data["ctr"])


def outcome(act):
    results = [x["result"] for x in act.data["outcome"]]
    return "INFRINGED" if "INFRINGED" in results else results[0]


def registration(m, act):
    d, s = act.data, signed(m, act)
    sums = (d["amount"]["fen"], d["tech_amount"]["fen"])
    green = "green_codes" in s
    return [("techreg.registered", s.get("direction", ""), green, 1, *sums), ("techreg.kinds", d["kind"], green, 1, *sums)]


def number(name, word="", count=1, green=False):
    return [(name, word, green, count, None, None)]


def lines(m, act):
    d, kind = act.data, act.type
    if kind == "patent.accept":
        return number("patent.filed", d["type"], green="green_declared" in d)
    if kind in ("patent.publish", "patent.grant", "patent.expire", "patent.abandon"):
        name = {"publish": "published", "grant": "granted", "expire": "expired", "abandon": "abandoned"}[kind[7:]]
        return number("patent." + name, patent_type(m, act))
    if kind == "patent.lapse":
        unpaid = number("patent.lapsed_unpaid", patent_type(m, act)) if d["cause"] == "ANNUITY_UNPAID" else []
        return number("patent.lapsed", patent_type(m, act)) + unpaid
    if kind == "patent.restore":
        return number("patent.restored", patent_type(m, act)) if act.was_lapsed else []
    if kind == "invalidation.request":
        return number("invalidation.requested")
    if kind == "invalidation.decide":
        return number("invalidation.decided", d["outcome"])
    if kind == "invalidation.final":
        return number("patent.invalidated", patent_type(m, act)) if act.is_void else []
    if kind == "contract.sign":
        found = number("contract.signed", d["kind"], green="green_codes" in d)
        for right in d.get("rights", []):
            if right["deal"] == "LICENSE":
                found += number("license.granted", right.get("license_kind", "ORD"))
        return found
    if kind == "compulsory.grant":
        return number("license.granted", "COMP")
    if kind in ("contract.terminate", "contract.rescind", "contract.void"):
        return number("contract.ended", {"terminate": "TERMINATED", "rescind": "RESCINDED", "void": "VOID"}[kind[9:]])
    if kind == "license.sublicense":
        return number("license.granted", "SUB")
    if kind == "openlicense.accept":
        return number("license.granted", "OPEN")
    if kind == "transfer.register":
        return number("transfer.registered", d["basis"])
    if kind == "pledge.register":
        claim = d["claim"].get("amount", {}).get("fen")
        return [("pledge.registered", "", False, 1, claim, None)] + number("pledge.patents", count=len(d["patents"]))
    if kind == "pledge.release":
        return number("pledge.released", count=len(d["patents"]))
    if kind == "techreg.decide":
        return number("techreg.refused") if "refused_reason" in d else registration(m, act)
    if kind == "case.file":
        return number("case.filed", d["route"])
    found = number("case.found", route(m, act)) if kind in ("case.decide", "case.effective", "case.mediation") and act.found else []
    if kind == "case.decide":
        if d.get("damages", {}).get("punitive"):
            found += number("case.punitive", route(m, act))
        return found + number("case.decided", route(m, act) + "_" + outcome(act))
    if kind in ("case.mediation", "case.settle", "case.withdraw"):
        return found + number({"mediation": "case.mediated", "settle": "case.settled", "withdraw": "case.withdrawn"}[kind[5:]], route(m, act))
    if kind == "preserve.order":
        return number("preserve.ordered", d["kind"])
    if kind == "market.list":
        return number("market.listed", d["venue"], green="green_codes" in d)
    if kind == "auction.open":
        return number("auction.opened", d["kind"])
    if kind == "auction.close":
        return number("auction.closed", "SOLD" if "winner" in d else "UNSOLD")
    if kind == "deal.confirm":
        agreed = m.records[d["agreed_by"]].type if "agreed_by" in d else ""
        word = {"auction.close": "AUCTION", "market.accept": "LISTING"}.get(agreed, "PRIVATE")
        return [("deal.confirmed", word, "green_codes" in signed(m, act), 1, d.get("price", {}).get("fen"), None)]
    if kind.startswith("fasttrack."):
        words = {"request": ("requested", "track"), "decide": ("decided", "result"), "exit": ("left", "result")}.get(kind[10:])
        return number("fasttrack." + words[0], d[words[1]]) if words else []
    if kind == "patent.green_tag":
        return number("patent.green", patent_type(m, act)) if "pat" in d and act.first_tag else []
    plain = {"market.delist": "market.delisted", "counterfeit.decision": "counterfeit.decided", "license.record": "license.recorded", "license.record_cancel": "license.record_cancelled", "openlicense.declare": "openlicense.declared",
             "techreg.cancel": "techreg.cancelled", "preserve.release": "preserve.released"}
    return found + (number(plain[kind]) if kind in plain else [])


# The field with the legal date; every other record counts on its `event_date`.
DATE = {"patent.accept": "filing_date", "patent.publish": "pub_date", "patent.grant": "grant_date", "patent.lapse": "announce_date",
        "patent.restore": "decision_date", "patent.expire": "date", "patent.abandon": "date", "invalidation.request": "date", "invalidation.decide": "date",
        "invalidation.final": "date", "compulsory.grant": "date", "contract.sign": "sign_date", "contract.terminate": "date", "contract.rescind": "date", "contract.void": "date",
        "license.sublicense": "sign_date", "openlicense.accept": "notice_date", "license.record": "date", "license.record_cancel": "date",
        "transfer.register": "date", "pledge.register": "date", "pledge.release": "date", "techreg.decide": "decision_date", "techreg.cancel": "date",
        "case.decide": "date", "case.effective": "date", "case.mediation": "date", "case.withdraw": "date", "preserve.release": "date", "deal.confirm": "date", "fasttrack.decide": "date", "fasttrack.exit": "date", "counterfeit.decision": "date"}

SUMS = {"deal.confirmed": 1, "techreg.registered": 2, "techreg.kinds": 2, "pledge.registered": 1}
QUERY = {"patent": "PATENTS", "invalidation": "PATENTS", "license": "LICENSES", "openlicense": "LICENSES", "transfer": "TRANSFERS", "pledge": "PLEDGES",
         "contract": "CONTRACTS", "techreg": "CONTRACTS", "case": "CASES", "counterfeit": "CASES", "preserve": "PRESERVATIONS",
         "market": "MARKET", "auction": "MARKET", "deal": "MARKET", "fasttrack": "FASTTRACK"}
QUERIES = sorted(set(QUERY.values()))


def note(m, act):
    """Before an accepted record takes its effect: what it meets."""
    if act.type == "patent.green_tag":
        act.first_tag = "pat" in act.data and not m.patents[act.data["pat"]].get("green")
    if act.type == "patent.restore":
        act.was_lapsed = "lapse" in m.patents[act.data["pat"]]
    if act.type in ("case.decide", "case.effective", "case.mediation"):
        act.found = not finding(m.cases[act.data["case"]])


def note_effect(m, act):
    if act.type == "invalidation.final":
        act.is_void = m.patents[act.data["pat"]]["status"] == "INVALIDATED"
    if act.type in ("case.decide", "case.effective", "case.mediation"):
        act.found = act.found and finding(m.cases[act.data["case"]])


def cells(m, first, last, wanted):
    """{(indicator, class, green): [count, stated, sum, technology amount]} of the days from `first` to `last`."""
    sums = {}

    def add(act, times):
        day = moved.get(act.rid) or act.data.get(DATE.get(act.type), act.event)
        if not first <= day <= last:
            return
        for name, word, green, count, fen, tech in lines(m, act):
            if wanted(name):
                place = sums.setdefault((name, word, green), [0, 0, 0, 0])
                for i, n in enumerate((count, 0 if fen is None else 1, fen or 0, tech or 0)):
                    place[i] += times * n
    moved = {}  # what a correction of its date has moved
    for act in m.records.values():
        if act.type == "correction" and act.data["field"] in ("filing_date", "pub_date", "grant_date"):
            first_one = act
            while first_one.type == "correction":
                first_one = m.records[first_one.data["target"]]
            moved[first_one.rid] = act.data["new"]
    for act in m.records.values():
        add(act, 1)
        if act.type == "techreg.cancel":  # the decision with that number counts no more
            add(next(x for x in m.records.values() if x.type == "techreg.decide" and x.by == act.by and x.data.get("reg_no") == act.data["reg_no"]), -1)
    return {k: s for k, s in sorted(sums.items()) if s[0]}


def answer(m, query, first, last):
    """`result` and `result_hash` of a snapshot."""
    result = []
    for (name, word, green), (count, stated, fen, tech) in cells(m, first, last, lambda name: QUERY[name.split(".")[0]] == query).items():
        cell = {"count": count, "indicator": name}
        if word:
            cell["class"] = word
        if green:
            cell["green"] = True
        if name == "deal.confirmed" and 0 < stated < m.pack["k_anonymity"]:  # too few open prices: no sum is shown
            cell["suppressed"] = True
        elif stated:
            cell.update(stated=stated, fen=fen)
            if SUMS[name] == 2:
                cell["tech_fen"] = tech
        result.append(cell)
    asked = {"from": first, "query": query, "until": last, **({"result": result} if result else {})}
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return result, "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def last_day(day):
    return day[:8] + "%02d" % calendar.monthrange(int(day[:4]), int(day[5:7]))[1]


def month_number(day):
    return 12 * int(day[:4]) + int(day[5:7])


def snapshot(m, v, act):
    d = act.data
    if act.signers - set(m.council):
        v.say("ROLE_NOT_PERMITTED")
    whole = d["from"].endswith("-01") and d["until"] == last_day(d["until"]) and d["from"] < d["until"]
    if not whole or month_number(d["until"]) - month_number(d["from"]) >= MONTHS:
        v.stop("SCHEMA_INVALID")
    if d["until"] >= act.today:
        v.say("FUTURE_EVENT_DATE")
    if (d.get("result", []), d["result_hash"]) != answer(m, d["query"], d["from"], d["until"]):
        v.say("STATISTIC_MISMATCH")


# Targets

def set_target(m, v, act):
    d = act.data
    if d["id"] in m.targets:
        v.say("STATE_FORBIDS")
    sums = SUMS.get(d["indicator"], 0)
    if {"COUNT": 0, "FEN": 1, "TECH_FEN": 2}[d["measure"]] > sums or d.get("green") is False:
        v.say("SCHEMA_INVALID")
    years, values = int(d["due"][:4]) - d["base_year"], d["values"]
    if d["test"] == "GROWTH":
        fits = d["op"] != "RANGE" and len(values) == 2 and min(values) > 0 and years >= 1 and max(values) ** years < 1 << 75
    elif d["op"] == "RANGE":
        fits = len(values) == 2 and values[0] <= values[1]
    else:
        fits = len(values) == 1
    if not 0 <= years <= YEARS or not fits:
        v.say("SCHEMA_INVALID")

    def effect():
        m.targets[d["id"]] = d
    v.effect = effect


def months_of(m, target, first_year, last_year):
    """[(month, number)] and whether every number is known."""
    part = {"COUNT": 0, "FEN": 2, "TECH_FEN": 3}[target["measure"]]
    found, known = [], True
    for n in range(12 * first_year, 12 * (last_year + 1)):
        first = "%04d-%02d-01" % (n // 12, n % 12 + 1)
        here = {k: s for k, s in cells(m, first, last_day(first), lambda name: name == target["indicator"]).items() if k[2] or not target.get("green")}
        known = known and (part == 0 or all(s[0] == s[1] for s in here.values()))
        value = sum(s[part] for s in here.values())
        if value:
            found.append({"from": first, "value": value})
    return found, known


def report_of(m, target, year):
    """What a report on that year must say."""
    growth, base = target["test"] == "GROWTH", target["base_year"]
    before, known_before = months_of(m, target, base, base) if growth else ([], True)
    months, known = months_of(m, target, year if growth else base, year)
    value, values, op = sum(x["value"] for x in months), target["values"], target["op"]
    base_value = sum(x["value"] for x in before)
    if growth:
        reached, asked = value * values[1] ** (year - base), base_value * values[0] ** (year - base)
    else:
        reached, asked = value, values[0]
    passed = (reached > asked if op == "GT" else reached >= asked) and (op != "RANGE" or value <= values[1])
    defined = known and known_before and not (growth and base_value == 0)
    found = {"value": value, "outcome": "UNDEFINED" if not defined else "PASSED" if passed else "FAILED"}
    if before + months:
        found["months"] = before + months
    if growth:
        found["base_value"] = base_value
    return found


def report(m, v, act):
    d = act.data
    if not d["target"].startswith("tgt:"):
        v.stop("REF_WRONG_TYPE")
    target = m.targets.get(d["target"][4:])
    if target is None:
        v.stop("SUBJECT_NOT_FOUND")
    if not target["base_year"] + (target["test"] == "GROWTH") <= d["year"] <= int(target["due"][:4]):
        v.stop("SCHEMA_INVALID")
    if d["year"] >= int(act.today[:4]):
        v.say("FUTURE_EVENT_DATE")
    if {k: x for k, x in d.items() if k not in ("target", "year")} != report_of(m, target, d["year"]):
        v.say("TARGET_MISMATCH")


RULES = {"stat.snapshot": snapshot, "target.set": set_target, "target.report": report}
