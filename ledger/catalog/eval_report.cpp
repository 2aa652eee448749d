// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/eval_report.hpp"

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::string_view kConclusions[] = {"NEGATIVE", "PARTIAL", "POSITIVE"};
constexpr Field kFields[] = {
    kPat,
    need("report_no", FieldType::text, "报告编号", "number of the report"),
    need("date", FieldType::date, "出具日", "day of the report"),
    of(need("conclusion", FieldType::choice, "结论", "conclusion"), kConclusions),
    need("hash", FieldType::hash, "报告摘要值", "digest of the report"),
    kCnipaCode};

constexpr Precondition kRules[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "the patent is on the ledger"},
    {"STATE_FORBIDS", "IR", "62", "已授权公告", "the grant was announced"},
    {"NOT_UM_OR_DESIGN", "PL", "66", "实用新型或外观设计", "a utility model or a design"},
    {"EVAL_REPORT_EXISTS", "IR", "63", "尚未出具评价报告，一件专利只出具一份", "no report yet: one for each patent"},
    {"EVENT_BEFORE_PRIOR", "IR", "62", "不早于申请日", "not before the filing date"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"}};

constexpr RecordType kTypes[] = {{.name = "eval_report.issue",
                                  .zh = "专利权评价报告",
                                  .en = "evaluation report",
                                  .category = Category::filing,
                                  .fields = kFields,
                                  .signers = {.roles = kOnlyIpo},
                                  .preconditions = kRules,
                                  .effect_zh = "报告及结论记在专利名下",
                                  .effect_en = "the report and its conclusion stand with the patent",
                                  .date_field = "date"}};

void issue_report(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row) return;
  take_act(verdict, "eval_report.issue", day, *row);
  if (row->text_of("type") == "INV") {
    raise(verdict, issue("NOT_UM_OR_DESIGN", "/data/pat", std::string(row->text_of("type"))));
  }
  if (const Value* report = row->find("eval_report")) {
    Issue exists = issue("EVAL_REPORT_EXISTS", "/data/report_no", std::string(report->text_of("no")));
    exists.blocking.emplace_back(report->text_of("record"));
    raise(verdict, std::move(exists));
  }
  row->set("eval_report", Value(Value::Members{{"conclusion", *in.data.find("conclusion")},
                                               {"date", *in.data.find("date")},
                                               {"no", *in.data.find("report_no")},
                                               {"record", to_sha256_id(in.record_id)}}));
  store_patent(in, verdict, std::move(*row));
}

}  // namespace

std::span<const RecordType> eval_report_types() { return kTypes; }

Rule eval_report_rule(std::string_view type) { return type == "eval_report.issue" ? issue_report : nullptr; }

}  // namespace qinglu::ledger
