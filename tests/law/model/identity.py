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


def end(m, v, act):
    """Either side alone (CC 933): all mandates between them, or those for one subject; behind this record."""
    d = act.data
    m.not_future(v, act, "date")
    if act.principal:
        v.say("MANDATE_SCOPE")
    if act.by not in (d["principal"], d["agent"]):
        v.say("ROLE_NOT_PERMITTED")
    running = [g for g in m.mandates if (g["principal"], g["agent"]) == (d["principal"], d["agent"]) and not g.get("ended") and
               ("subject" not in d or g.get("subject") == d["subject"])]
    if not running:
        v.say("REF_NOT_FOUND")

    def effect():
        for g in running:
            g["ended"] = True
    v.effect = effect


RULES = {"mandate.grant": grant, "mandate.end": end}
