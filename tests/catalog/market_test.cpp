// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include "ledger/catalog/market.hpp"
#include "ledger/catalog/preserve.hpp"
#include "tests/catalog/markets.hpp"
#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

Act change(const Register& reg) {
  Act act("market.update", R"({"reason":"调整价格"})");
  act.set("listing", listing_key()).set("seller", Value::Items{kUniversity}).set("snapshot_size", reg.next_index());
  return at(act.by(kExchange, "EXCH").with({kUniversity}));
}

Act removal() {
  Act act("market.delist", R"({"reason":"出让方撤回"})");
  return at(act.set("listing", listing_key()).set("seller", Value::Items{kUniversity}).by(kExchange, "EXCH").with({kUniversity}));
}

Register listed() {
  Register reg = granted();
  reg.must(listing(reg));
  return reg;
}

/// What stands on the patent, as the records of its own family leave it; the ids that a listing states.
struct Standing {
  std::vector<std::string> records;
  std::vector<std::string> licenses;
};
struct Case {
  const char* name;
  Fees fees;
  std::function<Standing(Register&)> arises;
  const char* letter;  ///< of a listing that states it
};

Standing licensed(Register& reg, const char* kind) { return {{}, {reg.must(contract("old", license_right(kind), kRival)) + "/0"}}; }

Standing preserved(Register& reg) {
  Act order("preserve.order", R"({"kind":"PROPERTY","order_no":"(2026)渝01民初1号","requested_from":"2026-11-02","requested_until":"2027-05-01"})");
  order.set("court", kCourt).set("target", kPatent).by(kCourt, "COURT");
  const std::string id = reg.must(at(order));
  Act receipt("preserve.receive", R"({"from":"2026-11-02","received_at":"2026-11-02","until":"2027-05-01"})");
  return {{reg.must(at(receipt.set("order", id)))}, {}};
}

Standing suspended(Register& reg) {
  Act act("suspend.start", R"({"cause":"OWNERSHIP","from":"2026-10-09","until":"2027-10-08"})");
  return {{reg.must(at(act.set("pat", kPatent).set("doc", "sha256:" + std::string(64, 'f'))))}, {}};
}

Standing contested(Register& reg) {
  Act act("invalidation.request", R"({"claims":[1],"date":"2026-10-08","grounds":["PL22_3"],"no":"5W-2026-0001"})");
  return {{reg.must(at(act.set("pat", kPatent).set("requester", kRival).by(kRival, "PARTY")))}, {}};
}

const Case kCases[] = {
    {"nothing", Fees::paid, [](Register&) { return Standing{}; }, "OK"},
    {"EXCL", Fees::paid, [](Register& reg) { return licensed(reg, "EXCL"); }, "OK"},
    {"SOLE", Fees::paid, [](Register& reg) { return licensed(reg, "SOLE"); }, "OK"},
    {"ORD", Fees::paid, [](Register& reg) { return licensed(reg, "ORD"); }, "OK"},
    {"open declaration", Fees::paid, [](Register& reg) { return Standing{{reg.must(at(declaration()))}, {}}; }, "OK"},
    {"pledge", Fees::paid, [](Register& reg) { return Standing{{reg.must(at(pledge().set("date", kDay)))}, {}}; }, "F:PLEDGEE_CONSENT_MISSING"},
    {"preservation", Fees::paid, preserved, "R:PATENT_FROZEN"},
    {"suspension", Fees::paid, suspended, "R:PATENT_FROZEN"},
    {"grace", Fees::in_grace, [](Register&) { return Standing{}; }, "F:ANNUITY_ARREARS"},
    {"request for invalidation", Fees::paid, contested, "F:VALIDITY_CONTESTED"},
    {"lapse", Fees::lapsing, [](Register& reg) { reg.must(at(lapse())); return Standing{}; }, "R:PATENT_NOT_IN_FORCE"},
    {"co-owner", Fees::paid, [](Register& reg) { share_with_coowner(reg); return Standing{}; }, "OK"},
    {"open sale", Fees::paid, [](Register& reg) { return Standing{{reg.must(contract("s", sale_right(), kRival))}, {}}; }, "OK"}};

}  // namespace

