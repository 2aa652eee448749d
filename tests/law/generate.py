# SPDX-License-Identifier: Apache-2.0
"""Random acts that a world of parties, patents, contracts and cases might see: half of them allowed, many near misses.

It reads the model's state to find what could be done next. What is allowed it does not decide.
"""
import generate_evidence
import generate_foreign
import generate_market
from generate_evidence import EvidenceActs
from generate_foreign import ForeignActs
from generate_market import MarketActs
from model import dates, statistics
from model.ledger import POWERS
from model.numbers import app_check, commitment
from model.patents import due, grace_end, holders, public
from play import ID

SALT = "7" * 64
OFFICE, COURT, HIGH, DEPT = ID["office"], ID["court"], ID["high court"], ID["department"]
TRADERS = [ID[n] for n in ("university", "company", "rival", "co-owner", "foreigner")]
HASH = "sha256:" + "a" * 64


class Generator(MarketActs, EvidenceActs, ForeignActs):
    def __init__(self, rng, model):
        self.rng, self.m = rng, model
        self.today = dates.plus_days("2026-01-05", rng.randrange(0, 500))
        self.serial = rng.randrange(1000, 9000)
        self.queue = []

    # chance
    def one(self, items):
        items = list(items)
        return self.rng.choice(items) if items else None

    def odds(self, p):
        return self.rng.random() < p

    def some(self, items, least=1):
        items = sorted(items)
        return sorted(self.rng.sample(items, self.rng.randint(least, min(len(items), least + 1))))

    def next_number(self):
        self.serial += 1
        return self.serial

    def ago(self, most=40):
        return dates.plus_days(self.today, -self.rng.randrange(0, most) if self.odds(0.6) else 0)

    def about(self, day):
        """A day or one of its neighbours."""
        return dates.plus_days(day, self.one([-1, 0, 0, 1]))

    def boundary(self, *days):
        """Near one of these days if it has come; else a recent one."""
        days = [d for d in days if d and dates.plus_days(d, 1) <= self.today]
        return self.about(self.one(days)) if days and self.odds(0.6) else self.ago()

    def act(self, kind, data, by=OFFICE, role="IPO", signers=(), on=None, **more):
        act = {"type": kind, "data": data, "by": by, "role": role, "event_date": on or self.today, "today": self.today, **more}
        everybody = sorted({by, *signers})
        if everybody != [by]:
            act["signers"] = everybody
        return act

    def party(self, kind, data, by, signers=(), on=None, **more):
        return self.act(kind, data, by, "PARTY", signers, on, **more)

    # what there is
    def patents(self, *statuses, kind=None):
        return [k for k, p in self.m.patents.items() if (not statuses or p["status"] in statuses) and (kind is None or p["type"] in kind)]

    def patent(self, *statuses, kind=None, stray=0.08):
        """A patent in one of the states; now and then any other that is as far on its way (examined or granted)."""
        if self.odds(stray):
            granted = "GRANTED" in statuses or not statuses
            return self.one([k for k, p in self.m.patents.items() if ("owners" in p) == granted])
        return self.one(self.patents(*statuses, kind=kind))

    def served(self, parties, day, least=0):
        """Services of a decision: mostly on everybody."""
        if self.odds(0.12):
            return {}
        if self.odds(0.12) and len(parties) > 1:
            parties = parties[1:]
        items = [{"date": min(self.today, dates.plus_days(day, self.rng.randrange(0, 6))), "mode": "ELECTRONIC", "party": p} for p in sorted(set(parties))]
        return {"served": items} if items else {}

    def service(self, pat, day):
        p = self.m.patents[pat]
        if public(p):
            return self.served(holders(p), day)
        return {"served": [{"date": min(self.today, dates.plus_days(day, 2)), "mode": "ELECTRONIC"}]} if self.odds(0.8) else {}

    def step(self):
        """The next act to try; time goes on now and then."""
        while self.queue:
            act = self.queue.pop(0)(self)
            if act:
                return self.spoil(act) if self.odds(0.04) else self.delegate(act)
        if self.odds(0.55):
            self.today = dates.plus_days(self.today, self.one([1, 1, 2, 5, 10, 20, 31, 61]))
        if len(self.m.patents) < 3:
            return self.imported()
        for _ in range(60):
            act = self.one(ACTS)(self)
            if act:
                return self.spoil(act) if self.odds(0.14) else self.delegate(act)
        return self.imported()

    def delegate(self, act):
        """Now and then an agency acts for the party, mostly under a mandate."""
        if act["role"] != "PARTY" or act["type"] not in POWERS or self.odds(0.8):
            return act
        agents = [g for g in self.m.mandates if g["principal"] == act["by"]]
        if not agents and self.odds(0.9):
            return act
        act.update(acting_for=act["by"], by=ID["agency"], role="AGENT")
        if "signers" in act or self.odds(0.5):  # who is named as signing signs beside the agency
            stays = {act["acting_for"]} if self.odds(0.6) else set()
            act["signers"] = sorted(set(act.get("signers", ())) - {act["acting_for"]} | stays | {act["by"]})
        return act

    def spoil(self, act):
        """A near miss: another signer, a missing one, a day too far."""
        how = self.rng.randrange(6)
        if how == 5:
            act["event_date"] = dates.plus_days(act["today"], self.one([-366, -365, 1]))
            return act
        if how == 0 and "signers" in act and len(act["signers"]) > 1:
            gone = self.one([s for s in act["signers"] if s != act["by"]])
            act["signers"] = [s for s in act["signers"] if s != gone]
        elif how == 1:
            act["signers"] = sorted(set(act.get("signers", [act["by"]])) | {self.one(TRADERS)})
        elif how == 2:
            act["by"] = self.one(TRADERS + [COURT])
            act["signers"] = sorted(set(act.get("signers", [])) | {act["by"]})
        else:
            fields = [f for f in ("date", "sign_date", "paid_date", "until", "announce_date", "grant_date", "pub_date", "decision_date", "last_act",
                                  "first_act", "received_at", "filing_date", "as_of", "notice_date") if f in act["data"]]
            if fields and act["type"] != "preserve.receive":  # an interval that ends before it begins means nothing
                f = self.one(fields)
                act["data"][f] = dates.plus_days(act["data"][f], self.one([-400, -31, -1, 1, 31, 400]))
        return act

    # patents
    def number(self, kind, year):
        twelve = "%d%s%07d" % (year, {"INV": "1", "UM": "2", "DES": "3"}[kind], self.next_number())
        return twelve + app_check(twelve)

    def accepted(self, kind=None, filed=None):
        kind = kind or self.one(["INV", "INV", "UM", "DES"])
        twin = self.one([k for k, p in self.m.patents.items() if {p["type"], kind} == {"INV", "UM"}]) if self.odds(0.12) else None
        if twin:
            filed = self.m.patents[twin]["filing_date"]
        filed = filed or self.ago(60)
        title = "装置%d" % self.next_number()
        d = {"app_no": self.number(kind, int(filed[:4])), "type": kind, "filing_date": filed, "applicant_count": 1,
             "title_commit": commitment("title", SALT, title)}
        if self.odds(0.3):
            months = 6 if kind == "DES" else 12
            if self.odds(0.5):
                first = self.about(dates.plus_months(filed, -self.one([months, months, months + 2, 3])))
            else:
                first = dates.plus_days(filed, -self.rng.randrange(1, 500))
            d["priority"] = [{"country": "US", "date": first, "no": "US%d" % self.next_number()}]
            if self.odds(0.4):
                d["priority_restoration"] = self.one(["GRANTED", "REQUESTED", "REFUSED"])
        if self.m.patents and self.odds(0.08):  # a first filing at home
            base = self.one(self.m.patents)
            d["priority"] = [{"country": "CN", "date": self.m.patents[base]["filing_date"], "no": base[4:]}]
        if kind != "DES" and self.odds(0.06):
            twelve = d["app_no"][:4] + {"INV": "8", "UM": "9"}[kind] + d["app_no"][5:12]
            d["app_no"] = twelve + app_check(twelve)
            d["pct_no"] = "PCT/CN%s/%06d" % (filed[:4], self.serial)
            base = min([x["date"] for x in d.get("priority", [])], default=filed)
            d["entry_date"] = min(self.today, self.about(dates.plus_months(base, self.one([30, 32, 20]))))
            if self.odds(0.5):
                d["entry_surcharge"] = True
        if twin:
            d["pair_um_inv"] = twin
        if self.m.patents and self.odds(0.02):
            d["app_no"] = self.one(self.m.patents)[4:]
            d["type"] = {"1": "INV", "8": "INV", "2": "UM", "9": "UM", "3": "DES"}[d["app_no"][4]]
        if self.odds(0.04):
            d["app_no"] = d["app_no"][:12] + self.one("0123456789X")
        if self.odds(0.03):
            d["type"] = self.one(["INV", "UM", "DES"])
        commits = [rid for rid, a in self.m.records.items() if a.type == "patent.commit"]
        if commits and self.odds(0.4):
            d["commit_ref"] = self.one(commits)
        self.titles = getattr(self, "titles", {})
        self.titles["pat:" + d["app_no"]] = title
        return self.act("patent.accept", d)

    def accept(self):
        return self.accepted()

    def commit(self):
        return self.act("patent.commit", {"type": self.one(["INV", "UM", "DES"]), "doc_commit": "sha256:%064x" % self.next_number(),
                                          "applicant_commit": self.one([HASH, commitment("applicant", SALT, [ID["company"]])])}, *self.one([(ID["agency"], "AGENT"), (ID["company"], "PARTY")]))

    def imported(self):
        """A patent that was granted before: the office states its life so far, mostly whole."""
        kind = self.one(["INV", "INV", "INV", "UM", "DES"])
        years = self.one([2, 3, 4, 5, 9, 19]) if kind == "INV" else self.one([1, 2, 5, 9])
        filed = dates.plus_days(dates.plus_years(self.today, -years), -self.rng.randrange(0, 360))
        act = self.accepted(kind, filed)
        act["data"].pop("commit_ref", None)
        pat = "pat:" + act["data"]["app_no"]
        owners = self.some(TRADERS) if self.odds(0.4) else [self.one(TRADERS)]
        title = self.titles[pat]

        def at(months):
            return min(self.today, dates.plus_months(filed, months))

        def published(g):
            return g.act("patent.publish", g.publication(pat, owners, title, at(18)))

        def examined(g):
            return g.act("patent.exam_request", {"pat": pat, "date": at(18), "entered_date": at(18)})

        def granted(g):
            return g.act("patent.grant", g.grant_data(pat, kind, owners, title, at(22 if kind == "INV" else 6), 3 if kind == "INV" else 1))
        story = [lambda g: g.act("patent.prelim_result", {"pat": pat, "date": at(3), "kind": "PASSED"})]
        if kind == "INV":
            story += [published, examined]
        story += [lambda g: g.act("patent.grant_notice", {"pat": pat, "date": at(20 if kind == "INV" else 4)}), granted]
        first = 3 if kind == "INV" else 1
        for year in range(first + 1, 22):
            day = dates.plus_years(filed, year - 1)
            if day > self.today or self.odds(0.03):
                break
            story.append(lambda g, y=year, day=day: g.act("annuity.paid", {"pat": pat, "year": y, "paid_date": day, "amount": {"fen": 120000}}))
        self.queue = [s for s in story if not self.odds(0.01)]
        return act

    def publication(self, pat, owners, title, day):
        shown = title + "改" if self.odds(0.05) else title
        return {"pat": pat, "pub_no": "CN1%08dA" % self.next_number(), "pub_date": day, "title": shown, "applicants": owners,
                "inventors": [HASH], "ipc": ["F27D17/00"], "abstract_hash": HASH,
                "openings": self.openings(pat, owners, title)}

    def openings(self, pat, owners, title):
        opened = [{"commit": commitment("title", SALT, title), "name": "title", "salt": SALT, "value": title}]
        if "applicant_commit" in self.m.patents.get(pat, {}) and self.odds(0.9):
            opened.append({"commit": commitment("applicant", SALT, owners), "name": "applicant", "salt": SALT, "value": owners})
        return opened

    def grant_data(self, pat, kind, owners, title, day, first):
        letter = {"INV": "1%08dB", "UM": "2%08dU", "DES": "3%08dS"}[kind] % self.next_number()
        d = {"pat": pat, "grant_date": day, "grant_no": "CN" + letter, "kind": letter[-1], "owners": [{"party": o} for o in owners], "inventors": [HASH],
             "claims_hash": HASH, "claim_count": 9, "ipc": ["F27D17/00"], "first_annuity_year": first}
        if len(owners) > 1 and self.odds(0.4):
            part = 10000 // len(owners)
            for o in d["owners"]:
                o["share"] = part
            d["owners"][0]["share"] = 10000 - part * (len(owners) - 1) - self.one([0, 0, 0, 1])
        if kind != "INV":
            d["title"] = title
            d["openings"] = self.openings(pat, owners, title)
        return d

    def title_of(self, pat):
        return self.titles.get(pat, "装置")

    def owners_of(self, pat):
        return holders(self.m.patents[pat]) or [self.one(TRADERS)]

    def prelim(self):
        pat = self.patent("FILED", stray=0)
        if pat:
            day = self.ago()
            return self.act("patent.prelim_result", {"pat": pat, "date": day, "kind": self.one(["PASSED", "PASSED", "PASSED", "FAILED"]), **self.service(pat, day)})

    def publish(self):
        pat = self.patent("PRELIM", kind=("INV",))
        if pat:
            p = self.m.patents[pat]
            day = self.boundary(dates.plus_months(p.get("priority_date", p["filing_date"]), 18))
            d = self.publication(pat, self.some(TRADERS), self.title_of(pat), day)
            if self.odds(0.6):
                d["early_request"] = True
            return self.act("patent.publish", d)

    def exam(self):
        pat = self.patent("FILED", "PRELIM", "PUBLISHED", "PUBLISHED", kind=("INV",))
        if pat:
            p = self.m.patents[pat]
            day = self.boundary(dates.plus_months(p.get("priority_date", p["filing_date"]), 36))
            d = {"pat": pat, "date": day}
            if self.odds(0.6):
                d["entered_date"] = max(day, self.ago())
                return self.act("patent.exam_request", d)
            return self.party("patent.exam_request", d, self.one(holders(p) or TRADERS))

    def office_action(self):
        pat = self.patent("PRELIM", "SUBST")
        if pat:
            day = self.ago()
            return self.act("patent.office_action", {"pat": pat, "date": day, "kind": "EXAMINATION", "due": dates.plus_months(day, 4), **self.service(pat, day)})

    def response(self):
        pat = self.patent("PRELIM", "SUBST")
        if pat:
            p = self.m.patents[pat]
            return self.party("patent.response", {"pat": pat, "kind": "AMENDMENT", "date": self.ago(), "doc_hash": HASH}, self.one(holders(p) or TRADERS))

    def fast(self):
        """The fast track: asked for, recommended, decided, left, and the office's steps about its clocks."""
        tracked = [k for k, p in self.m.patents.items() if p.get("track", {}).get("stage") in ("REQUESTED", "ACCEPTED")]
        if tracked and self.odds(0.7):
            pat = self.one(tracked[-2:])
            p = self.m.patents[pat]
            day = max(self.ago(4), p["track"]["since"]) if self.odds(0.9) else self.ago(8)
            hidden = {} if public(p) == self.odds(0.97) else {"class_ok": True, "all_consent": True, "table_version": 1}
            if p["track"]["stage"] == "REQUESTED" or self.odds(0.1):
                if self.odds(0.25):
                    by, role = self.one([(DEPT, "ADMIN"), (OFFICE, "IPO")])
                    return self.act("fasttrack.recommend", {"pat": pat, "date": day, "result": "ACCEPTED"}, by, role)
                self.queue += [Generator.timed] * 2
                return self.act("fasttrack.decide", {"pat": pat, "date": day, "result": self.one(["ACCEPTED", "ACCEPTED", "ACCEPTED", "REFUSED"]), **hidden})
            return self.act("fasttrack.exit", {"pat": pat, "date": day, "result": "LATE_REPLY"}) if self.odds(0.3) else self.timed()
        pat = self.one(self.patents("SUBST", "PRELIM", "FILED", "REJECTED") + [k for k, p in self.m.patents.items() if p["contested"]])
        if not pat:
            return None
        p = self.m.patents[pat]
        stage = "INVALIDATION" if p["contested"] else "REEXAMINATION" if p["status"] == "REJECTED" else "EXAMINATION"
        if self.odds(0.05):
            stage = self.one(["EXAMINATION", "INVALIDATION", "REEXAMINATION"])
        d = {"pat": pat, "track": self.one(["PRIORITY", "PRIORITY", "PREEXAM"]), "stage": stage, "ground": self.one([1, 1, 2, 5]), "prior_art_hash": HASH}
        if self.odds(0.9):
            d["recommender"] = DEPT
        if public(p) == self.odds(0.96):
            d["ipc_main"] = self.one(["F03D7/02", "C02F1/00", "A01B1/00", "F27D17/00"])
            if self.odds(0.8):
                d.update(self.cite(pat, "fasttrack.request", self.today))
        else:
            d["patent_data_commit"] = HASH
        self.queue += [Generator.fast] * 2
        by = p.get("filer") if not public(p) else self.one(holders(p))
        if self.odds(0.3) or (not by and self.odds(0.9)):
            return self.act("fasttrack.request", d)
        return self.act("fasttrack.request", d, by or self.one(TRADERS), "AGENT" if by == ID["agency"] else "PARTY")

    def timed(self):
        """The office's next step on the fast track, about its day."""
        fits = [k for k, p in self.m.patents.items() if p.get("track", {}).get("clocks")]
        pat = self.one(fits[-2:])
        if not pat:
            return None
        p = self.m.patents[pat]
        step, due_day = self.one(p["track"]["clocks"].items())
        self.today = max(self.today, self.about(due_day))
        day = min(self.today, self.about(due_day)) if self.odds(0.9) else self.today
        at = p["track"]["at"]
        if at == "INVALIDATION" and p["contested"]:
            return self.act("invalidation.decide", {"pat": pat, "request": p["contested"][0], "date": day, "decision_no": "D%d" % self.next_number(), "outcome": "MAINTAIN"})
        if at != "EXAMINATION" and p.get("reexam") != "REQUESTED":
            return None
        if at == "REEXAMINATION":
            return self.act("reexam.decide", {"pat": pat, "no": "F1", "date": day, "outcome": "UPHELD"})
        if step == "FIRST_ACTION":
            return self.act("patent.office_action", {"pat": pat, "date": day, "kind": "EXAMINATION"})
        return self.act(*self.one([("patent.grant_notice", {"pat": pat, "date": day}), ("patent.reject", {"pat": pat, "date": day, "ground": "缺乏创造性"})]))

    def reject(self):
        pat = self.patent("PRELIM", "SUBST", stray=0)
        if pat and self.odds(0.4):
            day = self.ago()
            return self.act("patent.reject", {"pat": pat, "date": day, "ground": "缺乏创造性", **self.service(pat, day)})

    def withdraw(self):
        pat = self.patent("FILED", "PRELIM", "PUBLISHED", "SUBST")
        p = self.m.patents.get(pat)
        if p and self.odds(0.7 if len(holders(p)) > 1 else 0.25):
            d = {"pat": pat, "date": self.ago(), "ground": "自行撤回"}
            if public(p):
                d["applicants"] = self.some(holders(p)) if self.odds(0.4) else sorted(holders(p))
                return self.party("patent.withdraw", d, d["applicants"][0], d["applicants"])
            return self.act("patent.withdraw", d)

    def deemed(self):
        pat = self.patent("FILED", "PRELIM", "PUBLISHED", "SUBST", "ALLOWED")
        if pat and self.odds(0.25):
            day = self.ago()
            return self.act("patent.deemed_withdrawn", {"pat": pat, "date": day, "ground": "逾期未答复", **self.service(pat, day)})

    def notice(self):
        pat = self.one(self.patents("SUBST", kind=("INV",)) + self.patents("PRELIM", kind=("UM", "DES"))) 
        if pat:
            day = self.ago()
            return self.act("patent.grant_notice", {"pat": pat, "date": day, **self.service(pat, day)})

    def grant(self):
        pat = self.patent("ALLOWED")
        if pat:
            p = self.m.patents[pat]
            owners = holders(p) or self.some(TRADERS)
            d = self.grant_data(pat, p["type"], owners, self.title_of(pat), self.ago(), 1 + (dates.of(self.today) - dates.of(p["filing_date"])).days // 366)
            if self.odds(0.7):
                notice = p["decisions"].get("grant_notice", {})
                served = [s["date"] for s in notice.get("served", [])]
                d["formalities_date"] = self.boundary(*[self.m.calendar.end_of(s, months=2) for s in served])
            return self.act("patent.grant", d)

    def year_of(self, p):
        year = p["first_year"] + 1
        while year in p["paid"]:
            year += 1
        return year

    def pay(self):
        pat = self.patent("GRANTED")
        p = self.m.patents.get(pat)
        if p and "paid" in p:
            year = self.year_of(p)
            if due(p, year) > dates.plus_months(self.today, 6) and self.odds(0.8):
                return None
            if self.odds(0.1):
                year += self.one([-1, 1])
            day = self.boundary(due(p, year), self.m.calendar.shift(due(p, year)), grace_end(self.m, p, year))
            return self.act("annuity.paid", {"pat": pat, "year": year, "paid_date": day, "amount": {"fen": 120000}})

    def remind(self):
        pat = self.patent("GRANTED")
        p = self.m.patents.get(pat)
        if p and "paid" in p and self.odds(0.4):
            year = self.year_of(p)
            return self.act("annuity.notice", {"pat": pat, "year": year, "due": self.about(self.m.calendar.shift(due(p, year))) if self.odds(0.3) else
                                               self.m.calendar.shift(due(p, year)), "grace_end": grace_end(self.m, p, year)})

    def lapse(self):
        late = [k for k in self.patents("GRANTED") if "paid" in self.m.patents[k] and due(self.m.patents[k], self.year_of(self.m.patents[k])) < self.today]
        pat = self.one(late) if self.odds(0.9) else self.patent("GRANTED")
        p = self.m.patents.get(pat)
        if p and "paid" in p:
            year = self.year_of(p)
            day = self.boundary(grace_end(self.m, p, year))
            d = {"pat": pat, "as_of": due(p, year) if self.odds(0.85) else self.about(due(p, year)), "announce_date": day, "cause": "ANNUITY_UNPAID"}
            if d["as_of"] > self.today or day < p["since"]:
                return None
            if self.odds(0.1):
                d["cause"] = "OTHER"
            return self.act("patent.lapse", {**d, **self.service(pat, day)})

    def restore(self):
        pat = self.patent("LAPSED", "DEEMED_WITHDRAWN", stray=0.02)
        if pat:
            p = self.m.patents[pat]
            served = [s["date"] for x in p["decisions"].values() for s in x["served"]]
            asked = self.boundary(*[self.m.calendar.end_of(s, months=2) for s in served])
            d = {"pat": pat, "basis": self.one(["JUST_CAUSE", "JUST_CAUSE", "FORCE_MAJEURE"]), "request_date": asked, "decision_date": max(asked, self.ago(10))}
            if d["basis"] == "FORCE_MAJEURE":
                d["obstacle_removed"] = dates.plus_months(asked, -self.one([1, 2, 3]))
            return self.act("patent.restore", d)

    def expire(self):
        pat = self.patent("GRANTED")
        p = self.m.patents.get(pat)
        if p and "term_end" in p and p["term_end"] < dates.plus_days(self.today, 3):
            return self.act("patent.expire", {"pat": pat, "date": self.about(dates.plus_days(p["term_end"], 1)) if self.odds(0.5) else dates.plus_days(p["term_end"], 1)})

    def report(self):
        pat = self.patent("GRANTED", kind=("UM", "DES"), stray=0.15)
        if pat:
            return self.act("eval_report.issue", {"pat": pat, "report_no": "P%d" % self.next_number(), "date": self.ago(), "conclusion": "POSITIVE", "hash": HASH})

    def adjust(self):
        pat = self.patent("GRANTED", kind=("INV",), stray=0.1)
        p = self.m.patents.get(pat)
        if p and self.odds(0.3):
            day = self.boundary(self.m.calendar.end_of(p["grant"]["date"], months=3)) if "grant" in p else self.ago()
            return self.act("term.adjust", {"pat": pat, "days": self.rng.randrange(1, 300), "kind": "PTA", "request_date": day})

    # proceedings
    def reexam(self):
        pat = self.patent("REJECTED", stray=0.03)
        if not pat:
            return None
        p = self.m.patents[pat]
        stage = p.get("reexam") if self.odds(0.9) else self.one([None, "REQUESTED", "UPHELD", "SUED"])
        served = [s["date"] for x in p["decisions"].values() for s in x["served"]]
        day = self.boundary(*[self.m.calendar.end_of(s, months=3) for s in served])
        if stage is None:
            d = {"pat": pat, "no": "F%d" % self.next_number(), "date": day}
            return self.act("reexam.request", d) if self.odds(0.3) or not public(p) else self.party("reexam.request", d, self.one(holders(p)))
        if stage == "REQUESTED":
            return self.act("reexam.decide", {"pat": pat, "no": "F1", "date": self.ago(), "outcome": self.one(["UPHELD", "UPHELD", "REVOKED"]), **self.service(pat, self.today)})
        decisions = [rid for rid, a in self.m.records.items() if a.type == "reexam.decide" and a.data["pat"] == pat]
        if stage == "UPHELD" and decisions:
            return self.act("reexam.suit", {"pat": pat, "case": self.case_key(COURT), "date": day, "decision": decisions[-1]}, COURT, "COURT")
        if stage == "SUED":
            return self.act("reexam.judgment", {"pat": pat, "case": self.case_key(COURT), "date": self.ago(), "instance": "FIRST", "ends": self.odds(0.7),
                                                "outcome": self.one(["UPHELD", "REVOKED"])}, COURT, "COURT")

    def case_key(self, body):
        return "case:%s/%d" % (body[4:], self.next_number())

    def attack(self):
        pat = self.patent("GRANTED", "GRANTED", "LAPSED", "EXPIRED")
        if pat and self.odds(0.6):
            asker = self.one(TRADERS)
            d = {"pat": pat, "no": "W%d" % self.next_number(), "date": self.ago(), "requester": asker, "claims": self.some([1, 2, 3]),
                 "grounds": self.some(["PL22_2", "PL22_3", "PL26_3"])}
            if self.odds(0.5):
                d["evidence"] = ["sha256:%064x" % self.one([1, 2])]
            return self.party("invalidation.request", d, asker)

    def invalidation(self):
        rid = self.one(self.m.invalidations)
        if not rid:
            return None
        inv = self.m.invalidations[rid]
        pat = inv["pat"] if self.odds(0.97) else self.one(self.m.patents)
        stage = inv["stage"] if self.odds(0.92) else self.one(["REQUESTED", "DECIDED", "SUED", "UPHELD", "CLOSED"])
        base = {"pat": pat, "request": rid}
        ends = [self.m.calendar.end_of(s["date"], months=3) for s in (inv["decision"] or {}).get("served", [])]
        if stage == "REQUESTED":
            day = self.ago()
            d = {**base, "decision_no": "D%d" % self.next_number(), "date": day, "outcome": self.one(["MAINTAIN", "PARTIAL", "WHOLE"]),
                 **self.served([inv["requester"]] + self.owners_of(pat), day)}
            if d["outcome"] == "PARTIAL":
                d["claims_void"] = self.some([1, 2, 3])
            return self.act("invalidation.decide", d)
        if stage == "DECIDED" and self.odds(0.5) or stage == "UPHELD":
            return self.act("invalidation.final", {**base, "date": self.boundary(*[dates.plus_days(e, 1) for e in ends])})
        if stage == "DECIDED":
            return self.act("invalidation.suit", {**base, "case": self.case_key(COURT), "date": self.boundary(*ends), "by": self.one([inv["requester"]] + self.owners_of(pat))}, COURT, "COURT")
        if stage == "SUED":
            return self.act("invalidation.judgment", {**base, "case": self.case_key(COURT), "date": self.ago(), "instance": "FIRST", "outcome": self.one(["UPHELD", "REVOKED"]),
                                                      "ends": self.odds(0.7)}, COURT, "COURT")

    def suspend(self):
        pat = self.patent("GRANTED", "SUBST", "PUBLISHED")
        if pat and self.odds(0.4):
            day = self.ago()
            until = self.about(dates.plus_months(day, 12)) if self.odds(0.5) else dates.plus_months(day, self.one([1, 2, 6]))
            return self.act("suspend.start", {"pat": pat, "cause": self.one(["OWNERSHIP", "OWNERSHIP", "PRESERVATION"]), "from": day, "until": until, "doc": HASH})

    def suspension(self):
        all_of = [(k, s) for k, p in self.m.patents.items() for s in p["suspended"]]
        if all_of and self.odds(0.5):
            pat, s = self.one(all_of)
            if self.odds(0.5):
                return self.act("suspend.end", {"pat": pat, "suspension": s["record"], "date": self.boundary(s["until"])})
            return self.act("suspend.extend", {"pat": pat, "suspension": s["record"], "until": self.about(dates.plus_months(s["until"], self.one([6, 12, 12]))), "doc": HASH})

    # preservation
    def order(self):
        pat = self.patent("GRANTED", "PUBLISHED")
        if pat and self.odds(0.5):
            court = self.one([COURT, COURT, HIGH])
            day = self.ago(10)
            target = pat if self.odds(0.92) else self.one(TRADERS)
            return self.act("preserve.order", {"order_no": "B%d" % self.next_number(), "court": court, "kind": self.one(["PROPERTY"] * 5 + ["ACT"]), "target": target,
                                               "requested_from": day, "requested_until": self.about(dates.plus_months(day, 6))}, court, "COURT", on=day)

    def receive(self):
        rids = [r for r, a in self.m.records.items() if a.type in ("preserve.order", "preserve.renew", "preserve.release")]
        rid = self.one(rids[-6:])
        if not rid:
            return None
        if self.m.records[rid].type == "preserve.release":
            start = (self.m.orders[self.m.records[rid].data["order"]]["received"] or {}).get("from", "")
            return self.act("preserve.receive", {"order": rid, "received_at": max(start, self.ago(5))}) if start <= self.today else None
        order = rid if rid in self.m.orders else self.m.records[rid].data["order"]
        running = (self.m.orders[order]["received"] or {}).get("until")
        day = self.boundary(running)
        start = day if self.odds(0.5) or not running or day > running else dates.plus_days(running, 1)
        until = self.about(dates.plus_months(max(start, running) if self.m.records[rid].type == "preserve.renew" and running else day, 6))
        return self.act("preserve.receive", {"order": rid, "received_at": day, "from": start, "until": until})

    def renew(self):
        held = [r for r, o in self.m.orders.items() if o["received"]]
        rid = self.one(held) if self.odds(0.95) else self.one(self.m.orders)
        if rid:
            o = self.m.orders[rid]
            court = o["court"] if self.odds(0.85) else self.one([COURT, HIGH])
            until = (o["received"] or {}).get("until", self.today)
            day = self.ago(5)
            return self.act("preserve.renew", {"order": rid, "order_no": "B%d" % self.next_number(), "court": court, "requested_until": self.about(dates.plus_months(until, 6))},
                            court, "COURT", on=day)

    def free(self):
        rid = self.one(self.m.orders)
        if rid and self.odds(0.5):
            court = self.m.orders[rid]["court"]
            return self.act("preserve.release", {"order": rid, "date": self.ago(5), "reason": "申请人撤回"}, court, "COURT")

    # licences and contracts
    def scope(self, pat):
        day = self.one([self.today, dates.plus_days(self.today, 20), dates.plus_years(self.today, 1)])
        ends = [self.m.licences[i]["scope"]["to"] for i in self.m.patents[pat]["licenses"] if "to" in self.m.licences[i]["scope"]]
        if ends and self.odds(0.4):  # the last day of an earlier licence, or the next
            day = self.about(self.one(ends))
        s = {"from": day, "territory": self.one([["50"], ["50"], ["5001"], ["51"], ["CN"], ["500112"]]), "fields": self.one([["F27D17"], ["F27D17/00"], ["F27D17/10"], ["F27D17/20"], ["ALL"], ["H02J"]]),
             "manner": self.one([["MAKE", "SELL", "USE"], ["USE"], ["MAKE"]])}
        if self.odds(0.85):
            s["to"] = dates.plus_days(dates.plus_years(day, self.one([1, 1, 2, 5, 12])), -1)
        return s

    def patent_data(self, pat):
        p = self.m.patents[pat]
        d = {"app_no": "CN" + pat[4:], "filing_date": p["filing_date"], "title": p.get("title", "装置"), "holders": sorted(set(holders(p)))}
        if "grant" in p or self.odds(0.25):
            d["patent_no"] = "ZL" + pat[4:]
        if not d["holders"]:
            del d["holders"]
        return d

    def cite(self, pat, word, day, kind=None):
        """Consents that might serve."""
        found = [rid for rid, c in self.m.consents.items() if pat in c["subjects"] and (word in c["acts"] or self.odds(0.05))]
        if not found or self.odds(0.1):
            return {}
        return {"consents": sorted(found[-6:])}

    def contract(self):
        pat = self.patent("GRANTED", "GRANTED", "GRANTED", "PUBLISHED", "SUBST", stray=0.06)
        if not pat:
            return None
        owners = self.owners_of(pat)
        grantors = [self.one(owners)] if self.odds(0.7) else sorted(set(owners))
        if self.odds(0.04):
            grantors = [self.one(TRADERS)]
        taker = self.one([t for t in TRADERS if t not in grantors] or TRADERS)
        sale = self.odds(0.3)
        right = {"pat": pat, "deal": "TRANSFER" if sale else "LICENSE", "patent_data": self.patent_data(pat)}
        kind = None
        if not sale:
            kind = self.one(["EXCL", "SOLE", "SOLE", "ORD", "ORD", "ORD"])
            right["scope"] = self.scope(pat)
            if kind != "ORD" or self.odds(0.7):
                right["license_kind"] = kind
            if kind == "SOLE" and self.odds(0.5):
                right["licensor_cannot_work"] = True
            if self.odds(0.5):
                right["sublicense_allowed"] = True
            if len(owners) > 1 and self.odds(0.95):
                right["share_rule"] = "平均分配"
            earlier = [i for i in self.m.patents[pat]["licenses"] if self.m.licences[i]["kind"] not in ("EXCL", "SOLE")]
            if kind != "ORD" and earlier and self.odds(0.6):
                right["except"] = sorted(earlier if self.odds(0.8) else earlier[:1])
            if kind != "ORD" and self.odds(0.02):
                right["except"] = ["sha256:%064x/0" % 5]
        word = "transfer.contract" if sale else "license.grant"
        day = self.today if self.odds(0.8) else self.ago(10)
        names = ("ASSIGNOR", "ASSIGNEE") if sale else ("LICENSOR", "LICENSEE")
        parties = [{"party": g, "side": names[0]} for g in grantors] + [{"party": taker, "side": names[1]}]
        if self.odds(0.02):
            parties[-1]["party"] = grantors[0]
        d = {"ctr": "ctr:%s/c%d" % (grantors[0][4:], self.next_number()), "kind": "TRF-P" if sale else "LIC-P", "title": "合同", "parties": parties, "sign_date": day,
             "effective_date": self.one([day, dates.plus_days(day, 7)]), "rights": [right], "text_commit": HASH, **self.cite(pat, word, day, kind)}
        if not self.odds(0.05):
            d["price_method"] = self.one(["LISTING", "AUCTION", "LISTING", "AGREEMENT"])
        notices = [r for r, a in self.m.records.items() if a.type == "publicity.notice"]
        if d.get("price_method") == "AGREEMENT" and notices and self.odds(0.7):
            d["publicity_ref"] = self.one(notices)
        if self.odds(0.4):
            d["amount"] = {"fen": 1000000}
            if self.odds(0.5):
                d["tech_amount"] = {"fen": self.one([900000, 1000000, 1000001])}
        if self.odds(0.2):
            d["declarations"] = {"no_monopoly": self.odds(0.8), "export_ok": self.odds(0.5), "service_invention": self.odds(0.5)}
        if self.odds(0.1):
            d["direction"] = "EXPORT"
        if self.m.contracts and self.odds(0.02):
            d["ctr"] = self.one(self.m.contracts)
        return self.party("contract.sign", d, grantors[0], [x["party"] for x in parties], on=day)

    def hidden_contract(self):
        """A contract on an application, by a commitment to its data."""
        pat = self.patent("FILED", "PRELIM", "PUBLISHED", "SUBST", "GRANTED", stray=0)
        if not pat:
            return None
        p = self.m.patents[pat]
        giver = self.one(holders(p)) if holders(p) and self.odds(0.9) else self.one(TRADERS)
        taker = self.one([t for t in TRADERS if t != giver])
        data = {"app_no": "CN" + pat[4:], "filing_date": p["filing_date"], "title": "装置"}
        sale = self.odds(0.3)
        right = {"patent_data_commit": commitment("patent_data", SALT, data), "deal": "TRANSFER" if sale else "LICENSE"}
        self.sealed = getattr(self, "sealed", {})
        self.sealed[right["patent_data_commit"]] = data
        if not sale:
            right.update(license_kind=self.one(["EXCL", "SOLE", "ORD", "ORD"]), scope=self.scope(pat), share_rule="平均分配")
        names = ("ASSIGNOR", "ASSIGNEE") if sale else ("LICENSOR", "LICENSEE")
        d = {"ctr": "ctr:%s/c%d" % (giver[4:], self.next_number()), "kind": "TRF-A" if sale else "LIC-P", "title": "合同",
             "parties": [{"party": giver, "side": names[0]}, {"party": taker, "side": names[1]}], "sign_date": self.today, "effective_date": self.today,
             "rights": [right], "text_commit": HASH, "price_method": "LISTING"}
        if self.odds(0.7) and public(p):
            self.queue += [Generator.open_up]
        return self.party("contract.sign", d, giver, [taker])

    def open_up(self):
        """Opens what a contract committed to, where it is amended, recorded or recognised."""
        fits = [(k, r["patent_data_commit"]) for k, c in self.m.contracts.items() for r in c["rights"] if "patent_data_commit" in r]
        key, sealed = self.one([x for x in fits if public(self.m.patents["pat:" + self.sealed[x[1]]["app_no"][2:]])][-4:] or fits) or (None, None)
        if not key:
            return None
        c = self.m.contracts[key]
        data = self.sealed[sealed]
        pat = "pat:" + data["app_no"][2:]
        who = sorted({x["party"] for x in c["parties"]})
        value = {**data, "title": "另一装置"} if self.odds(0.06) else data
        opening = {"openings": [{"commit": sealed if self.odds(0.96) else HASH, "name": "patent_data", "salt": SALT, "value": value}], "patents": [pat]}
        opening.update(self.cite(pat, "license.grant", self.today))
        how = self.rng.randrange(4)
        if how == 0:
            return self.party("techreg.apply", {"ctr": key, "kind": "LIC-P", "amount": {"fen": 1000}, "tech_amount": {"fen": 900}, **opening}, c["parties"][0]["party"])
        if how == 1 and c["kind"] == "LIC-P":
            return self.act("license.record", {"recordal_no": "X%d" % self.next_number(), "ctr": key, "date": self.ago(3), **opening}, signers=who if self.odds(0.5) else ())
        return self.party("contract.amend", {"ctr": key, "date": self.ago(3), "reason": "公布后公开", **opening}, who[0], who)

    def amend(self):
        fits = [k for k, c in self.m.contracts.items() if c["status"] == "OPEN" and c["rights"]]
        key = self.one(fits[-5:]) if self.odds(0.95) else self.one(self.m.contracts)
        if not key or self.odds(0.3):
            return None
        c = self.m.contracts[key]
        who = sorted({x["party"] for x in c["parties"]})
        d = {"ctr": key, "date": self.ago(5), "reason": "协商一致"}
        rights = [dict(r) for r in c["rights"]]
        if rights and self.odds(0.85):
            n = self.rng.randrange(len(rights))
            r = rights[n]
            if r["deal"] == "LICENSE" and "pat" in r:
                how = self.rng.randrange(4)
                if how == 0:
                    r["scope"] = self.scope(r["pat"])
                elif how == 1:
                    r["license_kind"] = self.one(["EXCL", "SOLE", "ORD"])
                elif how == 2 and r.get("license_kind") == "SOLE":
                    r["licensor_cannot_work"] = True
                else:
                    r["sublicense_allowed"] = not r.get("sublicense_allowed", False)
                if r.get("license_kind") not in ("EXCL", "SOLE"):
                    r.pop("except", None)
                if r.get("license_kind") != "SOLE":
                    r.pop("licensor_cannot_work", None)
                earlier = [i for i in self.m.patents[r["pat"]]["licenses"] if self.m.licences[i]["kind"] not in ("EXCL", "SOLE") and i != c["licenses"].get(n)]
                if r.get("license_kind") in ("EXCL", "SOLE") and earlier and self.odds(0.7):
                    r["except"] = sorted(earlier)
                d.update(self.cite(r["pat"], "license.grant", self.today))
            if self.odds(0.15) and r["deal"] == "LICENSE" and "pat" in r:  # one more, for another place
                rights.append({**{k: x for k, x in r.items() if k not in ("except", "licensor_cannot_work")}, "license_kind": "ORD", "scope": {**r["scope"], "territory": ["31"]}})
            if self.odds(0.04):
                rights = rights[1:] or [{**r, "deal": "TRANSFER"}]
            if rights:
                d["rights"] = rights
        if self.odds(0.2):
            d["amount"] = {"fen": self.one([800000, 2000000])}
        if self.odds(0.1):
            d["end_date"] = self.about(c["effective_date"])
        if self.odds(0.15):
            return self.act("contract.amend", d, COURT, "COURT")
        return self.party("contract.amend", d, who[0], who)

    def end(self):
        key = self.one(self.m.contracts)
        if key and self.odds(0.35):
            c = self.m.contracts[key]
            kind = self.one(["contract.terminate", "contract.terminate", "contract.rescind", "contract.void"])
            d = {"ctr": key, "date": self.ago(10), "reason": "协商一致"}
            if self.odds(0.25):
                return self.act(kind, d, COURT, "COURT")
            who = sorted({x["party"] for x in c["parties"]})
            return self.party(kind, d, who[0], who)

    def perform(self):
        priced = [k for k, c in self.m.contracts.items() if c["amount"] and c["status"] in ("OPEN", "TERMINATED")]
        key = self.one(priced[-2:]) if priced and self.odds(0.6) else self.one(self.m.contracts)
        if key and self.odds(0.3):
            who = sorted({x["party"] for x in self.m.contracts[key]["parties"]})
            return self.party("contract.perform", {"ctr": key, "milestone": "首付款", "date": self.ago(10), "amount": {"fen": self.one([400000, 600001])}}, who[0], who)

    def sublicence(self):
        heads = [i for i, x in self.m.licences.items() if "ended" not in x and (x["kind"] in ("EXCL", "SOLE", "ORD") or self.odds(0.1))]
        head = self.one(heads)
        if head:
            x = self.m.licences[head]
            by = list(x["licensees"])
            to = [self.one([t for t in TRADERS if t not in by])]
            scope = dict(x["scope"])
            if self.odds(0.3):
                scope["territory"] = self.one([["500112"], ["51"], ["CN"]])
            if self.odds(0.3) and "to" in scope:
                scope["to"] = dates.plus_days(scope["to"], self.one([-30, 1]))
            scope["from"] = max(scope["from"], self.today)
            if scope.get("to", "9999") < scope["from"] and self.odds(0.9):
                return None
            d = {"pat": x["pat"], "head": head, "by": by, "to": to, "sign_date": self.today, "scope": scope, **self.cite(x["pat"], "license.sublicense", self.today)}
            return self.party("license.sublicense", d, by[0], by + to)

    def recordal(self):
        live = [i for i, x in self.m.licences.items() if "ended" not in x or self.odds(0.1)]
        lid = self.one(live[-8:])
        if lid:
            x = self.m.licences[lid]
            kind = self.one(["license.record"] * 3 + ["license.record_cancel", "license.record_change"]) if x["recordal"] or self.odds(0.1) else "license.record"
            d = {"recordal_no": "X%d" % self.next_number(), "patents": [x["pat"]], **self.cite(x["pat"], "license.grant", self.today)}
            if kind == "license.record_cancel":
                d.pop("consents", None)
            if "contract" in x:
                c = self.m.contracts[x["contract"]]
                d["ctr"] = x["contract"]
                d["date"] = self.boundary(self.m.calendar.end_of(c["effective_date"], months=3))
                parties = [p["party"] for p in c["parties"]]
            else:
                d["license"] = lid
                d["date"] = self.ago(10)
                parties = x["licensors"] + x["licensees"]
            return self.act(kind, d, signers=parties if self.odds(0.5) else ())

    def consent(self):
        pledged = [k for k, p in self.m.patents.items() if p["pledges"]]
        shared = [k for k, p in self.m.patents.items() if len(holders(p)) > 1]
        licensed = [k for k, p in self.m.patents.items() if p["licenses"]]
        pat = self.one(pledged + shared + licensed) if self.odds(0.95) else self.one(self.m.patents)
        if pat:
            p = self.m.patents[pat]
            who = [x for r in p["pledges"] for x in self.m.pledges[r]["pledgees"]] + (holders(p) if len(holders(p)) > 1 else []) + \
                [x for i in p["licenses"] for x in self.m.licences[i]["licensees"]]
            by = self.one(who) or self.one(TRADERS)
            acts = sorted({self.one(["license.grant", "transfer.contract", "license.sublicense", "openlicense.declare", "pledge.register", "patent.abandon", "transfer.register", "equity.contribute"]) for _ in range(3)} | ({"fasttrack.request"} if p["status"] == "SUBST" else set()))
            scope = {"acts": acts, "subjects": [pat], "from": self.ago(10), "until": dates.plus_days(self.today, self.one([0, 30, 365])), "uses": self.one(["ONE", "MANY"])}
            if "license.grant" in acts and self.odds(0.3):
                scope["kinds"] = self.some(["EXCL", "ORD", "SOLE"])
            return self.party("consent.give", {"for": scope, "by": by}, by)

    def consent_back(self):
        rid = self.one(self.m.consents)
        if rid and self.odds(0.3):
            by = self.m.consents[rid]["by"]
            return self.party("consent.withdraw", {"consent": rid, "by": by, "date": self.ago(3)}, by)

    def coowners(self):
        pat = self.one([k for k, p in self.m.patents.items() if len(holders(p)) > 1])
        if pat and self.odds(0.3):
            owners = sorted(set(holders(self.m.patents[pat])))
            rules = {}
            if self.odds(0.5):
                rules["who_may_license"] = self.some(owners)
            if self.odds(0.5):
                rules["consent_threshold"] = self.one([5000, 6667, 10000])
            if self.odds(0.2) or not rules:
                rules["split"] = [{"party": o, "bp": 10000 // len(owners)} for o in owners]
            return self.party("coowner.agreement", {"pat": pat, "owners": owners if self.odds(0.9) else owners[:1], "rules": rules, "text_commit": HASH}, owners[0], owners if self.odds(0.9) else owners[:1])

    def publicity(self):
        pat = self.patent("GRANTED")
        if pat and self.odds(0.5):
            day = self.ago(25)
            return self.act("publicity.notice", {"kind": "PRICE", "subject": pat, "from": day, "to": dates.plus_days(day, self.one([13, 14, 15, 20])), "text_hash": HASH}, ID["university"], "INST")

    # open licences
    def declare(self):
        pat = self.patent("GRANTED")
        if pat and self.odds(0.6):
            p = self.m.patents[pat]
            owners = sorted(set(self.owners_of(pat)))
            owners = owners if self.odds(0.8) else owners[:1]
            mode = self.one(["LUMP_SUM", "LUMP_SUM", "ROYALTY"])
            d = {"pat": pat, "owners": owners, "fee_mode": mode, "fee": {"fen": 100000}, "until": self.one([dates.plus_months(self.today, 12), dates.plus_months(self.today, 2), self.about(p.get("term_end", self.today))]),
                 **self.cite(pat, "openlicense.declare", self.today)}
            if (mode == "ROYALTY") != self.odds(0.05):
                d["royalty_bp"] = 300
            if self.odds(0.6):
                d["license_months"] = 24
            if "eval_report" in p and self.odds(0.8):
                d["eval_report"] = p["eval_report"]
            return self.party("openlicense.declare", d, owners[0], owners)

    def announce(self):
        pat = self.one([k for k, p in self.m.patents.items() if "open" in p]) if self.odds(0.95) else self.patent()
        if pat:
            o = self.m.patents[pat].get("open", {})
            if "from" in o and self.odds(0.6):
                return self.act("openlicense.withdraw", {"pat": pat, "date": self.ago(5)}) if self.odds(0.3) else None
            return self.act("openlicense.announce", {"pat": pat, "date": self.ago(5)})

    def take_open(self):
        pat = self.one([k for k, p in self.m.patents.items() if "from" in p.get("open", {})])
        if pat:
            p, taker = self.m.patents[pat], self.one(TRADERS)
            o = p["open"]
            day = self.boundary(o["from"], o["until"])
            start = max(day, self.one([day, dates.plus_days(day, 5)]))
            to = self.about(dates.plus_days(dates.plus_months(start, 24), -1)) if o["license_months"] else dates.plus_months(start, 10)
            d = {"pat": pat, "declaration": o["record"], "notice_date": day, "fee_paid": {"fen": 100000 if self.odds(0.75) else 99999}, "licensee": taker, "from": start, "to": to}
            return self.party("openlicense.accept", d, taker)

    # compulsory licences
    def compulsory(self):
        pat = self.patent("GRANTED", kind=("INV", "UM"), stray=0.1) if self.odds(0.95) else self.patent("PUBLISHED", "SUBST", "PRELIM", stray=0)
        if not pat or self.odds(0.4):
            return None
        p, licensee = self.m.patents[pat], self.one(TRADERS)
        clocks = [dates.plus_months(p["filing_date"], 48)] + ([dates.plus_months(p["grant"]["date"], 36)] if "grant" in p else [])
        day = self.boundary(max(clocks)) if self.odds(0.5) else self.ago(10)
        scope = self.scope(pat)
        if self.odds(0.9):
            scope["from"] = max(scope["from"], day)
        d = {"pat": pat, "decision_no": "QZ%d" % self.next_number(), "date": day, "licensee": licensee, "scope": scope,
             "ground": self.one(["NON_WORKING", "NON_WORKING", "PUBLIC_INTEREST", "MONOPOLY", "DEPENDENT"])}
        return self.act("compulsory.grant", {**d, **(self.served(self.owners_of(pat) + [licensee], day) if public(p) else {})})

    def compulsory_end(self):
        lid = self.one([i for i, x in self.m.licences.items() if x["kind"] == "COMP"])
        if lid and self.odds(0.4):
            pat = self.m.licences[lid]["pat"] if self.odds(0.95) else self.one(self.m.patents)
            return self.act("compulsory.end", {"pat": pat, "grant": lid.split("/")[0], "decision_no": "QZ%d" % self.next_number(), "date": self.boundary(self.m.licences[lid]["decided"]),
                                               "requester": self.one(self.owners_of(pat) if self.odds(0.9) else TRADERS), "reason": "理由消除"})

    # contributions to capital
    def contribute(self):
        key = self.one([k for k, c in self.m.contracts.items() if c["rights"] and "pat" in c["rights"][0] and (c["status"] == "OPEN" or self.odds(0.1)) and ("equity" not in c or self.odds(0.15))])
        if not key:
            return None
        c = self.m.contracts[key]
        right = c["rights"][0]
        company = c["parties"][-1]["party"] if self.odds(0.96) else self.one(TRADERS)
        gives = sorted({x["party"] for x in c["parties"][:-1]})
        if self.odds(0.04):
            gives = sorted(set(gives) | {self.one(TRADERS)})
        d = {"ctr": key, "contributor": gives, "company": company, "right": right["deal"] if self.odds(0.95) else "LICENSE", "pats": [right["pat"]], "date": self.boundary(c["sign_date"]),
             "valuation": {"fen": 300000000}, "method": self.one(["AGREEMENT", "APPRAISAL", "LISTING", "LISTING", "AUCTION"]), "share_bp": 0 if self.odds(0.02) else 3000,
             "inventor_share_bp": self.one([5000, 5000, 7000, 4999]), **self.cite(right["pat"], "equity.contribute", self.today)}
        if self.odds(0.03):
            d["pats"] = sorted({right["pat"], self.one(self.m.patents)})
        if self.odds(0.5):
            d["appraisal_hash"] = HASH
        notices = [r for r, a in self.m.records.items() if a.type == "publicity.notice"]
        if d["method"] in ("AGREEMENT", "APPRAISAL") and notices and self.odds(0.5):
            d["publicity_ref"] = self.one([r for r in notices if self.m.records[r].data["subject"] == right["pat"]] or notices)
        return self.party("equity.contribute", d, gives[0], gives + [company])

    # transfers and pledges
    def transfer(self):
        pat = self.one([k for k, p in self.m.patents.items() if p["transfers"]]) if self.odds(0.5) else self.patent("GRANTED", "PUBLISHED")
        if not pat:
            return None
        p = self.m.patents[pat]
        before = sorted(set(self.owners_of(pat)))
        d = {"pat": pat, "date": self.ago(5), "from": before, "announce_no": "G%d" % self.next_number()}
        key = self.one(p["transfers"]) or (self.one(self.m.contracts) if self.odds(0.1) else None)
        enforcements = [r for r, a in self.m.records.items() if a.type == "pledge.enforce" and pat in a.data["patents"]]
        if key and self.odds(0.85):
            d.update(basis="CONTRACT", ctr=key)
            taker = [x["party"] for x in self.m.contracts[key]["parties"] if x["side"] in ("ASSIGNEE", "LICENSEE")]
            gives = [x["party"] for x in self.m.contracts[key]["parties"]]
            after = sorted(set(before) - set(gives) | set(taker))
        elif enforcements and self.odds(0.8):
            d.update(basis="AUCTION", enforce=self.one(enforcements))
            after = [self.one(TRADERS)]
        else:
            d["basis"] = self.one(["MERGER", "INHERIT", "JUDGMENT"])
            if d["basis"] == "JUDGMENT":
                d["judgment"] = "（2026）渝01执9号"
            after = [self.one(TRADERS)]
            if self.odds(0.3):
                after = sorted(set(after) | {self.one(before)})
        d["to"] = [{"party": a} for a in after]
        if len(after) > 1 and self.odds(0.4):
            d["to"][0]["share"], d["to"][1]["share"] = 6000, self.one([4000, 4000, 3999])
            for x in d["to"][2:]:
                x["share"] = 0
        if self.odds(0.04):
            d["from"] = sorted(set(d["from"]) | {self.one(TRADERS)})
        if ID["foreigner"] in after and self.odds(0.7):
            d["export_ref"] = "E1"
        if not public(p) and self.odds(0.8):
            del d["from"], d["to"]
            d["to_commit"] = HASH
            return self.act("transfer.register", d)
        if "ctr" not in d:
            d.update(self.cite(pat, "transfer.register", self.today))
        return self.act("transfer.register", d, signers=[x for x in before + after if self.odds(0.8)] if self.odds(0.7) else ())

    def pledge(self):
        pat = self.patent("GRANTED") if self.odds(0.93) else self.patent("PUBLISHED", "SUBST", stray=0)
        if pat and self.odds(0.7):
            p = self.m.patents[pat]
            owners = sorted(set(self.owners_of(pat)))
            by = owners if self.odds(0.6) else owners[:1]
            if self.odds(0.04):
                by = [self.one(TRADERS)]
            day = self.ago(5)
            d = {"reg_no": "Y%d" % self.next_number(), "date": day, "patents": [pat], "pledgor": by, "pledgee": [ID["bank"]],
                 "claim": {"kind": "LOAN", "amount": {"fen": 5}, "from": day, "to": self.one([dates.plus_years(day, 1), dates.plus_years(day, 3), self.about(p.get("term_end", day))])},
                 **self.cite(pat, "pledge.register", day)}
            if self.odds(0.4):
                d["ack_invalidation"] = True
            return self.act("pledge.register", d, signers=by + [ID["bank"]])

    def pledge_act(self):
        rid = self.one(self.m.pledges)
        if rid:
            x = self.m.pledges[rid]
            kind = self.one(["pledge.release", "pledge.enforce", "pledge.change"])
            d = {"pledge": rid, "patents": sorted(x["patents"]), "date": self.ago(5), "reason": "债务履行"}
            if kind == "pledge.enforce":
                d["mode"] = "AUCTION"
            if kind == "pledge.change":
                if self.odds(0.9):
                    d["claim"] = {"kind": "LOAN", "amount": {"fen": 5}, "from": x["date"], "to": self.one([dates.plus_years(x["date"], 2), dates.plus_years(x["date"], 15)])}
                if self.odds(0.3):
                    d["pledgee"] = [ID["rival"]]
            return self.act(kind, d) if self.odds(0.8) else self.act(kind, d, COURT, "COURT")

    def abandon(self):
        pat = self.patent("GRANTED")
        if pat and self.odds(0.12):
            owners = sorted(set(self.owners_of(pat)))
            by = owners if self.odds(0.7) else owners[:1]
            day = self.ago(5)
            return self.act("patent.abandon", {"pat": pat, "date": day, "scope": "WHOLE", "owners": by, **self.cite(pat, "patent.abandon", day)}, signers=by)

    # recognition
    def recognise(self):
        key = self.one(self.m.contracts)
        if not key:
            return None
        c = self.m.contracts[key]
        stage = (c["techreg"] or {}).get("stage") if self.odds(0.9) else self.one([None, "APPLIED", "REGISTERED"])
        registry = ID["registry"]
        if stage in (None, "REFUSED", "CANCELLED"):
            by = c["parties"][0 if self.odds(0.9) else -1]["party"]
            return self.party("techreg.apply", {"ctr": key, "kind": "LIC-P", "amount": {"fen": 1000}, "tech_amount": {"fen": self.one([900, 1000, 1001])}}, by)
        if stage == "APPLIED":
            applied = (c["techreg"] or {}).get("applied")
            day = self.boundary(dates.plus_days(applied, 30) if applied else None)
            if self.odds(0.2):
                return self.act("techreg.decide", {"ctr": key, "decision_date": day, "refused_reason": "材料不全"}, registry, "REG")
            return self.act("techreg.decide", {"ctr": key, "decision_date": day, "reg_no": "%016d" % self.one([self.next_number(), 1, 2]), "kind": "LIC-P", "amount": {"fen": 1000},
                                               "tech_amount": {"fen": 900}, "tech_income": {"fen": self.one([800, 901])}}, registry, "REG")
        return self.act("techreg.cancel", {"ctr": key, "reg_no": (c["techreg"] or {}).get("no", "%016d" % 7), "date": self.ago(5), "reason": "作废"}, registry, "REG")

    # cases
    def sue(self):
        pat = self.patent("GRANTED", "GRANTED", "LAPSED", "EXPIRED", "ABANDONED", "INVALIDATED")
        if not pat or self.odds(0.4):
            return None
        p = self.m.patents[pat]
        route = self.one(["CIVIL", "CIVIL", "ADMIN"])
        body = DEPT if route == "ADMIN" else self.one([COURT, COURT, HIGH])
        standing = self.one(["OWNER", "OWNER", "OWNER", "EXCL", "SOLE", "ORD"])
        licensees = [x for i in p["licenses"] for x in self.m.licences[i]["licensees"] if self.m.licences[i]["kind"] == standing]
        claimant = self.one(self.owners_of(pat)) if standing == "OWNER" or not licensees else self.one(licensees)
        respondent = self.one([t for t in TRADERS if t != claimant])
        ends = [p.get("term_end"), p.get("grant", {}).get("date"), p.get("lapse", {}).get("as_of"), p["since"]] + [g["from"] for g in p["gaps"]] + [g["to"] for g in p["gaps"]]
        first = self.boundary(*ends)
        last = self.boundary(*ends)
        if last < first and self.odds(0.95):
            first, last = last, first
        d = {"case": self.case_key(body), "case_no": "（2026）渝01民初%d号" % self.next_number(), "body": body, "route": route, "claimants": [claimant], "pats": [pat],
             "asserted_claims": [{"pat": pat, "claims": self.some([1, 2, 3])}], "respondents": self.some([t for t in TRADERS if t != claimant]) if self.odds(0.3) else [respondent],
             "acts": ["MAKE"], "first_act": first, "last_act": last, "place": self.one(["500112", "50", "51"]), "standing": standing}
        if standing == "SOLE" and self.odds(0.7):
            d["owner_inaction"] = True
        if standing == "ORD" and self.odds(0.7):
            d["authority"] = HASH
        if "eval_report" in p and self.odds(0.7):
            d["eval_report"] = p["eval_report"]
        if self.m.cases and self.odds(0.06):
            d["case_no"] = self.one(self.m.case_numbers).replace(")", "） ")
        on = self.ago(10)
        if self.odds(0.25):
            return self.act("case.file", d, body, "ADMIN" if route == "ADMIN" else "COURT", on=on)
        return self.party("case.file", d, claimant, on=on)

    def case_act(self):
        key = self.one(list(self.m.cases)[-8:])
        if not key:
            return None
        c = self.m.cases[key]
        status = c["status"]
        if self.odds(0.05) and status not in ("STAYED", "RETRIAL_PETITION"):
            status = self.one(["FILED", "ACCEPTED", "DECIDED_1", "APPEALED", "EFFECTIVE", "ENFORCEMENT", "STAYED"])
        role = "ADMIN" if c["route"] == "ADMIN" else "COURT"
        body = c["body"]
        both = sorted(set(c["claimants"] + c["respondents"]))
        base = {"case": key}
        day = self.ago(8)
        choices = {
            "FILED": ["accept", "accept", "refuse", "withdraw", "settle"], "ACCEPTED": ["answer", "answer", "evidence", "decide", "decide", "stay", "mediate"],
            "ANSWERED": ["evidence", "decide", "decide", "decide", "stay", "settle"], "EVIDENCE": ["decide", "decide", "answer", "withdraw", "stay"], "STAYED": ["resume"],
            "REFUSED": ["appeal", "appeal", "appeal", "enforce"], "DECIDED_1": ["appeal", "effective", "effective", "settle"], "APPEALED": ["second", "second", "appeal", "accept"],
            "DECIDED_2": ["enforce", "retrial", "effective", "perform"], "EFFECTIVE": ["enforce", "retrial", "perform"], "ENFORCEMENT": ["enforced", "perform", "stay"],
            "MEDIATED": ["enforce", "confirm"], "RETRIAL_PETITION": ["opened", "dismissed"], "RETRIAL": ["redecided", "upheld"],
            "ADMIN_DECIDED": ["appeal", "effective", "effective"], "ADMIN_SUED": ["first", "appeal"], "ADMIN_EFFECTIVE": ["enforce", "retrial"],
            "ENFORCED": ["retrial", "perform"], "ENFORCE_TERMINATED": ["enforce"], "DECIDED_R": ["effective", "enforce", "perform"]}
        what = self.one(choices.get(status, ["settle", "enforce", "accept"]))
        decision = c["decisions"].get(c["judged"], {})
        windows = [self.m.calendar.end_of(s["date"], days=n) for s in decision.get("served", []) for n in (10, 15, 30)]
        court = COURT if role == "ADMIN" else HIGH
        inv = self.one([r for r, x in self.m.invalidations.items() if x["pat"] in c["pats"] or self.odds(0.05)])
        if what == "accept":
            day = self.boundary(dates.plus_days(c["filed"], 7), self.m.calendar.plus_workdays(c["filed"], 5))
            return self.act("case.accept", {**base, "date": day, **self.served(c["respondents"], day)}, body, role)
        if what == "refuse":
            return self.act("case.refuse", {**base, "date": day, "reason": "不符合条件", **self.served(c["claimants"], day)}, body, role)
        if what == "withdraw":
            by = self.one(c["claimants"]) if self.odds(0.9) else self.one(both)
            return self.act("case.withdraw", {**base, "date": day, "by": by}, body, role, [by])
        if what == "settle":
            return self.party("case.settle", {**base, "parties": both if self.odds(0.9) else both[:1], "terms_commit": HASH, "stop_promise": True}, both[0], both)
        if what == "answer":
            by = self.one(c["respondents"])
            served = [s["date"] for s in c["decisions"].get("accept", {}).get("served", [])]
            day = self.boundary(*[self.m.calendar.end_of(s, days=n) for s in served for n in (15, 30)])
            d = {**base, "date": day, "by": by, "defences": ["PRIOR_ART"]}
            if self.odds(0.2):
                d["posted_date"] = dates.plus_days(day, -self.rng.randrange(0, 4))
            return self.party("case.answer", d, by) if self.odds(0.8) else self.act("case.answer", d, body, role)
        if what == "evidence":
            by = self.one(both)
            return self.party("case.evidence", {**base, "evidence": [self.one(self.m.records)], "offered_by": by}, by)
        if what in ("stay", "resume"):
            return inv and self.act("case." + what, {**base, "date": day, "reason": "无效宣告程序", "invalidation": inv}, body, role)
        if what == "mediate":
            by, r = self.one([(body, role), (ID["registry"], "PARTY")])
            return self.act("case.mediation", {**base, "date": day, "parties": both, "terms_commit": HASH}, by, r, both)
        if what == "confirm":
            return self.act("case.mediation", {**base, "date": day, "parties": both, "terms_commit": HASH, "judicial_confirmation": True}, COURT, "COURT", both)
        if what in ("decide", "second", "redecided", "first"):
            instance = {"second": "SECOND", "redecided": "RETRIAL"}.get(what, "FIRST")
            by, r = (court, "COURT") if what in ("second", "first", "redecided") else (body, role)
            if self.odds(0.04):
                by, r = COURT, "COURT"
            outcome = [{"pat": a["pat"], "claims": a["claims"], "result": self.one(["INFRINGED", "INFRINGED", "NOT_INFRINGED"])} for a in c["asserted"]]
            if self.odds(0.04):
                outcome[0]["claims"] = [1]
            d = {**base, "date": day, "instance": instance, "outcome": outcome, **self.served(both, day)}
            if self.odds(0.5):
                d["orders"] = self.one([["PAY", "STOP"], ["STOP"]])
            if self.odds(0.3):
                d["form"] = self.one(["JUDGMENT", "RULING"])
            if self.odds(0.4):
                d["damages"] = self.award()
            if self.odds(0.5):
                d.update(self.earlier(c))
            return self.act("case.decide", d, by, r)
        if what == "appeal":
            by = self.one(both)
            d = {**base, "date": self.boundary(*windows), "by": by, "court": court if self.odds(0.95) else self.one(TRADERS)}
            if self.odds(0.2):
                d["posted_date"] = dates.plus_days(d["date"], -self.rng.randrange(0, 4))
            return self.party("case.appeal", d, by) if self.odds(0.8) else self.act("case.appeal", d, court, "COURT")
        if what == "effective":
            return self.act("case.effective", {**base, "date": self.boundary(*windows)}, body, role)
        if what in ("enforce", "enforced"):
            state = "APPLIED" if what == "enforce" else self.one(["ENFORCED", "TERMINATED"])
            return self.act("case.enforce", {**base, "date": self.boundary(self.m.calendar.end_of(c["effective"] or c["filed"], months=24)), "status": state}, COURT, "COURT")
        if what in ("retrial", "opened", "dismissed", "upheld"):
            d = {**base, "date": self.boundary(self.m.calendar.end_of(c["effective"] or c["filed"], months=6)), "kind": {"retrial": self.one(["PETITION", "OPENED"]), "opened": "OPENED"}.get(what, "DECIDED")}
            if d["kind"] == "DECIDED":
                d["outcome"] = {"dismissed": "DISMISSED"}.get(what, self.one(["UPHELD", "REVOKED"]))
            return self.act("case.retrial", d, court, "COURT")
        return self.act("judgment.perform", {**base, "order": self.one(["STOP", "PAY"]), "status": "FULL", "date": day}, COURT, "COURT")

    def award(self):
        if self.odds(0.5):
            total = self.one([2999999, 3000000, 500000000, 500000001])
            d = {"method": "STATUTORY", "total": {"fen": total + 7}, "expenses": {"fen": 7}} if self.odds(0.5) else {"method": "STATUTORY", "total": {"fen": total}}
            if self.odds(0.15):
                d.update(punitive=True, multiple_milli=2000)
            return d
        multiple = self.one([999, 1000, 2500, 5000, 5001])
        base = 1000000
        total = self.one([base * multiple // 1000, base + base * multiple // 1000, base * 7])
        return {"method": self.one(["LOSS", "GAIN"]), "base": {"fen": base}, "multiple_milli": multiple, "punitive": True, "total": {"fen": total}}

    def mandate(self):
        if self.odds(0.4):
            principal = self.one(TRADERS)
            agent = self.one([ID["agency"], ID["agency"], ID["rival"]])
            return self.party("mandate.grant", {"principal": principal, "agent": agent, "powers": [self.one(["ALL", "ALL", *sorted(set(POWERS.values()))])], "from": self.ago(10)}, principal, [principal, agent])

    # statistics and targets
    def snapshot(self):
        last = statistics.last_day(dates.plus_months(self.today, -1 if self.odds(0.9) else 0))
        first = dates.plus_months(last[:8] + "01", -self.one([0, 2, 11, 48, 119, 120]))
        return snapshot_act(self, self.one(statistics.QUERIES), first, last)

    def target(self):
        if not self.m.targets or self.odds(0.2):
            test = self.one(["GROWTH", "GROWTH", "TOTAL"])
            op = self.one(["GE", "GT", "RANGE"] if test == "TOTAL" or self.odds(0.05) else ["GE", "GT"])
            base = int(self.today[:4]) - self.one([0, 1, 2, 3])
            indicator = self.one(["patent.filed", "patent.granted", "techreg.registered", "pledge.registered", "license.granted"])
            values = [6, 5] if test == "GROWTH" else [2, 8] if op == "RANGE" else [self.rng.randrange(0, 9)]
            d = {"id": "t%d" % self.one([1, 2, 3, 4, 5, 6]), "clause": "二", "indicator": indicator, "measure": "COUNT", "test": test, "op": op, "values": values, "unit": "项",
                 "base_year": base, "due": "%d-12-31" % (int(self.today[:4]) + self.one([0, 1, 2])), "source_doc_hash": HASH}
            if indicator in statistics.SUMS and self.odds(0.7) or self.odds(0.05):
                d["measure"] = self.one(["FEN", "TECH_FEN"])
            if self.odds(0.05):
                d["green"] = self.one([True, False])
            return self.act("target.set", d, ID["registry"], "DRC")
        name = self.one(sorted(self.m.targets))
        target = self.m.targets[name]
        year = self.one(range(target["base_year"], int(target["due"][:4]) + 2))
        d = {"target": "tgt:" + name, "year": year, **statistics.report_of(self.m, target, year)}
        spoilt = self.rng.random()
        if spoilt < 0.03:
            d["target"] = self.one(["tgt:unknown", *sorted(self.m.patents)])
        elif spoilt < 0.1:
            d["value"] += 1
        elif spoilt < 0.15:
            d["outcome"] = "PASSED" if d["outcome"] != "PASSED" else "FAILED"
        return self.act("target.report", d, ID["registry"], "DRC")


def snapshot_act(generator, query, first, last):
    """A snapshot as the model would state it; now and then with one number changed."""
    result, digest = statistics.answer(generator.m, query, first, last)
    d = {"query": query, "from": first, "until": last, "result_hash": digest}
    if generator.odds(0.1):
        d["result_hash"] = HASH
    if result and generator.odds(0.1):
        generator.one(result)["count"] += 1
    if result:
        d["result"] = result
    return generator.act("stat.snapshot", d, ID["exchange"], "GOV", [ID["court"]] if generator.odds(0.3) else [])


G = Generator
ACTS = [G.accept, G.commit, G.imported, G.prelim, G.publish, G.exam, G.office_action, G.response, G.reject, G.withdraw, G.deemed, G.notice, G.grant, G.pay, G.pay, G.remind,
        G.lapse, G.restore, G.expire, G.report, G.adjust, G.reexam, G.reexam, G.reexam, G.reexam, G.attack, G.invalidation, G.invalidation, G.suspend, G.suspension, G.order, G.receive,
        G.receive, G.renew, G.free, G.contract, G.contract, G.contract, G.contract, G.end, G.perform, G.sublicence, G.recordal, G.recordal, G.consent, G.consent,
        G.consent_back, G.coowners, G.publicity, G.declare, G.announce, G.take_open, G.compulsory, G.compulsory, G.compulsory_end, G.contribute, G.contribute, G.transfer, G.transfer, G.pledge, G.pledge, G.pledge_act, G.abandon,
        G.recognise, G.recognise, G.sue, G.sue, G.case_act, G.case_act, G.case_act, G.case_act, G.case_act, G.mandate, G.fast, G.amend, G.amend, G.hidden_contract, G.open_up, G.snapshot, G.target] + generate_market.ACTS + generate_evidence.ACTS + generate_foreign.ACTS
