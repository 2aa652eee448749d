# SPDX-License-Identifier: Apache-2.0
"""Contracts, licences, sublicences, recordal.   Source: mapping.md, "Contracts and licences"; design page 2.1-2.5, 6.5."""
from . import conflict, dates, numbers
from . import scope as scopes
from .patents import holders, last_day, public

GIVE, TAKE = ("ASSIGNOR", "LICENSOR", "PROVIDER"), ("ASSIGNEE", "LICENSEE", "CLIENT")
NEEDS = {"LIC-P": "LICENSE", "TRF-P": "TRANSFER", "TRF-A": "TRANSFER"}


def sides(m, parties, pat):
    """(who grants, who takes); a partner grants what it owns."""
    owners = holders(m.patents[pat]) if pat in m.patents else []
    partners = [x["party"] for x in parties if x["side"] == "PARTNER"]
    grants = {x["party"] for x in parties if x["side"] in GIVE} | {p for p in partners if p in owners}
    takes = {x["party"] for x in parties if x["side"] in TAKE} | {p for p in partners if p not in owners}
    return grants, takes


def licence(m, v, act, right, lid, parties, day, consents_of, *, register=False, pledges=None, ask_coowners=True, but=(), signers=()):
    """One licence that is granted, or that the register is asked to record."""
    pat = right["pat"]
    p = m.patents[pat]
    grants, takes = sides(m, parties, pat)
    if grants - set(holders(p)) or not grants:
        v.say("NOT_RIGHT_HOLDER")
    kind, scope = right.get("license_kind", "ORD"), right["scope"]
    if len(set(holders(p))) > 1 and "share_rule" not in right and "coowner_rule" not in act.data:
        v.say("SCHEMA_INVALID")
    if max(scope.get("to", ""), scope["from"]) > last_day(m, p):
        v.say("TERM_BEYOND_PATENT")
    if scope.get("to", "9999") < scope["from"]:
        v.say("EVENT_BEFORE_PRIOR")
    excepted = right.get("except", [])
    for e in excepted:
        if e not in m.licences or m.licences[e]["pat"] != pat:
            v.say("REF_NOT_FOUND")
    consents = consents_of("license.grant", kind)
    under = conflict.judge(m, v, pat, kind, day, consents, scope=scope, acting=set(signers) | grants, register=register, but=but,
                           excepted=excepted, pledges=pledges, ask_coowners=ask_coowners)
    return {"pat": pat, "kind": kind, "scope": scope, "licensees": sorted(takes), "licensors": sorted(grants), "under": under or [],
            "sublicense": right.get("sublicense_allowed", False), "cannot_work": right.get("licensor_cannot_work", False), "except": excepted,
            "recordal": None, "record": act.rid}


def add(m, lid, lic):
    m.licences[lid] = lic
    m.patents[lic["pat"]]["licenses"].append(lid)
    for head in lic["under"]:
        m.licences[head]["place"] = lid


def numbers_fit(v, p, right):
    data = right["patent_data"]
    if "patent_no" in data and "grant" not in p:
        v.say("ZL_BEFORE_GRANT")
    if set(data.get("holders", [])) - set(holders(p)):
        v.say("NOT_RIGHT_HOLDER")


def judge_right(m, v, act, right, parties, day, all_consents, **how):
    """A right of a contract: its patent, its data, and the line of the matrix. Returns its licence, if it is one."""
    pat = right["pat"]
    p = m.patent(v, pat)
    if not public(p):
        v.say("UNPUBLISHED_DATA_IN_CLEAR")
        return None
    numbers_fit(v, p, right)
    grants, takes = sides(m, parties, pat)

    def consents_of(word, kind=None):
        c = conflict.Consents(m, v, act, word, kind)
        all_consents.append(c)
        return c
    if right["deal"] == "LICENSE":
        return licence(m, v, act, right, None, parties, day, consents_of, **how)
    if grants - set(holders(p)) or not grants:
        v.say("NOT_RIGHT_HOLDER")
    if p["transfers"] and act.data["ctr"] not in p["transfers"]:
        v.flag("DOUBLE_DISPOSAL")
    signers = how.get("signers", set())
    conflict.judge(m, v, pat, "TRANSFER", day, consents_of("transfer.contract"), acting=set(signers) | grants, register=False)
    return None


