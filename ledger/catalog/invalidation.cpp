// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/invalidation.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/fasttrack.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/license.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/procedure.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kRequestsMax = 64;  ///< for ever, open and closed, so that the row keeps its bound

// --- fields ---

constexpr std::string_view kRequestTypes[] = {"invalidation.request"};
constexpr Field kRequest =
    of(need("request", FieldType::record_id, "无效宣告请求", "the request for invalidation"), kRequestTypes);
constexpr Field kClaims(std::string_view name, bool required, std::string_view zh, std::string_view en) {
  return set(within(Field{name, FieldType::integer, required, zh, en}, 1, 10'000), 500);
}
constexpr std::string_view kGrounds[] = {"IR20_2", "IR49_1", "PL2",    "PL20",   "PL22_2", "PL22_3", "PL22_4", "PL23_1", "PL23_2",
                                         "PL23_3", "PL25",   "PL26_3", "PL26_4", "PL27_2", "PL33",   "PL5",    "PL9"};
constexpr Field kRequestFields[] = {
    kPat,
    need("no", FieldType::text, "案件编号", "number of the case"),
    need("date", FieldType::date, "请求日", "day of the request"),
    need("requester", FieldType::party, "请求人", "who asks"),
    kClaims("claims", true, "所攻击的权利要求（外观设计填 1）", "claims attacked; 1 for a design"),
    set(of(need("grounds", FieldType::choice, "无效理由", "grounds"), kGrounds), 16),
    set(may("evidence", FieldType::hash, "证据摘要值", "digests of the evidence"), 64),
    kCnipaCode};
constexpr std::string_view kOutcomes[] = {"MAINTAIN", "PARTIAL", "WHOLE"};
constexpr Field kDecideFields[] = {
    kPat,
    kRequest,
    need("decision_no", FieldType::text, "决定号", "number of the decision"),
    need("date", FieldType::date, "决定日", "day of the decision"),
    of(need("outcome", FieldType::choice, "结论：维持、部分无效、全部无效", "outcome"), kOutcomes),
    kClaims("claims_void", false, "宣告无效的权利要求（部分无效时）", "claims declared void, where partial"),
    may("amended_claims_hash", FieldType::hash, "修改后权利要求摘要", "digest of the amended claims"),
    kServed,
    kCnipaCode};
constexpr Field kSuitFields[] = {kPat,
                                 kRequest,
                                 kCase,
                                 need("date", FieldType::date, "起诉日", "day of the suit"),
                                 kPosted,
                                 need("by", FieldType::party, "起诉的当事人", "the party that sues"),
                                 kCnipaCode};
constexpr std::string_view kJudged[] = {"REVOKED", "UPHELD"};
constexpr Field kJudgmentFields[] = {
    kPat,
    kRequest,
    kCase,
    need("date", FieldType::date, "裁判日", "day of the judgment"),
    kInstance,
    of(need("outcome", FieldType::choice, "结论：撤销或维持", "outcome: decision revoked or upheld"), kJudged),
    need("ends", FieldType::boolean, "终审", "no further appeal lies"),
    kServed,
    kCnipaCode};
constexpr Field kFinalFields[] = {kPat, kRequest, need("date", FieldType::date, "生效日", "day on which it is final"),
                                  kCnipaCode};

constexpr Role kAskers[] = {Role::agent, Role::ipo, Role::party};
constexpr Role kReporters[] = {Role::court, Role::ipo};
constexpr std::string_view kSlots[] = {"arguments", "doc_list", "note"};

// --- preconditions ---

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "the patent is on the ledger"};
constexpr Precondition kOfPatent = {"REF_WRONG_TYPE", "QLR", "6.4", "请求针对本专利", "the request is about this patent"};
constexpr Precondition kOrder = {"EVENT_BEFORE_PRIOR", "IR", "5", "日期不早于在前的事项",
                                 "the date is not before what it builds on"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kForm = {"SCHEMA_INVALID", "QLR", "6.1", "送达按主体排列；部分无效须列权利要求",
                                "services are in order; partial names the claims"};
constexpr Precondition kRequestRules[] = {
    kKnown,
    {"STATE_FORBIDS", "PL", "45", "已授权公告（终止后亦可）", "the grant was announced, also after the right has ended"},
    {"ROLE_NOT_PERMITTED", "PL", "45", "由请求人、其代理机构或专利局提交", "the requester, its agency or the office submits"},
    {"INVALIDATION_RES_JUDICATA", "IR", "70", "同样的理由和证据未被审理过", "grounds and evidence were not decided before"},
    {"SIZE_LIMIT", "QLR", "6.4", "请求数量有上限", "the number of requests is bounded"},
    kOrder,
    kNotFuture};
constexpr Precondition kDecideRules[] = {
    kKnown, kOfPatent, {"STATE_FORBIDS", "PL", "46", "请求审理中", "the request is pending"}, kOrder, kNotFuture, kForm,
    kNotSuspended,
    kTrackClock};
constexpr Precondition kSuitRules[] = {
    kKnown,
    kOfPatent,
    {"STATE_FORBIDS", "PL", "46", "已作出决定且尚未生效", "decided and not final"},
    {"DEADLINE_PASSED", "PL", "46", "自该当事人收到决定起三个月内", "within the period from the service on that party"},
    {"ROLE_NOT_PERMITTED", "PL", "46", "由请求人或专利权人起诉", "the requester or an owner sues"},
    kOrder,
    kNotFuture};
constexpr Precondition kJudgmentRules[] = {
    kKnown, kOfPatent, {"STATE_FORBIDS", "PL", "46", "诉讼进行中", "a suit is pending"}, kOrder, kNotFuture, kForm};
constexpr Precondition kFinalRules[] = {
    kKnown,
    kOfPatent,
    {"STATE_FORBIDS", "PL", "46", "决定未被起诉，或终审维持", "decided and not attacked, or upheld at the end"},
    {"APPEAL_WINDOW_OPEN", "PL", "46", "各方起诉期限届满", "every party's time to sue is over"},
    {"SERVICE_UNKNOWN", "PL", "46", "标记：有当事人的送达未上链", "flag: a party's service is not on the ledger"},
    {"LICENSE_ON_VOID", "PL", "47", "标记：无效的专利上有许可", "flag: there are licences on what is void"},
    kOrder,
    kNotFuture};

constexpr RecordType kTypes[] = {
    {.name = "invalidation.decide",
     .zh = "无效宣告请求审查决定",
     .en = "decision on invalidation",
     .category = Category::filing,
     .fields = kDecideFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kDecideRules,
     .effect_zh = "决定未生效，自各方送达起可起诉",
     .effect_en = "decided, not final; each party may sue from its service on",
     .date_field = "date"},
    {.name = "invalidation.final",
     .zh = "无效宣告决定生效",
     .en = "invalidation that is final",
     .category = Category::filing,
     .fields = kFinalFields,
     .signers = {.roles = kReporters},
     .preconditions = kFinalRules,
     .effect_zh = "全部无效：INVALIDATED，视为自始即不存在；部分无效：所列权利要求无效；维持：请求终结",
     .effect_en = "WHOLE: INVALIDATED, as if it never was; PARTIAL: the claims are void; MAINTAIN: the request is closed",
     .date_field = "date"},
    {.name = "invalidation.judgment",
     .zh = "无效行政诉讼裁判",
     .en = "judgment on an invalidation",
     .category = Category::filing,
     .fields = kJudgmentFields,
     .signers = {.roles = kReporters},
     .preconditions = kJudgmentRules,
     .effect_zh = "终审维持：决定可生效；终审撤销：专利局重新决定；非终审：诉讼继续",
     .effect_en = "at the end upheld: the decision may become final; revoked: the office decides anew; else the suit goes on",
     .date_field = "date"},
    {.name = "invalidation.request",
     .zh = "无效宣告请求",
     .en = "request for invalidation",
     .category = Category::filing,
     .fields = kRequestFields,
     .signers = {.roles = kAskers, .mandate_power = "DISPUTE"},
     .preconditions = kRequestRules,
     .effect_zh = "专利的有效性受到争议，直至请求终结",
     .effect_en = "the validity is contested until the request is closed",
     .private_slots = kSlots,
     .date_field = "date"},
    {.name = "invalidation.suit",
     .zh = "无效宣告决定的行政诉讼",
     .en = "suit against a decision on invalidation",
     .category = Category::filing,
     .fields = kSuitFields,
     .signers = {.roles = kReporters},
     .preconditions = kSuitRules,
     .effect_zh = "诉讼中，决定未生效",
     .effect_en = "under suit; the decision is not final",
     .date_field = "date"}};

// --- the proceeding: an E row under the request's id ---

constexpr std::string_view kNone[] = {""};
constexpr std::string_view kRequested[] = {"REQUESTED"};
constexpr std::string_view kAttackable[] = {"DECIDED", "SUED"};
constexpr std::string_view kSued[] = {"SUED"};
constexpr std::string_view kSettled[] = {"DECIDED", "UPHELD"};
constexpr Step kSteps[] = {{"invalidation.decide", kRequested, "DECIDED"},
                           {"invalidation.final", kSettled, "CLOSED"},
                           {"invalidation.judgment", kSued, ""},
                           {"invalidation.judgment:REVOKED", kSued, "REQUESTED"},
                           {"invalidation.judgment:UPHELD", kSued, "UPHELD"},
                           {"invalidation.request", kNone, "REQUESTED"},
                           {"invalidation.suit", kAttackable, "SUED"}};

/// A request, as its row has it, and the patent that it is about.
struct Proceeding {
  RowKey key;
  Value row;
  Value patent;
};

std::optional<Proceeding> load(const RuleInput& in, Verdict& verdict) {
  auto patent = load_patent(in, verdict);
  if (!patent) return std::nullopt;
  const std::string_view request = in.data.text_of("request");
  RowKey key = encumbrance_row(in.data.text_of("pat"), request);
  const auto row = in.rows.find(key);
  if (!row) {
    raise(verdict, issue("REF_WRONG_TYPE", "/data/request", std::string(request)));
    return std::nullopt;
  }
  return Proceeding{std::move(key), *row, std::move(*patent)};
}

/// EVENT_BEFORE_PRIOR for a day before the proceeding's last step.
void take(Verdict& verdict, std::string_view act, std::optional<Date> day, Value& row) {
  take_step(verdict, kSteps, act, row);
  const auto since = parse_date(row.text_of("since"));
  if (day && since && *day < *since) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", to_string(*day) + " < " + to_string(*since)));
  }
  if (day) row.set("since", to_string(*day));
}

std::vector<std::string> parties_of(const Proceeding& proceeding) {
  std::vector<std::string> parties = holders(proceeding.patent);
  parties.emplace_back(proceeding.row.text_of("requester"));
  return parties;
}

bool within_list(const Value::Items& some, const Value::Items& all) {
  return std::ranges::all_of(some, [&](const Value& each) { return std::ranges::find(all, each) != all.end(); });
}

/// The same grounds with the same evidence against claims that were decided on before, be the decision final
/// or not; one that a court revoked is none.   Source: IR 70.
void check_not_decided(const RuleInput& in, Verdict& verdict, const Value& patent) {
  for (const Value& id : patent.items_of("invalidations")) {
    const auto before = in.rows.find(encumbrance_row(in.data.text_of("pat"), id.text()));
    if (!before || before->text_of("stage") == "REQUESTED") continue;
    const bool same = std::ranges::all_of(std::initializer_list<std::string_view>{"claims", "evidence", "grounds"},
                                          [&](std::string_view member) {
                                            return within_list(in.data.items_of(member), before->items_of(member));
                                          });
    if (!same) continue;
    Issue decided = issue("INVALIDATION_RES_JUDICATA", "/data/grounds", std::string(before->text_of("no")));
    decided.blocking.push_back(id.text());
    return raise(verdict, std::move(decided));
  }
}

void request(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto patent = load_patent(in, verdict);
  if (!patent) return;
  const std::string requester(in.data.text_of("requester"));
  const std::string_view speaker = in.body.text_of("acting_for", in.body.text_of("submitter"));
  if (!by_office(in) && speaker != requester) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/requester", requester));
  }
  take_act(verdict, "invalidation.request", day, *patent);
  const Value* grant = patent->find("grant");
  if (day && grant && to_string(*day) < grant->text_of("date")) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", std::string(grant->text_of("date"))));
  }
  check_not_decided(in, verdict, *patent);
  Value::Items ids = patent->items_of("invalidations");
  if (ids.size() >= kRequestsMax) {
    return raise(verdict, issue("SIZE_LIMIT", "/data/pat", std::to_string(kRequestsMax)));
  }
  const std::string id = to_sha256_id(in.record_id);
  Value row;
  copy(in, row, {"claims", "evidence", "grounds", "no", "requester"});
  take(verdict, "invalidation.request", day, row);
  verdict.set(encumbrance_row(in.data.text_of("pat"), id), std::move(row));
  ids.emplace_back(id);
  patent->set("invalidations", std::move(ids));
  Value::Items open = open_invalidations(*patent);
  open.emplace_back(id);
  patent->set("contested", std::move(open));
  store_patent(in, verdict, std::move(*patent));
}