TEST_CASE("a listing states every burden on the patent, and meets it as the matrix says", "[market][conflict]") {
  for (const Case& each : kCases) {
    INFO(each.name);
    Register reg = granted(each.fees);
    const Standing on = each.arises(reg);
    // What is left out is hidden; what is not there cannot be stated.
    if (!on.records.empty() || !on.licenses.empty()) {
      const Outcome hidden = Register(reg).submit(listing(reg));
      CHECK(hidden.codes().starts_with("LISTING_ENCUMBRANCE_HIDDEN"));
      CHECK(hidden.issues[0].blocking == (on.records.empty() ? on.licenses : on.records));
    }
    const Act stated = stating(listing(reg), on.records, on.licenses);
    CHECK(letter(Register(reg).submit(stated)) == each.letter);
    // Nobody has seen what came after the size at which the exchange looked.
    if (!on.records.empty() || !on.licenses.empty()) {
      Act early(stated);
      CHECK(Register(reg).submit(early.set("snapshot_size", reg.next_index() - 1)).codes().find("LISTING_ENCUMBRANCE_HIDDEN") !=
            std::string::npos);
    }
    if (each.letter[0] == 'R') continue;
    reg.submit(stated);
    const Value row = reg.row(listing_key());
    CHECK(row.text_of("status") == "ACTIVE");
    CHECK(row.items_of("licenses").size() == on.licenses.size());
    CHECK(row.items_of("encumbrances").size() == on.records.size());
  }
}

TEST_CASE("a change of the listing and its auction meet what came meanwhile", "[market][auction][conflict]") {
  for (const Case& each : kCases) {
    INFO(each.name);
    Register reg = granted(each.fees == Fees::lapsing ? Fees::paid : each.fees);
    const Outcome first = reg.submit(for_auction(reg));
    REQUIRE(first.accepted());
    if (each.fees == Fees::lapsing) {
      Value row = reg.row(kPatent);
      row.set("status", "LAPSED");
      reg.put(subject_row(kPatent), row);
    }
    const Standing on = each.fees == Fees::lapsing ? Standing{} : each.arises(reg);
    const bool burdened = !on.records.empty() || !on.licenses.empty();
    const Act stated = stating(change(reg), on.records, on.licenses);
    const std::string code(std::string_view(each.letter).substr(std::string_view(each.letter) == "OK" ? 0 : 2));
    CHECK(letter(Register(reg).submit(auction("ENGLISH"))).find(burdened ? "LISTING_ENCUMBRANCE_HIDDEN" : code) != std::string::npos);
    CHECK(letter(Register(reg).submit(stated)) == each.letter);
    if (each.letter[0] == 'R') {
      CHECK(letter(reg.submit(auction("ENGLISH"))).find(code) != std::string::npos);
      continue;
    }
    reg.submit(stated);
    CHECK(letter(reg.submit(auction("ENGLISH"))) == each.letter);
  }
}

TEST_CASE("a burden that has ended is none any more", "[market]") {
  Register reg = granted();
  const std::string license = reg.must(contract("old", license_right("ORD"), kCompany)) + "/0";
  reg.must(ends("contract.terminate", "old"));
  const Outcome stale = reg.submit(stating(listing(reg), {}, {license}));
  CHECK(letter(stale) == "R:LISTING_ENCUMBRANCE_HIDDEN");
  CHECK(stale.issues[0].pointer == "/data/licenses");
  reg.must(listing(reg));
}

TEST_CASE("the ledger has had the size at which the exchange looked", "[market]") {
  Register reg = granted();
  CHECK(letter(reg.submit(listing(reg).set("snapshot_size", reg.next_index() + 1))) == "R:SCHEMA_INVALID");
}

