// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/license.hpp"

#include <algorithm>
#include <set>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/contract.hpp"
#include "ledger/catalog/deal.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/term.hpp"
#include "ledger/model/ids.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kOnPatentMax = 64;

// Tables that hold fields of other files are no constant expressions; those fields are.
constexpr Field kRecordalNo = need("recordal_no", FieldType::code, "备案号", "number of the recordal");
constexpr Field kRecordalDate = need("date", FieldType::date, "备案日", "day of the entry in the register");
constexpr Field kContract = may("ctr", FieldType::contract, "许可合同", "contract with the licences");
constexpr Field kLicense = may("license", FieldType::license_id, "许可（分许可、开放许可没有合同时）",
                               "licence, where no contract holds it (sublicence, open licence)");
constexpr Field kPatents = set(need("patents", FieldType::patent, "所涉专利", "patents that are licensed"), 16);
const Field kRecordFields[] = {kRecordalNo, kRecordalDate, kContract, kLicense, kPatents, kDealOfContract, kRightOpenings, kConsents};
const Field kChangeFields[] = {kRecordalNo, kRecordalDate, kContract, kLicense, kPatents, kConsents};
constexpr Field kCancelFields[] = {kRecordalNo,
                                   kRecordalDate,
                                   kContract,
                                   kLicense,
                                   kPatents,
                                   may("reason", FieldType::text, "理由", "reason")};
const Field kSublicenseFields[] = {
    kPat,
    need("head", FieldType::license_id, "主许可", "head licence"),
    set(need("by", FieldType::party, "分许可人（主许可的全体被许可人）", "who grants: all licensees of the head"), 16),
    set(need("to", FieldType::party, "分被许可人", "sublicensees"), 16),
    need("sign_date", FieldType::date, "签订日", "day of the signature"),
    with(need("scope", FieldType::object, "范围", "scope"), scope_fields()),
    kConsents,
    may("text_commit", FieldType::commitment, "合同文本承诺", "commitment to the text")};

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "合同和专利已在链上", "contract and patents are on the ledger"};
constexpr Precondition kLicenseKnown = {"REF_NOT_FOUND", "QLR", "6.1", "许可已在链上", "the licence is on the ledger"};
constexpr Precondition kOneRow = {"SCHEMA_INVALID", "QLR", "6.5", "合同与许可择一，专利与其一致",
                                  "a contract or a licence, and its patents"};
constexpr Precondition kOrder = {"EVENT_BEFORE_PRIOR", "IR", "15", "不早于合同签订日", "not before the signature"};
constexpr Precondition kOnlyParties = {"ROLE_NOT_PERMITTED", "IR", "15", "共同签署的为合同双方", "who co-signs is a party of the contract"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kRecordOnly[] = {
    kKnown,
    kLicenseKnown,
    kOneRow,
    {"STATE_FORBIDS", "IR", "15", "许可尚未终止", "the licence has not been ended"},
    {"REF_WRONG_TYPE", "QLR", "6.6", "所引成交属于该合同", "the deal cited is of this contract"},
    {"RECORDAL_DUPLICATE", "IR", "15", "尚未备案", "not recorded yet"},
    {"RECORDAL_LATE", "IR", "15", "标记：晚于备案期限", "flag: recorded after the period"},
    {"COMMIT_MISMATCH", "PL", "21", "公开的内容与承诺相符", "the openings fit the commitments"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "申请已经公布", "the application is published"},
    {"ZL_BEFORE_GRANT", "IR", "101", "授权前不写专利号", "no patent number before the grant"},
    {"SELF_DEALING", "QLR", "6.2", "授予方与取得方不同", "who grants and who takes differ"},
    {"DOUBLE_DISPOSAL", "PL", "10", "标记：已有尚未登记的转让合同", "flag: another contract of sale is open"},
    {"SIZE_LIMIT", "QLR", "6.5", "合同的大小、一件专利的许可数量有上限", "a contract's size and the licences on a patent are bounded"},
    kOrder,
    kOnlyParties,
    kNotFuture};
constexpr auto kRecordRules = join(kRecordOnly, kRightRules);
constexpr Precondition kChangeOnly[] = {
    kKnown, kLicenseKnown, kOneRow,
    {"STATE_FORBIDS", "IR", "15", "已经备案，许可尚未终止", "recorded, and not ended"},
    kOrder, kOnlyParties, kNotFuture};
constexpr auto kChangeRules = join(kChangeOnly, kRightRules);
constexpr Precondition kCancelRules[] = {
    kKnown, kLicenseKnown, kOneRow,
    {"STATE_FORBIDS", "IR", "15", "已经备案", "recorded"},
    kOrder, kOnlyParties, kNotFuture};
constexpr Precondition kSublicenseOnly[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "the patent is on the ledger"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "申请已经公布", "the application is published"},
    kLicenseKnown,
    {"SUBLICENSE_NOT_PERMITTED", "CC", "867", "主许可允许分许可，由其全体被许可人授予",
     "the head allows sublicences, and all its licensees grant it"},
    {"SCOPE_EXCEEDS_HEAD", "TCI", "28", "范围在主许可之内", "the scope lies within the head's"},
    {"SELF_DEALING", "QLR", "6.2", "授予方与取得方不同", "who grants and who takes differ"},
    {"SIZE_LIMIT", "QLR", "6.5", "一件专利的许可数量有上限", "the licences on a patent are bounded"},
    {"SCHEMA_INVALID", "QLR", "6.5", "签订日即法律日期", "the day of the signature is the legal date"},
    {"EVENT_BEFORE_PRIOR", "QLR", "6.5", "截止日不早于起始日", "the last day is not before the first"},
    kNotFuture};
