// SPDX-License-Identifier: Apache-2.0
#include "tests/catalog/markets.hpp"
#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

/// The patent of a firm, which may sell as it likes: the university as no public body.
Register firms() {
  Register reg = granted();
  Value row = reg.party(kUniversity);
  row.set("kind", "ORG");
  reg.put(party_row(kUniversity), row);
  return reg;
}

/// `deal.confirm` of a contract of the university with `buyer`, with no listing behind it.
Act deal(std::string_view local, std::string_view buyer) {
  Act act("deal.confirm", R"({"fees":{"fen":0},"price":{"fen":60000}})");
  act.set("ctr", key_of(local)).set("date", kDay).set("buyer", Value::Items{buyer}).set("seller", Value::Items{kUniversity});
  return at(act.by(kExchange, "EXCH").with({buyer, kUniversity}));
}

Act from_listing(Act act, const std::string& agreed_by) { return act.set("listing", listing_key()).set("agreed_by", agreed_by); }

Act payment(std::string_view local, const std::string& of) {
  Act act("settlement.pay", R"({"escrow":true})");
  act.set("ctr", key_of(local)).set("deal", of).set("payer", kCompany).set("amount_commit", hash_of('d')).set("date", kDay);
  return at(act.by(kExchange, "EXCH"));
}

Act settled(const char* type, std::string_view local, const std::string& of, const std::string& paid) {
  Act act(type, "{}");
  if (std::string_view(type) == "settlement.dispute") act.set("reason", "金额有争议");
  return at(act.set("ctr", key_of(local)).set("deal", of).set("payment", paid).set("date", kDay).by(kExchange, "EXCH"));
}

/// A sale that was agreed on by offer and acceptance, and its contract `a`; the acceptance.
std::string agreed(Register& reg, const char* kind = "TRANSFER") {
  reg.must(listing(reg));
  const std::string accepted = reg.must(acceptance(reg.must(offer(kCompany, kind))));
  reg.must(contract("a", std::string_view(kind) == "TRANSFER" ? sale_right() : license_right(kind), kCompany));
  return accepted;
}

}  // namespace

TEST_CASE("listing, offer, deal, contract and register are one chain, and the register alone moves the right", "[deal]") {
  Register reg = granted();
  const std::string accepted = agreed(reg);
  const std::string made = reg.must(from_listing(deal("a", kCompany), accepted));
  CHECK(reg.status_of(listing_key()) == "SOLD");
  CHECK_FALSE(reg.row(listing_key()).find("pending"));
  CHECK(reg.row(kPatent).items_of("owners")[0].text_of("party") == kUniversity);
  Act act("transfer.register", R"({"announce_no":"CN2026-47","basis":"CONTRACT"})");
  act.set("ctr", key_of("a")).set("pat", kPatent).set("date", kDay).set("from", Value::Items{kUniversity});
  act.set("to", Value::Items{Value(Value::Members{{"party", kCompany}})});
  reg.must(at(act.set("deal", made).with({kUniversity, kCompany})));
  CHECK(reg.row(kPatent).items_of("owners")[0].text_of("party") == kCompany);
}

TEST_CASE("a register act names the deal of its own contract, or none", "[deal]") {
  Register reg = firms();
  reg.must(contract("a", license_right("ORD"), kCompany));
  reg.must(contract("b", license_right("ORD"), kCompany));
  const std::string of_a = reg.must(deal("a", kCompany));
  CHECK(letter(Register(reg).submit(recordal("a"))) == "OK");
  CHECK(letter(Register(reg).submit(recordal("a").set("deal", of_a))) == "OK");
  CHECK(letter(Register(reg).submit(recordal("b").set("deal", of_a))) == "R:REF_WRONG_TYPE");
  CHECK(letter(Register(reg).submit(recordal("a").set("deal", std::string(reg.row(key_of("a")).text_of("record"))))) == "R:REF_WRONG_TYPE");
  Act merger = transfer().on(kDay).set("date", kDay).set("deal", of_a);
  CHECK(letter(reg.submit(merger)).find("REF_WRONG_TYPE") != std::string::npos);
}

