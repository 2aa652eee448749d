// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/compulsory.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/consent.hpp"
#include "ledger/catalog/draft.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/license.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

// PL 53(1), 53(2), 54 (twice), 55 and 56.
constexpr std::string_view kGrounds[] = {"DEPENDENT", "EMERGENCY", "MEDICINE_EXPORT", "MONOPOLY", "NON_WORKING", "PUBLIC_INTEREST"};
constexpr std::string_view kGrants[] = {"compulsory.grant"};

constexpr Field kDecisionNo = need("decision_no", FieldType::text, "决定号", "number of the decision");
constexpr Field kDate = need("date", FieldType::date, "决定日", "day of the decision");
const Field kGrantFields[] = {
    kPat,
    kDecisionNo,
    kDate,
    of(need("ground", FieldType::choice, "理由：从属专利、紧急状态、药品出口、垄断、未实施、公共利益",
            "ground: dependent patent, emergency, export of medicine, monopoly, non-working, public interest"),
       kGrounds),
    need("licensee", FieldType::party, "被许可人", "licensee"),
    with(need("scope", FieldType::object, "实施的范围和时间", "scope and time"), scope_fields()),
    may("fee", FieldType::money, "裁决的使用费，不填为由双方协商", "royalty that the office fixed; left out: the parties agree on it"),
    kServed,
    kCnipaCode};
constexpr Field kEndFields[] = {
    kPat,
    of(need("grant", FieldType::record_id, "所终止的强制许可", "the grant that ends"), kGrants),
    kDecisionNo,
    kDate,
    need("requester", FieldType::party, "请求终止的专利权人", "owner who asked for the end"),
    need("reason", FieldType::text, "理由如何消除", "why the ground is gone"),
    kCnipaCode};

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "the patent is on the ledger"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kGrantRules[] = {
    kKnown,
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "申请已经公布", "the application is published"},
    {"STATE_FORBIDS", "PL", "53, 54", "已授权的发明或实用新型", "an invention or a utility model whose grant was announced"},
    {"COMPULSORY_TOO_EARLY", "PL", "53", "以未实施为由的，自授权满三年且自申请满四年",
     "for non-working: three years from the grant and four from the filing are over"},
    {"SELF_DEALING", "PL", "53", "被许可人不是专利权人", "the licensee is no owner"},
    {"EVENT_BEFORE_PRIOR", "PL", "60", "实施不早于决定，送达不早于决定，截止日不早于起始日",
     "neither the licence nor a service begins before the decision, and the last day is not before the first"},
    {"TERM_BEYOND_PATENT", "PL", "42", "实施时间不超过专利权期限", "the licence does not outlast the patent"},
    {"LICENSE_OVERLAP", "PL", "61", "标记：与独占、排他许可的范围重叠", "flag: it overlaps an exclusive or sole licence"},
    kNestingKnown,
    kNotFrozen,
    kNoArrears,
    kUncontested,
    {"PATENT_NOT_IN_FORCE", "PL", "53", "专利权有效", "the patent is in force"},
    {"SCHEMA_INVALID", "QLR", "6.1", "送达按主体排列且每方一项", "services by party, one each"},
    {"SIZE_LIMIT", "QLR", "6.5", "一件专利的许可数量有上限", "the licences on a patent are bounded"},
    kNotFuture};
constexpr Precondition kEndRules[] = {
    kKnown,
    {"REF_WRONG_TYPE", "QLR", "6.5", "该强制许可针对本专利", "the grant is about this patent"},
    {"REF_NOT_FOUND", "PL", "60", "强制许可尚未终止", "the licence has not been ended"},
    {"NOT_RIGHT_HOLDER", "PL", "60", "由专利权人请求", "an owner has asked for it"},
    {"EVENT_BEFORE_PRIOR", "PL", "60", "不早于给予强制许可的决定", "not before the decision that granted it"},
    kNotFuture};

constexpr RecordType kTypes[] = {
    {.name = "compulsory.end",
     .zh = "终止强制许可",
     .en = "end of a compulsory licence",
     .category = Category::market,
     .fields = kEndFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kEndRules,
     .effect_zh = "强制许可自决定日终止",
     .effect_en = "the licence ends on the day of the decision",
     .date_field = "date"},
    {.name = "compulsory.grant",
     .zh = "给予强制许可",
     .en = "grant of a compulsory licence",
     .category = Category::market,
     .fields = kGrantFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kGrantRules,
     .effect_zh = "不经同意成立普通许可，不得分许可；专利权人和被许可人自送达起可起诉",
     .effect_en = "an ordinary licence arises without anybody's consent, and without sublicences; owners and licensee may "
                  "sue from the service on",
     .date_field = "date"}};