void decide(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto proceeding = load(in, verdict);
  if (!proceeding) return;
  check_served(in, verdict, proceeding->patent, day);
  const bool partial = in.data.text_of("outcome") == "PARTIAL";
  if (partial != (in.data.find("claims_void") != nullptr)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/claims_void", std::string(in.data.text_of("outcome"))));
  }
  check_track_clock(in, verdict, proceeding->patent, "INVALIDATION", "CLOSE", day);
  take(verdict, "invalidation.decide", day, proceeding->row);
  Value decision(Value::Members{{"record", to_sha256_id(in.record_id)}});
  copy(in, decision, {"amended_claims_hash", "claims_void", "date", "decision_no", "outcome", "served"});
  proceeding->row.set("decision", std::move(decision));
  verdict.set(proceeding->key, std::move(proceeding->row));
}

void suit(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto filed = filed_in_court(in, verdict);
  auto proceeding = load(in, verdict);
  if (!proceeding) return;
  const std::string by(in.data.text_of("by"));
  const std::vector<std::string> parties = parties_of(*proceeding);
  if (std::ranges::find(parties, by) == parties.end()) raise(verdict, issue("ROLE_NOT_PERMITTED", "/data/by", by));
  if (const Value* decision = proceeding->row.find("decision")) {
    const auto window = window_end(decision->items_of("served"), std::span(&by, 1),
                                   in.pack.periods("invalidation_suit_months"), calendar_at(in.rows, today(in)));
    check_deadline(verdict, filed, window, "/data/date");
  }
  take(verdict, "invalidation.suit", date_in(in, "date"), proceeding->row);
  verdict.set(proceeding->key, std::move(proceeding->row));
}

