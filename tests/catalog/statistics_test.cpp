// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/statistics.hpp"

#include <algorithm>
#include <set>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "tests/catalog/markets.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

Months months(const char* from, const char* until) { return {*parse_date(from), *parse_date(until)}; }
const Months kNovember = months("2026-11-01", "2026-11-30");

/// `indicator class[green] count[/stated] fen tech_fen` of an indicator's cells, one behind the other.
std::string says(const RowReader& rows, std::string_view indicator, const Months& asked = kNovember) {
  std::string text;
  for (const StatisticCell& cell : count_months(rows, *find_indicator(indicator), asked)) {
    text += (text.empty() ? "" : "; ") + cell.word + (cell.green ? "*" : "") + (cell.word.empty() ? "" : " ") + std::to_string(cell.count);
    if (cell.stated) text += "/" + std::to_string(cell.stated) + " " + std::to_string(cell.fen);
    if (cell.tech_fen) text += " " + std::to_string(cell.tech_fen);
  }
  return text;
}

Act applied(std::string_view local, std::int64_t sum = 1000) {
  Act act("techreg.apply", R"({"kind":"LIC-P"})");
  act.set("ctr", key_of(local)).set("amount", fen(sum)).set("tech_amount", fen(sum - 100));
  return at(act.by(kUniversity, "PARTY"));
}

Act decided(std::string_view local, const char* no, std::int64_t sum = 1000) {
  Act act("techreg.decide", R"({"kind":"LIC-P"})");
  act.set("ctr", key_of(local)).set("amount", fen(sum)).set("tech_amount", fen(sum - 100)).set("tech_income", fen(0));
  return at(act.set("reg_no", no).set("decision_date", kDay).by(kRegistry, "REG"));
}

Act cancelled(std::string_view local, const char* no) {
  Act act("techreg.cancel", R"({"reason":"合同无效"})");
  return at(act.set("ctr", key_of(local)).set("reg_no", no).set("date", kDay).by(kRegistry, "REG"));
}

Act local_contract(std::string_view local) { return contract(local, license_right("ORD"), kCompany).set("direction", "LOCAL"); }

/// A snapshot by the exchange, as the ledger would state it itself.
Act snapshot(const Register& reg, const char* query, const char* from = "2026-11-01", const char* until = "2026-11-30") {
  Act act("stat.snapshot", "{}");
  const Value result = to_value(answer_query(reg, reg.pack(), query, months(from, until)));
  act.set("query", query).set("from", from).set("until", until);
  if (!result.items().empty()) act.set("result", result);
  return act.set("result_hash", to_sha256_id(statistic_hash(query, months(from, until), result))).by(kExchange, "GOV").on("2026-12-01");
}

/// Two contracts that were registered in November, on the first day of December.
Register two_registered() {
  Register reg = granted();
  reg.must(local_contract("a").set("green_codes", Value::Items{"B01"}));
  reg.must(local_contract("b"));
  reg.must(applied("a"));
  reg.must(applied("b", 500));
  reg.must(decided("a", "2026500100000017"));
  reg.must(decided("b", "2026500100000018", 500));
  return reg;
}

}  // namespace

TEST_CASE("a patent's life counts by its type, month by month", "[statistics]") {
  const Register reg = granted();
  CHECK(says(reg, "patent.filed", months("2022-05-01", "2022-05-31")) == "INV 1");
  CHECK(says(reg, "patent.filed", months("2022-06-01", "2026-12-31")).empty());
  CHECK(says(reg, "patent.published", months("2022-01-01", "2026-12-31")) == "INV 1");
  CHECK(says(reg, "patent.granted", months("2022-01-01", "2026-12-31")) == "INV 1");
  Register lapsing = granted(Fees::lapsing);
  lapsing.today("2026-11-23");
  lapsing.must(lapse());
  CHECK(says(lapsing, "patent.lapsed", months("2022-01-01", "2026-12-31")) == "INV 1");
  CHECK(says(lapsing, "patent.lapsed_unpaid", months("2022-01-01", "2026-12-31")) == "INV 1");
}

