# SPDX-License-Identifier: Apache-2.0
"""The life of a patent.   Source: state-machines.md, "Patents"; design page 1.1-1.4, 1.8, 6.4."""
from . import clocks, dates, numbers

LIVE = ("FILED", "PRELIM", "PUBLISHED", "SUBST", "ALLOWED", "GRANTED")
PENDING = LIVE[:-1]
AFTER_GRANT = ("GRANTED", "EXPIRED", "LAPSED", "ABANDONED")
ALL = ("INV", "UM", "DES")

# act: states from which it is allowed, types, state to which it leads (None: the same)
MOVES = {
    "annuity.notice": (("GRANTED",), ALL, None), "annuity.paid": (("GRANTED",), ALL, None),
    "eval_report.issue": (AFTER_GRANT, ALL, None),
    "patent.deemed_withdrawn": (PENDING, ALL, "DEEMED_WITHDRAWN"),
    "patent.exam_request": (("FILED", "PRELIM", "PUBLISHED"), ("INV",), None),
    "patent.exam_request:ENTERED": (("PUBLISHED",), ("INV",), "SUBST"),
    "patent.expire": (("GRANTED",), ALL, "EXPIRED"),
    "patent.grant": (("ALLOWED",), ALL, "GRANTED"),
    "patent.lapse": (("GRANTED",), ALL, "LAPSED"),
    "patent.office_action": (("PRELIM", "SUBST"), ALL, None),
    "patent.prelim_result:FAILED": (("FILED",), ALL, "REJECTED"), "patent.prelim_result:PASSED": (("FILED",), ALL, "PRELIM"),
    "patent.publish": (("PRELIM",), ("INV",), "PUBLISHED"),
    "patent.reject": (("PRELIM", "SUBST"), ALL, "REJECTED"),
    "patent.response": (("PRELIM", "SUBST"), ALL, None),
    "patent.withdraw": (PENDING + ("REJECTED",), ALL, "WITHDRAWN"),
    "suspend.start": (LIVE + ("REJECTED",), ALL, None),
    "term.adjust": (("GRANTED",), ("INV",), None),
    "invalidation.request": (AFTER_GRANT, ALL, None),
}


def term_end(pack, kind, filed, extra=0):
    for row in pack["term_years"]:
        if row["type"] == kind and row.get("filed_from", "") <= filed < row.get("filed_before", "9999"):
            return dates.plus_days(dates.plus_years(filed, row["years"]), -1 + extra)
    raise ValueError(kind)


def last_day(m, p):
    """Of the term; of an application: of the term that it would have."""
    return p.get("term_end") or term_end(m.pack, p["type"], p["filing_date"])


def public(p):
    """From the publication on (INV), or the grant (UM, DES)."""
    return "applicants" in p or "owners" in p


def holders(p):
    return [o["party"] for o in p["owners"]] if "owners" in p else list(p.get("applicants", []))


def due(p, year):
    """The unmoved day on which the annuity of a patent year is due."""
    return dates.plus_years(p["filing_date"], year - 1)


def grace_end(m, p, year):
    return m.calendar.end_of(due(p, year), months=m.pack["annuity_grace_months"])


def first_unpaid(p):
    year = p["first_year"] + 1
    while year in p["paid"]:
        year += 1
    return year


def in_arrears(m, p, day):
    """IN_GRACE or GRACE_OVER: the day is after the (moved) due day of the first unpaid year within the term."""
    if p["status"] != "GRANTED" or day > p["term_end"]:
        return False
    year = first_unpaid(p)
    return due(p, year) <= p["term_end"] and day > m.calendar.shift(due(p, year))


def suspended(p, day):
    return {s["record"] for s in p["suspended"] if s["from"] <= day <= s["until"]}


def frozen(p, day):
    return suspended(p, day) | {s["record"] for s in p["preserved"] if s["from"] <= day <= s["until"]}


ENDED = ("REJECTED_FINAL", "WITHDRAWN", "DEEMED_WITHDRAWN", "EXPIRED", "LAPSED", "ABANDONED", "INVALIDATED")


