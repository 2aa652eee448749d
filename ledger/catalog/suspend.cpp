// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/suspend.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kAtOnceMax = 16;

/// What stops meanwhile (IR 105): decisions in examination, reexamination, grant and invalidation,
/// abandonment, changes, and the end of the right before its term. Requests and replies of parties
/// are kept: they hold a period.
constexpr std::string_view kStopped[] = {
    "invalidation.decide", "owner.change_address", "owner.change_name",   "patent.grant",  "patent.grant_notice",
    "patent.lapse",        "patent.office_action", "patent.prelim_result", "patent.reject", "patent.withdraw",
    "reexam.decide"};

constexpr std::string_view kCauses[] = {"OWNERSHIP", "PRESERVATION"};
constexpr std::string_view kStarts[] = {"suspend.start"};
constexpr Field kStartFields[] = {
    kPat,
    of(need("cause", FieldType::choice, "事由：权属纠纷或财产保全", "cause: dispute over ownership, or preservation"),
       kCauses),
    need("from", FieldType::date, "起始日", "first day"),
    need("until", FieldType::date, "截止日（含）", "last day"),
    need("doc", FieldType::hash, "依据摘要（受理证明）", "digest of what it rests on"),
    kCnipaCode};
constexpr Field kSuspension =
    of(need("suspension", FieldType::record_id, "所涉中止", "the suspension"), kStarts);
constexpr Field kExtendFields[] = {kPat, kSuspension, need("until", FieldType::date, "新截止日（含）", "new last day"),
                                   need("doc", FieldType::hash, "依据摘要", "digest of what it rests on"), kCnipaCode};
constexpr Field kEndFields[] = {kPat, kSuspension, need("date", FieldType::date, "恢复程序之日", "day of the end"),
                                may("reason", FieldType::text, "理由", "reason"), kCnipaCode};

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "the patent is on the ledger"};
constexpr Precondition kTooLong = {"SUSPENSION_TOO_LONG", "IR", "104", "权属纠纷每次不超过一年",
                                   "a dispute over ownership: no longer than the period at a time"};
constexpr Precondition kRunning = {"STATE_FORBIDS", "IR", "104", "中止尚在进行", "the suspension is running"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kOrder = {"EVENT_BEFORE_PRIOR", "IR", "5", "截止日不早于起始日", "the end is not before the start"};
constexpr Precondition kStartRules[] = {
    kKnown,
    {"STATE_FORBIDS", "IR", "103", "申请或专利有效", "a pending application or a patent in force"},
    kTooLong,
    {"SIZE_LIMIT", "QLR", "6.4", "同时进行的中止数量有上限", "the number of suspensions at once is bounded"},
    kOrder,
    kNotFuture};
constexpr Precondition kExtendRules[] = {kKnown, kRunning, kTooLong, kOrder, kNotFuture};
constexpr Precondition kEndRules[] = {kKnown, kRunning, kOrder, kNotFuture};

constexpr RecordType kTypes[] = {
    {.name = "suspend.end",
     .zh = "恢复程序",
     .en = "end of a suspension",
     .category = Category::dispute,
     .fields = kEndFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kEndRules,
     .effect_zh = "中止于所述日结束",
     .effect_en = "the suspension ends with the day stated",
     .date_field = "date"},
    {.name = "suspend.extend",
     .zh = "中止延长",
     .en = "extension of a suspension",
     .category = Category::dispute,
     .fields = kExtendFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kExtendRules,
     .effect_zh = "中止延长至新截止日",
     .effect_en = "the suspension lasts to the new last day",
     .date_field = {}},
    {.name = "suspend.start",
     .zh = "程序中止",
     .en = "suspension",
     .category = Category::dispute,
     .fields = kStartFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kStartRules,
     .effect_zh = "有关程序和手续中止至截止日，届满自行恢复",
     .effect_en = "proceedings and formalities stop until the last day, and resume by themselves",
     .date_field = "from"}};

/// A year at a time, for disputes over ownership; a court's preservation has its own bound.
void check_length(const RuleInput& in, Verdict& verdict, std::string_view cause, Date from, Date until) {
  const Date longest = add_months(from, in.pack.integer("suspension_months"));
  if (cause == "OWNERSHIP" && until > longest) {
    raise(verdict, issue("SUSPENSION_TOO_LONG", "/data/until", to_string(until) + " > " + to_string(longest)));
  }
}

void start(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto from = past_date(in, verdict, "from");
  const auto until = date_in(in, "until");
  auto row = load_patent(in, verdict);
  if (!row || !from || !until) return;
  take_act(verdict, "suspend.start", from, *row);
  if (*until < *from) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/until", to_string(*until) + " < " + to_string(*from)));
  }
  check_length(in, verdict, in.data.text_of("cause"), *from, *until);
  // One that has ended holds nothing back any more; the history keeps it.
  Value::Items suspended = not_ended(row->items_of("suspended"), today(in));
  if (suspended.size() >= kAtOnceMax) {
    return raise(verdict, issue("SIZE_LIMIT", "/data/pat", std::to_string(kAtOnceMax)));
  }
  Value kept(Value::Members{{"record", to_sha256_id(in.record_id)}});
  copy(in, kept, {"cause", "from", "until"});
  suspended.push_back(std::move(kept));
  set_list(*row, "suspended", std::move(suspended));
  store_patent(in, verdict, std::move(*row));
}

