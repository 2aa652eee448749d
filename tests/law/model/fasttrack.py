# SPDX-License-Identifier: Apache-2.0
"""Prioritized examination.   Source: design page 1.7, 5.3 row 3, 6.4, 6.5 ("before publication")."""
from . import clocks, conflict
from .patents import holders, public, speaks


def runs(p, stage):
    if stage == "INVALIDATION":
        return bool(p["contested"])
    if stage == "REEXAMINATION":
        return p["status"] == "REJECTED" and "reexam" in p
    if p["type"] == "INV":
        return p["status"] == "SUBST" and "first_action" not in p
    return p["status"] in ("FILED", "PRELIM")


def request(m, v, act):
    d = act.data
    p = m.patent(v, d["pat"])
    speaks(m, v, act, p)
    if not runs(p, d["stage"]):
        v.say("FASTTRACK_STAGE")
    if public(p):
        if "ipc_main" not in d or "patent_data_commit" in d:
            v.stop("SCHEMA_INVALID")
        if d["ground"] == 1 and not clocks.green(m, d["ipc_main"]):
            v.say("FASTTRACK_NOT_ELIGIBLE")
    else:
        if {"ipc_main", "green_code", "consents"} & set(d):
            v.say("UNPUBLISHED_DATA_IN_CLEAR")
        if "patent_data_commit" not in d:
            v.say("SCHEMA_INVALID")
    if d["track"] == "PRIORITY" and d["ground"] != 5 and "recommender" not in d:
        v.say("FASTTRACK_NOT_ELIGIBLE")
    consents = conflict.Consents(m, v, act, "fasttrack.request")
    if public(p) and act.role != "IPO":
        consents.signed = act.signers | {act.principal}
        for party in holders(p):
            consents.ask(party, d["pat"], "COAPPLICANT_CONSENT_MISSING")
    track(v, act, p, ("EXITED", "REFUSED"), act.event, fresh=True)

    def effect():
        if act.role != "IPO":
            consents.consume()
        p["track"] = {"at": d["stage"], "stage": "REQUESTED", "ground": d["ground"], "since": act.event, "decision": None, "clocks": {}}
    v.effect = effect


def track(v, act, p, stages, day, fresh=False):
    t = p.get("track")
    if (t["stage"] if t else None) not in stages + ((None,) if fresh else ()):
        v.say("STATE_FORBIDS")
    if t and day < t["since"]:
        v.say("EVENT_BEFORE_PRIOR")
    return t


def follow(m, v, act, stages, change):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    hidden = {"all_consent", "class_ok", "table_version"}
    if act.type == "fasttrack.decide" and hidden & set(d) != (set() if public(p) else hidden):
        v.say("SCHEMA_INVALID")
    track(v, act, p, stages, d["date"])

    def effect():
        t = p.setdefault("track", {"at": None, "ground": 0, "decision": None, "stage": None})
        t.update(since=d["date"], clocks={})
        change(p, t)
    v.effect = effect


def recommend(m, v, act):
    follow(m, v, act, ("REQUESTED",), lambda p, t: None)


def decide(m, v, act):
    d = act.data

    def change(p, t):
        t.update(stage=d["result"], decision=act.rid)
        if d["result"] == "ACCEPTED":
            t["clocks"] = clocks.from_consent(m, p["type"], t["at"], d["date"])
    follow(m, v, act, ("REQUESTED",), change)


def leave(m, v, act):
    follow(m, v, act, ("ACCEPTED",), lambda p, t: t.update(stage="EXITED"))


RULES = {"fasttrack.request": request, "fasttrack.recommend": recommend, "fasttrack.decide": decide, "fasttrack.exit": leave}
