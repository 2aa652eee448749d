// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Programme targets as data, and whether they were met: target.*.   Source: domain.md 5.1.
std::span<const RecordType> target_types();
/// nullptr: no type of this family.
Rule target_rule(std::string_view type);

/// A yearly growth to be reached or passed: `numerator` / `denominator`, 6 / 5 for 20 % a year.
struct Growth {
  std::int64_t numerator;
  std::int64_t denominator;
  bool strict;  ///< more than that, not as much
};
/// Whether every comparison over so many years fits in 128 bits, whatever the values (below 2^53).
bool growth_fits(const Growth& growth, int years);
/// value · denominator^years >= base · numerator^years (strict: >), in 128-bit integers; nullopt, the growth
/// is undefined: the base is 0.   Requires: growth_fits(), years >= 1, value and base in 0..2^53 − 1.
std::optional<bool> has_grown(std::int64_t base, std::int64_t value, int years, const Growth& growth);

}  // namespace qinglu::ledger
