// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "ledger/catalog/license.hpp"
#include "tests/catalog/contracts.hpp"
#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

/// Of the university's patent, filed 2022-05-10 and granted 2024-06-21, to the rival.
Act compulsory(const char* ground = "PUBLIC_INTEREST", std::string_view date = kDay) {
  Act act("compulsory.grant", R"({"decision_no":"QZ2026-1"})");
  act.set("pat", kPatent).set("date", date).set("ground", ground).set("licensee", kRival);
  return act.set("scope", qinglu::test::scope_of()).on(date);
}

Act end_of(const std::string& grant, std::string_view date = kDay) {
  Act act("compulsory.end", R"({"decision_no":"QZ2027-1","reason":"紧急状态已经解除"})");
  return act.set("pat", kPatent).set("grant", grant).set("date", date).set("requester", kUniversity).on(date);
}

Value services(std::initializer_list<std::string_view> parties, std::string_view date) {
  Value::Items items;
  for (const std::string_view party : parties) {
    items.emplace_back(Value::Members{{"date", date}, {"mode", "ELECTRONIC"}, {"party", party}});
  }
  std::ranges::sort(items, {}, [](const Value& each) { return std::string(each.text_of("party")); });
  return items;
}

std::string says(const Register& reg, const Act& act) { return letter(Register(reg).submit(act)); }

Value row_of(const Register& reg, const std::string& grant) { return *reg.find(encumbrance_row(kPatent, grant + "/0")); }

}  // namespace

TEST_CASE("the office grants a compulsory licence, and nobody is asked", "[compulsory]") {
  Register reg = granted();
  share_with_coowner(reg);
  burden(reg, Burden::pledged);
  const std::string id = reg.must(compulsory().set("fee", json(R"({"fen":5000000})")));
  CHECK(reg.row(kPatent).items_of("licenses") == Value::Items{id + "/0"});
  const Value row = row_of(reg, id);
  CHECK(row.text_of("kind") == "COMP");
  CHECK(row.text_of("ground") == "PUBLIC_INTEREST");
  CHECK(row.items_of("licensees") == Value::Items{kRival});
  CHECK(row.items_of("licensors") == Value::Items{kUniversity, kCoowner});
  CHECK(row.find("fee")->integer_of("fen") == 5'000'000);
  CHECK(row.find("decision")->text_of("decision_no") == "QZ2026-1");
  CHECK(license_status(row, reg.row(kPatent), *parse_date("2026-12-01")) == "RUNNING");
}

TEST_CASE("nobody but the office grants a compulsory licence", "[compulsory]") {
  const Register reg = granted();
  CHECK(says(reg, compulsory().by(kCourt, "COURT")) == "R:ROLE_NOT_PERMITTED");
  CHECK(says(reg, compulsory().by(kUniversity, "PARTY")) == "R:ROLE_NOT_PERMITTED");
  CHECK(says(reg, compulsory().with({kRival})) == "R:ROLE_NOT_PERMITTED");
}

TEST_CASE("for non-working three years from the grant and four from the filing are over", "[compulsory]") {
  Register reg = granted();
  reg.today("2027-06-30");
  reg.must(paid(6, "2027-05-06"));
  const auto on = [&](const Register& from, std::string_view date) {
    return Register(from).submit(compulsory("NON_WORKING", date).set("scope", qinglu::test::scope_of("2027-07-01")));
  };
  const Outcome early = on(reg, "2027-06-20");
  CHECK(letter(early) == "F:COMPULSORY_TOO_EARLY");
  CHECK(early.flags[0].detail == "2027-06-20 < 2027-06-21");
  CHECK(early.flags[0].pointer == "/data/date");
  CHECK(letter(on(reg, "2027-06-21")) == "OK");
  // Granted after seven months: the four years from the filing come later.
  put_member(reg, "grant", json(R"({"date":"2022-12-12","kind":"B","no":"CN115000001B"})"));
  reg.today("2026-06-01");
  CHECK(letter(on(reg, "2026-05-09")) == "F:COMPULSORY_TOO_EARLY");
  CHECK(letter(on(reg, "2026-05-10")) == "OK");
  // They are counted from the filing, and no priority date takes its place.
  put_member(reg, "priority_date", "2021-05-12");
  CHECK(letter(on(reg, "2026-05-09")) == "F:COMPULSORY_TOO_EARLY");
}

TEST_CASE("no other ground has a clock", "[compulsory]") {
  const Register reg = granted();
  CHECK(says(reg, compulsory("NON_WORKING")) == "F:COMPULSORY_TOO_EARLY");
  for (const char* ground : {"DEPENDENT", "EMERGENCY", "MEDICINE_EXPORT", "MONOPOLY", "PUBLIC_INTEREST"}) {
    INFO(ground);
    CHECK(says(reg, compulsory(ground)) == "OK");
  }
}

