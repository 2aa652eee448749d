# SPDX-License-Identifier: Apache-2.0
"""Listings, offers, auctions, deals, payments.   Source: design page 2.5, 6.6; mapping.md, "Market"; AUL, CC 472-488."""
from .contracts import GIVE, TAKE, announced, contract
from .numbers import commitment
from .patents import frozen, holders, in_arrears, in_force_or_pending, public


def burdens(m, pat, day):
    """What a buyer must be told of: ({record ids}, {licence ids}, {id: record that began it})."""
    p = m.patents[pat]
    licences = {i: m.licences[i]["record"] for i in p["licenses"] if "ended" not in m.licences[i] and m.licences[i]["scope"].get("to", "9999") >= day}
    records = set(p["pledges"]) | set(p["contested"])
    records |= {s["record"] for s in p["preserved"] + p["suspended"] if s["until"] >= day}
    if "open" in p and p["open"]["until"] >= day:
        records.add(p["open"]["record"])
    records |= {m.contracts[key]["record"] for key in p["transfers"]}
    return records, set(licences), {**{r: r for r in records}, **licences}


def price_form(v, d, required):
    if ("price" in d) + ("price_commit" in d) not in ((1,) if required else (0, 1)):
        v.say("SCHEMA_INVALID")
    if "price" not in d:
        return
    p = d["price"]
    have = set(p) - {"mode"}
    if have not in {"FIXED": [{"amount"}], "RANGE": [{"min", "max"}], "AUCTION": [set(), {"min"}], "NEGOTIABLE": [set()]}[p["mode"]]:
        v.say("SCHEMA_INVALID")
    if any("fen" not in p[x] for x in have & {"min", "max"}):
        v.say("AMOUNT_INVALID")
    elif have == {"min", "max"} and p["max"]["fen"] < p["min"]["fen"]:
        v.say("SCHEMA_INVALID")


def judge_listing(m, v, act, x):
    """An invitation (CC 473): it is no act on the right, but shows all that stands on it."""
    if x["snapshot_size"] > m.index():
        v.say("SCHEMA_INVALID")
    records, licences, began = set(), set(), {}
    p = None
    if "pat" in x:
        p = m.patent(v, x["pat"])
        if not public(p):
            v.stop("UNPUBLISHED_DATA_IN_CLEAR")
        if set(x["seller"]) - set(holders(p)):
            v.say("NOT_RIGHT_HOLDER")
        records, licences, began = burdens(m, x["pat"], act.today)
    for stated, present in ((x["encumbrances"], records), (x["licenses"], licences)):
        if set(stated) != present:
            v.say("LISTING_ENCUMBRANCE_HIDDEN", *(set(stated) ^ present))
    unseen = {i for i, r in began.items() if m.index(r) >= x["snapshot_size"]}
    if unseen:
        v.say("LISTING_ENCUMBRANCE_HIDDEN", *unseen)
    if p is None:
        return
    if not in_force_or_pending(p, act.today):
        v.say("PATENT_NOT_IN_FORCE")
    if p["pledges"]:
        v.flag("PLEDGEE_CONSENT_MISSING", *p["pledges"])
    if frozen(p, act.today):
        v.say("PATENT_FROZEN", *frozen(p, act.today))
    if in_arrears(m, p, act.today):
        v.flag("ANNUITY_ARREARS")
    if p["contested"]:
        v.flag("VALIDITY_CONTESTED", *p["contested"])


def auctioned(x):
    return x.get("price", {}).get("mode") == "AUCTION"


def whole_listing(m, v, act, x):
    if auctioned(x) and len(x["deal_kinds"]) != 1:
        v.say("SCHEMA_INVALID")
    if x["to"] < max(x["from"], act.today):
        v.say("EVENT_BEFORE_PRIOR")
    judge_listing(m, v, act, x)


def list_right(m, v, act):
    d = act.data
    key = d["listing"]
    if key in m.listings:
        v.stop("STATE_FORBIDS", m.listings[key]["record"])
    if key.split("/")[0] != "lst:" + act.by[4:]:
        v.say("ROLE_NOT_PERMITTED")
    if len({"pat", "fpat", "patent_data_commit"} & set(d)) != 1:
        v.stop("SCHEMA_INVALID")
    price_form(v, d, True)
    x = {"encumbrances": [], "licenses": [], **d, "status": "ACTIVE", "exchange": act.by, "record": act.rid, "pending": None}
    if "fpat" in d and d["fpat"] not in m.foreign:
        v.stop("SUBJECT_NOT_FOUND")
    whole_listing(m, v, act, x)

    def effect():
        m.listings[key] = x
    v.effect = effect


