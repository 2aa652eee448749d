// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/check_form.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "crypto/base/encoding.hpp"
#include "ledger/catalog/deadlines.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/ids.hpp"
#include "ledger/model/money.hpp"
#include "ledger/model/numbers.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::size_t kTextMax = 2'000;
constexpr std::int64_t kListMax = 4'096;

constexpr std::array<EnvelopeMember, 22> kEnvelope = {{
    {"acting_for", false, "委托人", "principal, under a mandate"},
    {"attach", false, "附件摘要", "attachments by digest"},
    {"basis", false, "法律依据", "legal basis claimed"},
    {"class", true, "公开级别", "PUBLIC, PARTIES or SEALED"},
    {"ct_hash", false, "密文摘要", "digest of the sealed payload"},
    {"data", true, "内容", "the fields of the type"},
    {"event_date", true, "法律日期", "legal date claimed"},
    {"expires_at", true, "有效至", "last block time (POSIX seconds) at which the record may enter"},
    {"key_commit", false, "密钥承诺", "commitment to the payload key"},
    {"ledger_id", true, "账本标识", "the ledger that the record is for"},
    {"nonce", true, "随机数", "32 lower-case hex digits"},
    {"private_root", false, "保密字段根", "root of the private section"},
    {"private_width", false, "保密槽数", "number of private slots"},
    {"refs", false, "引用", "further records that this one builds on"},
    {"role", true, "角色", "the role used"},
    {"rule_pack", true, "规则包", "id of the rule pack checked against"},
    {"signers", true, "签署方", "the parties who sign"},
    {"subjects", true, "主体", "subject keys the record speaks of"},
    {"submitter", true, "提交方", "who speaks"},
    {"supersedes", false, "更正对象", "the record that this one corrects"},
    {"type", true, "类型", "record type"},
    {"v", true, "版本", "version, 1"},
}};
constexpr std::string_view kWrapsHash = "wraps_hash";

bool is_subject_key(std::string_view text) { return kind_of_subject(text).has_value(); }

/// `[A-Za-z0-9][A-Za-z0-9._/-]{0,63}`.
bool is_code(std::string_view text) {
  const auto alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && text.size() <= 64 && alnum(text[0]) &&
         std::ranges::all_of(text, [&](char c) {
           return alnum(c) || c == '.' || c == '_' || c == '/' || c == '-';
         });
}

bool is_country(std::string_view text) {
  return text.size() == 2 &&
         std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Eighteen characters whose identity-card check holds (GB 11643).   Source: domain.md 6.2.
bool is_identity_card(std::string_view text) {
  static constexpr int kWeights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  static constexpr std::string_view kCheck = "10X98765432";
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) {
    if (!is_digit(text[i])) return false;
    sum += kWeights[i] * (text[i] - '0');
  }
  return text[17] == kCheck[static_cast<std::size_t>(sum % 11)];
}

/// An identity card or a mobile number between non-digits.   Source: domain.md 6.2; PIPL 28.
bool holds_personal_data(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at]) || (at > 0 && is_digit(text[at - 1]))) continue;
    const std::string_view rest = text.substr(at);
    const auto ends_at = [&](std::size_t n) { return rest.size() == n || !is_digit(rest[n]); };
    if (rest.size() >= 18 && is_identity_card(rest) && ends_at(18)) return true;
    std::size_t digits = 0;
    while (digits < rest.size() && is_digit(rest[digits])) ++digits;
    if (digits == 11 && rest[0] == '1' && rest[1] >= '3') return true;
  }
  return false;
}

/// Collects the problems of one body; pointers are built on the way down.
class FormChecker {
 public:
  explicit FormChecker(const Value& body) : body_(body) {}

  std::vector<Issue> record() {
    const RecordType* type = find_record_type(body_.text_of("type"));
    envelope();
    if (!type) {
      add("SCHEMA_INVALID", "/type", "unknown record type `" + std::string(body_.text_of("type")) + "`");
      return std::move(issues_);
    }
    if (const Value* data = body_.find("data"); data && data->is_object()) {
      object(*data, type->fields, "/data");
    }
    private_section(*type);
    return std::move(issues_);
  }

