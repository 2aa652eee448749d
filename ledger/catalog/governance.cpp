// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/governance.hpp"

#include <algorithm>
#include <set>

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/money.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kPacksMax = 1'000;  ///< keep the directories within a row
constexpr std::size_t kVersionsMax = 256;
constexpr std::int64_t kPartsMax = 1'024;

// No value stands here: only what a pack must state, and bounds beyond which it is a slip.
constexpr Parameter kParameters[] = {
    {"annuity_grace_months", 0, 60, "IR", "115", "年费补缴期（月）", "grace for annuities, months"},
    {"case_admin_docket_workdays", 1, 60, "PL", "65", "行政裁决立案期（工作日）",
     "docketing of an administrative case, working days"},
    {"case_admin_eval_report", 0, 1, "PL", "66", "行政裁决须附评价报告（1 为是）",
     "administrative cases need an evaluation report; 1: yes"},
    {"case_admin_suit_days", 1, 366, "PL", "65", "对行政裁决的起诉期（日）",
     "period to sue against an administrative decision, days"},
    {"case_answer_days", 1, 366, "CPL", "128", "答辩期（日）",
     "period to answer a complaint, days"},
    {"case_docket_days", 1, 60, "CPL", "126", "法院立案期（日）",
     "docketing by a court, days"},
    {"case_enforcement_months", 1, 120, "CPL", "250", "申请执行期（月）",
     "period to apply for enforcement, months"},
    {"case_foreign_days", 1, 366, "CPL", "276", "境外当事人答辩、上诉期（日）",
     "period to answer or appeal of a party abroad, days"},
    {"case_judgment_days", 1, 366, "CPL", "171", "对判决的上诉期（日）",
     "period to appeal against a judgment, days"},
    {"case_retrial_months", 1, 120, "CPL", "216", "申请再审期（月）",
     "period to ask for a retrial, months"},
    {"case_ruling_days", 1, 366, "CPL", "171", "对裁定的上诉期（日）",
     "period to appeal against a ruling, days"},
    {"compulsory_from_filing_months", 0, 120, "PL", "53", "以未实施为由的强制许可：自提出申请起（月）",
     "compulsory licence for non-working: from the filing, months"},
    {"compulsory_from_grant_months", 0, 120, "PL", "53", "以未实施为由的强制许可：自授权起（月）",
     "compulsory licence for non-working: from the grant, months"},
    {"damages_statutory_max_fen", 1, kMaxInteger, "PL", "71", "法定赔偿上限（分）",
     "most statutory damages, fen"},
    {"damages_statutory_min_fen", 0, kMaxInteger, "PL", "71", "法定赔偿下限（分）",
     "least statutory damages, fen"},
    {"equity_appraisal_public", 0, 1, "CQP11", "25", "公立机构以专利作价投资须经评估（1 为是；市场定价的除外）",
     "a public body's contribution of patents needs an appraisal, unless a market found the price; 1: yes"},
    {"exam_request_months", 1, 120, "PL", "35", "实质审查请求期（月）",
     "period to request examination, months"},
    {"formality_months", 1, 24, "IR", "60", "办理登记手续期（月）", "grant formalities, months"},
    {"invalidation_suit_months", 1, 24, "PL", "46", "对无效决定的起诉期（月）",
     "period to sue against a decision on invalidation, months"},
    {"inventor_share_min_bp", 0, 10'000, "PTL", "45", "作价投资：完成人在所得股权中的最低份额（基点）",
     "contribution of capital: least share of the inventors in the equity obtained, basis points"},
    {"k_anonymity", 1, 1'000, "QLR", "5.2", "列出价格合计所需的最少成交数", "deals with an open price below which their sum is not shown"},
    {"late_entry_days", 1, 36'500, "QLR", "4.3", "迟延上链标记（日）",
     "days after which an entry is marked late"},
    {"max_validity", 60, 31'536'000, "QLR", "6.1", "提交有效期上限（秒）",
     "longest time a submission may stay valid, seconds"},
    {"pct_entry_months", 1, 120, "IR", "120", "PCT 进入期（月）", "PCT entry, months"},
    {"pct_entry_surcharge_months", 1, 120, "IR", "120", "PCT 宽限进入期（月）",
     "PCT entry with surcharge, months"},
    {"pledges_at_once", 1, 16, "QLR", "2.5", "同一专利可同时存在的质权数", "pledges on one patent at the same time"},
    {"preservation_months", 1, 24, "PDR", "9", "财产保全每次的期限（月）",
     "preservation of property, months at a time"},
    {"priority_months_des", 1, 60, "PL", "29", "外观设计优先权期（月）",
     "priority of designs, months"},
    {"priority_months_inv_um", 1, 60, "PL", "29", "发明和实用新型优先权期（月）",
     "priority of inventions and utility models, months"},
    {"priority_restoration_months", 0, 60, "IR", "36", "优先权恢复期（月）",
     "restoration of priority, months"},
    {"pta_request_months", 1, 24, "IR", "77", "期限补偿请求期（月）",
     "period to ask for compensation of the term, months"},
    {"publicity_days", 1, 365, "PTL", "18", "公示期（日）", "period of a public notice, days"},
    {"publish_months", 1, 60, "PL", "34", "发明申请公布期（月）",
     "publication of inventions, months"},
    {"punitive_max_milli", 1'000, 1'000'000, "PL", "71", "惩罚性倍数上限（千分之一）",
     "greatest punitive multiple, thousandths"},
    {"punitive_min_milli", 0, 1'000'000, "PL", "71", "惩罚性倍数下限（千分之一）",
     "least punitive multiple, thousandths"},
    {"recordal_months", 1, 24, "IR", "15", "许可合同备案期（月）", "period to record a licence contract, months"},
    {"reexam_months", 1, 60, "PL", "41", "复审请求期（月）",
     "period to request reexamination, months"},
    {"reexam_suit_months", 1, 24, "PL", "41", "对复审决定的起诉期（月）",
     "period to sue against a decision on reexamination, months"},
    {"restore_force_majeure_months", 1, 120, "IR", "6", "不可抗力恢复的最长期限（月）",
     "longest restoration after force majeure, months"},
    {"restore_months", 1, 60, "IR", "6", "恢复权利请求期（月）",
     "period to ask for restoration, months"},
    {"suspension_months", 1, 24, "IR", "104", "权属纠纷每次中止的期限（月）",
     "suspension for a dispute over ownership, months at a time"},
    {"techreg_days", 1, 365, "QLR", "2.3", "技术合同认定期（日）", "period to decide on the recognition of a contract, days"}};

constexpr Field kSourceMembers[] = {
    need("name", FieldType::text, "文件名称", "name of the document"),
    may("no", FieldType::text, "文号", "document number"),
    may("sha256", FieldType::hash, "文件摘要", "digest of the document")};
constexpr Field kPackFields[] = {
    within(need("id", FieldType::integer, "规则包编号", "id of the rule pack"), 1, 1'000'000),
    need("effective_from", FieldType::date, "生效日", "first day in force"),
    need("params", FieldType::any, "参数", "parameters"),
    list(with(need("source_docs", FieldType::object, "依据文件", "source documents"),
              kSourceMembers),
         64)};
constexpr Field kTableFields[] = {
    need("name", FieldType::code, "表名", "name of the table"),
    within(need("version", FieldType::integer, "版本", "version"), 1, 4'294'967'295),
    need("effective_from", FieldType::date, "生效日", "first day in force"),
    within(need("part", FieldType::integer, "部分序号（自 1 起）", "number of the part, from 1"), 1,
           kPartsMax),
    within(need("parts", FieldType::integer, "部分总数", "number of parts"), 1, kPartsMax),
    need("hash", FieldType::hash, "全表摘要", "digest of all parts' rows"),
    list(need("rows", FieldType::any, "行", "rows"), 4'096),
    list(with(may("source_docs", FieldType::object, "来源", "sources"), kSourceMembers), 64)};

constexpr Role kCouncil[] = {Role::gov};
constexpr Role kPublishers[] = {Role::drc, Role::gov, Role::ipo, Role::miit, Role::sci};

constexpr Precondition kPackRules[] = {
    {"QUORUM_MISSING", "QLR", "6.3", "理事会法定人数签名", "the council's quorum signs"},
    {"RETROACTIVE_RULES", "QLR", "6.3", "生效日在将来，编号未用过",
     "it takes effect in the future and under a new id"},
    {"SCHEMA_INVALID", "QLR", "6.3", "参数齐全且在界限之内",
     "every parameter is there and within its bounds"},
    {"SIZE_LIMIT", "QLR", "6.3", "规则包总数有上限", "the number of rule packs is bounded"}};
constexpr Precondition kTableRules[] = {
    {"QUORUM_MISSING", "QLR", "6.3", "理事会发布须达到法定人数",
     "a table of the council has its quorum"},
    {"ROLE_NOT_PERMITTED", "QLR", "6.3", "由理事会或主管部门发布",
     "the council or the competent department publishes it"},
    {"STATE_FORBIDS", "QLR", "6.3", "版本递增，各部分一致且不重复",
     "versions rise; parts agree and none comes twice"},
    {"SCHEMA_INVALID", "QLR", "6.3", "行符合该表的格式，最后一部分到齐时摘要相符",
     "rows have the table's form, and the digest holds when the last part arrives"},
    {"SIZE_LIMIT", "QLR", "6.3", "版本总数有上限", "the number of versions is bounded"}};

constexpr RecordType kTypes[] = {
    {.name = "rulepack.publish",
     .zh = "发布规则包",
     .en = "publication of a rule pack",
     .category = Category::governance,
     .fields = kPackFields,
     .signers = {.roles = kCouncil, .council = true},
     .preconditions = kPackRules,
     .effect_zh = "自生效日零时（北京时间）起按新参数判断",
     .effect_en =
         "records are judged by the new parameters from midnight (Beijing time) of that day",
     .in_batch = false},
    {.name = "table.publish",
     .zh = "发布数据表",
     .en = "publication of a table",
     .category = Category::governance,
     .fields = kTableFields,
     .signers = {.roles = kPublishers, .judged_by_rule = true},
     .preconditions = kTableRules,
     .effect_zh = "各部分到齐后，自生效日起适用该版本",
     .effect_en = "the version applies from its first day on, once all parts are there"}};

// --- rule packs ---

/// Whether every day has its row, for one type of patent: asked at the first day of dates, at each
/// border and on the day before it, because between borders nothing changes.
const Value* term_row(const Value& params, std::string_view type, Date filed) {
  for (const Value& row : params.items_of("term_years")) {
    const auto from = parse_date(row.text_of("filed_from"));
    const auto before = parse_date(row.text_of("filed_before"));
    if (row.text_of("type") == type && (!from || *from <= filed) && (!before || filed < *before)) {
      return &row;
    }
  }
  return nullptr;
}

bool terms_complete(const Value& params) {
  constexpr std::int64_t kYearsMax = 50;
  std::set<Date> days = {date_of(1900, 1, 1)};
  for (const Value& row : params.items_of("term_years")) {
    const std::int64_t years = row.integer_of("years");
    if (years < 1 || years > kYearsMax) return false;
    for (const std::string_view border : {"filed_before", "filed_from"}) {
      if (!row.find(border)) continue;
      const auto day = parse_date(row.text_of(border));
      if (!day) return false;
      days.insert({*day, add_days(*day, -1)});
    }
  }
  return std::ranges::all_of(kPatentTypeWords, [&](std::string_view type) {
    return std::ranges::all_of(days, [&](Date day) { return term_row(params, type, day); });
  });
}

void publish_pack(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  for (Issue& each : check_params(*in.data.find("params"), "/data/params")) {
    raise(verdict, std::move(each));
  }
  const std::int64_t id = in.data.integer_of("id");
  const std::int64_t effective_ms = shanghai_midnight_ms(*date_in(in, "effective_from"));
  if (effective_ms <= in.block_time_ms) {
    raise(verdict, issue("RETROACTIVE_RULES", "/data/effective_from",
                         std::string(in.data.text_of("effective_from"))));
  }
  const RowKey key = rule_pack_row(static_cast<std::uint64_t>(id));
  if (in.rows.find(key)) raise(verdict, issue("RETROACTIVE_RULES", "/data/id", std::to_string(id)));

  const auto directory = in.rows.find(rule_pack_row(0));
  Value::Items packs = directory ? directory->items_of("packs") : Value::Items();
  if (packs.size() >= kPacksMax) {
    raise(verdict, issue("SIZE_LIMIT", "/data/id", std::to_string(kPacksMax)));
  }
  packs.emplace_back(Value::Members{{"effective_ms", effective_ms}, {"id", id}});
  std::ranges::sort(packs, {}, [](const Value& pack) {
    return std::pair(pack.integer_of("effective_ms"), pack.integer_of("id"));
  });
  Value row(Value::Members{{"effective_ms", effective_ms}, {"record", to_sha256_id(in.record_id)}});
  for (const std::string_view member : {"effective_from", "id", "params", "source_docs"}) {
    row.set(member, *in.data.find(member));
  }
  verdict.set(key, std::move(row));
  verdict.set(rule_pack_row(0), Value(Value::Members{{"packs", std::move(packs)}}));
}

// --- tables ---

/// A table that a rule reads: who may publish it, and the members its rows must have as text.
struct KnownTable {
  std::string_view name;
  std::span<const Role> competent;  ///< beside the council
  std::span<const std::string_view> texts;
};
constexpr Role kOfficeAndScience[] = {Role::ipo, Role::sci};
constexpr std::string_view kHolidayTexts[] = {"date", "kind"};
constexpr std::string_view kOfficeTexts[] = {"code", "en", "zh"};
constexpr std::string_view kGreenTexts[] = {"code", "en", "scheme", "zh"};
constexpr std::string_view kSchemeTexts[] = {"en", "scheme", "zh"};
constexpr std::string_view kEventTexts[] = {"code", "meaning", "office"};
constexpr std::string_view kCertificateTexts[] = {"party", "sha256"};
constexpr KnownTable kTables[] = {{"FEES", kOnlyIpo, {}},
                                  {"FOREIGN_EVENT_MAP", kOnlyIpo, kEventTexts},
                                  {"GREEN_SCHEMES", kOfficeAndScience, kSchemeTexts},
                                  {"HOLIDAYS", {}, kHolidayTexts},
                                  {"IPC_GREEN", kOfficeAndScience, kGreenTexts},
                                  {"ST3_OFFICES", kOnlyIpo, kOfficeTexts},
                                  {"TSA_CERTIFICATES", {}, kCertificateTexts}};

const KnownTable* known_table(std::string_view name) {
  const auto at = std::ranges::find(kTables, name, &KnownTable::name);
  return at == std::end(kTables) ? nullptr : at;
}

/// Whether a row has what the rules ask of it. Rows of other tables are any objects.
bool row_holds(const KnownTable* table, const Value& row) {
  if (!row.is_object()) return false;
  if (!table) return true;
  const bool texts = std::ranges::all_of(
      table->texts, [&](std::string_view member) { return !row.text_of(member).empty(); });
  if (!texts) return false;
  if (table->name == "HOLIDAYS") {
    const std::string_view kind = row.text_of("kind");
    return parse_date(row.text_of("date")) && (kind == "OFF" || kind == "WORK");
  }
  if (table->name == "IPC_GREEN") {
    return std::ranges::all_of(row.items_of("symbols"), [](const Value& symbol) {
      return symbol.is_string() && parse_class_symbol(symbol.text());
    });
  }
  if (table->name == "TSA_CERTIFICATES") {
    const auto is_day = [&](std::string_view member) { return !row.find(member) || parse_date(row.text_of(member)); };
    return from_sha256_id(row.text_of("sha256")) && is_day("from") && is_day("until");
  }
  if (table->name == "FEES") {
    return row.integer_of("fen", -1) >= 0 && row.integer_of("from_year") >= 1 &&
           row.integer_of("to_year") >= row.integer_of("from_year");
  }
  return true;
}

/// SHA-256 over the rows of all parts; `last` is the part that this record brings.
Digest table_hash(const RuleInput& in, std::string_view name, std::uint32_t version,
                  std::int64_t parts, std::int64_t last) {
  Bytes text;
  for (std::int64_t part = 1; part <= parts; ++part) {
    if (part == last) {
      text += to_canonical(*in.data.find("rows"));
    } else if (const auto row =
                   in.rows.find(table_row(name, version, static_cast<std::uint16_t>(part)))) {
      text += to_canonical(*row->find("rows"));
    }
  }
  return crypto::sha256(text);
}

void check_publisher(const RuleInput& in, Verdict& verdict, const KnownTable* table) {
  check_registrar(in, verdict, nullptr, {});
  Role role{};
  if (!role_from(in.body.text_of("role"), role) || role == Role::gov) return;
  if (!table || std::ranges::find(table->competent, role) == table->competent.end()) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/role", std::string(in.body.text_of("role"))));
  }
}

/// The version's entry in the directory, new or as earlier parts left it.
Value version_entry(const RuleInput& in, Verdict& verdict, Value::Items& versions) {
  const std::int64_t version = in.data.integer_of("version");
  const std::int64_t last = versions.empty() ? 0 : versions.back().integer_of("version");
  if (version == last) {
    Value entry = versions.back();
    versions.pop_back();
    for (const std::string_view member : {"effective_from", "hash", "parts"}) {
      if (*entry.find(member) != *in.data.find(member)) {
        raise(verdict, issue("STATE_FORBIDS", "/data/" + std::string(member), to_canonical(entry)));
      }
    }
    entry.set("have", entry.integer_of("have") + 1);
    return entry;
  }
  if (version < last) raise(verdict, issue("STATE_FORBIDS", "/data/version", std::to_string(last)));
  if (versions.size() >= kVersionsMax) {
    raise(verdict, issue("SIZE_LIMIT", "/data/version", std::to_string(kVersionsMax)));
  }
  Value entry(Value::Members{{"have", 1}});
  for (const std::string_view member : {"effective_from", "hash", "parts", "version"}) {
    entry.set(member, *in.data.find(member));
  }
  return entry;
}

void publish_table(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  const std::string_view name = in.data.text_of("name");
  const KnownTable* table = known_table(name);
  check_publisher(in, verdict, table);

  const std::int64_t parts = in.data.integer_of("parts");
  const std::int64_t part = in.data.integer_of("part");
  const auto version = static_cast<std::uint32_t>(in.data.integer_of("version"));
  if (part > parts) raise(verdict, issue("SCHEMA_INVALID", "/data/part", std::to_string(parts)));
  const Value::Items& rows = in.data.items_of("rows");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (row_holds(table, rows[i])) continue;
    raise(verdict, issue("SCHEMA_INVALID", "/data/rows/" + std::to_string(i), std::string(name)));
  }
  const RowKey key = table_row(name, version, static_cast<std::uint16_t>(part));
  if (in.rows.find(key)) raise(verdict, issue("STATE_FORBIDS", "/data/part", std::to_string(part)));

  const auto directory = in.rows.find(table_row(name, 0, 0));
  Value::Items versions = directory ? directory->items_of("versions") : Value::Items();
  Value entry = version_entry(in, verdict, versions);
  // A version comes into force only with the content that was announced.
  if (entry.integer_of("have") == parts) {
    const std::string found = to_sha256_id(table_hash(in, name, version, parts, part));
    if (found != in.data.text_of("hash"))
      raise(verdict, issue("SCHEMA_INVALID", "/data/hash", found));
  }
  versions.push_back(std::move(entry));
  verdict.set(table_row(name, 0, 0), Value(Value::Members{{"versions", std::move(versions)}}));
  verdict.set(key, Value(Value::Members{{"record", to_sha256_id(in.record_id)},
                                        {"rows", *in.data.find("rows")}}));
}

}  // namespace

