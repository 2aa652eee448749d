# SPDX-License-Identifier: Apache-2.0
"""Corrections.   Source: design page 6.10, 6.11 ("later services"); mapping.md, "Corrections"."""
from . import evidence
from .patents import priority_in_time, public, term_end

SERVED = ("patent.prelim_result", "patent.office_action", "patent.reject", "patent.deemed_withdrawn", "patent.grant_notice", "patent.lapse", "reexam.decide",
          "reexam.judgment", "invalidation.decide", "case.accept", "case.refuse", "case.decide", "counterfeit.decision")
FIELDS = {"patent.accept": ("filing_date", "priority_restoration"), "patent.publish": ("title", "applicants", "pub_date"), "patent.grant": ("title", "grant_date"),
          "owner.change_name": ("after",), "owner.change_address": ("after",), "foreign.register": ("title",), "evidence.deposit": ("custody",),
          **dict.fromkeys(SERVED, ("served",))}


def correct(m, v, act):
    d = act.data
    target = original = m.record(v, d["target"])
    rid, field = d["target"], d["field"]
    if (target.by, target.role) != (act.by, act.role):
        v.say("CORRECTION_NOT_AUTHORITY")
    present = target.data["new"] if target.type == "correction" else target.data.get(field)
    while original.type == "correction":
        if original.data["field"] != field:
            v.stop("REF_WRONG_TYPE")
        rid = original.data["target"]
        original = m.records[rid]
    if field not in FIELDS.get(original.type, ()):
        v.stop("REF_WRONG_TYPE")
    if d.get("old") != (None if field == "served" else present):
        v.stop("SCHEMA_INVALID")
    if field == "served":
        return serve(m, v, act, rid, original)
    if field == "custody":
        x = m.deposits[rid]
        whole = evidence.custody(v, act, d["new"], x["captured"], x["depositor"])

        def effect():
            if whole:
                m.gaps.discard(rid)
        v.effect = effect
        return None
    return restate(m, v, act, original)


def decision_of(m, rid, original):
    """The decision that the record made, while no later one of its kind has taken its place."""
    o = original.data
    if original.type == "invalidation.decide":
        kept = [m.invalidations[o["request"]]["decision"]]
    elif original.type == "counterfeit.decision":
        kept = [m.penalties[rid]]
    elif original.type.startswith("case."):
        kept = m.cases[o["case"]]["decisions"].values()
    else:
        kept = m.patents[o["pat"]]["decisions"].values()
    return next((x for x in kept if x and x.get("record") == rid), None)


def serve(m, v, act, rid, original):
    """Services that came later: each opens the window of the party that it names, and re-opens none."""
    d = act.data
    x = decision_of(m, rid, original)
    if x is None:
        return
    named = original.type.startswith(("case.", "invalidation.", "counterfeit.")) or public(m.patents[original.data["pat"]])
    known = [s.get("party") for s in x["served"]]
    for s in d["new"]:
        if ("party" in s) != named:
            v.say("UNPUBLISHED_DATA_IN_CLEAR" if "party" in s else "SCHEMA_INVALID")
        if s["date"] < x["date"]:
            v.say("EVENT_BEFORE_PRIOR")
        if s["date"] > act.today:
            v.say("FUTURE_EVENT_DATE")
        if s.get("party") in known:
            v.say("SCHEMA_INVALID")

    def effect():
        x["served"] = sorted(x["served"] + d["new"], key=lambda s: s.get("party", ""))
    v.effect = effect


def restate(m, v, act, original):
    d = act.data
    field, new = d["field"], d["new"]
    if original.type == "foreign.register":
        return  # the title is shown instead
    if field == "after":
        shown = m.patents[original.data["pat"]].get("display", {})

        def effect():
            if original.data["party"] in shown:
                shown[original.data["party"]][original.type] = new
        v.effect = effect
        return
    p = m.patents["pat:" + original.data["app_no"] if original.type == "patent.accept" else original.data["pat"]]
    if field in ("title", "applicants"):
        v.effect = lambda: p.update({field: new})
        return
    if field != "priority_restoration":
        stands = {"filing_date": p["filing_date"], "pub_date": p.get("pub"), "grant_date": p.get("grant", {}).get("date")}[field]
        if d["old"] != stands and not (field == "filing_date" and p["divisional"]):
            v.say("SCHEMA_INVALID")
        if new > act.today:
            v.say("FUTURE_EVENT_DATE")
        if field != "filing_date" and new < p["filing_date"]:
            v.say("EVENT_BEFORE_PRIOR")
    if field in ("pub_date", "grant_date"):
        def effect():
            if field == "grant_date":
                p["grant"]["date"] = new
            else:
                p["pub"] = new
            if p["status"] == {"pub_date": "PUBLISHED", "grant_date": "GRANTED"}[field]:
                p["since"] = new
        v.effect = effect
        return
    filed = new if field == "filing_date" else p["filing_date"]
    restored = new == "GRANTED" if field == "priority_restoration" else p["restored"]
    first = p["claimed"]
    in_time = first is not None and first <= filed and priority_in_time(m, p["type"], first, filed, restored)
    if first is not None and not in_time:
        v.say("PRIORITY_EXPIRED")

    def effect():
        p.update(filing_date=filed, restored=restored)
        if field == "filing_date" and p["status"] == "FILED":  # the status rests on the filing
            p["since"] = filed
        p.pop("priority_date", None)
        if in_time:
            p["priority_date"] = first
        if "term_end" in p:
            p["term_end"] = term_end(m.pack, p["type"], filed, p.get("extra", 0))
    v.effect = effect


RULES = {"correction": correct}