constexpr auto kSublicenseRules = join(kSublicenseOnly, kRightRules);

constexpr Role kGrantors[] = {Role::agent, Role::inst, Role::party};
constexpr std::string_view kBoth[] = {"by", "to"};
constexpr std::string_view kSublicenseSlots[] = {"entry_fee", "royalty", "pay_schedule", "terms", "doc_list", "note"};

constexpr RecordType kTypes[] = {
    {.name = "license.record",
     .zh = "许可合同备案",
     .en = "recordal of a licence",
     .category = Category::market,
     .fields = kRecordFields,
     .signers = {.roles = kOnlyIpo, .judged_by_rule = true},
     .preconditions = kRecordRules,
     .effect_zh = "许可已备案；合同不以备案为生效条件",
     .effect_en = "the licence is recorded; the contract is effective without it",
     .date_field = "date"},
    {.name = "license.record_cancel",
     .zh = "许可合同备案注销",
     .en = "cancellation of a recordal",
     .category = Category::market,
     .fields = kCancelFields,
     .signers = {.roles = kOnlyIpo, .judged_by_rule = true},
     .preconditions = kCancelRules,
     .effect_zh = "备案注销，许可本身不变",
     .effect_en = "the recordal ends, the licence stays as it is",
     .date_field = "date"},
    {.name = "license.record_change",
     .zh = "许可合同备案变更",
     .en = "change of a recordal",
     .category = Category::market,
     .fields = kChangeFields,
     .signers = {.roles = kOnlyIpo, .judged_by_rule = true},
     .preconditions = kChangeRules,
     .effect_zh = "备案以变更后的合同为准",
     .effect_en = "the recordal is of the contract as amended",
     .date_field = "date"},
    {.name = "license.sublicense",
     .zh = "分许可",
     .en = "sublicence",
     .category = Category::market,
     .fields = kSublicenseFields,
     .signers = {.roles = kGrantors, .must_sign = kBoth, .mandate_power = "CONTRACT"},
     .preconditions = kSublicenseRules,
     .effect_zh = "在主许可之下成立普通许可，随主许可终止",
     .effect_en = "an ordinary licence under the head arises; it ends with the head",
     .private_slots = kSublicenseSlots,
     .date_field = "sign_date"}};

bool holds(const Value::Items& list, std::string_view text) {
  return std::ranges::any_of(list, [&](const Value& each) { return each.text() == text; });
}

Value::Items items_from(std::span<const std::string> texts) { return {texts.begin(), texts.end()}; }

std::vector<std::string> texts_of(const Value::Items& items) {
  std::vector<std::string> result;
  for (const Value& each : items) result.push_back(each.text());
  return result;
}

