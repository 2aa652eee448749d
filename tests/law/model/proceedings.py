# SPDX-License-Identifier: Apache-2.0
"""Reexamination, invalidation, suspension.   Source: state-machines.md, "Reexamination and invalidation", "Suspension"."""
from . import clocks, conflict, dates
from .patents import AFTER_GRANT, MOVES, holders, last_day, last_service, move, public, service_of, services, speaks, suspended


def late(m, act, decision, months, parties):
    """Whether the act misses the window of the party that acts; of all of them where the office enters it."""
    day = act.data.get("posted_date", act.data["date"])
    days = [service_of(decision, p) for p in parties]
    return None not in days and bool(days) and day > max(m.calendar.end_of(d, months=months) for d in days)


def before_rejection(v, act, p):
    """Nothing is dated before the rejection; what does not move the status neither before the filing."""
    d = act.data
    moves = act.type == "reexam.decide" and d["outcome"] == "REVOKED" or act.type == "reexam.judgment" and d["ends"] and d["outcome"] == "UPHELD"
    if d["date"] < max("" if moves else p["filing_date"], p["since"] if moves or p["status"] == "REJECTED" else ""):
        v.say("EVENT_BEFORE_PRIOR")


def reexam_request(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    if p["status"] != "REJECTED" or "reexam" in p:
        v.stop("STATE_FORBIDS")
    speaks(m, v, act, p)
    before_rejection(v, act, p)
    who = [act.principal or act.by] if act.role != "IPO" and public(p) else holders(p) if public(p) else [None]
    if late(m, act, p["decisions"].get("reject", {}), m.pack["reexam_months"], who):
        v.say("DEADLINE_PASSED")

    def effect():
        if p["status"] == "REJECTED":
            p["reexam"] = "REQUESTED"
    v.effect = effect


def reexam_decide(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    if p["status"] != "REJECTED" or p.get("reexam") != "REQUESTED":
        v.stop("STATE_FORBIDS")
    before_rejection(v, act, p)
    if suspended(p, d["date"]):
        v.say("PATENT_FROZEN", *suspended(p, d["date"]))
    services(m, v, act, p, d["date"])
    clocks.check(v, p, "REEXAMINATION", "CLOSE", d["date"])

    def effect():
        p["decisions"]["reexam"] = {"date": d["date"], "served": d.get("served", []), "record": act.rid}
        if d["outcome"] == "UPHELD":
            if p["status"] == "REJECTED":
                p["reexam"] = "UPHELD"
        else:
            if "previous" in p and p["status"] == "REJECTED" and p["previous"] != "REJECTED":  # two slips in a row
                p.pop("reexam", None)
            p["status"], p["since"] = p.pop("previous", p["status"]), d["date"]
    v.effect = effect


def reexam_suit(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    m.record(v, d["decision"], "reexam.decide")
    if p["status"] != "REJECTED" or p.get("reexam") != "UPHELD":
        v.stop("STATE_FORBIDS")
    latest = p["decisions"].get("reexam", {})
    if latest.get("record") != d["decision"]:
        v.stop("REF_WRONG_TYPE")
    before_rejection(v, act, p)
    if late(m, act, latest, m.pack["reexam_suit_months"], holders(p) if public(p) else [None]):
        v.say("DEADLINE_PASSED")

    def effect():
        if p["status"] == "REJECTED":
            p["reexam"] = "SUED"
    v.effect = effect


def reexam_judgment(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    if p["status"] != "REJECTED" or p.get("reexam") != "SUED":
        v.stop("STATE_FORBIDS")
    before_rejection(v, act, p)
    services(m, v, act, p, d["date"])

    def effect():
        p["decisions"]["reexam_judgment"] = {"date": d["date"], "served": d.get("served", []), "record": act.rid}
        if d["ends"] and d["outcome"] == "UPHELD":
            if p["status"] == "REJECTED":
                p.pop("previous", None)
            p["status"], p["since"] = "REJECTED_FINAL", d["date"]
            p.pop("reexam", None)
        elif d["ends"] and p["status"] == "REJECTED":
            p["reexam"] = "REQUESTED"
    v.effect = effect


def invalidation_request(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    if p["status"] not in AFTER_GRANT:
        v.stop("STATE_FORBIDS")
    if act.role != "IPO" and not m.speaks_for(act, [d["requester"]]):
        v.say("ROLE_NOT_PERMITTED")
    if d["date"] < p.get("grant", {}).get("date", ""):
        v.say("EVENT_BEFORE_PRIOR")
    for rid in p["invalidations"]:
        old = m.invalidations[rid]
        if old["stage"] != "REQUESTED" and set(d["claims"]) <= set(old["claims"]) and set(d["grounds"]) <= set(old["grounds"]) and set(d.get("evidence", [])) <= set(old["evidence"]):
            v.say("INVALIDATION_RES_JUDICATA", rid)

    def effect():
        m.invalidations[act.rid] = {"pat": d["pat"], "stage": "REQUESTED", "requester": d["requester"], "claims": d["claims"], "grounds": d["grounds"],
                                    "evidence": d.get("evidence", []), "since": d["date"], "decision": None}
        p["invalidations"].append(act.rid)
        p["contested"].append(act.rid)
    v.effect = effect


def of_patent(m, v, act):
    p = m.patent(v, act.data["pat"])
    m.record(v, act.data["request"], "invalidation.request")
    inv = m.invalidations[act.data["request"]]
    if inv["pat"] != act.data["pat"]:
        v.stop("REF_WRONG_TYPE")
    return p, inv


def invalidation_decide(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p, inv = of_patent(m, v, act)
    if inv["stage"] != "REQUESTED":
        v.stop("STATE_FORBIDS")
    if (d["outcome"] == "PARTIAL") != ("claims_void" in d):
        v.say("SCHEMA_INVALID")
    if d["date"] < inv["since"]:
        v.say("EVENT_BEFORE_PRIOR")
    if suspended(p, d["date"]):
        v.say("PATENT_FROZEN", *suspended(p, d["date"]))
    services(m, v, act, p, d["date"])
    clocks.check(v, p, "INVALIDATION", "CLOSE", d["date"])

    def effect():
        inv.update(stage="DECIDED", since=d["date"],
                   decision={"date": d["date"], "record": act.rid, "outcome": d["outcome"], "served": d.get("served", []), "void": d.get("claims_void", [])})
    v.effect = effect


def invalidation_suit(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p, inv = of_patent(m, v, act)
    if inv["stage"] not in ("DECIDED", "SUED"):
        v.stop("STATE_FORBIDS")
    if d["by"] not in [inv["requester"]] + holders(p):
        v.say("ROLE_NOT_PERMITTED")
    if d["date"] < inv["since"]:
        v.say("EVENT_BEFORE_PRIOR")
    if late(m, act, inv["decision"] or {}, m.pack["invalidation_suit_months"], [d["by"]]):
        v.say("DEADLINE_PASSED")

    def effect():
        inv["stage"], inv["since"] = "SUED", d["date"]
    v.effect = effect


def invalidation_judgment(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p, inv = of_patent(m, v, act)
    if inv["stage"] != "SUED":
        v.stop("STATE_FORBIDS")
    if d["date"] < inv["since"]:
        v.say("EVENT_BEFORE_PRIOR")
    services(m, v, act, p, d["date"])

    def effect():
        if d["ends"]:
            inv["stage"] = "UPHELD" if d["outcome"] == "UPHELD" else "REQUESTED"
        inv["since"] = d["date"]
    v.effect = effect


def invalidation_final(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p, inv = of_patent(m, v, act)
    if inv["stage"] not in ("DECIDED", "UPHELD"):
        v.stop("STATE_FORBIDS")
    if p["status"] not in AFTER_GRANT:
        v.stop("STATE_FORBIDS")
    decision = inv["decision"]
    whole = decision and decision["outcome"] == "WHOLE"
    if d["date"] < max(inv["since"], p["since"] if whole else p["filing_date"]):
        v.say("EVENT_BEFORE_PRIOR")
    if inv["stage"] == "DECIDED":
        for party in set([inv["requester"]] + holders(p)):
            served = service_of(decision, party)
            if served is None:
                v.say("SERVICE_UNKNOWN")
            elif d["date"] <= m.calendar.end_of(served, months=m.pack["invalidation_suit_months"]):
                v.say("APPEAL_WINDOW_OPEN")
    if decision and decision["outcome"] in ("WHOLE", "PARTIAL") and p["status"] == "GRANTED":  # licences on what has ended run no more
        run = [i for i, lic in conflict.live_licences(m, d["pat"]).items() if min(lic["scope"].get("to", "9999"), last_day(m, p)) >= d["date"]]
        if run:
            v.flag("LICENSE_ON_VOID", *run)

    def effect():
        inv["stage"], inv["since"] = "CLOSED", d["date"]
        if act.data["request"] in p["contested"]:
            p["contested"].remove(act.data["request"])
        if not decision:
            return
        if decision["outcome"] == "WHOLE":
            p["status"], p["since"] = "INVALIDATED", d["date"]
        elif decision["outcome"] == "PARTIAL":
            p["void_claims"] = sorted(set(p["void_claims"]) | set(decision["void"]))
    v.effect = effect


def suspend_start(m, v, act):
    d = act.data
    m.not_future(v, act, "from")
    p, _ = move(m, v, act, d["from"])
    if d["until"] < d["from"]:
        v.say("EVENT_BEFORE_PRIOR")
    if d["cause"] == "OWNERSHIP" and d["until"] > dates.plus_months(d["from"], m.pack["suspension_months"]):
        v.say("SUSPENSION_TOO_LONG")

    def effect():
        p["suspended"] = [s for s in p["suspended"] if s["until"] >= act.today]
        p["suspended"].append({"record": act.rid, "cause": d["cause"], "from": d["from"], "until": d["until"]})
    v.effect = effect


def running(m, v, act, day):
    p = m.patent(v, act.data["pat"])
    m.record(v, act.data["suspension"], "suspend.start")
    found = [s for s in p["suspended"] if s["record"] == act.data["suspension"]]
    if not found or day > found[0]["until"]:
        v.stop("STATE_FORBIDS")
        return None
    return found[0]


def suspend_extend(m, v, act):
    d = act.data
    s = running(m, v, act, act.event)
    if s is None:
        return
    if d["until"] < s["until"]:
        v.say("EVENT_BEFORE_PRIOR")
    if s["cause"] == "OWNERSHIP" and d["until"] > dates.plus_months(s["until"], m.pack["suspension_months"]):
        v.say("SUSPENSION_TOO_LONG")

    def effect():
        s["until"] = d["until"]
    v.effect = effect


def suspend_end(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    s = running(m, v, act, d["date"])
    if s is None:
        return
    if d["date"] < s["from"]:
        v.say("EVENT_BEFORE_PRIOR")

    def effect():
        s["until"] = d["date"]
    v.effect = effect


RULES = {"reexam.request": reexam_request, "reexam.decide": reexam_decide, "reexam.suit": reexam_suit, "reexam.judgment": reexam_judgment,
         "invalidation.request": invalidation_request, "invalidation.decide": invalidation_decide, "invalidation.suit": invalidation_suit,
         "invalidation.judgment": invalidation_judgment, "invalidation.final": invalidation_final,
         "suspend.start": suspend_start, "suspend.extend": suspend_extend, "suspend.end": suspend_end}
