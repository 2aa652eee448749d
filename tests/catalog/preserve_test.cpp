// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/preserve.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/conflict.hpp"
#include "tests/catalog/cases.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

std::string codes_of(const Register& reg, const Act& act) { return Register(reg).submit(act).codes(); }
std::string flags_of(const Register& reg, const Act& act) { return Register(reg).submit(act).flag_codes(); }

Act ordered(const std::string& court = kCourt, const char* kind = "PROPERTY") {
  return Act("preserve.order", R"({"order_no":"（2026）渝01财保5号","requested_from":"2026-06-01","requested_until":"2026-11-30"})")
      .set("court", court)
      .set("kind", kind)
      .set("target", kPatent)
      .by(court, "COURT")
      .on("2026-06-01");
}
Act received(const std::string& order, const char* at = "2026-06-08", const char* from = "2026-06-08", const char* until = "2026-12-08") {
  return Act("preserve.receive", "{}").set("order", order).set("received_at", at).set("from", from).set("until", until);
}
Act renewed(const std::string& order, const char* until = "2027-06-08", const std::string& court = kCourt) {
  return Act("preserve.renew", R"({"order_no":"（2026）渝01财保5号之一"})")
      .set("order", order)
      .set("court", court)
      .set("requested_until", until)
      .by(court, "COURT")
      .on("2026-11-16");
}
Act released(const std::string& order) {
  return Act("preserve.release", R"({"date":"2026-09-01","reason":"申请人撤回"})").set("order", order).by(kCourt, "COURT");
}
Act release_received(const std::string& release, const char* at) {
  return Act("preserve.receive", "{}").set("order", release).set("received_at", at);
}

bool preserved(const Register& reg, std::string_view day) { return preserved_on(reg.row(kPatent), *parse_date(day)) != nullptr; }

}  // namespace

TEST_CASE("the office's receipt freezes the register, the court's order does not", "[preserve]") {
  Register reg = court_register();
  const std::string order = reg.must(ordered());
  CHECK_FALSE(preserved(reg, "2026-06-08"));
  const std::string receipt = reg.must(received(order));
  CHECK_FALSE(preserved(reg, "2026-06-07"));
  CHECK(preserved(reg, "2026-06-08"));
  CHECK(preserved(reg, "2026-12-08"));
  CHECK_FALSE(preserved(reg, "2026-12-09"));
  CHECK(preserved_on(reg.row(kPatent), *parse_date("2026-06-08"))->text_of("record") == receipt);
}

TEST_CASE("six months is the corresponding day, or the last one of that month", "[preserve]") {
  Register reg = court_register();
  CHECK(flags_of(reg, ordered().set("requested_until", "2026-12-01")).empty());
  CHECK(flags_of(reg, ordered().set("requested_until", "2026-12-02")) == "PRESERVATION_TOO_LONG");
  CHECK(flags_of(reg, ordered(kCourt, "ACT").set("requested_until", "2028-12-02")).empty());
  CHECK(flags_of(reg, ordered().set("requested_until", "2026-05-31")) == "EVENT_BEFORE_PRIOR");
  const std::string order = reg.must(ordered());
  CHECK(flags_of(reg, received(order, "2026-08-31", "2026-08-31", "2027-02-28")).empty());
  // Longer is a flag, and stands as the office states it.
  Register longer = reg;
  CHECK(longer.submit(received(order, "2026-08-31", "2026-08-31", "2027-03-01")).flag_codes() == "PRESERVATION_TOO_LONG");
  CHECK(preserved(longer, "2027-03-01"));
}

TEST_CASE("only the court that is named orders, and on what exists", "[preserve]") {
  Register reg = court_register();
  CHECK(codes_of(reg, ordered().set("court", kHighCourt)) == "ROLE_NOT_PERMITTED");
  CHECK(codes_of(reg, ordered().set("target", kUtility)) == "SUBJECT_NOT_FOUND");
  CHECK(codes_of(reg, ordered().set("target", kCaseKey)) == "SCHEMA_INVALID");
  CHECK(codes_of(reg, ordered().set("target", org("91500000QL0000091"))) == "SUBJECT_NOT_FOUND");
  CHECK(codes_of(reg, ordered().set("target", kCompany)).empty());
  reg.must(lapse());
  CHECK(flags_of(reg, ordered()) == "PATENT_NOT_IN_FORCE");
}