RightAct act_of(std::string_view kind) {
  if (kind == "EXCL") return RightAct::license_excl;
  if (kind == "SOLE") return RightAct::license_sole;
  return kind == "SUB" ? RightAct::sublicense : RightAct::license_ord;
}

// --- recordal ---

/// One licence that a record of the register is about.
struct Recorded {
  std::string patent;
  std::string id;
};

std::shared_ptr<const FoundRecord> maker_of(const RuleInput& in, const Value& license) {
  const auto digest = from_sha256_id(license.text_of("record"));
  return digest ? in.rows.find_record(*digest) : nullptr;
}

/// What stood on the patent when the licence was granted has been judged then; it is judged again, but
/// neither what came later nor the sole licence that this one stands beside. A pledgee whose pledge is
/// younger than the licence has not been asked yet.
Value as_at_the_grant(const RuleInput& in, std::string_view id, const Value& license, const Value& patent_row) {
  Value seen = patent_row;
  Value::Items earlier;
  for (const Value& each : patent_row.items_of("licenses")) {
    if (each.text() == id) break;
    if (!holds(license.items_of("under"), each.text())) earlier.push_back(each);
  }
  seen.set("licenses", std::move(earlier));
  const auto maker = maker_of(in, license);
  Value::Items later;
  for (const Value& each : patent_row.items_of("pledges")) {
    const auto digest = from_sha256_id(each.text());
    const auto pledge = digest ? in.rows.find_record(*digest) : nullptr;
    if (maker && pledge && pledge->index > maker->index) later.push_back(each);
  }
  seen.set("pledges", std::move(later));
  return seen;
}

/// Who may sign with the office: parties of the contract, or of the licence where there is none.
void check_cosigners(const RuleInput& in, Verdict& verdict, const Value& license) {
  for (const Value& signer : in.body.items_of("signers")) {
    const bool party = holds(license.items_of("licensors"), signer.text()) || holds(license.items_of("licensees"), signer.text());
    if (!party && signer.text() != in.body.text_of("submitter")) {
      raise(verdict, issue("ROLE_NOT_PERMITTED", "/signers", signer.text()));
    }
  }
}

/// The licences that the record is about, and the day from which the period to record them runs.
struct Target {
  std::vector<Recorded> licenses;
  std::optional<Date> signed_on;
  std::optional<Date> effective;
};

std::optional<Target> contract_target(const RuleInput& in, Verdict& verdict, Draft& draft, Consents& consents) {
  auto contract = load_contract(in, verdict);
  if (!contract) return std::nullopt;
  check_contract_signers(in, verdict, *contract);
  // What has ended is not brought to life: then the contract has no licence here.
  if (in.data.find("openings") && contract->text_of("status") != "OPEN") {
    raise(verdict, issue("STATE_FORBIDS", "/data/openings", std::string(contract->text_of("status"))));
  } else {
    open_rights(in, verdict, false, draft, consents, *contract);
  }
  Target target;
  for (const Value& right : contract->items_of("rights")) {
    if (right.find("license")) target.licenses.push_back({std::string(right.text_of("pat")), std::string(right.text_of("license"))});
  }
  std::set<std::string> patents;
  for (const Recorded& each : target.licenses) patents.insert(each.patent);
  if (!std::ranges::equal(in.data.items_of("patents"), patents, {}, &Value::text)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/patents", std::string(in.data.text_of("ctr"))));
    return std::nullopt;
  }
  target.signed_on = parse_date(contract->text_of("sign_date"));
  target.effective = parse_date(contract->text_of("effective_date"));
  return target;
}

std::optional<Target> license_target(const RuleInput& in, Verdict& verdict) {
  const Value::Items& patents = in.data.items_of("patents");
  const std::string id(in.data.text_of("license"));
  if (patents.size() != 1) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/patents", id));
    return std::nullopt;
  }
  const auto license = in.rows.find(encumbrance_row(patents[0].text(), id));
  // One that a contract holds is recorded with its contract; a compulsory one stands in the register by its decision.
  if (!license || license->find("contract") || license->text_of("kind") == "COMP") {
    raise(verdict, issue("REF_NOT_FOUND", "/data/license", id));
    return std::nullopt;
  }
  check_cosigners(in, verdict, *license);
  const auto maker = maker_of(in, *license);
  const auto day = maker ? parse_date(maker->body.text_of("event_date")) : std::nullopt;
  return Target{{{patents[0].text(), id}}, day, day};
}

