# SPDX-License-Identifier: Apache-2.0
"""What the register shows beside who owns: names, addresses, inventors.   Source: IR 105, 106; PL 16; design page 6.4."""
from .patents import LIVE, holders, public, suspended


def living(m, v, act):
    p = m.patent(v, act.data["pat"])
    if p["status"] not in LIVE + ("REJECTED",):
        v.say("STATE_FORBIDS")
    return p


def change(m, v, act):
    d = act.data
    p = living(m, v, act)
    if suspended(p, act.event):
        v.say("PATENT_FROZEN", *suspended(p, act.event))
    if not public(p):
        v.say("UNPUBLISHED_DATA_IN_CLEAR")
    shown = p.setdefault("display", {}).setdefault(d["party"], {})
    if d["party"] not in holders(p) or shown.get(act.type, d["before"]) != d["before"]:
        v.say("OWNER_MISMATCH")

    def effect():
        shown[act.type] = d["after"]
    v.effect = effect


def inventor(m, v, act):
    d = act.data
    p = living(m, v, act)
    names = p.get("inventors", [])
    if d["before_commit"] not in names:
        v.say("COMMIT_MISMATCH")
        return

    def effect():
        names[names.index(d["before_commit"])] = d["after_commit"]
    v.effect = effect


RULES = {"owner.change_name": change, "owner.change_address": change, "inventor.correct": inventor}
