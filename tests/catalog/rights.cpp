// SPDX-License-Identifier: Apache-2.0
#include "tests/catalog/rights.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

namespace qinglu::test {

using namespace qinglu::ledger;

const std::string kBuyer = kAgency;
const std::string kBank = kExchange;

std::string hash_of(char digit) { return "sha256:" + std::string(64, digit); }

Value set_of(std::vector<std::string> items) {
  std::ranges::sort(items);
  return Value::Items(items.begin(), items.end());
}

Register with_patent() {
  Register reg;
  grow(reg, PatentStatus::granted);
  reg.must(paid(4, "2025-05-06"));
  reg.must(paid(5, "2026-05-06"));
  return reg;
}

void put_member(Register& reg, std::string_view member, Value value) {
  Value row = reg.row(kPatent);
  row.set(member, std::move(value));
  reg.put(subject_row(kPatent), std::move(row));
}

namespace {

void add_item(Register& reg, std::string_view member, Value item) {
  Value::Items items = reg.row(kPatent).items_of(member);
  items.push_back(std::move(item));
  put_member(reg, member, std::move(items));
}

}  // namespace

std::string license(Register& reg, std::string_view kind, char suffix, const char* scope) {
  const std::string record = hash_of(suffix);
  const std::string id = record + "/0";
  Value row = json(
      R"({"scope":{"fields":["ALL"],"from":"2025-01-01","manner":["IMPORT","MAKE","OFFER","SELL","USE","USE_PROCESS"],"territory":["CN"]}})");
  if (scope) row.set("scope", json(scope));
  row.set("kind", kind);
  row.set("record", record);
  row.set("licensees", Value::Items{kBuyer});
  row.set("licensors", Value::Items{kUniversity});
  reg.put(encumbrance_row(kPatent, id), std::move(row));
  add_item(reg, "licenses", id);
  return id;
}

void share(Register& reg, int university, int company) {
  const auto owner = [](const std::string& party, int bp) { return Value(Value::Members{{"party", party}, {"share", bp}}); };
  put_member(reg, "owners", Value::Items{owner(kUniversity, university), owner(kCompany, company)});
}

std::string burden(Register& reg, Burden column, char suffix) {
  const std::string record = hash_of(suffix);
  switch (column) {
    case Burden::excl: return license(reg, "EXCL", suffix);
    case Burden::sole: return license(reg, "SOLE", suffix);
    case Burden::ord: return license(reg, "ORD", suffix);
    case Burden::open: {
      Value open = json(
          R"({"declared":"2026-01-05","fee":{"fen":100},"fee_mode":"LUMP_SUM","from":"2026-01-20","until":"2028-01-19"})");
      open.set("record", record);
      put_member(reg, "open", std::move(open));
      return record;
    }
    case Burden::pledged: {
      Value row = json(R"({"claim":{"from":"2026-01-01","to":"2027-01-01"},"date":"2026-01-01","reg_no":"Y2026000001"})");
      row.set("pledgees", Value::Items{kBank});
      row.set("pledgors", Value::Items{kUniversity});
      row.set("record", record);
      reg.put(encumbrance_row(kPatent, record), std::move(row));
      add_item(reg, "pledges", record);
      return record;
    }
    case Burden::frozen: {
      Value interval = json(R"({"from":"2026-10-08","until":"2027-04-08"})");
      interval.set("record", record);
      add_item(reg, "preserved", std::move(interval));
      return record;
    }
    case Burden::grace: put_member(reg, "annuities", json(R"({"first_year":3,"paid":[4]})")); return {};
    case Burden::contested: add_item(reg, "contested", record); return record;
    case Burden::ended:
      put_member(reg, "status", "LAPSED");
      return std::string(reg.row(kPatent).text_of("record"));
    case Burden::coowner: share(reg, 6'000, 4'000); return {};
  }
  return {};
}

Act declaration() {
  return Act("openlicense.declare", R"({"fee":{"fen":5000000},"fee_mode":"LUMP_SUM","license_months":24,"until":"2028-11-22"})")
      .set("pat", kPatent)
      .set("owners", Value::Items{kUniversity})
      .by(kUniversity, "PARTY");
}

Act transfer() {
  return Act("transfer.register", R"({"announce_no":"CN2026-47","basis":"MERGER","date":"2026-11-23"})")
      .set("pat", kPatent)
      .set("from", Value::Items{kUniversity})
      .set("to", Value::Items{Value(Value::Members{{"party", kBuyer}})})
      .by(kIpo, "IPO")
      .with({kUniversity, kBuyer});
}

Act pledge() {
  return Act("pledge.register",
             R"({"claim":{"amount":{"fen":300000000},"from":"2026-11-23","kind":"LOAN","to":"2028-11-22"},"date":"2026-11-23","reg_no":"Y2026980000123"})")
      .set("patents", Value::Items{kPatent})
      .set("pledgor", Value::Items{kUniversity})
      .set("pledgee", Value::Items{kBank})
      .by(kIpo, "IPO")
      .with({kUniversity, kBank});
}

Act abandonment() {
  return Act("patent.abandon", R"({"date":"2026-11-23","scope":"WHOLE"})")
      .set("pat", kPatent)
      .set("owners", Value::Items{kUniversity})
      .by(kIpo, "IPO")
      .with({kUniversity});
}

Act consent(std::string_view by, std::string_view act) {
  Value scope = json(R"({"from":"2026-01-01","until":"2027-12-31","uses":"MANY"})");
  scope.set("acts", Value::Items{act});
  scope.set("subjects", Value::Items{kPatent});
  return Act("consent.give", Value(Value::Members{{"by", by}, {"for", std::move(scope)}})).by(by, "PARTY");
}

Act citing(Act act, const std::string& given) { return act.set("consents", Value::Items{given}); }

}  // namespace qinglu::test
