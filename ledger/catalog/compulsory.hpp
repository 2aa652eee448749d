// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Compulsory licences, which the office grants and ends: compulsory.*.   Source: PL 53-63; domain.md 2.2,
/// 6.5.
std::span<const RecordType> compulsory_types();
/// nullptr: no type of this family.
Rule compulsory_rule(std::string_view type);

}  // namespace qinglu::ledger
