// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Agreements of co-owners, which go before PL 14: coowner.agreement.   Source: PL 14; domain.md 6.5.
std::span<const RecordType> coowner_types();
/// nullptr: no type of this family.
Rule coowner_rule(std::string_view type);

}  // namespace qinglu::ledger