TEST_CASE("a contract names a listing that the ledger knows", "[deal][contract]") {
  Register reg = granted();
  CHECK(letter(Register(reg).submit(contract("a", sale_right(), kCompany).set("listing", listing_key()))) == "R:SUBJECT_NOT_FOUND");
  reg.must(listing(reg));
  CHECK(letter(reg.submit(contract("a", sale_right(), kCompany).set("listing", listing_key()))) == "OK");
}

TEST_CASE("a deal without a listing is confirmed by exchange and parties, once", "[deal]") {
  Register reg = firms();
  CHECK(letter(reg.submit(deal("a", kCompany))) == "R:SUBJECT_NOT_FOUND");
  reg.must(contract("a", sale_right(), kCompany));
  const auto says = [&](Act act) { return letter(Register(reg).submit(act)); };
  CHECK(says(deal("a", kCompany).by(kExchange, "EXCH").with({kCompany})) == "R:MISSING_SIGNATURE");
  CHECK(says(deal("a", kRival)) == "R:ROLE_NOT_PERMITTED");
  CHECK(says(deal("a", kCompany).set("buyer", set_of({kCompany, kRival})).with({kRival})) == "R:ROLE_NOT_PERMITTED");
  CHECK(says(deal("a", kCompany).set("price_commit", hash_of('a'))) == "R:SCHEMA_INVALID");
  CHECK(says(deal("a", kCompany).set("date", "2026-11-08")) == "R:EVENT_BEFORE_PRIOR");
  CHECK(says(deal("a", kCompany).set("date", "2026-11-10")) == "R:FUTURE_EVENT_DATE");
  CHECK(says(deal("a", kCompany).set("listing", listing_key())) == "R:SCHEMA_INVALID");
  const std::string first = reg.must(deal("a", kCompany));
  CHECK(reg.row(key_of("a")).text_of("deal") == first);
  const Outcome again = reg.submit(deal("a", kCompany));
  CHECK(letter(again) == "R:STATE_FORBIDS");
  CHECK(again.issues[0].blocking == std::vector<std::string>{first});
  reg.must(contract("b", license_right("ORD"), kCompany));
  reg.must(ends("contract.terminate", "b"));
  CHECK(letter(reg.submit(deal("b", kCompany))) == "R:STATE_FORBIDS");
}

TEST_CASE("a deal on a listing is what was agreed there", "[deal]") {
  Register reg = granted();
  const std::string accepted = agreed(reg);
  // A contract that gives something else, or to somebody else, is another deal.
  CHECK(letter(reg.submit(contract("l", license_right("ORD"), kCompany))) == "OK");
  CHECK(letter(Register(reg).submit(from_listing(deal("l", kCompany), accepted))) == "R:REF_WRONG_TYPE");
  CHECK(reg.submit(contract("r", sale_right(), kRival)).accepted());
  CHECK(letter(Register(reg).submit(from_listing(deal("r", kRival), accepted))) == "R:REF_WRONG_TYPE");
  CHECK(letter(Register(reg).submit(from_listing(deal("a", kCompany), accepted).set("listing", listing_key("2")))) == "R:SUBJECT_NOT_FOUND");
  reg.must(stating(listing(reg).set("listing", listing_key("2")),
                   {std::string(reg.row(key_of("a")).text_of("record")), std::string(reg.row(key_of("r")).text_of("record"))},
                   {reg.row(kPatent).items_of("licenses")[0].text()}));
  CHECK(letter(Register(reg).submit(from_listing(deal("a", kCompany), accepted).set("listing", listing_key("2")))) == "R:REF_WRONG_TYPE");
  reg.put(role_row(kRegistry, "EXCH"), json(R"({"grants":[{"from_index":0}]})"));
  CHECK(letter(Register(reg).submit(from_listing(deal("a", kCompany), accepted).by(kRegistry, "EXCH").with({kCompany, kUniversity}))) ==
        "R:ROLE_NOT_PERMITTED");
  CHECK(letter(Register(reg).submit(from_listing(deal("a", kCompany), accepted))) == "OK");
  Register later = reg;
  later.today("2026-11-12");
  CHECK(letter(later.submit(from_listing(deal("a", kCompany), accepted).on("2026-11-12"))) == "OK");
}

