// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/coowner.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/patent.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr Field kSplitMembers[] = {need("party", FieldType::party, "共有人", "co-owner"),
                                   need("bp", FieldType::basis_points, "收益比例（基点）", "part of the income, basis points")};
constexpr Field kRulesMembers[] = {
    set(may("who_may_license", FieldType::party, "可单独许可的共有人", "co-owners who may license alone"), 32),
    list(with(may("split", FieldType::object, "许可收益分配", "split of the income"), kSplitMembers), 32),
    within(may("consent_threshold", FieldType::integer, "行使共有权所需份额（基点）；没有份额的按人数",
               "shares that carry an act, basis points; by heads where there are no shares"),
           1, 10'000)};
constexpr Field kFields[] = {
    may("pat", FieldType::patent, "专利或已公布的申请", "patent or published application"),
    may("patent_data_commit", FieldType::commitment, "未公布申请的数据承诺", "commitment to the data of an unpublished application"),
    set(need("owners", FieldType::party, "全体共有人", "all co-owners"), 32),
    with(need("rules", FieldType::object, "约定", "what is agreed"), kRulesMembers),
    need("text_commit", FieldType::commitment, "协议文本承诺", "commitment to the text")};

constexpr Role kRoles[] = {Role::agent, Role::inst, Role::party};
constexpr std::string_view kOwnersSign[] = {"owners"};
constexpr std::string_view kSlots[] = {"terms", "fees", "doc_list", "note"};

constexpr Precondition kRules[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "专利已在链上", "the patent is on the ledger"},
    {"UNPUBLISHED_DATA_IN_CLEAR", "PL", "21", "未公布的申请只写承诺", "an unpublished application is named by a commitment only"},
    {"SCHEMA_INVALID", "QLR", "6.5", "专利与数据承诺择一；至少约定一项", "a patent or a commitment; something is agreed"},
    {"NOT_RIGHT_HOLDER", "PL", "14", "签署人和约定所列均为权利人", "who signs or is named is an owner"},
    {"COOWNER_CONSENT_MISSING", "PL", "14", "全体权利人签署", "all owners sign"},
    {"SHARE_SUM_INVALID", "PL", "14", "分配比例合计 10000", "the split adds up to 10,000"},
    {"PATENT_NOT_IN_FORCE", "CC", "865", "申请或专利有效", "a pending application or a patent in force"}};

constexpr RecordType kTypes[] = {
    {.name = "coowner.agreement",
     .zh = "共有人协议",
     .en = "agreement of co-owners",
     .category = Category::market,
     .fields = kFields,
     .signers = {.roles = kRoles, .must_sign = kOwnersSign, .mandate_power = "CONTRACT"},
     .preconditions = kRules,
     .effect_zh = "代替专利法第十四条的默认规则，至权利人变更；后一协议代替前一协议",
     .effect_en = "it goes before the default of PL 14 until the owners change; a later one takes its place",
     .private_slots = kSlots}};

void check_named(Verdict& verdict, const std::vector<std::string>& owners, const Value::Items& named, std::string_view pointer) {
  for (const Value& each : named) {
    const std::string party = each.is_string() ? each.text() : std::string(each.text_of("party"));
    if (std::ranges::find(owners, party) == owners.end()) raise(verdict, issue("NOT_RIGHT_HOLDER", pointer, party));
  }
}

void agree(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const Value& rules = *in.data.find("rules");
  const bool clear = in.data.find("pat") != nullptr;
  if (clear == (in.data.find("patent_data_commit") != nullptr)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/pat", "pat, patent_data_commit"));
  }
  if (rules.members().empty()) raise(verdict, issue("SCHEMA_INVALID", "/data/rules", "who_may_license, split, consent_threshold"));
  std::int64_t sum = 0;
  for (const Value& part : rules.items_of("split")) sum += part.integer_of("bp");
  if (rules.find("split") && sum != 10'000) raise(verdict, issue("SHARE_SUM_INVALID", "/data/rules/split", std::to_string(sum)));
  if (!clear) return;  // on an unpublished application, not checked

  auto row = load_patent(in, verdict);
  if (!row) return;
  if (!is_published(*row)) return raise(verdict, issue("UNPUBLISHED_DATA_IN_CLEAR", "/data/pat", std::string(in.data.text_of("pat"))));
  const std::vector<std::string> owners = holders(*row);
  check_named(verdict, owners, in.data.items_of("owners"), "/data/owners");
  check_named(verdict, owners, rules.items_of("who_may_license"), "/data/rules/who_may_license");
  check_named(verdict, owners, rules.items_of("split"), "/data/rules/split");
  for (const std::string& owner : owners) {
    if (!names_party(in.data.items_of("owners"), owner)) raise(verdict, issue("COOWNER_CONSENT_MISSING", "/data/owners", owner));
  }
  if (has_ended(*row, *parse_date(in.body.text_of("event_date")))) {
    raise(verdict, issue("PATENT_NOT_IN_FORCE", "/data/pat", std::string(row->text_of("status"))));
  }
  Value agreement = rules;
  agreement.set("record", to_sha256_id(in.record_id));
  row->set("coowners", std::move(agreement));
  store_patent(in, verdict, std::move(*row));
}

}  // namespace

std::span<const RecordType> coowner_types() { return kTypes; }

Rule coowner_rule(std::string_view type) { return type == "coowner.agreement" ? agree : nullptr; }

}  // namespace qinglu::ledger
