// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/pledge.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/consent.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kEnforcementsMax = 16;

constexpr std::string_view kClaimKinds[] = {"GUARANTEE", "LOAN", "OTHER", "TRADE"};
constexpr Field kClaimMembers[] = {
    of(need("kind", FieldType::choice, "主债权种类", "kind of the claim"), kClaimKinds),
    may("amount", FieldType::money, "主债权数额", "amount of the claim"),
    may("commit", FieldType::commitment, "主债权数额（承诺）", "amount of the claim, as a commitment"),
    need("from", FieldType::date, "债务履行期起始日", "first day of the claim"),
    need("to", FieldType::date, "债务履行期届满日（含）", "last day of the claim")};
constexpr Field kAppraisalMembers[] = {
    need("value_commit", FieldType::commitment, "评估值（承诺）", "appraised value, as a commitment"),
    need("report_hash", FieldType::hash, "评估报告摘要", "digest of the report"),
    need("appraiser", FieldType::party, "评估机构", "appraiser")};

constexpr Field kDate = need("date", FieldType::date, "登记日", "day of the registration");
constexpr Field kReason = need("reason", FieldType::text, "事由", "reason");
constexpr Field kPatents = set(need("patents", FieldType::patent, "出质的专利", "patents pledged"), 64);
constexpr Field kMaxAmount = may("max_amount", FieldType::money, "最高债权额", "maximum amount secured");
constexpr Field kRegisterFields[] = {
    need("reg_no", FieldType::code, "质押登记号", "number of the registration"),
    kDate,
    kPatents,
    set(need("pledgor", FieldType::party, "出质人", "pledgors"), 32),
    set(need("pledgee", FieldType::party, "质权人", "pledgees"), 16),
    with(need("claim", FieldType::object, "主债权", "claim that is secured"), kClaimMembers),
    kMaxAmount,
    with(may("appraisal", FieldType::object, "评估", "appraisal"), kAppraisalMembers),
    may("ack_invalidation", FieldType::boolean, "已知悉无效宣告请求", "the parties know of the requests for invalidation"),
    kConsents};
constexpr std::string_view kRegistrations[] = {"pledge.register"};
constexpr Field kPledge = of(need("pledge", FieldType::record_id, "所涉质押登记", "registration of the pledge"), kRegistrations);
constexpr Field kChangeFields[] = {kPledge,
                                   kPatents,
                                   kDate,
                                   kReason,
                                   with(may("claim", FieldType::object, "变更后的主债权", "claim as changed"), kClaimMembers),
                                   kMaxAmount,
                                   set(may("pledgee", FieldType::party, "变更后的质权人（债权转让）",
                                           "pledgees as changed: the claim was assigned"),
                                       16)};
constexpr Field kReleaseFields[] = {kPledge, kPatents, kDate, kReason};
constexpr std::string_view kModes[] = {"AGREED_PRICE", "AUCTION", "SALE"};
constexpr Field kEnforceFields[] = {kPledge,
                                    kPatents,
                                    kDate,
                                    kReason,
                                    of(need("mode", FieldType::choice, "实现方式：折价、拍卖、变卖",
                                            "how: at an agreed price, by auction, by sale"),
                                       kModes),
                                    may("proceeds", FieldType::money, "所得价款", "proceeds"),
                                    may("judgment", FieldType::text, "裁判文书号", "number of the judgment or ruling")};

constexpr Role kRegisterAndCourt[] = {Role::ipo, Role::court};
constexpr std::string_view kBothSign[] = {"pledgor", "pledgee"};
constexpr std::string_view kSlots[] = {"interest", "schedule", "covenants", "debtor", "proceeds", "doc_list", "note"};

constexpr Precondition kKnown = {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "the patents are on the ledger"};
constexpr Precondition kFound = {"PLEDGE_NOT_FOUND", "CC", "444", "所列专利上有此质权", "the patents listed carry this pledge"};
constexpr Precondition kClaimForm = {"SCHEMA_INVALID", "CC", "427", "数额与承诺择一", "the claim's amount in clear or as a commitment"};
constexpr Precondition kWithinTerm = {"PLEDGE_TERM_BEYOND_PATENT", "PL", "42", "债务履行期不超过专利权期限",
                                      "the claim does not outlast the patents"};
