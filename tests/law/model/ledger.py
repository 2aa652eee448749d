# SPDX-License-Identifier: Apache-2.0
"""The model: state in dicts, acts by name, and what holds for every act (who signs, which dates)."""
import json

from . import dates, statistics
from .verdict import Stop, Verdict

AUTHORITIES = ("IPO", "COURT", "ADMIN")
PARTIES = ("AGENT", "INST", "PARTY")
REPORTERS = PARTIES + ("EXCH", "IPO", "REG", "SCI")
EVERYONE = PARTIES + ("IPO", "ADMIN", "COURT", "EXCH", "REG", "BANK", "INS", "APPR", "CERT", "NOT", "TSA", "SCI", "DRC", "MIIT", "AUD")

# Who signs: roles, fields whose parties must sign, fields whose parties may.   Source: docs/records.md, "Signed by".
# `by_rule`: the act itself says who signs.
SIGNERS = {
    "party.register": (("EXCH", "GOV", "IPO"), (), ()),
    "mandate.grant": (("AGENT", "PARTY"), ("agent", "principal"), ()),
    "mandate.end": (("AGENT", "PARTY"), (), ("agent", "principal")), "counterfeit.decision": (("ADMIN",), (), ()),
    "consent.give": (("BANK",) + PARTIES, ("by",), ()), "consent.withdraw": (("BANK",) + PARTIES, ("by",), ()),
    "coowner.agreement": (PARTIES, ("owners",), ()),
    "contract.sign": (PARTIES, ("parties",), ("broker",)),
    "contract.amend": (PARTIES + ("COURT",), "by_rule", ()), "contract.terminate": (PARTIES + ("COURT",), "by_rule", ()),
    "contract.rescind": (PARTIES + ("COURT",), "by_rule", ()), "contract.void": (PARTIES + ("COURT",), "by_rule", ()),
    "contract.perform": (PARTIES, "by_rule", ()),
    "license.record": (("IPO",), "by_rule", ()), "license.record_change": (("IPO",), "by_rule", ()),
    "license.record_cancel": (("IPO",), "by_rule", ()),
    "license.sublicense": (PARTIES, ("by", "to"), ()),
    "openlicense.declare": (PARTIES, ("owners",), ()), "openlicense.accept": (PARTIES, ("licensee",), ()),
    "openlicense.announce": (("IPO",), (), ()), "openlicense.withdraw": (("IPO",), (), ()),
    "transfer.register": (("IPO",), (), ("from", "to")),
    "pledge.register": (("IPO",), ("pledgor", "pledgee"), ()),
    "pledge.change": (("IPO", "COURT"), (), ()), "pledge.release": (("IPO", "COURT"), (), ()),
    "pledge.enforce": (("IPO", "COURT"), (), ()),
    "patent.abandon": (("IPO",), ("owners",), ()),
    "patent.commit": (("AGENT", "PARTY"), (), ()),
    "patent.response": (("AGENT", "IPO", "PARTY"), (), ()), "patent.exam_request": (("AGENT", "IPO", "PARTY"), (), ()),
    "patent.withdraw": (("AGENT", "IPO", "PARTY"), ("applicants",), ()),
    "reexam.request": (("AGENT", "IPO", "PARTY"), (), ()), "invalidation.request": (("AGENT", "IPO", "PARTY"), (), ()),
    "reexam.suit": (("COURT", "IPO"), (), ()), "reexam.judgment": (("COURT", "IPO"), (), ()),
    "invalidation.suit": (("COURT", "IPO"), (), ()), "invalidation.judgment": (("COURT", "IPO"), (), ()),
    "invalidation.final": (("COURT", "IPO"), (), ()),
    "preserve.order": (("COURT",), (), ()), "preserve.renew": (("COURT",), (), ()), "preserve.release": (("COURT",), (), ()),
    "preserve.receive": (("IPO",), (), ()),
    "warn.letter": (("AGENT", "PARTY"), (), ()), "promise.stop": (("AGENT", "PARTY"), (), ()),
    "case.file": (("ADMIN", "AGENT", "COURT", "IPO", "PARTY"), (), ("claimants",)),
    "case.accept": (AUTHORITIES, (), ()), "case.refuse": (AUTHORITIES, (), ()), "case.stay": (AUTHORITIES, (), ()),
    "case.resume": (AUTHORITIES, (), ()), "case.decide": (AUTHORITIES, (), ()), "case.effective": (AUTHORITIES, (), ()),
    "case.answer": (("ADMIN", "AGENT", "COURT", "IPO", "PARTY"), (), ()),
    "case.evidence": (("ADMIN", "AGENT", "COURT", "IPO", "PARTY"), (), ()),
    "case.mediation": (("ADMIN", "COURT", "INST", "IPO", "PARTY"), ("parties",), ()),
    "case.settle": (("ADMIN", "AGENT", "COURT", "IPO", "PARTY"), ("parties",), ()),
    "case.appeal": (("AGENT", "COURT", "PARTY"), (), ()), "case.enforce": (("COURT",), (), ()),
    "case.retrial": (("COURT",), (), ()), "judgment.perform": (("COURT",), (), ()),
    "case.withdraw": (AUTHORITIES, ("by",), ()), "case.correct": (AUTHORITIES, (), ()), "case.refer": (("ADMIN", "COURT"), (), ()),
    "techreg.apply": (PARTIES, (), ()), "techreg.decide": (("REG",), (), ()), "techreg.cancel": (("REG",), (), ()),
    "equity.contribute": (PARTIES, ("contributor", "company"), ()),
    "stat.snapshot": (("GOV",), "by_rule", ()), "target.set": (("DRC",), (), ()), "target.report": (("DRC",), (), ()),
    "market.list": (("EXCH",), ("seller",), ()), "market.update": (("EXCH",), ("seller",), ()), "market.delist": (("EXCH",), ("seller",), ()),
    "market.offer": (PARTIES, ("from",), ()), "market.accept": (PARTIES, ("from",), ()), "market.reject": (PARTIES, ("from",), ()),
    "auction.open": (("EXCH",), (), ()), "auction.close": (("EXCH",), (), ()), "auction.bid": (PARTIES, (), ()),
    "bid.commit": (PARTIES, (), ()), "bid.reveal": (PARTIES, (), ()),
    "deal.confirm": (("EXCH",), ("buyer", "seller"), ("broker",)), "settlement.pay": (("EXCH",), (), ("payer",)),
    "settlement.confirm": (("EXCH",), (), ()), "settlement.dispute": (("EXCH",), (), ()),
    "foreign.register": (REPORTERS, (), ()), "foreign.event": (REPORTERS, (), ()), "patent.green_tag": (("CERT", "IPO"), (), ()),
    "correction": (EVERYONE, (), ()),
    "evidence.deposit": (EVERYONE, (), ()), "evidence.transfer": (EVERYONE, ("from", "to"), ()), "evidence.verify": (EVERYONE, (), ()),
    "evidence.notarise": (("NOT",), (), ()),
    "fasttrack.request": (("AGENT", "IPO", "PARTY"), (), ()), "fasttrack.recommend": (("ADMIN", "IPO", "SCI"), (), ()),
    "publicity.notice": (("DRC", "EXCH", "INST", "MIIT", "REG", "SCI"), (), ()),
}
OFFICE_ALONE = (("IPO",), (), ())  # every other act

