# SPDX-License-Identifier: Apache-2.0
"""Recognition of technology contracts.   Source: design page 2.3, 2.7; mapping.md, "Recognition"."""
from .contracts import GIVE, contract, openings


def sums(v, d):
    values = [d[f] for f in ("amount", "tech_amount", "tech_income") if f in d]
    if any("fen" not in x for x in values):
        v.say("AMOUNT_INVALID")
    else:
        fen = [x["fen"] for x in values]
        if fen != sorted(fen, reverse=True):
            v.say("TECH_AMOUNT_EXCEEDS")


def apply(m, v, act):
    d = act.data
    c = contract(m, v, act)
    if c["status"] != "OPEN":
        v.stop("STATE_FORBIDS")
    t = c["techreg"]
    if t and t["stage"] in ("APPLIED", "REGISTERED"):
        v.say("TECHREG_EXISTS")
    if act.by not in [x["party"] for x in c["parties"] if x["side"] in GIVE + ("PARTNER",)]:
        v.say("NOT_SELLER")
    sums(v, d)
    _, open_them = openings(m, v, act, c)

    def effect():
        open_them()
        c["techreg"] = {"stage": "APPLIED", "applied": act.event}
    v.effect = effect


def decide(m, v, act):
    d = act.data
    m.not_future(v, act, "decision_date")
    c = contract(m, v, act)
    t = c["techreg"]
    if not t or t["stage"] != "APPLIED":
        v.stop("STATE_FORBIDS")
    full = {"reg_no", "kind", "amount", "tech_amount", "tech_income"}
    given = full & set(d)
    if given != (set() if "refused_reason" in d else full):
        v.stop("SCHEMA_INVALID")
    if "reg_no" in d and (act.by, d["reg_no"]) in m.recognised:
        v.say("TECHREG_EXISTS")
    sums(v, d)
    if d["decision_date"] > m.calendar.end_of(t["applied"], days=m.pack["techreg_days"]):
        v.say("TECHREG_LATE")
    if d["decision_date"] < t["applied"]:
        v.say("EVENT_BEFORE_PRIOR")

    def effect():
        if "refused_reason" in d:
            t["stage"] = "REFUSED"
        else:
            t.update(stage="REGISTERED", no=d["reg_no"], date=d["decision_date"])
            m.recognised[(act.by, d["reg_no"])] = d["ctr"]
    v.effect = effect


def cancel(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    c = contract(m, v, act)
    t = c["techreg"]
    if not t or t["stage"] != "REGISTERED":
        v.stop("STATE_FORBIDS")
    if d.get("reg_no") != t["no"]:
        v.say("SCHEMA_INVALID")
    if d["date"] < t["date"]:
        v.say("EVENT_BEFORE_PRIOR")

    def effect():
        t["stage"] = "CANCELLED"
    v.effect = effect


RULES = {"techreg.apply": apply, "techreg.decide": decide, "techreg.cancel": cancel}
