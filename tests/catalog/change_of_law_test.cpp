// SPDX-License-Identifier: Apache-2.0
// The law changes by a record, from a day on. What was decided before stays, and a period that runs is not
// shortened (Legislation Law art. 104).
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/preserve.hpp"
#include "tests/catalog/cases.hpp"
#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

constexpr const char* kNewLaw = "2027-01-01";

std::string codes_of(const Register& reg, const Act& act) { return Register(reg).submit(act).codes(); }
std::string flags_of(const Register& reg, const Act& act) {
  const Outcome out = Register(reg).submit(act);
  return out.accepted() ? out.flag_codes() : "refused: " + out.codes();
}

/// The council publishes a pack with one parameter changed, in force from New Year on.
void announce(Register& reg, std::string_view parameter, std::int64_t value, int id = 2, const char* from = kNewLaw) {
  Value params = reg.pack().params();
  params.set(parameter, value);
  Act publish("rulepack.publish", R"({"source_docs":[{"name":"示例"}]})");
  publish.set("params", std::move(params)).set("id", id).set("effective_from", from);
  reg.must(publish.by(kIpo, "GOV").with({kExchange, kCourt}));
}

/// An application that the office refused; its applicant was served on `service`.
Register refused_on(const char* day, const char* service) {
  Register reg;
  grow(reg, PatentStatus::subst);
  reg.today(service);
  reg.must(Act("patent.reject", R"({"ground":"不具备创造性"})").set("pat", kPatent).set("date", day).set("served", served({kUniversity}, service)));
  return reg;
}
Act reexamination(const char* date) {
  return Act("reexam.request", R"({"no":"1F-2027-0001"})").set("pat", kPatent).set("date", date).by(kUniversity, "PARTY");
}

/// A case that is decided, its parties served on a day.
Register decided_on(const char* day) {
  Register reg = court_register();
  reg.today(day);
  reg.must(case_filed());
  reg.must(case_accepted());
  reg.must(case_decided().set("date", day).set("served", served({kUniversity, kCompany}, day)));
  return reg;
}

}  // namespace

TEST_CASE("a change of law is announced by a record and moves nothing that stands", "[law]") {
  Register reg = with_patent();
  reg.must(pledge());
  const Value patent = reg.row(kPatent);
  announce(reg, "pledges_at_once", 2);
  CHECK(reg.row(kPatent) == patent);
  CHECK(codes_of(reg, pledge().set("reg_no", "Y2")) == "PLEDGE_EXISTS");
  reg.today("2026-12-31");
  CHECK(codes_of(reg, pledge().set("reg_no", "Y2")) == "PLEDGE_EXISTS");
  reg.today(kNewLaw);
  CHECK(flags_of(reg, pledge().set("reg_no", "Y2")) == "PLEDGE_PRIORITY");
  CHECK(reg.row(kPatent) == patent);
}

TEST_CASE("a right that was had under the old law outlives it", "[law]") {
  Register reg = with_patent();
  announce(reg, "pledges_at_once", 2);
  reg.today(kNewLaw);
  reg.must(pledge());
  const Outcome second = reg.submit(pledge().set("reg_no", "Y2"));
  REQUIRE(second.accepted());
  announce(reg, "pledges_at_once", 1, 3, "2027-06-01");
  reg.today("2027-06-01");
  CHECK(reg.row(kPatent).items_of("pledges").size() == 2);
  CHECK(codes_of(reg, pledge().set("reg_no", "Y3")) == "PLEDGE_EXISTS");
}

TEST_CASE("a longer preservation is within the new law, and the old one's days stay as they were", "[law]") {
  Register reg = court_register();
  const auto order = [](const char* until) {
    return Act("preserve.order", R"({"kind":"PROPERTY","order_no":"（2026）渝01财保5号","requested_from":"2027-02-01"})")
        .set("requested_until", until)
        .set("court", kCourt)
        .set("target", kPatent)
        .by(kCourt, "COURT")
        .on("2026-11-23");
  };
  CHECK(flags_of(reg, order("2027-08-01")).empty());
  CHECK(flags_of(reg, order("2027-10-01")) == "PRESERVATION_TOO_LONG");
  announce(reg, "preservation_months", 8);
  CHECK(flags_of(reg, order("2027-10-01")) == "PRESERVATION_TOO_LONG");
  reg.today(kNewLaw);
  CHECK(flags_of(reg, order("2027-10-01").on(kNewLaw)).empty());
}

