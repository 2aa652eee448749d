// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/consent.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

// Record types, and the inner types that a contract makes.
constexpr std::string_view kActs[] = {"equity.contribute", "fasttrack.request", "license.grant",     "license.sublicense", "openlicense.declare",
                                      "patent.abandon",    "patent.withdraw",   "pledge.register",   "transfer.contract",  "transfer.register"};
constexpr std::string_view kKinds[] = {"EXCL", "ORD", "SOLE"};
constexpr std::string_view kUses[] = {"MANY", "ONE"};
constexpr Field kForMembers[] = {
    set(of(need("acts", FieldType::choice, "同意的行为", "acts consented to"), kActs), 16),
    set(may("subjects", FieldType::patent, "所涉专利", "patents concerned"), 64),
    may("patent_data_commit", FieldType::commitment, "未公布申请的数据承诺", "commitment to the data of an unpublished application"),
    need("from", FieldType::date, "起始日（含）", "first day"),
    need("until", FieldType::date, "截止日（含）", "last day"),
    of(need("uses", FieldType::choice, "使用次数：一次或多次", "one use or many"), kUses),
    set(of(may("kinds", FieldType::choice, "许可方式，不填为不限", "kinds of licence; left out: every kind"), kKinds), 3)};
constexpr Field kGiveFields[] = {
    with(need("for", FieldType::object, "同意的范围", "what is consented to"), kForMembers),
    need("by", FieldType::party, "同意方", "who consents")};
constexpr Field kWithdrawFields[] = {
    of(need("consent", FieldType::record_id, "撤回的同意", "the consent"), kConsentTypes),
    need("by", FieldType::party, "同意方", "who consented"),
    need("date", FieldType::date, "撤回日", "day of the withdrawal")};

constexpr Role kRoles[] = {Role::agent, Role::bank, Role::inst, Role::party};
constexpr std::string_view kBySigns[] = {"by"};
constexpr std::string_view kSlots[] = {"terms", "doc_list", "note"};

constexpr Precondition kGiveRules[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "所涉专利已在链上", "the patents are on the ledger"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "未公布的申请只写承诺", "an unpublished application is named by a commitment only"},
    {"EVENT_BEFORE_PRIOR", "QLR", "6.5", "截止日不早于起始日", "the last day is not before the first"},
    {"SCHEMA_INVALID", "QLR", "6.5", "专利与数据承诺择一；限定方式只用于许可", "patents or a commitment; kinds narrow a licence only"}};
constexpr Precondition kWithdrawRules[] = {
    {"REF_WRONG_TYPE", "QLR", "6.5", "是该同意方的同意", "the consent is that party's"},
    {"STATE_FORBIDS", "QLR", "6.5", "尚未撤回", "not withdrawn before"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"}};

constexpr RecordType kTypes[] = {
    {.name = "consent.give",
     .zh = "同意",
     .en = "consent",
     .category = Category::market,
     .fields = kGiveFields,
     .signers = {.roles = kRoles, .must_sign = kBySigns, .mandate_power = "CONTRACT"},
     .preconditions = kGiveRules,
     .effect_zh = "所列行为在期限内可引用该同意；仅一次的，由首个引用它的记录用尽",
     .effect_en = "the acts may cite it within its dates; one for a single use is used up by the first that does",
     .private_slots = kSlots},
    {.name = "consent.withdraw",
     .zh = "撤回同意",
     .en = "withdrawal of a consent",
     .category = Category::market,
     .fields = kWithdrawFields,
     .signers = {.roles = kRoles, .must_sign = kBySigns, .mandate_power = "CONTRACT"},
     .preconditions = kWithdrawRules,
     .effect_zh = "此后不得再引用；已据以作出的行为不受影响",
     .effect_en = "no later act may cite it; what was done on it stands",
     .date_field = "date"}};

bool lists(const Value::Items& words, std::string_view word) {
  return std::ranges::any_of(words, [&](const Value& each) { return each.text() == word; });
}

void give(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const Value& scope = *in.data.find("for");
  const bool clear = scope.find("subjects") != nullptr;
  if (clear == (scope.find("patent_data_commit") != nullptr)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/for/subjects", "subjects, patent_data_commit"));
  }
  if (scope.find("kinds") && !lists(scope.items_of("acts"), "license.grant")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/for/kinds", "license.grant"));
  }
  if (scope.text_of("until") < scope.text_of("from")) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/for/until", std::string(scope.text_of("until"))));
  }
  for (const Value& subject : scope.items_of("subjects")) {
    const auto row = require_subject(in, verdict, subject.text(), "/data/for/subjects");
    if (row && !is_published(*row)) {
      raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", "/data/for/subjects", subject.text()));
    }
  }
  Value row = scope;
  row.set("by", *in.data.find("by"));
  verdict.set(encumbrance_row(in.data.text_of("by"), to_sha256_id(in.record_id)), std::move(row));
}

void withdraw(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  past_date(in, verdict, "date");
  const RowKey key = encumbrance_row(in.data.text_of("by"), in.data.text_of("consent"));
  const auto known = in.rows.find(key);
  if (!known) return raise(verdict, issue("REF_WRONG_TYPE", "/data/consent", std::string(in.data.text_of("by"))));
  if (known->find("withdrawn")) {
    raise(verdict, issue("STATE_FORBIDS", "/data/consent", std::string(known->text_of("withdrawn"))));
  }
  Value row = *known;
  row.set("withdrawn", *in.data.find("date"));
  verdict.set(key, std::move(row));
}

}  // namespace

std::span<const RecordType> consent_types() { return kTypes; }

Rule consent_rule(std::string_view type) {
  if (type == "consent.give") return give;
  return type == "consent.withdraw" ? withdraw : nullptr;
}

Consents::Consents(const RuleInput& input) : input_(input) {
  for (const Value& id : input.data.items_of("consents")) {
    const auto digest = from_sha256_id(id.text());
    const auto record = digest ? input.rows.find_record(*digest) : nullptr;
    const Value* data = record ? record->body.find("data") : nullptr;
    if (!data) continue;  // the framework has asked for the record itself
    RowKey key = encumbrance_row(data->text_of("by"), id.text());
    if (const auto row = input.rows.find(key)) cited_.push_back({std::move(key), *row, false});
  }
}

Consent Consents::of(std::string_view party, std::string_view act, std::string_view subject, std::string_view kind) {
  Consent found = Consent::none;
  const std::string_view day = input_.body.text_of("event_date");
  for (Cited& each : cited_) {
    const Value& row = each.row;
    const bool names = row.text_of("by") == party && lists(row.items_of("acts"), act) && lists(row.items_of("subjects"), subject);
    const bool this_kind = kind.empty() || !row.find("kinds") || lists(row.items_of("kinds"), kind);
    if (!names || !this_kind) continue;
    const bool over = day < row.text_of("from") || day > row.text_of("until") || row.find("used_by") ||
                      (row.find("withdrawn") && row.text_of("withdrawn") <= day);
    if (over) {
      found = Consent::expired;
      continue;
    }
    each.relied_on = true;
    return Consent::given;
  }
  return found;
}

void Consents::use_up(Verdict& verdict) const {
  for (const Cited& each : cited_) {
    if (!each.relied_on || each.row.text_of("uses") != "ONE") continue;
    Value row = each.row;
    row.set("used_by", to_sha256_id(input_.record_id));
    verdict.set(each.key, std::move(row));
  }
}

}  // namespace qinglu::ledger
