# SPDX-License-Identifier: Apache-2.0
"""Scopes of licences: whether two share a point, whether one lies in the other.   Source: TCI 28; design page 6.11."""
import re

MANNERS = ["IMPORT", "MAKE", "OFFER", "SELL", "USE", "USE_PROCESS"]


def whole(day_from, day_to):
    return {"from": day_from, "to": day_to, "territory": ["CN"], "fields": ["ALL"], "manner": MANNERS}


def region_covers(a, b):
    if a == b:
        return True
    return b.isdigit() and (a == "CN" or (a.isdigit() and b.startswith(a)))


def parts(symbol):
    m = re.fullmatch(r"([A-HY])(?:(\d\d)(?:([A-Z])(?:(\d{1,4})(?:/(\d{2,6}))?)?)?)?", symbol)
    found = [p for p in m.groups() if p is not None]
    return found[:4] if len(found) == 5 and found[4] == "00" else found  # X/00 is its whole main group


def class_covers(a, b):
    if a == "ALL":
        return True
    if b == "ALL":
        return False
    pa, pb = parts(a), parts(b)
    return pb[:len(pa)] == pa


def nesting_unknown(a, b):
    """Two different subgroups of one main group, and no table of nesting."""
    if "ALL" in (a, b):
        return False
    pa, pb = parts(a), parts(b)
    return len(pa) == 5 and len(pb) == 5 and pa[:4] == pb[:4] and pa != pb


def meet(a, b):
    """(overlap, kept apart only by classes whose nesting nobody knows)"""
    late, early = max(a["from"], b["from"]), min(a["to"], b["to"])
    others = (late <= early and set(a["manner"]) & set(b["manner"]) and
              any(region_covers(x, y) or region_covers(y, x) for x in a["territory"] for y in b["territory"]))
    if not others:
        return False, False
    pairs = [(x, y) for x in a["fields"] for y in b["fields"]]
    if any(class_covers(x, y) or class_covers(y, x) for x, y in pairs):
        return True, False
    return False, any(nesting_unknown(x, y) for x, y in pairs)


def covers(head, sub):
    return (head["from"] <= sub["from"] and sub.get("to", "9999-12-31") <= head.get("to", "9999-12-31") and
            set(sub["manner"]) <= set(head["manner"]) and
            all(any(region_covers(h, s) for h in head["territory"]) for s in sub["territory"]) and
            all(any(class_covers(h, s) for h in head["fields"]) for s in sub["fields"]))
