// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "tests/catalog/contracts.hpp"
#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

/// `equity.contribute` of the university's right by contract `local` to the company, as the law wants it.
Act contribution(std::string_view local, std::string_view right = "TRANSFER") {
  Act act("equity.contribute",
          R"({"inventor_share_bp":5000,"method":"LISTING","registered_capital":{"fen":1000000000},"share_bp":3000,"valuation":{"fen":300000000}})");
  act.set("ctr", key_of(local)).set("contributor", Value::Items{kUniversity}).set("company", kCompany);
  act.set("right", right).set("pats", Value::Items{kPatent}).set("date", kDay);
  return at(act.by(kUniversity, "PARTY").with({kCompany}));
}

/// A contract `a` that sells the patent to the company, or licenses it.
std::string signed_contract(Register& reg, const Value& right) { return reg.must(contract("a", right, kCompany)); }

void make(Register& reg, const std::string& party, const char* kind) {
  Value row = reg.party(party);
  row.set("kind", kind);
  reg.put(party_row(party), row);
}

Act notice() {
  Act act("publicity.notice", R"({"from":"2026-10-10","kind":"PRICE","to":"2026-10-24"})");
  return at(act.set("subject", kPatent).set("text_hash", hash_of('c')).by(kUniversity, "INST"));
}

Act registration(std::string_view local) {
  Act act("transfer.register", R"({"announce_no":"CN2026-47","basis":"CONTRACT"})");
  act.set("ctr", key_of(local)).set("pat", kPatent).set("date", kDay).set("from", Value::Items{kUniversity});
  act.set("to", Value::Items{Value(Value::Members{{"party", kCompany}})});
  return at(act.with({kUniversity, kCompany}));
}

std::string says(const Register& reg, const Act& act) { return letter(Register(reg).submit(act)); }

const std::string kPerson = "per:" + std::string(64, '9');

/// The patent is the person's, who has sold it to the company by contract `a` of the company's.
Register of_a_person() {
  Register reg = granted();
  reg.put(party_row(kPerson), json(R"({"first_index":0,"key_count":1,"kind":"PERSON","open_keys":["k1"],"status":"ACTIVE"})"));
  reg.put(key_row(kPerson, "k1"), json(R"({"pub":"9999999999999999999999999999999999999999999999999999999999999999","suite":1,"windows":[{"from_index":0}]})"));
  put_member(reg, "owners", Value::Items{Value(Value::Members{{"party", kPerson}})});
  Value sale = sale_right();
  sale.find("patent_data")->erase("holders");
  Act act = contract("a", sale, kCompany).set("ctr", "ctr:" + kCompany.substr(4) + "/a");
  act.set("parties", Value::Items{party_of(kPerson, "ASSIGNOR"), party_of(kCompany, "ASSIGNEE")});
  reg.must(act.by(kCompany, "PARTY").with({kPerson}));
  return reg;
}

}  // namespace

TEST_CASE("a patent that is sold to a company becomes a share of it", "[equity]") {
  Register reg = granted();
  signed_contract(reg, sale_right());
  const std::string id = reg.must(contribution("a"));
  const auto holding = reg.find(encumbrance_row(kCompany, id));
  REQUIRE(holding != nullptr);
  CHECK(*holding == json(R"({"contributor":["org:12500000QL0000014H"],"ctr":"ctr:12500000QL0000014H/a","date":"2026-11-09","inventor_share_bp":5000,"method":"LISTING","pats":["pat:2022102345684"],"record":")" +
                         id + R"(","registered_capital":{"fen":1000000000},"right":"TRANSFER","share_bp":3000,"valuation":{"fen":300000000}})"));
  CHECK(reg.row(key_of("a")).text_of("equity") == id);
  // The right itself moves at the register, as by any contract.
  CHECK(reg.row(kPatent).items_of("owners")[0].text_of("party") == kUniversity);
  reg.must(registration("a"));
  CHECK(reg.row(kPatent).items_of("owners")[0].text_of("party") == kCompany);
}

TEST_CASE("a licence is contributed as well, and a transfer after its registration", "[equity]") {
  Register licensed = granted();
  signed_contract(licensed, license_right("EXCL"));
  CHECK(says(licensed, contribution("a", "LICENSE")) == "OK");
  Register sold = granted();
  signed_contract(sold, sale_right());
  sold.must(registration("a"));
  CHECK(says(sold, contribution("a")) == "OK");
}

