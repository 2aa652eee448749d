// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/warning.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

// --- fields ---

constexpr Field kText = need("text_commit", FieldType::commitment, "内容承诺", "commitment to the text");
constexpr Field kLetterFields[] = {kPat, need("to", FieldType::party, "收件人", "who is warned"),
                                   need("date", FieldType::date, "到达日", "day on which it arrived"), kText};
constexpr Field kPromiseFields[] = {kPat, need("to", FieldType::party, "受诺的权利人", "to whom it is promised"),
                                    need("date", FieldType::date, "承诺日", "day of the promise"), kText};
constexpr std::string_view kActs[] = {"ADVERTISE", "FORGE", "MARK", "OTHER", "SELL"};
constexpr Field kDecisionFields[] = {
    need("party", FieldType::party, "当事人", "the party"),
    need("pat_no_used", FieldType::text, "所标注的专利号", "patent number that was used"),
    set(of(need("acts", FieldType::choice, "行为", "acts"), kActs), 5),
    need("fine", FieldType::money, "罚款", "fine"),
    need("date", FieldType::date, "决定日", "day of the decision"),
    kServed};

constexpr Role kParties[] = {Role::agent, Role::party};
constexpr Role kDepartments[] = {Role::admin};
constexpr std::string_view kSlots[] = {"claims_amount", "arguments", "secrets", "orders_detail", "doc_list", "note"};

// --- preconditions ---

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "the patent is on the ledger"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kTwoSides = {"SELF_DEALING", "QLR", "6.2", "双方不是同一主体", "the two sides differ"};
constexpr Precondition kLetterRules[] = {
    kKnown,
    {"ROLE_NOT_PERMITTED", "PL", "10", "由专利权人或其代理机构发出", "an owner, or its agency, sends it"},
    kTwoSides,
    kNotFuture};
constexpr Precondition kPromiseRules[] = {
    kKnown,
    {"ROLE_NOT_PERMITTED", "PL", "10", "受诺人为专利权人", "it is made to an owner"},
    kTwoSides,
    kNotFuture};
constexpr Precondition kDecisionRules[] = {
    {"SCHEMA_INVALID", "QLR", "6.1", "送达按主体排列且每方一项", "services by party, one each"},
    {"EVENT_BEFORE_PRIOR", "APL", "46", "送达不早于决定", "no service before the decision"},
    kNotFuture};

constexpr RecordType kTypes[] = {
    {.name = "counterfeit.decision",
     .zh = "假冒专利处罚决定",
     .en = "decision on a counterfeit patent",
     .category = Category::infringement,
     .fields = kDecisionFields,
     .signers = {.roles = kDepartments},
     .preconditions = kDecisionRules,
     .effect_zh = "记入该当事人；自送达起可起诉",
     .effect_en = "kept for the party; a suit lies from the service on",
     .date_field = "date"},
    {.name = "promise.stop",
     .zh = "停止侵权承诺",
     .en = "promise to stop",
     .category = Category::infringement,
     .fields = kPromiseFields,
     .signers = {.roles = kParties, .mandate_power = "DISPUTE"},
     .preconditions = kPromiseRules,
     .effect_zh = "此后的行为可认定为重复侵权",
     .effect_en = "later acts may be a repetition",
     .private_slots = kSlots,
     .date_field = "date"},
    {.name = "warn.letter",
     .zh = "侵权警告函",
     .en = "warning letter",
     .category = Category::infringement,
     .fields = kLetterFields,
     .signers = {.roles = kParties, .mandate_power = "DISPUTE"},
     .preconditions = kLetterRules,
     .effect_zh = "记下知悉日，可作为故意的依据",
     .effect_en = "the day of notice is kept, which may show intent",
     .private_slots = kSlots,
     .date_field = "date"}};

/// The row of a letter or a promise: who spoke, to whom, and when; one of them is an owner.
void between(const RuleInput& in, Verdict& verdict, bool owner_speaks) {
  check_event_date(in, verdict);
  past_date(in, verdict, "date");
  const auto patent = require_subject(in, verdict, in.data.text_of("pat"), "/data/pat");
  if (!patent) return;
  const std::string by(in.body.text_of("acting_for", in.body.text_of("submitter")));
  const std::string to(in.data.text_of("to"));
  if (by == to) raise(verdict, issue("SELF_DEALING", "/data/to", to));
  const std::vector<std::string> owners = holders(*patent);
  const std::string& owner = owner_speaks ? by : to;
  if (std::ranges::find(owners, owner) == owners.end()) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", owner_speaks ? "/submitter" : "/data/to", owner));
  }
  Value row(Value::Members{{"by", by}});
  copy(in, row, {"date", "to"});
  verdict.set(encumbrance_row(in.data.text_of("pat"), to_sha256_id(in.record_id)), std::move(row));
}
void letter(const RuleInput& in, Verdict& verdict) { between(in, verdict, true); }
void promise(const RuleInput& in, Verdict& verdict) { between(in, verdict, false); }

void counterfeit(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  check_services(in, verdict, true, day);
  Value decision(Value::Members{{"record", to_sha256_id(in.record_id)}});
  copy(in, decision, {"acts", "date", "fine", "pat_no_used", "served"});
  verdict.set(encumbrance_row(in.data.text_of("party"), to_sha256_id(in.record_id)),
              Value(Value::Members{{"decision", std::move(decision)}}));
}

}  // namespace

std::span<const RecordType> warning_types() { return kTypes; }

Rule warning_rule(std::string_view type) {
  if (type == "counterfeit.decision") return counterfeit;
  if (type == "promise.stop") return promise;
  return type == "warn.letter" ? letter : nullptr;
}

}  // namespace qinglu::ledger