/// The suspension that the record names, while it runs on `day`; STATE_FORBIDS and nullptr else.
Value* named_suspension(const RuleInput& in, Verdict& verdict, Date day, Value::Items& suspended) {
  for (Value& each : suspended) {
    const auto until = parse_date(each.text_of("until"));
    if (each.text_of("record") == in.data.text_of("suspension") && until && day <= *until) return &each;
  }
  raise(verdict, issue("STATE_FORBIDS", "/data/suspension", std::string(in.data.text_of("suspension"))));
  return nullptr;
}

void extend(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = parse_date(in.body.text_of("event_date"));
  const auto until = date_in(in, "until");
  auto row = load_patent(in, verdict);
  if (!row || !day || !until) return;
  Value::Items suspended = row->items_of("suspended");
  Value* named = named_suspension(in, verdict, *day, suspended);
  if (!named) return;
  const auto end = parse_date(named->text_of("until"));
  if (end && *until < *end) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/until", to_string(*until) + " < " + to_string(*end)));
  }
  if (end) check_length(in, verdict, named->text_of("cause"), *end, *until);
  named->set("until", to_string(*until));
  set_list(*row, "suspended", std::move(suspended));
  store_patent(in, verdict, std::move(*row));
}

void end(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row || !day) return;
  Value::Items suspended = row->items_of("suspended");
  Value* named = named_suspension(in, verdict, *day, suspended);
  if (!named) return;
  const auto from = parse_date(named->text_of("from"));
  if (from && *day < *from) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", to_string(*day) + " < " + to_string(*from)));
  }
  named->set("until", to_string(*day));
  set_list(*row, "suspended", std::move(suspended));
  store_patent(in, verdict, std::move(*row));
}

}  // namespace

std::span<const RecordType> suspend_types() { return kTypes; }

Rule suspend_rule(std::string_view type) {
  if (type == "suspend.end") return end;
  if (type == "suspend.extend") return extend;
  return type == "suspend.start" ? start : nullptr;
}

const Value* suspended_on(const Value& patent_row, Date day) {
  return interval_on(patent_row.items_of("suspended"), day);
}

void check_not_suspended(const RuleInput& input, Verdict& verdict, const Value& patent_row) {
  if (std::ranges::find(kStopped, input.type.name) == std::end(kStopped)) return;
  // The day of the act counts, not that of its entry: what was decided before is not stopped, and what
  // was decided meanwhile does not become right by waiting. An act without a day of its own has its legal date.
  const std::string_view own = input.type.date_field;
  const auto day = own.empty() ? parse_date(input.body.text_of("event_date")) : date_in(input, own);
  const Value* suspension = suspended_on(patent_row, day.value_or(today(input)));
  if (!suspension) return;
  Issue frozen = issue("PATENT_FROZEN", "/data/pat",
                       std::string(suspension->text_of("cause")) + ", " + std::string(suspension->text_of("until")));
  frozen.blocking.emplace_back(suspension->text_of("record"));
  frozen.law = "IR";
  frozen.article = "105";
  raise(verdict, std::move(frozen));
}

}  // namespace qinglu::ledger
