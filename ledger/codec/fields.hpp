// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "crypto/base/encoding.hpp"
#include "crypto/base/result.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// Reads the members of one object whose form is fixed; the first wrong one makes finish() fail.
class Fields {
 public:
  /// `what` names the object in error sentences.
  Fields(const Value& object, std::string_view what);

  void literal(std::string_view key, std::string_view expected);
  void literal(std::string_view key, std::int64_t expected);
  std::string text(std::string_view key);
  bool boolean(std::string_view key);
  std::uint64_t unsigned_integer(std::string_view key, std::uint64_t min = 0);
  const Value::Items& array(std::string_view key, std::size_t min, std::size_t max);
  const Value& object(std::string_view key);
  template <class Fixed>
  Fixed hex(std::string_view key) {
    const auto fixed = fixed_from_hex<Fixed>(text(key));
    if (!fixed) fail(key, "must be " + std::to_string(2 * Fixed::kSize) + " lower-case hex digits");
    return fixed.value_or(Fixed{});
  }
  Digest sha256_id(std::string_view key);

  bool has(std::string_view key) const { return object_.find(key) != nullptr; }
  void fail(std::string_view key, const std::string& why);

  /// Errors: the first failure, or a member that is not in `keys` (ascending), or one missing.
  Result<void> finish(std::initializer_list<std::string_view> keys);
  /// The same, where the members of `optional` may be left out.
  Result<void> finish(std::initializer_list<std::string_view> keys,
                      std::initializer_list<std::string_view> optional);

 private:
  const Value* get(std::string_view key);

  const Value& object_;
  std::string what_;
  std::optional<Error> error_;
};

}  // namespace qinglu::ledger
