# SPDX-License-Identifier: Apache-2.0
"""Pledges.   Source: CC 425-446; design page 2.3-2.5; mapping.md, "Pledge"."""
from . import conflict
from .patents import ENDED, holders


def claim_form(v, claim):
    if ("amount" in claim) == ("commit" in claim):
        v.say("SCHEMA_INVALID")
    if claim["to"] < claim["from"]:
        v.say("EVENT_BEFORE_PRIOR")


def register(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    claim_form(v, d["claim"])
    if set(d["pledgor"]) == set(d["pledgee"]):
        v.say("SELF_DEALING")
    used = []
    for pat in d["patents"]:
        p = m.patent(v, pat)
        if p["status"] not in ENDED + ("GRANTED",):
            v.say("PATENT_NOT_GRANTED")
        if set(d["pledgor"]) - set(holders(p)):
            v.say("NOT_RIGHT_HOLDER")
        if d["claim"]["to"] > p.get("term_end", "9999"):
            v.say("PLEDGE_TERM_BEYOND_PATENT")
        if d["date"] < p.get("grant", {}).get("date", ""):
            v.say("EVENT_BEFORE_PRIOR")
        consents = conflict.Consents(m, v, act, "pledge.register")
        used.append(consents)
        conflict.judge(m, v, pat, "PLEDGE", d["date"], consents, acting=d["pledgor"], claims=d.get("ack_invalidation", False))

    def effect():
        for c in used:
            c.consume()
        m.pledges[act.rid] = {"pledgees": list(d["pledgee"]), "pledgors": d["pledgor"], "patents": set(d["patents"]), "date": d["date"],
                              "to": d["claim"]["to"], "number": len(m.records), "moved": {}}
        for pat in d["patents"]:
            m.patents[pat]["pledges"].append(act.rid)
    v.effect = effect


def standing(m, v, act):
    """The patents listed carry this pledge."""
    d = act.data
    m.not_future(v, act, "date")
    m.record(v, d["pledge"], "pledge.register")
    for pat in d["patents"]:
        if d["pledge"] not in m.patent(v, pat)["pledges"]:
            v.stop("PLEDGE_NOT_FOUND")
    pledge = m.pledges[d["pledge"]]
    if d["date"] < pledge["date"]:
        v.say("EVENT_BEFORE_PRIOR")
    return pledge


def change(m, v, act):
    d = act.data
    pledge = standing(m, v, act)
    if not ({"claim", "max_amount", "pledgee"} & set(d)):
        v.say("SCHEMA_INVALID")
    if "claim" in d:
        claim_form(v, d["claim"])
        if any(d["claim"]["to"] > m.patents[pat]["term_end"] for pat in d["patents"]):
            v.say("PLEDGE_TERM_BEYOND_PATENT")

    def effect():
        if "pledgee" in d:
            pledge["pledgees"] = list(d["pledgee"])
    v.effect = effect


def release(m, v, act):
    d = act.data
    standing(m, v, act)

    def effect():
        for pat in d["patents"]:
            m.patents[pat]["pledges"].remove(d["pledge"])
    v.effect = effect


def enforce(m, v, act):
    d = act.data
    standing(m, v, act)
    for pat in d["patents"]:
        ranks = m.patents[pat]["pledges"]
        if ranks.index(d["pledge"]) > 0:
            v.flag("PLEDGE_PRIORITY", ranks[0])


RULES = {"pledge.register": register, "pledge.change": change, "pledge.release": release, "pledge.enforce": enforce}