TEST_CASE("only a property order on a patent reaches the register", "[preserve]") {
  Register reg = court_register();
  CHECK(codes_of(reg, received(reg.must(ordered(kCourt, "ACT")))) == "REF_WRONG_TYPE");
  CHECK(codes_of(reg, received(reg.must(ordered().set("target", kCompany)))) == "REF_WRONG_TYPE");
  const std::string order = reg.must(ordered());
  CHECK(codes_of(reg, release_received(order, "2026-06-08")) == "SCHEMA_INVALID");
  CHECK(flags_of(reg, received(order, "2026-06-08", "2026-06-08", "2026-06-07")) == "EVENT_BEFORE_PRIOR");
  CHECK(codes_of(reg, received(order, "2026-11-24")) == "FUTURE_EVENT_DATE");
  CHECK(codes_of(reg, received(order).by(kCourt, "COURT")) == "ROLE_NOT_PERMITTED");
}

TEST_CASE("a second preservation is recorded and changes no date", "[preserve][F76]") {
  Register reg = court_register();
  const std::string first = reg.must(ordered());
  const std::string second = reg.must(ordered(kHighCourt));  // both on the way at once
  const std::string receipt = reg.must(received(first));
  const Value before = reg.row(kPatent);
  const Outcome waiting = reg.submit(received(second, "2026-06-10", "2026-06-10", "2026-12-10"));
  CHECK(waiting.codes().empty());
  CHECK(waiting.flag_codes() == "DOUBLE_PRESERVATION");
  CHECK(waiting.flags[0].blocking == std::vector<std::string>{receipt});
  CHECK((reg.row(kPatent) == before));
  // The same order a second time lengthens nothing either.
  CHECK(reg.submit(received(first, "2026-07-01", "2026-07-01", "2027-01-01")).flag_codes() == "DOUBLE_PRESERVATION");
  CHECK((reg.row(kPatent) == before));
  // A new order while it runs is flagged when it is made.
  CHECK(flags_of(reg, ordered(kHighCourt).on("2026-07-01")) == "DOUBLE_PRESERVATION");
  CHECK(flags_of(reg, ordered(kHighCourt, "EVIDENCE").on("2026-07-01")).empty());
}

TEST_CASE("a waiting order takes effect when the office says so, and not by itself", "[preserve][F76]") {
  Register reg = court_register();
  const std::string first = reg.must(ordered());
  const std::string second = reg.must(ordered(kHighCourt));
  reg.must(received(first, "2026-06-08", "2026-06-08", "2026-09-08"));
  CHECK(reg.submit(received(second, "2026-06-10", "2026-06-10", "2026-12-10")).flag_codes() == "DOUBLE_PRESERVATION");
  CHECK_FALSE(preserved(reg, "2026-09-09"));
  reg.must(received(second, "2026-09-09", "2026-09-09", "2027-03-09"));
  CHECK(preserved(reg, "2026-09-09"));
  CHECK(preserved(reg, "2027-03-09"));
}

TEST_CASE("a renewal that arrives in time goes on from the running end", "[preserve]") {
  Register reg = court_register();
  const std::string order = reg.must(ordered());
  CHECK(flags_of(reg, renewed(order)) == "STATE_FORBIDS");
  reg.must(received(order));
  CHECK(flags_of(reg, renewed(order, "2027-06-09")) == "PRESERVATION_TOO_LONG");
  CHECK(flags_of(reg, renewed(order, "2026-12-07")) == "EVENT_BEFORE_PRIOR");
  CHECK(codes_of(reg, renewed(order).set("court", kHighCourt)) == "ROLE_NOT_PERMITTED");
  const std::string renewal = reg.must(renewed(order));
  const auto extended = [&](const char* until) { return received(renewal, "2026-11-20", "2026-12-09", until); };
  CHECK(flags_of(reg, extended("2027-06-09")) == "PRESERVATION_TOO_LONG");
  reg.must(extended("2027-06-08"));
  CHECK(preserved(reg, "2026-12-08"));
  CHECK(preserved(reg, "2026-12-09"));
  CHECK(preserved(reg, "2027-06-08"));
  CHECK_FALSE(preserved(reg, "2027-06-09"));
  // Received a second time it lengthens nothing.
  CHECK(flags_of(reg, received(renewal, "2026-11-21", "2027-06-08", "2027-12-08")).find("DOUBLE_PRESERVATION") != std::string::npos);
}