TEST_CASE("only owners list, under a key of their exchange, once", "[market]") {
  Register reg = granted();
  CHECK(letter(reg.submit(listing(reg).set("seller", Value::Items{kRival}).by(kExchange, "EXCH").with({kRival}))) == "R:NOT_RIGHT_HOLDER");
  CHECK(letter(reg.submit(listing(reg).by(kExchange, "EXCH"))) == "R:MISSING_SIGNATURE");
  CHECK(letter(reg.submit(listing(reg).by(kUniversity, "PARTY"))) == "R:ROLE_NOT_PERMITTED");
  CHECK(letter(reg.submit(listing(reg).set("listing", "lst:" + kUniversity.substr(4) + "/1"))) == "R:ROLE_NOT_PERMITTED");
  const std::string first = reg.must(listing(reg));
  const Outcome again = reg.submit(listing(reg));
  CHECK(letter(again) == "R:STATE_FORBIDS");
  CHECK(again.issues[0].blocking == std::vector<std::string>{first});
}

TEST_CASE("an unpublished application is listed by a commitment, and nothing is judged", "[market]") {
  Register reg;
  grow(reg, PatentStatus::prelim);
  CHECK(letter(reg.submit(listing(reg))) == "R:UNPUBLISHED_DATA_IN_CLEAR");
  const auto hidden = [&] {
    Value data = json(R"({"deal_kinds":["TRANSFER"],"from":"2026-11-01","price_commit":"x","to":"2026-12-31","venue":"OFFLINE"})");
    data.set("price_commit", hash_of('a'));
    data.set("patent_data_commit", hash_of('b'));
    data.set("listing", listing_key());
    data.set("seller", Value::Items{kUniversity});
    data.set("snapshot_size", 1);
    return Act("market.list", data).by(kExchange, "EXCH").with({kUniversity});
  };
  CHECK(letter(Register(reg).submit(hidden().set("pat", kPatent))) == "R:SCHEMA_INVALID");
  reg.must(hidden());
  CHECK(reg.row(listing_key()).find("patent_data_commit"));
}

TEST_CASE("a listing of nothing known is refused", "[market]") {
  Register reg = granted();
  CHECK(letter(reg.submit(listing(reg).set("pat", "pat:2023102345687"))) == "R:SUBJECT_NOT_FOUND");
  Value foreign = json(R"({"deal_kinds":["ORD"],"fpat":"fpat:US/10000000-B2","from":"2026-11-01","price":{"mode":"NEGOTIABLE"},"snapshot_size":1,"to":"2026-12-31","venue":"ONLINE"})");
  foreign.set("listing", listing_key());
  foreign.set("seller", Value::Items{kUniversity});
  const Act act = Act("market.list", foreign).by(kExchange, "EXCH").with({kUniversity});
  CHECK(letter(reg.submit(at(act))) == "R:SUBJECT_NOT_FOUND");
  reg.put(subject_row("fpat:US/10000000-B2"), json(R"({"status":"REPORTED"})"));
  CHECK(letter(Register(reg).submit(at(act))) == "OK");
  // Of a right that is only reported no burden can be compared.
  const std::string license = hash_of('1') + "/0";
  CHECK(letter(reg.submit(at(stating(act, {}, {license})))) == "R:LISTING_ENCUMBRANCE_HIDDEN");
}

