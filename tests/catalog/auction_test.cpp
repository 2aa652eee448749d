// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/auction.hpp"

#include <algorithm>
#include <map>
#include <random>

#include "crypto/base/encoding.hpp"
#include "ledger/model/money.hpp"
#include "tests/catalog/markets.hpp"
#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

/// An auction that runs, and the deposits of those who may bid.
struct Sale {
  Register reg;
  std::string auction;
  std::map<std::string, std::string> paid;

  Outcome bids(const std::string& who, std::int64_t amount) { return reg.submit(bid(auction, paid[who], who, amount)); }
  std::string commits(const std::string& who, std::int64_t amount, char salt = '1') {
    return reg.must(sealed_bid(auction, paid[who], who, amount, salt));
  }
  Outcome reveals(const std::string& who, const std::string& made, std::int64_t amount, char salt = '1') {
    return reg.submit(revealed(auction, made, who, amount, salt));
  }
  Outcome closes(std::string_view winner = {}, std::int64_t price = 0) { return Register(reg).submit(closed(auction, winner, price)); }
};

std::vector<std::string> bidders() { return {kCompany, kRival, kCoowner, kLender}; }

Sale running(std::string_view kind, std::string_view deal = "TRANSFER") {
  Sale sale{granted(), {}, {}};
  sale.reg.must(for_auction(sale.reg, deal));
  sale.auction = sale.reg.must(auction(kind));
  for (const std::string& who : bidders()) sale.paid[who] = sale.reg.must(deposit(sale.auction, who));
  sale.reg.today("2026-11-10");
  return sale;
}

}  // namespace

TEST_CASE("an auction opens on a listing for auction, by its exchange, in order", "[auction]") {
  Register reg = granted();
  CHECK(letter(reg.submit(auction("ENGLISH"))) == "R:SUBJECT_NOT_FOUND");
  Register negotiable = reg;
  negotiable.must(listing(negotiable));
  CHECK(letter(negotiable.submit(auction("ENGLISH"))) == "R:STATE_FORBIDS");
  reg.must(for_auction(reg));
  for (const char* kind : {"ENGLISH", "SEALED"}) {
    INFO(kind);
    const auto says = [&](Act act) { return letter(Register(reg).submit(act)); };
    CHECK(says(auction(kind)) == "OK");
    CHECK(says(auction(kind).set("end", "2026-11-10T04:00:00Z")) == "R:EVENT_BEFORE_PRIOR");
    CHECK(says(auction(kind).set("start", "2026-10-01T04:00:00Z").set("end", "2026-11-09T04:00:00Z")) == "R:EVENT_BEFORE_PRIOR STATE_FORBIDS");
    CHECK(says(auction(kind).set("deposit", json(R"({"amount":"1.00","cur":"USD"})"))) == "R:AMOUNT_INVALID");
    CHECK(says(auction(kind).set("start", "2026-10-31T04:00:00Z")) == "R:STATE_FORBIDS");
    CHECK(says(auction(kind).by(kUniversity, "PARTY")) == "R:ROLE_NOT_PERMITTED");
  }
  CHECK(letter(Register(reg).submit(auction("SEALED").set("step", fen(1)))) == "R:SCHEMA_INVALID");
  CHECK(letter(Register(reg).submit(auction("ENGLISH").set("reveal_end", "2026-11-14T04:00:00Z"))) == "R:SCHEMA_INVALID");
  CHECK(letter(Register(reg).submit(auction("SEALED").set("reveal_end", "2026-11-12T04:00:00Z"))) == "R:EVENT_BEFORE_PRIOR");
  // The last moment of 2026-12-31 in Beijing still is a day of the listing, the next one is not.
  CHECK(letter(Register(reg).submit(auction("ENGLISH").set("end", "2026-12-31T16:00:00Z"))) == "OK");
  CHECK(letter(Register(reg).submit(auction("ENGLISH").set("end", "2026-12-31T16:00:01Z"))) == "R:STATE_FORBIDS");
  reg.must(auction("ENGLISH"));
  CHECK(reg.status_of(listing_key()) == "AUCTION");
  CHECK(letter(reg.submit(auction("ENGLISH"))) == "R:STATE_FORBIDS");
}

