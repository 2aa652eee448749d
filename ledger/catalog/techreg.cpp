// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/techreg.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/consent.hpp"
#include "ledger/catalog/contract.hpp"
#include "ledger/catalog/draft.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/procedure.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kNumberDigits = 16;

constexpr Field kContract = need("ctr", FieldType::contract, "合同", "key of the contract");
constexpr Field kAmount = need("amount", FieldType::money, "合同交易总额（人民币）", "total sum, in RMB");
constexpr Field kTechAmount = need("tech_amount", FieldType::money, "技术交易额（人民币）", "technology amount, in RMB");
constexpr Field kTechIncome = may("tech_income", FieldType::money, "技术性收入（人民币）", "technical income, in RMB");
constexpr Field kNumber = may("reg_no", FieldType::code, "合同登记编号（16 位数字）", "number of the registration, 16 digits");
Field kind_field(bool required) {
  Field field = of(may("kind", FieldType::choice, "认定的合同类别", "kind that is recognised"), contract_kinds());
  field.required = required;
  return field;
}
constexpr Field optional(Field field) {
  field.required = false;
  return field;
}
const Field kApplyFields[] = {kContract, kind_field(true), kAmount, kTechAmount, kOpenedPatents, kRightOpenings, kConsents};
const Field kDecideFields[] = {
    kContract,
    kNumber,
    kind_field(false),
    optional(kAmount),
    optional(kTechAmount),
    kTechIncome,
    need("decision_date", FieldType::date, "认定日", "day of the decision"),
    may("refused_reason", FieldType::text, "不予登记的理由", "why it is refused")};
constexpr Field kCancelFields[] = {kContract, kNumber, need("date", FieldType::date, "撤销日", "day"),
                                   need("reason", FieldType::text, "理由", "reason")};

constexpr Role kApplicants[] = {Role::agent, Role::inst, Role::party};
constexpr Role kOffice[] = {Role::reg};
constexpr std::string_view kSlots[] = {"price", "terms", "cost_detail", "doc_list", "note"};

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "合同已在链上", "the contract is on the ledger"};
constexpr Precondition kRmb = {"AMOUNT_INVALID", "QLR", "2.7", "以人民币填写", "sums are in RMB"};
constexpr Precondition kWithin = {"TECH_AMOUNT_EXCEEDS", "QLR", "2.7", "技术性收入不超过技术交易额，技术交易额不超过总额",
                                  "income within the technology amount, that within the total"};
