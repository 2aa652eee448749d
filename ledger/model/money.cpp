// SPDX-License-Identifier: Apache-2.0
#include "ledger/model/money.hpp"

#include <algorithm>

namespace qinglu::ledger {
namespace {

bool digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::int64_t> bounded(bool overflow, std::int64_t value) {
  if (overflow || value > kMaxInteger || value < -kMaxInteger) return std::nullopt;
  return value;
}

}  // namespace

bool is_decimal_amount(std::string_view text) {
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  if (whole.empty() || whole.size() > 18 || !digits(whole)) return false;
  if (whole[0] == '0' && whole.size() > 1) return false;
  if (dot == std::string_view::npos) return true;
  const std::string_view part = text.substr(dot + 1);
  return !part.empty() && part.size() <= 4 && digits(part);
}

Result<Money> parse_money(const Value& value) {
  if (!value.is_object()) return Error{Errc::malformed, "an amount is an object"};
  const Value* fen = value.find("fen");
  if (fen && value.members().size() == 1) {
    if (!fen->is_integer() || fen->integer() < 0) {
      return Error{Errc::malformed, "fen is an integer of at least 0"};
    }
    return Money{fen->integer(), {}, {}};
  }
  const std::string_view amount = value.text_of("amount");
  const std::string_view currency = value.text_of("cur");
  if (value.members().size() != 2 || !is_decimal_amount(amount)) {
    return Error{Errc::malformed, "an amount has `fen`, or `amount` and `cur`"};
  }
  const bool code = currency.size() == 3 &&
                    std::ranges::all_of(currency, [](char c) { return c >= 'A' && c <= 'Z'; });
  // One spelling per fact: RMB is always written in fen.
  if (!code || currency == "CNY") return Error{Errc::malformed, "not a foreign currency code"};
  return Money{0, std::string(amount), std::string(currency)};
}

std::optional<std::int64_t> checked_add(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  const bool overflow = __builtin_add_overflow(a, b, &sum);
  return bounded(overflow, sum);
}

std::optional<std::int64_t> checked_multiply(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  const bool overflow = __builtin_mul_overflow(a, b, &product);
  return bounded(overflow, product);
}

std::optional<std::int64_t> share_of(std::int64_t amount, std::int64_t basis_points) {
  QL_CHECK(amount >= 0 && basis_points >= 0);
  // By parts, so that the product of a large amount does not wrap before the division.
  constexpr std::int64_t kWhole = 10'000;
  const auto high = checked_multiply(amount / kWhole, basis_points);
  const auto low = checked_multiply(amount % kWhole, basis_points);
  if (!high || !low) return std::nullopt;
  return checked_add(*high, *low / kWhole);
}

}  // namespace qinglu::ledger