TEST_CASE("a price has the members of its mode, or is a commitment", "[market]") {
  const std::pair<const char*, const char*> prices[] = {
      {R"({"mode":"NEGOTIABLE"})", "OK"},
      {R"({"amount":{"fen":5},"mode":"FIXED"})", "OK"},
      {R"({"amount":{"amount":"5.00","cur":"USD"},"mode":"FIXED"})", "OK"},
      {R"({"max":{"fen":9},"min":{"fen":9},"mode":"RANGE"})", "OK"},
      {R"({"mode":"FIXED"})", "R:SCHEMA_INVALID"},
      {R"({"amount":{"fen":5},"mode":"NEGOTIABLE"})", "R:SCHEMA_INVALID"},
      {R"({"max":{"fen":9},"mode":"RANGE"})", "R:SCHEMA_INVALID"},
      {R"({"max":{"fen":8},"min":{"fen":9},"mode":"RANGE"})", "R:SCHEMA_INVALID"},
      {R"({"max":{"amount":"9.00","cur":"USD"},"min":{"fen":9},"mode":"RANGE"})", "R:AMOUNT_INVALID"},
      {R"({"max":{"fen":9},"mode":"AUCTION"})", "R:SCHEMA_INVALID"},
      {R"({"mode":"AUCTION"})", "R:SCHEMA_INVALID"}};  // three kinds of deal
  for (const auto& [price, says] : prices) {
    INFO(price);
    Register reg = granted();
    const std::string code = letter(reg.submit(listing(reg).set("price", json(price))));
    CHECK((code == says || (std::string_view(says) == "R:AMOUNT_INVALID" && code.find("AMOUNT_INVALID") != std::string::npos)));
  }
  Register reg = granted();
  CHECK(letter(reg.submit(listing(reg).set("price_commit", hash_of('a')))) == "R:SCHEMA_INVALID");
  reg.must(for_auction(reg).set("price", json(R"({"mode":"AUCTION"})")));
}

TEST_CASE("a listing ends behind its last day", "[market]") {
  Register reg = granted();
  CHECK(letter(reg.submit(listing(reg).set("to", "2026-11-08"))) == "R:EVENT_BEFORE_PRIOR");
  CHECK(letter(reg.submit(listing(reg).set("from", "2027-01-01"))) == "R:EVENT_BEFORE_PRIOR");
  reg.must(listing(reg).set("to", kDay));
  CHECK(letter(Register(reg).submit(offer(kCompany))) == "OK");
  reg.today("2026-11-10");
  CHECK(letter(Register(reg).submit(offer(kCompany))) == "R:STATE_FORBIDS");
  CHECK(letter(Register(reg).submit(change(reg))) == "R:EVENT_BEFORE_PRIOR");
  reg.must(change(reg).set("to", "2026-12-31"));
  CHECK(letter(reg.submit(offer(kCompany))) == "OK");
}

TEST_CASE("a change states the burdens anew, and exchange and sellers make it", "[market]") {
  Register reg = listed();
  const std::string license = reg.must(contract("new", license_right("ORD"), kRival)) + "/0";
  CHECK(letter(reg.submit(change(reg))) == "R:LISTING_ENCUMBRANCE_HIDDEN");
  reg.must(stating(change(reg), {}, {license}).set("price", json(R"({"amount":{"fen":7},"mode":"FIXED"})")));
  CHECK(reg.row(listing_key()).find("price")->text_of("mode") == "FIXED");
  CHECK((reg.row(listing_key()).items_of("licenses") == Value::Items{license}));
  reg.must(stating(change(reg), {}, {license}).set("price_commit", hash_of('a')));
  CHECK_FALSE(reg.row(listing_key()).find("price"));
  CHECK(letter(reg.submit(change(reg).set("price", json(R"({"mode":"FIXED"})")))).find("SCHEMA_INVALID") != std::string::npos);
  CHECK(letter(reg.submit(change(reg).set("price", json(R"({"max":{"fen":9},"min":{"amount":"9.00","cur":"USD"},"mode":"RANGE"})")))).find(
            "AMOUNT_INVALID") != std::string::npos);
  CHECK(letter(reg.submit(stating(change(reg), {}, {license}).set("seller", Value::Items{kCompany}).by(kExchange, "EXCH").with({kCompany}))) ==
        "R:ROLE_NOT_PERMITTED");
  CHECK(letter(reg.submit(removal().set("seller", Value::Items{kCompany}).by(kExchange, "EXCH").with({kCompany}))) == "R:ROLE_NOT_PERMITTED");
  reg.put(role_row(kRegistry, "EXCH"), json(R"({"grants":[{"from_index":0}]})"));
  CHECK(letter(reg.submit(removal().by(kRegistry, "EXCH").with({kUniversity}))) == "R:ROLE_NOT_PERMITTED");
  reg.must(removal());
  CHECK(reg.status_of(listing_key()) == "DELISTED");
  for (const Act& act : {removal(), stating(change(reg), {}, {license}), offer(kCompany)}) {
    CHECK(letter(reg.submit(act)) == "R:STATE_FORBIDS");
  }
}

