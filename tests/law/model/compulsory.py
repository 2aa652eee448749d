# SPDX-License-Identifier: Apache-2.0
"""Compulsory licences.   Source: PL 53-63; mapping.md, "Compulsory licences"."""
from . import conflict, dates
from .contracts import add, end_licence
from .patents import holders, in_force_or_pending, last_day, public


def grant(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    if not public(p):
        v.stop("UNPUBLISHED_DATA_IN_CLEAR")
    if in_force_or_pending(p, d["date"]) and (p["status"] != "GRANTED" or p["type"] == "DES"):
        v.stop("STATE_FORBIDS")
    day, scope = d["date"], d["scope"]
    if d["ground"] == "NON_WORKING" and "grant" in p:
        clocks = (dates.plus_months(p["filing_date"], m.pack["compulsory_from_filing_months"]),
                  dates.plus_months(p["grant"]["date"], m.pack["compulsory_from_grant_months"]))
        if day < max(clocks):
            v.say("COMPULSORY_TOO_EARLY")
    if d["licensee"] in holders(p):
        v.say("SELF_DEALING")
    if scope["from"] < day or scope.get("to", "9999") < scope["from"] or day < p["filing_date"]:
        v.say("EVENT_BEFORE_PRIOR")
    for s in d.get("served", []):
        if s["date"] < day:
            v.say("EVENT_BEFORE_PRIOR")
        if s["date"] > act.today:
            v.say("FUTURE_EVENT_DATE")
    if max(scope.get("to", ""), scope["from"]) > last_day(m, p):
        v.say("TERM_BEYOND_PATENT")
    nobody = conflict.Consents(m, v, act, "")
    conflict.judge(m, v, d["pat"], "COMP", day, nobody, scope=scope, pledges=[], ask_coowners=False)

    def effect():
        add(m, act.rid + "/0", {"pat": d["pat"], "kind": "COMP", "scope": scope, "licensees": [d["licensee"]], "licensors": sorted(holders(p)),
                                "under": [], "sublicense": False, "recordal": None, "record": act.rid, "signed": act.event, "decided": day})
    v.effect = effect


def end(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    m.record(v, d["grant"], "compulsory.grant")
    lid = d["grant"] + "/0"
    licence = m.licences[lid]
    if licence["pat"] != d["pat"]:
        v.stop("REF_WRONG_TYPE")
    if "ended" in licence:
        v.stop("REF_NOT_FOUND", licence["ended_by"])
    if d["requester"] not in holders(p):
        v.say("NOT_RIGHT_HOLDER")
    if d["date"] < licence["decided"]:
        v.say("EVENT_BEFORE_PRIOR")

    def effect():
        licence["ended_by"] = act.rid
        end_licence(m, lid, d["date"], never=False)
    v.effect = effect


RULES = {"compulsory.grant": grant, "compulsory.end": end}
