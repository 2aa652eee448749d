# SPDX-License-Identifier: Apache-2.0
"""A new act against what stands on a patent; consents.   Source: design page 2.5 (matrix and its rules), 6.5 "Consents"."""
from . import scope as scopes
from .patents import frozen, holders, in_arrears, in_force_or_pending, last_day, public

# column -> letter for each act. R refuses (or flags an authority), F flags, "consent" = R unless consented.
MATRIX = {
    #            strong (EXCL, SOLE)              weak                               open                         frozen  grace
    "EXCL":     ("R LICENSE_OVERLAP",             "except",                          "R OPEN_LICENSE_ACTIVE",     "R",    "R"),
    "SOLE":     ("R LICENSE_OVERLAP",             "except",                          "R OPEN_LICENSE_ACTIVE",     "R",    "R"),
    "ORD":      ("R LICENSE_OVERLAP",             "",                                "",                          "R",    "R"),
    "SUB":      ("",                              "",                                "",                          "R",    "R"),
    "DECLARE":  ("R LICENSE_OVERLAP",             "",                                "R OPEN_LICENSE_ACTIVE",     "R",    "R"),
    "TRANSFER": ("F PRIOR_LICENSE_SURVIVES",      "F PRIOR_LICENSE_SURVIVES",        "F OPEN_LICENSE_ACTIVE",     "R",    "F"),
    "PLEDGE":   ("F PRIOR_LICENSE_SURVIVES",      "",                                "F OPEN_LICENSE_ACTIVE",     "R",    "R"),
    "ABANDON":  ("R LICENSEE_CONSENT_MISSING",    "F LICENSE_ENDS_WITH_PATENT",      "F OPEN_LICENSE_ACTIVE",     "R",    ""),
    "COMP":     ("R LICENSE_OVERLAP",             "",                                "",                          "R",    "R"),
}
STRONG = ("EXCL", "SOLE")


def letter(v, cell, *blocking):
    if cell:
        how, code = cell.split()
        (v.say if how == "R" else v.flag)(code, *blocking)


def open_on(p, day):
    o = p.get("open")
    return o and "from" in o and o["from"] <= day <= o["until"]


class Consents:
    """The consents that a record cites, for one act word and its day; those for one use are used up by an accepted one."""

    def __init__(self, m, v, act, word, kind=None):
        self.m, self.v, self.word, self.day, self.kind = m, v, word, act.event, kind
        self.cited, self.signed = [], set()
        for rid in act.data.get("consents", []):
            m.record(v, rid, "consent.give")
            self.cited.append(rid)
        self.rid = act.rid
        self.used = set()

    def given(self, by, pat):
        """True; False where nothing covers the act; None where what covered it is over."""
        over = False
        for rid in self.cited:
            c = self.m.consents[rid]
            if c["by"] != by or self.word not in c["acts"] or pat not in c["subjects"]:
                continue
            if self.kind and c["kinds"] and self.kind not in c["kinds"]:
                continue
            if c["from"] <= self.day <= c["until"] and not (c["withdrawn"] and c["withdrawn"] <= self.day) and not (c["uses"] == "ONE" and c["used"]):
                self.used.add(rid)
                return True
            over = True
        return None if over else False

    def ask(self, by, pat, code, *blocking, flag=False):
        if by in self.signed:  # who signs the act has agreed to it
            return
        answer = self.given(by, pat)
        if answer:
            return
        if answer is None:
            code, blocking = "CONSENT_EXPIRED", ()
        (self.v.flag if flag else self.v.say)(code, *blocking)

    def consume(self):
        for rid in self.used:
            if self.m.consents[rid]["uses"] == "ONE":
                self.m.consents[rid]["used"] = self.rid


def live_licences(m, pat):
    return {i: m.licences[i] for i in m.patents[pat]["licenses"] if "ended" not in m.licences[i]}


def coowners(m, v, pat, act_name, acting, consents):
    """PL 14: an agreement of the co-owners prevails; without one each may grant ordinary licences alone."""
    p = m.patents[pat]
    owners = holders(p)
    agreed = p.get("agreement", {})
    acting = set(acting) & set(owners)
    licensing = act_name in ("EXCL", "SOLE", "ORD", "DECLARE")
    if licensing and "who_may_license" in agreed:
        if acting & set(agreed["who_may_license"]):
            return
    elif act_name == "ORD":
        return
    missing = [o for o in owners if o not in acting]
    if not missing:
        return
    threshold = agreed.get("consent_threshold")  # carries what the others do beside `who_may_license` too
    answers = {o: consents.given(o, pat) for o in missing}
    for_it = acting | {o for o, a in answers.items() if a}
    if threshold is not None:
        share = {o["party"]: o.get("share") for o in p.get("owners", [])}
        if share and None not in share.values():
            carried = sum(share[o] for o in for_it) >= threshold
        else:
            carried = len(for_it) * 10000 >= threshold * len(owners)
        if carried:
            return
    for a in answers.values():
        if a is None:
            v.say("CONSENT_EXPIRED")
        elif not a:
            v.say("COOWNER_CONSENT_MISSING")


