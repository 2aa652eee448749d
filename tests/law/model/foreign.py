# SPDX-License-Identifier: Apache-2.0
"""Foreign rights and their events, as their offices report them; green classes.   Source: design page 6.4."""
import re

from . import dates
from . import scope as scopes
from .patents import in_force_or_pending, public


def register(m, v, act):
    d = act.data
    if act.event > act.today or any(x > act.today for x in d["dates"].values()):
        v.say("FUTURE_EVENT_DATE")
    if d["office"] == "CN" or d["office"] not in [r["code"] for r in m.tables["ST3_OFFICES"]]:
        v.say("OFFICE_CODE_UNKNOWN")
    key = "fpat:%s/%s-%s" % (d["office"], d["number"], d["kind"])
    if not re.fullmatch(r"fpat:[A-Z]{2}/[0-9A-Z]+-[A-Z][0-9]?", key):
        v.say("SCHEMA_INVALID")
    if key in m.foreign:
        v.say("FOREIGN_EXISTS")

    def effect():
        m.foreign[key] = {"ipc": d.get("ipc", []) + d.get("cpc", []), "title": d["title"], "green": {}, "events": {}}
    v.effect = effect


def event(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    if d["fpat"] not in m.foreign:
        v.stop("SUBJECT_NOT_FOUND")
    x = m.foreign[d["fpat"]]
    row = next((r for r in m.tables["FOREIGN_EVENT_MAP"] if (r["office"], r["code"]) == (d["fpat"][5:7], d["code"])), {"meaning": "OTHER"})
    if d["table_version"] != 1 or d["meaning"] != row["meaning"] or d.get("class") != row.get("class"):
        v.say("EVENT_MAP_MISMATCH")
    executed = d.get("executed", [])
    if any(e > act.today for e in executed):
        v.say("FUTURE_EVENT_DATE")
    if executed and d["date"] > dates.plus_days(min(executed), m.pack["late_entry_days"]):
        v.flag("LATE_ENTRY")
    known = x["events"]
    if any(r not in {ref for _, _, ref in known} for r in d.get("refers_to", [])):
        v.flag("FOREIGN_REF_UNRESOLVED")
    name = (d["code"], d["date"], d.get("office_ref"))
    if "office_ref" in d and name in known:
        v.say("FOREIGN_EVENT_EXISTS", known[name])

    def effect():
        if "office_ref" in d:
            known[name] = act.rid
    v.effect = effect


def green(m, v, act):
    d = act.data
    if ("pat" in d) == ("fpat" in d):
        v.stop("SCHEMA_INVALID")
    if "pat" in d:
        x = m.patent(v, d["pat"])
        if not public(x):
            v.say("UNPUBLISHED_DATA_IN_CLEAR")
        if not in_force_or_pending(x, act.today if x["status"] == "GRANTED" else ""):
            v.say("STATE_FORBIDS")
    else:
        if d["fpat"] not in m.foreign:
            v.stop("SUBJECT_NOT_FOUND")
        x = m.foreign[d["fpat"]]
    for code in d["codes"]:
        row = next((r for r in m.tables["IPC_GREEN"] if (r["scheme"], r["code"]) == (d["scheme"], code)), None)
        if row is None:
            v.say("GREEN_CODE_UNKNOWN")
        elif d["by"] == "AUTO" and not any(scopes.class_covers(outer, s) for outer in row.get("symbols", []) for s in x.get("ipc", [])):
            v.say("IPC_NO_MATCH")

    def effect():
        x.setdefault("green", {})[d["scheme"]] = list(d["codes"])
    v.effect = effect


RULES = {"foreign.register": register, "foreign.event": event, "patent.green_tag": green}
