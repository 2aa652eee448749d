// SPDX-License-Identifier: Apache-2.0
#include <tuple>

#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

Act about(std::string_view type, std::string_view date) { return Act(type, Value()).set("pat", kPatent).set("date", date); }
Act announcement(std::string_view date = "2026-11-23") { return about("openlicense.announce", date); }
Act withdrawal(std::string_view date = "2026-11-23") { return about("openlicense.withdraw", date); }

Act acceptance(const std::string& declaration) {
  return Act("openlicense.accept",
             R"({"fee_paid":{"fen":5000000},"from":"2026-12-01","notice_date":"2026-11-23","to":"2028-11-30"})")
      .set("pat", kPatent)
      .set("declaration", declaration)
      .set("licensee", kBuyer)
      .by(kBuyer, "PARTY");
}

/// Declared and announced on the same day.
std::string opened(Register& reg) {
  const std::string id = reg.must(declaration());
  reg.must(announcement());
  return id;
}

bool open_on(const Register& reg, std::string_view day) { return open_license_on(reg.row(kPatent), *parse_date(day)) != nullptr; }

}  // namespace

TEST_CASE("a declaration holds from its announcement to its last day", "[openlicense]") {
  Register reg = with_patent();
  reg.must(declaration());
  CHECK_FALSE(open_on(reg, "2026-11-23"));
  reg.must(announcement());
  CHECK_FALSE(open_on(reg, "2026-11-22"));
  CHECK(open_on(reg, "2026-11-23"));
  CHECK(open_on(reg, "2028-11-22"));
  CHECK_FALSE(open_on(reg, "2028-11-23"));
}

TEST_CASE("the owners of a granted patent declare, within its term", "[openlicense]") {
  const Register reg = with_patent();
  const auto codes = [&](const Act& act) { return Register(reg).submit(act).codes(); };
  CHECK(codes(declaration().set("owners", set_of({kUniversity, kCompany})).with({kCompany})) == "NOT_RIGHT_HOLDER");
  CHECK(codes(declaration().set("owners", Value::Items{kCompany}).by(kCompany, "PARTY")) == "COOWNER_CONSENT_MISSING NOT_RIGHT_HOLDER");
  CHECK(codes(declaration().set("until", "2042-05-09")).empty());
  CHECK(codes(declaration().set("until", "2042-05-10")) == "TERM_BEYOND_PATENT");
  CHECK(codes(declaration().set("until", "2026-11-22")) == "EVENT_BEFORE_PRIOR");
  CHECK(codes(declaration().by(kIpo, "IPO")) == "MISSING_SIGNATURE ROLE_NOT_PERMITTED");
  CHECK(codes(declaration().on("2026-11-24")) == "FUTURE_EVENT_DATE");
  Register pending;
  grow(pending, PatentStatus::published);
  CHECK(pending.submit(declaration()).codes() == "PATENT_NOT_IN_FORCE");
}

TEST_CASE("a royalty has its rate, a lump sum has none", "[openlicense]") {
  const Register reg = with_patent();
  const auto codes = [&](const Act& act) { return Register(reg).submit(act).codes(); };
  CHECK(codes(declaration().set("royalty_bp", 300)) == "SCHEMA_INVALID");
  for (const char* mode : {"ROYALTY", "ROYALTY_ENTRY"}) {
    CHECK(codes(declaration().set("fee_mode", mode)) == "SCHEMA_INVALID");
    CHECK(codes(declaration().set("fee_mode", mode).set("royalty_bp", 300)).empty());
  }
}

TEST_CASE("a utility model is opened with the report that the ledger knows", "[openlicense]") {
  for (const char* type : {"UM", "DES"}) {
    Register reg = with_patent();
    put_member(reg, "type", type);
    CHECK(Register(reg).submit(declaration()).codes() == "EVAL_REPORT_REQUIRED");
    const std::string report = reg.must(Act("eval_report.issue", R"({"conclusion":"POSITIVE","date":"2026-11-20","report_no":"PJ2026-1"})")
                                            .set("pat", kPatent)
                                            .set("hash", hash_of('e')));
    CHECK(Register(reg).submit(declaration()).accepted());
    CHECK(Register(reg).submit(declaration().set("eval_report", report)).accepted());
    put_member(reg, "eval_report", json(R"({"conclusion":"POSITIVE","date":"2026-11-20","no":"2","record":"sha256:1"})"));
    CHECK(reg.submit(declaration().set("eval_report", report)).codes() == "REF_WRONG_TYPE");
  }
}

