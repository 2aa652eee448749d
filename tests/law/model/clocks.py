# SPDX-License-Identifier: Apache-2.0
"""What the fast track asks of the office: days for each step, and a class of a key industry.   Source: design page 1.7, 5.3, 6.5."""
from . import dates
from . import scope as scopes


def from_consent(m, kind, stage, day):
    """step -> last day, from the day on which the office consented."""
    return {r["step"]: dates.plus_days(day, r["days"]) if "days" in r else dates.plus_months(day, r["months"])
            for r in m.tables["FASTTRACK_CLOCKS"] if r["stage"] == stage and r["type"] == kind}


def check(v, p, stage, step, day):
    t = p.get("track")
    if t and t["stage"] == "ACCEPTED" and t["at"] == stage and day > t["clocks"].get(step, "9999"):
        v.flag("CLOCK_EXCEEDED", t["decision"])


def examined(v, act, p, day, closes):
    """An act of the office in examination; returns what keeps the day of the first one on an invention."""
    first = p["type"] == "INV" and p["status"] == "SUBST" and "first_action" not in p
    if first:
        check(v, p, "EXAMINATION", "FIRST_ACTION", day)
    if closes:
        check(v, p, "EXAMINATION", "CLOSE", day)
    return lambda: p.update(first_action=day) if first else None


def green(m, symbol):
    return any(scopes.class_covers(outer, symbol) for r in m.tables["IPC_GREEN"] for outer in r.get("symbols", []))


def opened_class(m, v, act, p):
    """Ground 1 was judged by the office alone while the class was hidden; now everybody can."""
    t = p.get("track")
    if t and t["stage"] == "ACCEPTED" and t["ground"] == 1 and "applicants" not in p and "owners" not in p and not green(m, act.data["ipc"][0]):
        v.say("FASTTRACK_NOT_ELIGIBLE", t["decision"])
