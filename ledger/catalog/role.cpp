// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/role.hpp"

#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/rules.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kGrantsMax = 64;  ///< keeps the row within its bound for ever

constexpr std::string_view kGrantable[] = {"ADMIN", "APPR", "AUD", "BANK", "CERT", "COURT",
                                           "DRC",   "EXCH", "INS", "INST", "IPO",  "MIIT",
                                           "NOT",   "REG",  "SCI", "TSA"};
constexpr std::string_view kCourtLevels[] = {"BASIC", "HIGH", "INTERMEDIATE", "SUPREME"};
constexpr Field kScope[] = {
    may("region", FieldType::region, "地区", "region"),
    of(may("court_level", FieldType::choice, "法院级别", "court level"), kCourtLevels),
    may("body", FieldType::code, "内设机构", "body"),
    may("scheme", FieldType::code, "项目类别", "scheme")};
constexpr Field kRole = of(need("role", FieldType::choice, "角色", "role"), kGrantable);
constexpr Field kParty = need("party", FieldType::party, "主体", "party");
constexpr Field kGrantFields[] = {
    kParty, kRole, with(need("scope", FieldType::object, "授权范围", "scope"), kScope),
    need("from", FieldType::date, "生效日", "first day"),
    may("until", FieldType::date, "截止日（含）", "last day")};
constexpr Field kRevokeFields[] = {
    kParty, kRole,
    with(may("scope", FieldType::object, "授权范围（不填则全部）", "scope; left out: all"), kScope),
    may("reason", FieldType::text, "理由", "reason")};

constexpr Role kCouncil[] = {Role::gov};
constexpr Precondition kGrantRules[] = {
    {"QUORUM_MISSING", "QLR", "6.3", "理事会法定人数签名", "the council's quorum signs"},
    {"SCHEMA_INVALID", "QLR", "6.3", "截止日不早于生效日", "the last day is not before the first"},
    {"SIZE_LIMIT", "QLR", "6.3", "同一主体同一角色的授权次数有上限",
     "the number of grants of one role to one party is bounded"}};
constexpr Precondition kRevokeRules[] = {
    {"QUORUM_MISSING", "QLR", "6.3", "理事会法定人数签名", "the council's quorum signs"},
    {"REF_NOT_FOUND", "QLR", "6.3", "有仍然有效的授权", "there is an open grant"}};

constexpr RecordType kTypes[] = {
    {.name = "role.grant",
     .zh = "授予角色",
     .en = "grant of a role",
     .category = Category::governance,
     .fields = kGrantFields,
     .signers = {.roles = kCouncil, .council = true},
     .preconditions = kGrantRules,
     .effect_zh = "主体自本记录起在范围内可用该角色",
     .effect_en = "the party may use the role within its scope from this record on",
     .in_batch = false},
    {.name = "role.revoke",
     .zh = "撤销角色",
     .en = "end of a role",
     .category = Category::governance,
     .fields = kRevokeFields,
     .signers = {.roles = kCouncil, .council = true},
     .preconditions = kRevokeRules,
     .effect_zh = "授权自本记录之后终止",
     .effect_en = "the grants end behind this record",
     .in_batch = false}};

void grant(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const RowKey key = role_row(in.data.text_of("party"), in.data.text_of("role"));
  const auto row = in.rows.find(key);
  Value next = row ? *row : Value(Value::Members{{"grants", Value::Items{}}});
  Value::Items& grants = next.find("grants")->items();
  if (grants.size() >= kGrantsMax) {
    raise(verdict, issue("SIZE_LIMIT", "/data/role", std::to_string(kGrantsMax)));
  }
  const auto until = date_in(in, "until");
  if (until && *until < *date_in(in, "from")) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/until", to_string(*until)));
  }
  Value added(Value::Members{{"from", *in.data.find("from")}, {"from_index", in.index}});
  if (const Value* scope = in.data.find("scope")) added.set("scope", *scope);
  if (until) added.set("until", to_string(*until));
  grants.push_back(std::move(added));
  verdict.set(key, std::move(next));
}

void revoke(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const RowKey key = role_row(in.data.text_of("party"), in.data.text_of("role"));
  const auto row = in.rows.find(key);
  Value next = row ? *row : Value();
  if (!end_grants(next, "scope", in.data.find("scope"), in.index)) {
    raise(verdict, issue("REF_NOT_FOUND", "/data/role", std::string(in.data.text_of("role"))));
  }
  verdict.set(key, std::move(next));
}

}  // namespace

std::span<const RecordType> role_types() { return kTypes; }

Rule role_rule(std::string_view type) {
  if (type == "role.grant") return grant;
  return type == "role.revoke" ? revoke : nullptr;
}

}  // namespace qinglu::ledger
