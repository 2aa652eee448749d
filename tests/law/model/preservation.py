# SPDX-License-Identifier: Apache-2.0
"""Preservation by courts.   Source: PDR 9, CPL 106; design page 6.9; state-machines.md, "Preservation"."""
from . import dates
from .patents import in_force_or_pending


def cap(m, start):
    return dates.plus_months(start, m.pack["preservation_months"])


def shares_a_day(p, first, last, but=None):
    return {s["record"] for s in p["preserved"] if s["order"] != but and s["from"] <= s["until"] and s["from"] <= last and first <= s["until"]}


def order(m, v, act):
    d = act.data
    target = d["target"]
    p = None
    if target.startswith("pat:"):
        p = m.patent(v, target)
    elif target.startswith("org:"):
        if target not in m.parties:
            v.stop("SUBJECT_NOT_FOUND")
    else:
        v.stop("SCHEMA_INVALID")
    if d["court"] != act.by:
        v.say("ROLE_NOT_PERMITTED")
    if d["requested_until"] < d["requested_from"]:
        v.say("EVENT_BEFORE_PRIOR")
    if d["kind"] == "PROPERTY":
        if d["requested_until"] > cap(m, d["requested_from"]):
            v.say("PRESERVATION_TOO_LONG")
        if p is not None:
            if not in_force_or_pending(p, act.event):
                v.flag("PATENT_NOT_IN_FORCE")
            double = shares_a_day(p, act.event, act.event)
            if double:
                v.say("DOUBLE_PRESERVATION", *double)

    def effect():
        m.orders[act.rid] = {"target": target, "court": act.by, "kind": d["kind"], "asked_until": d["requested_until"], "received": None, "released": False, "renewals": {}}
    v.effect = effect


def running_until(m, o):
    """The last day that the register holds for this order now, or None; for acts and evidence the order's own."""
    if o["kind"] != "PROPERTY":
        return o["asked_until"]
    if o["received"] is None:
        return None
    return o["received"]["until"]


def renew(m, v, act):
    d = act.data
    m.record(v, d["order"], "preserve.order")
    o = m.orders[d["order"]]
    if d["court"] != act.by:
        v.say("ROLE_NOT_PERMITTED")
    until = running_until(m, o)
    running = until is not None and not o["released"] and act.event <= until
    if not running:
        v.stop("STATE_FORBIDS")
    if until is not None:
        if running and d["requested_until"] < until:
            v.say("EVENT_BEFORE_PRIOR")
        if o["kind"] == "PROPERTY" and d["requested_until"] > cap(m, until):
            v.say("PRESERVATION_TOO_LONG")
    if act.by != o["court"] and o["kind"] == "PROPERTY":
        v.say("DOUBLE_PRESERVATION")

    def effect():
        o["renewals"][act.rid] = {"court": act.by}
    v.effect = effect


def release(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    m.record(v, d["order"], "preserve.order")
    o = m.orders[d["order"]]
    if o["released"]:
        v.stop("STATE_FORBIDS")

    def effect():
        o["released"] = True
    v.effect = effect


def receive(m, v, act):
    d = act.data
    m.not_future(v, act, "received_at")
    what = m.record(v, d["order"], "preserve.order", "preserve.renew", "preserve.release")
    order_id = d["order"] if what.type == "preserve.order" else what.data["order"]
    o = m.orders[order_id]
    if not o["target"].startswith("pat:") or o["kind"] != "PROPERTY":
        v.stop("REF_WRONG_TYPE")
    p = m.patents[o["target"]]
    if what.type == "preserve.release":
        if "from" in d or "until" in d:
            v.stop("SCHEMA_INVALID")

        def effect():
            for s in p["preserved"]:
                if s["order"] == order_id and s["until"] > d["received_at"]:
                    s["until"] = d["received_at"]
                    if o["received"]:
                        o["received"]["until"] = min(o["received"]["until"], d["received_at"])
        v.effect = effect
        return
    if "from" not in d or "until" not in d:
        v.stop("SCHEMA_INVALID")
    if d["until"] < d["from"]:
        v.say("EVENT_BEFORE_PRIOR")
    end = running_until(m, o)
    goes_on = False
    double = False
    if what.type == "preserve.renew" and what.by == o["court"] and "received" not in o["renewals"][d["order"]]:
        goes_on = end is not None and d["received_at"] <= end
        if not goes_on:
            v.say("RENEWAL_LATE")
        if d["until"] > cap(m, end if goes_on else d["received_at"]):
            v.say("PRESERVATION_TOO_LONG")
        double = shares_a_day(p, d["from"], d["until"], but=order_id if goes_on else None)
    else:
        if d["until"] > cap(m, d["received_at"]):
            v.say("PRESERVATION_TOO_LONG")
        double = shares_a_day(p, d["from"], d["until"])
    if double:
        v.say("DOUBLE_PRESERVATION", *double)

    def effect():
        if double:
            return
        if what.type == "preserve.renew":
            o["renewals"][d["order"]]["received"] = d["received_at"]
        interval = {"record": act.rid, "order": order_id, "from": d["from"], "until": d["until"]}
        p["preserved"] = [s for s in p["preserved"] if s["until"] >= act.today] + [interval]
        o["received"] = interval
    v.effect = effect


RULES = {"preserve.order": order, "preserve.renew": renew, "preserve.release": release, "preserve.receive": receive}
