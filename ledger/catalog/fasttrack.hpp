// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Prioritized examination and pre-examination: fasttrack.*.   Source: domain.md 1.7, 6.4.
std::span<const RecordType> fasttrack_types();
/// nullptr: no type of this family.
Rule fasttrack_rule(std::string_view type);

namespace fields {
inline constexpr Precondition kTrackClock = {"CLOCK_EXCEEDED", "QLR", "1.7", "标记：在快速通道的时限之内",
                                             "flag: within the days that the fast track gives this step"};
inline constexpr Precondition kTrackClass = {"FASTTRACK_NOT_ELIGIBLE", "QLR", "1.7", "事由一的快速通道申请，公开的主分类号在表中",
                                             "on the fast track for ground 1: the main class that becomes public lies in a table"};
}  // namespace fields

/// Flags a step of the office (`FIRST_ACTION`, `CLOSE`) that comes behind its day on the fast track; says
/// nothing of what is not on it, or of another stage (`EXAMINATION`, `REEXAMINATION`, `INVALIDATION`).
/// Raises: CLOCK_EXCEEDED.   Source: domain.md 1.7 (time limits from consent), 5.3 row 3.
void check_track_clock(const RuleInput& input, Verdict& verdict, const Value& patent_row, std::string_view stage,
                       std::string_view step, std::optional<Date> day);

/// Repeats the test of ground 1 when the class becomes public: before, only the office had seen it.
/// Raises: FASTTRACK_NOT_ELIGIBLE, naming the decision that put the application on the track.   Source: domain.md 6.5.
void check_track_class(const RuleInput& input, Verdict& verdict, const Value& patent_row);

}  // namespace qinglu::ledger
