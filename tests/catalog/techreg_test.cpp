// SPDX-License-Identifier: Apache-2.0
#include "tests/catalog/markets.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

Act application(std::string_view local = "a") {
  Act act("techreg.apply", R"({"kind":"LIC-P"})");
  act.set("ctr", key_of(local)).set("amount", fen(1000)).set("tech_amount", fen(900));
  return at(act.by(kUniversity, "PARTY"));
}

Act decision(std::string_view local = "a", const char* no = "2026500100000017") {
  Act act("techreg.decide", R"({"kind":"LIC-P"})");
  act.set("ctr", key_of(local)).set("amount", fen(1000)).set("tech_amount", fen(900)).set("tech_income", fen(800));
  return at(act.set("reg_no", no).set("decision_date", kDay).by(kRegistry, "REG"));
}

Act refusal() {
  Act act("techreg.decide", R"({"refused_reason":"不属于技术合同"})");
  return at(act.set("ctr", key_of("a")).set("decision_date", kDay).by(kRegistry, "REG"));
}

Act cancellation(const char* no = "2026500100000017") {
  Act act("techreg.cancel", R"({"reason":"合同无效"})");
  return at(act.set("ctr", key_of("a")).set("reg_no", no).set("date", kDay).by(kRegistry, "REG"));
}

Register with_contract() {
  Register reg = granted();
  reg.must(contract("a", license_right("ORD"), kCompany));
  return reg;
}

std::string stage(const Register& reg) { return std::string(reg.row(key_of("a")).find("techreg")->text_of("stage")); }

}  // namespace

TEST_CASE("the seller applies, and a contract is registered once", "[techreg]") {
  Register reg = with_contract();
  CHECK(letter(reg.submit(application().by(kCompany, "PARTY"))) == "R:NOT_SELLER");
  CHECK(letter(reg.submit(application("b"))) == "R:SUBJECT_NOT_FOUND");
  reg.must(application());
  CHECK(letter(reg.submit(application())) == "R:TECHREG_EXISTS");
  reg.must(decision());
  CHECK(stage(reg) == "REGISTERED");
  CHECK(reg.row(key_of("a")).find("techreg")->find("tech_income")->integer_of("fen") == 800);
  CHECK(letter(reg.submit(application())) == "R:TECHREG_EXISTS");
}

TEST_CASE("what was refused or cancelled is applied for again", "[techreg]") {
  Register reg = with_contract();
  reg.must(application());
  Register refused = reg;
  refused.must(refusal());
  CHECK(stage(refused) == "REFUSED");
  refused.must(application());
  reg.must(decision());
  reg.must(cancellation());
  CHECK(stage(reg) == "CANCELLED");
  reg.must(application());
  // Its number has been used.
  CHECK(letter(Register(reg).submit(decision())) == "R:TECHREG_EXISTS");
  reg.must(decision("a", "2026500100000018"));
}

TEST_CASE("a decision needs an application, a cancellation a registration", "[techreg]") {
  Register reg = with_contract();
  CHECK(letter(reg.submit(decision())) == "R:STATE_FORBIDS");
  CHECK(letter(reg.submit(refusal())) == "R:STATE_FORBIDS");
  CHECK(letter(reg.submit(cancellation())) == "R:SCHEMA_INVALID STATE_FORBIDS");
  reg.must(application());
  reg.must(decision());
  CHECK(letter(reg.submit(decision("a", "2026500100000018"))) == "R:STATE_FORBIDS");
  CHECK(letter(reg.submit(cancellation("2026500100000018"))) == "R:SCHEMA_INVALID");
  CHECK(letter(reg.submit(cancellation().set("date", "2026-11-08"))) == "R:EVENT_BEFORE_PRIOR");
}

TEST_CASE("one number belongs to one contract", "[techreg]") {
  Register reg = with_contract();
  reg.must(contract("b", license_right("ORD"), kRival));
  reg.must(application());
  const std::string first = reg.must(decision());
  reg.must(application("b"));
  const Outcome second = reg.submit(decision("b"));
  CHECK(letter(second) == "R:TECHREG_EXISTS");
  CHECK(second.issues[0].blocking == std::vector<std::string>{first});
}