TEST_CASE("inventions and utility models that were granted can be licensed by the office, designs cannot", "[compulsory]") {
  Register reg = granted();
  put_member(reg, "type", "UM");
  CHECK(says(reg, compulsory()) == "OK");
  put_member(reg, "type", "DES");
  const Outcome design = Register(reg).submit(compulsory());
  CHECK(letter(design) == "F:STATE_FORBIDS");
  CHECK(design.flags[0].law == "PL");
  CHECK(design.flags[0].article == "53, 54");
  Register pending;
  grow(pending, PatentStatus::published);
  const auto for_company = [] { return compulsory().set("licensee", kCompany); };
  CHECK(says(pending, for_company()) == "F:STATE_FORBIDS");
  Register hidden;
  grow(hidden, PatentStatus::prelim);
  CHECK(says(hidden, for_company()) == "R:UNPUBLISHED_DATA_IN_CLEAR");
  CHECK(says(Register(), for_company()) == "R:SUBJECT_NOT_FOUND");
  CHECK(says(reg, compulsory().set("licensee", kUniversity)) == "F:SELF_DEALING STATE_FORBIDS");
}

TEST_CASE("a compulsory licence meets what stands on the patent as an ordinary licence that asks nobody", "[compulsory][conflict][matrix]") {
  // EXCL, SOLE, ORD, OPEN, PLEDGED, FROZEN, IN_GRACE, CONTESTED, ENDED, COOWNER
  constexpr std::array<const char*, kBurdens> kSays = {"F:LICENSE_OVERLAP", "F:LICENSE_OVERLAP", "OK", "OK", "OK", "F:PATENT_FROZEN",
                                                       "F:ANNUITY_ARREARS", "F:VALIDITY_CONTESTED", "F:PATENT_NOT_IN_FORCE", "OK"};
  for (std::size_t i = 0; i < kBurdens; ++i) {
    const auto column = static_cast<Burden>(i);
    INFO(name(column));
    Register reg = granted();
    const std::string blocking = burden(reg, column);
    const Outcome out = reg.submit(compulsory());
    CHECK(letter(out) == kSays[i]);
    if (!out.flags.empty() && !blocking.empty()) CHECK(out.flags[0].blocking == std::vector<std::string>{blocking});
  }
}

TEST_CASE("only an overlap with an exclusive licence is flagged, and an unknown nesting as such", "[compulsory]") {
  Register reg = granted();
  Value right = license_right("EXCL");
  right.find("scope")->set("fields", Value::Items{"F27D17/004"});
  reg.must(contract("old", right, kCompany));
  Value scope = qinglu::test::scope_of();
  scope.set("fields", Value::Items{"H02J"});
  CHECK(says(reg, compulsory().set("scope", scope)) == "OK");
  scope.set("fields", Value::Items{"F27D17/008"});
  CHECK(says(reg, compulsory().set("scope", scope)) == "F:CLASS_NESTING_UNKNOWN");
}

TEST_CASE("a compulsory licence leaves the place beside a sole licence to the licensor", "[compulsory][conflict]") {
  Register reg = granted();
  Value sole = license_right("SOLE");
  sole.set("licensor_cannot_work", true);
  const std::string head = reg.must(contract("sole", sole, kCompany)) + "/0";
  const Outcome out = reg.submit(compulsory());
  CHECK(letter(out) == "F:LICENSE_OVERLAP");
  CHECK(out.flags[0].blocking == std::vector<std::string>{head});
  CHECK(letter(reg.submit(contract("beside", license_right("ORD"), kCoowner))) == "OK");
}

TEST_CASE("a compulsory licence excludes nobody, and a later exclusive one lists it", "[compulsory][conflict]") {
  Register reg = granted();
  const std::string id = reg.must(compulsory()) + "/0";
  CHECK(says(reg, contract("a", license_right("ORD"), kCompany)) == "OK");
  CHECK(says(reg, compulsory().set("licensee", kCompany).set("decision_no", "QZ2026-2")) == "OK");
  const Outcome alone = Register(reg).submit(contract("a", license_right("EXCL"), kCompany));
  CHECK(letter(alone) == "R:LICENSE_OVERLAP");
  CHECK(alone.issues[0].blocking == std::vector<std::string>{id});
  Value right = license_right("EXCL");
  right.set("except", Value::Items{id});
  CHECK(says(reg, contract("a", right, kCompany)) == "F:PRIOR_LICENSE_SURVIVES");
}

