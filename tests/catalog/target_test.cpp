// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/target.hpp"

#include "tests/catalog/markets.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;

/// A ledger on 2029-01-05, with the department that sets targets.
Register later() {
  Register reg = granted();
  reg.put(role_row(kRegistry, "DRC"), json(R"({"grants":[{"from_index":0}]})"));
  reg.today("2029-01-05");
  return reg;
}

/// So many green contracts, and so many fen, that were registered in a month.
void put_month(Register& reg, const char* month, std::int64_t count, std::int64_t sum) {
  Value cell(Value::Members{{"class", "LOCAL"}, {"count", count}, {"fen", sum}, {"green", true}, {"stated", count}, {"tech_fen", sum / 2}});
  reg.put(statistic_row(month, "techreg.registered"), Value::Members{{"cells", Value::Items{cell}}});
}

Act by_department(Act act) { return act.by(kRegistry, "DRC").on("2029-01-05"); }

/// +20 % a year from 2025 on, of the number (at least) or of the sum (more than that).
Act growth_target(const char* id, const char* measure) {
  Act act("target.set", R"({"base_year":2025,"clause":"二","due":"2028-12-31","indicator":"techreg.registered","test":"GROWTH","unit":"项","values":[6,5]})");
  act.set("id", id).set("measure", measure).set("op", measure == std::string_view("COUNT") ? "GE" : "GT");
  return by_department(act.set("green", true).set("source_doc_hash", kSomeHash));
}

Act total_target(const char* id, const char* op, const char* values) {
  Act act("target.set", R"({"base_year":2026,"clause":"二","due":"2028-12-31","indicator":"techreg.registered","measure":"COUNT","test":"TOTAL","unit":"项"})");
  return by_department(act.set("id", id).set("op", op).set("values", json(std::string(R"({"v":)") + values + "}").find("v")->items()).set("source_doc_hash", kSomeHash));
}

Value month(const char* first, std::int64_t value) { return Value::Members{{"from", first}, {"value", value}}; }

Act report(const char* id, int year, std::int64_t value, const char* outcome, Value::Items rows) {
  Act act("target.report", "{}");
  act.set("target", "tgt:" + std::string(id)).set("year", year).set("value", value).set("outcome", outcome);
  if (!rows.empty()) act.set("months", std::move(rows));
  return by_department(act);
}

/// A report of one month in the base year and one in 2026.
std::string judged(std::int64_t base_count, std::int64_t count, std::int64_t base_fen, std::int64_t fen, const char* measure, const char* outcome) {
  Register reg = later();
  if (base_count) put_month(reg, "2025-03", base_count, base_fen);
  put_month(reg, "2026-11", count, fen);
  reg.must(growth_target("t", measure));
  const bool number = measure == std::string_view("COUNT");
  const std::int64_t base = number ? base_count : base_fen;
  const std::int64_t value = number ? count : fen;
  Value::Items rows;
  if (base) rows.push_back(month("2025-03-01", base));
  rows.push_back(month("2026-11-01", value));
  return letter(reg.submit(report("t", 2026, value, outcome, rows).set("base_value", base)));
}

}  // namespace