void judgment(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto proceeding = load(in, verdict);
  if (!proceeding) return;
  check_served(in, verdict, proceeding->patent, day);
  const bool ends = in.data.boolean_of("ends");
  take(verdict,
       ends ? "invalidation.judgment:" + std::string(in.data.text_of("outcome")) : "invalidation.judgment", day,
       proceeding->row);
  verdict.set(proceeding->key, std::move(proceeding->row));
}

/// The windows of a decision that nobody attacked: every party served, and its time over on `day`.
void check_windows_over(const RuleInput& in, Verdict& verdict, const Proceeding& proceeding, Date day) {
  const Value* decision = proceeding.row.find("decision");
  if (!decision || proceeding.row.text_of("stage") != "DECIDED") return;
  const Calendar calendar = calendar_at(in.rows, today(in));
  for (const std::string& party : parties_of(proceeding)) {
    const auto end = window_end(decision->items_of("served"), std::span(&party, 1),
                                in.pack.periods("invalidation_suit_months"), calendar);
    if (!end) {
      raise(verdict, issue("SERVICE_UNKNOWN", "/data/request", party));
    } else if (day <= *end) {
      raise(verdict, issue("APPEAL_WINDOW_OPEN", "/data/date", party + ", " + to_string(*end)));
    }
  }
}