def right_forms(v, rights):
    """One object: a patent with its data, or a commitment to them; and the terms that the deal has."""
    for r in rights:
        if len({"pat", "patent_data_commit"} & set(r)) != 1 or ("patent_data" in r) != ("pat" in r):
            v.stop("SCHEMA_INVALID")
        if (r["deal"] == "LICENSE") != ("scope" in r) or (r["deal"] == "TRANSFER" and "license_kind" in r):
            v.stop("SCHEMA_INVALID")
        if ("except" in r and r.get("license_kind") not in ("EXCL", "SOLE")) or ("licensor_cannot_work" in r and r.get("license_kind") != "SOLE"):
            v.stop("SCHEMA_INVALID")


def sign(m, v, act):
    d = act.data
    m.not_future(v, act, "sign_date")
    key = d["ctr"]
    if key in m.contracts:
        v.say("STATE_FORBIDS")
    if "org:" + key[4:].split("/")[0] not in [x["party"] for x in d["parties"]]:
        v.say("ROLE_NOT_PERMITTED")
    rights = d.get("rights", [])
    if d["kind"] in NEEDS and not any(r["deal"] == NEEDS[d["kind"]] for r in rights):
        v.stop("SCHEMA_INVALID")
    right_forms(v, rights)
    if d["sign_date"] != act.event:
        v.stop("SCHEMA_INVALID")
    if "listing" in d and d["listing"] not in m.listings:
        v.say("SUBJECT_NOT_FOUND")
    if d["effective_date"] < d["sign_date"] or d.get("end_date", "9999") < d["effective_date"]:
        v.say("EVENT_BEFORE_PRIOR")
    declared = d.get("declarations", {})
    if declared.get("no_monopoly") is False:
        v.flag("MONOPOLY_CLAUSE_DECLARED")
    transfers = [r for r in rights if r["deal"] == "TRANSFER"]
    if d.get("direction") == "EXPORT" and transfers and not declared.get("export_ok"):
        v.say("EXPORT_APPROVAL_MISSING")
    if "amount" in d and "tech_amount" in d and d["tech_amount"]["fen"] > d["amount"]["fen"]:
        v.say("TECH_AMOUNT_EXCEEDS")
    all_consents, made = [], []
    if declared.get("service_invention") and transfers:
        preempt(m, v, act, transfers, d["sign_date"], all_consents)
    if rights:
        publicity(m, v, act)
    if {x["party"] for x in d["parties"] if x["side"] in GIVE} <= {x["party"] for x in d["parties"] if x["side"] in TAKE}:
        v.say("SELF_DEALING")
    for n, r in enumerate(rights):
        if "pat" not in r:  # on an unpublished application, not checked
            continue
        if r["pat"] in m.patents:
            grants, takes = sides(m, d["parties"], r["pat"])
            if grants <= takes:
                v.say("SELF_DEALING")
        lic = judge_right(m, v, act, r, d["parties"], d["sign_date"], all_consents, signers={x["party"] for x in d["parties"]})
        if lic:
            made.append((n, lic))
    within(v, [("%s/%d" % (act.rid, n), lic) for n, lic in made])

    def effect():
        for c in all_consents:
            c.consume()
        for n, lic in made:
            lic["contract"] = key
            add(m, "%s/%d" % (act.rid, n), lic)
        for r in transfers:
            if "pat" in r:
                m.patents[r["pat"]]["transfers"].append(key)
        m.contracts[key] = {"status": "OPEN", "parties": d["parties"], "kind": d["kind"], "sign_date": d["sign_date"], "effective_date": d["effective_date"],
                            "record": act.rid, "rights": [dict(r) for r in rights], "signed": rights,
                            "licenses": {n: "%s/%d" % (act.rid, n) for n, _ in made}, "end_date": d.get("end_date"),
                            "amount": d.get("amount"), "tech_amount": d.get("tech_amount"), "paid": 0, "techreg": None, "number": len(m.records),
                            "deal": None, "listing": d.get("listing"), "broker": d.get("broker"), "announced": "publicity_ref" in d}
    v.effect = effect


class Places:
    """Places beside sole licences (TCI 27) as the rights of one record take them, one after the other; given back at the end."""

    def __init__(self, m):
        self.m, self.before = m, []

    def free(self, lid):
        for i, x in self.m.licences.items():
            if x.get("place") == lid:
                self.put(i, None)

    def take(self, lid, lic):
        for head in lic["under"]:
            if head in self.m.licences:
                self.put(head, lid)

    def put(self, head, lid):
        x = self.m.licences[head]
        self.before.append((x, x.get("place")))
        x.pop("place", None)
        if lid:
            x["place"] = lid

    def give_back(self):
        for x, place in reversed(self.before):
            x.pop("place", None)
            if place:
                x["place"] = place


