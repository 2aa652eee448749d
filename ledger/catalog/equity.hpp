// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Patents that are contributed to a company's capital: equity.contribute.   Source: PTL 16, 18, 45;
/// domain.md 2.6, 6.5.
std::span<const RecordType> equity_types();
/// nullptr: no type of this family.
Rule equity_rule(std::string_view type);

}  // namespace qinglu::ledger
