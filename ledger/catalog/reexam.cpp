// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/reexam.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/fasttrack.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/procedure.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

// --- fields ---

constexpr Field kNo = need("no", FieldType::text, "案件编号", "number of the reexamination");
constexpr Field kRequestFields[] = {kPat, kNo, need("date", FieldType::date, "请求日", "day of the request"),
                                    kCnipaCode};
constexpr std::string_view kOutcomes[] = {"REVOKED", "UPHELD"};
constexpr Field kOutcome =
    of(need("outcome", FieldType::choice, "结论：撤销或维持", "outcome: revoked or upheld"), kOutcomes);
constexpr Field kDecideFields[] = {kPat, kNo, need("date", FieldType::date, "决定日", "day of the decision"), kOutcome,
                                   kServed, kCnipaCode};
constexpr std::string_view kDecisionTypes[] = {"reexam.decide"};
constexpr Field kSuitFields[] = {
    kPat,
    kCase,
    need("date", FieldType::date, "起诉日", "day of the suit"),
    kPosted,
    of(need("decision", FieldType::record_id, "被诉的复审决定", "decision that is attacked"), kDecisionTypes),
    kCnipaCode};
constexpr Field kJudgmentFields[] = {kPat,     kCase, need("date", FieldType::date, "裁判日", "day of the judgment"),
                                     kInstance, kOutcome,
                                     need("ends", FieldType::boolean, "终审", "no further appeal lies"), kServed,
                                     kCnipaCode};

constexpr Role kAskers[] = {Role::agent, Role::ipo, Role::party};
constexpr Role kReporters[] = {Role::court, Role::ipo};
constexpr std::string_view kSlots[] = {"arguments", "doc_list", "note"};

// --- preconditions ---

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "申请已在链上", "the application is on the ledger"};
constexpr Precondition kOrder = {"EVENT_BEFORE_PRIOR", "IR", "5", "日期不早于在前的事项",
                                 "the date is not before what it builds on"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kHidden = {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "公布前不写明当事人",
                                  "before publication nobody is named"};
constexpr Precondition kServedForm = {"SCHEMA_INVALID", "QLR", "6.1", "送达按主体排列",
                                    "services are in order"};
constexpr Precondition kRequestRules[] = {
    kKnown,
    {"STATE_FORBIDS", "PL", "41", "已驳回且未请求复审", "rejected, and reexamination was not asked for"},
    {"DEADLINE_PASSED", "PL", "41", "自驳回决定送达起三个月内", "within the period from the service of the rejection"},
    {"ROLE_NOT_PERMITTED", "PL", "18", "由申请人、其代理机构或专利局提交",
     "the applicant, its agency or the office submits"},
    kOrder,
    kNotFuture};
constexpr Precondition kDecideRules[] = {
    kKnown,
    {"STATE_FORBIDS", "PL", "41", "复审进行中", "reexamination is pending"},
    kOrder,
    kNotFuture,
    kHidden,
    kServedForm,
    kNotSuspended,
    kTrackClock};
constexpr Precondition kSuitRules[] = {
    kKnown,
    {"STATE_FORBIDS", "PL", "41", "复审决定维持驳回且未起诉", "the rejection was upheld, and no suit was brought"},
    {"DEADLINE_PASSED", "PL", "41", "自复审决定送达起三个月内", "within the period from the service of the decision"},
    {"REF_WRONG_TYPE", "QLR", "6.4", "所诉为该申请最近的复审决定", "the decision is the latest of this application"},
    kOrder,
    kNotFuture};
constexpr Precondition kJudgmentRules[] = {
    kKnown, {"STATE_FORBIDS", "PL", "41", "诉讼进行中", "a suit is pending"}, kOrder, kNotFuture, kHidden, kServedForm};

constexpr RecordType kTypes[] = {
    {.name = "reexam.decide",
     .zh = "复审决定",
     .en = "decision on reexamination",
     .category = Category::filing,
     .fields = kDecideFields,
     .signers = {.roles = kOnlyIpo},
     .preconditions = kDecideRules,
     .effect_zh = "撤销驳回：回到驳回前的状态；维持：自送达起可起诉",
     .effect_en = "revoked: back to the status before the rejection; upheld: a suit may be brought from the service on",
     .date_field = "date"},
    {.name = "reexam.judgment",
     .zh = "复审行政诉讼裁判",
     .en = "judgment on a reexamination",
     .category = Category::filing,
     .fields = kJudgmentFields,
     .signers = {.roles = kReporters},
     .preconditions = kJudgmentRules,
     .effect_zh = "终审维持：驳回确定（REJECTED_FINAL）；终审撤销：专利局重新决定；非终审：诉讼继续",
     .effect_en = "at the end upheld: REJECTED_FINAL; revoked: the office decides anew; else the suit goes on",
     .date_field = "date"},
    {.name = "reexam.request",
     .zh = "复审请求",
     .en = "request for reexamination",
     .category = Category::filing,
     .fields = kRequestFields,
     .signers = {.roles = kAskers, .mandate_power = "EXAMINATION"},
     .preconditions = kRequestRules,
     .effect_zh = "复审进行中，驳回未确定",
     .effect_en = "reexamination is pending; the rejection is not final",
     .private_slots = kSlots,
     .date_field = "date"},
    {.name = "reexam.suit",
     .zh = "复审决定的行政诉讼",
     .en = "suit against a decision on reexamination",
     .category = Category::filing,
     .fields = kSuitFields,
     .signers = {.roles = kReporters},
     .preconditions = kSuitRules,
     .effect_zh = "诉讼中，驳回未确定",
     .effect_en = "under suit; the rejection is not final",
     .private_slots = kSlots,
     .date_field = "date"}};

// --- the proceeding: member `reexam` of the application's row ---

constexpr std::string_view kNone[] = {""};
constexpr std::string_view kPending[] = {"REQUESTED"};
constexpr std::string_view kUpheld[] = {"UPHELD"};
constexpr std::string_view kSued[] = {"SUED"};
constexpr Step kSteps[] = {{"reexam.decide:REVOKED", kPending, ""},
                           {"reexam.decide:UPHELD", kPending, "UPHELD"},
                           {"reexam.judgment", kSued, ""},
                           {"reexam.judgment:REVOKED", kSued, "REQUESTED"},
                           {"reexam.judgment:UPHELD", kSued, ""},
                           {"reexam.request", kNone, "REQUESTED"},
                           {"reexam.suit", kUpheld, "SUED"}};

/// Takes the act in the application's state machine and, where that allows it, in the proceeding.
void take(Verdict& verdict, std::string_view act, std::optional<Date> day, Value& row) {
  const bool rejected = row.text_of("status") == name(PatentStatus::rejected);
  // All of it builds on the rejection; what moves the status is compared with its day below.
  const bool moves = act == "reexam.decide:REVOKED" || act == "reexam.judgment:UPHELD";
  const auto rejection = parse_date(row.text_of("since"));
  if (rejected && !moves && day && rejection && *day < *rejection) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", to_string(*day) + " < " + to_string(*rejection)));
  }
  take_act(verdict, act, day, row);
  Value proceeding = row.find("reexam") ? *row.find("reexam") : Value();
  if (rejected) take_step(verdict, kSteps, act, proceeding);
  // A decision that revokes the rejection ends the proceeding; so does a final one.
  if (row.text_of("status") == name(PatentStatus::rejected)) {
    if (!proceeding.members().empty()) row.set("reexam", std::move(proceeding));
  } else if (rejected) {  // `previous` of a lapse is the restoration's
    row.erase("reexam");
    row.erase("previous");
  }
}

