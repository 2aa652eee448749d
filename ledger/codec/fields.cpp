// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/fields.hpp"

#include <algorithm>

namespace qinglu::ledger {
namespace {

const Value kEmptyObject;
const Value::Items kNoItems;

}  // namespace

Fields::Fields(const Value& object, std::string_view what) : object_(object), what_(what) {
  if (!object.is_object()) error_ = Error{Errc::malformed, what_ + " must be an object", object.begin()};
}

void Fields::fail(std::string_view key, const std::string& why) {
  if (error_) return;
  const Value* at = object_.find(key);
  error_ = Error{Errc::malformed, what_ + ": `" + std::string(key) + "` " + why,
                 at ? at->begin() : object_.begin()};
}

const Value* Fields::get(std::string_view key) {
  const Value* member = object_.find(key);
  if (!member) fail(key, "is missing");
  return member;
}

void Fields::literal(std::string_view key, std::string_view expected) {
  const Value* member = get(key);
  if (member && !(*member == Value(expected))) fail(key, "must be " + std::string(expected));
}

void Fields::literal(std::string_view key, std::int64_t expected) {
  const Value* member = get(key);
  if (member && !(*member == Value(expected))) fail(key, "must be " + std::to_string(expected));
}

std::string Fields::text(std::string_view key) {
  const Value* member = get(key);
  if (!member) return {};
  if (!member->is_string() || member->text().empty()) {
    fail(key, "must be a text that is not empty");
    return {};
  }
  return member->text();
}

bool Fields::boolean(std::string_view key) {
  const Value* member = get(key);
  if (!member || !member->is_boolean()) {
    fail(key, "must be true or false");
    return false;
  }
  return member->boolean();
}

std::uint64_t Fields::unsigned_integer(std::string_view key, std::uint64_t min) {
  const Value* member = get(key);
  if (!member || !member->is_integer() || member->integer() < 0 ||
      static_cast<std::uint64_t>(member->integer()) < min) {
    fail(key, "must be an integer of at least " + std::to_string(min));
    return min;
  }
  return static_cast<std::uint64_t>(member->integer());
}

const Value::Items& Fields::array(std::string_view key, std::size_t min, std::size_t max) {
  const Value* member = get(key);
  if (!member || !member->is_array() || member->items().size() < min ||
      member->items().size() > max) {
    fail(key, "must be an array of " + std::to_string(min) + " to " + std::to_string(max) + " items");
    return kNoItems;
  }
  return member->items();
}

const Value& Fields::object(std::string_view key) {
  const Value* member = get(key);
  if (!member || !member->is_object()) {
    fail(key, "must be an object");
    return kEmptyObject;
  }
  return *member;
}

Digest Fields::sha256_id(std::string_view key) {
  const auto digest = from_sha256_id(text(key));
  if (!digest) fail(key, "must be sha256: and 64 lower-case hex digits");
  return digest.value_or(Digest{});
}

Result<void> Fields::finish(std::initializer_list<std::string_view> keys) {
  return finish(keys, {});
}

Result<void> Fields::finish(std::initializer_list<std::string_view> keys,
                            std::initializer_list<std::string_view> optional) {
  if (error_) return *error_;
  for (const auto& member : object_.members()) {
    if (std::ranges::find(keys, member.key) == keys.end() &&
        std::ranges::find(optional, member.key) == optional.end()) {
      fail(member.key, "is not a member of this object");
      return *error_;
    }
  }
  for (std::string_view key : keys) get(key);
  if (error_) return *error_;
  return {};
}

}  // namespace qinglu::ledger