def listing(m, v, act):
    if act.data["listing"] not in m.listings:
        v.stop("SUBJECT_NOT_FOUND")
    return m.listings[act.data["listing"]]


def own_exchange(v, act, x):
    if act.by != x["exchange"]:
        v.say("ROLE_NOT_PERMITTED")


def own_listing(m, v, act, *statuses):
    x = listing(m, v, act)
    own_exchange(v, act, x)
    if set(act.data["seller"]) != set(x["seller"]):
        v.say("ROLE_NOT_PERMITTED")
    if x["status"] not in statuses:
        v.say("STATE_FORBIDS")
    return x


def update(m, v, act):
    d = act.data
    x = own_listing(m, v, act, "ACTIVE")
    price_form(v, d, False)
    new = {k: y for k, y in x.items() if not (k in ("price", "price_commit") and {"price", "price_commit"} & set(d))}
    new.update({k: d[k] for k in ("price", "price_commit", "to", "green_codes") if k in d})
    new.update(encumbrances=d.get("encumbrances", []), licenses=d.get("licenses", []), snapshot_size=d["snapshot_size"])
    whole_listing(m, v, act, new)

    def effect():
        m.listings[d["listing"]] = new
    v.effect = effect


def delist(m, v, act):
    x = own_listing(m, v, act, "ACTIVE", "PENDING")

    def effect():
        x.update(status="DELISTED", pending=None)
    v.effect = effect


# Offers

def offer(m, v, act):
    d = act.data
    x = listing(m, v, act)
    if x["status"] != "ACTIVE" or not x["from"] <= act.today <= x["to"] or auctioned(x):
        v.say("STATE_FORBIDS")
    if d["deal_kind"] not in x["deal_kinds"]:
        v.say("SCHEMA_INVALID")
    if set(x["seller"]) <= set(d["from"]) or (act.principal and act.by in x["seller"]):
        v.say("SELF_DEALING")
    if d["valid_to"] < act.today:
        v.say("EVENT_BEFORE_PRIOR")

    def effect():
        m.offers[act.rid] = {"listing": d["listing"], "from": d["from"], "kind": d["deal_kind"], "valid_to": d["valid_to"], "stage": "OPEN", "deal": None}
    v.effect = effect


def offered(m, v, act):
    x = listing(m, v, act)
    m.record(v, act.data["offer"], "market.offer")
    o = m.offers[act.data["offer"]]
    if o["listing"] != act.data["listing"]:
        v.stop("REF_WRONG_TYPE")
    if o["stage"] != "OPEN":
        v.say("STATE_FORBIDS", o["answer"])
    if set(act.data["from"]) - set(x["seller"]):
        v.say("ROLE_NOT_PERMITTED")
    return x, o


def accept(m, v, act):
    x, o = offered(m, v, act)
    if set(x["seller"]) - set(act.data["from"]):
        v.say("ROLE_NOT_PERMITTED")
    if o["valid_to"] < act.today or x["status"] != "ACTIVE":
        v.say("STATE_FORBIDS")
    if "pat" in x and set(x["seller"]) - set(holders(m.patents[x["pat"]])):
        v.say("NOT_RIGHT_HOLDER")

    def effect():
        o.update(stage="ACCEPTED", answer=act.rid, date=act.event)
        if o["kind"] != "ORD":
            x.update(status="PENDING", pending=act.rid)
    v.effect = effect


def reject(m, v, act):
    _, o = offered(m, v, act)

    def effect():
        o.update(stage="REJECTED", answer=act.rid)
    v.effect = effect


# Auctions. Block time is noon of the day (04:00 UTC); moments compare as their texts do.

def now(act):
    return act.today + "T04:00:00Z"


def day_of(moment, just_before=False):
    """The civil day in Beijing of a moment, or of the millisecond before it."""
    from datetime import datetime, timedelta
    at = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ") + timedelta(hours=8, milliseconds=-1 if just_before else 0)
    return at.date().isoformat()


