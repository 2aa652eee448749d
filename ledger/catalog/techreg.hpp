// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Recognition of technology contracts: techreg.*.   Source: domain.md 2.3, 2.7, 6.5.
std::span<const RecordType> techreg_types();
/// nullptr: no type of this family.
Rule techreg_rule(std::string_view type);

}  // namespace qinglu::ledger
