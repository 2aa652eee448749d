// SPDX-License-Identifier: Apache-2.0
#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

// Consents are used here by abandonments and transfers of a pledged patent.

namespace {

const std::string kOther = "pat:" + app_no("202310234568");

/// The bank's consent, with some members of its scope changed.
Act with_scope(std::initializer_list<std::pair<std::string_view, Value>> members, std::string_view act = "transfer.register") {
  Value scope = json(R"({"from":"2026-01-01","until":"2027-12-31","uses":"MANY"})");
  scope.set("acts", Value::Items{act});
  scope.set("subjects", Value::Items{kPatent});
  for (const auto& [name, value] : members) {
    if (value.is_boolean()) {
      scope.erase(name);  // false stands for: left out
    } else {
      scope.set(name, value);
    }
  }
  return Act("consent.give", Value(Value::Members{{"by", kBank}, {"for", std::move(scope)}})).by(kBank, "PARTY");
}

Act withdrawn(const std::string& consent, std::string_view date = "2026-11-23") {
  return Act("consent.withdraw", Value()).set("consent", consent).set("by", kBank).set("date", date).by(kBank, "PARTY");
}

Register pledged() {
  Register reg = with_patent();
  burden(reg, Burden::pledged);
  return reg;
}

/// What a transfer that cites the consent is answered, on a copy.
std::string answer(const Register& reg, const std::string& consent) { return Register(reg).submit(citing(transfer(), consent)).codes(); }

}  // namespace

TEST_CASE("a consent is given by whoever consents, about patents that are public", "[consent]") {
  Register reg = pledged();
  reg.must(with_scope({}));
  CHECK(reg.submit(with_scope({}).by(kUniversity, "PARTY")).codes() == "MISSING_SIGNATURE");
  CHECK(reg.submit(with_scope({}).with({kUniversity})).codes() == "ROLE_NOT_PERMITTED");
  CHECK(reg.submit(with_scope({{"subjects", Value::Items{kOther}}})).codes() == "SUBJECT_NOT_FOUND");
  Register early;
  early.must(accept());
  CHECK(early.submit(with_scope({})).codes() == "UNPUBLISHED_DATA_IN_CLEAR");
  early.must(with_scope({{"subjects", Value(false)}, {"patent_data_commit", hash_of('1')}}));
}

TEST_CASE("a consent names patents or a commitment, acts, and days in order", "[consent]") {
  Register reg = pledged();
  CHECK(reg.submit(with_scope({{"subjects", Value(false)}})).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(with_scope({{"patent_data_commit", hash_of('1')}})).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(with_scope({{"acts", list_of(R"(["patent.grant"])")}})).codes() == "SCHEMA_INVALID");
  CHECK(reg.submit(with_scope({{"until", "2025-12-31"}})).codes() == "EVENT_BEFORE_PRIOR");
  reg.must(with_scope({{"until", "2026-01-01"}}));
}

TEST_CASE("only a consent to licences is narrowed to kinds of licences", "[consent]") {
  Register reg = pledged();
  CHECK(reg.submit(with_scope({{"kinds", list_of(R"(["ORD"])")}})).codes() == "SCHEMA_INVALID");
  reg.must(with_scope({{"kinds", list_of(R"(["ORD"])")}}, "license.grant"));
}

TEST_CASE("a consent serves the act that cites it, of the party that is asked", "[consent]") {
  Register reg = pledged();
  const std::string given = reg.must(with_scope({}));
  CHECK(Register(reg).submit(transfer()).codes() == "PLEDGEE_CONSENT_MISSING");
  CHECK(answer(reg, given).empty());
  CHECK(answer(reg, reg.must(with_scope({}, "transfer.contract"))) == "PLEDGEE_CONSENT_MISSING");
  CHECK(answer(reg, reg.must(consent(kCompany, "transfer.register"))) == "PLEDGEE_CONSENT_MISSING");
  reg.put(subject_row(kOther), reg.row(kPatent));
  CHECK(answer(reg, reg.must(with_scope({{"subjects", Value::Items{kOther}}}))) == "PLEDGEE_CONSENT_MISSING");
  const Value both = set_of({kOther, kPatent});
  CHECK(answer(reg, reg.must(with_scope({{"subjects", both}}))).empty());
  CHECK(answer(reg, hash_of('a')) == "REF_NOT_FOUND");
}