TEST_CASE("who sells by the contract are those who listed", "[deal]") {
  Register reg = granted();
  share_with_coowner(reg);
  reg.must(listing(reg).set("seller", set_of({kCoowner, kUniversity})).with({kCoowner}));
  const std::string made = reg.must(offer(kCompany, "ORD"));
  const std::string accepted = reg.must(acceptance(made).set("from", set_of({kCoowner, kUniversity})).with({kCoowner}));
  Value right = license_right("ORD");
  right.set("share_rule", "均分");
  reg.must(contract("a", right, kCompany));  // of the university alone
  CHECK(letter(reg.submit(from_listing(deal("a", kCompany), accepted))) == "R:REF_WRONG_TYPE");
}

TEST_CASE("a deal comes after what was agreed", "[deal]") {
  Register reg = granted();
  reg.must(listing(reg));
  const std::string made = reg.must(offer(kCompany));
  reg.must(contract("a", sale_right(), kCompany));
  reg.today("2026-11-12");
  const std::string accepted = reg.must(acceptance(made).on("2026-11-11"));
  const auto says = [&](const char* date) { return letter(Register(reg).submit(from_listing(deal("a", kCompany), accepted).set("date", date))); };
  CHECK(says("2026-11-10") == "R:EVENT_BEFORE_PRIOR");
  CHECK(says("2026-11-11") == "OK");
}

TEST_CASE("a contract that names its listing or broker has them in its deal", "[deal]") {
  Register reg = firms();
  reg.must(listing(reg));
  const std::string accepted = reg.must(acceptance(reg.must(offer(kCompany))));
  reg.must(contract("a", sale_right(), kCompany).set("listing", listing_key()).set("broker", kAgency));
  const auto says = [&](Act act) { return letter(Register(reg).submit(act)); };
  CHECK(says(deal("a", kCompany)) == "R:SCHEMA_INVALID");
  CHECK(says(from_listing(deal("a", kCompany), accepted)) == "R:SCHEMA_INVALID");
  CHECK(says(from_listing(deal("a", kCompany), accepted).set("broker", kRival)) == "R:SCHEMA_INVALID");
  reg.must(from_listing(deal("a", kCompany), accepted).set("broker", kAgency).with({kAgency}));
  CHECK(reg.find(encumbrance_row(key_of("a"), reg.row(key_of("a")).text_of("deal")))->text_of("broker") == kAgency);
}

TEST_CASE("a broker is active, and no party of the deal", "[deal]") {
  Register reg = firms();
  reg.must(contract("a", sale_right(), kCompany));
  for (const std::string& party : {kUniversity, kCompany}) {
    CHECK(letter(Register(reg).submit(deal("a", kCompany).set("broker", party))) == "R:SELF_DEALING");
  }
  Value removed = reg.party(kAgency);
  removed.set("status", "REMOVED");
  Register gone = reg;
  gone.put(party_row(kAgency), removed);
  CHECK(letter(gone.submit(deal("a", kCompany).set("broker", kAgency))) == "R:UNKNOWN_PARTY");
  reg.must(deal("a", kCompany).set("broker", kAgency));
}

