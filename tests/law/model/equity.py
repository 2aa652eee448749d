# SPDX-License-Identifier: Apache-2.0
"""Patents contributed to a company's capital.   Source: PTL 18, 45; mapping.md, "Contributions to capital"."""
from . import conflict
from .contracts import GIVE, TAKE, again, contract
from .patents import holders, public


def contribute(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    c = contract(m, v, act)
    if d["share_bp"] == 0:
        v.say("SCHEMA_INVALID")
    if c["status"] != "OPEN":
        v.stop("STATE_FORBIDS")
    if c.get("equity"):
        v.stop("STATE_FORBIDS", c["equity"])
    if d["date"] < c["sign_date"]:
        v.say("EVENT_BEFORE_PRIOR")
    gives = {x["party"] for x in c["parties"] if x["side"] in GIVE + ("PARTNER",)} - {d["company"]}
    takes = {x["party"] for x in c["parties"] if x["side"] in TAKE + ("PARTNER",)}
    if gives != set(d["contributor"]) or d["company"] not in takes:
        v.say("ROLE_NOT_PERMITTED")
    duties(m, v, d, c, gives)
    consents = []
    for pat in d["pats"]:
        right(m, v, act, c, pat, gives, consents)

    def effect():
        for x in consents:
            x.consume()
        c["equity"] = act.rid
    v.effect = effect


def duties(m, v, d, c, gives):
    """PTL 18, 45; CQP11 25: what public bodies owe, and what others show."""
    institute = any(m.parties[g]["kind"] == "PUBLIC_BODY" for g in gives)
    own = d["method"] not in ("AUCTION", "LISTING")
    signed = m.records[c["record"]].data
    if "publicity_ref" in d:
        notice = m.record(v, d["publicity_ref"], "publicity.notice")
        about = [r["pat"] for r in c["rights"] if "pat" in r] + [d["ctr"]]
        if notice.by not in gives or notice.data["kind"] != "PRICE" or notice.data["subject"] not in about:
            v.say("REF_WRONG_TYPE")
        elif notice.data["to"] >= d["date"]:
            v.say("PUBLICITY_PERIOD_OPEN")
    elif institute and own and "publicity_ref" not in signed:
        v.say("PRICE_PUBLICITY_MISSING")
    must = d["method"] == "APPRAISAL" or (institute and own and m.pack["equity_appraisal_public"])
    if must and "appraisal_hash" not in d:
        v.say("APPRAISAL_REQUIRED")
    if d["inventor_share_bp"] < m.pack["inventor_share_min_bp"]:
        (v.say if institute else v.flag)("INVENTOR_SHARE_BELOW_MIN")


def right(m, v, act, c, pat, gives, consents):
    """Judged as the transfer or licence that it is; who was asked at the contract is not asked again."""
    d = act.data
    p = m.patent(v, pat)
    if not public(p):
        v.stop("UNPUBLISHED_DATA_IN_CLEAR")
    if not any(r["pat"] == pat and r["deal"] == d["right"] for r in c["rights"]):
        v.stop("REF_WRONG_TYPE")
    if d["right"] == "TRANSFER" and d["ctr"] not in p["transfers"]:
        return  # registered: the register has judged it
    if not gives & set(holders(p)):
        v.say("NOT_RIGHT_HOLDER")
    if d["right"] == "LICENSE":
        consents += [again(m, v, act, lid, "equity.contribute", register=False) for lid in c["licenses"].values() if m.licences[lid]["pat"] == pat]
        return
    asked = conflict.Consents(m, v, act, "equity.contribute")
    consents.append(asked)
    younger = [r for r in p["pledges"] if m.pledges[r]["number"] > c["number"]]
    conflict.judge(m, v, pat, "TRANSFER", d["date"], asked, register=False, pledges=younger, ask_coowners=False)


RULES = {"equity.contribute": contribute}
