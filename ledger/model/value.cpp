// SPDX-License-Identifier: Apache-2.0
#include "ledger/model/value.hpp"

#include <algorithm>
#include <functional>

namespace qinglu::ledger {
namespace {

constexpr std::uint64_t kMaxInteger = (std::uint64_t{1} << 53) - 1;
const Value::Items kNoItems;

}  // namespace

Value::Value(std::uint64_t number) : data_(static_cast<std::int64_t>(number)) {
  QL_CHECK(number <= kMaxInteger);
}

Value::Value(Members members) : data_(std::move(members)) {
  auto& sorted = std::get<Members>(data_);
  // What a parser hands in ascends already.
  if (std::ranges::adjacent_find(sorted, std::ranges::greater_equal(), &Member::key) == sorted.end()) return;
  std::ranges::sort(sorted, {}, &Member::key);
  QL_CHECK(std::ranges::adjacent_find(sorted, {}, &Member::key) == sorted.end());
}

const Value::Members& Value::members() const {
  QL_CHECK(is_object());
  return *std::get_if<Members>(&data_);
}
Value::Members& Value::members() {
  QL_CHECK(is_object());
  return *std::get_if<Members>(&data_);
}
const Value::Items& Value::items() const {
  QL_CHECK(is_array());
  return *std::get_if<Items>(&data_);
}
Value::Items& Value::items() {
  QL_CHECK(is_array());
  return *std::get_if<Items>(&data_);
}
const std::string& Value::text() const {
  QL_CHECK(is_string());
  return *std::get_if<std::string>(&data_);
}
std::int64_t Value::integer() const {
  QL_CHECK(is_integer());
  return *std::get_if<std::int64_t>(&data_);
}
bool Value::boolean() const {
  QL_CHECK(is_boolean());
  return *std::get_if<bool>(&data_);
}

const Value* Value::find(std::string_view key) const {
  if (!is_object()) return nullptr;
  // Objects are small: most keys differ in length already, which a search by order does not see.
  const Members& all = members();
  const auto at = std::ranges::find(all, key, &Member::key);
  return at != all.end() ? &at->value : nullptr;
}

Value* Value::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

std::string_view Value::text_of(std::string_view key, std::string_view fallback) const {
  const Value* member = find(key);
  return member && member->is_string() ? std::string_view(member->text()) : fallback;
}

std::int64_t Value::integer_of(std::string_view key, std::int64_t fallback) const {
  const Value* member = find(key);
  return member && member->is_integer() ? member->integer() : fallback;
}

bool Value::boolean_of(std::string_view key, bool fallback) const {
  const Value* member = find(key);
  return member && member->is_boolean() ? member->boolean() : fallback;
}

const Value::Items& Value::items_of(std::string_view key) const {
  const Value* member = find(key);
  return member && member->is_array() ? member->items() : kNoItems;
}

void Value::set(std::string_view key, Value value) {
  Members& all = members();
  const auto at = std::ranges::lower_bound(all, key, {}, &Member::key);
  if (at != all.end() && at->key == key) {
    at->value = std::move(value);
  } else {
    all.insert(at, Member{std::string(key), std::move(value)});
  }
}

void Value::erase(std::string_view key) {
  std::erase_if(members(), [&](const Member& member) { return member.key == key; });
}

bool Value::operator==(const Value& other) const { return data_ == other.data_; }

}  // namespace qinglu::ledger