def within(v, made):
    """Licences of one contract, in their order, clash with each other as those of two would (TCI 27 included)."""
    taken = set()
    for i, (_, a) in enumerate(made):
        for lid, b in made[:i]:
            strong = a["kind"] in conflict.STRONG or b["kind"] in conflict.STRONG
            if a["pat"] != b["pat"] or not strong or not scopes.meet({"to": "9999", **a["scope"]}, {"to": "9999", **b["scope"]})[0]:
                continue
            if b["kind"] == "SOLE" and a["kind"] == "ORD" and b.get("cannot_work") and not b.get("place") and lid not in taken:
                taken.add(lid)
                a["under"] = a["under"] + [lid]
            else:
                v.say("LICENSE_OVERLAP")


def preempt(m, v, act, transfers, day, all_consents):
    """CC 847: a waiver by somebody who is neither owner nor pledgee is cited, else a flag."""
    for r in transfers:
        p = m.patents.get(r.get("pat"))
        if p is None:
            continue
        involved = set(holders(p)) | {x for rid in p["pledges"] for x in m.pledges[rid]["pledgees"]}
        c = conflict.Consents(m, v, act, "transfer.contract")
        if not any(m.consents[rid]["by"] not in involved and c.given(m.consents[rid]["by"], r["pat"]) for rid in c.cited):
            v.flag("PREEMPTION_NOT_OFFERED")
        all_consents.append(c)


def publicity(m, v, act):
    """PTL 18: a public body that agrees on a price has announced it."""
    d = act.data
    gives = [x["party"] for x in d["parties"] if x["side"] in GIVE]
    public_sellers = [g for g in gives if m.parties[g]["kind"] == "PUBLIC_BODY"]
    if "publicity_ref" not in d:
        if public_sellers and d.get("price_method") not in ("LISTING", "AUCTION"):
            v.say("PRICE_PUBLICITY_MISSING")
        return
    announced(m, v, d["publicity_ref"], gives, [r.get("pat") for r in d["rights"]] + [d["ctr"]], d["sign_date"])


def announced(m, v, ref, sellers, about, day):
    """The notice is a seller's own, of the price of what is sold, and its period is over."""
    notice = m.record(v, ref, "publicity.notice")
    n = notice.data
    if notice.by not in sellers or n["kind"] != "PRICE" or n["subject"] not in about:
        v.say("REF_WRONG_TYPE")
    if n["to"] >= day:
        v.say("PUBLICITY_PERIOD_OPEN")


def notice(m, v, act):
    d = act.data
    if d["subject"].startswith("pat:"):
        p = m.patent(v, d["subject"])
        if not public(p):
            v.say("UNPUBLISHED_DATA_IN_CLEAR")
    if d["to"] < dates.plus_days(d["from"], m.pack["publicity_days"] - 1):
        v.say("PUBLICITY_PERIOD_OPEN")


def of_deal(m, v, act):
    """A register act that names a deal carries out the contract of that deal."""
    d = act.data
    if "deal" in d:
        m.record(v, d["deal"], "deal.confirm")
        if d.get("ctr") not in m.contracts or m.contracts[d["ctr"]]["deal"] != d["deal"]:
            v.say("REF_WRONG_TYPE")


def contract(m, v, act):
    if act.data["ctr"] not in m.contracts:
        v.stop("SUBJECT_NOT_FOUND")
    return m.contracts[act.data["ctr"]]


def all_sign(v, act, c):
    """All parties, or a court alone."""
    if act.role == "COURT":
        if len(act.signers) > 1:
            v.say("ROLE_NOT_PERMITTED")
        return
    parties = {x["party"] for x in c["parties"]}
    if parties - act.signers:
        v.say("MISSING_SIGNATURE")
    if act.signers - parties:
        v.say("ROLE_NOT_PERMITTED")


def end(m, v, act, allowed, to, never):
    d = act.data
    m.not_future(v, act, "date")
    c = contract(m, v, act)
    all_sign(v, act, c)
    if c["status"] not in allowed:
        v.stop("STATE_FORBIDS")
    if d["date"] < c["sign_date"]:
        v.say("EVENT_BEFORE_PRIOR")

    def effect():
        c["status"] = to
        for r in c["rights"]:
            if r["deal"] == "TRANSFER" and "pat" in r and d["ctr"] in m.patents[r["pat"]]["transfers"]:
                m.patents[r["pat"]]["transfers"].remove(d["ctr"])
        for lid in c["licenses"].values():
            end_licence(m, lid, d["date"], never)
    v.effect = effect


