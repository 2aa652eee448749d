# SPDX-License-Identifier: Apache-2.0
"""Parties and mandates, as far as they are needed to act.   Source: docs/records.md, party, mandate; mapping.md."""


def grant(m, v, act):
    d = act.data
    if act.principal:
        v.say("MANDATE_SCOPE")
    if "agency_code" not in m.parties[d["agent"]]:
        v.say("MANDATE_SCOPE")
    if d["agent"] == d["principal"]:
        v.say("SELF_DEALING")
    if d.get("until", "9999") < d["from"]:
        v.say("SCHEMA_INVALID")

    def effect():
        m.mandates.append(dict(d))
    v.effect = effect


RULES = {"mandate.grant": grant}
