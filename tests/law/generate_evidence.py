# SPDX-License-Identifier: Apache-2.0
"""Random acts about evidence: deposits, their custody, deeds and verifications."""
from generate_market import moment
from model import dates
from model.corrections import FIELDS, decision_of
from model.patents import public
from play import ID

PEOPLE = [ID[n] for n in ("university", "company", "rival", "co-owner")]
HASH = "sha256:" + "a" * 64


class EvidenceActs:
    def deposit(self):
        who = self.one(PEOPLE)
        day = dates.plus_days(self.today, -self.rng.randrange(0, 30))
        captured = moment(day, self.one([-1, 0, 0, 1 if self.odds(0.3) else 0]))
        links, at = [], captured
        for _ in range(self.rng.randrange(0, 3)):  # others held it first
            until = min(self.today, dates.plus_days(at[:10], self.rng.randrange(0, 9)))
            held = {"from": at, "until": moment(until, self.one([-1, 0, 0]))}
            if self.odds(0.1):
                del held["until"]
            links.append({**held, **({"party": self.one(PEOPLE)} if self.odds(0.5) else {"holder_commit": HASH})})
            at = links[-1].get("until", at)
            if self.odds(0.1):  # a second too late, or too early
                at = moment(at[:10], 1)
        links.append({"from": at, "party": who if self.odds(0.93) else self.one(PEOPLE)})
        if self.odds(0.05):
            links[-1]["until"] = moment(self.today)
        if self.odds(0.03):
            self.one(links)["holder_commit"] = HASH
        d = {"digest": {"sha256": HASH} if self.odds(0.96) else {"sm3": "sm3:" + "b" * 64}, "size": 7, "media": "text/plain", "source": "https://shop.example/7", "method": "截屏",
             "tool": {"name": "capture", "ver": "2", "hash": HASH}, "operator_commit": HASH, "captured_at": captured, "clock_source": "NTSC", "clock_offset_ms": 0,
             "env_check_hash": HASH, "custody": links}
        related = [k for k in (self.one(self.m.patents), self.one(list(self.m.cases)[-5:])) if k and self.odds(0.4)]
        if related:
            d["related"] = sorted(set(related))
        return self.party("evidence.deposit", d, who)

    def held(self):
        rid = self.one(list(self.m.deposits)[-6:])
        if rid is None:
            return self.deposit()
        x = self.m.deposits[rid]
        day = self.about(x["since"]) if self.odds(0.3) else self.ago(10)
        target = rid if self.odds(0.95) else self.one(self.m.records)
        kind = self.rng.randrange(4)
        if kind == 0:
            by = ID["registry"]
            return self.act("evidence.notarise", {"target": target, "deed_no": "7", "notary": by if self.odds(0.9) else ID["court"], "date": day, "hash": HASH}, by, "NOT")
        if kind == 1:
            event = self.m.records[target].event
            return self.party("evidence.verify", {"target": target, "report_hash": HASH, "result": "MATCHES", "date": min(self.today, self.about(event))}, self.one(PEOPLE))
        if kind == 2 and self.m.cases:  # offered in a case
            key = self.one([k for k, c in self.m.cases.items() if c["status"] in ("ACCEPTED", "ANSWERED", "EVIDENCE")][-4:])
            if key:
                by = self.one(self.m.cases[key]["claimants"] + self.m.cases[key]["respondents"])
                return self.party("case.evidence", {"case": key, "evidence": [rid], "offered_by": by}, by)
        give = x["holder"] if self.odds(0.85) else self.one(PEOPLE)
        take = self.one([p for p in PEOPLE if p != give]) if self.odds(0.96) else give
        return self.party("evidence.transfer", {"target": target, "from": give, "to": take, "date": day, "reason": "鉴定"}, give, [give, take])


    # corrections
    def correction(self):
        rid = self.one([r for r, a in self.m.records.items() if a.type in FIELDS or a.type == "correction"][-60:])
        while rid in (done := {a.data["target"]: r for r, a in self.m.records.items() if a.type == "correction"}):
            rid = done[rid]  # what was corrected is corrected at the end of the chain
        if rid is None:
            return None
        a = self.m.records[rid]
        first = a
        while first.type == "correction":
            first = self.m.records[first.data["target"]]
        field = self.one(FIELDS[first.type]) if self.odds(0.97) else "title"
        d = {"target": rid, "field": field, "reason": "笔误"}
        old = a.data["new"] if a.type == "correction" else a.data.get(field)
        if old is not None and field != "served":
            d["old"] = old
        if field == "served":
            x = decision_of(self.m, rid, first) if a.type != "correction" else None
            day = self.about((x or {}).get("date", self.today)) if self.odds(0.5) else self.today
            item = {"date": min(day, dates.plus_days(self.today, 1)), "mode": "ELECTRONIC"}
            hidden = first.type.startswith("patent.") and not public(self.m.patents[first.data["pat"]])
            served = {s.get("party") for s in (x or {}).get("served", [])}
            if hidden == self.odds(0.05):
                item["party"] = self.one([t for t in PEOPLE if t not in served] or PEOPLE) if self.odds(0.85) else self.one(PEOPLE)
            d["new"] = [item]
        elif field == "custody":
            d["new"] = [{**x} for x in first.data["custody"]]
            d["new"][0]["from"] = first.data["captured_at"]
            if self.odds(0.2):
                d["new"][0]["from"] = moment(first.data["captured_at"][:10], 1)
        elif field == "after":
            d["new"] = "sha256:%064x" % self.next_number()
        elif field == "title":
            d["new"] = "装置%d" % self.next_number()
        elif field == "applicants":
            d["new"] = sorted(self.rng.sample(PEOPLE, 2))
        elif field == "priority_restoration":
            d["new"] = self.one(["GRANTED", "REFUSED", "REQUESTED"])
        else:
            d["new"] = dates.plus_days(first.data[field], self.one([-40, -1, 1, 40])) if field in first.data else self.today
        if d["new"] == d.get("old"):
            return None
        if self.odds(0.05) and "old" in d:
            del d["old"]
        by, role = (a.by, a.role) if self.odds(0.93) else (self.one(PEOPLE), "PARTY")
        return self.act("correction", d, by, role)


E = EvidenceActs
ACTS = [E.deposit, E.held, E.held, E.correction, E.correction]
