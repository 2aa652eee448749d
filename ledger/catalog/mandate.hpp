// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Agency: mandate.grant, mandate.end.   Source: domain.md 6.3; CC 162, 171, 933.
std::span<const RecordType> mandate_types();
/// nullptr: no type of this family.
Rule mandate_rule(std::string_view type);

}  // namespace qinglu::ledger