def open_auction(m, v, act):
    d = act.data
    x = listing(m, v, act)
    own_exchange(v, act, x)
    if x["status"] != "ACTIVE" or not auctioned(x):
        v.say("STATE_FORBIDS")
    judge_listing(m, v, act, x)
    sealed = d["kind"] == "SEALED"
    if ("reveal_end" in d) != sealed or ("step" in d) == sealed:
        v.stop("SCHEMA_INVALID")
    last = d["reveal_end"] if sealed else d["end"]
    if not (d["start"] < d["end"] <= last and now(act) < d["end"]) or (sealed and d["end"] == last):
        v.say("EVENT_BEFORE_PRIOR")
    if day_of(d["start"]) < x["from"] or max(day_of(last, True), day_of(d["start"])) > x["to"] or day_of(last, True) < x["from"]:
        v.say("STATE_FORBIDS")
    if any("fen" not in d[f] for f in ("deposit", "step") if f in d):
        v.say("AMOUNT_INVALID")

    def effect():
        m.auctions[act.rid] = {**{k: d[k] for k in d}, "stage": "OPEN", "minimum": x["price"].get("min", {"fen": 0})["fen"], "bids": [], "sealed": {}, "numbers": {},
                               "winner": None, "price": None, "deal": None}
        x["status"] = "AUCTION"
    v.effect = effect


def auction(m, v, act, kind=None):
    x = listing(m, v, act)
    m.record(v, act.data["auction"], "auction.open")
    a = m.auctions[act.data["auction"]]
    if a["listing"] != act.data["listing"] or (kind and a["kind"] != kind):
        v.stop("REF_WRONG_TYPE")
    return x, a


def window(v, act, begin, end):
    if now(act) >= end:
        v.say("BID_LATE")
    if now(act) < begin:
        v.say("STATE_FORBIDS")


def bidder_of(m, v, act, x, a):
    """Whoever may bid: no seller and no exchange, under its own number, its deposit paid."""
    d = act.data
    bidder = act.principal or act.by
    for each in (bidder, act.by):
        if each in x["seller"]:
            v.say("SELF_DEALING")
            break
        if each == x["exchange"]:
            v.say("ROLE_NOT_PERMITTED")
            break
    mine = {n for n, b in a["numbers"].items() if b == bidder}
    number = d["bidder_pseudonym"]
    if a["numbers"].get(number, bidder) != bidder or mine - {number}:
        v.say("ROLE_NOT_PERMITTED")
    if "deposit_ref" in d:
        m.record(v, d["deposit_ref"], "settlement.pay")
    if a["deposit"]["fen"]:
        paid = m.payments.get(d.get("deposit_ref"))
        if not paid or paid.get("auction") != d["auction"] or paid["payer"] != bidder:
            v.say("DEPOSIT_MISSING")
    return bidder


def sum_of(v, money):
    if "fen" not in money:
        v.stop("AMOUNT_INVALID")
    return money["fen"]


def bid(m, v, act):
    d = act.data
    x, a = auction(m, v, act, "ENGLISH")
    fen = sum_of(v, d["amount"])
    if fen == 0:
        v.say("AMOUNT_INVALID")
    window(v, act, a["start"], a["end"])
    bidder = bidder_of(m, v, act, x, a)
    if a["bids"]:
        highest = a["bids"][-1][0]
        if fen < highest + a["step"]["fen"] or fen <= highest:
            v.say("BID_TOO_LOW")
    elif fen < a["minimum"]:
        v.say("BID_TOO_LOW")

    def effect():
        a["numbers"][d["bidder_pseudonym"]] = bidder
        a["bids"].append((fen, bidder))
    v.effect = effect


def commit(m, v, act):
    d = act.data
    x, a = auction(m, v, act, "SEALED")
    window(v, act, a["start"], a["end"])
    bidder = bidder_of(m, v, act, x, a)
    if bidder in a["sealed"]:
        v.say("STATE_FORBIDS", a["sealed"][bidder]["record"])

    def effect():
        a["numbers"][d["bidder_pseudonym"]] = bidder
        a["sealed"][bidder] = {"record": act.rid, "commit": d["commit"], "order": m.index(), "fen": None}
    v.effect = effect


