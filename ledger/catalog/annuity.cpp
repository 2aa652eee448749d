// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/annuity.hpp"

#include <algorithm>

#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr Field kYear = within(need("year", FieldType::integer, "年度", "patent year"), 1, 50);
constexpr Field kNoticeFields[] = {
    kPat, kYear, need("due", FieldType::date, "缴费期限", "due day"),
    need("grace_end", FieldType::date, "补缴期届满日", "end of grace"), kCnipaCode};
constexpr Field kPaidFields[] = {
    kPat,
    kYear,
    need("paid_date", FieldType::date, "缴费日", "day of the payment"),
    need("amount", FieldType::money, "金额", "amount"),
    may("surcharge", FieldType::money, "滞纳金", "surcharge"),
    may("reduction", FieldType::basis_points, "减缴比例（基点）", "reduction in basis points"),
    kCnipaCode};

constexpr Precondition kNoticeRules[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "the patent is on the ledger"},
    {"STATE_FORBIDS", "IR", "115", "已授权", "granted"},
    {"SCHEMA_INVALID", "QLR", "6.4", "年度在保护期内", "the year lies within the term"},
    {"ANNUITY_DUE_DIFFERS", "IR", "115", "标记：日期与推算不同",
     "flag: a day differs from the derived one"}};
constexpr Precondition kPaidRules[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "the patent is on the ledger"},
    {"STATE_FORBIDS", "IR", "115", "已授权", "granted"},
    {"ANNUITY_DUPLICATE", "IR", "115", "该年度未缴", "the year is not paid yet"},
    {"ANNUITY_AFTER_GRACE", "IR", "115", "缴费日不晚于补缴期届满日",
     "paid not later than the end of the grace period"},
    {"SCHEMA_INVALID", "QLR", "6.4", "年度在保护期内", "the year lies within the term"},
    {"EVENT_BEFORE_PRIOR", "IR", "5", "缴费日不早于申请日", "not paid before the filing"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "缴费日不在将来", "the payment is not in the future"}};

constexpr RecordType kTypes[] = {
    {.name = "annuity.notice",
     .zh = "缴费通知",
     .en = "reminder of an annuity",
     .category = Category::filing,
     .fields = kNoticeFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kNoticeRules,
     .effect_zh = "仅为告知；缴费期和补缴期由申请日推算，与有无通知无关",
     .effect_en =
         "informs only: due day and grace follow from the filing date, with or without it"},
    {.name = "annuity.paid",
     .zh = "年费缴纳",
     .en = "payment of an annuity",
     .category = Category::filing,
     .fields = kPaidFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kPaidRules,
     .effect_zh = "该年度年费已缴，补缴期结束",
     .effect_en = "the year is paid; its grace period ends",
     .date_field = "paid_date"}};

/// The year's days, or nothing when it does not begin within the term.
std::optional<Annuity> stated_year(const RuleInput& in, Verdict& verdict, const Value& row) {
  const auto filed = parse_date(row.text_of("filing_date"));
  const auto end = parse_date(row.text_of("term_end"));
  const std::int64_t year = in.data.integer_of("year");
  if (!filed || !end) return std::nullopt;
  const Annuity annuity = annuity_of(in.pack, calendar_at(in.rows, today(in)), *filed, year);
  if (annuity.due_unmoved <= *end) return annuity;
  raise(verdict, issue("SCHEMA_INVALID", "/data/year", to_string(*end)));
  return std::nullopt;
}

void notice(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto row = load_patent(in, verdict);
  if (!row) return;
  take_act(verdict, "annuity.notice", std::nullopt, *row);
  const auto annuity = stated_year(in, verdict, *row);
  if (!annuity) return;
  const auto compare = [&](std::string_view field, Date derived) {
    if (date_in(in, field) == derived) return;
    raise(verdict, issue("ANNUITY_DUE_DIFFERS", "/data/" + std::string(field), to_string(derived)));
  };
  compare("due", annuity->due);
  compare("grace_end", annuity->grace_end);
}

/// A lapse that was restored reaches over the end of the year's grace period.
bool in_restored_gap(const Value& row, const Annuity& annuity, Date paid) {
  return std::ranges::any_of(row.items_of("gaps"), [&](const Value& gap) {
    const auto from = parse_date(gap.text_of("from"));
    const auto to = parse_date(gap.text_of("to"));
    return from && to && *from == annuity.due_unmoved && paid <= *to;
  });
}

void paid(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "paid_date");
  auto row = load_patent(in, verdict);
  if (!row || !day) return;
  take_act(verdict, "annuity.paid", day, *row);
  const Value* kept = row->find("annuities");
  if (!kept) return;
  const std::int64_t year = in.data.integer_of("year");
  Value::Items years = kept->items_of("paid");
  if (year <= kept->integer_of("first_year") ||
      std::ranges::find(years, Value(year)) != years.end()) {
    raise(verdict, issue("ANNUITY_DUPLICATE", "/data/year", std::to_string(year)));
  }
  const auto annuity = stated_year(in, verdict, *row);
  if (annuity && *day > annuity->grace_end && !in_restored_gap(*row, *annuity, *day)) {
    raise(verdict, issue("ANNUITY_AFTER_GRACE", "/data/paid_date",
                         to_string(*day) + " > " + to_string(annuity->grace_end)));
  }
  years.emplace_back(year);
  std::ranges::sort(years, {}, &Value::integer);
  Value annuities = *kept;
  annuities.set("paid", std::move(years));
  row->set("annuities", std::move(annuities));
  verdict.set(subject_row(in.data.text_of("pat")), std::move(*row));
}

}  // namespace

std::span<const RecordType> annuity_types() { return kTypes; }

Rule annuity_rule(std::string_view type) {
  if (type == "annuity.notice") return notice;
  return type == "annuity.paid" ? paid : nullptr;
}

}  // namespace qinglu::ledger