constexpr Precondition kOrder = {"EVENT_BEFORE_PRIOR", "CC", "444", "日期依次", "the dates are in order"};
constexpr Precondition kNotFuture = {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"};
constexpr Precondition kRegisterRules[] = {
    kKnown,
    {"NOT_RIGHT_HOLDER", "PL", "10", "各出质人均为权利人", "every pledgor is an owner of every patent"},
    {"SELF_DEALING", "QLR", "6.2", "出质人与质权人不同", "pledgor and pledgee differ"},
    {"PATENT_NOT_GRANTED", "QLR", "2.3", "已授权", "granted"},
    kClaimForm,
    kWithinTerm,
    {"PLEDGE_EXISTS", "QLR", "2.3", "未出质；规则包允许多个质权的除外", "not pledged yet, where the rule pack allows one pledge"},
    {"PLEDGE_PRIORITY", "PDR", "9", "标记：在先质权优先", "flag: earlier pledges come first"},
    {"PRIOR_LICENSE_SURVIVES", "TCI", "24", "标记：在先独占、排他许可继续有效", "flag: earlier exclusive and sole licences run on"},
    {"OPEN_LICENSE_ACTIVE", "PL", "51", "标记：开放许可声明生效中", "flag: an open declaration is active"},
    kNotFrozen,
    kNoArrears,
    {"VALIDITY_CONTESTED", "PL", "45, 47", "有未结无效宣告请求的，须写明已知悉（标记）",
     "open requests for invalidation are acknowledged, and flagged"},
    kInForce,
    kCoownersConsent,
    kConsentInForce,
    kOrder,
    kNotFuture};
constexpr Precondition kChangeRules[] = {
    kKnown,
    kFound,
    {"SCHEMA_INVALID", "CC", "427", "至少变更一项；数额与承诺择一", "something changes; the claim's amount in clear or as a commitment"},
    kWithinTerm,
    kOrder,
    kNotFuture};
constexpr Precondition kReleaseRules[] = {kKnown, kFound, kOrder, kNotFuture};
constexpr Precondition kEnforceRules[] = {
    kKnown,
    kFound,
    {"PLEDGE_PRIORITY", "CC", "444", "标记：在先质权优先受偿", "flag: an earlier pledgee comes first in the proceeds"},
    {"SIZE_LIMIT", "QLR", "6.5", "实现次数有上限", "the number of enforcements is bounded"},
    kOrder,
    kNotFuture};

constexpr RecordType kTypes[] = {
    {.name = "pledge.change",
     .zh = "质押变更登记",
     .en = "change of a pledge",
     .category = Category::finance,
     .fields = kChangeFields,
     .signers = {.roles = kRegisterAndCourt},
     .preconditions = kChangeRules,
     .effect_zh = "质权按变更后的内容存续，顺位不变",
     .effect_en = "the pledge goes on as changed, in its rank",
     .private_slots = kSlots,
     .date_field = "date"},
    {.name = "pledge.enforce",
     .zh = "质权实现",
     .en = "enforcement of a pledge",
     .category = Category::finance,
     .fields = kEnforceFields,
     .signers = {.roles = kRegisterAndCourt},
     .preconditions = kEnforceRules,
     .effect_zh = "可据以办理转移登记，无须权利人同意；质权存续至解除",
     .effect_en = "a transfer may rest on it without the owners' consent; the pledge stays until its release",
     .private_slots = kSlots,
     .date_field = "date"},
    {.name = "pledge.register",
     .zh = "质押登记",
     .en = "registration of a pledge",
     .category = Category::finance,
     .fields = kRegisterFields,
     .signers = {.roles = kOnlyIpo, .must_sign = kBothSign},
     .preconditions = kRegisterRules,
     .effect_zh = "质权自登记日设立",
     .effect_en = "the pledge arises on the day of the registration",
     .private_slots = kSlots,
     .date_field = "date"},
    {.name = "pledge.release",
     .zh = "质押登记注销",
     .en = "release of a pledge",
     .category = Category::finance,
     .fields = kReleaseFields,
     .signers = {.roles = kRegisterAndCourt},
     .preconditions = kReleaseRules,
     .effect_zh = "所列专利上的质权消灭",
     .effect_en = "the pledge on the patents listed ends",
     .date_field = "date"}};

std::string at(std::size_t i) { return "/data/patents/" + std::to_string(i); }

void check_claim(const RuleInput& in, Verdict& verdict) {
  const Value* claim = in.data.find("claim");
  if (!claim) return;
  if ((claim->find("amount") != nullptr) == (claim->find("commit") != nullptr)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/claim/amount", "amount, commit"));
  }
  if (claim->text_of("to") < claim->text_of("from")) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/claim/to", std::string(claim->text_of("to"))));
  }
}