TEST_CASE("growth is compared in whole numbers", "[target]") {
  const Growth least{6, 5, false};
  const Growth more{6, 5, true};
  CHECK(has_grown(100, 120, 1, least) == true);
  CHECK(has_grown(100, 119, 1, least) == false);
  CHECK(has_grown(100, 120, 1, more) == false);
  CHECK(has_grown(100, 121, 1, more) == true);
  CHECK(has_grown(1000, 1728, 3, least) == true);
  CHECK(has_grown(1000, 1727, 3, least) == false);
  CHECK(has_grown(1000, 1728, 3, more) == false);
  CHECK(has_grown(0, 100, 1, least) == std::nullopt);
  // The greatest values and 28 years: neither side overflows.
  CHECK(has_grown(kMost, kMost, 28, least) == false);
  CHECK(has_grown(1, kMost, 28, least) == true);
  CHECK(has_grown(kMost, kMost, 28, {1, 1, false}) == true);
  CHECK(has_grown(kMost, kMost, 28, {1, 1, true}) == false);
  CHECK(growth_fits(least, 28));
  CHECK_FALSE(growth_fits(least, 30));
  CHECK_FALSE(growth_fits({1'000'000, 999'999, false}, 4));
  CHECK(growth_fits({1'000'000, 999'999, false}, 3));
  CHECK_FALSE(growth_fits({6, 0, false}, 1));
}

TEST_CASE("a number that grew by 20 % has reached it, a sum must grow by more", "[target]") {
  CHECK(judged(100, 120, 1, 1, "COUNT", "PASSED") == "OK");
  CHECK(judged(100, 119, 1, 1, "COUNT", "FAILED") == "OK");
  CHECK(judged(100, 120, 1, 1, "COUNT", "FAILED") == "R:TARGET_MISMATCH");
  CHECK(judged(9, 9, 100, 120, "FEN", "FAILED") == "OK");
  CHECK(judged(9, 9, 100, 120, "FEN", "PASSED") == "R:TARGET_MISMATCH");
  CHECK(judged(9, 9, 100, 121, "FEN", "PASSED") == "OK");
}

TEST_CASE("growth from nothing is undefined, which is no pass", "[target]") {
  CHECK(judged(0, 100, 0, 100, "COUNT", "UNDEFINED") == "OK");
  CHECK(judged(0, 100, 0, 100, "COUNT", "PASSED") == "R:TARGET_MISMATCH");
}

TEST_CASE("three years of 20 % take a thousand to 1728", "[target]") {
  Register reg = later();
  put_month(reg, "2025-06", 1000, 1);
  put_month(reg, "2028-01", 1700, 1);
  put_month(reg, "2028-12", 28, 1);
  reg.must(growth_target("t", "COUNT"));
  const Value::Items rows{month("2025-06-01", 1000), month("2028-01-01", 1700), month("2028-12-01", 28)};
  reg.must(report("t", 2028, 1728, "PASSED", rows).set("base_value", 1000));
  const Value kept = *reg.row("tgt:t").find("report");
  CHECK(kept.text_of("outcome") == "PASSED");
  CHECK(kept.integer_of("value") == 1728);
  put_month(reg, "2028-12", 27, 1);
  // Number, row and outcome: everything that differs is said.
  const Outcome out = reg.submit(report("t", 2028, 1728, "PASSED", rows).set("base_value", 1000));
  CHECK(letter(out) == "R:TARGET_MISMATCH");
  CHECK(out.issues.size() == 3);
}

TEST_CASE("a report with another number is refused, and both are named", "[target]") {
  Register reg = later();
  put_month(reg, "2025-06", 100, 1);
  put_month(reg, "2026-02", 120, 1);
  reg.must(growth_target("t", "COUNT"));
  const Value::Items rows{month("2025-06-01", 100), month("2026-02-01", 120)};
  const auto refusal = [&](const Act& act) {
    const Outcome out = reg.submit(act);
    REQUIRE(out.codes() == "TARGET_MISMATCH");
    return out.issues[0].pointer + " " + out.issues[0].detail;
  };
  CHECK(refusal(report("t", 2026, 121, "PASSED", rows).set("base_value", 100)) == "/data/value 121, 120");
  CHECK(refusal(report("t", 2026, 120, "PASSED", rows).set("base_value", 99)) == "/data/base_value 99, 100");
  CHECK(refusal(report("t", 2026, 120, "PASSED", rows)) == "/data/base_value -, 100");
  CHECK(refusal(report("t", 2026, 120, "PASSED", {month("2025-06-01", 100), month("2026-03-01", 120)}).set("base_value", 100)) ==
        "/data/months/1 2026-03 120, 2026-02 120");
  CHECK(refusal(report("t", 2026, 120, "PASSED", {month("2025-06-01", 100)}).set("base_value", 100)) == "/data/months/1 -, 2026-02 120");
  reg.must(report("t", 2026, 120, "PASSED", rows).set("base_value", 100));
}

TEST_CASE("a total counts from its first year to the one reported", "[target]") {
  Register reg = later();
  put_month(reg, "2025-12", 7, 1);
  put_month(reg, "2026-01", 60, 1);
  put_month(reg, "2027-12", 40, 1);
  reg.must(total_target("least", "GE", "[100]"));
  reg.must(total_target("more", "GT", "[100]"));
  reg.must(total_target("range", "RANGE", "[50,99]"));
  const Value::Items one{month("2026-01-01", 60)};
  const Value::Items both{month("2026-01-01", 60), month("2027-12-01", 40)};
  reg.must(report("least", 2026, 60, "FAILED", one));
  reg.must(report("least", 2027, 100, "PASSED", both));
  reg.must(report("more", 2027, 100, "FAILED", both));
  reg.must(report("range", 2026, 60, "PASSED", one));
  reg.must(report("range", 2027, 100, "FAILED", both));
}

TEST_CASE("a sum is undefined while a record that counts states none", "[target]") {
  Register reg = later();
  reg.put(statistic_row("2025-01", "pledge.registered"), json(R"({"cells":[{"count":1,"fen":100,"stated":1}]})"));
  reg.put(statistic_row("2026-01", "pledge.registered"), json(R"({"cells":[{"count":2,"fen":900,"stated":1}]})"));
  reg.must(growth_target("t", "FEN").set("indicator", "pledge.registered"));
  // `green` asks for green pledges alone, and there are none.
  CHECK(letter(reg.submit(report("t", 2026, 0, "UNDEFINED", {}).set("base_value", 0))) == "OK");
  Act all("target.set", R"({"base_year":2025,"clause":"二","due":"2028-12-31","id":"u","indicator":"pledge.registered","measure":"FEN","op":"GE","test":"GROWTH","unit":"分","values":[6,5]})");
  reg.must(by_department(all.set("source_doc_hash", kSomeHash)));
  const Value::Items rows{month("2025-01-01", 100), month("2026-01-01", 900)};
  CHECK(letter(reg.submit(report("u", 2026, 900, "PASSED", rows).set("base_value", 100))) == "R:TARGET_MISMATCH");
  CHECK(letter(reg.submit(report("u", 2026, 900, "UNDEFINED", rows).set("base_value", 100))) == "OK");
}

TEST_CASE("a target is set once, in a form that can be judged", "[target]") {
  Register reg = later();
  const std::string first = reg.must(growth_target("t", "COUNT"));
  const Outcome twice = reg.submit(growth_target("t", "FEN"));
  CHECK(letter(twice) == "R:STATE_FORBIDS");
  CHECK(twice.issues[0].blocking == std::vector<std::string>{first});
  const auto invalid = [&](const Act& act) { return letter(reg.submit(act)) == "R:SCHEMA_INVALID"; };
  CHECK(invalid(growth_target("u", "COUNT").set("values", Value::Items{6})));
  CHECK(invalid(growth_target("u", "COUNT").set("values", Value::Items{6, 0})));
  CHECK(invalid(growth_target("u", "COUNT").set("op", "RANGE")));
  CHECK(invalid(growth_target("u", "COUNT").set("green", false)));
  CHECK(invalid(growth_target("u", "COUNT").set("due", "2025-12-31")));
  CHECK(invalid(growth_target("u", "COUNT").set("due", "2054-12-31")));
  CHECK(letter(reg.submit(growth_target("long", "COUNT").set("due", "2053-12-31"))) == "OK");
  CHECK(invalid(growth_target("u", "FEN").set("indicator", "patent.granted")));
  CHECK(invalid(growth_target("u", "TECH_FEN").set("indicator", "pledge.registered")));
  CHECK(invalid(growth_target("u", "FEN").set("indicator", "deal.confirmed")));
  CHECK(invalid(growth_target("a/b", "COUNT")));
  CHECK(invalid(total_target("u", "RANGE", "[2,1]")));
  CHECK(invalid(total_target("u", "RANGE", "[2]")));
  CHECK(invalid(total_target("u", "GE", "[1,2]")));
  CHECK(letter(reg.submit(growth_target("u", "COUNT").by(kExchange, "EXCH").envelope("signers", Value::Items{kExchange}))) == "R:ROLE_NOT_PERMITTED");
}

TEST_CASE("a report is of a year between base and due that is over, and of a target", "[target]") {
  Register reg = later();
  reg.today("2027-12-31");
  reg.must(growth_target("t", "COUNT").on("2027-12-31"));
  const auto asked = [&](const char* id, int year) {
    return letter(reg.submit(report(id, year, 0, "UNDEFINED", {}).set("base_value", 0).on("2027-12-31")));
  };
  CHECK(asked("t", 2025) == "R:SCHEMA_INVALID");
  CHECK(asked("t", 2029) == "R:SCHEMA_INVALID");
  CHECK(asked("t", 2027) == "R:FUTURE_EVENT_DATE");
  CHECK(asked("t", 2026) == "OK");
  CHECK(asked("unheard-of", 2026) == "R:SUBJECT_NOT_FOUND");
  CHECK(letter(reg.submit(report("t", 2026, 0, "UNDEFINED", {}).set("target", kPatent).on("2027-12-31"))) == "R:REF_WRONG_TYPE");
}