TEST_CASE("a corrected date takes the grant to its month", "[statistics]") {
  Register reg;
  grow(reg, PatentStatus::allowed);
  const std::string id = reg.must(grant());
  const Months all = months("2020-01-01", "2026-12-31");
  REQUIRE(says(reg, "patent.granted", all) == "INV 1");
  const std::string date(reg.row(kPatent).find("grant")->text_of("date"));
  const Date day = *parse_date(date);
  const std::string later = to_string(add_months(day, 1));
  reg.must(Act("correction", R"({"field":"grant_date","reason":"笔误"})").set("target", id).set("old", date).set("new", later));
  CHECK(says(reg, "patent.granted", {day, day}).empty());
  CHECK(says(reg, "patent.granted", {add_months(day, 1), add_months(day, 1)}) == "INV 1");
  CHECK(says(reg, "patent.granted", all) == "INV 1");
}

TEST_CASE("a registration counts where it was decided, by direction and by kind, green apart", "[statistics]") {
  Register reg = two_registered();
  CHECK(says(reg, "techreg.registered") == "LOCAL 1/1 500 400; LOCAL* 1/1 1000 900");
  CHECK(says(reg, "techreg.kinds") == "LIC-P 1/1 500 400; LIC-P* 1/1 1000 900");
  CHECK(says(reg, "contract.signed") == "LIC-P 1; LIC-P* 1");
  CHECK(says(reg, "techreg.registered", months("2026-12-01", "2026-12-31")).empty());
}

TEST_CASE("what is entered in the next month counts in that of the decision", "[statistics]") {
  Register reg = granted();
  reg.must(local_contract("a"));
  reg.must(applied("a"));
  reg.today("2026-12-01");
  reg.must(decided("a", "2026500100000017").set("decision_date", "2026-11-30"));
  CHECK(says(reg, "techreg.registered") == "LOCAL 1/1 1000 900");
  CHECK(says(reg, "techreg.registered", months("2026-12-01", "2026-12-31")).empty());
}

TEST_CASE("a cancelled registration is taken back where it counted", "[statistics]") {
  Register reg = two_registered();
  reg.today("2026-12-15");
  reg.must(cancelled("a", "2026500100000017").set("date", "2026-12-15"));
  CHECK(says(reg, "techreg.registered") == "LOCAL 1/1 500 400");
  CHECK(says(reg, "techreg.kinds") == "LIC-P 1/1 500 400");
  CHECK(says(reg, "techreg.cancelled", months("2026-12-01", "2026-12-31")) == "1");
  // Registered again under another number, it counts again, once.
  reg.must(applied("a").on("2026-12-15"));
  reg.must(decided("a", "2026500100000019").set("decision_date", "2026-12-15"));
  CHECK(says(reg, "techreg.registered", months("2026-11-01", "2026-12-31")) == "LOCAL 1/1 500 400; LOCAL* 1/1 1000 900");
}

TEST_CASE("a refusal is no registration", "[statistics]") {
  Register reg = granted();
  reg.must(local_contract("a"));
  reg.must(applied("a"));
  Act refusal("techreg.decide", R"({"refused_reason":"不属于技术合同"})");
  reg.must(at(refusal.set("ctr", key_of("a")).set("decision_date", kDay).by(kRegistry, "REG")));
  CHECK(says(reg, "techreg.registered").empty());
  CHECK(says(reg, "techreg.refused") == "1");
}

TEST_CASE("each licence of a contract counts under its kind, a sublicence under its own", "[statistics]") {
  Register reg = granted();
  Value right = license_right("SOLE");
  right.set("sublicense_allowed", true);
  const std::string id = reg.must(contract("a", right, kCompany));
  CHECK(says(reg, "license.granted") == "SOLE 1");
  reg.must(sublicense(id + "/0"));
  CHECK(says(reg, "license.granted") == "SOLE 1; SUB 1");
  reg.must(ends("contract.rescind", "a"));
  CHECK(says(reg, "contract.ended") == "RESCINDED 1");
  CHECK(says(reg, "license.granted") == "SOLE 1; SUB 1");
}

TEST_CASE("a refused record counts for nothing", "[statistics]") {
  Register reg = granted();
  CHECK(letter(reg.submit(applied("a"))) == "R:SUBJECT_NOT_FOUND");
  CHECK(reg.find(statistic_row("2026-11", "techreg.registered")) == nullptr);
  CHECK(reg.find(statistic_row("2026-11", "contract.signed")) == nullptr);
}

