// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// One step of a proceeding (reexamination, invalidation): a record type that is allowed in some
/// stages, and the stage that it leads to. Stages are words of a row's `stage`; "" is none yet.
struct Step {
  std::string_view act;                    ///< record type, with `:` and a variant where the data decide
  std::span<const std::string_view> from;  ///< stages
  std::string_view to;                     ///< empty: the stage stays
};

/// Takes `act` in a proceeding's row, whose stage is `member`: STATE_FORBIDS with the stage where no
/// step allows it. An authority's act has its effect even where it gets the flag.
void take_step(Verdict& verdict, std::span<const Step> steps, std::string_view act, Value& proceeding,
               std::string_view member = "stage");

/// Day on which a paper for a court counts as filed: `posted_date`, else `date`. A paper that was
/// posted after its own date is EVENT_BEFORE_PRIOR.   Source: CPL 85; domain.md 6.2.
std::optional<Date> filed_in_court(const RuleInput& input, Verdict& verdict);

/// DEADLINE_PASSED at `pointer` for a day behind the window; an open window (nullopt) passes.
void check_deadline(Verdict& verdict, std::optional<Date> day, std::optional<Date> window, std::string_view pointer);

}  // namespace qinglu::ledger