TEST_CASE("the office announces a declaration once, and withdraws it once", "[openlicense]") {
  Register reg = with_patent();
  CHECK(Register(reg).submit(announcement()).flag_codes() == "STATE_FORBIDS");
  CHECK(Register(reg).submit(withdrawal()).flag_codes() == "STATE_FORBIDS");
  reg.must(declaration());
  CHECK(Register(reg).submit(announcement("2026-11-22")).flag_codes() == "EVENT_BEFORE_PRIOR");
  CHECK(Register(reg).submit(announcement("2026-11-24")).codes() == "FUTURE_EVENT_DATE");
  CHECK(Register(reg).submit(announcement().by(kUniversity, "PARTY")).codes() == "ROLE_NOT_PERMITTED");
  reg.must(announcement());
  CHECK(Register(reg).submit(announcement()).flag_codes() == "STATE_FORBIDS");
  CHECK(Register(reg).submit(withdrawal("2026-11-22")).flag_codes() == "EVENT_BEFORE_PRIOR");
  reg.must(withdrawal());
  CHECK_FALSE(open_on(reg, "2026-11-23"));
  CHECK(reg.submit(withdrawal()).flag_codes() == "STATE_FORBIDS");
  reg.must(declaration());
  reg.must(announcement());
  CHECK(open_on(reg, "2026-11-23"));
}

TEST_CASE("a declaration that was not announced gives way to a later one, or is withdrawn", "[openlicense]") {
  Register reg = with_patent();
  const std::string first = reg.must(declaration());
  const std::string second = reg.must(declaration().set("license_months", 12));
  CHECK(first != second);
  CHECK(reg.row(kPatent).find("open")->text_of("record") == second);
  reg.must(withdrawal());
  CHECK_FALSE(reg.row(kPatent).find("open"));
}

TEST_CASE("what came between declaration and announcement is flagged", "[openlicense]") {
  for (const auto& [column, code] : {std::pair{Burden::excl, "LICENSE_OVERLAP"}, std::pair{Burden::sole, "LICENSE_OVERLAP"},
                                     std::pair{Burden::frozen, "PATENT_FROZEN"}, std::pair{Burden::grace, "ANNUITY_ARREARS"},
                                     std::pair{Burden::contested, "VALIDITY_CONTESTED"}, std::pair{Burden::ended, "PATENT_NOT_IN_FORCE"},
                                     std::pair{Burden::pledged, ""}, std::pair{Burden::coowner, ""}}) {
    Register reg = with_patent();
    reg.must(declaration());
    burden(reg, column);
    INFO(name(column));
    const Outcome out = reg.submit(announcement());
    CHECK(out.accepted());
    CHECK(out.flag_codes() == code);
    CHECK(open_on(reg, "2026-11-23"));
  }
}

TEST_CASE("whoever pays the announced fee has a licence of the whole patent", "[openlicense]") {
  Register reg = with_patent();
  const std::string declared = opened(reg);
  const std::string id = reg.must(acceptance(declared));
  REQUIRE(reg.row(kPatent).items_of("licenses") == Value::Items{id + "/0"});
  const auto row = reg.find(encumbrance_row(kPatent, id + "/0"));
  REQUIRE(row != nullptr);
  CHECK(row->text_of("kind") == "OPEN");
  CHECK(row->text_of("declaration") == declared);
  CHECK(row->items_of("licensees") == Value::Items{kBuyer});
  CHECK(row->items_of("licensors") == Value::Items{kUniversity});
  CHECK(*row->find("scope") ==
        json(R"({"fields":["ALL"],"from":"2026-12-01","manner":["IMPORT","MAKE","OFFER","SELL","USE","USE_PROCESS"],"territory":["CN"],"to":"2028-11-30"})"));
  // It is an ordinary licence: it stands against an exclusive one and binds a buyer.
  CHECK(Register(reg).submit(transfer()).flag_codes() == "OPEN_LICENSE_ACTIVE PRIOR_LICENSE_SURVIVES");
  reg.must(acceptance(declared).set("licensee", kCompany).by(kCompany, "PARTY"));
}

TEST_CASE("an acceptance pays the announced fee, neither more nor less", "[openlicense]") {
  Register reg = with_patent();
  const std::string declared = opened(reg);
  for (const char* fee : {R"({"fen":4999999})", R"({"fen":5000001})", R"({"amount":"50000.00","cur":"USD"})"}) {
    const Outcome out = reg.submit(acceptance(declared).set("fee_paid", json(fee)));
    CHECK(out.codes() == "FEE_MISMATCH");
    CHECK(out.issues[0].detail == "5000000");
  }
  CHECK(reg.submit(acceptance(declared).set("fee_paid", json(R"({"fen":-1})"))).codes() == "AMOUNT_INVALID");
}

TEST_CASE("a licence under a declaration begins after the notice and keeps the declared term", "[openlicense]") {
  Register reg = with_patent();
  const std::string declared = opened(reg);
  const auto codes = [&](std::string_view from, std::string_view to) {
    return Register(reg).submit(acceptance(declared).set("from", from).set("to", to)).codes();
  };
  CHECK(codes("2026-11-23", "2028-11-22").empty());
  CHECK(codes("2026-11-22", "2028-11-21") == "EVENT_BEFORE_PRIOR");
  CHECK(codes("2026-12-01", "2028-12-01") == "TERM_BEYOND_PATENT");
  CHECK(codes("2026-12-01", "2026-11-30") == "EVENT_BEFORE_PRIOR");
  CHECK(codes("2041-01-01", "2042-05-09").empty());
  CHECK(codes("2041-01-01", "2042-05-10") == "TERM_BEYOND_PATENT");
  CHECK(Register(reg).submit(acceptance(declared).set("notice_date", "2026-11-24")).codes() == "FUTURE_EVENT_DATE");
}