/// The last day of both counts.   Source: Announcement 461 art. 11; domain.md 6.5.
void check_claim_term(const RuleInput& in, Verdict& verdict, const Value& patent, const std::string& pointer) {
  const Value* claim = in.data.find("claim");
  if (!claim || !patent.find("term_end") || claim->text_of("to") <= patent.text_of("term_end")) return;
  raise(verdict, issue("PLEDGE_TERM_BEYOND_PATENT", pointer,
                       std::string(claim->text_of("to")) + " > " + std::string(patent.text_of("term_end"))));
}

/// A right in force, or one that the matrix says has ended; everything before is no object of a pledge.
bool is_granted(const Value& patent) { return patent.find("grant") != nullptr; }

void register_on(const RuleInput& in, Verdict& verdict, const std::string& subject, const std::string& pointer, Date day,
                 Consents& consents) {
  const auto row = require_subject(in, verdict, subject, pointer);
  if (!row) return;
  const Value::Items& pledgors = in.data.items_of("pledgor");
  const std::vector<std::string> owners = holders(*row);
  std::vector<std::string> actors;
  for (const Value& pledgor : pledgors) {
    actors.push_back(pledgor.text());
    if (std::ranges::find(owners, pledgor.text()) == owners.end()) {
      raise(verdict, issue("NOT_RIGHT_HOLDER", pointer, pledgor.text()));
    }
  }
  const bool in_force = row->text_of("status") == name(PatentStatus::granted);
  if (!is_granted(*row) || (!in_force && !has_ended(*row, day))) {
    raise(verdict, issue("PATENT_NOT_GRANTED", pointer, std::string(row->text_of("status"))));
  } else if (to_string(day) < row->find("grant")->text_of("date")) {
    raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", to_string(day)));
  }
  check_claim_term(in, verdict, *row, pointer);
  const RightUse use{.act = RightAct::pledge,
                     .patent = subject,
                     .row = *row,
                     .pointer = pointer,
                     .day = day,
                     .scope = rest_of_patent(in, *row, day),
                     .actors = std::move(actors),
                     .consent_to = "pledge.register",
                     .acknowledged = in.data.boolean_of("ack_invalidation")};
  judge_right_use(in, verdict, use, consents);

  const std::string id = to_sha256_id(in.record_id);
  Value next = *row;
  Value::Items pledges = row->items_of("pledges");
  pledges.emplace_back(id);
  next.set("pledges", std::move(pledges));
  verdict.set(subject_row(subject), std::move(next));
  Value pledge(Value::Members{{"pledgees", *in.data.find("pledgee")}, {"pledgors", pledgors}, {"record", id}});
  copy(in, pledge, {"appraisal", "claim", "date", "max_amount", "reg_no"});
  verdict.set(encumbrance_row(subject, id), std::move(pledge));
}

