// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/openlicense.hpp"

#include <algorithm>

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

constexpr std::string_view kFeeModes[] = {"LUMP_SUM", "ROYALTY", "ROYALTY_ENTRY"};
constexpr std::string_view kReports[] = {"eval_report.issue"};
constexpr std::string_view kDeclarations[] = {"openlicense.declare"};
constexpr Field kDeclareFields[] = {
    kPat,
    set(need("owners", FieldType::party, "声明的专利权人", "owners who declare"), 32),
    of(need("fee_mode", FieldType::choice, "许可使用费方式：一次总付、提成、入门费加提成", "how the fee is paid"), kFeeModes),
    need("fee", FieldType::money, "接受声明时支付的费用", "fee due with the acceptance"),
    may("royalty_bp", FieldType::basis_points, "提成率（基点）", "royalty in basis points"),
    need("until", FieldType::date, "可接受的截止日（含）", "last day to accept"),
    within(may("license_months", FieldType::integer, "每项许可的期限（月），不填为至保护期届满",
               "term of each licence in months; left out: to the end of the patent"),
           1, 600),
    of(may("eval_report", FieldType::record_id, "专利权评价报告", "evaluation report"), kReports),
    kConsents};
constexpr Field kDate = need("date", FieldType::date, "公告日", "day of the announcement");
constexpr Field kAnnounceFields[] = {kPat, kDate};
constexpr Field kWithdrawFields[] = {
    kPat, need("date", FieldType::date, "撤回公告日，自该日起不得再接受", "day of the announcement; from it on nobody can accept")};
constexpr Field kAcceptFields[] = {
    kPat,
    of(need("declaration", FieldType::record_id, "所接受的声明", "declaration that is accepted"), kDeclarations),
    need("notice_date", FieldType::date, "通知专利权人之日", "day of the notice to the owners"),
    need("fee_paid", FieldType::money, "所付费用", "fee paid"),
    need("licensee", FieldType::party, "被许可人", "licensee"),
    need("from", FieldType::date, "许可起始日", "first day of the licence"),
    need("to", FieldType::date, "许可截止日（含）", "last day of the licence"),
    may("payment_proof", FieldType::hash, "付费凭证摘要", "digest of the proof of payment")};