def judge(m, v, pat, name, day, consents, *, scope=None, acting=(), register=True, but=(), excepted=(), court=False,
          pledges=None, ask_coowners=True, own_pledge=None, claims=None):
    """All columns of one line of the matrix. `but`: licences that do not count; `pledges`: those that are asked."""
    p = m.patents[pat]
    consents.signed = set(acting)
    if not in_force_or_pending(p, day):
        v.say("PATENT_NOT_IN_FORCE")
    strong, weak, opened, freeze, grace = MATRIX[name]
    last = last_day(m, p)
    reach = {"to": last, **(scope or scopes.whole(day, last))}  # a scope without `to` runs to the end of the term
    under, missing, survives = [], [], []
    for lid, other in live_licences(m, pat).items():
        if lid in but:
            continue
        meets, unknown = scopes.meet(reach, {"to": last, **other["scope"]})
        matters = other["kind"] in STRONG or name in STRONG
        if unknown and matters and name in ("EXCL", "SOLE", "ORD", "COMP"):
            v.flag("CLASS_NESTING_UNKNOWN", lid)
        if not meets:
            continue
        if other["kind"] in STRONG:
            if name == "ORD" and other["kind"] == "SOLE" and other.get("cannot_work") and not other.get("place"):
                under.append(lid)
            elif name == "ABANDON":
                for party in other["licensees"]:
                    consents.ask(party, pat, "LICENSEE_CONSENT_MISSING", lid)
            else:
                letter(v, strong, lid)
        elif weak == "except":
            (survives if lid in excepted else missing).append(lid)
        else:
            letter(v, weak, lid)
    if missing:
        v.say("LICENSE_OVERLAP", *missing)
    if survives:
        v.flag("PRIOR_LICENSE_SURVIVES", *survives)
    if open_on(p, day):
        letter(v, opened, p["open"]["record"])
    for rid in p["pledges"] if pledges is None else pledges:
        if court:
            if rid != own_pledge:
                v.flag("PLEDGE_PRIORITY", rid)
        elif name == "PLEDGE":
            if len(p["pledges"]) >= m.pack["pledges_at_once"]:
                v.say("PLEDGE_EXISTS", rid)
            else:
                v.flag("PLEDGE_PRIORITY", rid)
        else:
            for pledgee in m.pledges[rid]["pledgees"]:
                consents.ask(pledgee, pat, "PLEDGEE_CONSENT_MISSING", rid, flag=name == "SUB")
    stops = frozen(p, day)
    if stops:
        (v.say if register and not court else v.flag)("PATENT_FROZEN", *stops)
    if grace and in_arrears(m, p, day):
        (v.say if register and grace == "R" else v.flag)("ANNUITY_ARREARS")
    if p["contested"]:
        if name == "PLEDGE" and not claims:
            v.say("VALIDITY_CONTESTED", *p["contested"])
        else:
            v.flag("VALIDITY_CONTESTED", *p["contested"])
    if ask_coowners and not court and name != "SUB":
        coowners(m, v, pat, name, acting, consents)
    return under


def give(m, v, act):
    d = act.data
    c = d["for"]
    if ("subjects" in c) == ("patent_data_commit" in c):
        v.say("SCHEMA_INVALID")
    if "kinds" in c and "license.grant" not in c["acts"]:
        v.say("SCHEMA_INVALID")
    for s in c.get("subjects", []):
        p = m.patent(v, s)
        if not public(p):
            v.say("UNPUBLISHED_DATA_IN_CLEAR")
    if c["until"] < c["from"]:
        v.say("EVENT_BEFORE_PRIOR")

    def effect():
        m.consents[act.rid] = {"by": d["by"], "acts": c["acts"], "subjects": c.get("subjects", []), "kinds": c.get("kinds"),
                               "from": c["from"], "until": c["until"], "uses": c["uses"], "used": None, "withdrawn": None}
    v.effect = effect


def take_back(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    m.record(v, d["consent"], "consent.give")
    c = m.consents[d["consent"]]
    if c["by"] != d["by"]:
        v.stop("REF_WRONG_TYPE")
    if c["withdrawn"]:
        v.say("STATE_FORBIDS")

    def effect():
        c["withdrawn"] = d["date"]
    v.effect = effect


def agreement(m, v, act):
    d = act.data
    if ("pat" in d) == ("patent_data_commit" in d) or not d["rules"]:
        v.stop("SCHEMA_INVALID")
    if "pat" not in d:
        return
    p = m.patent(v, d["pat"])
    if not public(p):
        v.stop("UNPUBLISHED_DATA_IN_CLEAR")
    owners = set(holders(p))
    rules = d["rules"]
    if not in_force_or_pending(p, act.event):
        v.say("PATENT_NOT_IN_FORCE")
    namely = set(d["owners"]) | set(rules.get("who_may_license", [])) | {s["party"] for s in rules.get("split", [])}
    if namely - owners:
        v.say("NOT_RIGHT_HOLDER")
    if owners - set(d["owners"]):
        v.say("COOWNER_CONSENT_MISSING")
    if "split" in rules and sum(s["bp"] for s in rules["split"]) != 10000:
        v.say("SHARE_SUM_INVALID")

    def effect():
        p["agreement"] = dict(rules)
    v.effect = effect


RULES = {"consent.give": give, "consent.withdraw": take_back, "coowner.agreement": agreement}
