// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/privacy.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/fields.hpp"
#include "ledger/catalog/procedure.hpp"
#include "ledger/catalog/rules.hpp"
#include "ledger/catalog/signers.hpp"

namespace qinglu::ledger {
namespace {

using namespace fields;

constexpr std::size_t kFieldsMax = 64;  ///< of one record that may carry a mark
constexpr std::size_t kPrefix = 7;      ///< `sha256:`

constexpr std::string_view kCorrection[] = {"PIPL 46"};
constexpr std::string_view kDeletion[] = {"PIPL 47"};

constexpr Field kRecord = need("record", FieldType::record_id, "所涉记录", "the record");
constexpr Field kName = need("field", FieldType::code, "字段（内容或保密字段的名称）", "field of its data, or name of a private slot");
constexpr Field kCorrectedMembers[] = {kRecord, kName,
                                       need("value_commit", FieldType::commitment, "更正后内容的承诺", "commitment to the value that is right")};
constexpr Field kNamedMembers[] = {kRecord, kName};
constexpr Field kSubjectCommit =
    need("subject_commit", FieldType::commitment, "个人的承诺（记录中所用）", "the person, by the commitment that the records use");
constexpr Field kDate = need("date", FieldType::date, "处理日", "day of the measure");
constexpr Field kReason = may("reason", FieldType::text, "理由", "reason");
constexpr std::int64_t kListed = 32;

constexpr Field kCorrectFields[] = {
    kSubjectCommit,
    list(with(need("fields", FieldType::object, "更正的字段", "fields that are corrected"), kCorrectedMembers), kListed),
    of(need("basis", FieldType::choice, "依据：个人信息保护法第四十六条", "basis"), kCorrection), kDate, kReason};
constexpr Field kStopFields[] = {
    kSubjectCommit,
    list(with(need("fields", FieldType::object, "所涉字段", "fields concerned"), kNamedMembers), kListed),
    of(need("basis", FieldType::choice, "依据：个人信息保护法第四十七条", "basis"), kDeletion), kDate, kReason};

constexpr Role kCouncil[] = {Role::gov};
constexpr std::string_view kMakes[] = {"per:{subject_commit}"};

constexpr Precondition kRules[] = {
    {"ROLE_NOT_PERMITTED", "QLR", "6.10", "由理事会成员提交；本人可以一并签名", "a member of the council submits it; the person may sign too"},
    {"NOT_DATA_SUBJECT", "PIPL", "46, 47", "记录载有该人的承诺；否则须理事会法定人数签名",
     "the record names the person by this commitment; else the council's quorum signs"},
    {"SCHEMA_INVALID", "QLR", "6.10", "所列字段为该类记录的文字、承诺或保密字段，且不重复",
     "the fields are texts, commitments or private slots of the record's type, each once"},
    {"STATE_FORBIDS", "PIPL", "47", "字段尚未限制（更正）或删除", "the field is not restricted, or not erased, before"},
    {"SIZE_LIMIT", "QLR", "6.10", "一条记录所涉字段有上限", "the number of fields of one record is bounded"},
    {"FUTURE_EVENT_DATE", "QLR", "4.3", "日期不在将来", "dates are not in the future"}};

constexpr RecordType kTypes[] = {
    {.name = "privacy.correct",
     .zh = "个人信息更正",
     .en = "correction of personal data",
     .category = Category::governance,
     .fields = kCorrectFields,
     .signers = {.roles = kCouncil, .judged_by_rule = true},
     .preconditions = kRules,
     .effect_zh = "不再显示原内容，由承诺所指的新内容代替",
     .effect_en = "the old value is no longer shown; the one that the commitment stands for takes its place",
     .makes = kMakes,
     .date_field = "date"},
    {.name = "privacy.erase_notice",
     .zh = "个人信息删除通知",
     .en = "notice of erasure of personal data",
     .category = Category::governance,
     .fields = kStopFields,
     .signers = {.roles = kCouncil, .judged_by_rule = true},
     .preconditions = kRules,
     .effect_zh = "链下的公开内容、盐值和密封内容须销毁；链上只留承诺，证明不变",
     .effect_en = "openings, salts and sealed payloads off the log are destroyed; the log keeps commitments, and every proof holds",
     .makes = kMakes,
     .date_field = "date"},
    {.name = "privacy.restrict",
     .zh = "个人信息限制处理",
     .en = "restriction of personal data",
     .category = Category::governance,
     .fields = kStopFields,
     .signers = {.roles = kCouncil, .judged_by_rule = true},
     .preconditions = kRules,
     .effect_zh = "除存储和必要的安全保护外停止处理，不再显示所列内容",
     .effect_en = "processing stops but for storage and security; what is named is no longer shown",
     .makes = kMakes,
     .date_field = "date"}};

// What stands for a field that carries no mark yet is "".
constexpr std::string_view kUnmarked[] = {"", "CORRECTED"};
constexpr std::string_view kNotErased[] = {"", "CORRECTED", "RESTRICTED"};
constexpr Step kSteps[] = {{"privacy.correct", kUnmarked, "CORRECTED"},
                           {"privacy.erase_notice", kNotErased, "ERASED"},
                           {"privacy.restrict", kUnmarked, "RESTRICTED"}};

/// A field that may hold a person's data: a text, a commitment, or an object of nothing else but words
/// and digests. Keys, days and sums are what the ledger reasons with; they are never hidden.
bool is_personal(const Field& field) {
  switch (field.type) {
    case FieldType::text:
    case FieldType::commitment:
    case FieldType::any: return true;
    case FieldType::object: {
      const bool personal = std::ranges::any_of(field.members, is_personal);
      return personal && std::ranges::all_of(field.members, [](const Field& each) {
        return is_personal(each) || each.type == FieldType::choice || each.type == FieldType::code ||
               each.type == FieldType::hash || each.type == FieldType::key_hex;
      });
    }
    default: return false;
  }
}

bool may_hide(const RecordType& type, std::string_view name) {
  if (std::ranges::find(type.private_slots, name) != type.private_slots.end()) return true;
  const auto at = std::ranges::find(type.fields, name, &Field::name);
  return at != type.fields.end() && is_personal(*at);
}

/// Whether the value holds the commitment, as such or as a person's id.
bool names(const Value& value, std::string_view commit) {
  if (value.is_string()) return value.text() == commit || (value.text().starts_with("per:") && value.text().substr(4) == commit.substr(kPrefix));
  if (value.is_array()) return std::ranges::any_of(value.items(), [&](const Value& each) { return names(each, commit); });
  if (value.is_object()) return std::ranges::any_of(value.members(), [&](const Value::Member& each) { return names(each.value, commit); });
  return false;
}

/// The officer: a member of the council. With it sign other members and the person; the quorum's
/// number of members is told back.   Source: domain.md 6.10.
bool check_officer(const RuleInput& in, Verdict& verdict) {
  const Council council = council_in_force(in.rows);
  const auto is_member = [&](std::string_view party) { return std::ranges::find(council.parties, party) != council.parties.end(); };
  const std::string person = "per:" + std::string(in.data.text_of("subject_commit").substr(kPrefix));
  if (!is_member(in.body.text_of("submitter"))) {
    raise(verdict, issue("ROLE_NOT_PERMITTED", "/submitter", std::string(in.body.text_of("submitter"))));
  }
  std::size_t votes = 0;
  for (const Value& signer : in.body.items_of("signers")) {
    if (is_member(signer.text())) {
      ++votes;
    } else if (signer.text() != person) {
      raise(verdict, issue("ROLE_NOT_PERMITTED", "/signers", signer.text()));
    }
  }
  return council.quorum > 0 && votes >= council.quorum;
}

/// Puts the mark on one field of a row's list, which is ascending by name.
void mark(const RuleInput& in, Verdict& verdict, const Value& item, Value::Items& marks, const std::string& pointer) {
  const std::string_view name = item.text_of("field");
  auto at = std::ranges::lower_bound(marks, name, {}, [](const Value& each) { return each.text_of("field"); });
  if (at == marks.end() || at->text_of("field") != name) {
    if (marks.size() >= kFieldsMax) return raise(verdict, issue("SIZE_LIMIT", pointer, std::to_string(kFieldsMax)));
    at = marks.insert(at, Value(Value::Members{{"field", name}, {"state", ""}}));
  } else if (at->text_of("record") == to_sha256_id(in.record_id)) {
    return raise(verdict, issue("SCHEMA_INVALID", pointer, std::string(name)));
  }
  take_step(verdict, kSteps, in.type.name, *at, "state");
  at->set("record", to_sha256_id(in.record_id));
  at->erase("value_commit");
  if (const Value* value = item.find("value_commit")) at->set("value_commit", *value);
}

void measure(const RuleInput& in, Verdict& verdict) {
  check_event_date(in, verdict);
  past_date(in, verdict, "date");
  const bool by_quorum = check_officer(in, verdict);
  const Value::Items& items = in.data.items_of("fields");
  std::vector<std::pair<RowKey, Value::Items>> rows;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string here = "/data/fields/" + std::to_string(i);
    const std::string_view id = items[i].text_of("record");
    const auto record = in.rows.find_record(*from_sha256_id(id));
    const RecordType* type = record ? find_record_type(record->body.text_of("type")) : nullptr;
    if (!type) continue;  // the framework has asked for the record itself
    if (!may_hide(*type, items[i].text_of("field"))) {
      raise(verdict, issue("SCHEMA_INVALID", here + "/field", std::string(items[i].text_of("field"))));
      continue;
    }
    if (!by_quorum && !names(record->body, in.data.text_of("subject_commit"))) {
      raise(verdict, issue("NOT_DATA_SUBJECT", here, std::string(id)));
    }
    const RowKey key = privacy_row(id);
    auto at = std::ranges::find(rows, key, &std::pair<RowKey, Value::Items>::first);
    if (at == rows.end()) {
      const auto known = in.rows.find(key);
      at = rows.insert(rows.end(), {key, known ? known->items_of("fields") : Value::Items()});
    }
    mark(in, verdict, items[i], at->second, here);
  }
  for (auto& [key, marks] : rows) verdict.set(std::move(key), Value(Value::Members{{"fields", std::move(marks)}}));
}

}  // namespace