# Powers of a mandate under which an agency may act for a principal.
POWERS = {"foreign.register": "FILING", "foreign.event": "FILING", "fasttrack.request": "EXAMINATION", "patent.response": "EXAMINATION", "patent.exam_request": "EXAMINATION", "reexam.request": "EXAMINATION",
          "patent.withdraw": "WITHDRAWAL", "invalidation.request": "DISPUTE", "case.file": "DISPUTE", "case.answer": "DISPUTE",
          "case.appeal": "DISPUTE", "case.evidence": "DISPUTE", "warn.letter": "DISPUTE", "promise.stop": "DISPUTE", "evidence.deposit": "DISPUTE",
          **dict.fromkeys(("market.offer", "market.accept", "market.reject", "auction.bid", "bid.commit", "bid.reveal"), "MARKET")}


def named(value):
    """Party ids in a field: one, a list, or a list of objects with a `party`."""
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    return [v["party"] if isinstance(v, dict) else v for v in value]


class Act:
    def __init__(self, line):
        self.type, self.data, self.by, self.role = line["type"], line["data"], line["by"], line["role"]
        self.signers = set(line.get("signers", [self.by]))
        self.event = line["event_date"]
        self.today = line["today"]
        self.principal = line.get("acting_for")


class Model:
    def __init__(self, world):
        self.pack = world["pack"]["params"]
        tables = {t["name"]: t["rows"] for t in world["tables"]}
        self.calendar = dates.Holidays(tables["HOLIDAYS"])
        self.tables = tables
        self.council = world["council"]
        self.parties = {p["id"]: {k: v for k, v in p.items() if k != "roles"} for p in world["parties"]}
        self.roles = {p["id"]: {r["role"]: r["scope"] for r in p.get("roles", [])} for p in world["parties"]}
        self.records = {}     # id -> act
        self.mandates = []
        self.patents, self.commits = {}, {}
        self.invalidations, self.orders = {}, {}
        self.licences, self.contracts, self.pledges, self.consents = {}, {}, {}, {}
        self.cases, self.case_numbers, self.promises, self.penalties = {}, {}, {}, {}
        self.listings, self.offers, self.auctions, self.deals, self.payments = {}, {}, {}, {}, {}
        self.foreign = {}
        self.targets = {}
        self.deposits, self.gaps = {}, set()  # gaps: deposits whose custody is flagged
        self.first = 2 + len(world["tables"])  # log index of the first act: two units of genesis, then the tables
        self.recognised = {}  # (office, number) -> contract
        self.rules = {}
        from . import cases, compulsory, contracts, corrections, display, equity, evidence, fasttrack, foreign, identity, market, openlicense, patents, pledges, preservation, proceedings, recognition, transfers, warnings
        for family in (identity, patents, proceedings, preservation, contracts, openlicense, compulsory, transfers, equity, pledges, cases, recognition, market, fasttrack, evidence, corrections, warnings, foreign, display, statistics):
            self.rules.update(family.RULES)

    def judge(self, line, rid):
        """The verdict on an act; `rid` is the name that its record would get. An accepted act has its effect."""
        act = Act(line)
        act.rid = rid
        v = Verdict(act.role in AUTHORITIES and len(act.signers) == 1)
        try:
            self.who_signs(v, act)
            if not v.refused:
                if not act.type.startswith("foreign."):  # they compare the office's days with each other
                    self.dates(v, act)
                self.rules[act.type](self, v, act)
        except Stop:
            pass
        if not v.refused:
            statistics.note(self, act)
            v.effect()
            statistics.note_effect(self, act)
            self.records[rid] = act
        return v

    def who_signs(self, v, act):
        roles, must, may = SIGNERS.get(act.type, OFFICE_ALONE)
        if act.role not in roles:
            v.say("ROLE_NOT_PERMITTED")
        held = self.roles.get(act.by, {})
        if act.role == "AGENT":
            ok = "agency_code" in self.parties[act.by]
        elif act.role == "GOV":
            ok = act.by in self.council
        else:
            ok = act.role == "PARTY" or act.role in held
        if not ok:
            v.say("ROLE_NOT_PERMITTED")
        if act.principal and not self.mandate(act):
            v.say("MANDATE_SCOPE")
        if act.by not in act.signers:
            v.say("MISSING_SIGNATURE")
        if must == "by_rule":
            return
        required = {p for f in must for p in named(act.data.get(f))}
        permitted = required | {act.by} | {p for f in may for p in named(act.data.get(f))}
        if required - act.signers:
            v.say("MISSING_SIGNATURE")
        if act.role != "GOV" and act.signers - permitted:
            v.say("ROLE_NOT_PERMITTED")

    def index(self, rid=None):
        """Log index of a record; of the act that is judged now."""
        return self.first + (len(self.records) if rid is None else list(self.records).index(rid))

    def mandate(self, act):
        power = POWERS.get(act.type)
        return any(g["principal"] == act.principal and g["agent"] == act.by and not g.get("ended") and g["from"] <= act.event <= g.get("until", "9999") and
                   ("ALL" in g["powers"] or power in g["powers"]) for g in self.mandates)

    def speaks_for(self, act, parties):
        """One of the parties itself, or an agency under a mandate of one of them."""
        return act.by in parties if not act.principal else act.principal in parties

    def dates(self, v, act):
        if act.event > act.today:
            v.say("FUTURE_EVENT_DATE")
        if act.event < dates.plus_days(act.today, -self.pack["late_entry_days"]):
            v.flag("LATE_ENTRY")

    def not_future(self, v, act, *fields):
        if act.data.get("posted_date", "") > act.data.get("date", "9999"):  # a paper is posted before it counts as filed
            v.say("EVENT_BEFORE_PRIOR")
        if any(act.data.get(f, "") > act.today for f in fields):
            v.say("FUTURE_EVENT_DATE")

    def patent(self, v, key):
        if key not in self.patents:
            v.stop("SUBJECT_NOT_FOUND")
        return self.patents[key]

    def record(self, v, rid, *types):
        if rid not in self.records:
            v.stop("REF_NOT_FOUND")
        if types and self.records[rid].type not in types:
            v.stop("REF_WRONG_TYPE")
        return self.records[rid]


def load_world(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)