def reveal(m, v, act):
    d = act.data
    _, a = auction(m, v, act, "SEALED")
    m.record(v, d["bid"], "bid.commit")
    fen = sum_of(v, d["amount"])
    if fen == 0:
        v.say("AMOUNT_INVALID")
    window(v, act, a["end"], a["reveal_end"])
    bidder = act.principal or act.by
    s = a["sealed"].get(bidder)
    if not s or s["record"] != d["bid"]:
        v.stop("REF_WRONG_TYPE")
    if s["fen"] is not None:
        v.say("STATE_FORBIDS")
    if s["commit"] != commitment("bid", d["salt"], {"amount": {"fen": fen}, "auction": d["auction"], "bidder": bidder}):
        v.say("REVEAL_MISMATCH")
    if fen < a["minimum"]:
        v.say("BID_TOO_LOW")

    def effect():
        s["fen"] = fen
    v.effect = effect


def leader(a):
    """(fen, bidder) of the bid that leads, or None; of equal sealed bids the one that was committed first."""
    if a["kind"] == "ENGLISH":
        return a["bids"][-1] if a["bids"] else None
    shown = [(s["fen"], -s["order"], b) for b, s in a["sealed"].items() if s["fen"] is not None]
    return (max(shown)[0], max(shown)[2]) if shown else None


def close(m, v, act):
    d = act.data
    x, a = auction(m, v, act)
    own_exchange(v, act, x)
    if a["stage"] != "OPEN" or now(act) < a.get("reveal_end", a["end"]):
        v.say("STATE_FORBIDS")
    reserve = sum_of(v, d["reserve_open"]["amount"])
    if a["reserve_commit"] != commitment("reserve", d["reserve_open"]["salt"], {"fen": reserve}):
        v.stop("REVEAL_MISMATCH")
    led = leader(a)
    won = led if led and led[0] >= reserve else None
    stated = (d.get("price"), d.get("winner"))
    if stated != (({"fen": won[0]}, won[1]) if won else (None, None)):
        v.say("AUCTION_RESULT_MISMATCH")

    def effect():
        a["stage"] = "CLOSED"
        if won:
            a.update(price=won[0], winner=won[1], closed=act.rid, date=act.event)
            x.update(status="PENDING", pending=act.rid)
        else:
            x["status"] = "ACTIVE"
    v.effect = effect


# Deals and payments

def sides(c):
    """Sellers and buyers of a contract; a partner is both."""
    return ({x["party"] for x in c["parties"] if x["side"] in GIVE + ("PARTNER",)}, {x["party"] for x in c["parties"] if x["side"] in TAKE + ("PARTNER",)})


