// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Corrections of earlier records by the same authority: correction.   Source: domain.md 6.10.
std::span<const RecordType> correction_types();
/// nullptr: no type of this family.
Rule correction_rule(std::string_view type);

}  // namespace qinglu::ledger
