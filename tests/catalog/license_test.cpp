// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/license.hpp"

#include "tests/catalog/contracts.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

// Recordal and sublicences; the matrix is in conflict_test.cpp, the grant in contract_test.cpp.

namespace {

std::string head(Register& reg, std::string_view kind = "EXCL") {
  Value right = license_right(kind);
  right.set("sublicense_allowed", true);
  return reg.must(contract("a", right, kCompany)) + "/0";
}

Act change(std::string_view local) {
  Act act("license.record_change", R"({"recordal_no":"X2026500000009"})");
  return at(act.set("ctr", key_of(local)).set("date", kDay).set("patents", Value::Items{kPatent}));
}

Act cancellation(std::string_view local) {
  Act act("license.record_cancel", R"({"recordal_no":"X2026500000001"})");
  return at(act.set("ctr", key_of(local)).set("date", kDay).set("patents", Value::Items{kPatent}));
}

}  // namespace

TEST_CASE("a licence is recorded once, changed and cancelled", "[license]") {
  Register reg = granted();
  const std::string id = head(reg);
  const RowKey key = encumbrance_row(kPatent, id);
  for (const Act& early : {change("a"), cancellation("a")}) {
    CHECK(letter(Register(reg).submit(early)) == "F:STATE_FORBIDS");
    CHECK(letter(Register(reg).submit(Act(early).with({kCompany}))) == "R:STATE_FORBIDS");
  }
  const std::string first = reg.must(recordal("a"));
  CHECK(reg.find(key)->find("recordal")->text_of("no") == "X2026500000001");
  CHECK(reg.find(key)->find("recordal")->text_of("record") == first);
  const Outcome again = Register(reg).submit(recordal("a").with({kCompany}));
  CHECK(letter(again) == "R:RECORDAL_DUPLICATE");
  CHECK(again.issues[0].blocking == std::vector<std::string>{first});
  reg.must(change("a"));
  CHECK(reg.find(key)->find("recordal")->text_of("no") == "X2026500000009");
  reg.must(cancellation("a"));
  CHECK_FALSE(reg.find(key)->find("recordal"));
  CHECK(reg.row(kPatent).items_of("licenses").size() == 1);
  reg.must(recordal("a"));
}

TEST_CASE("a licence that has been ended is not recorded, but its recordal is cancelled", "[license]") {
  Register reg = granted();
  head(reg);
  Register unrecorded = reg;
  unrecorded.must(ends("contract.terminate", "a"));
  CHECK(letter(unrecorded.submit(recordal("a").with({kCompany}))) == "R:STATE_FORBIDS");
  reg.must(recordal("a"));
  reg.must(ends("contract.terminate", "a"));
  CHECK(letter(reg.submit(change("a").with({kCompany}))) == "R:STATE_FORBIDS");
  reg.must(cancellation("a"));
}

TEST_CASE("a recordal later than three months from the effect of the contract is flagged", "[license]") {
  Register reg = granted();
  Act act = contract("a", license_right("ORD"), kCompany).set("effective_date", "2026-08-10");
  Value right = license_right("ORD");
  right.set("scope", qinglu::test::scope_of("2026-08-10"));
  act.set("rights", Value::Items{right}).set("sign_date", "2026-08-03").on("2026-08-03");
  reg.must(act);
  CHECK(letter(Register(reg).submit(recordal("a").set("date", "2026-08-02"))) == "F:EVENT_BEFORE_PRIOR");
  reg.today("2026-11-11");
  CHECK(letter(Register(reg).submit(recordal("a").set("date", "2026-11-10"))) == "OK");
  CHECK(letter(Register(reg).submit(recordal("a").set("date", "2026-11-11").with({kCompany}))) == "F:RECORDAL_LATE");
}

TEST_CASE("a recordal names the contract and exactly its patents, or one licence without a contract", "[license]") {
  Register reg = granted();
  const std::string id = head(reg);
  const std::string sub = reg.must(sublicense(id)) + "/0";
  CHECK(letter(reg.submit(recordal("b"))) == "R:SUBJECT_NOT_FOUND");
  CHECK(letter(reg.submit(recordal("a").set("patents", Value::Items{kPatent, kUtility}))) == "R:SCHEMA_INVALID");
  CHECK(letter(reg.submit(recordal("a").set("license", sub))) == "R:SCHEMA_INVALID");
  const auto alone = [&](const std::string& license) {
    Act act("license.record", R"({"recordal_no":"X2026500000002"})");
    return at(act.set("license", license).set("date", kDay).set("patents", Value::Items{kPatent}));
  };
  CHECK(letter(Register(reg).submit(alone(id))) == "R:REF_NOT_FOUND");
  CHECK(letter(Register(reg).submit(alone("sha256:" + std::string(64, '0') + "/0"))) == "R:REF_NOT_FOUND");
  CHECK(letter(Register(reg).submit(alone(sub).set("patents", Value::Items{kPatent, kUtility}))) == "R:SCHEMA_INVALID");
  CHECK(letter(Register(reg).submit(alone(sub).with({kUniversity}))) == "R:ROLE_NOT_PERMITTED");
  CHECK(letter(Register(reg).submit(alone(sub).with({kRival}))) == "OK");
  reg.must(alone(sub));
  CHECK(reg.find(encumbrance_row(kPatent, sub))->find("recordal"));
}