TEST_CASE("what is revealed is a sum in RMB", "[auction]") {
  Sale sale = running("SEALED");
  const std::string mine = sale.commits(kCompany, 60'000);
  sale.reg.today("2026-11-12");
  const Act dollars = revealed(sale.auction, mine, kCompany, 1).set("amount", json(R"({"amount":"600.00","cur":"USD"})"));
  CHECK(letter(sale.reg.submit(dollars)) == "R:AMOUNT_INVALID");
}

TEST_CASE("another exchange opens and closes no auction, and who sold meanwhile sells nothing", "[auction]") {
  Sale sale = running("ENGLISH");
  sale.reg.put(role_row(kRegistry, "EXCH"), json(R"({"grants":[{"from_index":0}]})"));
  sale.reg.today("2026-11-12");
  CHECK(letter(sale.reg.submit(closed(sale.auction).by(kRegistry, "EXCH"))) == "R:ROLE_NOT_PERMITTED");
  Register reg = granted();
  reg.must(for_auction(reg));
  reg.put(role_row(kRegistry, "EXCH"), json(R"({"grants":[{"from_index":0}]})"));
  CHECK(letter(reg.submit(auction("ENGLISH").by(kRegistry, "EXCH"))) == "R:ROLE_NOT_PERMITTED");
  Value row = reg.row(kPatent);
  row.set("owners", Value::Items{Value(Value::Members{{"party", kRival}})});
  reg.put(subject_row(kPatent), row);
  CHECK(letter(reg.submit(auction("ENGLISH"))) == "R:NOT_RIGHT_HOLDER");
}

TEST_CASE("an auction opens on burdens that are up to date", "[auction]") {
  Register reg = granted();
  reg.must(for_auction(reg));
  const std::string license = reg.must(contract("new", license_right("ORD"), kRival)) + "/0";
  const Outcome stale = reg.submit(auction("ENGLISH"));
  CHECK(letter(stale) == "R:LISTING_ENCUMBRANCE_HIDDEN");
  CHECK(stale.issues[0].pointer == "/data/listing");
  CHECK(stale.issues[0].blocking == std::vector<std::string>{license});
  Act change("market.update", R"({"reason":"补充负担"})");
  change.set("listing", listing_key()).set("seller", Value::Items{kUniversity}).set("snapshot_size", reg.next_index());
  reg.must(at(stating(change, {}, {license}).by(kExchange, "EXCH").with({kUniversity})));
  CHECK(letter(Register(reg).submit(auction("ENGLISH"))) == "OK");
  Act suspension("suspend.start", R"({"cause":"OWNERSHIP","from":"2026-10-09","until":"2027-10-08"})");
  reg.must(at(suspension.set("pat", kPatent).set("doc", hash_of('f'))));
  CHECK(letter(reg.submit(auction("ENGLISH"))) == "R:LISTING_ENCUMBRANCE_HIDDEN PATENT_FROZEN");
}

TEST_CASE("an open bid comes in its window, first at the starting price and then a step above", "[auction]") {
  Sale sale = running("ENGLISH");
  Register before = sale.reg;
  before.today("2026-11-09");
  CHECK(letter(before.submit(bid(sale.auction, sale.paid[kCompany], kCompany, 20'000))) == "R:STATE_FORBIDS");
  CHECK(letter(sale.bids(kCompany, 9'999)) == "R:BID_TOO_LOW");
  CHECK(letter(sale.bids(kCompany, 10'000)) == "OK");  // at the very start
  CHECK(letter(sale.bids(kRival, 10'499)) == "R:BID_TOO_LOW");
  CHECK(letter(sale.bids(kRival, 10'500)) == "OK");
  CHECK(letter(sale.bids(kRival, 10'500)) == "R:BID_TOO_LOW");
  CHECK(letter(sale.bids(kCompany, 0)) == "R:AMOUNT_INVALID BID_TOO_LOW");
  sale.reg.today("2026-11-11");
  CHECK(letter(sale.bids(kCompany, 60'000)) == "OK");
  sale.reg.today("2026-11-12");  // at the very end
  CHECK(letter(sale.bids(kRival, 70'000)) == "R:BID_LATE");
  CHECK(letter(sale.closes(kCompany, 60'000)) == "OK");
}

TEST_CASE("money cannot wrap in a bid", "[auction]") {
  Sale sale = running("ENGLISH");
  CHECK(letter(sale.bids(kCompany, kMaxInteger)) == "OK");
  CHECK(letter(sale.bids(kRival, kMaxInteger)) == "R:BID_TOO_LOW");
  Register reg = granted();
  reg.must(for_auction(reg).set("price", json(R"({"mode":"AUCTION"})")));
  const std::string opened = reg.must(auction("ENGLISH").set("step", fen(0)).set("deposit", fen(0)));
  reg.today("2026-11-10");
  reg.must(bid(opened, {}, kCompany, 1));
  CHECK(letter(reg.submit(bid(opened, {}, kRival, 1))) == "R:BID_TOO_LOW");
  reg.must(bid(opened, {}, kRival, 2));
}

TEST_CASE("nobody bids without the deposit of this auction, each with an own number", "[auction]") {
  for (const char* kind : {"ENGLISH", "SEALED"}) {
    INFO(kind);
    Sale sale = running(kind);
    const auto made = [&](const std::string& paid, const std::string& who) {
      return std::string_view(kind) == "ENGLISH" ? bid(sale.auction, paid, who, 60'000) : sealed_bid(sale.auction, paid, who, 60'000);
    };
    CHECK(letter(sale.reg.submit(made({}, kCompany))) == "R:DEPOSIT_MISSING");
    CHECK(letter(sale.reg.submit(made(sale.paid[kRival], kCompany))) == "R:DEPOSIT_MISSING");
    // One that was paid for another auction does not count.
    Register reg = sale.reg;
    reg.must(for_auction(reg).set("listing", listing_key("2")));
    const std::string second = reg.must(auction(kind).set("listing", listing_key("2")));
    const std::string other = reg.must(deposit(second, kCompany).set("listing", listing_key("2")));
    CHECK(letter(reg.submit(made(other, kCompany))) == "R:DEPOSIT_MISSING");

    sale.reg.must(made(sale.paid[kCompany], kCompany));
    const Act taken = made(sale.paid[kRival], kRival).set("bidder_pseudonym", "N-" + kCompany.substr(4));
    CHECK(letter(sale.reg.submit(taken)).find("ROLE_NOT_PERMITTED") != std::string::npos);
    CHECK(letter(sale.reg.submit(made(sale.paid[kCompany], kCompany).set("bidder_pseudonym", "another"))).find("ROLE_NOT_PERMITTED") !=
          std::string::npos);
  }
}

TEST_CASE("neither seller nor exchange bids, nor as an agent", "[auction]") {
  for (const char* kind : {"ENGLISH", "SEALED"}) {
    INFO(kind);
    Sale sale = running(kind);
    const auto made = [&](const std::string& who) {
      const std::string paid = sale.reg.must(deposit(sale.auction, who));
      return std::string_view(kind) == "ENGLISH" ? bid(sale.auction, paid, who, 60'000) : sealed_bid(sale.auction, paid, who, 60'000);
    };
    CHECK(letter(sale.reg.submit(made(kUniversity))) == "R:SELF_DEALING");
    CHECK(letter(sale.reg.submit(made(kExchange))) == "R:ROLE_NOT_PERMITTED");
    Act mandate("mandate.grant", R"({"from":"2026-01-01","powers":["MARKET"]})");
    sale.reg.must(at(mandate.set("agent", kAgency).set("principal", kCompany).by(kCompany, "PARTY").with({kAgency})));
    const Act by_agent = made(kCompany).by(kAgency, "AGENT").acting_for(kCompany);
    CHECK(letter(Register(sale.reg).submit(by_agent)) == "OK");
    Value row = sale.reg.row(listing_key());
    row.set("seller", set_of({kAgency, kUniversity}));
    sale.reg.put(subject_row(listing_key()), row);
    CHECK(letter(sale.reg.submit(by_agent)) == "R:SELF_DEALING");
  }
}

TEST_CASE("open bids and sealed ones keep apart, and to their own listing", "[auction]") {
  Sale open = running("ENGLISH");
  CHECK(letter(open.reg.submit(sealed_bid(open.auction, open.paid[kCompany], kCompany, 60'000))) == "R:REF_WRONG_TYPE");
  Sale sealed = running("SEALED");
  CHECK(letter(sealed.bids(kCompany, 60'000)) == "R:REF_WRONG_TYPE");
  open.reg.must(listing(open.reg).set("listing", listing_key("2")));
  const Act elsewhere = bid(open.auction, open.paid[kCompany], kCompany, 60'000).set("listing", listing_key("2"));
  CHECK(letter(open.reg.submit(elsewhere)) == "R:REF_WRONG_TYPE");
  open.reg.today("2026-11-12");
  CHECK(letter(open.reg.submit(closed(open.auction).set("listing", listing_key("2")))) == "R:REF_WRONG_TYPE");
}

TEST_CASE("a sealed bid is committed once, and revealed as it was committed", "[auction]") {
  Sale sale = running("SEALED");
  const std::string mine = sale.commits(kCompany, 60'000, '1');
  const Outcome second = sale.reg.submit(sealed_bid(sale.auction, sale.paid[kCompany], kCompany, 70'000));
  CHECK(letter(second) == "R:STATE_FORBIDS");
  CHECK(second.issues[0].blocking == std::vector<std::string>{mine});
  const std::string low = sale.commits(kRival, 9'999);
  CHECK(letter(sale.reveals(kCompany, mine, 60'000)) == "R:STATE_FORBIDS");  // the bidding is not over
  sale.reg.today("2026-11-12");
  CHECK(letter(sale.reg.submit(sealed_bid(sale.auction, sale.paid[kLender], kLender, 70'000))) == "R:BID_LATE");
  CHECK(letter(sale.reveals(kCompany, mine, 60'001)) == "R:REVEAL_MISMATCH");
  CHECK(letter(sale.reveals(kCompany, mine, 60'000, '2')) == "R:REVEAL_MISMATCH");
  CHECK(letter(sale.reveals(kCompany, low, 9'999)) == "R:REF_WRONG_TYPE");
  CHECK(letter(sale.reveals(kLender, mine, 60'000)) == "R:REF_WRONG_TYPE");
  CHECK(letter(sale.reveals(kRival, low, 9'999)) == "R:BID_TOO_LOW");
  CHECK(letter(sale.reveals(kCompany, mine, 60'000)) == "OK");
  CHECK(letter(sale.reveals(kCompany, mine, 60'000)) == "R:STATE_FORBIDS");
  CHECK(letter(sale.closes(kCompany, 60'000)) == "R:STATE_FORBIDS");  // others may still reveal
  sale.reg.today("2026-11-14");
  CHECK(letter(sale.reveals(kRival, low, 9'999)) == "R:BID_LATE BID_TOO_LOW");
  CHECK(letter(sale.closes(kCompany, 60'000)) == "OK");
}

TEST_CASE("a commitment serves one bidder in one auction", "[auction]") {
  const crypto::Salt salt = salt_of('1');
  const Digest made = bid_commitment(hash_of('1'), kCompany, 5, salt);
  CHECK(made != bid_commitment(hash_of('2'), kCompany, 5, salt));
  CHECK(made != bid_commitment(hash_of('1'), kRival, 5, salt));
  CHECK(made != bid_commitment(hash_of('1'), kCompany, 6, salt));
  CHECK(made != bid_commitment(hash_of('1'), kCompany, 5, salt_of('2')));
  // Who copies another's commitment cannot reveal it, not even with its salt.
  Sale sale = running("SEALED");
  sale.commits(kCompany, 60'000);
  const std::string copy = sale.reg.must(sealed_bid(sale.auction, sale.paid[kRival], kRival, 1)
                                             .set("commit", to_sha256_id(bid_commitment(sale.auction, kCompany, 60'000, salt))));
  sale.reg.today("2026-11-12");
  CHECK(letter(sale.reveals(kRival, copy, 60'000)) == "R:REVEAL_MISMATCH");
}

TEST_CASE("what was not revealed does not win", "[auction]") {
  Sale sale = running("SEALED");
  sale.commits(kRival, 90'000);
  const std::string mine = sale.commits(kCompany, 60'000);
  sale.reg.today("2026-11-12");
  CHECK(letter(sale.reveals(kCompany, mine, 60'000)) == "OK");
  sale.reg.today("2026-11-14");
  const Outcome claimed = sale.closes(kRival, 90'000);
  CHECK(letter(claimed) == "R:AUCTION_RESULT_MISMATCH");
  CHECK(claimed.issues[0].blocking == std::vector<std::string>{mine});
  CHECK(letter(sale.closes(kCompany, 60'000)) == "OK");
}

TEST_CASE("below the reserve price nobody wins, and the listing is active again", "[auction]") {
  for (const auto& [amount, wins] : {std::pair(49'999, false), std::pair(50'000, true)}) {
    Sale sale = running("ENGLISH");
    CHECK(letter(sale.bids(kCompany, amount)) == "OK");
    CHECK(letter(sale.closes(kCompany, amount)).find("STATE_FORBIDS") != std::string::npos);  // before its end
    sale.reg.today("2026-11-12");
    CHECK(letter(sale.closes(kCompany, amount)) == (wins ? "OK" : "R:AUCTION_RESULT_MISMATCH"));
    CHECK(letter(sale.closes()) == (wins ? "R:AUCTION_RESULT_MISMATCH" : "OK"));
    sale.reg.must(wins ? closed(sale.auction, kCompany, amount) : closed(sale.auction));
    CHECK(sale.reg.status_of(listing_key()) == (wins ? "PENDING" : "ACTIVE"));
    CHECK(letter(sale.reg.submit(closed(sale.auction))).find("STATE_FORBIDS") != std::string::npos);
    if (!wins) {
      // The next auction is one of its own, and so are its deposits.
      const std::string next = sale.reg.must(auction("ENGLISH").set("start", "2026-11-12T04:00:00Z").set("end", "2026-11-13T04:00:00Z"));
      CHECK(letter(sale.reg.submit(bid(next, sale.paid[kCompany], kCompany, 60'000))) == "R:DEPOSIT_MISSING");
    }
  }
}

TEST_CASE("the reserve price is opened as it was committed", "[auction]") {
  Sale sale = running("ENGLISH");
  CHECK(letter(sale.bids(kCompany, 40'000)) == "OK");
  sale.reg.today("2026-11-12");
  const auto opened = [&](Value amount, char salt) {
    return letter(Register(sale.reg).submit(closed(sale.auction).set(
        "reserve_open", Value::Members{{"amount", std::move(amount)}, {"salt", std::string(64, salt)}})));
  };
  CHECK(opened(fen(50'000), 'e') == "OK");
  CHECK(opened(fen(40'000), 'e') == "R:REVEAL_MISMATCH");
  CHECK(opened(fen(50'000), 'f') == "R:REVEAL_MISMATCH");
  CHECK(opened(json(R"({"amount":"500.00","cur":"USD"})"), 'e') == "R:AMOUNT_INVALID");
}

// The result by the simplest means: all bids in a list, and every other claim refused.

namespace {

struct Bid {
  std::string who;
  std::int64_t amount;
};

void check_every_claim(Sale& sale, const Bid* best) {
  for (const std::string& who : bidders()) {
    for (const std::int64_t price : {std::int64_t{50'000}, best ? best->amount : 60'000, best ? best->amount + 1 : 60'001}) {
      const bool right = best && best->who == who && best->amount == price;
      CHECK(letter(sale.closes(who, price)) == (right ? "OK" : "R:AUCTION_RESULT_MISMATCH"));
    }
  }
  CHECK(letter(sale.closes()) == (best ? "R:AUCTION_RESULT_MISMATCH" : "OK"));
}

}  // namespace

TEST_CASE("the winner of an open auction is the highest bid, whatever was bid", "[auction][random]") {
  std::mt19937 random(20261124);
  for (int round = 0; round < 20; ++round) {
    Sale sale = running("ENGLISH");
    std::vector<Bid> taken;
    for (int i = 0; i < 12; ++i) {
      const std::string who = bidders()[random() % 4];
      const std::int64_t amount = 5'000 + static_cast<std::int64_t>(random() % 150) * 500;
      const std::int64_t least = taken.empty() ? 10'000 : taken.back().amount + 500;
      CHECK(letter(sale.bids(who, amount)) == (amount >= least ? "OK" : "R:BID_TOO_LOW"));
      if (amount >= least) taken.push_back({who, amount});
    }
    sale.reg.today("2026-11-12");
    check_every_claim(sale, !taken.empty() && taken.back().amount >= 50'000 ? &taken.back() : nullptr);
  }
}

TEST_CASE("the winner of a sealed auction is the highest revealed bid, the first of equal ones", "[auction][random]") {
  std::mt19937 random(20261125);
  for (int round = 0; round < 30; ++round) {
    Sale sale = running("SEALED");
    std::vector<std::string> order = bidders();
    std::shuffle(order.begin(), order.end(), random);
    std::vector<Bid> made;
    std::vector<std::string> ids;
    for (const std::string& who : order) {
      made.push_back({who, 48'000 + static_cast<std::int64_t>(random() % 4) * 1'000});
      ids.push_back(sale.commits(who, made.back().amount));
    }
    sale.reg.today("2026-11-12");
    std::vector<std::size_t> reveals = {0, 1, 2, 3};
    std::shuffle(reveals.begin(), reveals.end(), random);
    reveals.resize(random() % 5);
    for (const std::size_t i : reveals) CHECK(letter(sale.reveals(made[i].who, ids[i], made[i].amount)) == "OK");
    const Bid* best = nullptr;
    for (std::size_t i = 0; i < made.size(); ++i) {  // in the order of the commitments
      const bool shown = std::ranges::find(reveals, i) != reveals.end();
      if (shown && made[i].amount >= 50'000 && (!best || made[i].amount > best->amount)) best = &made[i];
    }
    sale.reg.today("2026-11-14");
    check_every_claim(sale, best);
  }
}