std::optional<Target> target_of(const RuleInput& in, Verdict& verdict, Draft& draft, Consents& consents) {
  if ((in.data.find("ctr") != nullptr) == (in.data.find("license") != nullptr)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/ctr", "ctr, license"));
    return std::nullopt;
  }
  return in.data.find("ctr") ? contract_target(in, verdict, draft, consents) : license_target(in, verdict);
}

/// Recorded once, and changed or cancelled only then. A change also covers what an amendment has added.
void check_recordal_state(const RuleInput& in, Verdict& verdict, const Draft& draft, const std::vector<Recorded>& licenses) {
  std::shared_ptr<const Value> recorded;
  for (const Recorded& each : licenses) {
    const auto license = draft.find(encumbrance_row(each.patent, each.id));
    if (!license) continue;
    if (license->find("recordal")) recorded = license;
    if (license->find("ended") && in.type.name != "license.record_cancel") {
      raise(verdict, issue("STATE_FORBIDS", "/data/patents", std::string(license->text_of("ended"))));
    }
  }
  const bool first = in.type.name == "license.record";
  if (first && recorded) {
    const Value& recordal = *recorded->find("recordal");
    Issue twice = issue("RECORDAL_DUPLICATE", "/data/recordal_no", std::string(recordal.text_of("no")));
    twice.blocking.emplace_back(recordal.text_of("record"));
    raise(verdict, std::move(twice));
  }
  if (!first && !recorded) raise(verdict, issue("STATE_FORBIDS", "/data/recordal_no", std::string(in.data.text_of("recordal_no"))));
}

/// license.record, license.record_change, license.record_cancel.
void recordal(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  Draft draft(in.rows);
  Consents consents(in);
  const auto target = target_of(in, verdict, draft, consents);
  if (!target || !day) return;
  if (target->signed_on && *day < *target->signed_on) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", to_string(*day) + " < " + to_string(*target->signed_on)));
  }
  if (in.type.name == "license.record" && target->effective) {
    const Date last = period_end(*target->effective, in.pack.period("recordal_months", *target->effective), calendar_at(in.rows, today(in)));
    if (*day > last) raise(verdict, issue("RECORDAL_LATE", "/data/date", to_string(*day) + " > " + to_string(last)));
  }
  check_recordal_state(in, verdict, draft, target->licenses);
  check_deal_of_contract(in, verdict);
  const bool cancels = in.type.name == "license.record_cancel";
  for (const Recorded& each : target->licenses) {
    const RowKey key = encumbrance_row(each.patent, each.id);
    const auto license = draft.find(key);
    if (!license) continue;
    // What this record has opened has just been judged.
    if (!cancels && in.rows.find(key)) {
      judge_license_again(on_draft(in, draft), verdict, consents, each.patent, each.id, {.pointer = "/data/patents", .day = *day});
    }
    Value next = *license;
    if (cancels) {
      next.erase("recordal");
    } else {
      next.set("recordal", Value::Members{{"date", to_string(*day)},
                                          {"no", in.data.text_of("recordal_no")},
                                          {"record", to_sha256_id(in.record_id)}});
    }
    draft.set(key, std::move(next));
  }
  draft.write(verdict);
  consents.use_up(verdict);
}

// --- sublicence ---

/// The head licence, if it lets its licensees sublicense; raises SUBLICENSE_NOT_PERMITTED.
void check_head(const RuleInput& in, Verdict& verdict, const Value& head) {
  const std::string id(in.data.text_of("head"));
  const std::string kind(head.text_of("kind"));
  const bool by_all = in.data.items_of("by") == head.items_of("licensees");
  // What anybody may have has nobody to choose the next: open and compulsory licences.
  const bool allowed = head.boolean_of("sublicense_allowed") && !head.find("ended") && kind != "OPEN" && kind != "COMP";
  if (allowed && by_all) return;
  Issue barred = issue("SUBLICENSE_NOT_PERMITTED", allowed ? "/data/by" : "/data/head", kind);
  barred.blocking.push_back(id);
  raise(verdict, std::move(barred));
}

