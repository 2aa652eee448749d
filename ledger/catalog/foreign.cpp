// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/foreign.hpp"

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/governance.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/model/ids.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr Field kDates[] = {may("filing", FieldType::date, "申请日", "filing"),
                            may("grant", FieldType::date, "授权日", "grant"),
                            may("priority", FieldType::date, "优先权日", "priority"),
                            may("publication", FieldType::date, "公布日", "publication")};
constexpr std::string_view kPartRoles[] = {"APPLICANT", "ASSIGNEE", "OWNER"};
constexpr Field kOrganisation[] = {need("name", FieldType::text, "名称", "name"),
                                   of(need("role", FieldType::choice, "身份", "role"), kPartRoles),
                                   may("country", FieldType::country, "国别", "country")};
constexpr Field kSource[] = {
    need("name", FieldType::text, "来源", "source"),
    need("sha256", FieldType::hash, "来源文件摘要", "digest of the source")};
constexpr Field kFields[] = {
    need("office", FieldType::country, "专利局（ST.3）", "office (WIPO ST.3)"),
    need("number", FieldType::code, "公布号（规范形式）", "publication number, normal form"),
    need("kind", FieldType::code, "文献种类（规范形式）", "kind code, normal form"),
    may("raw_number", FieldType::text, "原样号码", "number as printed, where it differs"),
    may("raw_kind", FieldType::text, "原样种类", "kind as printed, where it differs"),
    with(need("dates", FieldType::object, "日期", "dates, at least one"), kDates),
    need("title", FieldType::text, "名称", "title"),
    list(with(need("organisations", FieldType::object, "单位", "organisations"), kOrganisation),
         16),
    list(may("ipc", FieldType::ipc, "IPC 分类号", "IPC symbols"), 128),
    list(may("cpc", FieldType::ipc, "CPC 分类号", "CPC symbols"), 256),
    may("family", FieldType::code, "同族编号", "family"),
    with(need("source", FieldType::object, "来源", "source"), kSource),
    kSynthetic};
constexpr std::string_view kMakes[] = {"fpat:{office}/{number}-{kind}"};

constexpr Role kReporters[] = {Role::agent, Role::exch, Role::inst, Role::ipo,
                               Role::party, Role::reg,  Role::sci};

constexpr Precondition kRules[] = {
    {"OFFICE_CODE_UNKNOWN", "QLR", "6.4", "专利局在 ST3_OFFICES 表中且不是 CN",
     "the office is in table ST3_OFFICES and not CN"},
    {"FOREIGN_EXISTS", "QLR", "6.4", "尚未登记", "the right is not registered yet"},
    {"SCHEMA_INVALID", "QLR", "6.4", "号码和种类为规范形式",
     "number and kind have their normal form"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"}};

constexpr RecordType kTypes[] = {
    {.name = "foreign.register",
     .zh = "外国专利登记",
     .en = "registration of a foreign right",
     .category = Category::filing,
     .fields = kFields,
     .signers = {.roles = kReporters, .mandate_power = "FILING"},
     .preconditions = kRules,
     .effect_zh = "作为“该局所报告”的客体显示，不产生任何权利状态",
     .effect_en = "shown as reported by that office; it moves no status",
     .makes = kMakes}};

void register_foreign(const RuleInput& in, Verdict& verdict) {
  const Date now = today(in);
  const auto event = parse_date(in.body.text_of("event_date"));
  if (event && *event > now) {
    raise(verdict, issue("FUTURE_EVENT_DATE", "/event_date", to_string(*event)));
  }
  for (const Value::Member& member : in.data.find("dates")->members()) {
    const auto date = parse_date(member.value.text());
    if (date && *date > now) {
      raise(verdict, issue("FUTURE_EVENT_DATE", "/data/dates/" + member.key, to_string(*date)));
    }
  }
  const std::string office(in.data.text_of("office"));
  const TableView offices = table_at(in.rows, "ST3_OFFICES", now);
  if (office == "CN" || !offices.find("code", office)) {
    raise(verdict, issue("OFFICE_CODE_UNKNOWN", "/data/office", office));
  }
  const std::string subject = "fpat:" + office + "/" + std::string(in.data.text_of("number")) +
                              "-" + std::string(in.data.text_of("kind"));
  if (office != "CN" && !is_foreign_key(subject)) {
    raise(verdict, issue("SCHEMA_INVALID", "/data/number", subject));
  }
  if (const auto known = in.rows.find(subject_row(subject))) {
    Issue exists = issue("FOREIGN_EXISTS", "/data/number", subject);
    exists.blocking.emplace_back(known->text_of("record"));
    raise(verdict, std::move(exists));
  }
  Value row = in.data;
  row.erase("source");  // read in the record itself, which the row names
  row.set("record", to_sha256_id(in.record_id));
  row.set("status", "REPORTED");
  verdict.set(subject_row(subject), std::move(row));
}

}  // namespace

std::span<const RecordType> foreign_types() { return kTypes; }

Rule foreign_rule(std::string_view type) {
  return type == "foreign.register" ? register_foreign : nullptr;
}

}  // namespace qinglu::ledger