void register_pledge(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const auto day = past_date(in, verdict, "date");
  check_claim(in, verdict);
  if (*in.data.find("pledgor") == *in.data.find("pledgee")) raise(verdict, issue("SELF_DEALING", "/data/pledgee"));
  const Value::Items& patents = in.data.items_of("patents");
  Consents consents(in);
  for (std::size_t i = 0; day && i < patents.size(); ++i) register_on(in, verdict, patents[i].text(), at(i), *day, consents);
  consents.use_up(verdict);
}

/// Calls `act(patent's S row, pledge's E row, patent's key, pointer)` for every patent listed that
/// carries the pledge; it changes the two rows. PLEDGE_NOT_FOUND for the others.
template <class Act>
void for_each_pledged(const RuleInput& in, Verdict& verdict, Act act) {
  check_event_date(in, verdict);
  past_date(in, verdict, "date");
  const std::string id(in.data.text_of("pledge"));
  const Value::Items& patents = in.data.items_of("patents");
  for (std::size_t i = 0; i < patents.size(); ++i) {
    const std::string& subject = patents[i].text();
    const auto found = require_subject(in, verdict, subject, at(i));
    const auto pledged = in.rows.find(encumbrance_row(subject, id));
    if (!found) continue;
    const Value::Items& open = found->items_of("pledges");
    if (!pledged || std::ranges::find(open, Value(id)) == open.end()) {
      raise(verdict, issue("PLEDGE_NOT_FOUND", at(i), subject));
      continue;
    }
    if (in.data.text_of("date") < pledged->text_of("date")) {
      raise(verdict, issue("EVENT_BEFORE_PRIOR", "/data/date", std::string(pledged->text_of("date"))));
    }
    Value patent = *found;
    Value pledge = *pledged;
    act(patent, pledge, at(i));
    if (patent != *found) verdict.set(subject_row(subject), std::move(patent));
    verdict.set(encumbrance_row(subject, id), std::move(pledge));
  }
}

void change(const RuleInput& in, Verdict& verdict) {
  if (!in.data.find("claim") && !in.data.find("max_amount") && !in.data.find("pledgee")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/claim", "claim, max_amount, pledgee"));
  }
  check_claim(in, verdict);
  for_each_pledged(in, verdict, [&](Value& patent, Value& pledge, const std::string& pointer) {
    check_claim_term(in, verdict, patent, pointer);
    copy(in, pledge, {"claim", "max_amount"});
    if (const Value* pledgees = in.data.find("pledgee")) pledge.set("pledgees", *pledgees);
  });
}

void release(const RuleInput& in, Verdict& verdict) {
  for_each_pledged(in, verdict, [&](Value& patent, Value& pledge, const std::string&) {
    pledge.set("ended", *in.data.find("date"));
    Value::Items open = patent.items_of("pledges");
    std::erase(open, *in.data.find("pledge"));
    set_list(patent, "pledges", std::move(open));
  });
}

void enforce(const RuleInput& in, Verdict& verdict) {
  for_each_pledged(in, verdict, [&](Value& patent, Value& pledge, const std::string& pointer) {
    // In the order of their registration: who stands before this pledge is paid before it.
    for (const Value& earlier : patent.items_of("pledges")) {
      if (earlier == *in.data.find("pledge")) break;
      Issue first = issue("PLEDGE_PRIORITY", pointer, earlier.text());
      first.blocking.push_back(earlier.text());
      raise(verdict, std::move(first));
    }
    Value::Items enforced = pledge.items_of("enforced");
    if (enforced.size() >= kEnforcementsMax) raise(verdict, issue("SIZE_LIMIT", pointer, std::to_string(kEnforcementsMax)));
    Value step(Value::Members{{"record", to_sha256_id(in.record_id)}});
    copy(in, step, {"date", "mode", "proceeds"});
    enforced.push_back(std::move(step));
    pledge.set("enforced", std::move(enforced));
  });
}

}  // namespace

std::span<const RecordType> pledge_types() { return kTypes; }

Rule pledge_rule(std::string_view type) {
  if (type == "pledge.change") return change;
  if (type == "pledge.enforce") return enforce;
  if (type == "pledge.register") return register_pledge;
  return type == "pledge.release" ? release : nullptr;
}

}  // namespace qinglu::ledger