TEST_CASE("a compulsory licensee hands nothing on, and its licence is no recordal's matter", "[compulsory][license]") {
  Register reg = granted();
  const std::string id = reg.must(compulsory()) + "/0";
  const Outcome out = Register(reg).submit(sublicense(id).set("by", Value::Items{kRival}).set("to", Value::Items{kCompany}).by(kRival, "PARTY").with({kCompany}));
  CHECK(letter(out) == "R:SUBLICENSE_NOT_PERMITTED");
  CHECK(out.issues[0].blocking == std::vector<std::string>{id});
  Act record("license.record", R"({"recordal_no":"X2026500000002"})");
  CHECK(says(reg, at(record.set("license", id).set("date", kDay).set("patents", Value::Items{kPatent}))) == "R:REF_NOT_FOUND");
}

TEST_CASE("the time of a compulsory licence lies between the decision and the end of the patent", "[compulsory]") {
  const Register reg = granted();
  const auto from_to = [&](const char* from, const char* to) { return says(reg, compulsory().set("scope", qinglu::test::scope_of(from, to))); };
  CHECK(from_to("2026-11-09", "2042-05-09") == "OK");
  CHECK(from_to("2026-11-08", "2042-05-09") == "F:EVENT_BEFORE_PRIOR");
  CHECK(from_to("2026-11-09", "2042-05-10") == "F:TERM_BEYOND_PATENT");
  CHECK(from_to("2026-12-01", "2026-11-30") == "F:EVENT_BEFORE_PRIOR");
  CHECK(says(reg, compulsory().set("date", "2026-11-10")) == "R:FUTURE_EVENT_DATE");
}

TEST_CASE("owners and licensee are served with the grant, or later by a correction", "[compulsory][correction]") {
  Register reg = granted();
  CHECK(says(reg, compulsory().set("served", services({kUniversity}, "2026-11-08"))) == "F:EVENT_BEFORE_PRIOR");
  CHECK(says(reg, compulsory().set("served", services({kUniversity}, "2026-11-10"))) == "R:FUTURE_EVENT_DATE");
  const std::string id = reg.must(compulsory().set("served", services({kRival}, kDay)));
  const auto later = [&](std::string_view date) {
    Act act("correction", R"({"field":"served","reason":"补记送达"})");
    return at(act.set("target", id).set("new", services({kUniversity}, date)));
  };
  CHECK(says(reg, later("2026-11-08")) == "F:EVENT_BEFORE_PRIOR");
  reg.must(later(kDay));
  const Value row = row_of(reg, id);
  CHECK(*row.find("decision")->find("served") == services({kRival, kUniversity}, kDay));
  CHECK(row.text_of("kind") == "COMP");
  CHECK(says(reg, later(kDay)) == "R:SCHEMA_INVALID");
}

TEST_CASE("an owner has the licence ended when its ground is gone", "[compulsory]") {
  Register reg = granted();
  const std::string id = reg.must(compulsory());
  CHECK(says(reg, end_of(id).set("requester", kRival)) == "F:NOT_RIGHT_HOLDER");
  CHECK(says(reg, end_of(id, "2026-11-08")) == "F:EVENT_BEFORE_PRIOR");
  CHECK(says(reg, end_of(id).by(kUniversity, "PARTY")) == "R:ROLE_NOT_PERMITTED");
  const std::string ended = reg.must(end_of(id));
  CHECK_FALSE(reg.row(kPatent).find("licenses"));
  CHECK(row_of(reg, id).text_of("ended") == kDay);
  CHECK(row_of(reg, id).text_of("ended_by") == ended);
  CHECK(license_status(row_of(reg, id), reg.row(kPatent), *parse_date("2026-12-01")) == "ENDED");
  CHECK(says(reg, contract("a", license_right("EXCL"), kCompany)) == "OK");
  const Outcome again = reg.submit(end_of(id));
  CHECK(letter(again) == "R:REF_NOT_FOUND");
  CHECK(again.issues[0].blocking == std::vector<std::string>{ended});
}

TEST_CASE("what ends is a compulsory licence of this patent", "[compulsory]") {
  Register reg = granted();
  const std::string signed_id = reg.must(contract("a", license_right("ORD"), kCompany));
  CHECK(says(reg, end_of(signed_id)) == "R:REF_WRONG_TYPE");
  CHECK(says(reg, end_of("sha256:" + std::string(64, '0'))) == "R:REF_NOT_FOUND");
  const std::string id = reg.must(compulsory());
  reg.put(subject_row(kUtility), reg.row(kPatent));
  CHECK(says(reg, end_of(id).set("pat", kUtility)) == "R:REF_WRONG_TYPE");
}
