// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/base/result.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {

/// Largest integer of the record profile: 2^53 - 1.
inline constexpr std::int64_t kMaxInteger = (std::int64_t{1} << 53) - 1;

/// Decimal amount `^(0|[1-9][0-9]{0,17})(\.[0-9]{1,4})?$`.   Source: evidence.md §7.2.
bool is_decimal_amount(std::string_view text);

/// An amount of a record: RMB in fen, or a decimal with its ISO 4217 code.
struct Money {
  std::int64_t fen = 0;  ///< RMB; meaningful while `currency` is empty
  std::string amount;    ///< decimal string of another currency
  std::string currency;  ///< three capital letters; empty for RMB
};

/// Reads `{"fen": n}` or `{"amount": "12500.00", "cur": "USD"}`.
/// Errors: malformed for every other form: a negative sum, CNY written as a decimal, unknown
/// members.
Result<Money> parse_money(const Value& value);

/// Arithmetic of amounts and counts that cannot wrap: nullopt beyond ±(2^53 - 1).
std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b);
std::optional<std::int64_t> checked_multiply(std::int64_t a, std::int64_t b);
/// `amount` x `basis_points` / 10,000, rounded down.   Requires: both at least 0.
std::optional<std::int64_t> share_of(std::int64_t amount, std::int64_t basis_points);

}  // namespace qinglu::ledger