  std::vector<Issue> manifest() {
    static constexpr std::array<std::string_view, 9> kMembers = {
        "count", "expires_at", "ledger_id", "nonce", "root", "signers", "submitter", "type", "v"};
    only_members(body_, kMembers, "");
    for (std::string_view name : kMembers) {
      if (!body_.find(name)) missing("/" + std::string(name));
    }
    if (issues_.empty()) common();
    const auto count = body_.integer_of("count", -1);
    if (issues_.empty() && (count < 1 || count > 1'000)) {
      add("BATCH_COUNT", "/count", std::to_string(count));
    }
    if (issues_.empty() && !from_sha256_id(body_.text_of("root"))) {
      add("SCHEMA_INVALID", "/root", "must be sha256: and 64 lower-case hex digits");
    }
    return std::move(issues_);
  }

 private:
  void add(std::string code, std::string pointer, std::string detail) {
    issues_.push_back({std::move(code), std::move(pointer), std::move(detail), {}, {}, {}});
  }
  void invalid(const std::string& pointer, std::string detail) {
    add("SCHEMA_INVALID", pointer, std::move(detail));
  }
  void missing(const std::string& pointer) { invalid(pointer, "is missing"); }

  template <class Names>
  void only_members(const Value& object, const Names& names, const std::string& pointer) {
    for (const auto& member : object.members()) {
      if (std::ranges::find(names, std::string_view(member.key)) == std::ranges::end(names)) {
        invalid(pointer + "/" + member.key, "is not a field of this form");
      }
    }
  }

  /// Members that records and manifests share.
  void common() {
    if (!(*body_.find("v") == Value(1))) invalid("/v", "must be 1");
    const Value& nonce = *body_.find("nonce");
    if (!nonce.is_string() || nonce.text().size() != 32 || !from_hex(nonce.text())) {
      invalid("/nonce", "must be 32 lower-case hex digits");
    }
    const Value& expires = *body_.find("expires_at");
    if (!expires.is_integer() || expires.integer() < 0) {
      invalid("/expires_at", "must be POSIX seconds");
    }
    if (!from_sha256_id(body_.text_of("ledger_id"))) {
      invalid("/ledger_id", "must be sha256: and 64 lower-case hex digits");
    }
    if (!is_party_id(body_.text_of("submitter"))) invalid("/submitter", "must be a party id");
    text_set(*body_.find("signers"), "/signers", 80, is_party_id);
  }

  void text_set(const Value& set, const std::string& pointer, std::size_t max,
                const std::function<bool(std::string_view)>& is_good) {
    if (!set.is_array() || set.items().empty() || set.items().size() > max) {
      invalid(pointer, "must be an array of 1 to " + std::to_string(max) + " items");
      return;
    }
    const auto& items = set.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string here = pointer + "/" + std::to_string(i);
      if (!items[i].is_string() || !is_good(items[i].text())) {
        invalid(here, "is not of its form");
      } else if (i > 0 && items[i - 1].is_string() && items[i - 1].text() >= items[i].text()) {
        invalid(here, "items must be sorted and unique");
      }
    }
  }

