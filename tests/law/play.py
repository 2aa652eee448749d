# SPDX-License-Identifier: Apache-2.0
"""Both sides of the comparison: the ledger behind law_driver, and the model; their answers and their state."""
import hashlib
import json
import os
import subprocess
import sys
import traceback
from datetime import datetime, timedelta, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from model import ledger as model_ledger  # noqa: E402
from model.cases import finding  # noqa: E402
from model.market import leader  # noqa: E402
from model.numbers import canonical  # noqa: E402
from model.verdict import CLASS_OF, FORM  # noqa: E402

DATA = os.path.join(HERE, "..", "data")


def org(body):
    """An `org:` id with a right check character."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    total = sum(alphabet.index(c) * w for c, w in zip(body, weights))
    return "org:" + body + alphabet[(31 - total % 31) % 31]


NAMES = {"office": org("11500000QL000009X"), "exchange": org("91500000QL0000023"), "court": org("11500000QL0000031"),
         "high court": org("11500000QL0000047"), "department": org("11500000QL0000063"), "registry": org("11500000QL000004X"),
         "agency": org("91500000QL0000052"), "university": org("12500000QL0000014"), "company": org("91500112MAQL00011"),
         "rival": org("91500112MAQL00021"), "co-owner": org("91500112MAQL00033"), "bank": org("91500112MAQL00044"),
         "foreigner": org("91500112MAQL00055")}
ID = {**NAMES}
NAME_OF = {v: k for k, v in NAMES.items()}


def world():
    def read(name):
        with open(os.path.join(DATA, name), encoding="utf-8") as file:
            return json.load(file)
    scope = {"region": "50"}
    roles = {"office": ["IPO"], "exchange": ["EXCH"], "court": ["COURT"], "high court": ["COURT"], "department": ["ADMIN"], "registry": ["CERT", "DRC", "NOT", "REG"],
             "university": ["INST"], "bank": ["BANK"]}
    parties = []
    for name, party in NAMES.items():
        p = {"id": party, "name": name, "kind": "PUBLIC_BODY" if name in ("office", "court", "high court", "department", "registry", "university") else "ORG",
             "region": "US" if name == "foreigner" else "500112" if name in ("company", "rival") else "50"}
        if name == "agency":
            p["agency_code"] = "50201"
        if name in roles:
            p["roles"] = [{"role": r, "scope": scope} for r in roles[name]]
        parties.append(p)
    tables = [read("tables/%s.json" % t) for t in ("FASTTRACK_CLOCKS", "GREEN_SCHEMES", "HOLIDAYS", "IPC_GREEN", "ST3_OFFICES", "FOREIGN_EVENT_MAP")]
    events = tables[-1]
    events["rows"] = [r for r in events["rows"] if r["office"] == "US"][:40]  # enough, and each history publishes it anew
    events["hash"] = "sha256:" + hashlib.sha256(canonical(events["rows"]).encode()).hexdigest()
    return {"parties": parties, "council": sorted(ID[n] for n in ("office", "exchange", "court", "registry")), "pack": read("rulepack-1.json"),
            "tables": tables, "time_ms": noon("2026-01-02")}


def noon(day):
    return int(datetime.fromisoformat(day + "T12:00:00").replace(tzinfo=timezone(timedelta(hours=8))).timestamp() * 1000)


class Ledger:
    """law_driver as a child process."""

    def __init__(self, program):
        self.child = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask(self, line):
        self.child.stdin.write(json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n")
        self.child.stdin.flush()
        answer = self.child.stdout.readline()
        if not answer:
            raise RuntimeError("law_driver ended at " + json.dumps(line, ensure_ascii=False))
        return json.loads(answer)

    def judge(self, act):
        line = {k: v for k, v in act.items() if k not in ("today", "note")}
        line["time_ms"] = noon(act["today"])
        return self.ask(line)

    def close(self):
        self.child.stdin.close()
        self.child.wait()


class Difference(Exception):
    pass


# Behind one of these the rest of a refusal is not settled by the pages: what it would rest on is not there, or is not what
# the act takes it for. Both sides must name it; what else they name may differ.
CLOSING = {c for c, kind in CLASS_OF.items() if kind == FORM} | {"STATE_FORBIDS", "CASE_STATE_FORBIDS", "PATENT_NOT_IN_FORCE", "OWNER_MISMATCH",
                                                                 "NOT_RIGHT_HOLDER", "PRICE_PUBLICITY_MISSING", "PUBLICITY_PERIOD_OPEN",
                                                                 "EXPORT_APPROVAL_MISSING", "PATENT_NOT_GRANTED", "SELF_DEALING", "RECORDAL_DUPLICATE"}


def same_refusal(ledger, model):
    return ledger == model or bool(ledger & model & CLOSING)


class Pair:
    """The ledger and the model side by side: one act on both."""

    def __init__(self, ledger, the_world):
        self.ledger = ledger
        self.ledger.ask({"reset": the_world})
        self.model = model_ledger.Model(the_world)

    def act(self, act, compare=True):
        answer = self.ledger.judge(act)
        if "id" not in answer:
            raise Difference("the ledger does not know the act: %s" % answer)
        try:
            verdict = self.model.judge(act, answer["id"])
        except Exception as error:
            raise Difference("the model fails: %s %s" % (error.__class__.__name__, traceback.format_exc().splitlines()[-3:])) from error
        refused = {i["code"] for i in answer.get("refused", [])}
        flags = {i["code"] for i in answer.get("flags", [])}
        if compare:
            if bool(refused) != bool(verdict.refused):
                raise Difference("ledger %s, model %s%s" % (said(refused, flags), said(verdict.refused, verdict.flags), details(answer)))
            if refused and not same_refusal(refused, set(verdict.refused)):
                raise Difference("both refuse, ledger %s, model %s" % (sorted(refused), sorted(verdict.refused)) + details(answer))
            astray = {"STATE_FORBIDS", "CASE_STATE_FORBIDS"} & flags & set(verdict.flags)  # what else is said of it the pages leave open
            if not refused and not astray and flags != set(verdict.flags):
                raise Difference("both accept, flags of the ledger %s, of the model %s" % (sorted(flags), sorted(verdict.flags)) + details(answer))
        return answer, refused, flags

    # State: what the rows of docs/formats/state.md say, and the same of the model.

    def compare_state(self, subjects, today):
        for subject in subjects:
            ours = self.model_facts(subject, today)
            if ours is None:
                continue
            theirs = self.ledger_facts(subject, today)
            if ours != theirs:
                keys = [k for k in sorted(set(ours) | set(theirs)) if ours.get(k) != theirs.get(k)]
                raise Difference("state of %s: %s" % (subject, "; ".join("%s: ledger %s, model %s" % (k, theirs.get(k), ours.get(k)) for k in keys)))

    def rows(self, *names):
        return self.ledger.ask({"rows": [list(n) for n in names]})["rows"]

    def ledger_facts(self, subject, today):
        if subject.startswith("deposit:"):
            rid = subject[8:]
            row = self.rows(("E", self.model.deposits[rid]["depositor"], rid))[0]
            return row and deposit_facts(row)
        row = self.rows(("S", subject))[0]
        if not row:
            return {}
        if subject.startswith("ctr:"):
            return contract_facts(row)
        if subject.startswith("case:"):
            return case_facts(row)
        if subject.startswith("lst:"):
            offers = [r for r, o in self.model.offers.items() if o["listing"] == subject]
            auctions = [r for r, a in self.model.auctions.items() if a["listing"] == subject]
            found = self.rows(*[("E", subject, r) for r in offers + auctions])
            return listing_facts(row, zip(offers, found), zip(auctions, found[len(offers):]))
        facts = patent_facts(row, today)
        licences = row.get("licenses", [])
        pledges, invalidations = row.get("pledges", []), row.get("invalidations", [])
        found = self.rows(*[("E", subject, i) for i in licences + pledges + invalidations])
        for lid, e in zip(licences, found):
            facts["licence " + lid] = [e["kind"], e["licensees"], e["scope"].get("to"), bool(e.get("recordal")), e.get("place_taken"), e.get("head"), sorted(e.get("under", []))]
        for rid, e in zip(pledges, found[len(licences):]):
            facts["pledge " + rid] = sorted(e["pledgees"])
        for rid, e in zip(invalidations, found[len(licences) + len(pledges):]):
            facts["invalidation " + rid] = e["stage"]
        return facts

    def model_facts(self, subject, today):
        m = self.model
        if subject.startswith("deposit:"):
            return deposit_facts(m.deposits[subject[8:]]) if subject[8:] in m.deposits else None
        if subject.startswith("ctr:"):
            c = m.contracts.get(subject)
            return c and contract_facts({"status": c["status"], "performed": {"fen": c["paid"]}, "techreg": c["techreg"] or {}, "deal": c["deal"]})
        if subject.startswith("lst:"):
            x = m.listings.get(subject)
            auctions = []
            for rid, a in m.auctions.items():
                led = leader(a)
                row = {"stage": a["stage"], **({"leader": {"bidder": led[1], "amount": {"fen": led[0]}}} if led else {}), **({"result": {"winner": a["winner"]}} if a["winner"] else {})}
                auctions += [(rid, row)] if a["listing"] == subject else []
            return x and listing_facts(x, [(r, o) for r, o in m.offers.items() if o["listing"] == subject], auctions)
        if subject.startswith("case:"):
            c = m.cases.get(subject)
            return c and case_facts({**c, "bodies": sorted(c["bodies"]), "finding": finding(c)})
        p = m.patents.get(subject)
        if p is None:
            return None
        row = dict(p)
        if "paid" in p:
            row["annuities"] = {"first_year": p["first_year"], "paid": p["paid"]}
        row["coowners"] = p.get("agreement")
        row["transfer"] = {"date": p["transfer"]} if "transfer" in p else None
        row["reexam"] = {"stage": p["reexam"]} if "reexam" in p else None
        if "track" in p:
            row["fasttrack"] = {**p["track"], "clocks": [{"step": s, "due": t} for s, t in p["track"]["clocks"].items()]}
        row["eval_report"] = {"record": p["eval_report"]} if "eval_report" in p else None
        row["licenses"] = [i for i in p["licenses"] if "ended" not in m.licences[i]]
        facts = patent_facts(row, today)
        for lid in row["licenses"]:
            x = m.licences[lid]
            facts["licence " + lid] = [x["kind"], x["licensees"], x["scope"].get("to"), bool(x["recordal"]), x.get("place"), x.get("head"), sorted(x["under"])]
        for rid in p["pledges"]:
            facts["pledge " + rid] = sorted(m.pledges[rid]["pledgees"])
        for rid in p["invalidations"]:
            facts["invalidation " + rid] = m.invalidations[rid]["stage"]
        return facts


def patent_facts(row, today):
    def intervals(name):
        return sorted((x["from"], x["until"]) for x in row.get(name) or [] if x["until"] >= today)
    o, track = row.get("open") or {}, row.get("fasttrack") or {}
    open_on = "from" in o and o["until"] >= today
    return {"status": row["status"], "since": row["since"], "filing_date": row["filing_date"], "priority_date": row.get("priority_date"),
            "owners": row.get("owners"), "applicants": row.get("applicants") if "owners" not in row else None, "title": row.get("title"),
            "term_end": row.get("term_end"), "annuities": (row["annuities"]["first_year"], list(row["annuities"].get("paid", []))) if "annuities" in row else None,
            "licences": sorted(row.get("licenses", [])), "pledges": list(row.get("pledges", [])), "contested": sorted(row.get("contested", [])),
            "transfers": sorted(row.get("transfers", [])), "suspended": intervals("suspended"), "preserved": intervals("preserved"),
            "open": (o["record"], o["from"], o["until"]) if open_on else None, "gaps": list(row.get("gaps", [])), "void_claims": list(row.get("void_claims", [])),
            "lapse": (row.get("lapse") or {}).get("as_of"), "reexam": (row.get("reexam") or {}).get("stage"), "agreement": bool(row.get("coowners")),
            "transfer": (row.get("transfer") or {}).get("date"), "eval_report": (row.get("eval_report") or {}).get("record"),
            "first_action": row.get("first_action"), "track": (track.get("stage"), track.get("since"), sorted((c["step"], c["due"]) for c in track.get("clocks", [])))}


def contract_facts(row):
    return {"status": row["status"], "paid": row.get("performed", {}).get("fen", 0), "techreg": row.get("techreg", {}).get("stage"),
            "deal": row.get("deal")}


def listing_facts(row, offers, auctions):
    facts = {"status": row["status"], "pending": row.get("pending"), "price": row.get("price"), "to": row["to"], "seller": row["seller"],
             "burdens": (list(row.get("encumbrances", [])), list(row.get("licenses", [])))}
    facts.update(("offer " + r, o["stage"]) for r, o in offers)
    for r, a in auctions:
        led = a.get("leader", {})
        facts["auction " + r] = (a["stage"], led.get("bidder"), led.get("amount"), a.get("result", {}).get("winner"))
    return facts


def deposit_facts(row):
    return {"holder": row["holder"], "since": row["since"], "transfers": row.get("transfers", 0), "interest": list(row.get("interest", []))}


def case_facts(row):
    return {"status": row["status"], "bodies": sorted(row["bodies"]), "finding": bool(row.get("finding")), "effective": row.get("effective")}


def said(refused, flags):
    if refused:
        return "refuses: " + " ".join(sorted(refused))
    return "accepts" + (" with " + " ".join(sorted(flags)) if flags else "")


def details(answer):
    return " | the ledger says: " + "; ".join("%s at %s %s" % (i["code"], i["pointer"], i["detail"]) for i in answer.get("refused", answer.get("flags", [])))


def subjects_of(act, model=None):
    """The keys of patents, contracts and cases that an act names."""
    found = set()

    def walk(value):
        if isinstance(value, str):
            if value.startswith(("pat:", "ctr:", "case:", "lst:")):
                found.add(value)
        elif isinstance(value, dict):
            for v in value.values():
                walk(v)
        elif isinstance(value, list):
            for v in value:
                walk(v)
    walk(act["data"])
    if act["type"].startswith("evidence.") and "target" in act["data"]:
        found.add("deposit:" + act["data"]["target"])
    if act["type"] == "correction" and model:
        target = model.records.get(act["data"]["target"])
        if target:
            found |= subjects_of({"type": target.type, "data": target.data}, model)
    if act["type"] == "patent.accept":
        found.add("pat:" + act["data"]["app_no"])
    return found