def end_licence(m, lid, day, never):
    """Ended from its day on; sublicences end with their head. `never`: rescinded or void, it gives its place back."""
    lic = m.licences[lid]
    if "ended" not in lic:
        lic["ended"] = day
        pat = m.patents[lic["pat"]]
        if lid in pat["licenses"]:
            pat["licenses"].remove(lid)
    if never:
        for head in lic["under"]:
            if m.licences[head].get("place") == lid:
                del m.licences[head]["place"]
    for other, sub in m.licences.items():
        if sub.get("head") == lid:
            end_licence(m, other, day, never)


def openings(m, v, act, c, register=False):
    """Commitments to a patent's data that are opened: from now on the right stands on the patent, and is judged now.
    Returns the licences that come into being, the consents used, and what an accepted act does."""
    d = act.data
    made, used, opened = {}, [], []
    for o in d.get("openings", []):
        fits = [n for n, r in enumerate(c["rights"]) if r.get("patent_data_commit") == o["commit"]]
        if not fits or o["commit"] != numbers.commitment("patent_data", o["salt"], o["value"]):
            v.say("COMMIT_MISMATCH")
            continue
        n = fits[0]
        pat = "pat:" + o["value"]["app_no"][2:]
        if pat not in d.get("patents", []):
            v.say("SCHEMA_INVALID")
            continue
        right = {**{k: x for k, x in c["rights"][n].items() if k != "patent_data_commit"}, "pat": pat, "patent_data": o["value"]}
        lic = judge_right(m, v, act, right, c["parties"], act.event, used, signers={x["party"] for x in c["parties"]}, register=register)
        opened.append((n, right))
        if lic:
            made[n] = {**lic, "record": c["record"], "contract": d["ctr"]}

    def effect():
        for x in used:
            x.consume()
        for n, right in opened:
            c["rights"][n] = right
            if right["deal"] == "TRANSFER" and d["ctr"] not in m.patents[right["pat"]]["transfers"]:
                m.patents[right["pat"]]["transfers"].append(d["ctr"])
        for n, lic in made.items():
            c["licenses"][n] = "%s/%d" % (c["record"], n)
            add(m, c["licenses"][n], lic)
    return {"%s/%d" % (c["record"], n): lic for n, lic in made.items()}, effect


def amend(m, v, act):
    """All rights restated in their order, new ones behind them; a changed one is judged as new, and keeps its licence's id."""
    d = act.data
    m.not_future(v, act, "date")
    c = contract(m, v, act)
    all_sign(v, act, c)
    if c["status"] != "OPEN":
        v.stop("STATE_FORBIDS")
    if d["date"] < c["sign_date"] or d.get("end_date", c["end_date"] or "9999") < c["effective_date"]:
        v.say("EVENT_BEFORE_PRIOR")
    amount, tech = d.get("amount", c["amount"]), d.get("tech_amount", c["tech_amount"])
    if amount and tech and tech["fen"] > amount["fen"]:
        v.say("TECH_AMOUNT_EXCEEDS")
    _, open_them = openings(m, v, act, c)
    rights = d.get("rights", [])
    right_forms(v, rights)
    before = c["rights"]
    if rights and (len(rights) < len(before) or any((a["deal"], a.get("pat"), a.get("patent_data_commit")) != (b["deal"], b.get("pat"), b.get("patent_data_commit"))
                                                    for a, b in zip(before, rights))):
        v.stop("SCHEMA_INVALID")
    used, made, places = [], [], Places(m)
    try:
        for n, r in enumerate(rights):
            if (n < len(before) and r == before[n]) or "pat" not in r:
                continue
            lid = c["licenses"].get(n, "%s/%d" % (act.rid, n))
            rests = {i for i, x in m.licences.items() if x.get("head") == lid or lid in x["under"]}
            places.free(lid)  # its own, while it is judged anew
            lic = judge_right(m, v, act, r, c["parties"], act.event, used, signers={x["party"] for x in c["parties"]}, but={lid} | rests | {i for _, i, _ in made})  # what it has changed before: within()
            if lic:
                places.take(lid, lic)
                made.append((n, lid, lic))
    finally:
        places.give_back()
    within(v, [(lid, {**lic, "place": m.licences[lid]["place"]} if m.licences.get(lid, {}).get("place") else lic) for _, lid, lic in made])

    def effect():
        open_them()
        for x in used:
            x.consume()
        for n, lid, lic in made:
            for x in m.licences.values():
                if x.get("place") == lid:
                    del x["place"]
            old = m.licences.get(lid)
            if old:
                lic.update(recordal=old["recordal"], record=old["record"], **({"place": old["place"]} if "place" in old else {}))
                m.licences[lid] = {**lic, "contract": d["ctr"]}
                if lid not in m.patents[lic["pat"]]["licenses"]:  # a court that amends what had ended
                    m.patents[lic["pat"]]["licenses"].append(lid)
                for head in lic["under"]:
                    m.licences[head]["place"] = lid
            else:
                add(m, lid, {**lic, "contract": d["ctr"]})
            c["licenses"][n] = lid
        if rights:
            for r in rights[len(before):]:
                if r["deal"] == "TRANSFER" and "pat" in r and d["ctr"] not in m.patents[r["pat"]]["transfers"]:
                    m.patents[r["pat"]]["transfers"].append(d["ctr"])
            c["rights"] = [dict(r) for r in rights]
        c["amount"] = None if "amount_commit" in d else amount
        c["tech_amount"], c["end_date"] = tech, d.get("end_date", c["end_date"])
    v.effect = effect


