# SPDX-License-Identifier: Apache-2.0
"""Warnings and promises between an owner and somebody else.   Source: design page 3.5, 6.9; docs/records.md."""
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


RULES = {"warn.letter": warn, "promise.stop": promise}