constexpr Role kPartyRoles[] = {Role::agent, Role::inst, Role::party};
constexpr std::string_view kOwnersSign[] = {"owners"};
constexpr std::string_view kLicenseeSigns[] = {"licensee"};
constexpr std::string_view kAcceptSlots[] = {"entry_fee", "royalty", "pay_schedule", "terms", "doc_list", "note"};

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "the patent is on the ledger"};
constexpr Precondition kGranted = {"PATENT_NOT_IN_FORCE", "PL", "50", "专利已授权且有效", "granted and in force"};
constexpr Precondition kNoExclusive = {"LICENSE_OVERLAP", "PL", "51", "没有生效的独占、排他许可", "no exclusive or sole licence"};
constexpr Precondition kOpenOnce = {"OPEN_LICENSE_ACTIVE", "PL", "51", "没有生效的开放许可声明", "no declaration is active"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kDeclareRules[] = {
    kKnown,
    {"NOT_RIGHT_HOLDER", "PL", "10", "声明人均为专利权人", "everybody who declares is an owner"},
    kGranted,
    {"EVAL_REPORT_REQUIRED", "IR", "86", "实用新型、外观设计有评价报告", "a utility model or design has its evaluation report"},
    {"REF_WRONG_TYPE", "QLR", "6.5", "评价报告属于该专利", "the evaluation report is this patent's"},
    {"TERM_BEYOND_PATENT", "PL", "50", "截止日不晚于专利权届满日", "the last day lies within the term"},
    {"SCHEMA_INVALID", "PL", "50", "提成方式须写提成率，一次总付不填", "a royalty has its rate, a lump sum has none"},
    {"EVENT_BEFORE_PRIOR", "PL", "50", "截止日不早于声明日", "the last day is not before the declaration"},
    kNoExclusive,
    kOpenOnce,
    kPledgeeConsents,
    {"PATENT_FROZEN", "IR", "86", "未中止、未保全", "neither suspended nor preserved"},
    {"ANNUITY_ARREARS", "IR", "86", "年费已缴", "no annuity is overdue"},
    kUncontested,
    kCoownersConsent,
    kConsentInForce,
    kNotFuture};
constexpr Precondition kAnnounceRules[] = {
    kKnown,
    {"STATE_FORBIDS", "PL", "50", "有待公告的声明", "a declaration waits for its announcement"},
    {"EVENT_BEFORE_PRIOR", "PL", "50", "不早于声明日", "not before the declaration"},
    {"PATENT_NOT_IN_FORCE", "PL", "50", "专利有效", "in force"},
    kNoExclusive,
    {"PATENT_FROZEN", "IR", "86", "未中止、未保全", "neither suspended nor preserved"},
    {"ANNUITY_ARREARS", "IR", "86", "年费已缴", "no annuity is overdue"},
    kUncontested,
    kNotFuture};
constexpr Precondition kWithdrawRules[] = {
    kKnown,
    {"STATE_FORBIDS", "PL", "50", "有尚未撤回的声明", "there is a declaration that was not withdrawn"},
    {"EVENT_BEFORE_PRIOR", "PL", "50", "不早于公告日", "not before the announcement"},
    kNotFuture};
constexpr Precondition kAcceptRules[] = {
    kKnown,
    {"OPEN_LICENSE_NOT_ACTIVE", "PL", "51", "通知之日声明生效中", "the declaration is active on the day of the notice"},
    {"FEE_MISMATCH", "PL", "51", "所付费用即公告的费用", "the fee paid is the announced one"},
    {"SELF_DEALING", "QLR", "6.2", "被许可人不是唯一的专利权人", "the licensee is not the only owner"},
    {"TERM_BEYOND_PATENT", "CC", "865", "期限在声明和专利权期限之内", "the term lies within the declaration's and the patent's"},
    {"EVENT_BEFORE_PRIOR", "PL", "51", "起始日不早于通知日，截止日不早于起始日", "it begins after the notice and ends after it begins"},
    {"LICENSE_OVERLAP", "TCI", "25", "没有独占、排他许可", "no exclusive or sole licence"},
    {"PATENT_FROZEN", "IR", "103-105", "标记：中止或保全中", "flag: suspended or preserved"},
    {"ANNUITY_ARREARS", "IR", "115", "标记：年费逾期", "flag: an annuity is overdue"},
    kUncontested,
    kInForce,
    {"SIZE_LIMIT", "QLR", "6.5", "一件专利的许可数量有上限", "the licences on a patent are bounded"},
    kNotFuture};

constexpr RecordType kTypes[] = {
    {.name = "openlicense.accept",
     .zh = "接受开放许可",
     .en = "acceptance of an open licence",
     .category = Category::market,
     .fields = kAcceptFields,
     .signers = {.roles = kPartyRoles, .must_sign = kLicenseeSigns, .mandate_power = "CONTRACT"},
     .preconditions = kAcceptRules,
     .effect_zh = "普通许可成立，及于整个专利；声明撤回或期满后继续有效",
     .effect_en = "an ordinary licence of the whole patent arises; it runs on after the declaration",
     .private_slots = kAcceptSlots,
     .date_field = "notice_date"},
    {.name = "openlicense.announce",
     .zh = "开放许可声明公告",
     .en = "announcement of an open licence",
     .category = Category::market,
     .fields = kAnnounceFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kAnnounceRules,
     .effect_zh = "自公告日起可以接受，至声明的截止日自行失效",
     .effect_en = "it can be accepted from that day on, and ends by itself",
     .date_field = "date"},
    {.name = "openlicense.declare",
     .zh = "开放许可声明",
     .en = "declaration of an open licence",
     .category = Category::market,
     .fields = kDeclareFields,
     .signers = {.roles = kPartyRoles, .must_sign = kOwnersSign, .mandate_power = "CONTRACT"},
     .preconditions = kDeclareRules,
     .effect_zh = "声明待专利局公告",
     .effect_en = "the declaration waits for its announcement"},
    {.name = "openlicense.withdraw",
     .zh = "撤回开放许可声明",
     .en = "withdrawal of an open licence",
     .category = Category::market,
     .fields = kWithdrawFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kWithdrawRules,
     .effect_zh = "自该日起不得再接受；已成立的许可不受影响",
     .effect_en = "nobody can accept from that day on; licences that were accepted survive",
     .date_field = "date"}};

/// Last day of a licence of some months that begins on a day.
Date last_day(Date from, std::int64_t months) { return add_days(add_months(from, months), -1); }

/// From the declaration to the last day that a licence accepted under it can reach.
/// Source: domain.md 2.5 "In overlap".
Scope reach_of(const RuleInput& in, const Value& row, const Value& declaration, Date from) {
  Scope scope = rest_of_patent(in, row, from);
  const auto until = parse_date(declaration.text_of("until"));
  const std::int64_t months = declaration.integer_of("license_months");
  if (until && months > 0) scope.to = std::min(scope.to, last_day(*until, months));
  return scope;
}

void check_terms(const RuleInput& in, Verdict& verdict, const Value& row, Date day) {
  const std::string until(in.data.text_of("until"));
  if (until > row.text_of("term_end", until)) {
    raise(verdict, issue("TERM_BEYOND_PATENT", "/data/until", until + " > " + std::string(row.text_of("term_end"))));
  }
  if (until < to_string(day)) raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/until", until));
  if ((in.data.find("royalty_bp") == nullptr) != (in.data.text_of("fee_mode") == "LUMP_SUM")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/royalty_bp", std::string(in.data.text_of("fee_mode"))));
  }
  const Value* report = row.find("eval_report");
  if (!report && row.text_of("type") != "INV") {
    raise(verdict, issue("EVAL_REPORT_REQUIRED", "/data/eval_report", std::string(row.text_of("type"))));
  }
  const Value* cited = in.data.find("eval_report");
  if (cited && (!report || report->text_of("record") != cited->text())) {
    raise(verdict, issue("REF_WRONG_TYPE", "/data/eval_report", cited->text()));
  }
}

void declare(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = parse_date(in.body.text_of("event_date"));
  auto row = load_patent(in, verdict);
  if (!row || !day) return;
  const std::vector<std::string> owners = holders(*row);
  std::vector<std::string> actors;
  for (const Value& owner : in.data.items_of("owners")) {
    actors.push_back(owner.text());
    if (std::ranges::find(owners, owner.text()) == owners.end()) {
      raise(verdict, issue("NOT_RIGHT_HOLDER", "/data/owners", owner.text()));
    }
  }
  check_terms(in, verdict, *row, *day);
  if (row->text_of("status") != name(PatentStatus::granted) && !has_ended(*row, *day)) {
    raise(verdict, issue("PATENT_NOT_IN_FORCE", "/data/pat", std::string(row->text_of("status"))));
  }
  Consents consents(in);
  judge_right_use(in, verdict,
                  {.act = RightAct::open_license,
                   .patent = in.data.text_of("pat"),
                   .row = *row,
                   .pointer = "/data/pat",
                   .day = *day,
                   .scope = reach_of(in, *row, in.data, *day),
                   .actors = std::move(actors),
                   .consent_to = "openlicense.declare"},
                  consents);
  consents.use_up(verdict);
  // One that was not announced yet, or is over, gives way: the latest will of all owners counts.
  Value open(Value::Members{{"declared", to_string(*day)}, {"record", to_sha256_id(in.record_id)}});
  copy(in, open, {"fee", "fee_mode", "license_months", "royalty_bp", "until"});
  Value next = *row;
  next.set("open", std::move(open));
  store_patent(in, verdict, std::move(next));
}

void announce(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row || !day) return;
  const Value* waiting = row->find("open");
  if (!waiting || waiting->find("from")) {
    return raise(verdict, issue("STATE_FORBIDS", "/data/pat", std::string(waiting ? waiting->text_of("from") : "")));
  }
  if (to_string(*day) < waiting->text_of("declared")) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", std::string(waiting->text_of("declared"))));
  }
  // Judged again: something may have come between. Who consented to the declaration is not asked twice.
  Consents consents(in);
  judge_right_use(in, verdict,
                  {.act = RightAct::open_license,
                   .patent = in.data.text_of("pat"),
                   .row = *row,
                   .pointer = "/data/pat",
                   .day = *day,
                   .scope = reach_of(in, *row, *waiting, *day),
                   .actors = {},
                   .consent_to = "openlicense.declare",
                   .asks_consent = false},
                  consents);
  Value next = *row;
  next.find("open")->set("from", to_string(*day));
  store_patent(in, verdict, std::move(next));
}

