// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Evaluation reports of utility models and designs: eval_report.*.   Source: PL 66, IR 62-63.
std::span<const RecordType> eval_report_types();
/// nullptr: no type of this family.
Rule eval_report_rule(std::string_view type);

}  // namespace qinglu::ledger
