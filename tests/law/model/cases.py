# SPDX-License-Identifier: Apache-2.0
"""Infringement cases.   Source: state-machines.md, "Cases"; mapping.md, decisions from "Who claims" on; design page 3.3, 3.4."""
import re

from . import dates
from .patents import holders

HEARING = ("ACCEPTED", "ANSWERED", "EVIDENCE")
OPEN = ("FILED", "ACCEPTED", "ANSWERED", "EVIDENCE", "STAYED", "DECIDED_1", "APPEALED", "RETRIAL", "ADMIN_DECIDED", "ADMIN_SUED")
FINAL = ("MEDIATED", "DECIDED_2", "EFFECTIVE", "ENFORCEMENT", "ENFORCED", "ENFORCE_TERMINATED", "DECIDED_R", "ADMIN_EFFECTIVE")

# act: list of (states, state to which it leads; None: the same, "former": as before the stay or petition), who writes
MOVES = {
    "case.accept": ([(("FILED",), "ACCEPTED"), (("APPEALED",), "ACCEPTED")], ("body",)),
    "case.refuse": ([(("FILED",), "REFUSED")], ("body",)),
    "case.answer": ([(("ACCEPTED", "ANSWERED"), "ANSWERED"), (("EVIDENCE", "STAYED"), None)], ("respondent", "body")),
    "case.evidence": ([(HEARING, "EVIDENCE"), (("STAYED", "APPEALED", "RETRIAL", "ADMIN_SUED"), None)], ("claimant", "respondent", "body")),
    "case.appeal": ([(("REFUSED", "DECIDED_1", "APPEALED"), "APPEALED"), (("ADMIN_DECIDED", "ADMIN_SUED"), "ADMIN_SUED")],
                    ("claimant", "respondent", "body", "court")),
    "case.decide:ADMIN": ([(HEARING, "ADMIN_DECIDED")], ("body",)),
    "case.decide:FIRST": ([(HEARING + ("ADMIN_SUED",), "DECIDED_1")], ("body",)),
    "case.decide:SECOND": ([(("APPEALED",), "DECIDED_2")], ("body",)),
    "case.decide:RETRIAL": ([(("RETRIAL",), "DECIDED_R")], ("body",)),
    "case.effective": ([(("DECIDED_1", "DECIDED_2", "DECIDED_R"), "EFFECTIVE"), (("ADMIN_DECIDED",), "ADMIN_EFFECTIVE")], ("body",)),
    "case.enforce:APPLIED": ([(("MEDIATED", "DECIDED_2", "EFFECTIVE", "ENFORCE_TERMINATED", "DECIDED_R", "ADMIN_EFFECTIVE"), "ENFORCEMENT")], ("court",)),
    "case.enforce:ENFORCED": ([(("ENFORCEMENT",), "ENFORCED")], ("court",)),
    "case.enforce:TERMINATED": ([(("ENFORCEMENT",), "ENFORCE_TERMINATED")], ("court",)),
    "case.mediation": ([(OPEN, "MEDIATED")], ("body", "mediator")),
    "case.mediation:CONFIRMED": ([(("MEDIATED",), "MEDIATED")], ("court",)),
    "case.settle": ([(OPEN, "SETTLED")], ("claimant", "respondent", "body")),
    "case.withdraw": ([(("FILED",) + HEARING + ("STAYED",), "WITHDRAWN")], ("body",)),
    "case.stay": ([(HEARING + ("APPEALED", "ENFORCEMENT", "RETRIAL", "ADMIN_SUED"), "STAYED")], ("body",)),
    "case.resume": ([(("STAYED",), "former")], ("body",)),
    "case.retrial:PETITION": ([([s for s in FINAL], "RETRIAL_PETITION")], ("court",)),
    "case.retrial:OPENED": ([(FINAL + ("RETRIAL_PETITION",), "RETRIAL")], ("court",)),
    "case.retrial:DISMISSED": ([(("RETRIAL_PETITION",), "former")], ("court",)),
    "case.retrial:UPHELD": ([(("RETRIAL",), "DECIDED_R")], ("court",)),
    "case.retrial:REVOKED": ([(("RETRIAL",), "DECIDED_R")], ("court",)),
    "judgment.perform": ([(FINAL, None)], ("court",)),
    **dict.fromkeys(("case.correct", "case.refer"), ([(("REFUSED", "SETTLED", "WITHDRAWN", "RETRIAL_PETITION") + OPEN + FINAL, None)], ("body",))),
}