  void envelope() {
    for (const auto& member : body_.members()) {
      const bool known = member.key == kWrapsHash ||
                         std::ranges::find(kEnvelope, member.key, &EnvelopeMember::name) != kEnvelope.end();
      if (!known) invalid("/" + member.key, "is not a member of a record's envelope");
    }
    bool complete = true;
    for (const auto& member : kEnvelope) {
      if (member.required && !body_.find(member.name)) {
        missing("/" + std::string(member.name));
        complete = false;
      }
    }
    if (!complete) return;
    common();
    const Value& pack = *body_.find("rule_pack");
    if (!pack.is_integer() || pack.integer() < 1) invalid("/rule_pack", "must be a rule pack's id");
    const std::string_view level = body_.text_of("class");
    if (level != "PUBLIC" && level != "PARTIES" && level != "SEALED") {
      invalid("/class", "must be PUBLIC, PARTIES or SEALED");
    }
    Role role{};
    if (!role_from(body_.text_of("role"), role)) invalid("/role", "is not a role");
    if (!parse_date(body_.text_of("event_date"))) invalid("/event_date", "is no day that exists");
    if (!body_.find("data")->is_object() || body_.find("data")->members().empty()) {
      invalid("/data", "must be an object that is not empty");
    }
    text_set(*body_.find("subjects"), "/subjects", 64, is_subject_key);
    if (const Value* principal = body_.find("acting_for")) {
      if (!principal->is_string() || !is_party_id(principal->text())) {
        invalid("/acting_for", "must be a party id");
      }
    }
    if (const Value* old = body_.find("supersedes")) {
      if (!old->is_string() || !from_sha256_id(old->text())) invalid("/supersedes", "must be a record id");
    }
    if (const Value* refs = body_.find("refs")) {
      text_set(*refs, "/refs", 64, [](std::string_view id) { return from_sha256_id(id).has_value(); });
    }
    static constexpr Field kBasisFields[] = {
        {"article", FieldType::text, true, "条", "article"},
        {"doc_no", FieldType::text, false, "文号", "document number"},
        {"law", FieldType::text, true, "法律", "law"}};
    static constexpr Field kAttachFields[] = {
        {"media", FieldType::text, true, "媒体类型", "media type"},
        {"name", FieldType::text, true, "名称", "name"},
        {"sha256", FieldType::hash, true, "摘要", "digest"},
        {"size", FieldType::integer, true, "字节数", "size in bytes"},
        {"sm3", FieldType::text, false, "SM3 摘要", "SM3 digest"},
        {"store_hint", FieldType::text, false, "存放提示", "where it may be found"}};
    static constexpr Field kBasis = {.name = "basis", .type = FieldType::object, .zh = "", .en = "",
                                     .shape = Shape::list, .members = kBasisFields, .max = 16};
    static constexpr Field kAttach = {.name = "attach", .type = FieldType::object, .zh = "", .en = "",
                                      .shape = Shape::list, .members = kAttachFields, .max = 64};
    if (const Value* basis = body_.find("basis")) field(*basis, kBasis, "/basis");
    if (const Value* attach = body_.find("attach")) field(*attach, kAttach, "/attach");
  }

  void private_section(const RecordType& type) {
    const Value* root = body_.find("private_root");
    const bool any = root || body_.find("private_width") || body_.find("ct_hash") ||
                     body_.find("key_commit") || body_.find(kWrapsHash);
    if (!any) return;
    if (type.private_slots.empty()) {
      invalid("/private_root", "this type has no private section");
      return;
    }
    const std::int64_t width = type.private_slots.size() <= 8 ? 8 : type.private_slots.size() <= 16 ? 16 : 32;
    if (body_.integer_of("private_width") != width) {
      invalid("/private_width", "must be " + std::to_string(width));
    }
    for (std::string_view name : {std::string_view("private_root"), std::string_view("ct_hash"),
                                  std::string_view("key_commit"), kWrapsHash}) {
      const Value* value = body_.find(name);
      if (name == "private_root" && !value) missing("/private_root");
      if (value && !from_sha256_id(body_.text_of(name))) {
        invalid("/" + std::string(name), "must be sha256: and 64 lower-case hex digits");
      }
    }
  }

  void object(const Value& value, std::span<const Field> fields, const std::string& pointer) {
    for (const auto& member : value.members()) {
      const auto at = std::ranges::find(fields, std::string_view(member.key), &Field::name);
      const std::string here = pointer + "/" + member.key;
      if (at == fields.end()) {
        invalid(here, "is not a field of this form");
      } else {
        field(member.value, *at, here);
      }
    }
    for (const Field& each : fields) {
      if (each.required && !value.find(each.name)) missing(pointer + "/" + std::string(each.name));
    }
  }