std::span<const RecordType> privacy_types() { return kTypes; }

Rule privacy_rule(std::string_view type) { return type.starts_with("privacy.") && find_record_type(type) ? measure : nullptr; }

RowKey privacy_row(std::string_view record_id) { return encumbrance_row(record_id, "privacy"); }

std::set<std::pair<std::string, std::string>> erased_fields(const Value& body) {
  std::set<std::pair<std::string, std::string>> fields;
  const Value* data = body.text_of("type") == "privacy.erase_notice" ? body.find("data") : nullptr;
  if (!data) return fields;
  for (const Value& each : data->items_of("fields")) fields.emplace(each.text_of("record"), each.text_of("field"));
  return fields;
}

std::string_view shown_word(const Value& mark) {
  const std::string_view state = mark.text_of("state");
  return state == "ERASED" ? "erased" : state == "CORRECTED" ? "corrected" : "restricted";
}

Value shown_body(Value body, const Value* privacy) {
  Value* data = privacy ? body.find("data") : nullptr;
  if (!data) return body;
  for (const Value& each : privacy->items_of("fields")) {
    // A private slot does not stand in the body.
    if (data->find(each.text_of("field"))) data->set(each.text_of("field"), shown_word(each));
  }
  return body;
}

}  // namespace qinglu::ledger