TEST_CASE("income lies within the technology amount, and that within the total, in RMB", "[techreg]") {
  Register reg = with_contract();
  CHECK(letter(reg.submit(application().set("tech_amount", fen(1001)))) == "R:TECH_AMOUNT_EXCEEDS");
  CHECK(letter(Register(reg).submit(application().set("tech_amount", fen(1000)))) == "OK");
  CHECK(letter(reg.submit(application().set("amount", json(R"({"amount":"1.00","cur":"USD"})")))) == "R:AMOUNT_INVALID");
  reg.must(application());
  CHECK(letter(reg.submit(decision().set("tech_income", fen(901)))) == "R:TECH_AMOUNT_EXCEEDS");
}

TEST_CASE("a registration states all, a refusal its reason alone", "[techreg]") {
  Register reg = with_contract();
  reg.must(application());
  CHECK(letter(reg.submit(decision("a", "202650010000001"))) == "R:SCHEMA_INVALID");
  CHECK(letter(reg.submit(decision("a", "202650010000001X"))) == "R:SCHEMA_INVALID");
  CHECK(letter(reg.submit(refusal().set("reg_no", "2026500100000017"))) == "R:SCHEMA_INVALID");
  Act empty("techreg.decide", "{}");
  CHECK(letter(reg.submit(at(empty.set("ctr", key_of("a")).set("decision_date", kDay).by(kRegistry, "REG")))) ==
        "R:SCHEMA_INVALID");
}

TEST_CASE("a decision later than thirty days is flagged", "[techreg]") {
  Register reg = with_contract();
  reg.must(application());
  reg.today("2026-12-10");
  CHECK(letter(Register(reg).submit(decision().set("decision_date", "2026-12-09"))) == "OK");
  CHECK(letter(Register(reg).submit(decision().set("decision_date", "2026-12-10"))) == "F:TECHREG_LATE");
  CHECK(letter(Register(reg).submit(decision().set("decision_date", "2026-11-08"))) == "R:EVENT_BEFORE_PRIOR");
  CHECK(letter(Register(reg).submit(decision().set("decision_date", "2026-12-11"))) == "R:FUTURE_EVENT_DATE");
}

TEST_CASE("a contract that has ended is not applied for, but its registration is cancelled", "[techreg]") {
  Register reg = with_contract();
  Register ended = reg;
  ended.must(ends("contract.void", "a"));
  CHECK(letter(ended.submit(application())) == "R:STATE_FORBIDS");
  reg.must(application());
  reg.must(decision());
  reg.must(ends("contract.void", "a"));
  reg.must(cancellation());
}

TEST_CASE("a partner of a joint development is a seller", "[techreg]") {
  Register reg = granted();
  reg.must(contract("a", license_right("ORD"), kCompany)
               .set("parties", Value::Items{party_of(kUniversity, "PARTNER"), party_of(kCompany, "PARTNER")}));
  CHECK(letter(reg.submit(application().by(kCompany, "PARTY"))) == "OK");
}

TEST_CASE("an application may open what the contract hid before the publication", "[techreg]") {
  Register reg = granted();
  Value hidden = license_right("ORD");
  const Value data = *hidden.find("patent_data");
  const std::string commit = committed("patent_data", data);
  hidden.erase("pat");
  hidden.erase("patent_data");
  hidden.set("patent_data_commit", commit);
  const std::string id = reg.must(contract("a", hidden, kCompany));
  const Value openings = Value::Items{opening("patent_data", data)};
  CHECK(letter(reg.submit(application().set("openings", openings))) == "R:SCHEMA_INVALID");
  reg.must(application().set("openings", openings).set("patents", Value::Items{kPatent}));
  CHECK((reg.row(kPatent).items_of("licenses") == Value::Items{id + "/0"}));
  CHECK(stage(reg) == "APPLIED");
}
