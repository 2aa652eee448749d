// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// What was done of an effective decision: judgment.perform.   Source: PL 47; domain.md 6.9.
std::span<const RecordType> judgment_types();
/// nullptr: no type of this family.
Rule judgment_rule(std::string_view type);

}  // namespace qinglu::ledger
