# SPDX-License-Identifier: Apache-2.0
"""Open licences.   Source: PL 50-52, IR 85-88; mapping.md, "Open declaration", "Acceptance"."""
from . import conflict, dates
from . import scope as scopes
from .contracts import add
from .patents import holders


def reach(p, day, o):
    """The whole patent, up to the last day that a licence accepted under the declaration can reach."""
    last = p["term_end"]
    if o.get("license_months"):
        last = min(last, dates.plus_days(dates.plus_months(o["until"], o["license_months"]), -1))
    return scopes.whole(day, last)


def declare(m, v, act):
    d = act.data
    p = m.patent(v, d["pat"])
    day = act.event
    if "eval_report" in d:
        m.record(v, d["eval_report"], "eval_report.issue")
    if p["status"] != "GRANTED" or day > p["term_end"]:
        v.stop("PATENT_NOT_IN_FORCE")
    if set(d["owners"]) - set(holders(p)):
        v.say("NOT_RIGHT_HOLDER")
    if "eval_report" in d and p.get("eval_report") != d["eval_report"]:
        v.say("REF_WRONG_TYPE")
    if p["type"] != "INV" and "eval_report" not in p:
        v.say("EVAL_REPORT_REQUIRED")
    if (d["fee_mode"] == "LUMP_SUM") == ("royalty_bp" in d):
        v.say("SCHEMA_INVALID")
    if d["until"] > p["term_end"]:
        v.say("TERM_BEYOND_PATENT")
    if d["until"] < day:
        v.say("EVENT_BEFORE_PRIOR")
    consents = conflict.Consents(m, v, act, "openlicense.declare")
    conflict.judge(m, v, d["pat"], "DECLARE", day, consents, scope=reach(p, day, d), acting=d["owners"])

    def effect():
        consents.consume()
        p["open"] = {"record": act.rid, "declared": day, "until": d["until"], "fee": d["fee"], "license_months": d.get("license_months")}
    v.effect = effect


def announce(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    o = p.get("open")
    if not o or "from" in o or "withdrawn" in o:
        v.stop("STATE_FORBIDS")
        return
    if d["date"] < o["declared"]:
        v.say("EVENT_BEFORE_PRIOR")
    consents = conflict.Consents(m, v, act, "openlicense.declare")
    conflict.judge(m, v, d["pat"], "DECLARE", d["date"], consents, scope=reach(p, d["date"], o), pledges=[], ask_coowners=False)

    def effect():
        o["from"] = d["date"]
    v.effect = effect


def withdraw(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    o = p.get("open")
    if not o or "withdrawn" in o:
        v.stop("STATE_FORBIDS")
        return
    if d["date"] < o.get("from", o["declared"]):
        v.say("EVENT_BEFORE_PRIOR")

    def effect():
        o["withdrawn"] = d["date"]
        o["until"] = min(o["until"], dates.plus_days(d["date"], -1))
    v.effect = effect


def accept(m, v, act):
    d = act.data
    m.not_future(v, act, "notice_date")
    p = m.patent(v, d["pat"])
    m.record(v, d["declaration"], "openlicense.declare")
    o = p.get("open")
    day = d["notice_date"]
    if not o or o["record"] != d["declaration"] or not conflict.open_on(p, day):
        v.stop("OPEN_LICENSE_NOT_ACTIVE")
    if d["fee_paid"] != o["fee"]:
        v.say("FEE_MISMATCH")
    if holders(p) == [d["licensee"]]:
        v.say("SELF_DEALING")
    last = p["term_end"]
    if o["license_months"]:
        last = min(last, dates.plus_days(dates.plus_months(d["from"], o["license_months"]), -1))
    if d["to"] > last:
        v.say("TERM_BEYOND_PATENT")
    if d["from"] < day or d["to"] < d["from"]:
        v.say("EVENT_BEFORE_PRIOR")
    scope = scopes.whole(d["from"], d["to"])
    consents = conflict.Consents(m, v, act, "license.grant")
    under = conflict.judge(m, v, d["pat"], "ORD", day, consents, scope=scope, register=False, pledges=[], ask_coowners=False)

    def effect():
        add(m, act.rid + "/0", {"pat": d["pat"], "kind": "OPEN", "scope": scope, "licensees": [d["licensee"]], "licensors": sorted(holders(p)),
                                "under": under or [], "sublicense": False, "recordal": None, "record": act.rid, "signed": act.event})
    v.effect = effect


RULES = {"openlicense.declare": declare, "openlicense.announce": announce, "openlicense.withdraw": withdraw, "openlicense.accept": accept}