void sublicense(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "sign_date");
  if (in.data.text_of("sign_date") != in.body.text_of("event_date")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/sign_date", std::string(in.body.text_of("event_date"))));
  }
  const std::string patent(in.data.text_of("pat"));
  const auto row = require_subject(in, verdict, patent, "/data/pat");
  if (!row || !day) return;
  if (!is_published(*row)) return raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", "/data/pat", patent));
  const auto head = in.rows.find(encumbrance_row(patent, in.data.text_of("head")));
  if (!head || !head->find("licensees")) {
    return raise(verdict, issue("REF_NOT_FOUND", "/data/head", std::string(in.data.text_of("head"))));
  }
  check_head(in, verdict, *head);
  const auto& to = in.data.items_of("to");
  if (std::ranges::all_of(in.data.items_of("by"), [&](const Value& each) { return holds(to, each.text()); })) {
    raise(verdict, issue("SELF_DEALING", "/data/to", std::string(to.front().text())));
  }
  const Value& scope = *in.data.find("scope");
  check_license_term(in, verdict, scope, *row, "/data/scope");
  const Date last = last_day_of(*row, in.pack);
  const Scope wanted = scope_of(scope, last);
  if (!covers(scope_of(*head->find("scope"), last), wanted, ClassNesting(table_at(in.rows, "CLASS_NESTING", today(in))))) {
    Issue wider = issue("SCOPE_EXCEEDS_HEAD", "/data/scope", std::string(in.data.text_of("head")));
    wider.blocking.emplace_back(in.data.text_of("head"));
    raise(verdict, std::move(wider));
  }
  Consents consents(in);
  const RightUse use{.act = RightAct::sublicense,
                     .patent = patent,
                     .row = *row,
                     .pointer = "/data/pat",
                     .day = *day,
                     .scope = wanted,
                     .actors = holders(*row),
                     .consent_to = "license.sublicense",
                     .at_contract = true};
  judge_right_use(in, verdict, use, consents);

  const std::string id = to_sha256_id(in.record_id) + "/0";
  Value next = *row;
  list_license(in, verdict, patent, id, "/data/pat", next);
  Value license = license_row("SUB", texts_of(in.data.items_of("by")), texts_of(to), scope, in.record_id);
  license.set("head", in.data.text_of("head"));
  verdict.set(encumbrance_row(patent, id), std::move(license));
  verdict.set(subject_row(patent), std::move(next));
  consents.use_up(verdict);
}

}  // namespace

std::span<const RecordType> license_types() { return kTypes; }

Rule license_rule(std::string_view type) {
  if (type == "license.sublicense") return sublicense;
  const bool register_act = type == "license.record" || type == "license.record_cancel" || type == "license.record_change";
  return register_act ? recordal : nullptr;
}

Value license_row(std::string_view kind, std::span<const std::string> licensors, std::span<const std::string> licensees,
                  const Value& scope, const Digest& record) {
  return Value::Members{{"kind", kind},
                        {"licensees", items_from(licensees)},
                        {"licensors", items_from(licensors)},
                        {"record", to_sha256_id(record)},
                        {"scope", scope}};
}

void list_license(const RuleInput& input, Verdict& verdict, std::string_view patent, std::string_view id,
                  std::string_view pointer, Value& patent_row) {
  Value::Items ids = patent_row.items_of("licenses");
  if (holds(ids, id)) return;
  if (ids.size() >= kOnPatentMax) {
    // Those that are over by time stand in nobody's way; their own rows stay.
    std::erase_if(ids, [&](const Value& each) {
      const auto row = input.rows.find(encumbrance_row(patent, each.text()));
      return row && license_status(*row, patent_row, today(input)) == "OVER";
    });
  }
  if (ids.size() >= kOnPatentMax) return raise(verdict, issue("SIZE_LIMIT", pointer, std::to_string(kOnPatentMax)));
  ids.emplace_back(id);
  patent_row.set("licenses", std::move(ids));
}

void take_places(Draft& draft, std::string_view patent, std::string_view id, const Value& license, bool take) {
  for (const Value& each : license.items_of("under")) {
    const RowKey key = encumbrance_row(patent, each.text());
    const auto sole = draft.find(key);
    if (!sole) continue;
    Value next = *sole;
    if (take) {
      next.set("place_taken", id);
    } else if (next.text_of("place_taken") == id) {
      next.erase("place_taken");
    }
    draft.set(key, std::move(next));
  }
}

