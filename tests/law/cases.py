#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays the golden cases of tests/ledger/cases on the ledger and on the model, and checks what the pages say of them.

A case is a heading (English), a line (中文), a fenced block of facts, and the expected outcome of its last act:

  on DATE                                     the day of what follows
  given INV patent P of A, B [filed D] [granted D] [paid to YEAR]     a patent whose life so far the office stated
  [LABEL =] licence KIND P A -> B [key=value ..]     a contract of one licence (SOLE, EXCL, ORD); `sale P A -> B` sells
  [LABEL =] SIGNER, .. record.type [P] [key=value ..]    any record; the first signer submits
                                              (on the market: README.md of the cases)
  accepted | accepted with flag CODE, ARTICLE[, LABEL] | refused: CODE, ARTICLE[, LABEL]

Values are JSON, or a word; names of parties, patents and labels stand for their keys and ids. Every act before the last
must be accepted. LABEL behind the article is what stands in the way: the ledger must name it.
"""
import argparse
import glob
import json
import os
import re
import sys
from datetime import datetime, timedelta

from generate import HASH, SALT
from model import dates, statistics
from model.market import sides
from model.numbers import app_check, commitment
from play import HERE, ID, Difference, Ledger, Pair, said, subjects_of, world

CASES = os.path.join(HERE, "..", "ledger", "cases")
ROLES = {"office": "IPO", "court": "COURT", "high-court": "COURT", "department": "ADMIN", "registry": "REG", "agency": "AGENT", "exchange": "EXCH", "notary": "NOT"}
# Words that no rule looks at, so that a case need not say them.
SILENT = {
    "patent.lapse": {"cause": "ANNUITY_UNPAID"}, "annuity.paid": {"amount": {"fen": 120000}}, "patent.reject": {"ground": "缺乏创造性"},
    "patent.withdraw": {"ground": "自行撤回"}, "patent.deemed_withdrawn": {"ground": "逾期未答复"}, "patent.office_action": {"kind": "EXAMINATION"},
    "patent.abandon": {"scope": "WHOLE"}, "eval_report.issue": {"report_no": "P1", "conclusion": "POSITIVE", "hash": HASH},
    "invalidation.request": {"no": "W1", "claims": [1, 2], "grounds": ["PL22_2"]}, "invalidation.decide": {"decision_no": "D1"},
    "invalidation.suit": {"case": "case:11500000QL0000031D/900"}, "invalidation.judgment": {"case": "case:11500000QL0000031D/900", "instance": "SECOND", "ends": True},
    "reexam.request": {"no": "F1"}, "reexam.decide": {"no": "F1"}, "reexam.suit": {"case": "case:11500000QL0000031D/901"},
    "suspend.start": {"cause": "OWNERSHIP", "doc": HASH}, "suspend.extend": {"doc": HASH}, "preserve.order": {"order_no": "B1", "kind": "PROPERTY"},
    "preserve.renew": {"order_no": "B2"}, "preserve.release": {"reason": "申请人撤回"},
    "compulsory.grant": {"decision_no": "QZ1", "ground": "NON_WORKING"}, "compulsory.end": {"decision_no": "QZ2", "reason": "理由消除"},
    "equity.contribute": {"valuation": {"fen": 300000000}, "method": "LISTING", "share_bp": 3000, "inventor_share_bp": 5000},
    "openlicense.declare": {"fee_mode": "LUMP_SUM", "fee": {"fen": 100000}}, "openlicense.accept": {"fee_paid": {"fen": 100000}},
    "transfer.register": {"announce_no": "G1"}, "license.record": {"recordal_no": "X1"}, "coowner.agreement": {"text_commit": HASH},
    "pledge.register": {"reg_no": "Y1"}, "pledge.release": {"reason": "清偿"}, "pledge.enforce": {"reason": "到期未清偿", "mode": "AUCTION"},
    "pledge.change": {"reason": "变更"}, "contract.amend": {"reason": "协商一致"}, "contract.terminate": {"reason": "协商一致"}, "contract.rescind": {"reason": "迟延履行"}, "contract.void": {"reason": "无效"},
    "contract.perform": {"milestone": "首付款"}, "techreg.apply": {"kind": "LIC-P"}, "techreg.decide": {"kind": "LIC-P"}, "techreg.cancel": {"reason": "作废"},
    "case.file": {"case_no": "（2026）渝01民初1号", "route": "CIVIL", "acts": ["MAKE"], "place": "50", "standing": "OWNER"}, "case.refuse": {"reason": "不符合条件"},
    "case.answer": {"defences": ["PRIOR_ART"]}, "case.stay": {"reason": "无效宣告程序"}, "case.resume": {"reason": "无效宣告程序"},
    "case.mediation": {"terms_commit": HASH}, "case.settle": {"terms_commit": HASH, "stop_promise": True}, "case.decide": {"instance": "FIRST"},
    "target.set": {"clause": "二", "unit": "项", "source_doc_hash": HASH},
    "publicity.notice": {"kind": "PRICE", "text_hash": HASH}, "patent.commit": {"applicant_commit": HASH},
    "evidence.deposit": {"digest": {"sha256": HASH}, "size": 7, "media": "text/plain", "source": "网页", "method": "截屏", "tool": {"name": "capture", "ver": "2", "hash": HASH},
                         "operator_commit": HASH, "clock_source": "NTSC", "clock_offset_ms": 0, "env_check_hash": HASH},
    "evidence.notarise": {"deed_no": "（2026）渝证字第 7 号", "hash": HASH}, "evidence.transfer": {"reason": "鉴定"},
    "evidence.verify": {"report_hash": HASH, "result": "MATCHES"},
    "fasttrack.request": {"track": "PRIORITY", "stage": "EXAMINATION", "ground": 1, "prior_art_hash": HASH},
    "foreign.register": {"source": {"name": "公报", "sha256": HASH}}, "foreign.event": {"table_version": 1, "source": {"name": "公报", "sha256": HASH}},
    "patent.green_tag": {"evidence": HASH}, "promise.stop": {"text_commit": HASH}, "warn.letter": {"text_commit": HASH},
    "market.list": {"venue": "ONLINE", "deal_kinds": ["EXCL", "ORD", "SOLE", "TRANSFER"]}, "market.update": {"reason": "调整"}, "market.delist": {"reason": "撤回"},
    "market.offer": {"terms_commit": HASH}, "auction.open": {"rules_hash": HASH, "deposit": 0}, "deal.confirm": {"fees": 0},
    "settlement.pay": {"amount_commit": HASH, "escrow": True}, "settlement.dispute": {"reason": "金额不符"},
}
DATED = {"date", "announce_date", "pub_date", "grant_date", "decision_date", "paid_date", "sign_date", "notice_date", "received_at"}
MAIN_DATE = {"patent.publish": "pub_date", "patent.grant": "grant_date", "patent.lapse": "announce_date", "patent.restore": "decision_date",
             "annuity.paid": "paid_date", "openlicense.accept": "notice_date", "preserve.receive": "received_at", "techreg.decide": "decision_date",
             "license.sublicense": "sign_date"}
UNDATED = {"annuity.notice", "patent.accept", "patent.commit", "openlicense.declare", "suspend.start", "suspend.extend", "preserve.order", "preserve.renew", "consent.give",
           "coowner.agreement", "techreg.apply", "case.file", "case.settle", "case.evidence", "publicity.notice", "mandate.grant", "term.adjust",
           "market.list", "market.update", "market.delist", "market.offer", "market.accept", "market.reject", "auction.open", "auction.bid", "auction.close",
           "bid.commit", "bid.reveal", "fasttrack.request", "evidence.deposit", "correction", "foreign.register", "patent.green_tag",
           "owner.change_name", "owner.change_address", "inventor.correct", "case.refer", "case.correct",
           "stat.snapshot", "target.set", "target.report"}


class Story:
    """The facts of one case as they become acts."""

    def __init__(self, pair):
        self.pair, self.today = pair, "2026-11-23"
        self.names = {name.replace(" ", "-"): key for name, key in ID.items()}
        self.names["notary"] = ID["registry"]
        self.names.update(salt=SALT, title=commitment("title", SALT, "余热回收装置"), H=HASH)
        self.last, self.serial, self.sealed = None, 0, {}

    def number(self):
        self.serial += 1
        return self.serial

    def play(self, act, label=None, must=True):
        answer, refused, flags = self.pair.act(act)
        if must and refused:
            raise Difference("a fact is refused: %s %s: %s" % (act["type"], act["data"], answer["refused"]))
        if not refused:
            self.pair.compare_state(subjects_of(act, self.pair.model), self.today)
            if label and act["type"] != "case.file":  # a case is called by its key
                self.names[label] = act["data"]["listing"] if act["type"] == "market.list" else answer["id"]  # so is a listing
        self.last = (act["type"], answer, refused, flags)

    def line(self, text, must):
        text = text.split("#")[0].strip()
        if not text:
            return
        if text.startswith("on "):
            self.today = text[3:]
            return
        if text.startswith("given "):
            return self.given(text)
        label = None
        found = re.match(r"(\w+) = (.*)", text)
        if found:
            label, text = found.groups()
        found = re.match(r"(licence (EXCL|SOLE|ORD)|sale) (\w+) ([\w, -]+?) -> ([\w-]+)(.*)", text)
        if found:
            return self.play(self.contract(found.group(2), found.group(3), found.group(4), found.group(5), self.values(found.group(6))), label, must)
        found = re.match(r"([\w-]+(?:, [\w-]+)*) ([a-z_]+\.[a-z_]+|correction)(.*)", text)
        if not found:
            raise Difference("cannot read: " + text)
        signers, kind, rest = found.groups()
        self.play(self.record(signers.split(", "), kind, rest, label), label, must)

    def value(self, text):
        if text[:1] in "[{\"" or re.fullmatch(r"-?\d+", text) and len(text) < 10 or text in ("true", "false"):
            text = re.sub(r'"\$([\w-]+(?:/\d+)?)"', lambda m: json.dumps(self.name(m.group(1))), text)
            return json.loads(text)
        moment = re.fullmatch(r"(\d{4}-\d\d-\d\d)@(\d\d):(\d\d)(?::(\d\d))?", text)
        if moment:  # Beijing time
            day, hour, minute, second = moment.groups()
            at = datetime.fromisoformat(day) + timedelta(hours=int(hour) - 8, minutes=int(minute), seconds=int(second or 0))
            return at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.name(text)

    def name(self, text):
        label, _, n = text.partition("/")
        if n.isdigit() and label in self.names:
            return self.names[label] + "/" + n
        return self.names.get(text, text)

    def values(self, text):
        """`key=value ..`; a bare word is the patent or the case that the record is about."""
        found = {}
        for token in re.findall(r"[\w]+=(?:\{.*?\}(?=\s|$)|\[.*?\](?=\s|$)|\S+)|\S+", text):
            key, eq, value = token.partition("=")
            if eq:
                found[key] = self.value(value)
            else:
                key = self.name(token)
                found["case" if key.startswith("case:") else "listing" if key.startswith("lst:") else "pat"] = key
        return found

    def record(self, signers, kind, rest, label):
        d = {**SILENT.get(kind, {}), **self.values(rest)}
        role = d.pop("role", None)
        principal = d.pop("acting_for", None)
        event = d.pop("event", None)
        parties = [self.names[s] for s in signers]
        main = MAIN_DATE.get(kind, "date")
        if kind not in UNDATED:
            d.setdefault(main, event or self.today)
        if kind == "stat.snapshot":  # what the case leaves out is as the model counts it
            result, digest = statistics.answer(self.pair.model, d["query"], d["from"], d["until"])
            d = {"result_hash": digest, **({"result": result} if result else {}), **d}
        if kind == "target.report":
            target = self.pair.model.targets.get(d["target"][4:])
            d = {**(statistics.report_of(self.pair.model, target, d["year"]) if target else {}), **d}
        if kind.startswith("contract.") and "ctr" not in d:
            d["ctr"] = self.names["contract"]
        if kind == "case.file" and "case" not in d:
            d["case"] = "case:%s/%d" % (d["body"][4:], self.number())
            if label:
                self.names[label] = d["case"]
        if kind == "compulsory.grant":
            d["scope"] = self.scope(d, self.today)
        if "opens" in d:  # the data that a hidden right committed to
            pat = d.pop("opens")
            value = {**self.sealed[pat], **d.pop("forged", {})}
            d["openings"] = [{"commit": commitment("patent_data", SALT, self.sealed[pat]), "name": "patent_data", "salt": SALT, "value": value}]
            d["patents"] = [pat]
        if kind == "contract.amend" and "change" in d:  # the first right restated, with changes; others as they are
            first, *rest = [dict(r) for r in self.pair.model.contracts[d["ctr"]]["rights"]]
            change = d.pop("change")
            change["scope"] = {**first.get("scope", {}), **change.get("scope", {})}
            d["rights"] = [{**first, **change}, *rest]
        if kind.startswith(("market.", "auction.", "bid.", "deal.", "settlement.")):
            self.on_market(kind, d, parties)
        for link in d.get("custody", []) + ((d["old"] if "old" in d else []) + d["new"] if d.get("field") == "custody" else []):
            link.update({f: self.value(link[f]) for f in ("from", "until", "party") if f in link})
        if "served" in d:
            d["served"] = [{"date": day, "mode": "ELECTRONIC", **({"party": self.name(p)} if p != "*" else {})} for p, day in sorted(d["served"].items(), key=lambda x: self.name(x[0]))]
        for f in ("owners", "pledgor", "pledgee", "patents", "claimants", "respondents", "pats", "consents", "parties", "from", "to", "by", "applicants", "evidence",
                  "seller", "buyer", "encumbrances", "licenses", "related", "contributor"):
            if f in d and isinstance(d[f], list) and all(isinstance(x, str) for x in d[f]):
                d[f] = sorted(self.name(x) for x in d[f])
                if f == "to" and kind == "transfer.register":
                    d[f] = [{"party": x} for x in d[f]]
        act = {"type": kind, "data": d, "by": parties[0], "role": role or ROLES.get(signers[0], "PARTY"), "event_date": event or d.get(main, self.today),
               "today": self.today}
        if not event and not dates.plus_days(self.today, -365) <= act["event_date"] <= self.today:
            act["event_date"] = self.today
        if principal:
            act["acting_for"] = principal
        if len(parties) > 1:
            act["signers"] = sorted(parties)
        return act

    def scope(self, more, day):
        return {"from": more.pop("from", day), "to": more.pop("to", dates.plus_days(dates.plus_years(day, 3), -1)), "territory": [str(more.pop("in", "50"))],
                "fields": [more.pop("for", "F27D17")], "manner": ["MAKE", "SELL", "USE"]}

    def on_market(self, kind, d, parties):
        """Sums in fen, commitments from what they commit to, and who is meant where nobody else can be."""
        for f in ("amount", "deposit", "step"):
            if isinstance(d.get(f), int):
                d[f] = {"fen": d[f]}
        if isinstance(d.get("fees"), int):
            d["fees"] = {"fen": d["fees"]}
        if kind in ("auction.close", "deal.confirm") and isinstance(d.get("price"), int):
            d["price"] = {"fen": d["price"]}
        if kind == "market.list":
            d.setdefault("listing", "lst:%s/%d" % (ID["exchange"][4:], self.number()))
            d.setdefault("from", self.today)
            d.setdefault("to", dates.plus_days(self.today, 60))
            d.setdefault("price", {"mode": "NEGOTIABLE"}) if "price_commit" not in d else None
            if isinstance(d.get("deal_kinds"), str):
                d["deal_kinds"] = [d["deal_kinds"]]
        if kind in ("market.list", "market.update"):
            d.setdefault("seller", sorted(parties[1:]))
            d.setdefault("snapshot_size", self.pair.model.index())
            if "seen_before" in d:  # the exchange looked before this record came
                d["snapshot_size"] = self.pair.model.index(d.pop("seen_before"))
        if kind == "market.delist":
            d.setdefault("seller", sorted(parties[1:]))
        if kind in ("market.offer", "market.accept", "market.reject"):
            d.setdefault("from", sorted(parties))
        if kind == "market.offer":
            d.setdefault("valid_to", dates.plus_days(self.today, 15))
        if "reserve" in d:
            reserve = d.pop("reserve")
            if kind == "auction.open":
                d["reserve_commit"] = commitment("reserve", SALT, {"fen": reserve})
            else:
                d["reserve_open"] = {"amount": {"fen": reserve}, "salt": SALT}
        if kind in ("auction.bid", "bid.commit"):
            d.setdefault("bidder_pseudonym", "N-" + parties[0][-4:])
        if kind == "bid.commit" and "commit" not in d:
            d["commit"] = commitment("bid", SALT, {"amount": d.pop("amount"), "auction": d["auction"], "bidder": self.name(d.pop("made_for", parties[0]))})
        if kind == "bid.reveal":
            d.setdefault("salt", SALT)
        if kind == "deal.confirm":
            d.setdefault("ctr", self.names["contract"])
            d["seller"], d["buyer"] = (d.get(f) or sorted(x) for f, x in zip(("seller", "buyer"), sides(self.pair.model.contracts[d["ctr"]])))
            if "price" not in d:
                d.setdefault("price_commit", HASH)
        if kind.startswith("settlement.") and "auction" not in d:
            d.setdefault("ctr", self.names["contract"])
        if kind == "settlement.pay":
            d.setdefault("payer", parties[-1])

    def contract(self, kind, pat, givers, taker, more):
        key = self.names[pat]
        p = self.pair.model.patents[key]
        givers = [self.names[g] for g in givers.split(", ")]
        taker = self.names[taker]
        day = more.pop("signed", self.today)
        holders = sorted({o["party"] for o in p["owners"]} if "owners" in p else set(p.get("applicants", [])))
        right = {"pat": key, "deal": "LICENSE" if kind else "TRANSFER",
                 "patent_data": {"app_no": "CN" + key[4:], "filing_date": p["filing_date"], "title": p.get("title", "装置"), **({"holders": holders} if holders else {})}}
        if more.pop("zl", "grant" in p):
            right["patent_data"]["patent_no"] = "ZL" + key[4:]
        if more.pop("hidden", False):  # on an application that is not published: a commitment to its data
            data = {"app_no": "CN" + key[4:], "filing_date": p["filing_date"], "title": "装置"}
            del right["pat"], right["patent_data"]
            right["patent_data_commit"] = commitment("patent_data", SALT, data)
            self.sealed[key] = data
        if kind:
            right["license_kind"] = kind
            right["scope"] = self.scope(more, day)
            if len(holders) > 1:
                right["share_rule"] = "平均分配"
            for f, name in (("sublicensing", "sublicense_allowed"), ("cannot_work", "licensor_cannot_work")):
                if more.pop(f, False):
                    right[name] = True
            if "except" in more:
                right["except"] = sorted(self.name(x) for x in more.pop("except"))
        sides = ("LICENSOR", "LICENSEE") if kind else ("ASSIGNOR", "ASSIGNEE")
        d = {"ctr": more.pop("ctr", None) or "ctr:%s/c%d" % (givers[0][4:], self.number()), "kind": "LIC-P" if kind else "TRF-P", "title": "合同",
             "parties": [{"party": g, "side": sides[0]} for g in givers] + [{"party": taker, "side": sides[1]}], "sign_date": day, "effective_date": day, "rights": [right],
             "text_commit": HASH, "price_method": "LISTING"}
        if "consents" in more:
            more["consents"] = sorted(self.name(x) for x in more["consents"])
        signers = [self.names[s] for s in more.pop("signers", [])]
        d.update(more)
        if d["price_method"] == "none":
            del d["price_method"]
        act = {"type": "contract.sign", "data": d, "by": givers[0], "role": "PARTY", "event_date": day, "today": self.today}
        act["signers"] = sorted(set(signers or givers + [taker]))
        self.names["contract"] = d["ctr"]
        return act

    def given(self, text):
        """A patent's life so far: filing, examination, grant and annuities, as the office states them."""
        m = re.match(r"given (INV|UM|DES) (patent|application) (\w+) of ([\w, -]+?)(?: filed (\S+))?(?: (granted|to) (\S+))?(?: paid to (\d+))?$", text)
        if not m:
            raise Difference("cannot read: " + text)
        kind, what, name, owners, filed, _, mark, paid = m.groups()
        filed = filed or "2022-05-10"
        parties = [self.names[o] for o in owners.split(", ")]
        twelve = "%s%s%07d" % (filed[:4], {"INV": "1", "UM": "2", "DES": "3"}[kind], self.number())
        no = twelve + app_check(twelve)
        pat = self.names[name] = "pat:" + no
        self.names[name + "-no"] = no
        title = "余热回收装置"
        opening = [{"commit": commitment("title", SALT, title), "name": "title", "salt": SALT, "value": title}]
        states = ["FILED", "PRELIM", "PUBLISHED", "SUBST", "ALLOWED", "GRANTED"]
        until = mark if mark in states else "GRANTED"

        def at(months):
            return min(self.today, dates.plus_months(filed, months))

        def office(act, **data):
            self.play({"type": act, "data": data, "by": ID["office"], "role": "IPO", "event_date": self.today, "today": self.today})
        office("patent.accept", app_no=no, type=kind, filing_date=filed, applicant_count=len(parties), title_commit=opening[0]["commit"])
        stages = [("PRELIM", lambda: office("patent.prelim_result", pat=pat, date=at(3), kind="PASSED"))]
        if kind == "INV":
            stages.append(("PUBLISHED", lambda: office("patent.publish", pat=pat, pub_no="CN1%08dA" % self.number(), pub_date=at(18), title=title, applicants=parties, inventors=[HASH],
                                                       ipc=["F27D17/00"], abstract_hash=HASH, openings=opening)))
            stages.append(("SUBST", lambda: office("patent.exam_request", pat=pat, date=at(19), entered_date=at(19))))
        stages.append(("ALLOWED", lambda: office("patent.grant_notice", pat=pat, date=at(22 if kind == "INV" else 5))))
        granted = mark if mark and mark not in states else at(24 if kind == "INV" else 6)
        letter = {"INV": "1%08dB", "UM": "2%08dU", "DES": "3%08dS"}[kind] % self.number()
        stages.append(("GRANTED", lambda: office("patent.grant", pat=pat, grant_date=granted, grant_no="CN" + letter, kind=letter[-1], owners=[{"party": x} for x in parties],
                                                 inventors=[HASH], claims_hash=HASH, claim_count=9, ipc=["F27D17/00"], first_annuity_year=3 if kind == "INV" else 1,
                                                 **({} if kind == "INV" else {"title": title, "openings": opening}))))
        if until != "FILED":
            for state, act in stages:
                act()
                if state == until:
                    break
        if until == "GRANTED":
            year = (3 if kind == "INV" else 1) + 1
            while year <= int(paid or 99) and (paid or dates.plus_years(filed, year - 1) <= self.today) and dates.plus_years(filed, year - 1) < self.pair.model.patents[pat]["term_end"]:
                office("annuity.paid", pat=pat, year=year, paid_date=min(self.today, dates.plus_years(filed, year - 1)), amount={"fen": 120000})
                year += 1


