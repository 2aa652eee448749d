// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ledger/catalog/conflict.hpp"
#include "ledger/catalog/draft.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Licences beside their contracts: recordal and sublicences (license.*). A licence itself is granted
/// by contract.sign.   Source: CC 862-877, TCI 24-29; domain.md 2.2, 2.3, 2.5, 6.5.
std::span<const RecordType> license_types();
/// nullptr: no type of this family.
Rule license_rule(std::string_view type);

/// The E row of a licence; what only some kinds have is set by who makes it (docs/formats/state.md).
Value license_row(std::string_view kind, std::span<const std::string> licensors, std::span<const std::string> licensees,
                  const Value& scope, const Digest& record);
/// Names a new licence in the patent's row; SIZE_LIMIT at `pointer` when it has no room.
void list_license(const RuleInput& input, Verdict& verdict, std::string_view patent, std::string_view id,
                  std::string_view pointer, Value& patent_row);
/// Ends a licence and what stands under it on a day. One that never was (rescinded, void) gives the
/// place beside a sole licence back.   Source: TCI 27; domain.md 2.5 rule 11.
void end_license(Draft& draft, std::string_view patent, std::string_view id, std::string_view day, bool never_was);
/// Takes the place beside its sole licences, or gives it back.
void take_places(Draft& draft, std::string_view patent, std::string_view id, const Value& license, bool take);

/// An act that carries out or contributes a licence which was granted before.
struct LaterAct {
  std::string pointer;                   ///< of the patent in the body
  Date day;
  std::string_view consent_to = {};      ///< what a consent must name; empty: the grant of the licence
  bool at_contract = false;              ///< an obligation only: the register's columns flag
};
/// Judges a licence by its row of the matrix again, against what stood on the patent before it. Of the
/// pledgees only those are asked whose pledge is younger.   Source: domain.md 6.5 "Consents".
void judge_license_again(const RuleInput& input, Verdict& verdict, Consents& consents, std::string_view patent, std::string_view id,
                         const LaterAct& act);

/// Last day of the patent: `term_end`, before the grant the one that a grant would give.
Date last_day_of(const Value& patent_row, const RulePack& pack);
/// EVENT_BEFORE_PRIOR for a scope that ends before it begins, TERM_BEYOND_PATENT for one that ends
/// behind the patent.   Source: CC 865; domain.md 2.5 rule 3.
void check_license_term(const RuleInput& input, Verdict& verdict, const Value& scope, const Value& patent_row,
                        const std::string& pointer);

/// Where a licence stands on a day: `TO_BEGIN`, `RUNNING`, `OVER`, `ENDED` by an act, or
/// `ENDED_BY_PATENT`. Derived, never written.   Source: domain.md 2.5 rule 3.
std::string_view license_status(const Value& license_row, const Value& patent_row, Date day);

}  // namespace qinglu::ledger
