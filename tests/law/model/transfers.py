# SPDX-License-Identifier: Apache-2.0
"""Transfers and abandonment.   Source: PL 10, 44; mapping.md, "Court-ordered transfer" and what follows; design page 2.5."""
from . import conflict
from .contracts import of_deal
from .patents import PENDING, holders, in_force_or_pending, public, shares


def abroad(m, party):
    region = m.parties[party].get("region", "CN")
    return region != "CN" and not region.isdigit()


def fits(d):
    """What each basis cites."""
    cited = {f for f in ("ctr", "judgment", "enforce") if f in d}
    return cited in {"CONTRACT": [{"ctr"}], "JUDGMENT": [{"judgment"}], "AUCTION": [{"judgment"}, {"enforce"}],
                     "INHERIT": [set()], "MERGER": [set()]}[d["basis"]]


def register(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    pat = d["pat"]
    court = "judgment" in d or "enforce" in d
    if not fits(d):
        v.say("SCHEMA_INVALID")
    of_deal(m, v, act)
    if not public(p):
        if "from" in d or "to" in d or "ctr" in d:
            v.stop("UNPUBLISHED_DATA_IN_CLEAR")
        return before_publication(m, v, act, p)
    if v.refused or "from" not in d or "to" not in d or "to_commit" in d:
        v.stop("SCHEMA_INVALID")
    before, after = set(holders(p)), [x["party"] for x in d["to"]]
    if set(d["from"]) != before:
        v.stop("OWNER_MISMATCH")
    cosigners = act.signers - {act.by}
    if (cosigners & set(d["from"])) - before:
        v.say("NOT_RIGHT_HOLDER")
    shares(v, d["to"])
    own = p["owners"] if "owners" in p else [{"party": x} for x in p["applicants"]]
    if set(after) == before and ("owners" not in p or {x["party"]: x.get("share") for x in own} == {x["party"]: x.get("share") for x in d["to"]}):
        v.say("SELF_DEALING")
    if any(abroad(m, x) for x in after if x not in before) and not all(abroad(m, x) for x in d["from"]) and "export_ref" not in d:
        v.say("EXPORT_APPROVAL_MISSING")
    if d["date"] < max(p["filing_date"], p.get("transfer", "")):
        v.say("EVENT_BEFORE_PRIOR")
    how = {"court": court}
    acting = cosigners | (before - set(after) if d["basis"] in ("INHERIT", "MERGER") else set())
    if "ctr" in d:
        if d["ctr"] not in m.contracts:
            v.stop("SUBJECT_NOT_FOUND")
        c = m.contracts[d["ctr"]]
        parties = {x["party"] for x in c["parties"]}
        if d["ctr"] not in p["transfers"]:
            v.say("STATE_FORBIDS", c["record"])
        if set(after) - before - parties:
            v.say("OWNER_MISMATCH")
        if not before & parties:
            v.say("NOT_RIGHT_HOLDER")
        how.update(pledges=[r for r in p["pledges"] if m.pledges[r]["number"] > c["number"]], ask_coowners=False)
    if "enforce" in d:
        enforcement = m.record(v, d["enforce"], "pledge.enforce")
        if pat not in enforcement.data["patents"]:
            v.stop("REF_WRONG_TYPE")
        if pat in m.pledges[enforcement.data["pledge"]]["moved"].get(d["enforce"], ()):
            v.say("STATE_FORBIDS")
        how["own_pledge"] = enforcement.data["pledge"]
    consents = conflict.Consents(m, v, act, "transfer.register")
    conflict.judge(m, v, pat, "TRANSFER", d["date"], consents, acting=acting, **how)

    def effect():
        consents.consume()
        if "owners" in p:
            p["owners"] = [dict(x) for x in d["to"]]
        else:
            p["applicants"] = after
        if set(after) != before:
            p.pop("agreement", None)
            p["display"] = {x: shown for x, shown in p.get("display", {}).items() if x in after}
        p["transfer"] = d["date"]
        if "ctr" in d and d["ctr"] in p["transfers"]:
            p["transfers"].remove(d["ctr"])
        if "enforce" in d:
            m.pledges[how["own_pledge"]]["moved"].setdefault(d["enforce"], set()).add(pat)
    v.effect = effect


def before_publication(m, v, act, p):
    d = act.data
    if "ctr" in d or "to_commit" not in d:
        v.say("SCHEMA_INVALID")
    if d["date"] < max(p["filing_date"], p.get("transfer", "")):
        v.say("EVENT_BEFORE_PRIOR")
    consents = conflict.Consents(m, v, act, "transfer.register")
    conflict.judge(m, v, d["pat"], "TRANSFER", d["date"], consents, court="judgment" in d, ask_coowners=False)

    def effect():
        p["transfer"], p["applicant_commit"] = d["date"], d["to_commit"]
    v.effect = effect


def abandon(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    if p["status"] in PENDING:
        v.stop("STATE_FORBIDS")
    if not in_force_or_pending(p, d["date"]):
        v.stop("PATENT_NOT_IN_FORCE")
    if set(d["owners"]) - set(holders(p)):
        v.say("NOT_RIGHT_HOLDER")
    if d["date"] < p["since"]:
        v.say("EVENT_BEFORE_PRIOR")
    consents = conflict.Consents(m, v, act, "patent.abandon")
    conflict.judge(m, v, d["pat"], "ABANDON", d["date"], consents, acting=d["owners"])

    def effect():
        consents.consume()
        p["status"], p["since"] = "ABANDONED", d["date"]
    v.effect = effect


RULES = {"transfer.register": register, "patent.abandon": abandon}
