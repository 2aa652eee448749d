// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/judgment.hpp"

#include <algorithm>
#include <string>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/court_case.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::string_view kOrders[] = {"DESTROY", "PAY", "STOP"};
constexpr std::string_view kStatuses[] = {"FULL", "NONE", "PARTIAL"};
constexpr Field kFields[] = {
    kCase, of(need("order", FieldType::choice, "裁判主文项：停止、销毁、赔偿", "order: stop, destroy or pay"), kOrders),
    of(need("status", FieldType::choice, "履行情况：全部、未履行、部分", "performed in full, not, or in part"), kStatuses),
    need("date", FieldType::date, "履行日", "day on which this holds")};

constexpr Role kCourts[] = {Role::court};
constexpr Precondition kRules[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "案件已在链上", "the case is on the ledger"},
    {"CASE_STATE_FORBIDS", "PL", "47", "裁判已生效", "the decision is effective"},
    {"SCHEMA_INVALID", "QLR", "6.9", "裁判主文含该项", "the decision has this order"},
    {"EVENT_BEFORE_PRIOR", "QLR", "6.9", "不早于立案", "not before the case was filed"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"}};

constexpr RecordType kTypes[] = {
    {.name = "judgment.perform",
     .zh = "裁判履行情况",
     .en = "performance of a decision",
     .category = Category::infringement,
     .fields = kFields,
     .signers = {.roles = kCourts},
     .preconditions = kRules,
     .effect_zh = "记下履行情况：已履行的不受此后的无效宣告影响",
     .effect_en = "performance is kept: what was performed is not touched by a later invalidation",
     .date_field = "date"}};

void perform(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_case(in, verdict);
  if (!row) return;
  take_case_act(in, verdict, "judgment.perform", day, *row);
  const std::string_view order = in.data.text_of("order");
  // An agreement by mediation has its own terms; a decision lists what it orders.
  if (const Value* decision = row->find("mediation") ? nullptr : decision_of(*row, row->text_of("judged"))) {
    const Value::Items& orders = decision->items_of("orders");
    if (std::ranges::find(orders, *in.data.find("order")) == orders.end()) {
      raise(verdict, issue("SCHEMA_INVALID", "/data/order", std::string(order)));
    }
  }
  Value performed = row->find("performed") ? *row->find("performed") : Value();
  Value kept(Value::Members{{"record", to_sha256_id(in.record_id)}});
  copy(in, kept, {"date", "status"});
  performed.set(order, std::move(kept));
  row->set("performed", std::move(performed));
  store_case(in, verdict, std::move(*row));
}

}  // namespace

std::span<const RecordType> judgment_types() { return kTypes; }

Rule judgment_rule(std::string_view type) { return type == "judgment.perform" ? perform : nullptr; }

}  // namespace qinglu::ledger