TEST_CASE("a snapshot states what anybody can count anew", "[statistics]") {
  Register reg = two_registered();
  reg.today("2026-12-01");
  for (const std::string_view query : statistic_queries()) {
    INFO(query);
    CHECK(letter(reg.submit(snapshot(reg, std::string(query).c_str()))) == "OK");
  }
  CHECK(letter(reg.submit(snapshot(reg, "PATENTS", "2022-01-01", "2026-11-30").with({kCourt, kIpo}))) == "OK");
  CHECK(letter(reg.submit(snapshot(reg, "CONTRACTS", "2017-01-01", "2017-01-31"))) == "OK");
}

TEST_CASE("a snapshot with one changed number is refused, and both numbers are named", "[statistics]") {
  Register reg = two_registered();
  reg.today("2026-12-01");
  const Value result = to_value(answer_query(reg, reg.pack(), "CONTRACTS", kNovember));
  const auto with = [&](std::size_t i, const char* member, Value value) {
    Value changed = result;
    changed.items()[i].set(member, std::move(value));
    return snapshot(reg, "CONTRACTS").set("result", changed);
  };
  // contract.signed twice, techreg.kinds twice, techreg.registered twice
  REQUIRE(result.items().size() == 6);
  Outcome out = reg.submit(with(4, "count", 2));
  REQUIRE(out.codes() == "STATISTIC_MISMATCH");
  CHECK(out.issues[0].pointer == "/data/result/4/count");
  CHECK(out.issues[0].detail == "techreg.registered LOCAL: 2, 1");
  out = reg.submit(with(5, "fen", 999));
  REQUIRE(out.codes() == "STATISTIC_MISMATCH");
  CHECK(out.issues[0].pointer == "/data/result/5/fen");
  CHECK(out.issues[0].detail == "techreg.registered LOCAL green: 999, 1000");
  out = reg.submit(with(5, "class", "EXPORT"));
  REQUIRE(out.codes() == "STATISTIC_MISMATCH");
  CHECK(out.issues[0].pointer == "/data/result/5");
  out = reg.submit(with(4, "green", false));
  CHECK(out.codes() == "STATISTIC_MISMATCH");
  Value shorter = result;
  shorter.items().pop_back();
  out = reg.submit(snapshot(reg, "CONTRACTS").set("result", shorter));
  REQUIRE(out.codes() == "STATISTIC_MISMATCH");
  CHECK(out.issues[0].detail == "-, techreg.registered LOCAL green");
  out = reg.submit(snapshot(reg, "CONTRACTS").set("result_hash", kSomeHash));
  REQUIRE(out.codes() == "STATISTIC_MISMATCH");
  CHECK(out.issues[0].pointer == "/data/result_hash");
}

TEST_CASE("a record that comes in behind the question is seen", "[statistics]") {
  Register reg = two_registered();
  reg.today("2026-12-01");
  const Act asked = snapshot(reg, "CONTRACTS");
  reg.must(local_contract("c"));
  CHECK(letter(reg.submit(asked)) == "R:STATISTIC_MISMATCH");
  CHECK(letter(reg.submit(snapshot(reg, "CONTRACTS"))) == "OK");
}

TEST_CASE("a snapshot is of whole months that are over", "[statistics]") {
  Register reg = two_registered();
  reg.today("2026-11-30");
  CHECK(letter(reg.submit(snapshot(reg, "CONTRACTS").on("2026-11-30"))) == "R:FUTURE_EVENT_DATE");
  reg.today("2026-12-01");
  CHECK(letter(Register(reg).submit(snapshot(reg, "CONTRACTS"))) == "OK");
  CHECK(letter(reg.submit(snapshot(reg, "CONTRACTS", "2026-11-02"))) == "R:SCHEMA_INVALID");
  CHECK(letter(reg.submit(snapshot(reg, "CONTRACTS", "2026-11-01", "2026-11-29"))) == "R:SCHEMA_INVALID");
  CHECK(letter(reg.submit(snapshot(reg, "CONTRACTS", "2026-12-01", "2026-11-30"))) == "R:SCHEMA_INVALID");
  CHECK(letter(Register(reg).submit(snapshot(reg, "CONTRACTS", "2016-12-01", "2026-11-30"))) == "OK");
  CHECK(letter(reg.submit(snapshot(reg, "CONTRACTS", "2016-11-01", "2026-11-30"))) == "R:SCHEMA_INVALID");
}

