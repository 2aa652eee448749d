// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/deadlines.hpp"
#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Suspension of the proceedings about a patent: suspend.*.   Source: IR 103-105; domain.md 1.4, 6.4.
std::span<const RecordType> suspend_types();
/// nullptr: no type of this family.
Rule suspend_rule(std::string_view type);

/// The suspension that holds on a day; nullptr: none. It ends by itself behind its last day.
const Value* suspended_on(const Value& patent_row, Date day);

/// PATENT_FROZEN, naming the suspension, for an act that IR 105 stops while the patent is suspended.
void check_not_suspended(const RuleInput& input, Verdict& verdict, const Value& patent_row);

}  // namespace qinglu::ledger