TEST_CASE("a renewal that arrives late is a new preservation from its receipt", "[preserve]") {
  Register reg = court_register();
  const std::string order = reg.must(ordered());
  reg.must(received(order, "2026-06-08", "2026-06-08", "2026-11-16"));
  const std::string renewal = reg.must(renewed(order, "2027-05-16"));
  Register late = reg;
  const Outcome out = late.submit(received(renewal, "2026-11-17", "2026-11-17", "2027-05-17"));
  CHECK(out.flag_codes() == "RENEWAL_LATE");
  CHECK(preserved(late, "2026-11-17"));
  CHECK(preserved(late, "2027-05-17"));
  CHECK(flags_of(reg, received(renewal, "2026-11-17", "2026-11-17", "2027-05-18")) == "PRESERVATION_TOO_LONG RENEWAL_LATE");
}

TEST_CASE("another court's renewal is a second preservation", "[preserve][F76]") {
  Register reg = court_register();
  const std::string order = reg.must(ordered());
  reg.must(received(order));
  const Outcome other = reg.submit(renewed(order, "2027-06-08", kHighCourt));
  CHECK(other.flag_codes() == "DOUBLE_PRESERVATION");
  CHECK(other.flags[0].blocking == std::vector<std::string>{order});
  const Value before = reg.row(kPatent);
  CHECK(reg.submit(received(other.id, "2026-11-20", "2026-12-08", "2027-05-20")).flag_codes() == "DOUBLE_PRESERVATION");
  CHECK((reg.row(kPatent) == before));
}

TEST_CASE("a release frees the register on the day after its receipt, whoever still waits", "[preserve][F76]") {
  Register reg = court_register();
  const std::string order = reg.must(ordered());
  reg.must(received(order));
  const std::string release = reg.must(released(order));
  CHECK(preserved(reg, "2026-09-03"));
  CHECK(flags_of(reg, released(order)) == "STATE_FORBIDS");
  CHECK(codes_of(reg, received(release, "2026-09-02")) == "SCHEMA_INVALID");
  reg.must(release_received(release, "2026-09-02"));
  CHECK(preserved(reg, "2026-09-02"));
  CHECK_FALSE(preserved(reg, "2026-09-03"));
  CHECK(flags_of(reg, renewed(order)) == "PRESERVATION_TOO_LONG STATE_FORBIDS");
  // A later court order finds the patent free.
  const std::string second = reg.must(ordered(kHighCourt).on("2026-09-07").set("requested_from", "2026-09-07").set("requested_until", "2027-03-07"));
  reg.must(received(second, "2026-09-08", "2026-09-08", "2027-03-08"));
  CHECK(preserved(reg, "2026-09-08"));
}

TEST_CASE("what an order touches carries it in its history", "[preserve]") {
  Register reg = court_register();
  const std::string order = reg.must(ordered());
  const std::string release = reg.must(released(order));
  reg.must(release_received(release, "2026-09-02"));
  for (const std::string& id : {order, release}) {
    const auto record = reg.find_record(*from_sha256_id(id));
    const Value::Items& subjects = record->body.items_of("subjects");
    CHECK(std::ranges::find(subjects, Value(kPatent)) != subjects.end());
  }
}

TEST_CASE("renewals of one order, and preservations at once, are bounded", "[preserve]") {
  Register reg = court_register();
  const std::string order = reg.must(ordered());
  reg.must(received(order));
  Value row = *reg.find(encumbrance_row(kPatent, order));
  row.set("renewals", Value::Items(64, Value("x")));
  reg.put(encumbrance_row(kPatent, order), row);
  CHECK(codes_of(reg, renewed(order)) == "SIZE_LIMIT");
}