TEST_CASE("a consent holds from its first to its last day, both included", "[consent]") {
  Register reg = pledged();
  const auto between = [&](std::string_view from, std::string_view until) {
    return answer(reg, reg.must(with_scope({{"from", Value(from)}, {"until", Value(until)}})));
  };
  CHECK(between("2026-11-23", "2026-11-23").empty());
  CHECK(between("2026-11-24", "2027-12-31") == "CONSENT_EXPIRED");
  CHECK(between("2026-01-01", "2026-11-22") == "CONSENT_EXPIRED");
}

TEST_CASE("a consent for one use is used up by the first act that it carries", "[consent]") {
  Register reg = pledged();
  const std::string once = reg.must(with_scope({{"uses", "ONE"}}));
  // A refused act uses nothing up.
  CHECK(reg.submit(citing(transfer().set("to_commit", hash_of('1')), once)).codes() == "SCHEMA_INVALID");
  const std::string used = reg.must(citing(transfer(), once));
  CHECK(reg.find(encumbrance_row(kBank, once))->text_of("used_by") == used);
  const Act back = transfer().set("from", Value::Items{kBuyer}).set("to", Value::Items{Value(Value::Members{{"party", kUniversity}})});
  const Outcome out = reg.submit(citing(back, once));
  CHECK(out.codes() == "CONSENT_EXPIRED");
  CHECK(out.issues[0].detail == kBank);
  const std::string many = reg.must(with_scope({}));
  reg.must(citing(back, many));
  reg.must(citing(transfer(), many));
}

TEST_CASE("a consent that nobody asked for is not used up", "[consent]") {
  Register reg = with_patent();
  const std::string once = reg.must(with_scope({{"uses", "ONE"}}));
  reg.must(citing(transfer(), once));
  CHECK_FALSE(reg.find(encumbrance_row(kBank, once))->find("used_by"));
}

TEST_CASE("among several consents one that holds is enough", "[consent]") {
  Register reg = pledged();
  // Ids sort at random: some of those that are over stand before the good one, some behind.
  std::vector<std::string> cited;
  for (int i = 0; i < 12; ++i) cited.push_back(reg.must(with_scope({{"until", "2026-11-22"}})));
  CHECK(Register(reg).submit(transfer().set("consents", set_of(cited))).codes() == "CONSENT_EXPIRED");
  cited.push_back(reg.must(with_scope({})));
  CHECK(Register(reg).submit(transfer().set("consents", set_of(cited))).accepted());
}

TEST_CASE("every party of a burden is asked for itself", "[consent]") {
  Register reg = pledged();
  share(reg, 6'000, 4'000);
  const std::string bank = reg.must(consent(kBank, "patent.abandon"));
  const Outcome out = Register(reg).submit(citing(abandonment(), bank));
  CHECK(out.codes() == "COOWNER_CONSENT_MISSING");
  CHECK(out.issues[0].detail == kCompany);
  const std::string company = reg.must(consent(kCompany, "patent.abandon"));
  reg.must(abandonment().set("consents", set_of({bank, company})));
}

TEST_CASE("a withdrawn consent carries no later act", "[consent]") {
  Register reg = pledged();
  const std::string given = reg.must(with_scope({}));
  reg.must(withdrawn(given));
  CHECK(answer(reg, given) == "CONSENT_EXPIRED");
  // An act of a day before the withdrawal still rests on it.
  CHECK(Register(reg).submit(citing(transfer().on("2026-11-22"), given)).accepted());
}

TEST_CASE("a consent is withdrawn once, by who gave it", "[consent]") {
  Register reg = pledged();
  const std::string given = reg.must(with_scope({}));
  const Act another = Act("consent.withdraw", Value()).set("consent", given).set("by", kCompany).set("date", "2026-11-23").by(kCompany, "PARTY");
  CHECK(reg.submit(another).codes() == "REF_WRONG_TYPE");
  CHECK(reg.submit(withdrawn(given, "2026-11-24")).codes() == "FUTURE_EVENT_DATE");
  CHECK(reg.submit(withdrawn(hash_of('a'))).codes() == "REF_NOT_FOUND");
  reg.must(withdrawn(given));
  CHECK(reg.submit(withdrawn(given)).codes() == "STATE_FORBIDS");
}

TEST_CASE("an act that was done on a consent stands when it is withdrawn", "[consent]") {
  Register reg = pledged();
  const std::string given = reg.must(with_scope({}));
  reg.must(citing(transfer(), given));
  reg.must(withdrawn(given));
  CHECK(holders(reg.row(kPatent)) == std::vector<std::string>{kBuyer});
}