TEST_CASE("validators' institutions sign a snapshot, and nobody else", "[statistics]") {
  Register reg = two_registered();
  reg.today("2026-12-01");
  CHECK(letter(Register(reg).submit(snapshot(reg, "CONTRACTS").by(kRegistry, "GOV").envelope("signers", Value::Items{kRegistry}))) == "OK");
  CHECK(letter(reg.submit(snapshot(reg, "CONTRACTS").by(kCompany, "GOV").envelope("signers", Value::Items{kCompany}))) == "R:ROLE_NOT_PERMITTED");
  CHECK(letter(reg.submit(snapshot(reg, "CONTRACTS").with({kCompany}))) == "R:ROLE_NOT_PERMITTED");
  CHECK(letter(reg.submit(snapshot(reg, "CONTRACTS").by(kExchange, "EXCH"))) == "R:ROLE_NOT_PERMITTED");
}

TEST_CASE("fewer than five prices are not shown, and a committed price is never counted", "[statistics]") {
  Register reg = granted();
  Value seller = reg.party(kUniversity);
  seller.set("kind", "ORG");  // it need not announce its prices
  reg.put(party_row(kUniversity), seller);
  const auto deal = [&](const std::string& local, bool open) {
    reg.must(local_contract(local));
    Act act("deal.confirm", R"({"fees":{"fen":0}})");
    act.set("ctr", key_of(local)).set("date", kDay).set("buyer", Value::Items{kCompany}).set("seller", Value::Items{kUniversity});
    if (open) {
      act.set("price", fen(60'000));
    } else {
      act.set("price_commit", kSomeHash);
    }
    reg.must(at(act.by(kExchange, "EXCH").with({kCompany, kUniversity})));
  };
  const auto answer = [&] { return to_canonical(to_value(answer_query(reg, reg.pack(), "MARKET", kNovember))); };
  for (const char* local : {"a", "b", "c", "d"}) deal(local, true);
  deal("e", false);
  CHECK(answer() == R"([{"class":"PRIVATE","count":5,"indicator":"deal.confirmed","suppressed":true}])");
  deal("f", true);
  CHECK(answer() == R"([{"class":"PRIVATE","count":6,"fen":300000,"indicator":"deal.confirmed","stated":5}])");
}

TEST_CASE("a price that the auction found counts as such", "[statistics]") {
  Register reg = granted();
  reg.must(for_auction(reg));
  CHECK(says(reg, "market.listed") == "ONLINE 1");
  const std::string opened = reg.must(auction("ENGLISH"));
  CHECK(says(reg, "auction.opened") == "ENGLISH 1");
  reg.today("2026-11-12");
  reg.must(closed(opened));
  CHECK(says(reg, "auction.closed") == "UNSOLD 1");
}

TEST_CASE("a sum that has reached the greatest number stays there", "[statistics]") {
  Register reg = granted();
  reg.put(statistic_row("2026-11", "techreg.registered"),
          json(R"({"cells":[{"class":"LOCAL","count":1,"fen":9007199254740000,"stated":1,"tech_fen":5}]})"));
  reg.must(local_contract("a"));
  reg.must(applied("a"));
  reg.must(decided("a", "2026500100000017"));
  CHECK(says(reg, "techreg.registered") == "LOCAL 2/2 9007199254740991 905");
  reg.must(cancelled("a", "2026500100000017"));
  CHECK(says(reg, "techreg.registered") == "LOCAL 1/1 9007199254740991 5");
}

TEST_CASE("the tables of the statistics fit the catalogue", "[statistics][catalog]") {
  std::string_view last;
  for (const Indicator& each : indicators()) {
    INFO(each.name);
    CHECK(last < each.name);
    last = each.name;
    CHECK_FALSE((each.zh.empty() || each.en.empty() || each.query.empty()));
    CHECK(each.class_zh.empty() == each.class_en.empty());
    CHECK((each.fen || (!each.tech_fen && !each.price)));
    const auto types = counted_types(each.name);
    CHECK_FALSE(types.empty());
    for (const std::string_view type : types) CHECK(find_record_type(type) != nullptr);
  }
  CHECK(indicator_names().size() == indicators().size());
  CHECK(std::ranges::is_sorted(statistic_queries()));
  CHECK(find_indicator("patent.unheard_of") == nullptr);
  // One record moves a handful of rows at most.
  for (const RecordType* type : record_types()) {
    const auto moved = std::ranges::count_if(indicators(), [&](const Indicator& each) {
      return std::ranges::count(counted_types(each.name), type->name) != 0;
    });
    INFO(type->name);
    CHECK(moved <= 3);
  }
}