void end_license(Draft& draft, std::string_view patent, std::string_view id, std::string_view day, bool never_was) {
  const RowKey patent_key = subject_row(patent);
  const auto patent_row = draft.find(patent_key);
  const auto license = draft.find(encumbrance_row(patent, id));
  if (!patent_row || !license) return;
  if (never_was) take_places(draft, patent, id, *license, false);
  Value::Items left;
  for (const Value& each : patent_row->items_of("licenses")) {
    const RowKey key = encumbrance_row(patent, each.text());
    const auto row = draft.find(key);
    if (!row || (each.text() != id && row->text_of("head") != id)) {
      left.push_back(each);
      continue;
    }
    Value ended = *row;
    ended.set("ended", day);
    draft.set(key, std::move(ended));
  }
  Value next = *patent_row;
  set_list(next, "licenses", std::move(left));
  draft.set(patent_key, std::move(next));
}

void judge_license_again(const RuleInput& input, Verdict& verdict, Consents& consents, std::string_view patent, std::string_view id,
                         const LaterAct& act) {
  const auto license = input.rows.find(encumbrance_row(patent, id));
  const auto patent_row = input.rows.find(subject_row(patent));
  if (!license || !patent_row) return;
  const Value seen = as_at_the_grant(input, id, *license, *patent_row);
  const Value& scope = *license->find("scope");
  const std::vector<std::string> except = texts_of(license->items_of("except"));
  const std::string_view kind = license->text_of("kind");
  check_license_term(input, verdict, scope, seen, act.pointer);
  // `kinds` of a consent narrow the grant of licences; an accepted open licence is an ordinary one.
  const std::string_view narrowed = kind == "SUB" ? std::string_view() : kind == "OPEN" ? std::string_view("ORD") : kind;
  const std::string_view granted = kind == "SUB" ? "license.sublicense" : "license.grant";
  const RightUse use{.act = act_of(kind),
                     .patent = patent,
                     .row = seen,
                     .pointer = act.pointer,
                     .day = act.day,
                     .scope = scope_of(scope, last_day_of(seen, input.pack)),
                     .actors = holders(seen),  // asked at the contract
                     .consent_to = act.consent_to.empty() ? granted : act.consent_to,
                     .license_kind = narrowed,
                     .except = except,
                     .at_contract = act.at_contract};
  judge_right_use(input, verdict, use, consents);
}

Date last_day_of(const Value& patent_row, const RulePack& pack) {
  const auto end = parse_date(patent_row.text_of("term_end"));
  const auto filed = parse_date(patent_row.text_of("filing_date"));
  return end ? *end : full_term_end(patent_row, pack, filed.value_or(Date{}));
}

void check_license_term(const RuleInput& input, Verdict& verdict, const Value& scope, const Value& patent_row,
                        const std::string& pointer) {
  const auto from = parse_date(scope.text_of("from"));
  const auto to = parse_date(scope.text_of("to"));
  const Date last = last_day_of(patent_row, input.pack);
  if (from && to && *to < *from) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", pointer, to_string(*to) + " < " + to_string(*from)));
  }
  const auto beyond = to && *to > last ? to : from && *from > last ? from : std::nullopt;
  if (beyond) raise(verdict, issue("TERM_BEYOND_PATENT", pointer, to_string(*beyond) + " > " + to_string(last)));
}

std::string_view license_status(const Value& license_row, const Value& patent_row, Date day) {
  const auto ended = parse_date(license_row.text_of("ended"));
  if (ended && *ended <= day) return "ENDED";
  const Value* scope = license_row.find("scope");
  const auto from = scope ? parse_date(scope->text_of("from")) : std::nullopt;
  const auto to = scope ? parse_date(scope->text_of("to")) : std::nullopt;
  if (to && day > *to) return "OVER";
  if (has_ended(patent_row, day)) return "ENDED_BY_PATENT";
  return from && day < *from ? "TO_BEGIN" : "RUNNING";
}

}  // namespace qinglu::ledger