TEST_CASE("parties of the contract co-sign its recordal, nobody else", "[license]") {
  Register reg = granted();
  head(reg);
  CHECK(letter(Register(reg).submit(recordal("a").with({kRival}))) == "R:ROLE_NOT_PERMITTED");
  CHECK(letter(Register(reg).submit(recordal("a").by(kCompany, "PARTY"))) == "R:ROLE_NOT_PERMITTED");
  CHECK(letter(reg.submit(recordal("a").with({kUniversity, kCompany}))) == "OK");
}

TEST_CASE("a pledge from before the contract is not asked about again", "[license]") {
  Register reg = granted();
  const std::string pledge = reg.must(consent_of(kLender, "license.grant"));  // the pledge's id: any earlier record
  Value row = json(R"({"reg_no":"Y2026500000001"})");
  row.set("pledgees", Value::Items{kLender});
  reg.put(encumbrance_row(kPatent, pledge), row);
  Value patent = reg.row(kPatent);
  patent.set("pledges", Value::Items{pledge});
  reg.put(subject_row(kPatent), patent);
  reg.must(contract("a", license_right("EXCL"), kCompany).set("consents", Value::Items{pledge}));
  CHECK(letter(reg.submit(recordal("a").with({kCompany}))) == "OK");
}

TEST_CASE("a pledgee whose pledge is younger than the contract may consent to its recordal", "[license]") {
  Register reg = granted();
  head(reg);
  const std::string pledge = reg.must(consent_of(kRival, "patent.withdraw"));
  Value row = json(R"({"reg_no":"Y2026500000001"})");
  row.set("pledgees", Value::Items{kLender});
  reg.put(encumbrance_row(kPatent, pledge), row);
  Value patent = reg.row(kPatent);
  patent.set("pledges", Value::Items{pledge});
  reg.put(subject_row(kPatent), patent);
  CHECK(letter(reg.submit(recordal("a").with({kCompany}))) == "R:PLEDGEE_CONSENT_MISSING");
  const std::string given = reg.must(consent_of(kLender, "license.grant"));
  CHECK(letter(reg.submit(recordal("a").with({kCompany}).set("consents", Value::Items{given}))) == "OK");
  CHECK(reg.find(encumbrance_row(kLender, given))->find("used_by"));
}

TEST_CASE("an older licence is recorded beside a younger one that leaves it alone", "[license]") {
  Register reg = granted();
  const std::string old = reg.must(contract("old", license_right("ORD"), kRival)) + "/0";
  Value right = license_right("EXCL");
  right.set("except", Value::Items{old});
  CHECK(letter(reg.submit(contract("new", right, kCompany))) == "F:PRIOR_LICENSE_SURVIVES");
  CHECK(letter(reg.submit(recordal("old").with({kRival}))) == "OK");
  CHECK(letter(reg.submit(recordal("new").with({kCompany}))) == "F:PRIOR_LICENSE_SURVIVES");
}

TEST_CASE("a sublicence lies within its head in all four dimensions", "[license]") {
  Register reg = granted();
  const std::string id = head(reg);
  const auto with = [&](const char* member, Value value) {
    Value scope = qinglu::test::scope_of();
    scope.set(member, std::move(value));
    return letter(Register(reg).submit(sublicense(id).set("scope", scope)));
  };
  CHECK(with("territory", Value::Items{"5001"}) == "OK");
  CHECK(with("territory", Value::Items{"50", "51"}) == "R:SCOPE_EXCEEDS_HEAD");
  CHECK(with("territory", Value::Items{"CN"}) == "R:SCOPE_EXCEEDS_HEAD");
  CHECK(with("fields", Value::Items{"F27D17/00"}) == "OK");
  CHECK(with("fields", Value::Items{"F27D"}) == "R:SCOPE_EXCEEDS_HEAD");
  CHECK(with("manner", Value::Items{"USE"}) == "OK");
  CHECK(with("manner", Value::Items{"IMPORT", "USE"}) == "R:SCOPE_EXCEEDS_HEAD");
  CHECK(with("from", "2026-11-30") == "R:SCOPE_EXCEEDS_HEAD");
  CHECK(with("to", "2031-12-01") == "R:SCOPE_EXCEEDS_HEAD");
  CHECK(with("to", "2026-11-30") == "R:EVENT_BEFORE_PRIOR");
  CHECK(with("to", "2042-05-10") == "R:SCOPE_EXCEEDS_HEAD TERM_BEYOND_PATENT");
}