  void field(const Value& value, const Field& field, const std::string& pointer) {
    if (field.shape == Shape::one) {
      one(value, field, pointer);
      return;
    }
    const std::int64_t max = std::min(field.max, kListMax);
    if (!value.is_array() || value.items().empty() ||
        value.items().size() > static_cast<std::size_t>(max)) {
      invalid(pointer, "must be an array of 1 to " + std::to_string(max) + " items");
      return;
    }
    std::string last;
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      const std::string here = pointer + "/" + std::to_string(i);
      one(value.items()[i], field, here);
      if (field.shape == Shape::set) {
        std::string text = to_canonical(value.items()[i]);
        if (i > 0 && last >= text) invalid(here, "items must be sorted and unique");
        last = std::move(text);
      }
    }
  }

  void one(const Value& value, const Field& field, const std::string& pointer) {
    switch (field.type) {
      case FieldType::any: not_empty(value, pointer); return;
      case FieldType::boolean:
        if (!value.is_boolean()) invalid(pointer, "must be true or false");
        return;
      case FieldType::basis_points:
        if (!value.is_integer() || value.integer() < 0 || value.integer() > 10'000) {
          invalid(pointer, "must be basis points, 0 to 10000");
        }
        return;
      case FieldType::integer: {
        // A list's `max` bounds its length, so only a single field's bounds its value.
        const bool bounded = field.shape == Shape::one;
        if (!value.is_integer() || value.integer() < field.min ||
            (bounded && value.integer() > field.max)) {
          invalid(pointer, "must be an integer of at least " + std::to_string(field.min));
        }
        return;
      }
      case FieldType::money:
        if (!parse_money(value)) add("AMOUNT_INVALID", pointer, to_canonical(value).substr(0, 120));
        return;
      case FieldType::object:
        if (!value.is_object() || value.members().empty()) {
          invalid(pointer, "must be an object that is not empty");
        } else {
          object(value, field.members, pointer);
        }
        return;
      default: break;
    }
    if (!value.is_string()) {
      invalid(pointer, "must be a string");
      return;
    }
    if (!matches(value.text(), field)) {
      invalid(pointer, "is not of its form: " + value.text().substr(0, 80));
      return;
    }
    if (field.type == FieldType::text && holds_personal_data(value.text())) {
      add("PERSONAL_DATA_ON_CHAIN", pointer, "an identity card or telephone number");
    }
  }

  /// One fact, one spelling: no empty text, array or object anywhere (domain.md 6.1).
  void not_empty(const Value& value, const std::string& pointer) {
    const bool empty = (value.is_string() && value.text().empty()) ||
                       (value.is_array() && value.items().empty()) ||
                       (value.is_object() && value.members().empty());
    if (empty) invalid(pointer, "is empty: leave it out");
    if (value.is_array()) {
      for (std::size_t i = 0; i < value.items().size(); ++i) {
        not_empty(value.items()[i], pointer + "/" + std::to_string(i));
      }
    }
    if (value.is_object()) {
      for (const auto& member : value.members()) not_empty(member.value, pointer + "/" + member.key);
    }
  }

  static bool matches(const std::string& text, const Field& field) {
    switch (field.type) {
      case FieldType::text: return !text.empty() && text.size() <= kTextMax;
      case FieldType::code: return is_code(text);
      case FieldType::choice:
        return std::ranges::find(field.allowed, std::string_view(text)) != field.allowed.end();
      case FieldType::date: return parse_date(text).has_value();
      case FieldType::instant: return parse_instant(text).has_value();
      case FieldType::hash:
      case FieldType::commitment:
      case FieldType::record_id:
      case FieldType::commit_ref:
      case FieldType::doc_commit: return from_sha256_id(text).has_value();
      case FieldType::key_hex: return fixed_from_hex<PublicKey>(text).has_value();
      case FieldType::base64: return !text.empty() && static_cast<bool>(from_base64(text));
      case FieldType::region: return is_region(text);
      case FieldType::ipc: return is_ipc_symbol(text);
      case FieldType::class_code: return text == "ALL" || parse_class_symbol(text);
      case FieldType::app_no: return parse_app_no(text).has_value();
      case FieldType::pub_no: return parse_pub_no(text).has_value();
      case FieldType::uscc: return is_uscc_form(text);
      case FieldType::country: return is_country(text);
      case FieldType::party: return is_party_id(text);
      case FieldType::patent: return is_patent_key(text);
      case FieldType::foreign: return is_foreign_key(text);
      case FieldType::contract: return text.starts_with("ctr:") && is_subject_key(text);
      case FieldType::lawsuit: return text.starts_with("case:") && is_subject_key(text);
      case FieldType::listing: return text.starts_with("lst:") && is_subject_key(text);
      case FieldType::subject: return is_subject_key(text);
      case FieldType::license_id: return parse_license_id(text).has_value();
      default: QL_CHECK(false); return false;
    }
  }

  const Value& body_;
  std::vector<Issue> issues_;
};