void withdraw(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row || !day) return;
  Value* open = row->find("open");
  if (!open || open->find("withdrawn")) {
    return raise(verdict, issue("STATE_FORBIDS", "/data/pat", std::string(open ? open->text_of("withdrawn") : "")));
  }
  const std::string_view begun = open->text_of("from", open->text_of("declared"));
  if (to_string(*day) < begun) raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", std::string(begun)));
  // It stays in the row: an acceptance of an earlier day may still be entered.
  const std::string last = to_string(add_days(*day, -1));
  if (last < open->text_of("until")) open->set("until", last);
  open->set("withdrawn", to_string(*day));
  if (!open->find("from")) row->erase("open");
  store_patent(in, verdict, std::move(*row));
}

void check_acceptance(const RuleInput& in, Verdict& verdict, const Value& row, const Value& declaration) {
  if (*in.data.find("fee_paid") != *declaration.find("fee")) {
    const Value& fee = *declaration.find("fee");
    raise(verdict, issue("FEE_MISMATCH", "/data/fee_paid",
                         fee.find("fen") ? std::to_string(fee.integer_of("fen"))
                                         : std::string(fee.text_of("amount")) + " " + std::string(fee.text_of("cur"))));
  }
  const std::vector<std::string> owners = holders(row);
  if (owners.size() == 1 && owners.front() == in.data.text_of("licensee")) {
    raise(verdict, issue("SELF_DEALING", "/data/licensee", owners.front()));
  }
  const std::string from(in.data.text_of("from"));
  const std::string to(in.data.text_of("to"));
  if (from < in.data.text_of("notice_date")) raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/from", from));
  if (to < from) raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/to", to));
  std::string longest(row.text_of("term_end"));
  const std::int64_t months = declaration.integer_of("license_months");
  if (months > 0) longest = std::min(longest, to_string(last_day(*parse_date(from), months)));
  if (to > longest) raise(verdict, issue("TERM_BEYOND_PATENT", "/data/to", to + " > " + longest));
}

