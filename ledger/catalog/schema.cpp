// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/schema.hpp"

#include "ledger/catalog/check_form.hpp"
#include "ledger/catalog/messages.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::ledger {
namespace {

void quote(std::string& out, std::string_view text) { out += to_json_string(text); }

struct Form {
  std::string_view pattern;  ///< regular expression of the text
  std::string_view example;
};

constexpr std::string_view kHash = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

Form form_of(FieldType type) {
  switch (type) {
    case FieldType::text: return {"^.{1,2000}$", "text"};
    case FieldType::code: return {"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$", "CODE-1"};
    case FieldType::date: return {"^\\d{4}-\\d{2}-\\d{2}$", "2026-11-23"};
    case FieldType::instant: return {"^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$", "2026-11-23T00:00:00Z"};
    case FieldType::hash:
    case FieldType::commitment:
    case FieldType::record_id:
    case FieldType::commit_ref:
    case FieldType::doc_commit: return {"^sha256:[0-9a-f]{64}$", kHash};
    case FieldType::key_hex:
      return {"^[0-9a-f]{64}$", "0000000000000000000000000000000000000000000000000000000000000000"};
    case FieldType::base64: return {"^[A-Za-z0-9+/]+={0,2}$", "AAAA"};
    case FieldType::region: return {"^(CN|[A-Z]{2}|\\d{2}(\\d{2}(\\d{2})?)?)$", "50"};
    case FieldType::ipc: return {"^[A-HY]\\d\\d[A-Z](\\d{1,4}/\\d{2,6})?$", "F27D17/00"};
    case FieldType::class_code:
      return {"^(ALL|[A-HY](\\d\\d([A-Z](\\d{1,4}(/\\d{2,6})?)?)?)?)$", "F27D17"};
    case FieldType::app_no: return {"^(\\d{12}[0-9X]|\\d{8}[0-9X])$", "202610123456X"};
    case FieldType::pub_no: return {"^CN[123]\\d{6,8}[A-Z]\\d?$", "CN108938619B"};
    case FieldType::uscc: return {"^[0-9A-HJ-NPQRTUWXY]{18}$", "91350100M000100Y43"};
    case FieldType::country: return {"^[A-Z]{2}$", "US"};
    case FieldType::party: return {"^(org:[0-9A-Z]{18}|per:[0-9a-f]{64})$", "org:91350100M000100Y43"};
    case FieldType::patent: return {"^pat:([0-9]{12}[0-9X]|[0-9]{8}[0-9X])$", "pat:202610123456X"};
    case FieldType::foreign: return {"^fpat:[A-Z]{2}/[A-Z0-9]{1,20}-[A-Z][0-9]?$", "fpat:US/10000000-B2"};
    case FieldType::contract:
      return {"^ctr:[0-9A-Z]{18}/[A-Za-z0-9._-]{1,40}$", "ctr:91350100M000100Y43/L-2026-1"};
    case FieldType::lawsuit:
      return {"^case:[0-9A-Z]{18}/[A-Za-z0-9._-]{1,40}$", "case:91350100M000100Y43/2026-17"};
    case FieldType::listing:
      return {"^lst:[0-9A-Z]{18}/[A-Za-z0-9._-]{1,40}$", "lst:91350100M000100Y43/G-2026-1"};
    case FieldType::subject: return {"^[a-z]+:.+$", "pat:202610123456X"};
    case FieldType::license_id:
      return {"^sha256:[0-9a-f]{64}/(0|[1-9][0-9]{0,2})$",
              "sha256:0000000000000000000000000000000000000000000000000000000000000000/0"};
    default: return {"", ""};
  }
}

void write_object(std::string& out, std::span<const Field> fields);

void write_one(std::string& out, const Field& field) {
  switch (field.type) {
    case FieldType::boolean: out += "{\"type\":\"boolean\"}"; return;
    case FieldType::integer:
      out += "{\"type\":\"integer\",\"minimum\":" + std::to_string(field.min);
      if (field.shape == Shape::one) out += ",\"maximum\":" + std::to_string(field.max);
      out += "}";
      return;
    case FieldType::basis_points: out += R"({"type":"integer","minimum":0,"maximum":10000})"; return;
    case FieldType::money:
      out += R"({"oneOf":[{"type":"object","required":["fen"],"properties":{"fen":{"type":"integer","minimum":0}},"additionalProperties":false},)"
             R"({"type":"object","required":["amount","cur"],"properties":{"amount":{"type":"string"},"cur":{"type":"string","pattern":"^[A-Z]{3}$"}},"additionalProperties":false}]})";
      return;
    case FieldType::object: write_object(out, field.members); return;
    case FieldType::any: out += "true"; return;
    case FieldType::choice: {
      out += "{\"enum\":[";
      bool first = true;
      for (std::string_view word : field.allowed) {
        if (!first) out += ",";
        first = false;
        quote(out, word);
      }
      out += "]}";
      return;
    }
    default:
      out += "{\"type\":\"string\",\"pattern\":";
      quote(out, form_of(field.type).pattern);
      out += "}";
  }
}

void write_field(std::string& out, const Field& field) {
  if (field.shape == Shape::one) {
    write_one(out, field);
    return;
  }
  out += "{\"type\":\"array\",\"minItems\":1,";
  if (field.shape == Shape::set) out += "\"uniqueItems\":true,";
  out += "\"items\":";
  write_one(out, field);
  out += "}";
}

void write_object(std::string& out, std::span<const Field> fields) {
  out += "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[";
  bool first = true;
  for (const Field& field : fields) {
    if (!field.required) continue;
    if (!first) out += ",";
    first = false;
    quote(out, field.name);
  }
  out += "],\"properties\":{";
  first = true;
  for (const Field& field : fields) {
    if (!first) out += ",";
    first = false;
    quote(out, field.name);
    out += ":";
    write_field(out, field);
  }
  out += "}}";
}

Value example_of(const Field& field) {
  Value one;
  switch (field.type) {
    case FieldType::boolean: one = Value(true); break;
    case FieldType::integer: one = Value(std::max<std::int64_t>(field.min, 1)); break;
    case FieldType::basis_points: one = Value(0); break;
    case FieldType::money: one = Value(Value::Members{{"fen", 100}}); break;
    case FieldType::object: {
      Value::Members members;
      for (const Field& member : field.members) {
        if (member.required) members.push_back({std::string(member.name), example_of(member)});
      }
      // One of whose members none is required is still not empty.
      if (members.empty()) members.push_back({std::string(field.members[0].name), example_of(field.members[0])});
      one = Value(std::move(members));
      break;
    }
    case FieldType::any: one = Value(Value::Members{{"example", true}}); break;
    case FieldType::choice: one = Value(field.allowed.front()); break;
    default: one = Value(form_of(field.type).example);
  }
  return field.shape == Shape::one ? one : Value(Value::Items{std::move(one)});
}

std::string_view type_word(const Field& field) {
  switch (field.type) {
    case FieldType::text: return "text";
    case FieldType::code: return "code";
    case FieldType::choice: return "choice";
    case FieldType::boolean: return "true/false";
    case FieldType::integer: return "integer";
    case FieldType::date: return "date";
    case FieldType::instant: return "instant";
    case FieldType::hash: return "digest";
    case FieldType::commitment:
    case FieldType::doc_commit: return "commitment";
    case FieldType::record_id:
    case FieldType::commit_ref: return "record id";
    case FieldType::key_hex: return "public key";
    case FieldType::base64: return "base64";
    case FieldType::money: return "money";
    case FieldType::basis_points: return "basis points";
    case FieldType::region: return "region";
    case FieldType::ipc: return "IPC symbol";
    case FieldType::class_code: return "class code";
    case FieldType::app_no: return "application number";
    case FieldType::pub_no: return "publication number";
    case FieldType::uscc: return "USCC";
    case FieldType::country: return "country";
    case FieldType::party: return "party id";
    case FieldType::patent: return "patent key";
    case FieldType::foreign: return "foreign patent key";
    case FieldType::contract: return "contract key";
    case FieldType::lawsuit: return "case key";
    case FieldType::listing: return "listing key";
    case FieldType::subject: return "subject key";
    case FieldType::license_id: return "licence id";
    case FieldType::object: return "object";
    case FieldType::any: return "any";
  }
  return "";
}

void list_fields(std::string& out, std::span<const Field> fields, const std::string& prefix) {
  for (const Field& field : fields) {
    out += "| `" + prefix + std::string(field.name) + "` | " + (field.required ? "yes" : "") + " | " +
           std::string(type_word(field));
    if (field.shape == Shape::list) out += ", list";
    if (field.shape == Shape::set) out += ", set";
    if (field.type == FieldType::choice) {
      out += ":";
      for (std::string_view word : field.allowed) out += " " + std::string(word);
    }
    out += " | " + std::string(field.zh) + " | " + std::string(field.en) + " |\n";
    if (field.type == FieldType::object) {
      list_fields(out, field.members, prefix + std::string(field.name) + ".");
    }
  }
}

std::string roles_of(const RecordType& type) {
  std::string roles;
  for (Role role : type.signers.roles) roles += (roles.empty() ? "" : ", ") + std::string(name(role));
  if (type.signers.council) roles += " (quorum of the validators' parties)";
  for (std::string_view field : type.signers.must_sign) roles += " + `" + std::string(field) + "`";
  if (!type.signers.may_sign.empty()) {
    roles += "; may sign:";
    for (std::string_view field : type.signers.may_sign) roles += " `" + std::string(field) + "`";
  }
  return roles;
}

}  // namespace