def finding(c):
    """An effective decision that finds a claim infringed, or a mediation of legal effect; not while a retrial runs."""
    status = c.get("previous") if c["status"] == "STAYED" else c["status"]
    if status not in FINAL + ("RETRIAL_PETITION",) or not c["effective"]:
        return False
    return "mediation" in c or bool(c["decisions"].get(c["judged"], {}).get("infringed"))


def number(text):
    """Official numbers are compared with every kind of bracket made one and without blanks."""
    return re.sub(r"\s", "", re.sub("[\uff09\u3015\\]\u3011]", ")", re.sub("[\uff08\u3014\\[\u3010]", "(", text)))


def standing_case(m, v, act):
    if act.data["case"] not in m.cases:
        v.stop("SUBJECT_NOT_FOUND")
    return m.cases[act.data["case"]]


def parties(c):
    return c["claimants"] + c["respondents"]


def may_write(m, act, c, who):
    speaker = act.principal or act.by
    return (("body" in who and act.by in c["bodies"] and act.role in ("COURT", "ADMIN", "IPO")) or
            ("court" in who and act.role == "COURT") or
            ("claimant" in who and speaker in c["claimants"]) or ("respondent" in who and speaker in c["respondents"]) or
            ("mediator" in who and speaker not in parties(c)))


def take(m, v, act, word="", day=None):
    """State, writer and order of dates. Returns the case, and what moves it."""
    c = standing_case(m, v, act)
    moves, who = MOVES[act.type + (":" + word if word else "")]
    if not may_write(m, act, c, who):
        v.say("ROLE_NOT_PERMITTED")
    to = [t for states, t in moves if c["status"] in states]
    if not to:
        v.stop("CASE_STATE_FORBIDS")
    target = to[0] if to else moves[-1 if c["judged"] == "admin" and act.type in ("case.appeal", "case.effective") else 0][1]
    day = day or act.data.get("date", act.event)
    if day < (c["filed"] if target is None else c["since"]):
        v.say("EVENT_BEFORE_PRIOR")

    def go():
        if target is None:
            return
        former = c.pop("previous", c["status"])
        if target in ("STAYED", "RETRIAL_PETITION"):
            c["previous"] = c["status"]
        c["status"] = former if target == "former" else target
        c["since"] = day
    return c, go


def served_form(v, act, day):
    served = act.data.get("served", [])
    names = [s.get("party") for s in served]
    if None in names or names != sorted(set(names)):
        v.say("SCHEMA_INVALID")
    if any(s["date"] < day for s in served):
        v.say("EVENT_BEFORE_PRIOR")
    if any(s["date"] > act.today for s in served):
        v.say("FUTURE_EVENT_DATE")


def service(decision, party):
    return next((s["date"] for s in decision.get("served", []) if s.get("party") == party), None)


def abroad(m, party):
    region = m.parties[party].get("region", "CN")
    return region != "CN" and not region.isdigit()


def days_in_force(p, claims):
    """(first, last) day in force of claims that stand; None: never. Restored gaps belong to it."""
    if "grant" not in p or p["status"] == "INVALIDATED" or set(claims) <= set(p["void_claims"]):
        return None
    last = p["term_end"]
    if "lapse" in p:
        last = min(last, dates.plus_days(p["lapse"]["as_of"], -1))
    if p["status"] == "ABANDONED":
        last = min(last, dates.plus_days(p["since"], -1))
    return (p["grant"]["date"], last) if p["grant"]["date"] <= last else None


