// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "crypto/base/check.hpp"

namespace qinglu::ledger {

/// A JSON value of the strict profile: object, array, string, boolean, integer. No null, no float.
///
/// Invariants: object members ascend by key and are unique. Text is well-formed by the profile
/// when the value came from parse_canonical().   Source: evidence.md §7.2.
class Value {
 public:
  enum class Kind { object, array, string, integer, boolean };
  struct Member;
  using Members = std::vector<Member>;
  using Items = std::vector<Value>;

  Value();
  Value(std::string text);
  Value(std::string_view text);
  Value(const char* text);
  Value(std::int64_t number);
  Value(int number);
  Value(std::uint64_t number);
  Value(bool truth);
  Value(Items items);
  /// Sorts by key. Requires: keys are unique.
  Value(Members members);

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_object() const { return kind() == Kind::object; }
  bool is_array() const { return kind() == Kind::array; }
  bool is_string() const { return kind() == Kind::string; }
  bool is_integer() const { return kind() == Kind::integer; }
  bool is_boolean() const { return kind() == Kind::boolean; }

  // The accessors require the right kind (QL_CHECK): ask kind() first, or a checked form.
  const Members& members() const;
  Members& members();
  const Items& items() const;
  Items& items();
  const std::string& text() const;
  std::int64_t integer() const;
  bool boolean() const;

  /// Member of an object; nullptr when it is not there or this is no object.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  /// Text, integer or flag of a member; the fallback when it is absent or of another kind.
  std::string_view text_of(std::string_view key, std::string_view fallback = {}) const;
  std::int64_t integer_of(std::string_view key, std::int64_t fallback = 0) const;
  bool boolean_of(std::string_view key, bool fallback = false) const;
  /// Items of an array member; an empty list when it is absent or of another kind.
  const Items& items_of(std::string_view key) const;

  /// Sets or replaces a member, keeping the order. Requires: an object.
  void set(std::string_view key, Value value);
  void erase(std::string_view key);

  /// Half-open range of the parsed input that this value took; 0, 0 if it was built.
  std::uint32_t begin() const { return begin_; }
  std::uint32_t end() const { return end_; }
  void set_range(std::uint32_t begin, std::uint32_t end) {
    begin_ = begin;
    end_ = end;
  }

  /// Equal content; ranges do not count.
  bool operator==(const Value& other) const;

 private:
  std::variant<Members, Items, std::string, std::int64_t, bool> data_;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
};

struct Value::Member {
  std::string key;
  Value value;
  bool operator==(const Member& other) const = default;
};

// Here and not in the class, because they need Member complete.
inline Value::Value() : data_(Members{}) {}
inline Value::Value(std::string text) : data_(std::move(text)) {}
inline Value::Value(std::string_view text) : data_(std::string(text)) {}
inline Value::Value(const char* text) : data_(std::string(text)) {}
inline Value::Value(std::int64_t number) : data_(number) {}
inline Value::Value(int number) : data_(static_cast<std::int64_t>(number)) {}
inline Value::Value(bool truth) : data_(truth) {}
inline Value::Value(Items items) : data_(std::move(items)) {}

}  // namespace qinglu::ledger