TEST_CASE("damages are measured by the bounds of the day of the judgment's record", "[law]") {
  Register reg = court_register();
  reg.must(case_filed());
  reg.must(case_accepted());
  const Act dear = case_decided().set("damages", json(R"({"method":"STATUTORY","total":{"fen":600000000}})"));
  CHECK(flags_of(reg, dear) == "DAMAGES_OUT_OF_RANGE");
  announce(reg, "damages_statutory_max_fen", 1'000'000'000);
  reg.today(kNewLaw);
  CHECK(flags_of(reg, dear).empty());
}

TEST_CASE("a shorter time to ask for reexamination does not reach who was served before", "[law]") {
  // Served on 1 December: three months, so 1 March. The new law gives one month.
  Register running = refused_on("2026-11-30", "2026-12-01");
  announce(running, "reexam_months", 1);
  running.today("2027-03-02");
  CHECK(codes_of(running, reexamination("2027-03-01")).empty());
  CHECK(codes_of(running, reexamination("2027-03-02")) == "DEADLINE_PASSED");
  const auto derived = [&](const char* day) {
    return derived_status(running.row(kPatent), running.pack(), calendar_at(running, *parse_date(day)), *parse_date(day)).status;
  };
  CHECK(derived("2027-03-01") == "REJECTED");
  CHECK(derived("2027-03-02") == "REJECTED_FINAL");

  Register later;
  grow(later, PatentStatus::subst);
  announce(later, "reexam_months", 1);
  later.today("2027-01-04");
  later.must(Act("patent.reject", R"({"date":"2027-01-04","ground":"不具备创造性"})").set("pat", kPatent).set("served", served({kUniversity}, "2027-01-04")));
  later.today("2027-02-20");
  CHECK(codes_of(later, reexamination("2027-02-04")).empty());
  CHECK(codes_of(later, reexamination("2027-02-05")) == "DEADLINE_PASSED");
}

TEST_CASE("a longer time to appeal reaches every window that still runs", "[law]") {
  Register reg = decided_on("2026-12-28");  // fifteen days: 12 January
  announce(reg, "case_judgment_days", 30);
  reg.today("2027-01-28");
  CHECK(codes_of(reg, case_appealed(kCompany, "2027-01-27")).empty());  // thirty days
  CHECK(codes_of(reg, case_appealed(kCompany, "2027-01-28")) == "APPEAL_LATE");
}

TEST_CASE("a shorter time to appeal leaves those who were served before their fifteen days", "[law]") {
  Register reg = decided_on("2026-12-28");
  announce(reg, "case_judgment_days", 5);
  reg.today("2027-01-13");
  CHECK(codes_of(reg, case_appealed(kCompany, "2027-01-12")).empty());
  CHECK(codes_of(reg, case_appealed(kCompany, "2027-01-13")) == "APPEAL_LATE");
  // While their time runs, the judgment is not effective.
  CHECK(flags_of(reg, case_effective("2027-01-12")) == "APPEAL_WINDOW_OPEN");

  Register later = court_register();
  announce(later, "case_judgment_days", 5);
  later.today("2027-01-13");
  later.must(case_filed());
  later.must(case_accepted());
  later.must(case_decided().set("date", "2027-01-04").set("served", served({kUniversity, kCompany}, "2027-01-04")));
  CHECK(codes_of(later, case_appealed(kCompany, "2027-01-12")) == "APPEAL_LATE");  // five days end on a Saturday
}

TEST_CASE("of several laws the one of the day on which a period began counts, or the present one", "[law]") {
  Register reg = refused_on("2026-11-30", "2026-12-01");
  announce(reg, "reexam_months", 6, 2, "2027-01-01");
  announce(reg, "reexam_months", 2, 3, "2027-02-01");
  CHECK(reg.pack().former.empty());
  reg.today("2027-02-01");
  CHECK(reg.pack().id == 3);
  CHECK(reg.pack().former.size() == 2);
  const auto months = [&](const char* since) { return reg.pack().period("reexam_months", *parse_date(since)); };
  CHECK(months("2026-12-31") == 3);
  CHECK(months("2027-01-01") == 6);
  CHECK(months("2027-01-31") == 6);
  CHECK(months("2027-02-01") == 2);
  CHECK(months("1985-04-01") == 3);  // before any pack: the first one's, as its rows say
}

TEST_CASE("a period that no law of that day knew counts by the first that knows it", "[law]") {
  Register reg;
  Value old = *reg.find(rule_pack_row(1));
  old.find("params")->erase("reexam_months");
  announce(reg, "reexam_months", 2);
  reg.put(rule_pack_row(1), old);
  reg.today(kNewLaw);
  CHECK(reg.pack().period("reexam_months", *parse_date("2026-12-01")) == 2);
}
