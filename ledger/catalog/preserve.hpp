// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "ledger/catalog/table.hpp"
#include "ledger/catalog/verdict.hpp"

namespace qinglu::ledger {

/// Preservation by a court's order, and what the office puts into the register: preserve.*.
/// A patent is preserved on the days that the office states (preserved_on() in catalog/conflict).
/// Source: PDR 9, CPL 104-106, IR 104; domain.md 3.2, 6.9.
std::span<const RecordType> preserve_types();
/// nullptr: no type of this family.
Rule preserve_rule(std::string_view type);

}  // namespace qinglu::ledger
