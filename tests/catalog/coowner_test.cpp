// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "tests/catalog/rights.hpp"
#include "tests/support/catch.hpp"

using namespace qinglu;
using namespace qinglu::ledger;
using namespace qinglu::test;

namespace {

Value owner(std::string_view party, int share) { return Value(Value::Members{{"party", party}, {"share", share}}); }

/// University 5,000, company 3,000, bank 2,000.
Register with_three() {
  Register reg = with_patent();
  put_member(reg, "owners", Value::Items{owner(kUniversity, 5'000), owner(kCompany, 3'000), owner(kBank, 2'000)});
  return reg;
}

Act agreement(const char* rules) {
  return Act("coowner.agreement", Value())
      .set("pat", kPatent)
      .set("rules", json(rules))
      .set("text_commit", hash_of('4'))
      .set("owners", set_of({kUniversity, kCompany, kBank}))
      .by(kUniversity, "PARTY")
      .with({kCompany, kBank});
}

Act agreement_on_license(std::initializer_list<std::string> licensors) {
  Act act = agreement("{}");
  return act.set("rules", Value(Value::Members{{"who_may_license", set_of(licensors)}}));
}

Act declared_by(const std::string& owner) { return declaration().set("owners", Value::Items{owner}).by(owner, "PARTY"); }

Act abandoned_by(std::initializer_list<std::string_view> owners) {
  return abandonment().set("owners", set_of({owners.begin(), owners.end()})).by(kIpo, "IPO").with(owners);
}

/// What the matrix says of a licence that one party grants; licences themselves are other records.
std::string licensed_by(const Register& reg, RightAct act, const std::string& grantor) {
  const Value body = json(R"({"data":{},"event_date":"2026-11-23","role":"PARTY"})");
  const RulePack pack = reg.pack();
  const Digest id{};
  const RuleInput input{body, *body.find("data"), *find_record_type("coowner.agreement"), reg, pack, id, id, 0, 1'795'406'400'000, {}};
  const Value row = reg.row(kPatent);
  const Date day = *parse_date("2026-11-23");
  Outcome out;
  Verdict verdict(false);
  Consents consents(input);
  judge_right_use(input, verdict,
                  {.act = act,
                   .patent = kPatent,
                   .row = row,
                   .pointer = "/data/pat",
                   .day = day,
                   .scope = rest_of_patent(input, row, day),
                   .actors = {grantor},
                   .consent_to = "license.grant"},
                  consents);
  out.issues = verdict.issues();
  return out.codes();
}

}  // namespace

TEST_CASE("all owners agree, and only they", "[coowner]") {
  const Register reg = with_three();
  const Act agreed = agreement(R"({"consent_threshold":5000})");
  const auto codes = [&](const Act& act) { return Register(reg).submit(act).codes(); };
  CHECK(codes(agreed).empty());
  CHECK(codes(Act(agreed).set("owners", set_of({kUniversity, kCompany})).by(kUniversity, "PARTY").with({kCompany})) == "COOWNER_CONSENT_MISSING");
  CHECK(codes(Act(agreed).set("owners", set_of({kBuyer, kUniversity, kCompany, kBank})).with({kBuyer})) == "NOT_RIGHT_HOLDER");
  CHECK(codes(Act(agreed).by(kUniversity, "PARTY").with({kCompany})) == "MISSING_SIGNATURE");
  CHECK(codes(agreement_on_license({kBuyer})) == "NOT_RIGHT_HOLDER");
}

TEST_CASE("an agreement agrees on something, about one patent, in parts that add up", "[coowner]") {
  const Register reg = with_three();
  const auto codes = [&](const Act& act) { return Register(reg).submit(act).codes(); };
  CHECK(codes(agreement("{}")) == "SCHEMA_INVALID");
  const auto split = [](int a, int b) {
    return agreement("{}").set("rules", Value(Value::Members{{"split", Value::Items{Value(Value::Members{{"bp", a}, {"party", kUniversity}}),
                                                                                   Value(Value::Members{{"bp", b}, {"party", kCompany}})}}}));
  };
  CHECK(codes(split(7'000, 3'000)).empty());
  CHECK(codes(split(7'000, 2'999)) == "SHARE_SUM_INVALID");
  CHECK(codes(agreement(R"({"consent_threshold":5000})").set("patent_data_commit", hash_of('1'))) == "SCHEMA_INVALID");
  CHECK(codes(agreement(R"({"consent_threshold":0})")) == "SCHEMA_INVALID");
}

TEST_CASE("an agreement on an unpublished application names a commitment only", "[coowner]") {
  Register reg;
  reg.must(accept());
  CHECK(reg.submit(agreement(R"({"consent_threshold":5000})")).codes() == "UNPUBLISHED_DATA_IN_CLEAR");
  const Value data = json(R"({"rules":{"consent_threshold":5000}})");
  Act hidden("coowner.agreement", data);
  hidden.set("patent_data_commit", hash_of('1')).set("text_commit", hash_of('4')).set("owners", Value::Items{kUniversity}).by(kUniversity, "PARTY");
  reg.must(hidden);
  CHECK_FALSE(reg.row(kPatent).find("coowners"));
}

TEST_CASE("nothing is agreed on a right that has ended", "[coowner]") {
  Register reg = with_three();
  burden(reg, Burden::ended);
  CHECK(reg.submit(agreement(R"({"consent_threshold":5000})")).codes() == "PATENT_NOT_IN_FORCE");
}

TEST_CASE("who may license alone by the agreement needs nobody; the others need everybody", "[coowner][conflict]") {
  Register reg = with_three();
  CHECK(Register(reg).submit(declared_by(kCompany)).codes() == "COOWNER_CONSENT_MISSING");
  reg.must(agreement_on_license({kCompany}));
  CHECK(Register(reg).submit(declared_by(kCompany)).accepted());
  const Outcome out = Register(reg).submit(declared_by(kBank));
  CHECK(out.codes() == "COOWNER_CONSENT_MISSING");
  CHECK(out.issues.size() == 2);
  // It says nothing of other acts: PL 14 stands.
  CHECK(reg.submit(abandoned_by({kCompany})).codes() == "COOWNER_CONSENT_MISSING");
}

TEST_CASE("each owner grants ordinary licences alone, unless the agreement names who does", "[coowner][conflict]") {
  Register reg = with_three();
  CHECK(licensed_by(reg, RightAct::license_ord, kCompany).empty());
  CHECK(licensed_by(reg, RightAct::license_excl, kCompany) == "COOWNER_CONSENT_MISSING");
  reg.must(agreement_on_license({kUniversity}));
  for (const RightAct act : {RightAct::license_ord, RightAct::license_sole, RightAct::license_excl}) {
    INFO(name(act));
    CHECK(licensed_by(reg, act, kUniversity).empty());
    CHECK(licensed_by(reg, act, kCompany) == "COOWNER_CONSENT_MISSING");
  }
  CHECK(licensed_by(reg, RightAct::sublicense, kBuyer).empty());
}

TEST_CASE("the shares that were agreed on carry an act, by signature or consent", "[coowner][conflict]") {
  const std::string_view owners[] = {kUniversity, kCompany, kBank};
  const int shares[] = {5'000, 3'000, 2'000};
  for (const int threshold : {1, 2'000, 5'000, 5'001, 7'000, 8'000, 8'001, 10'000}) {
    Register reg = with_three();
    reg.must(agreement(R"({"consent_threshold":1})").set("rules", Value(Value::Members{{"consent_threshold", threshold}})));
    std::string consents[3];
    for (int i = 0; i < 3; ++i) consents[i] = reg.must(consent(owners[i], "patent.abandon"));
    // Every owner signs, consents, or does neither; somebody signs.
    for (int ways = 0; ways < 27; ++ways) {
      std::vector<std::string> signs;
      std::vector<std::string> cited;
      int sum = 0;
      for (int i = 0, rest = ways; i < 3; ++i, rest /= 3) {
        if (rest % 3 == 1) signs.emplace_back(owners[i]);
        if (rest % 3 == 2) cited.emplace_back(consents[i]);
        if (rest % 3) sum += shares[i];
      }
      if (signs.empty()) continue;
      Act act = abandonment().set("owners", set_of(signs)).by(kIpo, "IPO");
      for (const std::string& signer : signs) act.with({signer});
      if (!cited.empty()) act.set("consents", set_of(cited));
      INFO("threshold " << threshold << ", shares " << sum);
      CHECK(Register(reg).submit(act).codes() == (sum >= threshold ? "" : "COOWNER_CONSENT_MISSING"));
    }
  }
}

TEST_CASE("without shares the owners count by heads", "[coowner][conflict]") {
  Register reg = with_three();
  const auto bare = [](const std::string& party) { return Value(Value::Members{{"party", party}}); };
  put_member(reg, "owners", Value::Items{bare(kUniversity), bare(kCompany), bare(kBank)});
  reg.must(agreement(R"({"consent_threshold":6667})"));
  CHECK(Register(reg).submit(abandoned_by({kUniversity, kCompany})).codes() == "COOWNER_CONSENT_MISSING");
  reg.must(agreement(R"({"consent_threshold":6666})"));
  CHECK(reg.submit(abandoned_by({kUniversity, kCompany})).accepted());
}

TEST_CASE("an abandonment ends the right as of its day, by all owners and the office", "[patent][abandon]") {
  Register reg = with_patent();
  CHECK(Register(reg).submit(abandonment().by(kIpo, "IPO")).codes() == "MISSING_SIGNATURE");
  CHECK(Register(reg).submit(abandonment().by(kUniversity, "PARTY")).codes() == "ROLE_NOT_PERMITTED");
  CHECK(Register(reg).submit(abandoned_by({kCompany})).codes() == "COOWNER_CONSENT_MISSING NOT_RIGHT_HOLDER");
  CHECK(Register(reg).submit(abandonment().set("date", "2026-11-24")).codes() == "FUTURE_EVENT_DATE");
  CHECK(Register(reg).submit(abandonment().set("date", "2024-06-20")).codes() == "EVENT_BEFORE_PRIOR");
  CHECK(Register(reg).submit(abandonment().set("scope", "PART")).codes() == "SCHEMA_INVALID");
  reg.must(abandonment());
  CHECK(reg.status_of(kPatent) == "ABANDONED");
  CHECK(reg.row(kPatent).text_of("since") == "2026-11-23");
  CHECK(reg.submit(abandonment()).codes() == "PATENT_NOT_IN_FORCE");
  CHECK(reg.submit(pledge()).codes() == "PATENT_NOT_IN_FORCE");
}

TEST_CASE("an application is withdrawn, not abandoned", "[patent][abandon]") {
  Register reg;
  grow(reg, PatentStatus::published);
  CHECK(reg.submit(abandonment()).codes() == "STATE_FORBIDS");
}