def in_force_at_acts(m, v, asserted, first, last):
    for item in asserted:
        p = m.patents[item["pat"]]
        f = days_in_force(p, item["claims"])
        if f is None or last < f[0] or f[1] < first:
            v.say("PATENT_NOT_IN_FORCE_AT_ACT")
            continue
        if first < f[0] or last > f[1]:
            v.say("ACT_PARTLY_OUTSIDE_TERM")
        if any(g["from"] <= last and first <= g["to"] for g in p["gaps"]):
            v.say("ACT_IN_RESTORED_GAP")


def region_holds(outer, inner):
    return inner and (outer == inner or outer == "CN" or (outer.isdigit() and inner.startswith(outer)))


def file(m, v, act):
    d = act.data
    m.not_future(v, act, "first_act", "last_act")
    for pat in d["pats"]:
        m.patent(v, pat)
    if d["case"] in m.cases or number(d["case_no"]) in m.case_numbers:
        v.say("CASE_EXISTS")
    if d["case"][5:].split("/")[0] != d["body"][4:] or [a["pat"] for a in d["asserted_claims"]] != d["pats"] or \
            set(d["claimants"]) & set(d["respondents"]):
        v.stop("SCHEMA_INVALID")
    clerk = act.by == d["body"] and act.role in ("COURT", "ADMIN", "IPO")
    if not clerk and not m.speaks_for(act, d["claimants"]):
        v.say("ROLE_NOT_PERMITTED")
    if d["last_act"] < d["first_act"]:
        v.say("EVENT_BEFORE_PRIOR")
    for pat in d["pats"]:
        if not stands(m, d, pat):
            v.say("NO_STANDING")
    in_force_at_acts(m, v, d["asserted_claims"], d["first_act"], d["last_act"])
    weak = [pat for pat in d["pats"] if m.patents[pat]["type"] != "INV"]
    if "eval_report" in d:
        m.record(v, d["eval_report"], "eval_report.issue")
        if d["eval_report"] not in [m.patents[pat].get("eval_report") for pat in d["pats"]]:
            v.say("REF_WRONG_TYPE")
    elif weak:
        v.flag("EVAL_REPORT_REQUIRED")
    role = "ADMIN" if d["route"] == "ADMIN" else "COURT"
    scope = m.roles.get(d["body"], {}).get(role)
    places = [d["place"]] + [m.parties[r].get("region") for r in d["respondents"]]
    if scope is None or not any(region_holds(scope.get("region", "CN"), x) for x in places):
        v.flag("COURT_NOT_COMPETENT")

    def effect():
        m.case_numbers[number(d["case_no"])] = d["case"]
        m.cases[d["case"]] = {"status": "FILED", "since": act.event, "filed": act.event, "body": d["body"], "bodies": {d["body"]}, "route": d["route"],
                              "claimants": d["claimants"], "respondents": d["respondents"], "pats": d["pats"], "asserted": d["asserted_claims"],
                              "first": d["first_act"], "last": d["last_act"], "decisions": {}, "judged": None, "effective": None}
    v.effect = effect


def stands(m, d, pat):
    """One claimant who is an owner, or whose licence of that kind runs on a day of the acts."""
    p = m.patents[pat]
    kind = d["standing"]
    if kind == "OWNER":
        return bool(set(d["claimants"]) & set(holders(p)))
    if (kind == "SOLE" and not d.get("owner_inaction")) or (kind == "ORD" and "authority" not in d):
        return False
    kinds = (kind,) if kind != "ORD" else ("ORD", "SUB", "OPEN", "COMP")
    return any(lic["kind"] in kinds and set(d["claimants"]) & set(lic["licensees"]) and
               lic["scope"]["from"] <= d["last_act"] and d["first_act"] <= lic["scope"].get("to", "9999")
               for lic in (m.licences[i] for i in p["licenses"]))


def clock(m, c, day):
    if c["route"] == "ADMIN":
        return day > m.calendar.plus_workdays(c["filed"], m.pack["case_admin_docket_workdays"])
    return day > m.calendar.end_of(c["filed"], days=m.pack["case_docket_days"])