def confirm(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    c = contract(m, v, act)
    sellers, buyers = sides(c)
    if c["status"] != "OPEN" or c["deal"]:
        v.say("STATE_FORBIDS", *([c["deal"]] if c["deal"] else []))
    if ("price" in d) == ("price_commit" in d) or ("listing" in d) != ("agreed_by" in d):
        v.say("SCHEMA_INVALID")
    if set(d["seller"]) != sellers or set(d["buyer"]) != buyers:
        v.say("ROLE_NOT_PERMITTED")
    for f in ("listing", "broker"):
        if c[f] and d.get(f) != c[f]:
            v.say("SCHEMA_INVALID")
    if d.get("broker") in sellers | buyers:
        v.say("SELF_DEALING")
    about = [d["ctr"]] + [r.get("pat") for r in c["rights"]]
    if "publicity_ref" in d:
        announced(m, v, d["publicity_ref"], sellers, about, d["date"])
    elif any(m.parties[x]["kind"] == "PUBLIC_BODY" for x in sellers) and c["rights"] and not c["announced"] and "listing" not in d:
        v.say("PRICE_PUBLICITY_MISSING")
    if d["date"] < c["sign_date"]:
        v.say("EVENT_BEFORE_PRIOR")
    x = agreed = None
    if "listing" in d and "agreed_by" in d:
        x, agreed = settle_listing(m, v, act, c, sellers, buyers)

    def effect():
        c["deal"] = act.rid
        m.deals[act.rid] = {"ctr": d["ctr"], "buyer": d["buyer"], "date": d["date"], "exchange": act.by, "performed": 0}
        if agreed:
            agreed["deal"] = act.rid
            if x["pending"] == d["agreed_by"]:
                x.update(status="SOLD", pending=None)
    v.effect = effect


def settle_listing(m, v, act, c, sellers, buyers):
    """What was agreed on the listing is what the contract gives, to whom, for what an auction was won with."""
    d = act.data
    x = listing(m, v, act)
    own_exchange(v, act, x)
    how = m.record(v, d["agreed_by"], "market.accept", "auction.close")
    if how.type == "market.accept":
        agreed = m.offers[how.data["offer"]]
        kind, takers, price = agreed["kind"], set(agreed["from"]), None
    else:
        agreed = m.auctions[how.data["auction"]]
        kind, takers, price = x["deal_kinds"][0], {agreed["winner"]}, agreed["price"]
    if agreed["listing"] != d["listing"] or takers == {None} or agreed["deal"]:
        v.stop("REF_WRONG_TYPE")
    if set(x["seller"]) - sellers or takers - buyers:
        v.say("REF_WRONG_TYPE")
    listed = {(f, x[f]) for f in ("pat", "patent_data_commit") if f in x}
    if not any(listed & {(f, r.get(f)) for f in ("pat", "patent_data_commit")} and
               (r.get("license_kind", "ORD") if r["deal"] == "LICENSE" else "TRANSFER") == kind for r in c["rights"] + c["signed"]):
        v.say("REF_WRONG_TYPE")
    if price is not None and d.get("price") != {"fen": price}:
        v.say("AUCTION_RESULT_MISMATCH")
    if d["date"] < how.event:
        v.say("EVENT_BEFORE_PRIOR")
    if x["pending"] != d["agreed_by"] and kind != "ORD":
        v.say("STATE_FORBIDS")
    return x, agreed


def of_contract(m, v, act):
    """The deal of the contract; by the exchange that confirmed it."""
    m.record(v, act.data["deal"], "deal.confirm")
    deal = m.deals[act.data["deal"]]
    if deal["ctr"] != act.data["ctr"]:
        v.stop("REF_WRONG_TYPE")
    own_exchange(v, act, deal)
    return deal


def pay(m, v, act):
    d = act.data
    m.not_future(v, act, "date")
    what = {"ctr", "deal", "listing", "auction"} & set(d)
    if what not in ({"ctr", "deal"}, {"listing", "auction"}):
        v.stop("SCHEMA_INVALID")
    if "auction" in d:
        m.record(v, d["auction"], "auction.open")
        a = m.auctions[d["auction"]]
        if a["listing"] != d["listing"]:
            v.stop("REF_WRONG_TYPE")
        own_exchange(v, act, m.listings[d["listing"]])
        if a["stage"] != "OPEN":
            v.say("STATE_FORBIDS")
    else:
        deal = of_contract(m, v, act)
        if d["payer"] not in deal["buyer"]:
            v.say("ROLE_NOT_PERMITTED")
        if d["date"] < deal["date"]:
            v.say("EVENT_BEFORE_PRIOR")

    def effect():
        m.payments[act.rid] = {"payer": d["payer"], "date": d["date"], "stage": "PAID", **{k: d[k] for k in ("auction", "ctr") if k in d}}
    v.effect = effect


def settle(m, v, act, allowed, to):
    d = act.data
    m.not_future(v, act, "date")
    deal = of_contract(m, v, act)
    m.record(v, d["payment"], "settlement.pay")
    paid = m.payments[d["payment"]]
    if paid.get("ctr") != d["ctr"]:
        v.stop("REF_WRONG_TYPE")
    if paid["stage"] not in allowed:
        v.say("STATE_FORBIDS")
    if d["date"] < paid["date"]:
        v.say("EVENT_BEFORE_PRIOR")

    def effect():
        paid["stage"] = to
        deal["performed"] += to == "CONFIRMED"
    v.effect = effect


def paid(m, v, act):
    settle(m, v, act, ("PAID", "DISPUTED"), "CONFIRMED")


def dispute(m, v, act):
    settle(m, v, act, ("PAID",), "DISPUTED")


RULES = {"market.list": list_right, "market.update": update, "market.delist": delist, "market.offer": offer, "market.accept": accept, "market.reject": reject,
         "auction.open": open_auction, "auction.bid": bid, "auction.close": close, "bid.commit": commit, "bid.reveal": reveal, "deal.confirm": confirm,
         "settlement.pay": pay, "settlement.confirm": paid, "settlement.dispute": dispute}
