// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/mandate.hpp"

#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/model/ids.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kGrantsMax = 64;  ///< keeps the row within its bound for ever

constexpr std::string_view kPowers[] = {"ALL",         "ANNUITY", "CONTRACT", "DISPUTE",
                                        "EXAMINATION", "FILING",  "MARKET",   "WITHDRAWAL"};
constexpr Field kPrincipal = need("principal", FieldType::party, "委托人", "principal");
constexpr Field kAgent = need("agent", FieldType::party, "代理机构", "agent");
constexpr Field kSubject =
    may("subject", FieldType::subject, "限于某一客体", "limits the mandate to one subject");
constexpr Field kGrantFields[] = {
    kPrincipal,
    kAgent,
    set(of(need("powers", FieldType::choice, "代理权限", "powers"), kPowers), 8),
    kSubject,
    need("from", FieldType::date, "起始日", "first day"),
    may("until", FieldType::date, "截止日（含）", "last day")};
constexpr Field kEndFields[] = {kPrincipal, kAgent, kSubject,
                                need("date", FieldType::date, "终止日", "day of the end"),
                                may("reason", FieldType::text, "理由", "reason")};

constexpr Role kSides[] = {Role::agent, Role::party};
constexpr std::string_view kBoth[] = {"agent", "principal"};
constexpr std::string_view kSlots[] = {"terms", "fees", "doc_list", "note"};

constexpr Precondition kGrantRules[] = {
    {"MANDATE_SCOPE", "CC", "162", "受托人是有机构代码的专利代理机构，且不得转委托",
     "the agent has an agency code, and a mandate hands on no other"},
    {"SELF_DEALING", "CC", "168", "委托人与受托人不同", "principal and agent differ"},
    {"MISSING_SIGNATURE", "ESL", "13", "双方签名", "both sign"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "未公布的申请不得写明",
     "an unpublished application is not named"},
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "客体已在链上", "the subject is on the ledger"},
    {"SCHEMA_INVALID", "QLR", "6.3", "截止日不早于起始日", "the last day is not before the first"},
    {"SIZE_LIMIT", "QLR", "6.3", "同一双方的委托次数有上限",
     "the number of mandates between two parties is bounded"}};
constexpr Precondition kEndRules[] = {
    {"ROLE_NOT_PERMITTED", "CC", "933", "由委托人或受托人终止",
     "principal or agent ends the mandate"},
    {"MANDATE_SCOPE", "CC", "162", "不得由他人代为终止", "nobody else's mandate ends a mandate"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "终止日不在将来",
     "the day of the end is not in the future"},
    {"REF_NOT_FOUND", "QLR", "6.3", "有仍然有效的委托", "there is an open mandate"}};

constexpr RecordType kTypes[] = {
    {.name = "mandate.end",
     .zh = "终止委托",
     .en = "end of a mandate",
     .category = Category::governance,
     .fields = kEndFields,
     .signers = {.roles = kSides, .may_sign = kBoth},
     .preconditions = kEndRules,
     .effect_zh = "委托自本记录之后终止",
     .effect_en = "the mandate ends behind this record",
     .date_field = "date"},
    {.name = "mandate.grant",
     .zh = "专利代理委托",
     .en = "mandate to a patent agency",
     .category = Category::governance,
     .fields = kGrantFields,
     .signers = {.roles = kSides, .must_sign = kBoth},
     .preconditions = kGrantRules,
     .effect_zh = "代理机构可在权限内代表委托人签名",
     .effect_en = "the agent may sign for the principal within the powers",
     .private_slots = kSlots}};

/// Authority is one step deep (F69): who acts under a mandate neither grants nor ends one.
void check_not_delegated(const RuleInput& in, Verdict& verdict) {
  if (in.body.find("acting_for")) {
    raise(verdict,
          issue("MANDATE_SCOPE", "/acting_for", std::string(in.body.text_of("acting_for"))));
  }
}

void check_subject(const RuleInput& in, Verdict& verdict) {
  const Value* subject = in.data.find("subject");
  if (!subject) return;
  const auto row = require_subject(in, verdict, subject->text(), "/data/subject");
  const bool filing = subject->text().substr(0, 4) == "cmt:" || is_patent_key(subject->text());
  if (row && filing && !is_published(*row)) {
    raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", "/data/subject", subject->text()));
  }
}

void grant(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  check_not_delegated(in, verdict);
  check_subject(in, verdict);
  const std::string_view principal = in.data.text_of("principal");
  const std::string_view agent = in.data.text_of("agent");
  if (principal == agent) {
    raise(verdict, issue("SELF_DEALING", "/data/agent", std::string(agent)));
  }
  const auto agency = in.rows.find(party_row(agent));
  if (!agency || !agency->find("agency_code")) {
    raise(verdict, issue("MANDATE_SCOPE", "/data/agent", std::string(agent)));
  }
  const auto until = date_in(in, "until");
  if (until && *until < *date_in(in, "from")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/until", to_string(*until)));
  }

  const RowKey key = mandate_row(principal, agent);
  const auto row = in.rows.find(key);
  Value next = row ? *row : Value(Value::Members{{"grants", Value::Items{}}});
  Value::Items& grants = next.find("grants")->items();
  if (grants.size() >= kGrantsMax) {
    raise(verdict, issue("SIZE_LIMIT", "/data/agent", std::to_string(kGrantsMax)));
  }
  Value added(Value::Members{{"from_index", in.index}});
  for (const std::string_view member : {"from", "powers", "subject", "until"}) {
    if (const Value* value = in.data.find(member)) added.set(member, *value);
  }
  grants.push_back(std::move(added));
  verdict.set(key, std::move(next));
}

void end(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  check_not_delegated(in, verdict);
  past_date(in, verdict, "date");
  const std::string_view principal = in.data.text_of("principal");
  const std::string_view agent = in.data.text_of("agent");
  const std::string_view submitter = in.body.text_of("submitter");
  if (submitter != principal && submitter != agent) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/submitter", std::string(submitter)));
  }
  const RowKey key = mandate_row(principal, agent);
  const auto row = in.rows.find(key);
  Value next = row ? *row : Value();
  if (!end_grants(next, "subject", in.data.find("subject"), in.index)) {
    raise(verdict, issue("REF_NOT_FOUND", "/data/agent", std::string(agent)));
  }
  verdict.set(key, std::move(next));
}

}  // namespace

std::span<const RecordType> mandate_types() { return kTypes; }

Rule mandate_rule(std::string_view type) {
  if (type == "mandate.grant") return grant;
  return type == "mandate.end" ? end : nullptr;
}

}  // namespace qinglu::ledger