void accept(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto noticed = past_date(in, verdict, "notice_date");
  auto row = load_patent(in, verdict);
  const auto from = date_in(in, "from");
  const auto to = date_in(in, "to");
  if (!row || !noticed || !from || !to) return;
  const Value* open = open_license_on(*row, *noticed);
  if (!open || open->text_of("record") != in.data.text_of("declaration")) {
    return raise(verdict, issue("OPEN_LICENSE_NOT_ACTIVE", "/data/declaration", to_string(*noticed)));
  }
  check_acceptance(in, verdict, *row, *open);
  // The owners offered to everybody: nobody else is asked.   Source: PL 51.
  const Scope scope = whole_patent(*from, *to);
  Consents consents(in);
  const std::string_view patent = in.data.text_of("pat");
  const RightUseResult judged = judge_right_use(in, verdict,
                                                {.act = RightAct::license_ord,
                                                 .patent = patent,
                                                 .row = *row,
                                                 .pointer = "/data/pat",
                                                 .day = *noticed,
                                                 .scope = scope,
                                                 .actors = {},
                                                 .consent_to = "license.grant",
                                                 .at_contract = true,
                                                 .asks_consent = false},
                                                consents);
  const std::string id = to_sha256_id(in.record_id) + "/0";
  Value next = *row;
  list_license(in, verdict, patent, id, "/data/pat", next);
  const std::vector<std::string> licensee{std::string(in.data.text_of("licensee"))};
  Value license = license_row("OPEN", holders(*row), licensee, scope_value(scope), in.record_id);
  license.set("declaration", *in.data.find("declaration"));
  if (!judged.under.empty()) license.set("under", Value::Items(judged.under.begin(), judged.under.end()));
  Draft draft(in.rows);
  take_places(draft, patent, id, license, true);  // the one place beside a sole licence, TCI 27
  draft.set(encumbrance_row(patent, id), std::move(license));
  draft.set(subject_row(patent), std::move(next));
  draft.write(verdict);
}

}  // namespace

std::span<const RecordType> openlicense_types() { return kTypes; }

Rule openlicense_rule(std::string_view type) {
  if (type == "openlicense.accept") return accept;
  if (type == "openlicense.announce") return announce;
  if (type == "openlicense.declare") return declare;
  return type == "openlicense.withdraw" ? withdraw : nullptr;
}

}  // namespace qinglu::ledger
