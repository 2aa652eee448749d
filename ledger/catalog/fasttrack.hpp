// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Prioritized examination and pre-examination: fasttrack.*.   Source: domain.md 1.7, 6.4.
std::span<const RecordType> fasttrack_types();
/// nullptr: no type of this family.
Rule fasttrack_rule(std::string_view type);

}  // namespace qinglu::ledger