/// Claims that are void by now, ascending.
Value::Items with_void_claims(const Value& patent, const Value::Items& fresh) {
  Value::Items claims = patent.items_of("void_claims");
  claims.insert(claims.end(), fresh.begin(), fresh.end());
  std::ranges::sort(claims, {}, &Value::integer);
  claims.erase(std::unique(claims.begin(), claims.end()), claims.end());
  return claims;
}

/// Licences that run or will, when their patent, or a part of it, turns out never to have been.
void flag_licenses(const RuleInput& in, Verdict& verdict, const Value& patent, Date day) {
  Issue found = issue("LICENSE_ON_VOID", "/data/pat");
  for (const LicenseRow& license : licenses_on(in.rows, in.data.text_of("pat"), patent)) {
    const std::string_view status = license_status(license.row, patent, day);
    if (status == "RUNNING" || status == "TO_BEGIN") found.blocking.push_back(license.id);
  }
  if (found.blocking.empty()) return;
  found.detail = std::to_string(found.blocking.size());
  raise(verdict, std::move(found));
}

void final_outcome(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto proceeding = load(in, verdict);
  if (!proceeding || !day) return;
  check_windows_over(in, verdict, *proceeding, *day);
  const Value* decision = proceeding->row.find("decision");
  const std::string outcome(decision ? decision->text_of("outcome") : "MAINTAIN");
  Value patent = proceeding->patent;
  if (outcome != "MAINTAIN") flag_licenses(in, verdict, patent, *day);
  take_act(verdict, outcome == "WHOLE" ? "invalidation.final:WHOLE" : "invalidation.final", day, patent);
  if (outcome == "PARTIAL") patent.set("void_claims", with_void_claims(patent, decision->items_of("claims_void")));
  take(verdict, "invalidation.final", day, proceeding->row);
  Value::Items open = open_invalidations(patent);
  std::erase(open, *in.data.find("request"));
  set_list(patent, "contested", std::move(open));
  verdict.set(proceeding->key, std::move(proceeding->row));
  store_patent(in, verdict, std::move(patent));
}

}  // namespace

std::span<const RecordType> invalidation_types() { return kTypes; }

Rule invalidation_rule(std::string_view type) {
  if (type == "invalidation.decide") return decide;
  if (type == "invalidation.final") return final_outcome;
  if (type == "invalidation.judgment") return judgment;
  if (type == "invalidation.request") return request;
  return type == "invalidation.suit" ? suit : nullptr;
}

const Value::Items& open_invalidations(const Value& patent_row) { return patent_row.items_of("contested"); }

}  // namespace qinglu::ledger