def read(path):
    """(title, chinese, facts, expectation, line number) of every case of a file."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for part in re.finditer(r"(?m)^## (.+)\n(.+)\n+```\n((?:.*\n)*?)```\n(.+)$", text):
        title, chinese, facts, expected = part.groups()
        yield title, chinese, [x for x in facts.splitlines() if x.strip()], expected.strip(), text[:part.start()].count("\n") + 1
    if text.count("\n## ") != len(re.findall(r"(?m)^## (.+)\n(.+)\n+```\n((?:.*\n)*?)```\n(.+)$", text)):
        raise Difference(path + ": a case that cannot be read")


def judge(pair, facts, expected, catalogue, told):
    story = Story(pair)
    for n, fact in enumerate(facts):
        story.line(fact, must=n < len(facts) - 1)
    kind, answer, refused, flags = story.last
    if expected == "accepted":
        if refused or flags:
            raise Difference("expected accepted; the ledger " + said(refused, flags) + " " + json.dumps(answer, ensure_ascii=False)[:300])
        return
    m = re.fullmatch(r"(refused:|accepted with flag) ([A-Z_]+), ([A-Z]+\d* \d[\d., -]*?)(?:, ([A-Za-z]\w*(?:/\d+)?))?", expected)
    if not m:
        raise Difference("cannot read: " + expected)
    how, code, basis, label = m.groups()
    where = refused if how == "refused:" else flags
    if code not in where or (how != "refused:" and refused):
        raise Difference("expected %s; the ledger %s %s" % (expected, said(refused, flags), json.dumps(answer, ensure_ascii=False)[:400]))
    stated = [r["law"] + " " + r["article"] for r in catalogue["reasons"] if r["type"] == kind and r["code"] == code]
    if not stated:  # a code that may meet any record
        stated = [c["law"] + " " + c["article"] for c in catalogue["codes"] if c["code"] == code]
    if basis not in stated:
        raise Difference("the catalogue rests %s at %s on %s, not on %s" % (code, kind, " / ".join(stated), basis))
    if label:
        blocking = [b for i in answer.get("refused", answer.get("flags", [])) if i["code"] == code for b in i["blocking"]]
        if story.name(label) not in blocking:
            raise Difference("%s does not name %s, but %s" % (code, label, blocking))
    told.add(code)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--driver", required=True)
    parser.add_argument("only", nargs="*", help="files, or words of a title")
    options = parser.parse_args()
    ledger, the_world = Ledger(options.driver), world()
    catalogue = ledger.ask({"catalogue": True})
    told, count, wrong = set(), 0, 0
    for path in sorted(glob.glob(os.path.join(CASES, "*.md"))):
        if os.path.basename(path) == "README.md":
            continue
        for title, chinese, facts, expected, line in read(path):
            if options.only and not any(w in path or w in title for w in options.only):
                continue
            count += 1
            try:
                judge(Pair(ledger, the_world), facts, expected, catalogue, told)
            except (Difference, KeyError, ValueError, TypeError, IndexError) as error:
                wrong += 1
                print("%s:%d: %s: %s %s" % (os.path.relpath(path), line, title, error.__class__.__name__ if not isinstance(error, Difference) else "", error))
    print("%d cases, %d codes" % (count, len(told)))
    if not options.only:
        announced = {r["code"] for r in catalogue["reasons"]} & {c["code"] for c in catalogue["codes"] if c["class"] in ("law", "flag", "computed", "programme")}
        with open(os.path.join(CASES, "without.txt"), encoding="utf-8") as file:
            without = {x.split()[0] for x in file if x.strip() and not x.startswith("#")}
        for code in sorted(announced - told - without):
            wrong += 1
            print("no case shows", code)
        for code in sorted((told & without) | (without - announced)):
            wrong += 1
            print("without.txt lists %s, which has a case or is announced no more: take it out" % code)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