std::span<const RecordType> governance_types() { return kTypes; }

Rule governance_rule(std::string_view type) {
  if (type == "rulepack.publish") return publish_pack;
  return type == "table.publish" ? publish_table : nullptr;
}

std::span<const Parameter> parameters() { return kParameters; }

const Value& RulePack::params() const {
  const Value* params = row->find("params");
  QL_CHECK(params != nullptr);
  return *params;
}

std::int64_t RulePack::integer(std::string_view name) const {
  const Value* value = params().find(name);
  QL_CHECK(value != nullptr);  // check_params() has seen every pack of the state
  return value->integer();
}

std::int64_t RulePack::period(std::string_view name, Date since) const {
  std::int64_t longest = integer(name);
  const std::int64_t began_ms = shanghai_midnight_ms(since);
  if (effective_ms <= began_ms) return longest;
  for (auto pack = former.rbegin(); pack != former.rend(); ++pack) {
    if (pack->effective_ms > began_ms) continue;
    // A parameter that packs of that day did not have yet counts from the first that has it.
    if (const Value* params = pack->row->find("params")) longest = std::max(longest, params->integer_of(name));
    break;
  }
  return longest;
}

std::vector<Issue> check_params(const Value& params, std::string_view pointer) {
  std::vector<Issue> issues;
  for (const Parameter& parameter : kParameters) {
    const Value* value = params.find(parameter.name);
    if (value && value->is_integer() && value->integer() >= parameter.min &&
        value->integer() <= parameter.max) {
      continue;
    }
    issues.push_back(issue("SCHEMA_INVALID",
                           std::string(pointer) + "/" + std::string(parameter.name),
                           std::to_string(parameter.min) + ".." + std::to_string(parameter.max)));
  }
  if (!terms_complete(params)) {
    issues.push_back(issue("SCHEMA_INVALID", std::string(pointer) + "/term_years",
                           "INV, UM, DES: a row for every filing date"));
  }
  return issues;
}

