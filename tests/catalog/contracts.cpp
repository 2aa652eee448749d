// SPDX-License-Identifier: Apache-2.0
#include "tests/catalog/contracts.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"

namespace qinglu::test {

using namespace qinglu::ledger;

const std::string kRival = org("91500112MAQL00021");
const std::string kCoowner = org("91500112MAQL00033");
const std::string kLender = org("91500112MAQL00044");

namespace {

void enrol(Register& reg, const std::string& id) {
  const std::string pub = to_hex(crypto::sha256(id));
  reg.put(party_row(id), json(R"({"first_index":0,"key_count":1,"kind":"ORG","open_keys":["k1"],"status":"ACTIVE"})"));
  Value key = json(R"({"suite":1,"windows":[{"from_index":0}]})");
  key.set("pub", pub);
  reg.put(key_row(id, "k1"), key);
}

}  // namespace

Register granted(Fees fees) {
  Register reg;
  for (const std::string& id : {kRival, kCoowner, kLender}) enrol(reg, id);
  reg.put(role_row(kUniversity, "INST"), json(R"({"grants":[{"from_index":0}]})"));
  reg.put(role_row(kRegistry, "REG"), json(R"({"grants":[{"from_index":0}]})"));
  grow(reg, PatentStatus::granted);
  if (fees != Fees::lapsing) {
    reg.must(paid(4, "2025-05-08"));
    if (fees == Fees::paid) reg.must(paid(5, "2026-05-08"));
  }
  reg.today(kDay);
  return reg;
}

void share_with_coowner(Register& reg) {
  Value row = reg.row(kPatent);
  row.set("owners", Value::Items{Value(Value::Members{{"party", kUniversity}}), Value(Value::Members{{"party", kCoowner}})});
  reg.put(subject_row(kPatent), row);
}

Value scope_of(const char* from, const char* to) {
  Value scope = json(R"({"fields":["F27D17"],"manner":["MAKE","SELL","USE"],"territory":["50"]})");
  scope.set("from", from);
  scope.set("to", to);
  return scope;
}

namespace {

Value right(std::string_view deal) {
  Value data = json(R"({"app_no":"CN2022102345684","filing_date":"2022-05-10","patent_no":"ZL2022102345684","valid_to":"2042-05-09"})");
  data.set("title", "一种余热回收装置");
  data.set("holders", Value::Items{kUniversity});
  return Value::Members{{"deal", deal}, {"pat", kPatent}, {"patent_data", data}};
}

}  // namespace

Value license_right(std::string_view kind) {
  Value made = right("LICENSE");
  made.set("license_kind", kind);
  made.set("scope", scope_of());
  return made;
}

Value sale_right() { return right("TRANSFER"); }

Value party_of(std::string_view party, std::string_view side) { return Value::Members{{"party", party}, {"side", side}}; }

std::string key_of(std::string_view local) { return "ctr:" + kUniversity.substr(4) + "/" + std::string(local); }

Act at(Act act) { return act.on(kDay); }

Act contract(std::string_view local, Value right, std::string_view licensee) {
  const bool license = right.text_of("deal") == "LICENSE";
  Act act("contract.sign", R"({"effective_date":"2026-12-01","price_method":"LISTING","title":"技术合同"})");
  act.set("ctr", key_of(local)).set("kind", license ? "LIC-P" : "TRF-P").set("sign_date", kDay);
  act.set("parties", Value::Items{party_of(kUniversity, license ? "LICENSOR" : "ASSIGNOR"),
                                  party_of(licensee, license ? "LICENSEE" : "ASSIGNEE")});
  act.set("rights", Value::Items{std::move(right)}).set("text_commit", "sha256:" + std::string(64, 'a'));
  return at(act.by(kUniversity, "PARTY").with({licensee}));
}

Act ends(std::string_view type, std::string_view local) {
  Act act(type, R"({"reason":"协商一致"})");
  return at(act.set("ctr", key_of(local)).set("date", kDay).by(kUniversity, "PARTY").with({kCompany}));
}

Act recordal(std::string_view local) {
  Act act("license.record", R"({"recordal_no":"X2026500000001"})");
  return at(act.set("ctr", key_of(local)).set("date", kDay).set("patents", Value::Items{kPatent}));
}

Act sublicense(const std::string& head) {
  Act act("license.sublicense", "{}");
  act.set("pat", kPatent).set("head", head).set("sign_date", kDay).set("scope", scope_of());
  return at(act.set("by", Value::Items{kCompany}).set("to", Value::Items{kRival}).by(kCompany, "PARTY").with({kRival}));
}

Act consent_of(std::string_view by, std::string_view act_word) {
  Act act("consent.give", "{}");
  Value scope = json(R"({"from":"2026-01-01","until":"2026-12-31","uses":"ONE"})");
  scope.set("acts", Value::Items{act_word});
  scope.set("subjects", Value::Items{kPatent});
  return at(act.set("for", scope).set("by", by).by(by, "PARTY"));
}

std::string letter(const Outcome& outcome) {
  if (!outcome.accepted()) return "R:" + outcome.codes();
  return outcome.flags.empty() ? "OK" : "F:" + outcome.flag_codes();
}

}  // namespace qinglu::test