TEST_CASE("nothing happens on a listing that is not there", "[market][auction]") {
  Register reg = listed();
  const std::string made = reg.must(offer(kCompany));
  for (const Act& act : {offer(kCompany), acceptance(made), rejection(made), change(reg), removal(), auction("ENGLISH"), bid(made, {}, kCompany, 1),
                         sealed_bid(made, {}, kCompany, 1), revealed(made, made, kCompany, 1), closed(made)}) {
    CHECK(Register(reg).submit(Act(act).set("listing", listing_key("2"))).codes().find("SUBJECT_NOT_FOUND") != std::string::npos);
  }
}

TEST_CASE("an offer is for what is listed, in its time, and not to oneself", "[market]") {
  Register reg = listed();
  reg.must(offer(kCompany));
  CHECK(letter(reg.submit(offer(kCompany, "SOLE"))) == "R:SCHEMA_INVALID");
  CHECK(letter(reg.submit(offer(kCompany).set("valid_to", "2026-11-08"))) == "R:EVENT_BEFORE_PRIOR");
  CHECK(letter(reg.submit(offer(kUniversity))) == "R:SELF_DEALING");
  Act joint = offer(kCompany).set("from", set_of({kCompany, kUniversity}));
  CHECK(letter(reg.submit(joint.with({kUniversity}))) == "R:SELF_DEALING");
  CHECK(letter(reg.submit(offer(kCompany).set("from", set_of({kCompany, kRival})))) == "R:MISSING_SIGNATURE");
  // The seller is not the agent of who buys from it.
  Act mandate("mandate.grant", R"({"from":"2026-01-01","powers":["MARKET"]})");
  reg.must(at(mandate.set("agent", kAgency).set("principal", kRival).by(kRival, "PARTY").with({kAgency})));
  const Act by_agent = offer(kRival).by(kAgency, "AGENT").with({kRival}).acting_for(kRival);
  CHECK(letter(Register(reg).submit(by_agent)) == "OK");
  Value row = reg.row(listing_key());
  row.set("seller", set_of({kAgency, kUniversity}));
  reg.put(subject_row(listing_key()), row);
  CHECK(letter(reg.submit(by_agent)) == "R:SELF_DEALING");
}

TEST_CASE("a co-owner may buy from the others", "[market]") {
  Register reg = granted();
  share_with_coowner(reg);
  reg.must(listing(reg).set("seller", set_of({kUniversity, kCoowner})).with({kCoowner}));
  reg.must(offer(kCoowner));
  CHECK(letter(reg.submit(offer(kCoowner).set("from", set_of({kUniversity, kCoowner})).with({kUniversity}))) == "R:SELF_DEALING");
}

TEST_CASE("what is for auction is not offered for", "[market]") {
  Register reg = granted();
  reg.must(for_auction(reg));
  CHECK(letter(reg.submit(offer(kCompany))) == "R:STATE_FORBIDS");
}

