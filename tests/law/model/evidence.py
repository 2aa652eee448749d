# SPDX-License-Identifier: Apache-2.0
"""Deposits of evidence and their custody.   Source: OLR 16-18; design page 4.1, 6.10; mapping.md, "Evidence and personal data"."""
import re

from .market import day_of, now
from .patents import public


def custody(v, act, links, captured, depositor):
    """Who held the exhibit from the capture to the entry. A gap is a court's to weigh; returns whether there is none."""
    whole = True
    held = captured                # until when it is known who held it
    for n, link in enumerate(links):
        if ("party" in link) == ("holder_commit" in link):
            v.say("SCHEMA_INVALID")
        if link.get("until", "9999") < link["from"] or (n and link["from"] < links[n - 1]["from"]):
            v.say("EVENT_BEFORE_PRIOR")
        if max(link["from"], link.get("until", "")) > now(act):
            v.say("FUTURE_EVENT_DATE")
        whole &= link["from"] <= held
        held = max(held, link.get("until", "9999"))
    whole &= "until" not in links[-1] and links[-1].get("party") == depositor
    if not whole:
        v.flag("CUSTODY_GAP")
    return whole


def deposit(m, v, act):
    d = act.data
    if "sha256" not in d["digest"]:
        v.say("DIGEST_MISSING")
    elif not re.fullmatch("sm3:[0-9a-f]{64}", d["digest"].get("sm3", "sm3:" + "0" * 64)):
        v.say("SCHEMA_INVALID")
    if d["captured_at"] > now(act):
        v.say("FUTURE_EVENT_DATE")
    who = act.principal or act.by
    whole = custody(v, act, d["custody"], d["captured_at"], who)
    interest = []
    for key in d.get("related", []):
        if key.startswith("pat:") and not public(m.patent(v, key)):
            v.say("UNPUBLISHED_DATA_IN_CLEAR")
        if key.startswith("case:"):
            if key not in m.cases:
                v.stop("SUBJECT_NOT_FOUND")
            if who in m.cases[key]["claimants"] + m.cases[key]["respondents"]:
                interest.append(key)

    def effect():
        m.deposits[act.rid] = {"depositor": who, "holder": who, "captured": d["captured_at"], "since": day_of(d["captured_at"]), "transfers": 0, "interest": interest}
        if not whole:
            m.gaps.add(act.rid)
    v.effect = effect


def of_deposit(m, v, act):
    m.not_future(v, act, "date")
    m.record(v, act.data["target"], "evidence.deposit")
    return m.deposits[act.data["target"]]


def notarise(m, v, act):
    x = of_deposit(m, v, act)
    if act.data["notary"] != act.by:
        v.say("ROLE_NOT_PERMITTED")
    if act.data["date"] < day_of(x["captured"]):
        v.say("EVENT_BEFORE_PRIOR")


def transfer(m, v, act):
    d = act.data
    x = of_deposit(m, v, act)
    if d["from"] == d["to"]:
        v.say("SCHEMA_INVALID")
    if d["from"] != x["holder"]:
        v.say("STATE_FORBIDS")
    if d["date"] < x["since"]:
        v.say("EVENT_BEFORE_PRIOR")

    def effect():
        x.update(holder=d["to"], since=d["date"], transfers=x["transfers"] + 1)
    v.effect = effect


def verify(m, v, act):
    m.not_future(v, act, "date")
    if act.data["date"] < m.record(v, act.data["target"]).event:
        v.say("EVENT_BEFORE_PRIOR")


RULES = {"evidence.deposit": deposit, "evidence.notarise": notarise, "evidence.transfer": transfer, "evidence.verify": verify}
