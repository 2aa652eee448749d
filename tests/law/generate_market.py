# SPDX-License-Identifier: Apache-2.0
"""Random acts on the market: listings, offers, auctions and what follows from them."""
from model import dates
from model.market import burdens, leader
from model.numbers import commitment
from model.patents import holders
from play import ID

EXCHANGE = ID["exchange"]
TRADERS = [ID[n] for n in ("university", "company", "rival", "co-owner", "foreigner")]
SALT, HASH = "7" * 64, "sha256:" + "a" * 64


def moment(day, seconds=0):
    """So many seconds (-1, 0, 1) after noon in Beijing, which is the block time of every act."""
    return {-1: day + "T03:59:59Z", 0: day + "T04:00:00Z", 1: day + "T04:00:01Z"}[seconds]


class MarketActs:
    def exchange(self, kind, data, signers=(), on=None):
        by = EXCHANGE if self.odds(0.97) else ID["registry"]
        return self.act(kind, data, by, "EXCH", signers, on)

    def seen(self, pat):
        """What the exchange states of the burdens: mostly all, as of now."""
        records, licences, _ = burdens(self.m, pat, self.today) if pat in self.m.patents else ((), (), {})
        records, licences = sorted(records), sorted(licences)
        if self.odds(0.08):
            (records or licences or [0]).pop()
        if self.odds(0.03):
            records = sorted(set(records) | {self.one(self.m.records)}) if self.m.records else records
        size = self.m.index()
        d = {"snapshot_size": size if self.odds(0.9) else size + 1 if self.odds(0.3) else max(0, size - self.rng.randrange(1, 30))}
        if records:
            d["encumbrances"] = records
        if licences:
            d["licenses"] = licences
        return d

    def price(self):
        mode = self.one(["FIXED", "RANGE", "NEGOTIABLE", "AUCTION", "AUCTION", "AUCTION"])
        p = {"mode": mode, **{"FIXED": {"amount": {"fen": 500}}, "RANGE": {"min": {"fen": 300}, "max": {"fen": self.one([299, 300, 900])}},
                              "NEGOTIABLE": {}, "AUCTION": {"min": {"fen": 1000}} if self.odds(0.7) else {}}[mode]}
        if self.odds(0.04):
            p["amount"] = {"fen": 1}
        if "min" in p and self.odds(0.04):
            p["min"] = {"amount": "5.00", "cur": "USD"}
        return {"price": p} if self.odds(0.9) else {"price_commit": HASH}

    def listing(self):
        pat = self.patent("GRANTED", "GRANTED", "GRANTED", "PUBLISHED", "SUBST", stray=0.05)
        if not pat:
            return None
        owners = sorted(set(self.owners_of(pat)))
        sellers = owners if self.odds(0.7) else owners[:1]
        if self.odds(0.04):
            sellers = [self.one(TRADERS)]
        price = self.price()
        kinds = ["EXCL", "ORD", "SOLE", "TRANSFER"]
        auction = price.get("price", {}).get("mode") == "AUCTION"
        kinds = [self.one(kinds)] if auction and self.odds(0.95) else sorted(self.rng.sample(kinds, self.rng.randint(1, 4)))
        first = self.about(self.today)
        d = {"listing": "lst:%s/m%d" % (EXCHANGE[4:], self.next_number()), "seller": sellers, "pat": pat, "deal_kinds": kinds, **price, "from": first,
             "to": self.one([dates.plus_days(first, 700), dates.plus_days(first, 400), dates.plus_days(first, 30), self.about(self.today)]), "venue": "ONLINE", **self.seen(pat)}
        if self.m.listings and self.odds(0.03):
            d["listing"] = self.one(self.m.listings)
        if self.odds(0.04):
            del d["pat"]
            d["patent_data_commit"] = HASH
        if self.odds(0.02):
            d["patent_data_commit"] = HASH
        if self.odds(0.7):
            self.queue += [MarketActs.opening if auction else MarketActs.offering]
        return self.exchange("market.list", d, sellers)

    def listed(self, *statuses):
        fits = [k for k, x in self.m.listings.items() if x["status"] in statuses and x["from"] <= self.today <= x["to"]]
        return self.one(fits[-4:]) if fits and self.odds(0.93) else self.one(self.m.listings) if self.odds(0.2) else None

    def relisting(self):
        key = self.listed("ACTIVE")
        if not key or self.odds(0.5):
            return None
        x = self.m.listings[key]
        d = {"listing": key, "seller": x["seller"], "reason": "调整", **self.seen(x.get("pat"))}
        if self.odds(0.6):
            d.update(self.price())
        if self.odds(0.5):
            d["to"] = self.one([self.about(self.today), dates.plus_days(self.today, 60)])
        if self.odds(0.03):
            d["seller"] = [self.one(TRADERS)]
        return self.exchange("market.update", d, d["seller"])

    def delisting(self):
        key = self.listed("ACTIVE", "PENDING")
        if key and self.odds(0.15):
            return self.exchange("market.delist", {"listing": key, "seller": self.m.listings[key]["seller"], "reason": "撤回"}, self.m.listings[key]["seller"])

    def offering(self):
        fits = [k for k, x in self.m.listings.items() if x["status"] == "ACTIVE" and x["from"] <= self.today <= x["to"] and x.get("price", {}).get("mode") != "AUCTION"]
        key = self.one(fits[-3:]) if fits and self.odds(0.95) else self.one(self.m.listings) if self.odds(0.2) else None
        if not key:
            return None
        x = self.m.listings[key]
        who = [self.one([t for t in TRADERS if t not in x["seller"]])] if self.odds(0.9) else sorted(set(x["seller"]) | {self.one(TRADERS)})
        d = {"listing": key, "from": who, "deal_kind": self.one(x["deal_kinds"]) if self.odds(0.95) else "SOLE", "terms_commit": HASH,
             "valid_to": self.one([self.about(self.today), dates.plus_days(self.today, 15), dates.plus_days(self.today, 40)])}
        if self.odds(0.7):
            self.queue += [MarketActs.answering]
        return self.party("market.offer", d, who[0], who)

    def answering(self):
        fits = [r for r, o in self.m.offers.items() if o["stage"] == "OPEN"]
        rid = self.one(fits[-3:]) if fits and self.odds(0.95) else self.one(self.m.offers)
        if rid is None:
            return None
        o = self.m.offers[rid]
        sellers = self.m.listings[o["listing"]]["seller"]
        kind = self.one(["market.accept", "market.accept", "market.accept", "market.reject"])
        who = sellers if self.odds(0.9) else [self.one(sellers + TRADERS)]
        key = o["listing"] if self.odds(0.97) else self.one(self.m.listings)
        if kind == "market.accept" and self.odds(0.7):
            self.queue += [lambda g: g.carried_out(o["listing"], o["kind"], o["from"]), MarketActs.dealing]
        return self.party(kind, {"listing": key, "offer": rid, "from": sorted(set(who))}, who[0], who)

    def carried_out(self, key, kind, takers):
        """The contract of what was agreed on a listing."""
        x = self.m.listings[key]
        pat = x.get("pat")
        if pat is None or kind is None or takers is None:
            return None
        right = {"pat": pat, "deal": "TRANSFER" if kind == "TRANSFER" else "LICENSE", "patent_data": self.patent_data(pat)}
        if kind != "TRANSFER":
            right.update(license_kind=kind, scope=self.scope(pat), share_rule="平均分配")
            if len(set(holders(self.m.patents[pat]))) < 2:
                del right["share_rule"]
            weaker = sorted(i for i in self.m.patents[pat]["licenses"] if self.m.licences[i]["kind"] not in ("EXCL", "SOLE"))
            if kind != "ORD" and weaker:
                right["except"] = weaker
        sides = ("ASSIGNOR", "ASSIGNEE") if kind == "TRANSFER" else ("LICENSOR", "LICENSEE")
        takers = [t for t in takers if t not in x["seller"]] if self.odds(0.96) else [self.one(TRADERS)]
        parties = [{"party": s, "side": sides[0]} for s in x["seller"]] + [{"party": t, "side": sides[1]} for t in takers]
        if not takers or len({p["party"] for p in parties}) < len(parties):
            return None
        d = {"ctr": "ctr:%s/c%d" % (x["seller"][0][4:], self.next_number()), "kind": "TRF-P" if kind == "TRANSFER" else "LIC-P", "title": "合同", "parties": parties,
             "sign_date": self.today, "effective_date": self.today, "rights": [right], "text_commit": HASH, "price_method": "LISTING",
             **self.cite(pat, "transfer.contract" if kind == "TRANSFER" else "license.grant", self.today, kind)}
        if self.odds(0.5):
            d["listing"] = key if self.odds(0.9) else "lst:%s/none" % EXCHANGE[4:]
        if self.odds(0.1):
            d["broker"] = ID["agency"]
        return self.party("contract.sign", d, x["seller"][0], [p["party"] for p in parties])

    # auctions
    def opening(self):
        fits = [k for k, x in self.m.listings.items() if x["status"] == "ACTIVE" and x["to"] > self.today and x.get("price", {}).get("mode") == "AUCTION"]
        key = self.one(fits[-2:]) if fits and self.odds(0.95) else self.one(self.m.listings) if self.odds(0.2) else None
        if not key:
            return None
        sealed = self.odds(0.5)
        start = self.one([self.today, self.today, dates.plus_days(self.today, 1), dates.plus_days(self.today, -1)])
        end = dates.plus_days(start, self.one([2, 2, 3, 3, 5, 0 if self.odds(0.3) else 4]))
        d = {"listing": key, "kind": "SEALED" if sealed else "ENGLISH", "start": moment(start, self.one([-1, 0, 0, 1])), "end": moment(end, self.one([-1, 0, 0, 1])),
             "reserve_commit": commitment("reserve", SALT, {"fen": self.one([1, 1, 5000])}), "deposit": {"fen": self.one([0, 0, 500])}, "rules_hash": HASH}
        if sealed != self.odds(0.02):
            d["reveal_end"] = moment(dates.plus_days(end, self.one([3, 3, 2, 0 if self.odds(0.2) else 4])), self.one([-1, 0, 1]))
        if sealed == self.odds(0.02):
            d["step"] = {"fen": self.one([0, 1, 100, 100])} if self.odds(0.97) else {"amount": "5.00", "cur": "USD"}
        self.queue += [MarketActs.bidding] * self.rng.randint(1, 5) + [MarketActs.revealing] * (self.rng.randint(1, 4) if sealed else 0) + [MarketActs.closing]
        return self.exchange("auction.open", d)

    def running(self):
        fits = [r for r, a in self.m.auctions.items() if a["stage"] == "OPEN"]
        return self.one(fits[-2:]) if fits and self.odds(0.97) else self.one(self.m.auctions) if self.odds(0.2) else None

    def wait_until(self, day):
        """Time goes on to about a day; not back."""
        self.today = max(self.today, self.one([dates.plus_days(day, -1), day, day, day, dates.plus_days(day, 1)]))

    def bidding(self):
        rid = self.running()
        if rid is None:
            return None
        a = self.m.auctions[rid]
        x = self.m.listings[a["listing"]]
        if self.today > a["end"][:10] and self.odds(0.9):
            return None
        if self.today < a["start"][:10]:
            self.wait_until(a["start"][:10])
        elif self.odds(0.06):
            self.wait_until(a["end"][:10])
        bidder = self.one([t for t in TRADERS if t not in x["seller"]]) if self.odds(0.95) else self.one(TRADERS + [EXCHANGE])
        paid = [r for r, p in self.m.payments.items() if p.get("auction") == rid and (p["payer"] == bidder or self.odds(0.05))]
        if a["deposit"]["fen"] and not paid and self.odds(0.8):
            d = {"listing": a["listing"], "auction": rid, "payer": bidder, "amount_commit": HASH, "date": self.today, "escrow": True}
            return self.exchange("settlement.pay", d)
        number = {b: n for n, b in a["numbers"].items()}.get(bidder) if self.odds(0.95) else None
        number = number or ("N%d" % self.rng.randrange(1, 6) if self.odds(0.15) else "N-" + bidder[-4:])
        d = {"listing": a["listing"], "auction": rid, "bidder_pseudonym": number, **({"deposit_ref": self.one(paid)} if paid else {})}
        led = leader(a)
        if (a["kind"] == "ENGLISH") == self.odds(0.97):
            step = a.get("step", {"fen": 0})["fen"]
            least = led[0] + step if led else a["minimum"]
            d["amount"] = {"fen": max(0, least + self.one([-1, 0, 0, 1, 500]))} if self.odds(0.97) else {"amount": "5.00", "cur": "USD"}
            return self.party("auction.bid", d, bidder)
        fen = self.one([999, 1000, 1000, 2000, 2000, 6000])
        self.bids = getattr(self, "bids", {})
        self.bids[(rid, bidder)] = fen
        whose = bidder if self.odds(0.95) else self.one(TRADERS)
        d["commit"] = commitment("bid", SALT, {"amount": {"fen": fen}, "auction": rid, "bidder": whose})
        return self.party("bid.commit", d, bidder)

    def revealing(self):
        rid = self.running()
        if rid is None:
            return None
        a = self.m.auctions[rid]
        if not a["sealed"] or (self.today > a["reveal_end"][:10] and self.odds(0.9)):
            return None
        if self.today < a["end"][:10]:
            self.wait_until(a["end"][:10])
        elif self.odds(0.05) and "reveal_end" in a:
            self.wait_until(a["reveal_end"][:10])
        hidden = [b for b, s in a["sealed"].items() if s["fen"] is None]
        bidder = self.one(hidden) if hidden and self.odds(0.9) else self.one(list(a["sealed"]) + TRADERS)
        fen = getattr(self, "bids", {}).get((rid, bidder), 1000) if self.odds(0.96) else self.one([0, 1001])
        other = self.one(a["sealed"].values())["record"]
        mine = a["sealed"].get(bidder, {}).get("record", other)
        d = {"listing": a["listing"], "auction": rid, "bid": mine if self.odds(0.96) else other, "amount": {"fen": fen}, "salt": SALT}
        return self.party("bid.reveal", d, bidder)

    def closing(self):
        rid = self.running()
        if rid is None:
            return None
        a = self.m.auctions[rid]
        self.wait_until(a.get("reveal_end", a["end"])[:10])
        if self.odds(0.5):
            self.today = dates.plus_days(self.today, 1)
        reserve = next(n for n in (1, 5000) if commitment("reserve", SALT, {"fen": n}) == a["reserve_commit"])
        led = leader(a)
        d = {"listing": a["listing"], "auction": rid, "reserve_open": {"amount": {"fen": reserve if self.odds(0.95) else 2}, "salt": SALT}}
        if led and (led[0] >= reserve) == self.odds(0.96):
            d.update(price={"fen": led[0]}, winner=led[1])
            if self.odds(0.05):
                d["price"] = {"fen": led[0] + 1}
            if self.odds(0.05):
                d["winner"] = self.one(TRADERS)
            kinds = self.m.listings[a["listing"]]["deal_kinds"]
            self.queue += [lambda g: g.carried_out(a["listing"], kinds[0], a["winner"] and [a["winner"]]), MarketActs.dealing]
        return self.exchange("auction.close", d)

    # deals
    def dealing(self):
        fits = [k for k, c in self.m.contracts.items() if c["status"] == "OPEN" and not c["deal"]]
        key = self.one(fits[-2:]) if fits and self.odds(0.95) else self.one(self.m.contracts)
        if key is None:
            return None
        c = self.m.contracts[key]
        sellers = sorted(x["party"] for x in c["parties"] if x["side"] in ("ASSIGNOR", "LICENSOR"))
        buyers = sorted(x["party"] for x in c["parties"] if x["side"] in ("ASSIGNEE", "LICENSEE"))
        pats = [r.get("pat") for r in c["rights"]]
        d = {"ctr": key, "seller": sellers, "buyer": buyers, "date": self.ago(5) if self.odds(0.3) else self.today, "fees": {"fen": 0}}
        agreed = [(o["answer"], o["listing"], None) for o in self.m.offers.values() if o["stage"] == "ACCEPTED" and not o["deal"]]
        agreed += [(a["closed"], a["listing"], a["price"]) for a in self.m.auctions.values() if a["winner"] and not a["deal"]]
        agreed = [x for x in agreed if self.m.listings[x[1]].get("pat") in pats or self.odds(0.05)]
        if agreed and self.odds(0.9):
            d["agreed_by"], d["listing"], price = agreed[-1] if self.odds(0.7) else self.one(agreed)
            if price and self.odds(0.93):
                d["price"] = {"fen": price}
        if c["listing"] and self.odds(0.5):
            d["listing"] = c["listing"]
        if "price" not in d:
            d.update({"price": {"fen": 777}} if self.odds(0.5) else {"price_commit": HASH})
        if c["broker"] or self.odds(0.05):
            d["broker"] = self.one([ID["agency"], ID["agency"], ID["agency"], sellers[0] if sellers else EXCHANGE])
        notices = [r for r, a in self.m.records.items() if a.type == "publicity.notice" and a.data["subject"] in pats]
        if notices and "listing" not in d and self.odds(0.7):
            d["publicity_ref"] = self.one(notices)
        if self.odds(0.04):
            d["buyer"] = [self.one(TRADERS)]
        self.queue += [MarketActs.paying] * self.rng.randint(0, 3)
        return self.exchange("deal.confirm", d, sellers + buyers + ([d["broker"]] if self.odds(0.3) and "broker" in d else []))

    def paying(self):
        rid = self.one(list(self.m.deals)[-3:])
        if rid is None:
            return None
        deal = self.m.deals[rid]
        key = deal["ctr"] if self.odds(0.97) else self.one(self.m.contracts)
        open_ones = [r for r, p in self.m.payments.items() if p.get("ctr") == deal["ctr"] and p["stage"] != "CONFIRMED"]
        pay = self.one(open_ones) if open_ones and self.odds(0.95) else self.one(self.m.payments) if self.odds(0.2) else None
        day = self.about(deal["date"]) if self.odds(0.3) else self.today
        if pay is None or self.odds(0.5):
            payer = self.one(deal["buyer"]) if self.odds(0.95) else self.one(TRADERS)
            d = {"ctr": key, "deal": rid, "payer": payer, "amount_commit": HASH, "date": day, "escrow": False}
            if self.odds(0.03):
                del d["deal"]
            return self.exchange("settlement.pay", d, [payer] if self.odds(0.3) else ())
        d = {"ctr": key, "deal": rid, "payment": pay, "date": day}
        if self.odds(0.4):
            return self.exchange("settlement.dispute", {**d, "reason": "金额不符"})
        return self.exchange("settlement.confirm", d)


M = MarketActs
ACTS = [M.listing, M.listing, M.relisting, M.delisting, M.offering, M.offering, M.answering, M.opening, M.opening, M.dealing, M.paying]