TEST_CASE("without months a licence under a declaration may reach the end of the patent", "[openlicense]") {
  Register reg = with_patent();
  const std::string declared = opened(reg);
  Value open = *reg.row(kPatent).find("open");
  open.erase("license_months");
  put_member(reg, "open", open);
  CHECK(Register(reg).submit(acceptance(declared).set("to", "2042-05-09")).accepted());
  CHECK(reg.submit(acceptance(declared).set("to", "2042-05-10")).codes() == "TERM_BEYOND_PATENT");
}

TEST_CASE("a declaration is accepted while it is active on the day of the notice", "[openlicense]") {
  Register reg = with_patent();
  const std::string declared = reg.must(declaration());
  CHECK(Register(reg).submit(acceptance(declared)).codes() == "OPEN_LICENSE_NOT_ACTIVE");
  reg.must(announcement());
  CHECK(Register(reg).submit(acceptance(declared).set("notice_date", "2026-11-22")).codes() == "OPEN_LICENSE_NOT_ACTIVE");
  reg.today("2026-12-10");
  const Act late = acceptance(declared).set("notice_date", "2026-12-09").set("from", "2026-12-09").on("2026-12-10");
  Register(reg).must(late);
  // Withdrawn from the tenth on: a notice of the ninth still counts, one of the tenth does not.
  reg.must(withdrawal("2026-12-10").on("2026-12-10"));
  Register(reg).must(late);
  CHECK(Register(reg).submit(Act(late).set("notice_date", "2026-12-10").set("from", "2026-12-10")).codes() == "OPEN_LICENSE_NOT_ACTIVE");
  const std::string next = reg.must(declaration().on("2026-12-10"));
  reg.must(announcement("2026-12-10").on("2026-12-10"));
  CHECK(Register(reg).submit(Act(late).set("notice_date", "2026-12-10").set("from", "2026-12-10")).codes() == "OPEN_LICENSE_NOT_ACTIVE");
  CHECK(reg.submit(Act(late).set("declaration", next).set("notice_date", "2026-12-10").set("from", "2026-12-10")).accepted());
}

TEST_CASE("a withdrawal after the last day opens nothing again", "[openlicense]") {
  Register reg = with_patent();
  reg.must(declaration().set("until", "2026-11-30"));
  reg.must(announcement());
  reg.today("2026-12-10");
  reg.must(withdrawal("2026-12-10").on("2026-12-10"));
  CHECK(open_on(reg, "2026-11-30"));
  CHECK_FALSE(open_on(reg, "2026-12-01"));
}

TEST_CASE("accepted licences survive the withdrawal", "[openlicense]") {
  Register reg = with_patent();
  const std::string id = reg.must(acceptance(opened(reg)));
  reg.must(withdrawal());
  CHECK(reg.row(kPatent).items_of("licenses") == Value::Items{id + "/0"});
  CHECK_FALSE(reg.find(encumbrance_row(kPatent, id + "/0"))->find("ended"));
}

TEST_CASE("nobody accepts his own declaration, but a co-owner may", "[openlicense]") {
  Register reg = with_patent();
  const std::string declared = opened(reg);
  const Act own = acceptance(declared).set("licensee", kUniversity).by(kUniversity, "PARTY");
  CHECK(Register(reg).submit(own).codes() == "SELF_DEALING");
  share(reg, 6'000, 4'000);
  CHECK(Register(reg).submit(own).accepted());
  CHECK(reg.submit(acceptance(declared).by(kCompany, "PARTY")).codes() == "MISSING_SIGNATURE");
}

TEST_CASE("an acceptance asks for no consent, and is told what burdens the patent", "[openlicense]") {
  for (const auto& [column, codes, flags] :
       {std::tuple{Burden::excl, "LICENSE_OVERLAP", ""}, std::tuple{Burden::sole, "LICENSE_OVERLAP", ""},
        std::tuple{Burden::ord, "", ""}, std::tuple{Burden::pledged, "", ""}, std::tuple{Burden::frozen, "", "PATENT_FROZEN"},
        std::tuple{Burden::grace, "", "ANNUITY_ARREARS"}, std::tuple{Burden::contested, "", "VALIDITY_CONTESTED"},
        std::tuple{Burden::ended, "PATENT_NOT_IN_FORCE", ""}, std::tuple{Burden::coowner, "", ""}}) {
    Register reg = with_patent();
    const std::string declared = opened(reg);
    burden(reg, column);
    INFO(name(column));
    const Outcome out = reg.submit(acceptance(declared));
    CHECK(out.codes() == codes);
    CHECK(out.flag_codes() == flags);
  }
}

TEST_CASE("the licences on a patent are bounded", "[openlicense]") {
  Register reg = with_patent();
  const std::string declared = opened(reg);
  put_member(reg, "licenses", Value::Items(63, Value(hash_of('5') + "/0")));
  reg.must(acceptance(declared));
  CHECK(reg.submit(acceptance(declared)).codes() == "SIZE_LIMIT");
}
