# SPDX-License-Identifier: Apache-2.0
"""Random acts about evidence: deposits, their custody, deeds and verifications."""
from generate_market import moment
from model import dates
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


E = EvidenceActs
ACTS = [E.deposit, E.held, E.held]
