// SPDX-License-Identifier: Apache-2.0
#include "tests/catalog/cases.hpp"

#include <algorithm>

#include "ledger/model/rows.hpp"

namespace qinglu::test {

using namespace qinglu::ledger;

Register court_register() {
  Register reg;
  const auto add = [&](const std::string& id, std::string_view role, std::string_view region) {
    Value row = json(R"({"first_index":0,"key_count":1,"kind":"ORG","open_keys":["k1"],"status":"ACTIVE"})");
    row.set("name", id);
    row.set("region", region);
    reg.put(party_row(id), row);
    reg.put(key_row(id, "k1"), json(R"({"suite":1,"windows":[{"from_index":0}]})"));
    if (!role.empty()) reg.put(role_row(id, role), json(R"({"grants":[{"from_index":0,"scope":{"region":"50"}}]})"));
  };
  add(kHighCourt, "COURT", "50");
  add(kDepartment, "ADMIN", "50");
  add(kForeigner, "", "US");
  grow(reg, PatentStatus::granted);
  return reg;
}

namespace {

Value asserted(const char* claims) {
  Value item = json("{\"claims\":" + std::string(claims) + "}");
  item.set("pat", kPatent);
  return Value::Items{item};
}

Value outcome(const char* result) {
  Value items = asserted("[1,2]");
  items.items()[0].set("result", result);
  return items;
}

}  // namespace

Act case_filed() {
  Act act("case.file",
          R"({"acts":["MAKE","SELL"],"case_no":"（2026）渝01民初17号","first_act":"2025-03-01","last_act":"2025-09-30","place":"500112","route":"CIVIL","standing":"OWNER"})");
  return act.set("case", kCaseKey)
      .set("body", kCourt)
      .set("claimants", Value::Items{kUniversity})
      .set("respondents", Value::Items{kCompany})
      .set("pats", Value::Items{kPatent})
      .set("asserted_claims", asserted("[1,2]"))
      .by(kUniversity, "PARTY")
      .on("2026-03-02");
}

Act case_accepted(const char* date) {
  return Act("case.accept", "{}").set("case", kCaseKey).set("date", date).set("served", served({kCompany}, "2026-03-10")).by(kCourt, "COURT");
}

Act case_answered(const char* date) {
  return Act("case.answer", R"({"defences":["PRIOR_ART"]})")
      .set("case", kCaseKey)
      .set("date", date)
      .set("by", kCompany)
      .by(kCompany, "PARTY");
}

Act case_evidence() {
  return Act("case.evidence", "{}").set("case", kCaseKey).set("offered_by", kUniversity).by(kUniversity, "PARTY").on("2026-04-01");
}

Act case_decided(const char* result) {
  return Act("case.decide", R"({"date":"2026-06-01","instance":"FIRST","orders":["PAY","STOP"]})")
      .set("case", kCaseKey)
      .set("outcome", outcome(result))
      .set("served", served({kUniversity, kCompany}, "2026-06-05"))
      .by(kCourt, "COURT");
}

Act case_appealed(const std::string& by, const char* date) {
  return Act("case.appeal", "{}").set("case", kCaseKey).set("by", by).set("court", kHighCourt).set("date", date).by(by, "PARTY");
}

Act case_effective(const char* date) {
  return Act("case.effective", "{}").set("case", kCaseKey).set("date", date).by(kCourt, "COURT");
}

Act case_settled(bool promise) {
  return Act("case.settle", "{}")
      .set("case", kCaseKey)
      .set("parties", Value::Items{kUniversity, kCompany})
      .set("stop_promise", promise)
      .set("terms_commit", kSomeHash)
      .by(kUniversity, "PARTY")
      .with({kCompany})
      .on("2026-05-06");
}

Act case_mediated() {
  return Act("case.mediation", R"({"date":"2026-05-06"})")
      .set("case", kCaseKey)
      .set("parties", Value::Items{kUniversity, kCompany})
      .set("terms_commit", kSomeHash)
      .by(kRegistry, "PARTY")
      .with({kUniversity, kCompany});
}

Act admin_filed() {
  return case_filed().set("case", kAdminCase).set("body", kDepartment).set("route", "ADMIN").set("case_no", "渝知法处字〔2026〕3号");
}
Act admin_accepted() { return case_accepted().set("case", kAdminCase).by(kDepartment, "ADMIN"); }
Act admin_decided() { return case_decided().set("case", kAdminCase).by(kDepartment, "ADMIN"); }

std::string decided_case(Register& reg, const char* result) {
  reg.must(case_filed());
  reg.must(case_accepted());
  return reg.must(case_decided(result));
}

}  // namespace qinglu::test