std::string license_of(std::string_view grant) { return std::string(grant) + "/0"; }

bool is_owner(const Value& patent_row, std::string_view party) {
  const std::vector<std::string> owners = holders(patent_row);
  return std::ranges::find(owners, party) != owners.end();
}

/// Both clocks of non-working must have run on the day of the decision. What PL 53 counts from is the filing
/// itself: no priority date takes its place, as IR 12 would have it for the `申请日` of other articles.
void check_clocks(const RuleInput& in, Verdict& verdict, const Value& row, Date day) {
  if (in.data.text_of("ground") != "NON_WORKING") return;
  const Value* grant = row.find("grant");
  const auto filed = parse_date(row.text_of("filing_date"));
  const auto granted = parse_date(grant ? grant->text_of("date") : std::string_view());
  if (!filed || !granted) return;  // what was never granted is forbidden by its state
  const Date earliest = std::max(add_months(*filed, in.pack.integer("compulsory_from_filing_months")),
                                 add_months(*granted, in.pack.integer("compulsory_from_grant_months")));
  if (day < earliest) raise(verdict, issue("COMPULSORY_TOO_EARLY", "/data/date", to_string(day) + " < " + to_string(earliest)));
}

void grant(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row || !day) return;
  const std::string_view patent = in.data.text_of("pat");
  if (!is_published(*row)) return raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", "/data/pat", std::string(patent)));
  // Of a right that has ended the matrix says so.
  if (!has_ended(*row, *day)) take_act(verdict, "compulsory.grant", day, *row);
  check_clocks(in, verdict, *row, *day);
  check_served(in, verdict, *row, day);
  const std::string licensee(in.data.text_of("licensee"));
  if (is_owner(*row, licensee)) raise(verdict, issue("SELF_DEALING", "/data/licensee", licensee));
  const Value& scope = *in.data.find("scope");
  if (scope.text_of("from") < to_string(*day)) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/scope/from", std::string(scope.text_of("from")) + " < " + to_string(*day)));
  }
  check_license_term(in, verdict, scope, *row, "/data/scope");
  Consents nobody(in);
  judge_right_use(in, verdict,
                  {.act = RightAct::compulsory,
                   .patent = patent,
                   .row = *row,
                   .pointer = "/data/pat",
                   .day = *day,
                   .scope = scope_of(scope, last_day_of(*row, in.pack)),
                   .actors = {},
                   .consent_to = {}},
                  nobody);

  const std::string record = to_sha256_id(in.record_id);
  list_license(in, verdict, patent, license_of(record), "/data/pat", *row);
  Value license = license_row("COMP", holders(*row), std::span(&licensee, 1), scope, in.record_id);
  Value decision(Value::Members{{"record", record}});
  copy(in, decision, {"date", "decision_no", "served"});
  license.set("decision", std::move(decision));
  copy(in, license, {"fee", "ground"});
  verdict.set(encumbrance_row(patent, license_of(record)), std::move(license));
  store_patent(in, verdict, std::move(*row));
}

void end(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  past_date(in, verdict, "date");
  const auto row = load_patent(in, verdict);
  if (!row) return;
  const std::string_view patent = in.data.text_of("pat");
  const std::string id = license_of(in.data.text_of("grant"));
  const RowKey key = encumbrance_row(patent, id);
  const auto license = in.rows.find(key);
  // The framework says which type the record has; that of a contract may hold a licence of the same place.
  const Value* granted = license ? license->find("decision") : nullptr;
  if (!granted) return raise(verdict, issue("REF_WRONG_TYPE", "/data/grant", std::string(patent)));
  if (license->find("ended")) {
    Issue over = issue("REF_NOT_FOUND", "/data/grant", std::string(license->text_of("ended")));
    over.blocking.emplace_back(license->text_of("ended_by"));
    return raise(verdict, std::move(over));
  }
  const std::string requester(in.data.text_of("requester"));
  if (!is_owner(*row, requester)) raise(verdict, issue("NOT_RIGHT_HOLDER", "/data/requester", requester));
  const std::string_view decided = granted->text_of("date");
  if (in.data.text_of("date") < decided) raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", std::string(decided)));
  Draft draft(in.rows);
  Value closed = *license;
  closed.set("ended", in.data.text_of("date"));
  closed.set("ended_by", to_sha256_id(in.record_id));
  draft.set(key, std::move(closed));
  end_license(draft, patent, id, in.data.text_of("date"), false);
  draft.write(verdict);
}

}  // namespace

std::span<const RecordType> compulsory_types() { return kTypes; }

Rule compulsory_rule(std::string_view type) {
  if (type == "compulsory.end") return end;
  return type == "compulsory.grant" ? grant : nullptr;
}

}  // namespace qinglu::ledger
