# SPDX-License-Identifier: Apache-2.0
"""Random acts about foreign rights, green classes, warnings and promises, priorities at home, repetitions."""
from model import dates
from model.cases import finding
from model.patents import holders, public
from play import ID

HASH = "sha256:" + "a" * 64
PEOPLE = [ID[n] for n in ("university", "company", "rival", "co-owner")]
SOURCE = {"name": "公报", "sha256": HASH}


class ForeignActs:
    def report(self):
        d = {"office": self.one(["US", "EP", "JP", "US", "US", "XX" if self.odds(0.1) else "US"]),
             "number": "%d" % self.next_number() if self.odds(0.5) else self.one(["7000001", "7000002"]), "kind": self.one(["B2", "A1", "B", "B1"]),
             "dates": {"publication": dates.plus_days(self.today, self.one([-900, -30, 0, 1 if self.odds(0.2) else -1]))}, "title": "device", "source": SOURCE,
             "organisations": [{"name": "Example Corp", "role": "APPLICANT"}], "ipc": [self.one(["F03D7/02", "F27D17/00"])]}
        return self.party("foreign.register", d, self.one(PEOPLE), on=dates.plus_days(self.today, self.one([0, 0, -500])))

    def foreign_event(self):
        key = self.one(list(self.m.foreign)[-4:])
        if key is None or self.odds(0.1):
            return self.report() if key is None else None
        rows = [r for r in self.m.tables["FOREIGN_EVENT_MAP"] if r["office"] == key[5:7]]
        row = self.one(rows) if rows and self.odds(0.8) else {"code": "ZZZ9", "meaning": "OTHER"}
        day = self.ago(60)
        refs = [r for _, _, r in self.m.foreign[key]["events"]]
        d = {"fpat": key, "date": day, "code": row["code"], "meaning": row["meaning"], "table_version": 1 if self.odds(0.96) else 2, "source": SOURCE}
        if "class" in row:
            d["class"] = row["class"]
        if self.odds(0.05):
            d["meaning"] = self.one(["OWNERSHIP", "OTHER"])
        if self.odds(0.05):
            d["class"] = "R"
        if self.odds(0.6):
            d["office_ref"] = self.one(refs) if refs and self.odds(0.3) else "017%03d-%04d" % (self.rng.randrange(900), self.rng.randrange(9999))
        if self.odds(0.3):
            d["refers_to"] = [self.one(refs) if refs and self.odds(0.8) else "999-1"]
        if self.odds(0.4):
            d["executed"] = [dates.plus_days(day, -self.one([3, 364, 365, 366, -1]))]
        if "office_ref" in d and refs and self.odds(0.4):  # the same again
            code, when, ref = self.one(self.m.foreign[key]["events"])
            d.update(office_ref=ref, date=when)
            if d["code"] == code or self.odds(0.5):
                found = next((r for r in rows if r["code"] == code), {"meaning": "OTHER"})
                d.update(code=code, meaning=found["meaning"])
                d.pop("class", None)
                if "class" in found:
                    d["class"] = found["class"]
        return self.party("foreign.event", d, self.one(PEOPLE), on=d["date"])

    def tag(self):
        d = {"scheme": self.one(["WIPO-GREEN", "WIPO-GREEN", "CPC-Y02"]), "codes": [self.one(["1", "4", "5"])], "by": self.one(["AUTO", "EVALUATOR"]), "evidence": HASH}
        if d["scheme"] == "CPC-Y02":
            d["codes"] = [self.one(["Y02E", "1"])]
        if self.m.foreign and self.odds(0.3):
            d["fpat"] = self.one(self.m.foreign)
        if "fpat" not in d or self.odds(0.03):
            pat = self.one(self.m.patents)
            if pat is None:
                return None
            d["pat"] = pat
        by, role = self.one([(ID["office"], "IPO"), (ID["registry"], "CERT")])
        return self.act("patent.green_tag", d, by, role)

    def letter(self):
        pat = self.patent("GRANTED")
        if not pat:
            return None
        owner = self.one(holders(self.m.patents[pat])) if self.odds(0.93) else self.one(PEOPLE)
        other = self.one([p for p in PEOPLE if p != owner]) if self.odds(0.96) else owner
        kind, by, to = self.one([("warn.letter", owner, other), ("promise.stop", other, owner), ("promise.stop", other, owner)])
        return self.party(kind, {"pat": pat, "to": to, "date": self.ago(60), "text_commit": HASH}, by)

    def penalty(self):
        who, day = self.one(PEOPLE), self.ago(5)
        d = {"party": who, "pat_no_used": "ZL1", "acts": ["MARK"], "fine": {"fen": 500}, "date": day}
        if self.odds(0.6):
            d["served"] = [{"party": who, "date": self.about(day), "mode": "POST"}]
        return self.act("counterfeit.decision", d, ID["department"], "ADMIN")

    def shown(self):
        pat = self.one(self.m.patents)
        if not pat:
            return None
        p = self.m.patents[pat]
        kind = self.one(["owner.change_name", "owner.change_name", "owner.change_address", "inventor.correct"])
        day = self.ago(10)
        if kind == "inventor.correct":
            names = p.get("inventors") or [HASH]
            return self.act(kind, {"pat": pat, "before_commit": self.one(names) if self.odds(0.8) else "sha256:" + "c" * 64, "after_commit": "sha256:%064x" % self.next_number(), "proof": HASH}, on=day)
        party = self.one(holders(p)) if holders(p) and self.odds(0.9) else self.one(PEOPLE)
        now = p.get("display", {}).get(party, {}).get(kind)
        before = now if now and self.odds(0.8) else HASH
        return self.act(kind, {"pat": pat, "party": party, "before": before, "after": "sha256:%064x" % self.next_number()}, on=day)

    def body_act(self):
        key = self.one(list(self.m.cases)[-5:])
        if not key:
            return None
        c = self.m.cases[key]
        by = self.one(sorted(c["bodies"])) if self.odds(0.9) else ID["court"]
        role = "ADMIN" if by == ID["department"] else "COURT"
        if self.odds(0.5):
            return self.act("case.refer", {"case": key, "from_body": by if self.odds(0.9) else ID["court"], "to_body": self.one([ID["department"], ID["court"], ID["registry"]])}, by, role)
        mine = [r for r, a in self.m.records.items() if a.data.get("case") == key and (a.by == by or self.odds(0.1))]
        target = self.one(mine) if mine and self.odds(0.9) else self.one(self.m.records)
        return self.act("case.correct", {"case": key, "target": target, "field": "date", "reason": "笔误"}, by, role)

    def mandate_over(self):
        g = self.one(self.m.mandates)
        if g is None or self.odds(0.6):
            return None
        by = self.one([g["principal"], g["agent"], g["agent"] if self.odds(0.8) else ID["rival"]])
        role = "AGENT" if by == ID["agency"] else "PARTY"
        return self.act("mandate.end", {"principal": g["principal"], "agent": g["agent"], "date": self.ago(3)}, by, role)

    def not_accepted(self):
        rid = self.one([r for r, a in self.m.records.items() if a.type == "patent.commit"])
        if rid and self.odds(0.3):
            return self.act("patent.not_accept", {"commit_ref": rid, "date": self.ago(5), "ground": "材料不全"})

    def earlier(self, case):
        """What a decision might call a repetition of: mostly what binds a respondent."""
        who = set(case["respondents"])
        found = [r for r, x in self.m.promises.items() if x["by"] in who or self.odds(0.1)]
        for other in self.m.cases.values():
            if set(other["respondents"]) & who or self.odds(0.1):
                found += [x["record"] for x in other["decisions"].values() if "infringed" in x and (finding(other) or self.odds(0.2))]
                found += [other["settlement"]["record"]] if "settlement" in other else []
        if not found:
            return {}
        d = {"repeat_of": [self.one(found)]}
        if self.odds(0.15):
            d["linked_parties"] = [self.one(PEOPLE)]
        return d


F = ForeignActs
ACTS = [F.report, F.foreign_event, F.foreign_event, F.tag, F.letter, F.penalty, F.mandate_over, F.not_accepted, F.shown, F.body_act]
