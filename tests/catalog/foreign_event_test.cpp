// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/check_form.hpp"
#include "tests/catalog/register.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

const std::string kRight = "fpat:US/7649168-B2";

/// A register with one foreign right and the table of events.
Register with_right() {
  Register reg;
  Act right("foreign.register",
            R"({"dates":{"grant":"2010-01-19"},"kind":"B2","number":"7649168","office":"US","organisations":[{"name":"Example Corp","role":"OWNER"}],"title":"Lamp"})");
  right.set("source", Value(Value::Members{{"name", "US7649168B2.xml"}, {"sha256", kSomeHash}}));
  reg.must(right.by(kCompany, "PARTY"));
  reg.put(table_row("FOREIGN_EVENT_MAP", 0, 0),
          json(R"({"versions":[{"effective_from":"2020-01-01","hash":"x","have":1,"parts":1,"version":3}]})"));
  reg.put(table_row("FOREIGN_EVENT_MAP", 3, 1),
          json(R"({"rows":[{"class":"R","code":"AS","meaning":"OWNERSHIP","office":"US"},{"class":"S","code":"SI","meaning":"SECURITY_INTEREST","office":"US"},{"code":"REL","meaning":"RELEASE","office":"US"}]})"));
  return reg;
}

Act event(const char* code, const char* meaning, const char* letter = nullptr) {
  Act act("foreign.event", R"({"date":"2019-03-04","executed":["2019-01-07"],"table_version":3})");
  act.set("code", code).set("meaning", meaning).set("fpat", kRight).set("office_ref", "48818-520");
  if (letter) act.set("class", letter);
  act.set("source", Value(Value::Members{{"name", "assignments.xml"}, {"sha256", kSomeHash}}));
  return act.by(kCompany, "PARTY").on("2019-03-04");
}

std::string flags_of(Register reg, const Act& act) {
  const Outcome out = reg.submit(act);
  return out.accepted() ? out.flag_codes() : "refused: " + out.codes();
}

}  // namespace

TEST_CASE("an event of a foreign right is what the table of events says of its code", "[foreign]") {
  const Register reg = with_right();
  CHECK(flags_of(reg, event("SI", "SECURITY_INTEREST", "S")) == "");
  CHECK(flags_of(reg, event("REL", "RELEASE")) == "");
  CHECK(flags_of(reg, event("XX99", "OTHER")) == "");
  CHECK(flags_of(reg, event("XX99", "LICENSE")) == "refused: EVENT_MAP_MISMATCH");
  CHECK(flags_of(reg, event("SI", "RELEASE", "S")) == "refused: EVENT_MAP_MISMATCH");
  CHECK(flags_of(reg, event("SI", "SECURITY_INTEREST")) == "refused: EVENT_MAP_MISMATCH");
  CHECK(flags_of(reg, event("AS", "OWNERSHIP", "R").set("table_version", 2)) == "refused: EVENT_MAP_MISMATCH");
}

TEST_CASE("an event needs its right, and lies in the past", "[foreign]") {
  const Register reg = with_right();
  CHECK(flags_of(reg, event("AS", "OWNERSHIP", "R").set("fpat", "fpat:US/1-A")) == "refused: SUBJECT_NOT_FOUND");
  CHECK(flags_of(reg, event("AS", "OWNERSHIP", "R").set("date", "2026-11-24")) == "refused: FUTURE_EVENT_DATE");
  CHECK(flags_of(reg, event("AS", "OWNERSHIP", "R").set("executed", list_of(R"(["2026-11-24"])"))) ==
        "refused: FUTURE_EVENT_DATE");
}

TEST_CASE("one recording is entered once; the same lien under another reference is another event", "[foreign]") {
  Register reg = with_right();
  const std::string first = reg.must(event("SI", "SECURITY_INTEREST", "S"));
  const Outcome again = reg.submit(event("SI", "SECURITY_INTEREST", "S"));
  CHECK(again.codes() == "FOREIGN_EVENT_EXISTS");
  CHECK(again.issues[0].blocking == std::vector<std::string>{first});
  reg.must(event("SI", "SECURITY_INTEREST", "S").set("office_ref", "49342-819"));
  reg.must(event("REL", "RELEASE"));  // another code under the same reference
}

TEST_CASE("a release that names a lien which is not on the ledger is kept and flagged", "[foreign]") {
  Register reg = with_right();
  const auto release = [] {
    return event("REL", "RELEASE").set("office_ref", "49109-610").set("refers_to", list_of(R"(["48818-520"])"));
  };
  CHECK(flags_of(reg, release()) == "FOREIGN_REF_UNRESOLVED");
  reg.must(event("SI", "SECURITY_INTEREST", "S"));
  reg.must(release());
}

TEST_CASE("an event that was recorded long after its execution is marked late", "[foreign]") {
  const Register reg = with_right();
  // 365 days by the rule pack, from the earliest execution.
  CHECK(flags_of(reg, event("AS", "OWNERSHIP", "R").set("executed", list_of(R"(["2018-03-04","2019-01-07"])"))) == "");
  CHECK(flags_of(reg, event("AS", "OWNERSHIP", "R").set("executed", list_of(R"(["2019-01-07","2018-03-03"])"))) ==
        "LATE_ENTRY");
}

TEST_CASE("the history list of an event follows from its meaning, also for its correction", "[foreign]") {
  Register reg = with_right();
  const auto category = [&](const char* meaning) {
    const Value body = json(R"({"data":{"meaning":")" + std::string(meaning) + R"("}})");
    return category_of(*find_record_type("foreign.event"), body, reg);
  };
  CHECK(category("OWNERSHIP") == Category::market);
  CHECK(category("LICENSE") == Category::market);
  CHECK(category("SECURITY_INTEREST") == Category::finance);
  CHECK(category("RELEASE") == Category::finance);
  CHECK(category("CHALLENGE") == Category::dispute);
  CHECK(category("LAPSE") == Category::filing);
  CHECK(category("CORRECTION") == Category::filing);
  CHECK(category("OTHER") == Category::filing);
}