std::optional<RulePack> rule_pack_at(const RowReader& rows, std::int64_t time_ms) {
  const auto directory = rows.find(rule_pack_row(0));
  if (!directory) return std::nullopt;
  RulePack pack;
  for (const Value& each : directory->items_of("packs")) {
    const std::int64_t effective_ms = each.integer_of("effective_ms");
    if (effective_ms > time_ms) break;  // by their first day
    if (pack.row) pack.former.push_back({pack.effective_ms, std::move(pack.row)});
    pack.id = static_cast<std::uint64_t>(each.integer_of("id"));
    pack.row = rows.find(rule_pack_row(pack.id));
    if (!pack.row) return std::nullopt;
    pack.effective_ms = effective_ms;
  }
  if (!pack.row) return std::nullopt;
  return pack;
}

int term_years(const RulePack& pack, std::string_view type, Date filed) {
  const Value* row = term_row(pack.params(), type, filed);
  QL_CHECK(row != nullptr);  // check_params() asks for a row for every filing date
  return static_cast<int>(row->integer_of("years"));
}

const Value* TableView::find(std::string_view column, std::string_view value) const {
  for (const auto& part : parts) {
    for (const Value& row : part->items_of("rows")) {
      if (row.text_of(column) == value) return &row;
    }
  }
  return nullptr;
}