def in_force_or_pending(p, day):
    """A rejected application that can still be attacked is pending."""
    return p["status"] not in ENDED and day <= p.get("term_end", "9999")


def services(m, v, act, p, day):
    """`served` of a decision of that day."""
    served = act.data.get("served", [])
    parties = [s.get("party") for s in served]
    if not public(p):
        if any(parties):
            v.say("UNPUBLISHED_DATA_IN_CLEAR")
        if len(served) > 1:
            v.say("SCHEMA_INVALID")
    elif None in parties or parties != sorted(set(parties)):
        v.say("SCHEMA_INVALID")
    if any(s["date"] < day for s in served):
        v.say("EVENT_BEFORE_PRIOR")
    if any(s["date"] > act.today for s in served):
        v.say("FUTURE_EVENT_DATE")


def service_of(decision, party):
    """The day on which a party was served; before publication one item stands for all applicants."""
    for s in decision.get("served", []):
        if s.get("party") in (party, None):
            return s["date"]
    return None


def last_service(p, decision):
    """When the last of those entitled was served; None while somebody was not."""
    days = [service_of(decision, party) for party in holders(p)] if public(p) else [s["date"] for s in decision.get("served", [])]
    return max(days) if days and None not in days else None


def speaks(m, v, act, p):
    """The applicant, its agency or the office.   Before publication only who filed the commitment is known."""
    if act.role == "IPO":
        return
    if not (m.speaks_for(act, holders(p)) if public(p) else act.by == p.get("filer")):
        v.say("ROLE_NOT_PERMITTED")


def move(m, v, act, day, word="", frozen_by_suspension=False):
    """State and order of dates; returns the patent. What moves the status dates it."""
    p = m.patent(v, act.data["pat"])
    states, types, to = MOVES[act.type + (":" + word if word else "")]
    if p["status"] not in states or p["type"] not in types:
        v.stop("STATE_FORBIDS")
    if day < (p["since"] if to else p["filing_date"]):
        v.say("EVENT_BEFORE_PRIOR")
    if frozen_by_suspension and suspended(p, day):
        v.say("PATENT_FROZEN", *suspended(p, day))

    def go():
        if to:
            p["status"], p["since"] = to, day
    return p, go


def decided(p, act, day, key):
    p["decisions"][key] = {"date": day, "served": act.data.get("served", []), "record": act.rid, **({"due": act.data["due"]} if "due" in act.data else {})}


def commit(m, v, act):
    d = act.data
    key = d["doc_commit"]
    if key in m.commits:
        v.say("STATE_FORBIDS")

    def effect():
        m.commits[key] = {"type": d["type"], "filer": act.by, "applicant_commit": d["applicant_commit"], "status": "COMMITTED", "since": act.event}
    v.effect = effect