/// Where a value stands. Few visitors ask, so the pointer is written for those alone.
struct Position {
  const Position* above;
  std::string_view name;
  std::optional<std::size_t> item;  ///< of a list, in place of a name

  std::string pointer() const {
    return (above ? above->pointer() : std::string()) + "/" + (item ? std::to_string(*item) : std::string(name));
  }
};
constexpr Position kData{nullptr, "data", {}};

/// Calls `visit` for every single value of `data`, lists and objects opened.
void walk(const Value& object, std::span<const Field> fields, const Position& position,
          const std::function<void(const Field&, const Value&, const Position&)>& visit) {
  for (const Field& field : fields) {
    const Value* value = object.find(field.name);
    if (!value) continue;
    const Position here{&position, field.name, {}};
    const auto each = [&](const Value& item, const Position& at) {
      if (field.type == FieldType::object) {
        walk(item, field.members, at, visit);
      } else {
        visit(field, item, at);
      }
    };
    if (field.shape == Shape::one) {
      each(*value, here);
    } else {
      for (std::size_t i = 0; i < value->items().size(); ++i) {
        each(value->items()[i], {&here, {}, i});
      }
    }
  }
}

/// `fpat:{office}/{number}-{kind}` with the fields of `data`; empty when one is absent.
std::string fill(std::string_view pattern, const Value& data) {
  std::string key;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    key.append(pattern.substr(0, open));
    if (open == pattern.npos) break;
    const std::size_t close = pattern.find('}', open);
    QL_CHECK(close != pattern.npos);
    std::string_view text = data.text_of(pattern.substr(open + 1, close - open - 1));
    if (text.empty()) return {};
    if (text.starts_with("sha256:")) text.remove_prefix(7);
    key.append(text);
    pattern.remove_prefix(close + 1);
  }
  return key;
}

void add_text(std::set<std::string>& out, const Value& value) {
  if (value.is_string()) out.insert(value.text());
}

std::vector<std::string> subjects_of(const RecordType& type, const Value& body,
                                     const RowReader* rows) {
  std::set<std::string> keys;
  const Value& data = *body.find("data");
  const auto lent_by = [&](std::string_view id) -> std::shared_ptr<const FoundRecord> {
    const auto digest = from_sha256_id(id);
    return rows && digest ? rows->find_record(*digest) : nullptr;
  };
  walk(data, type.fields, kData, [&](const Field& field, const Value& value, const Position&) {
    switch (field.type) {
      case FieldType::party:
      case FieldType::patent:
      case FieldType::foreign:
      case FieldType::contract:
      case FieldType::lawsuit:
      case FieldType::listing:
      case FieldType::subject: keys.insert(value.text()); break;
      case FieldType::app_no: keys.insert("pat:" + value.text()); break;
      case FieldType::doc_commit: keys.insert("cmt:" + value.text().substr(7)); break;
      case FieldType::commit_ref:
        if (const auto commit = lent_by(value.text())) {
          const Value* commit_data = commit->body.find("data");
          const std::string_view id = commit_data ? commit_data->text_of("doc_commit") : "";
          if (id.size() > 7) keys.insert("cmt:" + std::string(id.substr(7)));
        }
        break;
      default: break;
    }
  });
  for (std::string_view pattern : type.makes) {
    if (std::string key = fill(pattern, data); !key.empty()) keys.insert(std::move(key));
  }
  if (!type.subjects_of.empty()) {
    if (const auto target = lent_by(data.text_of(type.subjects_of))) {
      for (const Value& key : target->body.items_of("subjects")) add_text(keys, key);
    }
  }
  if (const Value* principal = body.find("acting_for")) add_text(keys, *principal);
  if (keys.empty()) keys.insert(std::string(body.text_of("submitter")));
  return {keys.begin(), keys.end()};
}

}  // namespace