TableView table_at(const RowReader& rows, std::string_view name, Date date) {
  TableView view;
  const auto directory = rows.find(table_row(name, 0, 0));
  if (!directory) return view;
  std::int64_t parts = 0;
  for (const Value& version : directory->items_of("versions")) {
    const auto from = parse_date(version.text_of("effective_from"));
    if (from && *from <= date && version.integer_of("have") == version.integer_of("parts")) {
      view.version = version.integer_of("version");
      parts = version.integer_of("parts");
    }
  }
  for (std::int64_t part = 1; part <= parts; ++part) {
    auto row = rows.find(table_row(name, static_cast<std::uint32_t>(view.version),
                                   static_cast<std::uint16_t>(part)));
    if (!row) return TableView{};  // the store failed; status() of the reader says so
    view.parts.push_back(std::move(row));
  }
  return view;
}

Calendar calendar_at(const RowReader& rows, Date date) {
  std::vector<std::pair<Date, bool>> exceptions;
  const TableView holidays = table_at(rows, "HOLIDAYS", date);
  for (const auto& part : holidays.parts) {
    for (const Value& row : part->items_of("rows")) {
      if (const auto day = parse_date(row.text_of("date"))) {
        exceptions.emplace_back(*day, row.text_of("kind") == "WORK");
      }
    }
  }
  return Calendar(std::move(exceptions));
}

}  // namespace qinglu::ledger
