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

// --- events that the foreign office recorded ---

constexpr std::string_view kMeanings[] = {"CHALLENGE", "CORRECTION", "LAPSE",   "LICENSE",
                                          "OTHER",     "OWNERSHIP",  "RELEASE", "SECURITY_INTEREST"};
constexpr WordCategory kCategories[] = {{"CHALLENGE", Category::dispute},  {"LICENSE", Category::market},
                                        {"OWNERSHIP", Category::market},   {"RELEASE", Category::finance},
                                        {"SECURITY_INTEREST", Category::finance}};
constexpr Field kEventFields[] = {
    need("fpat", FieldType::foreign, "外国专利", "foreign right"),
    need("date", FieldType::date, "登记日或生效日", "day recorded or effective, as the office gives it"),
    list(may("executed", FieldType::date, "签署日", "days of execution"), 64),
    need("code", FieldType::code, "该局的事件代码", "the office's own code"),
    may("class", FieldType::code, "事件类别字母", "class letter"),
    of(need("meaning", FieldType::choice, "含义", "meaning"), kMeanings),
    need("table_version", FieldType::integer, "对照表版本", "version of table FOREIGN_EVENT_MAP"),
    list(may("from", FieldType::text, "原当事方（单位）", "organisations before"), 64),
    list(may("to", FieldType::text, "新当事方（单位）", "organisations after"), 64),
    may("text_hash", FieldType::hash, "文本摘要", "digest of the conveyance's text"),
    may("office_ref", FieldType::code, "登记编号（卷帧号、公报号）", "the office's reference (reel-frame, gazette)"),
    list(may("refers_to", FieldType::code, "所指的登记编号", "references of earlier events"), 64),
    with(need("source", FieldType::object, "来源", "source"), kSource)};
constexpr Precondition kEventRules[] = {
    {"SUBJECT_NOT_FOUND", "QLR", "6.1", "外国专利已登记", "the foreign right is registered"},
    {"EVENT_MAP_MISMATCH", "QLR", "6.4", "含义和类别与现行对照表一致", "meaning and class are those of the table in force"},
    {"FOREIGN_EVENT_EXISTS", "QLR", "6.4", "同一代码、日期和编号的事件未上链", "no event of that code, day and reference yet"},
    {"FOREIGN_REF_UNRESOLVED", "QLR", "6.4", "标记：所指的事件不在链上", "flag: an event referred to is not on the ledger"},
    {"LATE_ENTRY", "QLR", "6.4", "标记：登记晚于签署很久", "flag: recorded long after it was executed"},
    {"SIZE_LIMIT", "QLR", "6.4", "同一编号下的事件数有上限", "the number of events under one reference is bounded"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"}};

constexpr RecordType kTypes[] = {
    {.name = "foreign.event",
     .zh = "外国专利事件",
     .en = "event of a foreign right",
     .category = Category::filing,
     .fields = kEventFields,
     .signers = {.roles = kReporters, .mandate_power = "FILING"},
     .preconditions = kEventRules,
     .effect_zh = "记入“该局所报告”的历史，不改变任何权利状态",
     .effect_en = "stands in the history as that office reported it; it moves no status",
     .category_field = "meaning",
     .categories = kCategories,
     .date_field = "date"},
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

constexpr std::size_t kEventsOfRefMax = 64;

/// Class and meaning are the table's for (office, code); a code without a row is kept raw as OTHER.
void check_event_map(const RuleInput& in, Verdict& verdict, std::string_view office) {
  const TableView table = table_at(in.rows, "FOREIGN_EVENT_MAP", today(in));
  std::string_view meaning = "OTHER";
  std::string_view letter;
  for (const auto& part : table.parts) {
    for (const Value& row : part->items_of("rows")) {
      if (row.text_of("office") != office || row.text_of("code") != in.data.text_of("code")) continue;
      meaning = row.text_of("meaning");
      letter = row.text_of("class");
    }
  }
  if (in.data.integer_of("table_version") != table.version) {
    raise(verdict, issue("EVENT_MAP_MISMATCH", "/data/table_version", std::to_string(table.version)));
  }
  if (in.data.text_of("meaning") != meaning) raise(verdict, issue("EVENT_MAP_MISMATCH", "/data/meaning", std::string(meaning)));
  if (in.data.text_of("class") != letter) raise(verdict, issue("EVENT_MAP_MISMATCH", "/data/class", std::string(letter)));
}

/// Keeps the event under the office's reference. Names are never compared: two recordings of one lien
/// under two references are two events.
void keep_event(const RuleInput& in, Verdict& verdict, const Value& event) {
  const std::string_view ref = in.data.text_of("office_ref");
  if (ref.empty()) return;
  const RowKey key = encumbrance_row(in.data.text_of("fpat"), ref);
  const auto known = in.rows.find(key);
  Value::Items events = known ? known->items_of("events") : Value::Items();
  for (const Value& each : events) {
    if (each.text_of("code") != event.text_of("code") || each.text_of("date") != event.text_of("date")) continue;
    Issue exists = issue("FOREIGN_EVENT_EXISTS", "/data/office_ref", std::string(ref));
    exists.blocking.emplace_back(each.text_of("record"));
    raise(verdict, std::move(exists));
  }
  if (events.size() >= kEventsOfRefMax) {
    return raise(verdict, issue("SIZE_LIMIT", "/data/office_ref", std::to_string(kEventsOfRefMax)));
  }
  events.push_back(event);
  verdict.set(key, Value(Value::Members{{"events", std::move(events)}}));
}

void record_event(const RuleInput& in, Verdict& verdict) {
  const auto day = past_date(in, verdict, "date");
  const std::string_view subject = in.data.text_of("fpat");
  if (!require_subject(in, verdict, subject, "/data/fpat") || !day) return;
  check_event_map(in, verdict, subject.substr(5, 2));
  std::optional<Date> earliest;
  for (const Value& each : in.data.items_of("executed")) {
    const auto executed = parse_date(each.text());
    if (executed && *executed > today(in)) raise(verdict, issue("FUTURE_EVENT_DATE", "/data/executed", each.text()));
    if (executed && (!earliest || *executed < *earliest)) earliest = executed;
  }
  if (earliest && *day > add_days(*earliest, in.pack.integer("late_entry_days"))) {
    raise(verdict, issue("LATE_ENTRY", "/data/date", to_string(*earliest) + ", " + to_string(*day)));
  }
  for (const Value& ref : in.data.items_of("refers_to")) {
    if (in.rows.find(encumbrance_row(subject, ref.text()))) continue;
    raise(verdict, issue("FOREIGN_REF_UNRESOLVED", "/data/refers_to", ref.text()));
  }
  Value event(Value::Members{{"record", to_sha256_id(in.record_id)}});
  copy(in, event, {"code", "date"});
  keep_event(in, verdict, event);
}

}  // namespace

std::span<const RecordType> foreign_types() { return kTypes; }

Rule foreign_rule(std::string_view type) {
  if (type == "foreign.event") return record_event;
  return type == "foreign.register" ? register_foreign : nullptr;
}

}  // namespace qinglu::ledger