std::span<const EnvelopeMember> envelope_members() { return kEnvelope; }

std::vector<Issue> check_form(const Value& body) { return FormChecker(body).record(); }

std::vector<Issue> check_manifest_form(const Value& body) { return FormChecker(body).manifest(); }

std::vector<std::string> derive_subjects(const RecordType& type, const Value& body,
                                         const RowReader& rows) {
  return subjects_of(type, body, &rows);
}

std::vector<std::string> derive_subjects(const RecordType& type, const Value& body) {
  return subjects_of(type, body, nullptr);
}

std::vector<Reference> references(const RecordType& type, const Value& body) {
  std::vector<Reference> result;
  static constexpr std::string_view kCommit[] = {"patent.commit"};
  const auto add = [&](std::string pointer, const Value& id, std::span<const std::string_view> allowed) {
    result.push_back({std::move(pointer), *from_sha256_id(id.text()), allowed});
  };
  const auto& refs = body.items_of("refs");
  for (std::size_t i = 0; i < refs.size(); ++i) add("/refs/" + std::to_string(i), refs[i], {});
  if (const Value* old = body.find("supersedes")) add("/supersedes", *old, {});
  walk(*body.find("data"), type.fields, kData,
       [&](const Field& field, const Value& value, const Position& position) {
         if (field.type == FieldType::record_id) add(position.pointer(), value, field.allowed);
         if (field.type == FieldType::commit_ref) add(position.pointer(), value, kCommit);
       });
  return result;
}

std::vector<std::pair<std::string, std::string>> named_parties(const RecordType& type,
                                                               const Value& body) {
  std::vector<std::pair<std::string, std::string>> result;
  walk(*body.find("data"), type.fields, kData,
       [&](const Field& field, const Value& value, const Position& position) {
         if (field.type == FieldType::party) result.emplace_back(value.text(), position.pointer());
       });
  if (const Value* principal = body.find("acting_for")) result.emplace_back(principal->text(), "/acting_for");
  return result;
}

namespace {

Category stated_category(const RecordType& type, const Value& body) {
  const std::string_view word = body.find("data")->text_of(type.category_field);
  const auto at = std::ranges::find(type.categories, word, &WordCategory::word);
  return at == type.categories.end() ? type.category : at->category;
}

}  // namespace

Category category_of(const RecordType& type, const Value& body, const RowReader& rows) {
  if (type.category != Category::of_target) return stated_category(type, body);
  // A correction of a correction follows the chain down; each step lies earlier in the log.
  const RecordType* found = &type;
  std::string_view id = body.find("data")->text_of("target");
  std::shared_ptr<const FoundRecord> target;
  while (found && found->category == Category::of_target) {
    const auto digest = from_sha256_id(id);
    target = digest ? rows.find_record(*digest) : nullptr;
    if (!target) return Category::governance;
    found = find_record_type(target->body.text_of("type"));
    id = target->body.find("data")->text_of("target");
  }
  return found ? stated_category(*found, target ? target->body : body) : Category::governance;
}

}  // namespace qinglu::ledger
