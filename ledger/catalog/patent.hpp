// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Patents from the commitment to the end of the right: patent.*.   Source: domain.md 1.8, 6.4.
std::span<const RecordType> patent_types();
/// nullptr: no type of this family.
Rule patent_rule(std::string_view type);

/// Recorded status of a patent or application; the words stand in row S.   Source: domain.md 1.8.
enum class PatentStatus : std::uint8_t {
  none,  ///< no row yet
  committed, not_accepted, filed, prelim, published, subst, allowed, granted,
  rejected, rejected_final, withdrawn, deemed_withdrawn, expired, lapsed, abandoned, invalidated,
};
inline constexpr std::size_t kPatentStatuses = 17;
std::string_view name(PatentStatus status);
PatentStatus patent_status(std::string_view word);

/// INV, UM, DES as a set of bits.
enum PatentTypes : std::uint8_t { kInv = 1, kUm = 2, kDes = 4, kAllTypes = 7 };

/// One row of the state machine: an act that is allowed in some states, and where it leads.
struct Transition {
  std::string_view act;       ///< record type, with `:` and a variant where the data decide
  std::uint32_t from;         ///< bit set of PatentStatus
  std::uint8_t types;         ///< bit set of PatentTypes
  bool moves;                 ///< false: the status stays
  PatentStatus to;            ///< of an act that moves (restore: where the row says it came from)
  std::string_view law;
  std::string_view article;
};
std::span<const Transition> patent_transitions();
/// nullptr: the table has no such act.
const Transition* find_transition(std::string_view act);
bool allows(const Transition& transition, PatentStatus status, std::string_view type);

/// What time adds to the recorded status; never written to the state.   Source: domain.md 1.4, 6.11.
struct DerivedStatus {
  /// The recorded word, or IN_GRACE, GRACE_OVER, TERM_ENDED, REJECTED_FINAL.
  std::string status;
  int annuity_year = 0;            ///< first unpaid patent year; 0: none is open
  std::optional<Date> due;         ///< of that year, moved
  std::optional<Date> grace_end;   ///< of that year, moved
  /// LAPSED, DEEMED_WITHDRAWN: last day to ask for restoration; nullopt with `restorable`: open.
  std::optional<Date> restorable_until;
  bool restorable = false;
};

/// Derived status of a patent's row S on a day; a pure function of its arguments.
DerivedStatus derived_status(const Value& subject_row, const RulePack& pack,
                             const Calendar& calendar, Date date);

}  // namespace qinglu::ledger