std::string json_schema(const RecordType& type) {
  std::string out = R"({"$schema":"https://json-schema.org/draft/2020-12/schema","$id":)";
  quote(out, "/v1/schemas/" + std::string(type.name));
  out += ",\"title\":";
  quote(out, std::string(type.en) + " / " + std::string(type.zh));
  out += R"(,"type":"object","additionalProperties":false,"required":[)";
  bool first = true;
  for (const auto& member : envelope_members()) {
    if (!member.required) continue;
    if (!first) out += ",";
    first = false;
    quote(out, member.name);
  }
  out += "],\"properties\":{";
  first = true;
  for (const auto& member : envelope_members()) {
    if (!first) out += ",";
    first = false;
    quote(out, member.name);
    out += ":";
    if (member.name == "data") {
      write_object(out, type.fields);
    } else if (member.name == "type") {
      out += "{\"const\":";
      quote(out, type.name);
      out += "}";
    } else {
      out += "{\"description\":";
      quote(out, member.en);
      out += "}";
    }
  }
  return out + "}}\n";
}

Value example_data(const RecordType& type) {
  Value data;
  for (const Field& field : type.fields) {
    if (field.required) data.set(field.name, example_of(field));
  }
  return data;
}

std::string records_markdown() {
  std::string out =
      "# Record types\n\n"
      "Made from the tables of `ledger/catalog` (`qinglu schema ls --markdown`); a test compares.\n"
      "The envelope that every record shares is in [formats/record.md](formats/record.md).\n";
  for (const RecordType* type : record_types()) {
    out += "\n## " + std::string(type->name) + "\n" + std::string(type->zh) + " / " +
           std::string(type->en) + "\n\nSigned by: " + roles_of(*type) +
           "\n\n| field | required | form | 中文 | English |\n|---|---|---|---|---|\n";
    list_fields(out, type->fields, "");
    out += "\nEffect: " + std::string(type->effect_zh) + " / " + std::string(type->effect_en) + "\n";
    if (!type->preconditions.empty()) {
      out += "\n| code | basis | 中文 | English |\n|---|---|---|---|\n";
      for (const Precondition& p : type->preconditions) {
        out += "| `" + std::string(p.code) + "` | " + std::string(p.law) + " " + std::string(p.article) +
               " | " + std::string(p.zh) + " | " + std::string(p.en) + " |\n";
      }
    }
    if (!type->private_slots.empty()) {
      out += "\nPrivate slots:";
      for (std::string_view slot : type->private_slots) out += " `" + std::string(slot) + "`";
      out += "\n";
    }
  }
  return out;
}

}  // namespace qinglu::ledger
