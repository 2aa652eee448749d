// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Statistics that a validator's institution signs: stat.*.   Source: domain.md 5.2.
std::span<const RecordType> stat_types();
/// nullptr: no type of this family.
Rule stat_rule(std::string_view type);

}  // namespace qinglu::ledger