TEST_CASE("an offer is answered once, by the sellers, in its time", "[market]") {
  Register reg = listed();
  const std::string made = reg.must(offer(kCompany));
  CHECK(letter(reg.submit(acceptance(made).set("from", Value::Items{kRival}).by(kRival, "PARTY"))) == "R:ROLE_NOT_PERMITTED");
  CHECK(letter(reg.submit(rejection(made).set("from", Value::Items{kRival}).by(kRival, "PARTY"))) == "R:ROLE_NOT_PERMITTED");
  Register late = reg;
  late.today("2026-11-20");
  CHECK(letter(Register(late).submit(acceptance(made))) == "OK");
  late.today("2026-11-21");
  CHECK(letter(late.submit(acceptance(made))) == "R:STATE_FORBIDS");
  CHECK(letter(late.submit(rejection(made))) == "OK");

  const std::string other = reg.must(offer(kRival, "ORD"));
  const std::string no = reg.must(rejection(other));
  const Outcome twice = reg.submit(acceptance(other));
  CHECK(letter(twice) == "R:STATE_FORBIDS");
  CHECK(twice.issues[0].blocking == std::vector<std::string>{no});
  reg.must(acceptance(made));
  CHECK(reg.status_of(listing_key()) == "PENDING");
  CHECK(letter(reg.submit(rejection(made))) == "R:STATE_FORBIDS");
  CHECK(letter(reg.submit(acceptance(reg.must(consent_of(kRival, "transfer.contract"))))) == "R:REF_WRONG_TYPE");
}

TEST_CASE("an offer on another listing is no offer on this one", "[market]") {
  Register reg = listed();
  reg.must(listing(reg).set("listing", listing_key("2")));
  const std::string made = reg.must(offer(kCompany).set("listing", listing_key("2")));
  CHECK(letter(reg.submit(acceptance(made))) == "R:REF_WRONG_TYPE");
  CHECK(letter(reg.submit(rejection(made))) == "R:REF_WRONG_TYPE");
}

TEST_CASE("all sellers accept, one of them rejects", "[market]") {
  Register reg = granted();
  share_with_coowner(reg);
  reg.must(listing(reg).set("seller", set_of({kUniversity, kCoowner})).with({kCoowner}));
  const std::string made = reg.must(offer(kCompany));
  CHECK(letter(reg.submit(acceptance(made))) == "R:ROLE_NOT_PERMITTED");
  CHECK(letter(Register(reg).submit(rejection(made))) == "OK");
  reg.must(acceptance(made).set("from", set_of({kUniversity, kCoowner})).with({kCoowner}));
}

TEST_CASE("who has sold the patent elsewhere accepts no offer on it", "[market]") {
  Register reg = listed();
  const std::string made = reg.must(offer(kCompany));
  Value row = reg.row(kPatent);
  row.set("owners", Value::Items{Value(Value::Members{{"party", kRival}})});
  reg.put(subject_row(kPatent), row);
  CHECK(letter(reg.submit(acceptance(made))) == "R:NOT_RIGHT_HOLDER");
  CHECK(letter(reg.submit(change(reg))) == "R:NOT_RIGHT_HOLDER");
}

TEST_CASE("an ordinary licence leaves the listing to others, anything else takes it", "[market]") {
  Register reg = listed();
  const std::string first = reg.must(offer(kCompany, "ORD"));
  const std::string second = reg.must(offer(kRival, "ORD"));
  const std::string sale = reg.must(offer(kCoowner, "TRANSFER"));
  const std::string exclusive = reg.must(offer(kLender, "EXCL"));
  reg.must(acceptance(first));
  CHECK(reg.status_of(listing_key()) == "ACTIVE");
  reg.must(acceptance(second));
  reg.must(acceptance(exclusive));
  CHECK(reg.status_of(listing_key()) == "PENDING");
  CHECK(letter(reg.submit(acceptance(sale))) == "R:STATE_FORBIDS");
  CHECK(letter(reg.submit(offer(kCompany, "ORD"))) == "R:STATE_FORBIDS");
  CHECK(letter(reg.submit(change(reg))) == "R:STATE_FORBIDS");
  // A deal that comes to nothing: the listing ends, and another may follow.
  reg.must(removal());
  CHECK_FALSE(reg.row(listing_key()).find("pending"));
}