TEST_CASE("the price behind an auction is the one that won", "[deal]") {
  Register reg = granted();
  reg.must(for_auction(reg));
  const std::string opened = reg.must(auction("ENGLISH"));
  const std::string paid = reg.must(deposit(opened, kCompany));
  reg.today("2026-11-10").must(bid(opened, paid, kCompany, 60'000));
  reg.today("2026-11-12");
  const std::string close = reg.must(closed(opened, kCompany, 60'000));
  reg.must(contract("a", sale_right(), kCompany));
  reg.must(contract("l", license_right("ORD"), kCompany));
  const auto says = [&](Act act) { return letter(Register(reg).submit(act)); };
  CHECK(says(from_listing(deal("a", kCompany), close).set("price", fen(59'999))) == "R:AUCTION_RESULT_MISMATCH");
  Act hidden("deal.confirm", R"({"fees":{"fen":0}})");
  hidden.set("ctr", key_of("a")).set("date", kDay).set("buyer", Value::Items{kCompany}).set("seller", Value::Items{kUniversity});
  hidden.set("price_commit", hash_of('a'));
  CHECK(says(from_listing(at(hidden.by(kExchange, "EXCH").with({kCompany, kUniversity})), close)) == "R:AUCTION_RESULT_MISMATCH");
  CHECK(says(from_listing(deal("l", kCompany), close)) == "R:REF_WRONG_TYPE");
  reg.must(from_listing(deal("a", kCompany), close));
  CHECK(reg.status_of(listing_key()) == "SOLD");
}

TEST_CASE("an auction that nobody won is no deal", "[deal]") {
  Register reg = granted();
  reg.must(for_auction(reg));
  const std::string opened = reg.must(auction("ENGLISH"));
  reg.today("2026-11-12");
  const std::string close = reg.must(closed(opened));
  reg.must(contract("a", sale_right(), kCompany));
  CHECK(letter(reg.submit(from_listing(deal("a", kCompany), close))) == "R:REF_WRONG_TYPE");
}

TEST_CASE("one acceptance is one deal; ordinary licences leave the listing to others", "[deal]") {
  Register reg = granted();
  const std::string first = agreed(reg, "ORD");
  reg.must(from_listing(deal("a", kCompany), first));
  CHECK(reg.status_of(listing_key()) == "ACTIVE");
  reg.must(contract("b", license_right("ORD"), kCompany));
  CHECK(letter(reg.submit(from_listing(deal("b", kCompany), first))) == "R:REF_WRONG_TYPE");
  const std::string second = reg.must(acceptance(reg.must(offer(kCompany, "ORD"))));
  reg.must(from_listing(deal("b", kCompany), second));
}

TEST_CASE("a sale that was taken off the exchange is no deal of its listing", "[deal]") {
  Register reg = granted();
  const std::string accepted = agreed(reg);
  Act removal("market.delist", R"({"reason":"成交未果"})");
  removal.set("listing", listing_key()).set("seller", Value::Items{kUniversity});
  reg.must(at(removal.by(kExchange, "EXCH").with({kUniversity})));
  CHECK(letter(reg.submit(from_listing(deal("a", kCompany), accepted))) == "R:STATE_FORBIDS");
}

TEST_CASE("a notice cited by a deal is the seller's, and over", "[deal]") {
  Register reg = firms();
  reg.must(contract("a", sale_right(), kCompany));
  const auto notice = [&](const std::string& by, const char* to) {
    Act act("publicity.notice", R"({"from":"2026-10-20","kind":"PRICE"})");
    reg.put(role_row(by, "INST"), json(R"({"grants":[{"from_index":0}]})"));
    return reg.must(at(act.set("subject", kPatent).set("to", to).set("text_hash", hash_of('9')).by(by, "INST")));
  };
  const auto says = [&](const std::string& id) { return letter(Register(reg).submit(deal("a", kCompany).set("publicity_ref", id))); };
  CHECK(says(notice(kUniversity, "2026-11-08")) == "OK");
  CHECK(says(notice(kUniversity, kDay)) == "R:PUBLICITY_PERIOD_OPEN");
  CHECK(says(notice(kRival, "2026-11-08")) == "R:REF_WRONG_TYPE");

  // A public body announces what it sells beside listings and auctions, whatever its contract says.
  Value row = reg.party(kUniversity);
  row.set("kind", "PUBLIC_BODY");
  reg.put(party_row(kUniversity), row);
  CHECK(letter(Register(reg).submit(deal("a", kCompany))) == "R:PRICE_PUBLICITY_MISSING");
  const std::string id = notice(kUniversity, "2026-11-08");
  CHECK(says(id) == "OK");
  CHECK(reg.submit(contract("b", sale_right(), kCompany).set("price_method", "AGREEMENT").set("publicity_ref", id)).accepted());
  CHECK(letter(reg.submit(deal("b", kCompany))) == "OK");
}

TEST_CASE("a payment is a buyer's, and is confirmed once or disputed before", "[settlement]") {
  Register reg = firms();
  reg.must(contract("a", sale_right(), kCompany));
  reg.must(contract("b", license_right("ORD"), kCompany));
  const std::string made = reg.must(deal("a", kCompany));
  const std::string other = reg.must(deal("b", kCompany));
  const auto says = [&](Act act) { return letter(Register(reg).submit(act)); };
  CHECK(says(payment("a", made).set("payer", kRival)) == "R:ROLE_NOT_PERMITTED");
  CHECK(says(payment("a", other)) == "R:REF_WRONG_TYPE");
  CHECK(says(payment("a", made).set("date", "2026-11-08")) == "R:EVENT_BEFORE_PRIOR");
  CHECK(says(payment("a", made).set("date", "2026-11-10")) == "R:FUTURE_EVENT_DATE");
  CHECK(says(payment("a", made).set("listing", listing_key())) == "R:SCHEMA_INVALID");
  const std::string paid = reg.must(payment("a", made).with({kCompany}));
  const std::string second = reg.must(payment("a", made));
  CHECK(says(settled("settlement.confirm", "b", other, paid)) == "R:REF_WRONG_TYPE");
  for (const char* type : {"settlement.confirm", "settlement.dispute"}) {
    CHECK(says(settled(type, "b", other, paid)) == "R:REF_WRONG_TYPE");
    CHECK(says(settled(type, "a", made, paid).set("date", "2026-11-08")) == "R:EVENT_BEFORE_PRIOR");
    CHECK(says(settled(type, "a", made, paid).set("date", "2026-11-10")) == "R:FUTURE_EVENT_DATE");
    CHECK(says(settled(type, "a", other, paid)) == "R:REF_WRONG_TYPE");
  }
  reg.put(role_row(kRegistry, "EXCH"), json(R"({"grants":[{"from_index":0}]})"));
  for (const Act& act : {payment("a", made), settled("settlement.confirm", "a", made, paid), settled("settlement.dispute", "a", made, paid)}) {
    CHECK(says(Act(act).by(kRegistry, "EXCH")) == "R:ROLE_NOT_PERMITTED");
  }
  reg.must(settled("settlement.dispute", "a", made, paid));
  CHECK(says(settled("settlement.dispute", "a", made, paid)) == "R:STATE_FORBIDS");
  reg.must(settled("settlement.confirm", "a", made, paid));
  CHECK(says(settled("settlement.confirm", "a", made, paid)) == "R:STATE_FORBIDS");
  CHECK(says(settled("settlement.dispute", "a", made, paid)) == "R:STATE_FORBIDS");
  reg.must(settled("settlement.confirm", "a", made, second));
  const auto row = reg.find(encumbrance_row(key_of("a"), made));
  CHECK(row->find("performed")->integer_of("count") == 2);
}

TEST_CASE("a deposit is paid while its auction is open", "[settlement]") {
  Register reg = granted();
  reg.must(for_auction(reg));
  const std::string opened = reg.must(auction("ENGLISH"));
  reg.must(listing(reg).set("listing", listing_key("2")));
  CHECK(letter(reg.submit(deposit(opened, kCompany).set("listing", listing_key("2")))) == "R:REF_WRONG_TYPE");
  reg.put(role_row(kRegistry, "EXCH"), json(R"({"grants":[{"from_index":0}]})"));
  CHECK(letter(reg.submit(deposit(opened, kCompany).by(kRegistry, "EXCH"))) == "R:ROLE_NOT_PERMITTED");
  reg.must(deposit(opened, kCompany));
  reg.today("2026-11-12").must(closed(opened));
  CHECK(letter(reg.submit(deposit(opened, kCompany))) == "R:STATE_FORBIDS");
}

// The state machine of a listing, every act in every state; the states are written out here.

namespace {

/// Everything that acts on one listing, ready to go but for the listing's state.
struct Stall {
  Register reg = granted();
  std::string sale, license, of_license, of_sale, auction;

  Stall() {
    reg.must(listing(reg));
    license = reg.must(offer(kCompany, "ORD"));
    const std::string first = reg.must(offer(kCompany, "ORD"));
    of_license = reg.must(acceptance(first));
    sale = reg.must(offer(kCompany));
    const std::string second = reg.must(offer(kCompany));
    of_sale = reg.must(acceptance(second));
    put("ACTIVE");
    Value row = reg.row(listing_key());
    row.set("price", json(R"({"mode":"AUCTION"})"));
    row.set("deal_kinds", Value::Items{"ORD", "TRANSFER"});
    reg.put(subject_row(listing_key()), row);
    auction = reg.must(qinglu::test::auction("ENGLISH"));
    reg.must(contract("l", license_right("ORD"), kCompany));
    reg.submit(contract("s", sale_right(), kCompany));  // flagged: the licence survives
    reg.today("2026-11-12");
  }
  void put(std::string_view status, bool for_auction = false) {
    Value row = reg.row(listing_key());
    row.set("status", status);
    row.set("price", json(for_auction ? R"({"mode":"AUCTION"})" : R"({"mode":"NEGOTIABLE"})"));
    reg.put(subject_row(listing_key()), row);
  }
  bool allows(Act act) const { return Register(reg).submit(std::move(act)).codes().find("STATE_FORBIDS") == std::string::npos; }
};

Act by_both(const char* type, const Register& reg) {
  Act act(type, R"({"reason":"变更"})");
  act.set("listing", listing_key()).set("seller", Value::Items{kUniversity}).by(kExchange, "EXCH").with({kUniversity});
  if (std::string_view(type) == "market.update") act.set("snapshot_size", reg.next_index());
  return at(act);
}

}  // namespace

TEST_CASE("every act on a listing in every state: allowed where the market has it, else refused", "[deal][market][auction]") {
  Stall stall;
  struct Row {
    const char* what;
    Act act;
    std::string_view states;
    bool for_auction = false;
  };
  const Act next = auction("ENGLISH").set("start", "2026-11-12T04:00:00Z").set("end", "2026-11-13T04:00:00Z");
  const Row rows[] = {{"update", by_both("market.update", stall.reg), "ACTIVE"},
                      {"delist", by_both("market.delist", stall.reg), "ACTIVE PENDING"},
                      {"offer", offer(kCompany, "ORD"), "ACTIVE"},
                      {"accept a sale", acceptance(stall.sale), "ACTIVE"},
                      {"accept an ordinary licence", acceptance(stall.license), "ACTIVE"},
                      {"reject", rejection(stall.sale), "ACTIVE AUCTION DELISTED PENDING SOLD"},
                      {"open an auction", next, "ACTIVE", true},
                      {"close an auction", closed(stall.auction), "AUCTION", true},
                      {"deal on a sale", from_listing(deal("s", kCompany), stall.of_sale), "PENDING"},
                      {"deal on an ordinary licence", from_listing(deal("l", kCompany), stall.of_license), "ACTIVE AUCTION DELISTED PENDING SOLD"}};
  for (const Row& row : rows) {
    for (const std::string_view state : {"ACTIVE", "AUCTION", "DELISTED", "PENDING", "SOLD"}) {
      INFO(row.what << " in " << state);
      stall.put(state, row.for_auction);
      CHECK(stall.allows(row.act) == (row.states.find(state) != std::string_view::npos));
    }
  }
}

TEST_CASE("the rows of the largest listing and deal keep their bound", "[deal][market]") {
  const auto many = [](std::size_t n, const std::string& each) { return Value::Items(n, Value(each)); };
  const std::string person = "per:" + std::string(64, 'f');
  Value big(Value::Members{{"patent_data_commit", hash_of('a')}, {"price_commit", hash_of('a')}, {"record", hash_of('a')}});
  big.set("encumbrances", many(160, hash_of('a')));
  big.set("licenses", many(64, hash_of('a') + "/999"));
  big.set("green_codes", many(16, std::string(64, 'x')));
  big.set("seller", many(32, person));
  CHECK(to_canonical(big).size() < 30u * 1024);
  Value done(Value::Members{{"agreed_by", hash_of('a')}, {"price_commit", hash_of('a')}, {"record", hash_of('a')}});
  done.set("seller", many(32, person));
  done.set("buyer", many(32, person));
  CHECK(to_canonical(done).size() < 10u * 1024);
}