TEST_CASE("all licensees of the head grant a sublicence, to others, and nobody sublicenses a sublicence", "[license]") {
  Register reg = granted();
  const std::string id = head(reg);
  CHECK(letter(reg.submit(sublicense(id).by(kCompany, "PARTY"))) == "R:MISSING_SIGNATURE");
  CHECK(letter(reg.submit(sublicense(id).set("by", Value::Items{kUniversity}).by(kUniversity, "PARTY").with({kRival}))) ==
        "R:SUBLICENSE_NOT_PERMITTED");
  CHECK(letter(reg.submit(sublicense(id).set("to", Value::Items{kCompany}).by(kCompany, "PARTY"))) == "R:SELF_DEALING");
  CHECK(letter(reg.submit(sublicense("sha256:" + std::string(64, '0') + "/0"))) == "R:REF_NOT_FOUND");
  CHECK(letter(reg.submit(sublicense(id).set("sign_date", "2026-11-06"))) == "R:SCHEMA_INVALID");
  CHECK(letter(reg.submit(sublicense(id).set("pat", kUtility))) == "R:SUBJECT_NOT_FOUND");
  const std::string sub = reg.must(sublicense(id)) + "/0";
  const auto row = reg.find(encumbrance_row(kPatent, sub));
  CHECK(row->text_of("kind") == "SUB");
  CHECK(row->text_of("head") == id);
  Act next = sublicense(sub);
  next.set("by", Value::Items{kRival}).set("to", Value::Items{kLender}).by(kRival, "PARTY").with({kLender});
  CHECK(letter(reg.submit(next)) == "R:SUBLICENSE_NOT_PERMITTED");
  reg.must(ends("contract.terminate", "a"));
  CHECK(letter(reg.submit(sublicense(id))) == "R:SUBLICENSE_NOT_PERMITTED");
}

TEST_CASE("a sublicence under an application in clear waits for its publication", "[license]") {
  Register filed = granted();
  const std::string id = head(filed);
  Value row = filed.row(kPatent);
  row.erase("pub");
  row.erase("grant");
  filed.put(subject_row(kPatent), row);
  CHECK(letter(filed.submit(sublicense(id))) == "R:UNPUBLISHED_DATA_IN_CLEAR");
}

TEST_CASE("where a licence stands follows from its row, the patent and the day", "[license]") {
  Register reg = granted();
  const std::string id = head(reg);
  const auto on = [&](const Register& from, const char* day) {
    return license_status(*from.find(encumbrance_row(kPatent, id)), from.row(kPatent), *parse_date(day));
  };
  CHECK(on(reg, "2026-11-30") == "TO_BEGIN");
  CHECK(on(reg, "2026-12-01") == "RUNNING");
  CHECK(on(reg, "2031-11-30") == "RUNNING");
  CHECK(on(reg, "2031-12-01") == "OVER");
  Register ended = reg;
  ended.must(ends("contract.terminate", "a"));
  CHECK(on(ended, "2026-11-08") == "TO_BEGIN");
  CHECK(on(ended, "2026-12-01") == "ENDED");
  Value row = reg.row(kPatent);
  row.set("status", "INVALIDATED");
  reg.put(subject_row(kPatent), row);
  CHECK(on(reg, "2026-12-01") == "ENDED_BY_PATENT");
}

TEST_CASE("a change of the recordal covers the licence that an amendment has added", "[license]") {
  Register reg = granted();
  Value first = license_right("ORD");
  reg.must(contract("a", first, kCompany));
  reg.must(recordal("a"));
  Value second = license_right("ORD");
  second.find("scope")->set("territory", Value::Items{"51"});
  Act amendment("contract.amend", R"({"reason":"扩大地域"})");
  amendment.set("ctr", key_of("a")).set("date", kDay).set("rights", Value::Items{first, second});
  reg.must(at(amendment.by(kUniversity, "PARTY").with({kCompany})));
  CHECK(letter(reg.submit(recordal("a").with({kCompany}))) == "R:RECORDAL_DUPLICATE");
  reg.must(change("a"));
  const Value row = reg.row(kPatent);
  for (const Value& id : row.items_of("licenses")) {
    CHECK(reg.find(encumbrance_row(kPatent, id.text()))->find("recordal")->text_of("no") == "X2026500000009");
  }
}

TEST_CASE("a contract about two patents is recorded for both", "[license]") {
  Register reg = granted();
  reg.put(subject_row(kUtility), reg.row(kPatent));
  Value other = license_right("ORD");
  other.set("pat", kUtility);
  other.find("patent_data")->set("app_no", "CN" + kUtility.substr(4));
  other.find("patent_data")->set("patent_no", "ZL" + kUtility.substr(4));
  Act both = contract("a", license_right("ORD"), kCompany);
  const std::string id = reg.must(both.set("rights", Value::Items{license_right("ORD"), other}));
  CHECK(letter(reg.submit(recordal("a"))) == "R:SCHEMA_INVALID");
  reg.must(recordal("a").set("patents", Value::Items{kPatent, kUtility}));
  CHECK(reg.find(encumbrance_row(kPatent, id + "/0"))->find("recordal"));
  CHECK(reg.find(encumbrance_row(kUtility, id + "/1"))->find("recordal"));
}