constexpr Precondition kNew = {"TECHREG_EXISTS", "QLR", "2.3", "一份合同登记一次，编号不重复", "one registration for a contract, one contract for a number"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kOrder = {"EVENT_BEFORE_PRIOR", "QLR", "2.3", "不早于申请", "not before what it builds on"};
constexpr Precondition kApplyOnly[] = {
    kKnown,
    {"STATE_FORBIDS", "QLR", "2.3", "合同有效", "the contract is open"},
    kNew,
    {"NOT_SELLER", "QLR", "2.3", "由卖方申请", "the seller applies"},
    kRmb,
    kWithin,
    {"COMMIT_MISMATCH", "PL", "21", "公开的内容与承诺相符", "the openings fit the commitments"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "申请已经公布", "the application is published"},
    {"ZL_BEFORE_GRANT", "IR", "101", "授权前不写专利号", "no patent number before the grant"},
    {"SELF_DEALING", "QLR", "6.2", "授予方与取得方不同", "who grants and who takes differ"},
    {"DOUBLE_DISPOSAL", "PL", "10", "标记：已有尚未登记的转让合同", "flag: another contract of sale is open"},
    {"SIZE_LIMIT", "QLR", "6.5", "合同的大小、一件专利的许可和未登记转让数量有上限",
     "a contract's size, and the licences and open transfers of a patent, are bounded"},
    kNotFuture};
constexpr auto kApplyRules = join(kApplyOnly, kRightRules);
constexpr Precondition kDecideRules[] = {
    kKnown,
    {"STATE_FORBIDS", "QLR", "2.3", "已申请，尚未决定", "applied for and not decided"},
    kNew,
    {"SCHEMA_INVALID", "QLR", "2.7", "登记的写明编号、类别和金额，不予登记的写明理由",
     "a registration states number, kind and sums, a refusal its reason"},
    kRmb,
    kWithin,
    {"TECHREG_LATE", "QLR", "2.3", "标记：晚于认定期限", "flag: decided after the period"},
    kOrder,
    kNotFuture};
constexpr Precondition kCancelRules[] = {kKnown,
                                         {"STATE_FORBIDS", "QLR", "2.3", "已经登记", "registered"},
                                         {"SCHEMA_INVALID", "QLR", "2.3", "写明该合同的登记编号", "the number of that registration"},
                                         kOrder,
                                         kNotFuture};

constexpr RecordType kTypes[] = {
    {.name = "techreg.apply",
     .zh = "技术合同认定登记申请",
     .en = "application to recognise a contract",
     .category = Category::market,
     .fields = kApplyFields,
     .signers = {.roles = kApplicants, .mandate_power = "CONTRACT"},
     .preconditions = kApplyRules,
     .effect_zh = "等待认定",
     .effect_en = "waits for the decision",
     .private_slots = kSlots},
    {.name = "techreg.cancel",
     .zh = "技术合同登记撤销",
     .en = "cancellation of a recognition",
     .category = Category::market,
     .fields = kCancelFields,
     .signers = {.roles = kOffice},
     .preconditions = kCancelRules,
     .effect_zh = "登记撤销，不再计入统计",
     .effect_en = "the registration ends and counts no more",
     .date_field = "date"},
    {.name = "techreg.decide",
     .zh = "技术合同认定登记决定",
     .en = "decision on the recognition of a contract",
     .category = Category::market,
     .fields = kDecideFields,
     .signers = {.roles = kOffice},
     .preconditions = kDecideRules,
     .effect_zh = "登记的于认定日计入统计",
     .effect_en = "a registration enters the statistics on the day of the decision",
     .date_field = "decision_date"}};

// Stages of `techreg` in the contract's row.
constexpr std::string_view kApplied[] = {"APPLIED"};
constexpr std::string_view kRegistered[] = {"REGISTERED"};
constexpr Step kSteps[] = {{"techreg.cancel", kRegistered, "CANCELLED"},
                           {"techreg.decide", kApplied, "REGISTERED"},
                           {"techreg.decide:REFUSED", kApplied, "REFUSED"}};

/// One row per number of a registration office: `{"ctr","record"}`.
RowKey number_row(const RuleInput& in) { return encumbrance_row(in.body.text_of("submitter"), in.data.text_of("reg_no")); }

/// Statistics add fen; income within the technology amount, that within the total.
void check_sums(const RuleInput& in, Verdict& verdict) {
  constexpr std::string_view kDescending[] = {"amount", "tech_amount", "tech_income"};
  std::optional<std::int64_t> outer;
  for (const std::string_view member : kDescending) {
    const Value* money = in.data.find(member);
    if (!money) continue;
    const std::string pointer = "/data/" + std::string(member);
    if (!money->find("fen")) {
      raise(verdict, issue("AMOUNT_INVALID", pointer, std::string(money->text_of("cur"))));
      continue;
    }
    const std::int64_t fen = money->integer_of("fen");
    if (outer && fen > *outer) {
      raise(verdict, issue("TECH_AMOUNT_EXCEEDS", pointer, std::to_string(fen) + " > " + std::to_string(*outer)));
    }
    outer = fen;
  }
}

void check_seller(const RuleInput& in, Verdict& verdict, const Value& contract) {
  const std::string speaker(in.body.text_of("acting_for", in.body.text_of("submitter")));
  const auto sellers = sellers_of(contract);
  if (std::ranges::find(sellers, speaker) == sellers.end()) raise(verdict, issue("NOT_SELLER", "/submitter", speaker));
}

void apply(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  auto contract = load_contract(in, verdict);
  if (!contract) return;
  check_seller(in, verdict, *contract);
  check_sums(in, verdict);
  if (contract->text_of("status") != "OPEN") {
    raise(verdict, issue("STATE_FORBIDS", "/data/ctr", std::string(contract->text_of("status"))));
  }
  const Value* before = contract->find("techreg");
  const std::string_view stage = before ? before->text_of("stage") : std::string_view();
  if (stage == "APPLIED" || stage == "REGISTERED") {
    Issue twice = issue("TECHREG_EXISTS", "/data/ctr", std::string(before->text_of("no", stage)));
    twice.blocking.emplace_back(before->text_of("record"));
    raise(verdict, std::move(twice));
  }
  Draft draft(in.rows);
  Consents consents(in);
  open_rights(in, verdict, true, draft, consents, *contract);
  contract->set("techreg", Value::Members{{"applied", in.body.text_of("event_date")},
                                          {"record", to_sha256_id(in.record_id)},
                                          {"stage", "APPLIED"}});
  draft.set(subject_row(in.data.text_of("ctr")), std::move(*contract));
  draft.write(verdict);
  consents.use_up(verdict);
}

bool is_number(std::string_view text) {
  return text.size() == kNumberDigits && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// A registration states all, a refusal its reason and nothing else.
void check_complete(const RuleInput& in, Verdict& verdict, bool refused) {
  for (const std::string_view member : {"amount", "kind", "reg_no", "tech_amount", "tech_income"}) {
    if ((in.data.find(member) != nullptr) == refused) {
      raise(verdict, issue("SCHEMA_INVALID", "/data/" + std::string(member), refused ? "refused_reason" : "-"));
    }
  }
  if (!refused && !is_number(in.data.text_of("reg_no"))) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/reg_no", std::string(in.data.text_of("reg_no"))));
  }
}

void decide(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "decision_date");
  auto contract = load_contract(in, verdict);
  if (!contract || !day) return;
  const bool refused = in.data.find("refused_reason") != nullptr;
  check_complete(in, verdict, refused);
  check_sums(in, verdict);
  Value state;
  if (const Value* before = contract->find("techreg")) state = *before;
  take_step(verdict, kSteps, refused ? "techreg.decide:REFUSED" : "techreg.decide", state);
  if (const auto applied = parse_date(state.text_of("applied"))) {
    if (*day < *applied) {
      raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/decision_date", to_string(*day) + " < " + to_string(*applied)));
    }
    const Date last = calendar_at(in.rows, today(in)).shift(add_days(*applied, in.pack.integer("techreg_days")));
    if (*day > last) raise(verdict, issue("TECHREG_LATE", "/data/decision_date", to_string(*day) + " > " + to_string(last)));
  }
  copy(in, state, {"amount", "kind", "tech_amount", "tech_income"});
  state.set("date", to_string(*day));
  state.set("record", to_sha256_id(in.record_id));
  if (!refused) {
    if (const auto taken = in.rows.find(number_row(in))) {
      Issue twice = issue("TECHREG_EXISTS", "/data/reg_no", std::string(taken->text_of("ctr")));
      twice.blocking.emplace_back(taken->text_of("record"));
      raise(verdict, std::move(twice));
    }
    state.set("no", in.data.text_of("reg_no"));
    verdict.set(number_row(in), Value::Members{{"ctr", in.data.text_of("ctr")}, {"record", to_sha256_id(in.record_id)}});
  }
  contract->set("techreg", std::move(state));
  verdict.set(subject_row(in.data.text_of("ctr")), std::move(*contract));
}

void cancel(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  auto contract = load_contract(in, verdict);
  if (!contract || !day) return;
  Value state;
  if (const Value* before = contract->find("techreg")) state = *before;
  take_step(verdict, kSteps, in.type.name, state);
  if (in.data.text_of("reg_no") != state.text_of("no")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/reg_no", std::string(state.text_of("no"))));
  }
  if (to_string(*day) < state.text_of("date")) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", std::string(state.text_of("date"))));
  }
  state.set("date", to_string(*day));
  state.set("record", to_sha256_id(in.record_id));
  contract->set("techreg", std::move(state));
  verdict.set(subject_row(in.data.text_of("ctr")), std::move(*contract));
}

}  // namespace

std::span<const RecordType> techreg_types() { return kTypes; }

Rule techreg_rule(std::string_view type) {
  if (type == "techreg.apply") return apply;
  if (type == "techreg.cancel") return cancel;
  return type == "techreg.decide" ? decide : nullptr;
}

}  // namespace qinglu::ledger