def accept(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    c, go = take(m, v, act)
    if c["status"] == "APPEALED" and c["judged"] != "refuse":
        v.say("CASE_STATE_FORBIDS")
    served_form(v, act, d["date"])
    if c["status"] == "FILED" and clock(m, c, d["date"]):
        v.flag("CLOCK_EXCEEDED")

    def effect():
        go()
        c["judged"] = None
        c["decisions"]["accept"] = {"date": d["date"], "record": act.rid, "served": d.get("served", [])}
    v.effect = effect


def refuse(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    c, go = take(m, v, act)
    served_form(v, act, d["date"])
    if c["status"] == "FILED" and clock(m, c, d["date"]):
        v.flag("CLOCK_EXCEEDED")

    def effect():
        go()
        c["judged"] = "refuse"
        c["decisions"]["refuse"] = {"date": d["date"], "record": act.rid, "by": act.by, "served": d.get("served", [])}
    v.effect = effect


def answer(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    c, go = take(m, v, act)
    if d["by"] not in c["respondents"] or (act.by not in c["bodies"] and (act.principal or act.by) != d["by"]):
        v.say("ROLE_NOT_PERMITTED")
    served = service(c["decisions"].get("accept", {}), d["by"])
    days = m.pack["case_foreign_days" if abroad(m, d["by"]) and c["route"] == "CIVIL" else "case_answer_days"]
    if served and d.get("posted_date", d["date"]) > m.calendar.end_of(served, days=days):
        v.flag("CLOCK_EXCEEDED")
    v.effect = go


def evidence(m, v, act):
    d = act.data
    for rid in d["evidence"]:
        m.record(v, rid)
        if rid in m.gaps:
            v.flag("CUSTODY_GAP", rid)
    c, go = take(m, v, act)
    if d["offered_by"] not in parties(c) and d["offered_by"] not in c["bodies"]:
        v.say("ROLE_NOT_PERMITTED")
    elif (act.principal or act.by) != d["offered_by"] and act.by not in c["bodies"]:
        v.say("ROLE_NOT_PERMITTED")
    v.effect = go


def stay(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    m.record(v, d["invalidation"], "invalidation.request")
    c, go = take(m, v, act)
    if m.invalidations[d["invalidation"]]["pat"] not in c["pats"]:
        v.stop("REF_WRONG_TYPE")
    v.effect = go


def decided_before(c):
    """Nobody decides the second instance of its own decision."""
    return {c["body"], c["decisions"].get(c["judged"], {}).get("by")}


def decide(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    word = d["instance"]
    if word == "FIRST" and act.role != "COURT":
        word = "ADMIN"
    c, go = take(m, v, act, word)
    if act.role != "COURT" and d["instance"] != "FIRST":
        v.say("ROLE_NOT_PERMITTED")
    if word == "SECOND" and act.by in decided_before(c):
        v.say("ROLE_NOT_PERMITTED")
    wanted = sorted((a["pat"], n) for a in c["asserted"] for n in a["claims"])
    if sorted((o["pat"], n) for o in d["outcome"] for n in o["claims"]) != wanted:
        v.say("SCHEMA_INVALID")
    served_form(v, act, d["date"])
    damages(m, v, d.get("damages"))
    repeats(m, v, act, c)
    infringed = [o for o in d["outcome"] if o["result"] == "INFRINGED"]
    for item in infringed:
        if item["pat"] in m.patents:
            p = m.patents[item["pat"]]
            f = days_in_force(p, item["claims"])
            if f is None or c["last"] < f[0] or f[1] < c["first"] or set(item["claims"]) & set(p["void_claims"]):
                v.say("PATENT_NOT_IN_FORCE_AT_ACT")

    def effect():
        go()
        c["judged"] = {"FIRST": "first", "SECOND": "second", "RETRIAL": "retrial", "ADMIN": "admin"}[word]
        c["decisions"][c["judged"]] = {"date": d["date"], "record": act.rid, "served": d.get("served", []), "infringed": infringed, "by": act.by,
                                       "form": d.get("form", "JUDGMENT"), "orders": d.get("orders", [])}
        c["effective"] = d["date"] if word in ("SECOND", "RETRIAL") else None
        c.pop("mediation", None)
    v.effect = effect


def damages(m, v, x):
    if not x:
        return
    totals = {x["total"]["fen"], x["total"]["fen"] - x.get("expenses", {}).get("fen", 0)}
    if x.get("punitive"):
        if "multiple_milli" not in x:
            v.say("SCHEMA_INVALID")
            return
        if x["method"] == "STATUTORY":
            v.say("PUNITIVE_BASE_STATUTORY")
        if not m.pack["punitive_min_milli"] <= x["multiple_milli"] <= m.pack["punitive_max_milli"]:
            v.say("MULTIPLE_OUT_OF_RANGE")
        if "base" in x:
            product = x["base"]["fen"] * x["multiple_milli"] // 1000
            if not totals & {product, x["base"]["fen"] + product}:
                v.flag("DAMAGES_MISMATCH")
    if x["method"] == "STATUTORY":
        if not any(m.pack["damages_statutory_min_fen"] <= t <= m.pack["damages_statutory_max_fen"] for t in totals):
            v.flag("DAMAGES_OUT_OF_RANGE")


def window_days(m, c, party, decision):
    if c["judged"] == "admin":
        return m.pack["case_admin_suit_days"]
    if abroad(m, party):
        return m.pack["case_foreign_days"]
    ruling = c["judged"] == "refuse" or decision.get("form") == "RULING"
    return m.pack["case_ruling_days" if ruling else "case_judgment_days"]


def appeal(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    c, go = take(m, v, act)
    who = c["claimants"] if c["judged"] == "refuse" else parties(c)
    if d["by"] not in who:
        v.say("ROLE_NOT_PERMITTED")
    if act.role != "COURT" and (act.principal or act.by) != d["by"]:
        v.say("ROLE_NOT_PERMITTED")
    if "COURT" not in m.roles.get(d["court"], {}) or d["court"] in decided_before(c):
        v.say("ROLE_NOT_PERMITTED")
    decision = c["decisions"].get(c["judged"], {})
    served = service(decision, d["by"])
    if served and d.get("posted_date", d["date"]) > m.calendar.end_of(served, days=window_days(m, c, d["by"], decision)):
        v.say("APPEAL_LATE")

    def effect():
        go()
        c["bodies"].add(d["court"])
    v.effect = effect


def effective(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    c, go = take(m, v, act)
    decision = c["decisions"].get(c["judged"], {})
    if c["status"] in ("DECIDED_1", "ADMIN_DECIDED"):
        for party in set(parties(c)):
            served = service(decision, party)
            if served is None:
                v.say("SERVICE_UNKNOWN")
            elif d["date"] <= m.calendar.end_of(served, days=window_days(m, c, party, decision)):
                v.say("APPEAL_WINDOW_OPEN")
    for item in decision.get("infringed", []):
        p = m.patents[item["pat"]]
        if p["status"] == "INVALIDATED" or set(item["claims"]) & set(p["void_claims"]):
            v.say("PATENT_NOT_IN_FORCE_AT_ACT")

    def effect():
        go()
        if "mediation" not in c:  # an agreement gets its effect from a court alone
            c["effective"] = c["effective"] or d["date"]  # the last instance was effective before
    v.effect = effect


def enforce(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    c, go = take(m, v, act, d["status"])
    if d["status"] == "APPLIED" and c["status"] == "MEDIATED" and not c["effective"]:
        v.stop("CASE_STATE_FORBIDS")  # an agreement without legal effect is not enforced
    if d["status"] == "APPLIED" and c["effective"] and d["date"] > m.calendar.end_of(c["effective"], months=m.pack["case_enforcement_months"]):
        v.say("DEADLINE_PASSED")

    def effect():
        go()
        c["bodies"].add(act.by)
    v.effect = effect


def retrial(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    if (d["kind"] == "DECIDED") != ("outcome" in d):
        v.stop("SCHEMA_INVALID")
    c, go = take(m, v, act, d.get("outcome", d["kind"]))
    if d["kind"] == "PETITION" and c["effective"] and d["date"] > m.calendar.end_of(c["effective"], months=m.pack["case_retrial_months"]):
        v.flag("CLOCK_EXCEEDED")

    def effect():
        go()
        if d.get("outcome") == "REVOKED":  # it is no last word any more; one that was upheld stays what it was
            c["effective"] = None
        c["bodies"].add(act.by)
    v.effect = effect


def mediation(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    confirmed = d.get("judicial_confirmation", False)
    c = standing_case(m, v, act)
    if confirmed and act.role != "COURT":
        v.say("ROLE_NOT_PERMITTED")
    c, go = take(m, v, act, "CONFIRMED" if confirmed and c["status"] == "MEDIATED" else "")
    if set(parties(c)) != set(d["parties"]):
        v.say("MISSING_SIGNATURE")
    court = act.role == "COURT" and (confirmed or act.by in c["bodies"])

    def effect():
        go()
        c["effective"] = d["date"] if court else None
        c["mediation"] = act.rid
    v.effect = effect


def settle(m, v, act):
    d = act.data
    c, go = take(m, v, act)
    if set(parties(c)) != set(d["parties"]):
        v.say("MISSING_SIGNATURE")

    def effect():
        go()
        c["settlement"] = {"record": act.rid, "date": act.event, "promise": d["stop_promise"]}
    v.effect = effect


def repeats(m, v, act, c):
    """What binds a respondent now, or one who is linked with a respondent, and lies before the last act."""
    d = act.data
    if "linked_parties" in d and "repeat_of" not in d:
        v.say("SCHEMA_INVALID")
    for rid in d.get("repeat_of", []):
        m.record(v, rid, "case.decide", "case.mediation", "case.settle", "promise.stop")
        earlier = m.records[rid]
        bound, since = set(), None
        if earlier.type == "promise.stop":
            bound, since = {m.promises[rid]["by"]}, m.promises[rid]["date"]
        else:
            other = m.cases[earlier.data["case"]]
            settled = other.get("settlement", {})
            word = other.get("mediation") or other["decisions"].get(other["judged"], {}).get("record")
            if settled.get("record") == rid and settled["promise"]:
                bound, since = set(other["respondents"]), settled["date"]
            elif finding(other) and word == rid:
                bound, since = set(other["respondents"]), other["effective"]
        if not bound & (set(c["respondents"]) | set(d.get("linked_parties", []))):
            v.say("REF_WRONG_TYPE")
        elif c["last"] <= since:
            v.say("EVENT_BEFORE_PRIOR")


def correct(m, v, act):
    """Says which field of a record of the case was wrong; moves nothing."""
    d = act.data
    target = m.record(v, d["target"])
    take(m, v, act, day="9999")
    if target.data.get("case") != d["case"]:
        v.say("REF_WRONG_TYPE")
    if target.by != act.by:
        v.say("CORRECTION_NOT_AUTHORITY")


def refer(m, v, act):
    """Links another body, and lets it write nothing."""
    d = act.data
    c, _ = take(m, v, act, day="9999")
    if d["from_body"] != act.by:
        v.say("ROLE_NOT_PERMITTED")

    def effect():
        c.setdefault("linked", [])
        c["linked"] += [d["to_body"]] if d["to_body"] not in c["linked"] else []
    v.effect = effect


def withdraw(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    c, go = take(m, v, act)
    if d["by"] not in c["claimants"]:
        v.say("ROLE_NOT_PERMITTED")
    v.effect = go


def perform(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    c, _ = take(m, v, act)
    orders = c["decisions"].get(c["judged"], {}).get("orders", [])
    if d["order"] not in orders and c["judged"] is not None and "mediation" not in c:  # an agreement has its own terms
        v.say("SCHEMA_INVALID")


RULES = {"case.correct": correct, "case.refer": refer, "case.file": file, "case.accept": accept, "case.refuse": refuse, "case.answer": answer, "case.evidence": evidence, "case.stay": stay,
         "case.resume": stay, "case.decide": decide, "case.appeal": appeal, "case.effective": effective, "case.enforce": enforce,
         "case.retrial": retrial, "case.mediation": mediation, "case.settle": settle, "case.withdraw": withdraw, "judgment.perform": perform}
