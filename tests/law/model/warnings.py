# SPDX-License-Identifier: Apache-2.0
"""Warnings and promises between an owner and somebody else.   Source: design page 3.5, 6.9; docs/records.md."""
from .cases import served_form
from .patents import holders


def between(m, v, act, owner):
    d = act.data
    m.not_future(v, act, "date")
    p = m.patent(v, d["pat"])
    by = act.principal or act.by
    if by == d["to"]:
        v.say("SELF_DEALING")
    if (by if owner == "by" else d["to"]) not in holders(p):
        v.say("ROLE_NOT_PERMITTED")
    return by


def warn(m, v, act):
    between(m, v, act, "by")


def promise(m, v, act):
    by = between(m, v, act, "to")

    def effect():
        m.promises[act.rid] = {"by": by, "date": act.data["date"]}
    v.effect = effect


def counterfeit(m, v, act):
    """A penalty for a counterfeit patent number: kept for the party, with its services."""
    d = act.data
    m.not_future(v, act, "date")
    served_form(v, act, d["date"])

    def effect():
        m.penalties[act.rid] = {"date": d["date"], "record": act.rid, "served": d.get("served", [])}
    v.effect = effect


RULES = {"counterfeit.decision": counterfeit, "warn.letter": warn, "promise.stop": promise}