TEST_CASE("contributor and company sign, and are the two sides of the contract", "[equity]") {
  Register reg = granted();
  signed_contract(reg, sale_right());
  CHECK(says(reg, contribution("a").by(kUniversity, "PARTY")) == "R:MISSING_SIGNATURE");
  CHECK(says(reg, contribution("a").set("company", kRival).with({kRival})) == "R:ROLE_NOT_PERMITTED");
  CHECK(says(reg, contribution("a").set("company", kRival).by(kUniversity, "PARTY").with({kRival})) == "R:ROLE_NOT_PERMITTED");
  CHECK(says(reg, contribution("a").set("contributor", set_of({kRival, kUniversity})).with({kRival})) == "R:ROLE_NOT_PERMITTED");
  CHECK(says(reg, contribution("a").set("contributor", Value::Items{kRival}).by(kRival, "PARTY").with({kCompany})) == "R:ROLE_NOT_PERMITTED");
  CHECK(says(reg, contribution("b")) == "R:SUBJECT_NOT_FOUND");
}

TEST_CASE("owners who sell together contribute together", "[equity]") {
  Register reg = granted();
  share_with_coowner(reg);
  Act sale = contract("a", sale_right(), kCompany).with({kCoowner});
  reg.must(sale.set("parties", Value::Items{party_of(kUniversity, "ASSIGNOR"), party_of(kCoowner, "ASSIGNOR"), party_of(kCompany, "ASSIGNEE")}));
  CHECK(says(reg, contribution("a")) == "R:ROLE_NOT_PERMITTED");
  CHECK(says(reg, contribution("a").set("contributor", set_of({kCoowner, kUniversity})).with({kCoowner})) == "OK");
}

TEST_CASE("partners contribute to the one among them that is the company", "[equity]") {
  Register reg = granted();
  Act joint = contract("a", license_right("ORD"), kCompany);
  reg.must(joint.set("kind", "DEV-J").set("parties", Value::Items{party_of(kUniversity, "PARTNER"), party_of(kCompany, "PARTNER")}));
  CHECK(says(reg, contribution("a", "LICENSE")) == "OK");
  CHECK(says(reg, contribution("a", "LICENSE").set("contributor", set_of({kCompany, kUniversity}))) == "R:ROLE_NOT_PERMITTED");
}

TEST_CASE("the contract gives the right that is contributed, on each patent", "[equity]") {
  Register reg = granted();
  signed_contract(reg, sale_right());
  CHECK(says(reg, contribution("a", "LICENSE")) == "R:REF_WRONG_TYPE");
  CHECK(says(reg, contribution("a").set("pats", set_of({kPatent, kUtility}))) == "R:SUBJECT_NOT_FOUND");
  reg.put(subject_row(kUtility), reg.row(kPatent));
  const Outcome other = Register(reg).submit(contribution("a").set("pats", set_of({kPatent, kUtility})));
  CHECK(letter(other) == "R:REF_WRONG_TYPE");
  CHECK(other.issues[0].pointer == "/data/pats/1");
  Value hidden = reg.row(kPatent);
  for (const std::string_view shown : {"grant", "pub"}) hidden.erase(shown);
  reg.put(subject_row(kUtility), hidden);
  CHECK(says(reg, contribution("a").set("pats", set_of({kPatent, kUtility}))) == "R:UNPUBLISHED_DATA_IN_CLEAR");
}

TEST_CASE("a contract is contributed once, and while it is open", "[equity]") {
  Register reg = granted();
  signed_contract(reg, license_right("ORD"));
  Register ended = reg;
  const std::string end = ended.must(ends("contract.terminate", "a"));
  const Outcome late = ended.submit(contribution("a", "LICENSE"));
  CHECK(late.codes() == "STATE_FORBIDS");
  CHECK(late.issues[0].blocking == std::vector<std::string>{end});
  const std::string first = reg.must(contribution("a", "LICENSE"));
  const Outcome again = reg.submit(contribution("a", "LICENSE"));
  CHECK(letter(again) == "R:STATE_FORBIDS");
  CHECK(again.issues[0].blocking == std::vector<std::string>{first});
  CHECK(says(granted(), contribution("a")) == "R:SUBJECT_NOT_FOUND");
}