def not_accept(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    x = m.commits[m.record(v, d["commit_ref"], "patent.commit").data["doc_commit"]]
    if x["status"] != "COMMITTED":
        v.stop("STATE_FORBIDS")
    if d["date"] < x["since"]:
        v.say("EVENT_BEFORE_PRIOR")

    def effect():
        x["status"] = "NOT_ACCEPTED"
    v.effect = effect


def priority_in_time(m, kind, first, filed, restored):
    months = m.pack["priority_months_des" if kind == "DES" else "priority_months_inv_um"]
    if filed <= m.calendar.end_of(first, months=months):
        return True
    late_end = m.calendar.end_of(dates.plus_months(first, months), months=m.pack["priority_restoration_months"])
    return kind != "DES" and filed <= late_end and restored


def accept(m, v, act):
    d = act.data
    no, kind, filed = d["app_no"], d["type"], d["filing_date"]
    m.not_future(v, act, "filing_date", "entry_date")
    if numbers.app_check(no[:12]) != no[12]:
        v.say("APP_NO_CHECK_DIGIT")
    if no[4] not in numbers.TYPE_DIGITS[kind]:
        v.say("APP_NO_TYPE_MISMATCH")
    key = "pat:" + no
    if key in m.patents:
        v.say("APP_NO_EXISTS")
    pct = no[4] in "89"
    if pct != ("pct_no" in d) or ("entry_date" in d) != ("pct_no" in d) or ("entry_surcharge" in d and "pct_no" not in d):
        v.say("SCHEMA_INVALID")
    parent = None
    if "divisional_of" in d:
        parent = m.patent(v, d["divisional_of"])
    elif not pct and no[:4] != filed[:4]:
        v.say("APP_NO_YEAR_DIFFERS")
    commitment = None
    if "commit_ref" in d:
        commitment = m.commits[m.record(v, d["commit_ref"], "patent.commit").data["doc_commit"]]
        if commitment["status"] != "COMMITTED":
            v.say("STATE_FORBIDS")
        if commitment["type"] != kind:
            v.say("COMMIT_MISMATCH")

    first = min((x["date"] for x in d.get("priority", [])), default=None)
    in_time = first is not None
    for x in d.get("priority", []):  # IR 35: a first filing in China that claimed priority itself, was granted or divided off
        base = m.patents.get("pat:" + x["no"]) if x["country"] == "CN" else None
        if base and (base["claimed"] or "grant" in base or base["divisional"]):
            v.say("PRIORITY_BASE_USED", base["record"])
    if first is not None:
        in_time = priority_in_time(m, kind, first, filed, d.get("priority_restoration") == "GRANTED")
        if not in_time:
            v.say("PRIORITY_EXPIRED")
        if first > filed:
            v.say("EVENT_BEFORE_PRIOR")
            in_time = False
    if "pct_no" in d and "entry_date" in d:
        months = m.pack["pct_entry_surcharge_months" if d.get("entry_surcharge") else "pct_entry_months"]
        if d["entry_date"] > m.calendar.end_of(first or filed, months=months):
            v.say("PCT_ENTRY_LATE")
        if d["entry_date"] < filed:
            v.say("EVENT_BEFORE_PRIOR")

    def effect():
        p = {"type": kind, "status": "FILED", "since": filed, "filing_date": filed, "record": act.rid, "title_commit": d["title_commit"],
             "decisions": {}, "suspended": [], "preserved": [], "contested": [], "licenses": [], "pledges": [], "transfers": [],
             "gaps": [], "void_claims": [], "invalidations": [], "claimed": first, "divisional": "divisional_of" in d, "restored": d.get("priority_restoration") == "GRANTED"}
        if in_time:
            p["priority_date"] = first
        if "pair_um_inv" in d:
            p["pair"] = d["pair_um_inv"]
            if p["pair"] in m.patents:
                m.patents[p["pair"]].setdefault("pair", key)
        if commitment:
            commitment["status"] = "FILED"
            p["filer"], p["applicant_commit"] = commitment["filer"], commitment["applicant_commit"]
        m.patents[key] = p
    v.effect = effect


def prelim_result(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p, go = move(m, v, act, d["date"], d["kind"], frozen_by_suspension=True)
    services(m, v, act, p, d["date"])
    if d["kind"] == "FAILED":
        clocks.check(v, p, "EXAMINATION", "CLOSE", d["date"])

    def effect():
        if d["kind"] == "FAILED":
            p["previous"] = p["status"]
        decided(p, act, d["date"], "reject" if d["kind"] == "FAILED" else "prelim_result")
        go()
    v.effect = effect


def opened(v, act, p, title):
    """The office's openings against the filed commitments, and what it publishes against them: flags."""
    fits = True
    value = None
    for o in act.data["openings"]:
        fits &= numbers.commitment(o["name"], o["salt"], o["value"]) == o["commit"]
        if o["name"] == "title":
            fits &= o["commit"] == p["title_commit"]
            value = o["value"]
        elif o["commit"] != p.get("applicant_commit"):
            fits = False
    if "applicant_commit" in p and "applicant" not in [o["name"] for o in act.data["openings"]]:
        fits = False
    if not fits or value != title:
        v.flag("COMMIT_MISMATCH")


def publish(m, v, act):
    d = act.data
    m.not_future(v, act, "pub_date")
    p, go = move(m, v, act, d["pub_date"])
    if p["type"] != "INV" or not numbers.kind_fits(d["pub_no"], "INV", False):
        v.say("KIND_CODE_INVALID")
    if not d.get("early_request") and d["pub_date"] < dates.plus_months(p.get("priority_date", p["filing_date"]), m.pack["publish_months"]):
        v.say("PUBLISH_TOO_EARLY")
    opened(v, act, p, d["title"])
    clocks.opened_class(m, v, act, p)

    def effect():
        go()
        p["applicants"], p["title"], p["ipc"] = list(d["applicants"]), d["title"], list(d["ipc"])
        p["inventors"] = list(d["inventors"])
        p["pub"] = d["pub_date"]
    v.effect = effect


def exam_request(m, v, act):
    d = act.data
    m.not_future(v, act, "date", "entered_date")
    day = d.get("entered_date", d["date"])
    p, go = move(m, v, act, day, "ENTERED" if "entered_date" in d else "")
    speaks(m, v, act, p)
    if "entered_date" in d:
        if act.role != "IPO":
            v.say("ROLE_NOT_PERMITTED")
        if d["date"] < p["filing_date"] or d["entered_date"] < d["date"]:
            v.say("EVENT_BEFORE_PRIOR")
    if d["date"] > m.calendar.end_of(p.get("priority_date", p["filing_date"]), months=m.pack["exam_request_months"]):
        v.say("EXAM_REQUEST_LATE")
    v.effect = go


def office_action(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p, go = move(m, v, act, d["date"], frozen_by_suspension=True)
    services(m, v, act, p, d["date"])
    if d.get("due", "9999") < d["date"]:
        v.say("EVENT_BEFORE_PRIOR")
    acted = clocks.examined(v, act, p, d["date"], closes=False)

    def effect():
        decided(p, act, d["date"], "office_action")
        acted()
    v.effect = effect


def response(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p, go = move(m, v, act, d["date"])
    speaks(m, v, act, p)
    v.effect = go


def reject(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p, go = move(m, v, act, d["date"], frozen_by_suspension=True)
    services(m, v, act, p, d["date"])
    acted = clocks.examined(v, act, p, d["date"], closes=True)

    def effect():
        if p["status"] in ("PRELIM", "SUBST"):  # where a revocation leads back to, also behind a second rejection
            p["previous"] = p["status"]
        decided(p, act, d["date"], "reject")
        acted()
        go()
    v.effect = effect


def withdraw(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p, go = move(m, v, act, d["date"], frozen_by_suspension=True)
    speaks(m, v, act, p)
    if not public(p):
        if "applicants" in d:
            v.say("UNPUBLISHED_DATA_IN_CLEAR")
    else:
        signed = act.signers | ({act.principal} if act.principal else set())
        if set(p.get("applicants") or holders(p)) - (signed & set(d.get("applicants", []))):
            v.say("COAPPLICANT_CONSENT_MISSING")
    v.effect = go


def deemed_withdrawn(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p, go = move(m, v, act, d["date"])
    services(m, v, act, p, d["date"])

    def effect():
        p["previous"] = p["status"]
        decided(p, act, d["date"], "deemed_withdrawn")
        go()
    v.effect = effect


def grant_notice(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    fit = ("SUBST",) if p["type"] == "INV" else ("PRELIM",)
    if p["status"] not in fit:
        v.stop("STATE_FORBIDS")
    if d["date"] < p["since"]:
        v.say("EVENT_BEFORE_PRIOR")
    if suspended(p, d["date"]):
        v.say("PATENT_FROZEN", *suspended(p, d["date"]))
    services(m, v, act, p, d["date"])
    acted = clocks.examined(v, act, p, d["date"], closes=True)

    def effect():
        decided(p, act, d["date"], "grant_notice")
        acted()
        p["status"], p["since"] = "ALLOWED", d["date"]
    v.effect = effect


def shares(v, owners):
    given = [o["share"] for o in owners if "share" in o]
    if given and (len(given) != len(owners) or sum(given) != 10000):
        v.say("SHARE_SUM_INVALID")


def grant(m, v, act):
    d = act.data
    m.not_future(v, act, "grant_date", "formalities_date")
    p, go = move(m, v, act, d["grant_date"], frozen_by_suspension=True)
    shares(v, d["owners"])
    if not numbers.kind_fits(d["grant_no"], p["type"], True) or not d["grant_no"].endswith(d["kind"]):
        v.say("KIND_CODE_INVALID")
    if p["type"] == "INV":
        if "title" in d or "openings" in d:
            v.say("SCHEMA_INVALID")
    elif "title" not in d or "openings" not in d:
        v.stop("SCHEMA_INVALID")
    else:
        opened(v, act, p, d["title"])
    clocks.opened_class(m, v, act, p)
    twin = m.patents.get(p.get("pair"))
    if twin and twin["status"] == "GRANTED":
        v.say("DUAL_GRANT", twin["record"])
    notice = p["decisions"].get("grant_notice")
    if notice and "formalities_date" in d:
        served = last_service(p, notice)
        if served and d["formalities_date"] > m.calendar.end_of(served, months=m.pack["formality_months"]):
            v.say("FORMALITY_LATE")

    def effect():
        go()
        p["owners"], p["ipc"], p["inventors"] = [dict(o) for o in d["owners"]], list(d["ipc"]), list(d["inventors"])
        p["first_year"], p["paid"] = d["first_annuity_year"], []
        p["term_end"] = term_end(m.pack, p["type"], p["filing_date"], p.get("extra", 0))
        p["grant"] = {"date": d["grant_date"], "claims": d["claim_count"], "record": act.rid}
        if "title" in d:
            p["title"] = d["title"]
    v.effect = effect


def annuity_paid(m, v, act):
    d = act.data
    m.not_future(v, act, "paid_date")
    p, go = move(m, v, act, d["paid_date"])
    if "paid" not in p:
        return
    year = d["year"]
    if year in p["paid"] or year <= p["first_year"]:
        v.say("ANNUITY_DUPLICATE")
    elif due(p, year) > p["term_end"]:
        v.say("SCHEMA_INVALID")
    else:
        last = grace_end(m, p, year)
        for gap in p["gaps"]:  # a lapse that was restored may be paid up to the decision
            if gap["from"] == due(p, year):
                last = max(last, gap["to"])
        if d["paid_date"] > last:
            v.say("ANNUITY_AFTER_GRACE")

    def effect():
        p["paid"] = sorted(p["paid"] + [year])
    v.effect = effect


def annuity_notice(m, v, act):
    d = act.data
    p, go = move(m, v, act, "9999")
    if "paid" not in p:
        return
    if d["year"] <= p["first_year"] or due(p, d["year"]) > p["term_end"]:
        v.say("SCHEMA_INVALID")
    elif d["due"] != m.calendar.shift(due(p, d["year"])) or d["grace_end"] != grace_end(m, p, d["year"]):
        v.say("ANNUITY_DUE_DIFFERS")


def lapse(m, v, act):
    d = act.data
    m.not_future(v, act, "as_of", "announce_date")
    p, go = move(m, v, act, d["announce_date"], frozen_by_suspension=True)
    services(m, v, act, p, d["announce_date"])
    year = first_unpaid(p) if "paid" in p else None
    unpaid = year is not None and due(p, year) <= p["term_end"]
    if d["cause"] == "ANNUITY_UNPAID":
        if not unpaid or d["announce_date"] <= grace_end(m, p, year):
            v.say("GRACE_NOT_OVER")
        if unpaid and d["as_of"] != due(p, year):
            v.say("ANNUITY_DUE_DIFFERS")
    if d["announce_date"] < d["as_of"]:
        v.say("EVENT_BEFORE_PRIOR")

    def effect():
        p["previous"] = p["status"]
        decided(p, act, d["announce_date"], "lapse")
        go()
        period_end = grace_end(m, p, year) if d["cause"] == "ANNUITY_UNPAID" and unpaid else d["as_of"]
        p["lapse"] = {"as_of": d["as_of"], "period_end": period_end}
    v.effect = effect


def restore(m, v, act):
    d = act.data
    m.not_future(v, act, "request_date", "decision_date")
    p = m.patent(v, d["pat"])
    if p["status"] not in ("LAPSED", "DEEMED_WITHDRAWN"):
        v.stop("STATE_FORBIDS")
    if d["decision_date"] < max(d["request_date"], p["since"]):
        v.say("EVENT_BEFORE_PRIOR")
    key = "lapse" if "lapse" in p else "deemed_withdrawn"
    decision = p["decisions"].get(key, {})
    months = m.pack["restore_months"]
    if d["basis"] == "JUST_CAUSE":
        served = last_service(p, decision)
        late = served is not None and d["request_date"] > m.calendar.end_of(served, months=months)
    else:
        missed = p["lapse"]["period_end"] if key == "lapse" else decision.get("date", p["since"])
        late = d["request_date"] > m.calendar.end_of(missed, months=m.pack["restore_force_majeure_months"])
        if "obstacle_removed" in d:
            late |= d["request_date"] > m.calendar.end_of(d["obstacle_removed"], months=months)
    if late and p["status"] in ("LAPSED", "DEEMED_WITHDRAWN"):
        v.say("RESTORE_WINDOW_CLOSED")

    def effect():
        if "lapse" in p:
            p["gaps"].append({"from": p["lapse"]["as_of"], "to": d["decision_date"]})
            del p["lapse"]
        p["status"], p["since"] = p.pop("previous", p["status"]), d["decision_date"]
    v.effect = effect


def expire(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p, go = move(m, v, act, d["date"])
    if d["date"] != dates.plus_days(p["term_end"], 1):
        v.say("TERM_NOT_ENDED")
    v.effect = go


def eval_report(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    p, go = move(m, v, act, d["date"])
    if p["type"] == "INV":
        v.say("NOT_UM_OR_DESIGN")
    if "eval_report" in p:
        v.say("EVAL_REPORT_EXISTS", p["eval_report"])

    def effect():
        p["eval_report"] = act.rid
    v.effect = effect


def term_adjust(m, v, act):
    d = act.data
    m.not_future(v, act, "request_date")
    p, go = move(m, v, act, "9999")
    granted = p["grant"]["date"] if "grant" in p else None
    if granted:
        if d["request_date"] < granted:
            v.say("EVENT_BEFORE_PRIOR")
        if d["request_date"] > m.calendar.end_of(granted, months=m.pack["pta_request_months"]):
            v.say("PTA_REQUEST_LATE")
    if "pair" in p and d["kind"] == "PTA":
        v.say("PTA_DUAL_FILING")

    def effect():
        p["extra"] = p.get("extra", 0) + d["days"]
        if "term_end" in p:
            p["term_end"] = dates.plus_days(p["term_end"], d["days"])
    v.effect = effect


RULES = {"patent.commit": commit, "patent.not_accept": not_accept, "patent.accept": accept, "patent.prelim_result": prelim_result, "patent.publish": publish,
         "patent.exam_request": exam_request, "patent.office_action": office_action, "patent.response": response,
         "patent.reject": reject, "patent.withdraw": withdraw, "patent.deemed_withdrawn": deemed_withdrawn,
         "patent.grant_notice": grant_notice, "patent.grant": grant, "annuity.paid": annuity_paid, "annuity.notice": annuity_notice,
         "patent.lapse": lapse, "patent.restore": restore, "patent.expire": expire, "eval_report.issue": eval_report,
         "term.adjust": term_adjust}