def terminate(m, v, act):
    end(m, v, act, ("OPEN",), "TERMINATED", False)


def rescind(m, v, act):
    end(m, v, act, ("OPEN",), "RESCINDED", True)


def void(m, v, act):
    end(m, v, act, ("OPEN", "TERMINATED", "RESCINDED"), "VOID", True)


def perform(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    c = contract(m, v, act)
    parties = {x["party"]: x["side"] for x in c["parties"]}
    if act.signers - set(parties):
        v.say("ROLE_NOT_PERMITTED")
    signed = {parties[s] for s in act.signers if s in parties}
    if not (signed & set(GIVE + ("PARTNER",)) and signed & set(TAKE + ("PARTNER",))):
        v.say("MISSING_SIGNATURE")
    if c["status"] not in ("OPEN", "TERMINATED"):
        v.stop("STATE_FORBIDS")
    if d["date"] < c["sign_date"]:
        v.say("EVENT_BEFORE_PRIOR")
    paid = c["paid"] + d.get("amount", {}).get("fen", 0)
    if c["amount"] and paid > c["amount"]["fen"]:
        v.say("OVERPAID")

    def effect():
        c["paid"] = paid
    v.effect = effect


def sublicense(m, v, act):
    d = act.data
    m.not_future(v, act, "sign_date")
    p = m.patent(v, d["pat"])
    if d["head"] not in m.licences or m.licences[d["head"]]["pat"] != d["pat"]:
        v.stop("REF_NOT_FOUND")
    head = m.licences[d["head"]]
    if d["sign_date"] != act.event:
        v.stop("SCHEMA_INVALID")
    scope = d["scope"]
    if scope.get("to", "9999") < scope["from"]:
        v.say("EVENT_BEFORE_PRIOR")
    alive = "ended" not in head
    if head["kind"] in ("SUB", "OPEN", "COMP") or not head["sublicense"] or set(d["by"]) != set(head["licensees"]) or not alive:
        v.say("SUBLICENSE_NOT_PERMITTED", d["head"])
    if not scopes.covers(head["scope"], scope):
        v.say("SCOPE_EXCEEDS_HEAD", d["head"])
    if set(d["by"]) == set(d["to"]):
        v.say("SELF_DEALING")
    if max(scope.get("to", ""), scope["from"]) > last_day(m, p):
        v.say("TERM_BEYOND_PATENT")
    consents = conflict.Consents(m, v, act, "license.sublicense")
    conflict.judge(m, v, d["pat"], "SUB", d["sign_date"], consents, scope=scope, acting=holders(p), register=False)

    def effect():
        consents.consume()
        add(m, act.rid + "/0", {"pat": d["pat"], "kind": "SUB", "scope": scope, "licensees": sorted(d["to"]), "licensors": sorted(d["by"]), "under": [],
                                "head": d["head"], "sublicense": False, "recordal": None, "record": act.rid, "signed": d["sign_date"]})
    v.effect = effect


def recorded(m, v, act):
    """The licences that a recordal is about, and the day of their contract."""
    d = act.data
    if ("ctr" in d) == ("license" in d):
        v.stop("SCHEMA_INVALID")
    for pat in d["patents"]:
        m.patent(v, pat)
    fresh, open_them = {}, lambda: None
    if "ctr" in d:
        c = contract(m, v, act)
        if "openings" in d and c["status"] != "OPEN":  # what has ended is not brought to life
            v.stop("STATE_FORBIDS")
        else:
            fresh, open_them = openings(m, v, act, c, register=True)
        lids = [*c["licenses"].values(), *fresh]
        signed, parties = c["sign_date"], {x["party"] for x in c["parties"]}
    else:
        if d["license"] not in m.licences:
            v.stop("REF_NOT_FOUND")
        lic = m.licences[d["license"]]
        if lic["kind"] == "COMP":  # it stands in the register by its decision
            v.stop("REF_NOT_FOUND")
        if "contract" in lic:
            v.stop("SCHEMA_INVALID")
        lids = [d["license"]]
        signed, parties = lic["signed"], set(lic["licensors"]) | set(lic["licensees"])
    if not lids or {(fresh.get(i) or m.licences[i])["pat"] for i in lids} != set(d["patents"]):
        v.stop("SCHEMA_INVALID")
    if act.signers - {act.by} - parties:
        v.say("ROLE_NOT_PERMITTED")
    if d["date"] < signed:
        v.say("EVENT_BEFORE_PRIOR")
    return lids, fresh, open_them


def record(m, v, act, change=False):
    d = act.data
    m.not_future(v, act, "date")
    lids, fresh, open_them = recorded(m, v, act)
    of_deal(m, v, act)
    if any("ended" in m.licences[i] for i in lids if i not in fresh):
        v.stop("STATE_FORBIDS")
    has = [m.licences[i]["recordal"] for i in lids if i not in fresh]
    if change and not any(has):
        v.stop("STATE_FORBIDS")
    if not change and any(has):
        v.say("RECORDAL_DUPLICATE")
    if not change and "ctr" in d and d["date"] > m.calendar.end_of(m.contracts[d["ctr"]]["effective_date"], months=m.pack["recordal_months"]):
        v.say("RECORDAL_LATE")
    if not change and "license" in d and d["date"] > m.calendar.end_of(m.licences[d["license"]]["signed"], months=m.pack["recordal_months"]):
        v.say("RECORDAL_LATE")
    # What this record has opened has just been judged.
    all_consents = [again(m, v, act, lid, {"SUB": "license.sublicense"}.get(m.licences[lid]["kind"], "license.grant")) for lid in lids if lid not in fresh]

    def effect():
        open_them()
        for c in all_consents:
            c.consume()
        for lid in lids:
            m.licences[lid]["recordal"] = d["recordal_no"]
    v.effect = effect


def again(m, v, act, lid, word, register=True):
    """A licence that was granted before, judged against what stood on the patent before it and on the day of the act; its consents."""
    lic = m.licences[lid]
    p = m.patents[lic["pat"]]
    later = set(p["licenses"][p["licenses"].index(lid):] if lid in p["licenses"] else ())  # an opened licence stands on the patent since its opening
    subs = {i for i, x in m.licences.items() if x.get("head") == lid}
    younger = [r for r in p["pledges"] if m.pledges[r]["number"] > number_of(m, lic)]
    name = {"OPEN": "ORD"}.get(lic["kind"], lic["kind"])
    consents = conflict.Consents(m, v, act, word, {"SUB": None, "OPEN": "ORD"}.get(lic["kind"], lic["kind"]))
    if max(lic["scope"].get("to", ""), lic["scope"]["from"]) > last_day(m, p):
        v.say("TERM_BEYOND_PATENT")
    conflict.judge(m, v, lic["pat"], name, act.data["date"], consents, scope=lic["scope"], acting=holders(p), register=register,
                   but=later | subs | set(lic["under"]), excepted=lic.get("except", []), pledges=younger, ask_coowners=False)
    return consents


def number_of(m, lic):
    """Place in the log of the record that granted a licence."""
    return list(m.records).index(lic["record"]) if lic["record"] in m.records else -1


def record_change(m, v, act):
    record(m, v, act, change=True)


def record_cancel(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    lids, _, _ = recorded(m, v, act)
    if not any(m.licences[i]["recordal"] for i in lids):
        v.stop("STATE_FORBIDS")

    def effect():
        for lid in lids:
            m.licences[lid]["recordal"] = None
    v.effect = effect


RULES = {"contract.sign": sign, "contract.amend": amend, "contract.terminate": terminate, "contract.rescind": rescind, "contract.void": void, "contract.perform": perform,
         "license.sublicense": sublicense, "license.record": record, "license.record_change": record_change, "license.record_cancel": record_cancel,
         "publicity.notice": notice, **conflict.RULES}