void request(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row) return;
  check_applicant_speaks(in, verdict, *row);
  check_deadline(verdict, day, own_window_of(in, *row, "reject", "reexam_months"), "/data/date");
  take(verdict, "reexam.request", day, *row);
  store_patent(in, verdict, std::move(*row));
}

void decide(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row) return;
  check_served(in, verdict, *row, day);
  check_track_clock(in, verdict, *row, "REEXAMINATION", "CLOSE", day);
  take(verdict, "reexam.decide:" + std::string(in.data.text_of("outcome")), day, *row);
  keep_decision(in, "reexam_decide", "date", *row);
  store_patent(in, verdict, std::move(*row));
}

void suit(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto filed = filed_in_court(in, verdict);
  auto row = load_patent(in, verdict);
  if (!row) return;
  const Value* decision = decision_of(*row, "reexam_decide");
  if (decision && decision->text_of("record") != in.data.text_of("decision")) {
    raise(verdict, issue("REF_WRONG_TYPE", "/data/decision", std::string(decision->text_of("record"))));
  }
  check_deadline(verdict, filed, window_of(in, *row, "reexam_decide", "reexam_suit_months"), "/data/date");
  take(verdict, "reexam.suit", date_in(in, "date"), *row);
  store_patent(in, verdict, std::move(*row));
}

void judgment(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto row = load_patent(in, verdict);
  if (!row) return;
  check_served(in, verdict, *row, day);
  const bool ends = in.data.boolean_of("ends");
  take(verdict, ends ? "reexam.judgment:" + std::string(in.data.text_of("outcome")) : "reexam.judgment", day, *row);
  keep_decision(in, "reexam_judgment", "date", *row);
  store_patent(in, verdict, std::move(*row));
}

}  // namespace

std::span<const RecordType> reexam_types() { return kTypes; }

Rule reexam_rule(std::string_view type) {
  if (type == "reexam.decide") return decide;
  if (type == "reexam.judgment") return judgment;
  if (type == "reexam.request") return request;
  return type == "reexam.suit" ? suit : nullptr;
}

}  // namespace qinglu::ledger
