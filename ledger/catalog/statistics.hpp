// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

// Numbers that the ledger keeps of itself: one row for each month and indicator, brought up to date by
// every accepted record.   Source: domain.md 5.2.
//
// The month is that of the record's legal date (Asia/Shanghai), not of the block: what a registry
// decided in December counts in December, also when it is entered in January, and whoever holds the
// records can count them anew without the blocks. So a late entry still moves a month that is over.

/// One number that is kept, and what it is a number of.
struct Indicator {
  std::string_view name;   ///< e.g. `techreg.registered`
  std::string_view query;  ///< group that a snapshot states together, e.g. `CONTRACTS`
  std::string_view zh;
  std::string_view en;
  std::string_view class_zh = {};  ///< what its cells are divided by; empty: by nothing
  std::string_view class_en = {};
  bool fen = false;       ///< sums of money are added too
  bool tech_fen = false;  ///< and technology amounts
  bool price = false;     ///< the sum is one of prices: nothing is said of fewer than `k_anonymity`
};
/// All of them, ascending by name.
std::span<const Indicator> indicators();
/// nullptr: no such indicator.
const Indicator* find_indicator(std::string_view name);
/// Names of all indicators, and of their groups, ascending.
std::span<const std::string_view> indicator_names();
std::span<const std::string_view> statistic_queries();

/// The types of record that an indicator counts.
std::vector<std::string_view> counted_types(std::string_view indicator);

/// Counts a record that has been accepted: adds the rows that it moves to `verdict`, whose other rows are
/// already those of the record.   Requires: nothing was refused.
void count_record(const RuleInput& input, Verdict& verdict);

/// Numbers of one indicator that have the same class and are both green or both not. Sums are in fen and
/// stop at 2^53 − 1: one that says so is that or more.
struct StatisticCell {
  std::string_view indicator;
  std::string word;          ///< the class; empty: the indicator has none, or the record states none
  bool green = false;        ///< of a contract or listing with green codes, or a filing declared green
  std::int64_t count = 0;
  std::int64_t stated = 0;   ///< how many of them state a sum in RMB
  std::int64_t fen = 0;
  std::int64_t tech_fen = 0;
  bool suppressed = false;   ///< fewer prices than the rule pack asks for: the sum is not shown
};

/// Months from one day's to another's, both included.
struct Months {
  Date from;
  Date until;
};
/// More would let one record read rows without end.
inline constexpr int kMonthsMax = 120;
int month_count(const Months& months);
/// The first day of a month to the last day of one: Months when they are, of at most kMonthsMax.
std::optional<Months> whole_months(Date from, Date until);
/// The same of two months as people write them, `YYYY-MM`.
std::optional<Months> parse_months(std::string_view from, std::string_view until);

/// What an indicator adds up to in some months; cells of nothing are left out. Ascending by class, then
/// green.   Requires: at most kMonthsMax months, or whoever asks bounds them.
std::vector<StatisticCell> count_months(const RowReader& rows, const Indicator& indicator, const Months& months);

/// The cells of a group's indicators, with the prices of too few left out.
std::vector<StatisticCell> answer_query(const RowReader& rows, const RulePack& pack, std::string_view query, const Months& months);
/// The list as a snapshot states it.
Value to_value(std::span<const StatisticCell> cells);
/// SHA-256 over the canonical JSON of `{"from","query","result"?,"until"}`.
Digest statistic_hash(std::string_view query, const Months& months, const Value& result);

}  // namespace qinglu::ledger