TEST_CASE("a contribution has its day and its share", "[equity]") {
  Register reg = granted();
  signed_contract(reg, sale_right());
  CHECK(says(reg, contribution("a").set("date", "2026-11-08")) == "R:EVENT_BEFORE_PRIOR");
  CHECK(says(reg, contribution("a").set("date", "2026-11-10")) == "R:FUTURE_EVENT_DATE");
  CHECK(says(reg, contribution("a").set("share_bp", 0)) == "R:SCHEMA_INVALID");
  CHECK(says(reg, contribution("a").set("share_bp", 10'000)) == "OK");
  CHECK(says(reg, contribution("a").set("share_bp", 10'001)) == "R:SCHEMA_INVALID");
}

TEST_CASE("half of the equity is for the inventors of a public body", "[equity]") {
  Register reg = granted();
  signed_contract(reg, sale_right());
  const Outcome below = Register(reg).submit(contribution("a").set("inventor_share_bp", 4'999));
  CHECK(letter(below) == "R:INVENTOR_SHARE_BELOW_MIN");
  CHECK(below.issues[0].detail == "4999 < 5000");
  CHECK(says(reg, contribution("a").set("inventor_share_bp", 10'000)) == "OK");
  // A firm may have agreed on less with its inventors.
  make(reg, kUniversity, "ORG");
  CHECK(says(reg, contribution("a").set("inventor_share_bp", 4'999)) == "F:INVENTOR_SHARE_BELOW_MIN");
  CHECK(says(reg, contribution("a").set("inventor_share_bp", 5'000)) == "OK");
}

TEST_CASE("a person contributes what is its own, and owes its inventors and the public nothing", "[equity]") {
  const Register reg = of_a_person();
  Act act = contribution("a").set("ctr", "ctr:" + kCompany.substr(4) + "/a").set("contributor", Value::Items{kPerson});
  act.by(kCompany, "PARTY").with({kPerson});
  CHECK(says(reg, Act(act).set("inventor_share_bp", 0).set("method", "AGREEMENT")) == "OK");
  // Nobody holds a share of a person.
  CHECK(says(reg, Act(act).set("company", kPerson)) == "R:NOT_RIGHT_HOLDER ROLE_NOT_PERMITTED SCHEMA_INVALID");
}

TEST_CASE("a public body appraises and announces a value that no market found", "[equity][publicity]") {
  Register reg = granted();
  signed_contract(reg, sale_right());
  const std::string told = reg.must(notice());
  const auto agreed = [](const char* method) { return contribution("a").set("method", method); };
  CHECK(says(reg, agreed("AUCTION")) == "OK");
  for (const char* method : {"AGREEMENT", "APPRAISAL"}) {
    INFO(method);
    CHECK(says(reg, agreed(method)) == "R:APPRAISAL_REQUIRED PRICE_PUBLICITY_MISSING");
    CHECK(says(reg, agreed(method).set("publicity_ref", told)) == "R:APPRAISAL_REQUIRED");
    CHECK(says(reg, agreed(method).set("appraisal_hash", hash_of('d'))) == "R:PRICE_PUBLICITY_MISSING");
    CHECK(says(reg, agreed(method).set("appraisal_hash", hash_of('d')).set("publicity_ref", told)) == "OK");
  }
  // A firm agrees on what it likes; a value that is said to be appraised has its report all the same.
  make(reg, kUniversity, "ORG");
  CHECK(says(reg, agreed("AGREEMENT")) == "OK");
  CHECK(says(reg, agreed("APPRAISAL")) == "R:APPRAISAL_REQUIRED");
  CHECK(says(reg, agreed("APPRAISAL").set("appraisal_hash", hash_of('d'))) == "OK");
}

TEST_CASE("where the rule pack says so, a public body's agreement needs no appraisal", "[equity]") {
  Register reg = granted();
  signed_contract(reg, sale_right());
  const std::string told = reg.must(notice());
  Value pack = *reg.pack().row;
  pack.find("params")->set("equity_appraisal_public", 0);
  reg.put(rule_pack_row(1), pack);
  CHECK(says(reg, contribution("a").set("method", "AGREEMENT").set("publicity_ref", told)) == "OK");
  CHECK(says(reg, contribution("a").set("method", "APPRAISAL").set("publicity_ref", told)) == "R:APPRAISAL_REQUIRED");
}

TEST_CASE("a notice behind the contract serves its contribution, and another party's does not", "[equity][publicity]") {
  Register reg = granted();
  const std::string told = reg.must(notice());
  reg.must(contract("a", sale_right(), kCompany).set("price_method", "AGREEMENT").set("publicity_ref", told));
  const Act agreed = contribution("a").set("method", "AGREEMENT").set("appraisal_hash", hash_of('d'));
  CHECK(says(reg, agreed) == "OK");
  reg.put(role_row(kCompany, "INST"), json(R"({"grants":[{"from_index":0}]})"));
  const std::string other = reg.must(notice().by(kCompany, "INST"));
  CHECK(says(reg, Act(agreed).set("publicity_ref", other)) == "R:REF_WRONG_TYPE");
  const std::string open = reg.must(notice().set("from", "2026-10-26").set("to", "2026-11-09"));
  CHECK(says(reg, Act(agreed).set("publicity_ref", open)) == "R:PUBLICITY_PERIOD_OPEN");
}

TEST_CASE("a contribution meets what came after its contract as the transfer or licence that it is", "[equity][conflict][matrix]") {
  struct Said {
    const char* transfer;
    const char* license;
  };
  // What stood on the patent at the contract was judged there; a pledge of then has no record here that is younger.
  const std::map<Burden, Said> kSays = {{Burden::ord, {"F:PRIOR_LICENSE_SURVIVES", "OK"}},
                                        {Burden::open, {"F:OPEN_LICENSE_ACTIVE", "R:OPEN_LICENSE_ACTIVE"}},
                                        {Burden::pledged, {"OK", "OK"}},
                                        {Burden::frozen, {"F:PATENT_FROZEN", "F:PATENT_FROZEN"}},
                                        {Burden::grace, {"F:ANNUITY_ARREARS", "F:ANNUITY_ARREARS"}},
                                        {Burden::contested, {"F:VALIDITY_CONTESTED", "F:VALIDITY_CONTESTED"}},
                                        {Burden::ended, {"R:PATENT_NOT_IN_FORCE", "R:PATENT_NOT_IN_FORCE"}}};
  for (const auto& [column, said] : kSays) {
    INFO(name(column));
    Register sold = granted();
    signed_contract(sold, sale_right());
    burden(sold, column);
    CHECK(letter(sold.submit(contribution("a"))) == said.transfer);
    Register licensed = granted();
    signed_contract(licensed, license_right("EXCL"));
    burden(licensed, column);
    CHECK(letter(licensed.submit(contribution("a", "LICENSE"))) == said.license);
  }
}

TEST_CASE("a pledgee who came after the contract consents to the contribution", "[equity][consent]") {
  for (const char* right : {"LICENSE", "TRANSFER"}) {
    INFO(right);
    Register reg = granted();
    signed_contract(reg, std::string_view(right) == "TRANSFER" ? sale_right() : license_right("ORD"));
    const std::string pledge = reg.must(consent_of(kRival, "patent.withdraw"));  // any record of that time
    Value row = json(R"({"date":"2026-11-09","reg_no":"Y2026500000001"})");
    row.set("pledgees", Value::Items{kLender});
    reg.put(encumbrance_row(kPatent, pledge), row);
    put_member(reg, "pledges", Value::Items{pledge});
    const Outcome out = Register(reg).submit(contribution("a", right));
    CHECK(letter(out) == "R:PLEDGEE_CONSENT_MISSING");
    CHECK(out.issues[0].blocking == std::vector<std::string>{pledge});
    const std::string given = reg.must(consent_of(kLender, "equity.contribute"));
    const std::string id = reg.must(contribution("a", right).set("consents", Value::Items{given}));
    CHECK(reg.find(encumbrance_row(kLender, given))->text_of("used_by") == id);
  }
}

TEST_CASE("nobody contributes a patent that has passed to another meanwhile", "[equity]") {
  Register reg = granted();
  signed_contract(reg, sale_right());
  put_member(reg, "owners", Value::Items{Value(Value::Members{{"party", kRival}})});
  CHECK(says(reg, contribution("a")) == "R:NOT_RIGHT_HOLDER");
}
