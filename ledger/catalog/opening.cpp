// SPDX-License-Identifier: Apache-2.0
#include "ledger/catalog/opening.hpp"

#include <algorithm>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/fields.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::string_view kFormat = "qinglu-openings/1";
constexpr std::size_t kPathMax = 5;  ///< log2 of the widest private section

std::optional<std::size_t> slot_of(const RecordType& type, std::string_view name) {
  const auto at = std::ranges::find(type.private_slots, name);
  if (at == type.private_slots.end()) return std::nullopt;
  return static_cast<std::size_t>(at - type.private_slots.begin());
}

}  // namespace

std::size_t private_width(const RecordType& type) {
  const std::size_t count = type.private_slots.size();
  return count == 0 ? 0 : count <= 8 ? 8 : count <= 16 ? 16 : 32;
}

std::string field_of(std::string_view name, std::span<const Digest> path) { return std::string(name) + (path.empty() ? "_commit" : ""); }

Result<Value> open_field(const Value& body, const Opening& opening) {
  const RecordType* type = find_record_type(body.text_of("type"));
  const Value* data = body.find("data");
  if (!type || !data) return Error{Errc::not_found, "no record of a known type"};
  const Digest commitment = crypto::field_commitment(opening.name, opening.salt, to_canonical(opening.value));
  if (opening.path.empty()) {
    const std::string_view known = data->text_of(opening.name + "_commit");
    if (known.empty()) return Error{Errc::not_found, "the record has no " + opening.name + "_commit"};
    if (known != to_sha256_id(commitment)) return Error{Errc::malformed, "the record committed to something else"};
    return opening.value;
  }
  const auto slot = slot_of(*type, opening.name);
  const auto root = from_sha256_id(body.text_of("private_root"));
  if (!slot || !root) return Error{Errc::not_found, "the record has no private field " + opening.name};
  auto leads = crypto::verify_private_slot(*slot, private_width(*type), commitment, opening.path, *root);
  if (!leads) return std::move(leads).error();
  return opening.value;
}

Bytes encode_openings(const Openings& openings) {
  Value::Items items;
  for (const Opening& each : openings.openings) {
    Value::Items path;
    for (const Digest& hash : each.path) path.emplace_back(to_base64(hash));
    items.emplace_back(Value::Members{{"name", each.name}, {"path", std::move(path)}, {"salt", to_base64(each.salt)}, {"value", each.value}});
  }
  return to_canonical(Value(Value::Members{{"format", kFormat}, {"openings", std::move(items)}, {"record", to_sha256_id(openings.record)}}));
}

Result<Openings> decode_openings(BytesView bytes) {
  const auto document = parse_canonical(bytes, {.bytes_max = kOpeningsBytesMax});
  if (!document) return document.error();
  Fields f(*document, "openings");
  f.literal("format", kFormat);
  Openings openings;
  openings.record = f.sha256_id("record");
  for (const Value& item : f.array("openings", 1, kOpeningsMax)) {
    if (!item.is_object()) return Error{Errc::malformed, "an opening is an object"};
    Fields field(item, "opening");
    Opening opening;
    opening.name = field.text("name");
    const auto salt = fixed_from_base64<crypto::Salt>(field.text("salt"));
    if (!salt) field.fail("salt", "must be base64 of 32 bytes");
    opening.salt = salt.value_or(crypto::Salt{});
    for (const Value& hash : field.array("path", 0, kPathMax)) {
      const auto digest = hash.is_string() ? fixed_from_base64<Digest>(hash.text()) : std::nullopt;
      if (!digest) field.fail("path", "must hold base64 of 32 bytes each");
      opening.path.push_back(digest.value_or(Digest{}));
    }
    if (const Value* value = item.find("value")) opening.value = *value;
    if (auto ok = field.finish({"name", "path", "salt", "value"}); !ok) return std::move(ok).error();
    const auto before = std::ranges::find(openings.openings, opening.name, &Opening::name);
    if (before != openings.openings.end()) return Error{Errc::malformed, "openings: " + opening.name + " twice"};
    openings.openings.push_back(std::move(opening));
  }
  if (auto ok = f.finish({"format", "openings", "record"}); !ok) return std::move(ok).error();
  return openings;
}

Result<PrivateSection> PrivateSection::make(const RecordType& type, const crypto::RecordSecret& secret,
                                            std::vector<std::pair<std::string, Value>> fields,
                                            std::span<const Digest> filler) {
  PrivateSection made;
  made.type_ = &type;
  made.secret_ = secret;
  if (private_width(type) == 0 || filler.size() < private_width(type)) {
    return Error{Errc::usage, "no private section, or too little filler"};
  }
  made.slots_.assign(filler.begin(), filler.begin() + static_cast<std::ptrdiff_t>(private_width(type)));
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : fields) {
    const auto slot = slot_of(type, name);
    if (!slot) return Error{Errc::usage, "no private field " + name};
    if (std::ranges::find(seen, name) != seen.end()) return Error{Errc::usage, name + " twice"};
    seen.push_back(name);
    made.slots_[*slot] = crypto::field_commitment(name, crypto::field_salt(secret, name), to_canonical(value));
  }
  made.fields_ = std::move(fields);
  return made;
}

void PrivateSection::put_into(Value& body) const {
  body.set("private_root", to_sha256_id(crypto::private_root(slots_)));
  body.set("private_width", static_cast<std::int64_t>(slots_.size()));
}

std::optional<Opening> PrivateSection::open(std::string_view name) const {
  const auto at = std::ranges::find(fields_, name, [](const auto& field) { return std::string_view(field.first); });
  if (at == fields_.end()) return std::nullopt;
  return Opening{at->first, at->second, crypto::field_salt(secret_, name), crypto::private_path(slots_, *slot_of(*type_, name))};
}

}  // namespace qinglu::ledger
