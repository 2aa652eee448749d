// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/term.hpp"

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kAdjustmentsMax = 8;

constexpr std::string_view kKinds[] = {"PTA", "PTE"};
constexpr Field kFields[] = {
    kPat,
    within(need("days", FieldType::integer, "补偿天数", "days added"), 1, 5'000),
    of(need("kind", FieldType::choice, "补偿种类：授权迟延 PTA、药品 PTE", "PTA: delay of the grant; PTE: drugs"),
       kKinds),
    need("request_date", FieldType::date, "请求日", "day of the request"),
    kCnipaCode};

constexpr Precondition kRules[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "the patent is on the ledger"},
    {"STATE_FORBIDS", "PL", "42", "已授权的发明专利", "a granted invention"},
    {"PTA_REQUEST_LATE", "IR", "77", "自授权公告之日起三个月内请求", "asked for within the period from the grant"},
    {"PTA_DUAL_FILING", "IR", "77", "不是同日申请的发明和实用新型", "no utility model of the same day"},
    {"EVENT_BEFORE_PRIOR", "IR", "77", "请求日不早于授权公告日", "not asked for before the grant"},
    {"SIZE_LIMIT", "QLR", "6.4", "补偿次数有上限", "the number of adjustments is bounded"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"}};

constexpr RecordType kTypes[] = {{.name = "term.adjust",
                                  .zh = "专利权期限补偿",
                                  .en = "compensation of the term",
                                  .category = Category::filing,
                                  .fields = kFields,
                                  .signers = {.roles = kOnlyIpo},
                                  .preconditions = kRules,
                                  .effect_zh = "保护期按天数延长",
                                  .effect_en = "the term ends so many days later",
                                  .date_field = {}}};

void adjust(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto asked = past_date(in, verdict, "request_date");
  auto row = load_patent(in, verdict);
  if (!row || !asked) return;
  take_act(verdict, "term.adjust", std::nullopt, *row);
  const Value* document = row->find("grant");
  const auto granted = document ? parse_date(document->text_of("date")) : std::nullopt;
  if (granted && *asked < *granted) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/request_date", to_string(*asked) + " < " + to_string(*granted)));
  }
  if (granted && in.data.text_of("kind") == "PTA") {
    const Date end = period_end(*granted, in.pack.period("pta_request_months", *granted), calendar_at(in.rows, today(in)));
    if (*asked > end) {
      raise(verdict, issue("PTA_REQUEST_LATE", "/data/request_date", to_string(*asked) + " > " + to_string(end)));
    }
    if (const Value* pair = row->find("pair")) raise(verdict, issue("PTA_DUAL_FILING", "/data/pat", pair->text()));
  }
  Value::Items adjusted = row->items_of("adjusted");
  if (adjusted.size() >= kAdjustmentsMax) {
    return raise(verdict, issue("SIZE_LIMIT", "/data/pat", std::to_string(kAdjustmentsMax)));
  }
  Value kept(Value::Members{{"record", to_sha256_id(in.record_id)}});
  copy(in, kept, {"days", "kind"});
  adjusted.push_back(std::move(kept));
  row->set("adjusted", std::move(adjusted));
  if (const auto end = parse_date(row->text_of("term_end"))) {
    row->set("term_end", to_string(add_days(*end, in.data.integer_of("days"))));
  }
  store_patent(in, verdict, std::move(*row));
}

}  // namespace

std::span<const RecordType> term_types() { return kTypes; }

Rule term_rule(std::string_view type) { return type == "term.adjust" ? adjust : nullptr; }

Date full_term_end(const Value& patent_row, const RulePack& pack, Date filed) {
  Date end = term_end(filed, term_years(pack, patent_row.text_of("type"), filed));
  for (const Value& each : patent_row.items_of("adjusted")) end = add_days(end, each.integer_of("days"));
  return end;
}

}  // namespace qinglu::ledger
